"""Runs the cases that stand beside the clauses of a rule set."""

from collections.abc import Mapping

from secaudit.classify.clauses import ClauseBook
from secaudit.classify.inputs import BANDS, collect
from secaudit.model.fact import FactSpec, ValueType
from secaudit.model.finding import CaseResult
from secaudit.model.level import LevelCase, LevelRuleSet

_WORDS = {True: "yes", False: "no", None: "unknown"}
_FLAGS = {"true": True, "false": False}


def run_level_cases(rules: LevelRuleSet) -> list[CaseResult]:
    """One result per case; ``subject`` is the rule set and the clause. A case that cannot be run comes out as ``invalid``.

    Raises ExpressionError when a clause does not compile.
    """
    book = ClauseBook(rules)
    variables = rules.variables()
    results: list[CaseResult] = []
    for clause, expression in book.clauses:
        for number, case in enumerate(clause.cases, start=1):
            subject = f"{rules.id} {clause.id}"
            try:
                inputs = collect(_answers(case, variables))
            except (KeyError, ValueError) as error:
                results.append(CaseResult(subject, number, case.matches, "invalid", str(error.args[0])))
                continue
            ruling = book.rule(clause, expression, inputs)
            detail = ruling.error or ", ".join(ruling.missing)
            results.append(CaseResult(subject, number, case.matches, _WORDS[ruling.truth], detail))
    return results


def _answers(case: LevelCase, variables: Mapping[str, FactSpec]) -> dict[str, object]:
    answers: dict[str, object] = {}
    for key, value in case.inputs.items():
        name = key.replace("-", "_") if key.startswith("reading.") else f"system.{key}"
        if name not in variables:
            raise KeyError(f"no input is called {key}")
        answers[name] = _value(variables[name], value)
    return answers


def _value(spec: FactSpec, value: bool | int | str | list[str]) -> object:
    """Files hold texts: read them by the input's type."""
    wrong = ValueError(f"{spec.name} cannot be {value!r}: expected {spec.type.value}")
    if spec.type is ValueType.STRINGS:
        if not isinstance(value, list):
            raise wrong
        return value
    if isinstance(value, list):
        raise wrong
    if spec.type is ValueType.STRING:
        return str(value)
    if not isinstance(value, str):
        return value
    if spec.type is ValueType.BOOL:
        if value not in _FLAGS:
            raise wrong
        return _FLAGS[value]
    if value in BANDS:
        return value
    if not value.isdecimal():
        raise wrong
    return int(value)
