"""What merging a list into an agency's file would change, record by record and field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from secaudit.errors import Problem
from secaudit.inventory.questions import Path

Place = tuple[str, int | None]
"""Part of the agency's file, and the index in it: ``("endpoints", 3)``, ``("people", None)``."""


class Fate(StrEnum):
    """What becomes of a record."""

    NEW = "new"
    CHANGED = "changed"
    RETIRED = "retired"
    """Leaves the count: a machine is no longer used, a system was stopped."""
    MISSING = "missing"
    """Stood in the workbook when it was given out and stands there no longer; it is kept until somebody says otherwise."""
    CONFLICT = "conflict"
    """The agency changed it, and so did somebody else meanwhile: it stays as it is."""
    DECLINED = "declined"
    """A machine that was proposed from evidence, and the agency says that it is not its own or not in use."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a record, before and after; None is unknown."""

    path: Path
    before: object
    after: object
    cell: str = ""


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that was changed on both sides since the workbook went out."""

    path: Path
    base: object
    here: object
    """As the agency's file has it now; it stays."""
    sent: object
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One record that is not as before."""

    fate: Fate
    part: str
    key: str
    """Id in the agency's file; empty for the agency, its people and the systems it uses."""
    name: str
    """What people call it."""
    row: str
    fields: tuple[FieldChange, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a record stands in the file that was sent."""

    file: str
    row: str
    cells: Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class Merged:
    """An agency's file with a list merged into it."""

    data: dict[str, object]
    """As our reader of YAML gives it; what the list brought are whole numbers, flags, texts, lists and mappings."""
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    """Records that were sent and are as before."""
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    spots: Mapping[Place, Spot] = field(default_factory=dict)
    """Where the records of the list stand in ``data``."""

    @property
    def differs(self) -> bool:
        """Whether anything would be written."""
        return any(change.fields or change.fate is Fate.NEW for change in self.changes)

    def count(self, *fates: Fate) -> int:
        """How many records have one of these fates."""
        return sum(change.fate in fates for change in self.changes)


@dataclass(frozen=True, slots=True)
class Around:
    """What of the whole province matters when one agency's list is merged."""

    shared: Mapping[str, str] = field(default_factory=dict)
    """Id of a shared system -> its name."""
    systems: Mapping[str, str] = field(default_factory=dict)
    """Id -> agency, of every system in an agency's file."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Id -> agency, of every machine."""
    taken: frozenset[str] = frozenset()
    """Further ids that a new machine must not get: evidence stands under them."""
    newcomers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Id of a machine proposed from evidence -> its row for the agency's file."""
