"""Measuring a plan: state x plan, as of a moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from secaudit.measure import assess_systems, contradictions, measure
from secaudit.messages import Message, msg
from secaudit.model.assessment import Conflict, SystemAssessment
from secaudit.model.base import day_in_vietnam
from secaudit.model.intake import Newcomer
from secaudit.model.inventory import Inventory
from secaudit.model.measurement import EndpointState, Measurement
from secaudit.model.period import Period
from secaudit.model.plan import Plan
from secaudit.pipeline.adopting import waiting
from secaudit.pipeline.judging import Progress, gather_states, judge_states, silent
from secaudit.pipeline.province import Levels, Province, classify_province
from secaudit.pipeline.reconciling import Reconciliation
from secaudit.pipeline.searched import beyond_the_list, reconcile_store, wholly_searched
from secaudit.pipeline.uncollected import uncollected
from secaudit.store import Store


@dataclass(frozen=True)
class Measured:
    """Everything a report is made of, from one moment."""

    province: Province
    """With the tree of the day."""
    plan: Plan
    levels: Levels
    as_of: datetime
    states: Mapping[str, EndpointState]
    undeclared: Mapping[str, tuple[str, ...]]
    """Agency id -> addresses that answer beyond its list of machines in use."""
    measurements: tuple[Measurement, ...]
    chain_head: str
    """Head of the chain; empty without a store."""
    newcomers: tuple[Newcomer, ...] = ()
    """Machines that evidence speaks of and nobody declares, by agency and id."""
    reconciliation: Reconciliation = field(default_factory=Reconciliation)
    """What the newest searches found, against what is declared."""
    assessments: Mapping[str, SystemAssessment] = field(default_factory=dict)
    """System id -> how it stands against the technical standard in force."""
    unassessed: Mapping[str, Message] = field(default_factory=dict)
    """System id -> why nothing can be said of it."""
    conflicts: tuple[Conflict, ...] = ()
    """What is declared of systems and what speaks against it."""
    period: Period | None = None
    """The closed period that all of this is from; None for the present."""


@uncollected()
def measure_province(
    province: Province, plan: Plan, store: Store | None, *, as_of: datetime, progress: Progress = silent
) -> Measured:
    """Classify, judge and measure as of a moment; without a store nothing was ever seen."""
    day = day_in_vietnam(as_of)
    province = province.on(day)
    levels = classify_province(province, day)
    states = gather_states(province, store, as_of=as_of, rules=plan.evidence)
    judged = judge_states(province, store, levels, states, moment=as_of, progress=progress)
    return measure_judged(province, plan, store, levels, judged, as_of=as_of)


@uncollected()
def measure_judged(
    province: Province, plan: Plan, store: Store | None, levels: Levels, judged: Mapping[str, EndpointState], *, as_of: datetime
) -> Measured:
    """The same where machines are judged already; ``province`` has the tree of the day."""
    day = day_in_vietnam(as_of)
    assessed = assess_systems(
        province.catalog.standard(day),
        province.inventory,
        levels.classifications,
        judged,
        grades=frozenset(plan.evidence.grades),
        as_of=day,
    )
    reconciliation = reconcile_store(province.inventory, store, judged, as_of)
    newcomers = waiting(province.inventory, store.newcomers(as_of), store.confirmed_keys(as_of)) if store is not None else ()
    measurements = measure(
        plan,
        province.inventory,
        levels.classifications,
        judged,
        undeclared=beyond_the_list(reconciliation, newcomers),
        as_of=day,
        assessments=assessed.systems,
    )
    measurements = _with_unsearched(
        province.inventory, plan, measurements, wholly_searched(province.inventory, reconciliation), day
    )
    head = store.head() if store is not None else ""
    undeclared = {agency: tuple(host.address for host in hosts) for agency, hosts in reconciliation.beyond().items()}
    return Measured(
        province, plan, levels, as_of, judged, undeclared, measurements, head, newcomers, reconciliation,
        assessed.systems, assessed.unassessed, contradictions(province.inventory, assessed.systems, day),
    )  # fmt: skip


def _with_unsearched(
    inventory: Inventory, plan: Plan, measurements: tuple[Measurement, ...], swept: frozenset[str], day: date
) -> tuple[Measurement, ...]:
    """Figures about machines say how many agencies' networks nobody searched for undeclared ones."""
    present = [agency.agency.id for agency in inventory.agencies if agency.agency.exists_on(day)]
    unsearched = sum(1 for agency in present if agency not in swept)
    if not unsearched:
        return measurements
    note = msg("the networks of {count} agencies were not searched for undeclared machines", count=unsearched)
    machines = {target.id for target in plan.targets if target.population == "endpoints"}
    return tuple(replace(m, notes=(*m.notes, note)) if m.target in machines else m for m in measurements)
