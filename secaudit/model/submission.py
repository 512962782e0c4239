"""A list that an agency sent: which file, what came of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """One file, taken or returned."""

    number: int
    agency: str
    received_at: datetime
    name: str
    """File name without folders, made harmless."""
    digest: str
    """SHA-256, hexadecimal."""
    who: str
    """Who imported it."""
    profile: str
    """``commune``, ``full``, ``csv``, or the id of a column mapping."""
    made_at: datetime | None
    """When the workbook was given out; None when it does not say."""
    changes: int
    problems: int
    accepted: bool
