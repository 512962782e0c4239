"""How a change of agencies looks before and after it is written."""

from itertools import groupby

from rich.text import Text

from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.session import Session
from secaudit.messages import Message, clean, msg
from secaudit.pipeline.restructuring import Moved, Restructured

_SHOWN = 40
"""Ids and remarks printed one by one; the rest is counted. JSON has all."""


def print_changes(session: Session, made: Restructured, output: OutputFormat, *, written: bool) -> None:
    """What moves, what begins and ends, what to look at."""
    if output is OutputFormat.JSON:
        print_json("inventory-changes", _json(session, made, written=written))
        return
    _moves(session, made)
    for name, day in made.closed.items():
        _line(session, msg("- {id} ends, last day {day}", id=name, day=day.isoformat()), "red")
    if made.staying:
        _line(session, msg("left behind in a closed agency, counted no more:"), "bold red")
        _some(session, list(made.staying))
    for remark in made.remarks[:_SHOWN]:
        session.out.print(Text(f"  ! {session.text(remark)}", style="yellow"), soft_wrap=True)
    if len(made.remarks) > _SHOWN:
        _line(session, msg("{count} more remarks (--format json has all)", count=len(made.remarks) - _SHOWN), "yellow")
    for change in made.changes:
        _line(
            session,
            msg("changed: {path}", path=str(change.path)) if written else msg("would change: {path}", path=str(change.path)),
        )
    show_problems(session, made.problems, on=session.out)
    if made.problems:
        session.say(msg("{count} problem(s): nothing was written", count=len(made.problems)), style="bold red")
    elif written:
        session.say(msg("{count} file(s) written", count=len(made.changes)), style="green")
    else:
        session.say(msg("nothing was written; add --accept to write it"), style="bold")


def _moves(session: Session, made: Restructured) -> None:
    for name in made.made:
        _line(session, msg("+ new agency {id}", id=name), "green")
    ways = sorted(made.moved, key=_way)
    for (before, after, until), group in groupby(ways, key=_way):
        many = list(group)
        machines = sum(one.machine for one in many)
        _line(
            session,
            msg(
                "{before} → {after}, last day there {day}: {machines} machine(s), {systems} system(s)",
                before=before,
                after=after,
                day=until,
                machines=machines,
                systems=len(many) - machines,
            ),
            "bold",
        )
        _some(session, [one.id for one in many])


def _way(one: Moved) -> tuple[str, str, str]:
    return one.before, one.after, one.until.isoformat()


def _line(session: Session, message: Message, style: str = "") -> None:
    session.out.print(Text(session.text(message), style=style), soft_wrap=True)


def _some(session: Session, names: list[str]) -> None:
    rest = f" +{len(names) - _SHOWN}" if len(names) > _SHOWN else ""
    session.out.print(Text(f"    {clean(', '.join(names[:_SHOWN]))}{rest}"))


def _json(session: Session, made: Restructured, *, written: bool) -> dict[str, object]:
    return {
        "written": written,
        "made": list(made.made),
        "moved": [
            {"id": one.id, "machine": one.machine, "from": one.before, "to": one.after, "until": one.until} for one in made.moved
        ],
        "closed": {name: day.isoformat() for name, day in made.closed.items()},
        "left_behind": list(made.staying),
        "remarks": [session.text(remark) for remark in made.remarks],
        "files": [str(change.path) for change in made.changes],
        "problems": [
            {"file": p.path, "line": p.line, "field": p.field, "found": p.found, "message": session.text(p.message)}
            for p in made.problems
        ],
    }
