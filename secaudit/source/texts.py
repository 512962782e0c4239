"""Our words for what pydantic finds wrong with a value, keyed by pydantic's error type.

A test walks the schemas of everything people write and fails for an error type without a text here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from secaudit.messages import Message, msg
from secaudit.source.sensitive import fold


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said of one kind of error; the functions are given pydantic's context and the value as written."""

    message: Message
    expected: Callable[[Mapping[str, object]], Message | None]
    hint: Callable[[str], Message | None]


_CHOICE = re.compile(r"'([^']*)'")
_GROUPED = re.compile(r"[0-9]{1,3}([._, ][0-9]{3})+")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_YES = frozenset({"yes", "y", "on", "1", "co", "x", "t", "dung"})
_NO = frozenset({"no", "n", "off", "0", "khong", "f", "sai"})
_IDENTIFIER = r"^[a-z0-9][a-z0-9._-]{0,63}$"
_PATTERNS: dict[str, Message] = {
    _IDENTIFIER: msg(
        "an id: up to 64 lower-case letters without accents, digits, dots, dashes, underscores; a letter or digit first"
    ),
    r"^[^\x00-\x1f\x7f]*$": msg("one line of text without control characters"),
    r"^\d{1,3}(\.\d+)?\s?%$": msg("a share such as 70 %"),
}


def wording(kind: str) -> Wording | None:
    """The texts for a pydantic error type, or None when nobody wrote them."""
    return _TEXTS.get(kind)


def choices_of(context: Mapping[str, object]) -> list[str]:
    """The allowed words of a literal or enum error."""
    return _CHOICE.findall(str(context.get("expected", "")))


def structure_name(value: object) -> Message:
    """What a value is, in words, when it is not a text."""
    if isinstance(value, dict):
        return msg("fields (name: value)")
    if isinstance(value, list | tuple):
        return msg("a list")
    if value is None:
        return msg("nothing")
    return msg("a single value")


def _nothing(_: object) -> None:
    return None


def _fixed(message: Message) -> Callable[[object], Message]:
    return lambda _: message


def _bound(template: str, key: str) -> Callable[[Mapping[str, object]], Message]:
    return lambda context: Message(template, {"bound": context.get(key)})


def _pattern(context: Mapping[str, object]) -> Message:
    pattern = str(context.get("pattern", ""))
    return _PATTERNS.get(pattern, msg("a text of the form {pattern}", pattern=pattern))


def _choices(context: Mapping[str, object]) -> Message:
    return msg("one of: {choices}", choices=", ".join(choices_of(context)))


def _hint_number(found: str) -> Message | None:
    text = found.strip()
    if _GROUPED.fullmatch(text):
        return msg("write {number}", number=re.sub(r"[._, ]", "", text))
    if re.fullmatch(r"[+0-9][0-9]{0,17}", text):
        return msg("write {number}", number=str(int(text)))
    return msg("leave the field empty when the number is not known")


def _hint_day(found: str) -> Message | None:
    parts = _DAY_FIRST.fullmatch(found.strip())
    if not parts:
        return msg("write year-month-day")
    day = f"{parts[3]}-{int(parts[2]):02d}-{int(parts[1]):02d}"
    return msg("write {day}", day=day) if int(parts[2]) <= 12 else msg("write year-month-day")


def _hint_flag(found: str) -> Message | None:
    word = fold(found).strip().lower()
    if word in _YES:
        return msg("write true")
    return msg("write false") if word in _NO else msg("leave the field empty when the answer is not known")


def _hint_pattern(found: str) -> Message | None:
    slug = re.sub(r"[^a-z0-9._]+", "-", fold(found).lower()).strip("-._")[:64]
    return msg("for an id, for example {example}", example=slug) if slug else None


_NUMBER = Wording(msg("A whole number is needed here"), _fixed(msg("digits only, for example 1234")), _hint_number)
_REAL = Wording(msg("A number is needed here"), _fixed(msg("a number such as 0.5")), _nothing)
_FLAG = Wording(msg("A yes or no is needed here"), _fixed(msg("true or false")), _hint_flag)
_DATE = Wording(msg("A day is needed here"), _fixed(msg("a day such as 2026-10-31")), _hint_day)
_WORD = Wording(msg("This word is not known here"), _choices, _nothing)
_NETWORK = Wording(
    msg("A network is needed here"),
    _fixed(msg("an address with its prefix length, for example 127.20.1.0/24")),
    _fixed(msg("the address must be the first of the network")),
)
_LIST = Wording(msg("A list is needed here"), _fixed(msg("a list")), _fixed(msg("write [one, two], or one '- item' per line")))
_FIELDS = Wording(
    msg("Fields are needed here"), _fixed(msg("fields (name: value)")), _fixed(msg("write one 'name: value' per line, indented"))
)
_TEXT = Wording(msg("A text is needed here"), _fixed(msg("a text")), _nothing)

_TEXTS: dict[str, Wording] = {
    "missing": Wording(msg("The field '{name}' is missing"), _nothing, _fixed(msg("add it"))),
    "extra_forbidden": Wording(msg("There is no field '{name}' here"), _nothing, _nothing),
    "whole_number": _NUMBER,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "finite_number": _REAL,
    "float_type": _REAL,
    "float_parsing": _REAL,
    "true_or_false": _FLAG,
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "calendar_day": _DATE,
    "no_such_day": Wording(msg("There is no such day"), _fixed(msg("a day of the calendar")), _nothing),
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "greater_than_equal": Wording(msg("The number is too small"), _bound("at least {bound}", "ge"), _nothing),
    "less_than_equal": Wording(msg("The number is too large"), _bound("at most {bound}", "le"), _nothing),
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_sub_type": _TEXT,
    "string_too_short": Wording(msg("The text is empty"), _fixed(msg("a text")), _fixed(msg("leave the field out if not known"))),
    "string_too_long": Wording(
        msg("The text is too long"), _bound("at most {bound} characters", "max_length"), _fixed(msg("shorten it"))
    ),
    "string_pattern_mismatch": Wording(msg("The text does not have the right form"), _pattern, _hint_pattern),
    "literal_error": _WORD,
    "enum": _WORD,
    "ip_v4_network": _NETWORK,
    "ip_v6_network": _NETWORK,
    "ip_any_network": _NETWORK,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": _FIELDS,
    "model_attributes_type": _FIELDS,
    "dict_type": _FIELDS,
    "invalid_key": Wording(msg("The field name is not a text"), _nothing, _nothing),
    "recursion_loop": Wording(msg("The value contains itself"), _nothing, _nothing),
}
OTHER = Wording(msg("The value is not accepted"), _nothing, _nothing)
"""For an error type nobody wrote a text for: only a model changed without its test can get here."""
MARKERS = (msg("at least {bound}"), msg("at most {bound}"), msg("at most {bound} characters"))
"""Templates that :func:`_bound` fills: named here so that they reach the translation catalog."""
EMPTY_FILE = msg("The file is empty")
OR = msg("{first}; or {second}")
