"""The error family: what happened, where, and what to do next.

Everything secaudit raises on purpose derives from :class:`SecauditError`; only ``cli`` turns it into text and an exit code.
An exception outside this family is a bug and keeps its traceback.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from secaudit.messages import Message, msg


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file that a person wrote."""

    message: Message
    path: str | None = None
    """File, as the user named it."""
    line: int | None = None
    """1-based."""
    column: int | None = None
    """1-based."""
    cell: str | None = None
    """``Sheet!B7`` for workbooks."""
    field: str | None = None
    """Dotted field name, ``endpoints[3].os``."""
    found: str | None = None
    expected: Message | None = None
    hint: Message | None = None
    other: tuple[str, str] | None = None
    """File and field of the place that the message calls ``{place}``, when it is about two."""

    def place(self) -> str:
        """``file:line:column``, ``file Sheet!B7`` or as much of it as is known."""
        parts = [self.path or "-"]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        text = ":".join(parts)
        return f"{text} {self.cell}" if self.cell else text


class SecauditError(Exception):
    """Base of the family; ``message`` says what, ``where`` the place, ``hint`` what to do next."""

    def __init__(self, message: Message, *, where: str | None = None, hint: Message | None = None) -> None:
        """Keep the three parts apart until they are printed."""
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """The English form, for logs and tracebacks."""
        parts = [str(self.message)]
        if self.where:
            parts.insert(0, self.where)
        text = ": ".join(parts)
        return f"{text} ({self.hint})" if self.hint else text


class UsageError(SecauditError):
    """The command line asks for something that cannot be (exit 2)."""


class DataError(SecauditError):
    """Files people wrote are wrong; carries all problems at once (exit 5)."""

    def __init__(self, problems: Sequence[Problem], message: Message | None = None) -> None:
        """At least one problem."""
        super().__init__(message or msg("{count} problem(s) found in the data", count=len(problems)))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """English, a line per problem."""
        return "\n".join([str(self.message), *(f"{p.place()}: {p.message}" for p in self.problems)])


class InventoryError(DataError):
    """An inventory is wrong."""


class CatalogError(DataError):
    """Something under ``checks/`` is wrong."""


class IntakeError(DataError):
    """A file that somebody sent cannot be read: a list, a workbook, evidence."""


class ExpressionError(SecauditError):
    """An expression does not compile; raised by ``expr``, given a place by whoever loaded it."""


class ProbeError(SecauditError):
    """The probe could not be composed."""


class StoreError(SecauditError):
    """The store cannot be read or written (exit 6)."""


class OutputError(SecauditError):
    """A file that was asked for cannot be written (exit 6)."""


class ReportError(SecauditError):
    """A report could not be rendered."""
