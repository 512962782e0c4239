"""Components and shared machines take the highest level: a rule of the tool, labelled so by the rule set."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from secaudit.model.inventory import Inventory
from secaudit.model.level import Classification, joint_level
from secaudit.model.system import System

_Levels = frozenset[int]
"""Levels that may come out, with 0 for none."""


def inherit(own: Mapping[str, Classification], systems: Mapping[str, System]) -> dict[str, Classification]:
    """Lift every system to the highest of its components, and theirs.

    A level only ever rises and there are five, so the work is bounded by the number of links even if links ran in a circle
    (the inventory refuses that).
    """
    parts = {identifier: tuple(part for part in systems[identifier].components if part in own) for identifier in own}
    users = defaultdict(list)
    for identifier, components in parts.items():
        for part in components:
            users[part].append(identifier)
    levels = {identifier: _levels(found) for identifier, found in own.items()}
    waiting = [identifier for identifier in parts if identifier in users]
    while waiting:
        part = waiting.pop()
        for user in users[part]:
            lifted = _higher(levels[user], levels[part])
            if lifted != levels[user]:
                levels[user] = lifted
                waiting.append(user)
    return {identifier: _lifted(found, levels, parts[identifier]) for identifier, found in own.items()}


def _levels(found: Classification) -> _Levels:
    nothing = frozenset({0}) if found.lowest is None else frozenset[int]()
    return nothing.union(found.possible)


def _higher(one: _Levels, other: _Levels) -> _Levels:
    """The higher of the two, whichever come out."""
    return frozenset(max(mine, theirs) for mine in one for theirs in other)


def _lifted(found: Classification, levels: Mapping[str, _Levels], components: tuple[str, ...]) -> Classification:
    alone = _levels(found)
    raising = tuple(part for part in components if _higher(alone, levels[part]) != alone)
    return _with(found, levels[found.system], raising) if raising else found


def _with(found: Classification, levels: _Levels, raising: tuple[str, ...] = ()) -> Classification:
    return replace(
        found,
        lowest=min(levels) or None,
        highest=max(levels) or None,
        reached=tuple(sorted(levels - {0})),
        inherited_from=raising or found.inherited_from,
    )


def raised(found: Classification, parts: Iterable[Classification]) -> Classification:
    """One system with the levels its components reached already."""
    alone = levels = _levels(found)
    for part in parts:
        levels = _higher(levels, _levels(part))
    return found if levels == alone else _with(found, levels)


def levels_of_endpoints(inventory: Inventory, classifications: Mapping[str, Classification]) -> dict[str, int]:
    """Endpoint id -> highest level of the systems on it; left out while that is open.

    A level that a dossier names counts, too: the list of that level is what the system is held against, and a check that begins
    at a level must not fall silent on its machines because the rules prove a lower one.
    """
    asked = {identifier: _asked(found) for identifier, found in classifications.items()}
    levels = {
        identifier: joint_level(asked[system] for system in endpoint.systems if system in asked)
        for identifier, endpoint in inventory.endpoints.items()
    }
    return {identifier: level for identifier, level in levels.items() if level is not None}


def _asked(found: Classification) -> Classification:
    """The range in which machines are asked: a level kept from the former decree as it is, a declared one at least."""
    declared = found.declared
    if declared is None:
        return found
    if found.declared_kept:
        return replace(found, lowest=declared, highest=declared)
    return replace(found, lowest=max(found.lowest or 0, declared), highest=max(found.highest or 0, declared))
