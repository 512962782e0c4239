"""The mappings a workspace made for itself: a folder of them, one per file."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from secaudit.catalog.parts import LIMITS
from secaudit.errors import Problem
from secaudit.messages import msg
from secaudit.source import YamlFile, scan_yaml

P = TypeVar("P")
_MOST = 200
"""Files looked at."""


def own_mappings(
    folder: Path, checked: Callable[[YamlFile, str], tuple[P | None, list[Problem]]], id_of: Callable[[P], str]
) -> tuple[dict[str, P], list[Problem]]:
    """Id -> mapping of every file in ``folder``, and what is wrong with them; ``checked`` reads one, given its file's stem."""
    if not folder.is_dir():
        return {}, []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".yaml", ".yml"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return {}, [Problem(msg("The folder cannot be read: {reason}", reason=reason), str(folder))]
    if len(paths) > _MOST:
        return {}, [Problem(msg("The folder has more than {limit} files and folders", limit=_MOST), str(folder))]
    own: dict[str, P] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.suffix != ".yaml":
            problems.append(Problem(msg("The file's name must end in .yaml"), str(path), hint=msg("rename the file")))
            continue
        yaml, faults = scan_yaml(path, LIMITS)
        problems += faults
        if yaml is None:
            continue
        found, faults = checked(yaml, path.stem)
        problems += faults
        if found is not None:
            own[id_of(found)] = found
    return own, problems
