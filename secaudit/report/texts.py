"""The kinds of text in a report, and how long each may be."""

from dataclasses import dataclass
from typing import Annotated

from secaudit.messages import Message
from secaudit.model.base import Texts

Wording = Message | Texts | str
"""A text to show; a plain ``str`` is data and is not looked up in the catalog."""

DEFAULT_LIMIT = 300
"""Characters of a text before it is cut, when the annotation of its field names no other limit."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Characters of a field's texts before they are cut; stands in the annotation of the field."""

    characters: int


Sentence = Annotated[Wording, Limit(600)]
Sentences = Annotated[tuple[Wording, ...], Limit(600)]
Paragraph = Annotated[Wording, Limit(2000)]
Detail = Annotated[str, Limit(500)]
