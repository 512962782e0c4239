"""One cell of a sheet becomes the answer as the agency's file has it, or a problem that says what to do about the cell; pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from secaudit.errors import Problem
from secaudit.inventory.questions import Form, Question
from secaudit.inventory.received import Value
from secaudit.inventory.typed import Taken, UnreadableError, day, line, phone, plain, whole_number
from secaudit.messages import Message, Translator, msg
from secaudit.model.inventory import Inventory
from secaudit.resources import translator
from secaudit.source import shown
from secaudit.source.vietnamese import in_vietnamese
from secaudit.tables.model import Cell, text_of

YES = frozenset({"co", "x", "v", "1", "1.0", "yes", "y", "ok", "true", "dung", "roi", "da co", "✓", "✔", "☑", "√", "🗸"})
"""As folded; ``x`` is how a tick is typed."""
NO = frozenset({"khong", "ko", "k", "kg", "khg", "0", "0.0", "no", "n", "false", "sai", "khong co", "chua", "chua co"})
BLANK = frozenset(
    {"", "-", "--", "---", "–", "—", "_", "?", "??", "???", ".", "…", "...", "/", "☐", "□", "n/a", "unknown", "not known"}
    | {"chua ro", "khong ro", "chua biet", "khong biet", "khong nam ro", "chua nam duoc", "chua xac dinh", "chua co thong tin"}
)
"""What people write instead of leaving a cell blank; an empty tick box says nothing either."""
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|FIELD!)|Err:\d{3}", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_AGENCIES = frozenset({"owner", "successors", "agency"})
"""Fields whose ids are those of agencies; all others name systems."""


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called, so that a name is as good as an id."""

    systems: Mapping[str, str] = field(default_factory=dict)
    """Id -> name: shared systems and those of the agency."""
    agencies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cell is."""

    path: str
    """File, as the user named it."""
    cell: str = ""
    """``Máy tính!C7``; of a CSV file the letter of the column, ``C``."""
    line: int | None = None
    """Of a CSV file."""

    @property
    def text(self) -> str:
        """Without the file: ``Máy tính!C7``, ``C7``, ``7``."""
        return self.cell if self.line is None else f"{self.cell}{self.line}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one cell says; None is blank: "Chưa rõ"."""

    value: Value = None
    problem: Problem | None = None
    remark: Problem | None = None


def answer_of(question: Question, cell: Cell, place: Place, names: Names = Names()) -> Answer:
    """What the cell answers; for many cells of one question keep the :class:`Asking`."""
    return Asking(question, names).answer(cell, place)


def names_of(inventory: Inventory, agency: str) -> Names:
    """What an agency may call by name: shared systems, its own, and agencies."""
    shared = {system.id: system.name for system in inventory.province.shared_systems}
    own = next((file.systems for file in inventory.agencies if file.agency.id == agency), ())
    return Names(shared | {system.id: system.name for system in own}, {f.agency.id: f.agency.name for f in inventory.agencies})


class Asking:
    """One question, ready to be answered many times."""

    def __init__(self, question: Question, names: Names) -> None:
        """Choices are known by their word in the file and by their labels in all languages."""
        self.question = question
        self._choices, self._yes_no = _labels(question)
        self._ids = names.agencies if question.path[-1] in _AGENCIES else names.systems
        self._by_name = _by_name(self._ids) if question.form is Form.IDS else {}

    def answer(self, cell: Cell, place: Place) -> Answer:
        """Never raises for anything a cell can hold."""
        text = text_of(cell)
        folded = plain(text[:_FOLDED]) if isinstance(cell, str) else text.casefold()
        try:
            if _ERROR.fullmatch(text.strip()):
                raise UnreadableError(msg("The cell holds an error of the spreadsheet"), _TYPE_AGAIN)
            if folded not in self._choices and folded in BLANK:
                return Answer()
            taken = self._read(cell, folded)
        except UnreadableError as error:
            return Answer(problem=self._problem(error.message, text, place, error.hint))
        except (ValueError, OverflowError):  # what no rule foresaw is refused like everything else
            return Answer(problem=self._problem(msg("This cannot be read"), text, place, None))
        remark = None if taken.remark is None else self._note(taken.remark, text, place)
        return Answer(_value(taken.value), remark=remark)

    def _read(self, cell: Cell, folded: str) -> Taken:
        match self.question.form:
            case Form.WHOLE:
                return whole_number(cell)
            case Form.DAY:
                return day(cell)
            case Form.FLAG | Form.MEMBER | Form.IS:
                return Taken(self._flag(folded))
            case Form.CHOICE:
                return self._choice(folded)
            case Form.BAND:
                return self._band(cell, folded)
            case Form.LINES:
                return Taken(_lines(cell))
            case Form.IDS:
                return self._listed(cell)
            case Form.LINE:
                return phone(cell) if self.question.path[-1] == "phone" else Taken(line(cell))

    def _flag(self, folded: str) -> bool:
        if folded in YES:
            return True
        if folded in NO:
            return False
        raise UnreadableError(msg("This is neither yes nor no"))

    def _choice(self, folded: str) -> Taken:
        found = self._choices.get(folded)
        if found is None and folded in YES | NO:
            found = self._yes_no.get(folded in YES)
        if found is not None:
            return Taken(found)
        spoken = in_vietnamese(folded, [choice.value for choice in self.question.choices])
        if spoken is None:
            near = get_close_matches(folded[:80], list(self._choices), n=1, cutoff=_NEAR)
            hint = msg("did you mean {name}?", name=self._label(self._choices[near[0]])) if near else _PICK
            raise UnreadableError(msg("This is none of the choices"), hint)
        return Taken(spoken, msg("read as {answer}", answer=self._label(spoken)))

    def _label(self, value: str) -> Message:
        return next(choice.label for choice in self.question.choices if choice.value == value)

    def _band(self, cell: Cell, folded: str) -> Taken:
        found = self._choices.get(folded)
        return whole_number(cell) if found is None else Taken(found)

    def _listed(self, cell: Cell) -> Taken:
        """Ids in their order, each once; a name that holds a comma is looked for before the comma separates."""
        text = text_of(cell)
        named = self._by_name.get(plain(text))
        if named:
            return Taken((named,))
        found: dict[str, None] = {}
        for row in text.splitlines():
            whole = self._by_name.get(_unlisted(row))
            pieces = [row] if whole else re.split(r"[,;，；]", row)
            found.update(dict.fromkeys(self._id_of(piece) for piece in pieces if piece.strip()))
        return Taken(tuple(found))

    def _id_of(self, piece: str) -> str:
        folded = _unlisted(piece)
        if folded in self._ids:
            return folded
        named = self._by_name.get(folded)
        if named:
            return named
        if named is not None:
            raise UnreadableError(
                msg("Several are called {name}", name=shown(piece.strip())), msg("type the id instead of the name")
            )
        if _IDENTIFIER.fullmatch(folded) and plain(piece) == piece.strip().casefold():
            return folded
        near = get_close_matches(folded[:80], [*self._ids, *self._by_name], n=1, cutoff=_NEAR)
        hint = msg("did you mean {name}?", name=self._by_name.get(near[0]) or near[0]) if near else None
        raise UnreadableError(msg("Nothing is called {name}", name=shown(piece.strip())), hint)

    def _problem(self, message: Message, text: str, place: Place, hint: Message | None) -> Problem:
        return Problem(
            message,
            place.path,
            place.line,
            cell=place.cell or None,
            field=self.question.key,
            found=shown(text),
            expected=self.expected(),
            hint=hint if hint is not None else _LEAVE_BLANK,
        )

    def _note(self, message: Message, text: str, place: Place) -> Problem:
        return Problem(message, place.path, place.line, cell=place.cell or None, field=self.question.key, found=shown(text))

    def expected(self) -> Message:
        """What an answer looks like."""
        match self.question.form:
            case Form.WHOLE:
                return msg("a whole number, digits only: 1234")
            case Form.DAY:
                return msg("a day such as 31/10/2026, or month and year: 10/2026")
            case Form.FLAG | Form.MEMBER | Form.IS:
                return msg("Yes or No (Có, Không)")
            case Form.CHOICE:
                return msg("one of: {choices}", choices=self._offered())
            case Form.BAND:
                return msg("one of: {choices}; or a whole number, digits only", choices=self._offered())
            case Form.IDS:
                return msg("ids or names, one per line or separated by commas")
            case Form.LINES:
                return msg("texts, one per line")
            case Form.LINE:
                return msg("one line of text")

    def _offered(self) -> Message:
        """The choices as one message, so that each is translated where the sentence is."""
        offered = [choice.label for choice in self.question.choices]
        return Message(
            " | ".join(f"{{c{index}}}" for index in range(len(offered))), {f"c{i}": label for i, label in enumerate(offered)}
        )


_NEAR = 0.7
"""Likeness from which a word is offered; below it a slip looks like anything."""
_FOLDED = 400
"""Characters of a cell that are looked at for a word of ours."""
_TYPE_AGAIN = msg("delete the cell's content and type the answer, or leave it blank")
_PICK = msg("pick an answer from the list of the cell, or leave it blank")
_LEAVE_BLANK = msg("correct it, or leave the cell blank when it is not known")


@cache
def _speakers() -> tuple[Translator, ...]:
    return translator("vi"), translator("en")


def _labels(question: Question) -> tuple[dict[str, str], dict[bool, str]]:
    """Folded word -> value, without words that two choices share; and the choices that are called yes and no."""
    found: dict[str, str | None] = {}
    for choice in question.choices:
        words = {plain(choice.value), *(plain(speaker.text(choice.label)) for speaker in _speakers())}
        for word in words:
            found[word] = choice.value if found.get(word, choice.value) == choice.value else None
    known = {word: value for word, value in found.items() if value is not None}
    called = ((True, "co"), (True, "yes"), (False, "khong"), (False, "no"))
    return known, {flag: known[word] for flag, word in called if word in known}


def _by_name(ids: Mapping[str, str]) -> dict[str, str]:
    """Folded name -> id; empty where two have it."""
    found: dict[str, str] = {}
    for name_of, name in ids.items():
        word = plain(name)
        found[word] = name_of if found.get(word, name_of) == name_of else ""
    return found


def _unlisted(row: str) -> str:
    """Folded, without the sign that people put before the items of a list."""
    return plain(row).lstrip("-•*+· ").strip()


def _lines(cell: Cell) -> tuple[str, ...]:
    if not isinstance(cell, str):
        return (line(cell),)
    return tuple(text for row in cell.splitlines() if (text := line(row)))


def _value(value: object) -> Value:
    """Nothing left of a text or a list is blank."""
    if isinstance(value, str | int | bool) or value is None:
        return value or None if isinstance(value, str) else value
    return tuple(_each(value)) or None if isinstance(value, tuple) else None


def _each(value: Iterable[object]) -> Iterable[Value]:
    return (_value(one) for one in value)
