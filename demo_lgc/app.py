"""The composition root: the only place that knows every room. It puts the house together and opens the door."""
