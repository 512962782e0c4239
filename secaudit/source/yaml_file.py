"""Reads one YAML file, bounded in time and memory whatever it contains."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from secaudit.errors import DataError, Problem
from secaudit.messages import Message, msg
from secaudit.source.events import Builder, Fault, RefusedError
from secaudit.source.limits import DEFAULT_LIMITS, Limits
from secaudit.source.positions import Loc, Place, locate
from secaudit.source.syntax import place_of_byte

_BOM = b"\xef\xbb\xbf"
_SAVE_AS_UTF8 = msg("save the file as UTF-8")


@dataclass(frozen=True)
class YamlFile:
    """One file's data: dicts, lists and strings as written; an empty, ``~`` or ``null`` plain scalar is None."""

    path: str
    """As the user named it."""
    data: object
    digest: str
    """SHA-256 of the bytes, hexadecimal."""
    raw: bytes = field(default=b"", repr=False)
    """The text without byte order mark, for positions."""
    limits: Limits = DEFAULT_LIMITS

    def position(self, loc: Sequence[str | int], *, of_key: bool = False) -> Place:
        """1-based line and column of a value (or of its key); of the nearest parent when there is no such value."""
        values, keys = self._places
        wanted = tuple(loc)
        if of_key and wanted in keys:
            return keys[wanted]
        while wanted:
            if wanted in values:
                return values[wanted]
            wanted = wanted[:-1]
        return values.get((), (1, 1))

    @cached_property
    def _places(self) -> tuple[Mapping[Loc, Place], Mapping[Loc, Place]]:
        return locate(self.raw)


def read_yaml(path: Path, limits: Limits = DEFAULT_LIMITS) -> YamlFile:
    """Read one file; raises :class:`DataError` with everything that is wrong with its text."""
    file, problems = scan_yaml(path, limits)
    if file is None or problems:
        raise DataError(problems)
    return file


def scan_yaml(path: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[YamlFile | None, list[Problem]]:
    """Like :func:`read_yaml`, but duplicate keys leave a file (the first of the two counts) that can be checked further."""
    try:
        written = _read(path, limits)
    except RefusedError as refused:
        return None, [_problem(str(path), refused.fault)]
    return parse_yaml(str(path), written, limits)


def parse_yaml(name: str, written: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[YamlFile | None, list[Problem]]:
    """Like :func:`scan_yaml` for bytes that are, or will be, the file ``name``."""
    try:
        raw = _text(written)
        data, faults = Builder(raw, limits).run()
    except RefusedError as refused:
        return None, [_problem(name, refused.fault)]
    digest = hashlib.sha256(written).hexdigest()
    return YamlFile(name, data, digest, raw, limits), [_problem(name, fault) for fault in faults]


def scan_text(path: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[str | None, list[Problem]]:
    """The text of a file that is no YAML, with the same limits and the same words for what is wrong with it."""
    try:
        return _text(_read(path, limits)).decode("utf-8"), []
    except RefusedError as refused:
        return None, [_problem(str(path), refused.fault)]


def _read(path: Path, limits: Limits) -> bytes:
    """All bytes of a regular file; a pipe or device would never end."""
    try:
        if not path.is_file():
            missing = not path.exists()
            raise RefusedError(
                Fault(
                    msg("There is no such file") if missing else msg("This is not a file"),
                    hint=msg("check the name and the folder"),
                )
            )
        with path.open("rb") as stream:
            written = stream.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise RefusedError(
            Fault(msg("The file cannot be read: {reason}", reason=reason), hint=msg("check the permissions and the disk"))
        ) from None
    if len(written) > limits.max_bytes:
        raise RefusedError(
            Fault(
                msg("The file is larger than {count} bytes", count=limits.max_bytes),
                hint=msg("one agency's file stays far below this; split it or remove what does not belong there"),
            )
        )
    return written


def _text(written: bytes) -> bytes:
    """The UTF-8 text without byte order mark; what is not UTF-8 is refused with a place."""
    if written[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise RefusedError(Fault(msg("The file is saved as UTF-16"), 1, 1, _SAVE_AS_UTF8))
    raw = written.removeprefix(_BOM)
    nul = raw.find(b"\0")
    if nul >= 0:
        raise RefusedError(Fault(msg("The file contains NUL bytes: it is no text"), *place_of_byte(raw, nul), _SAVE_AS_UTF8))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message: Message = msg("The file is not UTF-8; it looks like an old Windows encoding (1258 or TCVN3)")
        raise RefusedError(Fault(message, *place_of_byte(raw, error.start), _SAVE_AS_UTF8)) from None
    return raw


def _problem(path: str, fault: Fault) -> Problem:
    return Problem(fault.message, path, fault.line, fault.column, field=fault.key, hint=fault.hint)
