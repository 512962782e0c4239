"""Exit codes, and the one place that turns an error into one."""

from enum import IntEnum

from secaudit.errors import DataError, ExpressionError, OutputError, ReportError, SecauditError, StoreError


class ExitCode(IntEnum):
    """What a finished command says to the shell (documented in README.md)."""

    WELL = 0
    """Done; nothing failed, nothing missing."""
    BUG = 1
    """Unexpected exception."""
    USAGE = 2
    """Wrong use of the command line, or something the command needs is not on this computer."""
    FAILURES = 3
    """Done; there are failures or missed targets."""
    INCOMPLETE = 4
    """Done, but something was not seen or is unknown; wins over FAILURES."""
    DATA = 5
    """Inventory, catalog or plan is wrong."""
    STORE = 6
    """The store cannot be read or written, or the report not be written."""
    INTERRUPTED = 130
    """Ctrl-C; what was finished is kept."""


def exit_code_of(error: SecauditError) -> ExitCode:
    """The code for an error of the family."""
    match error:
        case DataError():
            return ExitCode.DATA
        case StoreError() | OutputError():
            return ExitCode.STORE
        case _:
            # What is left is something the command needs and this computer does not have (nmap, a free port).
            return ExitCode.DATA if isinstance(error, (ReportError, ExpressionError)) else ExitCode.USAGE


def verdict_code(*, failures: bool, unknown: int, total: int, accepted_share: float = 0.0) -> ExitCode:
    """Code of a finished command: unknown wins over failures unless its share is accepted (``accepted_share`` 0..1)."""
    if unknown and unknown > accepted_share * total:
        return ExitCode.INCOMPLETE
    return ExitCode.FAILURES if failures else ExitCode.WELL
