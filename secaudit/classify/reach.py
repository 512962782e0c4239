"""Clauses that no system can match: a misspelt word, conditions that exclude each other."""

import re
from collections.abc import Mapping, Sequence

from secaudit.classify.inputs import MOST_SUBJECTS, domains
from secaudit.expr import Compiler, Expression
from secaudit.model.fact import FactData, Known
from secaudit.model.level import LevelRuleSet

_MOST_STEPS = 20_000
"""Sets of answers tried for one expression; a search that grows beyond proves nothing and accuses nobody."""
_NUMBERS = re.compile(r"(?<![\w.])[0-9]{1,9}(?![\w.])")


def unreachable(rules: LevelRuleSet) -> tuple[str, ...]:
    """Ids of clauses and obligations whose condition is true for no answers at all. Raises ExpressionError."""
    compiler = Compiler(rules.variables().values())
    conditions = [(one.id, one.when) for one in rules.clauses if one.when is not None]
    conditions += [(one.id, one.when) for one in rules.obligations if one.when is not None]
    found = domains(rules)
    return tuple(
        identifier
        for identifier, when in conditions
        if _Search(compiler, compiler.compile(when), _widened(found, when)).reaches() is False
    )


def _widened(found: Mapping[str, tuple[FactData, ...]], when: str) -> dict[str, tuple[FactData, ...]]:
    """Counts at, below and above every number of the expression too: what lies between two thresholds is reached."""
    near = {int(number) + step for number in _NUMBERS.findall(when) for step in (-1, 0, 1)}
    counts = tuple(sorted({0, MOST_SUBJECTS, *(number for number in near if number >= 0)}))
    return {name: counts if name.startswith("system.data_subjects.") else values for name, values in found.items()}


class _Search:
    """Tries answers one input after the other and follows only what is still open."""

    def __init__(self, compiler: Compiler, expression: Expression, values: Mapping[str, Sequence[FactData]]) -> None:
        self._compiler = compiler
        self._expression = expression
        self._values = values
        self._names = sorted(expression.names, key=lambda name: (len(values.get(name, ())), name))
        self._steps = 0

    def reaches(self) -> bool | None:
        """Whether some answers make it true; None when the search was given up."""
        if any(not self._values.get(name) for name in self._names):
            return None
        return self._from({}, 0)

    def _from(self, known: Mapping[str, FactData], place: int) -> bool | None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            return None
        bound = self._compiler.bind({name: Known(value, "search") for name, value in known.items()})
        truth = self._expression.evaluate(bound).truth
        if truth is not None:
            return truth
        if place == len(self._names):
            return None  # a defect of the expression, which its cases show
        given_up = False
        name = self._names[place]
        for value in self._values[name]:
            further = self._from({**known, name: value}, place + 1)
            if further:
                return True
            given_up |= further is None
        return None if given_up else False
