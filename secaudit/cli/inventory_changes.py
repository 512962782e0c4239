"""``secaudit inventory move | close | merge | split``: agencies change, and what they had moves with its history."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.days import parse_day
from secaudit.cli.exits import ExitCode
from secaudit.cli.inventory_changes_words import print_changes
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat
from secaudit.cli.session import FormatOption, InventoryOption, Session, inventory_folder, session_of
from secaudit.cli.tree import Command, application
from secaudit.errors import DataError, Problem, UsageError
from secaudit.inventory import load_inventory
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import Inventory
from secaudit.pipeline.agency_changes import (
    Order,
    check_gifts,
    close_agency,
    merge_agencies,
    move_records,
    split_agency,
    unanswered,
)
from secaudit.pipeline.restructuring import NewAgency, Restructured, Restructuring
from secaudit.pipeline.staging import apply_changes
from secaudit.source import fold
from secaudit.tables.reading import read_body, read_tables

OnOption = typer.Option(
    "--on", metavar="YYYY-MM-DD", help=N_("First day of the new order; today when left out. The old one ends the day before.")
)
DocumentOption = typer.Option("--document", metavar="TEXT", help=N_("The decision behind it, kept with every record that moves."))
AcceptOption = typer.Option("--accept", help=N_("Write the changes; without it they are only shown."))
_ID_HEADINGS = ("id", "ma", "ma may", "ma he thong")
_AGENCY_HEADINGS = ("agency", "don vi", "ma don vi")


app = application()


@app.command("move", cls=Command, help=N_("Move machines and systems to another agency; their history goes with them."))
def move(
    context: typer.Context,
    records: Annotated[list[str], typer.Argument(metavar="ID...", help=N_("Machines and systems."))],
    to: Annotated[str, typer.Option("--to", metavar="AGENCY", help=N_("The agency that takes them over."))],
    on: Annotated[str | None, OnOption] = None,
    document: Annotated[str | None, DocumentOption] = None,
    networks: Annotated[
        bool, typer.Option("--networks", help=N_("The networks they stand in become networks of that agency too."))
    ] = False,
    accept: Annotated[bool, AcceptOption] = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 5 when the inventory would not be sound."""
    order = _order(inventory, on, document)
    _finish(context, move_records(order, records, to, networks=networks), accept, output)


@app.command("close", cls=Command, help=N_("Close an agency and name its successors."))
def close(
    context: typer.Context,
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help=N_("The agency that ends."))],
    into: Annotated[list[str], typer.Option("--into", metavar="AGENCY", help=N_("A successor; may be given several times."))],
    on: Annotated[str | None, OnOption] = None,
    document: Annotated[str | None, DocumentOption] = None,
    leave: Annotated[
        bool, typer.Option("--leave", help=N_("Machines in use and operating systems may stay behind and count no more."))
    ] = False,
    accept: Annotated[bool, AcceptOption] = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 2 when something in use would be left behind unsaid."""
    order = _order(inventory, on, document)
    _finish(context, close_agency(order, agency, into), accept, output, leave=leave)


@app.command("merge", cls=Command, help=N_("Merge agencies into one: everything they had moves, and they are closed."))
def merge(
    context: typer.Context,
    agencies: Annotated[list[str], typer.Argument(metavar="AGENCY...", help=N_("The agencies that end."))],
    into: Annotated[str, typer.Option("--into", metavar="AGENCY", help=N_("The agency they become: one of them, or a new one."))],
    on: Annotated[str | None, OnOption] = None,
    document: Annotated[str | None, DocumentOption] = None,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help=N_("Name of a new agency."))] = "",
    tier: Annotated[str, typer.Option("--tier", help=N_("province or commune; that of the old ones when left out."))] = "",
    accept: Annotated[bool, AcceptOption] = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 5 when the inventory would not be sound."""
    order = _order(inventory, on, document)
    _finish(context, merge_agencies(order, agencies, into, NewAgency(name, tier)), accept, output)


@app.command("split", cls=Command, help=N_("Divide an agency: say what goes where, and what nobody said is asked."))
def split(
    context: typer.Context,
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help=N_("The agency that is divided."))],
    into: Annotated[
        list[str], typer.Option("--into", metavar="AGENCY", help=N_("What it becomes; named here itself, it stays."))
    ],
    give: Annotated[
        list[str] | None,
        typer.Option("--give", metavar="AGENCY=ID,ID", help=N_("Machines and systems of one of them; * stands for any letters.")),
    ] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help=N_("CSV or XLSX with the columns id and agency."))
    ] = None,
    names: Annotated[
        list[str] | None, typer.Option("--name", metavar="AGENCY=TEXT", help=N_("Name of a new agency among them."))
    ] = None,
    tier: Annotated[str, typer.Option("--tier", help=N_("province or commune; that of the old one when left out."))] = "",
    on: Annotated[str | None, OnOption] = None,
    document: Annotated[str | None, DocumentOption] = None,
    accept: Annotated[bool, AcceptOption] = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """What nobody said is asked where a person sits at the terminal; exit 2 otherwise."""
    session, order = session_of(context), _order(inventory, on, document)
    known = Restructuring(order.folder, order.inventory)
    own = [*known.held(agency), *known.owned(agency)]
    gives = {**(_from_list(listed) if listed else {}), **_from_options(give or (), own)}
    check_gifts(own, into, gives)
    left = unanswered(own, gives)
    if left and sys.stdin.isatty():
        gives = {**gives, **_asked(session, order.inventory, left, into)}
    titles = dict(_pair(text, "--name") for text in names or ())
    new = {one: NewAgency(titles.get(one, ""), tier) for one in dict.fromkeys(into)}
    _finish(context, split_agency(order, agency, new, gives), accept, output)


def _order(inventory: Path | None, on: str | None, document: str | None) -> Order:
    folder = inventory_folder(inventory)
    today = day_in_vietnam(datetime.now(UTC))
    return Order(folder, load_inventory(folder), today, parse_day(on) if on else None, document)


def _finish(context: typer.Context, made: Restructured, accept: bool, output: OutputFormat, *, leave: bool = True) -> None:
    """Show what would be, and on request write it."""
    session = session_of(context)
    refused = bool(made.staying) and not leave
    write = accept and not made.problems and not refused
    if write:
        apply_changes(made.changes)
    print_changes(session, made, output, written=write)
    if made.problems:
        raise typer.Exit(ExitCode.DATA)
    if refused:
        raise UsageError(
            msg("{count} machines and systems in use would be left behind and count no more", count=len(made.staying)),
            hint=msg("move them first (inventory move, merge or split), or say --leave"),
        )


def _from_list(path: Path) -> dict[str, str]:
    """Record -> agency, from a table with a column for each."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    tables = read_tables(path, read_body(path), (*_ID_HEADINGS, *_AGENCY_HEADINGS))
    for table in tables:
        headings = [fold(heading).strip().lower() for heading in table.headings]
        ids = next((headings.index(word) for word in _ID_HEADINGS if word in headings), None)
        agencies = next((headings.index(word) for word in _AGENCY_HEADINGS if word in headings), None)
        if ids is None or agencies is None:
            continue
        for row in table.rows:
            name, agency = str(row.cells[ids] or "").strip(), str(row.cells[agencies] or "").strip()
            if name and agency and found.setdefault(name, agency) != agency:
                message = msg("The list gives it to two agencies: {one} and {other}", one=found[name], other=agency)
                problems.append(Problem(message, str(path), row.number, found=name, hint=msg("keep one of the two lines")))
    if not found:
        hint = msg("headings: id and agency, a line per machine or system")
        problems.append(Problem(msg("There is no list of ids and agencies in this file"), str(path), hint=hint))
    if problems:
        raise DataError(problems)
    return found


def _from_options(texts: Sequence[str], own: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        agency, ids = _pair(text, "--give")
        for pattern in (part.strip() for part in ids.split(",") if part.strip()):
            matching = [one for one in own if fnmatchcase(one, pattern)] if "*" in pattern else [pattern]
            if not matching:
                raise UsageError(msg("no machine or system fits {pattern}", pattern=pattern), hint=msg("ids stand in its file"))
            for one in matching:
                if found.setdefault(one, agency) != agency:
                    raise UsageError(
                        msg("{id} is given to two agencies: {one} and {other}", id=one, one=found[one], other=agency),
                        hint=msg("give it once"),
                    )
    return found


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise UsageError(
            msg("{option} needs AGENCY=..., not {text}", option=option, text=text), hint=msg("write it like xa-a=pc-1")
        )
    return name.strip(), rest.strip()


def _asked(session: Session, inventory: Inventory, left: Sequence[str], into: Sequence[str]) -> Mapping[str, str]:
    """Each record nobody spoke of, one question each; an answer that is no agency is asked again."""
    found: dict[str, str] = {}
    for name in left:
        machine, system = inventory.endpoints.get(name), inventory.systems.get(name)
        what = (machine.place if machine is not None else system.name if system is not None else "") or ""
        question = session.text(msg("Where does {id} ({what}) go? {choices}", id=name, what=what, choices=", ".join(into)))
        while (answer := str(typer.prompt(question, err=True)).strip()) not in into:
            session.say(msg("agencies: {ids}", ids=", ".join(into)))
        found[name] = answer
    return found
