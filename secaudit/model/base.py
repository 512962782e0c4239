"""Base of everything that people write."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""Lower-case letters, digits, dot, dash, underscore; at most 64 characters."""
Day = date
"""A calendar day; an alias, so that a field may be called ``date``."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text without control characters."""


class Written(BaseModel):
    """A frozen record from a file; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class Texts(Written):
    """One text in the two languages of the program."""

    vi: str
    en: str

    def pick(self, language: str) -> str:
        """The text in ``language`` (``vi`` or anything else for English)."""
        return self.vi if language == "vi" else self.en


class Document(Written):
    """A dated paper: decision, regulation, report."""

    number: Line
    date: Day
    authority: Line | None = None
