"""Targets: figures, what is still needed, what stands in the way, and the shortest way."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import AgencyShare, Blocker, BlockerKind, Decision, Measurement, SubMeasurement, Tally
from secaudit.model.plan import Population, SubTarget, Target
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.found import beyond_rows
from secaudit.pipeline.publish.grades import apart_by_grade, grade_parts
from secaudit.report.document import Figure, GradePart, Members, Obstacle, Step, SubTargetRow, TargetRow

LONGEST_WAY = 10
"""Steps shown for one target."""

_NEEDED: dict[Population, Message] = {
    "systems": msg("{count} more systems needed"),
    "endpoints": msg("{count} more machines needed"),
    "agencies": msg("{count} more agencies needed"),
    "people": msg("{count} more people needed"),
    "indicators": msg("{count} more needed"),
}
_CLARIFY: dict[Population, Message] = {
    "systems": msg("{count} systems to be proven"),
    "endpoints": msg("{count} machines to be verified"),
    "agencies": msg("{count} agencies to be proven"),
    "people": msg("papers missing for {count} people"),
    "indicators": msg("{count} still to be shown by papers"),
}
_REPAIR: dict[Population, Message] = {
    "systems": msg("approve the level and fully deploy the security plan of {count} systems"),
    "endpoints": msg("bring {count} machines into order"),
    "agencies": msg("bring the agency into order"),
    "people": msg("reach {count} more people"),
    "indicators": msg("bring {count} more about"),
}
_VERIFY: dict[Population, Message] = {
    "systems": msg("hand in the papers of {count} systems"),
    "endpoints": msg("make {count} machines visible: a way in, the collector, or the antivirus console's export"),
    "agencies": msg("hand in the agency's papers"),
    "people": msg("hand in dated documents for {count} people"),
    "indicators": msg("hand in the dated report that shows the {count}"),
}
_OBSTACLES: dict[BlockerKind, Message] = {
    BlockerKind.NOT_SUBMITTED: msg("{count} agencies have not sent their inventory"),
    BlockerKind.COUNT_MISSING: msg("{count} agencies have not given the number of people"),
    BlockerKind.INDICATOR_MISSING: msg("{count} agencies have not declared this figure"),
    BlockerKind.ATTENDANCE_LARGER: msg("{count} agencies: more people attended a session than there are"),
    BlockerKind.REGISTER_LARGER: msg("asset registers or the agencies' own counts hold {count} machines more than were declared"),
    BlockerKind.UNDECLARED: msg("{count} machines are known from the network or from evidence and are not declared"),
    BlockerKind.UNKNOWN_MEMBERS: msg("{count} are neither proven nor disproven"),
    BlockerKind.DOCUMENT_MISSING: msg("{count} are declared without a valid dated document"),
}


def with_count(message: Message, count: int) -> Message:
    """The sentence with its count."""
    return Message(message.text, {**message.params, "count": count}, message.context)


def target_rows(measured: Measured) -> tuple[TargetRow, ...]:
    """The plan's targets in the plan's order."""
    targets = {target.id: target for target in measured.plan.targets}
    day = day_in_vietnam(measured.as_of)
    apart, beyond = apart_by_grade(measured), beyond_rows(measured)
    rows = tuple(
        _row(
            number,
            targets[measurement.target],
            measurement,
            measured.plan.is_overdue(targets[measurement.target], day),
            apart.get(measurement.target, ()),
        )
        for number, measurement in enumerate(measured.measurements, start=1)
    )
    return tuple(replace(row, beyond=beyond) if row.population == "endpoints" else row for row in rows)


def _row(number: int, target: Target, measurement: Measurement, overdue: bool, apart: tuple[GradePart, ...]) -> TargetRow:
    sign: Literal[">=", ">"] = ">" if measurement.sign == ">" else ">="
    titles = {sub.id: sub for sub in target.under}
    return TargetRow(
        number=number,
        id=target.id,
        short=target.short,
        title=target.title,
        population=target.population,
        sign=sign,
        share=measurement.share,
        figure=replace(
            figure_of(measurement.tally, measurement.declared_only, measurement.lab),
            grades=grade_parts(measurement.proven_by, measurement.agencies),
            apart=apart if measurement.declared_only else (),
        ),
        decision=measurement.decision,
        formula=target.formula,
        needed=needed_words(target, measurement),
        overdue=overdue,
        under=tuple(_sub_row(titles[sub.id], sub) for sub in measurement.under),
        obstacles=tuple(_obstacle(blocker) for blocker in measurement.blockers),
        steps=_steps(target, measurement),
        members=members_of(measurement.agencies, target.population),
        notes=measurement.notes,
    )


def figure_of(tally: Tally, declared_only: int = 0, lab: int = 0) -> Figure:
    """A tally as the interval that is printed."""
    return Figure(
        tally.proven, tally.disproven, tally.unknown, tally.total, tally.lower, tally.upper, declared_only=declared_only, lab=lab
    )


def members_of(shares: Sequence[AgencyShare], population: Population) -> Members:
    """Who stands behind a figure; for people and agencies the agencies themselves."""
    if population in ("people", "agencies", "indicators"):
        return Members(
            proven=tuple(share.agency for share in shares if share.tally.proven),
            disproven=tuple(share.agency for share in shares if share.tally.disproven),
            unknown=tuple(share.agency for share in shares if share.tally.unknown),
        )
    return Members(
        proven=tuple(name for share in shares for name in share.proven),
        disproven=tuple(name for share in shares for name in share.disproven),
        unknown=tuple(name for share in shares for name in share.unknown),
    )


def _sub_row(sub: SubTarget, found: SubMeasurement) -> SubTargetRow:
    figure = replace(figure_of(found.tally), grades=grade_parts(found.proven_by, found.agencies))
    return SubTargetRow(sub.id, sub.title, figure, members_of(found.agencies, "endpoints"), sub.formula, sub.aside)


def needed_words(target: Target, measurement: Measurement) -> Message | None:
    """What is still missing to the target, in words; None when it is met or cannot be said."""
    if measurement.decision is Decision.MISSED:
        return with_count(_NEEDED[target.population], measurement.needed)
    if measurement.decision is Decision.UNDECIDED and measurement.to_clarify:
        return with_count(_CLARIFY[target.population], measurement.to_clarify)
    # The proven share would do; something else forbids to call it met.
    return obstacle_words(measurement.blockers[0]) if measurement.blockers else None


def obstacle_words(blocker: Blocker) -> Message:
    """One reason why a target cannot be decided, in words."""
    return with_count(_OBSTACLES[blocker.kind], blocker.count)


def _obstacle(blocker: Blocker) -> Obstacle:
    return Obstacle(obstacle_words(blocker), blocker.agencies)


def _steps(target: Target, measurement: Measurement) -> tuple[Step, ...]:
    """Agencies whose work closes most, until what is needed is covered."""
    if measurement.decision not in (Decision.MISSED, Decision.UNDECIDED):
        return ()
    possible = [
        Step(with_count(_VERIFY[target.population], share.tally.unknown), share.agency, share.tally.unknown)
        for share in measurement.agencies
        if share.tally.unknown
    ]
    if measurement.decision is Decision.MISSED or not measurement.to_clarify:
        possible += [
            Step(with_count(_REPAIR[target.population], share.tally.disproven), share.agency, share.tally.disproven)
            for share in measurement.agencies
            if share.tally.disproven
        ]
    possible.sort(key=lambda step: (-(step.gain or 0), step.agency or ""))
    chosen: list[Step] = []
    covered = 0
    for step in possible[:LONGEST_WAY]:
        if covered >= measurement.needed:
            break
        chosen.append(step)
        covered += step.gain or 0
    return tuple(chosen)
