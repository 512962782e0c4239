"""A server that leaves while we write: the class is that of the phase, and what came of an answer counts."""

import threading
import time
from dataclasses import dataclass, field

import paramiko
import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.model.outcome import Sight
from secaudit.transport import Credentials, HostKeys, KeyFile, Target, TransportFailure
from secaudit.transport.exchange import Exchange
from secaudit.transport.ssh import SshTransport
from tests.hostile.acts import MisbehavingLab
from tests.transport.conftest import Say

HOST = "127.20.1.31"


def ask(home, name):
    keys = [fresh_key(home / "key")]
    with MisbehavingLab({HOST: Machine(answer=name)}, home, folder=home / "lab", client_keys=keys) as lab:
        transport = SshTransport(Credentials((KeyFile(home / "key"),)), HostKeys.of_keys(lab.known_hosts()))
        target = Target(HOST, lab.port, "audit")
        return transport.execute(target, lambda _version: Say(), deadline=time.monotonic() + 30, max_bytes=1 << 20)


def until_gone(connection):
    until = time.monotonic() + 20
    while connection.is_active() and time.monotonic() < until:
        time.sleep(0.01)


def gone(*_packet):
    """What the library does when the socket takes nothing any more."""
    raise EOFError


def test_a_server_that_is_gone_when_the_command_is_sent(tmp_path, monkeypatch):
    """The race between its leaving and our next packet, always lost."""
    open_session = paramiko.Transport.open_session

    def then_lost(self, **options):
        channel = open_session(self, **options)
        monkeypatch.setattr(self.packetizer, "send_message", gone)
        return channel

    monkeypatch.setattr(paramiko.Transport, "open_session", then_lost)
    with pytest.raises(TransportFailure) as caught:
        ask(tmp_path, "closes-after-session")
    assert caught.value.sight is Sight.CHANNEL


def test_a_server_that_is_gone_when_its_yes_to_the_login_is_read(tmp_path, monkeypatch):
    """It let us in: what failed is the session."""
    auth_publickey = paramiko.Transport.auth_publickey

    def slowly(self, user, key, event):
        inner = threading.Event()
        auth_publickey(self, user, key, event=inner)
        until_gone(self)
        event.set()

    monkeypatch.setattr(paramiko.Transport, "auth_publickey", slowly)
    with pytest.raises(TransportFailure) as caught:
        ask(tmp_path, "closes-after-login")
    assert caught.value.sight is Sight.CHANNEL


@dataclass
class Leaving:
    """A channel whose connection ends while stdin is written; half of an answer had come."""

    left: list[bytes]
    error: Exception
    status_event: threading.Event = field(default_factory=threading.Event)
    exit_status: int = -1
    closed: bool = False
    eof_received: bool = False

    def __post_init__(self):
        self.in_buffer = self.in_stderr_buffer = self
        self.status_event.set()

    def set_event(self, event):
        self.bell = event

    def settimeout(self, timeout):
        pass

    def recv_ready(self):
        return bool(self.left)

    def recv(self, nbytes):
        return self.left.pop(0)

    def recv_stderr_ready(self):
        return False

    def send(self, data):
        self.closed = True
        self.bell.set()
        raise self.error


@pytest.mark.parametrize("error", [EOFError(), OSError("Socket is closed")], ids=["end", "closed"])
def test_what_came_of_an_answer_outlives_the_write_that_failed(error):
    heard = Exchange(Leaving([b"half"], error), b"script", deadline=time.monotonic() + 30, max_bytes=1000).run()
    assert heard.stdout == b"half"
