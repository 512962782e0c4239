"""Applies a workspace's own parameters to a loaded catalog, or refuses them with file and line."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from secaudit.catalog.sourced import problem_at
from secaudit.catalog.values import VARIABLES, like, misfit
from secaudit.errors import CatalogError, ExpressionError, Problem
from secaudit.expr import Compiler
from secaudit.messages import literal, msg
from secaudit.model.catalog import Catalog
from secaudit.model.check import LEVELS, Check, Parameter
from secaudit.model.parameter import Changed, Override, OverrideFile
from secaudit.source import Limits, YamlFile, did_you_mean, scan_yaml, validate

PARAMETERS_FILE = "parameters.yaml"
"""The file in a workspace."""
_MISNAMED = ("parameters.yml", "parameter.yaml", "Parameters.yaml")
_LIMITS = Limits(max_bytes=200_000, max_depth=8, max_nodes=20_000, max_aliases=20, max_problems=50)
_Values = dict[int, dict[str, Parameter]]
"""Level -> parameter -> value."""


def with_overrides(catalog: Catalog, workspace: Path | None) -> Catalog:
    """``catalog`` with the values of ``parameters.yaml`` in ``workspace``, where there is one.

    The digest changes with the file, so that figures judged with other values never look like those of the catalog itself.
    Raises :class:`CatalogError` for a file that names what does not exist or holds values of another type.
    """
    if workspace is None:
        return catalog
    problems = [
        Problem(msg("The file's name must be {name}", name=literal(PARAMETERS_FILE)), str(path), hint=msg("rename the file"))
        for path in _misnamed(workspace)
    ]
    path = workspace / PARAMETERS_FILE
    changed: Catalog | None = catalog
    if path.exists() or path.is_symlink():
        changed, found = _read(catalog, path)
        problems += found
    if problems or changed is None:
        raise CatalogError(problems)
    return changed


def override_problems(catalog: Catalog, workspace: Path) -> list[Problem]:
    """Everything :func:`with_overrides` refuses."""
    try:
        with_overrides(catalog, workspace)
    except CatalogError as error:
        return list(error.problems)
    return []


def _misnamed(workspace: Path) -> Iterable[Path]:
    """Files that somebody takes for the parameters; passing them over would look as if they counted."""
    if not workspace.is_dir():
        return []
    there = {entry.name for entry in workspace.iterdir()}
    return [workspace / name for name in _MISNAMED if name in there]


def _read(catalog: Catalog, path: Path) -> tuple[Catalog | None, list[Problem]]:
    yaml, problems = scan_yaml(path, _LIMITS)
    if yaml is None:
        return None, problems
    data, misfits = _typed(yaml, catalog.checks)
    file, invalid = validate(yaml, OverrideFile, data=data)
    problems += [*misfits, *invalid]
    if file is None or problems:
        return None, problems
    problems += _unsound(yaml, catalog.checks, file.overrides)
    if problems:
        return None, problems
    checks, changed = _applied(catalog.checks, file.overrides)
    problems += _uncompiled(yaml, checks, file.overrides)
    if problems:
        return None, problems
    if not changed:
        return catalog, []
    digest = hashlib.sha256(f"{catalog.digest} {PARAMETERS_FILE} {yaml.digest}\n".encode()).hexdigest()
    return replace(catalog, checks=MappingProxyType(checks), changed=changed, digest=digest), []


def _typed(yaml: YamlFile, checks: Mapping[str, Check]) -> tuple[object, list[Problem]]:
    """The data with each value read by the type of the value it replaces."""
    data = yaml.data
    if not isinstance(data, dict) or not isinstance(data.get("overrides"), list):
        return data, []
    problems: list[Problem] = []
    rows: list[object] = []
    for index, row in enumerate(data["overrides"]):
        default = _default(checks, row)
        if default is None or row.get("value") is None:
            rows.append(row)
            continue
        try:
            rows.append({**row, "value": like(default, row["value"])})
        except ValueError:
            problems.append(misfit(yaml, ("overrides", index, "value"), row["value"], default))
            rows.append({**row, "value": default})
    return {**data, "overrides": rows}, problems


def _default(checks: Mapping[str, Check], row: object) -> Parameter | None:
    """The catalog's value of the parameter a row names; None when there is no such thing."""
    if not isinstance(row, dict) or not isinstance(row.get("check"), str):
        return None
    check = checks.get(row["check"])
    name = row.get("param")
    return check.param.get(name) if check is not None and isinstance(name, str) else None


def _unsound(yaml: YamlFile, checks: Mapping[str, Check], overrides: Iterable[Override]) -> list[Problem]:
    """Names that do not exist, and two values for one thing."""
    problems: list[Problem] = []
    taken: dict[tuple[str, str, int], int] = {}
    for index, override in enumerate(overrides):
        here = ("overrides", index)
        check = checks.get(override.check)
        if check is None:
            hint = did_you_mean(override.check, checks) or msg("secaudit checks list shows all")
            problems.append(problem_at(yaml, (*here, "check"), msg("There is no such check"), found=override.check, hint=hint))
            continue
        if override.param not in check.param:
            names = msg("its parameters are {names}", names=literal(", ".join(check.param)))
            hint = did_you_mean(override.param, check.param) or (names if check.param else msg("it has no parameters"))
            message = msg("The check has no parameter of this name")
            problems.append(problem_at(yaml, (*here, "param"), message, found=override.param, hint=hint))
            continue
        for level in override.levels or LEVELS:
            first = taken.setdefault((override.check, override.param, level), index)
            if first != index:
                line, _ = yaml.position(("overrides", first))
                message = msg("The same parameter is set at {place}", place=literal(f"{yaml.path}:{line}"))
                problems.append(problem_at(yaml, (*here, "param"), message, found=override.param))
                break
    return problems


def _applied(checks: Mapping[str, Check], overrides: Iterable[Override]) -> tuple[dict[str, Check], tuple[Changed, ...]]:
    done = dict(checks)
    changed = []
    for override in overrides:
        check = done[override.check]
        values: _Values = {level: check.params_at(level) for level in LEVELS}
        levels = override.levels or LEVELS
        before = tuple(dict.fromkeys(values[level][override.param] for level in sorted(levels)))
        for level in levels:
            values[level][override.param] = override.value
        done[override.check] = _with_values(check, values)
        changed.append(Changed(override, before))
    return done, tuple(changed)


def _with_values(check: Check, values: _Values) -> Check:
    """The check with these values: those of the lowest level as its own, and where a level differs from the one below."""
    by_level = {
        level: other
        for level in LEVELS[1:]
        if (other := {name: value for name, value in values[level].items() if value != values[level - 1][name]})
    }
    return check.model_copy(update={"param": values[LEVELS[0]], "param_by_level": by_level})


def _uncompiled(yaml: YamlFile, checks: Mapping[str, Check], overrides: Iterable[Override]) -> list[Problem]:
    """Values of the right type that the expressions still cannot use: a pattern that is none, a text that is too long."""
    compiler = Compiler(VARIABLES.values())
    problems = []
    for index, override in enumerate(overrides):
        check = checks[override.check]
        try:
            for _, params in check.param_sets():
                compiler.compile(check.when, params=params)
                compiler.compile(check.passes, params=params)
        except ExpressionError as error:
            problems.append(problem_at(yaml, ("overrides", index, "value"), error.message, hint=error.hint))
    return problems
