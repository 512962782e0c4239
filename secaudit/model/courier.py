"""Collectors that were handed out, and what comes back from them: ``docs/courier-format.md`` as constants and objects."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from secaudit.messages import Message

FORMAT: Final = "1"
BEGIN: Final = "-----BEGIN SECAUDIT ANSWER-----"
END: Final = "-----END SECAUDIT ANSWER-----"
HEADERS: Final = ("Version", "Agency", "Period", "Courier", "Machine", "Time", "Digest")
"""Lines before the empty one, in this order; only the last decides anything."""
FIELDS: Final = (
    "secaudit-answer", "agency", "period", "courier", "machine", "time", "nonce", "platform", "name", "body", "mac",
)  # fmt: skip
"""Lines of the sealed content, in this order, each once."""
LINE_WIDTH: Final = 76
BLOCK_LIMIT: Final = 4 << 20
"""Bytes of one block, markers included."""
FILE_LIMIT: Final = 512 << 20
ANSWER_LIMIT: Final = 8 << 20
"""Bytes that the probe printed, unpacked."""

COURIER_ID = re.compile(r"[0-9a-f]{16}")
TOKEN = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"[0-9a-f]{32}")
"""Machine tags and nonces."""
PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"

LATE_DAYS: Final = 31
"""Days after the end of its period for which a collector's answers are taken: mail and document systems are slow, and an agency
that was late still shows what its machines are. Later the next period has collectors of its own, and a token that leaked is worth
nothing."""
CLOCK_DAYS: Final = 1
"""Days by which the clock of a machine may be wrong: zones that were set wrong, nothing more."""


def period_end(period: str) -> date:
    """The last day of a period such as ``2026-12``; ValueError for what is none."""
    if PERIOD.fullmatch(period) is None:
        raise ValueError("a period is a year and a month")
    year, month = int(period[:4]), int(period[5:])
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def taken_until(period: str) -> date:
    """The last day on which answers of a collector made for ``period`` are taken."""
    return period_end(period) + timedelta(days=LATE_DAYS)


@dataclass(frozen=True, slots=True)
class Courier:
    """A collector that was made for one agency and one period."""

    id: str
    """16 hexadecimal digits."""
    agency: str
    period: str
    via: str
    """How it is handed out: ``document``, ``gpo``, ``av-console`` or ``manual``."""
    made_at: datetime
    """UTC."""
    who: str
    key: str
    """SHA-256 of the certificate (DER) that its answers are sealed to."""
    token: bytes
    """64 hexadecimal digits, sealed to the same certificate (CMS, DER)."""
    digest: str
    """SHA-256 of the zip that was handed out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands."""

    file: str
    """As the person importing named it; of a zip with the name of the member behind it."""
    block: int
    """From 1, in the order of the file."""
    machine: str = ""
    """Machine tag as the header says it; believed by nobody, for finding the block again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that was opened, of which the code of authentication is right."""

    place: Place
    agency: str
    period: str
    courier: str
    machine: str
    time: datetime
    """UTC, the machine's own clock."""
    nonce: str
    platform: Literal["posix", "windows"]
    name: str
    body: str
    """What the probe printed, still packed (base64 of gzip): thousands of answers are in memory together."""
    mac: str
    block: bytes
    """The block as it came, with our line ends: what is kept of the file."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an answer was taken in: the same one is never taken twice."""

    mac: str
    courier: str
    nonce: str
    machine: str
    at: datetime
    """The machine's own clock, UTC."""
    endpoint: str


class Refused(StrEnum):
    """Why a file or an answer is not taken."""

    UNREADABLE = "unreadable"
    NO_ANSWER = "no_answer"
    OVERSIZED = "oversized"
    BOMB = "bomb"
    PACKAGE = "package"
    """A zip that is encrypted, damaged or nested."""
    DAMAGED = "damaged"
    TRUNCATED = "truncated"
    MANGLED = "mangled"
    """A mail program rewrote it."""
    WRONG_KEY = "wrong_key"
    MALFORMED = "malformed"
    UNKNOWN_COURIER = "unknown_courier"
    OUTSIDER = "outsider"
    FOREIGN_AGENCY = "foreign_agency"
    PERIOD_OVER = "period_over"
    TOO_OLD = "too_old"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"
    REPLAY = "replay"
    UNFRAMED = "unframed"
    INCOMPLETE = "incomplete"
    OTHER_AGENCY = "other_agency"
    """The machine is declared by another agency than the one the collector was made for."""
    ISOLATED = "isolated"
    AMBIGUOUS = "ambiguous"
    """It may be any of several machines."""


class Skipped(StrEnum):
    """Why a good answer adds nothing: said, harmless."""

    ALREADY_TAKEN = "already_taken"
    DOUBLED = "doubled"
    OLDER = "older"
    BESIDE = "beside"
    """A file without an answer that lies in one folder or zip with answers."""


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """One answer, or one file, that is not taken; or, with :class:`Skipped`, that adds nothing."""

    reason: Refused | Skipped
    place: Place
    message: Message
    hint: Message | None = None
    agency: str = ""
    """Where it is known: from the collector, not from the header."""
