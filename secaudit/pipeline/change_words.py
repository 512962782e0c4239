"""What became of a machine, in words."""

from collections.abc import Mapping

from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.check import GRAVITY
from secaudit.model.past import Change, Turn
from secaudit.model.protection import ProtectionGrade
from secaudit.pipeline.parameters import title_of
from secaudit.pipeline.province import Province
from secaudit.report.voice import Voice
from secaudit.report.words import protection_words

_SHOWN = 3
"""Checks named of a machine."""


def machine_words(voice: Voice, province: Province, one: Change) -> str:
    """What became of a machine, without its name; nothing where the turn alone says it.

    What else became known of a machine that turned otherwise is left out: it is much, and says nothing of the turn.
    """
    own = CHECKS_TURNED[one.turn] if all(one.seen) else _OUT_OF_SIGHT if one.seen[0] else _IN_SIGHT
    parts = [voice.say(_checks(voice, province, own, one.checks))] if one.checks else []
    parts += [voice.say(_grades(one))] if one.protection is not None else []
    parts += [
        voice.say(_checks(voice, province, CHECKS_TURNED[turn], checks))
        for turn, checks in one.beside
        if checks and turn is not Turn.KNOWN
    ]
    return "; ".join(parts)


def _checks(voice: Voice, province: Province, turned: Message, checks: tuple[str, ...]) -> Message:
    """The gravest checks by their titles, under what became of them."""
    known = province.catalog.checks
    graver = sorted(checks, key=lambda check: (GRAVITY[known[check].severity] if check in known else len(GRAVITY), check))
    titles = [
        clean(voice.say(title_of(province.catalog, known[check]))) if check in known else check for check in graver[:_SHOWN]
    ]
    rest = f" (+{len(checks) - _SHOWN})" if len(checks) > _SHOWN else ""
    return msg("{turn}: {checks}", turn=turned, checks="; ".join(titles) + rest)


def _grades(one: Change) -> Message:
    """Protection before and after."""
    was, now = one.protection or (None, None)
    return msg("protection: {before} → {after}", before=_grade(was), after=_grade(now))


def _grade(interval: tuple[int, int] | None) -> Message:
    return msg("not known") if interval is None else protection_words(ProtectionGrade(*interval))


_IN_SIGHT = msgc("checks", "fails")
_OUT_OF_SIGHT = msgc("checks", "failed when it was last known")
CHECKS_TURNED: Mapping[Turn, Message] = {
    Turn.WORSE: msgc("checks", "fails now"),
    Turn.BETTER: msgc("checks", "fails no longer"),
    Turn.UNKNOWN: msgc("checks", "no longer known"),
    Turn.KNOWN: msgc("checks", "known now"),
    Turn.APPEARED: _IN_SIGHT,
    Turn.VANISHED: _OUT_OF_SIGHT,
}
"""What is said of the checks of a change of a machine that was seen both times."""
