"""A mapping for a list of machines, made once: what the file holds, what is guessed, what comes of it, and its YAML."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secaudit.catalog import checked_list_profile
from secaudit.errors import CatalogError, IntakeError, Problem
from secaudit.intake.guesses import ColumnLook, Guess, looks_of
from secaudit.inventory.foreign import read_foreign
from secaudit.inventory.foreign_values import FIELD_PATHS
from secaudit.inventory.foreign_words import Words
from secaudit.messages import msg
from secaudit.model.base import Texts
from secaudit.model.console import spelled, unaccented
from secaudit.model.machine_list import LIST_FIELDS, MEANINGS, TELLING_APART, ListField, ListForm, ListProfile
from secaudit.source import did_you_mean, looks_secret, parse_yaml, record_text
from secaudit.tables.columns import matched
from secaudit.tables.reading import Table, read_body, read_tables, text_of

_MOST_WORDS = 40
"""Different words of a column about which a person is asked."""
_HINTS: Mapping[ListField, re.Pattern[str]] = {
    "serial": re.compile(r"serial|se-?ri|\bs/?n\b"),
    "uuid": re.compile(r"uuid|guid"),
    "hostname": re.compile(r"host|computer name|device name|ten may"),
    "asset_tag": re.compile(r"asset|inventory n|ma tai san|so hieu|ma ts|so the"),
    "agency": re.compile(r"agency|entity|tenant|don vi|co quan"),
    "place": re.compile(r"location|place|room|noi |vi tri|phong"),
    "kind": re.compile(r"\btype\b|kind|role|loai|ten tai san|ten thiet bi"),
    "os": re.compile(r"operating system|\bos\b|he dieu hanh|platform"),
    "address": re.compile(r"\bip\b|dia chi ip"),
    "status": re.compile(r"status|tinh trang|trang thai"),
    "quantity": re.compile(r"quantity|so luong|\bsl\b"),
}
"""Words of headings without accents; used only where the cells do not speak against it."""
_ORDER = ("id", "title", "form", "confirmed", "columns", "values", "implies", "guessed", "agencies")
_COMMENT = """\
# Ánh xạ cột do `secaudit inventory map` tạo; sửa tay được. docs/inventory-lists.md giải thích từng dòng.
# Mapping made by `secaudit inventory map`; may be edited. docs/inventory-lists.md explains every line.
"""


@dataclass(frozen=True)
class ListSheet:
    """One list of a file with what its columns look like and probably mean."""

    table: Table
    looks: tuple[ColumnLook, ...]
    base: ListProfile | None
    """The known mapping that fits best: its words are taken over."""
    guesses: Mapping[ListField, Guess]

    def texts(self, column: int) -> list[str]:
        """Different texts of a column, the most frequent first."""
        counted = Counter(text_of(row.cells[column]) for row in self.table.rows)
        return [text for text, _ in counted.most_common() if text]


@dataclass(frozen=True)
class ListChoice:
    """What a person said, or what was guessed."""

    id: str
    title: str
    columns: Mapping[ListField, int]
    values: Mapping[ListField, Mapping[str, str]]
    kind: str | None = None
    """What every row is, where no column says it."""


@dataclass(frozen=True)
class ListTrial:
    """What the mapping makes of the file."""

    machines: int
    known: Mapping[ListField, int]
    """Field -> machines of which it is known."""
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


def open_list(path: Path, profiles: Mapping[str, ListProfile], sheet: str | None) -> ListSheet:
    """The sheet of this name, or the one of which most is understood; IntakeError for a file that cannot be read."""
    tables = [one for one in profiles.values() if one.form is ListForm.TABLE]
    known = {heading for one in tables for headings in one.columns.values() for heading in headings}
    found = [_sheet(table, tables) for table in read_tables(path, read_body(path), known)]
    if sheet is None:
        return max(found, key=lambda one: len(one.guesses))
    names = [one.table.name for one in found]
    if sheet not in names:
        hint = did_you_mean(sheet, names) or msg("sheets: {names}", names=", ".join(names))
        raise IntakeError([Problem(msg("There is no sheet with this name"), str(path), found=sheet, hint=hint)])
    return found[names.index(sheet)]


def _sheet(table: Table, profiles: Sequence[ListProfile]) -> ListSheet:
    ranked = sorted(profiles, key=lambda one: (-len(matched(table.headings, one.columns)), one.id))
    base = ranked[0] if ranked and matched(table.headings, ranked[0].columns) else None
    looks = looks_of(table)
    guesses: dict[ListField, Guess] = {}
    for profile in ranked:
        for name, columns in matched(table.headings, profile.columns).items():
            _guess(guesses, name, [at for at in columns if looks[at].kind != "empty"], looks, sure=True)
    for name, pattern in _HINTS.items():
        fitting = [at for at, look in enumerate(looks) if pattern.search(unaccented(look.heading)) and look.kind != "empty"]
        _guess(guesses, name, fitting, looks, sure=False)
    return ListSheet(table, looks, base, guesses)


def _guess(
    guesses: dict[ListField, Guess], name: ListField, columns: Sequence[int], looks: Sequence[ColumnLook], *, sure: bool
) -> None:
    """One column for a field; a column may stand for two only where words decide."""
    if name in guesses:
        return
    for at in columns:
        taken = [other for other, guess in guesses.items() if guess.column == at]
        clash = any(other not in MEANINGS and name not in MEANINGS for other in taken)
        if not clash and not looks_secret(looks[at].heading) and (name in MEANINGS or name == "quantity" or not taken):
            guesses[name] = Guess(at, sure)
            return


def words_to_ask(sheet: ListSheet, name: ListField, column: int) -> tuple[str, ...]:
    """Texts of a column with a closed choice that the known mapping does not explain."""
    if name not in MEANINGS:
        return ()
    words = Words(known_words(sheet, name), MEANINGS[name])
    return tuple(text for text in sheet.texts(column) if not words.explained(text))[:_MOST_WORDS]


def known_words(sheet: ListSheet, name: ListField) -> Mapping[str, str]:
    """What the known mapping says of words."""
    return sheet.base.values.get(name, {}) if sheet.base is not None else {}


def list_profile_of(sheet: ListSheet, choice: ListChoice) -> ListProfile:
    """The mapping."""
    columns: dict[ListField, tuple[str, ...]] = {name: (sheet.table.headings[at],) for name, at in choice.columns.items()}
    values = {name: {**known_words(sheet, name), **choice.values.get(name, {})} for name in columns if name in MEANINGS}
    return ListProfile(
        id=choice.id,
        title=Texts(vi=choice.title, en=choice.title),
        columns=columns,
        values={name: _told_once(words) for name, words in values.items() if words},
        implies={"kind": choice.kind} if choice.kind else {},
    )


def _told_once(words: Mapping[str, str]) -> dict[str, str]:
    """What a person said goes before the known mapping, whatever the spelling."""
    last: dict[str, tuple[str, str]] = {}
    for word, meaning in words.items():
        last[spelled(word)] = (word, meaning)
    return dict(last.values())


def missing_in_list(columns: Mapping[ListField, int], *, kind: bool) -> tuple[ListField, ...]:
    """Fields without which no row says anything."""
    missing: list[ListField] = [] if any(name in columns for name in TELLING_APART) else ["serial"]
    return (*missing, *(() if kind or "kind" in columns else ("kind",)))


def try_list(path: Path, profile: ListProfile, names: Mapping[str, str], agency: str | None) -> ListTrial:
    """Read the whole file with the mapping, as an import would."""
    received = read_foreign(path, read_body(path), profile, names, agency)
    records = [record for one in received for record in one.records]
    known = {
        name: sum(FIELD_PATHS[name] in record.answers or FIELD_PATHS[name] in record.fresh for record in records)
        for name in LIST_FIELDS
        if name in FIELD_PATHS and (name in profile.columns or name in profile.implies)
    }
    problems = tuple(problem for one in received for problem in one.problems)
    return ListTrial(len(records), known, problems, tuple(remark for one in received for remark in one.remarks))


def list_mapping_text(profile: ListProfile) -> str:
    """The mapping as YAML that a person goes on editing."""
    data = profile.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return record_text(_COMMENT, {key: data[key] for key in _ORDER if key in data})


def checked_list_text(text: str, path: Path) -> ListProfile:
    """The mapping as the program will read it again; CatalogError with everything the rules have against it."""
    yaml, problems = parse_yaml(str(path), text.encode())
    if yaml is None:
        raise CatalogError(problems)
    profile, faults = checked_list_profile(yaml, path.stem)
    if problems or faults or profile is None:
        raise CatalogError([*problems, *faults])
    return profile
