"""What an import says: the reconciliation before anything is kept, bounded, and the same as data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode, verdict_code
from secaudit.cli.problems import show_problems
from secaudit.cli.runs import run_json
from secaudit.cli.session import Session
from secaudit.intake.reconcile import AgencyTally, Fate, Reconciled, text_in
from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.console import EvidenceSource
from secaudit.model.inventory import Inventory
from secaudit.pipeline.import_sheets import ABSENCE, agency_word
from secaudit.pipeline.import_words import ADVICE, FATES, STEPS
from secaudit.pipeline.importing import Importing
from secaudit.pipeline.newcomers import Waiting, newcomer_row
from secaudit.pipeline.taking_in import Taken
from secaudit.report.voice import Voice

MOST_AGENCIES = 30
MOST_ROWS = 10
MOST_PROBLEMS = 10
MOST_NEWCOMERS = 40
"""Shown on the console; a workbook and JSON hold all."""
ENDINGS = {".yaml": None, ".yml": None}
YAML = msg(
    "Machines seen in evidence and not declared yet: {agency}\n"
    "To be taken over into the agency's file once it confirms them; kind is a proposal: correct it where it is wrong."
)
_DOUBTFUL = (Fate.AMBIGUOUS, Fate.NO_CONTACT, Fate.AHEAD)
_SHOWN = (Fate.REFUSED, Fate.AMBIGUOUS, Fate.NEW, Fate.AHEAD, Fate.NO_CONTACT, Fate.TOO_OLD)


def leave(importing: Importing) -> None:
    """Exit 4 when rows are not clear, 3 when an isolated machine stands in the file; back when all is well."""
    counts = importing.found.counts
    unknown = sum(counts[fate] for fate in _DOUBTFUL) + len(importing.export.problems)
    code = verdict_code(failures=counts[Fate.REFUSED] > 0, unknown=unknown, total=len(importing.found.lines))
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def print_import(session: Session, inventory: Inventory, importing: Importing, taken: Taken | None, *, asked: bool) -> None:
    """Summary, agencies, details, and what was or would be kept."""
    file, found = importing.export.file, importing.found
    names = {part.agency.id: part.agency.name for part in inventory.agencies}
    said = Message("{count}", {"count": len(found.lines)})
    session.say(
        msg("{name}: {rows} rows, mapping {profile}", name=file.name, rows=said, profile=importing.export.profile.id),
        style="bold",
    )
    if not importing.export.profile.confirmed:
        session.say(msg("  this mapping was made from documentation; no real export has confirmed it yet"), style="yellow")
    strange = sorted(set(importing.export.profile.groups.values()) - set(names))
    if strange:
        session.say(
            msg("  the mapping names agencies that the inventory does not have: {ids}", ids=", ".join(strange)), style="yellow"
        )
    for one in importing.before:
        day = one.at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")
        session.say(msg("  this very file was taken in before: run {run}, {at}; only what is newer counts", run=one.run, at=day))
    show_problems(session, importing.export.problems[:MOST_PROBLEMS])
    _more(session, len(importing.export.problems) - MOST_PROBLEMS)
    _print_fates(session, found.counts)
    if file.source != EvidenceSource.AD:  # a directory says nothing of protection
        _print_steps(session, found.kept)
    _print_agencies(session, found.agencies, names)
    for fate in _SHOWN:
        _print_rows(session, fate, found.of(fate), names)
    _print_groups(session, found.groups)
    _print_kept(session, importing, taken, asked=asked)


def _more(session: Session, count: int) -> None:
    if count > 0:
        session.say(msg("  ... and {count} more (--workbook and --format json have all)", count=count))


def _print_fates(session: Session, counts: Mapping[Fate, int]) -> None:
    table = Table()
    table.add_column(session.text(msg("Row")), no_wrap=True)
    table.add_column(session.text(msg("Rows")), justify="right", no_wrap=True)
    table.add_column(session.text(msg("What it means")), overflow="fold")
    for fate in Fate:
        if counts[fate]:
            style = "green" if fate is Fate.MATCHED else "red" if fate is Fate.REFUSED else ""
            table.add_row(Text(session.text(FATES[fate]), style=style), str(counts[fate]), Text(session.text(ADVICE[fate])))
    session.out.print(table)


def _print_steps(session: Session, kept: Sequence[Reconciled]) -> None:
    """The effect on the figures, before anything is kept."""
    shown = [line.steps for line in kept if line.steps is not None]
    for place, step in enumerate(STEPS):
        truths = [steps[place] for steps in shown]
        if not truths:
            continue
        session.say(
            msg(
                "{step}: {yes} rows show it, {no} rows show the contrary, {unknown} leave it open",
                step=step,
                yes=truths.count(True),
                no=truths.count(False),
                unknown=truths.count(None),
            )
        )


def _print_agencies(session: Session, tallies: Sequence[AgencyTally], names: Mapping[str, str]) -> None:
    with_rows = [one for one in tallies if one.rows]
    without = [one for one in tallies if not one.rows and one.declared]
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)  # nine columns fit a console of 80
    table.add_column(session.text(msg("Agency")), overflow="fold", min_width=14)
    headings = (
        msgc("row", "declared"), FATES[Fate.MATCHED], FATES[Fate.AMBIGUOUS], FATES[Fate.NEW], FATES[Fate.REFUSED],
        FATES[Fate.TOO_OLD], msgc("row", "others"), msgc("row", "absent"),
    )  # fmt: skip
    for heading in headings:
        text = session.text(heading)
        table.add_column(text, justify="right", min_width=max(map(len, text.split())))
    own = (Fate.MATCHED, Fate.AMBIGUOUS, Fate.NEW, Fate.REFUSED, Fate.TOO_OLD)
    for one in with_rows[:MOST_AGENCIES]:
        counts = [one.counts.get(fate, 0) for fate in own]
        cells = (one.declared, *counts, one.rows - sum(counts), len(one.absent))
        table.add_row(Text(_said(session, agency_word(one.agency, names))), *(str(cell) for cell in cells))
    session.out.print(table)
    _more(session, len(with_rows) - MOST_AGENCIES)
    if without:
        machines = sum(one.declared for one in without)
        session.say(msg("{count} agencies have no row; they declare {machines} machines", count=len(without), machines=machines))
    if any(one.absent for one in tallies):
        session.say(ABSENCE)
    for one in with_rows[:MOST_AGENCIES]:
        if one.absent:
            listed = ", ".join(one.absent[:MOST_ROWS]) + (", ..." if len(one.absent) > MOST_ROWS else "")
            agency = _said(session, agency_word(one.agency, names))
            session.say(msg("  {agency}, not in the export: {machines}", agency=agency, machines=listed))


def _print_rows(session: Session, fate: Fate, lines: Sequence[Reconciled], names: Mapping[str, str]) -> None:
    if not lines:
        return
    session.say(FATES[fate], style="bold")
    for line in lines[:MOST_ROWS]:
        # Of a machine that may be an isolated one only the row is told, so that it can be found.
        name = "" if fate is Fate.REFUSED else line.name
        what = [_said(session, agency_word(line.agency, names)), name, line.endpoint or "", ", ".join(line.candidates)]
        shown = " · ".join(clean(part, limit=120) for part in what if part)
        session.say(msg("  row {row}: {what}", row=line.row.number, what=shown))
        if line.reason is not None:
            session.say(Message("    → {reason}", {"reason": _said(session, line.reason)}))
    _more(session, len(lines) - MOST_ROWS)


def _print_groups(session: Session, groups: Sequence[tuple[str, int]]) -> None:
    """What a person can do at once to make rows certain."""
    named = [(group, count) for group, count in groups if group]
    if not named:
        return
    session.say(msg("groups that stand for no agency; name theirs under groups in the mapping:"), style="bold")
    for group, count in named[:MOST_ROWS]:
        session.say(msg("  {group}: {count} rows", group=clean(group, limit=120), count=count))
    _more(session, len(named) - MOST_ROWS)


def _print_kept(session: Session, importing: Importing, taken: Taken | None, *, asked: bool) -> None:
    count = len(importing.outcomes)
    if taken is not None:
        session.say(
            msg(
                "kept as run {run}: {count} rows, {new} about machines nobody declares; measure and report judge with them",
                run=taken.run.number,
                count=len(taken.outcomes),
                new=len(importing.newcomers),
            ),
            style="bold green",
        )
    elif asked:
        session.say(msg("nothing in this file is certain and new, so nothing was kept"), style="yellow")
    else:
        session.say(msg("nothing was kept; --accept keeps the {count} rows that are certain", count=count), style="bold")


def _said(session: Session, wording: Any) -> str:  # noqa: ANN401 - any wording of a report
    return clean(Voice(session.translator).say(wording))


def import_json(session: Session, importing: Importing, taken: Taken | None) -> dict[str, Any]:
    """An import as docs/json.md describes it."""
    export, found = importing.export, importing.found
    return {
        "file": {
            "name": export.file.name,
            "source": export.file.source,
            "digest": export.file.digest,
            "size": len(export.file.body),
            "exporter": export.file.exporter,
            "exported_at": export.file.exported_at,
            "sheet": export.sheet,
            "profile": export.profile.id,
            "confirmed": export.profile.confirmed,
            "before": [one.run for one in importing.before],
        },
        "counts": {fate.value: found.counts[fate] for fate in Fate},
        "absent": found.absent,
        "agencies": [_tally_json(one) for one in found.agencies],
        "rows": [_row_json(session, line) for line in found.lines],
        "groups": [{"group": group, "rows": count} for group, count in found.groups],
        "problems": [
            {"place": one.place(), "message": session.text(one.message), "hint": session.text(one.hint) if one.hint else None}
            for one in export.problems
        ],
        "run": run_json(taken.run) if taken is not None else None,
    }


def _tally_json(one: AgencyTally) -> dict[str, Any]:
    counts = {fate.value: one.counts.get(fate, 0) for fate in Fate}
    return {"agency": one.agency, "declared": one.declared, "counts": counts, "absent": list(one.absent)}


def _row_json(session: Session, line: Reconciled) -> dict[str, Any]:
    told = line.fate is not Fate.REFUSED
    return {
        "row": line.row.number,
        "fate": line.fate.value,
        "agency": line.agency,
        "group": text_in(line.row, "group") if told else None,
        "name": line.name if told else None,
        "endpoint": line.endpoint,
        "basis": line.basis or None,
        "candidates": list(line.candidates),
        "at": line.at,
        "reason": _said(session, line.reason) if line.reason is not None else None,
        "proves": dict(zip(("installed", "active", "managed"), line.steps, strict=True)) if line.steps is not None else None,
    }


def print_newcomers(session: Session, inventory: Inventory, waiting: Sequence[Waiting]) -> None:
    """Agency by agency, and what to do."""
    if not waiting:
        session.say(msg("no machine waits for its agency"), style="green")
        return
    names = {part.agency.id: part.agency.name for part in inventory.agencies}
    table = Table()
    for heading in (
        msg("Agency"), msg("Proposed id"), msg("Name"), msg("Serial number"), msg("Kind"), msg("Source"), msg("Last seen"),
    ):  # fmt: skip
        table.add_column(session.text(heading), overflow="fold")
    for one in waiting[:MOST_NEWCOMERS]:
        table.add_row(*(Text(cell) for cell in _newcomer_cells(session, one, names)))
    session.out.print(table)
    _more(session, len(waiting) - MOST_NEWCOMERS)
    session.say(msg("{count} machines wait for their agency's confirmation; until then the plan counts them", count=len(waiting)))
    session.say(msg("  → secaudit evidence newcomers --agency ID --out FILE.yaml writes the rows for the agency's file"))


def _newcomer_cells(session: Session, one: Waiting, names: Mapping[str, str]) -> Iterable[str]:
    found = one.newcomer
    yield _said(session, agency_word(found.agency or None, names))
    yield found.id
    yield clean(found.name, limit=60)
    yield clean(found.identity.serial, limit=60)
    yield one.kind.value + ("" if one.kind_known else " ?")
    yield found.source
    yield found.last_seen.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")


def newcomer_json(one: Waiting) -> dict[str, Any]:
    """One machine as docs/json.md describes it."""
    found = one.newcomer
    return {
        "agency": found.agency or None,
        "source": found.source,
        "first_seen": found.first_seen,
        "last_seen": found.last_seen,
        "kind_known": one.kind_known,
        "row": newcomer_row(one),
    }
