"""Gaps of a dossier: what neither inventory nor machines say is marked where it is missing, and counted."""

from dataclasses import dataclass
from typing import Literal

from secaudit.messages import Message, msg
from secaudit.report.texts import Wording
from secaudit.report.voice import Voice

Who = Literal["agency", "province", "operator"]


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing a person must add, whatever number of papers it is missing in."""

    what: Message
    who: Who
    papers: tuple[str, ...]
    """Names of the papers without ending, in the order in which they were made."""


class Blanks:
    """Collects the gaps of one dossier while its papers are filled."""

    def __init__(self, voice: Voice) -> None:
        """``voice`` speaks the language of the papers."""
        self.voice = voice
        self._found: dict[str, Gap] = {}

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Each once."""
        return tuple(self._found.values())

    def add(self, paper: str, what: Message, who: Who) -> None:
        """Something is missing in ``paper``."""
        key = self.voice.say(what)
        known = self._found.get(key)
        papers = known.papers if known is not None else ()
        if paper not in papers:
            self._found[key] = Gap(what, who, (*papers, paper))


class Sheet:
    """The gaps of one paper."""

    def __init__(self, blanks: Blanks, paper: str) -> None:
        """``paper`` is its name without ending."""
        self._blanks = blanks
        self.paper = paper

    def say(self, wording: Wording) -> str:
        """A text in the language of the papers."""
        return self._blanks.voice.say(wording)

    def fill(self, value: str | None, what: Message, who: Who = "agency") -> str:
        """The value, or a mark that names what is missing."""
        if value is not None and value.strip():
            return value
        self._blanks.add(self.paper, what, who)
        return self.say(msg("[TO BE ADDED: {what}]", what=what))

    def gap(self, what: Message, who: Who = "agency") -> str:
        """A mark in place of something that no inventory holds."""
        return self.fill(None, what, who)

    def cell(self, value: str | None) -> str:
        """A cell of a long table: a short mark; :meth:`missing` counts them together."""
        return value if value is not None and value.strip() else self.say(msg("[TO BE ADDED]"))

    def missing(self, what: Message, who: Who = "agency") -> None:
        """A gap that stands in several cells."""
        self._blanks.add(self.paper, what, who)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Those of this paper so far."""
        return tuple(gap for gap in self._blanks.gaps if self.paper in gap.papers)
