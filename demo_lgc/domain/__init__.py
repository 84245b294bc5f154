"""The words of the trade, in plain Python: the values that cross the walls of the house."""
