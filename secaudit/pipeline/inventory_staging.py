"""A copy of the inventory in which the changes of many lists are tried together before they replace anything."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from secaudit.errors import InventoryError, OutputError, Problem
from secaudit.inventory import check_inventory
from secaudit.messages import msg
from secaudit.pipeline.staging import Change, apply_changes, read_bytes

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
        """Replace files of the inventory by those of the copy; ``originals`` with the digests they had when they were read."""
        changes = []
        for original, digest in originals.items():
            before = read_bytes(original)
            if sha256(before).hexdigest() != digest:
                message = msg("The file was changed while the lists were being imported: nothing was replaced")
                raise InventoryError([Problem(message, str(original), hint=msg("save it in the editor and import again"))])
            with _on_disk(original):
                changes.append(Change(original, before, self.path(original).read_bytes()))
        apply_changes(changes)


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


@contextmanager
def _on_disk(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(
            msg("The inventory cannot be written: {reason}", reason=reason), where=str(error.filename or where), hint=_MAKE_ROOM
        ) from error
