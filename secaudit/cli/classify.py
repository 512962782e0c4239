"""``secaudit classify``: the level of every system, with the clauses behind it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.classify import compare, contradictions, questions
from secaudit.cli.days import parse_day
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.level_detail import STATE_SECRET, print_detail
from secaudit.cli.output import OutputFormat, print_json
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
from secaudit.model.level import Classification
from secaudit.pipeline.province import Levels, Province, classify_province, load_province
from secaudit.pipeline.publish.systems import COMPARISONS
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
    as_of: Annotated[str | None, AsOfOption] = None,
    period: PeriodOption = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 4 while a level is open, 3 when a declared level is lower than the proposal, 0 otherwise."""
    session = session_of(context)
    if period is not None:
        with open_sources(session, inventory=None, checks=None, workspace=workspace, as_of=as_of, period=period) as sources:
            province, levels = sources.classify()
        day = day_in_vietnam(sources.as_of)
    else:
        day = parse_day(as_of) if as_of else day_in_vietnam(datetime.now(UTC))
        province = load_province(inventory_folder(inventory), checks_folder(checks), None).on(day)
        levels = classify_province(province, day)
    shown = _selected(levels, system)
    if output is OutputFormat.JSON:
        rows = [classification_json(item, province, levels, session) for item in shown]
        print_json("classification", {"as_of": day.isoformat(), "rule_set": levels.rules.id, "systems": rows})
    else:
        _print_table(session, province, levels, shown, day)
        if system:
            for item in shown:
                print_detail(session, province, levels, item)
    if any(item.level is None for item in shown):
        raise typer.Exit(ExitCode.INCOMPLETE)
    if any(compare(item, province.inventory.systems[item.system]) == "declared_lower" for item in shown):
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


def level_text(item: Classification) -> str:
    """``3``, ``2–3``, ``2, 5`` or ``?``: never a level that is not proven."""
    if item.level is not None:
        return str(item.level)
    if not item.possible:
        return "?"
    low, high = min(item.possible), max(item.possible)
    whole = len(item.possible) == high - low + 1
    text = f"{low}–{high}" if whole else ", ".join(str(level) for level in sorted(item.possible))
    return text if item.lowest is not None else f"? ({text})"


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
            level_text(item),
            ", ".join(f"{m.clause}{'' if m.matches else '?'}" for m in item.matches),
            "" if item.declared is None else str(item.declared),
            session.text(STATE_SECRET if declared.state_secret else COMPARISONS[compare(item, declared)]),
            Text("\n".join(clean(q.text.pick(session.translator.language)) for q in questions(item, levels.rules))),
        )
    session.out.print(table)
    session.out.print(
        Text(session.text(msg("A proposal by {rules}; the appraisal decides.", rules=literal(levels.rules.id)))), soft_wrap=True
    )


def classification_json(item: Classification, province: Province, levels: Levels, session: Session) -> dict[str, Any]:
    """One system as docs/json.md describes it."""
    declared = province.inventory.systems[item.system]
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
        "questions": [{"who": q.who, "text": q.text.pick(session.translator.language)} for q in questions(item, levels.rules)],
        "possible": list(item.possible),
        "readings": list(item.readings),
        "contradictions": [session.text(message) for message in contradictions(declared)],
        "inherited_from": list(item.inherited_from),
        "pending": list(item.pending),
    }
