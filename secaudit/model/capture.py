"""What a machine answered, framed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class SectionStatus(StrEnum):
    """How a section of the probe ended; an empty section is never an answer."""

    OK = "ok"
    ABSENT = "absent"
    DENIED = "denied"
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"
    TRUNCATED = "truncated"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Section:
    """One question of the probe and its answer."""

    name: str
    status: SectionStatus
    body: bytes = b""
    exit_code: int | None = None


@dataclass(frozen=True)
class Capture:
    """The framed answer of one probe, kept as evidence."""

    platform: str
    """``posix`` or ``windows``."""
    sections: tuple[Section, ...]
    raw: bytes
    """Everything between the outer markers, exactly as it arrived; the digest is over these bytes."""
    digest: str
    """SHA-256 of ``raw``, hexadecimal."""
    complete: bool = True
    """The end marker was seen."""
    meta: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, Section]:
        """Section name -> section."""
        return {section.name: section for section in self.sections}
