"""Which column of an organiser's list says what: found by its heading, or said by the person who imports it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from secaudit.errors import IntakeError, Problem, UsageError
from secaudit.messages import msg
from secaudit.model.console import spelled, unaccented
from secaudit.source import did_you_mean
from secaudit.tables.reading import Table, column_letters

Field = Literal["agency", "code", "count", "heads", "staff", "audience"]
"""What a column may say: ``count`` is of the audience that the list is about, ``heads`` and ``staff`` are counts of their own."""
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
HEADINGS: Final[Mapping[Field, tuple[str, ...]]] = {
    "agency": (
        "Đơn vị", "Tên đơn vị", "Mã đơn vị", "Cơ quan", "Cơ quan, đơn vị", "Cơ quan/đơn vị", "Cơ quan - đơn vị", "Tên cơ quan",
        "Tên cơ quan, đơn vị", "Đơn vị công tác", "Cơ quan công tác", "Nơi công tác", "Agency", "Agency id", "Unit",
        "Organisation", "Organization",
    ),
    "code": (
        "Mã cán bộ", "Mã số cán bộ", "Mã CBCC", "Mã số CBCC", "Mã CBCCVC", "Mã công chức", "Mã viên chức", "Mã nhân viên",
        "Mã số nhân viên", "Số hiệu công chức", "Số hiệu cán bộ", "Số hiệu", "Mã định danh", "Số định danh",
        "Số định danh cá nhân", "CCCD", "Số CCCD", "Căn cước", "Số căn cước", "Căn cước công dân",
        "Số căn cước công dân", "Staff code", "Staff id",
        "Employee id", "Employee code", "Code",
    ),
    "count": (
        "Số người", "Số lượng", "Số người dự", "Số người tham dự", "Số lượng tham dự", "Số lượng người tham dự", "Số đại biểu",
        "Số học viên", "Sĩ số", "Số CBCCVC tham dự", "Count", "People", "Attended", "Participants",
    ),
    "heads": ("Số lãnh đạo", "Số người đứng đầu", "Lãnh đạo", "Người đứng đầu", "Số lãnh đạo tham dự", "Heads"),
    "staff": ("Số CBCC", "Số CBCCVC", "CBCC", "CBCCVC", "Số cán bộ, công chức", "Cán bộ, công chức, viên chức", "Staff"),
    "audience": ("Đối tượng", "Thành phần", "Audience"),
}  # fmt: skip
"""Headings in use, the surest first."""
_LETTERS = re.compile(r"\[?([A-Z]{1,3})\]?")
_MARKS = re.compile(r"\s*[(:*].*$", re.DOTALL)
"""What people put behind a heading: ``Số người (*)``, ``Đơn vị:``."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Field -> index of its column."""

    places: Mapping[Field, int]

    def get(self, name: Field) -> int | None:
        """The column, or None."""
        return self.places.get(name)

    @property
    def numbers(self) -> tuple[Field, ...]:
        """Columns that hold how many."""
        return tuple(name for name in ("count", "heads", "staff") if name in self.places)


def all_headings() -> tuple[str, ...]:
    """For finding the row of headings."""
    return tuple(heading for known in HEADINGS.values() for heading in known)


def given_columns(texts: Sequence[str]) -> dict[Field, str]:
    """``agency=Đơn vị`` as typed; UsageError for anything else."""
    found: dict[Field, str] = {}
    for text in texts:
        name, _, heading = text.partition("=")
        field = next((one for one in FIELDS if one == name.strip()), None)
        if field is None or not heading.strip():
            raise UsageError(
                msg("--column takes FIELD=HEADING, with one of these fields: {names}", names=", ".join(FIELDS)),
                hint=msg('for example --column agency="Đơn vị" --column code=C'),
            )
        found[field] = heading.strip()
    return found


def columns_of(table: Table, given: Mapping[Field, str], path: Path) -> Columns:
    """Columns of one list; IntakeError when a given one is not there. Nothing but headings is looked at."""
    places: dict[Field, int] = {}
    for name, heading in given.items():
        places[name] = _given(table, name, heading, path)
    plain = [_plain(heading) for heading in table.headings]
    for name in FIELDS:
        taken = set(places.values())
        for heading in HEADINGS[name]:
            at = next((index for index, one in enumerate(plain) if one == _plain(heading) and index not in taken), None)
            if name not in places and at is not None:
                places[name] = at
    return Columns(places)


def _given(table: Table, name: Field, heading: str, path: Path) -> int:
    plain = [_plain(one) for one in table.headings]
    if _plain(heading) in plain:
        return plain.index(_plain(heading))
    letters = _LETTERS.fullmatch(heading)
    if letters is not None:
        for index, column in enumerate(table.columns):
            if column_letters(column) == letters[1]:
                return index
    known = {one for field in HEADINGS.values() for one in field}
    raise IntakeError(
        [
            Problem(
                msg("There is no column with the heading given for {field}", field=name),
                str(path),
                cell=table.place(table.heading_row, 0),
                found=heading,
                hint=did_you_mean(heading, [one for one in table.headings if one in known])
                or msg("give the heading as it stands there, or the letter of the column"),
            )
        ]
    )


def _plain(heading: str) -> str:
    return unaccented(spelled(_MARKS.sub("", heading)))
