"""Every statutory date for this province's systems: reports, transition, limits that run, last days for handing in."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from secaudit.law import dates_between, later, undated
from secaudit.messages import Message, msg
from secaudit.model.base import Texts
from secaudit.model.decision import DueState, TimeLimit
from secaudit.model.procedure import StatutoryDate
from secaudit.pipeline.decision_chains import Chains, reporting_of
from secaudit.pipeline.province import Province

_SHOWN = (DueState.RUNNING, DueState.OVERDUE, DueState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One day on which something is due."""

    id: str
    """The same for the same duty, whenever the calendar is made."""
    day: date
    """Last working day on which it is done in time."""
    careful: date
    """The same where days off that nobody has confirmed count too."""
    title: Texts | Message
    by: Texts | Message | None
    clause: str
    systems: tuple[str, ...] = ()
    """Ids of the systems it is about; empty where it is about all."""
    state: DueState = DueState.RUNNING
    confirmed: bool = True
    stated: date | None = None
    """The day the act names, where another one is the last."""


@dataclass(frozen=True)
class LawCalendar:
    """The calendar of a span."""

    start: date
    end: date
    entries: tuple[CalendarEntry, ...]
    """The earliest first; what is overdue stands first whenever it was due."""
    later: tuple[StatutoryDate, ...]
    """Duties of a single day after the span."""
    undated: tuple[StatutoryDate, ...]


def law_calendar(province: Province, chains: Chains, start: date, end: date) -> LawCalendar:
    """All dates from ``start`` to ``end``, and everything that is overdue."""
    table = reporting_of(province.catalog)
    entries = [
        CalendarEntry(
            id=f"{due.rule.id}-{due.stated.year}",
            day=due.last,
            careful=due.careful,
            title=due.rule.title,
            by=due.rule.by,
            clause=due.rule.clause,
            confirmed=due.rule.confirmed,
            stated=due.stated if due.stated != due.last else None,
        )
        for due in dates_between(table, start, end, chains.calendars)
    ]
    entries += _transition(province, chains)
    entries += _limits(chains)
    entries += _submissions(chains)
    kept = [one for one in entries if start <= one.day <= end or one.state is DueState.OVERDUE]
    ordered = sorted(kept, key=lambda one: (one.state is not DueState.OVERDUE, one.day, one.id))
    return LawCalendar(start, end, tuple(ordered), later(table, end), undated(table))


def _transition(province: Province, chains: Chains) -> Iterator[CalendarEntry]:
    """One entry for each rule and state, with all systems that owe it; the products in use belong to no system."""
    owing: dict[tuple[str, DueState], list[str]] = defaultdict(list)
    limits: dict[str, TimeLimit] = {}
    for system, chain in chains.chains.items():
        for limit in chain.owed:
            owing[limit.id, limit.state].append(system)
            limits.setdefault(limit.id, limit)
    for (rule, state), systems in owing.items():
        limit = limits[rule]
        if state in _SHOWN and limit.due is not None:
            by = msg("owners, operators")
            name = rule if state is not DueState.UNKNOWN else f"{rule}-unknown"
            yield CalendarEntry(
                name, limit.due, limit.due, limit.title, by, limit.clause, tuple(sorted(systems)), state, limit.confirmed
            )
    table = province.catalog.law.transition
    for one in table.transitions if table else ():
        if one.applies == "products" and one.due is not None:
            yield CalendarEntry(one.id, one.due, one.due, one.title, msg("owners"), one.clause, confirmed=one.confirmed)


def _limits(chains: Chains) -> Iterator[CalendarEntry]:
    for system, chain in chains.chains.items():
        for limit in chain.limits:
            if limit.state in _SHOWN and limit.due is not None and limit.latest is not None:
                by = chain.approver if limit.id.startswith("approval") else chain.appraiser
                yield CalendarEntry(
                    f"{limit.id}-{system}",
                    limit.due,
                    limit.latest,
                    limit.title,
                    by,
                    limit.clause,
                    (system,),
                    limit.state,
                    limit.confirmed,
                )


def _submissions(chains: Chains) -> Iterator[CalendarEntry]:
    """One entry for all systems with the same last day; only those whose dossier is not handed in yet."""
    groups: dict[tuple[date, date, str], list[str]] = defaultdict(list)
    for system, chain in chains.chains.items():
        last, careful = chain.last_submission, chain.last_submission_careful
        if last is not None and careful is not None and chain.status not in ("submitted", "appraised"):
            groups[last, careful, chain.act].append(system)
    year = chains.period[1].year
    for (last, careful, act), systems in groups.items():
        levels = sorted({level for system in systems for level in chains.chains[system].levels})
        title = msg(
            "Last day to hand in dossiers of level {levels} that can still be approved in the period {year} "
            "at the statutory maximum",
            levels=", ".join(map(str, levels)),
            year=year,
        )
        name = f"last-submission-{act}-{'-'.join(map(str, levels))}-{year}"
        yield CalendarEntry(name, last, careful, title, msg("operators"), "", tuple(sorted(systems)))
