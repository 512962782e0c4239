"""Reads every file of a catalog into models, each with its place."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from secaudit.catalog.files import MAX_FILE_BYTES, CatalogFile
from secaudit.catalog.shapes import ProductFile
from secaudit.catalog.sourced import Sourced
from secaudit.catalog.values import check_values, level_values
from secaudit.errors import Problem
from secaudit.model.check import Check
from secaudit.model.console import Profile
from secaudit.model.dossier import DossierRules, SystemClass
from secaudit.model.knowledge import LifecycleTable, Product, UpdateTable
from secaudit.model.level import LevelRuleSet
from secaudit.model.machine_list import ListProfile
from secaudit.model.plan import Plan
from secaudit.model.procedure import HolidayTable, Law, PenaltyTable, Procedure, ReportingTable, TransitionTable
from secaudit.model.requirement import Standard
from secaudit.source import Limits, YamlFile, scan_yaml, validate

M = TypeVar("M", bound=BaseModel)
LIMITS = Limits(max_bytes=MAX_FILE_BYTES, max_depth=16, max_nodes=50_000, max_aliases=20, max_problems=50)
"""For one file of a catalog."""


@dataclass
class LawParts:
    """What was read of ``law/``."""

    procedures: list[Sourced[Procedure]] = field(default_factory=list)
    transition: list[Sourced[TransitionTable]] = field(default_factory=list)
    reporting: list[Sourced[ReportingTable]] = field(default_factory=list)
    holidays: list[Sourced[HolidayTable]] = field(default_factory=list)
    penalties: list[Sourced[PenaltyTable]] = field(default_factory=list)

    def law(self) -> Law:
        """All of it; of several tables of a kind the first, which the rules refuse."""
        return Law(
            procedures=tuple(one.value for one in sorted(self.procedures, key=lambda one: one.value.valid_from)),
            transition=next((one.value for one in self.transition), None),
            reporting=next((one.value for one in self.reporting), None),
            holidays=next((one.value for one in self.holidays), None),
            penalties=next((one.value for one in self.penalties), None),
        )


@dataclass
class Parts:
    """What was read so far; a file that does not fit its model left only problems."""

    checks: list[Sourced[Check]] = field(default_factory=list)
    levels: list[Sourced[LevelRuleSet]] = field(default_factory=list)
    standards: list[Sourced[Standard]] = field(default_factory=list)
    plans: list[Sourced[Plan]] = field(default_factory=list)
    products: list[Sourced[Product]] = field(default_factory=list)
    lifecycle: list[Sourced[LifecycleTable]] = field(default_factory=list)
    updates: list[Sourced[UpdateTable]] = field(default_factory=list)
    consoles: list[Sourced[Profile]] = field(default_factory=list)
    lists: list[Sourced[ListProfile]] = field(default_factory=list)
    dossiers: list[Sourced[DossierRules]] = field(default_factory=list)
    classes: list[Sourced[SystemClass]] = field(default_factory=list)
    law: LawParts = field(default_factory=LawParts)
    problems: list[Problem] = field(default_factory=list)
    digests: list[tuple[str, str]] = field(default_factory=list)
    """Name and SHA-256 of each file."""

    def digest(self) -> str:
        """SHA-256 over the sorted names and the bytes of all files, hexadecimal."""
        lines = (f"{len(name.encode())}:{name} {digest}\n" for name, digest in sorted(self.digests))
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_parts(files: list[CatalogFile]) -> Parts:
    """Read and validate ``files``; never stops at a bad one."""
    parts = Parts()
    for file in files:
        yaml, problems = scan_yaml(file.path, LIMITS)
        parts.problems.extend(problems)
        if yaml is not None:
            parts.digests.append((file.name, yaml.digest))
            _READERS[file.folder](parts, file, yaml)
    return parts


def _validated(
    parts: Parts, file: CatalogFile, yaml: YamlFile, model: type[M], values: Callable[[YamlFile], tuple[object, list[Problem]]]
) -> Sourced[M] | None:
    data, misfits = values(yaml)
    found, problems = validate(yaml, model, data=data)
    parts.problems.extend([*misfits, *problems])
    return None if found is None else Sourced(found, file, yaml)


def _as_written(yaml: YamlFile) -> tuple[object, list[Problem]]:
    return yaml.data, []


def _read_check(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    if (check := _validated(parts, file, yaml, Check, check_values)) is not None:
        parts.checks.append(check)


def _read_levels(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    if (rules := _validated(parts, file, yaml, LevelRuleSet, level_values)) is not None:
        parts.levels.append(rules)


def _read_plan(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    if (plan := _validated(parts, file, yaml, Plan, _as_written)) is not None:
        parts.plans.append(plan)


def _read_standard(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    if (standard := _validated(parts, file, yaml, Standard, _as_written)) is not None:
        parts.standards.append(standard)


def _read_products(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    if (products := _validated(parts, file, yaml, ProductFile, _as_written)) is not None:
        parts.products.extend(
            Sourced(product, file, yaml, ("products", index)) for index, product in enumerate(products.value.products)
        )


def _read_lifecycle(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    """Either ends of support or monthly releases: the list it holds says which."""
    if isinstance(yaml.data, dict) and "updates" in yaml.data:
        if (updates := _validated(parts, file, yaml, UpdateTable, _as_written)) is not None:
            parts.updates.append(updates)
    elif (table := _validated(parts, file, yaml, LifecycleTable, _as_written)) is not None:
        parts.lifecycle.append(table)


def _read_console(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    if (profile := _validated(parts, file, yaml, Profile, _as_written)) is not None:
        parts.consoles.append(profile)


def _read_list(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    if (profile := _validated(parts, file, yaml, ListProfile, _as_written)) is not None:
        parts.lists.append(profile)


def _read_dossier(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    """Either what a decree asks of a dossier or a class of systems: the forms say which."""
    if isinstance(yaml.data, dict) and "forms" in yaml.data:
        if (rules := _validated(parts, file, yaml, DossierRules, _as_written)) is not None:
            parts.dossiers.append(rules)
    elif (one := _validated(parts, file, yaml, SystemClass, _as_written)) is not None:
        parts.classes.append(one)


def _read_law(parts: Parts, file: CatalogFile, yaml: YamlFile) -> None:
    """The list a file holds says which table it is; anything else must be a procedure."""
    keys = yaml.data if isinstance(yaml.data, dict) else {}
    if "transitions" in keys:
        _keep(parts.law.transition, _validated(parts, file, yaml, TransitionTable, _as_written))
    elif "dates" in keys:
        _keep(parts.law.reporting, _validated(parts, file, yaml, ReportingTable, _as_written))
    elif "fixed" in keys or "years" in keys:
        _keep(parts.law.holidays, _validated(parts, file, yaml, HolidayTable, _as_written))
    elif "penalties" in keys:
        _keep(parts.law.penalties, _validated(parts, file, yaml, PenaltyTable, _as_written))
    else:
        _keep(parts.law.procedures, _validated(parts, file, yaml, Procedure, _as_written))


def _keep(kept: list[Sourced[M]], found: Sourced[M] | None) -> None:
    if found is not None:
        kept.append(found)


_READERS: Mapping[str, Callable[[Parts, CatalogFile, YamlFile], None]] = {
    "endpoint": _read_check,
    "levels": _read_levels,
    "requirements": _read_standard,
    "plans": _read_plan,
    "products": _read_products,
    "lifecycle": _read_lifecycle,
    "consoles": _read_console,
    "lists": _read_list,
    "dossiers": _read_dossier,
    "law": _read_law,
}
