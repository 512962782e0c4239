"""Whether the ZIP package that a workbook or a document is may be unpacked at all: said before anything of it is."""

import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

_RATIO = 500
"""A part may unpack to this many times its size; the most repetitive lists stay under a third of it."""
_SMALL = 1 << 20
"""Below this size no ratio is looked at."""
_HEADER = 30
"""Bytes before the name of a packed part."""
_ENCRYPTED = 1


class Danger(Enum):
    """What speaks against unpacking."""

    PARTS = "parts"
    SIZE = "size"
    BOMB = "bomb"
    PASSWORD = "password"
    NAME = "name"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Found:
    """A danger, and the part it was found in where it is one part's."""

    danger: Danger
    part: str = ""


def danger_of(parts: Sequence[zipfile.ZipInfo], size: int, *, most_parts: int, most_bytes: int) -> Found | None:
    """The first thing that speaks against unpacking an archive of ``size`` bytes.

    The sizes are declared ones, and zipfile never unpacks more of a part than it declares.
    """
    if len(parts) > most_parts:
        return Found(Danger.PARTS)
    if sum(part.file_size for part in parts) > most_bytes:
        return Found(Danger.SIZE)
    if any(part.file_size > _SMALL and part.file_size > _RATIO * part.compress_size for part in parts):
        return Found(Danger.BOMB)
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        return Found(Danger.PASSWORD)
    odd = next((part.filename for part in parts if ".." in part.filename.split("/") or part.filename.startswith("/")), None)
    if odd is not None:
        return Found(Danger.NAME, odd)
    twice = Counter(part.filename.lower() for part in parts).most_common(1)
    if twice and twice[0][1] > 1:
        return Found(Danger.DAMAGED, twice[0][0])
    end = 0
    for part in sorted(parts, key=lambda one: one.header_offset):
        if part.header_offset < end or part.header_offset + part.compress_size > size:
            return Found(Danger.DAMAGED, part.filename)
        end = part.header_offset + _HEADER + len(part.orig_filename.encode()) + part.compress_size
    return None
