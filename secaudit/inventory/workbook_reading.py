"""Reads a workbook that an agency sent back: bytes become answers, each with its cell, and everything that cannot be taken."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from secaudit.errors import IntakeError, Problem
from secaudit.inventory.answers import Place, names_of
from secaudit.inventory.base_reading import Base, read_base
from secaudit.inventory.layout import BASE_SHEET, FORMAT
from secaudit.inventory.questions import Path, Profile, Sheet
from secaudit.inventory.received import Received
from secaudit.inventory.rows import Cells, Rows
from secaudit.inventory.sheet_people import DAY_OF_REGISTER
from secaudit.inventory.sheet_uses import USES, ticks
from secaudit.inventory.sheets import PARTS, SHEETS
from secaudit.inventory.typed import plain
from secaudit.inventory.workbook_areas import Entry, Found, find
from secaudit.messages import Message, msg
from secaudit.model.inventory import Inventory
from secaudit.source import shown
from secaudit.tables.model import SheetRows, TableLimits, text_of
from secaudit.tables.reading import read_sheets

_PARTS = tuple(sheet.part for sheet in SHEETS)
_GIVE_AGAIN = msg("fill in a workbook made with 'secaudit inventory template'")
_COMPUTERS: Path = ("asset_register", "computers")
_AS_OF: Path = ("as_of",)
_NAME: Path = ("name",)
LIMITS = TableLimits(max_bytes=16 << 20, max_unpacked=200 << 20, max_rows=60_000, max_cells=1_500_000)
"""Of one agency's workbook; the largest holds some thousand machines."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What all workbooks of a province are read with; made once for hundreds of them."""

    inventory: Inventory
    sheets: tuple[Sheet, ...]
    """All questions of all profiles, shared systems one by one."""


def asked_of(inventory: Inventory) -> Asked:
    """The questions a workbook of this province can hold."""
    shared = inventory.province.shared_systems
    return Asked(
        inventory, (*(sheet for sheet in SHEETS if sheet is not USES or not shared), *((ticks(shared),) if shared else ()))
    )


def read_workbook(path: FilePath, body: bytes, asked: Asked, *, agency: str = "") -> Received:
    """What the workbook says; ``agency`` says whose it is where the workbook does not. Never raises for anything in the file.

    A file that cannot be read at all comes back without records, and with the problem that says why.
    """
    return _Workbook(path, body, asked, agency).read()


class _Workbook:
    """One workbook being read."""

    def __init__(self, path: FilePath, body: bytes, asked: Asked, agency: str, limits: TableLimits = LIMITS) -> None:
        self._path = path
        self._file = str(path)
        self._body = body
        self._asked = asked
        self._agency = agency
        self._limits = limits
        self._problems: list[Problem] = []
        self._remarks: list[Problem] = []

    def read(self) -> Received:
        """Everything, or the reason why nothing."""
        try:
            sheets = read_sheets(self._path, self._body, self._limits)
        except IntakeError as error:
            self._problems += error.problems
            return self._received(Base(), self._agency)
        base, problems = read_base(self._file, sheets)
        self._remarks += problems
        found = find(sheets, self._asked.sheets)
        if not found.parts:
            self._refuse(msg("This is no workbook of secaudit: none of its sheets asks what an inventory asks"), _GIVE_AGAIN)
            return self._received(base, self._agency)
        if base.format not in ("", str(FORMAT)):
            what = msg(
                "The workbook is of format {found}; this program reads format {expected}", found=base.format, expected=FORMAT
            )
            self._refuse(what, _GIVE_AGAIN, f"{BASE_SHEET}!B1")
            return self._received(base, self._agency)
        agency = self._whose(base, found)
        if not agency:
            return self._received(base, agency)
        rows = self._rows(sheets, found, base, agency)
        self._notes(found, base, rows)
        return self._received(base, agency, rows, found.parts)

    def _refuse(self, message: Message, hint: Message, cell: str | None = None, found: str | None = None) -> None:
        self._problems.append(Problem(message, self._file, cell=cell, found=None if found is None else shown(found), hint=hint))

    def _whose(self, base: Base, found: Found) -> str:
        """The agency: as the user says, as the hidden sheet says, as a form says; empty with a problem when nobody does."""
        names = {file.agency.id: file.agency.name for file in self._asked.inventory.agencies}
        told = base.agency or _told(found, names)
        if self._agency and told and told != self._agency:
            what = msg("The workbook is of another agency than the one it is imported for: {agency}", agency=shown(told))
            self._refuse(what, msg("import it without --agency, or take the workbook of that agency"))
            return ""
        agency = self._agency or told
        if not agency:
            what = msg("Nothing says which agency the workbook is of: its hidden sheet is gone")
            self._refuse(what, msg("name the agency with --agency ID, or fill in a new workbook"))
            return ""
        if agency not in names:
            hint = msg("look at the id in the inventory; an agency that was merged has another one now")
            self._refuse(msg("The inventory has no such agency"), hint, f"{BASE_SHEET}!B2" if base.agency else None, agency)
            return ""
        if not base.whole:
            what = msg("Nothing says how the answers stood when the workbook went out: blank cells change nothing")
            self._remarks.append(Problem(what, self._file, hint=msg("what should be removed must be removed in the inventory")))
        return agency

    def _rows(self, sheets: Sequence[SheetRows], found: Found, base: Base, agency: str) -> Rows:
        """All records, in the order in which they stand."""
        formulas = {sheet.name: sheet.formulas for sheet in sheets}
        rows = Rows(names_of(self._asked.inventory, agency), base.answers if base.whole else None)
        for entry in sorted(found.entries, key=lambda entry: _PARTS.index(entry.part)):
            if entry.formula:
                what = msg("The hidden first cell of the row is a formula: nothing says which record this is")
                self._refuse(
                    what, msg("copy the row's answers into an empty row, and delete this one"), f"{entry.sheet}!{entry.number}"
                )
            else:
                rows.take(self._cells(entry, formulas.get(entry.sheet, frozenset())))
        _one_day(rows)
        return rows

    def _cells(self, entry: Entry, formulas: frozenset[str]) -> Cells:
        at = f"{entry.sheet}!{entry.number}" if entry.number else entry.sheet
        spots = tuple((spot.question, spot.cell, Place(self._file, f"{entry.sheet}!{spot.reference}")) for spot in entry.spots)
        held = frozenset(f"{entry.sheet}!{spot.reference}" for spot in entry.spots if spot.reference in formulas)
        return Cells(entry.part, entry.key, Place(self._file, at), spots, held)

    def _notes(self, found: Found, base: Base, rows: Rows) -> None:
        """What was passed over, each once."""
        for sheet, heading in found.ignored:
            what = msg("The column is none of ours; it was not read")
            self._remarks.append(Problem(what, self._file, cell=sheet, found=shown(heading)))
        for sheet, column, question in found.twice:
            what = msg("Two columns ask the same: {heading}", heading=question.heading)
            self._refuse(what, msg("delete the one that is not meant"), f"{sheet}!{column}")
        for sheet, part in found.copies:
            what = msg("Another sheet asks the same; only one of them can be read: {sheet}", sheet=PARTS[part].title)
            self._refuse(what, msg("put everything into one of them and delete the other"), sheet)
        for part, key in rows.emptied:
            what = msg("Every cell of the row was emptied: it is taken as deleted")
            self._remarks.append(Problem(what, self._file, found=f"{part}: {shown(key)}"))
        for part in sorted({part for part, _ in base.answers} & set(_PARTS) - found.parts):
            what = msg("The sheet that asks this is gone: {sheet}", sheet=PARTS[part].title)
            self._remarks.append(Problem(what, self._file, hint=msg("nothing of it is changed")))

    def _received(self, base: Base, agency: str, rows: Rows | None = None, parts: Collection[str] = ()) -> Received:
        """``parts`` stand in the workbook still: a list that is gone altogether has not lost its records."""
        given = base.given() if base.whole else {}
        return Received(
            agency or base.agency,
            self._file,
            hashlib.sha256(self._body).hexdigest(),
            base.profile if base.profile in set(Profile) else Profile.FULL.value,
            base.made_at,
            tuple(rows.records) if rows is not None else (),
            {part: keys for part, keys in given.items() if part in parts},
            (*self._problems, *(rows.problems if rows is not None else ())),
            (*self._remarks, *(rows.remarks if rows is not None else ())),
        )


def _told(found: Found, names: Mapping[str, str]) -> str:
    """The agency by the id or the name that a form shows; empty when none or several have it."""
    told = {spot.question.path: text_of(spot.cell) for entry in found.entries if entry.part == "agency" for spot in entry.spots}
    code = told.get(("id",), "").casefold()
    if code in names:
        return code
    called = plain(told.get(_NAME, ""))
    same = [agency for agency, name in names.items() if called and plain(name) == called]
    return same[0] if len(same) == 1 else ""


def _one_day(rows: Rows) -> None:
    """One day is asked where the register has none of its own (commune profile): a number that was changed is of that day too."""
    agency = next((at for at, record in enumerate(rows.records) if record.part == "agency"), None)
    people = next((record for record in rows.records if record.part == "people"), None)
    if agency is None or people is None:
        return
    record = rows.records[agency]
    if DAY_OF_REGISTER in record.cells or record.answers.get(_COMPUTERS) is None:
        return
    before = record.base or {}
    day = people.answers.get(_AS_OF)
    changed = record.answers[_COMPUTERS] != before.get(_COMPUTERS) or day != (people.base or {}).get(_AS_OF)
    if changed and day is not None:
        answers = {**record.answers, DAY_OF_REGISTER: day}
        cells = {**record.cells, DAY_OF_REGISTER: people.cells.get(_AS_OF, people.row)}
        rows.records[agency] = replace(record, answers=answers, cells=cells)
