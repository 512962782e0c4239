"""What a decree asks beside its criteria: a higher level after a risk assessment, the whole scope, the critical list."""

from collections.abc import Callable, Mapping

from secaudit.classify.inputs import Inputs
from secaudit.expr import Compiler, Expression
from secaudit.model.fact import Known
from secaudit.model.level import Classification, LevelObligation, LevelRuleSet, Obligation

_RISK = "system.risk_level"


class ObligationBook:
    """The obligations of one rule set. Raises ExpressionError when one does not compile."""

    def __init__(self, rules: LevelRuleSet) -> None:
        """Compile once what depends on answers."""
        self._compiler = Compiler(rules.variables().values())
        self._obligations: tuple[tuple[LevelObligation, Expression | None], ...] = tuple(
            (one, None if one.when is None else self._compiler.compile(one.when)) for one in rules.obligations
        )

    def of(self, found: Classification, inputs: Inputs) -> tuple[Obligation, ...]:
        """Those that apply for certain; an open answer obliges nobody yet, its question is asked where a clause needs it."""
        return tuple(
            Obligation(one.id, one.title, _risk(inputs) if one.condition == "risk_above" else None)
            for one, expression in self._obligations
            if (self._answered(expression, inputs) if expression is not None else _CONDITIONS[one.condition](one, found, inputs))
        )

    def _answered(self, expression: Expression, inputs: Inputs) -> bool:
        values = {name: Known(inputs.known[name], "inventory") for name in expression.names if name in inputs.known}
        return expression.evaluate(self._compiler.bind(values)).truth is True


def _risk(inputs: Inputs) -> int | None:
    """The level a risk assessment came to; None when there is none or it came to nothing higher."""
    said = inputs.known.get(_RISK)
    return int(said) if isinstance(said, str) and said.isdecimal() else None


def _several_levels(_: LevelObligation, found: Classification, __: Inputs) -> bool:
    return len({match.level for match in found.matches if match.matches}) > 1


def _components(_: LevelObligation, found: Classification, __: Inputs) -> bool:
    return bool(found.inherited_from)


def _risk_above(_: LevelObligation, found: Classification, inputs: Inputs) -> bool:
    """Above the clauses, or above a level that was decided under the former act and stays."""
    risk = _risk(inputs)
    kept = found.declared if found.declared_kept else None
    return risk is not None and (risk > (found.lowest or 0) or (kept is not None and risk > kept))


def _level(one: LevelObligation, found: Classification, _: Inputs) -> bool:
    return found.lowest in one.levels


_CONDITIONS: Mapping[str, Callable[[LevelObligation, Classification, Inputs], bool]] = {
    "several_levels": _several_levels,
    "components": _components,
    "risk_above": _risk_above,
    "level": _level,
}
