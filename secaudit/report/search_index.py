"""The search of the overview: names of agencies, systems and machines as data inside the page, as far as there is room.

A page opened from a file cannot fetch anything, so what is to be found must lie in it. Ids of an agency's machines mostly begin
alike: what they share is written once.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from secaudit.report.panel import escaped_island

Index = Callable[[Mapping[str, str]], str]


def search_index(
    agencies: Sequence[tuple[str, str]],
    systems: Sequence[tuple[str, str]],
    machines: Iterable[tuple[str, str, Sequence[str]]],
    room: int,
) -> tuple[Index, str]:
    """The index and what there was no room for: nothing, ``machines``, or ``systems`` (and machines).

    ``agencies``: id and name; ``systems``: name and address; ``machines``: agency id, file of its page, ids of its machines.
    """
    places = {name: place for place, (name, _) in enumerate(agencies)}
    grouped = [
        [places[agency], file, *_shared(ids)] for agency, file, ids in machines if ids and agency in places
    ]
    data: dict[str, Any] = {"agencies": agencies, "systems": systems, "machines": grouped}
    left_out = ""
    for part in ("machines", "systems"):
        if len(_island(data)) <= room:
            break
        data[part], left_out = [], part
    return lambda words: _island({**data, "words": words}), left_out


def _shared(ids: Sequence[str]) -> tuple[str, list[str]]:
    prefix = os.path.commonprefix(list(ids)) if len(ids) > 1 else ""
    return prefix, [name[len(prefix) :] for name in ids]


def _island(data: Mapping[str, Any]) -> str:
    return escaped_island(orjson.dumps(data).decode())
