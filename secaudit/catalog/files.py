"""Finds the files of a catalog: by folder, never by a list, and never more than a bounded number."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from secaudit.errors import Problem
from secaudit.messages import Message, literal, msg

MAX_ENTRIES = 2_000
"""Files and folders looked at; the shipped catalog has under a hundred."""
MAX_BYTES = 4_000_000
"""All YAML files together."""
MAX_FILE_BYTES = 1_000_000
_SUFFIX = ".yaml"
_YAML_SUFFIXES = (".yaml", ".yml")
DEPTHS = {
    "endpoint": 3, "levels": 2, "requirements": 2, "plans": 2, "products": 2, "lifecycle": 2, "consoles": 2, "lists": 2,
    "dossiers": 2,
    "law": 2,
}  # fmt: skip
"""Folder of the catalog -> number of parts of a file's relative path in it."""


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """One YAML file where the catalog expects one."""

    path: Path
    parts: tuple[str, ...]
    """Relative to the catalog: ``("endpoint", "patch", "patch.restart.yaml")``."""

    @property
    def folder(self) -> str:
        """One of the names in ``DEPTHS``."""
        return self.parts[0]

    @property
    def stem(self) -> str:
        """File name without ``.yaml``."""
        return self.parts[-1].removesuffix(_SUFFIX)

    @property
    def name(self) -> str:
        """Relative name with forward slashes, the same on every system."""
        return "/".join(self.parts)


class _TooMuchError(Exception):
    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def find_files(folder: Path) -> tuple[list[CatalogFile], list[Problem]]:
    """Every YAML file below ``folder``, sorted by name, and what is wrong with where they stand.

    A catalog with too many entries or bytes is refused as a whole: nothing of it is returned.
    """
    if not folder.is_dir():
        return [], [Problem(msg("There is no catalog in this folder"), str(folder), hint=msg("it is the folder checks/"))]
    files: list[CatalogFile] = []
    problems: list[Problem] = []
    try:
        for parts, path in _walk(folder):
            problem = _misplaced(parts, path)
            if problem is None:
                files.append(CatalogFile(path, parts))
            else:
                problems.append(problem)
        _require_size(files)
    except _TooMuchError as refused:
        return [], [Problem(refused.message, str(folder), hint=msg("this is not a catalog; look what lies in the folder"))]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return [], [Problem(msg("The folder cannot be read: {reason}", reason=reason), str(error.filename or folder))]
    return sorted(files, key=lambda file: file.name), problems


def _walk(folder: Path) -> Iterator[tuple[tuple[str, ...], Path]]:
    """YAML files below ``folder``; links to folders are not followed, so that no link can make it endless."""
    seen = 0
    open_folders: list[tuple[tuple[str, ...], Path]] = [((), folder)]
    while open_folders:
        parts, current = open_folders.pop()
        with os.scandir(current) as entries:
            for entry in entries:
                seen += 1
                if seen > MAX_ENTRIES:
                    raise _TooMuchError(msg("The folder has more than {limit} files and folders", limit=MAX_ENTRIES))
                if entry.is_dir(follow_symlinks=False):
                    open_folders.append(((*parts, entry.name), Path(entry.path)))
                elif entry.name.lower().endswith(_YAML_SUFFIXES):
                    yield (*parts, entry.name), Path(entry.path)


def _require_size(files: list[CatalogFile]) -> None:
    if sum(file.path.stat().st_size for file in files) > MAX_BYTES:
        raise _TooMuchError(msg("The catalog is larger than {limit} bytes", limit=MAX_BYTES))


def _misplaced(parts: tuple[str, ...], path: Path) -> Problem | None:
    """Why the catalog would never read this file; silence here would look as if it counted."""
    depth = DEPTHS.get(parts[0])
    if depth is None or len(parts) == 1:
        return Problem(
            msg("The catalog does not read YAML files in this place"),
            str(path),
            hint=msg("its folders are {names}", names=literal(", ".join(DEPTHS))),
        )
    if not parts[-1].endswith(_SUFFIX):
        return Problem(msg("The file's name must end in .yaml"), str(path), hint=msg("rename the file"))
    if len(parts) != depth:
        expected = "endpoint/<group>/<id>.yaml" if depth == 3 else f"{parts[0]}/<name>.yaml"
        return Problem(msg("The file stands in the wrong folder"), str(path), expected=literal(expected))
    if not path.is_file():
        return Problem(msg("This is not a file"), str(path), hint=msg("check the name and the folder"))
    return None
