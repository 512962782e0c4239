"""Which answers are taken: clocks, periods, replays."""

from datetime import UTC, datetime, timedelta

import pytest

from secaudit.intake.admission import admit, newest_each
from secaudit.model.courier import Answer, Courier, Place, Receipt, Refused, Skipped, period_end, taken_until
from tests.intake.sealed import MADE, NOW, TIME

COURIER = Courier("c" * 16, "so-a", "2026-12", "document", MADE, "An", "k", b"", "d")


def answer(name: str = "1", time: datetime = TIME, **changes: str) -> Answer:
    known = {
        "agency": "so-a",
        "period": "2026-12",
        "courier": COURIER.id,
        "machine": "m",
        "platform": "posix",
        "name": "PC",
        "body": "",
    }
    both = {**known, "nonce": f"nonce {name}", "mac": f"mac {name}", **changes}
    return Answer(place=Place("a.txt", 1, "m"), time=time, block=b"", **both)


def receipt(name: str = "0", at: datetime = TIME, **changes: str) -> Receipt:
    known = {"courier": COURIER.id, "nonce": f"nonce {name}", "machine": "m", "endpoint": "pc"}
    return Receipt(**{"mac": f"mac {name}", **known, "at": at, **changes})


def judged(*answers: Answer, receipts=(), now: datetime = NOW, days: int = 30, agencies=("so-a",)) -> list[object]:
    found = admit(answers, couriers={COURIER.id: COURIER}, receipts=receipts, agencies=agencies, now=now, fresh_days=days)
    assert len(found.answers) + len(found.problems) == len(answers)
    return [one.reason for one in found.problems]


def test_an_answer_of_its_time_is_taken():
    assert judged(answer()) == []


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        (NOW + timedelta(hours=23), None),
        (NOW + timedelta(hours=25), Refused.CLOCK_AHEAD),
        (NOW + timedelta(days=4000), Refused.CLOCK_AHEAD),
        (MADE - timedelta(hours=23), None),
        (MADE - timedelta(hours=25), Refused.CLOCK_BEHIND),
        (datetime(2009, 1, 1, tzinfo=UTC), Refused.CLOCK_BEHIND),
    ],
)
def test_a_clock_that_is_wrong_by_more_than_a_day_is_refused_with_the_difference(time, reason):
    found = admit([answer(time=time)], couriers={COURIER.id: COURIER}, receipts=(), agencies={"so-a"}, now=NOW, fresh_days=30)
    assert [one.reason for one in found.problems] == ([reason] if reason else [])
    for problem in found.problems:
        assert "clock" in str(problem.message) and ("days" in str(problem.message) or "hours" in str(problem.message))
        assert "date and time" in str(problem.hint)


def test_an_answer_older_than_the_plan_counts_is_refused():
    late = TIME + timedelta(days=30)
    assert judged(answer(), now=late) == []
    assert judged(answer(), now=late + timedelta(seconds=1)) == [Refused.TOO_OLD]
    assert judged(answer(), now=late + timedelta(seconds=1), days=40) == []


def test_answers_are_taken_until_31_days_after_the_end_of_the_period():
    assert taken_until("2026-12") == period_end("2026-12") + timedelta(days=31)
    last = datetime(2027, 1, 31, 16, 59, tzinfo=UTC)  # one minute to midnight in Việt Nam
    assert judged(answer(time=last - timedelta(days=1)), now=last) == []
    assert judged(answer(time=last - timedelta(days=1)), now=last + timedelta(minutes=2)) == [Refused.PERIOD_OVER]


@pytest.mark.parametrize(("period", "day"), [("2026-12", "2026-12-31"), ("2028-02", "2028-02-29"), ("2026-04", "2026-04-30")])
def test_a_period_ends_with_its_month(period, day):
    assert period_end(period).isoformat() == day


@pytest.mark.parametrize("period", ["2026-13", "2026-00", "2026", "2026-1", "12-2026", "2026-12\n"])
def test_what_is_no_period_is_refused(period):
    with pytest.raises(ValueError, match="period"):
        period_end(period)


def test_what_was_taken_in_before_is_harmless_whenever_it_comes_again():
    assert judged(answer("0"), receipts=[receipt("0")]) == [Skipped.ALREADY_TAKEN]
    assert judged(answer("0"), receipts=[receipt("0")], now=NOW + timedelta(days=900)) == [Skipped.ALREADY_TAKEN]
    assert judged(answer(), answer()) == [Skipped.DOUBLED]


def test_a_number_given_twice_is_a_replay():
    assert judged(answer("1", nonce="nonce 0", machine="other"), receipts=[receipt("0")]) == [Refused.REPLAY]
    assert judged(answer("1"), answer("2", nonce="nonce 1")) == [Refused.REPLAY]


def test_an_answer_older_than_one_that_is_kept_adds_nothing():
    newer = receipt("0", TIME + timedelta(hours=1))
    assert judged(answer(), receipts=[newer, receipt("9", TIME - timedelta(days=1))]) == [Skipped.OLDER]
    assert judged(answer(time=TIME + timedelta(hours=2)), receipts=[newer]) == []
    assert judged(answer(), receipts=[receipt("0", TIME + timedelta(hours=1), machine="another")]) == []
    assert judged(answer(), receipts=[receipt("0", TIME + timedelta(hours=1), courier="another")]) == []


def test_an_agency_that_the_inventory_does_not_have_is_refused():
    assert judged(answer(), agencies=("so-b",)) == [Refused.FOREIGN_AGENCY]


def test_of_one_machine_the_newest_counts_in_whatever_order_they_stand():
    old, new, other = answer("1"), answer("2", TIME + timedelta(hours=1)), answer("3", machine="n")
    for order in ([old, new, other], [new, old, other], [other, new, old]):
        found = newest_each(order)
        assert {one.mac for one in found.answers} == {"mac 2", "mac 3"}
        assert [one.reason for one in found.problems] == [Skipped.OLDER]
    twin = answer("4", TIME)
    assert [one.mac for one in newest_each([old, twin]).answers] == ["mac 4"]
