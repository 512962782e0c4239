"""Puts an organiser's list into the register of sessions: shown first, written only when it was accepted."""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from secaudit.errors import DataError, IntakeError, OutputError, Problem, UsageError
from secaudit.inventory.load import SESSIONS
from secaudit.messages import Message, msg
from secaudit.model.base import Document
from secaudit.model.inventory import Inventory
from secaudit.model.session import Attendance, Audience, Session, SessionFile, SessionKind
from secaudit.pipeline.attendance_list import Listed
from secaudit.pipeline.people_words import AUDIENCES
from secaudit.pipeline.staff_codes import KEY_FILE, StaffKey, read_key
from secaudit.source import leading_comment, parse_yaml, table_text, validate

_COMMENT: Final = """\
# Buổi tuyên truyền, đào tạo: `secaudit people import` ghi từ danh sách của đơn vị tổ chức; sửa tay được (docs/people.md).
# roster: mã cán bộ đã băm có khóa (people.key của không gian làm việc); họ tên không được lưu.
"""
_Which = tuple[str, Audience]


@dataclass(frozen=True, slots=True)
class Head:
    """What the command line says of the session; None where it says nothing."""

    id: str
    title: str | None = None
    day: date | None = None
    kind: SessionKind | None = None
    organiser: str | None = None
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the session, before and after."""

    agency: str
    audience: Audience
    before: Attendance | None
    after: Attendance | None

    @property
    def changed(self) -> bool:
        """Whether the line is another one now."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would stand in the register."""

    path: Path
    file: SessionFile
    text: str
    changes: tuple[Change, ...]
    new: bool
    """The session is not in the register yet."""
    unchanged: bool
    """It stands there exactly so already: nothing is to be written."""
    remarks: tuple[Message, ...] = ()


def present_session(inventory: Inventory, name: str) -> SessionFile | None:
    """The session of this id."""
    return next((file for file in inventory.sessions if file.session.id == name), None)


def merged_head(head: Head, present: SessionFile | None, *, replacing: bool) -> Session:
    """The session as it will stand; UsageError when something about it is missing or contradicts what stands there."""
    before = present.session if present is not None else None
    said = {
        "title": head.title,
        "date": head.day,
        "kind": head.kind,
        "organiser": head.organiser,
        "evidence": head.document,
    }
    given = {name: value for name, value in said.items() if value is not None}
    if before is not None:
        other = [name for name, value in given.items() if getattr(before, name) not in (value, None)]
        if other and not replacing:
            raise UsageError(
                msg("the session {id} is in the register with another {names}", id=head.id, names=", ".join(other)),
                hint=msg("leave that out, or write the session anew with --replace"),
            )
        return before.model_copy(update=given)
    missing = [name for name in ("title", "date", "kind") if name not in given]
    if missing:
        raise UsageError(
            msg("the session {id} is new: {names} must be said", id=head.id, names=", ".join(f"--{name}" for name in missing)),
            hint=msg('for example --title "Hội nghị tuyên truyền" --date 2026-10-05 --kind briefing'),
        )
    values: dict[str, Any] = {"id": head.id, **given}
    return Session.model_construct(**values)  # looked at with the whole file, before it is written


def key_for(inventory: Inventory, workspace: Path, *, new_key: bool) -> StaffKey | None:
    """The key of the workspace; None when it is still to be made. UsageError when it must have been made, and is gone."""
    key = read_key(workspace)
    keyed = sorted(file.session.id for file in inventory.sessions if file.session.roster_key is not None)
    if key is None and keyed and not new_key:
        raise UsageError(
            msg("the register holds hashed staff codes, but the key they were hashed with is not in this workspace"),
            where=str(workspace / KEY_FILE),
            hint=msg(
                "name the workspace that has it, or put it back from its safe copy; if it is lost, --new-key goes on with a"
                " new one: people of older lists are then no longer recognised in new ones"
            ),
        )
    return key


def prepare(
    folder: Path,
    inventory: Inventory,
    session: Session,
    listed: Listed,
    key: StaffKey,
    *,
    today: date,
    add: bool,
    replacing: bool,
) -> Prepared:
    """The session with the list in it.

    UsageError when the session is there and nobody said what to do with the list, DataError when the two do not go together.
    """
    present = present_session(inventory, session.id)
    path = Path(inventory.sources.get(f"{SESSIONS}/{session.id}", folder / SESSIONS / f"{session.id}.yaml"))
    if present is not None and not replacing and _holds(present, session, listed):
        file = present
    elif present is not None and add:
        file = _added(present, session, listed, key, path)
    else:
        head = session.model_copy(
            update={
                "list_digest": listed.digest,
                "added_lists": (),
                "roster_key": key.mark if listed.rosters else None,
            }
        )
        file = SessionFile.model_construct(session=head, attendance=listed.lines)
    same = present is not None and _content(present) == _content(file)
    if present is not None and not same and not add and not replacing:
        raise UsageError(
            msg("the session {id} is in the register already", id=session.id),
            where=str(path),
            hint=msg("--add puts this list to it, --replace puts this list in its place"),
        )
    text = _text(path, file)
    if not same:
        _checked(path, text)
    changes = tuple(_changes(present, file.attendance))
    remarks = (*listed.remarks, *_questions(inventory, file, key, today))
    return Prepared(path, file, text, changes, present is None, same, remarks)


def _content(file: SessionFile) -> tuple[Session, tuple[Attendance, ...]]:
    return file.session, tuple(sorted(file.attendance, key=_which))


def _lists_of(session: Session) -> tuple[str | None, ...]:
    return (session.list_digest, *session.added_lists)


def _holds(present: SessionFile, session: Session, listed: Listed) -> bool:
    """Whether this very list is in the register already, for this very session and read in the same way."""
    lines = {_which(line): line for line in present.attendance}
    return (
        listed.digest in _lists_of(present.session)
        and present.session == session
        and all(_covers(lines.get(_which(line)), line) for line in listed.lines)
    )


def _covers(there: Attendance | None, line: Attendance) -> bool:
    if there is None or there.roster is None or line.roster is None:
        return there == line
    return set(line.roster) <= set(there.roster)


def _added(present: SessionFile, session: Session, listed: Listed, key: StaffKey, path: Path) -> SessionFile:
    """The session with a further list in it."""
    lines = tuple(sorted(_together(present, listed, key, path), key=_which))
    mark = present.session.roster_key or (key.mark if listed.rosters else None)
    digests = present.session.added_lists
    if listed.digest not in _lists_of(present.session):
        digests = (*digests, listed.digest)
    head = session.model_copy(update={"added_lists": digests, "roster_key": mark})
    return SessionFile.model_construct(session=head, attendance=lines)


def _which(line: Attendance) -> _Which:
    return line.agency, line.audience


def _together(present: SessionFile, listed: Listed, key: StaffKey, path: Path) -> list[Attendance]:
    """Lines of both; two counts of one agency cannot be put together by anybody but the organiser."""
    lines = {_which(line): line for line in present.attendance}
    has_rosters = any(line.roster is not None for line in present.attendance)
    if listed.rosters and has_rosters and present.session.roster_key != key.mark:
        what = msg("The rosters of this session were made with another key: nobody can tell who stands in both lists")
        raise IntakeError([Problem(what, str(path), hint=msg("import the whole list with --replace"))])
    problems: list[Problem] = []
    for line in listed.lines:
        before = lines.get(_which(line))
        if before is None:
            lines[_which(line)] = line
        elif before.roster is not None and line.roster is not None:
            lines[_which(line)] = line.model_copy(update={"roster": tuple(sorted({*before.roster, *line.roster}))})
        elif before != line or listed.digest not in _lists_of(present.session):
            problems.append(_twice(line, path))
    if problems:
        raise IntakeError(problems)
    return list(lines.values())


def _twice(line: Attendance, path: Path) -> Problem:
    return Problem(
        msg(
            "{agency} has a line for {audience} already, and a number cannot be added to it",
            agency=line.agency,
            audience=AUDIENCES[line.audience],
        ),
        str(path),
        hint=msg("the same people may stand in both: import the whole list with --replace, or as rosters"),
    )


def _changes(present: SessionFile | None, lines: tuple[Attendance, ...]) -> Iterator[Change]:
    before: Mapping[_Which, Attendance] = {_which(line): line for line in present.attendance} if present is not None else {}
    after = {_which(line): line for line in lines}
    for which in sorted({*before, *after}):
        yield Change(*which, before.get(which), after.get(which))


def size_of(line: Attendance | None) -> int | None:
    """People of a line."""
    if line is None:
        return None
    return line.count if line.roster is None else len(line.roster)


def _questions(inventory: Inventory, file: SessionFile, key: StaffKey, today: date) -> Iterator[Message]:
    """What was taken and is odd."""
    declared = {part.agency.id: part.people for part in inventory.agencies}
    for line in file.attendance:
        people, size = declared.get(line.agency), size_of(line)
        total = getattr(people, line.audience.value) if people is not None else None
        if total is not None and size is not None and size > total:
            yield msg(
                "{agency}: {size} attended, but there are {total} ({audience}): ask which number is wrong",
                agency=line.agency,
                size=size,
                total=total,
                audience=AUDIENCES[line.audience],
            )
    others = [one for one in inventory.sessions if one.session.roster_key not in (None, key.mark)]
    if others and file.session.roster_key == key.mark:
        yield msg("the rosters of {count} sessions were made with another key: nobody is recognised in them", count=len(others))
    if file.session.date > today:
        yield msg("the session is still to come: until {day} it counts for nothing", day=file.session.date.isoformat())
    paper = file.session.evidence
    if paper is None:
        yield msg("without a document (--document, --document-date) the session proves nothing")
    elif paper.date < file.session.date:
        yield msg("the document is older than the session: is it the one that lists who was there?")


def _text(path: Path, file: SessionFile) -> str:
    """As it will be written; the comment at the head of a file that is there stays."""
    data = file.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    try:
        comment = leading_comment(path.read_bytes())
    except OSError:
        comment = ""
    return table_text(comment or _COMMENT, {"session": data["session"]}, "attendance", data.get("attendance", []))


def _checked(path: Path, text: str) -> None:
    """Nothing is written that would not be read again."""
    yaml, problems = parse_yaml(str(path), text.encode())
    if yaml is not None and not problems:
        _, problems = validate(yaml, SessionFile)
    if problems:
        raise DataError(problems)


def write_session(prepared: Prepared) -> None:
    """Whole or not at all; OutputError when it cannot be written."""
    path = prepared.path
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("xb") as file:
                file.write(prepared.text.encode())
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            msg("the session cannot be written: {reason}", reason=error.strerror or type(error).__name__),
            where=str(path),
            hint=msg("look at the rights and the room of the inventory's folder"),
        ) from error
