"""The newest searches of all agencies in the store against the present inventory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from secaudit.intake.matching import host_key
from secaudit.inventory.addresses import parse_ip
from secaudit.model.base import day_in_vietnam
from secaudit.model.discovery import AgencyFound, HostFound, Service
from secaudit.model.fact import FactSet, Known
from secaudit.model.intake import FOUND, Newcomer
from secaudit.model.inventory import Endpoint, Inventory
from secaudit.model.measurement import EndpointState
from secaudit.model.plan import EvidenceRules
from secaudit.pipeline.adopting import aliases
from secaudit.pipeline.judging import BATCH, batched, states_of
from secaudit.pipeline.recognising import NETBIOS, Marks
from secaudit.pipeline.reconciling import Reconciliation, reconcile
from secaudit.store import Store, UndeclaredMachine


def reconcile_store(
    inventory: Inventory, store: Store | None, states: Mapping[str, EndpointState], as_of: datetime
) -> Reconciliation:
    """What the newest search of each agency up to ``as_of`` means; ``states`` are those of the same moment."""
    if store is None:
        return Reconciliation()
    found = _with_sweeps(store.newest_hosts(as_of), store.swept(as_of), store.undeclared(as_of), as_of)
    if not found:
        return Reconciliation()
    newcomers = store.newcomers(as_of)
    known_as = {one.id: one.id for one in newcomers if one.id in inventory.endpoints} | aliases(inventory, newcomers)
    telling = {agency for agency, one in found.items() if any(host.mac or host.name for host in one.hosts)}
    marks = machine_marks(
        inventory,
        keys=store.confirmed_keys(as_of),
        said=_said(inventory, store, states, telling),
        newcomers=[(one, known_as[one.id]) for one in newcomers if one.id in known_as],
    )
    return reconcile(inventory, found, marks, store.set_asides(as_of), day=day_in_vietnam(as_of))


def inventory_reconciliation(inventory: Inventory, store: Store, as_of: datetime) -> Reconciliation:
    """The same where nothing is judged or measured: names and hardware addresses come from evidence as fresh as usual."""
    return reconcile_store(inventory, store, states_of(inventory, store, as_of=as_of, rules=EvidenceRules()), as_of)


def wholly_searched(inventory: Inventory, reconciliation: Reconciliation) -> frozenset[str]:
    """Agencies all of whose networks were searched; of older stores those that were swept."""
    networks = {file.agency.id: file.agency.networks for file in inventory.agencies}
    return frozenset(
        agency
        for agency, found in reconciliation.found.items()
        if (not found.networks and agency in networks) or (networks.get(agency) and _covered(networks[agency], found))
    )


def _covered(networks: Iterable[IPv4Network | IPv6Network], found: AgencyFound) -> bool:
    done = [ip_network(part.network) for part in found.networks]
    four = list(collapse_addresses(one for one in done if isinstance(one, IPv4Network)))
    six = list(collapse_addresses(one for one in done if isinstance(one, IPv6Network)))
    return all(
        any(wanted.subnet_of(whole) for whole in four)
        if isinstance(wanted, IPv4Network)
        else any(wanted.subnet_of(whole) for whole in six)
        for wanted in networks
    )


def _with_sweeps(
    found: Mapping[str, AgencyFound], swept: Collection[str], undeclared: Iterable[UndeclaredMachine], as_of: datetime
) -> dict[str, AgencyFound]:
    """Older stores kept what nobody declared and nothing else: of agencies that were not searched since, this counts.

    What was silent then, they do not say.
    """
    older = {agency: AgencyFound(agency, (), ()) for agency in swept if agency not in found}
    hosts: dict[str, list[HostFound]] = {}
    for one in undeclared:
        if one.agency not in found and parse_ip(one.address) is not None:
            services = tuple(Service(port) for port in one.ports)
            hosts.setdefault(one.agency, []).append(HostFound(one.address, one.agency, one.first_seen or as_of, services))
    older |= {agency: AgencyFound(agency, (), tuple(some)) for agency, some in hosts.items()}
    return {**older, **found}


def machine_marks(
    inventory: Inventory,
    *,
    keys: Mapping[str, str],
    said: Mapping[str, tuple[str, frozenset[str]]],
    newcomers: Iterable[tuple[Newcomer, str]],
) -> dict[str, Marks]:
    """Endpoint -> what it is known by.

    ``keys``: confirmed host keys. ``said``: the name a machine gave itself and its hardware addresses. ``newcomers``: each with
    the machine that it is declared as by now; what it answered when it was found is that machine's.
    """
    shown: dict[str, set[str]] = {name: {key} for name, key in keys.items()}
    called: dict[str, set[str]] = {name: {host_key(own)} for name, (own, _) in said.items()}
    for newcomer, endpoint in newcomers:
        called.setdefault(endpoint, set()).add(host_key(newcomer.name))
        if newcomer.host_key and endpoint not in keys:
            shown.setdefault(endpoint, set()).add(newcomer.host_key)
    found: dict[str, Marks] = {}
    for file in inventory.agencies:
        own_names = {one.id: _names(one, called.get(one.id, ())) for one in file.endpoints}
        standing = {name for one in file.endpoints if one.status == "in_use" for name in own_names[one.id]}
        for one in file.endpoints:
            # A name is given to the machine that comes after.
            names = own_names[one.id] - standing if one.status == "retired" else own_names[one.id]
            real = {host_key(one.hostname or ""), *called.get(one.id, ())} - {""}
            found[one.id] = Marks(
                frozenset(shown.get(one.id, ())),
                said[one.id][1] if one.id in said else frozenset(),
                frozenset(names),
                frozenset(real | {name[:NETBIOS] for name in real}),
            )
    return found


def _names(endpoint: Endpoint, called: Iterable[str]) -> set[str]:
    address = endpoint.address if endpoint.address is not None and parse_ip(endpoint.address) is None else None
    keys = {host_key(name) for name in (endpoint.hostname, endpoint.id, address, *called) if name} - {""}
    return keys | {key[:NETBIOS] for key in keys}


def _said(
    inventory: Inventory, store: Store, states: Mapping[str, EndpointState], agencies: Collection[str]
) -> dict[str, tuple[str, frozenset[str]]]:
    """Endpoint -> what its best evidence says of its name and hardware addresses, in agencies where it can be compared.

    Answers of the lab are of no machine.
    """
    wanted: dict[int, str] = {}
    for file in inventory.agencies:
        if file.agency.id in agencies:
            for endpoint in file.endpoints:
                state = states.get(endpoint.id)
                if state is not None and state.evidence is not None and not (endpoint.lab or state.evidence.outcome.lab):
                    wanted[state.evidence.number] = endpoint.id
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for numbers in batched(wanted, BATCH):
        for number, facts in store.facts_of(numbers).items():
            name, macs = _text(facts, "machine.name"), _texts(facts, "machine.mac")
            if name or macs:
                found[wanted[number]] = name, macs
    return found


def _text(facts: FactSet, name: str) -> str:
    fact = facts.get(name)
    return fact.value if isinstance(fact, Known) and isinstance(fact.value, str) else ""


def _texts(facts: FactSet, name: str) -> frozenset[str]:
    fact = facts.get(name)
    listed = fact.value if isinstance(fact, Known) and isinstance(fact.value, list | tuple) else ()
    return frozenset(item.lower() for item in listed if isinstance(item, str))


def beyond_the_list(reconciliation: Reconciliation, waiting: Iterable[Newcomer]) -> dict[str, int]:
    """Agency -> machines beyond its list: those that answer, and those that evidence speaks of, each counted once.

    A newcomer and a found host are one machine by host name, host key, or because the host was proposed as this newcomer. Whether
    the others are different ones can be told where both have names; where one has none they may be the same, and the smaller
    number is not added. Of a found machine that was proposed to its agency the newest search decides whether it still counts.
    """
    hosts = reconciliation.beyond()
    spoken: dict[str, list[Newcomer]] = {}
    for one in waiting:
        if one.source != FOUND:
            spoken.setdefault(one.agency, []).append(one)
    return {agency: _distinct(hosts.get(agency, ()), spoken.get(agency, ())) for agency in sorted({*hosts, *spoken})}


def _distinct(hosts: Sequence[HostFound], newcomers: Sequence[Newcomer]) -> int:
    left = list(hosts)
    unmatched: list[Newcomer] = []
    for one in newcomers:
        twin = next((host for host in left if is_same(one, host)), None)
        if twin is None:
            unmatched.append(one)
        else:
            left.remove(twin)
    matched = len(hosts) - len(left)
    nameless = sum(1 for host in left if not host_key(host.name)) + sum(1 for one in unmatched if not host_key(one.name))
    return matched + len(left) + len(unmatched) - min(len(left), len(unmatched), nameless)


def is_same(newcomer: Newcomer, host: HostFound) -> bool:
    """Whether a newcomer of this agency is the found host, as far as anything says."""
    if newcomer.host_key and host.host_key:
        return newcomer.host_key == host.host_key
    name, given = host_key(newcomer.name), host_key(host.name)
    if name and given:
        return name == given or (NETBIOS in (len(name), len(given)) and name[:NETBIOS] == given[:NETBIOS])
    return bool(newcomer.address) and newcomer.address == host.address
