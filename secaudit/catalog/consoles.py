"""Mappings of console exports: those of the catalog, and those a workspace made of its own exports."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from secaudit.catalog.files import CatalogFile
from secaudit.catalog.own import own_mappings
from secaudit.catalog.rules.consoles import sound_consoles
from secaudit.catalog.sourced import Sourced
from secaudit.errors import CatalogError, Problem
from secaudit.model.catalog import Catalog
from secaudit.model.console import Profile
from secaudit.source import YamlFile, validate

CONSOLES_FOLDER = "consoles"
"""The folder in a workspace; one mapping per file, ``<id>.yaml``."""


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
    return own_mappings(folder, lambda yaml, stem: checked_profile(catalog, yaml, stem), lambda profile: profile.id)
