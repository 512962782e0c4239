"""``secaudit requirements list`` and ``show``: what the technical standard asks of each level, and who or what decides it."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from secaudit.catalog import load_catalog
from secaudit.cli.days import parse_day
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.progress import WIDE
from secaudit.cli.session import AsOfOption, ChecksOption, FormatOption, Session, checks_folder, session_of
from secaudit.cli.tree import Command, application
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, literal, msg
from secaudit.model.base import Texts, day_in_vietnam
from secaudit.model.catalog import Catalog
from secaudit.model.check import LEVELS
from secaudit.model.requirement import Requirement, Standard
from secaudit.report.voice import Voice
from secaudit.source import did_you_mean, fold

app = application()

LevelOption = typer.Option("--level", min=LEVELS[0], max=LEVELS[-1], help=N_("Only what systems of this level must meet."))


@app.command(
    "list", cls=Command, help=N_("What the standard asks of each level, a line per requirement, and what is not held here.")
)
def list_requirements(
    context: typer.Context,
    search: Annotated[
        list[str] | None, typer.Argument(metavar="WORDS", help=N_("Only requirements whose id or texts hold all these words."))
    ] = None,
    level: Annotated[int | None, LevelOption] = None,
    as_of: Annotated[str | None, AsOfOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """The standard in force on the day; evidence that is asked stands beside the number of checks."""
    session = session_of(context)
    catalog = load_catalog(checks_folder(checks))
    day = parse_day(as_of) if as_of else day_in_vietnam(datetime.now(UTC))
    standard = _in_force(catalog, day)
    held = standard.requirements if level is None else standard.at(level)
    shown = [one for one in held if _holds(one, search or [])]
    if output is OutputFormat.JSON:
        print_json("requirements", _list_json(standard, shown, level, day))
        return
    voice = Voice(session.translator)
    title = msg("{act} – {title}, as of {day}", act=literal(standard.act), title=standard.title, day=day)
    session.out.print(Text(clean(voice.say(title)), style="bold"), soft_wrap=True)
    if shown:
        _print_requirements(session, voice, standard, shown, level)
    _print_counts(session, standard, LEVELS if level is None else (level,))
    if len(shown) < len(held):
        session.say(msg("{count} of {all} requirements", count=len(shown), all=len(held)))


@app.command(
    cls=Command, help=N_("One requirement whole: levels, clauses, checks, the evidence asked and for how long it holds.")
)
def show(
    context: typer.Context,
    requirement_id: Annotated[str, typer.Argument(metavar="ID", help=N_("For example r18, or tcvn-14423-2026:r18."))],
    as_of: Annotated[str | None, AsOfOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """An id with its standard is found whatever the day."""
    session = session_of(context)
    catalog = load_catalog(checks_folder(checks))
    day = parse_day(as_of) if as_of else day_in_vietnam(datetime.now(UTC))
    standard, one = _find(catalog, requirement_id, day)
    if output is OutputFormat.JSON:
        print_json("requirement", {"standard": _standard_json(standard), "requirement": _requirement_json(standard, one)})
        return
    _print_requirement(session, catalog, standard, one)


def _in_force(catalog: Catalog, day: date) -> Standard:
    standard = catalog.standard(day)
    if standard is None:
        begins = min((one.valid_from for one in catalog.standards), default=None)
        hint = msg("the catalog holds none") if begins is None else msg("the oldest one begins on {day}", day=begins)
        raise UsageError(msg("no standard is in force on {day}", day=day), hint=hint)
    return standard


def _find(catalog: Catalog, asked: str, day: date) -> tuple[Standard, Requirement]:
    """By id, by number, or by the id with its standard."""
    name, colon, own = asked.strip().rpartition(":")
    if colon:
        named = {one.id: one for one in catalog.standards}
        if name not in named:
            hint = did_you_mean(name, named) or msg("standards: {names}", names=literal(", ".join(named)))
            raise UsageError(msg("no standard is called {id}", id=name or asked), hint=hint)
        standard = named[name]
    else:
        standard = _in_force(catalog, day)
    ids = {one.id: one for one in standard.requirements}
    by_number = {str(one.number): one for one in standard.requirements}
    found = ids.get(own) or by_number.get(own.lstrip("0"))
    if found is None:
        hint = did_you_mean(own, ids) or msg("secaudit requirements list shows all")
        raise UsageError(msg("{standard} has no requirement called {id}", standard=literal(standard.id), id=own), hint=hint)
    return standard, found


def _holds(one: Requirement, search: Iterable[str]) -> bool:
    """Whether every word stands in what people read of it; letters without their marks find those with them."""
    asked = [] if one.manual is None else [one.manual.asked]
    texts = [one.group, one.title, *asked]
    read = [one.id, *one.clauses, *one.checks, *(text.vi for text in texts), *(text.en for text in texts)]
    whole = fold(" ".join(read)).casefold()
    return all(words in whole for words in fold(" ".join(search)).casefold().split())


def _print_requirements(
    session: Session, voice: Voice, standard: Standard, shown: Iterable[Requirement], level: int | None
) -> None:
    wide = session.out.width >= WIDE
    table = Table(box=None if wide else SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(session.text(msg("Id")), no_wrap=True)
    table.add_column(session.text(msg("Clause")), overflow="fold", max_width=14)
    table.add_column(session.text(msg("Requirement")), overflow="fold", ratio=3)
    if level is None:
        table.add_column(session.text(msg("Levels")), overflow="fold", max_width=9)
    table.add_column(session.text(msg("Decided by")), overflow="fold", ratio=2)
    groups: dict[Texts, list[Requirement]] = {}
    for one in shown:
        groups.setdefault(one.group, []).append(one)
    for group, members in groups.items():
        table.add_row("", "", Text(clean(voice.say(group)), style="bold"))
        for one in members:
            row: list[str | Text] = [one.id, "\n".join(_clauses(standard, one, level)), _title(voice, one)]
            levels = [] if level is not None else [_levels(one)]
            table.add_row(*row, *levels, _decided(voice, one, level))
    session.out.print(table)


def _title(voice: Voice, one: Requirement) -> Text:
    title = Text(clean(voice.say(one.title)))
    for mark in _marks(one):
        title += Text(" " + clean(voice.say(mark)), style="dim")
    return title


def _marks(one: Requirement) -> list[Message]:
    marks = [] if one.mandatory else [msg("(suggested)")]
    return marks if one.confirmed else [*marks, msg("(not confirmed)")]


def _levels(one: Requirement) -> str:
    """``1–5`` where nothing is left out, else each level: a gap is a statement."""
    low, high = min(one.levels), max(one.levels)
    whole = len(one.levels) == high - low + 1
    return f"{low}–{high}" if whole and low < high else ", ".join(str(level) for level in sorted(one.levels))


def _clauses(standard: Standard, one: Requirement, level: int | None) -> list[str]:
    """As the level's list numbers them; without a level the standard's own act is left out, and ``x`` is any chapter."""
    if level is not None:
        return list(standard.clauses_at(one, level))
    shown = {clause.partition(":")[2] if standard.holds(clause.partition(":")[0]) else clause for clause in one.clauses}
    same_below = {re.sub(r"^\d+\.", "x.", clause) for clause in shown}
    return sorted(same_below, key=_numbers) if len(shown) > 2 else sorted(shown, key=_numbers)


def _numbers(clause: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdecimal() else 0, part) for part in clause.split(".")]


def _decided(voice: Voice, one: Requirement, level: int | None) -> Text:
    """Checks, and the evidence with its period beside them or in their place."""
    said: list[str] = []
    if one.checks:
        said.append(voice.say(msg("checks on each machine: {count}", count=len(one.checks))))
    if one.manual is not None:
        if level is not None:
            said.append(
                voice.say(
                    msg("evidence: {paper} (holds {count} months)", paper=one.manual.asked, count=one.manual.months_at(level))
                )
            )
        else:
            said.append(
                voice.say(msg("evidence: {paper} (holds {period} months)", paper=one.manual.asked, period=literal(_period(one))))
            )
    return Text(clean("\n".join(said)))


def _period(one: Requirement) -> str:
    """``12``, or ``12/12/6`` in the order of the levels."""
    months = [] if one.manual is None else [one.manual.months_at(level) for level in sorted(one.levels)]
    return str(months[0]) if len(set(months)) == 1 else "/".join(str(month) for month in months)


def _print_counts(session: Session, standard: Standard, levels: Iterable[int]) -> None:
    """How much of each level's list is held, and what that means."""
    for level in levels:
        rows, covered, open_rows = standard.rows.get(level), standard.covered(level), standard.open_rows(level)
        if rows is None or open_rows is None:
            said = msg("Level {level}: {count} requirements here; nobody counted its list, so what is missing is open",
                       level=level, count=len(standard.at(level)))  # fmt: skip
        else:
            said = msg("Level {level}: {count} requirements here answer {covered} of {rows} rows of its list; open: {open}",
                       level=level, count=len(standard.at(level)), covered=covered, rows=rows, open=open_rows)  # fmt: skip
        style = "yellow" if open_rows is None or open_rows else None
        session.out.print(Text(session.text(said), style=style or ""), soft_wrap=True)
    source = msg("Source: {source}. The words are ours; the standard's own text decides.", source=literal(standard.source))
    session.out.print(Text(session.text(source), style="dim"), soft_wrap=True)


def _print_requirement(session: Session, catalog: Catalog, standard: Standard, one: Requirement) -> None:
    voice = Voice(session.translator)
    strength = msg("mandatory") if one.mandatory else msg("suggested: another value needs a reason")
    session.out.print(Text(clean(f"{one.id}: {voice.say(one.title)}"), style="bold"), soft_wrap=True)
    lines: list[tuple[Message, str]] = [
        (msg("Standard"), f"{standard.act} ({standard.id})"),
        (msg("Group"), voice.say(one.group)),
        (msg("Strength"), voice.say(strength)),
        (msg("Confirmed"), "" if one.confirmed else voice.say(msg("no: the source itself is not certain"))),
        (msg("Evidence asked"), "" if one.manual is None else voice.say(one.manual.asked)),
        (msg("Name in attestations and waivers"), f"{standard.id}:{one.id}"),
        (msg("Source"), standard.source),
    ]
    for heading, value in lines:
        if value:
            session.out.print(Text(f"{session.text(heading)}: ", style="cyan") + Text(clean(value)), soft_wrap=True)
    session.out.print(_by_level(session, standard, one))
    for name in one.checks:
        check = catalog.checks[name]
        line = Text(clean(f"  {name}: {voice.say(check.title)}"))
        if name in one.advice:
            line += Text(" " + session.text(msg("(advice: failing it leaves the requirement open)")), style="dim")
        session.out.print(line, soft_wrap=True)
    if one.checks and one.manual is not None:
        session.out.print(Text(session.text(msg("Both are asked: machines show only a part of it."))), soft_wrap=True)


def _by_level(session: Session, standard: Standard, one: Requirement) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    headings = [msg("Level"), msg("Clause"), msg("Rows of the list it answers")]
    if one.manual is not None:
        headings.append(msg("Evidence holds (months)"))
    for heading in headings:
        table.add_column(session.text(heading), overflow="fold")
    for level in one.levels:
        months = [] if one.manual is None else [str(one.manual.months_at(level))]
        table.add_row(str(level), ", ".join(standard.clauses_at(one, level)), str(one.rows_at(level)), *months)
    return table


def _list_json(standard: Standard, shown: Iterable[Requirement], level: int | None, day: date) -> dict[str, Any]:
    rows = {
        str(one): {"rows": standard.rows.get(one), "answered": standard.covered(one), "open": standard.open_rows(one)}
        for one in LEVELS
    }
    found = [_requirement_json(standard, one) for one in shown]
    return {"as_of": day.isoformat(), "standard": _standard_json(standard), "level": level, "lists": rows, "requirements": found}


def _standard_json(standard: Standard) -> dict[str, Any]:
    return standard.model_dump(mode="json", exclude={"requirements", "rows", "first_chapter"})


def _requirement_json(standard: Standard, one: Requirement) -> dict[str, Any]:
    by_level = {
        str(level): {
            "clauses": standard.clauses_at(one, level),
            "rows": one.rows_at(level),
            "months": None if one.manual is None else one.manual.months_at(level),
        }
        for level in one.levels
    }
    written = one.model_dump(mode="json", exclude={"covers", "levels", "manual"})
    asked = None if one.manual is None else one.manual.asked.model_dump(mode="json")
    return {**written, "evidence": asked, "levels": by_level}
