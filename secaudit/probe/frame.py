"""The answer of a probe: bytes in, sections out; total over hostile bytes."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from secaudit.errors import SecauditError
from secaudit.messages import clean, msg
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.outcome import Sight
from secaudit.probe.compose import Platform

MARK = "##SECAUDIT"
MAX_SECTIONS = 100
_DETAIL_BYTES = 400
_NAME = re.compile(rb"[a-z0-9][a-z0-9-]{0,39}")
_MARKER = re.compile(rb"##SECAUDIT ([0-9a-f]{32}) ([^\n]*)")
"""Where a line begins is looked at afterwards: an expression that begins with its own words is searched for much faster."""
_NEWLINE = 0x0A
_REFUSAL = re.compile(rb"^##SECAUDIT## (truncated|language [A-Za-z]{1,40})\r?$", re.MULTILINE)
_STATUSES = {status.value.encode(): status for status in SectionStatus}


class FrameError(SecauditError):
    """The answer is none: no script ran, it was cut before anything came, or it breaks the rules of the frame."""

    def __init__(self, sight: Sight, detail: str) -> None:
        """``sight`` is SHELL, TRUNCATED or PROTOCOL; ``detail`` is English and harmless."""
        super().__init__(msg("{detail}", detail=detail), hint=_HINTS.get(sight))
        self.sight = sight
        self.detail = detail


_HINTS = {
    Sight.SHELL: msg("log in by hand with the same account and see what its shell prints"),
    Sight.TRUNCATED: msg("ask the machine again; when it happens again, raise the time limit"),
    Sight.PROTOCOL: msg("look at the machine: something there changes or imitates the answer"),
}


def frame(platform: Platform, nonce: str, stdout: bytes) -> Capture:
    """The sections between this run's markers.

    Noise before the start (banner, message of the day, start-up files) is skipped and so is everything after the end. A line
    that looks like a marker but carries another number is content. Raises FrameError: SHELL without a start marker, PROTOCOL
    when the frame is broken, TRUNCATED when it breaks off before the first section is complete. When it breaks off later, the
    capture says ``complete=False``.
    """
    number = nonce.encode()
    marks = [
        _Mark(m.start(), min(m.end() + 1, len(stdout)), m.group(2).split())
        for m in _MARKER.finditer(stdout)
        if m.group(1) == number and (m.start() == 0 or stdout[m.start() - 1] == _NEWLINE)
    ]
    if marks and _cut_short(marks[-1], stdout):
        marks.pop()
    if not marks:
        raise _not_started(stdout)
    if marks[0].words != [b"start", platform.encode(), b"1"]:
        raise FrameError(Sight.PROTOCOL, "the answer does not begin with its start marker")
    builder = _Builder(platform, stdout)
    stop = next((i for i, mark in enumerate(marks) if mark.words[:1] == [b"stop"]), None)
    for mark in marks[1:stop]:
        builder.take(mark)
    end = len(stdout) if stop is None else marks[stop].start
    sections = builder.finish(end)
    if stop is None and not any(section.status is not SectionStatus.TRUNCATED for section in sections):
        raise FrameError(Sight.TRUNCATED, "the answer breaks off before its first section is complete")
    raw = stdout[marks[0].end : end]
    return Capture(platform, sections, raw, hashlib.sha256(raw).hexdigest(), complete=stop is not None)


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    words: list[bytes]


def _cut_short(mark: _Mark, stdout: bytes) -> bool:
    """Whether the answer broke off inside this marker: that damage is the connection's, not the machine's."""
    return mark.end == len(stdout) and not stdout.endswith(b"\n") and mark.words[:1] != [b"stop"]


@dataclass(slots=True)
class _Builder:
    """Walks the markers in order; the open section is the one that began last."""

    platform: Platform
    data: bytes
    sections: dict[str, Section] = field(default_factory=dict)
    name: str = ""
    body_from: int = 0

    def take(self, mark: _Mark) -> None:
        """One marker; FrameError when it is damaged or stands where it must not."""
        match mark.words:
            case [b"beat"] if not self.name:
                return
            case [b"begin", name] if _NAME.fullmatch(name):
                self.cut(mark.start)
                self.begin(name.decode(), mark.end)
            case [b"end", name, status, code, limit] if name.decode("ascii", "replace") == self.name and status in _STATUSES:
                self.end(mark.start, _STATUSES[status], _number(code), _number(limit))
            case _:
                raise FrameError(Sight.PROTOCOL, "a marker of the answer is damaged or out of place")

    def begin(self, name: str, at: int) -> None:
        """Open a section whose body starts at byte ``at``."""
        if name in self.sections:
            raise FrameError(Sight.PROTOCOL, f"section {name} comes twice")
        if len(self.sections) >= MAX_SECTIONS:
            raise FrameError(Sight.PROTOCOL, "the answer has too many sections")
        self.name, self.body_from = name, at

    def end(self, at: int, status: SectionStatus, code: int | None, limit: int | None) -> None:
        """Close the open section; a body over its limit is cut and counts as truncated."""
        body = self._body(at)
        if limit is not None and len(body) > limit:
            body, status = body[:limit], SectionStatus.TRUNCATED
        elif self.platform == "windows":
            body, status = _decoded(body, status)
        self._keep(Section(self.name, status, body, code))

    def cut(self, at: int) -> None:
        """Close a section whose end never came."""
        if self.name:
            self._keep(Section(self.name, SectionStatus.TRUNCATED, b"" if self.platform == "windows" else self._body(at)))

    def finish(self, at: int) -> tuple[Section, ...]:
        """All sections in order; one still open ends at byte ``at``."""
        self.cut(at)
        return tuple(self.sections.values())

    def _body(self, at: int) -> bytes:
        return self.data[self.body_from : max(at, self.body_from)].removesuffix(b"\n")

    def _keep(self, section: Section) -> None:
        self.sections[section.name] = section
        self.name = ""


def _number(word: bytes) -> int | None:
    return int(word) if len(word) <= 9 and word.isdigit() else None


def _decoded(body: bytes, status: SectionStatus) -> tuple[bytes, SectionStatus]:
    """Windows bodies are base64 in lines; anything else in them is an error of the section, never a guess."""
    try:
        return base64.b64decode(b"".join(body.split()), validate=True), status
    except (binascii.Error, ValueError):
        return b"", SectionStatus.ERROR


def _not_started(stdout: bytes) -> FrameError:
    refusal = _REFUSAL.search(stdout)
    if refusal is not None:
        words = refusal.group(1).decode("ascii").split()
        if words[0] == "truncated":
            return FrameError(Sight.TRUNCATED, "the script did not arrive whole on the machine, so it was not run")
        return FrameError(Sight.SHELL, f"PowerShell runs in {words[1]} mode there and may not run the script")
    if not stdout.strip():
        return FrameError(Sight.SHELL, "the shell gave no output")
    text = clean(stdout[:_DETAIL_BYTES].decode("utf-8", "replace"), limit=200)
    return FrameError(Sight.SHELL, "the shell did not run the script; it printed: " + " ".join(text.split()))
