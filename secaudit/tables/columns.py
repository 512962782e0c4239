"""Which column of a list means what, by the headings that a mapping names."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from secaudit.model.console import spelled, unaccented

F = TypeVar("F", bound=str)


def matched(headings: Sequence[str], wanted: Mapping[F, Sequence[str]]) -> dict[F, tuple[int, ...]]:
    """Field -> columns that mean it, the preferred first; a field without a column stands nowhere.

    Case, composition and spaces do not count; diacritics do not where that leaves one column.
    """
    exact: dict[str, int] = {}
    plain: dict[str, list[int]] = {}
    for index, heading in enumerate(headings):
        exact.setdefault(spelled(heading), index)
        plain.setdefault(unaccented(heading), []).append(index)

    def find(heading: str) -> int | None:
        if (index := exact.get(spelled(heading))) is not None:
            return index
        near = plain.get(unaccented(heading), [])
        return near[0] if len(near) == 1 else None

    found: dict[F, tuple[int, ...]] = {}
    for name, named in wanted.items():
        indexes = dict.fromkeys(at for heading in named if (at := find(heading)) is not None)
        if indexes:
            found[name] = tuple(indexes)
    return found
