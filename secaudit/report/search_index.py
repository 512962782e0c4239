"""The search of the overview: names of agencies, systems and machines as data inside the page, as far as there is room.

A page opened from a file cannot fetch anything, so what is to be found must lie in it. Ids of an agency's machines mostly begin
alike: what they share is written once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from secaudit.report.island import island

Index = Callable[[Mapping[str, str]], Markup]


def search_index(
    agencies: Sequence[str],
    systems: Sequence[str],
    parts: Sequence[tuple[str, int]],
    machines: Iterable[tuple[str, str, Sequence[str]]],
    room: int,
) -> tuple[Index, str]:
    """The index and what there was no room for: nothing, ``machines``, or ``systems`` (and machines).

    ``agencies``: ids in the order of the page's table, which has their names; ``systems``: names in the order of their pages;
    ``parts``: these pages and how many each has; ``machines``: agency id, file of its page, ids of its machines.
    """
    places = {name: place for place, name in enumerate(agencies)}
    grouped = [
        [places[agency], "" if file == f"{agency}.html" else file, *_shared(ids)]
        for agency, file, ids in machines
        if ids and agency in places
    ]
    data: dict[str, Any] = {"parts": parts, "systems": systems, "machines": grouped}
    left_out = ""
    for part in ("machines", "systems"):
        if len(island(data).encode("utf-8")) <= room:
            break
        data[part], left_out = [], part
    return lambda words: island({**data, "words": words}), left_out


def _shared(ids: Sequence[str]) -> tuple[str, str]:
    """What all ids begin with, and the rest of each, parted by spaces, which no id has."""
    first, last = min(ids), max(ids)
    same = next((place for place, char in enumerate(first) if last[place : place + 1] != char), len(first))
    prefix = first[:same]
    return prefix, " ".join(name[len(prefix) :] for name in ids)
