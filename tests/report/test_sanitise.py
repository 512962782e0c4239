"""Every text of a document is cleaned, whatever kind of field it stands in; fields that can hold none are not looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, Optional, Union

import pytest

from secaudit.messages import Message, msg
from secaudit.model.base import Texts
from secaudit.model.outcome import Grade, Sight
from secaudit.report import sanitise
from secaudit.report.sanitise import sanitised
from secaudit.report.texts import Limit

BAD, GOOD = "a\x1b[31m\u202eb", "a\ufffd[31m\ufffdb"


@dataclass(frozen=True)
class Inner:
    name: str
    count: int


@dataclass(frozen=True)
class Outer:
    plain: str = BAD
    short: Annotated[str, Limit(3)] = "x" * 9
    perhaps: str | None = BAD
    older: Optional[str] = BAD  # noqa: UP045 - the older way to write it has another type
    union: Union[int, str] = BAD  # noqa: UP007 - the same
    several: tuple[str, ...] = (BAD,)
    pairs: tuple[tuple[int, str], ...] = ((1, BAD),)
    graded: tuple[Grade | str, ...] = (Grade.A, BAD)
    listed: list[str] = field(default_factory=lambda: [BAD])
    chosen: Literal["a"] | str = BAD
    anything: Any = BAD
    thing: object = BAD
    inner: Inner = Inner(BAD, 1)
    inners: tuple[Inner | None, ...] = (None, Inner(BAD, 2))
    texts: Texts = field(default_factory=lambda: Texts.model_construct(vi=BAD, en=BAD))
    said: Message = field(default_factory=lambda: msg("{name}", name=BAD, parts=(BAD, 1)))
    number: int = 7
    numbers: tuple[int, ...] = (1, 2)
    share: Fraction | None = None
    day: date | None = None
    sight: Sight | None = Sight.SEEN
    marks: tuple[tuple[Grade, int], ...] = ((Grade.B, 4),)


UNLOOKED = {"number", "numbers", "share", "day", "sight", "marks"}


@pytest.mark.parametrize("name", [one.name for one in fields(Outer) if one.name not in UNLOOKED])
def test_no_harmful_character_is_left(name):
    value = getattr(sanitised(Outer()), name)
    shown = repr(value.params) if isinstance(value, Message) else repr(value)
    assert "\\x1b" not in shown and "\\u202e" not in shown
    assert GOOD in shown or name == "short"


def test_a_text_is_cut_at_the_limit_of_its_field():
    assert sanitised(Outer()).short == "xx…"


def test_fields_that_hold_no_text_stay_and_are_not_looked_at():
    assert {one.name for one in fields(Outer)} - {name for name, _ in sanitise._limits(Outer)} == UNLOOKED
    before, after = Outer(), sanitised(Outer())
    assert all(getattr(after, name) is getattr(before, name) for name in UNLOOKED)


def test_what_is_clean_stays_the_same_object():
    clean = Inner("a", 1)
    assert sanitised(clean) is clean


def test_a_mapping_is_looked_at_by_whoever_takes_texts_from_it():
    assert sanitise._may_hold_text(Mapping[str, int]) and not sanitise._may_hold_text(tuple[int, Grade])
