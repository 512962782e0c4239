"""The reconciliation of an export as a workbook: what is kept, what is not and why, agency by agency."""

from collections.abc import Mapping
from datetime import datetime

from secaudit.intake.reconcile import AgencyTally, Fate, Reconciled, text_in
from secaudit.messages import Message, literal, msg, msgc
from secaudit.model.inventory import Endpoint, Inventory
from secaudit.pipeline.import_words import ADVICE, FATES, STEPS, basis_word, step_word
from secaudit.pipeline.importing import Importing
from secaudit.report.texts import Wording
from secaudit.report.workbook import Column, Tab

_UNCLEAR = (Fate.AMBIGUOUS, Fate.TOO_OLD, Fate.AHEAD, Fate.NO_CONTACT, Fate.SUPERSEDED)
_ROW = (
    Column(msg("Row"), 8),
    Column(msg("Agency"), 28),
    Column(msg("Group in the file"), 32),
    Column(msg("Name"), 22),
    Column(msg("Serial number"), 20),
    Column(msg("Last contact"), 17),
)
_Cells = tuple[Wording | int | None, ...]


def import_sheets(importing: Importing, inventory: Inventory, *, kept: bool, now: datetime) -> tuple[Tab, ...]:
    """Six sheets; ``kept`` says whether the rows were taken in or only compared."""
    names = {part.agency.id: part.agency.name for part in inventory.agencies}
    return (
        _summary(importing, names, kept=kept, now=now),
        _matched(importing, names),
        _unclear(importing, names),
        _new(importing, names),
        _absent(importing, inventory, names),
        _refused(importing, names),
    )


def _summary(importing: Importing, names: Mapping[str, str], *, kept: bool, now: datetime) -> Tab:
    file, found = importing.export.file, importing.found
    counts = found.counts
    notes: list[Wording] = [
        msg("File {name}, source {source}, SHA-256 {digest}", name=file.name, source=file.source, digest=file.digest),
        msg(
            "Compared at {at}, {rows} rows; mapping {profile}", at=now, rows=len(found.lines), profile=importing.export.profile.id
        ),
        msg("Taken into the store") if kept else msg("Only compared: nothing was kept"),
    ]
    for place, step in enumerate(STEPS):
        shown = [line.steps[place] for line in found.kept if line.steps is not None]
        notes.append(
            msg(
                "{step}: {yes} rows show it, {no} rows show the contrary, {unknown} leave it open",
                step=step,
                yes=shown.count(True),
                no=shown.count(False),
                unknown=shown.count(None),
            )
        )
    notes += [
        Message("{fate}: {rows} – {advice}", {"fate": FATES[fate], "rows": counts[fate], "advice": ADVICE[fate]})
        for fate in Fate
        if counts[fate]
    ]
    notes.append(ABSENCE)
    columns = (
        Column(msg("Agency"), 40),
        Column(msg("Declared"), 11),
        *(Column(FATES[fate], 13) for fate in Fate),
        Column(msg("Declared, not in the export"), 15),
    )
    rows = tuple(_tally(one, names) for one in found.agencies)
    title = msg("Reconciliation of an export with the inventory")
    return Tab(msgc("tab", "Summary"), title, columns, rows, tuple(notes))


ABSENCE = msg("A declared machine that does not stand in the export is unknown: that it is missing proves nothing")


def _tally(one: AgencyTally, names: Mapping[str, str]) -> _Cells:
    return (agency_word(one.agency, names), one.declared, *(one.counts.get(fate, 0) for fate in Fate), len(one.absent))


def agency_word(agency: str | None, names: Mapping[str, str]) -> Wording:
    """Name of the agency; rows that are nobody's say so."""
    return msg("(no agency known)") if agency is None else names.get(agency, agency)


def _row_cells(line: Reconciled, names: Mapping[str, str]) -> _Cells:
    return (
        line.row.number,
        agency_word(line.agency, names),
        text_in(line.row, "group") or None,
        line.name or None,
        line.identity.serial or None,
        None if line.at is None else msg("{at}", at=line.at),
    )


def _matched(importing: Importing, names: Mapping[str, str]) -> Tab:
    columns = (*_ROW, Column(msg("Machine"), 28), Column(msg("Matched by"), 18), *(Column(step, 12) for step in STEPS))
    rows = [
        (*_row_cells(line, names), line.endpoint, basis_word(line), *_step_cells(line))
        for line in importing.found.of(Fate.MATCHED, Fate.KNOWN)
    ]
    title = msg("Rows about exactly one declared machine")
    return Tab(msgc("tab", "Matched"), title, columns, tuple(rows), (ADVICE[Fate.MATCHED],))


def _step_cells(line: Reconciled) -> tuple[Wording, ...]:
    if line.steps is None:
        return (FATES[line.fate], literal(""), literal(""))
    return tuple(step_word(shown) for shown in line.steps)


def _unclear(importing: Importing, names: Mapping[str, str]) -> Tab:
    columns = (*_ROW, Column(msg("What became of it"), 18), Column(msg("Reason"), 64), Column(msg("May be one of"), 40))
    rows = [
        (*_row_cells(line, names), FATES[line.fate], line.reason, ", ".join(line.candidates) or line.endpoint)
        for line in importing.found.of(*_UNCLEAR)
    ]
    title = msg("Rows that prove nothing, and why")
    return Tab(msgc("tab", "Unclear"), title, columns, tuple(rows), (ADVICE[Fate.AMBIGUOUS],))


def _new(importing: Importing, names: Mapping[str, str]) -> Tab:
    columns = (*_ROW, Column(msg("Proposed id"), 36), Column(msg("Operating system"), 26), *(Column(step, 12) for step in STEPS))
    rows = [
        (*_row_cells(line, names), line.endpoint, text_in(line.row, "os") or None, *_step_cells(line))
        for line in importing.found.of(Fate.NEW)
    ]
    title = msg("Machines that no agency declares")
    return Tab(msgc("tab", "New machines"), title, columns, tuple(rows), (ADVICE[Fate.NEW],))


def _absent(importing: Importing, inventory: Inventory, names: Mapping[str, str]) -> Tab:
    columns = (
        Column(msg("Agency"), 40),
        Column(msg("Machine"), 30),
        Column(msg("Place"), 30),
        Column(msg("Host name"), 22),
        Column(msg("Serial number"), 20),
    )
    rows = [
        _absent_cells(agency_word(one.agency, names), inventory.endpoints[name])
        for one in importing.found.agencies
        for name in one.absent
    ]
    title = msg("Declared machines that do not stand in the export")
    return Tab(msgc("tab", "Not in the console"), title, columns, tuple(rows), (ABSENCE,))


def _absent_cells(agency: Wording, endpoint: Endpoint) -> _Cells:
    return agency, endpoint.id, endpoint.place, endpoint.hostname, endpoint.serial


def _refused(importing: Importing, names: Mapping[str, str]) -> Tab:
    columns = (Column(msg("Row"), 8), Column(msg("Agency"), 40), Column(msg("Reason"), 70), Column(msg("Machine"), 40))
    # Nothing about an isolated machine is written down, not even here: its row is enough to find it.
    rows = [
        (line.row.number, agency_word(line.agency, names), line.reason, ", ".join(line.candidates))
        for line in importing.found.of(Fate.REFUSED)
    ]
    title = msg("Rows that are never taken in")
    return Tab(msgc("tab", "Refused"), title, columns, tuple(rows), (ADVICE[Fate.REFUSED],))
