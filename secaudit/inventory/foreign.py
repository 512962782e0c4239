"""Lists of machines that others keep (GLPI, NetBox, asset registers, Ansible), read by a mapping, an agency at a time.

Only machines come from such a list, never a system or a number of people; blank cells and columns that are not there change
nothing. What the mapping does not know is ignored and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from secaudit.errors import IntakeError, Problem
from secaudit.inventory.ansible import read_hosts
from secaudit.inventory.foreign_rows import Notes, Row, RowReader, Said, ordered
from secaudit.inventory.questions import Path as FieldPath
from secaudit.inventory.received import Received, Record, Value
from secaudit.messages import literal, msg
from secaudit.model.console import spelled
from secaudit.model.machine_list import TELLING_APART, ListField, ListForm, ListProfile
from secaudit.source import holds_secret, looks_secret, shown
from secaudit.tables.columns import matched
from secaudit.tables.reading import Table, read_tables, text_of

_COMPUTERS: FieldPath = ("asset_register", "computers")
_AS_OF: FieldPath = ("asset_register", "as_of")
_NAMED = 20
"""Headings that are named in one remark."""


def read_foreign(
    path: Path, body: bytes, profile: ListProfile, names: Mapping[str, str], agency: str | None = None
) -> tuple[Received, ...]:
    """What the list says of each agency, in the order of ``names`` (id -> name); rows of nobody stand under the empty id.

    ``agency`` is the one that all rows must be of. Raises :class:`IntakeError` for what
    cannot be read as a whole.
    """
    reader, remarks = _read(path, body, profile, names, agency, as_register=False)
    empty = Received(agency or "", str(path), sha256(body).hexdigest(), profile.id)
    received = []
    for name in ordered(reader.found, list(names)):
        found = reader.found[name]
        problems, noted = found.problems.all(), found.remarks.all()
        received.append(replace(empty, agency=name, records=tuple(found.records), problems=problems, remarks=noted))
    return _with_remarks(received, remarks, empty)


def read_register(
    path: Path, body: bytes, profile: ListProfile, names: Mapping[str, str], day: date, agency: str | None = None
) -> tuple[Received, ...]:
    """Only how many computers the list has for each agency, as the number of its asset register on ``day``; no machine."""
    reader, remarks = _read(path, body, profile, names, agency, as_register=True)
    empty = Received(agency or "", str(path), sha256(body).hexdigest(), profile.id)
    received = []
    for name in ordered(reader.found, list(names)):
        found = reader.found[name]
        answers: dict[FieldPath, Value] = {_COMPUTERS: found.computers, _AS_OF: day.isoformat()}
        records = (Record("agency", "", "", answers),) if name else ()
        problems, noted = found.problems.all(), found.remarks.all()
        received.append(replace(empty, agency=name, records=records, problems=problems, remarks=noted))
    return _with_remarks(received, remarks, empty)


def _with_remarks(received: list[Received], remarks: Sequence[Problem], empty: Received) -> tuple[Received, ...]:
    """What is to be said of the file as a whole stands with its first agency; a list without a machine says so."""
    if not any(one.records or one.problems for one in received):
        none = Problem(
            msg("The list holds no machine"), empty.file, hint=msg("look at the file, or at the mapping's words for kind")
        )
        received = received or [empty]
        remarks = (*remarks, none)
    return (replace(received[0], remarks=(*remarks, *received[0].remarks)), *received[1:])


def _read(
    path: Path, body: bytes, profile: ListProfile, names: Mapping[str, str], agency: str | None, *, as_register: bool
) -> tuple[RowReader, tuple[Problem, ...]]:
    reader = RowReader(str(path), profile, names, agency)
    notes = Notes(str(path))
    if profile.form is ListForm.ANSIBLE:
        reader.read(read_hosts(path, body, profile, notes), as_register=as_register)
    else:
        known = [heading for headings in profile.columns.values() for heading in headings]
        tables = read_tables(path, body, known)
        if not any(_decisive(table, profile, agency) for table in tables):
            raise IntakeError([_missing(path, tables[0], profile, agency)])
        for table in tables:
            if _decisive(table, profile, agency):
                _note_ignored(table, profile, notes)
                reader.read(_rows(table, profile), as_register=as_register)
            else:
                notes.add(msg("The sheet was not read: its headings are not those of the mapping"), Said("", table.name))
    return reader, notes.all()


def _decisive(table: Table, profile: ListProfile, agency: str | None) -> bool:
    """Whether rows of the list can say which machine they are about, and whose it is."""
    found = matched(table.headings, profile.columns)
    return any(name in found for name in TELLING_APART) and (agency is not None or "agency" in found)


def _missing(path: Path, table: Table, profile: ListProfile, agency: str | None) -> Problem:
    found = matched(table.headings, profile.columns)
    wanted: tuple[ListField, ...] = TELLING_APART
    message = msg("No column says which machine a row is about")
    hint = msg("name it: secaudit inventory map {file}", file=str(path))
    if any(name in found for name in TELLING_APART) and agency is None:
        wanted, message = ("agency",), msg("No column says whose machine a row is")
        hint = msg("give the agency with --agency, or name the column: secaudit inventory map {file}", file=str(path))
    expected = literal(" | ".join(heading for name in wanted for heading in profile.columns.get(name, ())))
    shown_headings = ", ".join(shown(heading) for heading in table.headings[:12] if not holds_secret(heading))
    place = table.place(table.heading_row, 0)
    return Problem(message, str(path), cell=place, found=shown_headings, expected=expected, hint=hint)


def _note_ignored(table: Table, profile: ListProfile, notes: Notes) -> None:
    """Columns that the mapping does not know, and those that hold secrets: named by their headings, their cells never shown."""
    used = {at for columns in matched(table.headings, profile.columns).values() for at in columns}
    ignored = [at for at in range(len(table.headings)) if at not in used]
    for at in ignored:
        if looks_secret(table.headings[at]):
            hint = msg("remove the column from the list, and change what stands in it: whoever had the list has it")
            where = Said("", table.place(table.heading_row, at))
            notes.add(msg("The column holds secrets by its heading; it was not read"), where, hint=hint)
    plain = [
        shown(table.headings[at])
        for at in ignored
        if not looks_secret(table.headings[at]) and not holds_secret(table.headings[at])
    ]
    if plain:
        names = ", ".join(plain[:_NAMED]) + (" …" if len(plain) > _NAMED else "")
        what = msg("{count} columns are not known to the mapping and were ignored: {names}", count=len(plain), names=names)
        notes.add(what, Said("", table.place(table.heading_row, ignored[0])))


def _rows(table: Table, profile: ListProfile) -> Iterator[Row]:
    columns = matched(table.headings, profile.columns)
    secret = {at for at, heading in enumerate(table.headings) if looks_secret(heading)}
    first = min(at for name in TELLING_APART for at in columns.get(name, ()))
    for row in table.rows:
        said: dict[ListField, tuple[Said, ...]] = {}
        for name, indexes in columns.items():
            texts = ((at, text_of(row.cells[at])) for at in indexes if at not in secret)
            filled = tuple(Said(text, table.place(row.number, at)) for at, text in texts if spelled(text))
            if filled:
                said[name] = filled
        if said:
            place = table.place(row.number, first)
            yield Row(Said("", place), said)
