"""One machine's evidence of several ways as one set of facts, step by step from the best grade to the worst."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from secaudit.facts import CONFLICTS, DERIVED, WAYS, derive_facts
from secaudit.facts.merged import merged
from secaudit.judge.contradictions import Side, contradictions
from secaudit.model.fact import FactSet, Known
from secaudit.model.knowledge import Knowledge
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Outcome, Way


@dataclass(frozen=True, slots=True)
class Combined:
    """What is known of one machine."""

    steps: tuple[tuple[Grade, FactSet], ...] = ()
    """Grade -> what evidence of this grade and all better ones says together, the best first; empty when nothing is known.

    Each step says what the one before it says, and more: nothing that was decided changes.
    """
    origins: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """As in :class:`EndpointState`."""

    @property
    def facts(self) -> FactSet | None:
        """What all evidence says together; None when there is none."""
        return self.steps[-1][1] if self.steps else None


_NOTHING = Combined()
_SECTION = "evidence"
"""Section of the facts that are about the evidence itself."""


@lru_cache(maxsize=256)
def _ways_fact(*ways: str) -> Known:
    return Known(ways, _SECTION)


def _way_of(outcome: Outcome) -> str:
    if outcome.way is not Way.CONSOLE:
        return outcome.way.value
    return f"{outcome.way.value}:{outcome.server_version or 'unknown'}"


def combine(state: EndpointState, facts: Mapping[int, FactSet], knowledge: Knowledge, moment: datetime) -> Combined:
    """The facts of a machine at a moment, from those of its evidence (``facts``: by the number of the outcome)."""
    pieces = [piece for piece in state.pieces if piece.number in facts]
    if not pieces:
        return _NOTHING
    first, grade = pieces[0], pieces[0].outcome.grade
    parsed = facts[first.number]
    together = dict(derive_facts(parsed, knowledge, moment))
    if len(pieces) == 1:
        together[WAYS] = _ways_fact(_way_of(first.outcome))
        return Combined(((first.outcome.grade, together),))
    steps = {first.outcome.grade: together}
    origins: dict[str, tuple[int, ...]] = {}
    for piece in pieces[1:]:
        parsed, taken = merged(parsed, facts[piece.number])
        # What was counted stays: it must not change because worse evidence knows one more of the facts it is counted from.
        counted = {name: fact for name in DERIVED if isinstance(fact := together.get(name), Known)}
        together = {**derive_facts(parsed, knowledge, moment), **counted}
        steps[grade := piece.outcome.grade] = together
        now = [name for name in DERIVED if name not in counted and isinstance(together.get(name), Known)]
        for name in (*taken, *now):
            before = origins.get(name, (first.number,) if isinstance(facts[first.number].get(name), Known) else ())
            origins[name] = (*before, piece.number)
    # Said of all evidence together, so that it is known at the last step only.
    sides = [Side(_way_of(one.outcome), one.outcome.grade, one.outcome.finished_at, facts[one.number]) for one in pieces]
    said = {WAYS: _ways_fact(*(side.way for side in sides)), CONFLICTS: Known(contradictions(sides), _SECTION)}
    steps[grade] = {**together, **said}
    return Combined(tuple(steps.items()), origins)
