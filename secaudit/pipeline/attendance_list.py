"""Reads the organiser's list of who attended: per agency a number, or hashed staff codes. Names are neither kept nor shown.

What stands in a cell is quoted in a problem only where it looks like the name of an agency: whoever takes the wrong column for
the agencies must not find people's names on the console.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from secaudit.errors import IntakeError, Problem
from secaudit.messages import Message, msg
from secaudit.model.agency_groups import AgencyGroups
from secaudit.model.console import spelled, unaccented
from secaudit.model.inventory import Agency, Inventory
from secaudit.model.session import Attendance, Audience
from secaudit.pipeline.attendance_columns import Columns, Field, all_headings, columns_of
from secaudit.pipeline.staff_codes import StaffKey, normalised
from secaudit.source import more_problems
from secaudit.tables.reading import Cell, Table, TableRow, read_body, read_tables, text_of

_MOST_PEOPLE: Final = 1_000_000
_MOST_PROBLEMS: Final = 50
_NEAR: Final = 0.8
_LONGEST_NUMBER: Final = 10**15
"""From here on a spreadsheet's number has lost its last digits."""
_TOTALS: Final = frozenset({"tong", "tong cong", "tong so", "cong", "total", "grand total", "sum"})
_HEADS: Final = ("lanh dao", "nguoi dung dau", "thu truong", "heads", "head", "leaders")
_STAFF: Final = (
    "cbcc", "cbccvc", "can bo", "cong chuc", "vien chuc", "nguoi lao dong", "nhan vien", "can bo cong chuc",
    "can bo cong chuc vien chuc", "can bo cong chuc vien chuc nguoi lao dong", "staff",
)  # fmt: skip
_Which = tuple[str, Audience]


@dataclass(frozen=True, slots=True)
class Listed:
    """What one list says, ready for the register."""

    lines: tuple[Attendance, ...]
    """By agency and audience."""
    digest: str
    """SHA-256 of the file, hexadecimal."""
    rows: int
    rosters: bool
    """Whether its lines are rosters."""
    remarks: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """How the list is to be read."""

    day: date
    """Of the session: agencies are those of that day."""
    audience: Audience | None = None
    columns: Mapping[Field, str] = field(default_factory=dict)
    sheet: str | None = None
    counts_only: bool = False


def read_list(path: Path, inventory: Inventory, key: StaffKey, asked: Asked) -> Listed:
    """Read the whole list; IntakeError with everything that is wrong with it, each with its cell."""
    body = read_body(path)
    table, columns = _chosen(read_tables(path, body, (*all_headings(), *asked.columns.values())), path, asked)
    reader = _Reader(table, columns, str(path), asked, Agencies(inventory, asked.day), key)
    lines, rosters = reader.read()
    if reader.problems:
        shown = reader.problems[:_MOST_PROBLEMS]
        rest = len(reader.problems) - len(shown)
        raise IntakeError([*shown, *([more_problems(str(path), rest)] if rest else [])])
    return Listed(lines, hashlib.sha256(body).hexdigest(), len(table.rows), rosters, tuple(reader.remarks()))


def _chosen(tables: Sequence[Table], path: Path, asked: Asked) -> tuple[Table, Columns]:
    """The one list that names agencies; IntakeError when there is none or more than one."""
    if asked.sheet is not None:
        tables = [table for table in tables if table.name == asked.sheet]
        if not tables:
            hint = msg("look at the tabs of the workbook; hidden sheets are not read")
            raise IntakeError([Problem(msg("There is no sheet with this name"), str(path), found=asked.sheet, hint=hint)])
    if len(tables) == 1:
        fitting = [(tables[0], columns_of(tables[0], asked.columns, path))]
    else:
        fitting = [(table, columns) for table in tables if (columns := _columns_if_all(table, asked, path)) is not None]
    fitting = [(table, columns) for table, columns in fitting if columns.get("agency") is not None]
    if len(fitting) > 1:
        names = ", ".join(table.name for table, _ in fitting)
        hint = msg("name one with --sheet: {names}", names=names)
        raise IntakeError([Problem(msg("Several sheets name agencies"), str(path), hint=hint)])
    if not fitting:
        raise IntakeError(
            [
                Problem(
                    msg("No column with the agencies was found"),
                    str(path),
                    cell=tables[0].place(tables[0].heading_row, 0),
                    expected=msg("a row of headings with one like {heading}", heading="Đơn vị"),
                    hint=msg('say which column it is: --column agency="..." with its heading or letter'),
                )
            ]
        )
    return fitting[0]


def _columns_if_all(table: Table, asked: Asked, path: Path) -> Columns | None:
    """The columns of one sheet of many; None where one that was given is not in it."""
    try:
        return columns_of(table, asked.columns, path)
    except IntakeError:
        return None


class Agencies:
    """Finds agencies of one day by what a list calls them."""

    def __init__(self, inventory: Inventory, day: date) -> None:
        """Those that existed on ``day``; the others are known only to say so."""
        self._day = day
        present = {part.agency.id: part.agency.name for part in inventory.agencies if part.agency.exists_on(day)}
        self._gone: dict[str, Agency] = {
            part.agency.id: part.agency for part in inventory.agencies if part.agency.id not in present
        }
        self._names = present
        self._alike = Counter(map(_plain, present.values()))
        self._groups = AgencyGroups(present, {})
        self._former = AgencyGroups({one.id: one.name for one in self._gone.values()}, {})

    def find(self, text: str) -> str | None:
        """The id; None when it is not exactly one."""
        if text in self._names:
            return text
        if spelled(text) == unaccented(text) and self._alike[_plain(text)] > 1:
            return None  # without diacritics it could be either of two, whatever their ids are
        return self._groups.agency(text)

    def problem(self, text: str, path: str, cell: str, rows: int) -> Problem:
        """Why nothing was found, with agencies whose names are near."""
        gone = self._gone.get(text) or self._gone.get(self._former.agency(text) or "")
        if gone is not None:
            followed = ", ".join(gone.successors)
            return Problem(
                msg("The agency {id} did not exist on the day of the session, {day}", id=gone.id, day=self._day.isoformat()),
                path,
                cell=cell,
                hint=msg("agencies that follow it: {names}", names=followed)
                if followed
                else msg("correct the agency or the date"),
            )
        plain: dict[str, list[str]] = defaultdict(list)
        for agency, name in self._names.items():
            for word in {unaccented(name), agency}:
                plain[word].append(agency)
        near = get_close_matches(unaccented(text), plain, n=3, cutoff=_NEAR)
        candidates = list(dict.fromkeys(agency for word in near for agency in plain[word]))
        return Problem(
            msg("This names no agency of that day, or more than one ({rows} rows)", rows=rows),
            path,
            cell=cell,
            found=text[:100] if candidates else None,
            expected=msg("an agency's id or its name as in the inventory"),
            hint=msg("write the id; near: {names}", names="; ".join(f"{one} ({self._names[one]})" for one in candidates))
            if candidates
            else msg("write the id or the whole name; if this column holds something else, say which one does with --column"),
        )


def _plain(name: str) -> str:
    """A name without diacritics and without the words for people's committee."""
    return unaccented(name).removeprefix("uy ban nhan dan ").removeprefix("ubnd ")


class _Reader:
    """One list being read."""

    def __init__(self, table: Table, columns: Columns, path: str, asked: Asked, agencies: Agencies, key: StaffKey) -> None:
        self.problems: list[Problem] = []
        self._table, self._columns, self._path, self._asked, self._agencies, self._key = (
            table,
            columns,
            path,
            asked,
            agencies,
            key,
        )
        self._unknown: dict[str, tuple[str, int]] = {}
        self._rosters: dict[_Which, dict[str, None]] = defaultdict(dict)
        self._uncoded: Counter[_Which] = Counter()
        self._counts: dict[_Which, int] = {}
        self._twice = 0
        self._blank = 0
        self._totals = 0

    def read(self) -> tuple[tuple[Attendance, ...], bool]:
        """The lines, and whether they are rosters; what is wrong stands in :attr:`problems`."""
        columns = self._columns
        by_number = bool(columns.numbers) and columns.get("code") is None
        if columns.numbers and columns.get("code") is not None:
            if any(name in self._asked.columns for name in columns.numbers):
                by_number = True
            elif "code" not in self._asked.columns:
                self._note(0, msg("The list has both numbers of people and staff codes"), self._table.heading_row, _WHICH)
        if not by_number or "count" in columns.numbers:
            self._need_audience()
        for row in self._table.rows:
            agency = self._agency(row)
            if agency is not None:
                (self._numbers if by_number else self._person)(row, agency)
        for text, (cell, rows) in self._unknown.items():
            self.problems.append(self._agencies.problem(text, self._path, cell, rows))
        rosters = not by_number and columns.get("code") is not None and not self._asked.counts_only
        return tuple(self._lines(by_number, rosters)), rosters

    def remarks(self) -> Iterator[Message]:
        """What was taken and should be looked at."""
        if self._twice:
            yield msg("{count} rows name somebody who stands in the list already: everybody counts once", count=self._twice)
        if self._blank:
            yield msg("{count} rows have no number: nothing is known of them, and nothing is kept", count=self._blank)
        if self._totals:
            yield msg("{count} rows with a total were left out", count=self._totals)
        if self._columns.get("code") is None and not self._columns.numbers:
            yield msg("the list has no staff codes: its rows are counted, and people of several sessions cannot be told apart")
        shared = Counter(code for (_, audience), people in self._rosters.items() if audience is Audience.STAFF for code in people)
        if many := sum(1 for times in shared.values() if times > 1):
            yield msg("{count} staff codes stand under more than one agency: each agency counts its own", count=many)

    def _need_audience(self) -> None:
        if self._asked.audience is None and self._columns.get("audience") is None:
            what = msg("The list does not say whether these are heads or staff")
            hint = msg("say it with --audience heads or --audience staff, or name the column: --column audience=...")
            self._note(0, what, self._table.heading_row, hint)

    def _agency(self, row: TableRow) -> str | None:
        at = self._columns.places["agency"]
        text = " ".join(text_of(row.cells[at]).split())
        if not text:
            self._note(at, msg("The agency is missing in this row"), row.number, msg("write it in every row, or remove the row"))
            return None
        found = self._agencies.find(text)
        if found is None and unaccented(text).strip(" .:") in _TOTALS:
            self._totals += 1
        elif found is None:
            cell, rows = self._unknown.get(text, (self._table.place(row.number, at), 0))
            self._unknown[text] = (cell, rows + 1)
        return found

    def _audience(self, row: TableRow) -> Audience | None:
        at = self._columns.get("audience")
        if at is None:
            return self._asked.audience
        word = " ".join(unaccented(text_of(row.cells[at])).replace(",", " ").split())
        if not word and self._asked.audience is not None:
            return self._asked.audience
        if word in _HEADS:
            return Audience.HEADS
        if word in _STAFF:
            return Audience.STAFF
        self._note(
            at,
            msg("This is no audience"),
            row.number,
            msg("write one of the two; if this column holds something else, say so with --column"),
            expected=msg("{heads} or {staff}", heads="Lãnh đạo", staff="CBCC"),
        )
        return None

    def _person(self, row: TableRow, agency: str) -> None:
        """A row about one person."""
        audience = self._audience(row)
        if audience is None:
            return
        which, at = (agency, audience), self._columns.get("code")
        if at is None:
            self._uncoded[which] += 1
            return
        code = self._code(row.cells[at], row.number, at)
        if code is None:
            return
        if not code:
            if self._asked.counts_only:
                self._uncoded[which] += 1
            else:
                hint = msg("fill it in, or import how many there were and not who: --counts")
                self._note(at, msg("The staff code is missing in this row"), row.number, hint)
            return
        hashed = self._key.hashed(code)
        self._twice += hashed in self._rosters[which]
        self._rosters[which][hashed] = None

    def _code(self, cell: Cell, number: int, at: int) -> str | None:
        """The code; None, and a problem without it, when the spreadsheet made something else of it."""
        if isinstance(cell, bool | date) or (isinstance(cell, float) and not cell.is_integer()):
            what = msg("The spreadsheet made a date or another number of the staff code")
        elif isinstance(cell, int | float) and abs(cell) >= _LONGEST_NUMBER:
            what = msg("The staff code stands there as a number too long for a spreadsheet: its last digits are lost")
        else:
            return normalised(text_of(cell))
        self._note(at, what, number, msg("format the column as text and type the code again"))
        return None

    def _numbers(self, row: TableRow, agency: str) -> None:
        """A row about one agency."""
        for name in self._columns.numbers:
            audience = {"heads": Audience.HEADS, "staff": Audience.STAFF}.get(name) or self._audience(row)
            at = self._columns.places[name]
            count = self._count(row.cells[at], row.number, at)
            if audience is None or count is None:
                continue
            which = (agency, audience)
            if which in self._counts:
                hint = msg("put the rows together; people who stand in both count once")
                self._note(at, msg("The agency has a number for this audience already"), row.number, hint)
            self._counts[which] = count

    def _count(self, cell: Cell, number: int, at: int) -> int | None:
        """How many; None for a blank cell and, with a problem, for what is no number of people."""
        text = spelled(text_of(cell))
        if not text or text in ("-", "–"):
            self._blank += 1
            return None
        if not isinstance(cell, bool) and text.isascii() and text.isdecimal() and int(text[:12]) <= _MOST_PEOPLE:
            return int(text)
        self._note(
            at,
            msg("This is no number of people"),
            number,
            msg("type digits only: 1234, without a sign of thousands"),
            expected=msg("a whole number from 0 to {most}", most=_MOST_PEOPLE),
        )
        return None

    def _note(self, at: int, what: Message, number: int, hint: Message, expected: Message | None = None) -> None:
        """A problem with its cell and never with what stands in it."""
        self.problems.append(Problem(what, self._path, cell=self._table.place(number, at), expected=expected, hint=hint))

    def _lines(self, by_number: bool, rosters: bool) -> Iterator[Attendance]:
        if by_number:
            for (agency, audience), count in sorted(self._counts.items()):
                yield Attendance(agency=agency, audience=audience, count=count)
            return
        for which in sorted({*self._rosters, *self._uncoded}):
            people = self._rosters.get(which, {})
            if rosters:
                yield Attendance(agency=which[0], audience=which[1], roster=tuple(sorted(people)))
            else:
                yield Attendance(agency=which[0], audience=which[1], count=len(people) + self._uncoded[which])


_WHICH = msg("say which of them to take with --column, for example --column code=C")
