"""Tables as the reader gives them, and the shipped mappings, for tests about what is made of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from secaudit.catalog import load_catalog
from secaudit.model.base import Texts
from secaudit.model.console import EvidenceSource, Profile
from secaudit.resources import data_folder
from secaudit.tables.model import Cell, Table, TableRow

CATALOG = load_catalog(data_folder("checks"))
PRODUCTS = CATALOG.knowledge.products
CONSOLES = CATALOG.consoles
NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)


def table(headings: Sequence[str], *rows: Sequence[Cell], name: str = "", first: int = 2) -> Table:
    """A list whose headings stand in the first row."""
    return Table(name, 1, tuple(headings), tuple(TableRow(first + at, tuple(row)) for at, row in enumerate(rows)))


def profile(**fields: object) -> Profile:
    """A mapping of two columns that tests add to."""
    given = {
        "id": "mine",
        "title": Texts(vi="Của tôi", en="Mine"),
        "source": EvidenceSource.CSV,
        "columns": {"name": ("PC",), "last_contact": ("Seen",)},
    }
    return Profile.model_validate({**given, **fields})
