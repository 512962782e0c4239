"""Says the texts of a document in one language."""

from datetime import date, datetime
from fractions import Fraction

from secaudit.messages import Message, Translator
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

    def say(self, wording: Wording) -> str:
        """The text to show; a plain string is data and stays as it is."""
        if isinstance(wording, str):
            return wording
        if isinstance(wording, Texts):
            return wording.pick(self.language)
        params = {name: self._parameter(value) for name, value in wording.params.items()}
        return self._translator.text(Message(wording.text, params, wording.context))

    def translate(self, text: str, /, **params: object) -> str:
        """``_()`` of the templates: ``text`` is an English msgid."""
        return self.say(Message(text, params))

    def _parameter(self, value: object) -> object:
        if isinstance(value, bool):
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
