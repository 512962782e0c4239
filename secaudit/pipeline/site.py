"""What stands on the pages of a report folder but those of agencies."""

from secaudit.model.past import Turn
from secaudit.pipeline.history import changes, state_of
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish import overview
from secaudit.pipeline.publish.agencies import in_scope
from secaudit.pipeline.publish.targets import figure_of
from secaudit.pipeline.site_rows import approvals, check_tallies, unknowns
from secaudit.report.document import ReportDocument
from secaudit.report.site import History, PastRow, Site, TurnRow

MOST_AGENCIES = 200
"""Agencies named in the list of changes."""


def site_of(job: Job) -> Site:
    """Everything but the pages of agencies."""
    measured = job.measured
    document = overview(measured, job.store, past=job.past, made_by=job.made_by, made_at=job.made_at)
    listed = machines_of(measured)
    unknown = unknowns(measured, document, listed)
    return Site(
        overview=document,
        approvals=approvals(measured, document.systems),
        checks=check_tallies(measured, document, listed),
        unknowns=unknown,
        history=_history(job, document),
        systems=document.systems,
        homes=_homes(measured, document),
        machine_homes=tuple((row.machine, listed[row.machine]) for row in unknown.held),
    )


def machines_of(measured: Measured) -> dict[str, str]:
    """Machine in use of an agency in scope -> agency id."""
    return {
        endpoint.id: agency.agency.id
        for agency in in_scope(measured)
        for endpoint in agency.endpoints
        if endpoint.status == "in_use"
    }


def _homes(measured: Measured, document: ReportDocument) -> tuple[tuple[str, str], ...]:
    owners = measured.province.inventory.owner_of_system
    paged = {row.id for row in document.agencies}
    return tuple(
        (row.id, owner) for row in document.systems if not row.state_secret and (owner := owners.get(row.id, "")) in paged
    )


def _history(job: Job, document: ReportDocument) -> History:
    numbers = {measurement.target: number for number, measurement in enumerate(job.measured.measurements, start=1)}
    present = PastRow(job.measured.as_of, None, tuple((row.number, row.figure) for row in document.targets))
    earlier = [
        PastRow(
            state.moment,
            state.basis,
            tuple((numbers[one.target], figure_of(one.tally)) for one in state.targets if one.target in numbers),
            state.period,
        )
        for state in reversed(job.past.states)
    ]
    before = next((state for state in reversed(job.past.states) if state.machines), None)
    if before is None:
        return History((present, *earlier))
    counts: dict[str, dict[Turn, int]] = {}
    totals = dict.fromkeys(Turn, 0)
    for change in changes(before, state_of(job.measured)):
        own = counts.setdefault(change.agency, {})
        own[change.turn] = own.get(change.turn, 0) + 1
        totals[change.turn] += 1
    order = sorted(counts, key=lambda agency: (-sum(counts[agency].values()), agency))
    turns = tuple(TurnRow(agency, tuple(counts[agency].items())) for agency in order[:MOST_AGENCIES])
    return History((present, *earlier), before.moment, turns, tuple(totals.items()))
