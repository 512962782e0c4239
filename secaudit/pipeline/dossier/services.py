"""The list of services (331: 22.3.d): what the system's servers offer, as declared and as ports that other machines reach."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from secaudit.discover.ports import NAMES
from secaudit.model.outcome import Grade
from secaudit.pipeline.dossier.devices import DeviceRow
from secaudit.pipeline.dossier.sighted import Cell, Observed, Seen, isolated

_COMMON: Mapping[int, str] = {
    **NAMES,
    21: "ftp",
    25: "smtp",
    53: "domain",
    110: "pop3",
    123: "ntp",
    143: "imap",
    389: "ldap",
    465: "smtps",
    587: "submission",
    636: "ldaps",
    993: "imaps",
    1433: "ms-sql",
    1521: "oracle",
    3306: "mysql",
    5432: "postgresql",
    6379: "redis",
    27017: "mongodb",
}
"""What usually answers there; only a person can say what it is."""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service on one server."""

    name: str
    """``tcp/443 (https)``, or the system's own name for what its server is declared to be for."""
    device: str
    server: str
    place: str | None
    os: Cell
    purpose: str | None
    observed: Observed | None
    """The open port; None for what is only declared."""


@dataclass(frozen=True, slots=True)
class OpenPort:
    """A port that workstations of the system leave open: no service of the system unless somebody says so."""

    name: str
    devices: int
    newest: date
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class Services:
    """Everything known about what the system offers."""

    rows: tuple[ServiceRow, ...] = ()
    elsewhere: tuple[OpenPort, ...] = ()
    """On machines that are no servers, by port."""
    unread: tuple[str, ...] = ()
    """Servers whose open ports nobody has seen, or not to the end of the list."""


def services_of(system: str, machines: Iterable[Seen], devices: Iterable[DeviceRow]) -> Services:
    """Servers one by one; other machines only by port."""
    by_id = {device.endpoint: device for device in devices}
    rows: list[ServiceRow] = []
    unread: list[str] = []
    ports: dict[str, list[Observed]] = defaultdict(list)
    for seen in sorted(machines, key=lambda one: one.endpoint.id):
        if isolated(seen.endpoint):
            continue
        device, found = by_id[seen.endpoint.id], _ports(seen)
        if not device.server:
            for port in found:
                ports[port.text].append(port)
            continue
        known = seen.known("network.listening")
        if known is None or not known.complete:
            unread.append(device.title)
        rows.append(_row(system, device, device.purpose, None))
        rows += [_row(port.text, device, None, port) for port in found]
    elsewhere = [
        OpenPort(name, len(found), max(one.on for one in found), tuple(sorted({one.grade for one in found})))
        for name, found in ports.items()
    ]
    return Services(tuple(rows), tuple(sorted(elsewhere, key=lambda port: (-port.devices, port.name))), tuple(unread))


def _row(name: str, device: DeviceRow, purpose: str | None, port: Observed | None) -> ServiceRow:
    return ServiceRow(name, device.endpoint, device.title, device.place, device.os, purpose, port)


def _ports(seen: Seen) -> list[Observed]:
    known = seen.known("network.listening")
    if known is None or not isinstance(known.value, list | tuple):
        return []
    found = {
        (record["port"], record["protocol"])
        for record in known.value
        if isinstance(record, dict) and isinstance(record.get("port"), int) and isinstance(record.get("protocol"), str)
    }
    return [seen.said(_said(protocol, port), "network.listening") for port, protocol in sorted(found)]


def _said(protocol: str, port: int) -> str:
    name = _COMMON.get(port)
    return f"{protocol}/{port} ({name})" if name else f"{protocol}/{port}"
