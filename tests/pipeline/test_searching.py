"""A search is kept part by part, and goes on where it stopped."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from secaudit.discover.sighting import Look
from secaudit.discover.tcp import TcpLooker
from secaudit.errors import SecauditError
from secaudit.messages import msg
from secaudit.model.discovery import HostFound, SearchMethod, Service
from secaudit.pipeline.found_keys import KeyFinder, key_finder
from secaudit.pipeline.search_plan import Asked, plan_search
from secaudit.pipeline.searched import inventory_reconciliation, wholly_searched
from secaudit.pipeline.searching import TAKE_UP, search_networks
from secaudit.store import Store
from secaudit.transport import HostKeys
from tests.discover.answering import Listener, listening
from tests.pipeline.test_search_plan import DAY, province

NETWORKS = ["127.32.0.0/24", "127.32.1.0/24", "127.32.2.0/24", "127.32.3.0/24"]


class Watched:
    """The real looker on one port, which stops or fails where a test wants it to."""

    method = SearchMethod.TCP

    def __init__(self, *, fails=(), stops=None):
        self.looked = []
        self._real, self._fails, self._stops = TcpLooker(50_000), fails, stops

    def look(self, network, ports) -> Look:
        self.looked.append(str(network))
        if str(network) == self._stops:
            raise KeyboardInterrupt
        if str(network) in self._fails:
            raise SecauditError(msg("{network} is broken", network=str(network)))
        return self._real.look(network, (2222,))


@pytest.fixture(name="store")
def open_store(tmp_path):
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        yield store


def search(store, looker, *, networks=NETWORKS, at=None, **more):
    plan = plan_search(province(a=networks), Asked(), DAY)
    moment = at or datetime(2026, 11, 20, tzinfo=UTC)
    return search_networks(store, plan, looker, who="officer", clock=lambda: moment, **more)


def test_a_whole_search_is_one_finished_run(store):
    with listening(("127.32.2.7", 2222, b"SSH-2.0-Cisco-1.25\r\n")):
        steps = []
        result = search(store, Watched(), progress=lambda done, total: steps.append((done, total)))
    assert (result.run.status, result.run.way, result.search.left, result.search.run) == (
        "finished",
        "search",
        (),
        result.run.number,
    )
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    [host] = store.newest_hosts(datetime.now(UTC))["a"].hosts
    assert (host.address, host.device, host.agency) == ("127.32.2.7", "network", "a")
    assert store.verify().problems == ()


def test_a_stopped_search_goes_on_with_the_rest_in_a_run_of_its_own(store):
    first, second = Watched(stops=NETWORKS[2]), Watched()
    stopped = search(store, first)
    assert (stopped.interrupted, stopped.search.done) == (True, tuple(NETWORKS[:2]))
    result = search(store, second)
    assert (result.search.number, result.taken_up, second.looked) == (stopped.search.number, 2, NETWORKS[2:])
    assert [(run.number, run.status) for run in store.runs()] == [(1, "interrupted"), (2, "finished")]
    third = Watched()
    assert search(store, third).search.number != stopped.search.number
    assert third.looked == NETWORKS


@pytest.mark.parametrize(
    "more",
    [{"again": True}, {"at": datetime(2026, 11, 20, tzinfo=UTC) + TAKE_UP + timedelta(hours=1)}, {"networks": NETWORKS[:3]}],
)
def test_a_stopped_search_is_left_alone_when_it_is_old_or_another_is_wanted(store, more):
    search(store, Watched(stops=NETWORKS[2]))
    assert search(store, Watched(), **more).taken_up == 0


def test_a_network_that_cannot_be_looked_at_stays_open_and_is_named(store):
    result = search(store, Watched(fails=NETWORKS[1:2]))
    assert [(one.network, str(one.message)) for one in result.failures] == [(NETWORKS[1], f"{NETWORKS[1]} is broken")]
    assert (result.search.finished_at, result.search.left) == (None, (("a", NETWORKS[1]),))
    again = Watched()
    assert search(store, again).failures == ()
    assert again.looked == NETWORKS[1:2]


@pytest.mark.parametrize("count", [1, 4])
def test_a_tool_that_works_nowhere_is_an_error(store, count):
    looker = Watched(fails=NETWORKS)
    with pytest.raises(SecauditError, match="is broken"):
        search(store, looker, networks=NETWORKS[:count])
    assert len(looker.looked) == min(count, 3)
    assert [run.status for run in store.runs()] == ["failed"]


def test_an_agency_counts_as_searched_only_when_all_its_networks_were(store):
    known = province(a=NETWORKS[:2], b=NETWORKS[2:3])
    plan = plan_search(known, Asked(), DAY)
    with listening(("127.32.0.5", 2222, b""), ("127.32.2.5", 2222, b"")):
        search_networks(store, plan, Watched(stops=NETWORKS[1]), who="x", clock=lambda: datetime.now(UTC))
        half = inventory_reconciliation(known, store, datetime.now(UTC))
        search_networks(store, plan, Watched(), who="x", clock=lambda: datetime.now(UTC))
    whole = inventory_reconciliation(known, store, datetime.now(UTC))
    assert (wholly_searched(known, half), _undeclared(half)) == (frozenset(), ["127.32.0.5"])
    assert (wholly_searched(known, whole), _undeclared(whole)) == ({"a", "b"}, ["127.32.0.5", "127.32.2.5"])


def _undeclared(found):
    return sorted(host.address for hosts in found.beyond().values() for host in hosts)


def ssh(address, *ports):
    services = tuple(Service(port, "ssh", "SSH-2.0-OpenSSH_9.2") for port in ports)
    return HostFound(address, "a", datetime.now(UTC), services)


@pytest.mark.skipif(shutil.which("nmap") is None, reason="nmap is not installed (Debian: apt-get install nmap)")
def test_every_lab_machine_is_found_by_nmap_and_known_by_the_host_key_that_is_enrolled_for_it(lab_province):
    done = lab_province.run(lab_province.command("discover", "--no-services", "--rate", "50000", "--format", "json"))
    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert sorted(one["endpoint"] for one in found["lines"] if one["meeting"] == "answering") == sorted(lab_province.answering)
    [port] = {one["services"][0]["port"] for one in found["hosts"]}
    enrolled = HostKeys.read(lab_province.workspace / "known_hosts")
    for one in found["hosts"]:
        name = f"[{one['address']}]:{port}"
        assert one["host_key"] in {entry.key.fingerprint for entry in enrolled.about(name)}


def test_a_listener_that_only_greets_has_no_key_and_stays_as_it_was():
    fake, silent = ssh("127.32.9.9", 2222), HostFound("127.32.9.10", "a", datetime.now(UTC), (Service(445),))
    with listening(("127.32.9.9", 2222, b"SSH-2.0-fake\r\n")), key_finder(HostKeys(), seconds=2.0) as finder:
        assert finder([fake, silent]) == [fake, silent]


def test_only_what_spoke_ssh_is_asked_for_a_key():
    asked = []
    finder = KeyFinder(lambda target, _deadline: asked.append(target), 1.0)
    quiet = HostFound(
        "127.32.9.9", "a", datetime.now(UTC), (Service(22, "ssh"), Service(9100, "jetdirect"), Service(80, "http", "x"))
    )
    assert finder([quiet]) == [quiet]
    assert asked == []


def test_an_endless_greeting_and_a_silent_machine_hold_nothing_up(store):
    endless, silent = Listener("127.32.0.8", 2222, b"y" * 1000, endless=True), Listener("127.32.0.9", 2222)
    try:
        result = search(store, Watched(), networks=["127.32.0.8/30"])
    finally:
        endless.close()
        silent.close()
    assert result.run.status == "finished"
    hosts = {one.address: one for one in store.newest_hosts(datetime.now(UTC))["a"].hosts}
    assert sorted(hosts) == ["127.32.0.8", "127.32.0.9"]
    assert len(hosts["127.32.0.8"].services[0].product) <= 100
