"""``secaudit evidence``: exports of consoles and lists become evidence; machines that nobody declares."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from secaudit.catalog.consoles import console_profiles
from secaudit.cli import evidence_map
from secaudit.cli.days import parse_day
from secaudit.cli.evidence_words import ENDINGS, YAML, import_json, leave, newcomer_json, print_import, print_newcomers
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.preview import check_suffix
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import STORE_FILE, PlanOption, existing_store, needed_store
from secaudit.errors import UsageError
from secaudit.inventory import load_inventory
from secaudit.messages import clean, msg
from secaudit.model.base import VIETNAM_TIME, day_in_vietnam
from secaudit.model.console import EvidenceSource
from secaudit.model.plan import Plan
from secaudit.pipeline.import_sheets import import_sheets
from secaudit.pipeline.importing import Export, Importing, accept, read_export, reconcile_export
from secaudit.pipeline.newcomers import newcomer_files, waiting_newcomers
from secaudit.pipeline.province import DEFAULT_PLAN, Levels, Province, classify_province, load_province
from secaudit.pipeline.seeing import Scope, check_names
from secaudit.pipeline.taking_in import Taken
from secaudit.report.voice import Voice
from secaudit.report.workbook import as_xlsx
from secaudit.store import Store

app = application(help=N_("Exports of consoles and lists as evidence; machines that nobody declares."))
evidence_map.add_to(app)


@app.command("import", cls=Command, help=N_("Compare an export with the inventory, and on request keep what is certain."))
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("The export: CSV or XLSX."))],
    source: Annotated[EvidenceSource, typer.Option("--source", help=N_("Whose export it is."))],
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    chosen: Annotated[
        str | None, typer.Option("--map", metavar="PROFILE", help=N_("Mapping of its columns; the best fitting when left out."))
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help=N_("Sheet of the workbook."))] = None,
    exporter: Annotated[
        str, typer.Option("--exporter", metavar="NAME", help=N_("Who exported it; kept with the evidence."))
    ] = "",
    exported_at: Annotated[
        str | None,
        typer.Option("--exported-at", metavar="DAY", help=N_("Day of the export: no contact can be later.")),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--accept", help=N_("Keep what is certain; without it nothing is written at all."))
    ] = False,
    workbook: Annotated[
        Path | None, typer.Option("--workbook", metavar="FILE", help=N_("Write the reconciliation to a workbook (.xlsx)."))
    ] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 every row is clear, 3 an isolated machine stands in it, 4 rows are not clear, 5 the file cannot be read."""
    session = session_of(context)
    if workbook is not None:
        check_suffix(workbook, {".xlsx": None})
    day = _day_of(exported_at)
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
    chosen_plan = province.plan(plan)
    now = datetime.now(UTC)
    export = read_export(
        file,
        source,
        province,
        console_profiles(province.catalog, folder),
        now=now,
        chosen=chosen,
        sheet=sheet,
        exporter=clean(exporter, limit=200),
        exported=day,
    )
    importing, taken = _compared(session, province, chosen_plan, folder, export, now, keep=keep)
    if workbook is not None:
        tabs = import_sheets(importing, province.inventory, kept=taken is not None, now=now)
        write_file(workbook, as_xlsx(tabs, Voice(session.translator)), what=msg("the workbook cannot be written: {reason}"))
        session.say(msg("workbook: {path}", path=str(workbook.resolve())), style="bold")
    if output is OutputFormat.JSON:
        print_json("evidence-import", import_json(session, importing, taken))
    else:
        print_import(session, province.inventory, importing, taken, asked=keep)
    leave(importing)


def _compared(
    session: Session, province: Province, plan: Plan, folder: Path, export: Export, now: datetime, *, keep: bool
) -> tuple[Importing, Taken | None]:
    """What is shown, and what was kept of it: under one lock, so that both are about the same store."""
    levels = classify_province(province, day_in_vietnam(now))
    path = folder / STORE_FILE
    if keep:
        with Store.open(path) as store:
            store.claim()
            importing = reconcile_export(province, plan, levels, store, export, now=now)
            return importing, _accepted(session, province, plan, levels, store, importing)
    if not path.exists() or not path.stat().st_size:
        return reconcile_export(province, plan, levels, None, export, now=now), None
    with Store.peek(path) as store:
        return reconcile_export(province, plan, levels, store, export, now=now), None


def _accepted(
    session: Session, province: Province, plan: Plan, levels: Levels, store: Store, importing: Importing
) -> Taken | None:
    """Ctrl-C leaves what is kept by then; importing again adds the rest."""
    who = login_user(None)
    try:
        return accept(province, plan, levels, store, importing, who=who, clock=lambda: datetime.now(UTC))
    except KeyboardInterrupt:
        session.say(msg("interrupted: what was kept stays; import the file again and the rest is kept too"), style="bold red")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _day_of(asked: str | None) -> tuple[datetime, datetime] | None:
    """Begin and end of the day, Vietnamese time; a day to come is refused."""
    if asked is None:
        return None
    day = parse_day(asked)
    if day > day_in_vietnam(datetime.now(UTC)):
        raise UsageError(
            msg("{day} is still to come", day=day.isoformat()), hint=msg("name the day on which the file was exported")
        )
    begin, end = (datetime.combine(day, at, tzinfo=VIETNAM_TIME).astimezone(UTC) for at in (time.min, time.max))
    return begin, end


@app.command(cls=Command, help=N_("Machines that evidence speaks of and nobody declares, as rows for the agencies' files."))
def newcomers(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help=N_("Write the rows to a .yaml file, to be taken over."))
    ] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 3 when machines wait for their agency."""
    session = session_of(context)
    if out is not None:
        check_suffix(out, ENDINGS)
    known = load_inventory(inventory_folder(inventory))
    check_names(known, Scope(agencies=tuple(agency or ())))
    with existing_store(workspace_folder(workspace)) as store:
        waiting = waiting_newcomers(known, store, tuple(agency or ()))
    if out is not None:
        names = {part.agency.id: part.agency.name for part in known.agencies}
        text = newcomer_files(waiting, names, session.text(YAML))
        write_file(out, text.encode("utf-8"), what=msg("the rows cannot be written: {reason}"))
        session.say(msg("rows: {path}", path=str(out.resolve())), style="bold")
    if output is OutputFormat.JSON:
        print_json("newcomers", {"newcomers": [newcomer_json(one) for one in waiting]})
    else:
        print_newcomers(session, known, waiting)
    if waiting:
        raise typer.Exit(ExitCode.FAILURES)


@app.command("list", cls=Command, help=N_("Files that were taken in: when, whose, by whom, and in which run."))
def list_files(
    context: typer.Context,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """The newest first."""
    session = session_of(context)
    with needed_store(workspace_folder(workspace)) as store:
        files = list(reversed(store.intake_files()))
        runs = {run.number: run for run in store.runs()}
    if output is OutputFormat.JSON:
        rows = [
            {"number": one.number, "run": one.run, "at": one.at, "name": one.name, "source": one.source, "digest": one.digest,
             "size": one.size, "exporter": one.exporter, "exported_at": one.exported_at, "who": runs[one.run].who,
             "outcomes": sum(count for _, count in runs[one.run].counts)}
            for one in files
        ]  # fmt: skip
        print_json("evidence-files", {"files": rows})
        return
    table = Table()
    headings = (
        msg("Run"), msg("Taken in"), msg("Source"), msg("File"), msg("Exported by"), msg("Exported on"), msg("By"),
        msg("Machines"),
    )  # fmt: skip
    for heading in headings:
        table.add_column(session.text(heading), overflow="fold")
    for one in files:
        run = runs[one.run]
        day = one.exported_at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y") if one.exported_at is not None else ""
        table.add_row(
            str(one.run),
            one.at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M"),
            one.source,
            Text(clean(one.name)),
            Text(clean(one.exporter)),
            day,
            Text(clean(run.who)),
            str(sum(count for _, count in run.counts)),
        )
    session.out.print(table)
