"""Whose machine a row is about, by the group that its console or list sorted it under: exactly one agency, or none."""

import re
from collections.abc import Iterable, Mapping

from secaudit.model.console import spelled, unaccented
from secaudit.model.intake import Groups

_REMEMBERED = 20_000
_SPLIT = re.compile(r"[/\\>]+")
_COMPONENT = re.compile(r"(?:^|,)\s*([A-Za-z]+)\s*=\s*((?:\\.|[^,\\])*)")
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.)")
_UNITS = ("uy ban nhan dan ", "ubnd ", "ub nhan dan ")
"""What stands before the name of a commune or province and is left out as often as not."""
_WORDS = re.compile(r"[^0-9a-zà-ỹ]+")


class AgencyGroups:
    """Groups of a console compared with the agencies of the province, by id and by name."""

    def __init__(self, agencies: Mapping[str, str], groups: Groups) -> None:
        """``agencies``: id -> name. ``groups``: what a mapping says of groups that carry neither."""
        self._known: dict[str, set[str]] = {}
        self._plain: dict[str, set[str]] = {}
        for agency, name in agencies.items():
            for key in {*_keys(agency), *_keys(name)}:
                self._known.setdefault(key, set()).add(agency)
                self._plain.setdefault(_bare(key), set()).add(agency)
        self._told = {_key(group): agency for group, agency in groups.items() if agency in agencies}
        self._found: dict[str, tuple[str, ...]] = {}
        """Group as written -> what came of it: a list names few groups in many rows."""

    def agency(self, group: str | None) -> str | None:
        """The agency of ``Managed devices/UBND xã An Khánh/Văn phòng`` or of a distinguished name; None when not exactly one.

        What a mapping says of a whole path or of one of its levels goes first.
        """
        found = self.candidates(group)
        return found[0] if len(found) == 1 else None

    def candidates(self, group: str | None) -> tuple[str, ...]:
        """Every agency that the group may stand for, sorted."""
        if not group:
            return ()
        if group not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[group] = tuple(sorted(self._agencies(group)))
        return self._found[group]

    def _agencies(self, group: str) -> set[str]:
        levels = levels_of(group)
        told = self._told.get(_key(group))
        if told is not None:
            return {told}
        said = {self._told[key] for level in levels if (key := _key(level)) in self._told}
        if said:
            return said
        found: set[str] = set()
        for level in levels:
            found |= self._named(level)
        return found

    def _named(self, level: str) -> set[str]:
        """With diacritics, else without: Hoà and Hòa are one; agencies that differ by diacritics alone are both named then."""
        keys = _keys(level)
        exact = {agency for key in keys for agency in self._known.get(key, ())}
        return exact or {agency for key in keys for agency in self._plain.get(_bare(key), ())}


def levels_of(group: str) -> list[str]:
    """Levels of a path, or the organisational units of a distinguished name; the machine itself is none."""
    components = _COMPONENT.findall(group)
    if components and re.match(r"\s*(?:cn|ou|dc)\s*=", group, re.IGNORECASE):
        return [_unescaped(value) for kind, value in components if kind.lower() == "ou"]
    return [level.strip() for level in _SPLIT.split(group) if level.strip()]


def _unescaped(value: str) -> str:
    """RFC 4514: a backslash before a character, or two digits of each byte."""
    out = bytearray()
    at = 0
    for found in _ESCAPED.finditer(value):
        out += value[at : found.start()].encode()
        out += bytes.fromhex(found[1]) if found[1] else found[2].encode()
        at = found.end()
    out += value[at:].encode()
    return out.decode("utf-8", "replace").strip()


def _key(text: str) -> str:
    return " ".join(word for word in _WORDS.split(spelled(text)) if word)


def _keys(text: str) -> Iterable[str]:
    """Spellings of one name: with and without the words for people's committee."""
    key = _key(text)
    if not key:
        return []
    bare = _bare(key)
    unit = next((unit for unit in _UNITS if bare.startswith(unit)), None)
    return [key] if unit is None else [key, key[len(unit) :]]


def _bare(key: str) -> str:
    return unaccented(key)
