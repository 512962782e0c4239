"""Rules for level rule sets."""

from collections.abc import Iterable
from datetime import date

from secaudit.catalog.rules.naming import id_is_stem, unique
from secaudit.catalog.sourced import Sourced
from secaudit.errors import ExpressionError, Problem
from secaudit.expr import Compiler
from secaudit.messages import literal, msg
from secaudit.model.level import SYSTEM_INPUTS, LevelCase, LevelClause, LevelRuleSet, reading_variable
from secaudit.source import did_you_mean

_MATCHES = ("yes", "no", "unknown")


def sound_levels(rule_sets: list[Sourced[LevelRuleSet]]) -> list[Problem]:
    """Ids, dates that do not overlap, and clauses that compile over what a system can answer."""
    problems = id_is_stem(rule_sets, lambda rules: rules.id)
    problems.extend(_dates(rule_sets))
    for rules in rule_sets:
        value = rules.value
        problems.extend(unique((rules, ("clauses", index, "id"), clause.id) for index, clause in enumerate(value.clauses)))
        problems.extend(unique((rules, ("readings", index, "id"), one.id) for index, one in enumerate(value.readings)))
        problems.extend(_questions(rules))
        problems.extend(_clauses(rules))
    return problems


def _dates(rule_sets: Iterable[Sourced[LevelRuleSet]]) -> list[Problem]:
    """On each day at most one rule set is in force."""
    problems: list[Problem] = []
    before: Sourced[LevelRuleSet] | None = None
    for rules in sorted(rule_sets, key=lambda one: one.value.valid_from):
        value = rules.value
        if value.valid_until is not None and value.valid_until < value.valid_from:
            problems.append(
                rules.problem(msg("The rule set ends before it begins"), ("valid_until",), found=str(value.valid_until))
            )
        if before is not None and (before.value.valid_until or date.max) >= value.valid_from:
            problems.append(
                rules.problem(
                    msg("On this day {other} is still in force", other=literal(before.value.id)),
                    ("valid_from",),
                    found=str(value.valid_from),
                    hint=msg("give {other} a valid_until before this day", other=literal(before.value.id)),
                )
            )
        before = rules
    return problems


def _questions(rules: Sourced[LevelRuleSet]) -> list[Problem]:
    return [
        rules.problem(
            msg("A system has no such input"),
            ("questions", name),
            found=name,
            hint=did_you_mean(name, SYSTEM_INPUTS) or msg("inputs begin with system."),
        )
        for name in rules.value.questions
        if name not in SYSTEM_INPUTS
    ]


def _clauses(rules: Sourced[LevelRuleSet]) -> list[Problem]:
    problems: list[Problem] = []
    try:
        compiler = Compiler(rules.value.variables().values())
    except ExpressionError as error:
        return [rules.expression_problem(error, ("readings",))]
    for index, clause in enumerate(rules.value.clauses):
        if (clause.when is None) == (clause.pending is None):
            message = msg("A clause is either decided by `when` or waits with `pending`")
            problems.append(rules.problem(message, ("clauses", index, "id"), found=clause.id))
        elif clause.when is not None:
            problems.extend(_expression(rules, compiler, clause.when, index))
        problems.extend(_case_names(rules, clause, index))
    return problems


def _expression(rules: Sourced[LevelRuleSet], compiler: Compiler, when: str, index: int) -> list[Problem]:
    loc = ("clauses", index, "when")
    try:
        expression = compiler.compile(when)
    except ExpressionError as error:
        return [rules.expression_problem(error, loc)]
    return [
        rules.problem(
            msg("all() is true when {name} is empty", name=literal(name)),
            loc,
            hint=msg("say what an empty list means, with size({name}) beside it", name=literal(name)),
        )
        for name in sorted(expression.unguarded)
    ]


def _case_names(rules: Sourced[LevelRuleSet], clause: LevelClause, index: int) -> list[Problem]:
    variables = rules.value.variables()
    choices = {reading_variable(reading.id): reading.choices for reading in rules.value.readings}
    problems: list[Problem] = []
    for number, case in enumerate(clause.cases):
        loc = ("clauses", index, "cases", number, "inputs")
        for name, value in case.inputs.items():
            known = name if name.startswith("reading.") else "system." + name
            if known not in variables:
                names = [one.removeprefix("system.") for one in variables]
                problems.append(
                    rules.problem(msg("A system has no such input"), (*loc, name), found=name, hint=did_you_mean(name, names))
                )
            elif known in choices and value not in choices[known]:
                expected = literal(", ".join(choices[known]))
                problems.append(
                    rules.problem(msg("The reading has no such choice"), (*loc, name), found=str(value), expected=expected)
                )
    return problems


def authored_levels(rule_sets: Iterable[Sourced[LevelRuleSet]]) -> list[Problem]:
    """Every clause that decides is shown deciding: yes, no and unknown."""
    return [
        rules.problem(
            msg("No case of clause {clause} shows the answer {answer}", clause=literal(clause.id), answer=literal(answer)),
            ("clauses", index, "cases" if clause.cases else "id"),
        )
        for rules in rule_sets
        for index, clause in enumerate(rules.value.clauses)
        if clause.when is not None
        for answer in _lacking(clause.cases)
    ]


def _lacking(cases: Iterable[LevelCase]) -> list[str]:
    present = {case.matches for case in cases}
    return [answer for answer in _MATCHES if answer not in present]
