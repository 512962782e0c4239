"""``secaudit plan list | show | lint | new``: plans as files."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.catalog import (
    PLANS_FOLDER,
    checked_plan,
    lint_catalog,
    load_catalog,
    own_plan_problems,
    plan_called,
    plan_names,
    with_plans,
    write_plan_skeleton,
)
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.session import ChecksOption, FormatOption, Session, WorkspaceOption, checks_folder, session_of, workspace_folder
from secaudit.cli.tree import Command, application
from secaudit.errors import DataError, Problem, UsageError
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.catalog import Catalog
from secaudit.model.plan import Plan, Population, Target
from secaudit.pipeline.province import plan_problems, problems_of_plan
from secaudit.source import did_you_mean, scan_yaml

app = application()

_POPULATIONS: Mapping[Population, Message] = {
    "systems": msgc("population", "information systems"),
    "endpoints": msgc("population", "machines"),
    "agencies": msgc("population", "agencies"),
    "people": msgc("population", "people, as declared and by attendance"),
    "indicators": msgc("population", "what agencies declare: so many of so many"),
}
_YAML = (".yaml", ".yml")
FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE", help=N_("Plan files to look at; all of the catalog and the workspace when left out.")),
]


@app.command("list", cls=Command, help=N_("All plans, a line each."))
def list_plans(
    context: typer.Context,
    checks: Annotated[Path | None, ChecksOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Id, name, targets, and where the file stands."""
    session = session_of(context)
    catalog = _catalog(checks, workspace)
    plans = [catalog.plans[name] for name in sorted(catalog.plans)]
    if output is OutputFormat.JSON:
        rows = [plan_json(plan, catalog.plan_files.get(plan.id)) for plan in plans]
        print_json("plans", {"plans": rows, "unfinished": sorted(catalog.unfinished)})
        return
    table = Table()
    for heading in (msg("Plan"), msg("Name"), msg("Targets"), msg("Until"), msg("File")):
        table.add_column(session.text(heading), overflow="fold")
    for plan in plans:
        due = plan.due.strftime("%d/%m/%Y") if plan.due else ""
        table.add_row(
            plan.id, Text(clean(plan.name)), str(len(plan.targets)), due, Text(clean(catalog.plan_files.get(plan.id, "")))
        )
    session.out.print(table)
    if catalog.unfinished:
        names = clean(", ".join(sorted(catalog.unfinished)))
        begun = msg("begun, with places still to fill in: {names}; secaudit plan lint shows them", names=names)
        session.say(begun, style="yellow")
    session.say(msg("secaudit measure --plan ID measures one; secaudit plan new ID begins one of your own"))


@app.command(cls=Command, help=N_("One plan whole: what it asks of whom, by which formula."))
def show(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="ID|FILE", help=N_("Id of a plan, or a plan file."))],
    checks: Annotated[Path | None, ChecksOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 5 when the file is wrong."""
    session = session_of(context)
    catalog = _catalog(checks, workspace)
    if plan.endswith(_YAML):
        read, problems = _read(Path(plan), catalog, plan_names(catalog, workspace_folder(workspace)))
        if read is None or problems:
            raise DataError(problems)
        chosen = read
    else:
        found = plan_called(catalog, plan)
        if found is None:
            hint = did_you_mean(plan, catalog.plans) or msg("secaudit plan list shows all")
            raise UsageError(msg("there is no plan called {id}", id=plan), hint=hint)
        chosen = found
    if output is OutputFormat.JSON:
        print_json("plan", {"plan": plan_json(chosen, catalog.plan_files.get(chosen.id, plan))})
        return
    _print_plan(session, chosen)


@app.command(cls=Command, help=N_("Look for mistakes in plans: all of them, with file and line."))
def lint(
    context: typer.Context,
    files: FilesArgument = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
) -> None:
    """Exit 5 when there is a problem."""
    session = session_of(context)
    problems: list[Problem] = []
    if files:
        catalog = load_catalog(checks_folder(checks))
        for path in files:
            problems += _read(path, catalog, plan_names(catalog, workspace_folder(workspace)))[1]
    else:
        folder, own = checks_folder(checks), workspace_folder(workspace)
        problems = lint_catalog(folder)
        if not problems:
            catalog = load_catalog(folder)
            problems = own_plan_problems(catalog, own)
            problems += plan_problems(with_plans(catalog, own) if not problems else catalog)
    show_problems(session, problems, on=session.out)
    if problems:
        session.say(msg("{count} problem(s) found in the data", count=len(problems)), style="bold red")
        raise typer.Exit(ExitCode.DATA)
    session.say(msg("no problem found"), style="green")


@app.command(cls=Command, help=N_("Begin a plan of your own: a file to fill in, in the workspace."))
def new(
    context: typer.Context,
    plan_id: Annotated[str, typer.Argument(metavar="ID", help=N_("For example ke-hoach-12-2027."))],
    workspace: Annotated[Path | None, WorkspaceOption] = None,
) -> None:
    """Never writes over a file; prints the path of the new one."""
    session = session_of(context)
    path = write_plan_skeleton(workspace_folder(workspace) / PLANS_FOLDER, plan_id)
    typer.echo(clean(str(path)))
    session.say(msg("Until every marked place is filled in, nothing is measured by this plan. What to do next:"))
    session.say(msg("  1. open the file and replace every <ĐIỀN> and <FILL IN>; docs/plans.md leads through it"))
    session.say(msg("  2. secaudit plan lint"))
    session.say(msg("  3. secaudit plan show {id}", id=literal(plan_id)))
    session.say(msg("  4. secaudit measure --plan {id}", id=literal(plan_id)))


def _catalog(checks: Path | None, workspace: Path | None) -> Catalog:
    return with_plans(load_catalog(checks_folder(checks)), workspace_folder(workspace))


def _read(path: Path, catalog: Catalog, others: Collection[str]) -> tuple[Plan | None, list[Problem]]:
    """A plan file wherever it lies, and everything wrong with it."""
    yaml, problems = scan_yaml(path)
    if yaml is None:
        return None, problems
    plan, faults = checked_plan(yaml, path.stem, others)
    problems += faults
    if plan is not None and not problems:
        problems += problems_of_plan(plan, catalog, yaml)
    return plan, problems


def _print_plan(session: Session, plan: Plan) -> None:
    language = session.translator.language
    session.out.print(Text(clean(plan.name), style="bold"), soft_wrap=True)
    lines: list[tuple[Message, str]] = [
        (msg("Title"), plan.title or ""),
        (msg("Issued on"), plan.issued_on.strftime("%d/%m/%Y") if plan.issued_on else ""),
        (msg("Until"), plan.due.strftime("%d/%m/%Y") if plan.due else ""),
        (msg("Source"), plan.source or ""),
    ]
    for heading, value in lines:
        if value:
            session.out.print(Text(f"{session.text(heading)}: ", style="cyan") + Text(clean(value)), soft_wrap=True)
    rules = plan.evidence
    session.say(
        msg(
            "machines: evidence of {days} days, grades {grades}; head counts: {people} days; declared figures: {declared} days",
            days=rules.fresh_days,
            grades=", ".join(grade.value for grade in rules.grades),
            people=rules.people_valid_days,
            declared=rules.indicators_valid_days,
        )
    )
    for number, target in enumerate(plan.targets, start=1):
        session.out.print()
        title = Text(f"{number}. {clean(target.title.pick(language))}", style="bold")
        session.out.print(title + Text(f"  {target.sign} {target.share}  [{target.id}]", style="dim"), soft_wrap=True)
        for label, text in _rows(session, target):
            session.out.print(Text(f"   {label}: ", style="cyan") + Text(clean(text)), soft_wrap=True)


def _rows(session: Session, target: Target) -> list[tuple[str, str]]:
    language = session.translator.language
    rows = [(msg("Of what"), session.text(_POPULATIONS[target.population]))]
    if target.population == "indicators":
        who = msg("each agency") if target.by == "agency" else msg("the province, one figure")
        rows += [(msg("Declared figure"), target.indicator or ""), (msg("Declared by"), session.text(who))]
    if target.counts != "true":
        rows.append((msg("Who counts"), target.counts))
    if target.meets is not None:
        rows.append((msg("What meets it"), target.meets))
    if target.total is not None and target.reached is not None:
        rows.append((msg("What meets it"), f"{target.reached} / {target.total}"))
    rows.append((msg("Formula"), target.formula.pick(language)))
    rows += [(msg("Under it"), f"{sub.title.pick(language)}: {sub.meets}") for sub in target.under]
    return [(session.text(label), text) for label, text in rows]


def plan_json(plan: Plan, file: str | None) -> dict[str, Any]:
    """A plan as docs/json.md describes it: the fields of the file."""
    return {**plan.model_dump(mode="json"), "file": file}
