"""Plans: targets as data."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from secaudit.model.base import Day, Flag, Identifier, Line, Texts, Whole, Written
from secaudit.model.outcome import Grade

Population = Literal["systems", "endpoints", "agencies", "people", "indicators"]


class SubTarget(Written):
    """Another reading shown directly under a target; it decides nothing."""

    id: Identifier
    title: Texts
    meets: str
    formula: Texts | None = None
    """The computation in words, where the title does not say it."""
    aside: Flag = False
    """Shown where the target is explained, and not on the first screen."""


class Target(Written):
    """What the plan asks of one population."""

    id: Identifier
    title: Texts
    short: Texts
    population: Population
    counts: str = "true"
    """CEL: who belongs to the population."""
    meets: str | None = None
    """CEL: what meets the target; for systems, endpoints and agencies."""
    total: Literal["heads", "staff"] | None = None
    """For people: the declared count that is the denominator ..."""
    reached: Literal["heads_briefed", "staff_briefed", "staff_trained"] | None = None
    """... and the one that is the numerator."""
    indicator: Identifier | None = None
    """For indicators: what agencies declare, numerator and denominator (``indicators/`` of the inventory)."""
    by: Literal["agency", "province"] = "agency"
    """For indicators: each agency that counts declares its own part, or the province declares one figure for all."""
    sign: Literal[">=", ">"] = ">="
    share: Annotated[str, Field(pattern=r"^\d{1,3}(\.\d+)?\s?%$")]
    """``70 %``; compared as an exact fraction."""
    formula: Texts
    """The computation in words."""
    source: Line | None = None
    """The act it is taken from, where it is not the plan itself."""
    confirmed: Flag = True
    """False where the act was not read, or does not say the share in so many words: marked wherever the target is shown."""
    due: Day | None = None
    """Where it is not the plan's own due date."""
    under: tuple[SubTarget, ...] = ()


CONSOLE_DAYS = 14
"""A console's word about a machine it has not heard of for longer is stale (practice.md 2)."""


class EvidenceRules(Written):
    """Which evidence counts, and for how long."""

    fresh_days: Annotated[Whole, Field(ge=1, le=3660)] = 30
    """A machine's evidence older than this is stale."""
    console_days: Annotated[Whole, Field(ge=1, le=3660)] = CONSOLE_DAYS
    """A console's word about a machine it has not heard of for longer is stale."""
    grades: tuple[Grade, ...] = (Grade.A, Grade.B, Grade.C)
    """Grades that enter the lower bound."""
    people_valid_days: Annotated[Whole, Field(ge=1, le=3660)] = 365
    """A people count older than this proves nothing."""
    indicators_valid_days: Annotated[Whole, Field(ge=1, le=3660)] = 365
    """A declared indicator older than this proves nothing."""


class Plan(Written):
    """Targets of one plan."""

    id: Identifier
    name: Line
    """As the user cites it; title and date of the plan are printed only if entered here."""
    title: Line | None = None
    issued_on: Day | None = None
    source: Line | None = None
    """Where its targets were read; shown where the plan is shown."""
    due: Day | None = None
    """After this day ``missed`` reads as not met."""
    beside: Identifier | None = None
    """A plan whose stricter bars are shown beside this one's results; they decide nothing here."""
    evidence: EvidenceRules = EvidenceRules()
    targets: tuple[Target, ...]

    def is_overdue(self, target: Target, day: date) -> bool:
        """Whether the day by which ``target`` was to be reached is over: missed then reads as not met."""
        due = target.due or self.due
        return due is not None and day > due
