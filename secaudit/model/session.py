"""Register of awareness and training: sessions, and who of which agency attended.

Attendance comes from the organiser's list: as counts, which say how many sat there and not who; or as a roster of staff codes, of
which only keyed hashes are kept, so that people are counted once however often they attended. Names are never kept.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from secaudit.model.base import Day, Document, Identifier, Line, Whole, Written

StaffHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""First half of an HMAC-SHA-256 over a staff code: a bare hash of so few codes could be reversed by trying them all."""

KeyMark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
"""Tells keys apart and nothing about them."""


class SessionKind(StrEnum):
    """What a session was."""

    BRIEFING = "briefing"
    """Tuyên truyền."""
    TRAINING = "training"
    """Đào tạo."""


class Audience(StrEnum):
    """Whom a line of attendance is about."""

    HEADS = "heads"
    """Người đứng đầu."""
    STAFF = "staff"
    """Cán bộ, công chức, viên chức."""


class Attendance(Written):
    """Who of one agency attended one session: a count or a roster, never both."""

    agency: Identifier
    audience: Audience
    count: Annotated[Whole, Field(ge=0, le=1_000_000)] | None = None
    roster: tuple[StaffHash, ...] | None = None


class Session(Written):
    """One session."""

    id: Identifier
    title: Line
    date: Day
    kind: SessionKind
    organiser: Line | None = None
    evidence: Document | None = None
    """Without a document it proves nothing."""
    list_digest: str | None = None
    """SHA-256 of the organiser's list that was imported, hexadecimal."""
    added_lists: tuple[str, ...] = ()
    """The same of lists that were added to it later."""
    roster_key: KeyMark | None = None
    """Which key the codes of its rosters were hashed with: hashes of two keys say nothing about each other."""


class SessionFile(Written):
    """One file of ``sessions/``."""

    session: Session
    attendance: tuple[Attendance, ...] = ()
