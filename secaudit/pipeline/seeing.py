"""Seeing machines: choose who has no fresh evidence, ask them, keep every outcome, judge what came in."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from secaudit.collect import Job, Limits, Observer, collect
from secaudit.collect.heap import steady_heap
from secaudit.errors import UsageError
from secaudit.judge import Judge
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.finding import Verdict
from secaudit.model.inventory import AgencyFile, Endpoint, EndpointKind, Inventory
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Outcome, Run, Sight, StoredOutcome, Way
from secaudit.model.plan import Plan
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
from secaudit.pipeline.province import Levels, Province
from secaudit.source import did_you_mean
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

    def words(self) -> str:
        """The scope as the run keeps it."""
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


@dataclass(frozen=True)
class Sweep:
    """A finished or interrupted run."""

    run: Run
    selection: Selection
    judged: int
    """Machines whose evidence was judged."""
    failing: int
    """Those of them with at least one failed check."""

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
        """Machines asked in vain, and those the interruption left."""
        return len(self.selection.jobs) - self.seen


def select(province: Province, states: Mapping[str, EndpointState], scope: Scope, *, user: str, day: datetime) -> Selection:
    """Machines in use, not isolated, of existing agencies, inside ``scope``: never-seen ones first, then stale, then the rest."""
    _check_names(province.inventory, scope)
    asked: list[tuple[int, Job]] = []
    fresh = isolated = 0
    for agency in province.inventory.agencies:
        if not agency.agency.exists_on(day_in_vietnam(day)):
            continue
        for endpoint in agency.endpoints:
            if endpoint.status == "retired" or not _inside(agency, endpoint, scope):
                continue
            state = states[endpoint.id]
            if endpoint.kind is EndpointKind.ISOLATED:
                isolated += 1
            elif state.evidence is not None and not scope.again:
                fresh += 1
            else:
                urgency = 0 if state.evidence is None and not state.stale else 1 if state.stale else 2
                asked.append((urgency, _job(province.inventory, endpoint, user)))
    asked.sort(key=lambda item: item[0])
    return Selection(tuple(job for _, job in asked), fresh, isolated)


def target_of(inventory: Inventory, endpoint: Endpoint, user: str) -> Target | None:
    """Where and as whom to ask directly; None when no direct way in is declared."""
    access = inventory.access_of(endpoint)
    if endpoint.address is None or access.via is not None:
        return None
    return Target(endpoint.address, access.port, access.user or user, access.host_key_alias)


def targets_of(province: Province, scope: Scope, user: str) -> list[tuple[str, Target]]:
    """Machines in use of ``scope`` with a direct way in: endpoint id and target."""
    _check_names(province.inventory, scope)
    found = []
    for agency in province.inventory.agencies:
        for endpoint in agency.endpoints:
            target = target_of(province.inventory, endpoint, user)
            if endpoint.status == "in_use" and target is not None and _inside(agency, endpoint, scope):
                found.append((endpoint.id, target))
    return found


def _job(inventory: Inventory, endpoint: Endpoint, user: str) -> Job:
    target = target_of(inventory, endpoint, user)
    if target is None and endpoint.address is not None:
        return Job(endpoint, None, note="declared behind a jump host, which this version cannot use")
    return Job(endpoint, target)


def sweep(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    transport: Transport,
    scope: Scope,
    *,
    user: str,
    who: str,
    sudo: bool,
    limits: Limits,
    observer: Observer,
    stop: threading.Event,
    clock: Callable[[], datetime],
    progress: Progress = silent,
) -> Sweep:
    """Ask, keep, judge (``progress`` hears how far). Each finished machine is committed before the observer hears of it."""
    relieve, started = steady_heap(), clock()
    states = gather_states(province, store, as_of=started, fresh_days=plan.evidence.fresh_days)
    selection = select(province, states, scope, user=user, day=started)
    run = store.begin_run(
        who=who,
        way=Way.SSH,
        scope=scope.words(),
        inventory_digest=province.inventory.digest,
        catalog_digest=province.catalog.digest,
        started_at=started,
    )

    def keep(outcomes: Sequence[Outcome]) -> list[StoredOutcome]:
        stored = store.keep(run.number, outcomes)
        relieve()
        return stored

    status = "finished"
    try:
        collect(
            selection.jobs,
            transport,
            limits=limits,
            knowledge=province.catalog.knowledge,
            keep=keep,
            observer=observer,
            stop=stop,
            clock=clock,
            sudo=sudo,
        )
    except KeyboardInterrupt:
        status = "interrupted"
    # A store that fails ends the run where it stands; the next run marks it interrupted.
    run = store.end_run(run.number, "interrupted" if stop.is_set() else status, clock())

    def judging(done: int, total: int) -> None:
        relieve()
        progress(done, total)

    judged, failing = _judge_new(province, plan, levels, store, selection, clock(), judging)
    return Sweep(run, selection, judged, failing)


def _judge_new(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    selection: Selection,
    moment: datetime,
    progress: Progress,
) -> tuple[int, int]:
    """How many machines were judged, and how many of them fail a check."""
    asked = {job.endpoint.id for job in selection.jobs}
    states = gather_states(province, store, as_of=moment, fresh_days=plan.evidence.fresh_days)
    wanted = {name: state for name, state in states.items() if name in asked and state.evidence is not None}
    judge, addresses = Judge(province.catalog.checks.values()), declared_addresses(province.inventory)
    kept = failing = 0
    for names in batched(wanted, BATCH):  # kept part by part: the findings of a whole province need not be in memory at once
        part = {name: wanted[name] for name in names}
        judged = judge_states(province, store, levels, part, moment=moment, judge=judge, addresses=addresses)
        kept += save_judging(province, store, judged.values(), moment=moment)
        failing += sum(any(row.verdict is Verdict.FAIL for row in state.findings) for state in judged.values())
        progress(kept, len(wanted))
    return kept, failing


def _inside(agency: AgencyFile, endpoint: Endpoint, scope: Scope) -> bool:
    return (
        (not scope.agencies or agency.agency.id in scope.agencies)
        and (not scope.endpoints or endpoint.id in scope.endpoints)
        and (not scope.systems or bool(set(scope.systems) & set(endpoint.systems)))
    )


def _check_names(inventory: Inventory, scope: Scope) -> None:
    agencies = {agency.agency.id for agency in inventory.agencies}
    for kind, wanted, known in (
        (msg("agency"), scope.agencies, agencies),
        (msg("system"), scope.systems, set(inventory.systems)),
        (msg("machine"), scope.endpoints, set(inventory.endpoints)),
    ):
        missing = [name for name in wanted if name not in known]
        if missing:
            raise UsageError(
                msg("the inventory has no {kind} called {id}", kind=kind, id=", ".join(missing)),
                hint=did_you_mean(missing[0], known) or msg("names stand in the inventory's files as id"),
            )
