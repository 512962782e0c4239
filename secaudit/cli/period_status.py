"""``secaudit period status``: where a period stands, or whether what was closed is still what it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode
from secaudit.cli.inventory_status import STANDINGS
from secaudit.cli.language import N_
from secaudit.cli.measure import print_measurements, tally_json
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.period_close import open_json, periods_store, say_open
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
from secaudit.cli.workspace import AsOf, moment_of
from secaudit.errors import UsageError
from secaudit.law import WorkingDays
from secaudit.messages import clean, literal, msg
from secaudit.model.base import VIETNAM_TIME, day_in_vietnam
from secaudit.model.measurement import Decision
from secaudit.model.period import Period, newest_first
from secaudit.pipeline.archive import FLAWS, about_of, archive_of, flaws_of
from secaudit.pipeline.closing import OpenPoint, open_points
from secaudit.pipeline.frozen import chain_stands
from secaudit.pipeline.inventory_status import InventoryStatus, Standing, inventory_status
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.province import load_province
from secaudit.pipeline.summary_cache import CACHE_FILE
from secaudit.report.words import decision_word
from secaudit.store import Store

app = application()
_FLAWS_SHOWN = 20

StatusName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help=N_("Period to look at; the open one, else the newest, when left out."))
]


@app.callback()
def group() -> None:
    """Keep ``status`` a sub-command although it is the only one here."""


@dataclass(frozen=True)
class Present:
    """An open period: everything its closing would freeze, as it stands."""

    day: date
    """The day it is looked at; the figures are for its end, or for that of the period's last day."""
    measured: Measured
    agencies: InventoryStatus
    points: tuple[OpenPoint, ...]
    outcome: int
    """Number of the newest outcome that would be in it."""


@app.command("status", cls=Command, help=N_("Where a period stands; of a closed one whether its archive is intact."))
def status(
    context: typer.Context,
    name: StatusName = None,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    as_of: AsOf = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0; 6 when the archive of a closed period is not what was closed."""
    session = session_of(context)
    folder = workspace_folder(workspace)
    with periods_store(folder) as store:
        period = _wanted(store, name)
        if period.closing is not None:
            intact = _closed(session, store, period, folder, output)
        else:
            intact = True
            present = _present(session, store, period, moment_of(as_of), (inventory, checks, folder))
            if output is OutputFormat.JSON:
                print_json("period-status", _present_json(period, present))
            else:
                _show_present(session, period, present)
    if not intact:
        raise typer.Exit(ExitCode.STORE)


def _wanted(store: Store, name: str | None) -> Period:
    if name is not None:
        return store.periods.find(name)
    known = newest_first(store.periods.all())
    if not known:
        raise UsageError(msg("no period was opened yet"), hint=msg("open one: secaudit period open"))
    return known[0]


def _present(
    session: Session, store: Store, period: Period, moment: datetime, places: tuple[Path | None, Path | None, Path]
) -> Present:
    day, moment = day_in_vietnam(moment), min(moment, period.end.astimezone(UTC))
    inventory, checks, folder = inventory_folder(places[0]), checks_folder(places[1]), places[2]
    province = load_province(inventory, checks, folder)
    with one_bar(session, msg("Judging")) as steps:
        measured = measure_province(province, province.plan(period.plan), store, as_of=moment, progress=steps)
    received = store.submissions.all(moment)
    agencies = inventory_status(inventory, as_of=moment, cache=folder / CACHE_FILE, submissions=received)
    return Present(day, measured, agencies, open_points(measured), store.periods.point(moment)[0])


def _days(period: Period, present: Present) -> dict[str, int]:
    """Days of the calendar, and working days by the public holidays that are confirmed."""
    day = present.day
    working = WorkingDays(present.measured.province.catalog.law.holidays).count(day, period.last)
    left = (period.last - day).days
    return {"day": period.day_number(day), "days": period.days, "days_left": left, "working_days_left": working}


def _show_present(session: Session, period: Period, present: Present) -> None:
    _head(session, period)
    counted = _days(period, present)
    if counted["day"] < 1:
        said = msg("begins in {days} days", days=1 - counted["day"])
    elif counted["days_left"] < 0:
        said = msg("its last day was {days} days ago: close it", days=-counted["days_left"])
    else:
        said = msg(
            "day {day} of {days}; {left} days to the closing, {working} of them working days",
            day=counted["day"], days=counted["days"], left=counted["days_left"], working=counted["working_days_left"],
        )  # fmt: skip
    session.out.print(Text(session.text(said)))
    table = Table()
    table.add_column(session.text(msg("Agencies")))
    table.add_column("", justify="right")
    for one in Standing:
        if present.agencies.standings.get(one):
            table.add_row(session.text(STANDINGS[one]), str(present.agencies.standings[one]))
    session.out.print(table)
    print_measurements(session, present.measured)
    inventory = present.measured.province.inventory
    session.out.print(
        Text(
            session.text(
                msg(
                    "would be frozen: lists of {agencies} agencies, {machines} machines, evidence of {seen} of them "
                    "(up to number {outcome}), checks and rules {digest}",
                    agencies=len(inventory.agencies), machines=len(inventory.endpoints), outcome=present.outcome,
                    seen=_seen(present.measured), digest=present.measured.province.catalog.digest[:12],
                )
            )
        ),
        soft_wrap=True,
    )  # fmt: skip
    say_open(session, present.points)


def _head(session: Session, period: Period) -> None:
    session.out.print(
        Text(
            session.text(
                msg(
                    "Period {name} ({plan}), {first} to {last}; opened {opened} by {who}",
                    name=period.name, plan=literal(period.plan), first=_day(period.first), last=_day(period.last),
                    opened=_moment(period.opened_at), who=period.opened_by,
                )
            ),
            style="bold",
        ),
        soft_wrap=True,
    )  # fmt: skip


def _seen(measured: Measured) -> int:
    return sum(1 for state in measured.states.values() if state.evidence is not None)


def _closed(session: Session, store: Store, period: Period, folder: Path, output: OutputFormat) -> bool:
    """Show a closed period; whether every byte of it is what it was."""
    closing = period.closing
    assert closing is not None
    archive = archive_of(folder, period.name)
    flaws = flaws_of(archive, closing.digest)
    about: Mapping[str, Any] = {} if flaws else about_of(archive)
    stands = chain_stands(store, period)
    if output is OutputFormat.JSON:
        found = [{"file": name, "what": what} for name, what in flaws]
        print_json(
            "period-status",
            {
                "period": opened_json(period),
                "archive": {"path": str(archive), "intact": not flaws, "flaws": found, "files": about.get("files")},
                "chain_stands": stands,
                "decisions": about.get("decisions"),
                "open": about.get("period", {}).get("open"),
            },
        )
        return not flaws
    _head(session, period)
    said = msg(
        "closed {at} by {who}; figures of {moment}",
        at=_moment(closing.closed_at),
        who=closing.closed_by,
        moment=_moment(closing.moment),
    )
    session.out.print(Text(session.text(said)), soft_wrap=True)
    if closing.early:
        session.out.print(
            Text(session.text(msg("closed before its last day had ended: {reason}", reason=closing.early))), soft_wrap=True
        )
    if closing.accepted_open:
        session.out.print(Text(session.text(msg("closed although something was open"))))
    session.out.print(Text(session.text(msg("digest: {digest}", digest=closing.digest))), soft_wrap=True)
    for target, decision in about.get("decisions", {}).items():
        word = session.text(decision_word(Decision(decision), overdue=False))
        title = about["titles"][target]["vi" if session.translator.language == "vi" else "en"]
        session.out.print(Text(clean(f"  {title}: {word}")))
    _say_intact(session, archive, flaws, stands=stands)
    return not flaws


def _say_intact(session: Session, archive: Path, flaws: list[tuple[str, str]], *, stands: bool) -> None:
    for name, what in flaws[:_FLAWS_SHOWN]:
        session.say(msg("{file}: {what}", file=clean(str(archive / name)), what=FLAWS[what]), style="bold red")
    if flaws:
        session.say(
            msg("the archive is not what was closed: {count} file(s); put it back from a copy", count=len(flaws)),
            style="bold red",
        )
    else:
        session.say(msg("the archive is intact: {path}", path=clean(str(archive))), style="green")
    if not stands:
        session.say(
            msg("the store no longer holds the evidence this period was closed over; it is printed from its archive"),
            style="yellow",
        )


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _moment(moment: datetime) -> str:
    return moment.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")


def _present_json(period: Period, present: Present) -> dict[str, Any]:
    """An open period as docs/json.md describes it."""
    measured = present.measured
    return {
        "period": opened_json(period),
        "as_of": measured.as_of,
        **_days(period, present),
        "agencies": {one.value: count for one, count in present.agencies.standings.items()},
        "targets": [{"target": one.target, "decision": one.decision, **tally_json(one.tally)} for one in measured.measurements],
        "would_freeze": {
            "agencies": len(measured.province.inventory.agencies),
            "machines": len(measured.province.inventory.endpoints),
            "machines_seen": _seen(measured),
            "outcome": present.outcome,
            "inventory_digest": measured.province.inventory.digest,
            "catalog_digest": measured.province.catalog.digest,
        },
        "open": open_json(present.points),
    }
