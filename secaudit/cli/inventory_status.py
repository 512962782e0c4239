"""``secaudit inventory status``: who has sent what, since when, what is missing, and whom to call."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.session import (
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import AsOf, existing_store, moment_of
from secaudit.errors import UsageError
from secaudit.inventory.sheets import PARTS, question_of
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.base import day_in_vietnam
from secaudit.model.submission import Submission
from secaudit.pipeline.inventory_status import AgencyStatus, InventoryStatus, Standing, inventory_status
from secaudit.pipeline.summary_cache import CACHE_FILE
from secaudit.source import did_you_mean

MOST_SHOWN = 40
"""Agencies shown without ``--all``."""
_OLDEST_SHOWN = 5
STANDINGS: Mapping[Standing, Message] = {
    Standing.UNREADABLE: msgc("status", "file has mistakes"),
    Standing.NO_FILE: msgc("status", "no file"),
    Standing.NOTHING: msgc("status", "has sent nothing"),
    Standing.RETURNED: msgc("status", "returned, waiting"),
    Standing.DOUBTFUL: msgc("status", "machines not declared?"),
    Standing.INCOMPLETE: msgc("status", "answers missing"),
    Standing.COMPLETE: msgc("status", "complete"),
}
_AGES: Mapping[str, Message] = {
    "accepted": msgc("age", "list accepted"),
    "people": msgc("age", "number of people"),
    "register": msgc("age", "asset register"),
}
_SINCE = msg("Since")
_Wording = Message | str


app = application()


@app.command("status", cls=Command, help=N_("Who has sent what, since when, what is missing, and whom to call first."))
def status(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Everything about this agency (may be repeated)."))
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help=N_("Every agency, however many they are."))] = False,
    as_of: AsOf = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0: nothing is judged. Files are looked at one by one; ``inventory validate`` looks at all of them together."""
    session = session_of(context)
    moment = moment_of(as_of)
    folder = workspace_folder(workspace)
    with existing_store(folder) as store:
        received: Sequence[Submission] = store.submissions.all(moment) if store is not None else ()
    cache = folder / CACHE_FILE if folder.is_dir() else None
    found = inventory_status(inventory_folder(inventory), as_of=moment, cache=cache, submissions=received)
    _check_agencies(found, agency)
    shown = [one for one in found.agencies if not agency or one.id in agency]
    if output is OutputFormat.JSON:
        print_json("inventory-status", status_json(found, shown))
        return
    if agency:
        for one in shown:
            _print_agency(session, one)
        return
    _print_totals(session, found)
    most = len(shown) if everybody else MOST_SHOWN
    _print_table(session, shown[:most])
    if len(shown) > most:
        session.say(msg("and {count} more agencies, less urgent; --all shows them", count=len(shown) - most))
    _print_oldest(session, found)


def _check_agencies(found: InventoryStatus, wanted: Sequence[str] | None) -> None:
    known = {one.id for one in found.agencies}
    for name in wanted or ():
        if name not in known:
            raise UsageError(
                msg("no agency of the day is called {id}", id=name),
                hint=did_you_mean(name, known) or msg("names stand in the inventory's files as id"),
            )


def _print_totals(session: Session, found: InventoryStatus) -> None:
    session.out.print(
        Text(
            session.text(
                msg(
                    "{count} agencies, as of {day}",
                    count=len(found.agencies),
                    day=found.as_of.isoformat(),
                )
            ),
            style="bold",
        )
    )
    counts = [(STANDINGS[one], found.standings[one]) for one in Standing if found.standings.get(one)]
    line = " · ".join(f"{session.text(word)}: {count}" for word, count in counts)
    session.out.print(Text(f"  {line}"), soft_wrap=True)
    asked = sum(count for count, _ in found.coverage().values())
    answered = sum(known for _, known in found.coverage().values())
    if asked:
        session.out.print(
            Text(
                session.text(
                    msg("  required answers: {answered} of {asked} given", answered=answered, asked=asked),
                )
            )
        )
    worst = sorted(found.coverage().items(), key=lambda item: (item[1][1] - item[1][0], item[0]))[:3]
    for key, (count, known) in worst:
        if known < count:
            text = msg("    {question}: blank {blank} of {asked}", question=_question(key), blank=count - known, asked=count)
            session.out.print(Text(session.text(text)))


def _question(key: str) -> Message:
    """The question as the workbook asks it."""
    part, _, name = key.partition("/")
    sheet = PARTS.get(part)
    question = question_of(sheet, name) if sheet is not None else None
    if sheet is None or question is None:
        return literal(clean(key, limit=100))
    return Message("{sheet}, {question}", {"sheet": sheet.title, "question": question.heading})


def _print_table(session: Session, shown: Sequence[AgencyStatus]) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    headings: tuple[tuple[Message, bool], ...] = (
        (msg("Agency"), False),
        (msg("State"), False),
        (_SINCE, False),
        (msg("Blank"), True),
        (msg("Machines"), True),
        (msg("People per machine"), True),
        (msg("Look at"), False),
        (msg("Call"), False),
    )
    for heading, number in headings:
        justify: Literal["left", "right"] = "right" if number else "left"
        table.add_column(session.text(heading), overflow="fold", justify=justify, no_wrap=heading is _SINCE)
    for one in shown:
        table.add_row(*(Text(session.text(cell) if isinstance(cell, Message) else clean(cell)) for cell in _cells(one)))
    session.out.print(table)


def _cells(one: AgencyStatus) -> tuple[_Wording, ...]:
    held, ratio = one.summary, one.per_machine
    return (
        one.name,
        STANDINGS[one.standing],
        _since(one),
        str(one.missing) if held is not None else "–",
        str(held.in_use) if held is not None else "–",
        "–" if ratio is None else f"{float(ratio):.1f}",
        _joined(one.doubts) if one.doubts else "–",
        _call(one),
    )


def _joined(texts: Sequence[Message]) -> Message:
    return Message("; ".join(f"{{s{n}}}" for n in range(len(texts))), {f"s{n}": text for n, text in enumerate(texts)})


def _since(one: AgencyStatus) -> str:
    """Day of what the state says: returned, else accepted, else received."""
    received = None if one.newest is None else day_in_vietnam(one.newest.received_at)
    accepted = one.summary.accepted_on if one.summary is not None else None
    day: date | None = received if one.standing is Standing.RETURNED or accepted is None else accepted
    return "–" if day is None else day.isoformat()


def _call(one: AgencyStatus) -> str:
    held = one.summary
    return " ".join(part for part in (held.contact, held.phone) if part) or "–" if held is not None else "–"


def _print_oldest(session: Session, found: InventoryStatus) -> None:
    oldest = found.oldest()[:_OLDEST_SHOWN]
    if not oldest:
        return
    session.out.print(Text(session.text(msg("Oldest numbers")), style="bold"))
    for day, name, one in oldest:
        text = msg("  {day} {agency}: {what}", day=day.isoformat(), agency=one.name, what=_AGES[name])
        session.out.print(Text(session.text(text)), soft_wrap=True)


def _print_agency(session: Session, one: AgencyStatus) -> None:
    """Everything about one agency."""
    held = one.summary
    state = Message("{name} – {state}", {"name": one.name, "state": STANDINGS[one.standing]})
    session.out.print(Text(session.text(state), style="bold"))
    if one.problems:
        show_problems(session, one.problems, on=session.out)
    lines: list[Message] = [msg("  call: {call}", call=_call(one))]
    if one.newest is not None:
        lines.append(_newest_words(one.newest))
    if held is not None:
        accepted = "–" if held.accepted_on is None else held.accepted_on.isoformat()
        lines.append(msg("  list accepted: {day} {document}", day=accepted, document=held.document or ""))
        lines.append(
            msg(
                "  machines: {in_use} in use, of them {isolated} isolated and {personal} personal; {retired} retired",
                in_use=held.in_use,
                isolated=held.isolated,
                personal=held.personal,
                retired=held.retired,
            )
        )
        lines.append(
            msg(
                "  asset register: {register}, as of {day}; in use as the agency counts: {counted}",
                register=_shown(held.register_computers),
                day=_shown(held.register_as_of),
                counted=_shown(held.machines_in_use),
            )
        )
        lines.append(msg("  staff: {staff}, as of {day}", staff=_shown(held.staff), day=_shown(held.people_as_of)))
    lines += [Message("  ! {doubt}", {"doubt": doubt}) for doubt in one.doubts]
    lines += [
        msg("  {question}: {answered} of {asked} answered", question=_question(key), answered=answered, asked=asked)
        for key, (asked, answered) in one.required.items()
        if answered < asked
    ]
    for line in lines:
        session.out.print(Text(session.text(line)), soft_wrap=True)


def _newest_words(newest: Submission) -> Message:
    day = day_in_vietnam(newest.received_at).isoformat()
    if newest.accepted:
        return msg("  last list: {day} {name}, taken with {changes} changes", day=day, name=newest.name, changes=newest.changes)
    return msg(
        "  last list: {day} {name}, returned with {problems} problems", day=day, name=newest.name, problems=newest.problems
    )


def _shown(value: date | int | None) -> str:
    return "?" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def status_json(found: InventoryStatus, shown: Sequence[AgencyStatus]) -> dict[str, Any]:
    """The page as docs/json.md describes it."""
    return {
        "as_of": found.as_of,
        "counts": {"agencies": len(found.agencies), "closed": found.closed},
        "standings": {one.value: found.standings.get(one, 0) for one in Standing},
        "coverage": [
            {"question": key, "asked": asked, "answered": answered} for key, (asked, answered) in sorted(found.coverage().items())
        ],
        "oldest": [{"date": day, "what": name, "agency": one.id} for day, name, one in found.oldest()[:50]],
        "agencies": [_agency_json(one) for one in shown],
    }


def _agency_json(one: AgencyStatus) -> dict[str, Any]:
    held, newest = one.summary, one.newest
    ratio = one.per_machine
    return {
        "agency": one.id,
        "name": one.name,
        "standing": one.standing.value,
        "contact": None if held is None else held.contact,
        "phone": None if held is None else held.phone,
        "accepted_on": None if held is None else held.accepted_on,
        "submission": None
        if newest is None
        else {
            "file": newest.name,
            "received_at": newest.received_at,
            "profile": newest.profile,
            "changes": newest.changes,
            "problems": newest.problems,
            "accepted": newest.accepted,
        },
        "machines": None
        if held is None
        else {
            "declared": held.in_use,
            "isolated": held.isolated,
            "personal": held.personal,
            "retired": held.retired,
            "register": held.register_computers,
            "register_as_of": held.register_as_of,
            "counted": held.machines_in_use,
        },
        "people": None if held is None else {"heads": held.heads, "staff": held.staff, "as_of": held.people_as_of},
        "staff_per_machine": None if ratio is None else round(float(ratio), 2),
        "systems": None if held is None else held.systems,
        "missing": one.missing,
        "required": [
            {"question": key, "asked": asked, "answered": answered} for key, (asked, answered) in sorted(one.required.items())
        ],
        "doubts": [str(doubt) for doubt in one.doubts],
        "problems": [{"place": problem.place(), "message": str(problem.message)} for problem in one.problems],
    }
