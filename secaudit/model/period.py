"""One round of reporting: the days it covers, and what its closing froze (practice.md 10)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from secaudit.model.base import end_of_day

_LAST = (12, 14)
"""Data of the yearly report end on 14 December (Nghị định 331/2026/NĐ-CP, điều 35.3). The program needs the day where no catalog
is loaded; a test holds it against ``checks/law/reporting.yaml``."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?")
_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10)})
"""Names that Windows gives to no folder."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What was frozen, by whom, and what it can be recognised by."""

    closed_at: datetime
    """When the command was given."""
    closed_by: str
    moment: datetime
    """Moment the figures are for: nothing observed or gathered after it is in them."""
    digest: str
    """SHA-256 of the archive's manifest, which has the SHA-256 of every other file."""
    outcome: int
    """Number of the newest outcome that is in it; 0 when nothing had been gathered."""
    head: str
    """Chain value of that outcome."""
    early: str = ""
    """Why it was closed before its last day had ended."""
    accepted_open: bool = False
    """A person closed it although something was still open."""


@dataclass(frozen=True, slots=True)
class Period:
    """One period of one plan; open until it is closed, for good."""

    name: str
    plan: str
    first: date
    last: date
    """The last day, which belongs to it."""
    opened_at: datetime
    opened_by: str
    closing: Closing | None = None

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.last - self.first).days + 1

    @property
    def end(self) -> datetime:
        """The last moment of the last day where this program runs."""
        return end_of_day(self.last)

    def day_number(self, day: date) -> int:
        """``day`` is the how manieth of the period; 0 or less before it begins."""
        return (day - self.first).days + 1

    def overlaps(self, first: date, last: date) -> bool:
        """Whether a day would belong to both."""
        return first <= self.last and self.first <= last


def statutory(year: int) -> tuple[date, date]:
    """First and last day of the yearly report of ``year``: 15 December of the year before to 14 December."""
    last = date(year, *_LAST)
    return date(year - 1, *_LAST) + timedelta(days=1), last


def statutory_year(day: date) -> int:
    """The year whose report ``day`` belongs to."""
    return day.year if day <= date(day.year, *_LAST) else day.year + 1


def newest_first(periods: Iterable[Period]) -> list[Period]:
    """As people look for them: what is open before what is closed, and the later one first."""
    return sorted(periods, key=lambda one: (one.closing is not None, -one.last.toordinal(), one.name))


def is_name(text: str) -> bool:
    """Whether a period may be called so: the name is one of a folder on every system."""
    return _NAME.fullmatch(text) is not None and text.partition(".")[0] not in _DEVICES
