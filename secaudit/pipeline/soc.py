"""Scan windows and source addresses for the monitoring centre: what it will see of a scan, so that a real attack stands out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from secaudit.model.inventory import Agency, Endpoint
from secaudit.pipeline.previewing import OfferKind, Planned, Preview
from secaudit.pipeline.province import Province

Route = Callable[[str, int], str | None]
"""Local address on the way to a host and port, found without sending anything; None where nobody knows."""
_HOPS = 8
"""Jump hosts behind one another before a chain is taken for a circle."""
_DETAIL_COLUMN = "endpoint"
COLUMNS = (
    "window_from", "window_to", "window_from_utc", "window_to_utc", "source", "seen_from", "agency", "agency_name",
    "agency_contact", "target", _DETAIL_COLUMN, "machines", "ports", "accounts", "key_fingerprints", "password", "platforms",
    "connections_per_second", "connections_at_once", "seconds_per_machine", "windows_command_sha256", "windows_script_sha256",
    "posix_command", "posix_script_sha256", "contact",
)  # fmt: skip
"""Of the table: one meaning each, in machine words, because SIEM rules are written against them."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """Machines of one agency that are reached alike."""

    agency: Agency
    target: str
    """Declared network, or the address or name of a machine outside all of them."""
    endpoint: str | None
    """Only where each machine has a line of its own."""
    source: str | None
    """Address of this computer on the way; None where nothing tells."""
    jump: str | None
    """Address of the jump host that the machines see instead; None: they see the source."""
    machines: tuple[Planned, ...]

    @property
    def single(self) -> bool:
        """The target is an address or a name, not a network of the agency."""
        return "/" not in self.target

    @property
    def seen_from(self) -> str | None:
        """The address that stands in the machines' own logs, as far as no router rewrites it."""
        return self.jump or self.source

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports connected to."""
        return tuple(sorted({machine.port for machine in self.machines}))


@dataclass(frozen=True, slots=True)
class SocPlan:
    """Everything for the monitoring centre."""

    preview: Preview
    window: Window
    reaches: tuple[Reach, ...]
    given: bool
    """Source addresses were named, not found."""
    sources: tuple[str, ...]
    contact: str | None

    @property
    def unknown_source(self) -> int:
        """Machines for which no source address could be told."""
        return sum(len(reach.machines) for reach in self.reaches if reach.source is None)


def soc_plan(
    province: Province,
    found: Preview,
    window: Window,
    *,
    sources: tuple[str, ...],
    contact: str | None,
    route: Route,
    detail: bool = False,
) -> SocPlan:
    """Group the machines of ``found``; ``route`` is asked once for each first hop, unless ``sources`` are named."""
    known: dict[tuple[str, int], str | None] = {}

    def source_to(host: str, port: int) -> str | None:
        if sources:
            return ", ".join(sources)
        if (host, port) not in known:
            known[host, port] = route(host, port)
        return known[host, port]

    reaches: list[Reach] = []
    for plan in found.agencies:
        groups: dict[tuple[str, str | None, str | None, str | None], list[Planned]] = defaultdict(list)
        for machine in plan.machines:
            first, last = _hops(province.inventory.endpoints, province, machine)
            target = machine.address if detail else _network(plan.agency, machine.address)
            groups[target, machine.endpoint if detail else None, source_to(*first), last].append(machine)
        reaches += [Reach(plan.agency, *key, tuple(machines)) for key, machines in groups.items()]
    told = sources or tuple(sorted({reach.source for reach in reaches if reach.source is not None}))
    unit = province.inventory.province.province.designated_unit
    return SocPlan(found, window, tuple(reaches), bool(sources), told, contact or unit)


def soc_rows(plan: SocPlan) -> list[dict[str, Any]]:
    """The table: one line for each network of each agency, or for each machine."""
    scripts = {script.platform: script for script in plan.preview.scripts}
    posix, windows = scripts.get("posix"), scripts.get("windows")
    start, end = plan.window.start, plan.window.end
    limits = plan.preview.limits
    common = {
        "window_from": start.isoformat(timespec="minutes"),
        "window_to": end.isoformat(timespec="minutes"),
        "window_from_utc": _utc(start),
        "window_to_utc": _utc(end),
        "key_fingerprints": _joined(
            offer.fingerprint or "?" for offer in plan.preview.offers if offer.kind is OfferKind.KEY_FILE
        ),
        "password": _yes(any(offer.kind is OfferKind.PASSWORD for offer in plan.preview.offers)),
        "connections_per_second": limits.per_second,
        "connections_at_once": limits.in_flight,
        "seconds_per_machine": limits.endpoint_seconds,
        "windows_command_sha256": windows.command_digest if windows else None,
        "windows_script_sha256": windows.digest if windows else None,
        "posix_command": posix.command if posix else None,
        "posix_script_sha256": posix.digest if posix else None,
        "contact": plan.contact,
    }
    return [{**common, **_reach_cells(reach)} for reach in plan.reaches]


def _reach_cells(reach: Reach) -> dict[str, Any]:
    platforms = Counter(machine.platform for machine in reach.machines)
    return {
        "source": reach.source,
        "seen_from": reach.seen_from,
        "agency": reach.agency.id,
        "agency_name": reach.agency.name,
        "agency_contact": contact_of(reach.agency),
        "target": reach.target,
        _DETAIL_COLUMN: reach.endpoint,
        "machines": len(reach.machines),
        "ports": _joined(map(str, reach.ports)),
        "accounts": _joined(sorted({machine.user for machine in reach.machines})),
        "platforms": _joined(f"{name}:{count}" for name, count in sorted(platforms.items())),
    }


def contact_of(agency: Agency) -> str | None:
    """Name, phone and e-mail of the agency's contact, as far as they are known."""
    contact = agency.contact
    if contact is None:
        return None
    return _joined(part for part in (contact.name, contact.phone, contact.email) if part) or None


def _hops(endpoints: Mapping[str, Endpoint], province: Province, machine: Planned) -> tuple[tuple[str, int], str | None]:
    """Where the connection goes first, and the address of the last jump host (None: directly)."""
    first, last, via = (machine.address, machine.port), None, machine.via
    for _ in range(_HOPS):
        jump = endpoints.get(via) if via is not None else None
        if jump is None or jump.address is None:
            break
        access = province.inventory.access_of(jump)
        last = last or jump.address
        first, via = (jump.address, access.port), access.via
    return first, last


def _network(agency: Agency, address: str) -> str:
    """The smallest declared network around the address; the address itself outside all of them."""
    try:
        own = ip_address(address)
    except ValueError:
        return address
    around = [network for network in agency.networks if network.version == own.version and own in network]
    return str(max(around, key=lambda network: network.prefixlen)) if around else address


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
