"""``secaudit measure``: every target as an interval, with what prevents a decision."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from secaudit.cli.doubts import doubts_json, print_doubts
from secaudit.cli.exits import ExitCode, verdict_code
from secaudit.cli.judge import lab_machines, say_lab, used_json
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, percent, print_json
from secaudit.cli.progress import WIDE, one_bar
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    session_of,
)
from secaudit.cli.shares import parse_share
from secaudit.cli.sources import PeriodOption, open_sources, period_json
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import AsOf, PlanOption, say_changed
from secaudit.messages import clean, literal, msg
from secaudit.model.base import VIETNAM_TIME, day_in_vietnam
from secaudit.model.measurement import AgencyShare, Decision, Measurement, Tally
from secaudit.model.outcome import Grade
from secaudit.model.recheck import RecheckReport
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.evidence_summary import used_evidence
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.parameters import changed_json
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.publish.agencies import names_of
from secaudit.pipeline.publish.newcomers import newcomer_table
from secaudit.pipeline.publish.targets import needed_words, obstacle_words
from secaudit.pipeline.rechecking import bounds
from secaudit.report.format import Format
from secaudit.report.grade_words import GradeCounts, grade_counts
from secaudit.report.recheck_words import recheck_sentences
from secaudit.report.voice import Voice
from secaudit.report.words import decision_word

app = application()

COMPACT = 76
"""Columns from which on the figures stand in a compact table."""


@app.command(cls=Command, help=N_("Measure the plan: proven, disproven and unknown, in total and per agency."))
def measure(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    period: PeriodOption = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Show this agency's part (may be repeated)."))
    ] = None,
    per_agency: Annotated[bool, typer.Option("--per-agency", help=N_("Show every agency's part."))] = False,
    accept_unknown: Annotated[
        str, typer.Option("--accept-unknown", metavar="5%", help=N_("Share of targets that may stay undecided."))
    ] = "0%",
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 all met, 3 a target is missed, 4 a target is undecided."""
    session = session_of(context)
    accepted = parse_share(accept_unknown)
    places = {"inventory": inventory, "checks": checks, "workspace": workspace}
    with open_sources(session, **places, as_of=as_of, period=period) as sources:
        require_known(msg("agency"), agency, {part.agency.id for part in sources.province.inventory.agencies})
        with one_bar(session, msg("Judging")) as steps:
            measured = sources.measure(plan, progress=steps)
        recheck = sources.store.newest_recheck(sources.as_of) if sources.store is not None else None
    if output is OutputFormat.JSON:
        print_json("measurement", measured_json(measured))
    else:
        print_measurements(session, measured)
        if waiting := len(measured.newcomers):
            session.say(msg("new machines, awaiting confirmation by their agencies: {count}", count=waiting), style="yellow")
        _say_recheck(session, measured, recheck)
        if per_agency or agency:
            _print_agencies(session, measured, agency)
        _print_formulas(session, measured)
        if as_of:
            session.say(
                msg("evidence and agencies are those of the day; what is declared about machines and systems is the present list")
            )
    code = measured_code(measured, accepted)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def measured_code(measured: Measured, accepted: float = 0.0) -> ExitCode:
    """Undecided wins over missed."""
    decided = [m for m in measured.measurements if m.decision is not Decision.NOT_APPLICABLE]
    return verdict_code(
        failures=any(m.decision is Decision.MISSED for m in decided),
        unknown=sum(1 for m in decided if m.decision is Decision.UNDECIDED),
        total=len(decided),
        accepted_share=accepted,
    )


def print_measurements(session: Session, measured: Measured) -> None:
    """Each target with the stricter readings under it, then what prevents decisions."""
    show = Format(session.translator.language)
    day = measured.as_of.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")
    title = session.text(msg("{plan}, as of {day}", plan=measured.plan.name, day=day))
    rows = _rows(session, measured, show)
    if session.out.width >= WIDE:
        _print_table(session, title, rows)
    elif session.out.width >= COMPACT:
        _print_compact(session, title, rows)
    else:
        _print_lines(session, title, rows)
    _print_grades(session, measured)
    say_lab(session, lab_machines(measured.states.values()))
    say_changed(session, measured.province.catalog)
    _print_obstacles(session, measured)
    print_doubts(session, measured.states.values())


@dataclass(frozen=True)
class _Row:
    title: str
    asked: str
    cells: tuple[str, ...]
    """Proven, disproven, unknown, total, interval."""
    decision: Text
    under: bool = False


def _rows(session: Session, measured: Measured, show: Format) -> list[_Row]:
    language = session.translator.language
    targets = {target.id: target for target in measured.plan.targets}
    day = day_in_vietnam(measured.as_of)
    rows = []
    for number, m in enumerate(measured.measurements, start=1):
        target = targets[m.target]
        word = decision_word(m.decision, overdue=measured.plan.is_overdue(target, day))
        style = {Decision.MET: "green", Decision.MISSED: "red"}.get(m.decision, "yellow")
        asked = show.aim(m.sign, m.share)
        title = clean(f"{number}. {target.short.pick(language)}")
        rows.append(_Row(title, asked, _cells(m.tally, show), Text(session.text(word), style=style)))
        titles = {sub.id: clean(sub.title.pick(language)) for sub in target.under}
        rows += [_Row(titles[sub.id], "", _cells(sub.tally, show), Text(""), under=True) for sub in m.under]
    return rows


def _print_table(session: Session, title: str, rows: list[_Row]) -> None:
    table = Table(title=title)
    table.add_column(session.text(msg("Target")), overflow="fold")
    for heading in (msg("Asked"), msg("Proven"), msg("Disproven"), msg("Unknown"), msg("Total"), msg("Interval")):
        table.add_column(session.text(heading), justify="right", overflow="fold")
    table.add_column(session.text(msg("Decision")), overflow="fold")
    for row in rows:
        name = Text(f"   {row.title}", style="dim") if row.under else Text(row.title)
        table.add_row(name, row.asked, *row.cells, row.decision)
    session.out.print(table)


def _print_compact(session: Session, title: str, rows: list[_Row]) -> None:
    """The table of an ordinary console of 80 columns: the three counts share one column."""
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(session.text(msg("Target")), overflow="fold", ratio=3)
    table.add_column(session.text(msg("Asked")), justify="right", no_wrap=True)
    counts = " · ".join(session.text(word) for word in (msg("Proven"), msg("Disproven"), msg("Unknown")))
    table.add_column(counts, justify="right", overflow="fold", ratio=2)
    table.add_column(session.text(msg("Interval")), justify="right", no_wrap=True)
    table.add_column(session.text(msg("Decision")), overflow="fold", ratio=2)
    for row in rows:
        name = Text(f"  {row.title}", style="dim") if row.under else Text(row.title)
        table.add_row(name, row.asked, " · ".join(row.cells[:3]), row.cells[4], row.decision)
    session.out.print(table)


def _print_lines(session: Session, title: str, rows: list[_Row]) -> None:
    """The same for a narrow console: a table of eight columns would break every word."""
    session.out.print(Text(title, style="bold"))
    for row in rows:
        proven, disproven, unknown, total, interval = row.cells
        indent = "     " if row.under else "   "
        heading = Text(f"   {row.title}" if row.under else row.title)
        session.out.print(Text.assemble(heading, ": ", row.decision) if row.decision else heading)
        if row.asked:
            session.out.print(
                Text(indent + session.text(msg("asked: {share}; interval: {interval}", share=row.asked, interval=interval)))
            )
        else:
            session.out.print(Text(indent + session.text(msg("interval: {interval}", interval=interval))))
        counts = msg(
            "proven {proven}, disproven {disproven}, unknown {unknown}, total {total}",
            proven=proven, disproven=disproven, unknown=unknown, total=total,
        )  # fmt: skip
        session.out.print(Text(indent + session.text(counts)))


def _cells(tally: Tally, show: Format) -> tuple[str, ...]:
    if tally.lower is None or tally.upper is None:
        interval = "–"
    elif tally.lower == tally.upper:
        interval = show.percent(tally.lower)
    else:
        interval = f"{show.percent(tally.lower)} – {show.percent(tally.upper)}"
    return (*(show.number(count) for count in (tally.proven, tally.disproven, tally.unknown, tally.total)), interval)


def _print_grades(session: Session, measured: Measured) -> None:
    """What is proven about machines, by the grade of evidence that was needed; how far B and C were seen again."""
    voice = Voice(session.translator)
    for number, m in enumerate(measured.measurements, start=1):
        if not m.proven_by:
            continue
        said = msg("Target {number}: with evidence {grades}", number=number, grades=grade_counts(m.proven_by))
        session.out.print(Text(clean(voice.say(said))), soft_wrap=True)


def _say_recheck(session: Session, measured: Measured, recheck: RecheckReport | None) -> None:
    """How far the grades that rest on others' words were seen again; nothing where there are none."""
    if not any(grade is not Grade.A for m in measured.measurements for grade, _ in m.proven_by):
        return
    if recheck is None:
        session.say(msg("B and C: not re-checked yet"), style="yellow")
    else:
        found = msg("B and C: {figure}", figure=recheck_sentences(recheck, *bounds(recheck))[0])
        session.say(literal(Voice(session.translator).say(found)))


def _print_obstacles(session: Session, measured: Measured) -> None:
    names = names_of(measured)
    targets = {target.id: target for target in measured.plan.targets}
    for number, m in enumerate(measured.measurements, start=1):
        needed = needed_words(targets[m.target], m)
        if needed is not None and needed not in [obstacle_words(blocker) for blocker in m.blockers]:
            session.out.print(Text(session.text(msg("Target {number}: {needed}", number=number, needed=needed)), style="bold"))
        if m.decision is Decision.MET or not m.blockers:
            continue
        session.out.print(Text(session.text(msg("Target {number}: what prevents a decision", number=number)), style="bold"))
        for blocker in m.blockers:
            listed = ", ".join(names.get(name, name) for name in blocker.agencies[:5])
            rest = f" +{len(blocker.agencies) - 5}" if len(blocker.agencies) > 5 else ""
            session.out.print(Text(clean(f"  · {session.text(obstacle_words(blocker))}: {listed}{rest}")), soft_wrap=True)


def _print_formulas(session: Session, measured: Measured) -> None:
    """The computation of every target in words: figures without their formula say nothing."""
    targets = {target.id: target for target in measured.plan.targets}
    session.out.print(Text(session.text(msg("How the figures are computed")), style="bold"))
    session.out.print(
        Text(
            session.text(
                msg(
                    "  The lower bound is proven ÷ total, the upper bound (proven + unknown) ÷ total. Met: the lower bound "
                    "reaches what is asked. Missed: even the upper bound does not. Otherwise undecided."
                )
            )
        ),
        soft_wrap=True,
    )
    for number, m in enumerate(measured.measurements, start=1):
        formula = targets[m.target].formula.pick(session.translator.language)
        session.out.print(Text(clean(f"  {number}. {' '.join(formula.split())}")), soft_wrap=True)
        for note in m.notes:
            session.out.print(Text(f"     · {session.text(note)}"), style="dim", soft_wrap=True)


def _print_agencies(session: Session, measured: Measured, wanted: list[str] | None) -> None:
    show = Format(session.translator.language)
    names = names_of(measured)
    for number, m in enumerate(measured.measurements, start=1):
        if not any(not wanted or share.agency in wanted for share in m.agencies):
            session.say(msg("Target {number}: nothing of these agencies counts here", number=number))
            continue
        table = Table(title=session.text(msg("Target {number} per agency", number=number)))
        attended = any(share.sessions for share in m.agencies if not wanted or share.agency in wanted)
        for heading in (msg("Agency"), msg("Proven"), msg("Disproven"), msg("Unknown"), msg("Total"), msg("Interval")):
            table.add_column(session.text(heading), overflow="fold")
        if attended:
            table.add_column(session.text(msg("Sessions")), overflow="fold")
        for share in m.agencies:
            if not wanted or share.agency in wanted:
                seen = [Text(clean(", ".join(share.sessions)))] if attended else []
                table.add_row(Text(clean(names.get(share.agency, share.agency))), *_cells(share.tally, show), *seen)
        session.out.print(table)


def tally_json(tally: Tally) -> dict[str, Any]:
    """Counts and bounds; percentages are rounded down to two places, fractions are exact."""
    return {
        "proven": tally.proven,
        "disproven": tally.disproven,
        "unknown": tally.unknown,
        "total": tally.total,
        "lower": tally.lower,
        "upper": tally.upper,
        "lower_percent": percent(tally.lower),
        "upper_percent": percent(tally.upper),
    }


def _share_json(share: AgencyShare) -> dict[str, Any]:
    return {
        "agency": share.agency,
        "submitted": share.submitted,
        **tally_json(share.tally),
        "beyond": share.beyond,
        "sessions": list(share.sessions),
        "contradicted": share.contradicted,
        "members": {"disproven": list(share.disproven), "unknown": list(share.unknown)},
    }


def _by_grade_json(counts: GradeCounts) -> dict[str, int]:
    return {grade.value: count for grade, count in counts}


def _measurement_json(measured: Measured, m: Measurement) -> dict[str, Any]:
    target = next(target for target in measured.plan.targets if target.id == m.target)
    return {
        "target": m.target,
        "title": target.title,
        "population": target.population,
        "sign": m.sign,
        "share": m.share,
        "decision": m.decision,
        **tally_json(m.tally),
        "proven_by": _by_grade_json(m.proven_by),
        "declared_only": m.declared_only,
        "lab": m.lab,
        "needed": m.needed,
        "to_clarify": m.to_clarify,
        "formula": target.formula,
        "notes": [str(note) for note in m.notes],
        "blockers": [{"kind": b.kind, "count": b.count, "agencies": list(b.agencies)} for b in m.blockers],
        "under": [{"id": sub.id, **tally_json(sub.tally), "proven_by": _by_grade_json(sub.proven_by)} for sub in m.under],
        "agencies": [_share_json(share) for share in m.agencies],
    }


def measured_json(measured: Measured) -> dict[str, Any]:
    """A measurement as docs/json.md describes it."""
    return {
        "plan": measured.plan.id,
        "as_of": measured.as_of,
        "period": period_json(measured.period),
        "rule_set": measured.levels.rules.id,
        "inventory_digest": measured.province.inventory.digest,
        "catalog_digest": measured.province.catalog.digest,
        "changed_parameters": changed_json(measured.province.catalog.changed),
        "chain_head": measured.chain_head,
        "undeclared": {agency: list(addresses) for agency, addresses in measured.undeclared.items()},
        "held": doubts_json(measured.states.values()),
        "newcomers": newcomer_table(measured),
        "evidence": [used_json(used) for used in used_evidence(measured.states.values())],
        "targets": [_measurement_json(measured, m) for m in measured.measurements],
    }
