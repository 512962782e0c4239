"""A document as JSON, for other programs: the same values, nothing formatted for people.

Fractions are ``{"numerator", "denominator"}``, moments and days ISO 8601, catalog texts ``{"vi", "en"}``, and sentences of the
program ``{"text", "message", "params"}``: the English sentence, its template and what was filled in.
"""

from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

import orjson

from secaudit.messages import Message, Translator
from secaudit.model.base import Texts
from secaudit.report.document import ReportDocument
from secaudit.report.sanitise import sanitised
from secaudit.report.voice import Voice


def render_json(document: ReportDocument) -> bytes:
    """UTF-8 JSON of ``document``, sanitised as for every renderer, keys in the order of the declarations."""
    return orjson.dumps(_plain(sanitised(document), Voice(Translator())), option=orjson.OPT_INDENT_2)


def _plain(value: object, voice: Voice) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Message):
        params = {name: _plain(item, voice) for name, item in value.params.items()}
        return {"text": voice.say(value), "message": value.text, "params": params}
    if isinstance(value, Texts):
        return {"vi": value.vi, "en": value.en}
    if isinstance(value, Fraction):
        return {"numerator": value.numerator, "denominator": value.denominator}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item, voice) for item in value]
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name), voice) for item in fields(value)}
    return value
