"""XLSX."""

import io
from collections.abc import Collection

import openpyxl

from secaudit.intake.table_headings import shape
from secaudit.intake.table_model import Table, TableLimits


def read_xlsx(path: str, body: bytes, known: Collection[str], limits: TableLimits) -> tuple[Table, ...]:
    """First version."""
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True)
    tables: list[Table] = []
    for sheet in book.worksheets:
        rows = [(number, tuple(row)) for number, row in enumerate(sheet.iter_rows(values_only=True), 1)]
        tables += shape(path, sheet.title, rows, known, limits)
    return tuple(tables)
