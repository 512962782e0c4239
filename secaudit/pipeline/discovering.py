"""What answers in the agencies' networks, against what is declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import collapse_addresses, ip_network

from secaudit.discover.nmap import NmapLooker, may_use_raw_packets, nmap_path
from secaudit.discover.sighting import Looker
from secaudit.discover.tcp import TcpLooker
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.discovery import AgencyFound
from secaudit.model.inventory import Agency, Inventory
from secaudit.store import Store, UndeclaredMachine


@dataclass(frozen=True)
class Reconciliation:
    """What the newest searches found, by address alone."""

    agencies: tuple[str, ...]
    """All of whose networks were searched."""
    declared: tuple[str, ...]
    """Endpoint ids at whose address something answers."""
    undeclared: tuple[UndeclaredMachine, ...]


def reconcile_addresses(inventory: Inventory, newest: Mapping[str, AgencyFound], at: datetime) -> Reconciliation:
    """Hosts by whether somebody declares their address; one without an open port is a machine all the same."""
    day = day_in_vietnam(at)
    known = {part.agency.id: part.agency for part in inventory.agencies if part.agency.exists_on(day)}
    swept = tuple(name for name, agency in known.items() if agency.networks and name in newest and _covered(agency, newest[name]))
    by_address = {
        (agency.agency.id, endpoint.address): endpoint.id
        for agency in inventory.agencies
        for endpoint in agency.endpoints
        if endpoint.address and inventory.access_of(endpoint).via is None
    }
    declared: list[str] = []
    undeclared: list[UndeclaredMachine] = []
    for name, found in newest.items():
        for host in found.hosts:
            if (name, host.address) in by_address:
                declared.append(by_address[name, host.address])
            else:
                ports = tuple(service.port for service in host.services)
                undeclared.append(UndeclaredMachine(host.address, name, ports))
    return Reconciliation(swept, tuple(declared), tuple(undeclared))


def _covered(agency: Agency, found: AgencyFound) -> bool:
    for version in (4, 6):
        wanted = {net for net in agency.networks if net.version == version}
        done = {ip_network(part.network) for part in found.networks}
        same = list(collapse_addresses(net for net in done if net.version == version))  # type: ignore[type-var]
        if not all(any(net.subnet_of(whole) for whole in same) for net in wanted):  # type: ignore[arg-type]
            return False
    return True


def save_reconciliation(store: Store, found: Reconciliation, at: datetime, run: int | None = None) -> None:
    """Keep the sweep: also that agencies were swept and nothing undeclared answered."""
    whole = set(found.agencies)
    store.save_discovery(at, found.agencies, [one for one in found.undeclared if one.agency in whole], run=run)


@dataclass(frozen=True)
class Means:
    """How this machine can look, and what it cannot see that way."""

    looker: Looker
    lost: tuple[Message, ...]


def means_of_looking(*, rate: int, services: bool = True, unprivileged: bool = False) -> Means:
    """The best way of looking that this machine offers.

    With ``services`` nmap asks what runs where ports and greetings do not tell; ``unprivileged`` leaves root's rights unused.
    """
    path = nmap_path()
    if path is None:
        lost = (
            msg("nmap is not installed: plain connection attempts only, and services are known by their greeting alone"),
            msg("  → install it (Debian: apt-get install nmap) to recognise more services"),
            _NOT_ROOT,
        )
        return Means(TcpLooker(rate), lost)
    if may_use_raw_packets() and not unprivileged:
        return Means(NmapLooker(path, rate, privileged=True, services=services), ())
    return Means(NmapLooker(path, rate, privileged=False, services=services), (_NOT_ROOT,))


_NOT_ROOT = msg(
    "without root, machines that answer no connection attempt at all stay invisible, and hardware addresses and makers are not "
    "known; run it with sudo from inside the network to see them"
)
