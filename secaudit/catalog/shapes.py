"""Shapes of catalog files that hold more than one record."""

from secaudit.model.base import Written
from secaudit.model.knowledge import Product


class ProductFile(Written):
    """``products/<family>.yaml``."""

    products: tuple[Product, ...]
