"""What a command prints from: the present, or with ``--period`` a period that was closed.

A command of its own papers needs one option and one line::

    period: PeriodOption = None,
    ...
    with open_sources(inventory=inventory, checks=checks, workspace=workspace, as_of=as_of, period=period) as sources:
        measured = sources.measure(plan)

``sources.province``, ``.store`` (None where nothing was gathered), ``.as_of`` and ``.period`` are then those of the period.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from secaudit.cli.language import N_
from secaudit.cli.session import Session, checks_folder, inventory_folder, workspace_folder
from secaudit.cli.workspace import existing_store, moment_of, needed_store
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.period import Period
from secaudit.pipeline.frozen import Sources, chain_stands, closed_sources
from secaudit.pipeline.province import load_province

PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period", metavar="NAME", help=N_("Print a closed period again: inventory, checks and evidence as they were frozen.")
    ),
]


@contextmanager
def open_sources(
    session: Session,
    *,
    inventory: Path | None,
    checks: Path | None,
    workspace: Path | None,
    as_of: str | None,
    period: str | None,
) -> Iterator[Sources]:
    """The sources a command was asked for; inventory and checks of a closed period come from its archive alone."""
    folder = workspace_folder(workspace)
    if period is None:
        moment = moment_of(as_of)
        province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
        with existing_store(folder) as store:
            yield Sources(province, store, moment, workspace=folder, present=as_of is None)
        return
    if as_of is not None:
        raise UsageError(msg("a closed period has its own day"), hint=msg("leave --as-of or --period out"))
    with needed_store(folder) as store, closed_sources(folder, store, period) as sources:
        if sources.period is not None:
            say_period(session, sources.period, stands=chain_stands(store, sources.period))
        yield sources


def say_period(session: Session, period: Period, *, stands: bool) -> None:
    """Which period is printed, and whether the store still holds what it was closed over."""
    closing = period.closing
    if closing is None:
        return
    moment = closing.moment.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")
    session.say(
        msg("closed period {name}, figures of {moment}, digest {digest}", name=period.name, moment=moment, digest=closing.digest)
    )
    if not stands:
        session.say(
            msg("the store no longer holds the evidence this period was closed over; it is printed from its archive"),
            style="yellow",
        )


def period_json(period: Period | None) -> dict[str, Any] | None:
    """The closed period figures are from, as docs/json.md describes it."""
    if period is None or period.closing is None:
        return None
    return {"name": period.name, "digest": period.closing.digest, "moment": period.closing.moment}
