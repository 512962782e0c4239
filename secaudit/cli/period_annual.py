"""``secaudit period annual``: Form 08, the annual report, with its rules checked first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.annual_words import annual_json, print_issues, print_totals
from secaudit.cli.days import parse_day
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.progress import one_bar
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    session_of,
    workspace_folder,
)
from secaudit.cli.sources import PeriodOption, open_sources
from secaudit.cli.tree import Command, application
from secaudit.cli.word_options import WordTemplates, say_kept, word_templates, write_paper
from secaudit.cli.workspace import PlanOption
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.annual_report import AnnualReport, Issue, Severity, period_of
from secaudit.model.base import day_in_vietnam
from secaudit.pipeline.annual_annexes import Annexes, annexes
from secaudit.pipeline.annual_paper import annual_paper
from secaudit.pipeline.annual_report import annual_report
from secaudit.pipeline.annual_rules import check_report, writable
from secaudit.pipeline.annual_workbook import annual_tabs
from secaudit.pipeline.frozen import period_words
from secaudit.pipeline.province import DEFAULT_PLAN, Province
from secaudit.report.voice import Voice
from secaudit.report.word import ENDING, render_word
from secaudit.report.workbook import as_xlsx
from secaudit.resources import translator

app = application()


class Kind(StrEnum):
    """What is written."""

    DOCX = "docx"
    XLSX = "xlsx"


OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FOLDER", help=N_("Folder to write to; the workspace when left out."))
]
AsOfDay = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="YYYY-MM-DD", help=N_("Day of the figures; today when left out, 14 December once that has passed.")
    ),
]
ToOption = Annotated[str, typer.Option("--to", metavar="KINDS", help=N_("docx, xlsx or both with a comma."))]
DraftOption = Annotated[
    bool,
    typer.Option("--draft", help=N_("Write a draft, also when there are errors: with a list of open points and whom to call.")),
]
CheckOption = Annotated[bool, typer.Option("--check", help=N_("Only check, and write nothing."))]
DetailOption = Annotated[bool, typer.Option("--detail", help=N_("Every open point, however many they are."))]


@app.command(cls=Command, help=N_("Form 08, the annual report: rules first, then a Word document and a workbook."))
def annual(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    out: OutOption = None,
    as_of: AsOfDay = None,
    period: PeriodOption = None,
    to: ToOption = "docx,xlsx",
    draft: DraftOption = False,
    check: CheckOption = False,
    detail: DetailOption = False,
    templates: WordTemplates = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 5 for errors that keep it from being written, 4 while places stay blank or agencies have sent nothing."""
    session = session_of(context)
    kinds = _kinds(to)
    if check and draft:
        raise UsageError(msg("--check writes nothing, not even a draft"), hint=msg("leave out one of the two"))
    if period is None:
        as_of = figures_day(as_of, day_in_vietnam(datetime.now(UTC))).isoformat()
    with (
        open_sources(session, inventory=inventory, checks=checks, workspace=workspace, as_of=as_of, period=period) as sources,
        one_bar(session, msg("Judging")) as steps,
    ):
        measured = sources.measure(plan, progress=steps)
    report = annual_report(measured.province, measured.levels, day_in_vietnam(measured.as_of))
    vietnamese = Voice(translator("vi"))
    report = replace(report, closed=tuple(vietnamese.say(words) for words in period_words(measured)))
    issues = check_report(measured.province, measured.levels, report, measured.conflicts)
    files: list[Path] = []
    if not check and (writable(issues) or draft):
        found = annexes(measured.province, measured.levels, report, measured.assessments)
        target = out if out is not None else workspace_folder(workspace)
        files = _write(session, measured.province, report, found, issues, kinds, target, word_templates(templates), draft=draft)
    _show(session, report, issues, files, output, detail=detail, kept_back=not check and not files)
    _leave(report, issues, written=bool(files))


def figures_day(asked: str | None, today: date) -> date:
    """The day named, today, or the end of the period once it has passed; a day to come is refused."""
    if asked is None:
        return min(today, period_of(today)[1])
    day = parse_day(asked)
    if day > today:
        raise UsageError(
            msg("{day} is still to come", day=day.isoformat()), hint=msg("name today or an earlier day, or leave --as-of out")
        )
    return day


def _kinds(asked: str) -> tuple[Kind, ...]:
    names = [part.strip().lower() for part in asked.split(",") if part.strip()]
    unknown = [name for name in names if name not in tuple(Kind)]
    if unknown or not names:
        raise UsageError(
            msg("nothing writes {name}", name=", ".join(unknown) or asked or "–"), hint=msg("docx, xlsx or docx,xlsx after --to")
        )
    return tuple(kind for kind in Kind if kind in names)


def _write(
    session: Session,
    province: Province,
    report: AnnualReport,
    found: Annexes,
    issues: Sequence[Issue],
    kinds: Sequence[Kind],
    folder: Path,
    templates: Path,
    *,
    draft: bool,
) -> list[Path]:
    """Every file is made before the first one is written."""
    voice = Voice(translator("vi"))  # the paper is Vietnamese, whatever the console speaks
    made: list[tuple[Path, bytes]] = []
    for kind in kinds:
        name = f"mau-08-{report.year}{'-du-thao' if draft else ''}.{kind.value}"
        if kind is Kind.DOCX:
            paper = annual_paper(province.inventory.province, report, found, issues, voice, draft=draft)
            made.append((folder / name, render_word(paper, templates)))
        else:
            made.append((folder / name, as_xlsx(annual_tabs(report, found, issues, voice, draft=draft), voice)))
    for path, data in made:
        what = msg("the annual report cannot be written: {reason}")
        if path.suffix == ENDING:
            say_kept(session, write_paper(path, data, what=what))
        else:
            write_file(path, data, what=what)
    return [path for path, _ in made]


def _show(
    session: Session,
    report: AnnualReport,
    issues: Sequence[Issue],
    files: Sequence[Path],
    output: OutputFormat,
    *,
    detail: bool,
    kept_back: bool,
) -> None:
    if output is OutputFormat.JSON:
        print_json("annual-report", annual_json(session, report, issues, files))
    else:
        print_totals(session, report)
        print_issues(session, issues, detail=detail)
    for path in files:
        session.say(msg("annual report: {path}", path=str(path.resolve())), style="bold")
    if kept_back:
        errors = sum(issue.severity is Severity.ERROR for issue in issues)
        session.say(msg("{count} error(s): the annual report is not written", count=errors), style="bold red")
        session.say(msg("  → settle them with the agencies named, or write a draft that lists them: --draft"))


def _leave(report: AnnualReport, issues: Sequence[Issue], *, written: bool) -> None:
    if not written and not writable(issues):
        raise typer.Exit(ExitCode.DATA)
    if report.silent or any(issue.severity is not Severity.NOTE for issue in issues):
        raise typer.Exit(ExitCode.INCOMPLETE)
