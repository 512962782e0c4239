"""Findings machine by machine: what the shapes for other programs print, one machine in memory at a time.

The whole document of a large province does not fit beside its own files; these rows come one after the other. Texts in them have
passed the sanitiser when :func:`harmless` made them so; every renderer of rows calls it first.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from secaudit.messages import clean
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.measurement import Decision
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.model.protection import ProtectionGrade
from secaudit.report.document import CheckRow
from secaudit.report.texts import Wording

NAME_LIMIT = 300
"""Characters of a name, as in the report."""
_DETAIL_LIMIT = 500


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What one check says of one machine."""

    check: str
    verdict: Verdict
    grade: Grade | None = None
    moment: datetime | None = None
    """Of the oldest evidence it needed; None where there is none."""
    captures: tuple[str, ...] = ()
    """SHA-256 of the captures it rests on."""
    missing: tuple[tuple[str, MissingReason], ...] = ()
    """Facts that would have decided, and why they are not there."""
    observed: tuple[tuple[str, str], ...] = ()
    """Facts the check looked at -> observed value as JSON text."""
    defect: str | None = None
    excused_until: date | None = None
    """Of a failure that somebody excused for a time; it is a failure all the same."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not known, each reason once, in their own order."""
        found = dict.fromkeys(reason.value for _, reason in self.missing)
        return tuple(found) if self.verdict is Verdict.UNKNOWN else ()


@dataclass(frozen=True, slots=True)
class MachineFindings:
    """One machine with everything that was judged about it."""

    id: str
    agency: str
    """Agency id."""
    agency_name: str
    kind: EndpointKind
    os: str | None = None
    """As declared."""
    place: str | None = None
    address: str | None = None
    systems: tuple[str, ...] = ()
    """Ids of the systems on it; such as hold state secrets are never named beside a machine."""
    lab: bool = False
    seen: bool = False
    sight: Sight = Sight.NOT_ASKED
    """Class of the newest attempt."""
    stale: bool = False
    held: bool = False
    """Its evidence does not count, because it may not be the declared machine."""
    attempted_at: datetime | None = None
    way: Way | None = None
    grade: Grade | None = None
    observed_at: datetime | None = None
    protection: ProtectionGrade | None = None
    findings: tuple[FindingRow, ...] = ()
    """Of the verdicts that were asked for."""
    counts: tuple[tuple[Verdict, int], ...] = ()
    """How many checks of each verdict, whatever was asked for."""


@dataclass(frozen=True, slots=True)
class About:
    """What all lines of one report share."""

    as_of: datetime
    province: str
    plan: str
    version: str
    inventory_digest: str
    catalog_digest: str
    chain_head: str
    made_by: str
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target of the plan in one line."""

    number: int
    id: str
    title: Wording
    decision: Decision
    proven: int
    disproven: int
    unknown: int
    interval: str
    """In the language of the report."""
    asked: str
    blockers: tuple[Wording, ...] = ()


def harmless(machine: MachineFindings) -> MachineFindings:
    """The same with every text of its own made harmless; ids of checks and facts come from the catalog and are it already."""
    changes: dict[str, Any] = {}
    for item in fields(machine):
        value = getattr(machine, item.name)
        if isinstance(value, str) and type(value) is str:
            changes[item.name] = clean(value[: NAME_LIMIT + 1], limit=NAME_LIMIT)
    found = replace(machine, **changes, systems=tuple(clean(name, limit=NAME_LIMIT) for name in machine.systems))
    if any(row.defect for row in machine.findings):
        found = replace(found, findings=tuple(map(_without_escapes, machine.findings)))
    return found


def _without_escapes(row: FindingRow) -> FindingRow:
    return replace(row, defect=clean(row.defect, limit=_DETAIL_LIMIT)) if row.defect else row
