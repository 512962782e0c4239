"""Which declared machine an address that answered is: by host key, by hardware address, by host name. Pure.

The stronger mark decides, and in doubt it decides nothing:

* a host key or hardware address belongs to one declared machine, whoever declares it; where several are known by it (images that
  were copied carry their key along), it tells none of them;
* a host name belongs to one machine of its agency, when no other address gives it and neither key nor hardware contradicts.

An address is no mark of a machine: it only says where to look. Of machines behind a jump host it says nothing at all.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from secaudit.intake.matching import host_key
from secaudit.inventory.addresses import canonical, parse_ip
from secaudit.model.discovery import AgencyFound, HostFound
from secaudit.model.inventory import AgencyFile, Endpoint, EndpointKind, Inventory

NETBIOS = 15
"""Characters of a Windows name that are told in a network; longer names are cut there."""


class Basis(IntEnum):
    """What a recognition rests on, the strongest first."""

    HOST_KEY = 0
    MAC = 1
    NAME = 2


@dataclass(frozen=True, slots=True)
class Marks:
    """What one machine is known by wherever it answers."""

    keys: frozenset[str] = frozenset()
    """Fingerprints of its SSH host keys, as confirmed."""
    macs: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    """Its id and every name it is called by, in one spelling."""
    called: frozenset[str] = frozenset()
    """Those of ``names`` that are surely its host name: declared as such, or given by the machine."""

    def contradict(self, host: HostFound) -> bool:
        """Whether the host shows a key or hardware address that is not this machine's."""
        return bool(
            (self.keys and host.host_key and host.host_key not in self.keys)
            or (self.macs and host.mac and host.mac.lower() not in self.macs)
        )

    def misnamed(self, host: HostFound) -> bool:
        """Whether the host gives a name that is not this machine's."""
        name = host_key(host.name)
        return bool(self.called and name and not self.called & {name, name[:NETBIOS]})


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Claim:
    """A found host is this declared machine, as far as its marks say."""

    endpoint: str
    basis: Basis


Place = tuple[str, str]
"""Agency in whose network it lies (empty for networks that no agency declares), and the address in one spelling."""


class _Networks:
    """Whose networks an address lies in, without asking every network."""

    def __init__(self, agencies: Iterable[AgencyFile]) -> None:
        self._owners: dict[IPv4Network | IPv6Network, list[str]] = {}
        for file in agencies:
            for network in file.agency.networks:
                self._owners.setdefault(network, []).append(file.agency.id)
        self._lengths = sorted({(network.version, network.prefixlen) for network in self._owners})

    def owners(self, address: str) -> list[str]:
        """Each agency once."""
        version = ip_address(address).version
        around = (ip_network((address, length), strict=False) for of, length in self._lengths if of == version)
        return list(dict.fromkeys(agency for network in around for agency in self._owners.get(network, ())))


class Declared:
    """The machines of the agencies that exist, by everything an answering address can be recognised by."""

    def __init__(self, inventory: Inventory, agencies: Collection[AgencyFile], marks: Mapping[str, Marks]) -> None:
        """``marks``: endpoint -> what it is known by; machines without any are known by where they stand only."""
        self.endpoints: dict[str, Endpoint] = {one.id: one for file in agencies for one in file.endpoints}
        self.agency = {one.id: file.agency.id for file in agencies for one in file.endpoints}
        self._direct = {name for name, one in self.endpoints.items() if inventory.access_of(one).via is None}
        self._ports = {name: inventory.access_of(one).port for name, one in self.endpoints.items()}
        self._marks = {name: marks.get(name, NO_MARKS) for name in self.endpoints}
        self._networks = _Networks(agencies)
        self._by_key: dict[str, list[str]] = {}
        self._by_mac: dict[str, list[str]] = {}
        self._by_name: dict[tuple[str, str], list[str]] = {}
        self._at: dict[Place, list[str]] = {}
        self.place: dict[str, Place] = {}
        for name in sorted(self.endpoints):
            self._add(name)

    def _add(self, name: str) -> None:
        endpoint, marks = self.endpoints[name], self._marks[name]
        for key in marks.keys:
            self._by_key.setdefault(key, []).append(name)
        for mac in marks.macs:
            self._by_mac.setdefault(mac, []).append(name)
        if name not in self._direct:
            return
        for called in marks.names:
            self._by_name.setdefault((self.agency[name], called), []).append(name)
        place = self._place(name, endpoint)
        if place is not None and endpoint.kind is not EndpointKind.ISOLATED:
            self.place[name] = place
            self._at.setdefault(place, []).append(name)

    def _place(self, name: str, endpoint: Endpoint) -> Place | None:
        """Where a direct search could meet it: in a network of its own agency, else in the one network that holds its address."""
        address = parse_ip(endpoint.address) if endpoint.address is not None else None
        if address is None:
            return None
        spelled = canonical(str(address))
        owners, own = self._networks.owners(spelled), self.agency[name]
        if own in owners or not owners:
            return own if owners else "", spelled
        return (owners[0], spelled) if len(owners) == 1 else None

    def marks(self, endpoint: str) -> Marks:
        """What it is known by."""
        return self._marks[endpoint]

    def at(self, host: HostFound) -> list[str]:
        """Machines declared where the host answers: those in use before those retired.

        Of several in use behind one address, those whose way in is open.
        """
        found = self._at.get((host.agency, canonical(host.address)), [])
        standing = [name for name in found if self.endpoints[name].status == "in_use"]
        if not standing:
            return found[:1]
        open_ports = {service.port for service in host.services}
        return standing if len(standing) == 1 else [name for name in standing if self._ports[name] in open_ports] or standing

    def claim(self, host: HostFound) -> Claim | None:
        """The one machine whose marks the host shows."""
        here = self.at(host)
        for basis, named in (
            (Basis.HOST_KEY, self._by_key.get(host.host_key, []) if host.host_key else []),
            (Basis.MAC, self._by_mac.get(host.mac.lower(), []) if host.mac else []),
        ):
            if len(named) == 1:
                return Claim(named[0], basis)
            both = [name for name in named if name in here]
            if len(both) == 1:
                return Claim(both[0], basis)
        return self._named(host, here)

    def _named(self, host: HostFound, here: Collection[str]) -> Claim | None:
        key = host_key(host.name)
        if not key:
            return None
        named = self._by_name.get((host.agency, key)) or [
            name for name in self._by_name.get((host.agency, key[:NETBIOS]), []) if self._is_cut(name, key[:NETBIOS])
        ]
        isolated = [name for name in named if self.endpoints[name].kind is EndpointKind.ISOLATED]
        if isolated:
            return Claim(isolated[0], Basis.NAME)
        # At its own address under its own name with another key: set up again. Elsewhere it is somebody else.
        fitting = [name for name in named if name in here or not self._marks[name].contradict(host)]
        in_use = [name for name in fitting if self.endpoints[name].status == "in_use"] or fitting
        return Claim(in_use[0], Basis.NAME) if len(in_use) == 1 else None

    def _is_cut(self, endpoint: str, name: str) -> bool:
        """Whether the machine is known under no longer name than this, which may be the beginning of another one's."""
        return not any(one.startswith(name) and one != name for one in self._marks[endpoint].names)


_Rank = tuple[int, bool, bool, tuple[int, int], str]


def claims(declared: Declared, hosts: Iterable[HostFound]) -> dict[HostFound, Claim]:
    """Host -> the machine it is; of several hosts with a machine's marks the best one, of names alone only that at its address.

    The stronger mark goes first, then the declared address, then the machine's own agency, then the lowest address.
    """
    by_machine: dict[str, list[tuple[_Rank, HostFound, Claim]]] = {}
    found: dict[HostFound, Claim] = {}
    for host in hosts:
        claim = declared.claim(host)
        if claim is None:
            continue
        if declared.endpoints[claim.endpoint].kind is EndpointKind.ISOLATED:
            found[host] = claim
            continue
        away, abroad = claim.endpoint not in declared.at(host), host.agency != declared.agency[claim.endpoint]
        rank = (int(claim.basis), away, abroad, order(host.address), host.agency)
        by_machine.setdefault(claim.endpoint, []).append((rank, host, claim))
    for claiming in by_machine.values():
        claiming.sort(key=lambda item: item[0])
        rank, host, claim = claiming[0]
        alone = len(claiming) == 1 or claim.basis is not Basis.NAME or not rank[1]
        if alone:
            found[host] = claim
    return found


def order(address: str) -> tuple[int, int]:
    """Addresses in the order of their numbers; what is none goes last."""
    try:
        value = ip_address(address)
    except ValueError:
        return 9, 0
    return value.version, int(value)


def was_searched(place: Place, found: Mapping[str, AgencyFound]) -> bool:
    """Whether the newest searches tried the address; an address of a network that nobody searched is not silent."""
    agency, address = place
    searched = found.get(agency)
    if searched is None:
        return False
    spelled = ip_address(address)
    return any(spelled in ip_network(part.network) for part in searched.networks)
