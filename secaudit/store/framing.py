"""Captures as two records and back: the bytes, and how they fall into sections.

A section is kept as a place in the bytes; what does not stand in the raw answer as it is (the Windows probe's decoded
sections) is appended behind it once. So a capture is rebuilt without the probe that framed it.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.store.codec import CodecError, dumps, understood


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """A capture ready to be compressed."""

    framing: bytes
    """JSON: platform, complete, meta, sizes, sections."""
    body: bytes
    """The raw answer, then the sections that do not stand in it."""


def taken_apart(capture: Capture) -> KeptCapture:
    """The two records of a capture; ValueError when its digest is not that of its bytes."""
    if sha256(capture.raw).hexdigest() != capture.digest:
        raise ValueError("the digest of a capture is not that of its bytes")
    extra = bytearray()
    sections = []
    cursor = 0
    for section in capture.sections:
        place = _place(capture.raw, section.body, cursor)
        if place is None:
            place = len(capture.raw) + len(extra)
            extra += section.body
        else:
            cursor = place + len(section.body)
        sections.append((section.name, section.status.value, section.exit_code, place, len(section.body)))
    framing = {
        "platform": capture.platform,
        "complete": capture.complete,
        "meta": {name: capture.meta[name] for name in sorted(capture.meta)},
        "raw": len(capture.raw),
        "extra": sha256(extra).hexdigest(),
        "sections": sections,
    }
    return KeptCapture(dumps(framing), capture.raw + bytes(extra))


def _place(raw: bytes, body: bytes, cursor: int) -> int | None:
    """Where ``body`` stands in ``raw``: sections come in order, so behind the one before is tried first."""
    if not body:
        return 0
    place = raw.find(body, cursor)
    if place < 0 and cursor:
        place = raw.find(body)
    return place if place >= 0 else None


def put_together(framing: bytes, body: bytes) -> Capture:
    """The capture that was kept, its digest computed from the bytes; CodecError when it does not fit together."""

    def capture(value: Any) -> Capture:  # noqa: ANN401
        size = value["raw"]
        if not 0 <= size <= len(body) or sha256(body[size:]).hexdigest() != value["extra"]:
            raise CodecError("the bytes of a capture do not fit its framing")
        raw = body[:size]
        sections = tuple(_section(body, *row) for row in value["sections"])
        return Capture(value["platform"], sections, raw, sha256(raw).hexdigest(), value["complete"], value["meta"])

    return understood(capture, framing)


def _section(body: bytes, name: str, status: str, exit_code: int | None, place: int, size: int) -> Section:
    if place < 0 or size < 0 or place + size > len(body):
        raise CodecError("a section lies outside of its capture")
    return Section(name, SectionStatus(status), body[place : place + size], exit_code)
