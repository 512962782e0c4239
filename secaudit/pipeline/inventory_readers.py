"""Which reader a file gets: our workbook or our CSV by what it is, a list of somebody else by the mapping that was named."""

from collections.abc import Iterable
from pathlib import Path

from secaudit.errors import IntakeError, Problem, UsageError
from secaudit.inventory.received import Received
from secaudit.inventory.workbook_reading import Asked, asked_of, read_workbook
from secaudit.messages import msg
from secaudit.model.inventory import Inventory
from secaudit.tables.kind import ZIP

WORKBOOK = ".xlsx"
ENDINGS = (WORKBOOK, ".csv")
_LOCK = "~$"
"""Excel puts such a file beside a workbook that is open."""


class OwnLists:
    """Reads workbooks and CSV files that secaudit gave out."""

    def __init__(self, inventory: Inventory, agency: str = "") -> None:
        """``agency``: whose lists they are where they do not say so."""
        self._asked: Asked = asked_of(inventory)
        self._agency = agency

    def __call__(self, path: Path, body: bytes) -> Iterable[Received]:
        """One list; raises :class:`IntakeError` for a file that is none."""
        if body.startswith(ZIP) or path.suffix.lower() != ".csv":
            return (read_workbook(path, body, self._asked, agency=self._agency),)
        raise IntakeError([Problem(msg("This is not an Excel workbook"), str(path))])


def expanded(paths: Iterable[Path]) -> list[Path]:
    """Files as they are named, folders as the lists in them, each once; :class:`UsageError` for a folder without any."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        inside = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in ENDINGS and not entry.is_dir())
        lists = [entry for entry in inside if not entry.name.startswith((_LOCK, "."))]
        if not lists:
            raise UsageError(
                msg("there is no workbook in this folder"), where=str(path), hint=msg("name a folder with .xlsx or .csv files")
            )
        found.update(dict.fromkeys(lists))
    return list(found)
