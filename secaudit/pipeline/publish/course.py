"""The course so far: how each target came to where it stands, which agencies improved, which statutory dates come next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from secaudit.errors import UsageError
from secaudit.measure.gains import Present, gain_of
from secaudit.messages import Message, msg
from secaudit.model.base import Texts, day_in_vietnam
from secaudit.model.decision import DueState
from secaudit.model.measurement import Measurement, Tally
from secaudit.model.past import Basis, Past, PastState, PastTarget
from secaudit.model.plan import Population, Target
from secaudit.pipeline.decision_chains import chains
from secaudit.pipeline.law_calendar import CalendarEntry, law_calendar
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import MOST_SHOWN, WEIGHTS, in_scope
from secaudit.report.document import DeadlineRow, HeavyRow, TrendPoint, TrendRow

MONTHS = 12
"""How far back the course is shown, by one state for each month."""
LEAST_POINTS = 3
LEAST_SPAN = timedelta(days=45)
"""A straight line through less says nothing."""
_AHEAD = timedelta(days=366)
MOST_DATES = 12
_GAINED: Mapping[Population, Message] = {
    "systems": msg("target {number}: +{count} systems"),
    "endpoints": msg("target {number}: +{count} machines"),
    "agencies": msg("target {number}: now proven"),
    "people": msg("target {number}: +{count} people"),
    "indicators": msg("target {number}: +{count}"),
}
"""Short enough for a narrow column: its head says that it is newly proven."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight line through the proven share: by least squares, so that no single state decides it."""

    slope: Fraction
    """A day."""
    points: int
    first: date
    last: date


def trend_rows(measured: Measured, past: Past) -> tuple[TrendRow, ...]:
    """One row for each target; none while no earlier state of the plan is known."""
    states = month_states(measured, past)
    if not states:
        return ()
    targets = {target.id: target for target in measured.plan.targets}
    return tuple(
        replace(
            _trend(number, targets[measurement.target], measurement, measured, states),
            note=_left_note(targets[measurement.target], measurement, measured, past),
        )
        for number, measurement in enumerate(measured.measurements, start=1)
    )


def _left_note(target: Target, measurement: Measurement, measured: Measured, past: Past) -> Message | None:
    """A share that rises while machines leave the list need not show that anything was put in order."""
    earlier = past.before(day_in_vietnam(measured.as_of))
    if target.population != "endpoints" or earlier is None or earlier.plan != measured.plan.id:
        return None
    then, now = _of(earlier, target.id), measurement.tally.lower
    if then is None or now is None or now <= (then.tally.lower or 0):
        return None
    present = {one.id for file in in_scope(measured) for one in file.endpoints if one.status == "in_use"}
    gone = len(earlier.machines.keys() - present)
    if not gone:
        return None
    return msg(
        "Machines that left the list since {day}: {count}. The proven share can have risen by that alone.",
        day=day_in_vietnam(earlier.moment), count=gone,
    )  # fmt: skip


def month_states(measured: Measured, past: Past) -> tuple[PastState, ...]:
    """Of each of the last months the newest state of this plan, oldest first; the present is not among them."""
    today = day_in_vietnam(measured.as_of)
    newest: dict[tuple[int, int], PastState] = {}
    for state in past.states:
        day = day_in_vietnam(state.moment)
        if state.plan == measured.plan.id and day < today and _months(day, today) <= MONTHS:
            newest[day.year, day.month] = state
    return tuple(newest[month] for month in sorted(newest))[-MONTHS:]


def _months(day: date, today: date) -> int:
    return (today.year - day.year) * 12 + today.month - day.month


def _trend(number: int, target: Target, measurement: Measurement, measured: Measured, states: Sequence[PastState]) -> TrendRow:
    today = day_in_vietnam(measured.as_of)
    found = [(state, _of(state, target.id)) for state in states]
    points = [
        TrendPoint(day_in_vietnam(state.moment), state.basis, then.tally.lower, then.tally.upper)
        for state, then in found
        if then is not None
    ]
    points.append(TrendPoint(today, Basis.STATED, measurement.tally.lower, measurement.tally.upper))
    due = target.due or measured.plan.due
    line = _line(points)
    why = _why_not(due, today, line, measurement.tally)
    if why is not None or line is None or due is None or measurement.tally.lower is None or measurement.tally.upper is None:
        return TrendRow(number, tuple(points), due, None, why)
    possible = measurement.tally.upper
    proven = min(max(measurement.tally.lower + line.slope * (due - today).days, Fraction(0)), possible)
    return TrendRow(number, tuple(points), due, (proven, possible), _method(line))


def _of(state: PastState, target: str) -> PastTarget | None:
    return next((one for one in state.targets if one.target == target), None)


def _line(points: Sequence[TrendPoint]) -> _Line | None:
    """Through all points; None where they are too few or too close together."""
    known = [(point.day, point.lower) for point in points if point.lower is not None]
    if len(known) < LEAST_POINTS or known[-1][0] - known[0][0] < LEAST_SPAN:
        return None
    days = [Fraction((day - known[0][0]).days) for day, _ in known]
    middle, height = sum(days, Fraction(0)) / len(days), sum((share for _, share in known), Fraction(0)) / len(known)
    above = sum(((day - middle) * (share - height) for day, (_, share) in zip(days, known, strict=True)), Fraction(0))
    return _Line(above / sum((day - middle) ** 2 for day in days), len(known), known[0][0], known[-1][0])


def _why_not(due: date | None, today: date, line: _Line | None, tally: Tally) -> Message | None:
    """Why nothing can be said of the plan's day; None where something can."""
    if not tally.total:
        return msg("no outlook: there is nobody to count")
    if due is None:
        return msg("no outlook: the plan names no day")
    if due <= today:
        return msg("no outlook: the plan's day has come")
    if line is None:
        return msg("no outlook: it takes {count} states over at least {days} days", count=LEAST_POINTS, days=LEAST_SPAN.days)
    return None


def _method(line: _Line) -> Message:
    return msg(
        "Dashed: the proven share goes on as steeply as the straight line through its {count} states from {first} to {last}, "
        "never above what is possible today. It shows where the course leads, not that a target will be met.",
        count=line.points, first=line.first, last=line.last,
    )  # fmt: skip


def improved_rows(measured: Measured, past: Past) -> tuple[HeavyRow, ...]:
    """Agencies that have proven more since the previous state, the largest gain first; what one took over is no gain."""
    earlier = past.before(day_in_vietnam(measured.as_of))
    if earlier is None or earlier.plan != measured.plan.id:
        return ()
    ranked: list[tuple[int, str, HeavyRow]] = []
    found = _gains(measured, earlier)
    for agency in in_scope(measured):
        gains = found.get(agency.agency.id, [])
        weight = sum(WEIGHTS[population] * gain for _, population, gain in gains)
        if weight > 0:
            words = tuple(_gain(number, population, gain) for number, population, gain in gains if gain > 0)
            row = HeavyRow(agency.agency.id, Message("{parts}", {"parts": words}))
            ranked.append((-weight, agency.agency.name, row))
    ranked.sort(key=lambda item: item[:2])
    return tuple(row for _, _, row in ranked[:MOST_SHOWN])


def _gains(measured: Measured, earlier: PastState) -> dict[str, list[tuple[int, Population, int]]]:
    """Agency id -> number of the target, its population, how many members more are proven."""
    targets = {target.id: target for target in measured.plan.targets}
    now = Present(measured.plan, measured.province.inventory, measured.levels.classifications, measured.states)
    found: dict[str, list[tuple[int, Population, int]]] = {}
    for number, measurement in enumerate(measured.measurements, start=1):
        target = targets[measurement.target]
        gain = gain_of(target, now, earlier)
        for share in measurement.agencies if gain is not None else ():
            found.setdefault(share.agency, []).append((number, target.population, gain(share) if gain is not None else 0))
    return found


def _gain(number: int, population: Population, count: int) -> Message:
    words = _GAINED[population]
    return Message(words.text, {"number": number, "count": count}, words.context)


def deadline_rows(measured: Measured) -> tuple[DeadlineRow, ...]:
    """The next statutory dates that the report shows."""
    return deadlines(measured)[:MOST_DATES]


def deadlines(measured: Measured) -> tuple[DeadlineRow, ...]:
    """Statutory dates of a year ahead for this province's systems; none where the catalog has no law of that day."""
    today = day_in_vietnam(measured.as_of)
    try:
        found = chains(measured.province, measured.levels, today)
        end = min(today, date.max - _AHEAD) + _AHEAD
        entries = law_calendar(measured.province, found, today, end).entries
    except UsageError:
        return ()
    return tuple(_joined(entry for entry in entries if entry.state is DueState.RUNNING and entry.day >= today))


def _joined(entries: Iterable[CalendarEntry]) -> list[DeadlineRow]:
    """One line for each duty, on its nearest day: limits of single systems would push out what the whole province owes."""
    duties: dict[tuple[str, str], list[CalendarEntry]] = {}
    for entry in entries:
        title = entry.title.en if isinstance(entry.title, Texts) else entry.title.text
        duties.setdefault((title, entry.clause), []).append(entry)
    return sorted((_duty(alike) for alike in duties.values()), key=lambda row: row.day)


def _duty(alike: Sequence[CalendarEntry]) -> DeadlineRow:
    """Systems of the nearest day are counted; how many follow is said."""
    day = min(entry.day for entry in alike)
    first = [entry for entry in alike if entry.day == day]
    one = first[0]
    what: Message | Texts = one.title if one.by is None else msg("{what} ({who})", what=one.title, who=one.by)
    systems = {system for entry in first for system in entry.systems}
    later = {system for entry in alike for system in entry.systems} - systems
    if later:
        last = max(entry.day for entry in alike)
        what = msg("{what}; systems that follow until {day}: {count}", what=what, day=last, count=len(later))
    return DeadlineRow(day, what, one.clause, all(entry.confirmed for entry in first), len(systems))
