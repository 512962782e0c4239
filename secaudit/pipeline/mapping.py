"""A mapping for the export of a console, made once: what the file holds, what is guessed, what comes of it, and its YAML."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from secaudit.catalog.consoles import checked_profile
from secaudit.errors import CatalogError, IntakeError, Problem
from secaudit.intake.columns import columns_of, known_headings
from secaudit.intake.guesses import ColumnLook, Guess, guess_columns, looks_of
from secaudit.intake.rows import ReadRows, is_word, read_rows
from secaudit.messages import msg
from secaudit.model.base import Texts
from secaudit.model.catalog import Catalog
from secaudit.model.console import FIELDS, IDENTIFYING, OTHERS, WHOSE, EvidenceSource, FieldName, Profile, spelled
from secaudit.source import did_you_mean, parse_yaml, record_text
from secaudit.tables.moments import day_first_of
from secaudit.tables.reading import Table, read_body, read_tables

_WATCHED: tuple[FieldName, ...] = ("edr", "siem", "shared", "product", "version")
_TWO_WAYS = re.compile(r"(?<!\d)\d{1,2}([/.-])\d{1,2}\1\d{4}")
_ORDER = (
    "id", "title", "source", "confirmed", "product", "implies",
    "day_first", "zone_hours", "columns", "values", "mask", "bits", "groups",
)  # fmt: skip
_COMMENT = """\
# Ánh xạ cột do `secaudit evidence map` tạo; sửa tay được. docs/consoles.md giải thích từng dòng.
# Mapping made by `secaudit evidence map`; may be edited. docs/consoles.md explains every line.
"""


@dataclass(frozen=True)
class Sheet:
    """One list of a file with what its columns look like and probably mean."""

    table: Table
    looks: tuple[ColumnLook, ...]
    base: Profile | None
    """The known mapping that fits best: its words and bits are taken over where its headings are."""
    guesses: Mapping[FieldName, Guess]
    kin: Mapping[EvidenceSource, Profile]
    """Source -> its known mapping that fits best, however little: what its lists are about and imply is taken over."""

    def doubtful(self, columns: Sequence[int]) -> bool:
        """Days and months in these columns can be mixed up, and the file does not show which comes first."""
        cells = [row.cells[at] for row in self.table.rows for at in columns]
        if not any(isinstance(cell, str) and _TWO_WAYS.search(cell) for cell in cells):
            return False
        return day_first_of(cells) is None


@dataclass(frozen=True)
class Choice:
    """What a person said, or what was guessed."""

    id: str
    source: EvidenceSource
    title: str
    columns: Mapping[FieldName, int]
    values: Mapping[FieldName, Mapping[str, str]]
    product: str | None = None
    day_first: bool | None = None


@dataclass(frozen=True)
class Trial:
    """What the mapping makes of the file."""

    read: ReadRows
    known: Mapping[FieldName, int]
    """Field -> rows in which it is known."""
    unread: Mapping[FieldName, tuple[tuple[str, int], ...]]
    """Field -> the three most frequent reasons, with their number of rows."""


def fields_for(source: EvidenceSource | None) -> tuple[FieldName, ...]:
    """Fields that a list of this source can tell of, in the order of the questions."""
    if source is EvidenceSource.AD:
        return tuple(name for name in FIELDS if name in WHOSE)
    if source is EvidenceSource.SOC_LIST:
        return tuple(name for name in FIELDS if name in WHOSE or name in _WATCHED)
    return tuple(FIELDS)


def open_sheets(path: Path, profiles: Mapping[str, Profile], source: EvidenceSource | None) -> tuple[Sheet, ...]:
    """All lists of the file, the one that fits best first; raises IntakeError for a file that cannot be read."""
    tables = read_tables(path, read_body(path), known_headings(profiles.values()))
    sheets = [_sheet(table, profiles, source) for table in tables]
    return tuple(sorted(sheets, key=lambda sheet: -len(sheet.guesses)))


def chosen_sheet(sheets: Sequence[Sheet], name: str | None, path: Path) -> Sheet:
    """The sheet of this name, or the first; IntakeError for a name that is none."""
    if name is None:
        return sheets[0]
    for sheet in sheets:
        if sheet.table.name == name:
            return sheet
    names = [sheet.table.name for sheet in sheets]
    hint = did_you_mean(name, names) or msg("sheets: {names}", names=", ".join(names))
    raise IntakeError([Problem(msg("There is no sheet with this name"), str(path), found=name, hint=hint)])


def _sheet(table: Table, profiles: Mapping[str, Profile], source: EvidenceSource | None) -> Sheet:
    hits = {name: len(columns_of(table, one).headings) for name, one in profiles.items()}
    ranked = sorted(profiles.values(), key=lambda one: (-hits[one.id], one.id != one.source.value, one.id))
    kin: dict[EvidenceSource, Profile] = {}
    for one in ranked:
        kin.setdefault(one.source, one)
    fitting = [one for one in ranked if source is None or one.source is source]
    base = fitting[0] if fitting and hits[fitting[0].id] else None
    looks = looks_of(table)
    told_by = source or (base.source if base is not None else None)
    believed = [*fitting, *(one for one in ranked if one not in fitting)]
    return Sheet(table, looks, base, guess_columns(table, looks, believed, fields_for(told_by)), kin)


def words_to_ask(sheet: Sheet, name: FieldName, column: int) -> tuple[str, ...]:
    """Words of a column of flags that neither the known mapping nor usage explains."""
    if FIELDS[name][0] != "flag":
        return ()
    known = {spelled(word) for word in known_words(sheet, name, column)}
    asked = [word for word in sheet.looks[column].words if spelled(word) not in known and not is_word(word)]
    return () if OTHERS in known else tuple(asked)


def known_words(sheet: Sheet, name: FieldName, column: int) -> Mapping[str, str]:
    """What the known mapping says of the words of this very column."""
    base = sheet.base
    if base is None or column not in columns_of(sheet.table, base).fields.get(name, ()):
        return {}
    return base.values.get(name, {})


def missing_decisive(columns: Mapping[FieldName, int]) -> tuple[FieldName, ...]:
    """Fields without which no row proves anything."""
    missing: list[FieldName] = [] if any(name in columns for name in IDENTIFYING) else ["name"]
    return (*missing, *(() if "last_contact" in columns else ("last_contact",)))


def profile_of(sheet: Sheet, choice: Choice) -> Profile:
    """The mapping; bits of the status mask and what the list implies are those of the known mapping of the same source."""
    base = sheet.kin.get(choice.source)
    mask = [heading for heading in sheet.table.headings if base and spelled(heading) in {spelled(one) for one in base.mask}]
    columns = {name: (sheet.table.headings[at],) for name, at in choice.columns.items()}
    values = {name: dict(words) for name, words in choice.values.items() if words and name in columns}
    return Profile.model_validate(
        {
            "id": choice.id,
            "title": Texts(vi=choice.title, en=choice.title),
            "source": choice.source,
            "product": choice.product,
            "implies": base.implies if base else {},
            "columns": columns,
            "values": values,
            "mask": tuple(mask),
            "bits": base.bits if base and mask else {},
            "day_first": choice.day_first,
            "zone_hours": base.zone_hours if base else 7,
        }
    )


def with_groups_of(profile: Profile, before: Profile | None) -> Profile:
    """A mapping that replaces another keeps its groups: they were collected by hand, and no file shows them."""
    return profile if before is None else profile.model_copy(update={"groups": before.groups})


def try_mapping(table: Table, profile: Profile, now: datetime, path: Path) -> Trial:
    """Read the whole list with the mapping."""
    read = read_rows(table, profile, imported_at=now, path=str(path))
    known = Counter(name for row in read.rows for name in row.values)
    why: dict[FieldName, Counter[str]] = {}
    for row in read.rows:
        for name, reason in row.unread.items():
            why.setdefault(name, Counter())[reason] += 1
    return Trial(read, known, {name: tuple(counted.most_common(3)) for name, counted in why.items()})


def mapping_text(profile: Profile) -> str:
    """The mapping as YAML that a person goes on editing."""
    data = profile.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return record_text(_COMMENT, {key: data[key] for key in _ORDER if key in data})


def checked_text(catalog: Catalog, text: str, path: Path) -> Profile:
    """The mapping as the program will read it again; CatalogError with everything the rules have against it."""
    yaml, problems = parse_yaml(str(path), text.encode())
    if yaml is None:
        raise CatalogError(problems)
    profile, faults = checked_profile(catalog, yaml, path.stem)
    if problems or faults or profile is None:
        raise CatalogError([*problems, *faults])
    return profile
