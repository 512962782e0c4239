"""Tables for other programs: CSV that no spreadsheet takes for formulas.

Names come from inventories. A cell that begins like a formula would be run by the spreadsheet of whoever opens the file, so it
gets an apostrophe in front, which spreadsheets show as plain text.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO, TextIO

from secaudit.messages import clean

_STARTS = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20\u2212")
"""With the wide forms that spreadsheets of East Asian settings read alike."""
_AFTER_MARK = re.compile(r"""([;,]["' ]*)(?=[=+@\uff1d\uff0b\uff20]|-\D)""")
"""Behind a mark that some settings take for the end of a cell (Vietnamese ones separate by semicolon)."""
_CELL_LIMIT = 2000


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """RFC 4180 with a line of column names; numbers stay numbers, None is an empty cell."""
    text = io.StringIO(newline="")
    _write(columns, rows, text)
    return text.getvalue()


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]], file: BinaryIO) -> None:
    """The same into ``file``, a row at a time, in UTF-8 with the mark by which spreadsheets know it."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    _write(columns, rows, text)
    text.detach()


def _write(columns: Sequence[str], rows: Iterable[Mapping[str, object]], text: TextIO) -> None:
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)


def harmless_cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula."""
    line = _AFTER_MARK.sub(r"\1'", " ".join(clean(text, limit=_CELL_LIMIT).split()))
    return f"'{line}" if line[:1] in _STARTS else line


def _cell(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else harmless_cell(str(value))
