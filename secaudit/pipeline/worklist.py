"""What a team does next: what needs no journey, then the journeys that raise the plan most, with what they bring as bounds.

Looking at a machine that nobody knows settles it, well or badly: it closes at most one. Putting a machine in order that is proven
not to be closes one, once new evidence shows it. Each machine stands in one line only.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property

from secaudit.measure.journeys import Job, Place, by_minutes, by_visits
from secaudit.measure.remedies import checks_behind, failed_checks
from secaudit.messages import Message
from secaudit.model.courier import Courier
from secaudit.model.inventory import Agency, AgencyFile, Endpoint, Tier
from secaudit.model.measurement import AgencyShare, Decision, Measurement, Tally
from secaudit.model.outcome import Sight
from secaudit.model.plan import Target
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import has_sent, in_scope
from secaudit.pipeline.publish.unknowns import why_unknown
from secaudit.pipeline.publish.ways import way_rows, ways_of
from secaudit.pipeline.ways_plan import Lever, Line, Step, Via

PATIENCE = timedelta(days=7)
"""A collector that was handed out and brought nothing for so long is worth a journey."""
_TRIED = frozenset(Sight) - {Sight.SEEN, Sight.NO_WAY_IN, Sight.NOT_ASKED}


@dataclass(frozen=True, slots=True)
class Costs:
    """Minutes that work takes: a stated model, not a measurement."""

    journeys: Mapping[Tier, int] = field(default_factory=lambda: {Tier.PROVINCE: 30, Tier.DISTRICT: 90, Tier.COMMUNE: 120})
    """There and back."""
    look: int = 10
    """Starting the collector at one machine and taking its answer along."""
    repair: int = 30
    """Installing protection on one machine, or putting in order what was found."""

    def minutes(self, *, looking: bool, repairing: bool) -> int:
        """Of the work at one machine."""
        return (self.look if looking else 0) + (self.repair if repairing else 0)


@dataclass(frozen=True, slots=True)
class Task:
    """One machine on a journey."""

    endpoint: Endpoint | None
    """None for one that no list has, although register or network show it."""
    looks: frozenset[int] = frozenset()
    """Numbers of the targets it is unknown in."""
    repairs: frozenset[int] = frozenset()
    """Numbers of the targets it is proven not to meet."""
    why: Message | None = None
    """Why nothing is known of it."""
    checks: tuple[str, ...] = ()
    """Ids of the checks that fail."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One journey to one agency."""

    agency: Agency
    tasks: tuple[Task, ...]
    minutes: int
    left: int = 0
    """Machines there that the time did not allow."""
    by_mail: int = 0
    """Machines there that stand among what needs no journey."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Something that needs no journey, for some agencies at once."""

    target: int
    step: Step
    lines: tuple[Line, ...]

    @property
    def gain(self) -> int:
        """Members it settles at most."""
        return sum(line.gain for line in self.lines)


@dataclass(frozen=True, slots=True)
class Paper:
    """Papers and answers that settle members of a target that is not about machines."""

    target: int
    action: Message
    gain: int


@dataclass(frozen=True, slots=True)
class Brought:
    """What the journeys do to one target."""

    target: int
    tally: Tally
    looked: int
    repaired: int

    @property
    def best(self) -> Tally:
        """When everything looked at turns out well."""
        now = self.tally
        return Tally(now.proven + self.looked + self.repaired, now.disproven - self.repaired, now.unknown - self.looked)

    @property
    def worst(self) -> Tally:
        """When nothing of it does."""
        now = self.tally
        return Tally(now.proven + self.repaired, now.disproven - self.repaired + self.looked, now.unknown - self.looked)


@dataclass(frozen=True)
class Worklist:
    """Everything `secaudit worklist` prints."""

    measured: Measured
    targets: tuple[int, ...]
    """Numbers of the targets it works on."""
    visits: int | None
    minutes: int | None
    costs: Costs
    desks: tuple[Desk, ...]
    papers: tuple[Paper, ...]
    stops: tuple[Stop, ...]
    silent: tuple[Agency, ...]
    """Asked for, and have sent nothing."""
    elsewhere: int
    """Machines at agencies that no journey goes to."""
    brought: tuple[Brought, ...]


@dataclass(frozen=True)
class Asked:
    """What the team can do; one of ``visits`` and ``minutes``."""

    visits: int | None = None
    minutes: int | None = None
    agencies: Collection[str] = ()
    """Ids; empty means all."""
    target: int | None = None
    costs: Costs = field(default_factory=Costs)


def worklist(measured: Measured, asked: Asked, *, couriers: Sequence[Courier] = ()) -> Worklist:
    """Choose what to do; ``couriers`` are the collectors that were handed out."""
    targets = {
        number: _Aim(target, measurement, checks_behind(target, measured.province.catalog.checks))
        for number, (target, measurement) in enumerate(zip(measured.plan.targets, measured.measurements, strict=True), start=1)
        if asked.target in (None, number) and measurement.decision in (Decision.MISSED, Decision.UNDECIDED) and measurement.needed
    }
    machines = {number: aim for number, aim in targets.items() if aim.target.population == "endpoints"}
    files = [file for file in in_scope(measured) if not asked.agencies or file.agency.id in asked.agencies]
    wanted = {file.agency.id for file in files}
    waited = _waited_for(couriers, measured.as_of)
    desks = tuple(_desks(measured, machines, wanted, waited))
    at_desk = {name: desk.target for desk in desks for line in desk.lines for name in line.machines}
    confirmed = Counter(line.agency.id for desk in desks for line in desk.lines if desk.step.lever is Lever.CONFIRM
                        for _ in range(line.gain))  # fmt: skip
    tasks = {file.agency.id: _tasks(measured, machines, file, frozenset(at_desk), confirmed[file.agency.id]) for file in files}
    stops = tuple(_stops(machines, files, tasks, asked, at_desk))
    gone = {stop.agency.id for stop in stops}
    return Worklist(
        measured=measured,
        targets=tuple(targets),
        visits=asked.visits,
        minutes=asked.minutes,
        costs=asked.costs,
        desks=desks,
        papers=tuple(_papers(measured, targets)) if not asked.agencies else (),
        stops=stops,
        silent=tuple(file.agency for file in files if not has_sent(measured, file)),
        elsewhere=sum(len(found) for agency, found in tasks.items() if agency not in gone),
        brought=tuple(
            Brought(
                number,
                aim.measurement.tally,
                sum(number in task.looks for stop in stops for task in stop.tasks),
                sum(number in task.repairs for stop in stops for task in stop.tasks),
            )
            for number, aim in machines.items()
        ),
    )


def _waited_for(couriers: Sequence[Courier], as_of: datetime) -> frozenset[str]:
    """Agencies that were given a collector so long ago that waiting for it is no work any more."""
    return frozenset(courier.agency for courier in couriers if courier.made_at <= as_of - PATIENCE)


@dataclass(frozen=True)
class _Aim:
    """One target that is still to be reached."""

    target: Target
    measurement: Measurement
    behind: frozenset[str]
    """Ids of the checks it asks for."""

    @cached_property
    def shares(self) -> Mapping[str, AgencyShare]:
        """By agency id."""
        return {share.agency: share for share in self.measurement.agencies}


_Targets = Mapping[int, _Aim]


def _desks(measured: Measured, targets: _Targets, wanted: Collection[str], waited: Collection[str]) -> Iterator[Desk]:
    """Ways of the evidence plan that nobody has to travel for; a machine under one of them only, whatever targets it is in."""
    taken: set[str] = set()
    for number in targets:
        for step in ways_of(measured, number).steps:
            lines = []
            for line in step.lines:
                machines = tuple(
                    name for name in line.machines if name not in taken and _from_here(measured, step, line, name, waited)
                )
                gain = line.gain if step.lever is Lever.CONFIRM else len(machines)
                if line.agency.id in wanted and machines:
                    lines.append(Line(line.agency, machines, gain, line.share, line.tried, line.stale))
                    taken.update(machines)
            if lines:
                yield Desk(number, step, tuple(lines))


def _from_here(measured: Measured, step: Step, line: Line, name: str, waited: Collection[str]) -> bool:
    if step.lever is Lever.COURIER:
        return step.via is not Via.MANUAL and line.agency.id not in waited
    if step.lever is Lever.SSH:
        state = measured.states.get(name)
        return state is None or state.last_attempt not in _TRIED
    return True


def _tasks(measured: Measured, targets: _Targets, file: AgencyFile, at_desk: Collection[str], confirmed: int) -> tuple[Task, ...]:
    """Machines of one agency that somebody has to go to."""
    looks: dict[str, set[int]] = defaultdict(set)
    repairs: dict[str, set[int]] = defaultdict(set)
    beyond: dict[int, int] = {}
    names: frozenset[str] = frozenset()
    for number, aim in targets.items():
        share = aim.shares.get(file.agency.id) or AgencyShare(file.agency.id, Tally())
        names |= aim.behind
        for name in share.unknown:
            looks[name].add(number)
        for name in share.disproven:
            repairs[name].add(number)
        beyond[number] = max(share.beyond - confirmed, 0)
    found = [
        Task(
            endpoint,
            frozenset(looks[endpoint.id]),
            frozenset(repairs[endpoint.id]),
            why_unknown(measured.states.get(endpoint.id)).words if looks[endpoint.id] else None,
            failed_checks(measured.states.get(endpoint.id), names) if repairs[endpoint.id] else (),
        )
        for endpoint in file.endpoints
        if endpoint.id not in at_desk and (looks[endpoint.id] or repairs[endpoint.id])
    ]
    most = max(beyond.values(), default=0)
    found += [Task(None, frozenset(number for number, count in beyond.items() if count > place)) for place in range(most)]
    return tuple(found)


def _stops(
    targets: _Targets, files: Sequence[AgencyFile], tasks: Mapping[str, tuple[Task, ...]], asked: Asked, at_desk: Collection[str]
) -> Iterator[Stop]:
    costs = asked.costs
    by_key = {f"{agency}/{place:06}": task for agency, found in tasks.items() for place, task in enumerate(found)}
    worth = {number: Fraction(1, aim.measurement.tally.total) for number, aim in targets.items()}
    places = [
        Place(
            file.agency.id,
            costs.journeys[file.agency.tier],
            tuple(
                Job(
                    f"{file.agency.id}/{place:06}",
                    sum((worth[number] for number in task.looks | task.repairs), Fraction(0)),
                    costs.minutes(looking=bool(task.looks), repairing=bool(task.repairs)),
                )
                for place, task in enumerate(tasks[file.agency.id])
            ),
        )
        for file in files
    ]
    chosen = by_minutes(places, asked.minutes) if asked.minutes is not None else by_visits(places, asked.visits or 0)
    known = {file.agency.id: file for file in files}
    for visit in chosen:
        file = known[visit.place]
        done = tuple(by_key[key] for key in sorted(job.key for job in visit.jobs))
        by_mail = sum(endpoint.id in at_desk for endpoint in file.endpoints)
        yield Stop(file.agency, done, visit.minutes, len(tasks[visit.place]) - len(done), by_mail)


def _papers(measured: Measured, targets: _Targets) -> Iterator[Paper]:
    """What only papers and answers settle, the biggest gain first."""
    for row in way_rows(measured):
        if row.target in targets and targets[row.target].target.population != "endpoints":
            for step in row.actions:
                if not step.repairs and step.gain and isinstance(step.action, Message):
                    yield Paper(row.target, step.action, step.gain)
