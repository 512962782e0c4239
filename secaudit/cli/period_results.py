"""``secaudit period results``: what was reached of a plan, as a report to the owner that an officer can edit."""

from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.measure import measured_code
from secaudit.cli.output import write_file
from secaudit.cli.progress import one_bar
from secaudit.cli.session import (
    ChecksOption,
    InventoryOption,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.word_options import WordOut, WordTemplates, word_target, word_templates
from secaudit.cli.workspace import AsOf, PlanOption, existing_store, moment_of
from secaudit.messages import msg
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.plan_report import TEMPLATE, measure_beside, plan_paper
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.report.word import render_word
from secaudit.resources import translator

app = application()


@app.command(cls=Command, help=N_("Write the report to the owner: the plan's results as an official Word document, a draft."))
def results(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    templates: WordTemplates = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    out: WordOut = None,
) -> None:
    """Exit as measure does: 0 all met, 3 a target is missed, 4 a target is undecided."""
    session = session_of(context)
    folder = workspace_folder(workspace)
    target = word_target(out or folder, f"{TEMPLATE}-{plan}")
    moment = moment_of(as_of)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
    with existing_store(folder) as store, one_bar(session, msg("Judging")) as steps:
        measured = measure_province(province, province.plan(plan), store, as_of=moment, progress=steps)
    write_results(measured, target, word_templates(templates))
    session.say(msg("paper: {path}", path=str(target.resolve())), style="bold")
    code = measured_code(measured)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def write_results(measured: Measured, target: Path, templates: Path) -> None:
    """The report on what was measured, now or in a closed period, readable by the owner only."""
    paper = plan_paper(measured, measure_beside(measured), translator("vi"))
    write_file(target, render_word(paper, templates), what=msg("the paper cannot be written: {reason}"))
