"""``secaudit worklist``: what a team does next, within so many visits or hours."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from secaudit.cli.language import N_
from secaudit.cli.measure import tally_json
from secaudit.cli.output import print_json, write_file
from secaudit.cli.preview import check_suffix, show_sheet
from secaudit.cli.progress import one_bar
from secaudit.cli.session import (
    ChecksOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    session_of,
)
from secaudit.cli.sources import open_sources
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import AsOf, PlanOption
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.inventory import Tier
from secaudit.model.plan import Plan
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.worklist import Asked, Brought, Costs, Desk, Stop, Worklist, worklist
from secaudit.pipeline.worklist_sheet import COLUMNS, agency_row, task_row, worklist_rows, worklist_sheet
from secaudit.report.as_csv import as_csv
from secaudit.report.sheet import RENDERERS
from secaudit.report.voice import Voice

app = application()

USUAL_VISITS = 10
_ENDINGS = {".csv": None, **RENDERERS}


class WorklistFormat(StrEnum):
    """How the command answers."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


@app.command(cls=Command, help=N_("What to do next: what needs no journey, and the journeys that raise the plan most."))
def worklist_command(
    context: typer.Context,
    visits: Annotated[
        int | None, typer.Option("--visits", min=1, max=1000, metavar="N", help=N_("So many journeys; 10 when left out."))
    ] = None,
    hours: Annotated[
        int | None, typer.Option("--hours", min=1, max=2000, metavar="N", help=N_("So many hours of journeys and work instead."))
    ] = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))
    ] = None,
    target: Annotated[str | None, typer.Option("--target", metavar="ID|NUMBER", help=N_("Only this target of the plan."))] = None,
    journey: Annotated[
        list[str] | None,
        typer.Option(
            "--journey", metavar="TIER=MINUTES", help=N_("Minutes to an agency of this tier and back (may be repeated).")
        ),
    ] = None,
    look: Annotated[int, typer.Option("--look", min=1, max=600, metavar="MINUTES", help=N_("To look at one machine."))] = 10,
    repair: Annotated[
        int, typer.Option("--repair", min=1, max=600, metavar="MINUTES", help=N_("To put one machine in order."))
    ] = 30,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help=N_("File to write: .csv for spreadsheets, .md, .html or .txt for people.")
        ),
    ] = None,
    output: Annotated[
        WorklistFormat,
        typer.Option("--format", help=N_("text for people, csv for spreadsheets, json for programs (docs/json.md).")),
    ] = WorklistFormat.TEXT,
) -> None:
    """Nothing is asked of any machine; exit 0, because nothing is judged anew."""
    session = session_of(context)
    if visits is not None and hours is not None:
        raise UsageError(msg("a worklist is for so many visits or for so many hours"), hint=msg("leave --visits or --hours out"))
    if out is not None:
        check_suffix(out, _ENDINGS)
    costs = Costs(_journeys(journey or []), look, repair)
    places = {"inventory": inventory, "checks": checks, "workspace": workspace}
    with open_sources(session, **places, as_of=as_of, period=None) as sources:
        require_known(msg("agency"), agency, {part.agency.id for part in sources.province.inventory.agencies})
        number = _target_number(sources.province.plan(plan), target)
        with one_bar(session, msg("Judging")) as steps:
            measured = sources.measure(plan, progress=steps)
        couriers = sources.store.couriers.all() if sources.store is not None else []
    asked = Asked(
        visits=None if hours is not None else visits or USUAL_VISITS,
        minutes=None if hours is None else hours * 60,
        agencies=frozenset(agency or ()),
        target=number,
        costs=costs,
    )
    _show(session, worklist(measured, asked, couriers=couriers), out, output)


def _journeys(asked: list[str]) -> dict[Tier, int]:
    found = dict(Costs().journeys)
    for text in asked:
        name, _, minutes = text.partition("=")
        if name not in list(Tier) or not minutes.isascii() or not minutes.isdigit() or int(minutes) > 1440:
            raise UsageError(
                msg("{text} is no journey", text=text),
                hint=msg("write TIER=MINUTES, up to 1440, with one of these tiers: {names}", names=", ".join(Tier)),
            )
        found[Tier(name)] = int(minutes)
    return found


def _target_number(plan: Plan, asked: str | None) -> int | None:
    if asked is None:
        return None
    for number, target in enumerate(plan.targets, start=1):
        if asked in (str(number), target.id):
            return number
    listed = ", ".join(f"{number} ({target.id})" for number, target in enumerate(plan.targets, start=1))
    raise UsageError(msg("the plan has no target called {id}", id=asked), hint=msg("targets: {names}", names=listed))


def _show(session: Session, made: Worklist, out: Path | None, output: WorklistFormat) -> None:
    voice = Voice(session.translator)
    table = as_csv(COLUMNS, worklist_rows(made, voice.say))
    if output is WorklistFormat.JSON:
        print_json("worklist", worklist_json(made, voice))
    elif output is WorklistFormat.CSV:
        session.out.print(Text(table.replace("\r\n", "\n")), end="", soft_wrap=True)
    if out is not None and out.suffix.lower() == ".csv":
        write_file(out, table.encode("utf-8-sig"), what=msg("the worklist cannot be written: {reason}"))
        session.say(msg("worklist: {path}", path=str(out.resolve())), style="bold")
    elif out is not None or output is WorklistFormat.TEXT:
        show_sheet(session, worklist_sheet(made, voice.format), out)


def worklist_json(made: Worklist, voice: Voice) -> dict[str, Any]:
    """A worklist as docs/json.md describes it."""
    return {
        "plan": made.measured.plan.id,
        "as_of": made.measured.as_of,
        "targets": list(made.targets),
        "asked": {"visits": made.visits, "minutes": made.minutes},
        "costs": {
            "journeys": {tier.value: minutes for tier, minutes in made.costs.journeys.items()},
            "look": made.costs.look,
            "repair": made.costs.repair,
        },
        "silent": [agency_row(agency) for agency in made.silent],
        "without_journey": [_desk_json(desk) for desk in made.desks],
        "papers": [
            {"target": paper.target, "what": voice.say(paper.action), "gain": {"least": 0, "most": paper.gain}}
            for paper in made.papers
        ],
        "visits": [_stop_json(made, stop, voice) for stop in made.stops],
        "waiting_elsewhere": made.elsewhere,
        "brought": [_brought_json(one) for one in made.brought],
    }


def _desk_json(desk: Desk) -> dict[str, Any]:
    step = desk.step
    return {
        "target": desk.target,
        "way": step.lever.value,
        "console": step.source.value if step.source is not None else None,
        "via": step.via.value if step.via is not None else None,
        "gain": {"least": 0, "most": desk.gain},
        "agencies": [
            {**agency_row(line.agency), "gain_most": line.gain, "machines": list(line.machines), "command": step.command(line)}
            for line in desk.lines
        ],
    }


def _stop_json(made: Worklist, stop: Stop, voice: Voice) -> dict[str, Any]:
    rows = [
        {
            **task_row(made, task, voice.say),
            "looks_at_targets": sorted(task.looks),
            "repairs_for_targets": sorted(task.repairs),
            "failed_checks": list(task.checks),
        }
        for task in stop.tasks
    ]
    head = {**agency_row(stop.agency), "minutes": stop.minutes, "left": stop.left, "without_journey": stop.by_mail}
    return {**head, "machines": rows}


def _brought_json(one: Brought) -> dict[str, Any]:
    return {
        "target": one.target,
        "looked_at": one.looked,
        "put_in_order": one.repaired,
        "before": tally_json(one.tally),
        "best": tally_json(one.best),
        "worst": tally_json(one.worst),
    }
