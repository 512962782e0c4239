"""SSH to many machines: credentials loaded once, one watchdog for all connections of a run.

With ``conversation`` the only importer of paramiko besides the lab.
"""

import contextlib
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
from paramiko.message import Message as Packet

from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.transport.base import HostKey, Reply, Request, Target
from secaudit.transport.conversation import BROKEN, GREETING_BYTES, Conversation
from secaudit.transport.credentials import Credentials, KeyFile
from secaudit.transport.host_keys import HostKeys
from secaudit.transport.wire import Dialer, Resolver, Watchdog, Wire, connect, resolve, system_dialer, system_resolver

_KEY_FILE_BYTES = 1024 * 1024
"""A private key of 16,384 bits takes 13 kB."""


class _AgentSigner(paramiko.AgentKey):
    """An agent's key; the agent speaks over one connection, so only one thread may ask at a time."""

    def __init__(self, key: paramiko.AgentKey, lock: threading.Lock) -> None:
        super().__init__(key.agent, key.blob, key.comment)
        self._asking = lock

    def sign_ssh_data(self, data: Any, algorithm: str | None = None) -> Packet:  # noqa: ANN401 - the library's signature
        """The agent's signature, one question at a time."""
        with self._asking:
            return super().sign_ssh_data(data, algorithm)


class SshTransport:
    """Carries requests over SSH; shared by all threads of a run."""

    def __init__(
        self,
        credentials: Credentials,
        host_keys: HostKeys,
        *,
        connect_seconds: float = 10.0,
        resolver: Resolver = system_resolver,
        dialer: Dialer = system_dialer,
    ) -> None:
        """Keys are loaded here, once; UsageError names a key that cannot be used."""
        self._signers = tuple(_load(key) for key in credentials.keys)
        self._agent: paramiko.Agent | None = None
        if credentials.agent:
            # No agent, or one without keys, is no error: the login will say that nothing was offered.
            with contextlib.suppress(*BROKEN):
                self._agent = paramiko.Agent()
                self._signers += _signers_of(self._agent)
        self._password = credentials.password
        self._host_keys = host_keys
        self._connect_seconds = connect_seconds
        self._resolver = resolver
        self._dialer = dialer
        self._watchdog = Watchdog()

    def execute(self, target: Target, request_for: Callable[[str], Request], *, deadline: float, max_bytes: int) -> Reply:
        """See :class:`secaudit.transport.base.Transport`."""
        with self._conversation(target, deadline) as talk:
            talk.greet()
            talk.confirm_host(self._host_keys)
            talk.log_in(self._signers, self._password.reveal if self._password else None)
            return talk.ask(request_for(talk.version), max_bytes)

    def scan_host_key(self, target: Target, deadline: float) -> HostKey:
        """The key the server offers, for enrolment; nothing is offered to the server."""
        with self._conversation(target, deadline) as talk:
            talk.greet()
            return talk.host_key()

    def abandon(self) -> None:
        """Give up everything under way; requests that come later raise Abandoned."""
        self._watchdog.abandon()

    def close(self) -> None:
        """Let the agent go; nothing may be under way any more."""
        if self._agent is not None:
            self._agent.close()

    @contextlib.contextmanager
    def _conversation(self, target: Target, deadline: float) -> "Iterator[Conversation]":
        addresses = resolve(target.host, target.port, self._resolver, deadline)
        sock = connect(addresses, self._dialer, seconds=self._connect_seconds, deadline=deadline)
        wire = Wire(sock, GREETING_BYTES)
        try:
            with self._watchdog.over(wire, deadline):
                talk = Conversation(target, wire, deadline, self._host_keys.types_of(target.known_as))
                try:
                    yield talk
                finally:
                    talk.close()
        finally:
            wire.close()


def scan_host_key(target: Target, deadline: float) -> HostKey:
    """The key that ``target`` offers now; TransportFailure when none came by ``deadline`` (``time.monotonic``)."""
    return SshTransport(Credentials(), HostKeys()).scan_host_key(target, deadline)


def _load(key: KeyFile) -> paramiko.PKey:
    try:
        _check_key_file(key.path)
        return _open_key(key)
    except OSError as error:
        what = msg("the key cannot be read: {reason}", reason=error.strerror or "error")
        raise UsageError(what, where=str(key.path), hint=msg("name a private key file that you can read")) from None
    except UsageError:
        raise
    except Exception:  # noqa: BLE001 - the libraries refuse keys with a dozen types, not all of them related
        # Nothing is chained: some of these errors quote or carry what stands in the file.
        if key.passphrase is None:
            what = msg("the key is encrypted, of a kind that is not supported, or is not a private key")
            hint = msg("give its passphrase with --ask-passphrase, or name an Ed25519, ECDSA or RSA private key")
        else:
            what, hint = msg("the passphrase does not open the key"), msg("check the passphrase and the file")
        raise UsageError(what, where=str(key.path), hint=hint) from None


def _open_key(key: KeyFile) -> paramiko.PKey:
    if key.passphrase is not None:
        # TypeError: this key has no passphrase; of several keys only some may have one.
        with contextlib.suppress(TypeError):
            return paramiko.PKey.from_path(key.path, key.passphrase.reveal().encode("utf-8"))  # type: ignore[arg-type]
    return paramiko.PKey.from_path(key.path)


def _check_key_file(path: Path) -> None:
    """Refuse what is no file of a key's size, and, as OpenSSH does, a key of ours that others can read."""
    state = path.expanduser().stat()
    if not stat.S_ISREG(state.st_mode) or state.st_size > _KEY_FILE_BYTES:
        raise UsageError(msg("this is no key file"), where=str(path), hint=msg("name a private key file"))
    if sys.platform != "win32" and state.st_mode & 0o077 and state.st_uid == os.geteuid():
        raise UsageError(
            msg("other accounts of this computer can read the key"),
            where=str(path),
            hint=msg("take the right away: chmod go-rwx; if somebody may have read it, make a new key"),
        )


def _signers_of(agent: paramiko.Agent) -> tuple[paramiko.PKey, ...]:
    lock = threading.Lock()
    return tuple(_AgentSigner(key, lock) for key in agent.get_keys())
