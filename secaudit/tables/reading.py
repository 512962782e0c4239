"""Reads one exported list of machines, whatever people really send: the one way in for CSV files and workbooks."""

from collections.abc import Collection
from pathlib import Path

from secaudit.errors import IntakeError
from secaudit.messages import msg
from secaudit.tables.csv_file import read_csv, read_csv_rows
from secaudit.tables.kind import EXPORT_AGAIN, ZIP, refuse_other_kinds
from secaudit.tables.model import DEFAULT_LIMITS, Cell, SheetRows, Table, TableLimits, TableRow, column_letters, refused, text_of
from secaudit.tables.xlsx_file import read_xlsx, read_xlsx_sheets

__all__ = [
    "Cell", "SheetRows", "Table", "TableLimits", "TableRow", "column_letters", "read_body", "read_rows", "read_sheets",
    "read_tables", "text_of",
]  # fmt: skip

_CHECK_NAME = msg("check the name and the folder")


def read_body(path: Path, limits: TableLimits = DEFAULT_LIMITS) -> bytes:
    """All bytes of a regular file; raises :class:`IntakeError` for what is none or is too large."""
    name = str(path)
    try:
        if not path.is_file():
            raise refused(name, msg("This is not a file") if path.exists() else msg("There is no such file"), hint=_CHECK_NAME)
        with path.open("rb") as stream:
            body = stream.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        hint = msg("check the permissions and the disk")
        raise refused(name, msg("The file cannot be read: {reason}", reason=reason), hint=hint) from None
    if len(body) > limits.max_bytes:
        raise _too_large(name, limits)
    return body


def read_tables(path: Path, body: bytes, known: Collection[str] = (), limits: TableLimits = DEFAULT_LIMITS) -> tuple[Table, ...]:
    """The sheets of a workbook that hold a list, or the one list of a CSV file; at least one.

    ``known`` are headings that are expected: the row that has most of them is the row of headings, and where none has one, the
    widest row of texts is. Raises :class:`IntakeError` with everything that is wrong.
    """
    name = str(path)
    if len(body) > limits.max_bytes:
        raise _too_large(name, limits)
    refuse_other_kinds(name, body)
    tables = read_xlsx(name, body, known, limits) if body.startswith(ZIP) else read_csv(name, body, known, limits)
    if not tables:
        raise refused(name, msg("There is no list with headings in this file"), hint=EXPORT_AGAIN)
    return tables


def read_sheets(path: Path, body: bytes, limits: TableLimits = DEFAULT_LIMITS) -> tuple[SheetRows, ...]:
    """All sheets of a workbook, hidden ones too, for forms we gave out ourselves; :class:`IntakeError` for anything else."""
    name = str(path)
    if len(body) > limits.max_bytes:
        raise _too_large(name, limits)
    refuse_other_kinds(name, body)
    if not body.startswith(ZIP):
        raise refused(name, msg("This is not an Excel workbook"), hint=EXPORT_AGAIN)
    return read_xlsx_sheets(name, body, limits)


def read_rows(path: Path, body: bytes, known: Collection[str], limits: TableLimits = DEFAULT_LIMITS) -> tuple[TableRow, ...]:
    """All rows of a CSV file of a form we gave out ourselves; ``known`` headings tell its separator."""
    name = str(path)
    if len(body) > limits.max_bytes:
        raise _too_large(name, limits)
    refuse_other_kinds(name, body)
    if body.startswith(ZIP):
        raise refused(name, msg("This is a workbook, not a CSV file"), hint=EXPORT_AGAIN)
    return read_csv_rows(name, body, known, limits)


def _too_large(path: str, limits: TableLimits) -> IntakeError:
    hint = msg("export fewer columns, or one group of machines at a time")
    return refused(path, msg("The file is larger than {count} MB", count=limits.max_bytes >> 20), hint=hint)
