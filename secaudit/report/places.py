"""Where the parts of a document stand: ids from outside become positions, which are safe as anchors of a page."""

from collections.abc import Iterable, Mapping

from secaudit.errors import ReportError
from secaudit.messages import msg
from secaudit.report.document import AgencyRow, CheckRow, MachineRow, ReportDocument, SystemRow


class Places:
    """Positions of agencies, systems, machines and checks, from 0 in the order of the document."""

    def __init__(self, document: ReportDocument) -> None:
        """Index ``document``."""
        self._document = document
        self._at: Mapping[str, Mapping[str, int]] = {
            "agency": _positions(row.id for row in document.agencies),
            "system": _positions(row.id for row in document.systems),
            "machine": _positions(row.id for row in document.machines),
            "check": _positions(row.id for row in document.checks),
        }

    def of(self, kind: str, name: str) -> int:
        """Position of ``name``; a name the document does not hold is a defect of whoever built it: ReportError."""
        try:
            return self._at[kind][name]
        except KeyError:
            raise ReportError(
                msg("the report names {kind} {name}, which it does not hold", kind=kind, name=name),
                hint=msg("This is a defect of the program; please report it."),
            ) from None

    def agency(self, name: str) -> AgencyRow:
        """The agency called ``name``."""
        return self._document.agencies[self.of("agency", name)]

    def system(self, name: str) -> SystemRow:
        """The system called ``name``."""
        return self._document.systems[self.of("system", name)]

    def machine(self, name: str) -> MachineRow:
        """The machine called ``name``."""
        return self._document.machines[self.of("machine", name)]

    def check(self, name: str) -> CheckRow:
        """The check called ``name``."""
        return self._document.checks[self.of("check", name)]


def _positions(names: Iterable[str]) -> dict[str, int]:
    return {name: position for position, name in enumerate(names)}
