"""How far a plan is reached: intervals, never single figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from secaudit.messages import Message
from secaudit.model.doubt import Doubt, DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Finding
from secaudit.model.identity import NOTHING_KNOWN, Identity
from secaudit.model.outcome import Grade, Sight, StoredOutcome
from secaudit.model.protection import ProtectionGrade


class Decision(StrEnum):
    """Whether a target is reached."""

    MET = "met"
    MISSED = "missed"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not_applicable"


_NO_ORIGINS: Mapping[str, tuple[int, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EndpointState:
    """The newest valid evidence of one endpoint as of a moment."""

    endpoint: str
    evidence: StoredOutcome | None
    """Newest outcome that saw the machine and is still fresh."""
    last_attempt: Sight
    """Class of the newest attempt (``no_way_in`` when there was none and no way in is declared)."""
    last_attempt_at: datetime | None = None
    last_detail: str = ""
    """What exactly was seen at the newest attempt: English, sanitised."""
    stale: bool = False
    """There is evidence, but it is older than the plan allows."""
    findings: tuple[Finding, ...] = ()
    protection: ProtectionGrade | None = None
    """Of machines with evidence that is judged."""
    identity: Identity = NOTHING_KNOWN
    """What the newest sight of the machine itself said of it, whether it counts as evidence or not; where nobody ever met the
    machine, what the best evidence says of it. Lab answers stand for no machine."""
    met: bool = False
    """``identity`` is what the machine itself answered (SSH, local), and not only a console's or a holder's word."""
    pieces: tuple[StoredOutcome, ...] = ()
    """All fresh evidence that counts, of each way and console the newest: the best grade first, then the newest. ``evidence`` is
    the first of them; the others fill in what it leaves open."""
    said: tuple[Identity, ...] = ()
    """What each of ``pieces`` says of the machine."""
    dropped: tuple[Doubt, ...] = ()
    """Why pieces do not count that would stand beside ``pieces``: each names its outcome."""
    origins: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: _NO_ORIGINS)
    """Fact -> numbers of the outcomes it was taken from, the one that decides first; empty while there is one piece only."""
    doubt: Doubt | None = None
    """Why there is no evidence although the machine answered; ``evidence`` is None then."""

    @property
    def unseen_reason(self) -> MissingReason:
        """Why nothing is known of a machine without evidence that counts."""
        if self.doubt is not None:
            return MissingReason.DOUBLED if self.doubt.kind is DoubtKind.DOUBLED else MissingReason.QUARANTINED
        if self.stale:
            return MissingReason.STALE
        return MissingReason.NO_WAY_IN if self.last_attempt is Sight.NO_WAY_IN else MissingReason.NOT_REACHED


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one population: proven + disproven + unknown = total."""

    proven: int = 0
    disproven: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """Size of the population."""
        return self.proven + self.disproven + self.unknown

    @property
    def lower(self) -> Fraction | None:
        """Proven share; None for an empty population."""
        return Fraction(self.proven, self.total) if self.total else None

    @property
    def upper(self) -> Fraction | None:
        """Share still possible; None for an empty population."""
        return Fraction(self.proven + self.unknown, self.total) if self.total else None

    def __add__(self, other: "Tally") -> "Tally":
        """Counts of two disjoint populations together."""
        return Tally(self.proven + other.proven, self.disproven + other.disproven, self.unknown + other.unknown)


class BlockerKind(StrEnum):
    """What keeps a target from being called met."""

    NOT_SUBMITTED = "not_submitted"
    COUNT_MISSING = "count_missing"
    INDICATOR_MISSING = "indicator_missing"
    ATTENDANCE_LARGER = "attendance_larger"
    REGISTER_LARGER = "register_larger"
    UNDECLARED = "undeclared"
    UNKNOWN_MEMBERS = "unknown_members"
    DOCUMENT_MISSING = "document_missing"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why a target cannot be decided."""

    kind: BlockerKind
    agencies: tuple[str, ...]
    """Agency ids, the heaviest first."""
    count: int
    """Machines, systems, people or agencies concerned."""
    parts: tuple[int, ...] = ()
    """Each agency's part of ``count``, in the order of ``agencies``; empty where agencies are what is counted."""


@dataclass(frozen=True, slots=True)
class AgencyShare:
    """One agency's part of a target."""

    agency: str
    tally: Tally
    proven: tuple[str, ...] = ()
    """Members (endpoint or system ids) that are shown to meet it."""
    disproven: tuple[str, ...] = ()
    """Members (endpoint or system ids) that do not meet it."""
    unknown: tuple[str, ...] = ()
    submitted: bool = True
    needed: int = 0
    """How many more proven members would bring this agency alone to the target's share."""
    beyond: int = 0
    """Machines the asset register or discovery show beyond the declared list; part of the unknown count, without ids."""
    declared_only: int = 0
    """Members declared to meet it without evidence that counts; part of the unknown count."""
    grades: tuple[Grade | None, ...] = ()
    """Of each in ``proven``: the worst grade of evidence that was needed; empty where evidence of machines does not decide."""
    sessions: tuple[str, ...] = ()
    """Of people: ids of the sessions that show it, beside what the agency declares."""
    contradicted: bool = False
    """Of people: the agency declares that fewer were reached than attendance shows; what they disagree about is unknown."""
    obstacles: tuple[Blocker, ...] = ()
    """What keeps the agency's own part from being known or met, whatever is decided for the province."""


@dataclass(frozen=True, slots=True)
class SubMeasurement:
    """Another reading under a target."""

    id: str
    tally: Tally
    agencies: tuple[AgencyShare, ...] = ()
    """Shares with their members, as in the measurement itself."""
    proven_by: tuple[tuple[Grade, int], ...] = ()
    """As in the measurement itself."""


@dataclass(frozen=True)
class Measurement:
    """One target measured."""

    target: str
    tally: Tally
    decision: Decision
    sign: str
    share: Fraction
    needed: int
    """How many more proven members would meet the target, with the population as it is; 0 when met."""
    to_clarify: int
    """How many unknown members must turn out well before the lower bound meets it; 0 when that cannot be reached."""
    blockers: tuple[Blocker, ...] = ()
    agencies: tuple[AgencyShare, ...] = ()
    under: tuple[SubMeasurement, ...] = ()
    declared_only: int = 0
    """Members declared to meet it without evidence of a grade that counts: drawn apart, part of unknown."""
    proven_by: tuple[tuple[Grade, int], ...] = ()
    """``tally.proven`` by the grade of evidence that was needed; empty where evidence of machines does not decide."""
    lab: int = 0
    """Members whose evidence is lab data."""
    notes: tuple[Message, ...] = field(default=())
