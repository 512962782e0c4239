"""People: head counts and attendance prove something only with a dated document that is still valid."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from secaudit.measure.attendance import Declared, Line, Standing, lines_by_agency, reach
from secaudit.measure.parts import Part, Population
from secaudit.measure.populations import Formula, Scope
from secaudit.measure.variables import agency_values
from secaudit.messages import Message, msg
from secaudit.model.inventory import AgencyFile, People
from secaudit.model.measurement import Tally
from secaudit.model.plan import Plan, Target

_NAMED = 5
"""Sessions named under a figure; the register has all."""


def people(target: Target, plan: Plan, scope: Scope) -> Population:
    """Heads or staff of every agency that belongs to the population."""
    formula = Formula(target)
    lines: Mapping[str, tuple[Line, ...]] = {}
    if target.reached is not None:
        valid_days = plan.evidence.people_valid_days
        lines = lines_by_agency(scope.inventory.sessions, target.reached, scope.as_of, valid_days)
    parts = []
    for file in scope.agencies:
        belongs = formula.counts(formula.bind(agency_values(file, scope.submitted(file))))
        if belongs is not False:
            part = _part(file, target, plan, scope, lines.get(file.agency.id, ()))
            parts.append(part if belongs else replace(part, tally=Tally(unknown=part.tally.total), declared_only=0))
    return Population(tuple(parts), (*_sessions(lines, {part.agency for part in parts}), *formula.notes()))


def _sessions(lines: Mapping[str, Sequence[Line]], agencies: Collection[str]) -> Iterator[Message]:
    """Which sessions stand behind the figure, and how many do not."""
    found = {line.session.id: line for agency in agencies for line in lines.get(agency, ())}
    proving = sorted(
        (line.session for line in found.values() if line.standing is Standing.PROVES), key=lambda one: (one.date, one.id)
    )
    if proving:
        named = tuple(
            msg("{title} ({day}; {document})", title=one.title, day=one.date, document=one.evidence.number)
            for one in proving[-_NAMED:]
            if one.evidence is not None
        )
        listed = Message("; ".join(f"{{s{n}}}" for n in range(len(named))), {f"s{n}": one for n, one in enumerate(named)})
        yield msg("attendance of {count} session(s) counts, the latest: {sessions}", count=len(proving), sessions=listed)
    counts = Counter(line.standing for line in found.values())
    if counts[Standing.UNDOCUMENTED]:
        yield msg("{count} session(s) without a document prove nothing", count=counts[Standing.UNDOCUMENTED])
    if counts[Standing.EXPIRED]:
        yield msg("{count} session(s) are too long ago to count", count=counts[Standing.EXPIRED])


def _part(file: AgencyFile, target: Target, plan: Plan, scope: Scope, lines: Sequence[Line]) -> Part:
    total = _count(file.people, target.total)
    submitted = scope.submitted(file)
    sessions = tuple(line.session.id for line in lines if line.standing is Standing.PROVES and line.size)
    if total is None:
        return Part(file.agency.id, Tally(), submitted=submitted, count_missing=True, sessions=sessions)
    found = reach(total, lines, declared_of(file.people, target.reached, plan.evidence.people_valid_days, scope.as_of))
    return Part(
        file.agency.id,
        Tally(found.proven, total - found.possible, found.possible - found.proven),
        submitted=submitted,
        declared_only=found.declared_only,
        attendance_larger=found.attendance_larger,
        contradicted=found.contradicted,
        sessions=sessions,
    )


def declared_of(declared: People | None, reached: str | None, valid_days: int, as_of: date) -> Declared:
    """What an agency says of how many were reached; a count of a day to come is no count yet."""
    if declared is None:
        return Declared()
    counted_on = declared.as_of if declared.as_of is None or declared.as_of <= as_of else None
    return Declared(_count(declared, reached), counted_on, documented(declared, valid_days, as_of))


def _count(declared: People | None, name: str | None) -> int | None:
    if declared is None or name is None:
        return None
    found = getattr(declared, name)
    return found if isinstance(found, int) else None


def documented(declared: People, valid_days: int, as_of: date) -> bool:
    """Whether the counts are dated, neither from the future nor older than ``valid_days``, and rest on at least one document."""
    return declared.as_of is not None and bool(declared.evidence) and 0 <= (as_of - declared.as_of).days <= valid_days
