"""Mappings of lists of machines: those of the catalog, and those a workspace made for its own lists."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from secaudit.catalog.files import CatalogFile
from secaudit.catalog.own import own_mappings
from secaudit.catalog.rules.lists import sound_lists
from secaudit.catalog.sourced import Sourced
from secaudit.errors import CatalogError, Problem
from secaudit.model.catalog import Catalog
from secaudit.model.machine_list import ListProfile
from secaudit.source import YamlFile, validate

LISTS_FOLDER = "lists"
"""The folder in a workspace; one mapping per file, ``<id>.yaml``."""


def list_profiles(catalog: Catalog, workspace: Path | None) -> Mapping[str, ListProfile]:
    """Id -> mapping; one of the workspace stands in the place of the catalog's of the same id.

    Raises :class:`CatalogError` with every problem, file and line.
    """
    own: dict[str, ListProfile] = {}
    if workspace is not None:
        own, problems = own_mappings(workspace / LISTS_FOLDER, checked_list_profile, lambda profile: profile.id)
        if problems:
            raise CatalogError(problems)
    return MappingProxyType(dict(sorted({**catalog.lists, **own}.items())))


def checked_list_profile(yaml: YamlFile, stem: str) -> tuple[ListProfile | None, list[Problem]]:
    """The mapping in ``yaml``, which is or will be the file ``<stem>.yaml``, and what is wrong with it."""
    found, problems = validate(yaml, ListProfile)
    if found is None:
        return None, problems
    file = CatalogFile(Path(yaml.path), (LISTS_FOLDER, f"{stem}.yaml"))
    return found, problems + sound_lists([Sourced(found, file, yaml)])
