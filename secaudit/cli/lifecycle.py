"""``secaudit lifecycle``: how old the tables of releases are, and new rows for them without a network."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid
from rich.text import Text

from secaudit.catalog import load_catalog
from secaudit.catalog.imports import read_import
from secaudit.catalog.refresh import Change, refresh, write
from secaudit.cli.language import N_
from secaudit.cli.session import ChecksOption, Session, checks_folder, session_of
from secaudit.cli.tree import Command, application
from secaudit.facts.lifecycle import TABLE_DAYS
from secaudit.facts.windows_level import is_stale
from secaudit.messages import clean, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.knowledge import LifecycleTable, Release, Update, UpdateTable

app = application(help=N_("Ends of support and monthly releases: how old the tables are, and how to renew them offline."))
_SHOWN = 40
"""Changes printed one by one; the rest is counted."""


@app.command(cls=Command, help=N_("All tables with their age; what is too old to judge by is marked."))
def show(context: typer.Context, checks: Annotated[Path | None, ChecksOption] = None) -> None:
    """A line per table."""
    session = session_of(context)
    knowledge = load_catalog(checks_folder(checks)).knowledge
    today = day_in_vietnam(datetime.now(UTC))
    grid = Grid()
    for heading in (msg("Table"), msg("As of"), msg("Days old"), msg("Rows"), msg("Newest row"), msg("State")):
        grid.add_column(session.text(heading), overflow="fold")
    tables: list[LifecycleTable | UpdateTable] = [*knowledge.lifecycle, *knowledge.updates]
    for table in tables:
        stale = _stale(table, today)
        state = Text(session.text(msg("too old: what hangs on it is unknown") if stale else msg("current")))
        state.stylize("bold red" if stale else "green")
        rows = table.updates if isinstance(table, UpdateTable) else table.releases
        age = str((today - table.as_of).days)
        grid.add_row(table.id, table.as_of.isoformat(), age, str(len(rows)), _newest(table), state)
    session.out.print(grid)
    for updates in knowledge.updates:
        days = updates.grace_days
        session.say(msg("{table}: a monthly release is owed {days} days after it came out", table=updates.id, days=days))


@app.command("import", cls=Command, help=N_("Put rows of a CSV, JSON or YAML file into a table (docs/lifecycle.md)."))
def import_table(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("File with the new rows."))],
    checks: Annotated[Path | None, ChecksOption] = None,
    replace: Annotated[bool, typer.Option("--replace", help=N_("Remove rows that the file does not have."))] = False,
    force: Annotated[bool, typer.Option("--force", help=N_("Take a file that is older than the table."))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Show what would change and write nothing."))] = False,
) -> None:
    """Exit 5 with every problem and nothing written."""
    session = session_of(context)
    brought, source = read_import(file)
    today = day_in_vietnam(datetime.now(UTC))
    refreshed = refresh(checks_folder(checks), brought, source, today, replace=replace, force=force)
    _print_changes(session, refreshed.changes)
    if dry_run:
        session.say(msg("nothing was written"))
        return
    write(refreshed)
    session.say(
        msg(
            "{path} is now of {day}: {count} row(s) changed",
            path=str(refreshed.path),
            day=refreshed.after.as_of.isoformat(),
            count=len(refreshed.changes),
        ),
        style="green",
    )


def _print_changes(session: Session, changes: Sequence[Change]) -> None:
    for change in changes[:_SHOWN]:
        if change.before is not None:
            session.out.print(Text(f"- {_row(change.before)}", style="red"), soft_wrap=True)
        if change.after is not None:
            session.out.print(Text(f"+ {_row(change.after)}", style="green"), soft_wrap=True)
    if len(changes) > _SHOWN:
        session.out.print(Text(session.text(msg("{count} more rows change", count=len(changes) - _SHOWN))), soft_wrap=True)


def _row(row: Release | Update) -> str:
    values = row.model_dump(mode="json", exclude_defaults=True)
    return clean(", ".join(f"{name}={value}" for name, value in values.items()))


def _stale(table: LifecycleTable | UpdateTable, today: date) -> bool:
    return is_stale(table, today) if isinstance(table, UpdateTable) else (today - table.as_of).days > TABLE_DAYS


def _newest(table: LifecycleTable | UpdateTable) -> str:
    if isinstance(table, UpdateTable):
        return max((row.month for row in table.updates if row.kind == "security"), default="")
    return ""
