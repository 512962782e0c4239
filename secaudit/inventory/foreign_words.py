"""What a word of a foreign list means: by the whole cell, else by the known words that begin first in it."""

import re
from collections.abc import Collection, Mapping

from secaudit.model.console import spelled, unaccented
from secaudit.model.machine_list import OTHERS, UNKNOWN

_REMEMBERED = 20_000


class Words:
    """The words of one field."""

    def __init__(self, values: Mapping[str, str], meanings: Collection[str]) -> None:
        """``values`` of the mapping; the meanings themselves are always understood."""
        told = {spelled(word): meaning for word, meaning in values.items() if word != OTHERS}
        self._told = {**{meaning: meaning for meaning in meanings}, **told}
        self._plain = {unaccented(word): meaning for word, meaning in self._told.items()}
        self._pattern = _pattern(self._told)
        self._plain_pattern = _pattern(self._plain)
        self._others = values.get(OTHERS)
        self._remembered: dict[str, str | None] = {}

    def meaning(self, text: str) -> str | None:
        """What the cell means; None where no word says it or the mapping says that it decides nothing."""
        if text not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            found = self._find(text) or self._others
            self._remembered[text] = None if found == UNKNOWN else found
        return self._remembered[text]

    def explained(self, text: str) -> bool:
        """Whether the mapping says something of this cell, if only that it decides nothing."""
        return self._others is not None or self._find(text) is not None

    def _find(self, text: str) -> str | None:
        key = spelled(text)
        if key in self._told:
            return self._told[key]
        found = self._pattern.search(key)
        if found is not None:
            return self._told[found[1]]
        if not key.isascii():
            return None
        plain = self._plain_pattern.search(key)  # typed without diacritics
        return None if plain is None else self._plain[plain[1]]


def _pattern(words: Collection[str]) -> re.Pattern[str]:
    """Whole words; at one place the longest goes first."""
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest))})(?!\w)")
