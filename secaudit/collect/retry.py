"""Trying again within a run: which machines, when, and how an outcome says so."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from secaudit.collect.job import Limits
from secaudit.collect.schedule import Turn
from secaudit.messages import clean
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.outcome import Outcome, Sight
from secaudit.transport.base import DETAIL_LIMIT

RETRIED = frozenset({Sight.TIMEOUT, Sight.NO_ROUTE, Sight.DNS, Sight.REFUSED, Sight.BANNER, Sight.CHANNEL})
"""What may be over in a minute; docs/reach.md says for each class why it is or is not here."""
LONGEST_SECONDS = 900.0
"""Waits grow to this and no further: a machine that is switched on is found within a quarter of an hour."""
PUT_OFFS = 8
"""How often a machine waits for a full way before that is what is said of it."""
_TRIES_NAMED = 6


@dataclass(frozen=True, slots=True)
class Retries:
    """The rule of one run."""

    limits: Limits
    ends_at: float | None
    """``clock`` from which on nothing is begun."""
    clock: Callable[[], float] = time.monotonic

    def next_try(self, turn: Turn, outcome: Outcome) -> float | None:
        """When to try again after ``outcome`` (by ``clock``); None when that is how it ends."""
        if not may_be_tried_again(outcome):
            return None
        tries = len(turn.tried)
        if self.limits.retries is not None and tries >= self.limits.retries:
            return None
        now = self.clock()
        at = self._in_its_hours(turn, now, outcome.finished_at) or now + self._wait(tries)
        return at if self.ends_at is None or at < self.ends_at else None

    def when_way_is_free(self, turn: Turn) -> float | None:
        """When to come back to a machine whose way was full; None when it was long enough."""
        if turn.put_off >= PUT_OFFS:
            return None
        at = self.clock() + self._wait(turn.put_off)
        return at if self.ends_at is None or at < self.ends_at else None

    def _wait(self, before: int) -> float:
        # Doubled at most as often as it takes to come to the longest: a night has room for many tries.
        return min(self.limits.retry_seconds * 2.0 ** min(before, 30), LONGEST_SECONDS)

    def _in_its_hours(self, turn: Turn, now: float, moment: datetime) -> float | None:
        """The beginning of the next hour in which it usually answers, when the run has a time and reaches that hour."""
        if self.ends_at is None:
            return None
        begins = next_usual_hour(turn.job.hours, moment)
        if begins is None or begins <= moment:
            return None
        at = now + (begins - moment).total_seconds()
        return at if at < self.ends_at else None


def may_be_tried_again(outcome: Outcome) -> bool:
    """Whether another try in the same run can do no harm and may bring more.

    Past the host key a credential may have been offered, and whether the machine counted it as a failed login nobody knows:
    only a session that failed to open, which comes after a login that succeeded, is tried again there.
    """
    return outcome.sight in RETRIED and (outcome.host_key is None or outcome.sight is Sight.CHANNEL)


def next_usual_hour(hours: frozenset[int], moment: datetime) -> datetime | None:
    """``moment`` itself when it lies in one of ``hours`` (of the week in Việt Nam), else the beginning of the next of them."""
    if not hours:
        return None
    local = moment.astimezone(VIETNAM_TIME)
    present = local.weekday() * 24 + local.hour
    ahead = min((hour - present) % 168 for hour in hours)
    return moment if ahead == 0 else local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=ahead)


def telling_tries(outcome: Outcome, turn: Turn) -> Outcome:
    """The outcome with a word on how often and when the machine was tried, where it was more than once."""
    if not turn.tried:
        return outcome
    moments = [moment.astimezone(VIETNAM_TIME).strftime("%H:%M:%S") for moment in (*turn.tried, outcome.started_at)]
    if len(moments) > _TRIES_NAMED:
        moments[3:-2] = ["..."]
    note = f"tried {len(turn.tried) + 1} times, at {', '.join(moments)} (+07:00)"
    if not outcome.detail:
        return replace(outcome, detail=note)
    return replace(outcome, detail=f"{clean(outcome.detail, limit=DETAIL_LIMIT - len(note) - 2)}; {note}")
