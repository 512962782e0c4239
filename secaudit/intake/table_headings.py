"""Finds the row of headings and cuts the list out of what stands around it."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

from secaudit.intake.table_model import Cell, Table, TableLimits, TableRow, column_letters, text_of

Raw = tuple[int, tuple[Cell, ...]]
"""Row number and cells, as long as the row is."""

_LOOKED_AT = 60
"""Filled rows among which the headings are looked for."""


def fold_heading(text: str) -> str:
    """What two spellings of one heading have in common: letters' case, marks' composition and spaces do not count."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def shape(path: str, name: str, rows: Sequence[Raw], known: Collection[str], limits: TableLimits) -> tuple[Table, ...]:
    """The list that stands in these rows; nothing when there is none."""
    filled = [row for row in rows if any(cell is not None for cell in row[1])]
    at = _heading_index(filled, frozenset(fold_heading(text) for text in known))
    if at is None:
        return ()
    number, cells = filled[at]
    columns = [column for column in range(len(cells)) if cells[column] is not None]
    headings = _unique([text_of(cells[column]) for column in columns], columns)
    body = tuple(
        TableRow(number, tuple(row[column] if column < len(row) else None for column in columns))
        for number, row in filled[at + 1 :]
    )
    return (Table(name, number, headings, body),)


def _heading_index(rows: Sequence[Raw], known: Collection[str]) -> int | None:
    """Index of the row that has most known headings; without any, of the first that is about as wide as the widest."""
    looked = rows[:_LOOKED_AT]
    if not looked:
        return None
    hits = [len({fold_heading(cell) for cell in cells if isinstance(cell, str)} & set(known)) for _, cells in looked]
    if max(hits):
        return hits.index(max(hits))
    widths = [sum(isinstance(cell, str) for cell in cells) for _, cells in looked]
    return next((index for index, width in enumerate(widths) if width and width >= 0.75 * max(widths)), None)


def _unique(texts: Sequence[str], columns: Sequence[int]) -> tuple[str, ...]:
    counts = Counter[str]()
    headings = []
    for text, column in zip(texts, columns, strict=True):
        counts[text] += 1
        headings.append(text if counts[text] == 1 and text else f"{text} [{column_letters(column)}]".strip())
    return tuple(headings)
