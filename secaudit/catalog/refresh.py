"""What an imported file would change in a lifecycle table, and the table afterwards: nothing is written here but a given file."""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from secaudit.catalog.files import CatalogFile
from secaudit.catalog.imports import Releases, Updates
from secaudit.catalog.rules.knowledge import sound_lifecycle
from secaudit.catalog.rules.updates import sound_updates
from secaudit.catalog.sourced import Sourced
from secaudit.errors import DataError, OutputError, Problem
from secaudit.messages import literal, msg
from secaudit.model.knowledge import LifecycleTable, Release, Update, UpdateTable
from secaudit.source import Limits, YamlFile, leading_comment, scan_yaml, table_text, validate

Table = LifecycleTable | UpdateTable
Row = Release | Update
_LIMITS = Limits(max_bytes=1_000_000, max_depth=16, max_nodes=100_000, max_aliases=20, max_problems=50)


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after; None where there is none."""

    before: Row | None
    after: Row | None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A table with an import applied."""

    path: Path
    before: Table
    after: Table
    changes: tuple[Change, ...]
    text: str
    """The file as it would be written."""


def refresh(folder: Path, brought: Releases | Updates, file: YamlFile, today: date, *, replace: bool, force: bool) -> Refreshed:
    """The table of ``folder`` with ``brought`` applied; DataError with everything that speaks against it."""
    path, table, raw = _present(folder, brought, file)
    problems = [*_ages(table, brought, file, today, force=force), *_sound(_whole(table, brought), file, brought.id)]
    if problems:
        raise DataError(problems)
    after, changes = _merged(table, brought, replace=replace)
    text = _text(raw, after)
    problems = _sound(after, YamlFile(str(path), None, ""), brought.id)
    if problems:
        raise DataError(problems)
    return Refreshed(path, table, after, changes, text)


def write(refreshed: Refreshed) -> None:
    """Put the new file in the place of the old one: whoever reads meets one of the two, never half of one."""
    target = refreshed.path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(refreshed.text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(target.stat().st_mode & 0o777)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = msg("copy the folder checks/ to a place of your own and name it with --checks")
        raise OutputError(msg("the table cannot be written: {reason}", reason=reason), where=str(target), hint=hint) from error


def _present(folder: Path, brought: Releases | Updates, file: YamlFile) -> tuple[Path, Table, bytes]:
    """The table as it is now."""
    path = folder / "lifecycle" / f"{brought.id}.yaml"
    if not path.is_file():
        known = sorted(found.stem for found in (folder / "lifecycle").glob("*.yaml"))
        line, column = file.position(("id",))
        hint = msg("tables: {names}", names=literal(", ".join(known)))
        message = msg("No table is called so")
        raise DataError([Problem(message, file.path, line, column, field="id", found=brought.id, hint=hint)])
    yaml, problems = scan_yaml(path, _LIMITS)
    if yaml is None or problems:
        raise DataError(problems)
    monthly = isinstance(brought, Updates)
    table: Table | None
    if monthly:
        table, problems = validate(yaml, UpdateTable)
    else:
        table, problems = validate(yaml, LifecycleTable)
    if table is None or problems:
        if isinstance(yaml.data, dict) and ("updates" in yaml.data) != monthly:
            line, column = file.position(("id",))
            problems = [Problem(msg("The table holds rows of another kind"), file.path, line, column, found=brought.id)]
        raise DataError(problems)
    return path, table, yaml.raw


def _ages(table: Table, brought: Releases | Updates, file: YamlFile, today: date, *, force: bool) -> Iterable[Problem]:
    line, column = file.position(("as_of",))
    if brought.as_of > today:
        message = msg("The day of the table is still to come: it would look fresh for too long")
        yield Problem(message, file.path, line, column, field="as_of", found=brought.as_of.isoformat())
    elif brought.as_of < table.as_of and not force:
        message = msg("The file is older than the table, which is of {day}", day=table.as_of.isoformat())
        hint = msg("add --force if the older rows are the right ones")
        yield Problem(message, file.path, line, column, field="as_of", found=brought.as_of.isoformat(), hint=hint)


def _whole(table: Table, brought: Releases | Updates) -> Table:
    """What was brought as a table of its own, to be judged by the rules of tables in its own lines."""
    head = {"id": brought.id, "title": table.title, "as_of": brought.as_of, "source": brought.source}
    if isinstance(brought, Updates):
        return UpdateTable.model_validate({**head, "updates": brought.updates})
    return LifecycleTable.model_validate({**head, "releases": brought.releases})


def _sound(table: Table, file: YamlFile, name: str) -> list[Problem]:
    place = CatalogFile(Path(file.path), ("lifecycle", f"{name}.yaml"))
    if isinstance(table, UpdateTable):
        return sound_updates([Sourced(table, place, file)])
    return sound_lifecycle([Sourced(table, place, file)])


def _merged(table: Table, brought: Releases | Updates, *, replace: bool) -> tuple[Table, tuple[Change, ...]]:
    """New rows take the place of those with the same key, or of all; each row goes on naming where it comes from."""
    source = brought.source if replace else table.source
    new = [_sourced(row, brought.source, source) for row in _rows(brought)]
    old = {_key(row): row for row in _rows(table)}
    kept = {} if replace else dict(old)
    kept.update({_key(row): row for row in new})
    rows = tuple(kept.values())
    if isinstance(table, UpdateTable):
        rows = tuple(sorted(rows, key=_order))
    keys = [*old, *(key for key in kept if key not in old)]
    changes = tuple(Change(old.get(key), kept.get(key)) for key in keys if old.get(key) != kept.get(key))
    update: dict[str, object] = {"as_of": brought.as_of, "source": source}
    if isinstance(brought, Updates):
        update["updates"] = rows
        if brought.grace_days is not None:
            update["grace_days"] = brought.grace_days
    else:
        update["releases"] = rows
    return table.model_copy(update=update), changes


def _rows(table: Table | Releases | Updates) -> tuple[Row, ...]:
    return table.updates if isinstance(table, UpdateTable | Updates) else table.releases


def _key(row: Row) -> tuple[object, ...]:
    """What makes two rows the same row."""
    if isinstance(row, Update):
        return row.os, row.build, row.revision
    return row.os, row.version.casefold(), tuple(sorted(name.casefold() for name in row.editions))


def _order(row: Row) -> tuple[object, ...]:
    assert isinstance(row, Update)
    return row.os, row.build, row.date, row.revision


def _sourced(row: Row, brought: str, table: str) -> Row:
    """The row with its own source, else that of its file, written only where it is not the table's."""
    source = row.source or brought
    return row.model_copy(update={"source": None if source == table else source})


def _text(raw: bytes, table: Table) -> str:
    head: dict[str, object] = {"id": table.id, "title": table.title.model_dump(), "as_of": table.as_of, "source": table.source}
    if isinstance(table, UpdateTable):
        head |= {"grace_days": table.grace_days, "hotpatched": list(table.hotpatched)}
    rows = [_plain(row) for row in _rows(table)]
    return table_text(leading_comment(raw), head, "updates" if isinstance(table, UpdateTable) else "releases", rows)


def _plain(row: Row) -> dict[str, object]:
    values = row.model_dump(exclude_defaults=True)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
