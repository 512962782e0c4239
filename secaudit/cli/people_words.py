"""How the register of sessions looks on the console and as JSON; staff codes and their hashes are in neither."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from secaudit.cli.session import Session
from secaudit.measure.attendance import Line, Standing, standing_of
from secaudit.messages import Message, clean, literal, msg
from secaudit.model.inventory import Inventory
from secaudit.model.session import SessionFile
from secaudit.pipeline.attendance import Change, Prepared, size_of
from secaudit.pipeline.people_status import AgencyPeople, Figure, PeopleStatus
from secaudit.pipeline.people_words import AUDIENCES, FIGURES, KINDS, STANDINGS

_Wording = Message | str
_MOST_LINES = 40
"""Agencies of a list shown on the console; the JSON has all."""


def _table(session: Session, headings: Sequence[Message], rows: Sequence[Sequence[_Wording]], numbers: frozenset[int]) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for place, heading in enumerate(headings):
        table.add_column(session.text(heading), overflow="fold", justify="right" if place in numbers else "left")
    for row in rows:
        table.add_row(*(Text(clean(cell) if isinstance(cell, str) else session.text(cell)) for cell in row))
    session.out.print(table)


# Import


def print_import(session: Session, inventory: Inventory, prepared: Prepared, *, written: bool, table: bool) -> None:
    """What the list says, what is odd about it, and whether it was written."""
    head = prepared.file.session
    names = {part.agency.id: part.agency.name for part in inventory.agencies}
    changed = [change for change in prepared.changes if change.changed]
    if table and changed:
        headings = (msg("Agency"), msg("For"), msg("Before"), msg("Now"), msg("Kept as"))
        rows = [_change_cells(names, change) for change in changed[:_MOST_LINES]]
        _table(session, headings, rows, frozenset({2, 3}))
        if len(changed) > _MOST_LINES:
            session.say(msg("and {count} more lines; --format json has all", count=len(changed) - _MOST_LINES))
    for remark in prepared.remarks:
        session.say(remark, style="yellow")
    session.say(
        msg(
            "{title}, {day}: {kind}, {lines} lines, {people} people",
            title=head.title,
            day=head.date.isoformat(),
            kind=KINDS[head.kind],
            lines=len(prepared.file.attendance),
            people=sum(size_of(line) or 0 for line in prepared.file.attendance),
        )
    )
    if prepared.unchanged:
        session.say(msg("the register has this list already: nothing changes"), style="green")
    elif written:
        session.say(msg("written: {path}", path=str(prepared.path)), style="green")
    else:
        session.say(msg("nothing was written; --accept writes {path}", path=str(prepared.path)), style="bold")


def _change_cells(names: dict[str, str], change: Change) -> tuple[_Wording, ...]:
    before, after = size_of(change.before), size_of(change.after)
    line = change.after
    kept: _Wording = "–" if line is None else msg("number") if line.roster is None else msg("hashed staff codes")
    return (
        names.get(change.agency, change.agency),
        AUDIENCES[change.audience],
        "–" if before is None else str(before),
        "–" if after is None else str(after),
        kept,
    )


def import_json(prepared: Prepared, *, written: bool) -> dict[str, Any]:
    """A list put into the register as docs/json.md describes it."""
    head = prepared.file.session
    return {
        "session": _head_json(prepared.file),
        "path": str(prepared.path),
        "new": prepared.new,
        "unchanged": prepared.unchanged,
        "written": written,
        "list_digest": head.list_digest,
        "lines": [
            {
                "agency": change.agency,
                "audience": change.audience.value,
                "before": size_of(change.before),
                "now": size_of(change.after),
                "roster": change.after is not None and change.after.roster is not None,
                "changed": change.changed,
            }
            for change in prepared.changes
        ],
        "remarks": [str(remark) for remark in prepared.remarks],
    }


# Register


def _head_json(file: SessionFile) -> dict[str, Any]:
    head = file.session
    paper = head.evidence
    return {
        "id": head.id,
        "title": head.title,
        "date": head.date,
        "kind": head.kind.value,
        "organiser": head.organiser,
        "document": None if paper is None else {"number": paper.number, "date": paper.date},
    }


def _newest_first(inventory: Inventory) -> list[SessionFile]:
    return sorted(inventory.sessions, key=lambda file: (-file.session.date.toordinal(), file.session.id))


def sessions_json(inventory: Inventory, day: date, valid_days: int) -> dict[str, Any]:
    """The register as docs/json.md describes it."""
    return {
        "as_of": day,
        "valid_days": valid_days,
        "sessions": [
            {
                **_head_json(file),
                "standing": standing_of(file.session, day, valid_days).value,
                "agencies": len({line.agency for line in file.attendance}),
                "people": sum(size_of(line) or 0 for line in file.attendance),
                "lines": [
                    {
                        "agency": line.agency,
                        "audience": line.audience.value,
                        "people": size_of(line),
                        "roster": line.roster is not None,
                    }
                    for line in file.attendance
                ],
            }
            for file in _newest_first(inventory)
        ],
    }


def print_sessions(session: Session, inventory: Inventory, day: date, valid_days: int) -> None:
    """One row per session."""
    if not inventory.sessions:
        session.say(msg("the register holds no session yet: secaudit people import puts the organiser's list into it"))
        return
    headings = (
        msg("Session"),
        msg("Date"),
        msg("Kind"),
        msg("Title"),
        msg("Agencies"),
        msg("People"),
        msg("Document"),
        msg("Worth"),
    )
    rows: list[tuple[_Wording, ...]] = []
    for file in _newest_first(inventory):
        head = file.session
        rows.append(
            (
                head.id,
                head.date.isoformat(),
                KINDS[head.kind],
                head.title,
                str(len({line.agency for line in file.attendance})),
                str(sum(size_of(line) or 0 for line in file.attendance)),
                "–" if head.evidence is None else head.evidence.number,
                STANDINGS[standing_of(head, day, valid_days)],
            )
        )
    _table(session, headings, rows, frozenset({4, 5}))
    session.say(msg("a session counts for {days} days, with a document", days=valid_days))


# Agencies


def print_status(session: Session, found: PeopleStatus, wanted: Sequence[str] | None) -> None:
    """A table of all agencies; of those asked for, everything that their figures are made of."""
    shown = [one for one in found.agencies if not wanted or one.agency.agency.id in wanted]
    headings = (msg("Agency"), *FIGURES.values(), msg("Falls on"))
    _table(session, headings, [_status_cells(one) for one in shown], frozenset({1, 2, 3}))
    for one in shown:
        for remark in _contradictions(one):
            session.say(remark, style="yellow")
    if wanted:
        for one in shown:
            _print_lines(session, one)
    if any(figure.total is None for one in shown for figure in one.figures):
        session.say(msg("?: the number of people is not declared"))
    session.say(
        msg(
            "proven–possible of all; a session or a declared number counts for {days} days, with a document",
            days=found.valid_days,
        )
    )


def _status_cells(one: AgencyPeople) -> tuple[_Wording, ...]:
    falls = [figure.expiry.day for figure in one.figures if figure.expiry is not None]
    return (
        one.agency.agency.name,
        *(_interval(figure) for figure in one.figures),
        min(falls).isoformat() if falls else "–",
    )


def _interval(figure: Figure) -> _Wording:
    if figure.reach is None:
        return "?"
    low, high = figure.reach.proven, figure.reach.possible
    return f"{low}/{figure.total}" if low == high else f"{low}–{high}/{figure.total}"


def _contradictions(one: AgencyPeople) -> list[Message]:
    name = one.agency.agency.name
    said: list[Message] = []
    if not one.present:
        said.append(msg("{agency}: closed; attendance of its people counts for no agency of today", agency=name))
    for figure in one.figures:
        if figure.reach is not None and figure.reach.contradicted:
            said.append(
                msg(
                    "{agency}, {figure}: {number} declared, but sessions up to that day show more: the difference is unknown",
                    agency=name,
                    figure=FIGURES[figure.asked],
                    number=figure.declared.number,
                )
            )
        if figure.reach is not None and figure.reach.attendance_larger:
            said.append(
                msg(
                    "{agency}, {figure}: more people attended a session than the {total} there are: ask which number is wrong",
                    agency=name,
                    figure=FIGURES[figure.asked],
                    total=figure.total,
                )
            )
    return said


def _print_lines(session: Session, one: AgencyPeople) -> None:
    session.out.print(Text(clean(one.agency.agency.name), style="bold"))
    for figure in one.figures:
        session.out.print(
            Text(
                session.text(
                    Message("  {figure}: {interval}", {"figure": FIGURES[figure.asked], "interval": _words(_interval(figure))})
                )
            )
        )
        declared = figure.declared
        if declared.number is not None:
            day = declared.counted_on.isoformat() if declared.counted_on else "–"
            text = (
                msg("    declared with a document: {number}, as of {day}", number=declared.number, day=day)
                if declared.documented
                else msg("    declared without a valid document: {number}, as of {day}", number=declared.number, day=day)
            )
            session.out.print(Text(session.text(text)))
        for line in figure.lines:
            session.out.print(Text(session.text(_line_words(line))), soft_wrap=True)
        if figure.expiry is not None:
            falls = msg(
                "    from {day} on {count} are proven, if nothing new comes",
                day=figure.expiry.day.isoformat(),
                count=figure.expiry.proven,
            )
            session.out.print(Text(session.text(falls)))


def _words(text: _Wording) -> Message:
    return literal(text) if isinstance(text, str) else text


def _line_words(line: Line) -> Message:
    return msg(
        "    {day} {title}: {people} people ({kept}; {worth})",
        day=line.session.date.isoformat(),
        title=line.session.title,
        people=line.size,
        kept=msg("number") if line.is_count else msg("hashed staff codes"),
        worth=STANDINGS[line.standing],
    )


def status_json(found: PeopleStatus, wanted: Sequence[str] | None) -> dict[str, Any]:
    """What is known of the people of every agency as docs/json.md describes it."""
    return {
        "as_of": found.as_of,
        "valid_days": found.valid_days,
        "agencies": [_agency_json(one) for one in found.agencies if not wanted or one.agency.agency.id in wanted],
    }


def _agency_json(one: AgencyPeople) -> dict[str, Any]:
    return {
        "agency": one.agency.agency.id,
        "name": one.agency.agency.name,
        "present": one.present,
        "questioned": one.questioned,
        "figures": {figure.asked: _figure_json(figure) for figure in one.figures},
    }


def _figure_json(figure: Figure) -> dict[str, Any]:
    reach, declared = figure.reach, figure.declared
    return {
        "total": figure.total,
        "proven": None if reach is None else reach.proven,
        "possible": None if reach is None else reach.possible,
        "declared_only": None if reach is None else reach.declared_only,
        "contradicted": reach is not None and reach.contradicted,
        "attendance_larger": reach is not None and reach.attendance_larger,
        "declared": {"number": declared.number, "counted_on": declared.counted_on, "documented": declared.documented},
        "sessions": [
            {
                "id": line.session.id,
                "date": line.session.date,
                "people": line.size,
                "roster": not line.is_count,
                "standing": line.standing.value,
                "counts": line.standing is Standing.PROVES,
            }
            for line in figure.lines
        ],
        "expiry": None if figure.expiry is None else {"day": figure.expiry.day, "proven": figure.expiry.proven},
    }
