"""A connection that ends or is garbled after any number of bytes: one class, that of the phase; never a defect of ours."""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from secaudit.collect import Job, Limits, collect
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Sight
from secaudit.transport import Credentials, HostKeys, KeyFile, Target
from secaudit.transport.ssh import SshTransport
from tests.hostile.acts import MisbehavingLab

LAB = "127.28.80.1"
CUTS = [0, 1, 3, 8, 20, 23, 24, *range(40, 2600, 40), *range(2600, 24_000, 700)]
"""Bytes of the server that come through; identification, negotiation, keys, login and session take less than 3,000."""
CLEAR = 1_100
"""By then all packets are encrypted."""
ANSWERED = 18_000
"""By then no answer is whole: it has 18,361 bytes itself."""
ORDER = (Sight.BANNER, Sight.PROTOCOL, Sight.AUTH, Sight.CHANNEL, Sight.SHELL, Sight.TRUNCATED, Sight.SEEN)
_RESET = struct.pack("ii", 1, 0)


class Cutter:
    """Passes connections on to the lab; how many bytes come back follows from the address."""

    def __init__(self, cuts: dict[str, int], lab_port: int, *, end: str) -> None:
        self._lab_port = lab_port
        self._end = end
        self.port = 0
        self._listeners = []
        for address in cuts:
            self._listeners.append(socket.create_server((address, self.port)))
            self.port = self._listeners[0].getsockname()[1]
        for listener, left in zip(self._listeners, cuts.values(), strict=True):
            threading.Thread(target=self._accept, args=(listener, left), daemon=True).start()

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _accept(self, listener: socket.socket, left: int) -> None:
        with contextlib.suppress(OSError):
            near, _ = listener.accept()
            self._serve(near, left)

    def _serve(self, near: socket.socket, left: int) -> None:
        # One thread for both ways: a second one asleep in the socket would keep the kernel from resetting it.
        with near, socket.create_connection((LAB, self._lab_port), 10) as far, contextlib.suppress(OSError):
            passed = 0
            while passed < left or self._end == "garble":
                ready, _, _ = select.select([near, far], [], [], 30)
                if not ready:
                    return
                if near in ready:
                    if not (data := near.recv(4096)):
                        return
                    far.sendall(data)
                if far in ready:
                    if not (data := far.recv(4096 if self._end == "garble" else min(left - passed, 4096))):
                        break
                    if self._end == "garble" and passed <= left < passed + len(data):
                        data = data[: left - passed] + bytes([data[left - passed] ^ 0x41]) + data[left - passed + 1 :]
                    near.sendall(data)
                    passed += len(data)
            if self._end == "reset":
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            else:
                near.shutdown(socket.SHUT_WR)
                while near.recv(4096):
                    pass


@pytest.fixture(name="seen")
def cut_everywhere(tmp_path, diary) -> Iterator:
    def see(end: str, seconds: float = 60):
        cuts = {f"127.28.{81 + n // 250}.{1 + n % 250}": cut for n, cut in enumerate(CUTS)}
        keys = [fresh_key(tmp_path / "key")]
        with MisbehavingLab({LAB: Machine(answer="good")}, tmp_path, folder=tmp_path / "lab", client_keys=keys) as lab:
            cutter = Cutter(cuts, lab.port, end=end)
            names = [(f"[{address}]:{cutter.port}", lab.host_key(LAB)) for address in cuts]
            transport = SshTransport(Credentials((KeyFile(tmp_path / "key"),)), HostKeys.of_keys(names))
            jobs = [Job(Endpoint(id=a, kind="server", os="linux", address=a), Target(a, cutter.port, "audit")) for a in cuts]
            limits = Limits(in_flight=len(jobs) if seconds < 60 else 16, per_second=10_000, endpoint_seconds=seconds)
            options = {"knowledge": Knowledge(), "keep": diary.keep, "observer": diary, "stop": threading.Event()}
            collect(jobs, transport, limits=limits, **options)
            cutter.close()
        return [(cut, diary.of(address)) for address, cut in cuts.items()]

    return see


def test_a_connection_that_ends_after_any_number_of_bytes_has_the_class_of_its_phase(seen):
    outcomes = seen("close")
    sights = [outcome.sight for _, outcome in outcomes]
    assert set(sights) <= set(ORDER), [(cut, outcome.detail) for cut, outcome in outcomes if outcome.sight not in ORDER]
    ranks = [ORDER.index(sight) for sight in sights]
    assert ranks == sorted(ranks), "a later end never looks like an earlier phase"
    assert {Sight.BANNER, Sight.PROTOCOL, Sight.AUTH, Sight.CHANNEL, Sight.TRUNCATED, Sight.SEEN} <= set(sights)
    assert all(outcome.detail for _, outcome in outcomes if outcome.sight is not Sight.SEEN)


def test_a_connection_that_is_reset_after_any_number_of_bytes_is_never_a_defect_of_ours(seen):
    """A reset may take back what had come: the class may be that of an earlier phase, and is never ``seen`` too early."""
    outcomes = seen("reset")
    strange = [(cut, outcome.detail) for cut, outcome in outcomes if outcome.sight not in (*ORDER, Sight.REFUSED)]
    assert strange == []
    assert all(outcome.capture.complete for _, outcome in outcomes if outcome.sight is Sight.SEEN)


def test_one_garbled_byte_anywhere_is_noticed(seen):
    """Before the keys it may only be waited for, after them the packet is refused: nothing garbled is ever an answer."""
    outcomes = seen("garble", 6)
    allowed = (*ORDER, Sight.HOST_KEY, Sight.TIMEOUT)
    assert [(cut, outcome.detail) for cut, outcome in outcomes if outcome.sight not in allowed] == []
    whole = [cut for cut, outcome in outcomes if outcome.sight is Sight.SEEN]
    # Only the padding of packets in the clear is proved by nothing, and says nothing.
    assert [cut for cut in whole if CLEAR < cut < ANSWERED] == []
    assert len(whole) < 10
