"""Machines that evidence speaks of and no agency declares: they wait for their agency's confirmation."""

from secaudit.pipeline.measuring import Measured
from secaudit.report.document import NewcomerRow

NEWCOMER_COLUMNS = ("agency", "agency_name", "id", "name", "os", "serial", "uuid", "source", "first_seen", "last_seen")


def newcomer_rows(measured: Measured) -> tuple[NewcomerRow, ...]:
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
        for one in measured.newcomers
    ]
    return tuple(sorted(rows, key=lambda row: (row.agency is None, row.agency or "", row.id)))


def newcomer_table(measured: Measured) -> list[dict[str, object]]:
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
        for row in newcomer_rows(measured)
    ]
