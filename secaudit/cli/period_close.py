"""``secaudit period close``: freeze inventory, evidence and figures under one digest."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.days import parse_moment
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.measure import print_measurements
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.period_open import opened_json
from secaudit.cli.progress import one_bar
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
from secaudit.cli.workspace import existing_store
from secaudit.errors import UsageError
from secaudit.messages import clean, msg
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.period import Period
from secaudit.pipeline.closing import Closed, OpenPoint, Order, close_period
from secaudit.store import Store

app = application()
_NAMED = 10

CloseName = Annotated[str | None, typer.Argument(metavar="[NAME]", help=N_("Period to close; the open one when left out."))]
CloseAsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DAY", help=N_("Day, or moment like '2026-12-14 17:00', the figures are for; the end of its last day.")
    ),
]
EarlyOption = Annotated[
    str | None, typer.Option("--early", metavar="REASON", help=N_("Close before the last day has ended; the reason is kept."))
]
AcceptOpen = Annotated[bool, typer.Option("--accept-open", help=N_("Close although something is still open; what, is kept."))]


@app.callback()
def group() -> None:
    """Keep ``close`` a sub-command although it is the only one here."""


@app.command("close", cls=Command, help=N_("Close a period for good: inventory, checks, evidence and figures are frozen."))
def close(
    context: typer.Context,
    name: CloseName = None,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    as_of: CloseAsOf = None,
    early: EarlyOption = None,
    accept_open: AcceptOpen = False,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 when it is closed, 4 when something is open and nothing was closed."""
    session = session_of(context)
    now = datetime.now(UTC)
    folder = workspace_folder(workspace)
    with periods_store(folder) as store:
        period = open_one(store, name)
        moment = closing_moment(period, as_of, early, now)
        order = Order(
            period, inventory_folder(inventory), checks_folder(checks), folder, moment, now, login_user(None), early or "",
            accept_open,
        )  # fmt: skip
        with one_bar(session, msg("Judging")) as steps:
            closed = close_period(store, order, progress=steps)
    if output is OutputFormat.JSON:
        print_json("period-closing", closed_json(closed))
    else:
        _show(session, closed)
    if closed.period.closing is None:
        raise typer.Exit(ExitCode.INCOMPLETE)


@contextmanager
def periods_store(workspace: Path) -> Iterator[Store]:
    """The store that keeps the periods; UsageError where there is none, for then no period was opened either."""
    with existing_store(workspace) as store:
        if store is None:
            raise UsageError(
                msg("no period was opened yet"), where=clean(str(workspace)), hint=msg("open one: secaudit period open")
            )
        yield store


def open_one(store: Store, name: str | None) -> Period:
    """The period asked for, or the only one that is open; UsageError when it is closed or cannot be known."""
    if name is not None:
        found = store.periods.find(name)
        if found.closing is not None:
            raise UsageError(
                msg("the period {name} is closed already", name=name),
                hint=msg("later data go to the next period; print this one again with --period {name}", name=name),
            )
        return found
    still = [one for one in store.periods.all() if one.closing is None]
    if len(still) != 1:
        listed = ", ".join(one.name for one in still)
        raise UsageError(
            msg("no period is open") if not still else msg("several periods are open: {names}", names=listed),
            hint=msg("open one: secaudit period open") if not still else msg("name one of them"),
        )
    return still[0]


def closing_moment(period: Period, asked: str | None, early: str | None, now: datetime) -> datetime:
    """The moment the figures are for; UsageError for one to come, one outside the period, or an early one without reason."""
    moment = parse_moment(asked) if asked is not None else period.end
    if asked is None and early is not None:
        moment = min(moment, now)
    first, last = period.first.strftime("%d/%m/%Y"), period.last.strftime("%d/%m/%Y")
    if moment > period.end or period.day_number(moment.astimezone(VIETNAM_TIME).date()) < 1:
        raise UsageError(
            msg("the period {name} is from {first} to {last}", name=period.name, first=first, last=last),
            hint=msg("what is of another day is in no figure of this period; name one of its days with --as-of"),
        )
    if moment < period.end and not (early or "").strip():
        raise UsageError(
            msg("the last day of the period, {last}, would not be in it", last=last),
            hint=msg("to close it earlier all the same, give the reason: --early 'REASON'"),
        )
    if moment > now:
        # The end of today is asked for by its day; what is still to come of it cannot be in the figures.
        if asked is not None and early and moment.astimezone(VIETNAM_TIME).date() == now.astimezone(VIETNAM_TIME).date():
            return now
        raise UsageError(
            msg("{moment} is still to come", moment=moment.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")),
            hint=msg("close it afterwards, or now with the reason: --early 'REASON'"),
        )
    return moment.astimezone(UTC)


def _show(session: Session, closed: Closed) -> None:
    print_measurements(session, closed.measured)
    say_open(session, closed.open_points)
    closing = closed.period.closing
    if closing is None:
        session.say(msg("nothing was closed; settle what is open, or close it with --accept-open"), style="bold red")
        return
    if closed.aside is not None:
        session.say(
            msg("an unfinished closing had left an archive; it is put aside: {path}", path=clean(str(closed.aside))),
            style="yellow",
        )
    session.say(
        msg(
            "period {name} is closed, figures of {moment}",
            name=closed.period.name, moment=closing.moment.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M"),
        ),
        style="bold",
    )  # fmt: skip
    session.say(msg("digest: {digest}", digest=closing.digest), style="bold")
    session.say(msg("archive: {path}; keep a copy of it elsewhere", path=clean(str(closed.folder.resolve()))))


def say_open(session: Session, points: tuple[OpenPoint, ...]) -> None:
    """What is not finished, the first names of each kind."""
    for point in points:
        rest = f" +{len(point.names) - _NAMED}" if len(point.names) > _NAMED else ""
        named = clean(", ".join(point.names[:_NAMED]) + rest)
        session.say(msg("open: {what}: {names}", what=point.message, names=named), style="yellow")


def closed_json(closed: Closed) -> dict[str, object]:
    """A closing as docs/json.md describes it."""
    return {
        "period": opened_json(closed.period),
        "archive": str(closed.folder) if closed.period.closing is not None else None,
        "open": open_json(closed.open_points),
        "decisions": {one.target: one.decision for one in closed.measured.measurements},
    }


def open_json(points: tuple[OpenPoint, ...]) -> list[dict[str, object]]:
    """What is not finished as docs/json.md describes it."""
    return [{"kind": point.kind, "count": len(point.names), "names": list(point.names)} for point in points]
