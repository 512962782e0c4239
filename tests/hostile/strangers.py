"""Servers that no lab map names: they lie in the protocol itself, or below it."""

import contextlib
import os
import re
import socket
import time
from functools import partial

import paramiko

from secaudit.lab.answers import nonce_in, render_answer
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from secaudit.lab.session import LabSession, LabTransport

EVIL = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\u202e\x9b31m"
"""What no terminal and no page may take as its own."""
VERSION = b"SSH-2.0-OpenSSH_9.6\r\n"
MEGABYTES = 100
NONCES: dict[str, str] = {}
"""Name of an answer -> number it was last asked with."""


def packet(payload: bytes) -> bytes:
    """A binary packet before keys are exchanged (RFC 4253 section 6)."""
    padding = 8 - (5 + len(payload)) % 8
    padding += 8 if padding < 4 else 0
    return (1 + len(payload) + padding).to_bytes(4, "big") + bytes([padding]) + payload + b"\0" * padding


def string(data: bytes) -> bytes:
    """An SSH string."""
    return len(data).to_bytes(4, "big") + data


def kexinit(kex: bytes, host_key: bytes = b"ssh-ed25519") -> bytes:
    """Our side of the negotiation."""
    lists = [kex, host_key, *[b"aes128-ctr"] * 2, *[b"hmac-sha2-256"] * 2, *[b"none"] * 2, b"", b""]
    return packet(b"\x14" + os.urandom(16) + b"".join(string(names) for names in lists) + b"\0" * 5)


def _flood(sock: socket.socket, data: bytes) -> None:
    for _ in range(20_000):
        sock.sendall(data)


BELOW = {
    "closes-after-version": ("protocol", lambda sock: sock.sendall(VERSION)),
    "closes-in-negotiation": ("protocol", lambda sock: sock.sendall(VERSION + kexinit(b"curve25519-sha256@libssh.org")[:90])),
    "no-common-exchange": ("protocol", lambda sock: sock.sendall(VERSION + kexinit(EVIL.encode()))),
    "no-common-key": ("host_key", lambda sock: sock.sendall(VERSION + kexinit(b"curve25519-sha256@libssh.org", EVIL.encode()))),
    "huge-packet": ("protocol", lambda sock: sock.sendall(VERSION + b"\xff\xff\xff\xff" + b"A" * 4000)),
    "says-goodbye": (
        "protocol",
        lambda sock: sock.sendall(VERSION + packet(b"\x01\0\0\0\x02" + string(EVIL.encode()) + string(b"en"))),
    ),
    "ignore-flood": ("protocol", lambda sock: (sock.sendall(VERSION), _flood(sock, packet(b"\x02" + string(b"x" * 900))))),
    "debug-flood": (
        "protocol",
        lambda sock: (sock.sendall(VERSION), _flood(sock, packet(b"\x04\x01" + string(EVIL.encode()) * 2))),
    ),
    "old-protocol": ("protocol", lambda sock: sock.sendall(b"SSH-1.5-\x1b[31mold\r\n")),
    "web-server": ("banner", lambda sock: sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n<script>alert(1)</script>")),
}
"""Name -> class it must end in, and what it does to the socket before it closes."""
ABOVE = {
    "evil-version": "seen",
    "evil-login-banner": "seen",
    "evil-goodbye-at-login": "auth",
    "evil-refusal": "channel",
    "evil-stderr": "shell",
    "100-megabytes": "truncated",
    "evil-sections": "seen",
    "neighbours-number": "shell",
    "no-status": "seen",
}
"""Name of an answer -> class it must end in."""


def answer(name: str, stdin: bytes) -> bytes | None:
    """What the machine says on stdout."""
    nonce = nonce_in(stdin)
    if nonce is None or name == "evil-stderr":
        return None
    NONCES[name] = nonce
    text = render_answer("ubuntu-24-04-unprotected", nonce, int(time.time())).decode("utf-8")
    if name == "100-megabytes":
        half = text.index("##SECAUDIT", len(text) // 2)
        return text[:half].encode() + b"all work and no play\n" * (MEGABYTES * 50_000)
    if name == "evil-sections":
        found = re.sub(rf"(##SECAUDIT {nonce} begin \S+\n)", lambda m: m[1] + EVIL + "\0" + EVIL + "\n", text)
        return found.encode().replace(b"owned", b"owned\xff\xc3")
    if name == "neighbours-number":
        others = [number for other, number in NONCES.items() if other != name]
        return text.replace(nonce, others[-1] if others else "0" * 32).encode()
    return text.encode()


class _Session(LabSession):
    """Says hostile things where the protocol leaves room for words."""

    name = ""
    _connection: paramiko.Transport

    def run(self, transport: paramiko.Transport) -> None:
        """As every session, but the connection is at hand for what the library does not offer."""
        self._connection = transport
        super().run(transport)

    def get_banner(self) -> tuple[str | None, str | None]:
        """Shown before the login by most clients."""
        return EVIL, "en"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """A refusal whose reason is the library's; the words that matter come with the goodbye."""
        return 1 if self.name == "evil-refusal" else super().check_channel_request(kind, chanid)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """One leaves in the middle of the login, with words."""
        if self.name == "evil-goodbye-at-login":
            message = paramiko.Message()
            message.add_byte(b"\x01")
            message.add_int(2)
            message.add_string(EVIL)
            message.add_string("en")
            self._connection._send_message(message)
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        return super().check_auth_publickey(username, key)

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """One complains at length; one never names an exit status."""
        if self.name == "evil-stderr":
            channel.sendall_stderr(EVIL.encode() * 50)
        if self.name == "no-status":
            channel.send_exit_status = lambda _status: None
        return super().check_channel_exec_request(channel, command)


class HostileLab(LabServer):
    """A lab whose machines are named by what they do (see BELOW and ABOVE)."""

    def _serve(self, sock: socket.socket, address: str, machine: Machine) -> None:
        act = BELOW.get(machine.answer or "")
        if act is None:
            super()._serve(sock, address, machine)
            return
        with sock, contextlib.suppress(OSError):
            sock.settimeout(60)
            act[1](sock)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass

    def _transport(self, sock: socket.socket, address: str, machine: Machine) -> LabTransport:
        transport = super()._transport(sock, address, machine)
        if machine.answer == "evil-version":
            transport.local_version = f"SSH-2.0-secaudit-lab_{EVIL}"
        return transport

    def _session(self, address: str, machine: Machine) -> LabSession:
        session = _Session(machine, self._doors, partial(answer, machine.answer or ""), lambda _method: None, self._stop)
        session.name = machine.answer or ""
        return session
