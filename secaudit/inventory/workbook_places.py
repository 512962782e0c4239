"""Where everything of a workbook stands: which tabs, which rows, which columns."""

from collections.abc import Mapping
from dataclasses import dataclass

from secaudit.inventory.given import Given
from secaudit.inventory.layout import ANSWER, ANSWER_AT, FORM, LIST, form_mark
from secaudit.inventory.questions import Profile, Question, Sheet
from secaudit.inventory.workbook_rules import Region
from secaudit.messages import Message, msg

ANSWERS = 2
"""Column of a form's answers; the questions stand left of it."""
TITLE = 1
NOTES = 2
NOTE = "_note"
"""Column beside what identifies a machine: what the province knows of it."""
_YELLOW = msg("Yellow cells are asked for. A blank cell means that it is not known; it is never an error.")
_FORM_NOTES = (
    _YELLOW,
    msg("Fill in, save, send this file back. Three sheets: agency, computers, systems; see the tabs below."),
)
_FULL_NOTES = (
    _YELLOW,
    msg("Fill in, save, send this file back. Questions with a grey heading are answered by the province."),
)
_LIST_NOTES: Mapping[str, tuple[Message, ...]] = {
    "endpoints": (
        _YELLOW,
        msg("The grey row is an example, not imported. A machine that is missing here goes into an empty row below the list."),
    ),
    "systems": (
        _YELLOW,
        msg("The grey row is an example, not imported. A system that is missing here goes into an empty row below the list."),
        msg("Dark grey cells need no answer for the kind of system that was chosen."),
    ),
}
_TICKS = msg("Shared systems of the province that the unit uses: Yes or No")
_OWN = msg("The unit's own systems")


@dataclass(frozen=True, slots=True)
class Place:
    """One tab, rows and columns counted from 0."""

    name: str
    notes: tuple[Message, ...]
    forms: tuple[Sheet, ...]
    form_rows: Mapping[str, int]
    """Mark of a question -> its row."""
    above: Mapping[int, Message]
    """Row -> title of the part that begins under it."""
    list: Sheet | None
    headings: int
    """Row of the list's headings; the example stands under it, then the records."""
    columns: Mapping[str, int]
    """Mark of a column of the list -> its place."""
    records: int
    """Rows of the list."""

    @property
    def progress(self) -> int:
        """Row of the progress cell."""
        return NOTES + len(self.notes)

    @property
    def first(self) -> int:
        """Row of the first record."""
        return self.headings + 2

    @property
    def mark(self) -> str:
        """What the first cell says about the tab."""
        if self.list is None:
            return f"{FORM} {ANSWER_AT}{ANSWER}"
        mark = f"{LIST}{self.list.part}"
        return f"{mark} {ANSWER_AT}{self.answer_mark}" if self.forms else mark

    @property
    def answer_mark(self) -> str:
        """Mark of the column with the form's answers."""
        return next((key for key, column in self.columns.items() if column == ANSWERS), ANSWER)

    def form_region(self, part: str, question: Question) -> Region:
        """The answer's cell."""
        row = self.form_rows[form_mark(part, question.key)]
        return Region(ANSWERS, row, row)

    def list_regions(self, count: int) -> dict[str, Region]:
        """Key -> its column over the first ``count`` records."""
        return {key: Region(column, self.first, self.first + count - 1) for key, column in self.columns.items()}


def places(given: Given, names: Mapping[str, str]) -> tuple[Place, ...]:
    """The tabs in their order; ``names`` says what the tab of a part is called.

    A commune gets three: the form about agency and people, the machines, and the systems with the shared ones above.
    """
    sheets = {sheet.part: sheet for sheet in given.sheets}
    if given.profile is Profile.COMMUNE:
        arranged = [
            ("agency", (sheets["agency"], sheets["people"]), None),
            ("endpoints", (), sheets["endpoints"]),
            ("systems", (sheets["uses"],), sheets["systems"]),
        ]
    else:
        arranged = [(sheet.part, (sheet,), None) if sheet.form else (sheet.part, (), sheet) for sheet in given.sheets]
    return tuple(_place(given, names[part], forms, listed) for part, forms, listed in arranged)


def _place(given: Given, name: str, forms: tuple[Sheet, ...], listed: Sheet | None) -> Place:
    notes: tuple[Message, ...] = _FORM_NOTES if given.profile is Profile.COMMUNE else _FULL_NOTES
    if listed is not None:
        notes = _LIST_NOTES[listed.part]
    row = NOTES + len(notes) + 2
    form_rows: dict[str, int] = {}
    above: dict[int, Message] = {}
    for sheet in forms:
        above[row] = _TICKS if sheet.part == "uses" else sheet.title
        row += 1
        for question in sheet.questions:
            form_rows[form_mark(sheet.part, question.key)] = row
            row += 1
        row += 1
    if forms and listed is not None:
        above[row] = _OWN
        row += 1
    columns = _columns(listed) if listed is not None else {}
    records = len(given.rows[listed.part]) if listed is not None else 0
    return Place(name, notes, forms, form_rows, above, listed, row, columns, records)


def _columns(sheet: Sheet) -> dict[str, int]:
    marks = [question.key for question in sheet.questions]
    if sheet.part == "endpoints":
        marks.insert(marks.index("hostname") + 1, NOTE)
    return {mark: column for column, mark in enumerate(marks, start=1)}
