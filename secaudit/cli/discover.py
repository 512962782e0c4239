"""``secaudit discover``: machines that answer and that nobody declared."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.session import (
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import STORE_FILE
from secaudit.inventory import load_inventory
from secaudit.messages import clean, msg
from secaudit.model.inventory import Inventory
from secaudit.pipeline.discovering import Reconciliation, discover_machines, save_reconciliation
from secaudit.store import Store

app = application()


@app.command(cls=Command, help=N_("Look with nmap for machines that answer in the inventory's networks and are not declared."))
def discover(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))
    ] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 3 when something undeclared answers; networks that the inventory does not name are never touched."""
    session = session_of(context)
    known = load_inventory(inventory_folder(inventory))
    at = datetime.now(UTC)
    with Store.open(workspace_folder(workspace) / STORE_FILE) as store:
        store.claim()  # before the sweep: nobody waits for a result that cannot be kept
        found = discover_machines(known, tuple(agency or ()), at=at)
        save_reconciliation(store, found, at)
    if output is OutputFormat.JSON:
        rows = [{"address": m.address, "agency": m.agency, "ports": list(m.ports)} for m in found.undeclared]
        print_json("discovery", {"agencies": list(found.agencies), "declared": list(found.declared), "undeclared": rows})
    else:
        session.say(
            msg(
                "{agencies} agencies swept: {declared} declared machines answer, {undeclared} undeclared",
                agencies=len(found.agencies),
                declared=len(found.declared),
                undeclared=len(found.undeclared),
            )
        )
        if found.undeclared:
            _print_undeclared(session, known, found)
    if found.undeclared:
        raise typer.Exit(ExitCode.FAILURES)


def _print_undeclared(session: Session, known: Inventory, found: Reconciliation) -> None:
    names = {part.agency.id: part.agency.name for part in known.agencies}
    table = Table()
    for heading in (msg("Address"), msg("Agency"), msg("Open ports")):
        table.add_column(session.text(heading), overflow="fold")
    for machine in found.undeclared:
        name = names.get(machine.agency, machine.agency)
        table.add_row(Text(clean(machine.address)), Text(clean(name)), ", ".join(str(port) for port in machine.ports))
    session.out.print(table)
    session.say(
        msg("  → declare them in the file of their agency, or take them off the network; until then the plan counts them")
    )
