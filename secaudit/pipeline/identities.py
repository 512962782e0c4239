"""Which machine answered: what is expected of each endpoint, and states whose evidence is not, or not certainly, its own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from secaudit.inventory.addresses import real_serial, real_uuid
from secaudit.model.base import day_in_vietnam
from secaudit.model.doubt import Doubt, DoubtKind
from secaudit.model.identity import DECLARED, Expected, Identity, Likeness, compare, twins_of
from secaudit.model.inventory import Endpoint, Inventory
from secaudit.model.measurement import EndpointState


def declared_identity(endpoint: Endpoint) -> Identity:
    """What the inventory says of the machine; fillers count as nothing, and a lab endpoint stands for no machine at all."""
    if endpoint.lab:
        return Identity()
    return Identity(real_uuid(endpoint.uuid) or "", real_serial(endpoint.serial) or "")


def expected_machines(inventory: Inventory, states: Mapping[str, EndpointState]) -> dict[str, Expected]:
    """Endpoint -> what its answer must not contradict. Lab endpoints are left out: many of them replay one answer."""
    found = {}
    for endpoint in inventory.endpoints.values():
        if endpoint.lab:
            continue
        state = states.get(endpoint.id)
        expected = Expected(declared_identity(endpoint), state.identity if state is not None else Identity())
        if expected.declared or expected.earlier:
            found[endpoint.id] = expected
    return found


def with_doubts(inventory: Inventory, states: Mapping[str, EndpointState], *, as_of: datetime) -> dict[str, EndpointState]:
    """The same states without evidence of machines that are others than declared, or that answered for several endpoints."""
    found = dict(states)
    identities: dict[str, Identity] = {}
    day = day_in_vietnam(as_of)
    for agency in inventory.agencies:
        for endpoint in agency.endpoints:
            state = found[endpoint.id]
            if state.evidence is None or endpoint.lab:
                continue
            doubt = _contradiction(endpoint, state)
            if doubt is not None:
                found[endpoint.id] = replace(state, evidence=None, doubt=doubt)
            elif state.identity and endpoint.status == "in_use" and agency.agency.exists_on(day):
                identities[endpoint.id] = state.identity
    twins = twins_of(identities)
    if not twins:
        return found
    matching = {name for name in twins if _is_declared(inventory.endpoints[name], identities[name])}
    for name, others in twins.items():
        if name not in matching or matching.intersection(others):
            doubt = Doubt(DoubtKind.DOUBLED, now=str(identities[name]), twins=others)
            found[name] = replace(found[name], evidence=None, doubt=doubt)
    return found


def _contradiction(endpoint: Endpoint, state: EndpointState) -> Doubt | None:
    """Evidence from before the serial number or UUID was declared, or from before it was corrected."""
    declared = declared_identity(endpoint)
    if state.evidence is None or compare(declared, state.identity) is not Likeness.OTHER:
        return None
    return Doubt(
        DoubtKind.OTHER_MACHINE,
        state.evidence.outcome.finished_at,
        f"{DECLARED} {declared}",
        str(state.identity),
        outcome=state.evidence.number,
    )


def _is_declared(endpoint: Endpoint, identity: Identity) -> bool:
    """One machine proves one endpoint: the one whose declaration names it."""
    return compare(declared_identity(endpoint), identity) is Likeness.SAME
