"""What each possible answer to an open question would mean for the level."""

import re
from collections.abc import Hashable, Iterable
from itertools import pairwise

from secaudit.classify.classifier import Classifier
from secaudit.classify.inputs import DEFAULT_SECTOR, MOST_SUBJECTS, domains, inputs_of, text_of
from secaudit.classify.questions import asked, open_names
from secaudit.model.fact import FactData
from secaudit.model.level import AnswerOutcome, Classification, LevelRuleSet, OpenQuestion
from secaudit.model.system import System

_LEVELS = (1, 2, 3, 4, 5)
_AT = r"{name}\s*(<=|>=|<|>)\s*([0-9]+)"


class Outcomes:
    """Answers tried one by one, everything else left as it is."""

    def __init__(self, rules: LevelRuleSet, classifier: Classifier) -> None:
        """Work out once which answers there are."""
        self._rules = rules
        self._classifier = classifier
        self._questions = asked(rules)
        self._memory: dict[Hashable, tuple[AnswerOutcome, ...]] = {}
        self._answers: dict[str, tuple[FactData | tuple[int, int], ...]] = dict(domains(rules))
        for name in self._answers:
            if name.startswith("system.data_subjects."):
                self._answers[name] = _ranges(rules, name)

    def of(
        self, found: Classification, system: System, sector: str = DEFAULT_SECTOR, parts: Iterable[Classification] = ()
    ) -> tuple[OpenQuestion, ...]:
        """The shortest list of questions, each with its answers; ``parts`` are the system's components as classified."""
        components = tuple(parts)
        return tuple(
            OpenQuestion(name, self._questions[name], self._outcomes(name, system, sector, components))
            for name in open_names(found, self._rules)
            if name in self._questions
        )

    def _outcomes(self, name: str, system: System, sector: str, parts: tuple[Classification, ...]) -> tuple[AnswerOutcome, ...]:
        if name == "system.level":
            return tuple(AnswerOutcome(str(level), level, level, (level,)) for level in _LEVELS)
        key = (name, repr(inputs_of(system, sector)), tuple((part.lowest, part.possible) for part in parts))
        if key not in self._memory:
            tried = (
                (answer, self._classifier.with_answer(system, sector, name, answer, parts))
                for answer in self._within(name, system)
            )
            self._memory[key] = tuple(
                AnswerOutcome(_text(answer), found.lowest, found.highest, found.possible) for answer, found in tried
            )
        return self._memory[key]

    def _within(self, name: str, system: System) -> tuple[FactData | tuple[int, int], ...]:
        """Possible answers; of a count for which a band was ticked, the ranges inside the band."""
        ends = self._classifier.band(system, name)
        answers = self._answers.get(name, ())
        if ends is None:
            return answers
        ranges = [(max(low, ends[0]), min(high, ends[1])) for low, high in (pair for pair in answers if isinstance(pair, tuple))]
        return tuple(pair for pair in ranges if pair[0] <= pair[1])


def _ranges(rules: LevelRuleSet, name: str) -> tuple[tuple[int, int], ...]:
    """A count, cut where the clauses compare it."""
    starts = {0}
    for clause in rules.clauses:
        for sign, number in re.findall(_AT.format(name=re.escape(name)), clause.when or ""):
            starts.add(int(number) + (sign in ("<=", ">")))
    edges = [*sorted(start for start in starts if start <= MOST_SUBJECTS), MOST_SUBJECTS + 1]
    return tuple((low, following - 1) for low, following in pairwise(edges))


def _outcome(answer: FactData | tuple[int, int], found: Classification) -> AnswerOutcome:
    return AnswerOutcome(_text(answer), found.lowest, found.highest, found.possible)


def _text(answer: FactData | tuple[int, int]) -> str:
    if not isinstance(answer, tuple):
        return text_of(answer)
    low, high = answer
    return f"{low}.." if high >= MOST_SUBJECTS else f"{low}..{high}"
