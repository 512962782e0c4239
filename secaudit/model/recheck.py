"""A random share of indirect evidence seen again directly, and how far the two agree."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secaudit.model.outcome import Grade, Sight


class Agreement(StrEnum):
    """What comparing one fact of two moments gives."""

    SAME = "same"
    DIFFERS = "differs"
    NOT_COMPARABLE = "not_comparable"
    """Only one side knows it, or it may honestly be another one by now."""


class Recheck(StrEnum):
    """What came of one machine of the sample."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOTHING_COMPARABLE = "nothing_comparable"
    """It was seen, but no fact stands on both sides: nothing was checked."""
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True)
class FactAgreement:
    """One fact on both sides."""

    name: str
    agreement: Agreement
    before: str = ""
    """Value of the earlier evidence as JSON text, bounded; empty where it is not known."""
    after: str = ""
    detail: str = ""
    """English: why it is not comparable, or which part differs."""


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """One machine that could have been drawn."""

    endpoint: str
    outcome: int
    """Number of the evidence that is to be re-checked."""


@dataclass(frozen=True, slots=True)
class Draw:
    """How a sample was drawn; kept before anybody is asked, so that no draw can be thrown away unseen."""

    run: int
    at: datetime
    seed: str
    seed_given: bool
    """Somebody chose the seed; otherwise it was drawn."""
    asked: str
    """What was asked for: ``60`` or ``5%``."""
    size: int
    """Machines drawn."""
    population: tuple[DrawnFrom, ...]
    """By endpoint."""
    out_of_reach: int
    """Machines in use with evidence of grade B or C and without a way in over SSH: not part of the population."""
    scope: str = ""
    """What the population was narrowed to; empty for all."""


@dataclass(frozen=True, slots=True)
class MachineRecheck:
    """One machine of the sample."""

    endpoint: str
    grade: Grade
    """Of the earlier evidence."""
    before: int
    """Number of the earlier evidence."""
    before_at: datetime
    result: Recheck
    sight: Sight | None = None
    """How the attempt ended; None when it was never made."""
    after: int | None = None
    """Number of the new evidence."""
    after_at: datetime | None = None
    facts: tuple[FactAgreement, ...] = ()
    lab: bool = False

    def count(self, agreement: Agreement) -> int:
        """Facts with this result."""
        return sum(1 for fact in self.facts if fact.agreement is agreement)


@dataclass(frozen=True, slots=True)
class RecheckReport:
    """A draw and what came of it."""

    draw: Draw
    machines: tuple[MachineRecheck, ...]
    """Every machine drawn, by endpoint."""
    finished: bool
    """The results were kept; False for a run that was killed: nothing of it counts as re-checked."""

    def with_result(self, *results: Recheck) -> tuple[MachineRecheck, ...]:
        """Machines of the sample that ended so."""
        return tuple(machine for machine in self.machines if machine.result in results)

    @property
    def checked(self) -> int:
        """Machines whose facts were really compared."""
        return len(self.with_result(Recheck.AGREES, Recheck.DIFFERS))

    @property
    def different(self) -> tuple[MachineRecheck, ...]:
        """Machines of which at least one fact differs."""
        return self.with_result(Recheck.DIFFERS)

    @property
    def missed(self) -> int:
        """Machines drawn and not re-checked."""
        return len(self.machines) - self.checked
