"""Moves, closures, mergers and divisions of agencies as use cases: what each of them does to the files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.inventory import AgencyFile, Inventory
from secaudit.pipeline.restructuring import NewAgency, Restructured, Restructuring, networks_for

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Order:
    """What all changes of agencies share."""

    folder: Path
    inventory: Inventory
    today: date
    first: date | None = None
    """First day of the new order; None is today."""
    document: str | None = None
    """The decision behind it."""

    @property
    def day(self) -> date:
        """First day of the new order."""
        return self.first or self.today

    def begin(self) -> Restructuring:
        """An empty restructuring."""
        if self.day > self.today:
            raise UsageError(
                msg("{day} has not come yet", day=self.day.isoformat()), hint=msg("enter the change when it has happened")
            )
        return Restructuring(self.folder, self.inventory)


def move_records(order: Order, names: Sequence[str], to: str, *, networks: bool = False) -> Restructured:
    """Machines and systems stand in another agency from a day on; ``networks``: those they stand in become networks of it."""
    made = order.begin()
    made.agency(to)
    made.move(names, to, order.first, order.document, order.today)
    if networks:
        wanted = set(names)
        for file in order.inventory.agencies:
            found = networks_for(file.agency, (one for one in file.endpoints if one.id in wanted))
            made.make(to, NewAgency(), order.day, found)
    return made.result()


def close_agency(order: Order, name: str, into: Sequence[str]) -> Restructured:
    """An agency ends; what it declares stays in its file as history."""
    made = order.begin()
    for successor in into:
        made.agency(successor)
    made.close(name, order.day - _DAY, into)
    if len(into) == 1 and (owned := made.owned(name)):
        made.move(owned, into[0], order.day, order.document, order.today)
    return made.result()


def merge_agencies(order: Order, names: Sequence[str], into: str, new: NewAgency) -> Restructured:
    """Everything of several agencies stands in one from a day on; one of them may be the one that takes up the others."""
    made = order.begin()
    ending = [made.agency(name) for name in dict.fromkeys(names) if name != into]
    if not ending:
        raise UsageError(msg("nothing is left to merge into {id}", id=into), hint=msg("name the agencies that end"))
    tiers = {file.agency.tier for file in ending}
    if not new.tier and len(tiers) == 1:
        new = replace(new, tier=tiers.pop().value)
    open_ones = [file.agency.id for file in ending if not file.agency.networks and any(one.address for one in file.endpoints)]
    networks = [] if open_ones else [str(network) for file in ending for network in file.agency.networks]
    for name in open_ones:
        made.remark(msg("{id} names no networks: add those of {into} to its file by hand", id=name, into=into))
    made.make(into, new, order.day, networks, [use for file in ending for use in file.uses])
    for file in ending:
        _empty(made, order, file, into)
    made.remark(msg("{id} has to send and confirm its own list: until it is accepted, no target is met", id=into))
    return made.result()


def _empty(made: Restructuring, order: Order, file: AgencyFile, into: str) -> None:
    name = file.agency.id
    made.move([*made.held(name), *made.owned(name)], into, order.day, order.document, order.today)
    made.close(name, order.day - _DAY, [into])
    if file.people is not None:
        made.remark(msg("head counts of {id} are not added up: {into} declares its own", id=name, into=into))


def split_agency(order: Order, name: str, into: Mapping[str, NewAgency], gives: Mapping[str, str]) -> Restructured:
    """What one agency has goes to several; named among them, it stays and keeps what is given to it."""
    made = order.begin()
    file = made.agency(name)
    own = [*made.held(name), *made.owned(name)]
    check_gifts(own, into, gives)
    left = unanswered(own, gives)
    if left:
        raise UsageError(
            msg("nobody said where {count} records go: {ids}", count=len(left), ids=", ".join(left[:10])),
            hint=msg("give them with --give AGENCY=ID,ID or in a list (--list)"),
        )
    for agency, new in into.items():
        if agency == name:
            continue
        tier = new.tier or file.agency.tier.value
        machines = [one for one in file.endpoints if gives[one.id] == agency]
        made.make(agency, replace(new, tier=tier), order.day, networks_for(file.agency, machines))
        made.move([one for one in own if gives[one] == agency], agency, order.day, order.document, order.today)
        made.remark(msg("{id} has to send and confirm its own list: until it is accepted, no target is met", id=agency))
    if name not in into:
        made.close(name, order.day - _DAY, list(into))
    if file.people is not None or file.uses:
        made.remark(msg("head counts and shared systems of {id} are not divided: each agency declares its own", id=name))
    return made.result()


def unanswered(own: Iterable[str], gives: Mapping[str, str]) -> list[str]:
    """Records of which nobody said where they go."""
    return [one for one in own if one not in gives]


def check_gifts(own: Iterable[str], into: Iterable[str], gives: Mapping[str, str]) -> None:
    """:class:`UsageError` for records the agency does not have, and for agencies nobody named."""
    known, targets = set(own), list(into)
    strange = [one for one in gives if one not in known]
    if strange:
        raise UsageError(
            msg("the agency has no machine or system called {ids}", ids=", ".join(strange[:10])),
            hint=msg("ids stand in its file; a star stands for any letters"),
        )
    nowhere = sorted({agency for agency in gives.values() if agency not in targets})
    if nowhere:
        raise UsageError(
            msg("{ids} is not among the agencies it is split into", ids=", ".join(nowhere)),
            hint=msg("agencies: {ids}", ids=", ".join(targets)),
        )
