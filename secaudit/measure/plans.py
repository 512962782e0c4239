"""A plan measured: every target from its population to a decision."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from secaudit.measure import arithmetic, populations
from secaudit.measure.blockers import blockers, blocks_meeting
from secaudit.measure.indicators import indicators
from secaudit.measure.parts import Part, Population
from secaudit.measure.people import people
from secaudit.measure.populations import Scope
from secaudit.messages import Message, msg
from secaudit.model.assessment import SystemAssessment
from secaudit.model.inventory import Inventory
from secaudit.model.level import Classification
from secaudit.model.measurement import AgencyShare, Blocker, Decision, EndpointState, Measurement, SubMeasurement, Tally
from secaudit.model.outcome import Grade
from secaudit.model.plan import Plan, Target

_POPULATIONS: Mapping[str, Callable[[Target, Plan, Scope], Population]] = {
    "endpoints": populations.endpoints,
    "systems": lambda target, _, scope: populations.systems(target, scope),
    "agencies": lambda target, _, scope: populations.agencies(target, scope),
    "people": people,
    "indicators": indicators,
}


def measure(
    plan: Plan,
    inventory: Inventory,
    classifications: Mapping[str, Classification],
    states: Mapping[str, EndpointState],
    *,
    undeclared: Mapping[str, int],
    as_of: date,
    assessments: Mapping[str, SystemAssessment] | None = None,
) -> tuple[Measurement, ...]:
    """One measurement per target, in the plan's order.

    ``states``: endpoint id -> newest evidence, already free of what is stale, with its findings. ``undeclared``: agency id ->
    machines that answer and are not declared; an id that is no present agency counts for the province. ``assessments``: how
    systems stand against the standard; without them nothing is known of that. Raises ExpressionError
    when an expression does not compile (``lint_plan`` tells beforehand).
    """
    in_scope = tuple(file for file in inventory.agencies if file.agency.exists_on(as_of))
    scope = Scope(inventory, in_scope, classifications, states, undeclared, as_of, assessments or {})
    return tuple(_measure(target, _POPULATIONS[target.population](target, plan, scope)) for target in plan.targets)


def _measure(target: Target, population: Population) -> Measurement:
    parts = population.parts
    wanted = arithmetic.share_of(target.share)
    tally = sum((part.tally for part in parts), Tally())
    blocked = blocks_meeting(parts)
    silent = target.population == "indicators" and any(part.count_missing for part in parts)
    decision = arithmetic.decide(tally, target.sign, wanted, blocked=blocked, open_ended=silent)
    reasons: tuple[Blocker, ...] = ()
    if decision is Decision.UNDECIDED:
        satisfied = tally.lower is not None and arithmetic.satisfies(tally.lower, target.sign, wanted)
        reasons = blockers(parts, target.population, lower_satisfies=satisfied)
    return Measurement(
        target=target.id,
        tally=tally,
        decision=decision,
        sign=target.sign,
        share=wanted,
        needed=arithmetic.needed(tally, target.sign, wanted),
        to_clarify=arithmetic.to_clarify(tally, target.sign, wanted),
        blockers=reasons,
        agencies=_shares(parts, 0, target, wanted),
        under=tuple(
            SubMeasurement(
                sub.id,
                sum((_tally(part, place) for part in parts), Tally()),
                _shares(parts, place, target, wanted),
                _by_grade(parts, place),
            )
            for place, sub in enumerate(target.under, start=1)
        ),
        declared_only=sum(part.declared_only for part in parts),
        proven_by=_by_grade(parts, 0),
        lab=sum(part.lab for part in parts),
        notes=(*population.notes, *_notes(decision, parts), *_of_source(target)),
    )


def _tally(part: Part, place: int) -> Tally:
    return part.readings[place].tally(part.beyond) if part.readings else part.tally


def _by_grade(parts: Sequence[Part], place: int) -> tuple[tuple[Grade, int], ...]:
    """The best grade first; empty where evidence of machines does not decide."""
    counts: Counter[Grade] = Counter()
    for part in parts:
        if part.readings:
            counts.update(part.readings[place].by_grade)
    return tuple(sorted(counts.items()))


def _shares(parts: Sequence[Part], place: int, target: Target, wanted: Fraction) -> tuple[AgencyShare, ...]:
    """Agencies, those with most members still to win first; of the target's own reading also what stands in each one's way."""
    found = []
    for part in parts:
        tally = _tally(part, place)
        reached = part.readings[place] if part.readings else None
        found.append(
            AgencyShare(
                agency=part.agency,
                tally=tally,
                proven=reached.proven if reached else (),
                disproven=reached.disproven if reached else (),
                unknown=reached.unknown if reached else (),
                submitted=part.submitted,
                needed=arithmetic.needed(tally, target.sign, wanted),
                beyond=part.beyond,
                declared_only=part.declared_only if place == 0 else 0,
                grades=reached.grades if reached else (),
                sessions=part.sessions,
                contradicted=part.contradicted,
                obstacles=_obstacles(part, target, wanted) if place == 0 else (),
            )
        )
    return tuple(sorted(found, key=lambda share: (-(share.tally.unknown + share.tally.disproven), share.agency)))


def _obstacles(part: Part, target: Target, wanted: Fraction) -> tuple[Blocker, ...]:
    """A target that is decided for the province names no blockers; what this agency has not said stays unsaid all the same."""
    lower = part.tally.lower
    reached = lower is not None and arithmetic.satisfies(lower, target.sign, wanted)
    return blockers([part], target.population, lower_satisfies=reached)


def _of_source(target: Target) -> tuple[Message, ...]:
    """A bar from elsewhere names its act, and says so where the act or the share was not confirmed."""
    if not target.confirmed:
        return (msg("not confirmed in the text of the act: {source}", source=target.source or "–"),)
    return () if target.source is None else (msg("source: {source}", source=target.source),)


def _notes(decision: Decision, parts: Sequence[Part]) -> tuple[Message, ...]:
    """A missed target is missed on what is declared: say what is not. Papers that contradict each other are named."""
    found: list[Message] = []
    silent = sum(1 for part in parts if not part.submitted)
    if decision is Decision.MISSED and silent:
        found.append(msg("judged on what is declared: {count} agencies have no accepted inventory", count=silent))
    contradicted = sum(1 for part in parts if part.contradicted)
    if contradicted:
        found.append(
            msg("{count} agencies declare fewer people than attendance lists show: the difference is unknown", count=contradicted)
        )
    return tuple(found)
