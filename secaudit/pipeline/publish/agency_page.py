"""The page of one agency, made for one agency after the other: nothing of an agency is kept when the next one comes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.discovery import Meeting, Met
from secaudit.model.inventory import AgencyFile, EndpointKind, Tier
from secaudit.model.past import NO_PAST, Past
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish import footer_of
from secaudit.pipeline.publish.agencies import agency_tiles
from secaudit.pipeline.publish.agency_actions import Actions
from secaudit.pipeline.publish.agency_changes import ChangesOf
from secaudit.pipeline.publish.agency_machines import MachineReader
from secaudit.pipeline.publish.agency_parts import SystemParts, TargetParts, designated_unit, errand_rows, paper_rows
from secaudit.pipeline.publish.agency_unseen import levers_of, reason_rows
from secaudit.pipeline.publish.machines import check_rows
from secaudit.pipeline.publish.newcomers import newcomer_rows
from secaudit.pipeline.reconciliation_sheet import ORDER, since_when
from secaudit.pipeline.uncollected import uncollected
from secaudit.report.agency_page import AgencyDocument, AgencyHead, OwnMachine
from secaudit.report.document import NewcomerRow, Tile
from secaudit.report.found import FoundRow
from secaudit.store import Store

TOGETHER = 200
"""Machines whose evidence is read from the store at one time; agencies are taken together until they have as many."""


class AgencyPages:
    """Makes the documents of all agencies; everything they share is made once."""

    @uncollected()
    def __init__(
        self, measured: Measured, store: Store | None, past: Past = NO_PAST, made_by: str = "", made_at: datetime | None = None
    ) -> None:
        """``past``: earlier states; ``made_by``: login of who has the pages made; ``made_at``: when."""
        self._measured = measured
        inventory = measured.province.inventory
        self._province = inventory.province.province
        self._day = day_in_vietnam(measured.as_of)
        self._files = {file.agency.id: file for file in inventory.agencies}
        self._unit, self._unit_phone = designated_unit(measured)
        self._tiles = agency_tiles(measured)
        self._targets = TargetParts(measured)
        self._actions = Actions(measured, self._targets)
        self._reader = MachineReader(measured, store)
        self._changes = ChangesOf(measured, past)
        self._checks = check_rows(measured)
        self._levers = levers_of(measured)
        self._footer = footer_of(measured, made_by=made_by, made_at=made_at)
        self._newcomers = _newcomers(measured)
        self._lines = measured.reconciliation.by_agency()
        self._since = store.first_found(measured.as_of) if store is not None else {}

    def read_from(self, store: Store | None) -> None:
        """Read machines from this store from now on: a process may not use the connection of the one it was made by."""
        self._reader.read_from(store)

    @property
    def ids(self) -> tuple[str, ...]:
        """All agencies that have a page: those that exist, the heaviest first, and the province where something is nobody's."""
        return tuple(self._tiles)

    def document(self, agency: str) -> AgencyDocument:
        """The page of one agency; :class:`UsageError` for one that the inventory does not hold."""
        self._present(agency)
        return next(self._several([agency], SystemParts(self._measured, agency)))

    def documents(self, agencies: Iterable[str]) -> Iterator[AgencyDocument]:
        """One after the other, in this order; evidence is read for several small ones at one time."""
        waiting: list[str] = []
        machines = 0
        for agency in agencies:
            waiting.append(agency)
            file = self._present(agency)
            machines += 0 if file is None else len(file.endpoints)
            if machines >= TOGETHER:
                yield from self._several(waiting, self._systems)
                waiting, machines = [], 0
        yield from self._several(waiting, self._systems)

    @cached_property
    def _systems(self) -> SystemParts:
        return SystemParts(self._measured)

    def _several(self, agencies: Sequence[str], systems: SystemParts) -> Iterator[AgencyDocument]:
        files = [file for file in map(self._present, agencies) if file is not None]
        machines = self._reader.read(files) if files else {}
        for agency in agencies:
            yield self._document(agency, machines.pop(agency, ()), systems)

    def _present(self, agency: str) -> AgencyFile | None:
        """The file of an agency that exists on the day; what a closed one declared is history."""
        file = self._files.get(agency)
        if file is None and agency != self._province.id:
            raise UsageError(
                msg("there is no agency {id}", id=agency), hint=msg("secaudit inventory show lists the agencies with their ids")
            )
        return file if file is not None and file.agency.exists_on(self._day) else None

    def _document(self, agency: str, machines: tuple[OwnMachine, ...], parts: SystemParts) -> AgencyDocument:
        file = self._files.get(agency)
        present = self._present(agency)
        systems = parts.of(agency) if present is not None or file is None else ()
        papers = paper_rows(self._measured, present, self._targets) if present is not None else ()
        unseen = reason_rows(machines, self._levers)
        head = self._head(agency, file, machines)
        return AgencyDocument(
            head=head,
            targets=self._targets.of(agency),
            papers=papers,
            systems=systems,
            machines=machines,
            actions=self._actions.of(agency, machines, unseen, sent=head.submitted) if present is not None else (),
            unseen=unseen,
            changes=self._changes.of(agency, frozenset(machine.id for machine in machines)),
            newcomers=self._newcomers.get(agency, ()),
            found=self._found(agency),
            visits=self._actions.visits(machines),
            errands=errand_rows(systems, papers) if present is not None else (),
            checks=self._checks,
            footer=self._footer,
        )

    def _head(self, agency: str, file: AgencyFile | None, machines: Sequence[OwnMachine]) -> AgencyHead:
        own = file.agency if file is not None else None
        contact = own.contact if own is not None else None
        plan = self._measured.plan
        closed = own is not None and not own.exists_on(self._day)
        return AgencyHead(
            id=agency,
            name=own.name if own is not None else self._province.name,
            tier=own.tier if own is not None else Tier.PROVINCE,
            province=self._province.name,
            owner=self._province.owner,
            as_of=self._measured.as_of,
            plan=plan.name,
            plan_title=plan.title,
            plan_issued_on=plan.issued_on,
            tile=self._tiles.get(agency, Tile.CLARIFY),
            contact=contact.name if contact is not None else None,
            phone=contact.phone if contact is not None else None,
            unit=self._unit,
            unit_phone=self._unit_phone,
            submitted=own is None or own.has_sent(self._day),
            closed_on=own.valid_until if own is not None and closed else None,
            nobody=own is None,
            lab=sum(machine.lab and machine.seen for machine in machines),
            machines=len(machines),
            isolated=sum(machine.kind is EndpointKind.ISOLATED for machine in machines),
            seen=sum(machine.seen for machine in machines),
        )

    def _found(self, agency: str) -> tuple[FoundRow, ...]:
        """What answers in its networks and is not as declared; whose machine it is where it is another agency's is not said."""
        own = {endpoint.id for endpoint in self._files[agency].endpoints} if agency in self._files else set()
        lines = [line for line in self._lines.get(agency, ()) if line.host is not None and line.kind is not Meeting.ANSWERING]
        lines.sort(key=lambda line: ORDER.index(line.kind))
        return tuple(self._found_row(line, own) for line in lines)

    def _found_row(self, line: Met, own: set[str]) -> FoundRow:
        assert line.host is not None
        others = bool(line.endpoint) and line.endpoint not in own
        return FoundRow(
            meeting=line.kind,
            address=line.host.address,
            machine=line.endpoint if line.endpoint in own else None,
            name="" if others else line.host.name,
            device=line.host.device,
            since=since_when(line.host, self._since),
            reason=None if others else line.reason,
        )


def _newcomers(measured: Measured) -> Mapping[str, tuple[NewcomerRow, ...]]:
    rows: dict[str, list[NewcomerRow]] = {}
    for row in newcomer_rows(measured):
        if row.agency is not None:
            rows.setdefault(row.agency, []).append(row)
    return {agency: tuple(found) for agency, found in rows.items()}
