"""Changes of inventory files: the whole inventory is checked with them before one byte of it is replaced.

What is checked is a copy with the new texts in it, so that a problem is found by the same rules as ever. Then all new texts are
written beside their files, which is where a full disk is found, and only then they take their places one by one. Whatever
happens in between, files replaced already become what they were.
"""

import errno
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from secaudit.errors import DataError, OutputError, Problem
from secaudit.inventory import check_inventory
from secaudit.messages import Message, msg
from secaudit.model.inventory import Inventory
from secaudit.source import DEFAULT_LIMITS, revised, written

_LIKE_INVENTORY = frozenset({".yaml", ".yml", ".json"})
"""Endings by which the reader of inventories knows its files, and those somebody may have meant as one."""
_NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@dataclass(frozen=True, slots=True)
class Change:
    """One file of the inventory as it was and as it shall be."""

    path: Path
    before: bytes | None
    """None when there is no such file yet."""
    after: bytes

    @property
    def real(self) -> bool:
        """Whether anything differs."""
        return self.before != self.after


def change_of(path: Path, wanted: Mapping[str, object], notes: Mapping[str, Sequence[str]] | None = None) -> Change:
    """The file ``path`` with the data ``wanted``: changed where they differ, or made; ``notes``: comments of new records."""
    before = read_bytes(path) if path.exists() else None
    return Change(path, before, written(wanted, notes or {}) if before is None else revised(before, wanted, notes or {}))


def read_bytes(path: Path) -> bytes:
    """All of one file, bounded; :class:`OutputError` when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(DEFAULT_LIMITS.max_bytes + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = msg("check the permissions and the disk")
        raise OutputError(msg("The file cannot be read: {reason}", reason=reason), where=str(path), hint=hint) from error


def check_changes(folder: Path, changes: Sequence[Change]) -> tuple[Inventory | None, list[Problem]]:
    """The inventory in ``folder`` as it would be with ``changes``, or None and every problem; nothing is replaced."""
    with tempfile.TemporaryDirectory(prefix="secaudit-inventory-", ignore_cleanup_errors=True) as name:
        stage = Path(name) / "inventory"
        try:
            copy_inventory(folder, stage)
            for change in changes:
                target = stage / change.path.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(change.after)
        except OSError as error:
            raise _not_written(error, name) from error
        inventory, problems = check_inventory(stage)
    there, here = str(stage), str(folder)
    if inventory is not None:
        inventory = replace(inventory, sources={key: _named(path, there, here) for key, path in inventory.sources.items()})
    return inventory, [_problem(problem, there, here) for problem in problems]


def apply_changes(changes: Sequence[Change]) -> None:
    """Put every new text in its place, in the given order, or leave all files as they were.

    Whoever moves records gives the files that gain them first: should the machine lose power half way, a record stands twice,
    which the next check reports, and never nowhere.
    """
    real = [change for change in changes if change.real]
    _unchanged_meanwhile(real)
    with ExitStack() as cleaning:
        ready: list[tuple[Change, Path, Path, Path | None]] = []
        for change in real:
            target = change.path.resolve()
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                new = _beside(target, change.after, ".new", cleaning)
                old = None if change.before is None else _beside(target, change.before, ".old", cleaning)
            except OSError as error:
                raise _not_written(error, str(change.path)) from error
            ready.append((change, target, new, old))
        for change, _, *written_files in ready:
            try:
                for path in written_files:
                    if path is not None:
                        _flush(path)
            except OSError as error:
                raise _not_written(error, str(change.path)) from error
        _unchanged_meanwhile(real)
        _replace_all(ready)


def _replace_all(ready: Sequence[tuple[Change, Path, Path, Path | None]]) -> None:
    done: list[tuple[Path, Path | None]] = []
    at = ""
    try:
        for change, target, new, old in ready:
            at = str(change.path)
            done.append((target, old))
            new.replace(target)
        for folder in {target.parent for target, _ in done}:
            settle(folder)
    except BaseException as error:
        for target, old in reversed(done):
            # A rename needs no space; what cannot be taken back even so stays visible in the files.
            with suppress(OSError):
                if old is not None:
                    old.replace(target)
                else:
                    target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _not_written(error, at) from error
        raise


def _beside(target: Path, content: bytes, ending: str, cleaning: ExitStack) -> Path:
    """A file with ``content`` in the folder of ``target``, gone when ``cleaning`` ends unless it was moved."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=ending)
    path = Path(name)
    cleaning.callback(_unlink, path)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    model = next((one for one in (target, target.parent.parent / "province.yaml") if one.exists()), None)
    path.chmod(model.stat().st_mode & 0o777 if model else 0o600)
    return path


def _flush(path: Path) -> None:
    """Onto the disk itself. All files were written before the first is flushed: one flush of the disk serves them all."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """The folder's own entries reach the disk; systems without such a call need none."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unchanged_meanwhile(changes: Iterable[Change]) -> None:
    """Somebody may have an editor open: what was typed after the preview is not overwritten."""
    problems = [
        Problem(
            msg("The file was changed by somebody else meanwhile; nothing was written"),
            str(change.path),
            hint=msg("give the command again: it starts from the file as it is now"),
        )
        for change in changes
        if (read_bytes(change.path) if change.path.exists() else None) != change.before
    ]
    if problems:
        raise DataError(problems)


def copy_inventory(folder: Path, stage: Path) -> None:
    """What the reader of inventories looks at: files by their endings, and the names of folders."""
    stage.mkdir()
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if entry.name.startswith("."):
            continue
        if not entry.is_dir():
            _copy_file(entry, stage / entry.name)
            continue
        (stage / entry.name).mkdir()
        for inner in sorted(entry.iterdir()):
            if inner.is_dir():
                (stage / entry.name / inner.name).mkdir()
            else:
                _copy_file(inner, stage / entry.name / inner.name)


def _copy_file(source: Path, target: Path) -> None:
    if not any(suffix.lower() in _LIKE_INVENTORY for suffix in source.suffixes):
        return
    if source.is_file():
        with source.open("rb") as stream:
            target.write_bytes(stream.read(DEFAULT_LIMITS.max_bytes + 1))
    else:
        target.mkdir()  # a pipe or a dangling link is no file either: the reader says so in its own words


def _not_written(error: OSError, where: str) -> OutputError:
    reason = error.strerror or type(error).__name__
    hint = msg("make room on the disk, then give the command again") if error.errno in _NO_SPACE else msg("check the permissions")
    return OutputError(msg("The inventory was not changed: {reason}", reason=reason), where=where, hint=hint)


def _problem(problem: Problem, there: str, here: str) -> Problem:
    """A problem of the copy as one of the real files."""
    return replace(
        problem,
        path=None if problem.path is None else _named(problem.path, there, here),
        message=_message(problem.message, there, here),
        expected=None if problem.expected is None else _message(problem.expected, there, here),
        hint=None if problem.hint is None else _message(problem.hint, there, here),
    )


def _message(message: Message, there: str, here: str) -> Message:
    def shown(value: object) -> object:
        if isinstance(value, Message):
            return _message(value, there, here)
        return _named(value, there, here) if isinstance(value, str) else value

    return replace(message, params={key: shown(value) for key, value in message.params.items()})


def _named(path: str, there: str, here: str) -> str:
    return here + path.removeprefix(there) if path.startswith(there) else path
