"""``secaudit inventory validate`` and ``schema``."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from secaudit.catalog import load_catalog, with_plans
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.session import FormatOption, checks_folder, inventory_folder, session_of, workspace_folder
from secaudit.cli.tree import Command, application
from secaudit.inventory import check_inventory, json_schema
from secaudit.inventory.schema import Kind
from secaudit.messages import msg
from secaudit.model.inventory import Inventory
from secaudit.pipeline.province import indicator_problems, meeting_problems

app = application()


@app.command(cls=Command, help=N_("Read the whole inventory and report every problem at once."))
def validate(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(envvar="SECAUDIT_INVENTORY", show_envvar=False, help=N_("Folder with province.yaml and agencies/.")),
    ] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """All problems with file, line, field, what was found and what is expected; exit 5 if there is one."""
    session = session_of(context)
    where = inventory_folder(folder)
    inventory, problems = check_inventory(where)
    if inventory is not None and _meets_catalog(inventory):
        catalog = load_catalog(checks_folder(None))
        problems = meeting_problems(catalog, inventory, where)
        if inventory.indicators:  # plans of the workspace may ask for figures, too
            problems += indicator_problems(with_plans(catalog, workspace_folder(None)), inventory)
    if output is OutputFormat.JSON:
        rows = [
            {"file": p.path, "line": p.line, "column": p.column, "field": p.field, "found": p.found,
             "message": session.text(p.message), "expected": session.text(p.expected) if p.expected else None,
             "hint": session.text(p.hint) if p.hint else None}
            for p in problems
        ]  # fmt: skip
        counts = {} if inventory is None else {
            "agencies": len(inventory.agencies), "systems": len(inventory.systems), "endpoints": len(inventory.endpoints)
        }  # fmt: skip
        print_json("inventory-problems", {"inventory": str(where), "counts": counts, "problems": rows})
    else:
        show_problems(session, problems, on=session.out)
        if inventory is not None and not problems:
            session.say(
                msg(
                    "{agencies} agencies, {systems} systems, {endpoints} endpoints: no problem found",
                    agencies=len(inventory.agencies),
                    systems=len(inventory.systems),
                    endpoints=len(inventory.endpoints),
                ),
                style="green",
            )
        else:
            session.say(msg("{count} problem(s) found in the data", count=len(problems)), style="bold red")
    if problems:
        raise typer.Exit(ExitCode.DATA)


def _meets_catalog(inventory: Inventory) -> bool:
    """Whether something in it names what stands in the catalog, which takes longer to load than most inventories."""
    return bool(inventory.attestations or inventory.waivers or inventory.indicators or inventory.province.interpretations)


@app.command(cls=Command, help=N_("Print the JSON Schema that editors use for completion and checks."))
def schema(
    kind: Annotated[
        Kind, typer.Argument(help=N_("Which file: agency, province, session, attestation, waiver or indicator."))
    ] = "agency",
) -> None:
    """Schema on standard output."""
    data = orjson.dumps(json_schema(kind), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    sys.stdout.write(data.decode("utf-8"))
