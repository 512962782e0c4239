"""``secaudit period results``: what was reached of a plan, as a report to the owner that an officer can edit."""

from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.measure import measured_code
from secaudit.cli.progress import one_bar
from secaudit.cli.session import ChecksOption, InventoryOption, WorkspaceOption, session_of, workspace_folder
from secaudit.cli.sources import PeriodOption, open_sources
from secaudit.cli.tree import Command, application
from secaudit.cli.word_options import WordOut, WordTemplates, say_kept, word_target, word_templates, write_paper
from secaudit.cli.workspace import AsOf, PlanOption
from secaudit.messages import msg
from secaudit.pipeline.frozen import with_period
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.plan_report import TEMPLATE, measure_beside, plan_paper
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.report.voice import Voice
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
    period: PeriodOption = None,
    out: WordOut = None,
) -> None:
    """Exit as measure does: 0 all met, 3 a target is missed, 4 a target is undecided."""
    session = session_of(context)
    target = word_target(out or workspace_folder(workspace), paper_name(plan, period))
    with (
        open_sources(session, inventory=inventory, checks=checks, workspace=workspace, as_of=as_of, period=period) as sources,
        one_bar(session, msg("Judging")) as steps,
    ):
        measured = sources.measure(plan, progress=steps)
    say_kept(session, write_results(measured, target, word_templates(templates)))
    session.say(msg("paper: {path}", path=str(target.resolve())), style="bold")
    code = measured_code(measured)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def paper_name(plan: str, period: str | None) -> str:
    """A closed period has its own file: printing it again never takes the place of the paper that is being written now."""
    return f"{TEMPLATE}-{plan}" if period is None else f"{TEMPLATE}-ky-{period}"


def write_results(measured: Measured, target: Path, templates: Path) -> tuple[Path, ...]:
    """The report on what was measured, now or in a closed period, readable by the owner only; what it put aside."""
    vietnamese = translator("vi")
    paper = with_period(plan_paper(measured, measure_beside(measured), vietnamese), measured, Voice(vietnamese))
    return write_paper(target, render_word(paper, templates), what=msg("the paper cannot be written: {reason}"))
