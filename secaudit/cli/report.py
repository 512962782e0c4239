"""``secaudit report``: one self-contained page."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.measure import measured_code
from secaudit.cli.output import write_file
from secaudit.cli.progress import one_bar
from secaudit.cli.session import (
    ChecksOption,
    InventoryOption,
    WorkspaceOption,
    session_of,
    workspace_folder,
)
from secaudit.cli.sources import PeriodOption, open_sources
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import REPORT_FILE, AsOf, PlanOption
from secaudit.errors import UsageError
from secaudit.messages import Message, msg
from secaudit.model.measurement import Decision
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.outputs import OUTPUTS, Job, render_of
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.resources import LANGUAGES, data_folder, translator

app = application()

Language = Annotated[str, typer.Option("--report-lang", metavar="vi|en", help=N_("Language of the page; Vietnamese by default."))]


@app.command(cls=Command, help=N_("Write the report: one page that works without network, down to the evidence."))
def report(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="FOLDER", help=N_("Folder of your own templates."))
    ] = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    period: PeriodOption = None,
    language: Language = "vi",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help=N_("File to write; .json writes the data instead, .csv a line for each machine.")
        ),
    ] = None,
) -> None:
    """Exit as measure does: 0 all met, 3 a target is missed, 4 a target is undecided."""
    session = session_of(context)
    if language not in LANGUAGES:
        raise UsageError(msg("there is no language {name}", name=language), hint=msg("languages: {names}", names="vi, en"))
    target = out or workspace_folder(workspace) / REPORT_FILE
    places = {"inventory": inventory, "checks": checks, "workspace": workspace}
    with open_sources(session, **places, as_of=as_of, period=period) as sources:
        with one_bar(session, msg("Judging")) as steps:
            measured = sources.measure(plan, progress=steps)
        job = Job(
            measured, sources.store, translator(language), templates or data_folder("report_templates"),
            made_by=login_user(None), made_at=datetime.now(UTC),
        )  # fmt: skip
        write_report(job, target)
    session.say(msg("report: {path}", path=str(target.resolve())), style="bold")
    code = measured_code(measured)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def write_report(job: Job, target: Path) -> None:
    """Render and write, readable by the owner only; the old file stays until the new one is whole."""
    name = next((name for name, output in OUTPUTS.items() if output.ending == target.suffix.lower()), "page")
    write_file(target, render_of(name)(job), what=msg("the report cannot be written: {reason}"))


def conclusion(measured: Measured) -> Message:
    """How many targets stand how, in one sentence."""
    counts = {decision: sum(1 for m in measured.measurements if m.decision is decision) for decision in Decision}
    return msg(
        "{met} of {all} targets met, {missed} missed, {undecided} undecided",
        met=counts[Decision.MET],
        all=len(measured.measurements),
        missed=counts[Decision.MISSED],
        undecided=counts[Decision.UNDECIDED],
    )
