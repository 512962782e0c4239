"""Names, connections, byte limits and the watchdog; no packet leaves this machine."""

import errno
import socket
import threading
import time

import pytest

from secaudit.model.outcome import Sight
from secaudit.transport import Abandoned, Credentials, HostKeys, Target, TransportFailure
from secaudit.transport.ssh import SshTransport
from secaudit.transport.wire import Watchdog, Wire, connect, resolve


def soon(seconds=10.0):
    return time.monotonic() + seconds


def nothing_known(host, port):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_literal_address_asks_no_resolver():
    assert resolve("127.0.0.1", 22, nothing_known, soon()) == [(socket.AF_INET, ("127.0.0.1", 22))]
    assert resolve("::1", 22, nothing_known, soon())[0][0] == socket.AF_INET6


@pytest.mark.parametrize("name", ["may-khong-co.invalid", "x" * 70 + ".invalid", "a..b"])
def test_an_unknown_name_is_dns(name):
    def resolver(host, port):
        host.encode("idna")
        return nothing_known(host, port)

    transport = SshTransport(Credentials(), HostKeys(), resolver=resolver)
    with pytest.raises(TransportFailure) as caught:
        transport.execute(Target(name, 22, "audit"), lambda _: None, deadline=soon(), max_bytes=10)  # type: ignore[arg-type]
    assert caught.value.sight is Sight.DNS


def test_a_dead_name_server_costs_no_more_than_the_deadline():
    release = threading.Event()

    def dead(host, port):
        release.wait(30)
        return []

    began = time.monotonic()
    with pytest.raises(TransportFailure) as caught:
        resolve("cham.invalid", 22, dead, soon(0.3))
    release.set()
    assert caught.value.sight is Sight.TIMEOUT
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("error", "sight"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host"), Sight.NO_ROUTE),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), Sight.NO_ROUTE),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), Sight.REFUSED),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), Sight.REFUSED),
        (TimeoutError("timed out"), Sight.TIMEOUT),
        (OSError(errno.ETIMEDOUT, "Connection timed out"), Sight.TIMEOUT),
    ],
)
def test_class_of_a_connect_error(error, sight):
    def dialer(family, address, seconds):
        raise error

    with pytest.raises(TransportFailure) as caught:
        connect([(socket.AF_INET, ("127.0.0.1", 22))], dialer, seconds=3, deadline=soon())
    assert caught.value.sight is sight
    assert "127.0.0.1 port 22" in caught.value.detail


def test_a_defect_is_not_dressed_up_as_a_failure_of_the_machine():
    def dialer(family, address, seconds):
        raise OSError(errno.EMFILE, "Too many open files")

    with pytest.raises(OSError, match="Too many"):
        connect([(socket.AF_INET, ("127.0.0.1", 22))], dialer, seconds=3, deadline=soon())


def test_the_next_address_is_tried():
    left, right = socket.socketpair()
    tried = []

    def dialer(family, address, seconds):
        tried.append(address[0])
        if len(tried) == 1:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        return left

    places = [(socket.AF_INET, ("127.0.0.1", 22)), (socket.AF_INET, ("127.0.0.2", 22))]
    with left, right:
        assert connect(places, dialer, seconds=3, deadline=soon()) is left
    assert tried == ["127.0.0.1", "127.0.0.2"]


def test_no_time_left_means_no_attempt():
    with pytest.raises(TransportFailure) as caught:
        connect([(socket.AF_INET, ("127.0.0.1", 22))], lambda *_: pytest.fail("dialled"), seconds=3, deadline=soon(-1))
    assert caught.value.sight is Sight.TIMEOUT


def test_a_wire_counts_buffers_and_stops_at_its_limit():
    left, right = socket.socketpair()
    with left, right:
        wire = Wire(left, limit=10)
        right.sendall(b"12345678")
        assert (wire.recv(3), wire.recv(100)) == (b"123", b"45678")
        right.sendall(b"90abc")
        assert wire.recv(100) == b""
        assert wire.overrun
        right.sendall(b"more")
        assert wire.recv(100) == b""
        assert wire.received == 13
        assert wire.head == b"1234567890abc"


def test_the_watchdog_shuts_a_wire_at_its_deadline_and_not_another():
    watchdog = Watchdog()
    pairs = [socket.socketpair() for _ in range(2)]
    wires = [Wire(left, 100) for left, _ in pairs]
    with watchdog.over(wires[0], soon(60)), watchdog.over(wires[1], soon(0.2)):
        wires[1].settimeout(30)
        assert wires[1].recv(10) == b""
        assert wires[1].ended == "deadline"
        assert wires[0].ended is None
        pairs[0][1].sendall(b"alive")
        assert wires[0].recv(10) == b"alive"
    for left, right in pairs:
        left.close()
        right.close()


def test_a_wire_that_is_through_is_left_alone():
    watchdog = Watchdog()
    left, right = socket.socketpair()
    with left, right:
        wire = Wire(left, 100)
        with watchdog.over(wire, soon(0.1)):
            pass
        time.sleep(0.3)
        assert wire.ended is None


def test_abandoning_shuts_all_and_refuses_new_ones():
    watchdog = Watchdog()
    left, right = socket.socketpair()
    with left, right:
        wire = Wire(left, 100)
        with watchdog.over(wire, soon(60)):
            watchdog.abandon()
            assert wire.recv(10) == b""
        assert wire.ended == "abandoned"
        with pytest.raises(Abandoned), watchdog.over(Wire(left, 100), soon(60)):
            pytest.fail("accepted")
