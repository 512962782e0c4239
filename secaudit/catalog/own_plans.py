"""Plans of a workspace: a folder of them, one per file, beside those of the catalog or in the place of one."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from secaudit.catalog.files import CatalogFile
from secaudit.catalog.own import own_mappings
from secaudit.catalog.rules.plans import sound_plans
from secaudit.catalog.skeleton import MARKS
from secaudit.catalog.sourced import Loc, Sourced, problem_at
from secaudit.errors import CatalogError, Problem
from secaudit.messages import msg
from secaudit.model.catalog import Catalog
from secaudit.model.plan import Plan
from secaudit.source import YamlFile, validate

PLANS_FOLDER = "plans"
"""The folder in a workspace; one plan per file, ``<id>.yaml``."""


def with_plans(catalog: Catalog, workspace: Path | None) -> Catalog:
    """``catalog`` with the plans of ``workspace``; one with the id of a plan of the catalog stands in its place.

    The digest changes with the files, so that figures of another plan never look like those of the catalog's. Raises
    :class:`CatalogError` with every problem, file and line.
    """
    if workspace is None:
        return catalog
    files: dict[str, YamlFile] = {}

    def checked(yaml: YamlFile, stem: str) -> tuple[Plan | None, list[Problem]]:
        files[stem] = yaml
        return checked_plan(yaml, stem, others)

    folder = workspace / PLANS_FOLDER
    others = {*catalog.plans, *(path.stem for path in folder.glob("*.yaml"))}
    own, problems = own_mappings(folder, checked, lambda plan: plan.id)
    if problems:
        raise CatalogError(problems)
    if not own:
        return catalog
    lines = [catalog.digest, *(f"{PLANS_FOLDER}/{stem}.yaml {file.digest}" for stem, file in sorted(files.items()))]
    return replace(
        catalog,
        plans=MappingProxyType(dict(sorted({**catalog.plans, **own}.items()))),
        plan_files=MappingProxyType({**catalog.plan_files, **{stem: file.path for stem, file in files.items()}}),
        digest=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    )


def own_plan_problems(catalog: Catalog, workspace: Path) -> list[Problem]:
    """Everything :func:`with_plans` refuses."""
    try:
        with_plans(catalog, workspace)
    except CatalogError as error:
        return list(error.problems)
    return []


def checked_plan(yaml: YamlFile, stem: str, others: Collection[str]) -> tuple[Plan | None, list[Problem]]:
    """The plan in ``yaml``, which is or will be the file ``<stem>.yaml``, and what is wrong with it beside ``others``."""
    found, problems = validate(yaml, Plan)
    if found is None:
        return None, problems
    file = CatalogFile(Path(yaml.path), (PLANS_FOLDER, f"{stem}.yaml"))
    return found, [*problems, *_unfilled(yaml), *sound_plans([Sourced(found, file, yaml)], others)]


def _unfilled(yaml: YamlFile) -> list[Problem]:
    """Places of the skeleton where somebody still has to write something."""
    return [
        problem_at(yaml, loc, msg("This place is still to be filled in"), found=text, hint=msg("write your own text here"))
        for loc, text in _texts(yaml.data, ())
        if any(mark in text for mark in MARKS)
    ]


def _texts(value: object, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, (*loc, str(name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*loc, index))
