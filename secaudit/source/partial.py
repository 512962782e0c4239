"""Validates what can be validated of a file that has problems, so that later rules can report theirs in the same run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic

from pydantic_core import ErrorDetails

from secaudit.errors import Problem
from secaudit.source.positions import Loc
from secaudit.source.validation import M, check, data_path, empty_file, problems_of
from secaudit.source.yaml_file import YamlFile


@dataclass(frozen=True, slots=True)
class Partly(Generic[M]):
    """The sound part of a file."""

    model: M | None
    """Without the fields and list items that are wrong; None when too little is left."""
    problems: tuple[Problem, ...]
    kept: Mapping[str, tuple[int, ...]]
    """For a top-level list that lost items: the indexes in the file of those that are left."""


def validate_partly(file: YamlFile, model: type[M]) -> Partly[M]:
    """Like ``validate``, but wrong items of top-level lists and wrong fields below the top level are left out, not everything."""
    data = file.data
    if data is None:
        return Partly(None, (empty_file(file),), {})
    found, errors = check(model, data)
    problems = tuple(problems_of(file, model, data, errors, ()))
    if found is not None or not isinstance(data, dict):
        return Partly(found, problems, {})
    sound, kept = _without(data, errors)
    return Partly(check(model, sound)[0], problems, kept)


def _without(data: dict[str, object], errors: Iterable[ErrorDetails]) -> tuple[dict[str, object], dict[str, tuple[int, ...]]]:
    """The data without what the errors point at, one or two levels down."""
    wrong: dict[str, set[str | int]] = {}
    whole: set[str] = set()
    for error in errors:
        path: Loc = data_path(data, error)
        if len(path) > 1:
            wrong.setdefault(str(path[0]), set()).add(path[1])
        elif path:
            whole.add(str(path[0]))
    sound = {name: value for name, value in data.items() if name not in whole}
    kept: dict[str, tuple[int, ...]] = {}
    for name, parts in wrong.items():
        value = sound.get(name)
        if isinstance(value, list):
            kept[name] = tuple(index for index in range(len(value)) if index not in parts)
            sound[name] = [value[index] for index in kept[name]]
        elif isinstance(value, dict):
            sound[name] = {key: item for key, item in value.items() if key not in parts}
    return sound, kept
