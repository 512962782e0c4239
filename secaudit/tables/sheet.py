"""Reads one sheet of a workbook: only cells that hold something, formulas refused by name, never more than the limits."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import IO
from unicodedata import normalize
from xml.parsers import expat

from secaudit.errors import IntakeError, Problem
from secaudit.messages import msg
from secaudit.tables.book import NUMBER, Book, BrokenError, Shown, Style, feed, parser, unescaped
from secaudit.tables.headings import Raw
from secaudit.tables.model import Cell, TableLimits, column_letters, refused
from secaudit.tables.moments import EXCEL_ZERO

_LAST_ROW = 1 << 20
_LAST_COLUMN = 1 << 14
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - a workbook knows no zone
_DIGITS = "0123456789"
_SPACES = "\ufeff\u200b \t\r\n\xa0\u2007\u202f\u3000"
_REMEMBERED = 100_000
"""Texts of which equal ones share one object: most of the memory of a list."""
_MOST_MERGES = 20_000


class Budget:
    """What may still be read of a workbook, and what is wrong with it so far."""

    def __init__(self, path: str, limits: TableLimits) -> None:
        """``path`` as the user named it."""
        self.path = path
        self.limits = limits
        self.rows = 0
        self.cells = 0
        self.formulas: dict[str, None] = {}
        """Places of cells with a formula, ``Sheet!B7``, in their order."""

    def row(self, sheet: str, cells: int) -> None:
        """Count one row; raises :class:`IntakeError` when it is one too many."""
        self.rows += 1
        self.cells += cells
        if self.rows > self.limits.max_rows:
            raise refused(self.path, msg("There are more than {count} rows", count=self.limits.max_rows), cell=sheet)
        if self.cells > self.limits.max_cells:
            raise refused(self.path, msg("There are more than {count} cells", count=self.limits.max_cells), cell=sheet)

    def formula(self, place: str) -> None:
        """Note a cell with a formula."""
        self.formulas[place] = None

    def raise_formulas(self) -> None:
        """Raise :class:`IntakeError` when a cell held a formula."""
        if not self.formulas:
            return
        hint = msg("copy the list into a new workbook with Paste Special > Values, and save that as .xlsx")
        what = msg("The cell holds a formula: what it shows depends on the program that opens it")
        named = list(self.formulas)[: self.limits.max_problems]
        problems = [Problem(what, self.path, cell=place, hint=hint) for place in named]
        if more := len(self.formulas) - len(named):
            problems.append(Problem(msg("{count} more cells with formulas", count=more), self.path))
        raise IntakeError(problems)


def read_sheet(stream: IO[bytes], name: str, book: Book, texts: Sequence[str], budget: Budget) -> list[Raw]:
    """Rows that hold something; what a merged cell of one column shows stands in each of its rows."""
    made = parser()
    reader = _Reader(made, name, book, texts, budget)
    made.StartElementHandler = reader.start
    made.EndElementHandler = reader.end
    feed(made, stream)
    return reader.finished()


class _Reader:
    """Handlers for one sheet's elements; they run for every cell, so they look only at what counts."""

    def __init__(self, made: expat.XMLParserType, sheet: str, book: Book, texts: Sequence[str], budget: Budget) -> None:
        self._made = made
        self._sheet = sheet
        self._texts = texts
        self._styles = book.styles
        self._epoch = _EPOCH_1904 if book.from_1904 else EXCEL_ZERO
        self._budget = budget
        self._limits = budget.limits
        self._space: str | None = None
        self._c = self._v = self._t = self._row = self._f = ""
        self._rows: list[Raw] = []
        self._number = 0
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._kind = "n"
        self._style = ""
        self._pieces: list[str] = []
        self._phonetic = 0
        self._columns: dict[str, int] = {}
        self._shown: dict[str, str | None] = {}
        self._own: dict[str, str | None] = {}
        self._merges: list[tuple[int, int, int]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == self._c:
            reference = attributes.get("r")
            self._column = self._column + 1 if reference is None else self._column_of(reference)
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._pieces = []
        elif name == self._v or (name == self._t and not self._phonetic):
            self._made.CharacterDataHandler = self._pieces.append
        elif name == self._row:
            self._begin_row(attributes.get("r"))
        else:
            self._rare_start(name, attributes)

    def _rare_start(self, name: str, attributes: dict[str, str]) -> None:
        if self._space is None:
            self._space = name.rpartition("}")[0]
            prefix = f"{self._space}}}" if self._space else ""
            self._c, self._v, self._t, self._row, self._f = (prefix + local for local in ("c", "v", "t", "row", "f"))
            return
        if name == self._f:
            self._budget.formula(self._place(self._column))
        elif name.endswith("}rPh"):
            self._phonetic += 1
        elif name.endswith("}mergeCell"):
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """An element closes."""
        if name == self._c:
            if self._pieces:
                self._keep("".join(self._pieces))
        elif name == self._v or name == self._t:
            self._made.CharacterDataHandler = None
        elif name == self._row:
            self._end_row()
        elif name.endswith("}rPh"):
            self._phonetic -= 1

    def _begin_row(self, reference: str | None) -> None:
        number = self._number + 1 if reference is None else _row_number(reference)
        if not self._number < number <= _LAST_ROW:
            raise BrokenError(f"{self._sheet}!{number}")
        self._number, self._column, self._cells = number, -1, {}

    def _end_row(self) -> None:
        if not self._cells:
            return
        self._budget.row(self._sheet, len(self._cells))
        cells = self._cells
        self._rows.append((self._number, tuple([cells.get(column) for column in range(max(cells) + 1)])))

    def _keep(self, text: str) -> None:
        kind = self._kind
        if kind == "s":
            cell: Cell = self._shown[text] if text in self._shown else self._shared(text)
        elif kind == "n":
            cell = self._number_shown(text)
        elif kind == "b":
            cell = text.strip() in ("1", "true")
        elif kind == "d":
            cell = _iso(text)
        else:  # texts in the cell itself, errors
            cell = self._own[text] if text in self._own else self._own_text(text)
        if cell is None:
            return
        if self._column >= self._limits.max_columns:
            hint = msg("delete what stands there, or copy the list alone into a new workbook")
            raise refused(
                self._budget.path,
                msg("The cell lies beyond the {count} columns that are read", count=self._limits.max_columns),
                cell=self._place(self._column),
                hint=hint,
            )
        if self._column in self._cells:
            raise BrokenError(self._place(self._column))
        self._cells[self._column] = cell

    def _shared(self, index: str) -> str | None:
        if not index.isdecimal() or len(index) > 9 or int(index) >= len(self._texts):
            raise BrokenError(self._place(self._column))
        cell = self._shown[index] = self._text(self._texts[int(index)])
        return cell

    def _own_text(self, text: str) -> str | None:
        cell = self._text(text)
        if len(self._own) < _REMEMBERED:
            self._own[text] = cell
        return cell

    def _text(self, text: str) -> str | None:
        if len(text) > self._limits.max_cell:
            raise refused(
                self._budget.path,
                msg("The cell has more than {count} characters", count=self._limits.max_cell),
                cell=self._place(self._column),
            )
        cell = unescaped(text).strip(_SPACES) or None
        return cell if cell is None or cell.isascii() else normalize("NFC", cell)

    def _number_shown(self, text: str) -> Cell:
        style = self._style_of()
        try:
            value = int(text) if text.isdecimal() and len(text) < 16 else float(text)
        except ValueError:
            raise BrokenError(self._place(self._column)) from None
        if value != value or value in (float("inf"), float("-inf")):
            raise BrokenError(self._place(self._column))
        if style.shown is Shown.NUMBER:
            return f"{value:0{style.digits}d}" if style.digits and isinstance(value, int) else value
        return _moment(value, self._epoch, time_only=style.shown is Shown.TIME)

    def _style_of(self) -> Style:
        if not self._style:
            return NUMBER
        if not self._style.isdecimal() or len(self._style) > 9:
            raise BrokenError(self._place(self._column))
        index = int(self._style)
        return self._styles[index] if index < len(self._styles) else NUMBER

    def _column_of(self, reference: str) -> int:
        letters = reference.rstrip(_DIGITS)
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = self._counted(letters)
        return column

    def _counted(self, letters: str) -> int:
        column = 0
        for letter in letters[:4]:
            if not "A" <= letter <= "Z":
                raise BrokenError(f"{self._sheet}!{self._number}")
            column = column * 26 + ord(letter) - ord("A") + 1
        if not 0 < column <= _LAST_COLUMN:
            raise BrokenError(f"{self._sheet}!{self._number}")
        return column - 1

    def _place(self, column: int) -> str:
        return f"{self._sheet}!{column_letters(max(column, 0))}{self._number}"

    def _merge(self, reference: str) -> None:
        """Note a merged range that is one column wide."""
        first, _, last = reference.partition(":")
        column, until = self._column_of(first), self._column_of(last or first)
        top, bottom = _row_number(first.lstrip(_LETTERS)), _row_number((last or first).lstrip(_LETTERS))
        if column == until and top < bottom and column < self._limits.max_columns and len(self._merges) < _MOST_MERGES:
            self._merges.append((column, top, bottom))

    def finished(self) -> list[Raw]:
        """The rows, what is merged down a column repeated."""
        if not self._merges:
            return self._rows
        shown = {column: dict[int, Cell]() for column, _, _ in self._merges}
        rows = dict(self._rows)
        numbers = sorted(rows)
        for column, top, bottom in self._merges:
            cells = rows.get(top, ())
            value = cells[column] if column < len(cells) else None
            if value is not None:
                for at in range(bisect_right(numbers, top), bisect_right(numbers, bottom)):
                    shown[column].setdefault(numbers[at], value)
        return [(number, _filled(cells, number, shown)) for number, cells in self._rows]


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ$"


def _filled(cells: tuple[Cell, ...], number: int, shown: dict[int, dict[int, Cell]]) -> tuple[Cell, ...]:
    values = {column: rows[number] for column, rows in shown.items() if number in rows}
    if not values:
        return cells
    width = max(len(cells), *(column + 1 for column in values))
    padded = [*cells, *[None] * (width - len(cells))]
    for column, value in values.items():
        padded[column] = value if padded[column] is None else padded[column]
    return tuple(padded)


def _row_number(text: str) -> int:
    if not text.isdecimal() or not 0 < len(text) < 8:
        raise BrokenError(text[:20])
    return int(text)


def _moment(days: float, epoch: datetime, *, time_only: bool) -> Cell:
    """A day, a moment, or a time of day as text; what lies outside the calendar stays a number."""
    try:
        moment = epoch + timedelta(seconds=round(days * 86_400))
    except OverflowError:
        return days
    if time_only and days < 1:
        return moment.strftime("%H:%M:%S")
    if days < 61:  # workbooks count a 29 February 1900 that never was; nothing of ours is that old
        return days
    return moment.date() if moment.time() == datetime.min.time() else moment


def _iso(text: str) -> Cell:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return text[:40]
