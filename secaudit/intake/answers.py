"""One answer: its content and its block, written and read (``docs/courier-format.md``)."""

import base64
import binascii
import gzip
import hmac
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from secaudit.intake.cms import seal
from secaudit.intake.keys import Certificate
from secaudit.messages import Message, msg
from secaudit.model.base import Identifier
from secaudit.model.courier import (
    ANSWER_LIMIT,
    BEGIN,
    COURIER_ID,
    END,
    FIELDS,
    FORMAT,
    HEADERS,
    LINE_WIDTH,
    NUMBER,
    PERIOD,
    TIME_FORMAT,
    TOKEN,
)
from secaudit.model.secret import Secret

FIRST_LINE: Final = f"{FIELDS[0]}: ".encode("ascii")
_PLATFORMS = re.compile(r"posix|windows")
_AGENCY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAME = re.compile(r"[ -~]{0,255}")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "secaudit-answer": re.compile(r"[0-9]{1,9}"),
    "agency": _AGENCY,
    "period": PERIOD,
    "courier": COURIER_ID,
    "machine": NUMBER,
    "time": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
    "nonce": NUMBER,
    "platform": _PLATFORMS,
    "name": _NAME,
    "body": re.compile(r"[A-Za-z0-9+/]+={0,2}"),
    "mac": TOKEN,
}


class MalformedError(ValueError):
    """The content is not what the format says; ``message`` says what."""

    def __init__(self, message: Message) -> None:
        """For the person importing it."""
        super().__init__(str(message))
        self.message = message


class BombError(ValueError):
    """Unpacked it is larger than any answer."""


@dataclass(frozen=True, slots=True)
class Content:
    """The sealed content of one answer, every field of the right shape; the code of authentication is not looked at yet."""

    fields: Mapping[str, str]
    time: datetime
    signed: bytes
    """What the code is over."""

    def is_by(self, token: Secret) -> bool:
        """Whether whoever made it had the token of the collector."""
        return hmac.compare_digest(_code(token, self.signed), self.fields["mac"])


def machine_tag(courier: str, number: str) -> str:
    """By what a collector knows a machine again, from the machine's own number."""
    return sha256(f"{courier}:{number}".encode()).hexdigest()[:32]


def seal_answer(
    certificate: Certificate,
    token: Secret,
    *,
    agency: Identifier,
    period: str,
    courier: str,
    number: str,
    time: datetime,
    nonce: str,
    platform: str,
    name: str,
    output: bytes,
) -> bytes:
    """A whole block, as a collector on a machine writes it; ``output`` is what the probe printed under ``nonce``.

    ``number`` is the machine's own: machine id, MachineGuid or host name.
    """
    body = base64.b64encode(gzip.compress(output, mtime=0)).decode("ascii")
    moment = time.astimezone(UTC).strftime(TIME_FORMAT)
    shown = "".join(char if " " <= char <= "~" else "?" for char in name)
    values = (FORMAT, agency, period, courier, machine_tag(courier, number), moment, nonce, platform, shown, body)
    signed = "".join(f"{field}: {value}\n" for field, value in zip(FIELDS[:-1], values, strict=True)).encode("ascii")
    content = signed + f"{FIELDS[-1]}: {_code(token, signed)}\n".encode("ascii")
    envelope = seal(certificate, content)
    return write_block(dict(zip(HEADERS[:-1], values[:6], strict=True)), envelope)


def write_block(headers: Mapping[str, str], envelope: bytes) -> bytes:
    """A block around an envelope; the digest is made here, whatever ``headers`` say of it."""
    named = {**headers, "Digest": sha256(envelope).hexdigest()}
    text = base64.b64encode(envelope).decode("ascii")
    lines = [BEGIN, *(f"{name}: {named[name]}" for name in HEADERS if name in named), ""]
    lines += [text[at : at + LINE_WIDTH] for at in range(0, len(text), LINE_WIDTH)]
    return "\n".join([*lines, END, ""]).encode("ascii")


def read_content(data: bytes) -> Content:
    """The content of an envelope; MalformedError when it is not field by field what the format says."""
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise MalformedError(msg("its content is no plain text")) from None
    if len(lines) != len(FIELDS) + 1 or lines[-1]:
        raise MalformedError(msg("its content has {count} lines, not {expected}", count=len(lines) - 1, expected=len(FIELDS)))
    fields: dict[str, str] = {}
    for name, line in zip(FIELDS, lines, strict=False):
        found, colon, value = line.partition(": ")
        if found != name or not colon or _SHAPES[name].fullmatch(value) is None:
            raise MalformedError(msg("its field {name} is missing, out of place or not of the right form", name=name))
        fields[name] = value
    if fields[FIELDS[0]] != FORMAT:
        raise MalformedError(msg("it is written in format {number}, which this version does not know", number=fields[FIELDS[0]]))
    try:
        time = datetime.strptime(fields["time"], TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise MalformedError(msg("its field {name} is missing, out of place or not of the right form", name="time")) from None
    return Content(fields, time, data[: data.rindex(b"\nmac: ") + 1])


def unpack_body(body: str) -> bytes:
    """What the probe printed. BombError when it is larger than an answer may be, MalformedError when it does not unpack."""
    unpacker = zlib.decompressobj(wbits=31)  # gzip, one member
    try:
        packed = base64.b64decode(body, validate=True)
        found = unpacker.decompress(packed, ANSWER_LIMIT + 1)
    except (zlib.error, binascii.Error, ValueError):
        raise MalformedError(msg("the probe's answer in it does not unpack")) from None
    if len(found) > ANSWER_LIMIT:
        raise BombError
    if not unpacker.eof or unpacker.unused_data:
        raise MalformedError(msg("the probe's answer in it does not unpack"))
    return found


def _code(token: Secret, signed: bytes) -> str:
    return hmac.new(token.reveal().encode("ascii"), signed, sha256).hexdigest()
