"""Jump hosts: one connection shared by all behind it, confirmed before anything is offered, its failures named."""

import contextlib
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.server import LabServer
from secaudit.lab.sshd import Sshd
from secaudit.model.outcome import OfferResult, Sight
from secaudit.model.secret import Secret
from secaudit.transport import Abandoned, Credentials, HostKeys, KeyFile, Target, TransportFailure, jump
from secaudit.transport.forwarded import JumpTransport
from secaudit.transport.outbox import Outbox
from secaudit.transport.ssh import SshTransport
from tests.transport.conftest import ANSWER, Say

JUMP = "127.20.7.1"
BEHIND = [f"127.20.8.{n}" for n in range(1, 51)]


class Range:
    """A real OpenSSH server as jump host, and lab machines behind it."""

    def __init__(self, stack, tmp_path, machines, *, forwarding=True):
        self.key = tmp_path / "keys" / "client"
        public = fresh_key(self.key)
        self.sshd = stack.enter_context(Sshd([JUMP], 0, tmp_path / "sshd", forwarding=forwarding))
        lab = LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=lambda _n, stdin: ANSWER + stdin)
        self.lab = stack.enter_context(lab)
        self.jump = Target(
            JUMP, self.sshd.port, self.sshd.user, name="jump-a", credentials=Credentials((KeyFile(self.sshd.client_key),))
        )

    def target(self, address, **changes):
        return replace(Target(address, self.lab.port, "audit", name=address, jump=self.jump), **changes)

    def host_keys(self, *, jump_key=None):
        behind = [(f"jump-a/{name}", key) for name, key in self.lab.known_hosts()]
        return HostKeys.of_keys([(self.jump.known_as, jump_key or self.sshd.host_key), *behind])

    def transport(self, host_keys=None, credentials=None, **options):
        return SshTransport(credentials or Credentials((KeyFile(self.key),)), host_keys or self.host_keys(), **options)

    @property
    def logins(self):
        return self.sshd.log().count("Accepted publickey")


@pytest.fixture
def behind(tmp_path):
    with ExitStack() as stack:
        yield lambda machines, **options: Range(stack, tmp_path, machines, **options)


def good(addresses):
    return {address: Machine(answer="x") for address in addresses}


def ask(transport, target, *, seconds=30.0):
    return transport.execute(target, lambda _version: Say(), deadline=time.monotonic() + seconds, max_bytes=1 << 20)


def failure_of(transport, target, **options):
    with pytest.raises(TransportFailure) as caught:
        ask(transport, target, **options)
    return caught.value


def test_fifty_machines_behind_a_real_jump_host_share_one_connection(behind):
    here = behind(good(BEHIND))
    with closing(here.transport()) as transport, ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(lambda address: ask(transport, here.target(address), seconds=120), BEHIND))
        offers = transport.offers()
    assert [reply.stdout for reply in replies] == [ANSWER + Say.stdin] * 50
    assert [reply.host_key for reply in replies] == [here.lab.host_key(address).fingerprint for address in BEHIND]
    assert here.logins == 1
    assert sorted(offer.machine for offer in offers) == sorted(["jump-a", *BEHIND])
    assert {offer.result for offer in offers} == {OfferResult.ACCEPTED}
    jump = next(offer for offer in offers if offer.machine == "jump-a")
    assert (jump.account, jump.fingerprint) == (here.sshd.user, here.sshd.client.fingerprint)


def test_a_second_jump_host_behind_the_first(behind, tmp_path):
    here = behind(good(BEHIND[:3]))
    with Sshd(["127.20.7.2"], 0, tmp_path / "second", forwarding=True) as second:
        inner = Target(
            "127.20.7.2",
            second.port,
            second.user,
            name="jump-b",
            jump=here.jump,
            credentials=Credentials((KeyFile(second.client_key),)),
        )
        keys = [(here.jump.known_as, here.sshd.host_key), (inner.known_as, second.host_key)]
        keys += [(f"jump-b/{name}", key) for name, key in here.lab.known_hosts()]
        assert inner.known_as.startswith("jump-a/")
        with closing(here.transport(HostKeys.of_keys(keys))) as transport:
            for address in BEHIND[:3]:
                assert ask(transport, here.target(address, jump=inner)).exit_status == 0
        assert (here.logins, second.log().count("Accepted publickey")) == (1, 1)


def test_a_jump_host_with_a_changed_key_is_offered_nothing_and_nothing_behind_it_is_contacted(behind, tmp_path):
    here = behind(good(BEHIND[:5]))
    host_keys = here.host_keys(jump_key=fresh_key(tmp_path / "other"))
    with closing(here.transport(host_keys)) as transport:
        failures = [failure_of(transport, here.target(address)) for address in BEHIND[:5]]
        assert transport.offers() == ()
    assert {failure.sight for failure in failures} == {Sight.HOST_KEY}
    assert all(failure.detail.startswith("jump host jump-a: changed: ") for failure in failures)
    assert all(failure.host_key is None for failure in failures), "the jump host's key is not the machine's"
    assert here.lab.offers == []
    # Nobody logged in, and it was asked for its key once, not once for each machine.
    assert here.logins == 0
    wait_for(lambda: "[preauth]" in here.sshd.log())
    assert here.sshd.log().count("[preauth]") == 1


def test_a_jump_host_that_refuses_the_login_is_asked_once(behind, tmp_path):
    here = behind(good(BEHIND[:20]))
    stranger = tmp_path / "stranger"
    fresh_key(stranger)
    jump = replace(here.jump, credentials=Credentials((KeyFile(stranger),)))
    with closing(here.transport()) as transport, ThreadPoolExecutor(20) as pool:
        failures = list(pool.map(lambda address: failure_of(transport, here.target(address, jump=jump)), BEHIND[:20]))
        failures.append(failure_of(transport, here.target(BEHIND[0], jump=jump)))
        offers = transport.offers()
    assert {failure.sight for failure in failures} == {Sight.AUTH}
    assert all("jump host jump-a: " in failure.detail for failure in failures)
    assert [(offer.machine, offer.result) for offer in offers] == [("jump-a", OfferResult.REFUSED)]
    assert here.lab.offers == []


def test_what_is_for_the_machines_is_not_offered_to_the_jump_host(behind):
    """The password of the machines goes through the jump host, never to it."""
    here = behind(good(BEHIND[:1]))
    plain = replace(here.jump, credentials=None)
    with closing(here.transport(credentials=Credentials((KeyFile(here.key),), password=Secret("Hoa-Phuong-2026")))) as transport:
        failure = failure_of(transport, here.target(BEHIND[0], jump=plain))
        offers = transport.offers()
    assert failure.sight is Sight.AUTH
    assert [offer.method for offer in offers] == ["publickey"]
    assert "password" not in failure.detail


def test_a_machine_with_another_key_behind_the_jump_host_is_offered_nothing(behind):
    here = behind({BEHIND[0]: Machine(answer="x", misbehave=Misbehaviour.OTHER_KEY)})
    with closing(here.transport()) as transport:
        failure = failure_of(transport, here.target(BEHIND[0]))
        assert [offer.machine for offer in transport.offers()] == ["jump-a"]
    assert failure.sight is Sight.HOST_KEY
    assert failure.detail.startswith("changed")
    assert here.lab.offers == []


def test_the_same_address_behind_two_jump_hosts_is_two_machines():
    one, two = (Target("10.9.0.1", 22, "u", name=name) for name in ("jump-a", "jump-b"))
    names = {Target("192.168.1.10", 22, "u", jump=jump).known_as for jump in (None, one, two)}
    names |= {Target("192.168.1.10", 2222, "u", jump=jump).known_as for jump in (None, one, two)}
    assert len(names) == 6
    assert Target("192.168.1.10", 22, "u", key_alias="May-7", jump=one).known_as == "may-7"
    assert Target("192.168.1.10", 22, "u", jump=one).via == "jump-a"


def test_host_keys_are_scanned_through_the_jump_host(behind):
    here = behind(good(BEHIND[:1]))
    only_jump = HostKeys.of_keys([(here.jump.known_as, here.sshd.host_key)])
    with closing(here.transport(only_jump)) as transport:
        key = transport.scan_host_key(here.target(BEHIND[0]), time.monotonic() + 30)
        assert key == here.lab.host_key(BEHIND[0])
    assert here.lab.offers == []
    with closing(here.transport(HostKeys())) as transport, pytest.raises(TransportFailure, match="jump host jump-a: unknown"):
        transport.scan_host_key(here.target(BEHIND[0]), time.monotonic() + 30)


def test_classes_of_what_the_jump_host_cannot_reach(behind):
    here = behind(good(BEHIND[:1]))
    with socket.socket() as taken, closing(here.transport()) as transport:
        taken.bind(("127.20.8.99", 0))
        refused = failure_of(transport, here.target("127.20.8.99", port=taken.getsockname()[1]))
        no_name = failure_of(transport, here.target("no-such-host.invalid"))
        assert ask(transport, here.target(BEHIND[0])).exit_status == 0
    assert refused.sight is Sight.REFUSED
    assert refused.detail.startswith("jump host jump-a: it cannot connect to 127.20.8.99 port")
    assert no_name.sight in (Sight.DNS, Sight.NO_ROUTE)
    assert here.logins == 1


def test_a_server_that_does_not_forward(behind):
    here = behind(good(BEHIND[:1]), forwarding=False)
    with closing(here.transport()) as transport:
        failure = failure_of(transport, here.target(BEHIND[0]))
    assert failure.sight is Sight.NO_ROUTE
    assert "administratively prohibited" in failure.detail


@pytest.mark.parametrize("misbehaviour", [Misbehaviour.SILENT, Misbehaviour.DRIP, Misbehaviour.HANG_EXEC])
def test_the_deadline_of_a_machine_holds_behind_a_jump_host_and_delays_nobody(behind, misbehaviour):
    here = behind({BEHIND[0]: Machine(answer="x", misbehave=misbehaviour), **good(BEHIND[1:4])})
    with closing(here.transport()) as transport:
        ask(transport, here.target(BEHIND[1]))
        began = time.monotonic()
        failure = failure_of(transport, here.target(BEHIND[0]), seconds=2.0)
        took = time.monotonic() - began
        assert all(ask(transport, here.target(address)).exit_status == 0 for address in BEHIND[1:4])
    assert failure.sight is Sight.TIMEOUT
    assert 1.9 < took < 6
    assert here.logins == 1


def test_an_endless_answer_behind_a_jump_host_ends_at_the_budget(behind):
    here = behind({BEHIND[0]: Machine(answer="x", misbehave=Misbehaviour.ENDLESS_OUTPUT), **good(BEHIND[1:2])})
    with closing(here.transport()) as transport:
        reply = transport.execute(here.target(BEHIND[0]), lambda _: Say(), deadline=time.monotonic() + 60, max_bytes=300_000)
        assert len(reply.stdout) <= 300_000
        assert ask(transport, here.target(BEHIND[1])).exit_status == 0
    assert here.logins == 1


def test_a_jump_host_that_dies_is_connected_to_once_more(behind):
    here = behind({BEHIND[0]: Machine(answer="x", misbehave=Misbehaviour.HANG_EXEC), **good(BEHIND[1:])})
    with closing(here.transport()) as transport, ThreadPoolExecutor(2) as pool:
        for expected in (1, 2):
            under_way = pool.submit(failure_of, transport, here.target(BEHIND[0]))
            assert ask(transport, here.target(BEHIND[1])).exit_status == 0
            wait_for(lambda: (BEHIND[0], "publickey") in here.lab.offers[-4:])
            time.sleep(0.3)
            assert here.logins == expected
            assert cut_sessions(here.sshd)
            failure = under_way.result(20)
            assert failure.sight in (Sight.NO_ROUTE, Sight.CHANNEL)
            assert "jump host jump-a: the connection to it broke" in failure.detail
        last = failure_of(transport, here.target(BEHIND[2]))
    assert last.sight is Sight.NO_ROUTE
    assert "jump host jump-a" in last.detail
    assert here.logins == 2


def test_a_jump_host_that_falls_silent_is_found_out_and_connected_to_again(behind, monkeypatch):
    """A lost cable sends no farewell: without asking, each machine behind it would be waited for in vain."""
    monkeypatch.setattr(jump, "SILENT_SECONDS", 1.0)
    here = behind(good(BEHIND[:3]))
    with closing(here.transport(connect_seconds=2.0)) as transport:
        assert ask(transport, here.target(BEHIND[0])).exit_status == 0
        stopped = signal_sessions(here.sshd, signal.SIGSTOP)
        try:
            failure = failure_of(transport, here.target(BEHIND[1]))
            assert failure.sight is Sight.TIMEOUT
            assert "did not answer it within 2 s" in failure.detail
            wait_for(lambda: not any(thread.name == "secaudit-doubt" for thread in threading.enumerate()))
            assert ask(transport, here.target(BEHIND[2])).exit_status == 0
        finally:
            for child in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGCONT)
    assert here.logins == 2


def test_a_slow_machine_is_not_taken_for_a_silent_jump_host(behind, monkeypatch):
    monkeypatch.setattr(jump, "SILENT_SECONDS", 5.0)
    here = behind(good(BEHIND[:2]))
    with socket.socket() as full, closing(here.transport(connect_seconds=1.0)) as transport:
        full.bind(("127.20.8.98", 0))
        full.listen(0)
        fill = [socket.socket() for _ in range(3)]
        for sock in fill:  # a full queue: the next connection is neither taken nor refused
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        failure = failure_of(transport, here.target("127.20.8.98", port=full.getsockname()[1]))
        for sock in fill:
            sock.close()
        wait_for(lambda: not any(thread.name == "secaudit-doubt" for thread in threading.enumerate()))
        assert ask(transport, here.target(BEHIND[0])).exit_status == 0
    assert failure.sight is Sight.TIMEOUT
    assert here.logins == 1


def test_stopping_a_run_ends_what_goes_through_a_jump_host(behind):
    assert stopped(behind) == ["abandoned"]


def test_stopping_is_no_broken_way_even_when_the_jump_host_goes_long_before(behind, monkeypatch):
    """What goes through its connection notices at once; whoever stops may be held up in between."""
    shut = Outbox.shut

    def shut_slowly(self, reason=None):
        shut(self, reason)
        if threading.current_thread() is threading.main_thread():
            time.sleep(1.0)

    monkeypatch.setattr(Outbox, "shut", shut_slowly)
    assert stopped(behind) == ["abandoned"]


def test_stopping_between_the_jump_host_and_the_machine_is_no_broken_way(behind, monkeypatch):
    """Its connection is there and no channel asked for yet; or it went while somebody waited for it."""
    here = behind({BEHIND[0]: Machine(answer="x")})
    with closing(here.transport()) as transport:
        assert ask(transport, here.target(BEHIND[0])).exit_status == 0

        def stop_first(*_args):
            transport.abandon()
            raise EOFError

        monkeypatch.setattr(JumpTransport, "ask_for", stop_first)
        for _ in range(2):
            with pytest.raises(Abandoned):
                ask(transport, here.target(BEHIND[0]))


def stopped(behind):
    """How a request through a jump host to a silent machine ends when the run is stopped."""
    here = behind({BEHIND[0]: Machine(answer="x", misbehave=Misbehaviour.SILENT)})
    ended = []

    def wait_in_vain():
        try:
            ask(transport, here.target(BEHIND[0]), seconds=60)
        except Abandoned:
            ended.append("abandoned")
        except TransportFailure as failure:
            ended.append(str(failure))

    with closing(here.transport()) as transport:
        thread = threading.Thread(target=wait_in_vain)
        thread.start()
        wait_for(lambda: here.logins == 1)
        time.sleep(0.3)
        transport.abandon()
        thread.join(10)
    return ended


def wait_for(condition, seconds=20.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def cut_sessions(sshd):
    """End the server's side of every connection."""
    return signal_sessions(sshd, signal.SIGKILL)


def signal_sessions(sshd, number):
    """Send a signal to the server's side of every connection: the children of the listening process."""
    listener = int((sshd.folder / "sshd.pid").read_text(encoding="ascii"))
    with open(f"/proc/{listener}/task/{listener}/children", encoding="ascii") as children:  # noqa: PTH123
        found = [int(child) for child in children.read().split()]
    for child in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)
    return found
