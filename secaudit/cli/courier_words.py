"""How imports and the state of collectors look on the console and to programs."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from secaudit.cli.problems import show_problems
from secaudit.cli.session import Session
from secaudit.errors import Problem
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.courier import AnswerProblem, Skipped
from secaudit.pipeline.answering import Imported
from secaudit.pipeline.courier_status import AgencySending, Sending, SendingReport
from secaudit.pipeline.province import Province

VIAS: Mapping[str, Message] = {
    "document": msgc("via", "document system"),
    "gpo": msgc("via", "group policy"),
    "av-console": msgc("via", "antivirus console"),
    "manual": msgc("via", "by hand"),
}
SENDINGS: Mapping[Sending, Message] = {
    Sending.NO_COLLECTOR: msgc("sending", "no collector made"),
    Sending.NOTHING: msgc("sending", "nothing sent"),
    Sending.PARTLY: msgc("sending", "incomplete"),
    Sending.COMPLETE: msgc("sending", "complete"),
}
_STYLES = {Sending.NO_COLLECTOR: "red", Sending.NOTHING: "red", Sending.PARTLY: "yellow", Sending.COMPLETE: "green"}
_SKIPPED: Mapping[Skipped, Message] = {
    Skipped.ALREADY_TAKEN: msg("{count} answers were taken in before; nothing of them was kept again"),
    Skipped.DOUBLED: msg("{count} answers stand in these files more than once; one of each counts"),
    Skipped.BESIDE: msg("{count} files beside them hold no answer and were passed over"),
    Skipped.OLDER: msg("{count} answers are older than another one of the same machine; the newer ones count"),
}
CAN_LIE = msg(
    "grade C: whoever holds a machine and its collector can make the machine say what he likes. Such evidence is shown apart, "
    "enters the lower bound only where the plan accepts grade C, and a random share of it is checked again over SSH"
)
"""Said wherever such evidence is listed."""


def print_import(session: Session, province: Province, imported: Imported, *, tables: bool) -> None:
    """What was kept of each agency, what added nothing, and every refusal."""
    if tables and imported.problems + imported.placed:
        _print_agencies(session, province, imported)
    for reason, count in sorted(Counter(one.reason for one in imported.skipped).items()):
        text = _SKIPPED[Skipped(reason)]
        session.say(Message(text.text, {"count": count}))
    show_problems(session, [_problem(session, one) for one in imported.refused])
    for one in imported.newcomers:
        session.say(
            msg(
                "new machine, waits for its agency to declare it: {id} ({name}, {agency})",
                id=one.endpoint,
                name=one.name,
                agency=one.answer.agency,
            ),
            style="yellow",
        )
    if imported.newcomers:
        session.say(msg("secaudit evidence newcomers lists them with what is known, for the agency's list"))
    if imported.taken is not None:
        session.say(
            msg("{count} answers kept in run {run}", count=len(imported.placed), run=imported.taken.run.number), style="green"
        )
        session.say(CAN_LIE)
    else:
        session.say(msg("nothing was kept"), style="yellow")
    if imported.refused:
        session.say(
            msg("{count} files or answers were refused; nothing of them was kept", count=len(imported.refused)), style="bold red"
        )


def _print_agencies(session: Session, province: Province, imported: Imported) -> None:
    names = {part.agency.id: part.agency.name for part in province.inventory.agencies}
    kept = Counter(one.answer.agency for one in imported.placed)
    new = Counter(one.answer.agency for one in imported.newcomers)
    refused = Counter(one.agency for one in imported.refused)
    skipped = Counter(one.agency for one in imported.skipped)
    table = Table()
    for heading in (
        msg("Agency"),
        msgc("answers", "Kept"),
        msgc("answers", "of them new machines"),
        msgc("answers", "Nothing new"),
        msgc("answers", "Refused"),
    ):
        table.add_column(session.text(heading), overflow="fold")
    order = [*names, *sorted({*kept, *refused, *skipped} - {*names, ""}), ""]
    for agency in order:
        counts = (kept[agency], new[agency], skipped[agency], refused[agency])
        if any(counts):
            title = literal(names.get(agency, agency)) if agency else msg("not known whose")
            table.add_row(Text(session.text(title)), *(Text(str(count)) for count in counts))
    session.out.print(table)


def _problem(session: Session, one: AnswerProblem) -> Problem:
    place = one.place
    field = None
    if place.block and place.machine:
        field = session.text(msg("block {number}, machine {tag}", number=place.block, tag=place.machine))
    elif place.block:
        field = session.text(msg("block {number}", number=place.block))
    return Problem(one.message, path=place.file, field=field, hint=one.hint)


def import_json(imported: Imported) -> dict[str, Any]:
    """For programs; texts are English, reasons are codes."""
    return {
        "run": None if imported.taken is None else imported.taken.run.number,
        "kept": [
            {
                "agency": one.answer.agency,
                "endpoint": one.endpoint,
                "declared": one.declared,
                "name": one.name,
                "file": one.answer.place.file,
                "block": one.answer.place.block,
                "machine": one.answer.machine,
                "time": one.answer.time,
                "collector": one.answer.courier,
            }
            for one in imported.placed
        ],
        "refused": [_problem_json(one) for one in imported.refused],
        "skipped": [_problem_json(one) for one in imported.skipped],
    }


def _problem_json(one: AnswerProblem) -> dict[str, Any]:
    return {
        "reason": one.reason.value,
        "agency": one.agency or None,
        "file": one.place.file,
        "block": one.place.block or None,
        "machine": one.place.machine or None,
        "message": str(one.message),
        "hint": None if one.hint is None else str(one.hint),
    }


def print_status(session: Session, report: SendingReport, now: datetime, *, missing: bool) -> None:
    """Those that somebody must call come first."""
    table = Table(title=session.text(msg("Collectors of period {period}", period=report.period)))
    for heading in (
        msg("Agency"),
        msgc("sending", "State"),
        msgc("sending", "Collector made"),
        msgc("sending", "Machines"),
        msgc("sending", "Newest, days"),
        msgc("sending", "Oldest, days"),
        msgc("sending", "New machines"),
    ):
        table.add_column(session.text(heading), overflow="fold")
    for one in report.agencies:
        table.add_row(
            Text(clean(one.name)),
            Text(session.text(SENDINGS[one.sending]), style=_STYLES[one.sending]),
            Text(_made(session, one)),
            f"{len(one.received)}/{one.expected}",
            _days(one.newest, now),
            _days(one.oldest, now),
            str(len(one.others) or ""),
        )
    session.out.print(table)
    if missing:
        _print_missing(session, report)
    session.say(
        msg(
            "{received} of {expected} machines; {none} agencies without collector, {nothing} that sent nothing",
            received=report.received,
            expected=report.expected,
            none=report.count(Sending.NO_COLLECTOR),
            nothing=report.count(Sending.NOTHING),
        )
    )
    session.say(CAN_LIE)


def _print_missing(session: Session, report: SendingReport) -> None:
    table = Table()
    for heading in (msg("Agency"), msgc("sending", "Answers missing")):
        table.add_column(session.text(heading), overflow="fold")
    for one in report.agencies:
        if one.missing:
            table.add_row(Text(clean(one.name)), Text(clean(", ".join(one.missing))))
    session.out.print(table)


def _made(session: Session, one: AgencySending) -> str:
    if not one.couriers:
        return ""
    last = one.couriers[-1]
    day = last.made_at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y")
    text = f"{day}, {session.text(VIAS.get(last.via, literal(last.via)))}"
    return text if len(one.couriers) == 1 else f"{text} (+{len(one.couriers) - 1})"


def _days(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else str(max(now - moment, timedelta()).days)


def status_json(report: SendingReport) -> dict[str, Any]:
    """For programs."""
    return {
        "period": report.period,
        "expected": report.expected,
        "received": report.received,
        "agencies": [
            {
                "agency": one.agency,
                "name": one.name,
                "state": one.sending.value,
                "collectors": [
                    {
                        "id": courier.id,
                        "made_at": courier.made_at,
                        "via": courier.via,
                        "digest": courier.digest,
                        "who": courier.who,
                    }
                    for courier in one.couriers
                ],
                "expected": one.expected,
                "received": list(one.received),
                "missing": list(one.missing),
                "new_machines": list(one.others),
                "newest": one.newest,
                "oldest": one.oldest,
            }
            for one in report.agencies
        ],
    }
