"""``secaudit period open``: begin a round of reporting."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from secaudit.catalog import load_catalog, plan_called, with_plans
from secaudit.cli.days import parse_day
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.session import ChecksOption, FormatOption, WorkspaceOption, checks_folder, session_of, workspace_folder
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import STORE_FILE, PlanOption
from secaudit.errors import StoreError, UsageError
from secaudit.messages import clean, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.period import Period, is_name, statutory, statutory_year
from secaudit.pipeline.archive import archive_of
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.store import Store

app = application()

NameArgument = Annotated[str | None, typer.Argument(metavar="[NAME]", help=N_("Name of the period; its year when left out."))]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help=N_("First day; 15 December of the year before by law."))
]
ToOption = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help=N_("Last day; 14 December by law."))]


@app.callback()
def group() -> None:
    """Keep ``open`` a sub-command although it is the only one here."""


@app.command("open", cls=Command, help=N_("Open a period: one at a time for each plan, and no day in two of them."))
def open_period(
    context: typer.Context,
    name: NameArgument = None,
    first: FromOption = None,
    last: ToOption = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 when it is open."""
    session = session_of(context)
    now = datetime.now(UTC)
    wanted, begins, ends = _days(name, first, last, day_in_vietnam(now))
    folder = workspace_folder(workspace)
    catalog = with_plans(load_catalog(checks_folder(checks)), folder)
    chosen = plan_called(catalog, plan)
    if chosen is None:
        hint = msg("plans: {ids}", ids=", ".join(sorted(catalog.plans)))
        raise UsageError(msg("there is no plan called {id}", id=plan), hint=hint)
    with Store.open(folder / STORE_FILE) as store:
        _require_free(store, folder, wanted)
        opened = store.periods.begin(Period(wanted, plan, begins, ends, now, login_user(None)))
    if output is OutputFormat.JSON:
        print_json("period", opened_json(opened))
        return
    session.say(
        msg(
            "period {name} of {plan} is open: {first} to {last}, {days} days",
            name=opened.name, plan=chosen.name, first=begins.strftime("%d/%m/%Y"), last=ends.strftime("%d/%m/%Y"),
            days=opened.days,
        ),
        style="bold",
    )  # fmt: skip


def _require_free(store: Store, workspace: Path, name: str) -> None:
    """StoreError when a period of this name was closed here that the store knows nothing of: it was replaced by another one."""
    place = archive_of(workspace, name)
    if (place.exists() or place.is_symlink()) and name not in {one.name for one in store.periods.all()}:
        raise StoreError(
            msg("The archive of a period called {name} stands here, and this store never opened one", name=name),
            where=clean(str(place)),
            hint=msg("put the store back from a copy of the workspace, or choose another name"),
        )


def _days(name: str | None, first: str | None, last: str | None, today: date) -> tuple[str, date, date]:
    """Name and days as asked, the law's yearly period where nothing is said; UsageError for what cannot be."""
    year = int(name) if name is not None and len(name) == 4 and name.isdecimal() and name.isascii() and int(name) > 1 else None
    by_law = statutory(year if year is not None else statutory_year(today))
    begins = parse_day(first) if first is not None else by_law[0]
    ends = parse_day(last) if last is not None else by_law[1]
    if ends < begins:
        raise UsageError(
            msg("the period ends before it begins: {first} to {last}", first=begins.isoformat(), last=ends.isoformat()),
            hint=msg("write it like --from 2025-12-15 --to 2026-12-14"),
        )
    wanted = name if name is not None else str(ends.year)
    if not is_name(wanted):
        raise UsageError(
            msg("{name} cannot be the name of a period", name=clean(wanted, limit=60)),
            hint=msg("lower-case letters without accents, digits, dot and dash, at most 40, such as 2026 or 2026-q1"),
        )
    return wanted, begins, ends


def opened_json(period: Period) -> dict[str, Any]:
    """A period as docs/json.md describes it."""
    closing = period.closing
    return {
        "name": period.name,
        "plan": period.plan,
        "first": period.first,
        "last": period.last,
        "opened_at": period.opened_at,
        "opened_by": period.opened_by,
        "closed": None
        if closing is None
        else {
            "at": closing.closed_at,
            "by": closing.closed_by,
            "moment": closing.moment,
            "digest": closing.digest,
            "outcome": closing.outcome,
            "chain_head": closing.head,
            "early": closing.early,
            "accepted_open": closing.accepted_open,
        },
    }
