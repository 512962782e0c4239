"""``secaudit people``: the register of awareness and training, and what it shows of every agency."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.days import parse_day
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.people_words import (
    import_json,
    print_import,
    print_sessions,
    print_status,
    sessions_json,
    status_json,
)
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
from secaudit.cli.workspace import AsOf, PlanOption, moment_of
from secaudit.errors import UsageError
from secaudit.inventory import load_inventory
from secaudit.messages import msg
from secaudit.model.base import Document, day_in_vietnam
from secaudit.model.inventory import Inventory
from secaudit.model.session import Audience, SessionKind
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.attendance import Head, Prepared, key_for, merged_head, prepare, present_session, write_session
from secaudit.pipeline.attendance_columns import given_columns
from secaudit.pipeline.attendance_list import Asked, read_list
from secaudit.pipeline.people_status import people_status
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.pipeline.staff_codes import KEY_FILE, make_key, passing_key

app = application(help=N_("Awareness and training: lists of who attended, the register of sessions, and what it shows."))
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

AgencyOption = Annotated[list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))]


@app.command("import", cls=Command, help=N_("Put the organiser's list of a session into the register; names are not kept."))
def import_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="LIST", help=N_("The organiser's list: CSV or XLSX."))],
    name: Annotated[str, typer.Option("--session", metavar="ID", help=N_("Id of the session in the register."))],
    title: Annotated[str | None, typer.Option("--title", help=N_("What the session was called."))] = None,
    day: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help=N_("Day of the session."))] = None,
    kind: Annotated[SessionKind | None, typer.Option("--kind", help=N_("What it was."))] = None,
    audience: Annotated[
        Audience | None, typer.Option("--audience", help=N_("Whom the list is about, where no column says it."))
    ] = None,
    organiser: Annotated[str | None, typer.Option("--organiser", help=N_("Who held it."))] = None,
    document: Annotated[
        str | None, typer.Option("--document", metavar="NUMBER", help=N_("Document that lists who was there."))
    ] = None,
    document_day: Annotated[
        str | None, typer.Option("--document-date", metavar="YYYY-MM-DD", help=N_("Date of the document."))
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="FIELD=HEADING", help=N_("Which column says what (may be repeated).")),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help=N_("Sheet of the workbook."))] = None,
    counts: Annotated[bool, typer.Option("--counts", help=N_("Keep how many there were, and not who."))] = False,
    add: Annotated[bool, typer.Option("--add", help=N_("The list comes to what the register has of the session."))] = False,
    replace: Annotated[bool, typer.Option("--replace", help=N_("The list takes the place of what the register has."))] = False,
    new_key: Annotated[bool, typer.Option("--new-key", help=N_("The key of staff codes is lost: go on with a new one."))] = False,
    accept: Annotated[bool, typer.Option("--accept", help=N_("Write the session; without it everything is only shown."))] = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 5 when anything in the list cannot be taken: then nothing of it is."""
    session = session_of(context)
    if add and replace:
        raise UsageError(msg("--add and --replace exclude each other"), hint=msg("say one of them"))
    head = _head(name, title, day, kind, organiser, _document(document, document_day))
    columns = given_columns(column or ())
    folder, place = inventory_folder(inventory), workspace_folder(workspace)
    known = load_inventory(folder)
    wanted = merged_head(head, present_session(known, head.id), replacing=replace)
    key = key_for(known, place, new_key=new_key)
    asked = Asked(wanted.date, audience, columns, sheet, counts_only=counts)
    made = False
    listed = read_list(file, known, key or passing_key(), asked)
    if key is None and accept and listed.rosters:
        key, made = make_key(place), True
        listed = read_list(file, known, key, asked)
    today = day_in_vietnam(datetime.now(UTC))
    prepared = prepare(folder, known, wanted, listed, key or passing_key(), today=today, add=add, replacing=replace)
    if accept and not prepared.unchanged:
        write_session(prepared)
    _tell(session, known, prepared, output, accept=accept)
    if made:
        session.say(
            msg("key of staff codes made: {path}; keep a copy in a safe place", path=str(place / KEY_FILE)), style="yellow"
        )
        session.say(msg("  → without it, people of lists to come are not recognised in those already imported"), style="yellow")


def _head(
    name: str, title: str | None, day: str | None, kind: SessionKind | None, organiser: str | None, document: Document | None
) -> Head:
    if not _ID.fullmatch(name):
        raise UsageError(
            msg("{id} cannot be the id of a session", id=name),
            hint=msg("lower-case letters without accents, digits, dots, dashes and underscores, for example hoi-nghi-2026-10"),
        )
    return Head(name, title, None if day is None else parse_day(day), kind, organiser, document)


def _document(number: str | None, day: str | None) -> Document | None:
    if (number is None) != (day is None):
        raise UsageError(
            msg("a document has a number and a date: --document and --document-date"), hint=msg("say both, or neither")
        )
    if number is None or day is None:
        return None
    return Document.model_construct(number=number, date=parse_day(day))


def _tell(session: Session, inventory: Inventory, prepared: Prepared, output: OutputFormat, *, accept: bool) -> None:
    written = accept and not prepared.unchanged
    if output is OutputFormat.JSON:
        print_json("people-import", import_json(prepared, written=written))
    print_import(session, inventory, prepared, written=written, table=output is OutputFormat.TEXT)


@app.command(cls=Command, help=N_("The register: every session, how many attended, and whether it counts."))
def sessions(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Newest first."""
    session = session_of(context)
    day = day_in_vietnam(moment_of(as_of))
    province = load_province(inventory_folder(inventory), checks_folder(checks), workspace_folder(workspace))
    valid_days = province.plan(plan).evidence.people_valid_days
    if output is OutputFormat.JSON:
        print_json("people-sessions", sessions_json(province.inventory, day, valid_days))
    else:
        print_sessions(session, province.inventory, day, valid_days)


@app.command(cls=Command, help=N_("Per agency: who was briefed and trained, what shows it, and until when it holds."))
def status(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    agency: AgencyOption = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Contradictions first, then those with most people of whom nothing is proven."""
    session = session_of(context)
    day: date = day_in_vietnam(moment_of(as_of))
    province = load_province(inventory_folder(inventory), checks_folder(checks), workspace_folder(workspace))
    known = {part.agency.id for part in province.inventory.agencies}
    require_known(msg("agency"), agency, known)
    found = people_status(province.inventory, province.plan(plan), day)
    if output is OutputFormat.JSON:
        print_json("people-status", status_json(found, agency))
    else:
        print_status(session, found, agency)
