"""Statutory limits applied to one dossier."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from secaudit.law.working_days import WorkingDays
from secaudit.model.decision import DueState, TimeLimit
from secaudit.model.procedure import HolidayTable, Procedure, Step, StepLimit
from secaudit.model.system import Dossier, DossierStatus

_STEPS: tuple[Step, ...] = ("appraisal", "approval")
_LONGEST_SEARCH = 400
"""Days that a search for the last submission goes back; every limit of a catalog is shorter."""


@dataclass(frozen=True)
class Calendars:
    """Working days counted with confirmed days off, and with all of them."""

    confirmed: WorkingDays
    all: WorkingDays

    @classmethod
    def of(cls, table: HolidayTable | None) -> "Calendars":
        """Both calendars of a table."""
        return cls(WorkingDays(table), WorkingDays(table, unconfirmed=True))


def end_of(limit: StepLimit, since: date, calendar: WorkingDays) -> date:
    """Last day on which the limit is kept: the event's day is day 0."""
    if limit.working:
        return calendar.after(since, limit.days)
    return since + timedelta(days=limit.days) if since <= date.max - timedelta(days=limit.days) else date.max


def state_of(done_on: date | None, due: date, latest: date, day: date) -> DueState:
    """How a limit stands on ``day``; between ``due`` and ``latest`` an unconfirmed day off decides.

    A weekend day that is perhaps worked in exchange makes ``latest`` the earlier of the two.
    """
    due, latest = min(due, latest), max(due, latest)
    if done_on is not None and done_on <= day:
        if done_on <= due:
            return DueState.KEPT
        return DueState.LATE if done_on > latest else DueState.UNKNOWN
    if day <= due:
        return DueState.RUNNING
    return DueState.OVERDUE if day > latest else DueState.UNKNOWN


def limits_of(dossier: Dossier, level: int, procedure: Procedure, calendars: Calendars, day: date) -> tuple[TimeLimit, ...]:
    """The limits of the steps that have begun; an approval without any date of its way has no limit left to show."""
    found: list[TimeLimit] = []
    for step in _STEPS:
        limit = procedure.limit(step, level)
        if limit is None or not _begun(dossier, limit):
            continue
        since = dossier.submitted_on if limit.runs_from == "submitted" else dossier.appraised_on
        if since is not None and since > day:
            continue
        done_on = _done(dossier, step)
        applied = _applied(limit, since, done_on, calendars, day)
        found.append(_done_some_day(applied, dossier, day) if done_on is None and _finished(dossier, step) else applied)
    reply = procedure.limit("reply", level)
    if reply is not None and dossier.status is DossierStatus.SUBMITTED and dossier.submitted_on and dossier.submitted_on <= day:
        asked = _applied(reply, dossier.submitted_on, None, calendars, day)
        if asked.state is DueState.RUNNING:  # afterwards nobody knows whether an answer was called for
            found.append(asked)
    return tuple(found)


def _begun(dossier: Dossier, limit: StepLimit) -> bool:
    """Whether the step has begun; of an approved dossier only what dates still show."""
    match dossier.status:
        case DossierStatus.SUBMITTED:
            return limit.runs_from == "submitted"
        case DossierStatus.APPRAISED:
            return limit.step == "approval" or dossier.submitted_on is not None
        case DossierStatus.APPROVED:
            return (dossier.submitted_on if limit.runs_from == "submitted" else dossier.appraised_on) is not None
        case _:
            return False


def _finished(dossier: Dossier, step: Step) -> bool:
    """Whether the status says that the step was taken, whatever its day."""
    return dossier.status is DossierStatus.APPROVED or (step == "appraisal" and dossier.status is DossierStatus.APPRAISED)


def _done_some_day(limit: TimeLimit, dossier: Dossier, day: date) -> TimeLimit:
    """A step that was taken on a day nobody wrote down: kept when it must have been in time, else unknown."""
    at_latest = min(dossier.decision.date, day) if dossier.decision else day
    kept = limit.due is not None and limit.latest is not None and at_latest <= min(limit.due, limit.latest)
    return replace(limit, state=DueState.KEPT if kept else DueState.UNKNOWN)


def _done(dossier: Dossier, step: Step) -> date | None:
    if step == "appraisal":
        return dossier.appraised_on
    return dossier.decision.date if dossier.decision else None


def _applied(limit: StepLimit, since: date | None, done_on: date | None, calendars: Calendars, day: date) -> TimeLimit:
    due = end_of(limit, since, calendars.confirmed) if since else None
    latest = end_of(limit, since, calendars.all) if since else None
    state = DueState.UNKNOWN if due is None or latest is None else state_of(done_on, due, latest, day)
    return TimeLimit(
        id=limit.id,
        title=limit.title,
        clause=limit.clause,
        state=state,
        since=since,
        days=limit.days,
        working=limit.working,
        due=due,
        latest=latest,
        done_on=done_on if done_on is not None and done_on <= day else None,
        confirmed=limit.confirmed,
    )


def last_submission(procedure: Procedure, level: int, period_end: date, calendar: WorkingDays) -> date | None:
    """Last working day on which a whole dossier handed in is approved by ``period_end`` when every step takes its full time.

    The appraisal opinion is given on the last day of its limit, and the approval counts from that day.
    """
    if procedure.limit("approval", level) is None:
        return None
    day = calendar.until(period_end)
    for _ in range(_LONGEST_SEARCH):
        if _decided(procedure, level, day, calendar) <= period_end:
            return day
        day = calendar.before(day)
    return None


def _decided(procedure: Procedure, level: int, submitted: date, calendar: WorkingDays) -> date:
    for step in _STEPS:
        limit = procedure.limit(step, level)
        if limit is not None:
            submitted = end_of(limit, submitted, calendar)
    return submitted
