"""Credentials loaded for use: key files opened once, the agent asked once, whatever the number of machines."""

import base64
import contextlib
import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import paramiko
from paramiko.message import Message as Packet

from secaudit.errors import Problem, UsageError
from secaudit.messages import msg
from secaudit.model.secret import Secret
from secaudit.transport.base import HostKey
from secaudit.transport.credentials import Credentials, KeyFile
from secaudit.transport.offering import BROKEN, Key, Wallet

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


class Wallets:
    """What each kind of machine may be offered, loaded when first asked for; shared by threads."""

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._lock = threading.Lock()
        self._loaded: dict[Credentials, Wallet] = {}
        self._files: dict[tuple[Path, Secret | None, bool], Key | UsageError] = {}
        self._agent: paramiko.Agent | None = None
        self._agent_keys: tuple[Key, ...] | None = None
        self._problems: list[Problem] = []

    def of(self, credentials: Credentials) -> Wallet:
        """The loaded credentials; UsageError names a key that cannot be used, unless the key is optional."""
        with self._lock:
            found = self._loaded.get(credentials)
            if found is None:
                found = self._loaded[credentials] = self._load(credentials)
            return found

    def problems(self) -> tuple[Problem, ...]:
        """Optional keys that are left out, and why; each once."""
        with self._lock:
            return tuple(self._problems)

    def close(self) -> None:
        """Let the agent go."""
        if self._agent is not None:
            self._agent.close()

    def _load(self, credentials: Credentials) -> Wallet:
        agent = self._of_agent() if credentials.agent else ()
        held = {key.fingerprint: key for key in agent}
        keys: list[Key] = []
        for file in credentials.keys:
            public = _public_half(file.path) if held else None
            if public is not None and public in held:
                keys.append(held[public])  # the agent has it open, the file may be locked
            elif (key := self._of_file(file)) is not None:
                keys.append(key)
        if not credentials.only:
            keys += agent
        return Wallet(tuple({key.fingerprint: key for key in keys}.values()), credentials.password)

    def _of_file(self, file: KeyFile) -> Key | None:
        name = (file.path, file.passphrase, file.optional)
        if name not in self._files:
            try:
                self._files[name] = _key(_load(file))
            except UsageError as error:
                self._files[name] = error
                if file.optional:
                    self._problems.append(_left_out(file, error))
        found = self._files[name]
        if isinstance(found, Key):
            return found
        if file.optional:
            return None
        raise found

    def _of_agent(self) -> tuple[Key, ...]:
        if self._agent_keys is None:
            self._agent_keys = ()
            # No agent, or one without keys, is no error: the login will say that nothing was offered.
            with contextlib.suppress(*BROKEN):
                self._agent = paramiko.Agent()
                lock = threading.Lock()
                self._agent_keys = tuple(_key(_AgentSigner(key, lock)) for key in self._agent.get_keys())
        return self._agent_keys


def _key(signer: paramiko.PKey) -> Key:
    return Key(signer, HostKey.of_blob(signer.asbytes()).fingerprint)


def _public_half(path: Path) -> str | None:
    """Fingerprint of the public key beside a private one, or of a public key that was named itself."""
    for candidate in (path.with_name(f"{path.name}.pub"), path):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if not candidate.is_file() or candidate.stat().st_size > _KEY_FILE_BYTES:
                continue
            fields = candidate.read_text(encoding="ascii").split()
            return HostKey.of_blob(base64.b64decode(fields[1], validate=True)).fingerprint
    return None


def _left_out(file: KeyFile, error: UsageError) -> Problem:
    path, _, line = (file.place or str(file.path)).rpartition(":")
    return Problem(
        msg("a key of the SSH configuration is not used: {reason}", reason=error.message),
        path=path or str(file.path),
        line=int(line) if path and line.isdigit() else None,
        found=str(file.path),
        hint=error.hint,
    )


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
