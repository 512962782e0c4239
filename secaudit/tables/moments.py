"""Moments as people and consoles write them; what can mean two days means none.

``03/11/2026`` is the third of November in Vietnam and the eleventh of March in the United States, and consoles write both,
depending on the language of whoever exported. A column is read one way only when the file itself leaves no doubt
(:func:`day_first_of`) or a profile says it; otherwise such a value is no moment at all, which is unknown and never a guess.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from types import MappingProxyType

from secaudit.tables.model import Cell

FIRST_YEAR = 2000
LAST_YEAR = 2099
"""Beyond lie the consoles' words for never: 1601, 1970, 9999. Whether a moment is still to come is for whoever knows the time."""

_LONGEST = 120
_CLOCK = re.compile(
    r"(?:(?<=\d)t|(?<![\w:.]))(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<half>am|pm|a\.m\.|p\.m\.|sa|ch)(?![a-z]))?"
    r"(?: ?\(?(?:(?P<zulu>z)|(?:utc|gmt)? ?(?P<offset>[+-]\d{1,2}(?::?\d{2})?)|(?P<named>utc|gmt))\)?)?(?![\w:.])"
    r"(?: \([a-z ]*time\))?"
)
"""What follows the seconds may name the half of the day and the zone; ``Z``, ``UTC`` and ``GMT`` are zones as well."""
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})([/.-]?)(\d{2}|(?<=[/.-])\d)\2(\d{2}|(?<=[/.-])\d)")
_MONTH = r"(?:(?:thang|thg|th) ?(?:\d{1,2}|[a-z]+(?: mot| hai| tu)?)|[a-z]{3,9})"
_DAY_THEN_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[ -]({_MONTH})[ -](?:nam )?(\d{{4}})")
_MONTH_THEN_DAY = re.compile(rf"({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)? (\d{{4}})")
_WEEKDAY = re.compile(
    r"(?:thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|cn|t[2-7]|th ?[2-7]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?) "
)
_FILLERS = re.compile(r"(?:^| )(?:ngay|luc|on|at)(?= |$)")
_STAMP = re.compile(r"(\d{14})(?:\.\d+)?z")
"""The directory's generalised time."""
_SERIAL = re.compile(r"\d{5}(?:[.,]\d{1,15})?")
_FIRST_TEXT_SERIAL = 42_005
"""1 January 2015. A number that came as text is a day only where it can be recent: version numbers look the same."""
_VERSION_DATE = re.compile(r"\d{3,6}[a-z]? ?\((\d{8})\)")
"""A version of signatures that carries its day: ``30250 (20261124)``."""
_FILETIME = re.compile(r"1\d{17}")
"""The directory's other clock: tenths of microseconds since 1601."""
_DAY_OR_MONTH = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2\d{4}(?!\d)", re.ASCII)

EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no zone
_FILETIME_ZERO = datetime(1601, 1, 1, tzinfo=UTC)
_ENGLISH: Mapping[str, int] = MappingProxyType(
    {
        word: number
        for number, words in enumerate(
            (
                "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
                "sep sept september", "oct october", "nov november", "dec december",
            ),
            start=1,
        )
        for word in words.split()
    }
)  # fmt: skip
_VIETNAMESE: Mapping[str, int] = MappingProxyType(
    {
        "mot": 1, "gieng": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
        "muoi": 10, "muoi mot": 11, "muoi hai": 12,
    }
)  # fmt: skip


def moment_of(cell: Cell, *, day_first: bool | None, zone: int) -> datetime | None:
    """The moment in UTC, or None where the cell says none that is certain.

    ``zone`` is by how many hours the clock of the file is ahead of UTC; a cell that names its zone wins. A day without a time is
    its beginning: evidence may be older than it looks, never younger. Years have four digits. Where ``day_first`` is None, only
    dates that mean one day in both orders are read.
    """
    try:
        if isinstance(cell, str):
            return _from_text(cell, day_first, zone)
        return _from_value(cell, zone)
    except (ValueError, OverflowError):
        return None


def day_first_of(cells: Iterable[Cell]) -> bool | None:
    """Whether a column writes 31/12/2026 (True) or 12/31/2026 (False); None where its values do not say, or say both."""
    day = month = False
    for cell in cells:
        if not isinstance(cell, str):
            continue
        found = _DAY_OR_MONTH.search(cell[:_LONGEST])
        if found:
            first, second = int(found[1]), int(found[3])
            day = day or 31 >= first > 12 >= second
            month = month or 31 >= second > 12 >= first
    return None if day == month else day


def _from_value(cell: datetime | date | bool | float | None, zone: int) -> datetime | None:
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, datetime):
        return _utc(cell, zone)
    if isinstance(cell, date):
        return _utc(datetime(cell.year, cell.month, cell.day), zone)  # noqa: DTZ001 - the zone is put on there
    return _serial(float(cell), zone)


def _serial(days: float, zone: int) -> datetime | None:
    """Days since the last day but one of 1899, as a spreadsheet counts them."""
    if not 36_526 <= days < 73_051:  # 2000 to 2099; NaN is no number of days either
        return None
    return _utc(EXCEL_ZERO + timedelta(seconds=round(days * 86_400)), zone)


def _utc(moment: datetime, zone: int) -> datetime | None:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone(timedelta(hours=zone)))
    return moment.astimezone(UTC)


@lru_cache(maxsize=4096)
def _from_text(text: str, day_first: bool | None, zone: int) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    plain = _plain(text)
    if not plain.isascii():
        return None
    if _FILETIME.fullmatch(plain):
        return _utc(_FILETIME_ZERO + timedelta(microseconds=int(plain) // 10), zone)
    if _SERIAL.fullmatch(plain):
        days = float(plain.replace(",", "."))
        return _serial(days, zone) if days >= _FIRST_TEXT_SERIAL else None
    version = _VERSION_DATE.fullmatch(plain)
    if version:
        plain = version[1]
    stamp = _STAMP.fullmatch(plain)
    if stamp:
        return _utc(datetime.strptime(stamp[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC), zone)
    clock = _CLOCK.search(plain)
    rest = plain if clock is None else f"{plain[: clock.start()]} {plain[clock.end() :]}"
    day = _day(rest, day_first)
    if day is None:
        return None
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone is put on below
    if clock is None:
        return _utc(moment, zone)
    time_of_day, offset = _time(clock), _offset(clock)
    if time_of_day is None:
        return None
    return _utc((moment + time_of_day) if offset is None else (moment + time_of_day).replace(tzinfo=offset), zone)


def _plain(text: str) -> str:
    """Small letters without marks, single spaces: ``Thứ Ba, 3 thg 11`` is ``thu ba, 3 thg 11``."""
    folded = unicodedata.normalize("NFKD", text.casefold()).replace("\u0111", "d")
    return " ".join("".join(char for char in folded if not unicodedata.combining(char)).split())


def _time(found: re.Match[str]) -> timedelta | None:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    half = found["half"]
    if half is not None:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pc" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _offset(found: re.Match[str]) -> timezone | None:
    """The zone that the cell names; None when it names none."""
    if found["zulu"] or found["named"]:
        return UTC
    if found["offset"] is None:
        return None
    sign, digits = found["offset"][0], found["offset"][1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    ahead = timedelta(hours=hours, minutes=minutes)
    if ahead > timedelta(hours=14) or minutes > 59:
        raise ValueError
    return timezone(-ahead if sign == "-" else ahead)


def _day(rest: str, day_first: bool | None) -> date | None:
    """The day, from what is left beside the clock."""
    rest = " ".join(_FILLERS.sub(" ", rest.strip(" ,")).replace(",", " ").split())
    weekday = _WEEKDAY.match(rest)
    if weekday:
        rest = rest[weekday.end() :]
    found = _NUMBERS.fullmatch(rest)
    if found:
        return _numbered(int(found[1]), int(found[3]), int(found[4]), day_first)
    found = _YEAR_FIRST.fullmatch(rest)
    if found:
        return date(int(found[1]), int(found[3]), int(found[4]))
    found = _DAY_THEN_MONTH.fullmatch(rest)
    if found:
        return _named(found[2], found[1], found[3])
    found = _MONTH_THEN_DAY.fullmatch(rest)
    return _named(found[1], found[2], found[3]) if found else None


def _numbered(first: int, second: int, year: int, day_first: bool | None) -> date | None:
    if day_first is None:
        if first <= 12 and second <= 12 and first != second:
            return None
        day_first = first > 12
    return date(year, second, first) if day_first else date(year, first, second)


def _named(month: str, day: str, year: str) -> date | None:
    word = re.sub(r"^(?:thang|thg|th) ?(?=\d|[a-z])", "", month)
    number = int(word) if word.isdecimal() else (_VIETNAMESE.get(word) if word != month else _ENGLISH.get(word))
    return None if number is None else date(int(year), number, int(day))
