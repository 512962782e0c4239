"""Agencies change: what moves, which files become what, and what people should look at; nothing is written here.

Ids never change, so that evidence, outcomes and figures of the past stay attached. Where a record stood before is written on the
record itself (``formerly``), and the tree of any past day follows from that (:meth:`secaudit.model.inventory.Inventory.on`).
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from secaudit.errors import Problem, UsageError
from secaudit.messages import Message, msg
from secaudit.model.inventory import Agency, AgencyFile, Endpoint, Inventory
from secaudit.model.system import System
from secaudit.pipeline.staging import Change, change_of, check_changes, read_bytes
from secaudit.source import did_you_mean, notes_of, parse_yaml

Record = System | Endpoint
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """One record on its way."""

    id: str
    machine: bool
    before: str
    after: str
    until: date
    """Last day in the agency ``before``."""


@dataclass(frozen=True, slots=True)
class Restructured:
    """What a change of agencies would make of the inventory."""

    changes: tuple[Change, ...]
    """Files that gain records first."""
    moved: tuple[Moved, ...]
    made: tuple[str, ...]
    """Agencies that get a file."""
    closed: Mapping[str, date]
    """Agency -> its last day."""
    staying: tuple[str, ...]
    """Machines in use and operating systems that stay in an agency that is closed: they count no more."""
    remarks: tuple[Message, ...]
    """What keeps working, and what somebody has to do."""
    inventory: Inventory | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class NewAgency:
    """What has to be known of an agency that gets a file."""

    name: str = ""
    tier: str = ""


@dataclass
class Restructuring:
    """Steps are collected on the data of the files; :meth:`result` shows what they come to."""

    folder: Path
    inventory: Inventory
    _data: dict[str, dict[str, object]] = field(default_factory=dict)
    _notes: dict[str, Sequence[str]] = field(default_factory=dict)
    _moved: list[Moved] = field(default_factory=list)
    _made: list[str] = field(default_factory=list)
    _closed: dict[str, date] = field(default_factory=dict)
    _remarks: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Look agencies up by id."""
        self._files = {one.agency.id: one for one in self.inventory.agencies}

    def agency(self, name: str) -> AgencyFile:
        """The file of an agency; :class:`UsageError` when there is none."""
        if name not in self._files:
            near = did_you_mean(name, self._files)
            raise UsageError(msg("there is no agency called {id}", id=name), hint=near or msg("ids stand in agencies/*.yaml"))
        return self._files[name]

    def move(self, names: Iterable[str], to: str, first: date | None, document: str | None, today: date) -> None:
        """Move machines and systems; ``first`` is their first day in ``to``: by default today, or the day after their agency."""
        for name in dict.fromkeys(names):
            record, before = self._find(name)
            if before == to:
                raise UsageError(msg("{id} stands in {agency} already", id=name, agency=to), hint=msg("leave it out"))
            ended = self._files[before].agency.valid_until
            day = first or (min(today, ended + _DAY) if ended is not None else today)
            if day > today:
                raise UsageError(
                    msg("{day} has not come yet", day=day.isoformat()), hint=msg("enter the change when it has happened")
                )
            self._takes(to, day)
            if record.formerly and record.formerly[-1].until >= day - _DAY:
                until = record.formerly[-1].until.isoformat()
                raise UsageError(
                    msg("{id} moved after {day} already", id=name, day=until),
                    hint=msg("give a later day with --on, or correct formerly in its file"),
                )
            former = {"agency": before, "until": day - _DAY, **({"document": document} if document else {})}
            self._carry(record, before, to, former)
            self._moved.append(Moved(name, isinstance(record, Endpoint), before, to, day - _DAY))

    def make(self, name: str, new: NewAgency, first: date, networks: Sequence[str] = (), uses: Sequence[str] = ()) -> None:
        """A file for an agency that has none; one that has keeps its own and gets networks and shared systems added."""
        if name in self._files:
            data = self._of(name)
            agency = _mapping(data, "agency")
            own = list(_items(agency, "networks"))
            located = any(one.address for one in self._files[name].endpoints)
            if networks and (own or not located):
                _extend(agency, "networks", networks)
            _extend(data, "uses", uses)
            return
        if not new.name or not new.tier:
            raise UsageError(
                msg("there is no agency called {id} yet", id=name),
                hint=msg("give its name and tier: --name 'UBND xã ...' --tier commune"),
            )
        head: dict[str, object] = {"id": name, "name": new.name, "tier": new.tier, "valid_from": first}
        if networks:
            head["networks"] = list(dict.fromkeys(networks))
        self._data[name] = {"agency": head, **({"uses": list(dict.fromkeys(uses))} if uses else {})}
        self._made.append(name)
        province = self._of("province")
        if _items(province, "agencies"):
            _extend(province, "agencies", [name])

    def close(self, name: str, last: date, successors: Sequence[str]) -> None:
        """The agency ends; shared systems it owns go to its only successor."""
        agency = self.agency(name).agency
        if agency.valid_until is not None and agency.valid_until != last:
            raise UsageError(
                msg("{id} was closed already, with {day} as its last day", id=name, day=agency.valid_until.isoformat()),
                hint=msg("correct valid_until in its file if that is wrong"),
            )
        head = _mapping(self._of(name), "agency")
        head["valid_until"] = last
        _extend(head, "successors", [one for one in successors if one != name])
        self._closed[name] = last

    def owned(self, name: str) -> list[str]:
        """Shared systems that count for the agency."""
        return [system.id for system in self.inventory.province.shared_systems if system.owner == name]

    def held(self, name: str) -> list[str]:
        """Systems and machines in the file of the agency, in its order."""
        file = self.agency(name)
        return [*(one.id for one in file.systems), *(one.id for one in file.endpoints)]

    def remark(self, message: Message) -> None:
        """Something to be said with the preview."""
        self._remarks.append(message)

    def result(self) -> Restructured:
        """The changed files, checked together with the whole inventory."""
        gaining = {one.after for one in self._moved}
        order = sorted(self._data, key=lambda name: (name not in self._made, name not in gaining, name))
        changes = [change_of(self._path(name), self._data[name], self._notes) for name in order]
        inventory, problems = check_changes(self.folder, changes)
        return Restructured(
            tuple(change for change in changes if change.real),
            tuple(self._moved),
            tuple(self._made),
            dict(self._closed),
            tuple(self._staying()),
            (*self._remarks, *self._references()),
            inventory,
            tuple(problems),
        )

    def _takes(self, to: str, day: date) -> None:
        """What stands in an agency that has ended counts no more: nothing moves there."""
        file = self._files.get(to)
        if file is not None and not file.agency.exists_on(day):
            raise UsageError(
                msg("{id} does not exist on {day}", id=to, day=day.isoformat()),
                hint=msg("name its successor, or another day with --on"),
            )

    def _find(self, name: str) -> tuple[Record, str]:
        for system in self.inventory.province.shared_systems:
            if system.id == name:
                return system, system.owner or ""
        for file in self.inventory.agencies:
            own: tuple[Record, ...] = (*file.systems, *file.endpoints)
            found = next((one for one in own if one.id == name), None)
            if found is not None:
                return found, file.agency.id
        near = did_you_mean(name, {*self.inventory.endpoints, *self.inventory.systems})
        raise UsageError(
            msg("there is no machine or system called {id}", id=name), hint=near or msg("ids stand in agencies/*.yaml")
        )

    def _carry(self, record: Record, before: str, to: str, former: Mapping[str, object]) -> None:
        """Take a record from one file to the other, or give a shared system another owner."""
        if isinstance(record, System) and record.owner is not None:
            shared = next(one for one in _records(self._of("province"), "shared_systems") if one.get("id") == record.id)
            shared["owner"] = to
            shared["formerly"] = [*_items(shared, "formerly"), former]
            return
        part = "endpoints" if isinstance(record, Endpoint) else "systems"
        source, target = self._of(before), self._of(to)
        source[part] = [one for one in _records(source, part) if one.get("id") != record.id]
        moved = record.model_dump(exclude_unset=True)
        moved["formerly"] = [*moved.get("formerly", ()), former]
        target[part] = [*_records(target, part), moved]

    def _of(self, name: str) -> dict[str, object]:
        """The data of a file, to be changed; ``province`` is province.yaml."""
        if name not in self._data:
            if name != "province":
                self.agency(name)
            raw = read_bytes(self._path(name))
            file, _ = parse_yaml(name, raw)
            self._data[name] = deepcopy(file.data) if file is not None and isinstance(file.data, dict) else {}
            self._notes.update(notes_of(raw))
        return self._data[name]

    def _path(self, name: str) -> Path:
        known = self.inventory.sources.get(name)
        return Path(known) if known is not None else self.folder / "agencies" / f"{name}.yaml"

    def _staying(self) -> Iterable[str]:
        gone = {one.id for one in self._moved}
        for name in self._closed:
            file = self._files[name]
            yield from (one.id for one in file.systems if one.status != "stopped" and one.id not in gone)
            yield from (one.id for one in file.endpoints if one.status == "in_use" and one.id not in gone)
            yield from (one for one in self.owned(name) if one not in gone)

    def _references(self) -> Iterable[Message]:
        """Records that point across agencies now: they keep working, because ids stay."""
        place = {one.id: one.after for one in self._moved}
        for name, file in self.inventory.agency_of_endpoint.items():
            machine, here = self.inventory.endpoints[name], place.get(name, file.agency.id)
            via = machine.access.via if machine.access is not None else None
            for other in (*machine.systems, *([via] if via is not None else [])):
                if (name in place) != (other in place) and self._place(other, place) not in ("", here):
                    there = self._place(other, place)
                    yield msg("{id} of {agency} goes on using {other} of {there}", id=name, agency=here, other=other, there=there)
        for system in self.inventory.systems.values():
            here = self._place(system.id, place)
            for other in system.components:
                there = self._place(other, place)
                if (system.id in place) != (other in place) and there != here:
                    yield msg(
                        "{id} of {agency} goes on using {other} of {there}", id=system.id, agency=here, other=other, there=there
                    )

    def _place(self, name: str, moved: Mapping[str, str]) -> str:
        if name in moved:
            return moved[name]
        file = self.inventory.agency_of_endpoint.get(name)
        return file.agency.id if file is not None else self.inventory.owner_of_system.get(name, "")


def networks_for(agency: Agency, machines: Iterable[Endpoint]) -> tuple[str, ...]:
    """The networks of an agency in which these machines stand."""
    found: list[str] = []
    for machine in machines:
        try:
            address = ip_address(machine.address or "")
        except ValueError:
            continue
        found += [
            str(network) for network in agency.networks if address.version == network.version and address in ip_network(network)
        ]
    return tuple(dict.fromkeys(found))


def _mapping(data: Mapping[str, object], name: str) -> dict[str, object]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _items(data: Mapping[str, object], name: str) -> Sequence[object]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _records(data: Mapping[str, object], name: str) -> list[dict[str, object]]:
    return [one for one in _items(data, name) if isinstance(one, dict)]


def _extend(data: dict[str, object], name: str, values: Iterable[str]) -> None:
    """Add what is not there yet; an empty list is not begun."""
    own = _items(data, name)
    new = [value for value in dict.fromkeys(values) if value not in own]
    if new:
        data[name] = [*own, *new]
