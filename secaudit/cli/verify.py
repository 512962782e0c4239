"""``secaudit verify``: whether the store is still what was kept."""

import re
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.session import FormatOption, WorkspaceOption, session_of, workspace_folder
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import needed_store
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.store import FlawKind

app = application()

_OF_RUNS = (FlawKind.RUN, FlawKind.OPEN, FlawKind.RECHECK, FlawKind.STATE)
"""Flaws whose number is not that of an outcome."""


@app.command(cls=Command, help=N_("Check the hash chain: whether anything in the store was changed, removed or added."))
def verify(
    context: typer.Context,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    head: Annotated[
        str | None, typer.Option("--head", metavar="HASH", help=N_("Chain head printed in a report: is it still in this store?"))
    ] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 6 when the store is not what was kept."""
    session = session_of(context)
    if head is not None and not re.fullmatch(r"[0-9a-f]{64}", head):
        raise UsageError(
            msg("{text} is not a chain head", text=head[:80]), hint=msg("it is the 64 digits in the footer of the report")
        )
    with needed_store(workspace_folder(workspace)) as store:
        result = store.verify()
        place = store.number_of(head) if head else None
    if output is OutputFormat.JSON:
        flaws = [{"kind": flaw.kind, "number": flaw.number, "message": session.text(flaw.message)} for flaw in result.problems]
        print_json(
            "verification",
            {
                "intact": result.intact,
                "outcomes": result.count,
                "head": result.head,
                "pruned": result.pruned,
                "asked_head_at": place,
                "flaws": flaws,
                "more": result.more,
            },
        )
    else:
        for flaw in result.problems:
            text = (
                msg("outcome {number}: {message}", number=flaw.number, message=flaw.message)
                if flaw.number and flaw.kind not in _OF_RUNS
                else flaw.message
            )
            session.say(text, style="red")
        if result.more:
            session.say(msg("and {count} more", count=result.more), style="red")
        if result.intact:
            session.say(msg("{count} outcomes, chain intact; head {head}", count=result.count, head=result.head), style="green")
        else:
            session.say(msg("the store is not what was kept; use a copy from before"), style="bold red")
        if place is not None:
            session.say(msg("the head asked for is outcome {number}", number=place), style="green")
        elif head:
            session.say(msg("the head asked for is not in this store"), style="bold red")
    if not result.intact or (head and place is None):
        raise typer.Exit(ExitCode.STORE)
