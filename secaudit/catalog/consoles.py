"""Mappings of console exports: those of the catalog, and those a workspace made of its own exports."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from secaudit.catalog.files import CatalogFile
from secaudit.catalog.parts import LIMITS
from secaudit.catalog.rules.consoles import sound_consoles
from secaudit.catalog.sourced import Sourced
from secaudit.errors import CatalogError, Problem
from secaudit.messages import msg
from secaudit.model.catalog import Catalog
from secaudit.model.console import Profile
from secaudit.source import YamlFile, scan_yaml, validate

CONSOLES_FOLDER = "consoles"
"""The folder in a workspace; one mapping per file, ``<id>.yaml``."""
_MOST = 200
"""Files looked at."""


def console_profiles(catalog: Catalog, workspace: Path | None) -> Mapping[str, Profile]:
    """Id -> mapping; one of the workspace stands in the place of the catalog's of the same id.

    Raises :class:`CatalogError` with every problem, file and line.
    """
    own, problems = _own(catalog, workspace / CONSOLES_FOLDER) if workspace is not None else ({}, [])
    if problems:
        raise CatalogError(problems)
    return MappingProxyType(dict(sorted({**catalog.consoles, **own}.items())))


def console_problems(catalog: Catalog, workspace: Path) -> list[Problem]:
    """Everything :func:`console_profiles` refuses."""
    return _own(catalog, workspace / CONSOLES_FOLDER)[1]


def checked_profile(catalog: Catalog, yaml: YamlFile, stem: str) -> tuple[Profile | None, list[Problem]]:
    """The mapping in ``yaml``, which is or will be the file ``<stem>.yaml``, and what is wrong with it."""
    found, problems = validate(yaml, Profile)
    if found is None:
        return None, problems
    file = CatalogFile(Path(yaml.path), (CONSOLES_FOLDER, f"{stem}.yaml"))
    problems += sound_consoles([Sourced(found, file, yaml)], {product.id for product in catalog.knowledge.products})
    return found, problems


def _own(catalog: Catalog, folder: Path) -> tuple[dict[str, Profile], list[Problem]]:
    if not folder.is_dir():
        return {}, []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".yaml", ".yml"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return {}, [Problem(msg("The folder cannot be read: {reason}", reason=reason), str(folder))]
    if len(paths) > _MOST:
        return {}, [Problem(msg("The folder has more than {limit} files and folders", limit=_MOST), str(folder))]
    own: dict[str, Profile] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.suffix != ".yaml":
            problems.append(Problem(msg("The file's name must end in .yaml"), str(path), hint=msg("rename the file")))
            continue
        yaml, faults = scan_yaml(path, LIMITS)
        problems += faults
        if yaml is None:
            continue
        profile, faults = checked_profile(catalog, yaml, path.stem)
        problems += faults
        if profile is not None:
            own[profile.id] = profile
    return own, problems
