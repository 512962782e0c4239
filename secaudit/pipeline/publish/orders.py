"""The three things a manager should order, chosen by what they settle."""

from dataclasses import dataclass
from datetime import date

from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import BlockerKind, Decision, Measurement
from secaudit.model.period import statutory, statutory_year
from secaudit.model.plan import Population, Target
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import has_sent, in_scope, names_of
from secaudit.report.document import Order

MOST = 3
NAMED = 5
"""Agencies named in one order."""

_WHO = msg("{names} and {count} other agencies")


@dataclass(frozen=True)
class _Candidate:
    order: Order
    weight: float
    """Share of the target's population it settles; agencies that sent nothing come first."""


def orders(measured: Measured) -> tuple[Order, ...]:
    """At most three, the most decisive first."""
    candidates = [candidate for candidate in (_silent(measured), *_by_target(measured)) if candidate is not None]
    candidates.sort(key=lambda candidate: -candidate.weight)
    return tuple(candidate.order for candidate in candidates[:MOST])


def _silent(measured: Measured) -> _Candidate | None:
    silent = [agency.agency for agency in in_scope(measured) if not has_sent(measured, agency)]
    if not silent:
        return None
    return _Candidate(
        Order(
            who=_names([agency.name for agency in silent]),
            action=msg("send their inventory of systems, machines and people"),
            effect=msg("without it no target can be concluded as met"),
            due=_due(measured),
            agencies=tuple(agency.id for agency in silent),
        ),
        weight=10.0,
    )


def _by_target(measured: Measured) -> list[_Candidate | None]:
    targets = {target.id: target for target in measured.plan.targets}
    return [
        _candidate(measured, number, targets[measurement.target], measurement)
        for number, measurement in enumerate(measured.measurements, start=1)
    ]


_VERIFY: dict[Population, Message] = {
    "systems": msg("hand in the decisions and regulations of {count} systems"),
    "endpoints": msg(
        "switch on and open a way to {count} machines nobody could look at, or hand in the antivirus console's export"
    ),
    "agencies": msg("hand in the papers asked for"),
    "people": msg("hand in dated attendance documents for {count} people"),
    "indicators": msg("hand in the dated report of this figure"),
}
_REPAIR: dict[Population, Message] = {
    "systems": msg("finish the level dossier and the security plan of {count} systems"),
    "endpoints": msg("install and switch on protection on {count} machines"),
    "agencies": msg("put in order what was found"),
    "people": msg("hold sessions for {count} people"),
    "indicators": msg("bring {count} more about"),
}


def _candidate(measured: Measured, number: int, target: Target, measurement: Measurement) -> _Candidate | None:
    if measurement.decision not in (Decision.MISSED, Decision.UNDECIDED) or not measurement.tally.total:
        return None
    missed = measurement.decision is Decision.MISSED
    counted = [
        (share.tally.disproven if missed else share.tally.unknown, share.agency)
        for share in measurement.agencies
        if (share.tally.disproven if missed else share.tally.unknown)
    ]
    if not counted:
        return None
    counted.sort(key=lambda item: (-item[0], item[1]))
    settled = sum(count for count, _ in counted)
    names = names_of(measured)
    words = (_REPAIR if missed else _VERIFY)[target.population]
    effect = _effect(number, measurement, settled)
    order = Order(
        who=_names([names.get(agency, agency) for _, agency in counted]),
        action=Message(words.text, {"count": settled}, words.context),
        effect=effect,
        due=_due(measured),
        agencies=tuple(agency for _, agency in counted),
    )
    return _Candidate(order, weight=settled / measurement.tally.total)


def _effect(number: int, measurement: Measurement, settled: int) -> Message:
    if measurement.decision is Decision.MISSED:
        return msg("target {number} needs {count} more", number=number, count=measurement.needed)
    if all(blocker.kind is BlockerKind.UNKNOWN_MEMBERS for blocker in measurement.blockers):
        return msg("settles at most {count} and lets target {number} be concluded", count=settled, number=number)
    return msg("settles at most {count} of target {number}", count=settled, number=number)


def _due(measured: Measured) -> date:
    """The plan's due date, else the day the present reporting period closes."""
    if measured.plan.due is not None:
        return measured.plan.due
    return statutory(statutory_year(day_in_vietnam(measured.as_of)))[1]


def _names(names: list[str]) -> Message | str:
    if len(names) <= NAMED:
        return ", ".join(names)
    return Message(_WHO.text, {"names": ", ".join(names[:3]), "count": len(names) - 3})
