"""The one walk that every text of a report passes before any renderer.

Host names, banners, captures and whatever agencies typed are hostile: control characters, characters XML forbids, bidi
controls and texts without end are made harmless here, once, so that no renderer and no template has to remember it.
"""

from collections.abc import Sequence
from dataclasses import Field, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from operator import is_
from types import UnionType
from typing import Any, ClassVar, Protocol, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from secaudit.messages import Message, clean
from secaudit.model.base import Texts
from secaudit.report.agency_page import AgencyDocument
from secaudit.report.document import CheckRow
from secaudit.report.official import Paper, Value
from secaudit.report.texts import DEFAULT_LIMIT, Limit

Part = TypeVar("Part")
_PLAIN = frozenset((type(None), bool, int, float, date, datetime, Fraction))
"""Types of values that hold no text."""
_MADE_OF_PARTS = frozenset((tuple, list, Union, UnionType))
"""Kinds of hints that promise nothing but what their parts promise."""
_LIMITS: dict[type[object], tuple[tuple[str, int], ...]] = {}
"""Read once for each dataclass: they do not change."""


def sanitised(document: Part) -> Part:
    """The same document, or part of one, with every text cleaned and cut at the limit of its field."""
    return cast("Part", _walk(document, DEFAULT_LIMIT))


BODY_LIMIT = 2000
"""Characters of a text in the body of a paper, which knows no fields: whole sentences stand there. Names are cut by ``named``."""


def sanitised_paper(paper: Paper) -> Paper:
    """The same paper with every text cleaned and cut."""
    body = {name: _value(value) for name, value in paper.body.items()}
    return replace(cast("Paper", _walk(replace(paper, body={}), DEFAULT_LIMIT)), body=body)


def cleaned(text: str, limit: int) -> str:
    """One text of a document that knows no fields, such as an observed value, cleaned and cut."""
    return _text(text, limit)


def sanitised_checks(checks: Sequence[CheckRow]) -> tuple[CheckRow, ...]:
    """Descriptions of checks with every text cleaned; they are the same on the pages of all agencies."""
    return tuple(cast("CheckRow", _walk(check, DEFAULT_LIMIT)) for check in checks)


def sanitised_agency(document: AgencyDocument, checks: tuple[CheckRow, ...]) -> AgencyDocument:
    """The same page with every text cleaned and cut, and ``checks``, which are clean already.

    What stands behind the verdicts of a machine is cleaned where it is taken from (:func:`cleaned`).
    """
    return replace(cast("AgencyDocument", _walk(replace(document, checks=()), DEFAULT_LIMIT)), checks=checks)


def named(text: str) -> str:
    """A name from outside as it may stand in a paper's body: cleaned, and cut where the report cuts names."""
    return _text(text, DEFAULT_LIMIT)


def _value(value: Value) -> Value:
    if isinstance(value, str):
        return _text(value, BODY_LIMIT)
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {name: _value(item) for name, item in value.items()}
    return value


@lru_cache(maxsize=65536)
def _text(text: str, limit: int) -> str:
    return clean(text[: limit + 1], limit=limit)


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def _limits(kind: type[object]) -> tuple[tuple[str, int], ...]:
    """Field name -> characters its texts may have, for a dataclass; fields that can hold none are left out."""
    if kind not in _LIMITS:
        hints = get_type_hints(kind, include_extras=True)
        _LIMITS[kind] = tuple(
            (item.name, _limit_of(hints[item.name]))
            for item in fields(cast("type[_Dataclass]", kind))
            if _may_hold_text(hints[item.name])
        )
    return _LIMITS[kind]


def _may_hold_text(hint: object) -> bool:
    """False where nothing but numbers, moments and words of our own can stand: such fields need no look."""
    if isinstance(hint, type) and not get_args(hint):
        return hint not in _PLAIN and not issubclass(hint, Enum)
    parts = [part for part in get_args(hint) if part is not Ellipsis]
    return not parts or get_origin(hint) not in _MADE_OF_PARTS or any(map(_may_hold_text, parts))


def _limit_of(hint: object) -> int:
    for part in (hint, *get_args(hint)):
        found = [extra.characters for extra in getattr(part, "__metadata__", ()) if isinstance(extra, Limit)]
        if found:
            return found[0]
    return DEFAULT_LIMIT


def _walk(value: object, limit: int) -> object:
    """The same object where nothing in it had to be changed: that is almost all of a document."""
    kind = type(value)
    if kind is str:
        text = _text(cast("str", value), limit)
        return value if text == value else text
    if kind in _PLAIN or isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return _text(value, limit)
    if isinstance(value, tuple):
        items = [_walk(item, limit) for item in value]
        return value if all(map(is_, items, value)) else tuple(items)
    if isinstance(value, list):
        return tuple(_walk(item, limit) for item in value)
    if isinstance(value, Texts):
        return Texts.model_construct(vi=_text(value.vi, limit), en=_text(value.en, limit))
    if isinstance(value, Message):
        if not value.params:
            return value
        params = {name: _walk(item, limit) for name, item in value.params.items()}
        return (
            value
            if all(params[name] is item for name, item in value.params.items())
            else Message(value.text, params, value.context)
        )
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    return value


def _record(record: _Dataclass) -> object:
    changes = {}
    for name, limit in _limits(type(record)):
        old = getattr(record, name)
        new = _walk(old, limit)
        if new is not old:
            changes[name] = new
    return replace(record, **changes) if changes else record
