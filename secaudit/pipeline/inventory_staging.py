"""A copy of the inventory in which changed files are tried before they replace anything, and the replacing itself."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from secaudit.errors import InventoryError, OutputError, Problem
from secaudit.inventory import check_inventory
from secaudit.messages import msg

_READ = frozenset({".yaml", ".yml", ".json"})
_MAKE_ROOM = msg("make room on the disk or look at its permissions; nothing was replaced")


class Staging:
    """The copy; made by :func:`staged`."""

    def __init__(self, folder: Path, copy: Path) -> None:
        self._folder = folder
        self._copy = copy

    def path(self, original: Path) -> Path:
        """Where a file of the inventory stands in the copy."""
        return self._copy / original.relative_to(self._folder)

    def original(self, path: str) -> Path:
        """The file of the inventory that stands at ``path`` in the copy; what is none of the copy stays as it is."""
        try:
            return self._folder / Path(path).relative_to(self._copy)
        except ValueError:
            return Path(path)

    def told(self, text: str) -> str:
        """A text with the names of the inventory's files instead of the copy's."""
        return text.replace(self._copy.as_posix(), self._folder.as_posix()).replace(str(self._copy), str(self._folder))

    def put(self, original: Path, raw: bytes) -> None:
        """A file as it is to be."""
        with _on_disk(self._copy):
            self.path(original).write_bytes(raw)

    def restore(self, original: Path) -> None:
        """A file as it is."""
        with _on_disk(self._copy):
            shutil.copyfile(original, self.path(original))

    def check(self) -> list[Problem]:
        """Every problem that the inventory would have, with the places of the copy."""
        return check_inventory(self._copy)[1]

    def publish(self, originals: Mapping[Path, str]) -> None:
        """Replace files of the inventory by those of the copy; ``originals`` with the digests they had when they were read.

        All new files lie beside the old ones before the first is replaced: a full disk is found while nothing has changed.
        Replacing one is a single step, so that whatever ends the program leaves whole files only.
        """
        ready: list[tuple[Path, Path, int]] = []
        try:
            for original, digest in originals.items():
                target = original.resolve()
                _refuse_changed(original, target, digest)
                with _on_disk(original):
                    raw = self.path(original).read_bytes()
                    if sha256(raw).hexdigest() == digest:
                        continue
                    beside = target.with_name(f".{target.name}.new")
                    ready.append((beside, target, stat.S_IMODE(target.stat().st_mode)))
                    _write(beside, raw)
            for beside, target, mode in ready:
                with _on_disk(target):
                    _flush(beside, mode)
            for beside, target, _ in ready:
                with _on_disk(target):
                    beside.replace(target)
        finally:
            for beside, _, _ in ready:
                beside.unlink(missing_ok=True)


@contextmanager
def staged(folder: Path) -> Iterator[Staging]:
    """A copy of what :func:`check_inventory` reads, closed to others; gone when the block ends, however it ends."""
    with _on_disk(Path(tempfile.gettempdir())):
        copy = Path(tempfile.mkdtemp(prefix="secaudit-"))
    try:
        with _on_disk(copy):
            for inside in (
                folder,
                *sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")),
            ):
                files = [entry for entry in inside.iterdir() if entry.is_file() and entry.suffix.lower() in _READ]
                target = copy / inside.relative_to(folder)
                target.mkdir(exist_ok=True)
                for entry in files:
                    shutil.copyfile(entry, target / entry.name)
        yield Staging(folder, copy)
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _refuse_changed(original: Path, target: Path, digest: str) -> None:
    with _on_disk(original):
        now = sha256(target.read_bytes()).hexdigest()
    if now != digest:
        message = msg("The file was changed while the lists were being imported: nothing was replaced")
        raise InventoryError([Problem(message, str(original), hint=msg("save it in the editor and import again"))])


def _write(beside: Path, raw: bytes) -> None:
    beside.unlink(missing_ok=True)  # of a call that was killed
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)


def _flush(beside: Path, mode: int) -> None:
    """Onto the disk itself. All files were written before the first is flushed: one flush of the disk serves them all."""
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.chmod(mode)


@contextmanager
def _on_disk(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(
            msg("The inventory cannot be written: {reason}", reason=reason), where=str(error.filename or where), hint=_MAKE_ROOM
        ) from error
