"""Reads one exported list of machines, whatever people really send: the one way in for CSV files and workbooks."""

from collections.abc import Collection
from pathlib import Path

from secaudit.errors import IntakeError, Problem
from secaudit.intake.table_csv import read_csv
from secaudit.intake.table_model import DEFAULT_LIMITS, Cell, Table, TableLimits, TableRow, column_letters, text_of
from secaudit.intake.table_xlsx import read_xlsx
from secaudit.messages import msg

__all__ = ["Cell", "Table", "TableLimits", "TableRow", "column_letters", "read_body", "read_tables", "text_of"]


def read_body(path: Path, limits: TableLimits = DEFAULT_LIMITS) -> bytes:
    """All bytes of a regular file; raises :class:`IntakeError` for what is none or is too large."""
    try:
        if not path.is_file():
            missing = not path.exists()
            raise _refused(path, Problem(msg("There is no such file") if missing else msg("This is not a file")))
        with path.open("rb") as stream:
            body = stream.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise _refused(path, Problem(msg("The file cannot be read: {reason}", reason=reason))) from None
    if len(body) > limits.max_bytes:
        raise _refused(path, Problem(msg("The file is larger than {count} bytes", count=limits.max_bytes)))
    return body


def read_tables(path: Path, body: bytes, known: Collection[str] = (), limits: TableLimits = DEFAULT_LIMITS) -> tuple[Table, ...]:
    """The sheets of a workbook that hold a list, or the one list of a CSV file; at least one.

    ``known`` are headings that are expected: the row that has most of them is the row of headings, and where none has one, the
    widest row of texts is. Raises :class:`IntakeError` with everything that is wrong.
    """
    name = str(path)
    tables = read_xlsx(name, body, known, limits) if body[:4] == b"PK\x03\x04" else read_csv(name, body, known, limits)
    if not tables:
        raise _refused(path, Problem(msg("There is no list with headings in this file")))
    return tables


def _refused(path: Path, problem: Problem) -> IntakeError:
    return IntakeError([Problem(problem.message, str(path), hint=problem.hint)])
