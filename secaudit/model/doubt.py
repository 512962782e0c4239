"""Why evidence about a machine does not count although somebody answered: the machine may not be the declared one.

A changed or revoked host key, a key that the server shows but does not hold, and an answer of another machine *quarantine* an
endpoint: what was seen before does not count until the machine itself is seen again, because a machine that may have been
replaced must not stay compliant. Two endpoints that one machine answered for are *doubled*.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secaudit.model.outcome import Sight


class DoubtKind(StrEnum):
    """What happened."""

    KEY_CHANGED = "key_changed"
    KEY_REVOKED = "key_revoked"
    KEY_NOT_HELD = "key_not_held"
    """The server shows a host key and cannot prove that it holds it."""
    OTHER_MACHINE = "other_machine"
    """What the machine says of itself is not what is declared or was seen before."""
    DOUBLED = "doubled"
    """One machine answered for several endpoints."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One endpoint whose evidence does not count."""

    kind: DoubtKind
    since: datetime | None = None
    """Moment of the attempt that raised it; None for what is found by comparing evidence."""
    was: str = ""
    """Enrolled fingerprints, or the identity declared or seen before."""
    now: str = ""
    """The fingerprint offered, or the identity that answered."""
    twins: tuple[str, ...] = ()
    """Other endpoints that the same machine answered for (not all of them, when there are very many)."""
    outcome: int | None = None
    """Number of the outcome that raised it."""


NOT_HELD = "the server does not hold the host key that it shows"
# Details are cut at a limit: the beginning decides, the rest is shown as far as it is there.
_CHANGED = re.compile(r"changed: (?:enrolled is (?P<was>.*?)(?:, offered was (?P<now>.*))?$)?", re.DOTALL)
_REVOKED = re.compile(r"revoked: (?P<now>.*)", re.DOTALL)
_OTHER = re.compile(r"another machine: (?P<was>.*?)(?:; answered (?P<now>.*))?$", re.DOTALL)
_FORMS = (
    (Sight.HOST_KEY, DoubtKind.KEY_CHANGED, _CHANGED),
    (Sight.HOST_KEY, DoubtKind.KEY_REVOKED, _REVOKED),
    (Sight.HOST_KEY, DoubtKind.KEY_NOT_HELD, re.compile(re.escape(NOT_HELD))),
    (Sight.IDENTITY, DoubtKind.OTHER_MACHINE, _OTHER),
)
"""The sentences below, read back: the detail of an outcome is chained, so that it is what is believed later."""


def changed_key(enrolled: str, offered: str) -> str:
    """Detail of an outcome: another key than the enrolled one was offered."""
    return f"changed: enrolled is {enrolled}, offered was {offered}"


def revoked_key(offered: str) -> str:
    """Detail of an outcome: a revoked key was offered."""
    return f"revoked: {offered}"


def other_machine(basis: str, was: str, now: str) -> str:
    """Detail of an outcome: the identity is not the one ``basis`` (declared, seen before) says."""
    return f"another machine: {basis} {was}; answered {now}"


def kind_of(sight: Sight, detail: str) -> DoubtKind | None:
    """Whether an outcome raises a doubt; a key that is merely not enrolled raises none."""
    if sight is Sight.IDENTITY:
        return DoubtKind.OTHER_MACHINE
    return next((kind for of, kind, form in _FORMS if of is sight and form.match(detail)), None)


def doubt_of(sight: Sight, detail: str, at: datetime, outcome: int) -> Doubt | None:
    """The doubt that an outcome raises, with what stands in its detail."""
    kind = kind_of(sight, detail)
    if kind is None:
        return None
    found = next((match for of, _, form in _FORMS if of is sight and (match := form.match(detail))), None)
    said = found.groupdict() if found else {}
    return Doubt(kind, at, said.get("was") or "", said.get("now") or "", outcome=outcome)
