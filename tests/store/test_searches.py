"""Searches are kept part by part, taken up again, and read as the newest word about each address."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from secaudit.errors import StoreError
from secaudit.model.discovery import Device, HostFound, Search, SearchMethod, Service
from secaudit.model.outcome import Way
from secaudit.store import Store

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=900)


@pytest.fixture(name="store")
def open_store(tmp_path):
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        yield store


def begin(store, *parts, method=SearchMethod.NMAP, at=AT):
    run = store.begin_run(started_at=at, who="officer", way=Way.SEARCH, scope="search")
    return store.begin_search(wanted(*parts, run=run.number, method=method, at=at))


def wanted(*parts, run=None, method=SearchMethod.NMAP, at=AT, ports=(22, 445)):
    owners, networks = zip(*parts, strict=True)
    return Search(0, run, at, None, "officer", method, networks, (), tuple(sorted(set(owners))), ports, owners=owners)


def host(agency, address, at=AT, **more):
    return HostFound(address, agency, at, **more)


def hours(count):
    return AT + timedelta(hours=count)


def test_a_part_comes_back_as_it_was_kept(store):
    search = begin(store, ("a", "127.1.0.0/24"))
    kept = host(
        "a", "127.1.0.9", services=(Service(22, "ssh", "SSH-2.0-x"), Service(9100)), device=Device.PRINTER,
        because=("port:9100", "against:port:22"), name="IN-1", mac="00:11:22:33:44:55", vendor="HP", host_key="SHA256:abc",
    )  # fmt: skip
    store.save_part(search.number, "127.1.0.0/24", [kept], AT, agency="a")
    found = store.newest_hosts(AT)["a"]
    assert found.hosts == (kept,)
    [network] = found.networks
    assert (network.network, network.at, network.search, network.method, network.ports, network.answered) == (
        "127.1.0.0/24", AT, search.number, SearchMethod.NMAP, (22, 445), 1,
    )  # fmt: skip


def test_an_interrupted_search_is_taken_up_with_what_is_left_and_a_finished_one_is_not(store):
    parts = [("a", "127.1.0.0/24"), ("b", "127.2.0.0/24")]
    search = begin(store, *parts)
    store.save_part(search.number, "127.1.0.0/24", [], hours(1), agency="a")
    found = store.open_search(wanted(*parts), LONG_AGO)
    assert found is not None
    assert (found.number, found.done, found.left) == (search.number, ("127.1.0.0/24",), (("b", "127.2.0.0/24"),))
    run = store.begin_run(started_at=hours(2), who="officer", way=Way.SEARCH, scope="search")
    store.take_up_search(search.number, run.number)
    store.save_part(search.number, "127.2.0.0/24", [], hours(2), agency="b")
    ended = store.finish_search(search.number, hours(3))
    assert (ended.run, ended.left, ended.finished_at) == (run.number, (), hours(3))
    assert store.open_search(wanted(*parts), LONG_AGO) is None


@pytest.mark.parametrize(
    "other",
    [
        wanted(("a", "127.1.0.0/25")),
        wanted(("b", "127.1.0.0/24")),
        wanted(("a", "127.1.0.0/24"), ports=(22,)),
        wanted(("a", "127.1.0.0/24"), method=SearchMethod.TCP),
    ],
)
def test_another_question_takes_up_nothing(store, other):
    begin(store, ("a", "127.1.0.0/24"))
    assert store.open_search(other, LONG_AGO) is None


def test_a_search_that_rested_too_long_is_not_taken_up(store):
    search = begin(store, ("a", "127.1.0.0/24"), ("a", "127.2.0.0/24"))
    again = wanted(("a", "127.1.0.0/24"), ("a", "127.2.0.0/24"))
    assert store.open_search(again, hours(1)) is None
    store.save_part(search.number, "127.1.0.0/24", [], hours(5), agency="a")
    assert store.open_search(again, hours(1)) is not None


def test_a_part_is_kept_once_and_none_after_the_end(store):
    search = begin(store, ("a", "127.1.0.0/24"))
    store.save_part(search.number, "127.1.0.0/24", [], AT, agency="a")
    with pytest.raises(StoreError):
        store.save_part(search.number, "127.1.0.0/24", [], AT, agency="a")
    store.finish_search(search.number, AT)
    with pytest.raises(StoreError, match="is not open"):
        store.save_part(search.number, "127.9.0.0/24", [], AT, agency="a")
    with pytest.raises(StoreError, match="no search 99"):
        store.search(99)


def test_a_part_whose_hosts_cannot_be_kept_is_not_done(store):
    search = begin(store, ("a", "127.1.0.0/24"))
    twice = [host("a", "127.1.0.1"), host("a", "127.1.0.1")]
    with pytest.raises(StoreError):
        store.save_part(search.number, "127.1.0.0/24", twice, AT, agency="a")
    assert store.search(search.number).done == ()
    assert store.newest_hosts(AT) == {}


def test_the_newest_word_about_each_address_counts_whatever_network_it_was_searched_in(store):
    large = begin(store, ("a", "127.1.0.0/24"))
    old = [host("a", "127.1.0.1"), host("a", "127.1.0.20"), host("a", "127.1.0.200")]
    store.save_part(large.number, "127.1.0.0/24", old, AT, agency="a")
    small = begin(store, ("a", "127.1.0.16/28"))
    store.save_part(small.number, "127.1.0.16/28", [host("a", "127.1.0.17", hours(1))], hours(1), agency="a")
    found = store.newest_hosts(hours(2))["a"]
    assert [one.address for one in found.hosts] == ["127.1.0.1", "127.1.0.17", "127.1.0.200"]
    assert [(one.network, one.answered) for one in found.networks] == [("127.1.0.0/24", 3), ("127.1.0.16/28", 1)]
    assert [one.address for one in store.newest_hosts(AT)["a"].hosts] == ["127.1.0.1", "127.1.0.20", "127.1.0.200"]
    again = begin(store, ("a", "127.1.0.0/24"))
    store.save_part(again.number, "127.1.0.0/24", [], hours(3), agency="a")
    found = store.newest_hosts(hours(4))["a"]
    assert found.hosts == ()
    assert [(one.network, one.search, one.answered) for one in found.networks] == [("127.1.0.0/24", again.number, 0)]


def test_the_same_addresses_of_two_agencies_stay_two_places(store):
    for name in ("a", "b"):
        search = begin(store, (name, "192.168.1.0/24"))
        store.save_part(search.number, "192.168.1.0/24", [host(name, "192.168.1.7", name=name)], AT, agency=name)
    assert {name: [one.name for one in found.hosts] for name, found in store.newest_hosts(AT).items()} == {"a": ["a"], "b": ["b"]}


def test_parts_of_an_interrupted_search_count_and_agencies_never_searched_are_left_out(store):
    search = begin(store, ("a", "127.1.0.0/24"), ("b", "127.2.0.0/24"))
    store.save_part(search.number, "127.1.0.0/24", [], AT, agency="a")
    assert list(store.newest_hosts(AT)) == ["a"]


def test_when_something_was_first_found_is_remembered(store):
    for number in range(3):
        search = begin(store, ("a", "127.1.0.0/24"), at=hours(number))
        found = [host("a", "127.1.0.1", hours(number)), *([host("a", "127.1.0.2", hours(number))] if number else [])]
        store.save_part(search.number, "127.1.0.0/24", found, hours(number), agency="a")
    assert store.first_found(hours(9)) == {("a", "127.1.0.1"): hours(0), ("a", "127.1.0.2"): hours(1)}


def test_what_machines_say_is_kept_harmless_and_bounded(store):
    search = begin(store, ("a", "127.1.0.0/24"))
    evil = "\x1b[31m\u202e" + "x" * 10_000
    services = tuple(Service(port, evil, evil) for port in range(1, 5000))
    loud = host("a", "127.1.0.1", name=evil, mac=evil, vendor=evil, host_key=evil, because=(evil,), services=services)
    store.save_part(search.number, "127.1.0.0/24", [loud], AT, agency="a")
    [kept] = store.newest_hosts(AT)["a"].hosts
    words = [kept.name, kept.mac, kept.vendor, kept.host_key, *kept.because, kept.services[0].name, kept.services[0].product]
    assert all(len(word) <= 253 and "\x1b" not in word and "\u202e" not in word for word in words)
    assert len(kept.services) == 2000


@pytest.mark.parametrize("table", ["search_parts", "hosts_found", "searches"])
def test_what_a_search_found_is_never_taken_back(store, table):
    search = begin(store, ("a", "127.1.0.0/24"))
    store.save_part(search.number, "127.1.0.0/24", [host("a", "127.1.0.1")], AT, agency="a")
    with pytest.raises((IntegrityError, StoreError)), store._database.write() as connection:
        connection.execute(text(f"DELETE FROM {table}"))


def test_a_damaged_row_is_a_damaged_store_and_no_trace(store):
    search = begin(store, ("a", "127.1.0.0/24"))
    store.save_part(search.number, "127.1.0.0/24", [host("a", "127.1.0.1")], AT, agency="a")
    with store._database.write() as connection:
        connection.execute(text("DROP TRIGGER hosts_found_no_update"))
        connection.execute(text("UPDATE hosts_found SET services = '[[1]]'"))
    with pytest.raises(StoreError):
        store.newest_hosts(AT)
