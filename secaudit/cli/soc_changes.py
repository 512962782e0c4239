"""``secaudit soc changes``: what changes from day to day, as JSON lines for the monitoring centre's programs."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.days import parse_day
from secaudit.cli.language import N_
from secaudit.cli.output import write_file
from secaudit.cli.progress import one_bar
from secaudit.cli.session import ChecksOption, InventoryOption, WorkspaceOption, leave_quietly, session_of
from secaudit.cli.sources import open_sources
from secaudit.cli.states import say_refused, with_store
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import PlanOption
from secaudit.errors import UsageError
from secaudit.messages import clean, msg
from secaudit.model.base import day_in_vietnam
from secaudit.pipeline.change_feed import change_feed
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.state_book import StateBook
from secaudit.report.voice import Voice
from secaudit.resources import translator

app = application()


@app.command(cls=Command, help=N_("What changes from day to day, a JSON line for each machine and change (docs/history.md)."))
def changes(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DAY", help=N_("First day whose changes are told; yesterday when left out.")),
    ] = None,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help=N_("File to write; standard output when left out."))
    ] = None,
) -> None:
    """Exit 0, also where nothing changed; the words are Vietnamese, whatever the console speaks."""
    session = session_of(context)
    places = {"inventory": inventory, "checks": checks, "workspace": workspace}
    with open_sources(session, **places, as_of=None, period=None) as sources:
        today = day_in_vietnam(sources.as_of)
        day = parse_day(since) if since is not None else today - timedelta(days=1)
        if day > today:
            raise UsageError(
                msg("{day} is still to come", day=day.strftime("%d/%m/%Y")), hint=msg("name today or an earlier day")
            )
        with one_bar(session, msg("Judging")) as steps:
            book = StateBook(sources, with_store(sources), sources.plan(plan), progress=steps)
            feed = change_feed(book, sources.province, day, Voice(translator("vi")))
        say_refused(session, book.known)
    data = b"".join(line + b"\n" for line in feed.lines)
    if out is not None:
        write_file(out, data, what=msg("the changes cannot be written: {reason}"))
        session.say(msg("{count} changes: {path}", count=len(feed.lines), path=clean(str(out.resolve()))), style="bold")
    else:
        _write(data)
    if feed.begins is None:
        session.say(msg("no earlier state was written down: machines are compared from the next day on"), style="yellow")
    elif feed.begins >= day:
        said = msg(
            "nothing was written down before {day}: changes are told from its state on", day=feed.begins.strftime("%d/%m/%Y")
        )
        session.say(said, style="yellow")


def _write(data: bytes) -> None:
    sys.stdout.flush()
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        leave_quietly()
