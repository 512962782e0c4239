"""Earlier states of a plan: what is written down of the present, and what is known of before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from secaudit.errors import StoreError
from secaudit.measure.changes import changes
from secaudit.model.base import day_in_vietnam
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.measurement import Decision, EndpointState, Measurement, Tally
from secaudit.model.past import NO_PAST, Basis, Past, PastMachine, PastState, PastSystem, PastTarget
from secaudit.model.period import Closing
from secaudit.pipeline.archive import archive_of, sound_figures
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.province import Province
from secaudit.pipeline.publish.agencies import has_sent, in_scope
from secaudit.store import Store

__all__ = ["Known", "changes", "known_states", "one_a_day", "past_of", "state_of"]


def state_of(measured: Measured, *, basis: Basis = Basis.STATED) -> PastState:
    """What was measured, as a state that later ones are compared with."""
    period = measured.period
    return PastState(
        moment=measured.as_of,
        basis=basis,
        plan=measured.plan.id,
        targets=tuple(map(_target, measured.measurements)),
        inventory_digest=measured.province.inventory.digest,
        catalog_digest=measured.province.catalog.digest,
        head=measured.chain_head,
        period=period.name if period is not None else "",
        machines=_machines(measured),
        checks=frozenset(measured.province.catalog.checks),
        systems=_systems(measured),
        silent=frozenset(agency.agency.id for agency in in_scope(measured) if not has_sent(measured, agency)),
    )


def past_of(measured: Measured, store: Store | None, workspace: Path) -> Past:
    """Earlier states of the plan that was measured, from days before its own; ``store`` is the one it was measured from.

    States that were changed on the disk are left out here; ``secaudit verify`` and ``secaudit history`` name them.
    """
    if store is None:
        return NO_PAST
    today = day_in_vietnam(measured.as_of)
    known = known_states(store, workspace, measured.province, measured.plan.id)
    states = [state for state in one_a_day(known.states) if day_in_vietnam(state.moment) < today]
    while states:
        try:
            states[-1] = store.states.with_machines(states[-1])
            break
        except StoreError:
            states.pop()
    return Past(tuple(states))


@dataclass(frozen=True, slots=True)
class Known:
    """What is written down of a plan's earlier moments."""

    states: tuple[PastState, ...]
    """Oldest first, without their machines."""
    refused: tuple[date, ...] = ()
    """Days of states that were changed on the disk."""


def known_states(store: Store, workspace: Path, province: Province, plan: str) -> Known:
    """Everything recorded of a plan, and the figures of its closed periods; what was counted again only as far as it holds.

    A state counted again with another inventory or catalog than the present one is no state of anything.
    """
    recorded, refused = store.states.of_plan(plan)
    present = (province.inventory.digest, province.catalog.digest)
    recorded = [
        one for one in recorded if one.basis is not Basis.RECOUNTED or (one.inventory_digest, one.catalog_digest) == present
    ]
    periods = {state.period for state in recorded if state.basis is Basis.CLOSED}
    for period in store.periods.all():
        if period.plan == plan and period.closing is not None and period.name not in periods:
            figures = sound_figures(archive_of(workspace, period.name), period.closing.digest)
            if figures is not None:
                recorded.append(_frozen(period.name, plan, period.closing, figures))
    return Known(tuple(sorted(recorded, key=lambda state: state.moment)), tuple(refused))


def one_a_day(states: Iterable[PastState]) -> list[PastState]:
    """Of each day the state that counts: a closed period before a recorded state, and that before one counted again."""
    best: dict[date, PastState] = {}
    for state in states:
        day = day_in_vietnam(state.moment)
        if day not in best or _RANK[state.basis] >= _RANK[best[day].basis]:
            best[day] = state
    return [best[day] for day in sorted(best)]


_RANK = {Basis.RECOUNTED: 0, Basis.STATED: 1, Basis.CLOSED: 2}


def _frozen(name: str, plan: str, closing: Closing, figures: Mapping[str, Any]) -> PastState:
    """The figures of a period that was closed before states were written down; of its machines nothing can be compared."""
    targets, silent = [], set()
    for target, one in figures["targets"].items():
        agencies = {agency: _counts(share) for agency, share in one["agencies"].items()}
        silent |= {agency for agency, share in one["agencies"].items() if not share["submitted"]}
        targets.append(PastTarget(target, _counts(one), Decision(one["decision"]), agencies))
    return PastState(closing.moment, Basis.CLOSED, plan, tuple(targets), head=closing.head, period=name, silent=frozenset(silent))


def _counts(one: Mapping[str, Any]) -> Tally:
    return Tally(one["proven"], one["disproven"], one["unknown"])


def _target(measurement: Measurement) -> PastTarget:
    agencies = {share.agency: share.tally for share in measurement.agencies}
    return PastTarget(measurement.target, measurement.tally, measurement.decision, agencies)


def _machines(measured: Measured) -> dict[str, PastMachine]:
    """Machines in use of agencies in scope; nothing is ever written down of isolated ones.

    Machines that are alike share what failed: a province has few kinds of machines.
    """
    shared: dict[frozenset[str], frozenset[str]] = {}
    return {
        endpoint.id: _machine(agency.agency.id, measured.states[endpoint.id], shared)
        for agency in in_scope(measured)
        for endpoint in agency.endpoints
        if endpoint.status == "in_use" and endpoint.kind is not EndpointKind.ISOLATED
    }


# Looked up once, not for each of millions of findings.
_FAIL, _UNKNOWN = Verdict.FAIL, Verdict.UNKNOWN


def _machine(agency: str, state: EndpointState, shared: dict[frozenset[str], frozenset[str]]) -> PastMachine:
    if state.evidence is None:
        return PastMachine(agency, seen=False)
    grade, findings = state.protection, state.findings
    fails = frozenset([finding.check for finding in findings if finding.verdict is _FAIL])
    unknown = frozenset([finding.check for finding in findings if finding.verdict is _UNKNOWN])
    return PastMachine(
        agency,
        True,
        None if grade is None else (grade.proven, grade.possible),
        shared.setdefault(fails, fails),
        shared.setdefault(unknown, unknown),
        state.evidence.outcome.grade,
    )


def _systems(measured: Measured) -> dict[str, PastSystem]:
    """Systems in scope, without those that hold state secrets."""
    inventory = measured.province.inventory
    found = {}
    for name, item in measured.levels.classifications.items():
        system = inventory.systems[name]
        if not system.state_secret:
            status = system.dossier.status if system.dossier is not None else None
            owner = inventory.owner_of_system.get(name, "")
            found[name] = PastSystem(owner, item.lowest, item.highest, item.declared, "" if status is None else status.value)
    return found
