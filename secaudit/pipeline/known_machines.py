"""Every machine that evidence from files can be about: what is declared, and newcomers, with all that tells them apart."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from secaudit.intake.matching import host_key
from secaudit.inventory.addresses import parse_ip
from secaudit.model.base import day_in_vietnam
from secaudit.model.fact import Known
from secaudit.model.identifiers import real_serial, real_uuid
from secaudit.model.identity import Identity
from secaudit.model.intake import Candidate, Newcomer
from secaudit.model.inventory import AgencyFile, Endpoint, EndpointKind, Inventory
from secaudit.model.measurement import EndpointState
from secaudit.pipeline.adopting import aliases
from secaudit.pipeline.judging import BATCH, batched
from secaudit.store import Store

NETBIOS = 15
"""Characters of a Windows name that consoles show where they know no other; longer names are cut there."""


def known_machines(
    inventory: Inventory, states: Mapping[str, EndpointState], newcomers: Sequence[Newcomer], said: Mapping[str, Collection[str]]
) -> list[Candidate]:
    """``states`` are what the store has of machines, ``said`` the names they gave themselves in earlier evidence."""
    known_as = aliases(inventory, newcomers)
    earlier: dict[str, list[Identity]] = {}
    called = {name: set(names) for name, names in said.items()}
    for one in newcomers:
        name = known_as.get(one.id, one.id)
        earlier.setdefault(name, []).append(one.identity)
        called.setdefault(name, set()).add(one.name)
    found = []
    for agency in inventory.agencies:
        standing = {name for one in agency.endpoints if one.status == "in_use" for name in _names(one, called)}
        for endpoint in agency.endpoints:
            names = _names(endpoint, called)
            if endpoint.status == "retired":
                names -= standing  # a name is given to the machine that comes after
            identities = (_declared(endpoint), *_seen(states.get(endpoint.id)), *earlier.get(endpoint.id, ()))
            found.append(
                Candidate(
                    endpoint.id,
                    agency.agency.id,
                    frozenset(names),
                    tuple(identity for identity in identities if identity),
                    isolated=endpoint.kind is EndpointKind.ISOLATED,
                )
            )
    declared = inventory.endpoints
    found += [
        Candidate(
            one.id, one.agency, frozenset({host_key(one.name)} - {""}), (one.identity,) if one.identity else (), declared=False
        )
        for one in newcomers
        if one.id not in declared and one.id not in known_as
    ]
    return found


def names_said(
    store: Store, inventory: Inventory, states: Mapping[str, EndpointState], agencies: Collection[str]
) -> dict[str, set[str]]:
    """Endpoint -> names that its evidence gives, for machines of these agencies whose host name nobody declares."""
    wanted: dict[int, str] = {}
    for part in inventory.agencies:
        if part.agency.id not in agencies:
            continue
        for endpoint in part.endpoints:
            state = states.get(endpoint.id)
            if endpoint.hostname is None and state is not None and state.doubt is None:
                wanted.update((piece.number, endpoint.id) for piece in state.pieces)
    found: dict[str, set[str]] = {}
    for numbers in batched(wanted, BATCH):
        for number, facts in store.facts_of(numbers).items():
            name = facts.get("machine.name")
            if isinstance(name, Known) and isinstance(name.value, str):
                found.setdefault(wanted[number], set()).add(name.value)
    return found


def expected_in(inventory: Inventory, moment: datetime) -> dict[str, list[str]]:
    """Agency that exists -> machines in use that a console could know: isolated ones it must not."""
    return {
        part.agency.id: [one.id for one in part.endpoints if one.status == "in_use" and one.kind is not EndpointKind.ISOLATED]
        for part in _existing(inventory, moment)
    }


def agency_names(inventory: Inventory, moment: datetime) -> dict[str, str]:
    """Agency that exists -> its name."""
    return {part.agency.id: part.agency.name for part in _existing(inventory, moment)}


def _existing(inventory: Inventory, moment: datetime) -> Iterable[AgencyFile]:
    day = day_in_vietnam(moment)
    return (part for part in inventory.agencies if part.agency.exists_on(day))


def _names(endpoint: Endpoint, said: Mapping[str, Collection[str]]) -> set[str]:
    address = endpoint.address if endpoint.address is not None and parse_ip(endpoint.address) is None else None
    written = (endpoint.hostname, endpoint.id, address, *said.get(endpoint.id, ()))
    keys = {key for name in written if name is not None and (key := host_key(name))}
    return keys | {key[:NETBIOS] for key in keys}


def _declared(endpoint: Endpoint) -> Identity:
    """Of lab endpoints too: what stands for no real machine can still be told by the number that stands there."""
    return Identity(real_uuid(endpoint.uuid) or "", real_serial(endpoint.serial) or "")


def _seen(state: EndpointState | None) -> tuple[Identity, ...]:
    """What a machine in quarantine said is no knowledge about it."""
    return () if state is None or state.doubt is not None else (state.identity, *state.said)
