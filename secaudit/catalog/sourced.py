"""A model together with the place it was written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from secaudit.catalog.files import CatalogFile
from secaudit.errors import ExpressionError, Problem
from secaudit.messages import Message
from secaudit.source import YamlFile, field_text

M = TypeVar("M", bound=BaseModel)
Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class Sourced(Generic[M]):
    """One record of the catalog, its file, and where in the file it stands."""

    value: M
    file: CatalogFile
    yaml: YamlFile
    loc: Loc = ()

    def problem(
        self,
        message: Message,
        loc: Sequence[str | int] = (),
        *,
        found: str | None = None,
        expected: Message | None = None,
        hint: Message | None = None,
    ) -> Problem:
        """A problem at ``loc`` inside this record."""
        return problem_at(self.yaml, (*self.loc, *loc), message, found=found, expected=expected, hint=hint)

    def expression_problem(self, error: ExpressionError, loc: Sequence[str | int]) -> Problem:
        """An expression that does not compile, at the line where it is written."""
        return self.problem(error.message, loc, hint=error.hint)


def problem_at(
    yaml: YamlFile,
    loc: Sequence[str | int],
    message: Message,
    *,
    found: str | None = None,
    expected: Message | None = None,
    hint: Message | None = None,
) -> Problem:
    """A problem with file, line, column and field name."""
    line, column = yaml.position(loc)
    return Problem(message, yaml.path, line, column, field=field_text(loc) or None, found=found, expected=expected, hint=hint)
