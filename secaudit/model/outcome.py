"""How one attempt to see one endpoint ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secaudit.model.capture import Capture
from secaudit.model.fact import FactSet


class Way(StrEnum):
    """How evidence came in."""

    SSH = "ssh"
    LOCAL = "local"
    CONSOLE = "console"
    COURIER = "courier"
    SEARCH = "search"
    """A search of networks for machines nobody declared; such a run has no outcomes."""


class Grade(StrEnum):
    """How good evidence is: A directly observed ... E merely declared."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


class Sight(StrEnum):
    """Class of an outcome: seen, or why not."""

    SEEN = "seen"
    NO_WAY_IN = "no_way_in"
    NOT_ASKED = "not_asked"
    """Never tried yet although a way in is declared; stands in states only, never in the store."""
    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    NO_ROUTE = "no_route"
    BANNER = "banner"
    HOST_KEY = "host_key"
    AUTH = "auth"
    CHANNEL = "channel"
    SHELL = "shell"
    SUDO = "sudo"
    TRUNCATED = "truncated"
    PROTOCOL = "protocol"
    IDENTITY = "identity"
    """A whole answer, but of another machine than the declared one; kept, counts for nobody."""
    INTERNAL = "internal"
    """A defect of ours while looking at this machine; kept, so that it is never taken for an answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One endpoint, one attempt."""

    endpoint: str
    way: Way
    grade: Grade
    sight: Sight
    started_at: datetime
    """UTC."""
    finished_at: datetime
    """UTC; the moment of the evidence."""
    detail: str = ""
    """English, sanitised, free of secrets: what exactly was seen."""
    capture: Capture | None = None
    facts: FactSet | None = None
    host_key: str | None = None
    """SHA256 fingerprint of the server's key when one was offered."""
    server_version: str | None = None
    """What the other side calls itself: the SSH banner; of a console its :class:`~secaudit.model.console.EvidenceSource`."""
    lab: bool = False
    """The answer came from a lab endpoint, not from a real machine."""


class OfferResult(StrEnum):
    """What a machine did with a credential."""

    ACCEPTED = "accepted"
    PARTIAL = "partial"
    """Accepted, and the machine wants another proof besides."""
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"
    """The machine takes no credential of this kind."""
    NO_ANSWER = "no_answer"
    """It closed the connection, or the time was over."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One credential that was offered to one machine; never the credential itself."""

    machine: str
    """Id of the endpoint or jump host."""
    place: str
    """The name of its host key: address, port and way."""
    account: str
    method: str
    """``publickey``, ``password`` or ``keyboard-interactive``."""
    fingerprint: str | None
    """Of the public key; None for passwords."""
    at: datetime
    """UTC."""
    result: OfferResult


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """An outcome as the store returns it."""

    number: int
    """Position in the chain, from 1."""
    run: int
    outcome: Outcome
    chain: str
    """Hash of this outcome and the one before it, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Run:
    """One gathering of evidence."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    """None while it runs, or when it was killed."""
    who: str
    way: Way
    scope: str
    """What was asked, in words: all, agency=..., endpoint=..."""
    status: str
    """running, finished, interrupted, failed."""
    inventory_digest: str
    catalog_digest: str
    counts: tuple[tuple[str, int], ...] = ()
    """Sight -> number of outcomes."""
