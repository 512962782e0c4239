"""What a login may use; the values themselves stay hidden."""

from dataclasses import dataclass
from pathlib import Path

from secaudit.model.secret import Secret


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key in a file."""

    path: Path
    passphrase: Secret | None = None
    optional: bool = False
    """From ``~/.ssh/config``: a key that cannot be used is left out and reported, as it may be meant for other programs."""
    place: str | None = None
    """Where it is named, ``file:line``."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Tried in this order: key files, keys of the agent, the password; never before the host key was confirmed."""

    keys: tuple[KeyFile, ...] = ()
    agent: bool = False
    """Ask the SSH agent of the person who runs the program."""
    password: Secret | None = None
    only: bool = False
    """Of the agent's keys only those whose public half lies beside one of ``keys`` (``IdentitiesOnly``)."""
