"""What answers in the agencies' networks, against what is declared: a line for every machine, numbers for every agency. Pure.

Every address that answered stands in exactly one line of its own, and every machine in use whose address was searched in exactly
one: it answers where it is declared, answers elsewhere, another machine answers at its address, or nothing does. (A machine whose
address another one took has a line without that other machine being counted for it: what answers there has its own.)
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from secaudit.intake.matching import host_key
from secaudit.inventory.addresses import canonical, parse_ip
from secaudit.messages import Message, msg
from secaudit.model.discovery import SET_ASIDE, AgencyCount, AgencyFound, Device, HostFound, Meeting, Met, SetAside
from secaudit.model.inventory import AgencyFile, EndpointKind, Inventory
from secaudit.pipeline.recognising import Basis, Claim, Declared, Marks, claims, order, was_searched

NO_COMPUTER = frozenset({Device.PRINTER, Device.CAMERA, Device.PHONE})
"""What a machine declared as a computer is surely not; what looks like a router may be a server that routes."""
BEYOND = (Meeting.UNDECLARED, Meeting.RETIRED_ALIVE)
"""Lines of machines beyond the list of those in use: figures count them."""
_KINDS = tuple(Meeting)


@dataclass(frozen=True)
class Reconciliation:
    """The newest searches of all agencies against one inventory."""

    lines: tuple[Met, ...] = ()
    """By agency, class and address or id."""
    found: Mapping[str, AgencyFound] = field(default_factory=dict)
    """Agency -> what it rests on; empty id for networks that no agency declares."""
    counts: Mapping[str, AgencyCount] = field(default_factory=dict)
    """Agency -> numbers side by side, of agencies that were searched or whose machines were met elsewhere."""

    def by_agency(self) -> dict[str, list[Met]]:
        """Lines by agency."""
        groups: dict[str, list[Met]] = {}
        for line in self.lines:
            groups.setdefault(line.agency, []).append(line)
        return groups

    def beyond(self) -> dict[str, list[HostFound]]:
        """Agency -> machines that answer beyond its list of machines in use."""
        groups: dict[str, list[HostFound]] = {}
        for line in self.lines:
            if line.kind in BEYOND and line.host is not None:
                groups.setdefault(line.agency, []).append(line.host)
        return groups


def reconcile(
    inventory: Inventory,
    found: Mapping[str, AgencyFound],
    marks: Mapping[str, Marks],
    set_asides: Mapping[tuple[str, str], SetAside],
    *,
    day: date,
) -> Reconciliation:
    """Of agencies that exist on ``day``. ``found``: newest searches; ``set_asides``: by agency and address, the newest word."""
    files = [file for file in inventory.agencies if file.agency.exists_on(day)]
    declared = Declared(inventory, files, marks)
    # What was found in the networks of an agency that is closed is history: whoever took them over is to be searched.
    closed = {file.agency.id for file in inventory.agencies} - {file.agency.id for file in files}
    present = {agency: one for agency, one in found.items() if agency not in closed}
    answered = [host for one in present.values() for host in one.hosts]
    hosts, others = _machines(declared, sorted(answered, key=lambda one: (one.agency, order(one.address))))
    work = _Work(declared, present, claims(declared, hosts), set_asides, others)
    lines = tuple(sorted((*work.machines(hosts), *work.declared_machines(hosts)), key=_sorting))
    tally = Counter((line.agency, line.kind) for line in lines)
    named = {*present, *(line.agency for line in lines)}
    counts = {file.agency.id: _count(file, tally) for file in files if file.agency.id in named}
    return Reconciliation(lines, present, counts)


def _sorting(line: Met) -> tuple[str, int, tuple[int, int], str, str]:
    address, whose = (line.host.address, line.host.agency) if line.host is not None else ("", "")
    return line.agency, _KINDS.index(line.kind), order(address), whose, line.endpoint


def _machines(declared: Declared, hosts: Iterable[HostFound]) -> tuple[list[HostFound], dict[HostFound, tuple[str, ...]]]:
    """One host for each machine, and further addresses of it.

    The same host key and the same name are one machine with several addresses. A key alone is not: images that were copied carry
    it to all of them. A machine at the declared address of another one stands for itself.
    """
    groups: dict[tuple[str, str, str], list[HostFound]] = {}
    alone: list[HostFound] = []
    for host in hosts:
        name = host_key(host.name)
        if name and host.host_key and not declared.at(host):
            groups.setdefault((host.agency, host.host_key, name), []).append(host)
        else:
            alone.append(host)
    at_home = {(one.agency, one.host_key, host_key(one.name)): one for one in reversed(alone) if one.host_key and one.name}
    others: dict[HostFound, tuple[str, ...]] = {}
    for key, group in groups.items():
        first = at_home.get(key)
        rest = group if first is not None else group[1:]
        if first is None:
            first = group[0]
            alone.append(first)
        others[first] = tuple(one.address for one in rest)
    return alone, others


class _Work:
    """One reconciliation."""

    def __init__(
        self,
        declared: Declared,
        found: Mapping[str, AgencyFound],
        claimed: Mapping[HostFound, Claim],
        set_asides: Mapping[tuple[str, str], SetAside],
        others: Mapping[HostFound, tuple[str, ...]],
    ) -> None:
        self._declared = declared
        self._found = found
        self._claimed = claimed
        self._met = {claim.endpoint for claim in claimed.values()}
        self._set_asides = set_asides
        self._others = others

    def machines(self, hosts: Iterable[HostFound]) -> Iterator[Met]:
        """The line of every host."""
        for host in hosts:
            for line in self._lines_of(host):
                yield self._with_addresses(line)

    def _lines_of(self, host: HostFound) -> Iterator[Met]:
        claim = self._claimed.get(host)
        if claim is not None:
            yield self._claim(host, claim)
            return
        here = [name for name in self._declared.at(host) if self._stands(name, host)]
        standing = [name for name in here if self._declared.endpoints[name].status == "in_use"]
        if standing:
            for name in standing:
                yield Met(Meeting.ANSWERING, self._declared.agency[name], name, host)
            return
        aside = self._aside(host)
        if aside is not None:
            yield Met(Meeting.SET_ASIDE, host.agency, host=host, reason=aside)
        elif here:
            reason = msg("it answers at the address of a machine that is declared as retired")
            yield Met(Meeting.RETIRED_ALIVE, self._declared.agency[here[0]], here[0], host, reason)
        else:
            yield Met(Meeting.UNDECLARED, host.agency, host=host, reason=self._stranger(host))

    def _claim(self, host: HostFound, claim: Claim) -> Met:
        endpoint, agency = self._declared.endpoints[claim.endpoint], self._declared.agency[claim.endpoint]
        basis = BASES[claim.basis]
        if endpoint.kind is EndpointKind.ISOLATED:
            reason = msg("{basis} of a machine that is declared as isolated and must not be on any network", basis=basis)
            return Met(Meeting.ISOLATED_ALIVE, agency, endpoint.id, host, reason)
        if endpoint.status == "retired":
            said = self._said(host)
            if said is not None and said.device in SET_ASIDE:
                return Met(Meeting.SET_ASIDE, host.agency, host=host, reason=_by_person(said))
            return Met(Meeting.RETIRED_ALIVE, agency, endpoint.id, host, msg("recognised by {basis}", basis=basis))
        if endpoint.id in self._declared.at(host):
            again = msg("its host key is not the one known: set up again, or replaced")
            contradicted = self._declared.marks(endpoint.id).contradict(host)
            return Met(Meeting.ANSWERING, agency, endpoint.id, host, again if contradicted else None)
        if endpoint.address is None or parse_ip(endpoint.address) is None:
            return Met(Meeting.ANSWERING, agency, endpoint.id, host, msg("recognised by {basis}", basis=basis))
        reason = msg(
            "declared at {declared}, answers at {address}; recognised by {basis}",
            declared=endpoint.address, address=host.address, basis=basis,
        )  # fmt: skip
        return Met(Meeting.MOVED, agency, endpoint.id, host, reason)

    def _stands(self, name: str, host: HostFound) -> bool:
        """Whether the host at a machine's address may be it: the machine is not met elsewhere, and nothing tells them apart."""
        return name not in self._met and (self._shared(host) or self._apart(name, host) is None)

    def _shared(self, host: HostFound) -> bool:
        """Whether several machines stand behind this address, on ports of their own: its marks are those of one of them."""
        return len(self._declared.at(host)) > 1

    def _apart(self, name: str, host: HostFound) -> Message | None:
        marks = self._declared.marks(name)
        claim = self._claimed.get(host)
        if claim is not None and claim.endpoint != name:
            return msg("what answers there is {machine}", machine=claim.endpoint)
        if marks.contradict(host):
            return msg("what answers there shows another host key or hardware address than this machine's")
        if marks.misnamed(host):
            return msg("what answers there calls itself {name}", name=host.name)
        if host.device in NO_COMPUTER:
            return msg("what answers there is no computer")
        return None

    def _said(self, host: HostFound) -> SetAside | None:
        """What a person said of the host, while it still fits."""
        said = self._set_asides.get((host.agency, canonical(host.address)))
        return said if said is not None and still_fits(said, host) else None

    def _aside(self, host: HostFound) -> Message | None:
        """Why the host is no endpoint; None when it counts as one. A person knows better than the evidence."""
        said = self._said(host)
        if said is not None:
            return _by_person(said) if said.device in SET_ASIDE else None
        return msg("set aside by what it answers") if host.device in SET_ASIDE else None

    def _stranger(self, host: HostFound) -> Message | None:
        """What may help to find out whose an undeclared machine is."""
        claim = self._declared.claim(host)
        if claim is not None:
            return msg("{basis} of {machine}, which answers elsewhere: a second connection, or a copy of it",
                       basis=BASES[claim.basis], machine=claim.endpoint)  # fmt: skip
        taken = next((name for name in self._declared.at(host)), None)
        if taken is not None:
            return msg("it answers at the address that is declared for {machine}, and is another machine", machine=taken)
        return None

    def _with_addresses(self, line: Met) -> Met:
        further = self._others.get(line.host, ()) if line.host is not None else ()
        if not further:
            return line
        also = msg("the same machine answers at {addresses} too", addresses=", ".join(further))
        return replace(line, reason=also if line.reason is None else msg("{one}; {other}", one=line.reason, other=also))

    def declared_machines(self, hosts: Iterable[HostFound]) -> Iterator[Met]:
        """Lines of machines in use whose address was searched and that were met nowhere."""
        at_home: dict[str, HostFound] = {}
        for host in hosts:
            for name in self._declared.at(host):
                at_home.setdefault(name, host)
        for name, place in self._declared.place.items():
            endpoint, agency = self._declared.endpoints[name], self._declared.agency[name]
            if endpoint.status != "in_use" or name in self._met or not was_searched(place, self._found):
                continue
            there = at_home.get(name)
            if there is None:
                yield Met(Meeting.SILENT, agency, name)
            elif self._shared(there):
                if there in self._claimed:
                    yield Met(Meeting.ANSWERING, agency, name, there)
            elif (reason := self._apart(name, there)) is not None:
                yield Met(Meeting.OTHER_MACHINE, agency, name, there, reason)


BASES: Mapping[Basis, Message] = {
    Basis.HOST_KEY: msg("the host key"),
    Basis.MAC: msg("the hardware address"),
    Basis.NAME: msg("the host name"),
}


def _by_person(said: SetAside) -> Message:
    return msg("set aside by {who}: {reason}", who=said.who, reason=said.reason)


def still_fits(said: SetAside, host: HostFound) -> bool:
    """Whether a person's word about an address still holds: nothing answers there that did not answer then."""
    then, now = said.like, likeness(host)
    for mark in ("mac", "host_key", "name"):
        if now[mark] and then.get(mark, "") != now[mark] and (then.get(mark) or mark == "host_key"):
            return False
    return set(now["ports"].split()) <= set(then.get("ports", "").split())


def likeness(host: HostFound) -> dict[str, str]:
    """What an address answers, to be compared with later answers."""
    return {
        "mac": host.mac.lower(),
        "host_key": host.host_key,
        "name": host_key(host.name),
        "ports": " ".join(str(service.port) for service in host.services),
    }


def _count(file: AgencyFile, tally: Mapping[tuple[str, Meeting], int]) -> AgencyCount:
    agency, register = file.agency.id, file.agency.asset_register
    return AgencyCount(
        agency,
        declared=sum(1 for one in file.endpoints if one.status == "in_use"),
        answering=sum(tally[agency, kind] for kind in (Meeting.ANSWERING, Meeting.MOVED)),
        undeclared=tally[agency, Meeting.UNDECLARED],
        register=register.computers if register is not None else None,
        in_use=file.agency.machines_in_use,
    )
