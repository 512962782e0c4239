"""The three things a manager should order, chosen by what they settle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from secaudit.measure.shortest import forbidding
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import Agency, Tier
from secaudit.model.measurement import Blocker, BlockerKind, Decision, Measurement
from secaudit.model.period import statutory, statutory_year
from secaudit.model.plan import Population, Target
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import has_sent, in_scope, names_of
from secaudit.pipeline.publish.targets import obstacle_words
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
    waiting = sum(
        1 for one in measured.measurements if any(blocker.kind is BlockerKind.NOT_SUBMITTED for blocker in one.blockers)
    )
    effect = (
        msg("{count} of {all} targets cannot be concluded without it", count=waiting, all=len(measured.measurements))
        if waiting
        else msg("without it no target can be concluded as met")
    )
    return _Candidate(
        Order(
            who=_names(silent),
            action=msg("send their inventory of systems, machines and people"),
            effect=effect,
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
    counted = [(share.tally.disproven if missed else share.tally.unknown, share.agency) for share in measurement.agencies]
    counted = sorted(((count, agency) for count, agency in counted if count), key=lambda item: (-item[0], item[1]))
    if not counted:
        return None
    asked = _fewest(counted, measurement.needed if missed else measurement.to_clarify)
    settled = sum(count for count, _ in asked)
    agencies = {agency.agency.id: agency.agency for agency in measured.province.inventory.agencies}
    names = names_of(measured)
    words = (_REPAIR if missed else _VERIFY)[target.population]
    order = Order(
        who=_names([agencies.get(agency, names.get(agency, agency)) for _, agency in asked]),
        action=Message(words.text, {"count": settled}, words.context),
        effect=_effect(number, target.population, measurement, settled),
        due=_due(measured),
        agencies=tuple(agency for _, agency in asked),
    )
    return _Candidate(order, weight=sum(count for count, _ in counted) / measurement.tally.total)


def _fewest(counted: list[tuple[int, str]], wanted: int) -> list[tuple[int, str]]:
    """The heaviest agencies that together hold ``wanted``; all of them where they do not, or where it is not known."""
    covered = 0
    for place, (count, _) in enumerate(counted, start=1):
        covered += count
        if wanted and covered >= wanted:
            return counted[:place]
    return counted


_SETTLES: dict[Population, Message] = {
    "systems": msg("proves at most {count} more systems"),
    "endpoints": msg("verifies at most {count} more machines"),
    "agencies": msg("settles at most {count} more agencies"),
    "people": msg("proves at most {count} more people"),
    "indicators": msg("proves at most {count} more"),
}
_BRINGS: dict[Population, Message] = {
    "systems": msg("brings at most {count} systems into order"),
    "endpoints": msg("protects at most {count} more machines"),
    "agencies": msg("brings at most {count} agencies into order"),
    "people": msg("reaches at most {count} more people"),
    "indicators": msg("brings at most {count} more about"),
}


def _effect(number: int, population: Population, measurement: Measurement, settled: int) -> Message:
    """What it changes in numbers, and whether that is enough."""
    missed = measurement.decision is Decision.MISSED
    words = (_BRINGS if missed else _SETTLES)[population]
    gain = Message(words.text, {"count": settled}, words.context)
    if missed:
        if settled >= measurement.needed:
            if forbidden := forbidding(measurement):
                return _waits(gain, number, forbidden[0])
            return msg(
                "{gain}, enough for target {number}, which needs {count} more", gain=gain, number=number, count=measurement.needed
            )
        return msg("{gain}; target {number} needs {count} more", gain=gain, number=number, count=measurement.needed)
    others = [blocker for blocker in measurement.blockers if blocker.kind not in _BY_LOOKING]
    if others:
        return _waits(gain, number, others[0])
    if settled >= measurement.tally.unknown:
        return msg("{gain}, enough to conclude target {number}", gain=gain, number=number)
    if measurement.to_clarify:
        return msg("{gain}, enough to meet target {number} if they are in order", gain=gain, number=number)
    return msg("{gain} of target {number}", gain=gain, number=number)


def _waits(gain: Message, number: int, blocker: Blocker) -> Message:
    return msg("{gain}; target {number} also waits: {obstacle}", gain=gain, number=number, obstacle=obstacle_words(blocker))


_BY_LOOKING = frozenset({BlockerKind.UNKNOWN_MEMBERS, BlockerKind.DOCUMENT_MISSING})
"""What the order itself settles."""


def _due(measured: Measured) -> date:
    """The plan's due date, else the day the present reporting period closes."""
    if measured.plan.due is not None:
        return measured.plan.due
    return statutory(statutory_year(day_in_vietnam(measured.as_of)))[1]


def _names(agencies: Sequence[Agency | str]) -> Message | str:
    """Who is asked, in few words: a few by name, many communes by their number."""
    names = [agency if isinstance(agency, str) else agency.name for agency in agencies]
    if len(names) <= NAMED:
        return ", ".join(names)
    if all(not isinstance(agency, str) and agency.tier is Tier.COMMUNE for agency in agencies):
        return msg("{count} communes (first {names})", count=len(names), names=", ".join(names[:2]))
    return Message(_WHO.text, {"names": ", ".join(names[:3]), "count": len(names) - 3})
