"""A Pro Santé Connect of our own: the same addresses, the same refusals, doctors who do not exist."""
