"""What people state of a requirement, with a document, and for how long it holds."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from secaudit.messages import Message, msg
from secaudit.model.assessment import Fulfilment
from secaudit.model.inventory import Inventory
from secaudit.model.paper import Attestation
from secaudit.model.requirement import Requirement

USUAL_MONTHS = 12
"""A statement holds as long where the standard names no period of review."""

_WORST = (Fulfilment.NOT_MET, Fulfilment.PARTLY, Fulfilment.NOT_APPLICABLE, Fulfilment.MET)


@dataclass(frozen=True, slots=True)
class Statement:
    """What all statements on one requirement of one system say together."""

    answer: Fulfilment
    because: tuple[Message, ...] = ()
    attestations: tuple[str, ...] = ()
    """Ids, the one that decides first; expired ones last."""
    valid: tuple[Attestation, ...] = ()
    """Those that still hold, the worst answer first."""

    @property
    def differ(self) -> bool:
        """Whether statements that hold contradict each other."""
        return len({one.answer for one in self.valid}) > 1


class Statements:
    """All attestations, found by requirement and system."""

    def __init__(self, inventory: Inventory) -> None:
        """Those of the whole province, of agencies and of systems together: none takes precedence, the worst answer decides."""
        self._owner = inventory.owner_of_system
        self._by_requirement: dict[str, list[Attestation]] = defaultdict(list)
        for one in inventory.attestations:
            self._by_requirement[one.requirement].append(one)

    def of(self, standard: str, requirement: Requirement, system: str, level: int, day: date) -> Statement | None:
        """What is stated by ``day``; None when nobody ever stated anything."""
        if not self._by_requirement:
            return None
        known = self._by_requirement.get(f"{standard}:{requirement.id}")
        if not known:
            return None
        owner = self._owner.get(system)
        said = [one for one in known if _speaks_of(one, system, owner) and one.stated_on <= day]
        if not said:
            return None
        last_days = {one.id: last_day(one, requirement, level) for one in said}
        return _together(said, last_days, day)


def _speaks_of(one: Attestation, system: str, owner: str | None) -> bool:
    return one.province or system in one.systems or (owner is not None and owner in one.agencies)


def last_day(one: Attestation, requirement: Requirement, level: int) -> date:
    """The last day a statement holds.

    What it says itself, but never longer than a period of review that the standard names for the level; the usual period where
    neither says anything.
    """
    months = requirement.manual.months.get(level) if requirement.manual is not None else None
    reviewed = later(one.stated_on, months or USUAL_MONTHS)
    if one.valid_until is None:
        return reviewed
    return min(one.valid_until, reviewed) if months is not None else one.valid_until


def later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last one of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _together(said: Iterable[Attestation], last_days: Mapping[str, date], day: date) -> Statement:
    holding = [one for one in said if day <= last_days[one.id]]
    over = [one for one in said if day > last_days[one.id]]
    because = [
        msg("the statement {id} of {role} held until {day}", id=one.id, role=one.role, day=last_days[one.id].strftime("%d/%m/%Y"))
        for one in over
    ]
    baseless = [one for one in holding if one.answer == "not_applicable" and not one.reason]
    because += [msg("the statement {id} says not applicable and gives no reason", id=one.id) for one in baseless]
    decisive = sorted((one for one in holding if one not in baseless), key=lambda one: (_rank(one), one.id))
    ids = tuple(one.id for one in (*decisive, *baseless, *over))
    if not decisive:
        return Statement(Fulfilment.UNKNOWN, tuple(because), ids)
    stated = [_sentence(one, last_days[one.id]) for one in decisive]
    found = Statement(Fulfilment(decisive[0].answer), (), ids, tuple(decisive))
    if found.differ:
        stated.insert(0, msg("statements contradict each other, the worse counts"))
    else:
        stated = stated[:1]
    return Statement(found.answer, (*stated, *because), ids, found.valid)


def _rank(one: Attestation) -> int:
    return _WORST.index(Fulfilment(one.answer))


_SAYS: Mapping[str, Message] = {
    "met": msg("{id}: {role} states that it is met, {document}, until {day}"),
    "partly": msg("{id}: {role} states that it is met in part, {document}, until {day}"),
    "not_met": msg("{id}: {role} states that it is not met, {document}, until {day}"),
    "not_applicable": msg("{id}: {role} states that it does not apply, {document}, until {day}"),
}


def _sentence(one: Attestation, last: date) -> Message:
    document = f"{one.document.number}, {one.document.date.strftime('%d/%m/%Y')}"
    params = {"id": one.id, "role": one.role, "document": document, "day": last.strftime("%d/%m/%Y")}
    said = Message(_SAYS[one.answer].text, params)
    return msg("{said}; reason: {reason}", said=said, reason=one.reason) if one.reason else said
