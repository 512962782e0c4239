"""Base of everything that people write."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FLAGS = {"true": True, "false": False}


def _whole(value: object) -> object:
    """Digits only: pydantic alone would read ``1_000``, ``1.0`` and ``+7``, and ``1.234`` means two things in two countries."""
    if not isinstance(value, str):
        return value
    if not _WHOLE.fullmatch(value):
        raise PydanticCustomError("whole_number", "Input should be a whole number written in digits only")
    return int(value)


def _day(value: object) -> object:
    """ISO form only: pydantic alone would read ``20261031`` as seconds since 1970."""
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise PydanticCustomError("calendar_day", "Input should be a day written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("no_such_day", "Input should be a day of the calendar") from None


def _flag(value: object) -> object:
    """True or false only: pydantic alone would read ``t``, ``1`` and ``on`` too."""
    if not isinstance(value, str):
        return value
    flag = _FLAGS.get(value.lower())
    if flag is None:
        raise PydanticCustomError("true_or_false", "Input should be true or false")
    return flag


Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""Lower-case letters, digits, dot, dash, underscore; at most 64 characters."""
Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number; from a file only as digits without sign of thousands, exponent or leading zero."""
Flag = Annotated[bool, BeforeValidator(_flag)]
"""From a file only ``true`` or ``false``."""
Day = Annotated[date, BeforeValidator(_day)]
"""A calendar day, from a file only as YYYY-MM-DD; also a name for the type in records with a field called ``date``."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text without control characters."""


class Written(BaseModel):
    """A frozen record from a file; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class Texts(Written):
    """One text in the two languages of the program."""

    vi: str
    en: str

    def pick(self, language: str) -> str:
        """The text in ``language`` (``vi`` or anything else for English)."""
        return self.vi if language == "vi" else self.en


class Document(Written):
    """A dated paper: decision, regulation, report."""

    number: Line
    date: Day
    authority: Line | None = None


VIETNAM_TIME = timezone(timedelta(hours=7))
"""Days of reports, decisions and periods are days in Việt Nam, whatever zone a machine is set to."""


def day_in_vietnam(moment: datetime) -> date:
    """The calendar day of a moment; one without a zone is UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(VIETNAM_TIME).date()


def end_of_day(day: date) -> datetime:
    """The last moment of a day in Việt Nam."""
    return datetime.combine(day, time.max, tzinfo=VIETNAM_TIME)
