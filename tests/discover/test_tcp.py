"""Connection attempts of our own: what answers, what is sent, and how much is read."""

import errno
import time
from ipaddress import ip_network

import pytest

from secaudit.discover import tcp
from secaudit.discover.sighting import Sighting, believable
from secaudit.discover.tcp import GREETING_BYTES, Answer, TcpLooker, attempts, greeting_words
from secaudit.errors import SecauditError
from secaudit.model.discovery import Service
from tests.discover.answering import Listener, listening


def test_finds_exactly_what_is_open_with_its_greeting():
    with listening(
        ("127.31.20.9", 22, b"SSH-2.0-Cisco-1.25\r\n"), ("127.31.20.200", 445, b""), ("127.31.20.200", 2222, b"SSH-2.0-x\r\n")
    ):
        look = TcpLooker(20_000).look(ip_network("127.31.20.0/24"), (22, 445, 2222))
    assert {one.address: one.services for one in look.sightings} == {
        "127.31.20.9": (Service(22, "ssh", "SSH-2.0-Cisco-1.25"),),
        "127.31.20.200": (Service(445, "microsoft-ds"), Service(2222, "ssh", "SSH-2.0-x")),
    }


def test_nothing_is_ever_sent_to_a_port_least_of_all_to_a_printer():
    with listening(("127.31.21.9", 9100, b""), ("127.31.21.9", 2222, b"SSH-2.0-x\r\n")) as (printer, server):
        TcpLooker(20_000).look(ip_network("127.31.21.8/30"), (2222, 9100))
        # The system completes a connection before the listener's thread gets to see it.
        deadline = time.monotonic() + 30
        while not (printer.connections and server.connections) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert (printer.connections, server.connections) == (1, 1)
    assert bytes(printer.heard) == bytes(server.heard) == b""


def test_an_endless_greeting_is_read_up_to_a_bound():
    chatty = Listener("127.31.22.9", 2222, b"x" * 4096, endless=True)
    try:
        [attempt] = attempts([("127.31.22.9", 2222)], rate=1000)
    finally:
        chatty.close()
    assert attempt.answer is Answer.OPEN
    assert len(attempt.greeting) == GREETING_BYTES


def test_a_machine_that_answers_nothing_after_the_connection_is_open_all_the_same():
    with listening(("127.31.23.9", 2222, b"")):
        [attempt] = attempts([("127.31.23.9", 2222)], rate=1000)
    assert (attempt.answer, attempt.greeting) == (Answer.OPEN, b"")


def test_a_thousand_open_ports_are_all_found():
    listeners = [Listener("127.31.24.9", 0) for _ in range(1000)]
    try:
        ports = {one.port for one in listeners}
        found = {one.port for one in attempts([("127.31.24.9", port) for port in ports], rate=50_000, listen=False)
                 if one.answer is Answer.OPEN}  # fmt: skip
    finally:
        for one in listeners:
            one.close()
    assert found == ports


def test_no_more_attempts_are_under_way_than_allowed(monkeypatch):
    monkeypatch.setattr(tcp, "IN_FLIGHT", 3)
    asked = [(f"127.31.25.{n}", 2222) for n in range(1, 40)]
    assert {one.address for one in attempts(asked, rate=50_000)} == {address for address, _ in asked}


def test_a_lack_of_connections_here_is_never_taken_for_silence_there(monkeypatch):
    monkeypatch.setattr(tcp.socket.socket, "connect_ex", lambda _self, _where: errno.EADDRNOTAVAIL)
    with pytest.raises(SecauditError, match="cannot open more connections"):
        list(attempts([("127.31.26.1", 22)], rate=1000))


def test_hostile_greetings_become_a_short_harmless_line():
    words = greeting_words(b"\xff\xfd\x18\x1b]0;owned\x07\x1b[31m\xe2\x80\xaelogin:\r\nmore" + b"A" * 300)
    assert words.startswith("]0;owned[31mlogin: more")
    assert words.isprintable()
    assert len(words) <= 100


def bare(count):
    return [Sighting(f"10.0.0.{n}") for n in range(1, count + 1)]


def test_one_device_that_refuses_for_a_whole_network_is_no_254_machines():
    look = believable(ip_network("10.0.0.0/24"), [*bare(253), Sighting("10.0.0.254", (Service(80),))])
    assert [one.address for one in look.sightings] == ["10.0.0.254"]
    assert "refuses for every address" in str(look.notes[0])


def test_machines_that_only_refuse_are_kept_where_others_are_silent():
    look = believable(ip_network("10.0.0.0/24"), bare(40))
    assert len(look.sightings) == 40
    assert look.notes == ()
