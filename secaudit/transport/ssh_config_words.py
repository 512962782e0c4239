"""The words of an SSH configuration: hosts, patterns, quotes, the signs that stand for something."""

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from secaudit.messages import clean

_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|[0-9A-Fa-f:.]{2,45}")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.@\\-]{0,63}\$?")
_ALIAS = re.compile(r"[A-Za-z0-9_.:\[\]][A-Za-z0-9_.:\[\]-]{0,252}")
_JUMP = re.compile(r"(?:ssh://)?(?:(?P<user>[^@/]+)@)?(?:\[(?P<six>[^\]]+)\]|(?P<host>[^@:/\[\]]+))(?::(?P<port>[0-9]{1,5}))?/?")
_TOKEN = re.compile(r"%(.?)", re.DOTALL)
_SIGNS_BY_KEYWORD = {"hostname": "%h", "identityfile": "%dhnpru", "proxyjump": "%hnpr"}
YES, NO = ("yes", "true"), ("no", "false")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a setting stands."""

    path: str
    line: int

    def __str__(self) -> str:
        """``file:line``."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Hop:
    """One jump host of a ProxyJump."""

    host: str
    user: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One criterion of a Host or Match line."""

    kind: str
    """``host``, ``originalhost``, ``user``, ``all``, ``never``; ``typed`` is a Host line."""
    patterns: tuple[str, ...] = ()
    negated: bool = False

    def holds(self, original: str, host: str, user: str | None) -> bool:
        """Whether it holds for a host as it was typed, the name it stands for so far, and the account if that is known."""
        if self.kind in ("all", "never"):
            return (self.kind == "all") is not self.negated
        value = {"typed": original, "originalhost": original, "host": host, "user": user}[self.kind]
        return (value is not None and fits(self.patterns, value)) is not self.negated


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting."""

    keyword: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Block:
    """Settings under one set of conditions, all of which must hold."""

    conditions: tuple[Condition, ...]
    entries: tuple[Entry, ...]


def words_of(text: str) -> Iterator[str]:
    """Values as OpenSSH splits them: quotes group, ``#`` begins a comment; ValueError for a quote that is not closed."""
    word, quote, begun = "", "", False
    position = 0
    while position < len(text):
        char = text[position]
        following = text[position + 1 : position + 2]
        if char == "\\" and following and following in "\"'\\ ":
            word, begun, position = word + following, True, position + 1
        elif quote:
            quote, word = ("", word) if char == quote else (quote, word + char)
        elif char in "\"'":
            quote, begun = char, True
        elif char.isspace():
            if begun:
                yield word
            word, begun = "", False
        elif char == "#" and not begun:
            return
        else:
            word, begun = word + char, True
        position += 1
    if quote:
        raise ValueError("a quote is not closed")
    if begun:
        yield word


def check_value(keyword: str, written: str, value: str) -> None:
    """ValueError when a value cannot be what its keyword wants."""
    sound = {
        "port": lambda: value.isascii() and value.isdigit() and len(value) <= 5 and 1 <= int(value) <= 65535,
        "user": lambda: _USER.fullmatch(value) is not None,
        "hostname": lambda: _HOST.fullmatch(_TOKEN.sub("x", value)) is not None,
        "hostkeyalias": lambda: _ALIAS.fullmatch(value) is not None,
        "identitiesonly": lambda: value.lower() in (*YES, *NO),
        "proxyjump": lambda: value.lower() == "none" or all(hop(_TOKEN.sub("1", part)) for part in value.split(",")),
        "identityfile": lambda: bool(value),
    }.get(keyword)
    if sound is not None and not sound():
        raise ValueError(f"{written} cannot be {clean(value, limit=60)!r}")
    signs = _SIGNS_BY_KEYWORD.get(keyword)
    if signs is not None:
        unknown = [sign for sign in _TOKEN.findall(value) if sign not in ("%", *signs.removeprefix("%"))]
        if unknown:
            raise ValueError(f"%{clean(unknown[0])} is not known in {written}")


def hop(text: str) -> Hop | None:
    """One jump host, or None when this is none."""
    found = _JUMP.fullmatch(text.strip())
    if found is None:
        return None
    host, user = found["six"] or found["host"], found["user"]
    port = int(found["port"]) if found["port"] else None
    if not _HOST.fullmatch(host) or (user and not _USER.fullmatch(user)) or not (port is None or 1 <= port <= 65535):
        return None
    return Hop(host, user, port)


def fits(patterns: Iterable[str], value: str) -> bool:
    """Whether one pattern fits and no negated one does."""
    found = False
    for pattern in patterns:
        # Brackets have no meaning in OpenSSH's patterns.
        if fnmatch.fnmatchcase(value, pattern.removeprefix("!").replace("[", "[[]")):
            if pattern.startswith("!"):
                return False
            found = True
    return found


def filled(text: str, signs: Mapping[str, str]) -> str:
    """``text`` with its signs (``%h``) filled in."""
    return _TOKEN.sub(lambda found: "%" if found[1] == "%" else signs.get(found[1], found[0]), text)


def expanded(text: str, home: Path) -> Path:
    """The path, with ``~`` for the home folder."""
    return home / text[2:] if text.startswith(("~/", "~\\")) else Path(text)
