"""Where each value stands in its file; worked out only when a problem has to be shown."""

from collections.abc import Mapping

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
)

from secaudit.source.events import place_of

Loc = tuple[str | int, ...]
Place = tuple[int, int]
"""1-based line and column."""


class _Open:
    """A list or mapping that is still open: the next index, or the key whose value comes next."""

    __slots__ = ("index", "is_mapping", "key", "loc")

    def __init__(self, loc: Loc, *, is_mapping: bool) -> None:
        self.loc = loc
        self.is_mapping = is_mapping
        self.key: str | None = None
        self.index = -1


def locate(raw: bytes) -> tuple[Mapping[Loc, Place], Mapping[Loc, Place]]:
    """Places of all values and of all keys of a text that :mod:`secaudit.source.events` accepted.

    The second of two equal keys is left out. Values repeated through an alias have only the place of the alias.
    """
    values: dict[Loc, Place] = {}
    keys: dict[Loc, Place] = {}
    stack: list[_Open] = []
    next_event = yaml.CSafeLoader(raw).get_event
    while not isinstance(event := next_event(), StreamEndEvent):
        if isinstance(event, CollectionEndEvent):
            stack.pop()
        elif isinstance(event, ScalarEvent | AliasEvent | CollectionStartEvent):
            _enter(event, stack, values, keys)
    return values, keys


def _enter(event: Event, stack: list[_Open], values: dict[Loc, Place], keys: dict[Loc, Place]) -> None:
    place = place_of(event)
    loc: Loc = ()
    if stack:
        top = stack[-1]
        if top.is_mapping and top.key is None and isinstance(event, ScalarEvent):
            top.key = event.value
            keys.setdefault((*top.loc, event.value), place)
            return
        if top.is_mapping:
            loc, top.key = (*top.loc, top.key or ""), None
        else:
            top.index += 1
            loc = (*top.loc, top.index)
    values.setdefault(loc, place)
    if isinstance(event, CollectionStartEvent):
        stack.append(_Open(loc, is_mapping=isinstance(event, MappingStartEvent)))
