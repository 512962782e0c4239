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

    The digest changes with the files, so that figures of another plan never look like those of the catalog's. One with places
    still to be filled in is set apart: whoever asks for it gets its problems, and nobody else waits until it is written. Raises
    :class:`CatalogError` with every problem of the others, file and line.
    """
    if workspace is None:
        return catalog
    files: dict[str, YamlFile] = {}
    unfinished: dict[str, tuple[Problem, ...]] = {}

    def checked(yaml: YamlFile, stem: str) -> tuple[Plan | None, list[Problem]]:
        plan, faults = checked_plan(yaml, stem, others)
        if _unfilled(yaml):
            unfinished[stem] = tuple(faults)
            return None, []
        files[stem] = yaml
        return plan, faults

    others = plan_names(catalog, workspace)
    own, problems = own_mappings(workspace / PLANS_FOLDER, checked, lambda plan: plan.id)
    if problems:
        raise CatalogError(problems)
    if not own and not unfinished:
        return catalog
    lines = [catalog.digest, *(f"{PLANS_FOLDER}/{stem}.yaml {file.digest}" for stem, file in sorted(files.items()))]
    return replace(
        catalog,
        plans=MappingProxyType(dict(sorted({**catalog.plans, **own}.items()))),
        unfinished=MappingProxyType(unfinished),
        plan_files=MappingProxyType({**catalog.plan_files, **{stem: file.path for stem, file in files.items()}}),
        digest=hashlib.sha256("\n".join(lines).encode()).hexdigest() if own else catalog.digest,
    )


def own_plan_problems(catalog: Catalog, workspace: Path) -> list[Problem]:
    """Everything :func:`with_plans` refuses, and what is still open in plans that were begun."""
    try:
        catalog = with_plans(catalog, workspace)
    except CatalogError as error:
        return list(error.problems)
    return [problem for problems in catalog.unfinished.values() for problem in problems]


def plan_called(catalog: Catalog, plan_id: str) -> Plan | None:
    """The plan asked for, None when there is none; :class:`CatalogError` with what is open in one that is not written yet."""
    if plan_id in catalog.unfinished:
        raise CatalogError(catalog.unfinished[plan_id])
    return catalog.plans.get(plan_id)


def plan_names(catalog: Catalog, workspace: Path) -> Collection[str]:
    """The ids that a plan may name: those of the catalog and of the files of the workspace, written or not."""
    return {*catalog.plans, *(path.stem for path in (workspace / PLANS_FOLDER).glob("*.yaml"))}


def checked_plan(yaml: YamlFile, stem: str, others: Collection[str]) -> tuple[Plan | None, list[Problem]]:
    """The plan in ``yaml``, which is or will be the file ``<stem>.yaml``, and what is wrong with it beside ``others``."""
    found, problems = validate(yaml, Plan)
    if found is None:
        return None, [*problems, *_unfilled(yaml)]
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
