"""iCalendar (RFC 5545): days that a calendar program of an office can take over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from secaudit.messages import clean

_OCTETS = 75
"""Longest line without its end, RFC 5545 3.1."""
_LONGEST_TEXT = 4_000
_END = "\r\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One day."""

    uid: str
    """The same whenever the calendar is made: programs then replace the event instead of doubling it."""
    day: date
    summary: str
    description: str = ""
    category: str = ""


def render_ical(events: Iterable[Event], *, name: str, about: str, stamp: datetime) -> bytes:
    """The whole file; ``about`` says what it rests on, ``stamp`` (with its zone, UTC) is the moment the calendar speaks of."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//secaudit//law calendar//VI",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:" + _text(name),
        "X-WR-CALDESC:" + _text(about),
    ]
    for event in events:
        lines += _event(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(folded + _END for line in lines for folded in _folded(line)).encode("utf-8")


def _event(event: Event, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield "UID:" + _text(event.uid)
    yield f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield "SUMMARY:" + _text(event.summary)
    if event.description:
        yield "DESCRIPTION:" + _text(event.description)
    if event.category:
        yield "CATEGORIES:" + _text(event.category)
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """Harmless and escaped: a name can neither end its line nor begin a property."""
    safe = clean(value.replace("\r\n", "\n").replace("\t", " "), limit=_LONGEST_TEXT)
    return safe.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; a character is never cut in two, and a continuation begins with a space."""
    current, octets = "", 0
    for char in line:
        size = len(char.encode("utf-8"))
        if octets + size > _OCTETS:
            yield current
            current, octets = " ", 1
        current += char
        octets += size
    yield current
