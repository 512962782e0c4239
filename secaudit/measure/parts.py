"""One agency's part of a population, before anything is decided."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from secaudit.messages import Message
from secaudit.model.measurement import Tally
from secaudit.model.outcome import Grade


@dataclass(frozen=True, slots=True)
class Member:
    """One machine, system or agency of a population."""

    id: str
    agency: str
    truths: tuple[bool | None, ...]
    """Answers of ``meets`` and of the stricter readings under it; None is unknown."""
    declared_only: bool = False
    """Declared to meet it, without evidence that counts."""
    lab: bool = False
    grades: tuple[Grade | None, ...] = ()
    """Of each answer that is true: the worst grade of evidence it needs; None where evidence does not decide."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Members by answer, of one reading of the target."""

    proven: tuple[str, ...] = ()
    disproven: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    by_grade: Mapping[Grade, int] = field(default_factory=dict)
    """Of ``proven``: how many need evidence of which grade."""
    grades: tuple[Grade | None, ...] = ()
    """Of each in ``proven``; empty where evidence does not decide."""

    def tally(self, beyond: int) -> Tally:
        """Counts, with ``beyond`` unknown members that have no id."""
        return Tally(len(self.proven), len(self.disproven), len(self.unknown) + beyond)


@dataclass(frozen=True)
class Part:
    """What one agency brings into a population."""

    agency: str
    tally: Tally
    readings: tuple[Reached, ...] = ()
    """The target's own reading first, then those under it; empty for people."""
    submitted: bool = True
    declared_only: int = 0
    lab: int = 0
    register_larger: int = 0
    """Machines by which the asset register exceeds the declared list."""
    undeclared: int = 0
    """Machines that answer in the agency's networks and are not declared."""
    count_missing: bool = False
    """The number of people is not declared: the population is not known."""
    attendance_larger: bool = False
    """More people attended one session than there are: the number of people, or the list, is wrong."""
    contradicted: bool = False
    """The agency declares that fewer were reached than attendance shows."""
    sessions: tuple[str, ...] = ()
    """Of people: ids of the sessions that show it."""

    @property
    def beyond(self) -> int:
        """Machines beyond the declared list: the larger of both counts, as they may be the same machines."""
        return max(self.register_larger, self.undeclared)


@dataclass(frozen=True)
class Population:
    """All parts of a target's population, and what to say about it."""

    parts: tuple[Part, ...]
    notes: tuple[Message, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Beyond:
    """Machines of one agency that nobody declared."""

    register_larger: int = 0
    undeclared: int = 0


def gather(
    members: Iterable[Member], submitted: Mapping[str, bool], readings: int, beyond: Mapping[str, Beyond]
) -> tuple[Part, ...]:
    """Members by agency; agencies of ``submitted`` and ``beyond`` without members are parts too.

    An id that ``submitted`` does not name (the province itself, for shared systems without an owner) has nothing to submit.
    """
    by_agency: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_agency[member.agency].append(member)
    for agency in (*submitted, *beyond):
        by_agency.setdefault(agency, [])
    return tuple(
        _part(agency, found, submitted.get(agency, True), readings, beyond.get(agency, Beyond()))
        for agency, found in by_agency.items()
    )


def _reached(members: list[Member], place: int) -> Reached:
    proven, disproven, unknown = (
        tuple(member.id for member in members if member.truths[place] is answer) for answer in (True, False, None)
    )
    by_grade = Counter(grade for member in members if member.grades and (grade := member.grades[place]) is not None)
    grades = tuple(member.grades[place] for member in members if member.truths[place] is True and member.grades)
    return Reached(proven, disproven, unknown, by_grade, grades if len(grades) == len(proven) else ())


def _part(agency: str, members: list[Member], submitted: bool, readings: int, extra: Beyond) -> Part:
    reached = tuple(_reached(members, place) for place in range(readings))
    return Part(
        agency,
        reached[0].tally(max(extra.register_larger, extra.undeclared)),
        reached,
        submitted,
        declared_only=sum(1 for member in members if member.declared_only),
        lab=sum(1 for member in members if member.lab),
        register_larger=extra.register_larger,
        undeclared=extra.undeclared,
    )
