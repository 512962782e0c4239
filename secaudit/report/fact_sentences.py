"""What was observed, as sentences with the limit that holds: ``signatures 43 days old, limit: under 7``."""

from collections.abc import Mapping, Sequence

from secaudit.messages import msg
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS
from secaudit.model.finding import Finding
from secaudit.report.document import CheckRow
from secaudit.report.fact_text import fact_text
from secaudit.report.fact_words import fact_word
from secaudit.report.voice import Voice


class Sentences:
    """Makes the sentences of one catalog in one language."""

    def __init__(self, checks: Sequence[CheckRow], voice: Voice) -> None:
        """``checks`` say which limits hold."""
        self._voice = voice
        self._titles = {check.id: voice.say(check.title) for check in checks}
        self.facts: tuple[str, ...] = (*FACTS, *ENDPOINT_VARIABLES)
        self.places: Mapping[str, int] = {name: place for place, name in enumerate(self.facts)}

    def of(self, finding: Finding, level: int | None) -> tuple[str, ...]:
        """What a finding rests on, in sentences."""
        return tuple(
            self._voice.say(msg("{fact}: {value}", fact=fact_word(name), value=fact_text(value, self._voice)))
            for name, value in finding.evidence
        )
