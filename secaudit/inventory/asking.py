"""Which blank cells a workbook asks for: what applies to a row, and how many cells a commune's officer is asked to type.

Blank is never an error. The cells asked are coloured and counted by the progress cell, everything else may be filled in too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from secaudit.inventory.given import Given, Row
from secaudit.inventory.questions import Profile, Question, Sheet
from secaudit.inventory.sheet_machines import ISOLATED, OTHER_AGENCY
from secaudit.inventory.sheet_machines import KINDS as MACHINE_KINDS
from secaudit.inventory.sheet_machines import STATES as MACHINE_STATES
from secaudit.inventory.sheet_systems import KINDS as SYSTEM_KINDS
from secaudit.inventory.sheets import question_of
from secaudit.inventory.wordings import YES
from secaudit.messages import Message

COMMUNE_CELLS = 40
"""Most cells a commune is asked to type (practice.md 8)."""
_MACHINE_ORDER = ("status", "kind:isolated", "ownership", "place")
"""Where not all can be asked: first whether a machine is there at all, then what decides how it counts."""
_BLANK = Message("")
_ALWAYS = frozenset({"id", "name", "state_secret", "level"})
_OF_ANY_MACHINE = frozenset({"id", "status", "kind", "kind:isolated", "place"})


@dataclass(frozen=True, slots=True)
class Condition:
    """What other cells of the row must say for a cell to be asked for."""

    keys: tuple[str, ...]
    """Cells, taken together."""
    labels: tuple[Message, ...]
    among: bool
    """Whether they must say one of the labels, or none of them."""


def conditions(sheet: Sheet, question: Question) -> tuple[Condition, ...]:
    """When a cell of the question is asked for; all of them must hold."""
    if sheet.part == "systems":
        return _of_system(question)
    if sheet.part == "endpoints":
        return _of_machine(sheet, question)
    return ()


def not_applicable(sheet: Sheet, question: Question) -> tuple[Condition, ...]:
    """When a cell is greyed because the question has no meaning for the row; any of them is enough."""
    if sheet.part == "systems":
        found = [] if question.key in _ALWAYS else [Condition(("state_secret",), (YES.label,), among=True)]
        if question.kinds:
            found.append(Condition(("kind",), (*_kinds(question), _BLANK), among=False))
        return tuple(found)
    if sheet.part == "endpoints" and question.key not in _OF_ANY_MACHINE:
        return (_isolated(sheet, among=True),)
    return ()


def _of_system(question: Question) -> tuple[Condition, ...]:
    if question.key == "name":
        return ()
    found = [Condition(("name",), (_BLANK,), among=False)]
    if question.key not in _ALWAYS:
        found.append(Condition(("state_secret",), (YES.label,), among=False))
    if question.kinds:
        found.append(Condition(("kind",), _kinds(question), among=True))
    return tuple(found)


def _of_machine(sheet: Sheet, question: Question) -> tuple[Condition, ...]:
    found = []
    typed = tuple(key for key in ("id", "hostname", "serial", "asset_tag") if question_of(sheet, key) is not None)
    if question_of(sheet, "kind") is not None:  # the full profile has empty rows that ask once a machine is typed into them
        found.append(Condition(typed, (_BLANK,), among=False))
    if question.key != "status":
        gone = tuple(choice.label for choice in MACHINE_STATES if choice.value in ("retired", OTHER_AGENCY))
        found.append(Condition(("status",), gone, among=False))
    if question.key not in _OF_ANY_MACHINE:
        found.append(_isolated(sheet, among=False))
    return tuple(found)


def _isolated(sheet: Sheet, *, among: bool) -> Condition:
    if question_of(sheet, "kind") is not None:
        return Condition(("kind",), tuple(choice.label for choice in MACHINE_KINDS if choice.value == ISOLATED), among)
    return Condition(("kind:isolated",), (YES.label,), among)


def _kinds(question: Question) -> tuple[Message, ...]:
    return tuple(choice.label for choice in SYSTEM_KINDS if choice.value in question.kinds)


def holds(condition: Condition, row: Row) -> bool:
    """Whether the row's cells say so now."""
    said = [cell for key in condition.keys if (cell := row.cells.get(key)) is not None]
    value: object = said[0] if said else _BLANK
    return (value in condition.labels) is condition.among


def blank(sheet: Sheet, question: Question, row: Row) -> bool:
    """Whether the cell is asked for and still blank."""
    return row.cells.get(question.key) is None and all(holds(condition, row) for condition in conditions(sheet, question))


Asking = Mapping[str, Mapping[str, int]]
"""Part -> question key -> how many of the first rows are asked."""


def asking(given: Given) -> Asking:
    """What is asked: everything required in the full profile; in the commune profile at most 40 cells.

    The form comes first, then the agency's systems, then its machines, then systems that people may add: what is over the budget
    stays optional.
    """
    if given.profile is Profile.FULL:
        return {sheet.part: _rows_asked(sheet, given.rows[sheet.part], len(given.rows[sheet.part])) for sheet in given.sheets}
    left = COMMUNE_CELLS
    asked: dict[str, dict[str, int]] = {sheet.part: {} for sheet in given.sheets}
    parts = {sheet.part: sheet for sheet in given.sheets}
    for sheet in given.sheets:
        if sheet.form:
            for question in sheet.questions:
                if question.required and left:
                    asked[sheet.part][question.key] = 1
                    left -= blank(sheet, question, given.rows[sheet.part][0])
    rows = given.rows["systems"]
    known = sum(bool(row.key) for row in rows)
    done, left = _systems(parts["systems"], rows[:known], left)
    left = _machines(parts["endpoints"], given.rows["endpoints"], left, asked["endpoints"])
    if done == known:
        more, left = _systems(parts["systems"], rows[known:], left)
        done += more
    asked["systems"] = _rows_asked(parts["systems"], rows, done)
    return asked


def _rows_asked(sheet: Sheet, rows: tuple[Row, ...], number: int) -> dict[str, int]:
    """The first ``number`` rows are asked everything required; an empty row asks for no name, for nobody has to fill it."""
    known = sum(bool(row.key) for row in rows)
    counts = {question.key: min(number, known) if question.key == "name" and not sheet.form else number
              for question in sheet.questions if question.required}  # fmt: skip
    return {key: count for key, count in counts.items() if count}


def _systems(sheet: Sheet, rows: tuple[Row, ...], left: int) -> tuple[int, int]:
    """How many of the first rows can be asked in whole, and what is left then."""
    for number, row in enumerate(rows):
        cost = most_of_system(sheet, row)
        if cost > left:
            return number, left
        left -= cost
    return len(rows), left


def most_of_system(sheet: Sheet, row: Row) -> int:
    """Cells a system can ask for, whatever kind it turns out to be; the name of one that people add is one of them."""
    named = Row(row.key, {"name": "?", **row.cells})
    required = [question for question in sheet.questions if question.required]
    kinds = [choice.label for choice in SYSTEM_KINDS] if "kind" not in row.cells else [row.cells["kind"]]
    always = ("name" not in row.cells) + sum(blank(sheet, question, named) for question in required if not question.kinds)
    return always + max(
        sum(blank(sheet, question, Row(row.key, {**named.cells, "kind": kind})) for question in required if question.kinds)
        for kind in kinds
    )


def _machines(sheet: Sheet, rows: tuple[Row, ...], left: int, asked: dict[str, int]) -> int:
    real = [row for row in rows if row.key or row.newcomer]
    for key in _MACHINE_ORDER:
        question = question_of(sheet, key)
        if question is None:
            continue
        number = 0
        for row in real:
            cost = blank(sheet, question, row)
            if cost > left:
                break
            left -= cost
            number += 1
        if number:
            asked[key] = number
    return left
