"""Captured answers of fictitious machines, filled with this run's number and the present time.

``answers/<name>.txt`` is the output of the POSIX probe, ``answers/<name>.json`` the sections of the Windows probe. Both hold
``@NOW@``, ``@NOW-86400@`` (seconds since 1970) and ``@DAY-86400@`` (that moment's day in UTC), so that ages stay what they are.
Tools that write moments in a way of their own have words of their own: ``EPOCH`` (days since 1970, as in /etc/shadow), ``LATEST``
(as lastlog2 prints it) and ``JOURNAL`` (the end of the name of a journal file).
"""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from secaudit.probe.frame import MARK

_MOMENT = re.compile(r"@(NOW|DAY|EPOCH|LATEST|JOURNAL)([+-]\d{1,10})?@")
_NONCE = re.compile(rb"^(?:K='|\$Mark = ')##SECAUDIT ([0-9a-f]{32})'", re.MULTILINE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LIMIT = 131_072
"""Byte limit that the Windows probe writes after each section."""
_SUFFIXES: dict[str, Literal["posix", "windows"]] = {".txt": "posix", ".json": "windows"}


def answer_names() -> tuple[str, ...]:
    """All answers, sorted."""
    return tuple(sorted(_files()))


def platform_of(name: str) -> Literal["posix", "windows"]:
    """Which probe gives this answer; KeyError for an unknown name."""
    return _SUFFIXES[_files()[name]]


def render_answer(name: str, nonce: str, now: int) -> bytes:
    """What the machine ``name`` would print at ``now`` (seconds since 1970); KeyError for an unknown name."""
    return render_answer_with(name, nonce, now, lambda text: text)


def render_answer_with(name: str, nonce: str, now: int, change: Callable[[str], str]) -> bytes:
    """As :func:`render_answer`, of a file that ``change`` has rewritten before moments and number are filled in."""
    suffix = _files()[name]
    text = _moments(change(files("secaudit.lab").joinpath("answers", name + suffix).read_text(encoding="utf-8")), now)
    if suffix == ".txt":
        return text.replace("\r\n", "\n").replace("@NONCE@", nonce).encode()
    return _framed(json.loads(text), nonce).encode("ascii")


def nonce_in(stdin: bytes) -> str | None:
    """The number in a delivered probe script of either platform."""
    match = _NONCE.search(stdin)
    return match.group(1).decode("ascii") if match else None


@cache
def _files() -> dict[str, str]:
    """Name of an answer -> suffix of its file."""
    found: dict[str, str] = {}
    for entry in files("secaudit.lab").joinpath("answers").iterdir():
        name, dot, suffix = entry.name.rpartition(".")
        if name and dot + suffix in _SUFFIXES:
            found[name] = dot + suffix
    return found


def _moments(text: str, now: int) -> str:
    """Fill in moments; a quoted one of a JSON file becomes a number."""
    filled = re.sub(rf'"({_MOMENT.pattern})"', lambda match: match[1] if match[2] == "NOW" else match[0], text)
    return _MOMENT.sub(lambda match: _moment(match[1], now + int(match[2] or 0)), filled)


def _moment(kind: str, at: int) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    match kind:
        case "NOW":
            return str(at)
        case "EPOCH":
            return str(at // 86_400)
        case "LATEST":
            return f"{_MONTHS[moment.month - 1]} {moment:%d %H:%M:%S +0000 %Y}"
        case "JOURNAL":
            return f"{at * 1_000_000:016x}.journal"
        case _:
            return moment.strftime("%Y-%m-%d")


def _framed(document: dict[str, Any], nonce: str) -> str:
    mark = f"{MARK} {nonce}"
    parts = [f"\n{mark} start windows 1\n"]
    for name, section in document["sections"].items():
        body = json.dumps(section["data"], separators=(",", ":")) if section["status"] == "ok" else ""
        coded = base64.encodebytes(body.encode("ascii")).decode("ascii")
        parts.append(f"\n{mark} begin {name}\n{coded}\n{mark} end {name} {section['status']} 0 {_LIMIT}\n")
        if name == "clock":
            parts.append(f"\n{mark} beat\n")
    return "".join([*parts, f"\n{mark} stop\n"])
