"""Measured shares as intervals, what is proven by which grade of evidence, and who stands behind them."""

from dataclasses import dataclass
from fractions import Fraction

from secaudit.model.outcome import Grade


@dataclass(frozen=True, slots=True)
class GradePart:
    """Members that rest on evidence of one grade: the worst that was needed for each of them."""

    grade: Grade
    count: int
    members: tuple[str, ...] = ()
    """Ids of machines; empty where only their number is known."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured share as an interval."""

    proven: int
    disproven: int
    unknown: int
    total: int
    """The denominator; larger than the three counts together when a register is larger than the list."""
    lower: Fraction | None
    """None for an empty population."""
    upper: Fraction | None
    declared_only: int = 0
    """Part of ``unknown``: declared to meet it, without evidence of a grade that counts."""
    lab: int = 0
    """Members whose evidence is lab data."""
    grades: tuple[GradePart, ...] = ()
    """``proven`` by grade, the best first; empty where evidence of machines does not decide."""
    apart: tuple[GradePart, ...] = ()
    """Part of ``declared_only``: what evidence shows whose grade the plan does not accept."""

    @property
    def possible(self) -> int:
        """The numerator of the upper bound."""
        return self.total - self.disproven


@dataclass(frozen=True, slots=True)
class Members:
    """Who stands behind a figure: ids of machines, systems or (for people and agencies) agencies."""

    proven: tuple[str, ...] = ()
    disproven: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


NOBODY = Members()
"""Nobody stands behind it."""
