"""A list of figures that agencies declare, CSV or XLSX, as a file of ``indicators/``: shown first, written when accepted.

A blank cell stays unknown: never zero, and never done.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, get_args

from secaudit.errors import DataError, IntakeError, Problem, UsageError
from secaudit.inventory.load import INDICATORS
from secaudit.messages import Message, msg
from secaudit.model.base import Document
from secaudit.model.console import spelled, unaccented
from secaudit.model.inventory import Inventory
from secaudit.pipeline.attendance_columns import HEADINGS as LISTS
from secaudit.pipeline.attendance_list import Agencies
from secaudit.pipeline.staging import Change, apply_changes, check_changes, read_bytes
from secaudit.source import more_problems, table_text
from secaudit.tables.reading import Cell, Table, TableRow, column_letters, read_body, read_tables, text_of

Field = Literal["agency", "numerator", "denominator"]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
HEADINGS: Final[Mapping[Field, tuple[str, ...]]] = {
    "agency": LISTS["agency"],
    "numerator": (
        "Số đạt", "Số đã đạt", "Đã đạt", "Số đã thực hiện", "Đã thực hiện", "Số thực hiện", "Thực hiện", "Tử số", "Numerator",
    ),
    "denominator": ("Tổng số", "Tổng", "Mẫu số", "Tổng cộng", "Denominator", "Total"),
}  # fmt: skip
"""Headings in use, the surest first."""
_MOST = 100_000_000
_MOST_PROBLEMS = 50
_TOTALS = frozenset({"tong", "tong cong", "tong so", "cong", "total", "sum", "toan tinh"})
_COMMENT = """\
# yaml-language-server: $schema=../../schema/indicator.schema.json
# Số liệu đơn vị khai báo: `secaudit plan import` ghi từ danh sách gửi về; sửa tay được (docs/plans.md).
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of declaring one figure, as the command line says it."""

    indicator: str
    day: date
    document: Document | None = None
    """The report the figures come from; without one they are declared and not proven."""
    columns: Mapping[str, str] | None = None
    """Field -> heading, or letter of the column, where the headings do not say it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What the list says of one agency."""

    agency: str
    numerator: int | None
    denominator: int | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would stand in the inventory."""

    change: Change
    figures: tuple[Figure, ...]
    remarks: tuple[Message, ...]


def prepare_figures(path: Path, folder: Path, inventory: Inventory, asked: Round, *, replacing: bool) -> Prepared:
    """The file the list makes, checked with the whole inventory; DataError with everything wrong, IntakeError with its cells."""
    reader = _Reader(path, inventory, asked)
    figures = tuple(reader.read())
    if not figures and not reader.problems:
        reader.problems.append(Problem(msg("No agency of the list has a figure"), str(path), hint=msg("look at its columns")))
    if reader.problems:
        rest = len(reader.problems) - _MOST_PROBLEMS
        raise IntakeError([*reader.problems[:_MOST_PROBLEMS], *([more_problems(str(path), rest)] if rest > 0 else [])])
    target = folder / INDICATORS / f"{asked.indicator}-{asked.day.isoformat()}.yaml"
    before = read_bytes(target) if target.exists() else None
    change = Change(target, before, _text(asked, figures).encode())
    if before is not None and change.real and not replacing:
        raise UsageError(
            msg("the inventory has other figures of this day already"),
            where=str(target),
            hint=msg("compare the two; --replace puts the list in the place of the file"),
        )
    _, problems = check_changes(folder, [change])
    if problems:
        raise DataError(problems)
    return Prepared(change, figures, tuple(reader.remarks()))


def write_figures(prepared: Prepared) -> None:
    """Put the file in its place, whole or not at all."""
    apply_changes([prepared.change])


def _text(asked: Round, figures: tuple[Figure, ...]) -> str:
    head: dict[str, object] = {"indicator": asked.indicator, "as_of": asked.day}
    if asked.document is not None:
        head["evidence"] = {"number": asked.document.number, "date": asked.document.date}
    rows = [
        {
            "agency": one.agency,
            **({} if one.numerator is None else {"numerator": one.numerator}),
            **({} if one.denominator is None else {"denominator": one.denominator}),
        }
        for one in figures
    ]
    return table_text(_COMMENT, head, "lines", rows)


class _Reader:
    """One list being read."""

    def __init__(self, path: Path, inventory: Inventory, asked: Round) -> None:
        self.problems: list[Problem] = []
        self._path = str(path)
        self._agencies = Agencies(inventory, asked.day)
        self._province = inventory.province.province
        self._seen: dict[str, int] = {}
        self._blank = self._totals = 0
        self._table, self._at = self._chosen(path, asked.columns or {})

    def read(self) -> Iterator[Figure]:
        """A figure per agency that has one; what is wrong stands in :attr:`problems`."""
        unknown: dict[str, tuple[str, int]] = {}
        for row in self._table.rows:
            text = " ".join(text_of(row.cells[self._at["agency"]]).split())
            agency = self._agency(text)
            if agency is None and unaccented(text).strip(" .:") in _TOTALS:
                self._totals += 1
            elif not text:
                self._note(
                    "agency", row, msg("The agency is missing in this row"), msg("write it in every row, or remove the row")
                )
            elif agency is None:
                cell, rows = unknown.get(text, (self._table.place(row.number, self._at["agency"]), 0))
                unknown[text] = (cell, rows + 1)
            else:
                figure = self._figure(row, agency)
                if figure is not None:
                    yield figure
        self.problems += [self._agencies.problem(text, self._path, *where) for text, where in unknown.items()]

    def remarks(self) -> Iterator[Message]:
        """What was taken and should be looked at."""
        if self._blank:
            yield msg("{count} rows have no number: nothing is known of them, and nothing is kept", count=self._blank)
        if self._totals:
            yield msg("{count} rows with a total were left out", count=self._totals)

    def _agency(self, text: str) -> str | None:
        if text == self._province.id or unaccented(text) == unaccented(self._province.name):
            return self._province.id
        return self._agencies.find(text) if text else None

    def _figure(self, row: TableRow, agency: str) -> Figure | None:
        before = self._seen.setdefault(agency, row.number)
        if before != row.number:
            what = msg("The agency stands in the list twice: in row {row}, too", row=before)
            self._note("agency", row, what, msg("keep one of the two lines"))
            return None
        found = len(self.problems)
        numerator, denominator = self._count("numerator", row), self._count("denominator", row)
        if len(self.problems) > found:
            return None
        if numerator is None and denominator is None:
            self._blank += 1
            return None
        if denominator is None:
            what, hint = msg("How many there are in all is missing"), msg("give the denominator beside it")
            self._note("denominator", row, what, hint)
        elif numerator is not None and numerator > denominator:
            what, hint = msg("More are declared than there are"), msg("correct one of the two numbers")
            self._note("numerator", row, what, hint)
        return Figure(agency, numerator, denominator)

    def _count(self, name: Field, row: TableRow) -> int | None:
        """How many; None for a blank cell and, with a problem, for what is no count."""
        cell: Cell = row.cells[self._at[name]]
        text = spelled(text_of(cell))
        if not text or text in ("-", "–"):
            return None
        if not isinstance(cell, bool) and text.isascii() and text.isdecimal() and int(text[:12]) <= _MOST:
            return int(text)
        self._note(
            name,
            row,
            msg("This is no count"),
            msg("type digits only: 1234, without a sign of thousands"),
            expected=msg("a whole number from 0 to {most}", most=_MOST),
        )
        return None

    def _note(self, name: Field, row: TableRow, what: Message, hint: Message, expected: Message | None = None) -> None:
        at = self._at[name]
        found = text_of(row.cells[at]) or None
        place = self._table.place(row.number, at)
        self.problems.append(Problem(what, self._path, cell=place, found=found, expected=expected, hint=hint))

    def _chosen(self, path: Path, given: Mapping[str, str]) -> tuple[Table, dict[Field, int]]:
        """The first sheet that has all three columns; IntakeError naming the headings looked for."""
        known = [heading for name in FIELDS for heading in HEADINGS[name]]
        tables = read_tables(path, read_body(path), (*known, *given.values()))
        best: dict[Field, int] = {}
        for table in tables:
            found = _columns(table, given)
            if len(found) == len(FIELDS):
                return table, found
            best = max(best, found, key=len)
        missing = [name for name in FIELDS if name not in best]
        raise IntakeError(
            [
                Problem(
                    msg("There is no column for {field}", field=name),
                    str(path),
                    found=given.get(name),
                    expected=msg("a row of headings with one like {heading}", heading=HEADINGS[name][0]),
                    hint=msg("say which column it is: --column {field}=... with its heading or letter", field=name),
                )
                for name in missing
            ]
        )


def _columns(table: Table, given: Mapping[str, str]) -> dict[Field, int]:
    """Field -> index of its column, as far as the headings, or the person who imports, say it."""
    plain = [unaccented(spelled(heading.partition("(")[0])) for heading in table.headings]
    letters = [column_letters(column) for column in table.columns]
    found: dict[Field, int] = {}
    for name in FIELDS:
        for heading in (given[name],) if name in given else HEADINGS[name]:
            word = unaccented(spelled(heading))
            if word in plain:
                found[name] = plain.index(word)
                break
            if name in given and heading in letters:
                found[name] = letters.index(heading)
    return found
