"""Loads and lints a catalog: everything under ``checks/``."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from secaudit.catalog.files import find_files
from secaudit.catalog.parts import Parts, read_parts
from secaudit.catalog.rules.checks import authored_checks, compile_checks, sound_checks
from secaudit.catalog.rules.consoles import sound_consoles
from secaudit.catalog.rules.dossiers import sound_classes, sound_dossiers
from secaudit.catalog.rules.knowledge import sound_lifecycle, sound_products
from secaudit.catalog.rules.law import sound_law
from secaudit.catalog.rules.levels import authored_levels, sound_levels
from secaudit.catalog.rules.lists import sound_lists
from secaudit.catalog.rules.plans import sound_plans
from secaudit.catalog.rules.requirements import authored_standards, sound_standards
from secaudit.catalog.rules.updates import sound_updates
from secaudit.errors import CatalogError, Problem
from secaudit.expr import Expression
from secaudit.messages import msg
from secaudit.model.catalog import Catalog
from secaudit.model.knowledge import Knowledge

_MAX_PROBLEMS = 500


def load_catalog(folder: Path) -> Catalog:
    """The catalog in ``folder``; raises :class:`CatalogError` with every problem that could falsify a figure."""
    parts, problems, _ = _read(folder)
    if problems:
        raise CatalogError(_capped(problems, folder))
    return Catalog(
        checks=MappingProxyType({check.value.id: check.value for check in sorted(parts.checks, key=lambda one: one.value.id)}),
        levels=tuple(rules.value for rules in sorted(parts.levels, key=lambda one: one.value.valid_from)),
        standards=tuple(one.value for one in sorted(parts.standards, key=lambda one: one.value.valid_from)),
        plans=MappingProxyType({plan.value.id: plan.value for plan in parts.plans}),
        plan_files=MappingProxyType({plan.value.id: plan.yaml.path for plan in parts.plans}),
        knowledge=Knowledge(
            products=tuple(product.value for product in parts.products),
            lifecycle=tuple(table.value for table in parts.lifecycle),
            updates=tuple(table.value for table in parts.updates),
        ),
        digest=parts.digest(),
        consoles=MappingProxyType({one.value.id: one.value for one in sorted(parts.consoles, key=lambda one: one.value.id)}),
        lists=MappingProxyType({one.value.id: one.value for one in sorted(parts.lists, key=lambda one: one.value.id)}),
        dossiers=tuple(one.value for one in sorted(parts.dossiers, key=lambda one: one.value.valid_from)),
        classes=MappingProxyType({one.value.id: one.value for one in sorted(parts.classes, key=lambda one: one.value.id)}),
        law=parts.law.law(),
    )


def lint_catalog(folder: Path) -> list[Problem]:
    """Everything :func:`load_catalog` refuses and every authoring rule that is broken, by file and line."""
    parts, problems, applies = _read(folder)
    problems.extend(authored_checks(parts.checks, applies))
    problems.extend(authored_levels(parts.levels))
    problems.extend(authored_standards(parts.standards, parts.checks))
    return _capped(problems, folder)


def _read(folder: Path) -> tuple[Parts, list[Problem], Mapping[str, Expression]]:
    """What was read, the problems that forbid loading, and the compiled ``when`` of each check."""
    files, problems = find_files(folder)
    parts = read_parts(files)
    problems.extend(parts.problems)
    applies, faults = compile_checks(parts.checks)
    problems.extend(faults)
    problems.extend(sound_checks(parts.checks))
    problems.extend(sound_levels(parts.levels))
    problems.extend(sound_standards(parts.standards, parts.checks))
    problems.extend(sound_plans(parts.plans))
    problems.extend(sound_products(parts.products))
    problems.extend(sound_lifecycle(parts.lifecycle))
    problems.extend(sound_updates(parts.updates))
    problems.extend(sound_consoles(parts.consoles, {product.value.id for product in parts.products}))
    problems.extend(sound_lists(parts.lists))
    problems.extend(sound_dossiers(parts.dossiers))
    problems.extend(sound_classes(parts.classes))
    problems.extend(sound_law(parts.law))
    if not problems and not parts.checks:
        problems.append(Problem(msg("The catalog has no check: nothing could ever be judged"), str(folder)))
    return parts, problems, applies


def _capped(problems: list[Problem], folder: Path) -> list[Problem]:
    """In the order of files and lines, and no more than a person can read."""
    ordered = sorted(problems, key=lambda one: (one.path or "", one.line or 0, one.column or 0))
    if len(ordered) <= _MAX_PROBLEMS:
        return ordered
    rest = msg("{count} more problems in this catalog are not shown", count=len(ordered) - _MAX_PROBLEMS)
    return [*ordered[:_MAX_PROBLEMS], Problem(rest, str(folder), hint=msg("correct those above and run again"))]
