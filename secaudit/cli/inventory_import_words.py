"""What an import of lists says: a table by agency, field by field for few files, problems and remarks; the same as data."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from secaudit.cli.problems import show_problems
from secaudit.cli.session import Session
from secaudit.errors import Problem
from secaudit.inventory.changes import Change, Fate, FieldChange
from secaudit.inventory.questions import Question
from secaudit.inventory.sheets import PARTS
from secaudit.inventory.wordings import NO, YES
from secaudit.messages import Message, clean, msg, msgc
from secaudit.pipeline.inventory_import import Accept, AgencyImport, Importing
from secaudit.source import field_text, shown

MOST_AGENCIES = 40
MOST_DETAILED = 5
"""Agencies up to which every changed field is shown."""
MOST_CHANGES = 60
"""Lines of one agency; JSON holds all."""
MOST_REMARKS = 40
_NAME_WIDTH = 24
FATES: Mapping[Fate, Message] = {
    Fate.NEW: msgc("fate", "new"),
    Fate.CHANGED: msgc("fate", "changed"),
    Fate.RETIRED: msgc("fate", "no longer in use"),
    Fate.MISSING: msgc("fate", "row deleted, kept"),
    Fate.CONFLICT: msgc("fate", "conflict"),
    Fate.DECLINED: msgc("fate", "proposal declined"),
}
_SIGNS = {Fate.NEW: "+", Fate.CHANGED: "~", Fate.RETIRED: "-", Fate.MISSING: "?", Fate.CONFLICT: "!", Fate.DECLINED: "x"}


def print_importing(session: Session, importing: Importing, accept: Accept, returned: Sequence[Path]) -> None:
    """Table, details, remarks, problems, and what was written."""
    if importing.agencies:
        _print_table(session, importing.agencies)
    if len(importing.agencies) <= MOST_DETAILED:
        for one in importing.agencies:
            _print_changes(session, one)
    remarks = [*importing.remarks, *(remark for one in importing.agencies for remark in one.remarks)]
    if remarks:
        session.say(msg("To be looked at ({count}):", count=len(remarks)), style="bold yellow")
        show_problems(session, remarks[:MOST_REMARKS], on=session.out)
        if len(remarks) > MOST_REMARKS:
            session.say(msg("  and {count} more; --return writes all into the workbooks", count=len(remarks) - MOST_REMARKS))
    problems = importing.problems
    if problems:
        session.say(msg("Wrong ({count}):", count=len(problems)), style="bold red")
        show_problems(session, problems, on=session.out)
    for path in returned:
        session.say(msg("to be returned: {path}", path=str(path.resolve())), style="bold")
    _print_end(session, importing, accept)


def _print_table(session: Session, agencies: Sequence[AgencyImport]) -> None:
    """Columns in which nothing stands are left out: the name of the agency needs the room."""
    columns: tuple[tuple[Message, Callable[[AgencyImport], int]], ...] = (
        (msgc("heading", "New"), lambda one: one.count(Fate.NEW)),
        (msgc("heading", "Changed"), lambda one: one.count(Fate.CHANGED)),
        (msgc("heading", "Out of use"), lambda one: one.count(Fate.RETIRED)),
        (msgc("heading", "Row deleted"), lambda one: one.count(Fate.MISSING)),
        (msgc("heading", "Declined"), lambda one: one.count(Fate.DECLINED)),
        (msgc("heading", "Conflict"), lambda one: sum(len(change.conflicts) for change in one.changes)),
        (msgc("heading", "Same"), lambda one: one.unchanged),
        (msgc("heading", "Look at"), lambda one: len(one.remarks)),
        (msgc("heading", "Wrong"), lambda one: len(one.problems)),
    )
    columns = tuple(column for column in columns if any(column[1](one) for one in agencies))
    table = Table()
    table.add_column(session.text(msg("Agency")), overflow="fold", min_width=_NAME_WIDTH)
    for heading, _ in columns:
        table.add_column(session.text(heading), overflow="fold", justify="right")
    worst = sorted(agencies, key=lambda one: (not one.problems, one.agency)) if len(agencies) > MOST_AGENCIES else agencies
    for one in worst[:MOST_AGENCIES]:
        counts = (str(count(one) or "") for _, count in columns)
        table.add_row(Text(clean(one.name)), *counts, style="red" if one.problems else None)
    session.out.print(table)
    if len(agencies) > MOST_AGENCIES:
        session.say(msg("  and {count} more agencies; --format json holds all", count=len(agencies) - MOST_AGENCIES))


def _print_changes(session: Session, one: AgencyImport) -> None:
    if not one.changes:
        return
    session.out.print(Text(f"{clean(one.name)} ({one.agency})", style="bold"))
    lines = [line for change in one.changes for line in _lines(session, change)]
    for line in lines[:MOST_CHANGES]:
        session.out.print(Text(line), soft_wrap=True)
    if len(lines) > MOST_CHANGES:
        session.out.print(Text(f"  … +{len(lines) - MOST_CHANGES}"))


def _lines(session: Session, change: Change) -> list[str]:
    title = session.text(PARTS[change.part].title) if change.part in PARTS else change.part
    who = " ".join(part for part in (change.key, clean(change.name, limit=80)) if part)
    said = ": ".join(part for part in (title, who) if part)
    lines = [f"  {_SIGNS[change.fate]} {said}  [{session.text(FATES[change.fate])}]  {clean(change.row)}".rstrip()]
    if change.fate is Fate.NEW:
        filled = [f"{_heading(session, change.part, one.path)}: {_value(session, change.part, one.path, one.after)}"
                  for one in change.fields]  # fmt: skip
        return [*lines, f"      {' · '.join(filled)}"] if filled else lines
    lines += [f"      {_field_text(session, change.part, one)}  {clean(one.cell)}".rstrip() for one in change.fields]
    lines += [
        "      "
        + session.text(
            msg(
                "{field}: went out as {base}, is now {here}, was sent as {sent}: stays {here}",
                field=_heading(session, change.part, one.path),
                base=_value(session, change.part, one.path, one.base),
                here=_value(session, change.part, one.path, one.here),
                sent=_value(session, change.part, one.path, one.sent),
            )
        )
        for one in change.conflicts
    ]
    return lines


def _field_text(session: Session, part: str, change: FieldChange) -> str:
    """Before and after; of a list what came and what went."""
    heading, before, after = _heading(session, part, change.path), change.before, change.after
    if isinstance(before, list) and isinstance(after, list):
        came = [f"+{_value(session, part, change.path, one)}" for one in after if one not in before]
        went = [f"−{_value(session, part, change.path, one)}" for one in before if one not in after]
        return f"{heading}: {' '.join([*came, *went])}"
    return f"{heading}: {_value(session, part, change.path, before)} → {_value(session, part, change.path, after)}"


def _heading(session: Session, part: str, path: tuple[str, ...]) -> str:
    """What the sheet calls the field, where one question asks for it."""
    named = [question for question in _asked(part, path) if not question.member]
    return session.text(named[0].heading) if len(named) == 1 else field_text(path)


def _asked(part: str, path: tuple[str, ...]) -> list[Question]:
    return [question for question in PARTS[part].questions if question.path == path] if part in PARTS else []


def _value(session: Session, part: str, path: tuple[str, ...], value: object) -> str:
    """A value for people, closed answers as the drop-down says them; unknown is said."""
    if value is None or value in ("", [], ()):
        return session.text(msg("blank"))
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(session, part, path, item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {shown(item)}" for key, item in value.items())
    text = str(value).lower() if isinstance(value, bool) else str(value)
    closed = {"true": YES.label, "false": NO.label} if text in ("true", "false") else {}
    labels = {choice.value: choice.label for question in _asked(part, path) for choice in question.choices}
    label = {**closed, **labels}.get(text)
    return session.text(label) if label is not None else shown(text)


def _print_end(session: Session, importing: Importing, accept: Accept) -> None:
    written = sum(one.accepted for one in importing.agencies)
    left = len(importing.agencies) - written
    if written:
        session.say(msg("{count} agency file(s) written", count=written), style="green")
    if written and left:
        session.say(msg("{count} agency file(s) left as they were", count=left), style="yellow")
    if written:
        return
    if importing.others:
        session.say(msg("nothing was written: the inventory itself has problems; correct them first"), style="bold red")
    elif importing.problems:
        hint = msg("nothing was written: correct the cells named, or write what is sound with --accept-valid")
        session.say(
            hint if accept is not Accept.VALID else msg("nothing was written: no list is without problems"), style="bold red"
        )
    elif accept is Accept.NOTHING:
        session.say(msg("nothing was written; --accept writes what is shown"), style="bold")


def importing_json(
    session: Session, folder: Path, importing: Importing, accept: Accept, returned: Sequence[Path]
) -> dict[str, Any]:
    """All of it for programs."""
    return {
        "inventory": str(folder),
        "accept": accept.value,
        "written": sum(one.accepted for one in importing.agencies),
        "agencies": [_agency_json(session, one) for one in importing.agencies],
        "refused": [_problem_json(session, one) for one in importing.refused],
        "remarks": [_problem_json(session, one) for one in importing.remarks],
        "inventory_problems": [_problem_json(session, one) for one in importing.others],
        "returned": [str(path) for path in returned],
    }


def _agency_json(session: Session, one: AgencyImport) -> dict[str, Any]:
    return {
        "agency": one.agency,
        "name": one.name,
        "accepted": one.accepted,
        "files": [
            {"path": file.path, "digest": file.digest, "profile": file.profile, "made_at": file.made_at, "changes": file.changes}
            for file in one.files
        ],
        "counts": {**{fate.value: one.count(fate) for fate in Fate}, "unchanged": one.unchanged},
        "changes": [_change_json(change) for change in one.changes],
        "problems": [_problem_json(session, problem) for problem in one.problems],
        "remarks": [_problem_json(session, remark) for remark in one.remarks],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "fate": change.fate.value,
        "part": change.part,
        "id": change.key or None,
        "name": change.name,
        "row": change.row,
        "fields": [
            {"field": field_text(field.path), "before": field.before, "after": field.after, "cell": field.cell}
            for field in change.fields
        ],
        "conflicts": [
            {"field": field_text(one.path), "base": one.base, "here": one.here, "sent": one.sent, "cell": one.cell}
            for one in change.conflicts
        ],
    }  # fmt: skip


def _problem_json(session: Session, problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.path,
        "line": problem.line,
        "cell": problem.cell,
        "field": problem.field,
        "found": problem.found,
        "message": session.text(problem.message),
        "expected": session.text(problem.expected) if problem.expected else None,
        "hint": session.text(problem.hint) if problem.hint else None,
    }
