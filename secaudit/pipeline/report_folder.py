"""A folder of pages that is whole or not there: written beside its place and swapped, and never over other people's files.

Our own list of files lies in the folder. Whatever stands there and is not on that list belongs to somebody else: then nothing is
written. The old folder stays until the new one is whole; should the machine lose power between the two renames, the next report
puts back what it finds. Files can be read by their owner only.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from secaudit import __version__
from secaudit.errors import OutputError
from secaudit.messages import clean, msg

LIST = "report-files.json"
"""Names of all files that we wrote; without it a folder is not ours."""
_SHOWN = 5
"""Foreign files that are named."""


class Stage:
    """The new folder while it is being written."""

    def __init__(self, folder: Path) -> None:
        """Use :func:`staged`."""
        self.folder = folder
        self.files: dict[str, int] = {}
        """Path of each page from the folder on -> its bytes."""

    def write(self, name: str, data: bytes) -> None:
        """One file; ``name`` is relative, with slashes. Raises OutputError."""
        write_page(self.folder, name, data)
        self.note(name, len(data))

    def note(self, name: str, size: int) -> None:
        """A file that another process wrote into the folder."""
        self.files[name] = size


def write_page(folder: Path, name: str, data: bytes) -> None:
    """Write one file of the folder, readable by its owner only. Raises OutputError."""
    target = folder / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except OSError as error:
        raise _failed(error, target) from error


@contextmanager
def staged(target: Path) -> Iterator[Stage]:
    """A stage that takes the place of ``target`` when the block ends well, and vanishes when it does not. Raises OutputError."""
    target = target.resolve()
    new, old = target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _recover(target, old)
        _require_ours(target)
        _clear(new)
        new.mkdir(mode=0o700)
    except OSError as error:
        raise _failed(error, target) from error
    try:
        stage = Stage(new)
        _write_list(new, {"process": os.getpid()})
        yield stage
        (new / LIST).unlink()
        _write_list(new, {"secaudit": __version__, "files": sorted(stage.files)})
        # Somebody may have put a file there meanwhile.
        _require_ours(target)
        _swap(new, target, old)
    except OSError as error:
        raise _failed(error, target) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _swap(new: Path, target: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    _remove(old)


def _recover(target: Path, old: Path) -> None:
    """A process that was killed between the two renames left the old folder aside; one killed a moment later did not clear up."""
    if not old.exists():
        return
    if target.exists():
        _remove(old)
    else:
        old.rename(target)


def _clear(new: Path) -> None:
    """What a killed process left of a stage; one that is at work is left alone."""
    if not new.exists():
        return
    about = _read_list(new)
    process = about.get("process") if about is not None else None
    if isinstance(process, int) and _runs(process):
        raise OutputError(
            msg("another process is writing this report: process {pid}", pid=process),
            where=clean(str(new)),
            hint=msg("wait until it has finished, or name another folder with --out"),
        )
    if about is None and any(new.iterdir()):
        raise _foreign(new, sorted(entry.name for entry in new.iterdir()))
    shutil.rmtree(new)


def _runs(process: int) -> bool:
    if process == os.getpid() or os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _require_ours(target: Path) -> None:
    """Raises OutputError when ``target`` holds anything that we did not write."""
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(msg("there is a file where the folder is to be written"), where=clean(str(target)), hint=_HINT)
    listed = _listed(target)
    foreign = sorted(name for name in _files_in(target) if name not in listed)
    if foreign:
        raise _foreign(target, foreign)


_HINT = msg("name an empty or new folder with --out, or move these files away")


def _foreign(target: Path, names: list[str]) -> OutputError:
    shown = ", ".join(clean(name, limit=80) for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return OutputError(
        msg(
            "the folder holds {count} files that no report wrote: {names}",
            count=len(names),
            names=shown + (" …" if more > 0 else ""),
        ),
        where=clean(str(target)),
        hint=_HINT,
    )


def _files_in(folder: Path) -> Iterator[str]:
    """All files below ``folder`` and folders that are empty; links count as files and are not followed."""
    for root, folders, files in os.walk(folder):
        here = Path(root)
        links = [name for name in folders if (here / name).is_symlink()]
        if not files and not folders and here != folder:
            yield here.relative_to(folder).as_posix()
        for name in (*files, *links):
            yield (here / name).relative_to(folder).as_posix()


def _listed(folder: Path) -> frozenset[str]:
    about = _read_list(folder)
    names = about.get("files") if about is not None else None
    return frozenset([LIST, *(name for name in names if isinstance(name, str))]) if isinstance(names, list) else frozenset()


def _remove(folder: Path) -> None:
    """Take away the files that are on the folder's list, then what is empty; anything else stays."""
    for name in sorted(_listed(folder) - {LIST}):
        if not Path(name).is_absolute() and ".." not in Path(name).parts:
            (folder / name).unlink(missing_ok=True)
    (folder / LIST).unlink(missing_ok=True)
    for root, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            Path(root).rmdir()


def _read_list(folder: Path) -> dict[str, object] | None:
    try:
        found = json.loads((folder / LIST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _write_list(folder: Path, about: dict[str, object]) -> None:
    write_page(folder, LIST, json.dumps(about, ensure_ascii=False, indent=0).encode())


def _failed(error: OSError, target: Path) -> OutputError:
    return OutputError(
        msg("the report cannot be written: {reason}", reason=error.strerror or type(error).__name__),
        where=clean(str(target)),
        hint=msg("name another folder with --out, or make room"),
    )
