"""Components and shared machines take the highest level: a rule of the tool, labelled so by the rule set."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from secaudit.model.inventory import Inventory
from secaudit.model.level import Classification, joint_level
from secaudit.model.system import System

_Range = tuple[int, int]
"""Lowest and highest with 0 for None: comparable."""


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
    ranges = {identifier: (found.lowest or 0, found.highest or 0) for identifier, found in own.items()}
    waiting = [identifier for identifier in parts if identifier in users]
    while waiting:
        part = waiting.pop()
        for user in users[part]:
            lifted = _higher(ranges[user], ranges[part])
            if lifted != ranges[user]:
                ranges[user] = lifted
                waiting.append(user)
    return {identifier: _lifted(found, ranges, parts[identifier]) for identifier, found in own.items()}


def _higher(one: _Range, other: _Range) -> _Range:
    return max(one[0], other[0]), max(one[1], other[1])


def _lifted(found: Classification, ranges: Mapping[str, _Range], components: tuple[str, ...]) -> Classification:
    lowest, highest = found.lowest or 0, found.highest or 0
    raising = tuple(part for part in components if ranges[part][0] > lowest or ranges[part][1] > highest)
    if not raising:
        return found
    reached = ranges[found.system]
    return replace(found, lowest=reached[0] or None, highest=reached[1] or None, inherited_from=raising)


def raised(found: Classification, parts: Iterable[Classification]) -> Classification:
    """One system with the levels its components reached already."""
    ranges = [(part.lowest or 0, part.highest or 0) for part in parts]
    lowest = max([found.lowest or 0, *(low for low, _ in ranges)])
    highest = max([found.highest or 0, *(high for _, high in ranges)])
    return replace(found, lowest=lowest or None, highest=highest or None)


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
