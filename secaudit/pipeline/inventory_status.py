"""Who has sent what, since when, and what is missing: the page from which the province calls its agencies."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Final

from secaudit.errors import InventoryError, Problem
from secaudit.inventory.load import AGENCIES, PROVINCE
from secaudit.inventory.summary import Summary, summarise
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import ProvinceFile
from secaudit.model.submission import Submission
from secaudit.pipeline.summary_cache import read_cache, write_cache
from secaudit.source import scan_yaml, validate

LEAST_RATIO: Final = 3
"""People for one machine up to which nobody asks, whatever is usual in the province."""
_UNUSUAL: Final = 3
"""Times the province's median."""


class Standing(StrEnum):
    """How far an agency is; those that somebody must call come first."""

    UNREADABLE = "unreadable"
    """Its file has mistakes: nothing of it counts."""
    NO_FILE = "no_file"
    """The province lists it, and there is no file of it."""
    NOTHING = "nothing"
    """It has sent nothing."""
    RETURNED = "returned"
    """Its newest list had problems and was not taken."""
    DOUBTFUL = "doubtful"
    """Accepted, but more machines are known than are declared."""
    INCOMPLETE = "incomplete"
    """Accepted, with required answers still blank."""
    COMPLETE = "complete"


_ORDER: Final = tuple(Standing)


@dataclass(frozen=True, slots=True)
class AgencyStatus:
    """One agency."""

    id: str
    standing: Standing
    summary: Summary | None = None
    problems: tuple[Problem, ...] = ()
    newest: Submission | None = None
    """The list that came in last, taken or returned."""
    doubts: tuple[Message, ...] = ()
    """What speaks for machines that were not declared."""

    @property
    def name(self) -> str:
        """As people call it."""
        return self.summary.name if self.summary is not None else self.id

    @property
    def missing(self) -> int:
        """Required answers that are blank."""
        return sum(asked - answered for asked, answered in self.required.values())

    @property
    def required(self) -> Mapping[str, tuple[int, int]]:
        """Required question -> how often it is asked and answered."""
        return self.summary.required if self.summary is not None else {}

    @property
    def per_machine(self) -> Fraction | None:
        """Staff for one declared machine; None while either is not known."""
        return ratio_of(self.summary)

    @property
    def ages(self) -> Mapping[str, date]:
        """What of it is of which day."""
        if self.summary is None:
            return {}
        days = {
            "accepted": self.summary.accepted_on,
            "people": self.summary.people_as_of,
            "register": self.summary.register_as_of,
        }
        return {name: day for name, day in days.items() if day is not None}


@dataclass(frozen=True, slots=True)
class InventoryStatus:
    """The whole province."""

    as_of: date
    agencies: tuple[AgencyStatus, ...]
    """Who must be called first, first; of equal ones those with most machines or blanks."""
    closed: int = 0
    """Agencies that do not exist on the day."""
    read: int = 0
    """Files that had to be read, because nothing was known of them."""
    standings: Mapping[Standing, int] = field(default_factory=dict)

    def oldest(self) -> list[tuple[date, str, AgencyStatus]]:
        """What is oldest, first: day, which number it is of, agency."""
        found = [(day, name, one) for one in self.agencies for name, day in one.ages.items()]
        return sorted(found, key=lambda item: (item[0], item[1], item[2].id))

    def coverage(self) -> dict[str, tuple[int, int]]:
        """Required question -> how often it is asked and answered in the province."""
        asked: Counter[str] = Counter()
        answered: Counter[str] = Counter()
        for one in self.agencies:
            for key, (all_of_it, known) in one.required.items():
                asked[key] += all_of_it
                answered[key] += known
        return {key: (count, answered[key]) for key, count in asked.items()}


def ratio_of(summary: Summary | None) -> Fraction | None:
    """Staff for one declared machine."""
    if summary is None or summary.staff is None or not summary.in_use:
        return None
    return Fraction(summary.staff, summary.in_use)


@dataclass(frozen=True)
class Files:
    """The agency files of an inventory, before any of them is read."""

    known: Mapping[str, Summary]
    """Digest -> what is known of a file from an earlier look."""
    digests: Mapping[Path, str | None]

    @property
    def unread(self) -> int:
        """How many would have to be read."""
        return sum(digest is None or digest not in self.known for digest in self.digests.values())


def agency_files(folder: Path, cache: Path | None) -> Files:
    """What a look at the inventory would begin with; InventoryError as above."""
    known = read_cache(cache) if cache is not None else {}
    return Files(known, {path: _digest(path) for path in _paths(folder / AGENCIES)})


def inventory_status(
    folder: Path,
    *,
    as_of: datetime,
    cache: Path | None = None,
    submissions: Sequence[Submission] = (),
    files: Files | None = None,
) -> InventoryStatus:
    """Look at every file by itself, those of which ``cache`` knows the digest without reading them again.

    ``files``: those of this folder and cache, where they are at hand.
    Raises InventoryError when province.yaml cannot be used; agency files with mistakes stand in the result.
    """
    province = _province(folder / PROVINCE)
    day = day_in_vietnam(as_of)
    found, read = _summaries(files or agency_files(folder, cache), cache)
    newest = {one.agency: one for one in sorted(submissions, key=lambda one: one.number) if one.received_at <= as_of}
    seen = {one.summary.id if one.summary is not None else stem for stem, one in found.items()}
    usual = _usual([one.summary for one in found.values()], day)
    agencies: list[AgencyStatus] = []
    closed = 0
    for stem, file in found.items():
        summary = file.summary
        if summary is None:
            agencies.append(AgencyStatus(stem, Standing.UNREADABLE, None, file.problems, newest.get(stem)))
        elif not _exists(summary, day):
            closed += 1
        else:
            agencies.append(_status(summary, newest.get(summary.id), usual, day))
    agencies += [AgencyStatus(name, Standing.NO_FILE, newest=newest.get(name)) for name in province.agencies if name not in seen]
    agencies.sort(key=_urgency)
    return InventoryStatus(day, tuple(agencies), closed, read, Counter(one.standing for one in agencies))


def _province(path: Path) -> ProvinceFile:
    file, problems = scan_yaml(path)
    if file is not None and not problems:
        model, problems = validate(file, ProvinceFile)
        if model is not None:
            return model
    raise InventoryError(problems)


@dataclass(frozen=True, slots=True)
class _File:
    summary: Summary | None
    problems: tuple[Problem, ...] = ()


def _summaries(files: Files, cache: Path | None) -> tuple[dict[str, _File], int]:
    """Name of the file without its ending -> what it says; and how many had to be read."""
    known = files.known
    found: dict[str, _File] = {}
    kept: dict[str, Summary] = {}
    read = 0
    for path, digest in files.digests.items():
        summary = known.get(digest) if digest is not None else None
        if summary is None:
            made = summarise(path)
            read += 1
            found[path.stem] = _File(made.summary, made.problems)
            summary = made.summary
        else:
            found[path.stem] = _File(summary)
        if summary is not None and digest is not None:
            kept[digest] = summary
    if cache is not None and cache.parent.is_dir() and kept.keys() != known.keys():
        write_cache(cache, kept)
    return found, read


def _paths(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".yaml" and not path.name.startswith("."))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = msg("check the permissions")
        raise InventoryError(
            [Problem(msg("The folder cannot be read: {reason}", reason=reason), str(folder), hint=hint)]
        ) from None


def _digest(path: Path) -> str | None:
    """SHA-256; None for what cannot be read, which the reader then explains."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _exists(summary: Summary, day: date) -> bool:
    begins, ends = summary.valid_from, summary.valid_until
    return (begins is None or begins <= day) and (ends is None or day <= ends)


def _usual(summaries: Sequence[Summary | None], day: date) -> Fraction:
    """How many people for one machine are still nothing to ask about."""
    ratios = [ratio for one in summaries if one is not None and _exists(one, day) and (ratio := ratio_of(one)) is not None]
    return max(Fraction(LEAST_RATIO), _UNUSUAL * median(ratios)) if ratios else Fraction(LEAST_RATIO)


def _status(summary: Summary, newest: Submission | None, usual: Fraction, day: date) -> AgencyStatus:
    doubts = tuple(_doubts(summary, usual))
    accepted = summary.sent_on is not None and summary.sent_on <= day
    if newest is not None and not newest.accepted:
        standing = Standing.RETURNED
    elif not accepted:
        standing = Standing.NOTHING
    elif doubts:
        standing = Standing.DOUBTFUL
    else:
        blank = any(answered < asked for asked, answered in summary.required.values())
        standing = Standing.INCOMPLETE if blank else Standing.COMPLETE
    return AgencyStatus(summary.id, standing, summary, (), newest, doubts)


def _doubts(summary: Summary, usual: Fraction) -> list[Message]:
    """Signs that machines were not declared."""
    declared, found = summary.in_use, []
    register, counted = summary.register_computers, summary.machines_in_use
    if register is not None and register > declared:
        found.append(msg("{declared} machines declared, asset register {register}", declared=declared, register=register))
    if counted is not None and counted > declared:
        found.append(
            msg("{declared} machines declared, {counted} in use as the agency counts", declared=declared, counted=counted)
        )
    ratio = ratio_of(summary)
    if ratio is not None and ratio > usual:
        found.append(msg("1 machine for {people} people", people=round(ratio)))
    elif not declared and summary.staff:
        found.append(msg("no machine declared for {people} people", people=summary.staff))
    return found


def _urgency(one: AgencyStatus) -> tuple[int, int, int, str, str]:
    """Longest waiting first where something was returned, then where most is missing."""
    waiting = -one.newest.received_at.toordinal() if one.newest is not None else 0
    return (
        _ORDER.index(one.standing),
        -waiting if one.standing is Standing.RETURNED else 0,
        -(_undeclared(one.summary) * 10 + one.missing),
        one.name,
        one.id,
    )


def _undeclared(summary: Summary | None) -> int:
    """Machines that are known to exist and are not declared, as far as numbers say so."""
    if summary is None:
        return 0
    known = max(summary.register_computers or 0, summary.machines_in_use or 0)
    return max(known - summary.in_use, 0)
