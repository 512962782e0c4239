"""Finds forms and lists on sheets that come back, whatever people did to them: by hidden marks, else by what people see.

Columns are moved, renamed, added and deleted, tabs renamed, hidden rows and columns lost. What is left of the marks counts first;
a heading that names another question than the mark above it wins, for that is what the person who typed there saw.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from secaudit.inventory.layout import ANSWER, ANSWER_AT, FORM, HEADINGS, LIST
from secaudit.inventory.questions import Question, Sheet
from secaudit.inventory.typed import plain
from secaudit.messages import Message, Translator, msgc
from secaudit.resources import translator
from secaudit.tables.model import Cell, SheetRows, TableRow, column_letters, text_of

_TOP = 4
"""Rows among which the hidden first one is looked for: somebody may have put rows above it."""
_LOOKED_AT = 400
"""Rows among which the headings of a list are looked for: a form may stand above it."""
RETURNED = "_returned"
"""In the first cell of the sheet that lists what an agency has to correct: it asks nothing."""
_DISPLAY = "_"
"""Marks that begin so are of what is only shown."""
_ANSWER_COLUMN = 2
"""Where the answers of a form stand when nothing says it, counted from 0."""
_FEWEST = 2
"""Headings of one list that make a row a row of headings."""
_TAIL = re.compile(r"[\s*:.(]+$|\s*\((?:bat buoc|required)\)$")


@dataclass(frozen=True, slots=True)
class Spot:
    """The answer to one question."""

    question: Question
    cell: Cell
    reference: str
    """``C7``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as it stands on a sheet: a form, or a row of a list."""

    part: str
    key: str
    sheet: str
    number: int
    """Row of the sheet; 0 for a form."""
    spots: tuple[Spot, ...]
    formula: bool = False
    """The mark of the row is a formula: nothing says which record it is."""


@dataclass(slots=True)
class Found:
    """What a workbook holds of ours."""

    entries: list[Entry] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    """Parts of which a form or a list stands somewhere, be it empty."""
    ignored: list[tuple[str, str]] = field(default_factory=list)
    """(Sheet, heading) of columns that hold something and are none of ours."""
    twice: list[tuple[str, str, Question]] = field(default_factory=list)
    """(Sheet, column, question) of columns that repeat a question."""
    copies: list[tuple[str, str]] = field(default_factory=list)
    """(Sheet, part) of sheets that ask again what another one asks."""
    _groups: dict[str, list["_Group"]] = field(default_factory=dict)

    def stands(self, part: str, sheet: str, entries: Sequence[Entry], *, marked: bool) -> None:
        """Note a form or a list."""
        self._groups.setdefault(part, []).append(_Group(sheet, marked, tuple(entries)))

    def settle(self) -> None:
        """Of several that ask the same one counts, the first that has its marks."""
        for part, groups in self._groups.items():
            self.parts.add(part)
            chosen = next((group for group in groups if group.marked), groups[0])
            self.entries += chosen.entries
            self.copies += [
                (one.sheet, part) for one in groups if one is not chosen and one.entries and one.marked == chosen.marked
            ]


@dataclass(frozen=True, slots=True)
class _Group:
    """A form or a list as one sheet has it."""

    sheet: str
    marked: bool
    entries: tuple[Entry, ...]


def find(sheets: Sequence[SheetRows], asked: Sequence[Sheet]) -> Found:
    """All forms and lists; ``asked`` are the sheets of the profile, or of all of them."""
    found = Found()
    known = _Known(asked)
    for sheet in sheets:
        if (sheet.hidden and not _marked(sheet)) or (sheet.rows and RETURNED in sheet.rows[0].cells[:1]):
            continue
        _search(sheet, known, found)
    found.settle()
    return found


def _marked(sheet: SheetRows) -> bool:
    """Whether a sheet that somebody hid is still one of ours that asks something."""
    return any(_first_mark(row) is not None for row in sheet.rows[:_TOP])


@dataclass(frozen=True, slots=True)
class _First:
    """The mark of a sheet, which stands in its first cell unless somebody inserted a column before it."""

    at: int
    part: str
    """Of the list; empty on a sheet that holds only a form."""
    answers: str
    """Mark of the column with a form's answers."""


def _first_mark(row: TableRow | None) -> _First | None:
    for at, cell in enumerate(row.cells[:4] if row is not None else ()):
        words = cell.split() if isinstance(cell, str) else []
        if words and (words[0] == FORM or words[0].startswith(LIST)):
            answers = next((word.removeprefix(ANSWER_AT) for word in words[1:] if word.startswith(ANSWER_AT)), ANSWER)
            return _First(at, words[0].removeprefix(LIST) if words[0] != FORM else "", answers)
    return None


class _Known:
    """Questions by mark and by what people see of them."""

    def __init__(self, asked: Sequence[Sheet]) -> None:
        self.lists = {sheet.part: sheet for sheet in asked if not sheet.form}
        self.by_key = {sheet.part: {question.key: question for question in sheet.questions} for sheet in asked}
        self.by_heading = {sheet.part: _headings(sheet) for sheet in asked}
        self.forms = [sheet.part for sheet in asked if sheet.form]

    def in_form(self, mark: str) -> tuple[str, Question] | None:
        """The part and question that the mark of a row names."""
        part, _, key = mark.partition("/")
        question = self.by_key.get(part, {}).get(key) if part in self.forms else None
        return None if question is None else (part, question)

    def in_form_by_heading(self, text: str) -> tuple[str, Question] | None:
        """The part and question that a heading names; None where two parts have it."""
        word = seen(text)
        found = [(part, self.by_heading[part][word]) for part in self.forms if word in self.by_heading[part]]
        return found[0] if len(found) == 1 else None


def _headings(sheet: Sheet) -> Mapping[str, Question]:
    found: dict[str, Question] = {}
    for question in sheet.questions:
        for speaker in _speakers():
            found.setdefault(seen(speaker.text(question.heading)), question)
    return found


def seen(text: str) -> str:
    """What two spellings of a heading have in common; a star for required answers does not count."""
    return _TAIL.sub("", plain(text.replace("\n", " "))).strip()


@cache
def _speakers() -> tuple[Translator, ...]:
    return translator("vi"), translator("en")


def in_all_languages(message: Message) -> frozenset[str]:
    """The text as headings are compared."""
    return frozenset(seen(speaker.text(message)) for speaker in _speakers())


def _search(sheet: SheetRows, known: _Known, found: Found) -> None:
    marks = next((row for row in sheet.rows[:_TOP] if _is_marks(row, known)), None)
    listed = _list_of(sheet, marks, known)
    head = None if listed is None else _heading_row(sheet, listed, known)
    until = head.number if head is not None else (marks.number + 1 if listed and marks else 1 << 21)
    _forms(sheet, marks, until, known, found)
    if listed is not None and (head is not None or marks is not None):
        _list(sheet, listed, marks, head, known, found)


def _is_marks(row: TableRow, known: _Known) -> bool:
    """Whether the row is the hidden one: it has the mark of a sheet, or question keys."""
    if _first_mark(row) is not None:
        return True
    texts = [cell for cell in row.cells if isinstance(cell, str)]
    return any(sum(text in known.by_key[part] for text in texts) >= _FEWEST for part in known.lists)


def _list_of(sheet: SheetRows, marks: TableRow | None, known: _Known) -> str | None:
    """Which list stands on the sheet: as its mark says, else by most keys, else by most headings."""
    first = _first_mark(marks)
    if first is not None:
        return first.part if first.part in known.lists else None
    score = {part: max((_hits(row, part, known) for row in sheet.rows[:_LOOKED_AT]), default=0) for part in known.lists}
    if marks is not None:
        score = {part: sum(text_of(cell) in known.by_key[part] for cell in marks.cells) for part in known.lists}
    best = max(score, key=lambda part: score[part], default=None)
    return best if best is not None and score[best] >= _FEWEST else None


def _hits(row: TableRow, part: str, known: _Known) -> int:
    headings = known.by_heading[part]
    return len({headings[word].key for cell in row.cells if isinstance(cell, str) and (word := seen(cell)) in headings})


def _heading_row(sheet: SheetRows, part: str, known: _Known) -> TableRow | None:
    """The row with the mark, else the one that has most headings."""
    for row in sheet.rows[:_LOOKED_AT]:
        if HEADINGS in row.cells[:3]:
            return row
    best = max(sheet.rows[:_LOOKED_AT], key=lambda row: _hits(row, part, known), default=None)
    return best if best is not None and _hits(best, part, known) >= _FEWEST else None


def _forms(sheet: SheetRows, marks: TableRow | None, until: int, known: _Known, found: Found) -> None:
    first = _first_mark(marks)
    answers = next((at for at, text in _texts(marks) if first is not None and text == first.answers), None)
    spots: dict[str, dict[str, Spot]] = {}
    marked: set[str] = set()
    for row in sheet.rows:
        if row.number >= until:
            break
        asked, heading_at = _asked(row, known)
        if asked is None:
            continue
        part, question = asked
        if any(isinstance(cell, str) and known.in_form(cell) for cell in row.cells[:_TOP]):
            marked.add(part)
        column = answers if answers is not None else heading_at + 1 if heading_at is not None else _ANSWER_COLUMN
        cell = row.cells[column] if column < len(row.cells) else None
        spots.setdefault(part, {}).setdefault(question.key, Spot(question, cell, f"{column_letters(column)}{row.number}"))
    for part, by_key in spots.items():
        if part in marked or len(by_key) >= _FEWEST:
            found.stands(part, sheet.name, [Entry(part, "", sheet.name, 0, tuple(by_key.values()))], marked=part in marked)


def _asked(row: TableRow, known: _Known) -> tuple[tuple[str, Question] | None, int | None]:
    """The question of a row of a form, by its mark or by its heading; and where the heading stands."""
    marked = next((asked for cell in row.cells[:3] if isinstance(cell, str) and (asked := known.in_form(cell))), None)
    for column, cell in enumerate(row.cells[:4]):
        if isinstance(cell, str) and (asked := known.in_form_by_heading(cell)) is not None and asked == (marked or asked):
            return asked, column
    return marked, None


def _list(sheet: SheetRows, part: str, marks: TableRow | None, head: TableRow | None, known: _Known, found: Found) -> None:
    columns = _columns(sheet, part, marks, head, known, found)
    key_column = _key_column(marks, head)
    start = max(head.number if head else 0, marks.number if marks else 0)
    entries: list[Entry] = []
    unnamed: set[int] = set()
    for row in sheet.rows:
        if row.number <= start:
            continue
        key = text_of(row.cells[key_column]) if key_column is not None and key_column < len(row.cells) else ""
        if key.startswith(_DISPLAY):
            continue
        spots = tuple(
            Spot(question, row.cells[at] if at < len(row.cells) else None, f"{column_letters(at)}{row.number}")
            for at, question in columns.items()
        )
        unnamed.update(at for at, cell in enumerate(row.cells) if cell is not None and at not in columns and at != key_column)
        if key or any(spot.cell is not None for spot in spots):
            worked_out = key_column is not None and f"{column_letters(key_column)}{row.number}" in sheet.formulas
            entries.append(Entry(part, key, sheet.name, row.number, spots, worked_out))
    found.stands(part, sheet.name, entries, marked=marks is not None)
    found.ignored += [(sheet.name, _shown_heading(head, at)) for at in sorted(unnamed) if not _ours(marks, head, at)]


def _key_column(marks: TableRow | None, head: TableRow | None) -> int | None:
    """Where the ids stand: under the mark of the sheet, else beside the headings; without either there are none."""
    first = _first_mark(marks)
    if first is not None:
        return first.at
    return next((at for at, text in _texts(head) if text == HEADINGS), None)


def _ours(marks: TableRow | None, head: TableRow | None, at: int) -> bool:
    """Whether the column is one that we only show."""
    if marks is not None and at < len(marks.cells) and str(marks.cells[at] or "").startswith(_DISPLAY):
        return True
    return seen(_shown_heading(head, at)) in in_all_languages(_SHOWN_ONLY)


_SHOWN_ONLY = msgc("question", "For information")


def _shown_heading(head: TableRow | None, at: int) -> str:
    text = text_of(head.cells[at]) if head is not None and at < len(head.cells) else ""
    return " ".join(text.split()) or column_letters(at)


def _columns(
    sheet: SheetRows, part: str, marks: TableRow | None, head: TableRow | None, known: _Known, found: Found
) -> dict[int, Question]:
    """Column -> question; what a person sees above a column counts more than its mark."""
    by_heading = dict(_named(head, known.by_heading[part]))
    by_mark = {at: known.by_key[part][text] for at, text in _texts(marks) if text in known.by_key[part]}
    columns: dict[int, Question] = {}
    taken: set[str] = set()
    for at in sorted({*by_heading, *by_mark}):
        question = by_heading.get(at) or by_mark[at]
        if at not in by_heading and question.key in {other.key for other in by_heading.values()}:
            continue  # its heading was moved elsewhere
        if question.key in taken:
            found.twice.append((sheet.name, column_letters(at), question))
            continue
        taken.add(question.key)
        columns[at] = question
    return columns


def _texts(row: TableRow | None) -> Iterator[tuple[int, str]]:
    return ((at, cell) for at, cell in enumerate(row.cells if row else ()) if isinstance(cell, str))


def _named(head: TableRow | None, headings: Mapping[str, Question]) -> Iterator[tuple[int, Question]]:
    return ((at, headings[word]) for at, text in _texts(head) if (word := seen(text)) in headings)
