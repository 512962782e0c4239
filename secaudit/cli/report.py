"""``secaudit report``: one self-contained page."""

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
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.publish import publish
from secaudit.pipeline.publish.table import COLUMNS, report_rows
from secaudit.report import render_html, render_json
from secaudit.report.as_csv import as_csv
from secaudit.report.document import ReportDocument
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
        document = publish(measured, sources.store)
    write_report(document, target, language=language, templates=templates or data_folder("report_templates"))
    session.say(msg("report: {path}", path=str(target.resolve())), style="bold")
    code = measured_code(measured)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def write_report(document: ReportDocument, target: Path, *, language: str, templates: Path) -> None:
    """Render and write, readable by the owner only; the old file stays until the new one is whole."""
    if target.suffix.lower() == ".json":
        data = render_json(document)
    elif target.suffix.lower() == ".csv":
        data = as_csv(COLUMNS, report_rows(document)).encode("utf-8-sig")
    else:
        data = render_html(document, translator(language), templates).encode("utf-8")
    write_file(target, data, what=msg("the report cannot be written: {reason}"))


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
