"""Limits that hold before the engine sees a text, and the engine's refusals put into our words."""

import difflib
import re
from collections.abc import Iterable, Mapping

from secaudit.errors import ExpressionError
from secaudit.messages import Message, msg
from secaudit.model.fact import FactSpec

MAX_TEXT = 8_000
"""Characters of one expression. The engine itself stops at 100,000."""
MAX_NESTING = 24
"""Brackets inside brackets. The engine itself stops at 32 levels of its grammar."""
MAX_BRACKETS = 400
"""Opening brackets in all: holds even where the scan below and the engine disagree about what is a string."""
_SHOWN = 80

_TOKEN = re.compile(
    r"""//[^\n]*|[rRbB]{0,2}(?:'{3}.*?'{3}|"{3}.*?"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|[()\[\]{}]""",
    re.DOTALL,
)
_ENGINE_ERROR = re.compile(r"^(?:[A-Z_]+: )?ERROR: <input>:(-?\d+):(-?\d+): (.*)$", re.MULTILINE)
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_UNDEFINED_FIELD = re.compile(r"undefined field '([^']*)' not found in struct '([^']*)'")
_NO_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
_OPERATOR = re.compile(r"^_?([^_a-z@][^_]*)_?$")


def is_text(text: str) -> bool:
    """Whether the engine reads ``text`` as it stands: a NUL would cut it short, half a surrogate pair raises."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def screen(text: str) -> None:
    """Refuse a text that is too long, too deeply nested or not encodable; raises ExpressionError."""
    if not text.strip():
        raise ExpressionError(msg("the expression is empty"))
    if len(text) > MAX_TEXT:
        raise ExpressionError(
            msg("the expression has {count} characters; at most {limit} are read", count=len(text), limit=MAX_TEXT),
            hint=msg("split it into several checks"),
        )
    if not is_text(text):
        raise ExpressionError(msg("the expression holds a character that is no text (NUL or half a character)"))
    depth = deepest = opened = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in "([{":
            depth, opened = depth + 1, opened + 1
            deepest = max(deepest, depth)
        elif token in ")]}":
            depth -= 1
    if deepest > MAX_NESTING or opened > MAX_BRACKETS or sum(map(text.count, "([{")) > 4 * MAX_BRACKETS:
        raise ExpressionError(msg("the expression is nested too deeply"), hint=msg("split it into several checks"))


def explain(
    text: str,
    engine_text: str,
    variables: Mapping[str, FactSpec],
    parameters: Iterable[str],
    message_of: Mapping[str, str],
) -> ExpressionError:
    """The engine's refusal as an error of ours: names the bad thing and what was probably meant."""
    errors = [(int(line), int(column), what) for line, column, what in _ENGINE_ERROR.findall(engine_text)]
    if not errors:
        if "recursion" in engine_text:
            return ExpressionError(msg("the expression is nested too deeply"), hint=msg("split it into several checks"))
        return ExpressionError(msg("the expression cannot be read: {detail}", detail=_short(engine_text)))
    line, column, what = min(errors, key=lambda error: _rank(text, error))
    if "recursion" in what:
        return ExpressionError(msg("the expression is nested too deeply"), hint=msg("split it into several checks"))
    place = _start(text, line, column)
    if match := _UNDECLARED.match(what):
        return _undeclared(match[1], text, line, column, place, [*variables, *parameters])
    if match := _UNDEFINED_FIELD.match(what):
        spec = variables[message_of[match[2]]]
        return ExpressionError(
            msg("{list}[] has no field {field} ({place})", list=spec.name, field=_short(match[1]), place=place),
            hint=_meant(match[1], spec.fields) or msg("its fields are {names}", names=", ".join(spec.fields)),
        )
    if match := _NO_OVERLOAD.match(what):
        return _no_overload(match[1], match[2], place, message_of)
    return ExpressionError(msg("the expression cannot be read: {detail} ({place})", detail=_short(what), place=place))


def place_of(text: str, offset: int | None) -> Message:
    """Line and column, 1-based, of a 0-based offset into the expression."""
    before = text[: offset or 0]
    return _place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _place(line: int, column: int) -> Message:
    return msg("line {line}, column {column} of the expression", line=line, column=column)


def _start(text: str, line: int, column: int) -> Message:
    """The engine points at the last dot of a dotted name; people look for its beginning."""
    lines = text.split("\n")
    if 0 < line <= len(lines) and column > 0 and lines[line - 1][column - 1 : column] == ".":
        before = re.search(r"[\w.]*\Z", lines[line - 1][: column - 1])
        column -= len(before.group()) if before else 0
    return _place(max(line, 1), max(column, 1))


def _rank(text: str, error: tuple[int, int, str]) -> tuple[int, int, int]:
    """A misspelt macro leaves its loop variable undeclared: the macro is the mistake, and so is ``has``."""
    line, column, what = error
    called = _UNDECLARED.match(what) is not None and _is_call(text, line, column)
    return (0 if called else 1, line, column)


def _is_call(text: str, line: int, column: int) -> bool:
    lines = text.split("\n")
    return 0 < line <= len(lines) and lines[line - 1][max(column - 1, 0) : column] == "("


def _undeclared(name: str, text: str, line: int, column: int, place: Message, known: list[str]) -> ExpressionError:
    if name == "has":
        return ExpressionError(
            msg("has() is not offered ({place})", place=place),
            hint=msg("a missing field must stay unknown; it must not decide anything"),
        )
    if _is_call(text, line, column):
        return ExpressionError(
            msg("there is no function {name} ({place})", name=_short(name), place=place),
            hint=_meant(name, FUNCTIONS) or msg("the functions are {names}", names=", ".join(FUNCTIONS)),
        )
    return ExpressionError(
        msg("unknown name {name} ({place})", name=_short(name), place=place),
        hint=_meant(name, known) or None,
    )


def _no_overload(function: str, types: str, place: Message, message_of: Mapping[str, str]) -> ExpressionError:
    for message, variable in message_of.items():
        types = types.replace(message, f"record of {variable}")
    if function == "_[_]":
        return ExpressionError(
            msg("indexing with [ ] is not offered for ({types}) ({place})", types=_short(types), place=place),
            hint=msg("a field is written p.field; a list is searched with exists or all"),
        )
    operator = _OPERATOR.match(function)
    name = "in" if function == "@in" else operator[1] if operator else function
    return ExpressionError(
        msg("{function} cannot be applied to ({types}) ({place})", function=name, types=_short(types), place=place),
        hint=msg('types are never converted: 1 is an int, 1.0 a double, "1" a string'),
    )


def _meant(name: str, known: Iterable[str]) -> Message | None:
    close = difflib.get_close_matches(name[:200], list(known), n=1, cutoff=0.6)
    return msg("did you mean {name}?", name=close[0]) if close else None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


FUNCTIONS = (
    "all",
    "exists",
    "exists_one",
    "filter",
    "map",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "double",
)
"""Functions and macros of the subset."""
