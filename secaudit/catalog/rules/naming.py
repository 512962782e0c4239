"""Names of files and ids."""

from collections.abc import Callable, Iterable

from secaudit.catalog.sourced import Loc, M, Sourced
from secaudit.errors import Problem
from secaudit.messages import literal, msg


def id_is_stem(items: Iterable[Sourced[M]], id_of: Callable[[M], str]) -> list[Problem]:
    """One record per file, found by its id: two files with one id cannot exist then."""
    return [
        item.problem(
            msg("The id must be the name of the file"), ("id",), found=id_of(item.value), expected=literal(item.file.stem)
        )
        for item in items
        if id_of(item.value) != item.file.stem
    ]


def unique(items: Iterable[tuple[Sourced[M], Loc, str]]) -> list[Problem]:
    """A problem for each (record, place, name) whose name was seen before, saying where."""
    first: dict[str, tuple[Sourced[M], Loc]] = {}
    problems: list[Problem] = []
    for item, loc, name in items:
        other = first.setdefault(name, (item, loc))
        if other != (item, loc):
            problems.append(item.problem(msg("The same id stands at {place}", place=literal(place_of(*other))), loc, found=name))
    return problems


def place_of(item: Sourced[M], loc: Loc) -> str:
    """``file:line`` of a place in a record."""
    line, _ = item.yaml.position((*item.loc, *loc))
    return f"{item.yaml.path}:{line}"
