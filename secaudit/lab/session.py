"""One SSH connection of the lab, seen from the server."""

import hmac
import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED, OPEN_SUCCEEDED
from paramiko.server import InteractiveQuery

from secaudit.lab import windows_shell
from secaudit.lab.manners import hang_up
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.windows_shell import WindowsHabits
from secaudit.model.secret import Secret

_PATIENCE_SECONDS = 120.0
_MAX_STDIN = 4 * 1024 * 1024
_CHUNK = 32768
_PIECE = 256 * 1024
_FLOOD_BYTES = 3 * 1024 * 1024
_STEP_SECONDS = 0.05
_NEED_NO_ANSWER = (Misbehaviour.ENDLESS_OUTPUT, Misbehaviour.DRIP_OUTPUT, Misbehaviour.CLOSE_IN_ANSWER)

logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


class LabTransport(paramiko.Transport):
    """The server's side; sleeps until there is something to read, says nothing to the log."""

    _active_check_timeout = 30.0

    def __init__(self, sock: "paramiko.transport._SocketLike", software: str) -> None:
        """``software`` follows the lab's mark in the identification."""
        super().__init__(sock)
        self.local_version = f"SSH-2.0-secaudit-lab_{software}"

    def _log(self, level: int, msg: object, *args: object) -> None:
        """Silent."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Who is let in."""

    keys: frozenset[str]
    """Public keys, base64 blobs."""
    password: Secret | None = None
    interactive: bool = False
    """The password is asked for (keyboard-interactive) instead of taken as such, as many servers with PAM do."""

    @property
    def methods(self) -> str:
        """What the server says it accepts."""
        if self.password is None:
            return "publickey"
        return "publickey,keyboard-interactive" if self.interactive else "publickey,password"

    def opens(self, password: str) -> bool:
        """Whether this is the password."""
        return self.password is not None and hmac.compare_digest(password.encode("utf-8"), self.password.reveal().encode("utf-8"))


class LabSession(paramiko.ServerInterface):
    """Lets one client in, reads the whole stdin of one command and answers it."""

    def __init__(
        self,
        machine: Machine,
        doors: Doors,
        answer: Callable[[bytes], bytes | None],
        note_offer: Callable[[str], None],
        stop: threading.Event,
    ) -> None:
        """``note_offer`` hears the method of every login offered."""
        self._misbehave = machine.misbehave
        self._windows = machine.windows
        self._command = ""
        self._doors = doors
        self._answer = answer
        self._note_offer = note_offer
        self._stop = stop
        self._asked = threading.Event()
        self._channel: paramiko.Channel | None = None

    def run(self, transport: paramiko.Transport) -> None:
        """Until the command was answered or the client left."""
        greeted = threading.Event()
        transport.start_server(event=greeted, server=self)
        greeted.wait(_PATIENCE_SECONDS)
        if self._misbehave is Misbehaviour.CLOSE_AFTER_KEX or not transport.is_active():
            hang_up(transport)
            return
        for _ in range(int(_PATIENCE_SECONDS / 0.5)):
            if self._asked.wait(0.5) or self._stop.is_set() or not transport.is_active():
                break
        if self._channel is not None and self._asked.is_set():
            self._serve(self._channel, transport)

    # What paramiko asks the server, in the transport's thread.

    def get_allowed_auths(self, username: str) -> str:
        """Keys only, as the real machines are asked to be set up, unless a password was given to the lab."""
        del username
        return self._doors.methods

    def check_auth_none(self, username: str) -> int:
        """Never."""
        del username
        self._note_offer("none")
        return AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        """The lab's password, if it has one."""
        del username
        self._note_offer("password")
        return AUTH_SUCCESSFUL if not self._doors.interactive and self._doors.opens(password) else AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> "int | InteractiveQuery":
        """One hidden question."""
        del username, submethods
        self._note_offer("keyboard-interactive")
        return InteractiveQuery("", "", ("Password: ", False)) if self._doors.interactive else AUTH_FAILED

    def check_auth_interactive_response(self, responses: list[str]) -> "int | InteractiveQuery":
        """The answer to it."""
        return AUTH_SUCCESSFUL if len(responses) == 1 and self._doors.opens(responses[0]) else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """The one client key."""
        del username
        self._note_offer("publickey")
        if self._misbehave is Misbehaviour.HANG_AUTH:
            self._stop.wait(_PATIENCE_SECONDS)
        # On a busy machine a login may arrive before the connection is closed: it must not get in.
        refusing = self._misbehave in (Misbehaviour.REFUSE_AUTH, Misbehaviour.CLOSE_AFTER_KEX)
        if refusing or key.get_base64() not in self._doors.keys:
            return AUTH_FAILED
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """One session."""
        del chanid
        if kind != "session" or self._misbehave is Misbehaviour.REFUSE_SESSION:
            return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Any command: it is not run, only answered."""
        self._command = command.decode("utf-8", "replace")
        if self._misbehave is Misbehaviour.HANG_EXEC:
            self._stop.wait(_PATIENCE_SECONDS)
            return False
        self._channel = channel
        self._asked.set()
        return True

    def _serve(self, channel: paramiko.Channel, transport: paramiko.Transport) -> None:
        channel.settimeout(_PATIENCE_SECONDS)
        stdin = bytearray()
        while len(stdin) < _MAX_STDIN and (data := channel.recv(_CHUNK)):
            stdin += data
        if self._windows is not None:
            self._serve_windows(channel, self._windows, bytes(stdin))
        else:
            self._serve_plain(channel, transport, bytes(stdin))

    def _serve_plain(self, channel: paramiko.Channel, transport: paramiko.Transport, stdin: bytes) -> None:
        misbehave = self._misbehave
        stdout = self._answer(stdin)
        if stdout is None and misbehave in _NEED_NO_ANSWER:
            stdout = b""
        if misbehave is Misbehaviour.SHELL_EXITS or stdout is None:
            channel.send_exit_status(1)
        elif misbehave is Misbehaviour.ENDLESS_OUTPUT:
            self._flood(channel, stdout)
        elif misbehave is Misbehaviour.DRIP_OUTPUT:
            self._drip(channel, stdout)
        elif misbehave in (Misbehaviour.NO_END_MARKER, Misbehaviour.CLOSE_IN_ANSWER):
            channel.sendall(stdout[: len(stdout) * 3 // 5])
            if misbehave is Misbehaviour.CLOSE_IN_ANSWER:
                hang_up(transport)
                return
            channel.send_exit_status(0)
        else:
            if misbehave is Misbehaviour.STDERR_FLOOD:
                for _ in range(_FLOOD_BYTES // _CHUNK):
                    channel.sendall_stderr(b"e" * _CHUNK)
            self._say(channel, stdout)
            channel.send_exit_status(0)
        channel.close()

    def _serve_windows(self, channel: paramiko.Channel, habits: WindowsHabits, stdin: bytes) -> None:
        for said in windows_shell.run(habits, self._command, stdin, self._answer):
            if self._stop.wait(said.pause):
                return
            channel.sendall_stderr(said.stderr)
            self._say(channel, said.stdout)
            if said.status is not None:
                channel.send_exit_status(said.status)
        channel.close()

    def _say(self, channel: paramiko.Channel, stdout: bytes) -> None:
        # In pieces: the library copies all that is left after every packet.
        for start in range(0, len(stdout), _PIECE):
            channel.sendall(stdout[start : start + _PIECE])

    def _flood(self, channel: paramiko.Channel, stdout: bytes) -> None:
        channel.sendall(stdout[: len(stdout) // 2])
        while not self._stop.is_set():
            channel.sendall(b"all work and no play\n" * 1500)

    def _drip(self, channel: paramiko.Channel, stdout: bytes) -> None:
        for byte in itertools.cycle(stdout or b"x"):
            if self._stop.wait(_STEP_SECONDS):
                return
            channel.sendall(bytes([byte]))
