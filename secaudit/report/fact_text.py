"""Observed values as people read them; the exact JSON text stays in the document."""

from functools import lru_cache

import orjson

from secaudit.messages import Message, msg
from secaudit.report.field_words import field_order, field_word
from secaudit.report.voice import Voice

_YES = msg("yes")
_NO = msg("no")
_NOTHING = msg("(none)")


@lru_cache(maxsize=8192)
def fact_text(value: str, voice: Voice) -> str:
    """``value`` is JSON text: truth values become words, records one line each; text that is no JSON (cut) stays as it is."""
    try:
        return _said(orjson.loads(value), voice)
    except orjson.JSONDecodeError:
        return value


def _said(value: object, voice: Voice) -> str:
    if isinstance(value, bool):
        return voice.say(_YES if value else _NO)
    if isinstance(value, list):
        if not value:
            return voice.say(_NOTHING)
        return ("\n" if isinstance(value[0], dict) else ", ").join(_said(item, voice) for item in value)
    if isinstance(value, dict):
        fields = sorted(value, key=field_order)
        return ", ".join(f"{voice.say(field_word(name))} = {_said(value[name], voice)}" for name in fields)
    if value is None:
        return "–"
    return str(value)


def unavailable(reason: Message, detail: str, voice: Voice) -> str:
    """Why a fact is missing: the reason's word, and what exactly was seen."""
    said = voice.say(reason)
    return f"{said} ({detail})" if detail else said
