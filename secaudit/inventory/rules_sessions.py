"""Rules about sessions: agencies that are there, one line each, a count or a roster."""

from collections.abc import Iterable

from secaudit.inventory.parts import CORRECT_OR_ADD, Declared, Remark, SessionPart
from secaudit.messages import msg
from secaudit.model.inventory import Agency
from secaudit.model.session import Attendance, Audience
from secaudit.source import Loc, did_you_mean

_TWICE = msg("Each person stands in a roster once")


def session_remarks(declared: Declared) -> Iterable[Remark]:
    """Everything wrong with sessions that shows without knowing the day: whether one is still to come depends on it."""
    seen: dict[str, SessionPart] = {}
    agencies = {part.model.agency.id: part.model.agency for part in declared.agencies}
    for part in declared.sessions:
        name = part.model.session.id
        if name in seen:
            hint = msg("give the other session an id of its own, or remove the copy")
            message = msg("The session id is taken: {place}")
            yield Remark(part, ("session", "id"), message, name, hint=hint, other=(seen[name], ("session", "id")))
        seen.setdefault(name, part)
        yield from _lines(part, declared, agencies)


def _lines(part: SessionPart, declared: Declared, agencies: dict[str, Agency]) -> Iterable[Remark]:
    lines: dict[tuple[str, Audience], Loc] = {}
    for index, line in enumerate(part.model.attendance):
        loc = part.at("attendance", index)
        yield from _agency(part, (*loc, "agency"), line, declared, agencies)
        yield from _numbers(part, loc, line)
        which = (line.agency, line.audience)
        if which in lines:
            yield Remark(
                part,
                (*loc, "agency"),
                msg("The agency has two lines for this audience: {place}"),
                line.agency,
                hint=msg("put them together: two counts cannot be told apart, two rosters are one"),
                other=(part, lines[which]),
            )
        lines.setdefault(which, loc)


def _agency(part: SessionPart, loc: Loc, line: Attendance, declared: Declared, agencies: dict[str, Agency]) -> Iterable[Remark]:
    known = declared.known.agencies
    if line.agency not in known:
        if declared.known.complete:
            yield Remark(
                part,
                loc,
                msg("There is no agency with this id"),
                line.agency,
                hint=did_you_mean(line.agency, known) or CORRECT_OR_ADD,
            )
        return
    agency, day = agencies.get(line.agency), part.model.session.date
    if agency is not None and not agency.exists_on(day):
        yield Remark(
            part,
            loc,
            msg("The agency did not exist on the day of the session, {day}", day=day.isoformat()),
            line.agency,
            hint=msg("name the agency of that day, its successor or predecessor, or correct the date"),
        )


def _numbers(part: SessionPart, loc: Loc, line: Attendance) -> Iterable[Remark]:
    if (line.count is None) == (line.roster is None):
        yield Remark(
            part,
            loc,
            msg("A line of attendance has either a count or a roster"),
            hint=msg("keep the roster where there is one: it says who was there more than once"),
        )
    seen: set[str] = set()
    for index, person in enumerate(line.roster or ()):
        if person in seen:
            yield Remark(part, (*loc, "roster", index), _TWICE, person, hint=msg("keep one"))
        seen.add(person)
