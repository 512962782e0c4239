"""The workspace folder: store, host keys, reports; and the moment figures are for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.catalog import PARAMETERS_FILE
from secaudit.cli.days import parse_day
from secaudit.cli.language import N_
from secaudit.cli.session import Session
from secaudit.errors import StoreError, UsageError
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam, end_of_day
from secaudit.model.catalog import Catalog
from secaudit.store import Store

STORE_FILE = "store.sqlite"
HOST_KEYS_FILE = "known_hosts"
REPORT_FOLDER = "report"

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM-DD", help=N_("Day the figures are for, to its end; now when left out.")),
]
PlanOption = Annotated[str, typer.Option("--plan", metavar="ID", help=N_("Plan of the catalog to measure."))]


def moment_of(asked: str | None) -> datetime:
    """Now, or the last moment of the asked day where this program runs; a day to come is refused."""
    now = datetime.now(UTC)
    if asked is None:
        return now
    day = parse_day(asked)
    if day > day_in_vietnam(now):
        raise UsageError(
            msg("{day} is still to come", day=day.isoformat()),
            hint=msg("name today or an earlier day, or leave --as-of out"),
        )
    return min(end_of_day(day).astimezone(UTC), now)


def say_changed(session: Session, catalog: Catalog) -> None:
    """Figures judged with values of the workspace's own say so."""
    if catalog.changed:
        session.say(
            msg("judged with {count} value(s) set in {file} of this workspace", count=len(catalog.changed), file=PARAMETERS_FILE),
            style="yellow",
        )


@contextmanager
def existing_store(workspace: Path) -> Iterator[Store | None]:
    """The store for reading, or None when nothing was ever gathered in this workspace."""
    path = workspace / STORE_FILE
    if not path.exists() or not path.stat().st_size:  # an empty file is a scan that was killed before its first word
        yield None
        return
    with Store.open(path, create=False) as store:
        yield store


@contextmanager
def needed_store(workspace: Path) -> Iterator[Store]:
    """The store; StoreError when nothing was ever gathered in this workspace."""
    with existing_store(workspace) as store:
        if store is None:
            raise StoreError(
                msg("there is no store yet"),
                where=str(workspace / STORE_FILE),
                hint=msg("gather evidence first: secaudit scan; or name the workspace with --workspace"),
            )
        yield store
