"""How many different people of an agency sessions reached: distinct people, never attendances.

A roster says who was there, a count only how many. Of several sessions it is therefore known only between which bounds the number
of different people lies, and where what the agency declares meets it, the two together have bounds again (docs/people.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from secaudit.model.session import Attendance, Audience, Session, SessionFile, SessionKind

ASKED: Mapping[str, tuple[SessionKind, Audience]] = {
    "heads_briefed": (SessionKind.BRIEFING, Audience.HEADS),
    "staff_briefed": (SessionKind.BRIEFING, Audience.STAFF),
    "staff_trained": (SessionKind.TRAINING, Audience.STAFF),
}
"""Declared count -> which sessions say the same: a briefing is no training, and heads are not staff."""


class Standing(StrEnum):
    """What a session is worth on a day."""

    PROVES = "proves"
    UNDOCUMENTED = "undocumented"
    """There is no document, or it is dated later than the day."""
    EXPIRED = "expired"
    AHEAD = "ahead"
    """The session is still to come."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one session says of one agency and one audience."""

    session: Session
    people: frozenset[str]
    """Of a roster; empty for a count."""
    size: int
    """Different people of this one session."""
    standing: Standing

    @property
    def is_count(self) -> bool:
        """How many, and not who."""
        return self.size > len(self.people)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number of which only this is known."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of the people of an agency were reached, from everything that says something about it."""

    proven: int
    possible: int
    """At most so many; the rest is shown not to have been reached."""
    declared_only: int = 0
    """Part of what is possible: declared, or attended without a document."""
    contradicted: bool = False
    """The declared number is smaller than what attendance up to its day shows."""
    attendance_larger: bool = False
    """More people attended a single session than there are."""


def standing_of(session: Session, as_of: date, valid_days: int) -> Standing:
    """What a session is worth on a day."""
    age = (as_of - session.date).days
    if age < 0:
        return Standing.AHEAD
    if age > valid_days:
        return Standing.EXPIRED
    paper = session.evidence
    return Standing.PROVES if paper is not None and paper.date <= as_of else Standing.UNDOCUMENTED


def lines_by_agency(
    sessions: Iterable[SessionFile], reached: str, as_of: date, valid_days: int
) -> Mapping[str, tuple[Line, ...]]:
    """Agency id -> its lines of the sessions that answer ``reached`` (a key of :data:`ASKED`), the earliest first."""
    kind, audience = ASKED[reached]
    found: dict[str, list[Line]] = defaultdict(list)
    for file in sessions:
        if file.session.kind is kind:
            standing = standing_of(file.session, as_of, valid_days)
            for one in file.attendance:
                if one.audience is audience:
                    found[one.agency].append(_line(file.session, one, standing))
    return {
        agency: tuple(sorted(lines, key=lambda line: (line.session.date, line.session.id))) for agency, lines in found.items()
    }


def _line(session: Session, one: Attendance, standing: Standing) -> Line:
    people = frozenset(one.roster or ())
    return Line(session, people, len(people) if one.count is None else one.count, standing)


def distinct(lines: Iterable[Line]) -> Bounds:
    """Different people in all of them: at least the largest group, at most all groups together.

    A group is what is known exactly: the people of all rosters hashed with one key, or one count.
    """
    rosters, counts = _groups(lines)
    sizes = [*(len(people) for people in rosters.values()), *counts]
    return Bounds(max(sizes, default=0), sum(sizes))


def _groups(lines: Iterable[Line]) -> tuple[dict[str | None, set[str]], list[int]]:
    rosters: dict[str | None, set[str]] = defaultdict(set)
    counts: list[int] = []
    for line in lines:
        if line.is_count:
            counts.append(line.size)
        else:
            rosters[line.session.roster_key] |= line.people
    return rosters, counts


def _added(before: Sequence[Line], after: Sequence[Line]) -> int:
    """At most so many people are in the later lines and not in the earlier ones."""
    known, _ = _groups(before)
    rosters, counts = _groups(after)
    return sum(len(people - known.get(key, set())) for key, people in rosters.items()) + sum(counts)


@dataclass(frozen=True, slots=True)
class Declared:
    """What the agency says of itself."""

    number: int | None = None
    """So many were reached."""
    counted_on: date | None = None
    documented: bool = False
    """A dated document that is still valid says so."""


def reach(total: int, lines: Sequence[Line], declared: Declared) -> Reach:
    """Both sources together, of ``total`` people.

    Nothing overwrites: what attendance or a document shows is proven; whom a document says nobody reached by its day is shown not
    to be reached, except those whom later sessions may have reached; what the two disagree about is unknown.
    """
    number = None if declared.number is None else min(declared.number, total)
    day = declared.counted_on if declared.documented and number is not None else None
    proving = [line for line in lines if line.standing is Standing.PROVES]
    later = [line for line in lines if line.standing is Standing.UNDOCUMENTED]
    if day is not None:  # of what an undocumented session before it adds, the agency's document knows better
        later = [line for line in later if line.session.date > day]
    shown = _bounds(total, proving, number, day)
    maybe = _bounds(total, [*proving, *later], number, day)
    said = max(maybe.least, number or 0)
    return Reach(
        proven=shown.least,
        possible=maybe.most,
        declared_only=max(min(said, maybe.most) - shown.least, 0),
        contradicted=_contradicted(proving, declared),
        attendance_larger=any(line.size > total for line in proving),
    )


def _bounds(total: int, lines: Sequence[Line], number: int | None, declared_on: date | None) -> Bounds:
    everyone = distinct(lines)
    if number is None or declared_on is None:
        # The register need not hold every session: the others may have been reached.
        return Bounds(min(everyone.least, total), total)
    before = [line for line in lines if line.session.date <= declared_on]
    after = [line for line in lines if line.session.date > declared_on]
    most = number + _added(before, after)
    if distinct(before).least <= number:
        least = max(number, everyone.least)
    else:
        least, most = max(number, distinct(after).least), max(most, everyone.most)
    least = min(least, total)
    return Bounds(least, max(min(most, total), least))


def _contradicted(proving: Sequence[Line], declared: Declared) -> bool:
    day = declared.counted_on
    if declared.number is None or day is None:
        return False
    return distinct(line for line in proving if line.session.date <= day).least > declared.number
