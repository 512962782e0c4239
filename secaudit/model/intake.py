"""Evidence that came as a file: the file itself, what it shows of which machine, and machines that nobody declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from secaudit.messages import Message
from secaudit.model.identity import NOTHING_KNOWN, Identity

FOUND: Final = "discover"
"""Source of a newcomer that a search of networks found and a person proposed to its agency."""


@dataclass(frozen=True, slots=True)
class IntakeFile:
    """A file that was taken in, kept whole: what a row was, can be looked up for ever."""

    name: str
    """Without folders, made harmless."""
    source: str
    """An :class:`~secaudit.model.console.EvidenceSource`, or ``courier``."""
    digest: str
    """SHA-256 of ``body``, hexadecimal."""
    body: bytes
    exporter: str = ""
    """Who exported or sent it, as the person importing it says."""
    exported_at: datetime | None = None
    """UTC."""
    profile: str = ""
    """The column mapping that was used, as JSON; empty for the collector."""


@dataclass(frozen=True, slots=True)
class StoredIntake:
    """What the store says of a file that was taken in."""

    number: int
    run: int
    at: datetime
    name: str
    source: str
    digest: str
    size: int
    exporter: str
    exported_at: datetime | None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A machine that evidence speaks of and no agency declares: "máy mới, chờ đơn vị xác nhận".

    Its evidence is kept under ``id``. Once the agency's list has a machine with this id, with the same serial number or UUID, or
    with the same host name and nothing that contradicts, the evidence is that machine's.
    """

    id: str
    """An identifier that the agency's list can take over as it is."""
    agency: str
    """Empty when nothing says whose machine it is."""
    name: str
    """Host name."""
    identity: Identity
    os: str
    """``windows``, ``linux`` or empty."""
    source: str
    """As in :class:`IntakeFile`, or :data:`FOUND`."""
    first_seen: datetime
    last_seen: datetime
    """UTC, moments of evidence."""
    address: str = ""
    """Where the network search found it."""
    host_key: str = ""
    """The host key it showed then."""
    adopted_by: str = ""
    """Who proposed the found machine to its agency; empty for machines that evidence speaks of."""
    adopted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one row or answer says of which machine it is."""

    key: str
    """Unique within its file: row number or answer."""
    agency: str | None
    """None when nothing says whose machine it is; then a name alone decides nothing."""
    name: str
    identity: Identity = NOTHING_KNOWN
    at: datetime | None = None
    """Moment of the evidence."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A declared machine or a newcomer, as far as sightings can be compared with it."""

    id: str
    agency: str
    names: frozenset[str]
    """Host names, lower case, without domain: its declared host name, its id, its DNS name, and what it called itself."""
    identities: tuple[Identity, ...]
    """Declared, and seen by earlier evidence that counts."""
    isolated: bool = False
    declared: bool = True
    """False for a newcomer."""


class MatchKind(StrEnum):
    """What became of a sighting."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    """More than one machine may be meant, or more than one sighting means this machine."""
    NEW = "new"
    """No declared machine is meant."""
    SUPERSEDED = "superseded"
    """Another sighting of the same machine in the same file is newer."""
    REFUSED = "refused"
    """It must not be taken in: an isolated machine, another agency's."""


@dataclass(frozen=True, slots=True)
class Match:
    """One sighting and the machine it is about."""

    sighting: Sighting
    kind: MatchKind
    endpoint: str | None = None
    """Id of the machine, declared or newcomer, when there is exactly one."""
    basis: str = ""
    """``uuid``, ``serial``, ``machine_id`` or ``name``."""
    candidates: tuple[str, ...] = ()
    """Machines that may be meant."""
    reason: Message | None = None


Groups = Mapping[str, str]
"""Group as written in a file -> agency id."""
