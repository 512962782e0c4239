"""Which key a key file holds, told from its public half: no passphrase is asked, nothing is decrypted.

OpenSSH's own format carries the public half in clear, also in an encrypted file. Older formats do not: there the ``.pub`` file
beside it answers, as ``ssh-keygen`` wrote it.
"""

import base64
import binascii
import contextlib
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from secaudit.transport.base import HostKey

_BYTES = 1024 * 1024
"""As much as a login reads of a key file."""
_ARMOUR = re.compile(rb"-----BEGIN OPENSSH PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+?)-----END OPENSSH PRIVATE KEY-----")
_MAGIC = b"openssh-key-v1\0"
_PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """What can be said of a key file without opening the key."""

    readable: bool
    """The file is there, a regular file, and looks like a private key."""
    type: str | None = None
    """``ssh-ed25519`` ...; None when only the passphrase would tell."""
    fingerprint: str | None = None
    """``SHA256:...`` as OpenSSH and its logs print it."""
    encrypted: bool = False
    """A passphrase is needed to log in with it."""
    beside: bool = False
    """Told by the ``.pub`` file, not by the key itself."""


def public_half(path: Path) -> PublicHalf:
    """The public half of the private key in ``path``; never raises for a bad file, a scan is what refuses it."""
    text = _content(path)
    if text is None or _PRIVATE.search(text) is None:
        return PublicHalf(readable=False)
    encrypted = b"ENCRYPTED" in text
    armoured = _ARMOUR.search(text)
    if armoured is not None:
        with contextlib.suppress(binascii.Error, ValueError, IndexError):
            cipher, key = _opened(base64.b64decode(b"".join(armoured[1].split()), validate=True))
            return PublicHalf(True, key.type, key.fingerprint, encrypted=cipher != b"none")
    beside = _content(path.with_name(path.name + ".pub"))
    words = (beside or b"").decode("ascii", "replace").split()
    if len(words) >= 2:
        with contextlib.suppress(ValueError):
            key = HostKey.of_text(words[0], words[1])
            return PublicHalf(True, key.type, key.fingerprint, encrypted=encrypted, beside=True)
    return PublicHalf(True, encrypted=encrypted)


def _content(path: Path) -> bytes | None:
    try:
        expanded = path.expanduser()
        state = expanded.stat()
        if not stat.S_ISREG(state.st_mode) or state.st_size > _BYTES:
            return None
        with expanded.open("rb") as file:
            return file.read(_BYTES)
    except (OSError, RuntimeError, ValueError):  # not there, not ours, no home folder, a NUL in the name
        return None


def _opened(blob: bytes) -> tuple[bytes, HostKey]:
    """Cipher name and first public key; ValueError when the blob is not a key."""
    if not blob.startswith(_MAGIC):
        raise ValueError("not a key of OpenSSH")
    cipher, rest = _string(blob[len(_MAGIC) :])
    for _ in range(2):  # name of the key derivation and its options
        _, rest = _string(rest)
    public, _ = _string(rest[4:])  # after the number of keys
    return cipher, HostKey.of_blob(public)


def _string(data: bytes) -> tuple[bytes, bytes]:
    size = int.from_bytes(data[:4], "big")
    if len(data) < 4 + size:
        raise ValueError("cut off")
    return data[4 : 4 + size], data[4 + size :]
