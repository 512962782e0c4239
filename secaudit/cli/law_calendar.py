"""``secaudit law calendar``: every statutory date for this province's systems, as a table and as an iCalendar file."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from secaudit.cli.days import parse_day
from secaudit.cli.exits import verdict_code
from secaudit.cli.language import N_
from secaudit.cli.law_words import COUNTING, DECIDES, STATES, UNCONFIRMED, day_text, doubtful_day, words
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.session import (
    AsOfOption,
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    checks_folder,
    inventory_folder,
    session_of,
)
from secaudit.cli.tree import Command, application
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, msg
from secaudit.model.base import VIETNAM_TIME, day_in_vietnam
from secaudit.model.decision import DueState
from secaudit.pipeline.decision_chains import Chains, chains
from secaudit.pipeline.law_calendar import CalendarEntry, LawCalendar, law_calendar
from secaudit.pipeline.province import Province, classify_province, load_province
from secaudit.report.format import clause_text
from secaudit.report.ical import Event, render_ical

_SPAN = timedelta(days=366)
_NAMED = 6
"""Systems named in a row of the table; the file and JSON name all."""

app = application()


@app.callback()
def _group() -> None:
    """Nothing is common to all."""


@app.command("calendar", cls=Command, help=N_("Every statutory date for this province's systems, in working days."))
def calendar(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help=N_("First day; the day of --as-of when left out."))
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help=N_("Last day; a year later when left out."))
    ] = None,
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help=N_("Also write an iCalendar file for calendar programs."))
    ] = None,
    as_of: Annotated[str | None, AsOfOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 4 while something hangs on what is not on record, 3 when something is overdue, 0 otherwise."""
    session = session_of(context)
    day = parse_day(as_of) if as_of else day_in_vietnam(datetime.now(UTC))
    first = parse_day(start) if start else day
    last = parse_day(end) if end else min(first, date.max - _SPAN) + _SPAN
    if last < first:
        raise UsageError(
            msg("the span ends before it begins: {start} to {end}", start=day_text(first), end=day_text(last)),
            hint=msg("--from names the first day and --to the last"),
        )
    province = load_province(inventory_folder(inventory), checks_folder(checks), None).on(day)
    found = chains(province, classify_province(province, day), day)
    made = law_calendar(province, found, first, last)
    if ics is not None:
        stamp = (
            datetime.combine(day, time(), tzinfo=VIETNAM_TIME).astimezone(UTC) if day.year > 1 else datetime(1, 1, 1, tzinfo=UTC)
        )
        data = render_ical(
            _events(session, province, made), name=_name(session, province), about=_about(session, province, found), stamp=stamp
        )
        write_file(ics, data, what=msg("The calendar could not be written: {reason}"))
        session.say(msg("Calendar with {count} days: {path}", count=len(made.entries), path=str(ics)))
    if output is OutputFormat.JSON:
        print_json("law-calendar", _json(session, found, made))
    else:
        _print(session, found, made, _about(session, province, found))
    states = [one.state for one in made.entries]
    unknown = states.count(DueState.UNKNOWN)
    raise typer.Exit(verdict_code(failures=DueState.OVERDUE in states, unknown=unknown, total=len(states)))


def _name(session: Session, province: Province) -> str:
    return session.text(msg("Statutory dates of cybersecurity, {province}", province=province.inventory.province.province.name))


def _about(session: Session, province: Province, found: Chains) -> str:
    """Day, acts, source, and who decides: what every generated page says."""
    law = province.catalog.law
    procedures = [one for one in law.procedures if one.id in {chain.act for chain in found.chains.values()}]
    acts = "; ".join(one.act for one in procedures)
    tables = (law.reporting, law.transition, law.holidays, *procedures)
    source = "; ".join(dict.fromkeys(one.source for one in tables if one is not None))
    parts = [msg("As of {day}.", day=day_text(found.day))]
    parts += [Message(DECIDES.text, {"acts": acts})] if acts else []
    parts += [msg("Source: {source}", source=source)]
    return " ".join(session.text(part) for part in parts)


def _print(session: Session, found: Chains, made: LawCalendar, about: str) -> None:
    title = msg(
        "Statutory dates from {start} to {end}, as of {day}",
        start=day_text(made.start),
        end=day_text(made.end),
        day=day_text(found.day),
    )
    session.out.print(Text(session.text(title), style="bold"))
    table = Table(box=SIMPLE_HEAD)
    for heading in (msg("Last day"), msg("Working days"), msg("What, who, basis")):
        table.add_column(session.text(heading), overflow="fold", no_wrap=heading.text == "Last day")
    for one in made.entries:
        left = found.calendars.confirmed.count(found.day, one.day)
        table.add_row(
            day_text(one.day),
            str(left) if one.state is DueState.RUNNING else session.text(STATES[one.state]),
            Text(_what(session, one)),
        )
    session.out.print(table)
    for note in _notes(session, found, made):
        session.out.print(Text(note, style="dim"), soft_wrap=True)
    session.out.print(Text(about, style="dim"), soft_wrap=True)


def _what(session: Session, one: CalendarEntry) -> str:
    basis = f" [{clause_text(one.clause)}]" if one.clause else ""
    parts = [words(session, one.title) + basis, words(session, one.by)]
    if one.careful != one.day:
        parts.append(session.text(doubtful_day(one.day, one.careful)))
    if one.stated is not None:
        parts.append(session.text(msg("the act says: before {day}", day=day_text(one.stated))))
    if not one.confirmed:
        parts.append(session.text(UNCONFIRMED))
    if one.systems:
        named = ", ".join(one.systems[:_NAMED]) + ("…" if len(one.systems) > _NAMED else "")
        parts.append(session.text(msg("{count} systems: {names}", count=len(one.systems), names=named)))
    return "\n".join(part for part in parts if part)


def _notes(session: Session, found: Chains, made: LawCalendar) -> Iterator[str]:
    for rule in made.later:
        doubt = "" if rule.confirmed else " " + session.text(UNCONFIRMED)
        yield f"{day_text(rule.on)}: {words(session, rule.title)} [{clause_text(rule.clause)}]{doubt}"
    for rule in made.undated:
        yield f"{words(session, rule.title)}: {words(session, rule.undated)}"
    yield session.text(COUNTING)
    if not all(
        found.calendars.confirmed.announced(year) for year in range(made.start.year, min(made.end.year, made.start.year + 20) + 1)
    ):
        yield session.text(msg("The days off of this span are not all announced: days may still move."))


def _events(session: Session, province: Province, made: LawCalendar) -> Iterator[Event]:
    head = province.inventory.province.province.id
    for one in made.entries:
        lines = [words(session, one.by), clause_text(one.clause)]
        if one.stated is not None:
            lines.append(session.text(msg("the act says: before {day}", day=day_text(one.stated))))
        if one.careful != one.day:
            lines.append(session.text(doubtful_day(one.day, one.careful)))
        if not one.confirmed:
            lines.append(session.text(UNCONFIRMED))
        lines.extend(f"{name}: {clean(province.inventory.systems[name].name, limit=200)}" for name in one.systems)
        yield Event(
            uid=f"{one.id}@{head}.secaudit",
            day=one.day,
            summary=_summary(session, province, one),
            description="\n".join(line for line in lines if line),
            category=session.text(STATES[one.state]),
        )


def _summary(session: Session, province: Province, one: CalendarEntry) -> str:
    title = words(session, one.title)
    if len(one.systems) == 1:
        return f"{title}: {clean(province.inventory.systems[one.systems[0]].name, limit=200)}"
    return title


def _json(session: Session, found: Chains, made: LawCalendar) -> dict[str, Any]:
    return {
        "as_of": found.day.isoformat(),
        "from": made.start.isoformat(),
        "to": made.end.isoformat(),
        "dates": [
            {
                "id": one.id,
                "day": one.day.isoformat(),
                "careful": one.careful.isoformat(),
                "stated": one.stated.isoformat() if one.stated else None,
                "title": words(session, one.title),
                "by": words(session, one.by) or None,
                "clause": one.clause or None,
                "state": one.state,
                "confirmed": one.confirmed,
                "systems": list(one.systems),
                "left": found.calendars.confirmed.count(found.day, one.day),
            }
            for one in made.entries
        ],
        "later": [{"id": rule.id, "day": rule.on.isoformat() if rule.on else None} for rule in made.later],
        "undated": [rule.id for rule in made.undated],
    }
