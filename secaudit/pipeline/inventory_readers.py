"""Which reader a file gets: our workbook or our CSV by what it is, a list of somebody else by the mapping that was named."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from secaudit.errors import UsageError
from secaudit.inventory.csv_reading import read_csv_file
from secaudit.inventory.foreign import read_foreign, read_register
from secaudit.inventory.received import Received
from secaudit.inventory.workbook_reading import Asked, asked_of, read_workbook
from secaudit.messages import msg
from secaudit.model.inventory import Inventory
from secaudit.model.machine_list import ListProfile
from secaudit.source import did_you_mean
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
        """A workbook is of one agency; a CSV file holds one sheet of many. What cannot be read says so as a problem."""
        if body.startswith(ZIP) or path.suffix.lower() != ".csv":
            return (read_workbook(path, body, self._asked, agency=self._agency),)
        return read_csv_file(path, body, self._asked)


class OthersLists:
    """Reads lists that others keep by a mapping: machines, or with ``as_of`` only the number of a register on that day."""

    def __init__(
        self, inventory: Inventory, profile: ListProfile, today: date, agency: str = "", *, as_of: date | None = None
    ) -> None:
        """``agency``: the one every row must be of."""
        self._names = {part.agency.id: part.agency.name for part in inventory.agencies if part.agency.exists_on(today)}
        if agency and agency not in self._names:
            hint = did_you_mean(agency, self._names) or msg("name an agency of the inventory that exists today")
            raise UsageError(msg("There is no agency with this id"), where=agency, hint=hint)
        self._profile = profile
        self._agency = agency or None
        self._as_of = as_of

    def __call__(self, path: Path, body: bytes) -> Iterable[Received]:
        """One list for each agency of the file; raises :class:`IntakeError` for a file that is none."""
        if self._as_of is not None:
            return read_register(path, body, self._profile, self._names, self._as_of, self._agency)
        return read_foreign(path, body, self._profile, self._names, self._agency)


def chosen_list(profiles: Mapping[str, ListProfile], name: str) -> ListProfile:
    """The mapping of this name; :class:`UsageError` for a name that is none."""
    found = profiles.get(name)
    if found is None:
        hint = did_you_mean(name, profiles) or msg("mappings: {names}", names=", ".join(profiles))
        raise UsageError(msg("there is no mapping with this id"), where=name, hint=hint)
    return found


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
