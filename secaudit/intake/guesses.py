"""What the columns of a list probably mean: guesses for a person to confirm.

By the headings of known mappings, by words in a heading, and by what the cells look like.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from secaudit.intake.columns import Columns, columns_of
from secaudit.intake.rows import is_word
from secaudit.model.console import FIELDS, FieldName, Profile, unaccented
from secaudit.model.identifiers import parse_uuid
from secaudit.tables.model import Cell, Table, text_of
from secaudit.tables.moments import day_first_of, moment_of

_SAMPLE = 300
"""Rows that are looked at."""
_MOST = 0.8
"""Share of the filled cells from which on a column is of a form."""
_FEW = 12
"""Different words a flag may have."""
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.IGNORECASE)
_HINTS: Mapping[FieldName, re.Pattern[str]] = {
    "last_contact": re.compile(
        r"last (?:contact|conn|seen|logon|event|report|sync)|ket noi|lien lac|lan cuoi|gan nhat|heartbeat"
    ),
    "signature_date": re.compile(r"signature|definition|pattern|database|\bdat\b|mau nhan dien|csdl|co so du lieu|engine"),
    "serial": re.compile(r"serial|se-?ri|\bs/?n\b"),
    "uuid": re.compile(r"uuid|guid"),
    "mac": re.compile(r"\bmac\b|physical address"),
    "address": re.compile(r"\bip\b|dia chi ip"),
    "name": re.compile(r"host|computer|device name|machine|endpoint|\bmay\b"),
    "group": re.compile(r"group|organi[sz]ation|\bou\b|department|nhom|don vi|phong ban|co quan"),
    "os": re.compile(r"operating system|\bos\b|he dieu hanh"),
    "product": re.compile(r"product|application|software|phan mem|san pham"),
    "version": re.compile(r"version|phien ban"),
    "realtime": re.compile(r"real-?\s?time|thoi gian thuc|on-?access|thuong truc"),
    "running": re.compile(r"running|service|dang chay|hoat dong"),
    "installed": re.compile(r"install|cai dat|da cai"),
    "managed": re.compile(r"managed|agent|quan tri|quan ly"),
    "edr": re.compile(r"\bedr\b|sensor"),
    "siem": re.compile(r"siem|log source|nhat ky"),
    "shared": re.compile(r"shared?\b|chia se"),
}
"""Words of headings without accents; used only where the cells do not speak against it."""
_JUDGED = re.compile(r"status|health|state|tinh trang|trang thai|risk|alert")
"""The console's own judgement: never guessed to be a flag."""


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """One column as it looks."""

    heading: str
    samples: tuple[str, ...]
    """Up to three different cells."""
    kind: str
    """``uuid``, ``mac``, ``address``, ``moment``, ``flag``, ``text`` or ``empty``."""
    words: tuple[str, ...] = ()
    """All different cells, where there are few; else nothing."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What may be the column of a field."""

    column: int
    sure: bool
    """A known mapping has this very heading; else it only looks so."""


def looks_of(table: Table) -> tuple[ColumnLook, ...]:
    """Every column with samples and the form of its cells."""
    return tuple(_look(heading, [row.cells[at] for row in table.rows[:_SAMPLE]]) for at, heading in enumerate(table.headings))


def _look(heading: str, cells: Sequence[Cell]) -> ColumnLook:
    filled = [cell for cell in cells if text_of(cell)]
    counted = Counter(text_of(cell) for cell in filled)
    samples = tuple(list(counted)[:3])
    words = tuple(counted) if len(counted) <= _FEW else ()
    return ColumnLook(heading, samples, _kind(filled), words)


def _kind(filled: Sequence[Cell]) -> str:
    if not filled:
        return "empty"
    day_first = day_first_of(filled)
    forms = {
        "uuid": lambda cell: parse_uuid(text_of(cell)) is not None,
        "mac": lambda cell: _MAC.match(text_of(cell)) is not None,
        "address": lambda cell: _is_address(text_of(cell)),
        "flag": lambda cell: isinstance(cell, bool) or is_word(text_of(cell)),
        # a day that may be read two ways is still a date
        "moment": lambda cell: moment_of(cell, day_first=True if day_first is None else day_first, zone=0) is not None,
    }
    for kind, fits in forms.items():
        if sum(map(fits, filled)) >= _MOST * len(filled):
            return kind
    return "text"


def _is_address(text: str) -> bool:
    try:
        ip_address(text.split(",", 1)[0].split("/", 1)[0].strip())
    except ValueError:
        return False
    return True


def guess_columns(
    table: Table, looks: Sequence[ColumnLook], profiles: Iterable[Profile], fields: Collection[FieldName]
) -> dict[FieldName, Guess]:
    """At most one column for each field and one field for each column of text or date; flags may share one.

    ``profiles`` in the order in which they are believed. A heading of a known mapping goes before a heading that sounds like one.
    """
    found: dict[FieldName, Guess] = {}
    for profile in profiles:
        _take(found, columns_of(table, profile), looks, fields)
    for name in fields:
        if name in found or name not in _HINTS:
            continue
        taken = {guess.column for guess in found.values()}
        for at, look in enumerate(looks):
            if at not in taken and _HINTS[name].search(unaccented(look.heading)) and _may_be(name, look):
                found[name] = Guess(at, sure=False)
                break
    for name in ("uuid", "mac", "address"):
        alone = [at for at, look in enumerate(looks) if look.kind == name]
        if name in fields and name not in found and len(alone) == 1 and name != "uuid":
            found[name] = Guess(alone[0], sure=False)
    return found


def _take(found: dict[FieldName, Guess], columns: Columns, looks: Sequence[ColumnLook], fields: Collection[FieldName]) -> None:
    for name, indexes in columns.fields.items():
        taken = {guess.column for other, guess in found.items() if not FIELDS[other][0] == FIELDS[name][0] == "flag"}
        free = [at for at in indexes if at not in taken and looks[at].kind != "empty"]
        if name in fields and name not in found and free:
            found[name] = Guess(free[0], sure=True)


def _may_be(name: FieldName, look: ColumnLook) -> bool:
    """The cells do not speak against it."""
    kind = FIELDS[name][0]
    if kind == "flag":
        return bool(look.words) and look.kind in ("flag", "text") and not _JUDGED.search(unaccented(look.heading))
    if kind == "moment":
        return look.kind == "moment" or (name == "signature_date" and bool(re.search(r"\(\d{8}\)$", " ".join(look.samples[:1]))))
    if name in ("uuid", "mac", "address"):
        return look.kind == name
    return look.kind in ("text", "flag") or (name in ("serial", "version") and look.kind == "moment")
