"""What a search of networks found, and what that means for the declared inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secaudit.messages import Message


class SearchMethod(StrEnum):
    """How addresses were tried."""

    NMAP_ROOT = "nmap-root"
    """With raw packets: also shows machines that answer on none of the ports, and hardware addresses of the own segment."""
    NMAP = "nmap"
    """Without root: connection attempts only."""
    TCP = "tcp"
    """Without nmap: connection attempts of our own, no recognition of services beyond their greeting."""


class Device(StrEnum):
    """What an answering address most probably is."""

    WINDOWS = "windows"
    LINUX = "linux"
    COMPUTER = "computer"
    """A computer whose system nothing tells."""
    PRINTER = "printer"
    NETWORK = "network"
    """Router, switch, access point, firewall."""
    CAMERA = "camera"
    PHONE = "phone"
    STORAGE = "storage"
    UNKNOWN = "unknown"
    """Counts as a machine until somebody knows better."""


SET_ASIDE = frozenset({Device.PRINTER, Device.NETWORK, Device.CAMERA, Device.PHONE})
"""No endpoints in the sense of the plan; storage is one, for people keep files on it."""


@dataclass(frozen=True, slots=True)
class Service:
    """One open port."""

    port: int
    name: str = ""
    """As nmap or the port's registration calls it, ``ssh``; untrusted text."""
    product: str = ""
    """Untrusted text of the machine."""


@dataclass(frozen=True, slots=True)
class HostFound:
    """One address that answered."""

    address: str
    agency: str
    """Whose network it is in; empty for networks that no agency declares."""
    at: datetime
    services: tuple[Service, ...] = ()
    """By port; empty when it answered without an open port."""
    device: Device = Device.UNKNOWN
    because: tuple[str, ...] = ()
    """What the guess rests on, words of :mod:`secaudit.discover`, ``port:9100``."""
    name: str = ""
    """Host name it gave, untrusted."""
    mac: str = ""
    vendor: str = ""
    host_key: str = ""
    """Fingerprint of its SSH host key, ``SHA256:...``; the machine is known by it across addresses."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search of networks."""

    number: int
    run: int | None
    started_at: datetime
    finished_at: datetime | None
    """None while it is under way or was interrupted: it can be taken up again."""
    who: str
    method: SearchMethod
    networks: tuple[str, ...]
    """All that were to be searched, in order."""
    done: tuple[str, ...]
    agencies: tuple[str, ...]
    ports: tuple[int, ...]
    outside: bool = False
    """Networks that no agency declares were named expressly."""
    owners: tuple[str, ...] = ()
    """For which agency each of ``networks`` is searched; empty for networks that no agency declares."""

    @property
    def left(self) -> tuple[tuple[str, str], ...]:
        """Agency and network of what is still to be searched, in order."""
        done = set(self.done)
        return tuple(part for part in zip(self.owners, self.networks, strict=True) if part[1] not in done)


@dataclass(frozen=True, slots=True)
class SearchedNetwork:
    """The newest time that one network was searched for an agency."""

    agency: str
    network: str
    at: datetime
    """When the last of its addresses had been tried."""
    search: int
    method: SearchMethod
    ports: tuple[int, ...]
    answered: int
    """Addresses in it that answered when they were last tried; 0 proves little: perhaps it cannot be reached from there."""


@dataclass(frozen=True, slots=True)
class AgencyFound:
    """What the newest searches of one agency's networks found."""

    agency: str
    networks: tuple[SearchedNetwork, ...]
    """By network. Where a smaller one was searched again since, only that part of the larger one is newer."""
    hosts: tuple[HostFound, ...]
    """By address, each from the newest search of its address."""


class Meeting(StrEnum):
    """How a declared machine and what was found go together."""

    ANSWERING = "answering"
    """Declared, and its address answers."""
    SILENT = "silent"
    """Declared with an address that was searched, and nothing answers there."""
    UNDECLARED = "undeclared"
    """Answers, and nobody declares it."""
    OTHER_MACHINE = "other_machine"
    """The declared address answers, but with the identity of another machine."""
    MOVED = "moved"
    """A declared machine answers at an address that is not the declared one."""
    RETIRED_ALIVE = "retired_alive"
    """Declared as retired, and it answers."""
    SET_ASIDE = "set_aside"
    """Answers, and is no endpoint: printer, network gear."""
    ISOLATED_ALIVE = "isolated_alive"
    """Its name or number belongs to a machine declared as isolated, which must not be on any network."""


@dataclass(frozen=True, slots=True)
class Met:
    """One line of a reconciliation."""

    kind: Meeting
    agency: str
    endpoint: str = ""
    """Declared machine; empty when none is."""
    host: HostFound | None = None
    """None when nothing answered."""
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class AgencyCount:
    """The numbers of one agency side by side (fewer declared than found, or than the asset register)."""

    agency: str
    declared: int
    """In use."""
    answering: int
    undeclared: int
    register: int | None
    in_use: int | None
    """As the agency counts itself."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A person said what an undeclared address is, and why it is no endpoint."""

    agency: str
    address: str
    device: Device
    reason: str
    who: str
    at: datetime
    like: Mapping[str, str]
    """``mac``, ``host_key``, ``ports`` at that time: when the address answers differently, the word no longer holds."""
