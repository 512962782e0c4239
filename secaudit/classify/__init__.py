"""Pure: system x level rules -> classification."""
