"""Why a cell was not understood: kept in English with the evidence, shown in the language of whoever reads it."""

import re

from secaudit.messages import Message, literal, msg

EMPTY = msg("the cell is empty")
DECIDES_NOTHING = msg("“{value}” decides nothing")
NO_WORD = msg("“{value}” is not a known word for yes or no")
NO_MOMENT = msg("“{value}” is no date that means one moment")
AHEAD = msg("“{value}” lies in the future: a clock is wrong, or day and month are mixed up")
NO_IDENTIFIER = msg("“{value}” is no {what} of a machine")
NO_MASK = msg("the status mask is no number")
CONTRADICTED = msg("the status mask contradicts itself or the column")
TOO_YOUNG = msg("{value} lies after the last contact: one of the dates is wrong")
_ALL = (EMPTY, DECIDES_NOTHING, NO_WORD, NO_MOMENT, AHEAD, NO_IDENTIFIER, NO_MASK, CONTRADICTED, TOO_YOUNG)
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_PATTERNS = tuple((one, re.compile(_PLACE.sub(r"(?P<\1>.*)", re.escape(one.text)), re.DOTALL)) for one in _ALL)


def reason(template: Message, **values: object) -> str:
    """The reason as it is kept."""
    return str(Message(template.text, values))


def reason_words(why: str) -> Message:
    """A kept reason as a message again; one that is none of these stays as it is."""
    for template, pattern in _PATTERNS:
        found = pattern.fullmatch(why)
        if found is not None:
            return Message(template.text, found.groupdict())
    return literal(why)
