"""The text of a file -> blocks of answers, as mail programs and people leave them.

What a mail program does to a text and what can be undone without guessing (quote marks, spaces, other line lengths, soft breaks)
is undone: the digest in the block decides whether it is whole again. Nothing is believed but the digest.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from secaudit.intake.answers import write_block
from secaudit.messages import Message, clean, msg
from secaudit.model.courier import BLOCK_LIMIT, FORMAT, HEADERS, NUMBER, AnswerProblem, Place, Refused

_MARK: Final = b" SECAUDIT ANSWER"
_DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad"
"""Word processors and chat programs make long dashes of short ones."""
_BEFORE = re.compile(rf"[{_DASHES}](BEGIN|END)$")
_AFTER = re.compile(rf"^[{_DASHES}]")
_HEADER = re.compile(r"([A-Za-z]{1,20}):\s*(.*)")
_EDGE: Final = " \t\x0b\x0c\ufeff\u00a0\u200b\u2060>|\u00ad"
"""What is put before and behind lines: quote marks, spaces of every kind, a byte order mark; none of it is base64."""
_EQUALS: Final = "=3D"
_SIGNS: Final = ("\n>", "\n >", "&gt;", "<br", "<div", "<p>", "=0D", "=20")
"""What mail programs leave in a text they rewrote."""
_LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True)
class RawBlock:
    """A block whose envelope is as it was sent."""

    place: Place
    headers: Mapping[str, str]
    envelope: bytes

    @property
    def text(self) -> bytes:
        """The block as its collector wrote it."""
        return write_block(self.headers, self.envelope)


@dataclass(frozen=True, slots=True)
class _Marker:
    begins: bool
    start: int
    end: int


def read_blocks(file: str, data: bytes) -> Iterator[RawBlock | AnswerProblem]:
    """Whole blocks of a file in their order, and what is wrong with each other one; nothing when there is none."""
    number, opened = 0, None
    for mark in _markers(data):
        if mark.begins:
            if opened is not None:
                yield _cut_off(Place(file, number), data[opened : mark.start])
            number, opened = number + 1, mark.end
        elif opened is not None:
            yield _block(Place(file, number), data[opened : mark.start])
            opened = None
        else:
            number += 1
            yield AnswerProblem(
                Refused.TRUNCATED, Place(file, number), msg("an answer ends here whose beginning is missing"), _SEND
            )
    if opened is not None:
        yield _cut_off(Place(file, number), data[opened:])


_SEND = msg("ask the agency to send the file itself again, as an attachment, unchanged")
_AGAIN = msg("ask the agency to send the file again; if it is the same, run the collector on that machine again")


def _markers(data: bytes) -> Iterator[_Marker]:
    """Lines that begin or end a block; the words alone, in a sentence, are none."""
    at = data.find(_MARK)
    while at >= 0:
        before = _BEFORE.search(data[max(at - 12, 0) : at].decode("utf-8", "ignore"))
        after = at + len(_MARK)
        if before is not None and _AFTER.search(data[after : after + 4].decode("utf-8", "ignore")):
            word = before.group(1)
            yield _Marker(word == "BEGIN", at - len(word), after)
        at = data.find(_MARK, after)


def _block(place: Place, body: bytes) -> RawBlock | AnswerProblem:
    if len(body) > BLOCK_LIMIT:
        return _too_large(place)
    headers, lines, mangled = _lines(body)
    place = Place(place.file, place.block, _machine(headers))
    version = headers.get("Version", FORMAT)
    if version != FORMAT:
        what = msg("the answer is written in format {number}, which this version does not know", number=clean(version, limit=20))
        return AnswerProblem(Refused.MALFORMED, place, what, msg("update secaudit on this computer"))
    text = "".join(lines)
    try:
        envelope = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return _damaged(place, msg("the answer is damaged: it holds characters that no answer has"), mangled=mangled)
    if "Digest" not in headers:
        return _damaged(place, msg("the answer is damaged: its line Digest is missing"), mangled=mangled)
    if sha256(envelope).hexdigest() != headers["Digest"].lower():
        return _damaged(place, msg("the answer is damaged: its digest does not fit"), mangled=mangled)
    return RawBlock(place, headers, envelope)


def _lines(body: bytes) -> tuple[dict[str, str], list[str], bool]:
    """Headers, base64, and whether a mail program was at it."""
    headers: dict[str, str] = {}
    lines: list[str] = []
    text = body.decode("utf-8", "replace")
    for line in re.split(r"[\r\n]+", text):
        bare = line.strip(_EDGE)
        found = _HEADER.fullmatch(bare) if not lines and len(bare) <= _LONGEST_HEADER else None
        if found is not None:
            name, value = found.groups()
            if name in HEADERS and value.isascii() and value.isprintable():
                headers.setdefault(name, value)
        elif bare.strip(_DASHES):
            lines.append(bare)
    # "=" is nowhere in base64 but at its end: elsewhere it is quoted-printable, which writes "=3D" there.
    quoted = any("=" in line for line in lines[:-1]) or _EQUALS in "".join(lines[-1:])
    if quoted:
        lines = [line.removesuffix("=") for line in lines[:-1]] + lines[-1:]
        lines = [line.replace(_EQUALS, "=") for line in lines]
    return headers, lines, quoted or any(sign in text for sign in _SIGNS)


def _machine(headers: Mapping[str, str]) -> str:
    found = headers.get("Machine", "").lower()
    return found if NUMBER.fullmatch(found) else ""


def _cut_off(place: Place, body: bytes) -> AnswerProblem:
    if len(body) > BLOCK_LIMIT:
        return _too_large(place)
    place = Place(place.file, place.block, _machine(_lines(body)[0]))
    return AnswerProblem(Refused.TRUNCATED, place, msg("the answer is cut off: its last line is missing"), _SEND)


def _too_large(place: Place) -> AnswerProblem:
    what = msg("the answer is larger than {size} MiB, which no machine's is", size=BLOCK_LIMIT >> 20)
    return AnswerProblem(Refused.OVERSIZED, place, what, _AGAIN)


def _damaged(place: Place, what: Message, *, mangled: bool) -> AnswerProblem:
    if mangled:
        changed = msg("a mail program rewrote the answer, and it cannot be put together again")
        return AnswerProblem(Refused.MANGLED, place, changed, _SEND)
    return AnswerProblem(Refused.DAMAGED, place, what, _AGAIN)
