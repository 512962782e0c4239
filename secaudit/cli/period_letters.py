"""``secaudit period letters``: what is sent to agencies and to whoever gives orders, as drafts in a folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from secaudit.cli.days import parse_day
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.measure import measured_code
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.progress import Steps, one_bar
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    session_of,
    workspace_folder,
)
from secaudit.cli.sources import PeriodOption, open_sources, period_json
from secaudit.cli.tree import Command, application
from secaudit.cli.word_options import WordTemplates, put_aside_edited, say_kept, word_templates, write_paper
from secaudit.cli.workspace import AsOf, PlanOption
from secaudit.errors import OutputError, UsageError
from secaudit.messages import Message, clean, msg
from secaudit.model.inventory import AgencyFile
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.frozen import Sources
from secaudit.pipeline.letters.checking import Record, code_of, recorded
from secaudit.pipeline.letters.figures import figures_of
from secaudit.pipeline.letters.making import AgencyPapers, agency_papers, check_templates, province_papers
from secaudit.pipeline.letters.round import Round, round_of
from secaudit.pipeline.letters.wording import OPEN
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.report.slides import ENDING as SLIDES
from secaudit.report.word import ENDING
from secaudit.resources import own_folder

app = application()
FOLDER = "letters"
"""In the workspace."""
_PAPERS = (ENDING, SLIDES)
_FAILED = msg("the papers cannot be written: {reason}")

AgencyOption = Annotated[
    list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only papers of this agency (may be repeated)."))
]
AllOption = Annotated[bool, typer.Option("--all", help=N_("Letters and messages to agencies that owe nothing too."))]
CallOption = Annotated[
    str | None,
    typer.Option("--call", metavar="'NAME, PHONE'", help=N_("Whom agencies call back; the designated unit when left out.")),
]
DueOption = Annotated[
    str | None,
    typer.Option("--due", metavar="YYYY-MM-DD", help=N_("By when agencies answer; the day of the plan or period when left out.")),
]
CheckOption = Annotated[
    str | None,
    typer.Option(
        "--check", metavar="CODE", help=N_("Write nothing; say whether a slip with this code has the agency's figures.")
    ),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FOLDER", help=N_("Folder to write to; letters/ of the workspace."))
]


@dataclass
class _Done:
    """What was written so far."""

    folder: Path
    written: dict[str, list[str]] = field(default_factory=dict)
    """Agency id (empty for the province) -> files."""
    kept: list[Path] = field(default_factory=list)


@app.command(cls=Command, help=N_("Draft what goes out: letters, messages, slips to confirm, a notice of conclusions, slides."))
def letters(
    context: typer.Context,
    agency: AgencyOption = None,
    everyone: AllOption = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    templates: WordTemplates = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    period: PeriodOption = None,
    call: CallOption = None,
    due: DueOption = None,
    check: CheckOption = None,
    out: OutOption = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit as measure does: 0 all met, 3 a target is missed, 4 a target is undecided; with --check 0, or 3 for other figures."""
    session = session_of(context)
    folder = (out or workspace_folder(workspace) / FOLDER / folder_name(plan, period)).absolute()
    word = word_templates(templates)
    day = parse_day(due) if due is not None else None
    code = code_of(check) if check is not None else None
    if code is not None and len(agency or []) != 1:
        raise UsageError(msg("a slip is one agency's"), hint=msg("name it with --agency, once"))
    if code is None:
        check_templates(word)
    with open_sources(session, inventory=inventory, checks=checks, workspace=workspace, as_of=as_of, period=period) as sources:
        chosen = _chosen(sources, agency)
        if code is not None:
            _check(session, sources, chosen, plan, folder, code, output)
            return
        made = _round(session, sources, plan, call, day)
        done = _make(session, made, chosen, word, folder, everyone=everyone)
        sources.record(made.measured)
    _tell(session, made, done, output)
    exit_code = measured_code(made.measured)
    if exit_code is not ExitCode.WELL:
        raise typer.Exit(exit_code)


def folder_name(plan: str, period: str | None) -> str:
    """A closed period has its own folder: printing it again never takes the place of what is being sent now."""
    return plan if period is None else f"ky-{period}"


def _chosen(sources: Sources, asked: Sequence[str] | None) -> frozenset[str] | None:
    """Ids of the agencies asked for; None for all."""
    known = {file.agency.id for file in sources.province.inventory.agencies}
    require_known(msg("agency"), asked, known)
    return frozenset(asked) if asked else None


def _round(session: Session, sources: Sources, plan: str, call: str | None, due: date | None) -> Round:
    with one_bar(session, msg("Judging")) as steps:
        measured = sources.measure(plan, progress=steps)
    periods = sources.store.periods.all() if sources.store is not None and sources.period is None else ()
    made = round_of(
        measured, past=sources.past(measured), periods=tuple(periods), call=call, due=due,
        made_by=login_user(None), made_at=datetime.now(UTC),
    )  # fmt: skip
    if made.due < made.day:
        raise UsageError(msg("{day} is over on the day of these figures", day=made.due.isoformat()), hint=msg("name a later day"))
    return made


def _files_of(made: Round, chosen: frozenset[str] | None) -> list[AgencyFile]:
    found = [file for file in made.agencies if chosen is None or file.agency.id in chosen]
    gone = sorted(chosen - {file.agency.id for file in found}) if chosen is not None else []
    if gone:
        raise UsageError(
            msg("these agencies do not exist on the day of these figures: {ids}", ids=", ".join(gone)),
            hint=msg("write to those that took over: secaudit inventory status"),
        )
    return found


@dataclass(frozen=True)
class _Made:
    """Everything that was made and what became of it."""

    papers: tuple[AgencyPapers, ...]
    done: _Done


def _make(
    session: Session, made: Round, chosen: frozenset[str] | None, templates: Path, folder: Path, *, everyone: bool
) -> _Made:
    """All papers first, then all files: a template that breaks half way leaves nothing behind."""
    agencies = _files_of(made, chosen)
    papers: list[AgencyPapers] = []
    with one_bar(session, msg("Making papers")) as steps:
        _gather(papers, made, agencies, templates, steps, everyone=everyone)
    of_province = province_papers(made, papers, templates) if chosen is None else {}
    done = _Done(folder)
    _make_folder(folder)
    for one in papers:
        name = one.agency.agency.id
        done.written[name] = list(one.files)
        _write(done, one.files)
        _take_away(done, one.absent)
    done.written[""] = list(of_province)
    _write(done, of_province)
    return _Made(tuple(papers), done)


def _make_folder(folder: Path) -> None:
    """With every folder above it that is missing, each for its owner only."""
    try:
        own_folder(folder)
    except OSError as error:
        raise OutputError(
            Message(_FAILED.text, {"reason": error.strerror or "?"}),
            where=clean(str(folder)),
            hint=msg("name another file with --out, or make room"),
        ) from error


def _gather(
    papers: list[AgencyPapers], made: Round, agencies: Sequence[AgencyFile], templates: Path, steps: Steps, *, everyone: bool
) -> None:
    for one in agency_papers(made, agencies, templates, everyone=everyone):
        papers.append(one)
        steps(len(papers), len(agencies))


def _write(done: _Done, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        target = done.folder / path
        if target.suffix in _PAPERS:
            done.kept += write_paper(target, data, what=_FAILED)
        else:
            write_file(target, data, what=_FAILED)


def _take_away(done: _Done, paths: Sequence[str]) -> None:
    """What an earlier round wrote to an agency that owes nothing now must not be sent by mistake; what was edited is kept."""
    for path in paths:
        target = done.folder / path
        if not target.is_file():
            continue
        kept = put_aside_edited(target) if target.suffix in _PAPERS else ()
        done.kept += kept
        if not kept:
            try:
                target.unlink()
            except OSError as error:
                raise OutputError(
                    msg("an old paper cannot be taken away: {reason}", reason=error.strerror or "?"),
                    where=clean(str(target)),
                    hint=msg("take it away by hand: it does not hold any more"),
                ) from error


def _tell(session: Session, made: Round, result: _Made, output: OutputFormat) -> None:
    letters_sent = sum(1 for one in result.papers if one.message)
    if output is OutputFormat.JSON:
        print_json("period-letters", letters_json(made, result.papers, result.done.folder, result.done.written))
    session.say(
        msg(
            "{letters} letter(s) and message(s), {slips} slip(s) to confirm: {path}",
            letters=letters_sent, slips=len(result.papers), path=clean(str(result.done.folder)),
        ),
        style="bold",
    )  # fmt: skip
    say_kept(session, result.done.kept)
    if OPEN in made.call:
        session.say(msg("nobody to call back is known: name somebody with --call 'NAME, PHONE'"), style="yellow")
    nobody = [one.agency.agency.id for one in result.papers if one.message and not _phone(one.agency)]
    if nobody:
        shown = ", ".join(nobody[:5]) + (f" (+{len(nobody) - 5})" if len(nobody) > 5 else "")
        session.say(msg("no phone is declared of {count} agencies: {ids}", count=len(nobody), ids=shown), style="yellow")


def _phone(agency: AgencyFile) -> str | None:
    return agency.agency.contact.phone if agency.agency.contact is not None else None


def letters_json(
    made: Round, papers: Sequence[AgencyPapers], folder: Path, written: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """What was written, as docs/json.md describes it."""
    return {
        "plan": made.measured.plan.id,
        "as_of": made.measured.as_of,
        "period": period_json(made.measured.period),
        "due": made.due,
        "folder": str(folder),
        "province": list(written.get("", ())),
        "agencies": [
            {
                "agency": one.agency.agency.id,
                "name": one.agency.agency.name,
                "phone": _phone(one.agency),
                "owes": [debt.short for debt in one.debts],
                "digest": one.figures.digest,
                "characters": len(one.message),
                "files": list(written[one.agency.agency.id]),
            }
            for one in papers
        ],
    }


def _check(
    session: Session, sources: Sources, chosen: frozenset[str] | None, plan: str, folder: Path, code: str, output: OutputFormat
) -> None:
    """Among what was written down first, then the figures of the day or period that was named."""
    (name,) = chosen or ("",)
    found = recorded(folder, name, code)
    if found is None:
        with one_bar(session, msg("Judging")) as steps:
            measured = sources.measure(plan, progress=steps)
        made = round_of(measured)
        for file in _files_of(made, chosen):
            figures = figures_of(made, file)
            if figures.digest.startswith(code):
                found = Record(figures.digest, figures.day, figures.plan)
    if output is OutputFormat.JSON:
        payload = {"agency": name, "code": code, "belongs": found is not None}
        known = {"digest": found.digest, "day": found.day, "plan": found.plan} if found is not None else {}
        print_json("slip-check", {**payload, **{key: known.get(key) for key in ("digest", "day", "plan")}})
    if found is not None:
        session.say(
            msg("the slip belongs to the figures of {agency} of {day} ({plan})", agency=name, day=found.day, plan=found.plan)
        )
        return
    session.say(msg("no figures of {agency} that are known here have the code {code}", agency=name, code=code), style="red")
    session.say(msg("name the day of the slip with --as-of or its --period, or the folder it was written to with --out"))
    raise typer.Exit(ExitCode.FAILURES)
