"""``secaudit checks``: list, show, lint, test."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table
from rich.text import Text

from secaudit.catalog import lint_catalog, load_catalog
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.session import ChecksOption, FormatOption, Session, checks_folder, session_of
from secaudit.cli.tree import Command, application
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.catalog import Catalog
from secaudit.model.check import Check, Severity
from secaudit.model.finding import Verdict
from secaudit.pipeline.proof import prove_catalog
from secaudit.pipeline.province import plan_problems
from secaudit.report.words import word
from secaudit.source import did_you_mean

app = application(help=N_("The catalog of checks: what is asked, why, and the proof beside it."))

SEVERITIES: dict[Severity, Message] = {
    Severity.CRITICAL: msgc("severity", "critical"),
    Severity.HIGH: msgc("severity", "high"),
    Severity.MEDIUM: msgc("severity", "medium"),
    Severity.LOW: msgc("severity", "low"),
    Severity.INFO: msgc("severity", "info"),
}


@app.command("list", cls=Command, help=N_("All checks, a line each."))
def list_checks(
    context: typer.Context,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Id, severity and title."""
    session = session_of(context)
    catalog = load_catalog(checks_folder(checks))
    if output is OutputFormat.JSON:
        print_json("checks", {"digest": catalog.digest, "checks": [check_json(check) for check in catalog.checks.values()]})
        return
    table = Table()
    for heading in (msg("Check"), msg("Severity"), msg("Title")):
        table.add_column(session.text(heading), overflow="fold")
    for check in catalog.checks.values():
        title = check.title.pick(session.translator.language)
        table.add_row(check.id, session.text(SEVERITIES[check.severity]), Text(clean(title)))
    session.out.print(table)


@app.command(cls=Command, help=N_("One check whole: expressions, texts, fixes, cases."))
def show(
    context: typer.Context,
    check_id: Annotated[str, typer.Argument(metavar="ID", help=N_("For example protection.active."))],
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Everything the file says, for people."""
    session = session_of(context)
    check = _find(load_catalog(checks_folder(checks)), check_id)
    if output is OutputFormat.JSON:
        print_json("check", {"check": {**check_json(check), "cases": [case.model_dump(mode="json") for case in check.cases]}})
        return
    _print_check(session, check)


def _print_check(session: Session, check: Check) -> None:
    language = session.translator.language
    rows: list[tuple[Message, str]] = [
        (msg("Severity"), session.text(SEVERITIES[check.severity])),
        (msg("Applies when"), check.when),
        (msg("Passes when"), check.passes),
        (msg("Parameters"), ", ".join(f"{name} = {value}" for name, value in check.param.items())),
        (msg("References"), ", ".join(check.refs)),
        (msg("What"), check.what.pick(language)),
        (msg("Why"), check.why.pick(language)),
        (msg("Verify by hand"), check.verify.pick(language)),
        (msg("Fix on Windows"), check.fix.windows.pick(language) if check.fix.windows else ""),
        (msg("Fix on Linux"), check.fix.linux.pick(language) if check.fix.linux else ""),
    ]
    session.out.print(Text(clean(f"{check.id}: {check.title.pick(language)}"), style="bold"), soft_wrap=True)
    for heading, value in rows:
        if value:
            session.out.print(Text(f"{session.text(heading)}: ", style="cyan") + Text(clean(value).strip()), soft_wrap=True)
    table = Table(title=session.text(msg("Proof beside the check")))
    table.add_column(session.text(msg("Facts")), overflow="fold")
    table.add_column(session.text(msg("Verdict")))
    for case in check.cases:
        table.add_row(Text(clean(orjson.dumps(case.facts).decode())), session.text(word(Verdict(case.verdict))))
    session.out.print(table)


@app.command(cls=Command, help=N_("Look for mistakes in the catalog: all of them, with file and line."))
def lint(
    context: typer.Context,
    checks: Annotated[Path | None, typer.Argument(help=N_("Folder of the catalog; the built-in one when left out."))] = None,
) -> None:
    """Exit 5 when there is a problem."""
    session = session_of(context)
    folder = checks_folder(checks)
    problems = lint_catalog(folder)
    if not problems:
        problems = plan_problems(load_catalog(folder), folder)
    show_problems(session, problems, on=session.out)
    if problems:
        session.say(msg("{count} problem(s) found in the data", count=len(problems)), style="bold red")
        raise typer.Exit(ExitCode.DATA)
    session.say(msg("no problem found"), style="green")


@app.command(cls=Command, help=N_("Run the cases that stand beside checks and level clauses."))
def test(
    context: typer.Context,
    checks: Annotated[Path | None, typer.Argument(help=N_("Folder of the catalog; the built-in one when left out."))] = None,
) -> None:
    """Facts in, verdict out; exit 3 when a case does not give what it says."""
    session = session_of(context)
    results = prove_catalog(load_catalog(checks_folder(checks)))
    wrong = [result for result in results if not result.ok]
    for result in wrong:
        session.say(
            msg(
                "{subject}, case {number}: expected {expected}, got {got} {detail}",
                subject=result.subject,
                number=result.number,
                expected=result.expected,
                got=result.got,
                detail=result.detail,
            ),
            style="red",
        )
    session.say(msg("{good} of {all} cases as stated", good=len(results) - len(wrong), all=len(results)))
    if wrong:
        raise typer.Exit(ExitCode.FAILURES)


def _find(catalog: Catalog, check_id: str) -> Check:
    check = catalog.checks.get(check_id)
    if check is None:
        raise UsageError(
            msg("no check is called {id}", id=check_id),
            hint=did_you_mean(check_id, catalog.checks) or msg("secaudit checks list shows all"),
        )
    return check


def check_json(check: Check) -> dict[str, Any]:
    """One check as docs/json.md describes it; ``pass`` keeps its name of the file."""
    return check.model_dump(mode="json", by_alias=True, exclude={"cases"})
