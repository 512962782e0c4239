"""What was known at earlier moments: the states a trend, a comparison and a list of changes are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import Decision, Tally
from secaudit.model.outcome import Grade

_NO_SHARES: Mapping[str, Tally] = MappingProxyType({})
_NOBODY: Mapping[str, "PastMachine"] = MappingProxyType({})
_NO_SYSTEMS: Mapping[str, "PastSystem"] = MappingProxyType({})


class Basis(StrEnum):
    """How an earlier state is known."""

    CLOSED = "closed"
    """Frozen when a period was closed."""
    STATED = "stated"
    """Recorded when a report or a judging of that moment was made, with the inventory and the catalog of then."""
    RECOUNTED = "recounted"
    """Counted again from the evidence of then, with the present inventory and catalog."""


@dataclass(frozen=True, slots=True)
class PastTarget:
    """One target as it stood."""

    target: str
    """Id in the plan."""
    tally: Tally
    decision: Decision
    agencies: Mapping[str, Tally] = field(default_factory=lambda: _NO_SHARES)
    """Agency id -> its part."""


@dataclass(frozen=True, slots=True)
class PastMachine:
    """One machine as it stood, in as few bytes as a comparison needs."""

    agency: str
    seen: bool
    protection: tuple[int, int] | None = None
    """Proven and possible grade."""
    fails: frozenset[str] = frozenset()
    """Ids of checks it failed."""
    unknown: frozenset[str] = frozenset()
    """Ids of checks nobody could decide on a machine that was seen."""
    grade: Grade | None = None
    """Of its best evidence; None where nobody saw it."""


@dataclass(frozen=True, slots=True)
class PastSystem:
    """One system as it stood; systems with state secrets are in no state."""

    agency: str
    lowest: int | None
    highest: int | None
    """The levels that the rules leave open."""
    declared: int | None = None
    dossier: str = ""
    """Where its dossier stood; empty where nobody said."""


@dataclass(frozen=True, slots=True)
class PastState:
    """The figures of one moment."""

    moment: datetime
    """With a time zone."""
    basis: Basis
    plan: str
    """Id of the plan."""
    targets: tuple[PastTarget, ...]
    inventory_digest: str = ""
    catalog_digest: str = ""
    head: str = ""
    """Head of the evidence chain of then."""
    period: str = ""
    """Name of the closed period."""
    machines: Mapping[str, PastMachine] = field(default_factory=lambda: _NOBODY)
    """Endpoint id -> how it stood; empty where only figures are known. Isolated machines are in no state."""
    checks: frozenset[str] = frozenset()
    """Ids of the checks that machines were judged by: others say nothing of this moment."""
    systems: Mapping[str, PastSystem] = field(default_factory=lambda: _NO_SYSTEMS)
    """System id -> how it stood; empty where only figures are known."""
    silent: frozenset[str] | None = None
    """Ids of the agencies that had sent nothing; None where nobody wrote it down."""

    @property
    def tells_machines(self) -> bool:
        """Whether machines were written down with it, be it none at all; False where only figures are known."""
        return bool(self.machines or self.checks)

    def only(self, endpoint: str) -> "PastState":
        """The same with one machine, or none where it was not there."""
        found = self.machines.get(endpoint)
        return replace(self, machines={} if found is None else {endpoint: found})


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier states of one plan, oldest first, one for each day; the present day is not among them.

    Only the newest has its machines: the others are figures.
    """

    states: tuple[PastState, ...] = ()

    def before(self, day: date) -> PastState | None:
        """The newest state of a day in Việt Nam that lies before ``day``."""
        earlier = [state for state in self.states if day_in_vietnam(state.moment) < day]
        return earlier[-1] if earlier else None


NO_PAST = Past()
"""Nothing is known of earlier."""


class Turn(StrEnum):
    """What became of a machine between two states."""

    WORSE = "worse"
    BETTER = "better"
    APPEARED = "appeared"
    VANISHED = "vanished"
    UNKNOWN = "unknown"
    """It was known and is not any more."""
    KNOWN = "known"
    """Nobody had seen it, now somebody has."""


@dataclass(frozen=True, slots=True)
class Change:
    """One machine that is not as it was."""

    endpoint: str
    agency: str
    turn: Turn
    """The gravest of its turns: worse, then unknown, then better, then known."""
    checks: tuple[str, ...] = ()
    """Ids of the checks that turned this way. Of a machine nobody sees any more those it failed when it was last known, of one
    that somebody sees now those it is known to fail."""
    protection: tuple[tuple[int, int] | None, tuple[int, int] | None] | None = None
    """Grade before and after where it is not the same."""
    since: datetime | None = None
    """Moment of the first evidence that shows it; None where no evidence does."""
    beside: tuple[tuple[Turn, tuple[str, ...]], ...] = ()
    """What else turned, another way than ``turn``, with its checks."""
    seen: tuple[bool, bool] = (True, True)
    """Whether somebody saw the machine before, and now."""
