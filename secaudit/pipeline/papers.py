"""Attestations and waivers against the catalog: the checks and requirements that they name exist."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from secaudit.errors import Problem
from secaudit.inventory.load import ATTESTATIONS, WAIVERS
from secaudit.messages import Message, msg
from secaudit.model.catalog import Catalog
from secaudit.model.inventory import Inventory
from secaudit.model.paper import REGULATION_KEPT
from secaudit.source import YamlFile, did_you_mean, field_text, scan_yaml

_Names = tuple[str, str, tuple[str | int, ...], str]
"""Folder, id of the paper, place within it, name."""


def paper_problems(catalog: Catalog, inventory: Inventory) -> list[Problem]:
    """A paper that names what does not exist would act nowhere, and nobody would notice."""
    requirements = {standard.id: [one.id for one in standard.requirements] for standard in catalog.standards}
    problems: list[Problem] = []
    places = _Places(inventory.sources)
    for name in _checks(inventory):
        if name[3] not in catalog.checks:
            hint = did_you_mean(name[3], catalog.checks) or msg("secaudit checks list shows all")
            problems.append(places.problem(name, msg("There is no check with this id"), hint))
    for name in _requirements(inventory):
        standard, _, requirement = name[3].partition(":")
        if standard not in requirements:
            hint = did_you_mean(standard, requirements) or msg("standards: {ids}", ids=", ".join(sorted(requirements)) or "–")
            problems.append(places.problem(name, msg("There is no standard called {id}", id=standard), hint))
        elif requirement not in requirements[standard]:
            hint = did_you_mean(requirement, requirements[standard]) or msg("secaudit requirements list shows them")
            problems.append(places.problem(name, msg("The standard has no requirement called {id}", id=requirement), hint))
    return problems


def _checks(inventory: Inventory) -> Iterator[_Names]:
    for paper in inventory.waivers:
        for index, check in enumerate(paper.checks):
            yield WAIVERS, paper.id, ("checks", index), check


def _requirements(inventory: Inventory) -> Iterator[_Names]:
    for statement in inventory.attestations:
        if statement.requirement == REGULATION_KEPT:  # asked by the decree itself, so no standard lists it
            continue
        yield ATTESTATIONS, statement.id, ("requirement",), statement.requirement
    for paper in inventory.waivers:
        for index, requirement in enumerate(paper.requirements):
            yield WAIVERS, paper.id, ("requirements", index), requirement


class _Places:
    """Lines of papers, from files that are read again only when something in them is wrong."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._files: dict[str, YamlFile | None] = {}

    def problem(self, name: _Names, message: Message, hint: Message) -> Problem:
        """The problem at its line."""
        folder, paper, within, found = name
        path = self._sources.get(f"{folder}/{paper}", folder)
        if path not in self._files:
            self._files[path] = scan_yaml(Path(path))[0]
        file = self._files[path]
        index = None if file is None else _index(file, folder, paper)
        if file is None or index is None:
            return Problem(message, path, found=found, hint=hint)
        loc = (folder, index, *within)
        line, column = file.position(loc)
        return Problem(message, path, line, column, field=field_text(loc), found=found, hint=hint)


def _index(file: YamlFile, folder: str, paper: str) -> int | None:
    data = file.data
    listed: Collection[object] = data.get(folder, ()) if isinstance(data, dict) else ()
    for index, item in enumerate(listed):
        if isinstance(item, dict) and item.get("id") == paper:
            return index
    return None
