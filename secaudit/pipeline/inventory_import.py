"""Lists that agencies sent, merged into the inventory: read one by one, tried together, written all at once or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from secaudit.errors import IntakeError, InventoryError, Problem
from secaudit.inventory.changes import Around, Change, Fate, Merged, Place, Spot
from secaudit.inventory.load import AGENCIES, PROVINCE
from secaudit.inventory.merge import merge
from secaudit.inventory.questions import Profile
from secaudit.inventory.received import Received, accepted_again
from secaudit.messages import clean, msg
from secaudit.model.submission import Submission
from secaudit.pipeline.inventory_places import at_cell, spot_of, with_place
from secaudit.pipeline.inventory_staging import Staging, staged
from secaudit.pipeline.newcomers import proposals
from secaudit.source import did_you_mean, scan_yaml, shown
from secaudit.source.revision import revised
from secaudit.store import Store
from secaudit.tables.reading import read_body

_NAME = 200
_ROWS = 10
_MOST_ROUNDS = 5
"""How often the rest is tried again after agencies with problems were left out."""


class Reader(Protocol):
    """Makes lists of one file: of one agency, or of several where the file speaks of several."""

    def __call__(self, path: Path, body: bytes) -> Iterable[Received]:
        """Raises :class:`IntakeError` for a file of which nothing can be taken."""


class Accept(Enum):
    """What is written."""

    NOTHING = "nothing"
    ALL = "all"
    """Everything, if nothing is wrong."""
    VALID = "valid"
    """Agencies without problems."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """One list of one agency."""

    path: str
    digest: str
    profile: str
    made_at: datetime | None
    changes: int
    read: bool = True
    """False where nothing of it could be read; then it cannot be given back with marks either."""


@dataclass(frozen=True, slots=True)
class AgencyImport:
    """What came for one agency."""

    agency: str
    name: str
    files: tuple[ListFile, ...]
    changes: tuple[Change, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    accepted: bool = False

    def count(self, *fates: Fate) -> int:
        """How many records have one of these fates."""
        return sum(change.fate in fates for change in self.changes)


@dataclass(frozen=True, slots=True)
class Importing:
    """What came of all files."""

    agencies: tuple[AgencyImport, ...]
    refused: tuple[Problem, ...]
    """Of files that are nobody's list."""
    remarks: tuple[Problem, ...]
    """Of files that are nobody's list."""
    others: tuple[Problem, ...]
    """Of the inventory itself, beside what was sent: while they stand nothing is written."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All of them."""
        return (*self.refused, *(problem for one in self.agencies for problem in one.problems), *self.others)


@dataclass(frozen=True, slots=True)
class Order:
    """What the caller wants."""

    today: date
    accept: Accept = Accept.NOTHING
    remove: bool = False
    """Records that were deleted from a workbook are retired."""
    who: str = ""


@dataclass
class _Agency:
    """One agency under way."""

    id: str
    name: str
    path: Path
    digest: str
    until: str
    """Its last day as the file has it; empty while it exists."""
    sources: list[tuple[datetime | None, Path]] = field(default_factory=list)
    files: list[ListFile] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    spots: dict[Place, tuple[Spot, ...]] = field(default_factory=dict)
    """The newest list first."""

    def forget(self) -> None:
        """As before the first list."""
        self.files, self.changes, self.unchanged, self.problems, self.remarks, self.spots = [], [], 0, [], [], {}


def import_lists(
    folder: Path,
    files: Sequence[Path],
    reader: Reader,
    store: Store | None,
    order: Order,
    *,
    progress: Callable[[int], None] | None = None,
) -> Importing:
    """Merge the lists, try the whole inventory with them, and write what ``order`` accepts; else nothing is written.

    ``store`` gives the proposals from evidence, and keeps what was received when something is accepted or returned.
    """
    with staged(folder) as staging:
        work = _Import(folder, staging, reader, store, order)
        for number, path in enumerate(files, 1):
            work.take(path)
            if progress is not None:
                progress(number)
        if work.agencies:
            work.check(work.agencies)
        accepted = work.accepted()
        if accepted and store is not None:
            store.claim()  # who else writes is found before anything is replaced
        staging.publish({one.path: one.digest for one in accepted})
    return work.importing(accepted)


def record(importing: Importing, store: Store, who: str, at: datetime) -> None:
    """Keep what was received, also what goes back to its agency."""
    store.submissions.save(
        Submission(
            0, one.agency, at, clean(Path(file.path).name, limit=_NAME), file.digest, who, file.profile, file.made_at,
            file.changes, sum(problem.path == file.path for problem in one.problems), one.accepted,
        )
        for one in importing.agencies
        for file in one.files
    )  # fmt: skip


class _Import:
    """One call under way."""

    def __init__(self, folder: Path, staging: Staging, reader: Reader, store: Store | None, order: Order) -> None:
        self._staging = staging
        self._reader = reader
        self._store = store
        self._order = order
        self._known: dict[str, _Agency] = {}
        self._merged: dict[str, _Agency] = {}
        self._refused: list[Problem] = []
        self._others: list[Problem] = []
        self._remarks: list[Problem] = []
        self._systems: dict[str, str] = {}
        self._endpoints: dict[str, str] = {}
        self._newcomers = {one.id: one for one in store.newcomers()} if store is not None else {}
        self._around = self._read(folder)

    @property
    def agencies(self) -> list[_Agency]:
        """Those of which a list was merged."""
        return list(self._merged.values())

    def _read(self, folder: Path) -> Around:
        """What stands in the files now, as far as it can be read; what is wrong with them is said when all is checked."""
        province, _ = scan_yaml(folder / PROVINCE)
        shared = {str(one.get("id")): str(one.get("name")) for one in _records(province and province.data, "shared_systems")}
        inside = folder / AGENCIES
        for path in sorted(inside.glob("*.yaml")) if inside.is_dir() else ():
            file, _ = scan_yaml(path) if not path.name.startswith(".") else (None, [])
            agency = file.data.get("agency") if file is not None and isinstance(file.data, dict) else None
            if file is None or not isinstance(agency, dict) or not isinstance(agency.get("id"), str):
                continue
            found = _Agency(agency["id"], str(agency.get("name", "")), path, file.digest, str(agency.get("valid_until") or ""))
            self._known.setdefault(found.id, found)
            self._remember(found.id, file.data)
        taken = self._store.submissions.evidence_ids() if self._store is not None else frozenset()
        return Around(shared, self._systems, self._endpoints, taken | self._newcomers.keys())

    def _remember(self, agency: str, data: object) -> None:
        for part, ids in (("systems", self._systems), ("endpoints", self._endpoints)):
            for one in _records(data, part):
                if isinstance(one.get("id"), str):
                    ids.setdefault(str(one["id"]), agency)

    def take(self, path: Path) -> None:
        """Merge one file; what cannot be taken is remembered with its reason."""
        for received in self._lists(path):
            agency = self._known.get(received.agency)
            if not received.agency:
                self._of_nobody(received)
            elif agency is None:
                hint = did_you_mean(received.agency, self._known) or msg("add its file to {folder}/ first", folder=AGENCIES)
                message = msg("There is no agency with this id")
                self._refused.append(Problem(message, received.file, found=shown(received.agency), hint=hint))
            elif agency.until and agency.until < self._order.today.isoformat():
                message = msg("The unit ended on {day}: what it declares is no longer counted", day=shown(agency.until))
                hint = msg("its machines and systems belong in the list of its successor")
                self._refused.append(Problem(message, received.file, found=shown(received.agency), hint=hint))
            else:
                earlier = [at for at, _ in agency.sources if at is not None]
                agency.sources.append((received.made_at, path))
                if received.made_at is not None and any(at > received.made_at for at in earlier):
                    self._again(agency)
                else:
                    self._merge(agency, received)

    def _of_nobody(self, received: Received) -> None:
        """Rows of a list of many agencies that name none we know: they are told, never dropped in silence."""
        self._refused += received.problems
        self._remarks += received.remarks
        if received.records and not received.problems:
            message = msg("{count} row(s) name no agency of this inventory: they are not taken", count=len(received.records))
            rows = ", ".join(record.row for record in received.records[:_ROWS])
            hint = msg("correct the column that names the agency, or say whose list it is with --agency")
            self._refused.append(Problem(message, received.file, found=shown(rows), hint=hint))

    def _lists(self, path: Path) -> list[Received]:
        try:
            return list(self._reader(path, read_body(path)))
        except IntakeError as error:
            self._refused += error.problems
            return []

    def _again(self, agency: _Agency) -> None:
        """Lists given out one after the other are merged in that order, whatever order they came in."""
        agency.forget()
        self._staging.restore(agency.path)
        agency.sources.sort(key=lambda source: source[0].timestamp() if source[0] is not None else 0.0)
        for path in dict.fromkeys(path for _, path in agency.sources):
            for received in self._lists(path):
                if received.agency == agency.id:
                    self._merge(agency, received)

    def _merge(self, agency: _Agency, received: Received) -> None:
        staged = self._staging.path(agency.path)
        file, problems = scan_yaml(staged)
        if file is None or problems or not isinstance(file.data, dict):
            raise InventoryError([replace(one, path=str(agency.path)) for one in problems])
        proposed = {record.newcomer for record in received.records if record.newcomer}
        around = replace(self._around, newcomers=self._proposals(agency.id, proposed)) if proposed else self._around
        merged = merge(file.data, received, around, remove=self._order.remove)
        self._remember(agency.id, merged.data)
        self._staging.put(agency.path, revised(staged.read_bytes(), self._accepted(received, merged)))
        self._merged[agency.id] = agency
        _note(agency, received, merged)

    def _accepted(self, received: Received, merged: Merged) -> Mapping[str, object]:
        """The file to be; only its own workbook makes an agency one that has sent something, no list that others keep of it."""
        own = received.profile in tuple(Profile)
        return _accepted_on(merged.data, self._order.today) if own else merged.data

    def _proposals(self, agency: str, ids: Iterable[str]) -> dict[str, Mapping[str, str]]:
        named = [self._newcomers[one] for one in ids if one in self._newcomers and self._newcomers[one].agency in ("", agency)]
        return proposals(self._store, named) if self._store is not None else {}

    def check(self, agencies: Sequence[_Agency]) -> bool:
        """Try the whole inventory; every problem goes to the agencies whose lists made it. Says whether none was found."""
        by_path = {str(self._staging.path(one.path)): one for one in agencies}
        found = self._staging.check()
        for problem in found:
            there = by_path.get(problem.other[0]) if problem.other is not None else None
            here = by_path.get(problem.path or "")
            mirrored = False
            if there is not None and problem.other is not None:
                back = replace(problem, field=problem.other[1])
                told = at_cell(with_place(back, self._name(here, problem.path, problem.field, problem.line)), there.spots)
                mirrored = told is not None
                there.problems += [told] if told is not None else []
            if here is None:
                self._others += [] if mirrored else [self._outside(problem)]
                continue
            told = at_cell(problem, here.spots)
            if told is not None and problem.other is not None:
                place = self._staging.told(str(problem.message.params.get("place", "")))
                spot = spot_of(there.spots, problem.other[1]) if there is not None else None
                told = with_place(told, f"{spot[0]} {spot[1]}" if spot is not None else place)
            here.problems.append(told if told is not None else self._outside(problem))
        return not found

    def _name(self, agency: _Agency | None, path: str | None, field: str | None, line: int | None) -> str:
        """How people find the other place: its cell, else its line."""
        spot = spot_of(agency.spots, field) if agency is not None else None
        if spot is not None:
            return f"{spot[0]} {spot[1]}"
        name = str(self._staging.original(path or ""))
        return f"{name}:{line}" if line is not None else name

    def _outside(self, problem: Problem) -> Problem:
        params = {
            name: self._staging.told(value) if isinstance(value, str) else value for name, value in problem.message.params.items()
        }
        path = str(self._staging.original(problem.path)) if problem.path is not None else None
        return replace(problem, path=path, message=replace(problem.message, params=params), other=None)

    def accepted(self) -> list[_Agency]:
        """The agencies that may be written now; the files of the others are in the copy as they were."""
        if self._order.accept is Accept.NOTHING or self._others:
            return []
        good = [one for one in self.agencies if not one.problems]
        if self._order.accept is Accept.ALL:
            return good if len(good) == len(self._merged) and not self._refused else []
        dropped = [one for one in self.agencies if one.problems]
        for _ in range(_MOST_ROUNDS):
            if not dropped:
                return good
            for one in dropped:
                self._staging.restore(one.path)
            if self.check(good):
                return good
            dropped = [one for one in good if one.problems]
            good = [one for one in good if not one.problems]
            if self._others or not dropped:
                break
        return []

    def importing(self, accepted: Sequence[_Agency]) -> Importing:
        """What came of it."""
        written = {one.id for one in accepted}
        agencies = tuple(
            AgencyImport(
                one.id, one.name, tuple(one.files), tuple(one.changes), one.unchanged, tuple(one.problems), tuple(one.remarks),
                one.id in written,
            )
            for one in sorted(self.agencies, key=lambda one: one.id)
        )  # fmt: skip
        return Importing(agencies, tuple(self._refused), tuple(self._remarks), tuple(self._others))


def _records(data: object, part: str) -> Iterable[Mapping[str, object]]:
    items = data.get(part) if isinstance(data, dict) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _accepted_on(data: Mapping[str, object], today: date) -> dict[str, object]:
    """The file with the day of its acceptance; that of the first one stays, for reports of days in between.

    A list that says nothing of machines is none: the agency has still to send one.
    """
    agency = data.get("agency")
    if not isinstance(agency, dict):
        return dict(data)
    says = bool(data.get("endpoints")) or any(agency.get(name) is not None for name in ("machines_in_use", "asset_register"))
    if not says:
        return dict(data)
    submission = accepted_again(agency.get("submission"), today)
    return {**data, "agency": {**agency, "submission": submission}}


def _note(agency: _Agency, received: Received, merged: Merged) -> None:
    agency.files.append(
        ListFile(received.file, received.digest, received.profile, received.made_at, len(merged.changes), bool(received.records))
    )
    agency.changes += merged.changes
    agency.unchanged += merged.unchanged
    agency.problems += merged.problems
    agency.remarks += merged.remarks
    for place, spot in merged.spots.items():
        agency.spots[place] = (spot, *agency.spots.get(place, ()))
    if not received.records and not received.problems:
        message = msg("There is no answer in this file")
        agency.remarks.append(Problem(message, received.file, hint=msg("look whether it is the right file")))
