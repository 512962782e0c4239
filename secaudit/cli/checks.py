"""``secaudit checks``: list, show, lint, test, new, docs."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table
from rich.text import Text

from secaudit.catalog import (
    console_problems,
    lint_catalog,
    load_catalog,
    override_problems,
    own_plan_problems,
    with_overrides,
    with_plans,
)
from secaudit.cli.check_files import check_docs, new_check
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    Session,
    WorkspaceOption,
    checks_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import say_changed
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.catalog import Catalog
from secaudit.model.check import Check, Severity
from secaudit.model.finding import Verdict
from secaudit.model.parameter import Changed
from secaudit.model.requirement import Standard
from secaudit.pipeline.level_lint import level_problems
from secaudit.pipeline.parameters import changed_json, changed_of, changed_words, title_of, values_text
from secaudit.pipeline.proof import prove_catalog
from secaudit.pipeline.province import plan_problems
from secaudit.report.groups import group_of, group_word, grouped
from secaudit.report.voice import Voice
from secaudit.report.words import word
from secaudit.source import did_you_mean, fold

app = application(help=N_("The catalog of checks: what is asked, why, and the proof beside it."))

CatalogArgument = Annotated[
    Path | None,
    typer.Argument(envvar="SECAUDIT_CHECKS", help=N_("Folder of the catalog; the built-in one when left out.")),
]

SEVERITIES: dict[Severity, Message] = {
    Severity.CRITICAL: msgc("severity", "critical"),
    Severity.HIGH: msgc("severity", "high"),
    Severity.MEDIUM: msgc("severity", "medium"),
    Severity.LOW: msgc("severity", "low"),
    Severity.INFO: msgc("severity", "info"),
}


@app.command("list", cls=Command, help=N_("All checks by group, a line each."))
def list_checks(
    context: typer.Context,
    search: Annotated[
        list[str] | None, typer.Argument(metavar="WORDS", help=N_("Only checks whose id or texts hold all these words."))
    ] = None,
    group: Annotated[str | None, typer.Option("--group", metavar="GROUP", help=N_("Only this group, for example patch."))] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Id, severity and title, known groups in the order an officer reads them."""
    session = session_of(context)
    catalog = _load(checks, workspace)
    _require_group(catalog, group)
    chosen = [
        check
        for check in catalog.checks.values()
        if (group is None or group_of(check.id) == group) and _holds(session, check, search or [])
    ]
    if output is OutputFormat.JSON:
        changed = changed_json(catalog.changed)
        print_json(
            "checks",
            {"digest": catalog.digest, "changed_parameters": changed, "checks": [check_json(check) for check in chosen]},
        )
        return
    _print_groups(session, catalog, chosen)
    session.say(msg("{count} of {all} checks", count=len(chosen), all=len(catalog.checks)))
    say_changed(session, catalog)


def _load(checks: Path | None, workspace: Path | None) -> Catalog:
    """The catalog as it judges in this workspace."""
    folder = workspace_folder(workspace)
    return with_plans(with_overrides(load_catalog(checks_folder(checks)), folder), folder)


def _require_group(catalog: Catalog, group: str | None) -> None:
    groups = {group_of(check) for check in catalog.checks}
    if group is not None and group not in groups:
        raise UsageError(
            msg("no check stands in a group called {name}", name=group),
            hint=did_you_mean(group, groups) or msg("groups: {names}", names=", ".join(sorted(groups))),
        )


def _holds(session: Session, check: Check, search: list[str]) -> bool:
    """Whether every word stands in what people read of the check; letters without their marks find those with them."""
    texts = [check.title, check.what, check.why]
    group = session.text(group_word(group_of(check.id)))
    read = [check.id, group, *check.refs, *(text.vi for text in texts), *(text.en for text in texts)]
    whole = fold(" ".join(read)).casefold()
    return all(words in whole for words in fold(" ".join(search)).casefold().split())


def _print_groups(session: Session, catalog: Catalog, chosen: list[Check]) -> None:
    table = Table()
    for heading in (msg("Check"), msg("Severity"), msg("Title")):
        table.add_column(session.text(heading), overflow="fold")
    voice = Voice(session.translator)
    for group, members in grouped(chosen):
        name = f"{session.text(group_word(group))} ({group}, {len(members)})"
        table.add_section()
        table.add_row(Text(name, style="bold"))
        for check in members:
            title = voice.say(title_of(catalog, check))
            table.add_row(f"  {check.id}", session.text(SEVERITIES[check.severity]), Text(clean(title)))
    session.out.print(table)


@app.command(cls=Command, help=N_("One check whole: expressions, texts, fixes, cases."))
def show(
    context: typer.Context,
    check_id: Annotated[str, typer.Argument(metavar="ID", help=N_("For example protection.active."))],
    checks: Annotated[Path | None, ChecksOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Everything the file says, for people, with the values that hold in this workspace."""
    session = session_of(context)
    catalog = _load(checks, workspace)
    check = _find(catalog, check_id)
    changed = changed_of(catalog, check.id)
    if output is OutputFormat.JSON:
        cases = [case.model_dump(mode="json") for case in check.cases]
        print_json(
            "check",
            {
                "changed_parameters": changed_json(changed),
                "requirements": [f"{one.id}:{row}" for one in catalog.standards for row in one.decided_by(check.id)],
                "check": {**check_json(check), "cases": cases},
            },
        )
        return
    _print_check(session, check, changed, catalog.standards)


def _print_check(session: Session, check: Check, changed: tuple[Changed, ...], standards: tuple[Standard, ...]) -> None:
    language = session.translator.language
    rows: list[tuple[Message, str]] = [
        (msg("Severity"), session.text(SEVERITIES[check.severity])),
        (msg("Applies when"), check.when),
        (msg("Passes when"), check.passes),
        (msg("Group"), session.text(group_word(group_of(check.id)))),
        (msg("Parameters"), values_text(check.param)),
        *(
            (msg("Parameters from level {level}", level=level), values_text(values))
            for level, values in sorted(check.param_by_level.items())
        ),
        *((msg("Set by the province"), session.text(changed_words(one))) for one in changed),
        (msg("References"), ", ".join(check.refs)),
        (msg("Decides requirements"), ", ".join(f"{one.id}:{row}" for one in standards for row in one.decided_by(check.id))),
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
    checks: CatalogArgument = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
) -> None:
    """Exit 5 when there is a problem; a workspace's own parameters and mappings are looked at too."""
    session = session_of(context)
    folder = checks_folder(checks)
    problems = lint_catalog(folder)
    if not problems:
        catalog = load_catalog(folder)
        own = workspace_folder(workspace)
        problems = [
            *level_problems(catalog, folder),
            *override_problems(catalog, own),
            *console_problems(catalog, own),
            *own_plan_problems(catalog, own),
            *plan_problems(catalog),
        ]
    show_problems(session, problems, on=session.out)
    if problems:
        session.say(msg("{count} problem(s) found in the data", count=len(problems)), style="bold red")
        raise typer.Exit(ExitCode.DATA)
    session.say(msg("no problem found"), style="green")


@app.command(cls=Command, help=N_("Run the cases that stand beside checks, level clauses and products."))
def test(
    context: typer.Context,
    checks: CatalogArgument = None,
) -> None:
    """Facts or traces in, verdict or finding out; exit 3 when a case does not give what it says."""
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


app.command("new", cls=Command, help=N_("Write a new check to be filled in, with comments in both languages."))(new_check)
app.command("docs", cls=Command, help=N_("Print all checks as one page in Markdown, with the requirements they decide."))(
    check_docs
)


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
