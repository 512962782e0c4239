"""Periods are opened one at a time for each plan, closed once and never changed; older stores learn of them."""

import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.errors import StoreError, UsageError
from secaudit.model.discovery import Device, HostFound, Search, SearchMethod, Service, SetAside
from secaudit.model.identity import Identity
from secaudit.model.intake import Newcomer
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.model.period import Closing, Period, is_name, newest_first, statutory, statutory_year
from secaudit.model.recheck import Agreement, Draw, DrawnFrom, FactAgreement, MachineRecheck, Recheck
from secaudit.store import Store, draw_digest
from tests.store.conftest import BACK_TO_0006, NOON

FIRST = Period("2026", "plan", date(2025, 12, 15), date(2026, 12, 14), NOON, "officer")
CLOSING = Closing(NOON + timedelta(days=50), "officer", NOON + timedelta(days=43), "d" * 64, 2, "c" * 64, "because", True)


def test_what_was_opened_and_closed_is_what_is_read(store: Store) -> None:
    assert store.periods.begin(FIRST) == FIRST
    closed = store.periods.close("2026", replace(CLOSING, closed_by="of\x1b[2Jficer\n", early=""))
    assert closed.closing is not None and "\x1b" not in closed.closing.closed_by and "\n" not in closed.closing.closed_by
    assert store.periods.all() == [closed]
    second = store.periods.begin(replace(FIRST, name="2027", first=date(2026, 12, 15), last=date(2027, 12, 14)))
    assert newest_first(store.periods.all()) == [second, closed]
    assert store.periods.close("2027", CLOSING) == replace(second, closing=CLOSING)
    with pytest.raises(UsageError, match="no period called 2028") as caught:
        store.periods.find("2028")
    assert "2026, 2027" in str(caught.value.hint)


def test_one_period_of_a_plan_is_open_and_no_day_is_in_two(store: Store) -> None:
    store.periods.begin(FIRST)
    later = replace(FIRST, name="x", first=date(2026, 12, 15), last=date(2027, 1, 1))
    with pytest.raises(UsageError, match="still open"):
        store.periods.begin(later)
    store.periods.begin(replace(FIRST, name="other", plan="other"))
    store.periods.close("2026", CLOSING)
    with pytest.raises(UsageError, match="called 2026 already"):
        store.periods.begin(replace(later, name="2026"))
    for first, last in ((date(2026, 12, 14), date(2027, 1, 1)), (date(2025, 1, 1), date(2025, 12, 15))):
        with pytest.raises(UsageError, match="two periods"):
            store.periods.begin(replace(later, first=first, last=last))
    store.periods.begin(later)
    for name in ("2026", "nobody"):
        with pytest.raises(UsageError, match="closed already"):
            store.periods.close(name, CLOSING)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE periods SET digest = 'x'",
        "UPDATE periods SET closed_at = NULL",
        "DELETE FROM periods",
        "INSERT OR REPLACE INTO periods SELECT * FROM periods",
    ],
)
def test_no_program_changes_a_closed_period(store: Store, path: Path, statement: str) -> None:
    store.periods.begin(FIRST)
    store.periods.close("2026", CLOSING)
    store.close()
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="periods are"):
        connection.execute(statement)
    connection.close()


def test_a_store_of_before_gets_the_table_and_a_damaged_row_is_refused(path: Path, tamper: Any, make: Any) -> None:
    with Store.open(path) as store:
        store.keep(make.begin(store).number, [make.outcome()])
    tamper(*BACK_TO_0006)
    with Store.open(path) as store:
        assert store.periods.all() == [] and store.verify().count == 1
        store.periods.begin(FIRST)
    tamper("UPDATE periods SET last_day = 'soon'")
    with Store.open(path) as store, pytest.raises(StoreError, match="damaged"):
        store.periods.all()


def test_the_point_of_a_moment_is_the_newest_outcome_gathered_by_then(store: Store, make: Any) -> None:
    assert store.periods.point(NOON) == (0, "")
    early = make.begin(store)
    [one, two] = store.keep(early.number, [make.outcome("pc-1"), make.outcome("pc-2", hours=5)])
    store.end_run(early.number, "finished", NOON)
    late = make.begin(store, started_at=NOON + timedelta(hours=2))
    [three] = store.keep(late.number, [make.outcome("pc-3", hours=-1)])
    assert store.periods.point(NOON) == (1, one.chain)
    assert store.periods.point(NOON + timedelta(hours=1)) == (1, one.chain)
    assert store.periods.point(NOON + timedelta(hours=3)) == (3, three.chain)
    assert store.periods.point(NOON + timedelta(hours=6)) == (3, three.chain) and two.number == 2


def test_a_copy_holds_what_was_there_and_nothing_that_came_later(store: Store, make: Any, tmp_path: Path) -> None:
    run = make.begin(store)
    store.keep(run.number, [make.outcome("pc-1"), make.outcome("pc-2"), make.outcome("pc-1", hours=4)])
    store.end_run(run.number, "finished", NOON)
    for hours, name in ((-1, "pc-1"), (2, "pc-2")):
        store.accept([name], who="officer", at=NOON + timedelta(hours=hours))
    target = tmp_path / "copy" / "evidence.sqlite"
    moment = NOON + timedelta(hours=1)
    store.periods.copy(target, moment=moment, outcome=store.periods.point(moment)[0])
    store.periods.copy_evidence(target, [1])
    with Store.open(target, create=False) as copy:
        assert copy.outcomes(1) == store.outcomes(1)[:2]
        assert copy.latest(moment, 30) == store.latest(moment, 30)
        assert copy.captures_of([1, 2]) == store.captures_of([1]) and copy.facts_of([1, 2]) == store.facts_of([1])
        assert [endpoint for _, _, endpoint in copy.acceptances()] == ["pc-1"]
    assert store.verify().problems == ()


def test_a_copy_holds_searches_words_new_machines_and_rechecks_of_its_time(store: Store, make: Any, tmp_path: Path) -> None:
    run = make.begin(store, way=Way.COURIER)
    store.keep(run.number, [make.outcome(name, way=Way.COURIER, grade=Grade.C) for name in ("pc-1", "pc-2")])
    store.end_run(run.number, "finished", NOON)
    search = store.begin_search(_search(make.begin(store, way=Way.SEARCH).number))
    for hours, network in ((0, "127.1.0.0/24"), (5, "127.2.0.0/24")):
        at = NOON + timedelta(hours=hours)
        host = HostFound(network.replace("0/24", "9"), "xa-a", at, (Service(9100),))
        store.save_part(search.number, network, [host], at, agency="xa-a")
        store.set_aside([SetAside("xa-a", host.address, Device.PRINTER, "máy in", "an", at, {"ports": "9100"})])
        store.keep_newcomers([Newcomer(f"xa-a-{hours}", "xa-a", "PC", Identity(serial=f"SN{hours}XYZ"), "", "ksc", at, at)])
        store.save_discovery(at, ["xa-a"], [])
        _recheck(store, make, hours)
    store.finish_search(search.number, NOON + timedelta(hours=6))
    moment = NOON + timedelta(hours=4)
    target = tmp_path / "copy" / "evidence.sqlite"
    store.periods.copy(target, moment=moment, outcome=store.periods.point(moment)[0])
    with Store.open(target, create=False) as copy:
        late = NOON + timedelta(days=9)
        assert copy.newest_recheck(late) == store.newest_recheck(moment) is not None
        assert copy.newest_hosts(late) == store.newest_hosts(moment) != store.newest_hosts(late)
        assert copy.set_asides(late) == store.set_asides(moment) and len(copy.set_asides(late)) == 1
        assert [one.id for one in copy.newcomers(late)] == ["xa-a-0"]
        assert copy.swept(late) == {"xa-a"} and copy.confirmed_keys(late) == store.confirmed_keys(moment)
        assert copy.first_found(late) == store.first_found(moment)


def _search(run: int) -> Search:
    networks = ("127.1.0.0/24", "127.2.0.0/24")
    return Search(0, run, NOON, None, "an", SearchMethod.NMAP, networks, (), ("xa-a",), (9100,), owners=("xa-a", "xa-a"))


def _recheck(store: Store, make: Any, hours: int) -> None:
    """One machine of evidence of grade C, drawn and asked again."""
    at = NOON + timedelta(hours=hours)
    draw = Draw(0, at, "s", True, "1", 1, (DrawnFrom("pc-1", 1),), 0, "")
    run = make.begin(store, started_at=at, scope=f"recheck, draw={draw_digest(draw)}")
    draw = replace(draw, run=run.number)
    store.save_draw(draw)
    [again] = store.keep(run.number, [make.outcome("pc-1", hours=hours + 1)])
    store.end_run(run.number, "finished", at)
    fact = FactAgreement("os.id", Agreement.SAME, '"a"', '"a"', "")
    store.save_recheck(
        run.number,
        [MachineRecheck("pc-1", Grade.C, 1, NOON, Recheck.AGREES, Sight.SEEN, again.number, at + timedelta(hours=1), (fact,))],
    )


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_every_day_is_in_exactly_one_statutory_year(day: date) -> None:
    year = statutory_year(day)
    assert [one for one in range(year - 2, year + 3) if statutory(one)[0] <= day <= statutory(one)[1]] == [year]
    assert statutory(year)[1] + timedelta(days=1) == statutory(year + 1)[0]


@given(st.text(max_size=45))
def test_a_name_is_one_of_a_folder(text: str) -> None:
    if is_name(text):
        assert text == text.lower() and text.isascii() and ".." not in (text, text[:2]) and not set(text) & set("/\\: \n\0")


@pytest.mark.parametrize("name", ["nul", "com1.x", "..", "../x", "Kỳ 1", "x.", ".x", "", "a" * 41])
def test_names_that_some_system_cannot_give_a_folder_are_refused(name: str) -> None:
    assert not is_name(name) and is_name("2026") and is_name("2026-q1.b")
