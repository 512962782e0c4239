"""Tables for other programs: CSV that no spreadsheet takes for formulas.

Names come from inventories. A cell that begins like a formula would be run by the spreadsheet of whoever opens the file, so it
gets an apostrophe in front, which spreadsheets show as plain text.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from secaudit.messages import clean

_STARTS = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20\u2212")
"""With the wide forms that spreadsheets of East Asian settings read alike."""
_CELL_LIMIT = 2000


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """RFC 4180 with a line of column names; numbers stay numbers, None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return text.getvalue()


def harmless_cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula."""
    line = " ".join(clean(text, limit=_CELL_LIMIT).split())
    return f"'{line}" if line[:1] in _STARTS else line


def _cell(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else harmless_cell(str(value))
