"""Per agency: who was briefed and trained, between which bounds, what shows it, and until when it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from secaudit.measure.attendance import ASKED, Declared, Line, Reach, Standing, lines_by_agency, reach
from secaudit.measure.people import declared_of
from secaudit.model.inventory import AgencyFile, Inventory, People
from secaudit.model.plan import Plan

_TOTALS: Mapping[str, str] = {"heads_briefed": "heads", "staff_briefed": "staff", "staff_trained": "staff"}


@dataclass(frozen=True, slots=True)
class Expiry:
    """What is proven falls on a day, if nothing new comes."""

    day: date
    """First day on which it is less."""
    proven: int
    """People proven from that day on."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One question about the people of one agency."""

    asked: str
    """``heads_briefed``, ``staff_briefed`` or ``staff_trained``."""
    total: int | None
    """People there are; None when nobody said."""
    reach: Reach | None
    """None while the number of people is not known."""
    declared: Declared
    lines: tuple[Line, ...]
    expiry: Expiry | None = None


@dataclass(frozen=True, slots=True)
class AgencyPeople:
    """One agency."""

    agency: AgencyFile
    present: bool
    """Whether it exists on the day; attendance of others counts for nobody."""
    figures: tuple[Figure, ...]

    @property
    def questioned(self) -> bool:
        """Whether numbers contradict each other."""
        found = [figure.reach for figure in self.figures if figure.reach is not None]
        return any(one.contradicted or one.attendance_larger for one in found)


@dataclass(frozen=True, slots=True)
class PeopleStatus:
    """The whole province on a day."""

    as_of: date
    valid_days: int
    agencies: tuple[AgencyPeople, ...]
    """Contradictions first, then unknown numbers of people, then those with most people nobody has proof of."""


def people_status(inventory: Inventory, plan: Plan, as_of: date) -> PeopleStatus:
    """Agencies of the day, and closed ones whose people attended something that would still count."""
    valid_days = plan.evidence.people_valid_days
    lines = {asked: lines_by_agency(inventory.sessions, asked, as_of, valid_days) for asked in ASKED}
    found = []
    for file in inventory.agencies:
        own = {asked: lines[asked].get(file.agency.id, ()) for asked in ASKED}
        present = file.agency.exists_on(as_of)
        if present or any(line.standing is Standing.PROVES for held in own.values() for line in held):
            figures = tuple(_figure(asked, file.people, own[asked], as_of, valid_days) for asked in ASKED)
            found.append(AgencyPeople(file, present, figures))
    return PeopleStatus(as_of, valid_days, tuple(sorted(found, key=_urgency)))


def _urgency(one: AgencyPeople) -> tuple[bool, bool, bool, int, str]:
    unknown = sum((figure.total or 0) - figure.reach.proven for figure in one.figures if figure.reach is not None)
    missing = any(figure.total is None for figure in one.figures)
    return not one.present, not one.questioned, not missing, -unknown, one.agency.agency.name


def _figure(asked: str, people: People | None, lines: Sequence[Line], as_of: date, valid_days: int) -> Figure:
    total = getattr(people, _TOTALS[asked]) if people is not None else None
    declared = declared_of(people, asked, valid_days, as_of)
    if total is None:
        return Figure(asked, None, None, declared, tuple(lines))
    found = reach(total, lines, declared)
    return Figure(asked, total, found, declared, tuple(lines), _expiry(asked, people, total, found, lines, as_of, valid_days))


def _expiry(
    asked: str, people: People | None, total: int, now: Reach, lines: Sequence[Line], as_of: date, valid_days: int
) -> Expiry | None:
    """The first day on which something that counts no longer does and less is proven."""
    proving = [line for line in lines if line.standing is Standing.PROVES]
    starts = {line.session.date for line in proving}
    if people is not None and people.as_of is not None and declared_of(people, asked, valid_days, as_of).documented:
        starts.add(people.as_of)
    for start in sorted(starts):
        day = start + timedelta(days=valid_days + 1)
        left = [line for line in proving if line.session.date > start]
        then = reach(total, left, declared_of(people, asked, valid_days, day))
        if then.proven < now.proven:
            return Expiry(day, then.proven)
    return None
