"""Zones and addresses (331: 22.3.d): the plan as declared, and the machines whose addresses stand outside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

from secaudit.model.inventory import AgencyFile
from secaudit.model.system import System
from secaudit.pipeline.dossier.devices import DeviceRow

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One zone with its addresses."""

    name: str | None
    purpose: str | None
    private: tuple[str, ...]
    public: tuple[str, ...]
    devices: int
    """Machines of the list whose address lies in it."""
    source: Literal["system", "agency"]
    """``agency``: no zone of the system is declared, these are the networks of its agency."""


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """Zones, and what does not fit them."""

    rows: tuple[ZoneRow, ...] = ()
    outside: tuple[tuple[str, str], ...] = ()
    """Device and address that no declared network holds."""
    named: tuple[tuple[str, str], ...] = ()
    """Device and host name: which address is behind it nobody declared."""
    without: int = 0
    """Machines without any address."""


def zone_plan(system: System, agency: AgencyFile | None, devices: Iterable[DeviceRow]) -> ZonePlan:
    """The system's own zones; where it declares none, the networks of its agency, each as a zone without a name."""
    addresses: list[tuple[str, IPv4Address | IPv6Address]] = []
    named: list[tuple[str, str]] = []
    without = 0
    for device in devices:
        if device.address is None:
            without += 1
        elif (address := _address(device.address)) is not None:
            addresses.append((device.title, address))
        else:
            named.append((device.title, device.address))
    zones = [(zone.name, zone.purpose, zone.networks) for zone in system.zones]
    plan: Sequence[tuple[str | None, str | None, tuple[Network, ...]]] = zones
    source: Literal["system", "agency"] = "system"
    if not zones and agency is not None:
        plan, source = [(None, None, (network,)) for network in agency.agency.networks], "agency"
    rows = [
        ZoneRow(
            name,
            purpose,
            tuple(str(network) for network in networks if not _public(network)),
            tuple(str(network) for network in networks if _public(network)),
            sum(1 for _, address in addresses if _inside(address, networks)),
            source,
        )
        for name, purpose, networks in plan
    ]
    declared = tuple(network for _, _, networks in plan for network in networks)
    outside = tuple((device, str(address)) for device, address in addresses if not _inside(address, declared))
    return ZonePlan(tuple(rows), outside, tuple(named), without)


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(written)
    except ValueError:
        return None


def _inside(address: IPv4Address | IPv6Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _public(network: Network) -> bool:
    """Reachable from everywhere; loopback, which stands for private ranges in the sample province, is not."""
    return network.is_global
