"""Levels and answers as people read them on the console; the commands about levels share them."""

from collections.abc import Sequence

from secaudit.messages import Message, literal, msg
from secaudit.model.level import AnswerOutcome, Classification, LevelRuleSet, OpenQuestion, reading_variable
from secaudit.pipeline.publish.systems import answer_words
from secaudit.report.document import Wording


def level_text(item: Classification) -> str:
    """``3``, ``2–3``, ``2, 5`` or ``?``: never a level that is not proven."""
    return range_text(item.lowest, item.level, item.possible)


def outcome_text(outcome: AnswerOutcome) -> str:
    """The same, of an answer that somebody might give."""
    determined = outcome.lowest if outcome.lowest == outcome.highest else None
    return range_text(outcome.lowest, determined, outcome.possible)


def range_text(lowest: int | None, level: int | None, possible: Sequence[int]) -> str:
    """The level, the levels that are still possible, or a question mark where nothing is proven."""
    if level is not None:
        return str(level)
    if not possible:
        return "?"
    low, high = min(possible), max(possible)
    whole = 1 < len(possible) == high - low + 1
    text = f"{low}–{high}" if whole else ", ".join(str(one) for one in sorted(possible))
    return text if lowest is not None else f"? ({text})"


def answer_text(rules: LevelRuleSet, name: str, answer: str) -> Wording:
    """A possible answer in words: a choice of a reading, a range of a count, a word of the inventory."""
    for reading in rules.readings:
        if reading_variable(reading.id) == name and answer in reading.choices:
            return reading.choices[answer]
    low, dots, high = answer.partition("..")
    if not dots:
        return answer_words(answer)
    if not high:
        return msg("{count} or more", count=int(low))
    if low == "0":
        return literal("0") if high == "0" else msg("under {count}", count=int(high) + 1)
    return msg("from {low} to {high}", low=int(low), high=int(high))


def grouped_outcomes(rules: LevelRuleSet, question: OpenQuestion) -> list[tuple[str, list[Wording]]]:
    """Answers that lead to the same levels together, the lowest levels first."""
    groups: dict[str, list[Wording]] = {}
    for outcome in sorted(question.outcomes, key=lambda one: (one.highest or 0, one.lowest or 0)):
        groups.setdefault(outcome_text(outcome), []).append(answer_text(rules, question.name, outcome.answer))
    return list(groups.items())


LEVEL_OPEN = msg("no level: no clause fits")


def level_words(text: str) -> Message:
    """``level 2–3``."""
    return LEVEL_OPEN if text == "?" else msg("level {level}", level=literal(text))
