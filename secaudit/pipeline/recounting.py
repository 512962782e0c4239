"""Month ends that nobody wrote down, counted again from the evidence of then with the present inventory and catalog."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from secaudit.errors import UsageError
from secaudit.model.base import day_in_vietnam, end_of_day
from secaudit.model.past import Basis, PastState
from secaudit.model.plan import Plan
from secaudit.pipeline.history import known_states, state_of
from secaudit.pipeline.judging import Progress, silent
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import Province
from secaudit.store import Store

SMALL = 2000
"""Machines up to which a report counts missing month ends again by itself."""
FEW = 3
"""Month ends that it counts then, the newest first."""


def recount(
    province: Province, plan: Plan, store: Store, workspace: Path, *, as_of: datetime, most: int | None = None,
    progress: Progress = silent,
) -> int:  # fmt: skip
    """Count missing month ends before ``as_of`` again and write them down; returns how many; ``province`` has no day's tree yet.

    What was counted from the same evidence with the same inventory and catalog stands. Where the store cannot be written,
    nothing is counted.
    """
    began = store.states.since()
    if began is None:
        return 0
    known = known_states(store, workspace, province, plan.id).states
    months = list(missing_months(known, day_in_vietnam(began), day_in_vietnam(as_of)))
    counted = {day_in_vietnam(one.moment): one.head for one in known if one.basis is Basis.RECOUNTED}
    done = 0
    for day in months[:most]:
        head = store.states.head_at(end_of_day(day))
        if counted.get(day) == head:
            continue
        state = count_again(province, plan, store, end_of_day(day), progress=progress)
        if state is None or not store.states.try_record(replace(state, head=head)):
            break
        done += 1
    return done


def count_again(
    province: Province, plan: Plan, store: Store, moment: datetime, *, progress: Progress = silent
) -> PastState | None:
    """The state of an earlier moment by the present inventory and catalog; None where no rule set was in force then."""
    try:
        measured = measure_province(province, plan, store, as_of=moment, progress=progress)
    except UsageError:
        return None
    return state_of(measured, basis=Basis.RECOUNTED)


def missing_months(known: Iterable[PastState], first: date, today: date) -> Iterator[date]:
    """Last days of the months from ``first`` to the one before ``today`` of which nothing was written down, the newest first."""
    told = {_month(day_in_vietnam(one.moment)) for one in known if one.basis is not Basis.RECOUNTED}
    day = today.replace(day=1) - timedelta(days=1)
    while day >= first:
        if _month(day) not in told:
            yield day
        day = day.replace(day=1) - timedelta(days=1)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
