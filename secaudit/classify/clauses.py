"""One clause applied to one set of inputs: true, false or unknown, and what would decide it."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from secaudit.classify.inputs import Inputs, domains
from secaudit.expr import Compiler, Expression
from secaudit.model.fact import FactData, Known
from secaudit.model.level import LevelClause, LevelRuleSet

_READING = "reading."
_MOST_COMPLETIONS = 20_000
"""Beyond this many combinations of open inputs every open input counts as one that matters."""
_MOST_STEPS = 2_000
"""Completions tried for one system before the search for its guaranteed level is given up."""
_HIGHEST = 5
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a clause says of one set of inputs."""

    truth: bool | None
    missing: tuple[str, ...] = ()
    """Open inputs and readings that can still turn the answer, sorted."""
    readings: tuple[str, ...] = ()
    """Reading variables without which the answer would be another."""
    names: frozenset[str] = frozenset()
    """Answered inputs the clause names."""
    error: str | None = None


@dataclass
class _Search:
    """One search for a guaranteed level."""

    order: Sequence[str]
    steps: int = 0


class ClauseBook:
    """The compiled clauses of one rule set. Raises ExpressionError when one does not compile."""

    def __init__(self, rules: LevelRuleSet) -> None:
        """Compile every clause once."""
        self._compiler = Compiler(rules.variables().values())
        self._domains = domains(rules)
        self.clauses: tuple[tuple[LevelClause, Expression], ...] = tuple(
            (clause, self._compiler.compile(clause.when)) for clause in rules.clauses if clause.when is not None
        )
        self._memory: dict[Hashable, Ruling] = {}

    def rule(self, clause: LevelClause, expression: Expression, inputs: Inputs) -> Ruling:
        """Apply a clause; equal relevant inputs are computed once."""
        known = {name: inputs.known[name] for name in expression.names if name in inputs.known}
        bands = {name: inputs.bands[name] for name in expression.names if name in inputs.bands}
        key = (clause.id, _token(known), tuple(sorted(bands.items())))
        ruling = self._memory.get(key)
        if ruling is None:
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            ruling = self._memory[key] = self._decide(expression, known, bands)
        return ruling

    def guaranteed(self, inputs: Inputs, order: Sequence[str]) -> int:
        """The lowest level any completion of the open inputs leads to, 0 when one leads to none.

        More than the highest proven clause: a commune network whose reading is open is level 2 or 3, so at least 2, although
        neither clause is proven. Open names are tried in ``order``; a search that grows too large falls back to what is proven
        clause by clause.
        """
        search = _Search(order)
        return self._least(list(self.clauses), inputs, 0, search)

    def _least(self, clauses: list[tuple[LevelClause, Expression]], inputs: Inputs, proven: int, search: "_Search") -> int:
        search.steps += 1
        rulings = [(clause, expression, self._truth(expression, inputs.known, inputs.bands)[0]) for clause, expression in clauses]
        proven = max([proven, *(clause.level for clause, _, truth in rulings if truth)])
        waiting = [(clause, expression) for clause, expression, truth in rulings if truth is None and clause.level > proven]
        names = {name for _, expression in waiting for name in expression.names if name not in inputs.known}
        if not names or search.steps > _MOST_STEPS:
            return proven
        name = min(names, key=search.order.index)
        least = _HIGHEST + 1
        for value in inputs.bands.get(name) or self._domains.get(name, ()):
            narrowed = Inputs({**inputs.known, name: value}, {key: ends for key, ends in inputs.bands.items() if key != name})
            least = min(least, self._least(waiting, narrowed, proven, search))
            if least == proven:
                return proven
        return proven if least > _HIGHEST else least

    def _decide(self, expression: Expression, known: dict[str, FactData], bands: dict[str, tuple[int, int]]) -> Ruling:
        truth, error = self._truth(expression, known, bands)
        used = []
        for name in sorted(known):
            if name.startswith(_READING):
                without = {other: value for other, value in known.items() if other != name}
                if self._truth(expression, without, bands)[0] is not truth:
                    used.append(name)
        missing = self._missing(expression, known, bands) if truth is None else ()
        return Ruling(truth, missing, tuple(used), frozenset(known) | frozenset(bands), error)

    def _truth(
        self, expression: Expression, known: Mapping[str, FactData], bands: Mapping[str, tuple[int, int]]
    ) -> tuple[bool | None, str | None]:
        """Decided when it is without the banded counts, or equal at every combination of their ends."""
        answer = self._ask(expression, known)
        if answer[0] is not None or not bands:
            return answer
        found = {self._ask(expression, {**known, **dict(zip(bands, ends, strict=True))})[0] for ends in product(*bands.values())}
        return (found.pop() if len(found) == 1 else None), answer[1]

    def _ask(self, expression: Expression, known: Mapping[str, FactData]) -> tuple[bool | None, str | None]:
        values = {name: Known(value, "inventory") for name, value in known.items()}
        answer = expression.evaluate(self._compiler.bind(values))
        return answer.truth, answer.error

    def _missing(self, expression: Expression, known: dict[str, FactData], bands: dict[str, tuple[int, int]]) -> tuple[str, ...]:
        """Open names that matter: some answer to the others leaves it to this one."""
        names = sorted(name for name in expression.names if name not in known)
        choices = {name: bands.get(name) or self._domains.get(name, ()) for name in names}
        if prod(len(values) for values in choices.values()) > _MOST_COMPLETIONS or not all(choices.values()):
            return tuple(names)
        matters = [
            name for name in names if self._turns(expression, known, name, [other for other in names if other != name], choices)
        ]
        return tuple(matters or names)

    def _turns(
        self,
        expression: Expression,
        known: Mapping[str, FactData],
        name: str,
        others: list[str],
        choices: Mapping[str, Sequence[FactData]],
    ) -> bool:
        """Whether ``name`` turns the answer under some completion of ``others``; only open answers are followed further."""
        found = {self._ask(expression, {**known, name: value})[0] for value in choices[name]}
        if True in found and False in found:
            return True
        if None not in found or not others:
            return False
        head, rest = others[0], others[1:]
        return any(self._turns(expression, {**known, head: value}, name, rest, choices) for value in choices[head])


def _token(known: Mapping[str, FactData]) -> Hashable:
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in sorted(known.items()))
