"""``secaudit period plan``: what a reporting period still needs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from secaudit.cli.language import N_
from secaudit.cli.measure import tally_json
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.preview import check_suffix, show_sheet
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
from secaudit.cli.workspace import AsOf, PlanOption, existing_store, moment_of
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.pipeline.publish.ways import ways_of
from secaudit.pipeline.ways_plan import Step, WaysPlan
from secaudit.pipeline.ways_sheet import COLUMNS, agencies_json, step_row, ways_rows, ways_sheet
from secaudit.report.as_csv import as_csv
from secaudit.report.sheet import RENDERERS

app = application()

TargetOption = Annotated[
    str | None,
    typer.Option("--target", metavar="ID|NUMBER", help=N_("Target about machines; the plan's first one when left out.")),
]
DetailOption = Annotated[bool, typer.Option("--detail", help=N_("Every agency, however many they are."))]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help=N_("File to write: .csv for spreadsheets, .md, .html or .txt for people.")),
]


@app.callback()
def group() -> None:
    """Keep ``plan`` a sub-command although it is the only one here."""


@app.command("plan", cls=Command, help=N_("Which way for which agencies, in which order, and what each could still prove."))
def plan_ways(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    target: TargetOption = None,
    as_of: AsOf = None,
    detail: DetailOption = False,
    out: OutOption = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Nothing is asked of any machine; exit 0, because nothing is judged anew."""
    session = session_of(context)
    if out is not None:
        check_suffix(out, {".csv": None, **RENDERERS})
    moment = moment_of(as_of)
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
    chosen = province.plan(plan)
    number = _target_number([one.id for one in chosen.targets], [one.population for one in chosen.targets], target)
    with existing_store(folder) as store, one_bar(session, msg("Judging")) as steps:
        measured = measure_province(province, chosen, store, as_of=moment, progress=steps)
    _show(session, ways_of(measured, number), out, output, detail=detail)


def _target_number(ids: list[str], populations: list[str], asked: str | None) -> int:
    """The asked target's number, by id or number; UsageError for one that is not about machines."""
    machines = [number for number, population in enumerate(populations, start=1) if population == "endpoints"]
    if asked is None and machines:
        return machines[0]
    found = [number for number in machines if asked in (str(number), ids[number - 1])]
    if found:
        return found[0]
    if asked is None:
        raise UsageError(msg("this plan has no target about machines"), hint=msg("name another plan with --plan"))
    listed = [f"{number} ({ids[number - 1]})" for number in machines]
    raise UsageError(
        msg("the plan has no target about machines called {id}", id=asked),
        hint=msg("targets about machines: {names}", names=", ".join(listed) or "–"),
    )


def _show(session: Session, made: WaysPlan, out: Path | None, output: OutputFormat, *, detail: bool) -> None:
    if output is OutputFormat.JSON:
        print_json("period-plan", plan_json(made))
    if out is not None and out.suffix.lower() == ".csv":
        write_file(out, as_csv(COLUMNS, ways_rows(made)).encode("utf-8-sig"), what=msg("the plan cannot be written: {reason}"))
        session.say(msg("plan: {path}", path=str(out.resolve())), style="bold")
    elif out is not None or output is OutputFormat.TEXT:
        show_sheet(session, ways_sheet(made, detail=detail), out)


def plan_json(made: WaysPlan) -> dict[str, Any]:
    """A plan of ways as docs/json.md describes it."""
    tally = made.tally
    most = tally.proven + made.gain
    return {
        "plan": made.plan.id,
        "as_of": made.as_of,
        "target": made.target.id,
        "number": made.number,
        "sign": made.measurement.sign,
        "share": made.measurement.share,
        "decision": made.measurement.decision,
        **tally_json(tally),
        "proven_by": {grade.value: count for grade, count in made.measurement.proven_by},
        "needed": made.measurement.needed,
        "steps": [_step_json(number, step) for number, step in enumerate(made.steps, start=1)],
        "gain": {"least": 0, "most": made.gain},
        "rest": [{"kind": one.kind.value, "count": one.count, "agencies": agencies_json(one.agencies)} for one in made.rest],
        "isolated": agencies_json(made.isolated),
        "silent": [{"agency": agency.id, "name": agency.name} for agency in made.silent],
        "recheck": {
            "population": made.recheck.population,
            "out_of_reach": made.recheck.out_of_reach,
            "size": made.recheck.size,
            "may_differ_most": made.recheck.most,
        },
        "afterwards": {
            "proven_least": tally.proven,
            "proven_most": most,
            "unknown": tally.unknown - made.gain,
            "missing": made.short,
        },
    }


def _step_json(number: int, step: Step) -> dict[str, Any]:
    return {
        "order": number,
        "way": step.lever.value,
        "console": step.source.value if step.source is not None else None,
        "via": step.via.value if step.via is not None else None,
        "gain": {"least": 0, "most": step.gain},
        "agencies": _rows_of(number, step),
    }


def _rows_of(number: int, step: Step) -> list[dict[str, Any]]:
    left_out = {"order", "way", "console", "via"}
    return [
        {
            **{name: value for name, value in step_row(number, step, line).items() if name not in left_out},
            "machines": list(line.machines),
        }
        for line in step.lines
    ]
