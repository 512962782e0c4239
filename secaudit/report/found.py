"""What answers in the agencies' networks, as a report shows it beside what they declare."""

from dataclasses import dataclass
from datetime import datetime

from secaudit.model.discovery import Device, Meeting
from secaudit.report.texts import Sentence, Wording


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One address that answered and that somebody has to look at."""

    meeting: Meeting
    address: str
    machine: str | None
    """Id of the declared machine it is about, when the document holds it."""
    name: str
    """Of a machine the document does not hold, or the host name that the address gave."""
    device: Device
    """What it most probably is."""
    since: datetime
    """When something was first found there."""
    reason: Sentence | None = None


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One agency: its numbers side by side, and its lines."""

    agency: str | None
    """Agency id; None for networks that no agency declares."""
    numbers: tuple[tuple[Wording, int | None], ...]
    """Name of each number and the number; None where the agency has not said it."""
    searched: tuple[datetime, datetime] | None
    """The oldest and the newest search that this rests on; None for what an older version of the store kept."""
    found: tuple[FoundRow, ...] = ()
    """What the agency has to answer first; machines that answer where they are declared are counted only."""
    silent: tuple[str, ...] = ()
    """Declared machines of the document at whose address nothing answered."""


@dataclass(frozen=True, slots=True)
class BeyondRow:
    """Machines of one agency that answer beyond its list and that a figure counts."""

    agency: str | None
    addresses: tuple[str, ...]
    more: int = 0
    """Further ones that stand in the comparison only."""
