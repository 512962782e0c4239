"""What a bad file is: how it is made, how the command must end, and what it must say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.evidence import files
from tests.evidence.kit import Courier, EvidenceProvince, Told, moment, sealed

WELL, FAILURES, INCOMPLETE, DATA = 0, 3, 4, 5
"""Exit codes."""
HEADINGS = (
    "Name", "Parent group", "Serial number", "Application name", "Real-time protection status",
    "Last connected to Administration Server", "Anti-virus databases last updated", "Status",
)  # fmt: skip
"""Of Kaspersky Security Center's list of devices."""


@dataclass
class Sender:
    """What the files are made with."""

    province: EvidenceProvince
    own: Courier
    """Collector of xa-a."""
    other: Courier
    """Collector of xa-b."""
    stranger: Path
    """Certificate of somebody else."""
    folder: Path

    def save(self, name: str, body: bytes | str) -> list[Path]:
        """One file."""
        return [files.save(self.folder, name, body.encode("utf-8") if isinstance(body, str) else body)]

    def export(self, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS, name: str = "ksc.csv") -> list[Path]:
        """A CSV export."""
        return self.save(name, files.csv_bytes([headings, *rows]))

    def told(self, told: Told, **fields: str) -> str:
        """An honest collector's block, of ``told``."""
        return sealed(self.own, told, self.folder, fields=fields)


def row(
    name: str, serial: str = "", *, group: str = "UBND xã An Khánh", days: float = 1, at: str = "", status: str = "Running"
) -> tuple[str, ...]:
    """A machine as Kaspersky's console lists it."""
    return (
        name, f"Managed devices/{group}", serial, "Kaspersky Endpoint Security for Windows", status, at or moment(days),
        moment(days), "OK",
    )  # fmt: skip


GOOD = row("A-PC-01", "5CG1AAA111")
HONEST = Told("A-PC-01", serial="5CG1AAA111")
Build = Callable[[Sender], list[Path]]


@dataclass(frozen=True)
class Case:
    """One bad file."""

    name: str
    sends: str
    """One sentence."""
    build: Build
    code: int
    says: str
    """Must stand in what the command prints."""
    keeps: tuple[str, ...] = ()
    """Machines of which evidence is kept all the same; with none the store is what it was before."""
    source: str = "ksc"
    before: Build | None = None
    """A file that was taken in before."""
    way: str = "console"
    group: str = field(default="")


def grouped(group: str, way: str, *cases: Case) -> tuple[Case, ...]:
    return tuple(Case(**{**vars(case), "group": group, "way": way}) for case in cases)
