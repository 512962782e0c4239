"""Everything under checks/, read into the catalog; lint."""
