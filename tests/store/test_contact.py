"""Contact history: in which hours of the week machines were seen, and when the newest run began."""

from datetime import UTC, datetime, timedelta
from typing import Any

from secaudit.model.base import VIETNAM_TIME
from secaudit.model.outcome import Sight, Way
from secaudit.store import Store

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_contacts_are_counted_by_hour_of_the_week_in_viet_nam(store: Store, make: Any) -> None:
    """Noon of Sunday 1 November 2026 in UTC is seven in the evening of that Sunday: hour 163 of the week."""
    run = make.begin(store)
    store.keep(
        run.number,
        [
            make.outcome("pc-1"),
            make.outcome("pc-1", hours=7 * 24),
            make.outcome("pc-1", hours=5),  # midnight: Monday has begun
            make.outcome("pc-2", hours=4.99),
            make.outcome("pc-3", sight=Sight.TIMEOUT),
        ],
    )
    assert make.noon.astimezone(VIETNAM_TIME).strftime("%A %H") == "Sunday 19"
    assert store.contact_hours(LONG_AGO) == {"pc-1": {163: 2, 0: 1}, "pc-2": {167: 1}}


def test_every_hour_is_the_one_that_python_says(store: Store, make: Any) -> None:
    run = make.begin(store)
    outcomes = [make.outcome(f"pc-{hours}", hours=hours + 0.5) for hours in range(168)]
    store.keep(run.number, outcomes)
    contacts = store.contact_hours(LONG_AGO)
    for outcome in outcomes:
        local = outcome.finished_at.astimezone(VIETNAM_TIME)
        assert contacts[outcome.endpoint] == {local.weekday() * 24 + local.hour: 1}


def test_only_ssh_says_when_a_machine_can_be_reached(store: Store, make: Any) -> None:
    store.keep(make.begin(store).number, [make.outcome("pc-1", way=Way.COURIER), make.outcome("pc-2", way=Way.CONSOLE)])
    assert store.contact_hours(LONG_AGO) == {}


def test_old_contacts_do_not_count(store: Store, make: Any) -> None:
    store.keep(make.begin(store).number, [make.outcome("pc-1"), make.outcome("pc-1", hours=-1)])
    assert store.contact_hours(make.noon) == {"pc-1": {163: 1}}
    assert store.contact_hours(make.noon + timedelta(microseconds=1)) == {}


def test_the_newest_runs_of_a_way(store: Store, make: Any) -> None:
    assert store.run_starts(Way.SSH) == []
    for way, hours in ((Way.SSH, 0), (Way.SSH, 5), (Way.COURIER, 9)):
        run = make.begin(store, way=way, started_at=make.noon + timedelta(hours=hours))
        store.end_run(run.number, "finished", make.noon + timedelta(hours=hours + 1))
    assert store.run_starts(Way.SSH) == [make.noon, make.noon + timedelta(hours=5)]
    assert store.run_starts(Way.SSH, limit=1) == [make.noon + timedelta(hours=5)]
    assert store.run_starts(Way.COURIER) == [make.noon + timedelta(hours=9)]
