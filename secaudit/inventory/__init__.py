"""Files that agencies fill, read into an inventory."""
