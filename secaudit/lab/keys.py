"""Keys of the lab: fresh client keys, and host keys that follow from a seed so that one run knows them before it connects."""

import base64
import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from secaudit.transport.base import HostKey

_SEED_BYTES = 32
SEED_FILE = "seed"


def private_folder(folder: Path) -> Path:
    """Create ``folder`` readable by its owner only; one that exists is narrowed to that."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def write_private(path: Path, data: bytes) -> Path:
    """Write a file readable by its owner only, in one step."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    beside.replace(path)
    return path


def seed_in(folder: Path) -> bytes:
    """The lab's seed, made when ``folder`` has none."""
    path = private_folder(folder) / SEED_FILE
    with contextlib.suppress(FileNotFoundError):
        seed = path.read_bytes()
        if len(seed) == _SEED_BYTES:
            return seed
    return write_private(path, secrets.token_bytes(_SEED_BYTES)).read_bytes()


def private_key(seed: bytes, name: str) -> Ed25519PrivateKey:
    """The host key of ``name``: the same for the same seed."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.blake2b(name.encode("utf-8"), key=seed, digest_size=32).digest())


def openssh_form(key: Ed25519PrivateKey) -> bytes:
    """The private key as OpenSSH keeps it in a file, without a passphrase."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def public_key(key: Ed25519PrivateKey) -> HostKey:
    """The public half."""
    blob = base64.b64decode(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1])
    return HostKey.of_blob(blob)


def fresh_key(path: Path) -> HostKey:
    """Write a new private key to ``path`` (0600) and return its public half."""
    private_folder(path.parent)
    key = Ed25519PrivateKey.generate()
    write_private(path, openssh_form(key))
    return public_key(key)
