"""One form, or one row of a list, becomes a record of answers: what is blank, what was not touched, what may not be taken.

Workbooks and CSV files come here alike; what differs between them is only where a cell is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from unicodedata import normalize

from secaudit.errors import Problem
from secaudit.inventory.answers import Answer, Asking, Names, Place
from secaudit.inventory.layout import EXAMPLE, NEWCOMER
from secaudit.inventory.questions import Form, Path, Question
from secaudit.inventory.received import Record, Value
from secaudit.inventory.sheet_machines import ISOLATED, OTHER_AGENCY
from secaudit.inventory.typed import plain
from secaudit.inventory.workbook_examples import EXAMPLES
from secaudit.messages import Message, msg
from secaudit.resources import LANGUAGES, translator
from secaudit.source import shown
from secaudit.tables.model import Cell, text_of

KEPT: Mapping[str, frozenset[str]] = {
    "systems": frozenset({"id", "name", "level", "state_secret"}),
    "endpoints": frozenset({"id", "kind", "place", "status"}),
}
"""All that is kept of a system ticked as state secret, and of a machine that stands isolated."""
_LINES = (Form.LINE, Form.LINES)
_ID: Path = ("id",)
_KIND: Path = ("kind",)
_SECRET: Path = ("state_secret",)
_STATUS: Path = ("status",)
_STATE_SECRET = "state_secret"
_TOTALS = ("tong cong", "tong so", "tong", "cong", "grand total", "total", "sum")


@dataclass(frozen=True, slots=True)
class Cells:
    """One record as it stands, before anything of it is understood."""

    part: str
    key: str
    row: Place
    spots: tuple[tuple[Question, Cell, Place], ...]
    formulas: frozenset[str] = frozenset()
    """Places of spots that hold a formula."""


@dataclass(slots=True)
class Rows:
    """Records of one file, as they are read."""

    names: Names
    base: Mapping[tuple[str, str], Mapping[Path, Value]] | None
    """None where nothing says how the answers stood."""
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    emptied: list[tuple[str, str]] = field(default_factory=list)
    """(Part, id) of rows of which every cell was cleared: as good as deleted."""
    _askings: dict[tuple[str, str], Asking] = field(default_factory=dict)

    def take(self, cells: Cells) -> None:
        """Read one record; an empty row is none."""
        if self._is_example(cells) or self._is_footer(cells):
            return
        base = None if self.base is None else self.base.get((cells.part, cells.key))
        if base is None and self.base is not None and cells.part in ("agency", "people", "uses"):
            base = {}
        if cells.part in KEPT and _is_empty(cells):
            if cells.key and any(value is not None for path, value in (base or {}).items() if path != _ID):
                self.emptied.append((cells.part, cells.key))
                return
            if not cells.key:
                return
        _Record(self, cells, base).read()

    def asking(self, part: str, question: Question) -> Asking:
        """The question, made ready once."""
        ready = self._askings.get((part, question.key))
        if ready is None:
            ready = self._askings[part, question.key] = Asking(question, self.names)
        return ready

    def _is_example(self, cells: Cells) -> bool:
        """Whether it is the example row, which is never a record; what somebody typed over it is not lost in silence."""
        example = examples(cells.part)
        filled = [(question, cell) for question, cell, _ in cells.spots if cell is not None]
        untouched = all(_word(cell) in example.get(question.key, ()) for question, cell in filled)
        named = any(question.path == _ID and _word(cell) in example.get(question.key, ()) for question, cell in filled)
        if cells.key != EXAMPLE and not named and not (not cells.key and untouched and len(filled) >= _ENOUGH):
            return False
        if not untouched:
            hint = msg("type it into an empty row under the list, and leave the example as it is")
            what = msg("The example row was filled in; it is never imported")
            self.problems.append(Problem(what, cells.row.path, cells.row.line, cell=cells.row.cell or None, hint=hint))
        return True

    def _is_footer(self, cells: Cells) -> bool:
        """Whether the row counts the list instead of belonging to it: that is refused, for else it becomes a machine."""
        if cells.part not in KEPT:
            return False
        filled = [(text_of(cell), place) for _, cell, place in cells.spots if cell is not None]
        if cells.key:
            filled.insert(0, (cells.key, cells.row))
        if not filled or len(filled) > _FEW:
            return False
        first, place = filled[0]
        word = plain(first[:80]).rstrip(" :.")
        if not any(word == total or word.startswith((f"{total}:", f"{total} (")) for total in _TOTALS):
            return False
        self.problems.append(
            Problem(
                msg("This row counts the list; it is no record"), place.path, place.line, cell=place.cell or None,
                found=shown(first), hint=msg("delete the row: secaudit counts by itself"),
            )
        )  # fmt: skip
        return True


_FEW = 3
_ENOUGH = 3


@cache
def examples(part: str) -> Mapping[str, frozenset[str]]:
    """Question -> what its cell shows in the example row, in all languages."""
    speakers = [translator(language) for language in LANGUAGES]
    return {
        key: frozenset(_word(speaker.text(cell) if isinstance(cell, Message) else cell) for speaker in speakers)
        for key, cell in EXAMPLES.get(part, {}).items()
    }


def _word(cell: Cell) -> str:
    return plain(text_of(cell)[:200])


def _is_empty(cells: Cells) -> bool:
    """Whether nothing stands in the row, the code of the record aside."""
    kept = bool(cells.key)
    return all(
        (cell is None or (kept and question.path == _ID)) and place.cell not in cells.formulas
        for question, cell, place in cells.spots
    )


class _Record:
    """One record under way."""

    def __init__(self, rows: Rows, cells: Cells, base: Mapping[Path, Value] | None) -> None:
        self._rows = rows
        self._cells = cells
        self._base = base
        self._answers: dict[Path, Value] = {}
        self._places: dict[Path, str] = {}
        self._problems: list[tuple[Path, Problem]] = []
        self._remarks: list[tuple[Path, Problem]] = []
        self._members: dict[Path, list[tuple[str, Value, Place]]] = {}
        self._broken: set[Path] = set()
        """Fields of which a cell could not be read: not answered, whatever their other cells say."""

    def read(self) -> None:
        """Answers, problems and remarks go to the rows."""
        for question, cell, place in self._cells.spots:
            self._places.setdefault(question.path, place.text)
            self._spot(question, cell, place)
        self._lists()
        for path in self._broken:
            self._answers.pop(path, None)
        self._key()
        self._reduce()
        self._rows.problems += [problem for _, problem in self._problems]
        self._rows.remarks += [remark for _, remark in self._remarks]
        if self._answers.get(_STATUS) == OTHER_AGENCY and not self._of_another():
            return
        key = self._cells.key
        newcomer = key.removeprefix(NEWCOMER) if key.startswith(NEWCOMER) else ""
        self._rows.records.append(
            Record(
                self._cells.part, "" if newcomer else key, self._cells.row.text,
                self._answers, self._places, self._base, newcomer,
            )
        )  # fmt: skip

    def _of_another(self) -> bool:
        """A machine of another agency stays where it is until somebody moves it; one that is new is not declared here."""
        key = self._cells.key
        if key.startswith(NEWCOMER):
            return True  # a proposal that is declined
        del self._answers[_STATUS]
        what = msg("The agency says that this machine is another agency's: it stays here until it is moved")
        hint = msg("ask whose it is, and move it with 'secaudit inventory move'")
        if not key:
            what, hint = msg("A machine of another agency was added to the list: it is not taken"), msg("delete the row")
        place = self._cells.row
        cell = self._places.get(_STATUS) if place.line is None else None
        self._rows.remarks.append(Problem(what, place.path, place.line, cell=cell, hint=hint))
        return bool(key)

    def _spot(self, question: Question, cell: Cell, place: Place) -> None:
        if place.cell in self._cells.formulas:
            self._formula(question, place)
            return
        before = None if self._base is None else self._base.get(question.path)
        if question.form in _LINES and before is not None and _as_cell(before) == _typed(cell):
            self._answers[question.path] = before  # not touched, whatever it would mean if somebody had typed it
            return
        answer = self._rows.asking(self._cells.part, question).answer(cell, place)
        if answer.remark is not None:
            self._remarks.append((question.path, answer.remark))
        if answer.problem is not None:
            self._problems.append((question.path, answer.problem))
            self._broken.add(question.path)
        elif question.form is Form.MEMBER:
            self._members.setdefault(question.path, []).append((question.member, answer.value, place))
        elif question.form is Form.IS:
            self._is(question, answer, before, place)
        else:
            self._answers[question.path] = before if _same(answer.value, before) else answer.value

    def _formula(self, question: Question, place: Place) -> None:
        what = msg("The cell holds a formula: what it shows depends on the program that opens it")
        hint = msg("copy the cell and paste it with Paste Special > Values, or type the answer")
        expected = self._rows.asking(self._cells.part, question).expected()
        self._problems.append(
            (
                question.path,
                Problem(what, place.path, cell=place.cell, field=question.key, expected=expected, hint=hint),
            )
        )
        self._broken.add(question.path)

    def _is(self, question: Question, answer: Answer, before: Value, place: Place) -> None:
        """Có is the value; Không is another one that nobody named."""
        if answer.value is True:
            self._answers[question.path] = question.member
        elif answer.value is False and before == question.member:
            what = msg("The machine is declared as isolated; which kind it is now must be said in the inventory")
            hint = msg("the province enters the kind; until then it stays isolated")
            self._remarks.append((question.path, Problem(what, place.path, place.line, cell=place.cell or None, hint=hint)))

    def _lists(self) -> None:
        """Lists of which every member has a cell of its own; answered means complete."""
        for path, members in self._members.items():
            before = None if self._base is None else self._base.get(path)
            asked = {member for member, _, _ in members}
            unseen = tuple(one for one in _texts(before) if one not in asked)
            yes = tuple(member for member, value, _ in members if value is True)
            no = [member for member, value, _ in members if value is False]
            if yes or (no and (len(no) == len(members) or before is not None)):
                value: Value = (*yes, *unseen)
            else:
                value = None
                if no:
                    self._half_said(path, members[0][2])
            same = isinstance(value, tuple) and before is not None and set(value) == set(_texts(before))
            self._answers[path] = before if same else value

    def _half_said(self, path: Path, place: Place) -> None:
        what = msg("Only some of these were answered, all of them with No: what applies is still unknown")
        hint = msg("answer Yes or No in each of them")
        self._remarks.append((path, Problem(what, place.path, place.line, cell=place.cell or None, hint=hint)))

    def _key(self) -> None:
        """The code a person sees is no answer; it says which record it is when the hidden mark is lost."""
        seen = self._answers.get(_ID)
        if self._cells.part not in KEPT or not isinstance(seen, str):
            if seen is None and self._cells.key:
                self._answers.pop(_ID, None)  # emptied by hand: the hidden mark still says it
            return
        code = seen.strip().casefold()
        if not self._cells.key:
            self._cells = Cells(self._cells.part, code, self._cells.row, self._cells.spots, self._cells.formulas)
            if self._base is None and self._rows.base is not None:
                self._base = self._rows.base.get((self._cells.part, code))
        if code == self._cells.key:
            del self._answers[_ID]

    def _reduce(self) -> None:
        """Of what is secret or isolated nothing more is taken than that it is there, and no word of the rest is repeated."""
        message = self._why_reduced()
        if message is None:
            return
        kept = KEPT[self._cells.part]
        before = self._base or {}
        told = {path for path, value in self._answers.items() if value is not None and not _same(value, before.get(path))}
        told |= self._broken
        hint = msg("what stands in this cell was not taken; empty it before the workbook is kept or sent on")
        self._problems = [(path, problem) for path, problem in self._problems if path[0] in kept]
        self._remarks = [(path, remark) for path, remark in self._remarks if path[0] in kept]
        for path in sorted(told):
            if path[0] not in kept:
                cell = self._places.get(path)
                line = self._cells.row.line
                self._remarks.append((path, Problem(message, self._cells.row.path, line, cell=None if line else cell, hint=hint)))
        self._answers = {path: value for path, value in self._answers.items() if path[0] in kept}

    def _why_reduced(self) -> Message | None:
        before = self._base or {}
        if self._cells.part == "endpoints" and self._answers.get(_KIND, before.get(_KIND)) == ISOLATED:
            return msg("An isolated machine is counted only: nothing that leads to it stands here")
        if self._cells.part != "systems":
            return None
        told = _texts(self._answers.get(("information",)))
        known = self._base is not None or not self._cells.key  # else nothing says whether it is new
        newly = known and _STATE_SECRET in told and _STATE_SECRET not in _texts(before.get(("information",)))
        if newly:
            self._answers[_SECRET] = True
        if newly or str(self._answers.get(_SECRET, before.get(_SECRET))).casefold() == "true":
            return msg("A system ticked as state secret keeps only id, name and level here")
        return None


def _typed(cell: Cell) -> str:
    return " ".join(text_of(cell).split())


def _as_cell(value: Value) -> str:
    """How an answer looks in a cell, spaces aside."""
    text = "\n".join(_texts(value)) if isinstance(value, tuple) else str(value)
    return " ".join(normalize("NFC", text).split())


def _texts(value: Value) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, tuple) else []


def _same(answer: Value, before: Value) -> bool:
    """Whether the answer is the one that stood there, in whatever type the file had it."""
    if answer is None or before is None:
        return False
    if isinstance(answer, tuple) or isinstance(before, tuple):
        return list(_texts(answer)) == list(_texts(before))
    return str(answer).casefold() == str(before).casefold() if isinstance(answer, bool) else str(answer) == str(before)
