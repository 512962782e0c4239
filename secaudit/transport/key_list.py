"""Host keys collected on site: a file of fingerprints or known_hosts lines that somebody read off the machines themselves.

Everything wrong with the file is reported at once, with line numbers; a file with one bad line enrols nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from secaudit.errors import DataError, Problem, UsageError
from secaudit.messages import Message, clean, msg
from secaudit.transport.base import HostKey
from secaudit.transport.host_keys import KnownKey

_MAX_BYTES = 16 * 1024 * 1024
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True)
class Collected:
    """One line: a key, or only its fingerprint, and the machine it belongs to."""

    machine: str
    """Endpoint id, or a name as in known_hosts."""
    line: int
    fingerprint: str
    key: HostKey | None = None
    """None: the machine has to be asked for the key that has this fingerprint."""


Owner = Callable[[KnownKey], str | None]
"""Id of the machine that a line's names speak of; None when there is none, or more than one."""


def is_fingerprint(text: str) -> bool:
    """Whether this is a fingerprint as ``ssh-keygen -l`` prints it."""
    return _FINGERPRINT.fullmatch(text.rstrip("=")) is not None


def read_key_list(path: Path, owner_of: Owner) -> tuple[Collected, ...]:
    """All lines; DataError with every problem, UsageError when the file cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            msg("the list of keys cannot be read: {reason}", reason=error.strerror or "error"),
            where=str(path),
            hint=msg("give a readable file"),
        ) from error
    if len(data) > _MAX_BYTES:
        raise UsageError(msg("the list of keys is too large"), where=str(path), hint=msg("give a known_hosts file"))
    found: list[Collected] = []
    problems: list[Problem] = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        collected = _collected(line.split(), number, owner_of)
        if isinstance(collected, Collected):
            found.append(collected)
        else:
            problems.append(_problem(path, number, line, collected))
    if not found and not problems:
        problems.append(_problem(path, 1, "", msg("the file holds no keys")))
    if problems:
        raise DataError(problems)
    return tuple(found)


def _collected(fields: list[str], number: int, owner_of: Owner) -> Collected | Message:
    """What a line says, or what is wrong with it."""
    if fields[0].startswith("@"):
        return msg("marked lines are not enrolled from a list: secaudit trust revoke takes trust away")
    if len(fields) < 2:
        return msg("a line has a machine and its fingerprint, or names, key type and key")
    key: HostKey | None = None
    if len(fields) == 2 or "SHA256:" in fields[1]:
        if not is_fingerprint(fields[1]):
            return msg("this is no SHA256 fingerprint")
        line = KnownKey(fields[0], HostKey("", "", fields[1].rstrip("=")), line=number)
    else:
        if "-cert-v0" in fields[1]:
            return msg("host certificates are not accepted")
        try:
            key = HostKey.of_text(fields[1], fields[2])
        except ValueError as error:
            return msg("this key cannot be read: {reason}", reason=str(error))
        line = KnownKey(fields[0], key, line=number)
    try:
        owner = owner_of(line)
    except ValueError as error:
        return msg("these names cannot be read: {reason}", reason=str(error))
    if owner is None:
        return msg("no single machine of the inventory with a direct way in has this name")
    return Collected(owner, number, line.key.fingerprint, key)


def _problem(path: Path, number: int, line: str, what: Message) -> Problem:
    return Problem(
        what,
        path=str(path),
        line=number,
        found=clean(line.strip(), limit=60),
        expected=msg("machine SHA256:..., or a line as ssh-keyscan and known_hosts write it"),
        hint=msg("correct the line; nothing of the file was enrolled"),
    )
