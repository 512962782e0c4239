"""Numbers, days and telephone numbers as people type them and as spreadsheets change them; pure.

What can mean two things is refused with a sentence; what can mean only one is taken, and when it was written in another way than
asked, with a remark that says how it was read.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from secaudit.messages import Message, msg
from secaudit.source import fold
from secaudit.tables.model import Cell, text_of
from secaudit.tables.moments import EXCEL_ZERO, moment_of

MOST = 10**12
"""Nothing that is counted in a province comes near; beyond it a number is a serial number or a slip of the keyboard."""
_EXACT = 10**15
"""From here on a spreadsheet keeps no more every digit."""
_PLAIN = re.compile(r"[0-9]{1,13}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([., ])[0-9]{3})(?:\1[0-9]{3})*")
_NO_FRACTION = re.compile(r"([0-9]{1,9})[.,]0{1,2}")
_UNIT = re.compile(r"([0-9][0-9., ]{0,16}?) ?(?:may tinh|may|nguoi|cai|chiec|bo|can bo|dong chi|don vi|computers?|people)\.?")
_LEVEL = re.compile(r"(?:cap|cap do|level) ?([1-5])")
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050
"""2000 to 2099: a smaller number is a year or a slip."""
_FIRST_TEXT_SERIAL = 42_005
_DAY = re.compile(r"(?:ngay )?([0-9]{1,2}) ?([/.-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{2})")
_ISO = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})(?:[t ]00:00(?::00(?:\.0+)?)?)?")
_SPOKEN = re.compile(r"(?:ngay )?([0-9]{1,2}) ?(?:thang|thg|th) ?([0-9]{1,2}),? ?(?:nam )?([0-9]{4})")
_MONTH = re.compile(r"(?:thang |thg |th )?([0-9]{1,2}) ?(?:[/.-]|,? ?nam|(?<=[0-9]) ) ?([0-9]{4})")
_YEAR = re.compile(r"(?:nam )?(?:19|20)[0-9]{2}")
_LETTERS = re.compile(r"[a-z]{3}")


class UnreadableError(Exception):
    """The cell says nothing that is certain; carries what is wrong and what to do."""

    def __init__(self, message: Message, hint: Message | None = None) -> None:
        """``hint`` where the form's own advice does not fit."""
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read, and what has to be said about how."""

    value: object
    remark: Message | None = None


@lru_cache(maxsize=16_384)
def plain(text: str) -> str:
    """Small letters without marks, single spaces, whatever kind of space, letter or composition it was typed with."""
    return " ".join(fold(unicodedata.normalize("NFKC", text)).casefold().split())


def whole_number(cell: Cell) -> Taken:
    """A count; raises :class:`UnreadableError`."""
    if isinstance(cell, bool):
        raise UnreadableError(msg("This is no number"))
    if isinstance(cell, date):
        raise UnreadableError(msg("The spreadsheet made a date of what was typed"), _CELL_AS_NUMBER)
    if isinstance(cell, int):
        return _bounded(cell)
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < _EXACT:
            return _bounded(int(cell))
        return _grouped(text_of(cell))
    text = plain(text_of(cell))
    unit = _UNIT.fullmatch(text) or _LEVEL.fullmatch(text)
    if unit:
        read = _number_text(unit[1])
        return Taken(read.value, read.remark or _read_as(read.value))
    return _number_text(text)


_CELL_AS_NUMBER = msg("set the format of the cell to Number and type the number again, digits only")


def _number_text(text: str) -> Taken:
    if _PLAIN.fullmatch(text):
        return _bounded(int(text))
    if text.startswith("-") and _PLAIN.fullmatch(text[1:]):
        return _bounded(-int(text[1:]))
    fraction = _NO_FRACTION.fullmatch(text)
    if fraction:
        return Taken(int(fraction[1]), _read_as(int(fraction[1])))
    return _grouped(text)


def _grouped(text: str) -> Taken:
    """1.234 in Vietnam and 1,234 elsewhere are 1234, for no count has fractions; 1,5 and 12.34 are nothing certain."""
    if not _GROUPED.fullmatch(text):
        if re.fullmatch(r"-?[0-9.,]+", text):
            raise UnreadableError(msg("It cannot be told which number is meant: is this a decimal or a sign of thousands?"))
        raise UnreadableError(msg("This is no number"))
    read = _bounded(int(re.sub(r"[., ]", "", text)))
    return Taken(read.value, _read_as(read.value))


def _read_as(number: object) -> Message:
    return msg("read as {number}", number=number)


def _bounded(number: int) -> Taken:
    if number < 0:
        raise UnreadableError(msg("The number is less than zero"))
    if number > MOST:
        raise UnreadableError(msg("The number is too large"))
    return Taken(number)


def day(cell: Cell) -> Taken:
    """A day as YYYY-MM-DD; raises :class:`UnreadableError`."""
    if isinstance(cell, datetime):
        return Taken(cell.date().isoformat())
    if isinstance(cell, date):
        return Taken(cell.isoformat())
    if isinstance(cell, bool):
        raise UnreadableError(msg("This is no date"))
    if isinstance(cell, int | float):
        return _serial(cell, _FIRST_SERIAL)
    return _day_text(plain(text_of(cell)))


def _serial(number: float, first: int) -> Taken:
    if 1900 <= number <= 2100 and number == int(number):
        raise UnreadableError(msg("This is a year only"), msg("type the day or the month as well: 31/10/2026 or 10/2026"))
    if not first <= number < _LAST_SERIAL + 1:
        raise UnreadableError(msg("This is no date"))
    found = (EXCEL_ZERO + timedelta(days=int(number))).date().isoformat()
    return Taken(found, _read_day(found))


def _read_day(found: str) -> Message:
    year, month, of_month = found.split("-")
    return msg("read as {day}", day=f"{of_month}/{month}/{year}")


def _day_text(text: str) -> Taken:
    text = text.rstrip(". ")
    iso = _ISO.fullmatch(text)
    if iso:
        return Taken(_calendar(iso[1], iso[3], iso[4]))
    spoken = _DAY.fullmatch(text)
    if spoken:
        return Taken(_calendar(spoken[4], spoken[3], spoken[1]))
    spoken = _SPOKEN.fullmatch(text)
    if spoken:
        return Taken(_calendar(spoken[3], spoken[2], spoken[1]))
    month = _MONTH.fullmatch(text)
    if month:
        found = _last_of(month[2], month[1])
        return Taken(found, _read_day(found))
    if _YEAR.fullmatch(text):
        raise UnreadableError(msg("This is a year only"), msg("type the day or the month as well: 31/10/2026 or 10/2026"))
    if re.fullmatch(r"[0-9]{5}", text):
        return _serial(int(text), _FIRST_TEXT_SERIAL)
    moment = moment_of(text, day_first=True, zone=0) if _LETTERS.search(text) and "(" not in text else None
    if moment is None:
        raise UnreadableError(msg("This is no date"))
    return Taken(moment.date().isoformat())


def _calendar(year: str, month: str, of_month: str) -> str:
    number = int(year) + (0 if len(year) > 2 else 2000 if int(year) < 80 else 1900)
    try:
        return date(number, int(month), int(of_month)).isoformat()
    except ValueError:
        message = msg("There is no such day in the calendar")
        hint = msg("type the day first, then the month, then the year: 31/10/2026")
        raise UnreadableError(message, hint) from None


def _last_of(year: str, month: str) -> str:
    if not 1 <= int(month) <= 12:
        raise UnreadableError(msg("There is no such month in the calendar"), msg("type month/year: 10/2026"))
    return date(int(year), int(month), calendar.monthrange(int(year), int(month))[1]).isoformat()


def phone(cell: Cell) -> Taken:
    """A telephone number; a spreadsheet takes the zero in front away from what it believes to be a number."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        digits = str(cell)
        if len(digits) in (9, 10):
            message = msg("the spreadsheet had dropped the zero in front; read as {number}", number=f"0{digits}")
            return Taken(f"0{digits}", message)
        if digits.startswith("84") and len(digits) in (11, 12):
            return Taken(f"+{digits}", msg("read as {number}", number=f"+{digits}"))
        raise UnreadableError(msg("This is no telephone number"))
    return Taken(line(cell))


def line(cell: Cell) -> str:
    """One line of text; raises :class:`UnreadableError` for what a spreadsheet made of a text and cannot give back."""
    if isinstance(cell, bool):
        raise UnreadableError(msg("The spreadsheet made a truth value of what was typed"), _CELL_AS_TEXT)
    if isinstance(cell, date):
        raise UnreadableError(msg("The spreadsheet made a date of what was typed"), _CELL_AS_TEXT)
    if isinstance(cell, int | float) and abs(cell) >= _EXACT:
        raise UnreadableError(msg("The spreadsheet made a number of what was typed and lost its last digits"), _CELL_AS_TEXT)
    text = unicodedata.normalize("NFC", text_of(cell)).translate(_OTHER_SPACES).strip()
    text = " ".join(part.strip() for part in text.splitlines()) if "\n" in text or "\r" in text else text
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise UnreadableError(msg("The text holds characters that cannot be shown"), msg("type it again by hand"))
    if len(text) > LONGEST:
        raise UnreadableError(msg("The text has more than {count} characters", count=LONGEST), msg("shorten it"))
    return text


LONGEST = 300
_OTHER_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u3000"), " ")
_CELL_AS_TEXT = msg("set the format of the cell to Text, then type it again")
