"""Says the texts of a document in one language."""

from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from string import Formatter

from markupsafe import Markup, escape

from secaudit.messages import Message, Translator, clean
from secaudit.model.base import Texts
from secaudit.report.format import Format
from secaudit.report.texts import Wording


class Voice:
    """Turns wordings into text; numbers, shares and dates among their parameters are formatted on the way."""

    def __init__(self, translator: Translator) -> None:
        """Speaks the language of ``translator``."""
        self._translator = translator
        self.language = translator.language
        self.format = Format(translator.language)
        self._words: dict[tuple[str | None, str], str] = {}

    def say(self, wording: Wording) -> str:
        """The text to show; a plain string is data and stays as it is."""
        if isinstance(wording, str):
            return wording
        if isinstance(wording, Texts):
            return wording.pick(self.language)
        if not wording.params:
            return self._word(wording.text, wording.context)
        params = {name: self._parameter(value) for name, value in wording.params.items()}
        return self._translator.text(Message(wording.text, params, wording.context))

    def say_figures(self, wording: Wording, address: str) -> Markup:
        """The same as markup in which each number and share stands in an element that has its address (docs/figures.md).

        The parameter ``count`` has the address itself, each other one its name behind a dot: ``t2:needed.number``.
        """
        if not isinstance(wording, Message):
            return escape(self.say(wording))
        template = escape(self._translator.text(Message(wording.text, {}, wording.context)))
        if not wording.params:
            return template
        made = {
            name: self._addressed(value, address if name == "count" else f"{address}.{name}")
            for name, value in wording.params.items()
        }
        parts = _parts(str(template))
        if parts is None:
            return template.format_map(made)
        # Joined one by one: a text plus markup would be escaped once more.
        return Markup("".join([piece for literal, name in parts for piece in (literal, made[name] if name else "")]))  # noqa: S704 - both are escaped

    def translate(self, text: str, /, **params: object) -> str:
        """``_()`` of the templates: ``text`` is an English msgid."""
        return self.say(Message(text, params)) if params else self._word(text, None)

    def _word(self, text: str, context: str | None) -> str:
        """Most of what a page says are a few hundred words, said a hundred thousand times."""
        said = self._words.get((context, text))
        if said is None:
            said = self._words[context, text] = self._translator.text(Message(text, {}, context))
        return said

    def _parameter(self, value: object) -> object:
        if type(value) is str or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self.format.number(value)
        if isinstance(value, Fraction):
            return self.format.percent(value)
        if isinstance(value, datetime):
            return self.format.moment(value)
        if isinstance(value, date):
            return self.format.day(value)
        if isinstance(value, Message | Texts):
            return self.say(value)
        if isinstance(value, tuple | list):
            return ", ".join(str(self._parameter(item)) for item in value)
        return value

    def _addressed(self, value: object, address: str) -> Markup:
        if isinstance(value, Message):
            return self.say_figures(value, address)
        if isinstance(value, Markup):
            return value
        if isinstance(value, tuple | list):
            return Markup(", ").join(self._addressed(item, f"{address}.{place}") for place, item in enumerate(value, start=1))
        said = clean(str(self._parameter(value)))
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return Markup(f'<span data-figure="{escape(address)}">{escape(said)}</span>')  # noqa: S704 - both are escaped
        return escape(said)


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, str], ...] | None:
    """Texts of a template, each with the name behind it; None where a place of it is more than a name."""
    found = []
    for literal, name, form, conversion in Formatter().parse(template):
        if name is not None and (form or conversion or not name.isidentifier()):
            return None
        found.append((literal, name or ""))
    return tuple(found)
