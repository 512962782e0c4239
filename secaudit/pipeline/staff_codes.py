"""Staff codes become hashes under a key of the workspace: people are told apart, and nobody is found again by trying all codes.

The key is made once and lies in the workspace for its owner alone; it is never printed. Without it the hashes of lists to come
can no longer be compared with those already kept: then only bounds are known of how many different people there were.
"""

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from secaudit.errors import DataError, OutputError, Problem
from secaudit.messages import msg
from secaudit.resources import own_folder

KEY_FILE: Final = "people.key"
_KEY = re.compile(rb"[0-9a-f]{64}\n?")
_CODE: Final = b"secaudit staff code\0"
_MARK: Final = b"secaudit staff key\0"
_HASH_DIGITS = 32
_MARK_DIGITS = 8
_LEFT_OUT = re.compile(r"[\W_]+")
_EMPTY = frozenset({"", "0", "x", "na", "none", "null", "khong", "khongco", "chuaco"})
"""What is typed into a cell for a code that is not there, as :func:`normalised` leaves it and without diacritics."""


@dataclass(frozen=True, slots=True)
class StaffKey:
    """The key; its text never leaves this object."""

    _key: bytes = field(repr=False)

    @property
    def mark(self) -> str:
        """Tells keys apart and nothing about them."""
        return self._digest(_MARK)[:_MARK_DIGITS]

    def hashed(self, code: str) -> str:
        """What is kept of a normalised staff code."""
        return self._digest(_CODE + code.encode("utf-8", "surrogatepass"))[:_HASH_DIGITS]

    def _digest(self, text: bytes) -> str:
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()


def normalised(code: str) -> str:
    """One spelling of one code, whichever agency wrote it; empty when there is none.

    Capitals, signs and spaces do not count, and zeros before a number do not either: spreadsheets drop them.
    """
    plain = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", code).casefold())
    bare = "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char)).replace("đ", "d")
    if bare in _EMPTY:
        return ""
    return plain.lstrip("0") if plain.isdecimal() else plain


def passing_key() -> StaffKey:
    """A key for looking at a list only: nothing hashed with it is kept."""
    return StaffKey(secrets.token_bytes(32))


def read_key(workspace: Path) -> StaffKey | None:
    """The key of the workspace; None when none was made. DataError for a file that is damaged or open to others."""
    path = workspace / KEY_FILE
    try:
        if not path.exists() and not path.is_symlink():
            return None
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(100)
    except OSError as error:
        what = msg("the key of staff codes cannot be read: {reason}", reason=error.strerror or type(error).__name__)
        raise DataError([Problem(what, str(path), hint=_FROM_COPY)]) from None
    if os.name == "posix" and mode & 0o077:
        what = msg("others can read the key of staff codes: with it every code can be found again by trying")
        raise DataError([Problem(what, str(path), hint=msg("take the rights away: chmod 600; then import again"))])
    if not _KEY.fullmatch(text):
        raise DataError([Problem(msg("the key of staff codes is damaged"), str(path), hint=_FROM_COPY)])
    return StaffKey(bytes.fromhex(text.decode().strip()))


_FROM_COPY = msg(
    "put it back from its safe copy; if it is lost, move this file away and import with --new-key: people of older lists are then"
    " no longer recognised in new ones"
)


def make_key(workspace: Path) -> StaffKey:
    """Make the key, whole or not at all; one that was made meanwhile is taken. OutputError when it cannot be written."""
    path = workspace / KEY_FILE
    beside = path.with_name(f".{KEY_FILE}.{secrets.token_hex(4)}")
    try:
        own_folder(workspace)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_hex(32).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            msg("the key of staff codes cannot be written: {reason}", reason=error.strerror or type(error).__name__),
            where=str(path),
            hint=msg("look at the rights and the room of the workspace"),
        ) from error
    made = read_key(workspace)
    if made is None:  # somebody took it away at once
        raise OutputError(msg("the key of staff codes is gone again"), where=str(path), hint=_FROM_COPY)
    return made
