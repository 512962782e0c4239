"""All sheets, in the order of the workbook; which questions a profile asks; what stands in the cells of a record."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from secaudit.inventory.questions import Form, Path, Profile, Question, Sheet
from secaudit.inventory.sheet_agency import AGENCY
from secaudit.inventory.sheet_machines import MACHINES
from secaudit.inventory.sheet_people import PEOPLE
from secaudit.inventory.sheet_systems import SYSTEMS
from secaudit.inventory.sheet_uses import USES, ticks
from secaudit.inventory.wordings import NO, YES
from secaudit.messages import Message
from secaudit.model.system import System

SHEETS: tuple[Sheet, ...] = (AGENCY, PEOPLE, MACHINES, USES, SYSTEMS)
PARTS: Mapping[str, Sheet] = {sheet.part: sheet for sheet in SHEETS}
LEFT_OUT: Mapping[str, frozenset[Path]] = {
    "systems": frozenset({("formerly",), ("zones",)}),
    "endpoints": frozenset({("formerly",)}),
}
"""Fields that no cell holds, a list of records each: an import never touches them, for nobody is asked."""
CellValue = str | int | date | Message | None
"""What stands in a cell. A message is the label of a closed answer, to be said in the language of the sheet."""


def asked_in(profile: Profile, sheet: Sheet) -> Sheet:
    """The sheet with the questions that ``profile`` asks."""
    wanted = (question for question in sheet.questions if (question.commune if profile is Profile.COMMUNE else question.full))
    return replace(sheet, questions=tuple(wanted))


def sheets_of(profile: Profile, shared: Iterable[System] = ()) -> tuple[Sheet, ...]:
    """The sheets of a profile; with the province's ``shared`` systems each of them is a question of its own."""
    systems = tuple(shared)
    found = (ticks(systems) if systems and sheet is USES else sheet for sheet in SHEETS)
    return tuple(asked_in(profile, sheet) for sheet in found)


def question_of(sheet: Sheet, key: str) -> Question | None:
    """The question with this key."""
    return next((question for question in sheet.questions if question.key == key), None)


def choices_of(question: Question) -> tuple[tuple[str, Message], ...]:
    """Closed answers as (value, label), Có and Không included."""
    if question.form in (Form.FLAG, Form.MEMBER, Form.IS):
        return ((YES.value, YES.label), (NO.value, NO.label))
    return tuple((choice.value, choice.label) for choice in question.choices)


def value_at(record: Mapping[str, object], path: Path) -> object:
    """The field of a record; None when it or what it stands in is missing."""
    value: object = record
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def cells_of(sheet: Sheet, record: Mapping[str, object]) -> dict[str, CellValue]:
    """Question key -> cell, for a record as the YAML has it, scalars as written or as a model dumps them; blanks are left out.

    What no cell of the question's form can hold (a number that is none, an unknown choice) stands as text, for a person to see.
    """
    return dict(_cells(sheet, record))


def _cells(sheet: Sheet, record: Mapping[str, object]) -> Iterator[tuple[str, CellValue]]:
    for question in sheet.questions:
        value = value_at(record, question.path)
        if value is None:
            continue
        cell = _cell(question, value)
        if cell is not None:
            yield question.key, cell


def _cell(question: Question, value: object) -> CellValue:
    match question.form:
        case Form.MEMBER:
            return (YES if question.member in _texts(value) else NO).label
        case Form.IS:
            return (YES if str(value) == question.member else NO).label
        case Form.LINES | Form.IDS:
            return "\n".join(_texts(value)) or None
        case Form.FLAG:
            return {"true": YES.label, "false": NO.label}.get(str(value).lower(), str(value))
        case Form.DAY:
            return _day(value)
        case Form.WHOLE:
            return _whole(str(value))
        case Form.CHOICE | Form.BAND:
            text = str(value)
            label = next((choice.label for choice in question.choices if choice.value == text), None)
            return label if label is not None else _whole(text) if question.form is Form.BAND else text
        case Form.LINE:
            return str(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else (str(value),)


def _whole(text: str) -> int | str:
    """A text that only looks like a number to Python (underscores, other digits) stays a text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else text


def _day(value: object) -> date | str:
    """A day that no spreadsheet counts as one stands as text."""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return day if day >= _FIRST_DAY else day.isoformat()


_FIRST_DAY = date(1900, 3, 1)
"""Workbooks count a 29 February 1900 that never was, and nothing before 1900."""
