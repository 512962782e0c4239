"""One capture being read: sections as text, pairs and documents, and why something could not be read."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar, cast

from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FactValue, Missing, MissingReason
from secaudit.model.knowledge import Knowledge

T = TypeVar("T")

DAY = 86_400
"""Seconds."""
GRACE = 300
"""Seconds by which a moment may lie after the start of the probe: files change while it runs."""
_NUL_SHARE = 4
"""A quarter of NUL bytes: UTF-16 holds about half."""
MAX_ROWS = 20_000
"""Rows of one section that are looked at; the probe's byte limits stay below it."""
_REASONS: dict[SectionStatus, MissingReason] = {
    status: MissingReason(status.value) for status in SectionStatus if status is not SectionStatus.OK
}


class NotReadError(Exception):
    """A fact cannot be had from this capture."""

    def __init__(self, missing: Missing) -> None:
        """``missing`` becomes the value of the fact."""
        super().__init__(missing.detail)
        self.missing = missing


Parser = Callable[["Reading"], FactValue]
"""One fact out of a capture; raises NotReadError when it cannot be had."""


class Reading:
    """A capture, what the catalog knows, and the moment it was seen; parsed parts are kept for the next fact."""

    def __init__(self, capture: Capture, knowledge: Knowledge, observed_at: datetime) -> None:
        """``observed_at`` is our own clock when the answer was complete."""
        self.capture = capture
        self.knowledge = knowledge
        self.observed_at = observed_at
        self._kept: dict[object, object] = {}
        self._lines: dict[str, list[str]] = {}
        self._pairs: dict[str, dict[str, list[str]]] = {}
        self._documents: dict[str, dict[str, Any]] = {}

    def once(self, parse: Callable[["Reading"], T]) -> T:
        """``parse(self)``, computed at most once; a NotReadError is kept and raised again."""
        if parse not in self._kept:
            try:
                self._kept[parse] = parse(self)
            except NotReadError as error:
                self._kept[parse] = error
        value = self._kept[parse]
        if isinstance(value, NotReadError):
            raise value
        return cast("T", value)

    def section(self, name: str) -> Section:
        """The section, whatever its status; raises NotReadError when it did not come."""
        section = self.capture.by_name.get(name)
        if section is None:
            self.fail(self._why_not_there(), name, "the section did not come")
        return section

    def need(self, name: str) -> Section:
        """The section if it was read to its end, else NotReadError with the reason."""
        section = self.section(name)
        if section.status is not SectionStatus.OK:
            self.fail(_REASONS[section.status], name)
        return section

    def status(self, name: str) -> MissingReason | None:
        """Why the section is not complete; None when it is."""
        section = self.capture.by_name.get(name)
        if section is None:
            return self._why_not_there()
        return _REASONS.get(section.status)

    def unread(self, name: str) -> MissingReason | None:
        """Why a section says nothing; None when it was read, or when the probe saw that the system has no such thing.

        A section that never came is no such sight.
        """
        section = self.capture.by_name.get(name)
        if section is not None and section.status is SectionStatus.UNSUPPORTED:
            return None
        return self.status(name) or (MissingReason.ERROR if section is None else None)

    def lines(self, name: str) -> list[str]:
        """Lines of a section that was read to its end."""
        if name not in self._lines:
            section = self.need(name)
            if section.body.count(0) * _NUL_SHARE > len(section.body):
                # In UTF-16 no name would be found, and "not found" must not become "not there".
                self.fail(MissingReason.ERROR, name, "the section is no text in UTF-8")
            self._lines[name] = lines_of(section)
        return self._lines[name]

    def pairs(self, name: str) -> dict[str, list[str]]:
        """``key=value`` lines of a section that was read to its end."""
        if name not in self._pairs:
            self._pairs[name] = pairs_of(self.lines(name))
        return self._pairs[name]

    def document(self, name: str) -> dict[str, Any]:
        """JSON object of a section of the Windows probe."""
        if name in self._documents:
            return self._documents[name]
        body = self.need(name).body.decode("utf-8", "replace")
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            self.fail(MissingReason.ERROR, name, "the section is not JSON")
        if not isinstance(data, dict):
            self.fail(MissingReason.ERROR, name, "the section is not a JSON object")
        self._documents[name] = data
        return self._documents[name]

    def now(self) -> int:
        """The machine's own clock at the start of the probe, seconds since 1970."""
        return self.once(_clock)

    def age_days(self, moment: int, section: str) -> int:
        """Full days from ``moment`` to the machine's own now; a moment in its future is an error."""
        seconds = self.now() - moment
        if seconds < -GRACE:
            self.fail(MissingReason.ERROR, section, "the moment lies in the machine's future: one of its clocks is wrong")
        return max(seconds, 0) // DAY

    def fail(self, reason: MissingReason, section: str = "", detail: str = "") -> NoReturn:
        """The fact is missing."""
        raise NotReadError(Missing(reason, section, detail))

    def _why_not_there(self) -> MissingReason:
        if not self.capture.complete:
            return MissingReason.TRUNCATED
        elevation = self.capture.by_name.get("elevation")
        if elevation is not None and elevation.status is SectionStatus.ERROR:
            return MissingReason.ERROR
        return MissingReason.UNSUPPORTED


def text_of(section: Section) -> str:
    """The body as text: bytes that are no UTF-8 and NUL become U+FFFD."""
    return section.body.decode("utf-8", "replace").replace("\0", "\ufffd")


def lines_of(section: Section) -> list[str]:
    """Lines of the body, without line ends; only line feeds end a line."""
    lines = text_of(section).split("\n", MAX_ROWS)[:MAX_ROWS]
    return [line.rstrip("\r") for line in lines]


def pairs_of(lines: Sequence[str]) -> dict[str, list[str]]:
    """``key=value`` lines: key -> all its values in order."""
    found: dict[str, list[str]] = {}
    for line in lines:
        key, sign, value = line.partition("=")
        if sign:
            found.setdefault(key, []).append(value)
    return found


def first(pairs: dict[str, list[str]], key: str) -> str:
    """First value of ``key``, stripped; empty when there is none."""
    return pairs[key][0].strip() if key in pairs else ""


def decimal(text: str) -> int | None:
    """A whole number of at most 15 digits, or None."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def utc_moment(parts: Sequence[str | int], section: str) -> int:
    """Year, month, day and perhaps hour, minute, second in UTC as seconds since 1970; NotReadError for a day that is none."""
    year, month, day, hour, minute, second = (*(int(part) for part in parts), 0, 0, 0)[:6]
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError as error:
        raise NotReadError(Missing(MissingReason.ERROR, section, "a date is not one")) from error


def value_or_reason(read: Callable[[], T]) -> T | MissingReason:
    """What ``read`` gives, or why it cannot be had: one unknown property does not cost the others."""
    try:
        return read()
    except NotReadError as error:
        return error.missing.reason


def _clock(reading: Reading) -> int:
    if reading.capture.platform == "windows":
        now = whole(reading.document("clock").get("now"))
    else:
        now = decimal(first(reading.pairs("clock"), "now"))
    if now is None or now <= 0:
        reading.fail(MissingReason.ERROR, "clock", "the machine's clock cannot be read")
    return now


def whole(value: object) -> int | None:
    """A JSON number that is a whole number CEL can hold, or None; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -(2**63) <= value < 2**63 else None
