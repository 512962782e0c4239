"""``secaudit judge``: stored captures, judged again with the present catalog."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode, verdict_code
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.progress import one_bar
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import PlanOption, moment_of, needed_store, say_changed
from secaudit.messages import Message, clean, literal, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.check import Check
from secaudit.model.finding import Verdict
from secaudit.model.measurement import EndpointState
from secaudit.pipeline.evidence_summary import Used, decided_by_grade, used_evidence
from secaudit.pipeline.history import state_of
from secaudit.pipeline.judging import Tallies, count_verdicts, rejudge
from secaudit.pipeline.measuring import measure_judged
from secaudit.pipeline.parameters import changed_json, title_of
from secaudit.pipeline.province import DEFAULT_PLAN, Province, classify_province, load_province
from secaudit.report.format import Format
from secaudit.report.groups import group_word, grouped
from secaudit.report.voice import Voice
from secaudit.report.words import word

app = application()


@app.command(cls=Command, help=N_("Judge stored captures again with the present catalog; no machine is asked."))
def judge(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 all pass, 3 something fails, 4 something is unknown."""
    session = session_of(context)
    folder = workspace_folder(workspace)
    moment = moment_of(None)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder).on(day_in_vietnam(moment))
    levels = classify_province(province, day_in_vietnam(moment))
    asked = province.plan(plan)
    with needed_store(folder) as store:
        with one_bar(session, msg("Judging")) as steps:
            judged = rejudge(province, store, levels, moment=moment, rules=asked.evidence, progress=steps)
        store.states.try_record(state_of(measure_judged(province, asked, store, levels, judged, as_of=moment)))
    tallies = count_verdicts(judged.values())
    if output is OutputFormat.JSON:
        print_json(
            "judging",
            {
                "catalog_digest": province.catalog.digest,
                "changed_parameters": changed_json(province.catalog.changed),
                "judged_at": moment,
                "machines_with_evidence": sum(1 for state in judged.values() if state.evidence is not None),
                "lab": lab_machines(judged.values()),
                "evidence": [used_json(used) for used in used_evidence(judged.values())],
                "checks": {check: {v.value: count for v, count in counts.items()} for check, counts in tallies.items()},
                "decided_by": decided_by_grade(judged.values()),
            },
        )
    else:
        print_tallies(session, province, tallies)
        say_evidence(session, judged.values())
        say_lab(session, lab_machines(judged.values()))
        say_changed(session, province.catalog)
    failed = any(counts[Verdict.FAIL] for counts in tallies.values())
    unknown = sum(counts[Verdict.UNKNOWN] for counts in tallies.values())
    code = verdict_code(failures=failed, unknown=unknown, total=unknown)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def lab_machines(states: Iterable[EndpointState]) -> int:
    """Machines whose evidence is lab data."""
    return sum(1 for state in states if state.evidence is not None and state.evidence.outcome.lab)


def say_lab(session: Session, count: int) -> None:
    """Mark figures that rest on lab data."""
    if count:
        session.say(
            msg("lab data: {count} of the machines behind these figures stand for no real machine", count=count), style="yellow"
        )


def say_evidence(session: Session, states: Iterable[EndpointState]) -> None:
    """What the figures rest on: a line for each grade and way."""
    for used in used_evidence(states):
        said = msg(
            "evidence of grade {grade}, {way}: {machines} machines, from {oldest} to {newest} (Vietnamese time)",
            grade=used.grade.value, way=word(used.way), machines=used.machines, oldest=used.oldest, newest=used.newest,
        )  # fmt: skip
        session.say(literal(Voice(session.translator).say(said)))


def used_json(used: Used) -> dict[str, object]:
    """Evidence of one way and grade as docs/json.md describes it."""
    return {
        "way": used.way,
        "grade": used.grade,
        "machines": used.machines,
        "oldest": used.oldest,
        "newest": used.newest,
    }


_SHOWN = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE)


def print_tallies(session: Session, province: Province, tallies: Tallies) -> None:
    """One row per check under the name of its group: how many machines pass, fail, are unknown."""
    table = _table(session, msg("Check"))
    for group, checks in grouped(province.catalog.checks.values()):
        table.add_section()
        table.add_row(Text(session.text(group_word(group)), style="bold"))
        for check in checks:
            title = Voice(session.translator).say(title_of(province.catalog, check))
            table.add_row(Text(clean(title)), *(str(_of(tallies, check)[verdict]) for verdict in _SHOWN))
    session.out.print(table)


def print_group_tallies(session: Session, province: Province, tallies: Tallies) -> None:
    """One row per group of checks: how many verdicts of its checks are pass, fail, unknown."""
    table = _table(session, msg("Group of checks"))
    show = Format(session.translator.language)
    for group, checks in grouped(province.catalog.checks.values()):
        name = msg("{group} ({count})", group=group_word(group), count=len(checks))
        counts = (sum(_of(tallies, check)[verdict] for check in checks) for verdict in _SHOWN)
        table.add_row(Text(session.text(name)), *map(show.number, counts))
    session.out.print(table)


def _of(tallies: Tallies, check: Check) -> Counter[Verdict]:
    """A province without machines has no verdicts at all."""
    return tallies.get(check.id, Counter())


def _table(session: Session, heading: Message) -> Table:
    table = Table()
    table.add_column(session.text(heading), overflow="fold")
    for verdict in _SHOWN:
        table.add_column(session.text(word(verdict)), justify="right")
    return table
