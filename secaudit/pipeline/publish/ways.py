"""The shortest way to each target: which agencies weigh most, which kind of action closes most, what is not known and why.

Sums run over every agency. Each member stands under one action and one reason only, so that no gain is promised twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from secaudit.measure.remedies import Remedy, Stands, checks_behind, failed_checks, system_remedies
from secaudit.measure.shortest import Held, forbidding, shortest_way
from secaudit.messages import Message, msg
from secaudit.model.base import Texts, day_in_vietnam
from secaudit.model.measurement import AgencyShare, Decision, Measurement
from secaudit.model.plan import Population, Target
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.parameters import title_of
from secaudit.pipeline.publish.agencies import in_scope
from secaudit.pipeline.publish.targets import LONGEST_WAY, obstacle_words, with_count
from secaudit.pipeline.publish.unknowns import Why, machine_unknowns
from secaudit.pipeline.ways_plan import Known, Lever, Open, WaysPlan, ways_plan
from secaudit.report.outlook import Obstacle, Step, WayRow

_LEVERS: Mapping[Lever, Message] = {
    Lever.CONSOLE: msg("hand in the antivirus console's export: {count} machines"),
    Lever.COURIER: msg("hand the collector to agencies: {count} machines"),
    Lever.SSH: msg("look at {count} machines directly over the network"),
    Lever.CONFIRM: msg("have the agencies confirm {count} new machines"),
}
_LEFT: Mapping[Open, Message] = {
    Open.HELD: msg("find out which machine answered: {count} machines"),
    Open.UNDECIDED: msg("look on site at {count} machines whose evidence does not decide"),
    Open.NO_WAY: msg("go to {count} machines that no other way reaches"),
    Open.BEYOND: msg("have {count} machines declared that no list has"),
}
_CHECKS: Mapping[str, Message] = {
    "protection.installed": msg("install protection software on {count} machines"),
    "protection.active": msg("switch on real-time protection and updates on {count} machines"),
    "protection.managed": msg("connect {count} machines to central management"),
}
_DO: Mapping[Remedy, Message] = {
    Remedy.DECISION: msg("hand in number and date of the approval of {count} systems"),
    Remedy.DEPLOY: msg("fully deploy the security plan of {count} systems"),
    Remedy.DECISION_DEPLOY: msg("hand in the approval and fully deploy the security plan of {count} systems"),
    Remedy.APPROVE: msg("have the level of {count} systems approved"),
    Remedy.APPROVE_DEPLOY: msg("have the level of {count} systems approved and fully deploy their security plan"),
    Remedy.OTHER: msg("bring {count} systems to what the target asks"),
}
_SAY: Mapping[Remedy, Message] = {
    Remedy.DECISION: _DO[Remedy.DECISION],
    Remedy.DEPLOY: msg("say how far the security plan of {count} systems is deployed"),
    Remedy.DECISION_DEPLOY: msg("hand in the approval of {count} systems and say how far their security plan is deployed"),
    Remedy.APPROVE: msg("say where the dossier of {count} systems stands"),
    Remedy.APPROVE_DEPLOY: msg("say where dossier and security plan of {count} systems stand"),
    Remedy.OTHER: msg("hand in what the target asks about {count} systems"),
}
_PAPERS: Mapping[Population, tuple[Message, Message, Message]] = {
    "people": (
        msg("hand in a dated document for {count} people who are merely declared"),
        msg("say, with a dated document, whether {count} people were reached"),
        msg("hold sessions for {count} people"),
    ),
    "indicators": (
        msg("hand in the dated report for {count} that are merely declared"),
        msg("declare {count} that nobody counted"),
        msg("bring {count} more about"),
    ),
    "agencies": (
        msg("hand in the papers of {count} agencies"),
        msg("hand in the papers of {count} agencies"),
        msg("bring {count} agencies into order"),
    ),
}
"""Merely declared, not known, proven bad."""
_BY_AGENCY: Mapping[Population, tuple[Message, Message]] = {
    "systems": (msg("{count} systems without proof"), msg("{count} systems not in order")),
    "endpoints": (msg("{count} machines not verified"), msg("{count} machines not in order")),
    "agencies": (msg("without proof"), msg("not in order")),
    "people": (msg("no papers for {count} people"), msg("{count} people not reached")),
    "indicators": (msg("no papers for {count}"), msg("{count} not reached")),
}


def ways_of(measured: Measured, number: int) -> WaysPlan:
    """The plan of ways for target ``number``, which must be about machines."""
    waiting: dict[str, tuple[str, ...]] = {}
    for one in measured.newcomers:
        waiting[one.agency] = (*waiting.get(one.agency, ()), one.id)
    known = Known(in_scope(measured), measured.states, waiting, day_in_vietnam(measured.as_of))
    return ways_plan(measured.plan, number, measured.measurements[number - 1], known, as_of=measured.as_of)


def way_rows(measured: Measured) -> tuple[WayRow, ...]:
    """By target number; targets that are met or not applicable are left out."""
    return tuple(
        _row(measured, number, measurement)
        for number, measurement in enumerate(measured.measurements, start=1)
        if measurement.decision in (Decision.MISSED, Decision.UNDECIDED)
    )


def _row(measured: Measured, number: int, measurement: Measurement) -> WayRow:
    target = measured.plan.targets[number - 1]
    way = shortest_way(measurement.needed, measurement.agencies)
    steps: list[Step] = []
    unknown: tuple[Obstacle, ...] = ()
    if way.needed:  # else enough is proven, and something else forbids to call it met
        steps = sorted(_actions(measured, number, target, measurement), key=lambda step: (-(step.gain or 0), step.repairs))
        unknown = tuple(_unknown(measured, target, measurement))
    return WayRow(
        target=number,
        needed=way.needed,
        verify=way.look,
        repair=way.repair,
        repair_least=way.repair_least,
        short=way.short,
        agencies=len(way.chosen),
        actions=tuple(steps),
        by_agency=tuple(_of_agency(target.population, one) for one in way.chosen[:LONGEST_WAY]),
        unknown=unknown,
        forbidden=tuple(Obstacle(obstacle_words(one), one.agencies) for one in forbidding(measurement)),
    )


def _of_agency(population: Population, one: Held) -> Step:
    look, repair = _BY_AGENCY[population]
    parts = tuple(with_count(words, count) for words, count in ((look, one.look), (repair, one.repair)) if count)
    words = parts[0] if len(parts) == 1 else Message("{parts}", {"parts": parts})
    return Step(words, one.agency, one.gain, repairs=not one.look)


def _actions(measured: Measured, number: int, target: Target, measurement: Measurement) -> Iterator[Step]:
    if target.population == "endpoints":
        yield from _looks(ways_of(measured, number))
        yield from _repairs(measured, target, measurement.agencies)
    elif target.population == "systems":
        yield from _systems(measured, target, measurement.agencies)
    else:
        declared, unknown, bad = _PAPERS[target.population]
        only = measurement.declared_only
        yield from _steps(
            (declared, only, False), (unknown, measurement.tally.unknown - only, False), (bad, measurement.tally.disproven, True)
        )


def _steps(*counted: tuple[Message, int, bool]) -> Iterator[Step]:
    for words, count, repairs in counted:
        if count > 0:
            yield Step(with_count(words, count), gain=count, repairs=repairs)


def _looks(plan: WaysPlan) -> Iterator[Step]:
    """Each unknown machine under the first way that could still show something of it."""
    by_lever: Counter[Lever] = Counter()
    for step in plan.steps:
        by_lever[step.lever] += step.gain
    yield from _steps(*((_LEVERS[lever], count, False) for lever, count in by_lever.items()))
    yield from _steps(*((_LEFT[rest.kind], rest.count, False) for rest in plan.rest))


def _repairs(measured: Measured, target: Target, shares: Iterable[AgencyShare]) -> Iterator[Step]:
    checks = measured.province.catalog.checks
    behind = checks_behind(target, checks)
    order = {name: place for place, name in enumerate(checks)}
    counts: Counter[str] = Counter()
    for name in (name for share in shares for name in share.disproven):
        failed = failed_checks(measured.states.get(name), behind)
        counts[min(failed, key=lambda check: order.get(check, len(order)), default="")] += 1
    for check, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield Step(repair_words(measured, check, count), gain=count, repairs=True)


def repair_words(measured: Measured, check: str, count: int) -> Message:
    """What to do on machines that fail ``check``; empty where no check behind the target says what is wrong."""
    if check in _CHECKS:
        return with_count(_CHECKS[check], count)
    found = measured.province.catalog.checks.get(check)
    if found is None:
        return msg("bring {count} machines into order", count=count)
    title: Texts | Message = title_of(measured.province.catalog, found)
    return msg("put {count} machines in order: {what}", count=count, what=title)


def _systems(measured: Measured, target: Target, shares: Iterable[AgencyShare]) -> Iterator[Step]:
    shares = tuple(shares)
    remedies = system_remedies(target, _stand(measured), day_in_vietnam(measured.as_of))
    for words, repairs, members in (
        (_SAY, False, [name for share in shares for name in share.unknown]),
        (_DO, True, [name for share in shares for name in share.disproven]),
    ):
        counts = Counter(remedies.get(name, Remedy.OTHER) for name in members)
        yield from _steps(*((words[remedy], counts[remedy], repairs) for remedy in Remedy))


def _stand(measured: Measured) -> Iterator[Stands]:
    inventory = measured.province.inventory
    shared = {system.id for system in inventory.province.shared_systems}
    for name, system in inventory.systems.items():
        level = measured.levels.classifications.get(name)
        yield Stands(system, name in shared, level, measured.assessments.get(name))


def _unknown(measured: Measured, target: Target, measurement: Measurement) -> Iterator[Obstacle]:
    """What is not known, the most frequent reason first, with what it would take to know it."""
    if target.population != "endpoints":
        for blocker in measurement.blockers:
            if blocker not in forbidding(measurement):
                yield Obstacle(obstacle_words(blocker), blocker.agencies)
        return
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Why] = {}
    for share in measurement.agencies:
        for why in machine_unknowns(measured, share):
            reasons[why.key] = why
            counts[why.key][share.agency] += 1
    for key, agencies in sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])):
        why = reasons[key]
        heaviest = sorted(agencies, key=lambda agency: (-agencies[agency], agency))
        words = msg("{count} machines: {why}. {what}", count=agencies.total(), why=why.words, what=why.what)
        yield Obstacle(words, tuple(heaviest))
