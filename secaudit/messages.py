"""Texts shown to people: translatable messages and the one sanitiser.

A message is kept as its English text plus parameters until somebody prints it, so that the same error can be shown in
Vietnamese on a console and in English in a log. ``msg`` and ``msgc`` are the extraction keywords of the gettext catalogs.
"""

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters but line feeds and tabs, bidi controls, lone surrogates, and what XML forbids besides."""
_CONTEXT_GLUE = "\x04"


@dataclass(frozen=True, slots=True)
class Message:
    """One translatable sentence: English template, parameters, and the context that tells equal words apart."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)
    context: str | None = None

    def __str__(self) -> str:
        """The English sentence, parameters filled in."""
        return Translator().text(self)


def msg(text: str, /, **params: object) -> Message:
    """Mark ``text`` for translation; ``{name}`` places are filled from ``params`` when it is shown."""
    return Message(text, params)


def msgc(context: str, text: str, /, **params: object) -> Message:
    """Like :func:`msg`, for short words whose translation depends on where they stand."""
    return Message(text, params, context)


def literal(text: str) -> Message:
    """A text that is data (already Vietnamese, or an identifier) and must not be looked up in the catalog."""
    return Message("{literal}", {"literal": text})


class Translator:
    """Turns messages into text of one language; without a catalog it speaks English."""

    def __init__(self, catalog: gettext.NullTranslations | None = None, language: str = "en") -> None:
        """Use ``catalog`` for look-ups; ``language`` is the two-letter code shown in documents."""
        self._catalog = catalog if catalog is not None else gettext.NullTranslations()
        self.language = language

    def text(self, message: Message | str) -> str:
        """The sentence in this language; plain strings are looked up as message texts without parameters."""
        if isinstance(message, str):
            message = Message(message)
        template = message.text
        if not template:
            return ""
        if message.context is None:
            template = self._catalog.gettext(template)
        else:
            template = self._catalog.pgettext(message.context, template)
        if not message.params:
            return template
        return template.format_map({name: self._param(value) for name, value in message.params.items()})

    def _param(self, value: object) -> object:
        if isinstance(value, Message):
            return self.text(value)
        return clean(value) if isinstance(value, str) else value


def clean(text: str, *, limit: int | None = None) -> str:
    """Make a text from outside harmless for every renderer and terminal.

    Control characters (terminal escapes among them), characters that XML forbids, lone surrogates and bidi controls become
    U+FFFD; line feeds and tabs stay. With ``limit`` (characters) a longer text is cut and ends in an ellipsis.
    """
    out = text if text.isprintable() else _HARMFUL.sub("\ufffd", text)
    if limit is not None and len(out) > limit:
        return out[: max(limit - 1, 0)] + "…"
    return out
