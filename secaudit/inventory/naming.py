"""Ids for what is declared for the first time, and names that are close to the name of a shared system. Pure."""

import re
from collections.abc import Container, Iterable, Mapping
from difflib import SequenceMatcher

from secaudit.source import fold

_LONGEST = 64
_SLUG = re.compile(r"[^a-z0-9]+")
_FILLERS = re.compile(r"\b(?:he thong|phan mem|ung dung|cua tinh|tinh|dung chung)\b")
"""Words that say nothing about which system it is."""
_CLOSE = 0.82
_SHORTEST_PART = 2
"""Words that a name must have to be recognised inside a longer one: "thu" alone is in many."""


class EndpointIds:
    """Ids for new machines of one agency: an id that was given before is never given again, for evidence may stand under it."""

    def __init__(self, agency: str, *taken: Iterable[str]) -> None:
        """``taken`` are ids of the whole province."""
        self._stem = f"{agency[: _LONGEST - 10]}-pc-"
        self._taken = taken
        self._last: int | None = None

    def next(self) -> str:
        """``<agency>-pc-NNN``, the number after the highest."""
        if self._last is None:
            names = (name.removeprefix(self._stem) for some in self._taken for name in some if name.startswith(self._stem))
            self._last = max((int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < 7), default=0)
        self._last += 1
        return f"{self._stem}{self._last:03d}"


def system_id(agency: str, name: str, *taken: Container[str]) -> str:
    """Agency and name as an id that nobody has."""
    words = _SLUG.sub("-", fold(name).lower()).strip("-") or "he-thong"
    stem = f"{agency}-{words}"[: _LONGEST - 4].rstrip("-._")
    number = 1
    while any((found := stem if number == 1 else f"{stem}-{number}") in some for some in taken):
        number += 1
    return found


def folded_name(name: str) -> str:
    """A name without marks, capitals and punctuation."""
    return " ".join(_SLUG.sub(" ", fold(name).lower()).split())


def near_shared(name: str, shared: Mapping[str, str]) -> str | None:
    """Id of the shared system that this name may mean, however it was typed; None when it is close to none."""
    wanted = _telling(name)
    if not wanted:
        return None
    best, near = _CLOSE, None
    for key, other in shared.items():
        against = _telling(other)
        ratio = _ratio(wanted, against) if against else 0.0
        if ratio >= best:
            best, near = ratio, key
    return near


def _telling(name: str) -> str:
    """What is left of a name without the words that every system has in it."""
    return " ".join(_FILLERS.sub(" ", folded_name(name)).split())


def _ratio(one: str, other: str) -> float:
    short, long = sorted((one.split(), other.split()), key=len)
    if len(short) >= _SHORTEST_PART and f" {' '.join(short)} " in f" {' '.join(long)} ":
        return 1.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
