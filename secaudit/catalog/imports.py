"""Files that bring a lifecycle table up to date without a network: CSV, JSON or YAML, with the place of every value."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from secaudit.catalog.files import MAX_FILE_BYTES
from secaudit.errors import DataError, Problem
from secaudit.messages import literal, msg
from secaudit.model.base import Day, Identifier, Line, Whole, Written
from secaudit.model.knowledge import Release, Update
from secaudit.source import Limits, YamlFile, scan_text, scan_yaml, validate

_LIMITS = Limits(max_bytes=MAX_FILE_BYTES, max_depth=8, max_nodes=100_000, max_aliases=0, max_problems=50)
_HEAD = ("id", "as_of", "source", "grace_days")
_LISTS = {"editions"}
"""Columns whose cells hold several names, separated by semicolons."""


class Releases(Written):
    """New rows of a table of ends of support."""

    id: Identifier
    as_of: Day
    source: Line
    releases: Annotated[tuple[Release, ...], Field(min_length=1)]


class Updates(Written):
    """New rows of a table of monthly releases."""

    id: Identifier
    as_of: Day
    source: Line
    grace_days: Annotated[Whole, Field(ge=0, le=90)] | None = None
    updates: Annotated[tuple[Update, ...], Field(min_length=1)]


@dataclass(frozen=True)
class CsvFile(YamlFile):
    """Rows of a CSV file as the data of a table; a place is the line of the row and the number of the column."""

    lines: tuple[int, ...] = ()
    """Line of each row."""
    head: tuple[tuple[str, int], ...] = ()
    """Name -> line of the values above the rows."""
    columns: tuple[str, ...] = ()

    def position(self, loc: Sequence[str | int], *, of_key: bool = False) -> tuple[int, int]:  # noqa: ARG002 - one place for both
        """Line and column; the first line for what stands nowhere."""
        rest = [part for part in loc if part not in ("releases", "updates")]
        if rest and isinstance(rest[0], int):
            line = self.lines[rest[0]] if rest[0] < len(self.lines) else 1
            column = self.columns.index(str(rest[1])) + 1 if len(rest) > 1 and rest[1] in self.columns else 1
            return line, column
        return next((line for name, line in self.head if rest and name == rest[0]), 1), 1


def read_import(path: Path) -> tuple[Releases | Updates, YamlFile]:
    """What the file brings and the file itself; DataError with every problem."""
    text, problems = scan_text(path, _LIMITS) if path.suffix.lower() == ".csv" else (None, [])
    file: YamlFile | None
    if text is not None:
        file, problems = _csv(str(path), text)
    elif problems:
        raise DataError(problems)
    else:
        file, problems = scan_yaml(path, _LIMITS)
    if file is None:
        raise DataError(problems)
    monthly = isinstance(file.data, dict) and "updates" in file.data
    found: Releases | Updates | None
    if monthly:
        found, faults = validate(file, Updates)
    else:
        found, faults = validate(file, Releases)
    if found is None or problems or faults:
        raise DataError([*problems, *faults])
    return found, file


def _csv(path: str, text: str) -> tuple[CsvFile, list[Problem]]:
    """``# name: value`` lines, then a header line, then a row per line."""
    head: dict[str, object] = {}
    places: list[tuple[str, int]] = []
    problems: list[Problem] = []
    lines = text.splitlines()
    start = 0
    for start, line in enumerate(lines):
        if not line.startswith("#"):
            break
        name, colon, value = line.removeprefix("#").partition(":")
        if not colon or name.strip() not in _HEAD:
            message = msg("This line is none of those above a table")
            hint = msg("they are {names}", names=literal(", ".join(f"# {known}: ..." for known in _HEAD)))
            problems.append(Problem(message, path, start + 1, 1, found=line[:60], hint=hint))
            continue
        head[name.strip()] = value.strip()
        places.append((name.strip(), start + 1))
    else:
        start = len(lines)
    columns, rows, numbers = _rows(path, lines[start:], start, problems)
    kind = "updates" if "revision" in columns else "releases"
    data = {**head, kind: rows}
    return CsvFile(path, data, "", b"", _LIMITS, tuple(numbers), tuple(places), columns), problems


def _rows(
    path: str, lines: list[str], start: int, problems: list[Problem]
) -> tuple[tuple[str, ...], list[dict[str, object]], list[int]]:
    reader = csv.reader(io.StringIO("\n".join(lines)), strict=True)
    columns: tuple[str, ...] = ()
    rows: list[dict[str, object]] = []
    numbers: list[int] = []
    while True:
        line = start + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            problems.append(Problem(msg("The line is no CSV"), path, line, 1, hint=msg("save the sheet as CSV again")))
            break
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = tuple(cell.strip() for cell in cells)
        elif len(cells) != len(columns):
            message = msg("The row has {count} cells where the header has {wanted}", count=len(cells), wanted=len(columns))
            problems.append(Problem(message, path, line, 1))
        else:
            rows.append({name: _cell(name, cell.strip()) for name, cell in zip(columns, cells, strict=True) if cell.strip()})
            numbers.append(line)
    return columns, rows, numbers


def _cell(name: str, text: str) -> object:
    return [part.strip() for part in text.split(";") if part.strip()] if name in _LISTS else text
