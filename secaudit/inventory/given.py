"""What one workbook holds when it goes out: a row for each record, with everything already known, and how each answer stood."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from secaudit.inventory.questions import Form, Path, Profile, Question, Sheet
from secaudit.inventory.sheet_people import DAY_OF_REGISTER
from secaudit.inventory.sheets import CellValue, cells_of, sheets_of, value_at
from secaudit.inventory.wordings import YES
from secaudit.messages import Message, clean, msg
from secaudit.model.inventory import AgencyFile
from secaudit.model.system import System

CELL_LIMIT = 10_000
"""Characters, with room for how the hidden sheet writes them: a cell keeps 32,767. A longer answer is not shown, and so cannot be
changed in the workbook."""
SPARE = {
    Profile.COMMUNE: {"endpoints": 15, "systems": 4},
    Profile.FULL: {"endpoints": 40, "systems": 10},
}
"""Empty rows for records that are not in the list yet."""
_MOST_SPARE = 300
OF_ISOLATED = frozenset({("id",), ("kind",), ("place",), ("status",)})
"""What is kept of a machine on which state secrets are drafted."""
OF_SECRET = frozenset({("id",), ("name",), ("state_secret",), ("level",)})
"""What is kept of a system that processes state secrets."""
_NEWCOMER = msg("new machine, to be confirmed")


@dataclass(frozen=True, slots=True)
class Row:
    """One record, or an empty row for one that people add."""

    key: str = ""
    """Id in the agency's file; empty for the agency itself and for what is new."""
    cells: Mapping[str, CellValue] = field(default_factory=dict)
    """Question key -> what stands in the cell."""
    base: Mapping[Path, object] = field(default_factory=dict)
    """How the answers stand in the inventory; what only evidence says is none of it."""
    newcomer: str = ""
    note: Message | None = None
    """Shown beside it, for people only."""


@dataclass(frozen=True, slots=True)
class Given:
    """One workbook."""

    agency: str
    name: str
    profile: Profile
    made_at: datetime
    inventory: str
    """Digest of the inventory it was made from."""
    sheets: tuple[Sheet, ...]
    rows: Mapping[str, tuple[Row, ...]]
    """Part -> rows; a form has exactly one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What evidence says of a declared machine."""

    name: str = ""
    """Host name it gave."""
    fresh: bool = False
    """The evidence is still valid: the machine is in use."""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A machine that evidence speaks of and nobody declares."""

    newcomer: str
    record: Mapping[str, object]
    """As a row of the agency's file would have it; what is not known is left out."""


def given_to(
    file: AgencyFile,
    profile: Profile,
    made_at: datetime,
    inventory: str,
    shared: Iterable[System] = (),
    seen: Mapping[str, Seen] | None = None,
    proposed: Sequence[Proposed] = (),
) -> Given:
    """The workbook of one agency."""
    record = file.model_dump(mode="json", exclude_unset=True)
    sheets = sheets_of(profile, shared)
    rows: dict[str, tuple[Row, ...]] = {}
    for sheet in sheets:
        spare = (Row(),) * _spare(file, profile, sheet.part)
        match sheet.part:
            case "endpoints":
                new = tuple(_proposed(sheet, one) for one in proposed)
                known = tuple(_machine(sheet, one, (seen or {}).get(one["id"])) for one in record.get("endpoints", ()))
                rows[sheet.part] = (*new, *known, *spare)
            case "systems":
                rows[sheet.part] = (*(_row(sheet, one) for one in record.get("systems", ())), *spare)
            case "uses":
                uses = {"uses": record["uses"]} if "uses" in record else {}
                rows[sheet.part] = (_row(sheet, uses),)
            case _:
                rows[sheet.part] = (_row(sheet, record.get(sheet.part) or {}),)
    return Given(file.agency.id, file.agency.name, profile, made_at, inventory, sheets, rows)


def _spare(file: AgencyFile, profile: Profile, part: str) -> int:
    """Room for what is missing: at least as many machines as the agency itself counts beyond its list."""
    usual = SPARE[profile].get(part, 0)
    if part != "endpoints":
        return usual
    counted = max(file.agency.asset_register.computers if file.agency.asset_register else 0, file.agency.machines_in_use or 0)
    return max(usual, min(counted - len(file.endpoints), _MOST_SPARE))


def kept_of(sheet: Sheet, record: Mapping[str, object]) -> frozenset[Path] | None:
    """The fields that may be written of a record; None: all of them."""
    if sheet.part == "endpoints" and record.get("kind") == "isolated":
        return OF_ISOLATED
    return OF_SECRET if sheet.part == "systems" and record.get("state_secret") is True else None


def _machine(sheet: Sheet, record: Mapping[str, object], seen: Seen | None) -> Row:
    row = _row(sheet, record)
    if seen is None or kept_of(sheet, record) is not None:
        return row
    cells = dict(row.cells)
    if seen.fresh:
        cells.setdefault("status", YES.label)
    if seen.name:
        cells.setdefault("hostname", seen.name)
    note = msg("seen on {day}", day=seen.day.strftime("%d/%m/%Y")) if seen.day else None
    return Row(row.key, cells, row.base, note=note)


def _proposed(sheet: Sheet, one: Proposed) -> Row:
    """Whether it is in use is for the agency to say, however fresh the evidence: an untouched row must declare nothing."""
    return Row("", cells_of(sheet, one.record), newcomer=one.newcomer, note=_NEWCOMER)


def _row(sheet: Sheet, record: Mapping[str, object]) -> Row:
    """Cells and base of one record."""
    kept = kept_of(sheet, record)
    cells: dict[str, CellValue] = {}
    base: dict[Path, object] = {}
    shown = cells_of(sheet, record)
    if isinstance(key := record.get("id"), str) and not sheet.form:
        base[("id",)] = key
    for question in sheet.questions:
        cell = shown.get(question.key)
        too_long = isinstance(cell, str) and len(cell) > CELL_LIMIT
        if cell is None or too_long or (kept is not None and question.path not in kept):
            continue
        cells[question.key] = _plain(cell) if isinstance(cell, str) else cell
        base[question.path] = _based(question, value_at(record, question.path))
    day = value_at(record, DAY_OF_REGISTER) if sheet.part == "agency" else None
    if day is not None:
        base.setdefault(DAY_OF_REGISTER, _plain(str(day)))  # where it is not asked, the one day that is asked stands for it
    return Row(str(record["id"]) if "id" in record and not sheet.form else "", cells, base)


def _plain(text: str) -> str:
    """As it stands in the cell and is read back: harmless, composed, without spaces around it."""
    return unicodedata.normalize("NFC", clean(text)).strip()


def _based(question: Question, value: object) -> object:
    """The answer as reading its cell gives it, so that an untouched cell is no change."""
    if isinstance(value, list | tuple):
        return [_plain(str(item)) for item in value]
    text = str(value)
    match question.form:
        case Form.FLAG:
            return {"true": True, "false": False}.get(text.lower(), text)
        case Form.WHOLE | Form.BAND:
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else text
        case _:
            return _plain(text)
