"""What an export says against what is declared: shown before anything is kept, and only what is certain is kept at all.

Pure. A row counts when it is about exactly one machine (:mod:`secaudit.intake.matching`) and the console heard of that machine
not too long ago; its moment is that last contact, never the day of the import. A machine that stands in no row is not in the
export, and that is all: it stays unknown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from secaudit.facts.reading import GRACE
from secaudit.intake.matching import match, newcomer_id
from secaudit.intake.reasons import reason_words
from secaudit.messages import Message, msg
from secaudit.model.agency_groups import AgencyGroups
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.console import ConsoleRow, FieldName
from secaudit.model.identity import Identity
from secaudit.model.intake import Candidate, Match, MatchKind, Sighting

Steps = tuple[bool | None, bool | None, bool | None]
"""Whether a row shows P1, P2 and P3; None is unknown."""


class Fate(StrEnum):
    """What becomes of a row."""

    MATCHED = "matched"
    """Evidence of a declared machine."""
    NEW = "new"
    """Evidence of a machine that nobody declares."""
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"
    TOO_OLD = "too_old"
    """The last contact is longer ago than the plan lets evidence of consoles count."""
    AHEAD = "ahead"
    """The last contact is still to come."""
    NO_CONTACT = "no_contact"
    """No last contact, so that nobody knows what the row is evidence of."""
    SUPERSEDED = "superseded"
    """A newer row of the same machine stands in this file, or the same row again."""
    KNOWN = "known"
    """The store has this row's evidence, or newer of the same source."""


KEPT = frozenset({Fate.MATCHED, Fate.NEW})
"""What ``--accept`` keeps."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By which rows are read and kept."""

    now: datetime
    days: int
    """A last contact longer ago is too old."""
    exported_until: datetime | None = None
    """End of the day of the export, where somebody says it."""

    @property
    def latest(self) -> datetime:
        """After this nothing in the file can have happened."""
        until = self.now if self.exported_until is None else min(self.now, self.exported_until)
        return until + timedelta(seconds=GRACE)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One row and what becomes of it."""

    row: ConsoleRow
    fate: Fate
    agency: str | None
    """Whose machine it is, as far as that is known."""
    identity: Identity
    at: datetime | None
    endpoint: str | None = None
    """Declared machine, newcomer seen before, or the id proposed for a new one."""
    basis: str = ""
    candidates: tuple[str, ...] = ()
    reason: Message | None = None
    declared: bool = False
    """``endpoint`` stands in the inventory."""
    steps: Steps | None = None
    """What it would show; only of rows that are kept."""

    @property
    def name(self) -> str:
        """Host name as the row gives it."""
        return text_in(self.row, "name")


@dataclass(frozen=True, slots=True)
class AgencyTally:
    """One agency's part."""

    agency: str | None
    """None for rows of which nobody knows whose they are."""
    counts: Mapping[Fate, int]
    declared: int = 0
    """Machines in use, isolated ones left out."""
    absent: tuple[str, ...] = ()
    """Declared machines that no row is or may be about: unknown, not failing."""

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The whole file."""

    lines: tuple[Reconciled, ...]
    """In the order of the file."""
    agencies: tuple[AgencyTally, ...]
    """Agencies with rows in the order of the inventory, then those without rows, then what is nobody's."""
    groups: tuple[tuple[str, int], ...]
    """Groups that stand for no agency and their rows, the largest first."""

    @property
    def counts(self) -> Mapping[Fate, int]:
        """Rows by fate."""
        return Counter(line.fate for line in self.lines)

    @property
    def kept(self) -> tuple[Reconciled, ...]:
        """Rows that would be evidence."""
        return tuple(line for line in self.lines if line.fate in KEPT)

    @property
    def absent(self) -> int:
        """Declared machines that no row is about."""
        return sum(len(one.absent) for one in self.agencies)

    def of(self, *fates: Fate) -> tuple[Reconciled, ...]:
        """Rows with one of these fates."""
        return tuple(line for line in self.lines if line.fate in fates)

    def with_steps(self, steps: Mapping[int, Steps]) -> "Reconciliation":
        """With what the rows show, by their number."""
        lines = tuple(replace(line, steps=steps[line.row.number]) if line.row.number in steps else line for line in self.lines)
        return replace(self, lines=lines)


def text_in(row: ConsoleRow, field: FieldName) -> str:
    """What the row says there; empty when it says nothing that is a text."""
    value = row.values.get(field)
    return value if isinstance(value, str) else ""


def reconcile(
    rows: Sequence[ConsoleRow],
    candidates: Sequence[Candidate],
    machines: Mapping[str, Sequence[str]],
    groups: AgencyGroups,
    terms: Terms,
    stored: Mapping[str, datetime],
) -> Reconciliation:
    """Every row with its fate, and every agency with what it has in the file.

    ``machines``: agency -> declared machines that could stand in the export, in the order of the inventory; ``stored``: machine
    -> moment of the newest evidence of this source.
    """
    repeated = _repeated(rows)
    moments = {row.number: _moment(row, terms) for row in rows}
    sightings = [_sighting(row, moments[row.number], groups) for row in rows if row.number not in repeated]
    matches = {int(one.sighting.key): one for one in match(sightings, candidates)}
    known = {one.id: one for one in sorted(candidates, key=lambda one: one.declared)}
    proposed = _proposals(matches.values(), known)
    lines = []
    for row in rows:
        first = repeated.get(row.number)
        if first is not None:
            reason = msg("the same row stands in the file before, as row {row}", row=first)
            twin = matches[first].sighting
            lines.append(Reconciled(row, Fate.SUPERSEDED, twin.agency, twin.identity, twin.at, reason=reason))
        else:
            lines.append(_fated(row, matches[row.number], moments[row.number], known, proposed, stored))
    return Reconciliation(tuple(lines), _tallies(lines, machines, known), _unmapped(lines))


_Moment = tuple[datetime | None, Fate | None, Message | None]


def _repeated(rows: Iterable[ConsoleRow]) -> dict[int, int]:
    """Row -> the first row that says the same: files put together twice, or a list with a line for each part of a machine.

    Rows that name a machine by its number may differ in columns that mean nothing here; rows with a name alone may then be two.
    """
    seen: dict[object, int] = {}
    found = {}
    for row in sorted(rows, key=lambda one: one.number):
        keys: list[object] = [tuple(row.cells.items())]
        if "serial" in row.values or "uuid" in row.values:
            keys.append((frozenset(row.values.items()), frozenset(row.unread)))
        first = min(seen.setdefault(key, row.number) for key in keys)
        if first != row.number:
            found[row.number] = first
    return found


def _moment(row: ConsoleRow, terms: Terms) -> _Moment:
    at = row.values.get("last_contact")
    if not isinstance(at, datetime):
        why = row.unread.get("last_contact")
        return None, Fate.NO_CONTACT, msg("the last contact is not known: {why}", why=reason_words(why) if why else _NO_COLUMN)
    if at > terms.latest:
        # Such a moment must not push aside rows with an honest one.
        return (
            None,
            Fate.AHEAD,
            msg("the last contact {at} is still to come: a clock is wrong, or the profile's zone_hours", at=_shown(at)),
        )
    if at < terms.now - timedelta(days=terms.days):
        return at, Fate.TOO_OLD, msg("the last contact {at} is more than {days} days ago", at=_shown(at), days=terms.days)
    return at, None, None


def _shown(at: datetime) -> str:
    """For people, in their time."""
    return f"{at.astimezone(VIETNAM_TIME):%d/%m/%Y %H:%M}"


def _sighting(row: ConsoleRow, moment: _Moment, groups: AgencyGroups) -> Sighting:
    group = text_in(row, "group")
    identity = Identity(text_in(row, "uuid"), text_in(row, "serial"))
    return Sighting(str(row.number), groups.agency(group), text_in(row, "name"), identity, moment[0])


def _proposals(matches: Iterable[Match], known: Mapping[str, Candidate]) -> dict[str, str | None]:
    """Key of a new machine's sighting -> the id proposed for it; None in the rare case that the id is somebody's."""
    found = {
        one.sighting.key: newcomer_id(one.sighting.agency or "", one.sighting.name, one.sighting.identity)
        for one in matches
        if one.kind is MatchKind.NEW
    }
    times = Counter(found.values())
    return {key: None if times[name] > 1 or name in known else name for key, name in found.items()}


def _fated(
    row: ConsoleRow,
    one: Match,
    moment: _Moment,
    known: Mapping[str, Candidate],
    proposed: Mapping[str, str | None],
    stored: Mapping[str, datetime],
) -> Reconciled:
    at, unfit, why = moment
    machine = known.get(one.endpoint or "")
    agency = one.sighting.agency or (machine.agency or None if machine is not None else None)
    fate, reason, endpoint = Fate(one.kind.value), one.reason, one.endpoint
    declared = machine is not None and machine.declared
    if fate is Fate.MATCHED and not declared:
        fate = Fate.NEW
    elif fate is Fate.NEW:
        endpoint = proposed[one.sighting.key]
        if endpoint is None:
            fate, reason = Fate.AMBIGUOUS, _TAKEN
    if fate in KEPT and unfit is not None:
        fate, reason = unfit, why
    elif fate in KEPT and endpoint is not None and at is not None and endpoint in stored and at <= stored[endpoint]:
        fate, reason = Fate.KNOWN, _STORED
    return Reconciled(row, fate, agency, one.sighting.identity, at, endpoint, one.basis, one.candidates, reason, declared)


def _tallies(
    lines: Sequence[Reconciled], machines: Mapping[str, Sequence[str]], known: Mapping[str, Candidate]
) -> tuple[AgencyTally, ...]:
    counts: dict[str | None, Counter[Fate]] = {}
    spoken_of: set[str] = set()
    for line in lines:
        counts.setdefault(line.agency, Counter())[line.fate] += 1
        spoken_of.update(line.candidates)
        if line.endpoint is not None and line.endpoint in known:
            spoken_of.add(line.endpoint)
    found = [
        AgencyTally(agency, counts.get(agency, Counter()), len(ids), tuple(name for name in ids if name not in spoken_of))
        for agency, ids in machines.items()
    ]
    elsewhere = [AgencyTally(agency, counts[agency]) for agency in counts if agency is not None and agency not in machines]
    nobody = [AgencyTally(None, counts[None])] if None in counts else []
    with_rows = [one for one in found if one.rows]
    return (*with_rows, *elsewhere, *(one for one in found if not one.rows), *nobody)


def _unmapped(lines: Iterable[Reconciled]) -> tuple[tuple[str, int], ...]:
    groups = Counter(text_in(line.row, "group") for line in lines if line.agency is None)
    return tuple(sorted(groups.items(), key=lambda item: (-item[1], item[0])))


_NO_COLUMN = msg("the export has no such column")
_TAKEN = msg("the id proposed for it is another machine's: declare it by hand")
_STORED = msg("the store has evidence of this console about it that is as new")
