"""secaudit: security audit of a province, from the inventory to the report."""

__version__ = "0.1.0"
