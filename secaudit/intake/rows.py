"""Cells of a console's export become values, by its mapping; what is not certain is not there and says why."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import chain
from types import MappingProxyType

from secaudit.errors import Problem
from secaudit.intake.columns import Columns, columns_of, row_place
from secaudit.intake.reasons import (
    AHEAD,
    CONTRADICTED,
    DECIDES_NOTHING,
    EMPTY,
    NO_IDENTIFIER,
    NO_MASK,
    NO_MOMENT,
    NO_WORD,
    TOO_YOUNG,
    reason,
)
from secaudit.messages import clean, msg
from secaudit.model.console import FIELDS, IDENTIFYING, OTHERS, UNKNOWN, ConsoleRow, FieldName, Profile, spelled, unaccented
from secaudit.model.identifiers import dashed, real_uuid, serial_number
from secaudit.tables.model import Cell, Table, TableRow, text_of
from secaudit.tables.moments import day_first_of, moment_of

Value = str | bool | datetime
MOST_TEXT = 300
"""Characters of one value."""
_LEEWAY = timedelta(days=1)
"""By which a moment may lie ahead: clocks and zones differ; more is a wrong clock or a wrong column."""
_WORDS: Mapping[str, bool] = MappingProxyType(
    {
        **dict.fromkeys(("true", "yes", "y", "1", "on", "enabled", "active", "running", "installed"), True),
        **dict.fromkeys(("có", "đúng", "bật", "đang bật", "đang chạy", "đang hoạt động", "đã cài", "đã cài đặt", "x", "✓"), True),
        **dict.fromkeys(("false", "no", "n", "0", "off", "disabled", "stopped", "not running", "not installed"), False),
        **dict.fromkeys(("không", "sai", "tắt", "đã tắt", "đang tắt", "không chạy", "chưa cài", "chưa cài đặt", "chưa"), False),
        **dict.fromkeys(("real-time protection enabled", "real-time protection is on"), True),
        **dict.fromkeys(("real-time protection disabled", "real-time protection is off", "không cài đặt"), False),
    }
)
"""What a flag may be called without a word in the mapping."""
_PLAIN_WORDS: Mapping[str, bool] = MappingProxyType({unaccented(word): value for word, value in _WORDS.items()})
_RELEASE = re.compile(r"\((\d{4})(\d{2})(\d{2})\)\s*$")
"""ESET writes the day of its signatures behind their number: ``30250 (20261124)``."""
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12}", re.IGNORECASE)
_EMPTY = reason(EMPTY)


@dataclass(frozen=True)
class ReadRows:
    """All machines of one list."""

    rows: tuple[ConsoleRow, ...]
    columns: Columns
    problems: tuple[Problem, ...] = ()
    """Rows that name no machine, and columns that say nothing: not fatal, but nothing is passed over in silence."""


@dataclass(frozen=True)
class _Way:
    """How this file is read."""

    profile: Profile
    columns: Columns
    day_first: bool | None
    latest: datetime
    """Nothing can have been heard of after this."""
    words: Mapping[FieldName, Mapping[str, str]]


def read_rows(table: Table, profile: Profile, *, imported_at: datetime, path: str = "") -> ReadRows:
    """The rows of ``table``; one without any identifier is no machine and is named among the problems.

    ``imported_at`` is now. What lies more than a day ahead of it says that a clock is wrong: such a moment is not known.
    """
    columns = columns_of(table, profile)
    words = {name: {spelled(word): meaning for word, meaning in given.items()} for name, given in profile.values.items()}
    way = _Way(profile, columns, _day_first(table, profile, columns), imported_at + _LEEWAY, words)
    rows: list[ConsoleRow] = []
    problems: list[Problem] = []
    for row in table.rows:
        read = _row(row, table.headings, way)
        if any(name in read.values for name in IDENTIFYING):
            rows.append(read)
        else:
            why = msg("The row names no machine: no name, no serial number, no UUID that could be one")
            problems.append(Problem(why, path, cell=row_place(table, row.number), hint=msg("correct or remove the row")))
    problems.extend(_silent(table, rows, way, path))
    return ReadRows(tuple(rows), columns, tuple(problems))


def _day_first(table: Table, profile: Profile, columns: Columns) -> bool | None:
    """A console writes all its dates in one way: any column may show which, and all must agree."""
    if profile.day_first is not None:
        return profile.day_first
    dates = [index for name, indexes in columns.fields.items() if FIELDS[name][0] == "moment" for index in indexes]
    return day_first_of(chain.from_iterable((row.cells[index] for index in dates) for row in table.rows))


def _silent(table: Table, rows: Sequence[ConsoleRow], way: _Way, path: str) -> list[Problem]:
    """The list cannot prove anything because no moment of contact could be read."""
    if not rows or any("last_contact" in row.values for row in rows):
        return []
    index = way.columns.fields["last_contact"][0] if "last_contact" in way.columns.fields else None
    found = text_of(table.rows[0].cells[index]) if index is not None else None
    return [
        Problem(
            msg("No row says when the machine was last heard of in a way that means one moment"),
            path,
            cell=row_place(table, table.heading_row),
            found=found,
            hint=msg("export with full dates and times; where day and month can be mixed up, set day_first in the mapping"),
        )
    ]


def _row(row: TableRow, headings: Sequence[str], way: _Way) -> ConsoleRow:
    cells = {heading: text for heading, cell in zip(headings, row.cells, strict=True) if (text := text_of(cell))}
    values: dict[FieldName, Value] = {}
    unread: dict[FieldName, str] = {}
    for name, indexes in way.columns.fields.items():
        value, why = _field(name, [row.cells[index] for index in indexes], way)
        if value is None:
            unread[name] = why
        else:
            values[name] = value
    _by_mask(row, way, values, unread)
    _against_time(values, unread)
    for name, implied in way.profile.implies.items():
        if name not in values and name not in unread:
            values[name] = implied
    if "product" in values and "installed" not in values and "installed" not in unread:
        values["installed"] = True  # the console names the product of this very machine
    if way.profile.product is not None and "product" not in values and unread.get("product", _EMPTY) == _EMPTY:
        values["product"] = way.profile.product
        unread.pop("product", None)
    return ConsoleRow(row.number, cells, values, unread)


def _field(name: FieldName, cells: Sequence[Cell], way: _Way) -> tuple[Value | None, str]:
    """The first of the columns that is not empty decides."""
    cell = next((cell for cell in cells if text_of(cell)), None)
    if cell is None:
        return None, _EMPTY
    meaning = _meaning(name, text_of(cell), way)
    if meaning == UNKNOWN:
        return None, reason(DECIDES_NOTHING, value=_shown(cell))
    return _READERS[FIELDS[name][0]](name, cell, meaning, way)


def _meaning(name: FieldName, text: str, way: _Way) -> str | None:
    """What the mapping says of this text; None when it says nothing."""
    words = way.words.get(name)
    if words is None:
        return None
    found = words.get(spelled(text))
    return found if found is not None else words.get(OTHERS)


def is_word(text: str) -> bool:
    """Whether this is a usual word for yes or no."""
    return spelled(text) in _WORDS or spelled(text) in _PLAIN_WORDS


def _flag(_: FieldName, cell: Cell, meaning: str | None, _way: _Way) -> tuple[Value | None, str]:
    if meaning is not None:
        return meaning == "true", ""
    text = text_of(cell)
    known = _WORDS.get(spelled(text), _PLAIN_WORDS.get(spelled(text)))
    return known, reason(NO_WORD, value=_shown(cell))


def _moment(name: FieldName, cell: Cell, _said: str | None, way: _Way) -> tuple[Value | None, str]:
    zone = way.profile.zone_hours
    moment = moment_of(cell, day_first=way.day_first, zone=zone)
    if moment is None and name == "signature_date" and isinstance(cell, str) and (found := _RELEASE.search(cell)):
        moment = moment_of("-".join(found.groups()), day_first=None, zone=zone)
    if moment is None:
        return None, reason(NO_MOMENT, value=_shown(cell))
    if moment > way.latest:
        return None, reason(AHEAD, value=_shown(cell))
    return moment, ""


def _text(name: FieldName, cell: Cell, meaning: str | None, _way: _Way) -> tuple[Value | None, str]:
    text = clean(meaning if meaning is not None else text_of(cell), limit=MOST_TEXT).strip()
    reader = _IDENTIFIERS.get(name)
    value = text if reader is None else reader(text)
    return value or None, reason(NO_IDENTIFIER, value=_shown(cell), what=_CALLED.get(name, name))


def _host(text: str) -> str:
    """What stands before the first dot; an address is no name."""
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        pass
    else:
        return ""
    name = text.rsplit("\\", 1)[-1].split(".", 1)[0].strip().removesuffix("$")
    return name if any(char.isalnum() for char in name) else ""


def _uuid(text: str) -> str:
    digits = real_uuid(text)
    return dashed(digits) if digits else ""


def _macs(text: str) -> str:
    """Lower case with colons, separated by spaces; without zeros and broadcast."""
    found = ["".join(char for char in address.lower() if char.isalnum()) for address in _MAC.findall(text)]
    real = [address for address in dict.fromkeys(found) if len(set(address)) > 1]
    return " ".join(":".join(address[at : at + 2] for at in range(0, 12, 2)) for address in real)


def _by_mask(row: TableRow, way: _Way, values: dict[FieldName, Value], unread: dict[FieldName, str]) -> None:
    """Bits of the status mask say what is so where they are set, and nothing where they are not.

    A condition that its administrator switched off never sets its bit. A bit against the word in a column leaves the field open.
    """
    if way.columns.mask is None:
        return
    mask = _number(row.cells[way.columns.mask])
    for name, bits in way.profile.bits.items():
        told = {meaning == "true" for bit, meaning in bits.items() if mask is not None and mask >> int(bit) & 1}
        if mask is None:
            if name not in values:
                unread.setdefault(name, reason(NO_MASK))
        elif len(told) > 1 or (told and name in values and values[name] not in told):
            values.pop(name, None)
            unread[name] = reason(CONTRADICTED)
        elif told:
            values[name] = told.pop()
            unread.pop(name, None)


def _number(cell: Cell) -> int | None:
    text = text_of(cell).strip().lower()
    try:
        number = int(text, 16) if text.startswith("0x") else int(text)
    except ValueError:
        return None
    return number if 0 <= number < 2**64 else None


def _against_time(values: dict[FieldName, Value], unread: dict[FieldName, str]) -> None:
    """Signatures cannot be younger than the last that was heard of the machine."""
    contact, date = values.get("last_contact"), values.get("signature_date")
    if isinstance(contact, datetime) and isinstance(date, datetime) and date > contact + _LEEWAY:
        del values["signature_date"]
        unread["signature_date"] = reason(TOO_YOUNG, value=f"{date.astimezone(UTC):%Y-%m-%d}")


def _shown(cell: Cell) -> str:
    return clean(text_of(cell).replace("\n", " "), limit=60)


_READERS: Mapping[str, Callable[[FieldName, Cell, str | None, _Way], tuple[Value | None, str]]] = MappingProxyType(
    {"flag": _flag, "moment": _moment, "text": _text}
)
_IDENTIFIERS: Mapping[FieldName, Callable[[str], str]] = MappingProxyType(
    {"name": _host, "uuid": _uuid, "serial": serial_number, "mac": _macs}
)
_CALLED: Mapping[FieldName, str] = MappingProxyType(
    {"name": "host name", "uuid": "UUID", "serial": "serial number", "mac": "MAC"}
)
