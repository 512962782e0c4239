"""What a list of machines looks like once it was read, whatever the file was."""

from dataclasses import dataclass, field
from datetime import date, datetime

from secaudit.errors import IntakeError, Problem
from secaudit.messages import Message

Cell = str | datetime | date | bool | int | float | None
"""A value as the file types it; text stands as a person sees it, composed (NFC), without spaces around it. None is an empty cell.
Moments of a workbook carry no zone: a workbook does not know one."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row under the headings."""

    number: int
    """Where a person finds it: row of the sheet, or line of the CSV on which it begins; from 1."""
    cells: tuple[Cell, ...]
    """As many as there are headings."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a workbook, or the whole of a CSV file."""

    name: str
    """Name of the sheet; empty for a CSV file."""
    heading_row: int
    """As :attr:`TableRow.number`."""
    headings: tuple[str, ...]
    """All different: of equal ones the later carry the letter of their column, ``Name [C]``; a column without one is ``[C]``."""
    rows: tuple[TableRow, ...]
    """Without empty rows and without what stands under the list, such as a line with the total."""
    columns: tuple[int, ...] = field(default=(), compare=False)
    """Where each heading stands in the file, from 0; empty where the list was not read from one."""

    def place(self, number: int, heading: int) -> str:
        """Where a person finds a cell, ``Sheet!B7``; ``heading`` is an index into :attr:`headings`."""
        cell = f"{column_letters(self.columns[heading] if self.columns else heading)}{number}"
        return f"{self.name}!{cell}" if self.name else cell


@dataclass(frozen=True, slots=True)
class SheetRows:
    """One sheet of a workbook as it is: nothing is taken for a title, a heading or a total."""

    name: str
    rows: tuple[TableRow, ...]
    """Rows that hold something; their cells begin at column A and end with the last filled one."""
    hidden: bool = False
    formulas: frozenset[str] = frozenset()
    """Cells with a formula, ``B7``; what stands in them is what a program once worked out, and nothing to rely on."""


@dataclass(frozen=True, slots=True)
class TableLimits:
    """How much is read before a file is refused; 30,000 machines in 40 columns stay under half of each."""

    max_bytes: int = 64 << 20
    max_unpacked: int = 400 << 20
    max_parts: int = 2_000
    """Files inside a workbook."""
    max_rows: int = 200_000
    max_columns: int = 200
    max_cells: int = 4_000_000
    """Of all sheets together."""
    max_cell: int = 32_767
    """Characters; no spreadsheet keeps more in a cell."""
    max_problems: int = 20
    """Problems reported for one file."""


DEFAULT_LIMITS = TableLimits()


def text_of(cell: Cell) -> str:
    """A cell as text; what is empty is the empty text."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return str(cell)


def refused(
    path: str, message: Message, *, hint: Message | None = None, line: int | None = None, cell: str | None = None
) -> IntakeError:
    """The whole file is refused for one reason."""
    return IntakeError([Problem(message, path, line, cell=cell, hint=hint)])


def column_letters(index: int) -> str:
    """``A`` for 0, as spreadsheets name columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
