"""Words for sessions, whom they are for, and what they are worth."""

from collections.abc import Mapping
from typing import Final

from secaudit.measure.attendance import Standing
from secaudit.messages import Message, msgc
from secaudit.model.session import Audience, SessionKind

AUDIENCES: Final[Mapping[Audience, Message]] = {
    Audience.HEADS: msgc("audience", "heads"),
    Audience.STAFF: msgc("audience", "staff"),
}
KINDS: Final[Mapping[SessionKind, Message]] = {
    SessionKind.BRIEFING: msgc("session", "briefing"),
    SessionKind.TRAINING: msgc("session", "training"),
}
STANDINGS: Final[Mapping[Standing, Message]] = {
    Standing.PROVES: msgc("session", "counts"),
    Standing.UNDOCUMENTED: msgc("session", "no document"),
    Standing.EXPIRED: msgc("session", "too long ago"),
    Standing.AHEAD: msgc("session", "still to come"),
}
FIGURES: Final[Mapping[str, Message]] = {
    "heads_briefed": msgc("people", "heads briefed"),
    "staff_briefed": msgc("people", "staff briefed"),
    "staff_trained": msgc("people", "staff trained"),
}
