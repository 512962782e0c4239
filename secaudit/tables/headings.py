"""Finds the row of headings and cuts the list out of what stands around it: titles above, totals and signatures below."""

import re
import unicodedata
from collections.abc import Collection, Sequence

from secaudit.tables.model import Cell, Table, TableRow, column_letters, text_of

Raw = tuple[int, tuple[Cell, ...]]
"""Row number and cells, as long as the row is; at least one is filled."""

_LOOKED_AT = 60
"""Filled rows among which the headings are looked for."""
_WIDE = 0.75
"""Without known headings the first row counts that has this share of the texts of the widest."""
_SUM = re.compile(r"(?:grand )?total\b|tổng\b|cộng\b|sum\b|count\b|số lượng\b|\d+ (?:rows?|records?|items?|máy|dòng|bản ghi)\b")
"""How the line under a list begins that counts it."""
_UNDER = 12
"""Rows under a list that a gap separates from it may be this many."""


def fold_heading(text: str) -> str:
    """What two spellings of one heading have in common: capitals, the composition of marks and spaces do not count."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def shape(name: str, rows: Sequence[Raw], known: Collection[str], after_gap: Collection[int]) -> tuple[Table, ...]:
    """The list that stands in these rows; nothing when there is none. ``after_gap``: numbers of rows below an empty one."""
    at = _heading_index(rows, frozenset(map(fold_heading, known)))
    if at is None:
        return ()
    number, cells = rows[at]
    listed = [row for row in rows[at + 1 :] if row[1][: len(cells)] != cells]
    listed = _without_footer(listed, _filled(rows[at]), after_gap)
    used = {column for _, row in listed for column in range(len(cells), len(row)) if row[column] is not None}
    columns = sorted(used | _filled_columns(cells, listed))
    body = tuple(TableRow(row_number, _aligned(row, columns)) for row_number, row in listed)
    texts = [text_of(cells[column]) if column < len(cells) else "" for column in columns]
    return (Table(name, number, _unique(texts, columns), body, tuple(columns)),)


def _aligned(row: tuple[Cell, ...], columns: Sequence[int]) -> tuple[Cell, ...]:
    """The cells of these columns."""
    if len(row) == len(columns) == columns[-1] + 1:
        return row
    return tuple([row[column] if column < len(row) else None for column in columns])


def _filled_columns(cells: tuple[Cell, ...], listed: Sequence[Raw]) -> set[int]:
    """Columns with a heading, and those without one that hold something."""
    columns = {column for column, cell in enumerate(cells) if cell is not None}
    unnamed = set(range(len(cells))) - columns
    for _, row in listed:
        if not unnamed:
            break
        found = {column for column in unnamed if column < len(row) and row[column] is not None}
        columns |= found
        unnamed -= found
    return columns


def _heading_index(rows: Sequence[Raw], known: Collection[str]) -> int | None:
    """Index of the row that has most known headings; without any, of the first that is about as wide as the widest."""
    looked = rows[:_LOOKED_AT]
    if not looked:
        return None
    hits = [len({fold_heading(cell) for cell in cells if isinstance(cell, str)} & set(known)) for _, cells in looked]
    if max(hits):
        return hits.index(max(hits))
    widths = [sum(isinstance(cell, str) and any(map(str.isalnum, cell)) for cell in cells) for _, cells in looked]
    return next((index for index, width in enumerate(widths) if width and width >= _WIDE * max(widths)), None)


def _without_footer(rows: list[Raw], columns: int, after_gap: Collection[int]) -> list[Raw]:
    """Rows without a total and without what a gap separates from the list: notes, date, signature.

    Only rows that are nearly empty go, so that no machine with evidence can be lost here.
    """
    few = min(columns // 3, 3)
    first = next((at for at in range(len(rows) - 1, -1, -1) if _filled(rows[at]) > few), -1) + 1
    for at in range(max(first, len(rows) - _UNDER), len(rows)):
        if rows[at][0] in after_gap or any(isinstance(cell, str) and _SUM.match(fold_heading(cell)) for cell in rows[at][1]):
            return rows[:at]
    return rows


def _filled(row: Raw) -> int:
    return sum(cell is not None for cell in row[1])


def _unique(texts: Sequence[str], columns: Sequence[int]) -> tuple[str, ...]:
    """Headings that are all different; what is added is the letter of the column."""
    taken = {text for text in texts if text}
    seen: set[str] = set()
    headings = []
    for text, column in zip(texts, columns, strict=True):
        heading = " ".join(text.split())
        if not heading or heading in seen:
            heading = f"{heading} [{column_letters(column)}]".strip()
            while heading in taken or heading in seen:
                heading += "'"
        seen.add(heading)
        headings.append(heading)
    return tuple(headings)
