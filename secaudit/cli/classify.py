"""``secaudit classify``: the level of every system, with the clauses behind it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.classify import TOO_LOW, compare, contradictions, questions
from secaudit.cli.days import parse_day
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.level_compare import print_comparison, print_comparison_json
from secaudit.cli.level_detail import STATE_SECRET, print_detail
from secaudit.cli.level_what_if import print_what_if, print_what_if_json
from secaudit.cli.level_words import level_text
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.session import (
    AsOfOption,
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
)
from secaudit.cli.sources import PeriodOption, open_sources
from secaudit.cli.tree import Command, application
from secaudit.errors import UsageError
from secaudit.messages import clean, literal, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.level import Classification, OpenQuestion
from secaudit.pipeline.level_changes import compare_rule_sets
from secaudit.pipeline.province import Levels, Province, classify_province, load_province, open_questions
from secaudit.pipeline.publish.systems import COMPARISONS
from secaudit.pipeline.what_if import understood, what_if
from secaudit.source import did_you_mean

app = application()


@app.command(cls=Command, help=N_("Propose the legal level of every system, with clauses and open questions."))
def classify(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    system: Annotated[
        list[str] | None, typer.Option("--system", metavar="ID", help=N_("Only this system (may be repeated)."))
    ] = None,
    comparing: Annotated[
        bool,
        typer.Option("--compare", help=N_("The rule set in force and the one before it side by side: what changes, and why.")),
    ] = False,
    supposing: Annotated[
        str | None,
        typer.Option("--what-if", metavar="SYSTEM", help=N_("What would change if the fields named after it had other values.")),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="FIELD=VALUE", help=N_("With --what-if: as the inventory has it.")),
    ] = None,
    as_of: Annotated[str | None, AsOfOption] = None,
    period: PeriodOption = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 4 while a level is open, 3 when a declared level is lower than the proposal, 0 otherwise."""
    session = session_of(context)
    _require_one(supposing, changes, system, comparing=comparing)
    if period is not None:
        with open_sources(session, inventory=None, checks=None, workspace=workspace, as_of=as_of, period=period) as sources:
            province, levels = sources.classify()
        day = day_in_vietnam(sources.as_of)
    else:
        day = parse_day(as_of) if as_of else day_in_vietnam(datetime.now(UTC))
        province = load_province(inventory_folder(inventory), checks_folder(checks), None).on(day)
        levels = None
    if comparing:
        _compare(session, province, day, system, output)
        return
    levels = levels or classify_province(province, day)
    if supposing is not None:
        _what_if(session, province, levels, supposing, changes or [], day, output)
        return
    shown = _selected(levels, system)
    if output is OutputFormat.JSON:
        asked = open_questions(province, levels, shown)
        rows = [classification_json(item, province, session, asked[item.system]) for item in shown]
        print_json("classification", {"as_of": day.isoformat(), "rule_set": levels.rules.id, "systems": rows})
    else:
        _print_table(session, province, levels, shown, day)
        if system:
            asked = open_questions(province, levels, shown)
            for item in shown:
                print_detail(session, province, levels, item, asked[item.system])
    _exit(province, shown)


def _require_one(supposing: str | None, changes: list[str] | None, wanted: list[str] | None, *, comparing: bool) -> None:
    """Options that belong together, or do not."""
    if supposing is not None and (comparing or wanted):
        raise UsageError(msg("--what-if stands alone"), hint=msg("leave --compare and --system out"))
    if supposing is not None and not changes:
        raise UsageError(msg("say what would change"), hint=msg("field=value, as data_subjects.sensitive=12000"))
    if changes and supposing is None:
        raise UsageError(
            msg("a change needs --what-if and a system"), where=changes[0], hint=msg("classify --what-if SYSTEM field=value")
        )


def _what_if(
    session: Session, province: Province, levels: Levels, name: str, words: list[str], day: date, output: OutputFormat
) -> None:
    """Exit 0 whatever would come of it: nothing was asked of the inventory as it is."""
    _selected(levels, [name])
    changes, problems = understood(words, levels.rules)
    if problems:
        show_problems(session, problems)
        raise typer.Exit(ExitCode.USAGE)
    found = what_if(province, levels, name, changes, day)
    if output is OutputFormat.JSON:
        print_what_if_json(session, levels, found, day)
    else:
        print_what_if(session, province, levels, found, day)


def _compare(session: Session, province: Province, day: date, wanted: list[str] | None, output: OutputFormat) -> None:
    """The exit code is that of the levels under the later rule set."""
    found = compare_rule_sets(province, day)
    shown = [found.changes[item.system] for item in _selected(found.present, wanted)]
    if output is OutputFormat.JSON:
        print_comparison_json(province, found, shown, day)
    else:
        print_comparison(session, province, found, shown, day, whole=bool(wanted))
    _exit(province, [one.present for one in shown])


def _exit(province: Province, shown: Sequence[Classification]) -> None:
    if any(item.level is None for item in shown):
        raise typer.Exit(ExitCode.INCOMPLETE)
    if any(compare(item, province.inventory.systems[item.system]) in TOO_LOW for item in shown):
        raise typer.Exit(ExitCode.FAILURES)


def _selected(levels: Levels, wanted: list[str] | None) -> list[Classification]:
    if not wanted:
        return list(levels.classifications.values())
    unknown = [name for name in wanted if name not in levels.classifications]
    if unknown:
        raise UsageError(
            msg("no system is called {id}", id=", ".join(unknown)),
            hint=did_you_mean(unknown[0], levels.classifications) or msg("secaudit classify shows the ids of all"),
        )
    return [levels.classifications[name] for name in wanted]


def _print_table(session: Session, province: Province, levels: Levels, shown: list[Classification], day: date) -> None:
    table = Table(title=session.text(msg("Levels under {act}, as of {day}", act=levels.rules.act, day=day.strftime("%d/%m/%Y"))))
    headings = (msg("Information system"), msg("Owner"), msg("Level"), msg("Clauses"), msg("Dossier"), msg("Comparison"))
    for heading in (*headings, msg("Open questions")):
        table.add_column(session.text(heading), overflow="fold")
    for item in shown:
        declared = province.inventory.systems[item.system]
        table.add_row(
            Text(clean(declared.name)) + Text(f"\n{item.system}", style="dim"),
            Text(clean(province.inventory.owner_of_system.get(item.system, ""))),
            level_text(item) + ("" if item.at_least is None else f" (≥ {item.at_least})"),
            ", ".join(f"{m.clause}{'' if m.matches else '?'}" for m in item.matches),
            "" if item.declared is None else str(item.declared),
            session.text(STATE_SECRET if declared.state_secret else COMPARISONS[compare(item, declared)]),
            Text("\n".join(clean(q.text.pick(session.translator.language)) for q in questions(item, levels.rules))),
        )
    session.out.print(table)
    source = msg("{rules}: {source}", rules=literal(levels.rules.id), source=literal(levels.rules.source))
    session.out.print(Text(clean(session.text(source)), style="dim"), soft_wrap=True)
    session.out.print(
        Text(session.text(msg("A proposal by {rules}; the appraisal decides.", rules=literal(levels.rules.id)))), soft_wrap=True
    )


def classification_json(
    item: Classification, province: Province, session: Session, asked: Sequence[OpenQuestion]
) -> dict[str, Any]:
    """One system as docs/json.md describes it."""
    declared = province.inventory.systems[item.system]
    language = session.translator.language
    return {
        "system": item.system,
        "name": declared.name,
        "owner": province.inventory.owner_of_system.get(item.system),
        "level": item.level,
        "lowest": item.lowest,
        "highest": item.highest,
        "declared": item.declared,
        "comparison": compare(item, declared),
        "clauses": [
            {"clause": m.clause, "level": m.level, "matches": m.matches, "missing": list(m.missing), "readings": list(m.readings)}
            for m in item.matches
        ],
        "inputs": dict(item.inputs),
        "missing": list(item.missing),
        "questions": [
            {
                "input": one.name,
                "who": one.question.who,
                "text": one.question.text.pick(language),
                "answers": [
                    {
                        "answer": outcome.answer,
                        "lowest": outcome.lowest,
                        "highest": outcome.highest,
                        "possible": list(outcome.possible),
                    }
                    for outcome in one.outcomes
                ],
            }
            for one in asked
        ],
        "possible": list(item.possible),
        "readings": list(item.readings),
        "contradictions": [session.text(message) for message in contradictions(declared)],
        "inherited_from": list(item.inherited_from),
        "pending": list(item.pending),
        "obligations": [
            {"clause": one.clause, "at_least": one.at_least, "text": one.title.pick(language)} for one in item.obligations
        ],
        "at_least": item.at_least,
    }
