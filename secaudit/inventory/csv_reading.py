"""Reads the CSV files that ``inventory export`` writes: one sheet for all agencies, back to what each of them says.

A CSV file does not say how the answers stood: blank cells change nothing, and rows that are missing remove nothing.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from secaudit.errors import IntakeError, Problem
from secaudit.inventory.answers import Place, names_of
from secaudit.inventory.csv_export import AGENCY_COLUMN, ID_COLUMN
from secaudit.inventory.questions import Question
from secaudit.inventory.received import Received
from secaudit.inventory.rows import Cells, Rows
from secaudit.inventory.sheets import PARTS
from secaudit.inventory.typed import plain
from secaudit.inventory.workbook_areas import in_all_languages, seen
from secaudit.inventory.workbook_reading import Asked
from secaudit.messages import msg
from secaudit.source import shown
from secaudit.tables.model import Cell, TableLimits, TableRow, column_letters, text_of
from secaudit.tables.reading import read_rows

PROFILE = "csv"
LIMITS = TableLimits()
_STEM = re.compile(r"[a-z]+")
_KEYS = frozenset(key for sheet in PARTS.values() for question in sheet.questions for key in (question.key,))
_EXPORTED = msg("import a file that 'secaudit inventory export --format csv' wrote; a list of another form comes in with --map")


def read_csv_file(path: FilePath, body: bytes, asked: Asked) -> tuple[Received, ...]:
    """What the file says of each agency, in the order in which they stand in it; never raises for anything in the file.

    A file that cannot be read comes back once, without an agency, with the problem that says why.
    """
    return _File(path, body, asked).read()


class _File:
    """One CSV file being read."""

    def __init__(self, path: FilePath, body: bytes, asked: Asked) -> None:
        self._path = path
        self._file = str(path)
        self._body = body
        self._asked = asked
        self._problems: list[Problem] = []
        self._remarks: list[Problem] = []

    def read(self) -> tuple[Received, ...]:
        """One for each agency; what belongs to none stands with the first."""
        try:
            rows = read_rows(self._path, self._body, _KEYS, LIMITS)
        except IntakeError as error:
            self._problems += error.problems
            return (self._received("", None),)
        part = self._part(rows)
        if part is None:
            self._problems.append(
                Problem(msg("The first line holds no headings of an exported list"), self._file, 1, hint=_EXPORTED)
            )
            return (self._received("", None),)
        found: dict[str, Rows] = {}
        columns, width = self._columns(part, rows[0]), len(rows[0].cells)
        for row in rows[1:]:
            if any(row.cells[width:]):
                self._shifted(row, width)
            else:
                self._row(part, columns, row, found)
        if not found:
            return (self._received("", None),)
        received = tuple(self._received(agency, its) for agency, its in found.items())
        self._problems, self._remarks = [], []
        return received

    def _part(self, rows: Sequence[TableRow]) -> str | None:
        """Which sheet it is: by the name of the file, else by most headings; None where the agencies do not stand in it."""
        headings = [seen(text_of(cell)) for cell in rows[0].cells] if rows else []
        if AGENCY_COLUMN not in headings:
            return None
        stem = _STEM.match(plain(self._path.stem))
        if stem and stem[0] in PARTS:
            return stem[0]
        hits = {part: sum(word in self._known(part) for word in headings) for part in PARTS}
        best = max(hits, key=lambda part: hits[part])
        return best if hits[best] else None

    def _known(self, part: str) -> Mapping[str, Question]:
        """Heading -> question: keys, and what people call them."""
        found = {seen(question.key): question for question in PARTS[part].questions if question.full}
        for question in list(found.values()):
            for word in in_all_languages(question.heading):
                found.setdefault(word, question)
        return found

    def _columns(self, part: str, head: TableRow) -> dict[int, Question | str]:
        """Column -> question, or which of the two first columns it is; others are passed over with a remark."""
        known = self._known(part)
        columns: dict[int, Question | str] = {}
        for at, cell in enumerate(head.cells):
            word = seen(text_of(cell))
            if not word:
                continue
            heading: Question | str | None = word if word in (AGENCY_COLUMN, ID_COLUMN) else known.get(word)
            if heading is None:
                what = msg("The column is none of ours; it was not read")
                self._remarks.append(Problem(what, self._file, head.number, found=shown(text_of(cell))))
            elif heading in columns.values():
                what = msg("Two columns ask the same: {heading}", heading=shown(text_of(cell)))
                hint = msg("delete the one that is not meant")
                self._problems.append(Problem(what, self._file, head.number, cell=column_letters(at), hint=hint))
            else:
                columns[at] = heading
        return columns

    def _row(self, part: str, columns: Mapping[int, Question | str], row: TableRow, found: dict[str, Rows]) -> None:
        place = Place(self._file, line=row.number)
        texts = {at: _plain(row.cells[at]) if at < len(row.cells) else None for at in columns}
        agency, key = (self._first(columns, texts, name) for name in (AGENCY_COLUMN, ID_COLUMN))
        rows = found.get(agency) or self._rows(agency)
        if rows is None:
            hint = msg("write the id of the agency as the inventory has it")
            self._problems.append(
                Problem(msg("The inventory has no such agency"), self._file, row.number, found=shown(agency), hint=hint)
            )
            return
        found[agency] = rows
        spots = tuple(
            (asked, texts[at], Place(self._file, column_letters(at), row.number))
            for at, asked in columns.items()
            if isinstance(asked, Question)
        )
        rows.take(Cells(part, "" if PARTS[part].form else key, place, spots))

    def _shifted(self, row: TableRow, width: int) -> None:
        """A line with more cells than there are headings: everything after the misplaced separator would be misread."""
        what = msg("The line has {found} cells, but there are {count} headings", found=len(row.cells), count=width)
        hint = msg("a separator stands inside a value without quotation marks; export the list again")
        self._problems.append(Problem(what, self._file, row.number, hint=hint))

    def _first(self, columns: Mapping[int, Question | str], texts: Mapping[int, Cell], name: str) -> str:
        at = next((at for at, heading in columns.items() if heading == name), None)
        return text_of(texts[at]).strip().casefold() if at is not None else ""

    def _rows(self, agency: str) -> Rows | None:
        if not any(file.agency.id == agency for file in self._asked.inventory.agencies):
            return None
        return Rows(names_of(self._asked.inventory, agency), None)

    def _received(self, agency: str, rows: Rows | None) -> Received:
        return Received(
            agency,
            self._file,
            hashlib.sha256(self._body).hexdigest(),
            PROFILE,
            records=tuple(rows.records) if rows is not None else (),
            problems=(*self._problems, *(rows.problems if rows is not None else ())),
            remarks=(*self._remarks, *(rows.remarks if rows is not None else ())),
        )


def _plain(cell: Cell) -> Cell:
    """Without the apostrophe that keeps a text from being taken for a formula."""
    return cell[1:] or None if isinstance(cell, str) and cell.startswith("'") else cell
