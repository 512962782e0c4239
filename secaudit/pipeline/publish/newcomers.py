"""Machines that evidence speaks of and no agency declares: they wait for their agency's confirmation."""

from collections import Counter
from collections.abc import Iterable, Sequence

from secaudit.inventory.addresses import real_serial, real_uuid
from secaudit.model.intake import Newcomer
from secaudit.model.inventory import Inventory
from secaudit.pipeline.measuring import Measured
from secaudit.report.document import NewcomerRow
from secaudit.store import Store

NEWCOMER_COLUMNS = ("agency", "agency_name", "id", "name", "os", "serial", "uuid", "source", "first_seen", "last_seen")


def waiting_newcomers(measured: Measured, store: Store | None) -> tuple[Newcomer, ...]:
    """Those known by the moment of the figures that the present inventory does not declare yet."""
    return tuple(waiting(measured.province.inventory, store.newcomers(measured.as_of))) if store is not None else ()


def waiting(inventory: Inventory, newcomers: Iterable[Newcomer]) -> Iterable[Newcomer]:
    """Without those whose id an agency took over, or whose serial number or UUID a machine of the same agency has."""
    declared: dict[str, set[str]] = {}
    for agency in inventory.agencies:
        known = declared.setdefault(agency.agency.id, set())
        for endpoint in agency.endpoints:
            known.update(filter(None, (real_serial(endpoint.serial), real_uuid(endpoint.uuid))))
    for one in newcomers:
        mine = {found for found in (real_serial(one.identity.serial), real_uuid(one.identity.uuid)) if found}
        if one.id not in inventory.endpoints and not mine & declared.get(one.agency, set()):
            yield one


def newcomer_rows(measured: Measured, found: Sequence[Newcomer]) -> tuple[NewcomerRow, ...]:
    """By agency and id; those of agencies that are not in the inventory stand without one."""
    known = {agency.agency.id for agency in measured.province.inventory.agencies}
    rows = [
        NewcomerRow(
            id=one.id,
            agency=one.agency if one.agency in known else None,
            name=one.name,
            os=one.os,
            source=one.source,
            first_seen=one.first_seen,
            last_seen=one.last_seen,
            serial=one.identity.serial,
            uuid=one.identity.uuid,
        )
        for one in found
    ]
    return tuple(sorted(rows, key=lambda row: (row.agency is None, row.agency or "", row.id)))


def newcomers_by_agency(found: Iterable[Newcomer]) -> Counter[str]:
    """Agency id -> how many wait for it."""
    return Counter(one.agency for one in found if one.agency)


def newcomer_table(measured: Measured, found: Sequence[Newcomer]) -> list[dict[str, object]]:
    """Rows for spreadsheets and programs: :data:`NEWCOMER_COLUMNS`."""
    names = {agency.agency.id: agency.agency.name for agency in measured.province.inventory.agencies}
    return [
        {
            "agency": row.agency,
            "agency_name": names.get(row.agency or ""),
            "id": row.id,
            "name": row.name,
            "os": row.os,
            "serial": row.serial,
            "uuid": row.uuid,
            "source": row.source,
            "first_seen": row.first_seen.isoformat(),
            "last_seen": row.last_seen.isoformat(),
        }
        for row in newcomer_rows(measured, found)
    ]
