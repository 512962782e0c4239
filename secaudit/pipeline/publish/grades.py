"""What is proven by evidence of which grade, and what rests on grades that the plan does not accept."""

from collections.abc import Iterable, Mapping, Sequence

from secaudit.measure import measure
from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import AgencyShare, Measurement
from secaudit.model.outcome import Grade
from secaudit.pipeline.measuring import Measured
from secaudit.report.document import GradePart

_OF_MACHINES = (Grade.A, Grade.B, Grade.C)
"""Grades that can prove what a machine is."""


def grade_parts(proven_by: Sequence[tuple[Grade, int]], shares: Iterable[AgencyShare]) -> tuple[GradePart, ...]:
    """Counts with the members behind them, the best grade first."""
    members: dict[Grade, list[str]] = {}
    for share in shares:
        for name, grade in zip(share.proven, share.grades, strict=False):
            if grade is not None:
                members.setdefault(grade, []).append(name)
    return tuple(GradePart(grade, count, tuple(members.get(grade, ()))) for grade, count in sorted(proven_by) if count)


def apart_by_grade(measured: Measured) -> Mapping[str, tuple[GradePart, ...]]:
    """Target -> what would be proven as well if the plan accepted every grade; empty where it does.

    The same measurement is made once more with all grades: what only that one proves is shown apart and counts for nothing.
    """
    accepted = frozenset(measured.plan.evidence.grades)
    others = [grade for grade in _OF_MACHINES if grade not in accepted]
    if not others:
        return {}
    rules = measured.plan.evidence.model_copy(update={"grades": _OF_MACHINES})
    plan = measured.plan.model_copy(update={"evidence": rules})
    wide = measure(
        plan,
        measured.province.inventory,
        measured.levels.classifications,
        measured.states,
        undeclared={},
        as_of=day_in_vietnam(measured.as_of),
    )
    return {found.target: tuple(_others(found, others)) for found in wide}


def _others(found: Measurement, grades: Sequence[Grade]) -> Iterable[GradePart]:
    return (part for part in grade_parts(found.proven_by, found.agencies) if part.grade in grades)
