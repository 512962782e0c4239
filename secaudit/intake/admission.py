"""Which answers are taken: the rules of time and replay. Pure; times come in as values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from secaudit.messages import Message, msg
from secaudit.model.base import VIETNAM_TIME, day_in_vietnam
from secaudit.model.courier import (
    CLOCK_DAYS,
    Answer,
    AnswerProblem,
    Courier,
    Receipt,
    Refused,
    Skipped,
    taken_until,
)

_CLOCK = msg("correct date and time on that machine, then run the collector there again")
_NO_AGENCY = msg("import with the inventory the collector was made for; if the agency was merged, make its successor a collector")
_RUN_AGAIN = msg("run the collector on that machine again and send the new file")


@dataclass(frozen=True, slots=True)
class Admitted:
    """What became of the answers of all files together."""

    answers: tuple[Answer, ...]
    problems: tuple[AnswerProblem, ...]
    """Refused, and skipped, in the order of the files."""


def admit(
    answers: Sequence[Answer],
    *,
    couriers: Mapping[str, Courier],
    receipts: Iterable[Receipt],
    agencies: Collection[str],
    now: datetime,
    fresh_days: int,
) -> Admitted:
    """The answers that are of their time and were not taken in before."""
    known = _Known(receipts)
    problems: list[AnswerProblem] = []
    good: list[Answer] = []
    for answer in answers:
        problem = known.seen(answer)
        if problem is None and answer.agency not in agencies:
            what = msg("the inventory has no agency {id}, which its collector was made for", id=answer.agency)
            problem = AnswerProblem(Refused.FOREIGN_AGENCY, answer.place, what, _NO_AGENCY, answer.agency)
        problem = problem or _out_of_time(answer, couriers[answer.courier], now, fresh_days)
        if problem is None:
            known.note(answer)
            good.append(answer)
        else:
            problems.append(problem)
    return Admitted(tuple(good), tuple(problems))


def newest_each(answers: Sequence[Answer]) -> Admitted:
    """Of each machine, as its collector knows it, the newest answer; of those of one moment the last.

    Asked when it is known which answers are whole, so that a broken one never puts a good one aside.
    """
    newest = {(one.courier, one.machine): one for one in sorted(answers, key=lambda one: one.time)}
    kept = tuple(one for one in answers if newest[one.courier, one.machine] is one)
    older = [one for one in answers if newest[one.courier, one.machine] is not one]
    return Admitted(kept, tuple(_skipped(Skipped.OLDER, one, _NEWER_HERE) for one in older))


_NEWER_HERE = msg("a newer answer of the same machine stands in these files")


class _Known:
    """Answers of earlier imports, and of this one."""

    def __init__(self, receipts: Iterable[Receipt]) -> None:
        self.macs: set[str] = set()
        self.nonces: set[str] = set()
        self.here: set[str] = set()
        self.newest: dict[tuple[str, str], datetime] = {}
        for receipt in receipts:
            self.macs.add(receipt.mac)
            self.nonces.add(receipt.nonce)
            machine = receipt.courier, receipt.machine
            self.newest[machine] = max(receipt.at, self.newest.get(machine, receipt.at))

    def seen(self, answer: Answer) -> AnswerProblem | None:
        """Why the answer is none that adds something."""
        if answer.mac in self.here:
            return _skipped(Skipped.DOUBLED, answer, msg("the same answer stands in these files twice"))
        if answer.mac in self.macs:
            return _skipped(Skipped.ALREADY_TAKEN, answer, msg("this answer was taken in before"))
        if answer.nonce in self.nonces:
            what = msg("another answer with the same number was taken in before: a machine never gives a number twice")
            hint = msg("somebody who has the collector changed an answer: ask the agency")
            return AnswerProblem(Refused.REPLAY, answer.place, what, hint, answer.agency)
        newest = self.newest.get((answer.courier, answer.machine))
        if newest is not None and answer.time <= newest:
            return _skipped(
                Skipped.OLDER, answer, msg("a newer answer of the same machine ({day}) is kept already", day=_text(newest))
            )
        return None

    def note(self, answer: Answer) -> None:
        """From now on it counts as known."""
        self.here.add(answer.mac)
        self.nonces.add(answer.nonce)


def _out_of_time(answer: Answer, courier: Courier, now: datetime, fresh_days: int) -> AnswerProblem | None:
    grace = timedelta(days=CLOCK_DAYS)
    until = taken_until(courier.period)
    if day_in_vietnam(now) > until:
        what = msg(
            "its collector was made for {period}; its answers were taken until {day}", period=courier.period, day=_day(until)
        )
        hint = msg("make the agency a collector of this period: secaudit courier make")
        return AnswerProblem(Refused.PERIOD_OVER, answer.place, what, hint, answer.agency)
    if answer.time > now + grace:
        what = msg(
            "the machine's clock ({time}) is {difference} ahead", time=_text(answer.time), difference=_span(answer.time - now)
        )
        return AnswerProblem(Refused.CLOCK_AHEAD, answer.place, what, _CLOCK, answer.agency)
    if answer.time < courier.made_at - grace:
        what = msg(
            "the machine's clock ({time}) is behind: {difference} before its collector was made",
            time=_text(answer.time),
            difference=_span(courier.made_at - answer.time),
        )
        return AnswerProblem(Refused.CLOCK_BEHIND, answer.place, what, _CLOCK, answer.agency)
    if answer.time < now - timedelta(days=fresh_days):
        what = msg(
            "it is {difference} old ({time}); the plan counts evidence for {days} days",
            difference=_span(now - answer.time),
            time=_text(answer.time),
            days=fresh_days,
        )
        return AnswerProblem(Refused.TOO_OLD, answer.place, what, _RUN_AGAIN, answer.agency)
    return None


def _skipped(reason: Skipped, answer: Answer, what: Message) -> AnswerProblem:
    return AnswerProblem(reason, answer.place, what, agency=answer.agency)


def _text(moment: datetime) -> str:
    return moment.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")


def _day(day: object) -> str:
    return f"{day:%d/%m/%Y}"


def _span(difference: timedelta) -> Message:
    days = difference.days
    if days >= 2:
        return msg("{count} days", count=days)
    return msg("{count} hours", count=int(difference.total_seconds()) // 3600)
