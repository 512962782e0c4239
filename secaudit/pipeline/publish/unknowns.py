"""Why nothing is known of a machine, and what it would take to know."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from secaudit.messages import Message, msg
from secaudit.model.measurement import AgencyShare, EndpointState
from secaudit.model.outcome import Sight
from secaudit.pipeline.measuring import Measured
from secaudit.report.words import ADVICE, STALE, word


@dataclass(frozen=True, slots=True)
class Why:
    """One reason, in words, and what is to be done about it."""

    key: str
    words: Message
    what: Message


_WHICH = msg("Find out which machine answers there and correct the list.")


def why_unknown(state: EndpointState | None) -> Why:
    """Of a declared machine that is a member nobody knows about."""
    if state is None:
        return _why(Sight.NO_WAY_IN, ADVICE[Sight.NO_WAY_IN])
    if state.doubt is not None:
        return _why(state.doubt.kind, _WHICH)
    if state.evidence is not None:
        words = msg("seen, and what was seen does not decide")
        return Why("seen", words, msg("Gather again with administrator rights, or look at the machine on site."))
    if state.stale:
        return Why("stale", STALE, ADVICE[Sight.SEEN])
    sight = state.last_attempt
    return _why(sight, _WHICH if sight is Sight.IDENTITY else ADVICE[sight])


def machine_unknowns(measured: Measured, share: AgencyShare) -> Iterator[Why]:
    """The reason of each unknown member of one agency, those without an id too."""
    for name in share.unknown:
        yield why_unknown(measured.states.get(name))
    for _ in range(share.beyond):
        yield Why(
            "beyond",
            msg("in no list, although register, console or network show them"),
            msg("Have the agency declare them or correct its register."),
        )


def _why(reason: Enum, what: Message) -> Why:
    return Why(str(reason.value), word(reason), what)
