"""Long campaigns: commands with a size. CI runs a small one, an issue's size is run by hand."""
