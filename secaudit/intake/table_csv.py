"""CSV."""

import csv
import io
from collections.abc import Collection

from secaudit.intake.table_headings import shape
from secaudit.intake.table_model import Table, TableLimits


def read_csv(path: str, body: bytes, known: Collection[str], limits: TableLimits) -> tuple[Table, ...]:
    """First version."""
    text = body.decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = [(reader.line_num, tuple(cell.strip() or None for cell in row)) for row in reader]
    return shape(path, "", rows, known, limits)
