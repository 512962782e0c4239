"""Compression after the login: it saves bytes, and a server that sends bombs gains nothing."""

import time
import zlib

import pytest
from paramiko.message import Message

from secaudit.lab.map import Machine
from secaudit.lab.session import LabSession, LabTransport
from secaudit.model.outcome import Sight
from secaudit.transport import Cut, TransportFailure
from secaudit.transport.squeeze import PACKET_BYTES, Squeezer, Unsqueezer
from secaudit.transport.wire import Wire
from tests.memory import grown_kb
from tests.transport.conftest import ANSWER

HOST = "127.20.8.1"
SCRIPT = b"".join(b"question number %d of a script that repeats itself\n" % number for number in range(1200))
METHOD = "zlib@openssh.com"


@pytest.fixture
def squeezing(monkeypatch):
    """The lab's servers compress too."""
    monkeypatch.setattr(LabTransport, "_preferred_compression", (METHOD, "none"))


@pytest.mark.usefixtures("squeezing")
def test_the_answer_is_the_same_and_fewer_bytes_travel(bench_with):
    bench = bench_with({HOST: Machine(answer="x")})
    reply = bench.ask(HOST, request=bench.say(stdin=SCRIPT))
    assert reply.stdout == ANSWER + SCRIPT
    assert reply.exit_status == 0
    assert reply.received < len(SCRIPT) / 3


def test_a_server_without_compression_is_asked_as_before(bench_with):
    bench = bench_with({HOST: Machine(answer="x")})
    reply = bench.ask(HOST, request=bench.say(stdin=SCRIPT))
    assert reply.stdout == ANSWER + SCRIPT
    assert reply.received > len(SCRIPT)


class Bomb:
    """A server's side whose packets hold a thousand times what they weigh."""

    piece = b"\x5e" + bytes(4) + (200 * 1024).to_bytes(4, "big") + bytes(200 * 1024)

    def __init__(self):
        self._stream = zlib.compressobj(9)
        self._sent = 0

    def __call__(self, data):
        self._sent += 1
        plain = data if self._sent < 6 else type(self).piece
        return self._stream.compress(plain) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class Ignored(Bomb):
    """Bombs in messages that the other side only has to skip: no window and no reader would ever stop them."""

    piece = b"\x02" + bytes(200 * 1024)


class Monster(Bomb):
    """A single packet is larger than everything that may come."""

    piece = b"\x5e" + bytes(4) + (32 << 20).to_bytes(4, "big") + bytes(32 << 20)


def flood(session, channel, stdout):
    """Packets without end; a bad server waits for no window."""
    del stdout
    packet = Message()
    packet.add_byte(b"\x02")
    while not session._stop.is_set():
        channel.transport._send_user_message(packet)


@pytest.mark.usefixtures("squeezing")
@pytest.mark.parametrize("kind", [Bomb, Ignored, Monster])
def test_a_bomb_ends_at_the_budget_of_the_answer(bench_with, monkeypatch, kind):
    methods = {"none": (None, None), METHOD: (kind, lambda: zlib.decompressobj().decompress)}
    monkeypatch.setattr(LabTransport, "_compression_info", methods)
    monkeypatch.setattr(LabSession, "_flood", flood)
    bench = bench_with({HOST: Machine(answer="x", misbehave="endless-output")})
    began = time.monotonic()
    with grown_kb() as grown:
        try:
            reply = bench.ask(HOST, max_bytes=1 << 20, seconds=30)
            assert reply.cut in (Cut.BYTES, Cut.CONNECTION)
            assert len(reply.stdout) <= 1 << 20
        except TransportFailure as failure:
            assert failure.sight in (Sight.PROTOCOL, Sight.CHANNEL)
        assert time.monotonic() - began < 25, "only the deadline ended it"
        assert grown() < 100 * 1024  # the lab's own pieces lie in this process too: 32 MB


def test_a_gigabyte_in_one_packet_is_never_unpacked():
    wire = Wire(None, 1 << 40)
    stream = zlib.compressobj(9)
    begin = stream.flush(zlib.Z_FULL_FLUSH)
    bomb = begin + (stream.compress(bytes(1 << 20)) + stream.flush(zlib.Z_FULL_FLUSH)) * 1024
    with grown_kb() as grown:
        with pytest.raises(EOFError):
            Unsqueezer(wire)(bomb)
        assert wire.overrun
        assert grown() < 8 * 1024


def test_many_honest_packets_end_at_the_limit_of_the_wire():
    wire = Wire(None, 10 * PACKET_BYTES)
    pack, unpack = Squeezer(), Unsqueezer(wire)
    piece = bytes(PACKET_BYTES - 1)
    for _ in range(10):
        assert unpack(pack(piece)) == piece
    with pytest.raises(EOFError):
        unpack(pack(piece))
    assert wire.overrun


def test_packets_come_through_unchanged_in_any_size():
    pack, unpack = Squeezer(), Unsqueezer(Wire(None, 1 << 30))
    for size in (0, 1, 2, 100, 32768, PACKET_BYTES):
        piece = bytes(range(256)) * (size // 256) + bytes(size % 256)
        assert unpack(pack(piece)) == piece
