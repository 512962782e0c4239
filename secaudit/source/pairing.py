"""Which item of a list becomes which: records are known by their ``id``, everything else by all it holds."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from secaudit.source.house import filled, scalar_of


def matched(old: object, wanted: Sequence[object]) -> list[int | None]:
    """For each wanted item the old one that becomes it: the longest row of them that keeps its order."""
    before = [key_of(one) for one in old] if isinstance(old, list) else []
    after = [key_of(one) for one in wanted]
    once = Counter(before)
    once_after = Counter(after)
    places = {key: index for index, key in enumerate(before) if once[key] == 1}
    found = [places.get(key) if once_after[key] == 1 else None for key in after]
    keep = _increasing([index for index in found if index is not None])
    return [index if index in keep else None for index in found]


def key_of(value: object) -> Hashable:
    """What an item of a list is known by: the ``id`` of a record, otherwise all of it."""
    if isinstance(value, Mapping):
        name = value.get("id")
        if isinstance(name, str):
            return ("id", str(name))
        return ("fields", frozenset((key, _key_whole(one)) for key, one in filled(value)))
    return _key_whole(value)


def _key_whole(value: object) -> Hashable:
    if isinstance(value, Mapping):
        return frozenset((key, _key_whole(one)) for key, one in filled(value))
    if isinstance(value, list | tuple):
        return tuple(_key_whole(one) for one in value)
    return scalar_of(value)


def _increasing(indexes: Sequence[int]) -> set[int]:
    """The members of a longest increasing row."""
    tails: list[int] = []
    previous: dict[int, int | None] = {}
    for index in indexes:
        at = bisect_left(tails, index)
        previous[index] = tails[at - 1] if at else None
        tails[at : at + 1] = [index]
    chosen: set[int] = set()
    last: int | None = tails[-1] if tails else None
    while last is not None:
        chosen.add(last)
        last = previous[last]
    return chosen
