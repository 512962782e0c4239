"""Seeing machines: choose who has no fresh evidence, ask them, keep every outcome, judge what came in."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from secaudit.collect import Job, Limits, Observer, collect
from secaudit.collect.heap import steady_heap
from secaudit.judge import Judge
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.doubt import DoubtKind
from secaudit.model.finding import Verdict
from secaudit.model.inventory import AgencyFile, Endpoint, EndpointKind, Inventory
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Offer, Outcome, Run, Sight, StoredOutcome, Way
from secaudit.model.plan import Plan
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.identities import expected_machines
from secaudit.pipeline.judging import (
    BATCH,
    Progress,
    batched,
    declared_addresses,
    gather_states,
    judge_states,
    save_judging,
    silent,
)
from secaudit.pipeline.order import History, has_province_line, history_of, in_order, line_of
from secaudit.pipeline.province import Levels, Province
from secaudit.pipeline.ways import Ways
from secaudit.store import Store
from secaudit.transport import Target, Transport


@dataclass(frozen=True)
class Scope:
    """What to look at; empty tuples mean everything that has no fresh evidence."""

    again: bool = False
    """Ask machines with fresh evidence too."""
    agencies: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    note: str = ""
    """What the run keeps as its scope instead of the names: a sample of hundreds would not fit."""

    def covers(self, agency: AgencyFile, endpoint: Endpoint) -> bool:
        """Whether the names that were given, if any, mean this machine; says nothing about its evidence."""
        return (
            (not self.agencies or agency.agency.id in self.agencies)
            and (not self.endpoints or endpoint.id in self.endpoints)
            and (not self.systems or bool(set(self.systems) & set(endpoint.systems)))
        )

    def words(self) -> str:
        """The scope as the run keeps it."""
        if self.note:
            return self.note
        parts = ["all again" if self.again else "without fresh evidence"]
        parts += [f"agency={name}" for name in self.agencies]
        parts += [f"system={name}" for name in self.systems]
        parts += [f"endpoint={name}" for name in self.endpoints]
        return ", ".join(parts)


@dataclass(frozen=True)
class Selection:
    """Who will be asked, and who will not and why."""

    jobs: tuple[Job, ...]
    fresh: int
    """Not asked: evidence is fresh."""
    isolated: int
    """Not asked, ever."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging a run's evidence gave."""

    judged: int
    """Machines whose evidence was judged."""
    failing: int
    """Those of them with at least one failed check."""
    held: int
    """Machines that answered in the run and are unknown all the same: one machine answered for several."""


@dataclass(frozen=True)
class Sweep:
    """A finished or interrupted run."""

    run: Run
    selection: Selection
    found: Judged

    @property
    def judged(self) -> int:
        """Machines whose evidence was judged."""
        return self.found.judged

    @property
    def failing(self) -> int:
        """Those of them with at least one failed check."""
        return self.found.failing

    @property
    def held(self) -> int:
        """Machines that answered in this run and are unknown all the same: one machine answered for several."""
        return self.found.held

    @property
    def interrupted(self) -> bool:
        """It was stopped; what was finished is kept, the rest is asked next time."""
        return self.run.status == "interrupted"

    @property
    def seen(self) -> int:
        """Machines that answered."""
        return dict(self.run.counts).get(Sight.SEEN, 0)

    @property
    def unseen(self) -> int:
        """Machines asked in vain, and those that were left."""
        return len(self.selection.jobs) - self.seen

    @property
    def left(self) -> int:
        """Machines without outcome, because the run was stopped or its time was over: the next run begins with them."""
        return len(self.selection.jobs) - sum(dict(self.run.counts).values())


def select(
    province: Province,
    states: Mapping[str, EndpointState],
    scope: Scope,
    *,
    ways: Ways,
    day: datetime,
    history: History | None = None,
) -> Selection:
    """Machines in use, not isolated, of existing agencies, inside ``scope``, in the order of :func:`order.in_order`."""
    check_names(province.inventory, scope)
    history = history or History()
    asked: list[list[tuple[EndpointState, Endpoint]]] = []
    fresh = isolated = 0
    for agency in province.inventory.agencies:
        if not agency.agency.exists_on(day_in_vietnam(day)):
            continue
        machines: list[tuple[EndpointState, Endpoint]] = []
        for endpoint in agency.endpoints:
            if endpoint.status == "retired" or not scope.covers(agency, endpoint):
                continue
            state = states[endpoint.id]
            if endpoint.kind is EndpointKind.ISOLATED:
                isolated += 1
            elif state.evidence is not None and state.evidence.outcome.grade is Grade.A and not scope.again:
                fresh += 1
            else:
                machines.append((state, endpoint))
        asked.append(machines)
    jobs = tuple(_job(province.inventory, endpoint, ways, history) for endpoint in in_order(asked, history))
    return Selection(jobs, fresh, isolated)


def targets_of(province: Province, scope: Scope, ways: Ways) -> list[tuple[str, Target]]:
    """Machines in use of ``scope`` with a way in: endpoint id and target."""
    check_names(province.inventory, scope)
    found = []
    for agency in province.inventory.agencies:
        for endpoint in agency.endpoints:
            if endpoint.status != "in_use" or not scope.covers(agency, endpoint):
                continue
            target, _ = ways.find(endpoint)
            if target is not None:
                found.append((endpoint.id, target))
    return found


def _job(inventory: Inventory, endpoint: Endpoint, ways: Ways, history: History) -> Job:
    agency, access = inventory.agency_of_endpoint[endpoint.id].agency, inventory.access_of(endpoint)
    target, note = ways.find(endpoint)
    jump = access.via if target is None else target.via
    return Job(
        endpoint,
        target,
        note=note,
        network=line_of(agency, endpoint, access.model_copy(update={"via": jump})),
        province_line=has_province_line(agency),
        jump=jump,
        hours=history.hours.get(endpoint.id, frozenset()),
    )


def sweep(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    transport: Transport,
    scope: Scope,
    *,
    ways: Ways,
    who: str,
    sudo: bool,
    limits: Limits,
    observer: Observer,
    stop: threading.Event,
    clock: Callable[[], datetime],
    offered: Callable[[], Sequence[Offer]] = tuple,
    begun: Callable[[Run], None] = lambda _run: None,
    progress: Progress = silent,
) -> Sweep:
    """Ask, keep, judge (``progress`` hears how far). Each finished machine is committed before the observer hears of it.

    The seconds of a run in ``limits`` count from here, so that a run that ends at five o'clock begins nothing after it.
    ``offered`` gives the credentials offered since it was last asked; they are kept with the outcomes. ``begun`` hears of the
    run before anybody is asked.
    """
    relieve, started, began = steady_heap(), clock(), time.monotonic()
    states = gather_states(province, store, as_of=started, rules=plan.evidence)
    history = history_of(store, started, hours=limits.run_seconds is not None)
    selection = select(province, states, scope, ways=ways, day=started, history=history)
    run = store.begin_run(
        who=who,
        way=Way.SSH,
        scope=scope.words(),
        inventory_digest=province.inventory.digest,
        catalog_digest=province.catalog.digest,
        started_at=started,
    )
    begun(run)
    status = "finished"
    try:
        collect(
            selection.jobs,
            transport,
            limits=_what_is_left(limits, time.monotonic() - began),
            knowledge=province.catalog.knowledge,
            keep=_keeping(store, run.number, offered, relieve),
            observer=observer,
            stop=stop,
            clock=clock,
            sudo=sudo,
            expected=expected_machines(province.inventory, states),
        )
    except KeyboardInterrupt:
        status = "interrupted"
    store.keep_offers(run.number, offered())  # of machines given up in the middle, which have no outcome
    # A store that fails ends the run where it stands; the next run marks it interrupted.
    run = store.end_run(run.number, "interrupted" if stop.is_set() else status, clock())
    judging = _relieving(progress, relieve)
    return Sweep(run, selection, judge_new(province, plan, levels, store, selection, run.number, clock(), judging))


def _keeping(
    store: Store, run: int, offered: Callable[[], Sequence[Offer]], relieve: Callable[[], None]
) -> Callable[[Sequence[Outcome]], list[StoredOutcome]]:
    def keep(outcomes: Sequence[Outcome]) -> list[StoredOutcome]:
        stored = store.keep(run, outcomes, offered())
        relieve()
        return stored

    return keep


def _relieving(progress: Progress, relieve: Callable[[], None]) -> Progress:
    def judging(done: int, total: int) -> None:
        relieve()
        progress(done, total)

    return judging


def _what_is_left(limits: Limits, spent: float) -> Limits:
    if limits.run_seconds is None:
        return limits
    return replace(limits, run_seconds=max(limits.run_seconds - spent, 0.001))


def judge_new(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    selection: Selection,
    run: int,
    moment: datetime,
    progress: Progress = silent,
) -> Judged:
    """Judge what a run saw and keep the findings."""
    asked = {job.endpoint.id for job in selection.jobs}
    states = gather_states(province, store, as_of=moment, rules=plan.evidence)
    wanted = {name: state for name, state in states.items() if name in asked and state.evidence is not None}
    judge, addresses = Judge(province.catalog.checks.values()), declared_addresses(province.inventory)
    kept = failing = 0
    for names in batched(wanted, BATCH):  # kept part by part: the findings of a whole province need not be in memory at once
        part = {name: wanted[name] for name in names}
        judged = judge_states(province, store, levels, part, moment=moment, judge=judge, addresses=addresses)
        kept += save_judging(province, store, judged.values(), moment=moment)
        failing += sum(any(row.verdict is Verdict.FAIL for row in state.findings) for state in judged.values())
        progress(kept, len(wanted))
    doubled = [name for name in asked if (doubt := states[name].doubt) is not None and doubt.kind is DoubtKind.DOUBLED]
    return Judged(kept, failing, len(store.identities(run).keys() & set(doubled)) if doubled else 0)


def check_names(inventory: Inventory, scope: Scope) -> None:
    """UsageError for a name that the inventory does not have."""
    agencies = {agency.agency.id for agency in inventory.agencies}
    for kind, wanted, known in (
        (msg("agency"), scope.agencies, agencies),
        (msg("system"), scope.systems, set(inventory.systems)),
        (msg("machine"), scope.endpoints, set(inventory.endpoints)),
    ):
        require_known(kind, wanted, known)
