"""``secaudit lab``: a practice range on loopback, to try the commands by hand."""

import os
import shlex
import time
from pathlib import Path
from subprocess import list2cmdline
from typing import Annotated

import typer

from secaudit.cli.interrupts import ended_by_signals
from secaudit.cli.language import N_
from secaudit.cli.session import InventoryOption, WorkspaceOption, inventory_folder, session_of, workspace_folder
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import HOST_KEYS_FILE
from secaudit.inventory import load_inventory
from secaudit.messages import literal, msg
from secaudit.pipeline.practice import practice_range

app = application(help=N_("Practice machines on loopback: real SSH, captured or misbehaving answers."))


@app.callback()
def group() -> None:
    """Keep ``up`` a sub-command although it is the only one."""


@app.command(cls=Command, help=N_("Start the practice machines, enrol their keys, and run until Ctrl-C."))
def up(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    lab_map: Annotated[Path, typer.Option("--lab", metavar="FILE", help=N_("Which lab answer stands at which address."))] = Path(
        "inventories/lab/thai-nguyen.yaml"
    ),
) -> None:
    """Everything ends with the command."""
    session = session_of(context)
    folder = workspace_folder(workspace)
    with (
        ended_by_signals(),
        practice_range(load_inventory(inventory_folder(inventory)), lab_map, folder, folder / HOST_KEYS_FILE) as practice,
    ):
        for message in practice.missing:
            session.say(message, style="yellow")
        session.say(msg("{count} lab addresses answer; in another terminal:", count=practice.lab_machines))
        words = ["secaudit", "scan", *(["--inventory", str(inventory)] if inventory else []), "--workspace", str(folder)]
        words += ["--no-agent", "--identity", str(practice.client_key), "--deadline", "15"]
        session.say(literal(list2cmdline(words) if os.name == "nt" else shlex.join(words)))
        session.say(msg("Ctrl-C ends the practice machines"))
        while True:
            time.sleep(1)
