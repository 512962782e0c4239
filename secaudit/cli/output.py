"""Machine output: one JSON object per command, described in docs/json.md."""

import errno
import os
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from secaudit import __version__
from secaudit.cli.session import leave_quietly
from secaudit.errors import OutputError
from secaudit.messages import Message, clean, msg
from secaudit.resources import own_folder

FORMAT_VERSION = 1


class OutputFormat(StrEnum):
    """How a command answers."""

    TEXT = "text"
    JSON = "json"


def print_json(kind: str, payload: Mapping[str, Any]) -> None:
    """Write one object to standard output: ``format``, ``kind``, ``secaudit`` and the payload."""
    document = {"format": FORMAT_VERSION, "kind": kind, "secaudit": __version__, **payload}
    data = orjson.dumps(
        document, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    )
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(data.decode("utf-8"))
    else:
        try:
            stream.write(data)
            stream.flush()
        except BrokenPipeError:
            leave_quietly()


ANOTHER_OUT = msg("name another file with --out, or make room")


def write_file(target: Path, data: bytes, *, what: Message, hint: Message = ANOTHER_OUT) -> None:
    """Write a file that was asked for, readable by the owner only; the old file stays until the new one is whole.

    ``what`` is the sentence of the failure, with a place for the ``reason``; ``hint``: what to do. Raises OutputError.
    """

    def fill(file: BinaryIO) -> None:
        file.write(data)

    write_stream(target, fill, what=what, hint=hint)


def write_stream(target: Path, fill: Callable[[BinaryIO], None], *, what: Message, hint: Message = ANOTHER_OUT) -> None:
    """The same for a file too large to be held in memory: ``fill`` writes it. When that fails, nothing of it is left."""
    beside = target.with_name(f".{target.name}.new")
    try:
        own_folder(target.parent)
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                fill(file)
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            Message(what.text, {"reason": error.strerror or str(error)}, what.context),
            where=str(target),
            hint=hint,
        ) from error


def require_room(target: Path, *, what: Message) -> None:
    """OutputError where nothing can be written to ``target``, before anybody waits for what is to be written."""
    there = next((folder for folder in target.absolute().parents if os.path.lexists(folder)), Path(target.anchor or "."))
    number = None
    if not there.is_dir():
        number = errno.ENOTDIR
    elif not os.access(there, os.W_OK | os.X_OK):
        number = errno.EACCES
    if number is not None:
        reason = os.strerror(number)
        raise OutputError(Message(what.text, {"reason": reason}, what.context), where=clean(str(target)), hint=ANOTHER_OUT)


def percent(share: Fraction | None) -> str | None:
    """A share as a decimal string with two places, rounded down so that it never claims more than is proven."""
    if share is None:
        return None
    hundredths = share.numerator * 10000 // share.denominator
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Message):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (tuple, Mapping)):
        return list(value) if isinstance(value, tuple) else dict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return str(value)
