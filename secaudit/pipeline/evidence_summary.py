"""What the present state rests on: by way and grade, how many machines and from when."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from secaudit.model.finding import Verdict
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, StoredOutcome, Way


@dataclass(frozen=True, slots=True)
class Used:
    """Evidence of one way and grade."""

    way: Way
    grade: Grade
    machines: int
    oldest: datetime
    newest: datetime


def pieces_of(state: EndpointState) -> tuple[StoredOutcome, ...]:
    """All fresh evidence of a machine that counts."""
    return state.pieces or ((state.evidence,) if state.evidence is not None else ())


def used_evidence(states: Iterable[EndpointState]) -> tuple[Used, ...]:
    """Best grade first; a machine with evidence of several ways stands under each."""
    found: dict[tuple[Grade, Way], dict[str, list[datetime]]] = {}
    for state in states:
        for piece in pieces_of(state):
            outcome = piece.outcome
            found.setdefault((outcome.grade, outcome.way), {}).setdefault(state.endpoint, []).append(outcome.finished_at)
    return tuple(
        Used(way, grade, len(machines), min(map(min, machines.values())), max(map(max, machines.values())))
        for (grade, way), machines in sorted(found.items())
    )


def decided_by_grade(states: Iterable[EndpointState]) -> dict[str, dict[str, int]]:
    """Check -> grade -> verdicts that needed evidence of this grade."""
    found: dict[str, Counter[str]] = {}
    for state in states:
        for finding in state.findings:
            if finding.grade is not None and finding.verdict is not Verdict.UNKNOWN:
                found.setdefault(finding.check, Counter())[finding.grade.value] += 1
    return {check: dict(sorted(counts.items())) for check, counts in sorted(found.items())}
