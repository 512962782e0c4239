"""Files -> Inventory: reads a province's folder, validates it, and reports every problem at once."""

from secaudit.inventory.load import check_inventory, load_inventory
from secaudit.inventory.schema import json_schema

__all__ = ["check_inventory", "json_schema", "load_inventory"]
