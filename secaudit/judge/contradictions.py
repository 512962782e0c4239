"""Where pieces of evidence about one machine contradict each other: both sides, as texts that a check and a person can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from secaudit.judge.agreement import Difference, differences, seconds_between
from secaudit.model.base import day_in_vietnam
from secaudit.model.fact import FACTS, FactSet, Known
from secaudit.model.outcome import Grade

MOST = 50
"""Contradictions named for one machine."""
SHOWN = 120
"""Characters of a value."""
_WORDS = frozenset({"os.name", "machine.vendor", "machine.model"})
"""Names for people: each way has its own; what they stand for is compared by other facts."""


@dataclass(frozen=True, slots=True)
class Side:
    """One piece of evidence."""

    way: str
    """``ssh``, ``local``, ``courier``, or ``console:`` and whose list it is."""
    grade: Grade
    at: datetime
    """UTC; the moment of the evidence."""
    facts: FactSet

    def says(self, value: str) -> str:
        """A value (JSON) and who says it when."""
        shown = value if len(value) <= SHOWN else f"{value[: SHOWN - 1]}…"
        return f"{shown} ({self.way}, {self.grade.value}, {day_in_vietnam(self.at).isoformat()})"


def contradictions(sides: Sequence[Side]) -> list[str]:
    """Every fact that two pieces contradict each other about, by name; ``sides``: the best first.

    What time alone may change between them is none (docs/recheck.md). Each piece is compared with the best one that knows the
    fact: ``<fact>[ <record> <field>]: <value> (<way>, <grade>, <day>) <> <value> (<way>, <grade>, <day>)``, the better one first.
    """
    found: list[str] = []
    for name in FACTS:
        if name in _WORDS:
            continue
        knowing = [(side, fact) for side in sides if isinstance(fact := side.facts.get(name), Known)]
        for other, fact in knowing[1:]:
            found += _between(name, knowing[0], (other, fact))
    return found[:MOST]


def _between(name: str, better: tuple[Side, Known], worse: tuple[Side, Known]) -> list[str]:
    """In the order of time both are compared, in that of their grades they are told."""
    (one, first), (other, second) = better, worse
    between = seconds_between(one.at, other.at)
    if between >= 0:
        found = list(differences(name, first, second, between=between))
    else:
        found = [Difference(place, new, old) for place, old, new in differences(name, second, first, between=-between)]
    return [f"{name}{place and ' '}{place}: {one.says(ours)} <> {other.says(theirs)}" for place, ours, theirs in found]
