"""What was done to the enrolled keys, by whom and when: comments inside the file itself.

A record beside the file could be lost, or could say something else than the file; a comment is written in the same step as the
change, survives when other programs read or hash the file, and says nothing to OpenSSH.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from secaudit.messages import clean
from secaudit.transport.base import HostKey

_LINE = re.compile(
    r"# secaudit (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (?P<act>enrolled|replaced|removed|revoked) "
    r"(?P<name>\S+) (?P<type>\S+) (?P<print>SHA256:\S+) by (?P<who>.*)"
)
_WHO_LIMIT = 80


class Act(StrEnum):
    """What happened to a key."""

    ENROLLED = "enrolled"
    REPLACED = "replaced"
    """No longer believed, because another key was enrolled in its place."""
    REMOVED = "removed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class TrustEvent:
    """One act."""

    at: datetime
    act: Act
    name: str
    """As in known_hosts; ``*`` for a revocation that holds everywhere."""
    key_type: str
    fingerprint: str
    who: str


def stamp(at: datetime) -> str:
    """A moment as comments hold it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def one_line(text: str) -> str:
    """A person's name fit for a comment."""
    return " ".join(clean(text, limit=_WHO_LIMIT).split()) or "unknown"


def event_line(act: Act, name: str, key: HostKey, *, who: str, at: datetime) -> str:
    """The comment that records an act."""
    return f"# secaudit {stamp(at)} {act} {name} {key.type} {key.fingerprint} by {one_line(who)}"


def events_in(lines: Sequence[str]) -> tuple[TrustEvent, ...]:
    """The acts recorded in a file, in their order; comments of others are passed over."""
    found = []
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        try:
            at = datetime.strptime(match["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            continue
        found.append(TrustEvent(at, Act(match["act"]), match["name"], match["type"], match["print"], match["who"]))
    return tuple(found)
