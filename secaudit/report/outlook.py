"""Where figures come from and where they lead: the course so far, the next dates, the shortest way to each target."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from secaudit.model.past import Basis
from secaudit.report.texts import Sentence


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a target from being decided or met."""

    words: Sentence
    agencies: tuple[str, ...] = ()
    """Agency ids concerned, the heaviest first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One action on the shortest way to meeting a target."""

    action: Sentence
    agency: str | None = None
    """Agency id."""
    gain: int | None = None
    """Members it settles at most."""
    repairs: bool = False
    """It puts in order what is proven bad, so it closes that many; other steps only find out."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A target at one moment."""

    day: date
    basis: Basis
    lower: Fraction | None
    upper: Fraction | None


@dataclass(frozen=True, slots=True)
class TrendRow:
    """How a target came to where it stands, and where it would be on the plan's day if it went on like this."""

    target: int
    """Number of the target."""
    points: tuple[TrendPoint, ...]
    """Oldest first, the present last; at most one for each month and the present."""
    due: date | None = None
    """The plan's day."""
    outlook: tuple[Fraction, Fraction] | None = None
    """Proven and possible share on that day by the method that ``method`` states; None where nothing can be said."""
    method: Sentence | None = None
    """How the outlook was made, or why there is none."""
    note: Sentence | None = None
    """That members left the list since the earlier state, where the proven share rose."""


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """A statutory date that comes next."""

    day: date
    what: Sentence
    clause: str = ""
    confirmed: bool = True
    systems: int = 0
    """Systems it concerns; 0 where it concerns the province as a whole."""


@dataclass(frozen=True, slots=True)
class WayRow:
    """The shortest way to one target, or what keeps it from one: sums over every agency, not only those that are shown."""

    target: int
    """Number of the target."""
    needed: int
    """Members that must still be proven; 0 when met."""
    verify: int = 0
    """Of those that nobody knows: how many can be settled by looking or by papers."""
    repair: int = 0
    """Members that are proven not to meet it."""
    repair_least: int = 0
    """So many of them must be put in order even when everything unknown turns out well."""
    short: int = 0
    """What would be missing even when everything were verified and put in order."""
    agencies: int = 0
    """The fewest agencies that together hold what is needed."""
    actions: tuple[Step, ...] = ()
    """Kinds of action over all agencies, the one that closes most first; ``agency`` is None."""
    by_agency: tuple[Step, ...] = ()
    """Those agencies, the heaviest first, at most ten."""
    unknown: tuple[Obstacle, ...] = ()
    """What is not known, by reason, and what it would take to know."""
    forbidden: tuple[Obstacle, ...] = ()
    """What keeps the target from being met whatever is proven of the members that are known."""
