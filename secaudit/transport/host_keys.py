"""Host keys: a known_hosts reader that fails closed, and enrolment.

Written here because the SSH library stops at an ``@revoked`` line and knows no certificate authority. Plain and hashed
names, patterns, ``[host]:port`` and ``@revoked`` are honoured; a host vouched for only by ``@cert-authority`` is refused,
because certificates are not checked. A line that cannot be read confirms nothing; a revocation that cannot be read is an
error, because skipping it would open what somebody closed.
"""

import base64
import contextlib
import fnmatch
import hashlib
import hmac
import os
import secrets
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from secaudit.errors import DataError, Problem, UsageError
from secaudit.messages import Message, clean, msg
from secaudit.model.doubt import changed_key, revoked_key
from secaudit.transport.base import HostKey, canonical_host
from secaudit.transport.trust_record import Act, TrustEvent, event_line, events_in, one_line, stamp

_REVOKED = "@revoked"
_AUTHORITY = "@cert-authority"
_HASHED = "|1|"
_MAX_BYTES = 64 * 1024 * 1024


class Standing(StrEnum):
    """What is known about a key that a server offered."""

    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"
    AUTHORITY = "authority"
    """Only a certificate authority vouches for the host."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One line of a known_hosts file."""

    names: str
    """Comma-separated names and patterns, or one hashed name."""
    key: HostKey
    marker: str = ""
    comment: str = ""
    line: int = 0
    """1-based."""

    @property
    def is_pattern(self) -> bool:
        """Whether a plain look-up by name cannot find it."""
        return self.names.startswith(_HASHED) or any(sign in self.names for sign in "*?!")

    def fits(self, name: str) -> bool:
        """Whether the line speaks of ``name`` (lower case)."""
        if self.names.startswith(_HASHED):
            return _hash_fits(self.names, name)
        found = False
        for pattern in self.names.lower().split(","):
            negative = pattern.startswith("!")
            if _wildcard_fits(pattern.removeprefix("!"), name):
                if negative:
                    return False
                found = True
        return found


@dataclass(frozen=True)
class HostKeys:
    """The enrolled host keys; a snapshot that threads may share."""

    path: Path | None = None
    known: tuple[KnownKey, ...] = ()
    """All lines, in the order of the file."""
    problems: tuple[Problem, ...] = ()
    """Lines that could not be read; they confirm nothing."""
    text: str = field(default="", repr=False)
    """The file as it was read."""

    @classmethod
    def read(cls, path: Path) -> "HostKeys":
        """Read a known_hosts file; a missing one is empty.

        Raises UsageError when the file cannot be read and DataError when a revocation in it cannot be understood.
        """
        try:
            _check_file(path)
            with path.open("rb") as file:
                data = file.read(_MAX_BYTES + 1)
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise UsageError(
                msg("the host keys cannot be read: {reason}", reason=error.strerror or "error"),
                where=str(path),
                hint=msg("give a readable known_hosts file"),
            ) from error
        if len(data) > _MAX_BYTES:
            raise UsageError(msg("the file of host keys is too large"), where=str(path), hint=msg("give a known_hosts file"))
        return cls._of_text(path, data.decode("utf-8", "replace"))

    @classmethod
    def of_keys(cls, keys: Iterable[tuple[str, HostKey]]) -> "HostKeys":
        """Keys known without a file: pairs of name (as ``Target.known_as``) and key."""
        return cls(None, tuple(KnownKey(name.lower(), key) for name, key in keys))

    @classmethod
    def _of_text(cls, path: Path, text: str) -> "HostKeys":
        known: list[KnownKey] = []
        problems: list[Problem] = []
        fatal: list[Problem] = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                known.append(_parse(line, number))
            except ValueError as error:
                problem = _problem(path, number, line, str(error))
                (fatal if line.lstrip().startswith(_REVOKED) else problems).append(problem)
        if fatal:
            raise DataError(fatal, msg("{count} revoked host key(s) cannot be read", count=len(fatal)))
        return cls(path, tuple(known), tuple(problems), text)

    def types_of(self, name: str) -> tuple[str, ...]:
        """Types of the keys enrolled for ``name``: they are asked for first, so that a server cannot seem changed."""
        return tuple(dict.fromkeys(entry.key.type for entry in self.about(canonical_host(name)) if not entry.marker))

    def standing(self, name: str, offered: HostKey) -> tuple[Standing, tuple[HostKey, ...]]:
        """What is known about ``offered``, and the keys enrolled for ``name``."""
        entries = self.about(canonical_host(name))
        enrolled = tuple(entry.key for entry in entries if not entry.marker)
        if any(entry.marker == _REVOKED and entry.key.base64 == offered.base64 for entry in entries):
            return Standing.REVOKED, enrolled
        if any(key.base64 == offered.base64 for key in enrolled):
            return Standing.CONFIRMED, enrolled
        if enrolled:
            return Standing.CHANGED, enrolled
        if any(entry.marker == _AUTHORITY for entry in entries):
            return Standing.AUTHORITY, ()
        return Standing.UNKNOWN, ()

    def refusal(self, name: str, offered: HostKey) -> str | None:
        """Why ``offered`` must not be trusted for ``name``, with the fingerprints; None when it is confirmed."""
        standing, enrolled = self.standing(name, offered)
        shown = f"{offered.type} {offered.fingerprint}"
        if standing is Standing.CHANGED:
            was = ", ".join(f"{key.type} {key.fingerprint}" for key in enrolled)
            return changed_key(was, shown)
        return {
            Standing.CONFIRMED: None,
            Standing.REVOKED: revoked_key(shown),
            Standing.AUTHORITY: f"unknown: {shown}; only a certificate authority vouches for it, certificates are not checked",
            Standing.UNKNOWN: f"unknown: {shown} is not enrolled",
        }[standing]

    def add(self, name: str, key: HostKey, *, who: str, at: datetime, replace: bool = False) -> "HostKeys":
        """Enrol one key; see :meth:`add_all`."""
        return self.add_all([(name, key)], who=who, at=at, replace=replace)

    def add_all(self, keys: Sequence[tuple[str, HostKey]], *, who: str, at: datetime, replace: bool = False) -> "HostKeys":
        """Enrol keys under their names (as ``Target.known_as``) and write the file; the new state is returned.

        Who enrolled a key and when is kept as its comment. A key already enrolled is left as it is; one that contradicts an
        enrolled key, or is revoked, is refused with UsageError unless ``replace`` drops the old keys of that name (never a
        revocation). The file is replaced in one step and readable by its owner only.
        """
        present, path = self._present()
        replaced: set[str] = set()
        added: list[str] = []
        for name, key in keys:
            standing, _ = present.standing(name, key)
            if standing is Standing.CONFIRMED:
                continue
            if standing is Standing.REVOKED or (standing is Standing.CHANGED and not replace):
                raise _contradiction(path, name, standing)
            if standing is Standing.CHANGED and canonical_host(name) not in replaced:
                replaced.add(canonical_host(name))
                added += [event_line(Act.REPLACED, name.lower(), one, who=who, at=at) for one in _enrolled(present, name)]
            added.append(event_line(Act.ENROLLED, name.lower(), key, who=who, at=at))
            added.append(f"{name.lower()} {key.type} {key.base64} enrolled {stamp(at)} by {one_line(who)}")
        return _rewritten(present, _without(present, replaced, path), added)

    def remove(self, names: Iterable[str], *, who: str, at: datetime) -> "HostKeys":
        """Believe no key of these names (as ``Target.known_as``) any more; revocations stay. The new state is returned.

        A line for several names loses only those that are meant. UsageError when a pattern speaks of a name: taking it out
        would also take the key from machines that were not meant.
        """
        present, path = self._present()
        gone = {canonical_host(name) for name in names}
        record = [event_line(Act.REMOVED, name, key, who=who, at=at) for name in sorted(gone) for key in _enrolled(present, name)]
        return _rewritten(present, _without(present, gone, path), record) if record else present

    def revoke(self, keys: Iterable[HostKey], *, who: str, at: datetime) -> "HostKeys":
        """Never believe these keys again, whichever machine offers them; the new state is returned."""
        present, _ = self._present()
        lines: list[str] = []
        for key in dict.fromkeys(keys):
            if not any(one.marker == _REVOKED and one.key == key and one.names == "*" for one in present.known):
                lines.append(event_line(Act.REVOKED, "*", key, who=who, at=at))
                lines.append(f"{_REVOKED} * {key.type} {key.base64} revoked {stamp(at)} by {one_line(who)}")
        return _rewritten(present, {}, lines) if lines else present

    def events(self) -> tuple[TrustEvent, ...]:
        """What was done to the keys of this file, when and by whom, as far as this program did it."""
        return events_in(self.text.splitlines())

    def _present(self) -> tuple["HostKeys", Path]:
        """The file as it is now."""
        if self.path is None:
            raise ValueError("these host keys have no file")
        return HostKeys.read(self.path), self.path

    def about(self, name: str) -> Sequence[KnownKey]:
        """Lines that speak of ``name`` (lower case), markers included."""
        return [*self._by_name.get(name, ()), *(entry for entry in self._patterns if entry.fits(name))]

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[KnownKey]]:
        found: dict[str, list[KnownKey]] = {}
        for entry in self.known:
            if not entry.is_pattern:
                for name in entry.names.split(","):
                    found.setdefault(canonical_host(name), []).append(entry)
        return MappingProxyType(found)

    @cached_property
    def _patterns(self) -> tuple[KnownKey, ...]:
        return tuple(entry for entry in self.known if entry.is_pattern)


def _check_file(path: Path) -> None:
    """Refuse a pipe, which would be waited for, and a file that everybody may enrol keys in. Raises OSError too."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise UsageError(msg("the host keys are no regular file"), where=str(path), hint=msg("give a known_hosts file"))
    if sys.platform != "win32" and mode & stat.S_IWOTH:
        raise UsageError(
            msg("everybody on this computer can write the host keys"),
            where=str(path),
            hint=msg("compare the fingerprints in it once more, then take the right away: chmod o-w"),
        )


def _parse(line: str, number: int) -> KnownKey:
    marker = ""
    rest = line.strip()
    if rest.startswith("@"):
        marker, _, rest = rest.partition(" ")
        if marker not in (_REVOKED, _AUTHORITY):
            raise ValueError("unknown marker")
    fields = rest.split(None, 3)
    if len(fields) < 3:
        raise ValueError("a line has names, key type and key")
    names, type_, text = fields[:3]
    if names.startswith("|"):
        _hash_parts(names)
    if "-cert-v0" in type_:
        raise ValueError("certificates are not supported")
    return KnownKey(names, HostKey.of_text(type_, text), marker, fields[3] if len(fields) > 3 else "", number)


def _problem(path: Path, number: int, line: str, reason: str) -> Problem:
    return Problem(
        msg("this host key line cannot be read: {reason}", reason=reason),
        path=str(path),
        line=number,
        found=clean(line.strip(), limit=60),
        expected=msg("names, key type and key, as OpenSSH writes them"),
        hint=msg("remove the line or enrol the machine again"),
    )


def _contradiction(path: Path, name: str, standing: Standing) -> UsageError:
    if standing is Standing.REVOKED:
        what: Message = msg("the key offered by {name} is revoked", name=name)
        hint = msg("find out why it was revoked; a revocation is only removed by hand")
    else:
        what = msg("another key is enrolled for {name}", name=name)
        hint = msg("ask the machine's keeper whether the key was changed, then enrol again and replace the old key")
    return UsageError(what, where=str(path), hint=hint)


def _hash_parts(names: str) -> tuple[bytes, bytes]:
    parts = names.split("|")
    if len(parts) != 4 or parts[1] != "1":
        raise ValueError("unknown form of a hashed name")
    salt, digest = (base64.b64decode(part, validate=True) for part in parts[2:])
    if len(digest) != 20:
        raise ValueError("unknown form of a hashed name")
    return salt, digest


def _hash_fits(names: str, name: str) -> bool:
    salt, digest = _hash_parts(names)
    # SHA-1 is OpenSSH's form of hiding names; nothing here rests on its strength.
    return hmac.compare_digest(hmac.digest(salt, name.encode("utf-8"), hashlib.sha1), digest)


def _wildcard_fits(pattern: str, name: str) -> bool:
    # Brackets mean a port in known_hosts, not a set of letters.
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))


def _enrolled(keys: HostKeys, name: str) -> tuple[HostKey, ...]:
    return tuple(entry.key for entry in keys.about(canonical_host(name)) if not entry.marker)


def _without(keys: HostKeys, gone: Set[str], path: Path) -> dict[int, str | None]:
    """Lines that speak of these names: what is left of each, None for nothing."""
    lines: dict[int, str | None] = {}
    for name in gone:
        for entry in [one for one in keys.about(name) if not one.marker]:
            if entry.names.startswith(_HASHED):
                lines[entry.line] = None
            elif entry.is_pattern:
                raise UsageError(
                    msg("a pattern in the file speaks of {name} and of other machines", name=name),
                    where=f"{path}:{entry.line}",
                    hint=msg("change this line by hand"),
                )
            else:
                left = ",".join(one for one in entry.names.split(",") if canonical_host(one) not in gone)
                lines[entry.line] = f"{left} {entry.key.type} {entry.key.base64} {entry.comment}".rstrip() if left else None
    return lines


def _rewritten(present: HostKeys, changed: Mapping[int, str | None], added: Sequence[str]) -> HostKeys:
    """The file with lines taken out (None) or written anew by their number, and lines added; in one step."""
    assert present.path is not None
    kept = [changed.get(number, line) for number, line in enumerate(present.text.splitlines(), start=1)]
    _write_private(present.path, "".join(f"{line}\n" for line in [*kept, *added] if line is not None))
    return HostKeys.read(present.path)


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise UsageError(
            msg("the host keys cannot be written: {reason}", reason=error.strerror or "error"),
            where=str(path),
            hint=msg("give a file in a folder that can be written"),
        ) from error
