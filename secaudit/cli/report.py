"""``secaudit report``: measured once, written in every shape that was asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.measure import measured_code
from secaudit.cli.page_templates import copy_page_templates, page_templates
from secaudit.cli.problems import show_error
from secaudit.cli.progress import one_bar
from secaudit.cli.session import (
    ChecksOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    session_of,
    workspace_folder,
)
from secaudit.cli.shapes import Shape, asked_shapes, require_narrowing, write_shape
from secaudit.cli.sources import PeriodOption, open_sources
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import AsOf, PlanOption
from secaudit.errors import OutputError, SecauditError, UsageError
from secaudit.messages import Message, msg
from secaudit.model.measurement import Decision
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.outputs import Job
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.resources import LANGUAGES, translator

app = application()

Language = Annotated[
    str, typer.Option("--report-lang", metavar="vi|en", help=N_("Language of the report; Vietnamese by default."))
]
Shapes = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="SHAPE,...", help=N_("Shapes to write, by comma: html, xlsx, csv ... (docs/outputs.md).")),
]
Templates = Annotated[
    Path | None,
    typer.Option("--templates", metavar="FOLDER", help=N_("Folder of your own templates; what it lacks is taken from ours.")),
]
CopyTemplates = Annotated[
    Path | None,
    typer.Option("--copy-templates", metavar="FOLDER", help=N_("Only copy our templates into this folder, to change them.")),
]
Agencies = Annotated[
    list[str] | None,
    typer.Option("--agency", metavar="ID", help=N_("List only the machines of this agency (may be repeated).")),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE|FOLDER", help=N_("Where to write; without --to the ending says which shape.")),
]


@app.command(cls=Command, help=N_("Write the report in one or several shapes: pages, documents, tables, data."))
def report(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    to: Shapes = None,
    out: Out = None,
    agency: Agencies = None,
    templates: Templates = None,
    copy_templates: CopyTemplates = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    period: PeriodOption = None,
    language: Language = "vi",
) -> None:
    """Exit as measure does: 0 all met, 3 a target is missed, 4 a target is undecided; 6 when a shape could not be written."""
    session = session_of(context)
    if copy_templates is not None:
        copy_page_templates(session, copy_templates)
        return
    if language not in LANGUAGES:
        raise UsageError(msg("there is no language {name}", name=language), hint=msg("languages: {names}", names="vi, en"))
    own = page_templates(templates)
    shapes = asked_shapes(to, out, workspace_folder(workspace))
    if agency:
        require_narrowing(shapes)
    places = {"inventory": inventory, "checks": checks, "workspace": workspace}
    with open_sources(session, **places, as_of=as_of, period=period) as sources:
        require_known(msg("agency"), agency, {part.agency.id for part in sources.province.inventory.agencies})
        with one_bar(session, msg("Judging")) as steps:
            measured = sources.measure(plan, progress=steps)
        job = Job(
            measured,
            sources.store,
            translator(language),
            own,
            sources.past(measured),
            made_by=login_user(None),
            made_at=datetime.now(UTC),
            agencies=frozenset(agency or ()),
        )
        # Before anything is written: what was measured stands, whatever becomes of a shape.
        sources.record(measured)
        write_shapes(session, job, shapes)
    code = measured_code(measured)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def write_shapes(session: Session, job: Job, shapes: Sequence[Shape]) -> None:
    """Write every one; a shape that fails is told and does not keep the others from being written. Raises when one failed."""
    failed: list[str] = []
    for shape in shapes:
        try:
            write_shape(job, shape)
        except SecauditError as error:
            if len(shapes) == 1:
                raise
            show_error(session, error)
            failed.append(shape.name)
        else:
            session.say(msg("report: {path}", path=str(shape.target.resolve())), style="bold")
    if failed:
        raise OutputError(
            msg("{count} of {all} shapes were not written: {names}", count=len(failed), all=len(shapes), names=", ".join(failed)),
            hint=(
                msg("what is wrong with each stands above; the others are whole")
                if len(failed) < len(shapes)
                else msg("what is wrong with each stands above; nothing was written")
            ),
        )


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
