"""What the machines of tests/hostile/misbehaviour.py do: below SSH on bare sockets, above it in sessions of the lab."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_PARTIALLY_SUCCESSFUL
from paramiko.message import Message
from paramiko.server import InteractiveQuery

from secaudit.lab.answers import nonce_in, render_answer
from secaudit.lab.manners import hang_up
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from secaudit.lab.session import LabSession, LabTransport
from tests.hostile.strangers import EVIL, VERSION, kexinit, packet, string

ANSWER = "ubuntu-24-04-unprotected"
TEN_YEARS = 10 * 365 * 86_400
GIGABYTE = 1 << 30
PASSWORD = "Hoa-Ban-2026 $(id)"
_NOISE = packet(b"\x02" + string(b"x" * 900))
_NEGOTIATION = VERSION + kexinit(b"curve25519-sha256@libssh.org")
_NEWKEYS, _SERVICE_ACCEPT, _LOGGED_IN, _OPENED, _RUNS = 21, 6, 52, 91, 99
"""Numbers of the packets after which a phase is over (RFC 4253, 4252, 4254)."""

Raw = Callable[[socket.socket, threading.Event], object]


def _slowly(sock: socket.socket, stop: threading.Event, parts: Iterator[bytes]) -> None:
    for part in parts:
        sock.sendall(part)
        if stop.wait(1.0):
            return


def _without_end(sock: socket.socket, stop: threading.Event, data: bytes) -> None:
    while not stop.is_set():
        sock.sendall(data)


def _forever(data: bytes) -> Iterator[bytes]:
    while True:
        yield data


def _one_by_one(data: bytes) -> Iterator[bytes]:
    for byte in data:
        yield bytes([byte])


def _then_silence(sock: socket.socket, stop: threading.Event, data: bytes) -> None:
    sock.sendall(data)
    stop.wait()


BELOW: dict[str, Raw] = {
    "drips-identification": lambda sock, stop: _slowly(sock, stop, _one_by_one(b"SSH-2.0-" + b"x" * 600)),
    "endless-identification": lambda sock, stop: (sock.sendall(b"SSH-2.0-"), _without_end(sock, stop, b"x" * 4096)),
    "slow-banner": lambda sock, stop: _slowly(sock, stop, _forever(b"Welcome to the ministry of silly talks\r\n")),
    "closes-in-identification": lambda sock, _: sock.sendall(b"SSH-2.0-Open"),
    "escapes": lambda sock, _: sock.sendall((EVIL * 20).encode() + b"\n"),
    "old-protocol": lambda sock, _: sock.sendall(b"SSH-1.5-OpenSSH_1.2\r\n"),
    "closes-after-identification": lambda sock, _: sock.sendall(VERSION),
    "silent-after-identification": lambda sock, stop: _then_silence(sock, stop, VERSION),
    "closes-in-kex": lambda sock, _: sock.sendall(_NEGOTIATION[:90]),
    "silent-in-kex": lambda sock, stop: _then_silence(sock, stop, _NEGOTIATION),
    "drips-kex": lambda sock, stop: (sock.sendall(VERSION), _slowly(sock, stop, _one_by_one(_NEGOTIATION[len(VERSION) :] * 9))),
    "endless-kex": lambda sock, stop: (sock.sendall(VERSION), _without_end(sock, stop, _NOISE)),
    "slow-endless-kex": lambda sock, stop: (sock.sendall(VERSION), _slowly(sock, stop, _forever(_NOISE))),
    "no-common-kex": lambda sock, _: sock.sendall(VERSION + kexinit(EVIL.encode())),
    "huge-packet": lambda sock, _: sock.sendall(VERSION + b"\xff\xff\xff\xff" + b"A" * 4000),
    "no-known-kind-of-key": lambda sock, _: sock.sendall(VERSION + kexinit(b"curve25519-sha256@libssh.org", EVIL.encode())),
}
"""Name -> what it does to the socket before it closes; none of these ever holds keys, so no login can reach it."""
CLOSES_AFTER = {
    "closes-before-login": _SERVICE_ACCEPT,
    "closes-after-kex": _NEWKEYS,
    "closes-after-login": _LOGGED_IN,
    "closes-after-session": _OPENED,
    "closes-before-first-byte": _RUNS,
}
SILENT_AFTER = {
    "silent-after-kex": _NEWKEYS,
    "silent-after-login": _LOGGED_IN,
    "silent-after-session": _OPENED,
    "silent-before-first-byte": _RUNS,
}
SAYS = {
    "sftp-only": (b"This service allows sftp connections only.\r\n", b""),
    "network-gear": (b"\r\nexec sh -s\r\n ^\r\n% Invalid input detected at '^' marker.\r\n\r\nswitch-01>", b""),
    "expired-password": (b"", b"WARNING: Your password has expired.\nPassword change required but no TTY available.\n"),
    "sudo-alone-tty": (b"", b"sudo: sorry, you must have a tty to run sudo\n"),
    "sudo-alone-password": (b"", b"sudo: a password is required\n"),
    "binary-output": (bytes(range(256)) * 4000, b""),
}
"""Name -> (stdout, stderr) of a machine that runs nothing."""
_NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": ()}
SHELLS = {
    "restricted": ["rbash", "-c"],
    "no-login-shell": ["nologin", "-c"],
    "busybox": ["busybox", "sh", "-c"],
    "tcsh": ["tcsh", "-c"],
    "zsh": ["zsh", "-c"],
    "fish": ["fish", "-c"],
    "sudo-tty": ["sh", "-c"],
    "sudo-password": ["sh", "-c"],
}
"""Real programs, run by an ordinary account with the very command and script of the probe."""
SUDO_SAYS = {"sudo-tty": "sudo: sorry, you must have a tty to run sudo", "sudo-password": "sudo: a password is required"}


def answer(stdin: bytes, shift: int = 0) -> bytes:
    """An honest machine's answer, its clock ``shift`` seconds off."""
    nonce = nonce_in(stdin)
    return b"no probe" if nonce is None else render_answer(ANSWER, nonce, int(time.time()) + shift)


class _Connection(LabTransport):
    """Leaves, falls silent or says too much when a phase is over."""

    name = ""
    _mute = False

    def _send_message(self, data: Message) -> None:
        if self._mute:
            return
        number = data.asbytes()[0]
        super()._send_message(data)
        if number == CLOSES_AFTER.get(self.name):
            self.sock.shutdown(socket.SHUT_WR)  # closing outright would let the kernel throw away what was just sent
        self._mute = number in (SILENT_AFTER.get(self.name), CLOSES_AFTER.get(self.name))

    def _parse_newkeys(self, m: Message) -> None:
        super()._parse_newkeys(m)
        if self.name == "huge-extensions":
            message = Message()
            message.add_byte(b"\x07")
            message.add_int(0xFFFFFFFF)
            self._send_message(message)


class _Liar(paramiko.Ed25519Key):
    """Shows one key and signs with another."""

    def sign_ssh_data(self, data: bytes, algorithm: str | None = None) -> Message:
        return super().sign_ssh_data(data + b"!", algorithm)


class _Session(LabSession):
    """Misbehaves above SSH."""

    name = ""
    place: Path
    told: list[tuple[str, str]]
    sent = 0
    _connection: paramiko.Transport
    _rounds = 0

    def run(self, transport: paramiko.Transport) -> None:
        """As every session, but the connection is at hand."""
        self._connection = transport
        super().run(transport)

    # Login.

    def get_allowed_auths(self, username: str) -> str:
        """Passwords only, questions only, or keys."""
        if self.name == "good":
            return super().get_allowed_auths(username)
        if self.name in ("wants-password", "refuses-password", "demands-new-password", "changed-key-password"):
            return "password"
        return "keyboard-interactive" if self.name.startswith("asks-") and self.name != "asks-back" else "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Some leave, some talk, some want more."""
        if self.name in ("closes-in-login", "endless-login-banner", "slow-login-banner", "wants-more", "wants-password"):
            self._note_offer("publickey")
        match self.name:
            case "closes-in-login":
                hang_up(self._connection)
            case "endless-login-banner" | "slow-login-banner":
                banner = Message()
                banner.add_byte(b"\x35")
                banner.add_string(EVIL * 50)
                banner.add_string("en")
                while not self._stop.wait(1.0 if self.name.startswith("slow") else 0) and self._connection.is_active():
                    self._connection._send_message(banner)
            case "wants-more":
                return AUTH_PARTIALLY_SUCCESSFUL
            case "wants-password":
                return AUTH_FAILED
            case _:
                return super().check_auth_publickey(username, key)
        return AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        """No password is good enough, but at good machines."""
        self.told.append((f"password of {self.name}", password))
        if self.name == "good":
            return super().check_auth_password(username, password)
        self._note_offer("password")
        if self.name == "demands-new-password":
            demand = Message()
            demand.add_byte(b"\x3c")
            demand.add_string("Your password has expired. " + EVIL)
            demand.add_string("en")
            self._connection._send_message(demand)
            self._stop.wait(2.0)
        return AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> "int | InteractiveQuery":
        """Questions that are not all for the password."""
        match self.name:
            case "asks-new-password":
                return self._question("Current password: ")
            case "asks-code":
                return self._question("Verification code: ")
            case "asks-twice":
                return self._question("Password: ")
            case "asks-nothing":
                return InteractiveQuery("", EVIL)
            case "asks-everything":
                message = Message()
                message.add_byte(b"\x3c")
                for _ in range(3):
                    message.add_string("")
                message.add_int(0xFFFFFFFF)
                self._connection._send_message(message)
                self._stop.wait(2.0)
        return AUTH_FAILED

    def check_auth_interactive_response(self, responses: list[str]) -> "int | InteractiveQuery":
        """Whatever the answer, another question."""
        for response in filter(None, responses):
            self._note_offer(f"question: {self._asked_for.strip()}")
            self.told.append((self._asked_for, response))
        if self.name == "asks-nothing":
            return InteractiveQuery("", EVIL)
        return self._question("New password: " if self.name == "asks-new-password" else "Password: ")

    def _question(self, prompt: str) -> InteractiveQuery:
        self._asked_for = prompt
        return InteractiveQuery("", EVIL, (prompt, False))

    # Session.

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """One refuses."""
        return self.name != "refuses-command" and super().check_channel_exec_request(channel, command)

    def _serve_plain(self, channel: paramiko.Channel, transport: paramiko.Transport, stdin: bytes) -> None:
        if self.name in SILENT_AFTER:
            self._stop.wait()
        elif self.name == "renews-keys":
            for _ in range(6):
                transport.renegotiate_keys()
        elif self.name in SHELLS:
            self._run_shell(channel, stdin)
        elif self.name in SAYS:
            stdout, stderr = SAYS[self.name]
            channel.sendall_stderr(stderr)
            self._say(channel, stdout)
            channel.send_exit_status(1)
        elif act := _ANSWERS.get(self.name):
            self._perform(channel, act(self, stdin))
        else:
            super()._serve_plain(channel, transport, stdin)
            return
        channel.close()

    def _perform(self, channel: paramiko.Channel, parts: "Iterator[Part]") -> None:
        for part in parts:
            if isinstance(part, float):
                self._stop.wait(part)
            elif part is None:
                channel.sendall_stderr(b"e" * 30_000)
            else:
                channel.sendall(part)
                self.sent += len(part)
            if self._stop.is_set():
                return
        channel.send_exit_status(0)

    def _run_shell(self, channel: paramiko.Channel, stdin: bytes) -> None:
        """The command line as a server would run it: by the login shell, with nothing but stdin, stdout and stderr."""
        place = self.place / self.name
        path = "/usr/sbin:/usr/bin:/sbin:/bin"
        if self.name == "busybox":
            path = str(place)  # nothing else is on that machine
            stdin = re.sub(rb"\nPATH=/usr[^\n]*", b"\nPATH=" + path.encode(), stdin)
        elif place.is_dir():  # the script's own PATH with the sudo of this machine before it
            stdin = stdin.replace(b"\nPATH=/usr", f"\nPATH={place}:/usr".encode())
        done = subprocess.run(
            [*SHELLS[self.name], self._command],
            input=stdin, capture_output=True, timeout=90, cwd="/", env={"PATH": path, "HOME": "/"},
            **(_NOBODY if sys.platform != "win32" and os.geteuid() == 0 else {}),
        )  # fmt: skip
        channel.sendall_stderr(done.stderr)
        self._say(channel, done.stdout)
        channel.send_exit_status(done.returncode)


Part = bytes | float | None
"""Bytes of stdout, seconds of silence, or (None) a burst on stderr."""


def _halves(stdin: bytes) -> tuple[bytes, bytes]:
    whole = answer(stdin)
    return whole[: len(whole) // 2], whole[len(whole) // 2 :]


def _in_pieces(data: bytes) -> Iterator[bytes]:
    """As a machine writes: line by line, not in one packet."""
    return (data[start : start + 1000] for start in range(0, len(data), 1000))


def _asks_back(session: _Session, _stdin: bytes) -> Iterator[Part]:
    while session._connection.is_active() and not session._stop.is_set():
        session._connection.global_request("tcpip-forward@" + "x" * 20_000, wait=False)
    yield b""


def _gigabyte(_session: _Session, stdin: bytes) -> Iterator[Part]:
    yield _halves(stdin)[0]
    for _ in range(GIGABYTE // (1 << 15)):
        yield b"all work and no play makes a dull boy\n"[:32] * 1024


def _escapes(_session: _Session, stdin: bytes) -> Iterator[Part]:
    text = answer(stdin).replace(b"hostname=", b"hostname=" + EVIL.encode() + b"\xff\xfe\xc3")
    yield EVIL.encode() + b"\n" + text + EVIL.encode()


def _between(_session: _Session, stdin: bytes) -> Iterator[Part]:
    whole = answer(stdin)
    for start in range(0, len(whole), len(whole) // 100):
        yield None
        yield whole[start : start + len(whole) // 100]


_ANSWERS: dict[str, Callable[[_Session, bytes], Iterator[Part]]] = {
    "silent-in-answer": lambda _s, stdin: iter([_halves(stdin)[0], 600.0]),
    "never-hangs-up": lambda _s, stdin: iter([answer(stdin), 600.0]),
    "begins-only": lambda _s, stdin: iter([answer(stdin).split(b"begin")[0].rpartition(b"\n")[0] + b"\n", 600.0]),
    "drips": lambda _s, stdin: (part for byte in answer(stdin) for part in (bytes([byte]), 1.0)),
    "drips-in-answer": lambda _s, stdin: (
        part for piece in (_halves(stdin)[0], *_one_by_one(_halves(stdin)[1])) for part in (piece, 1.0)
    ),
    "gigabyte": _gigabyte,
    "asks-back": _asks_back,
    "escapes-in-answer": _escapes,
    "echoes": lambda _s, stdin: iter([stdin]),
    "stderr-flood": _between,
    "endless-stderr": lambda _s, _stdin: iter(lambda: None, 0),
    "clock-ahead": lambda _s, stdin: iter([answer(stdin, TEN_YEARS)]),
    "clock-1970": lambda _s, stdin: iter([answer(stdin, 1_000_000 - int(time.time()))]),
    "message-of-the-day": lambda _s, stdin: iter([b"\r\n*** Ban quan tri ***\r\n", answer(stdin), b"\nlogout\nbye\x1b[0m\n"]),
    "menu": lambda _s, _stdin: iter([b"\x1b[2J1) Status\r\n2) Reboot\r\nPress any key to continue", 600.0]),
    "good": lambda _s, stdin: _in_pieces(answer(stdin)),
}


class MisbehavingLab(LabServer):
    """A lab whose machines are named by what they do."""

    def __init__(self, machines: dict[str, Machine], place: Path, **options: object) -> None:
        super().__init__(machines, answerer=lambda _name, stdin: answer(stdin), **options)
        self._place = place
        self.told: list[tuple[str, str]] = []
        """(question, answer) of every word that was told instead of a key."""
        self.heard: dict[str, bytes] = {}
        """Name -> what a machine below SSH was sent."""
        self.sessions: dict[str, _Session] = {}

    def _serve(self, sock: socket.socket, address: str, machine: Machine) -> None:
        name = machine.answer or ""
        act = BELOW.get(name)
        if act is None:
            super()._serve(sock, address, machine)
            return
        with self._lock:
            self._open.add(sock)
        with sock:
            listening = threading.Thread(target=self._listen_to, args=(sock, name), daemon=True)
            listening.start()
            with contextlib.suppress(OSError):
                act(sock, self._stop)
                sock.shutdown(socket.SHUT_WR)
            listening.join()

    def _listen_to(self, sock: socket.socket, name: str) -> None:
        with contextlib.suppress(OSError):
            while data := sock.recv(65536):
                self.heard[name] = self.heard.get(name, b"") + data

    def _transport(self, sock: socket.socket, address: str, machine: Machine) -> LabTransport:
        plain = super()._transport(sock, address, machine)
        transport = _Connection(sock, "OpenSSH")
        transport.name = machine.answer or ""
        key = next(iter(plain.server_key_dict.values()))
        if machine.answer == "unproved-key":
            key.__class__ = _Liar
        transport.add_server_key(key)
        return transport

    def _session(self, address: str, machine: Machine) -> LabSession:
        def note(method: str) -> None:
            self.offers.append((machine.answer or "", {"publickey": "key"}.get(method, method)))

        session = _Session(machine, self._doors, answer, note, self._stop)
        session.name, session.place, session.told = machine.answer or "", self._place, self.told
        self.sessions[session.name] = session
        return session


@contextlib.contextmanager
def full_listener(address: str, port: int) -> Iterator[None]:
    """An address where the kernel answers no further SYN: its queue is full and nobody accepts (Linux)."""
    with contextlib.ExitStack() as ends:
        listener = ends.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(0)
        waiting = [ends.enter_context(socket.socket()) for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex((address, port))
        with socket.socket() as trial:
            trial.settimeout(0.5)
            assert trial.connect_ex((address, port)) != 0, "the queue is not full"
        yield


def programs(place: Path) -> None:
    """What these machines have in place of the usual programs.

    A sudo for each that has one: it says what the real one says there, and refuses. For the machine of busybox its applets.
    """
    for name, words in SUDO_SAYS.items():
        folder = place / name
        folder.mkdir()
        program = folder / "sudo"
        program.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n", encoding="ascii")
        program.chmod(0o755)
    if busybox := shutil.which("busybox"):
        (place / "busybox").mkdir()
        applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True, timeout=30).stdout.split()
        for applet in {"busybox", *applets}:
            (place / "busybox" / applet).symlink_to(busybox)


def account_may_run(name: str) -> bool:
    """Whether the real program of this row is on this computer."""
    program = SHELLS.get(name, ["sh"])[0]
    return any(Path(folder, program).exists() for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin"))
