"""The only reader of YAML: limits, duplicate keys, scalars as written, positions for messages."""
