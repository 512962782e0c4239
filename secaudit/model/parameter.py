"""Parameters of checks that a province sets for itself, in ``parameters.yaml`` of its workspace."""

from dataclasses import dataclass

from secaudit.model.base import Day, Identifier, Line, Written
from secaudit.model.check import Level, Parameter


class Override(Written):
    """One value a province sets in place of the catalog's, and who answers for it."""

    check: Identifier
    param: Identifier
    levels: tuple[Level, ...] = ()
    """Only for these levels; empty means for all."""
    value: Parameter
    """Of the type of the value in the check."""
    reason: Line
    who: Line
    date: Day


class OverrideFile(Written):
    """``parameters.yaml``."""

    overrides: tuple[Override, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """An override that was applied."""

    override: Override
    before: tuple[Parameter, ...]
    """The values it replaces, by level, each once."""
