"""Rules for level rule sets."""

from collections.abc import Iterable
from datetime import date, timedelta

from secaudit.catalog.rules.naming import id_is_stem, unique
from secaudit.catalog.sourced import Loc, Sourced
from secaudit.errors import ExpressionError, Problem
from secaudit.expr import Compiler
from secaudit.messages import literal, msg
from secaudit.model.level import SYSTEM_INPUTS, LevelCase, LevelClause, LevelRuleSet, reading_variable
from secaudit.source import did_you_mean

_MATCHES = ("yes", "no", "unknown")


def sound_levels(rule_sets: list[Sourced[LevelRuleSet]]) -> list[Problem]:
    """Ids, dates without overlap or gap, and clauses that compile over what a system can answer."""
    problems = id_is_stem(rule_sets, lambda rules: rules.id)
    problems.extend(_dates(rule_sets))
    for rules in rule_sets:
        value = rules.value
        problems.extend(unique((rules, ("clauses", index, "id"), clause.id) for index, clause in enumerate(value.clauses)))
        problems.extend(unique((rules, ("readings", index, "id"), one.id) for index, one in enumerate(value.readings)))
        problems.extend(_questions(rules))
        problems.extend(_clauses(rules))
        problems.extend(unique((rules, ("obligations", index, "id"), one.id) for index, one in enumerate(value.obligations)))
        problems.extend(_obligations(rules))
    return problems


def _dates(rule_sets: Iterable[Sourced[LevelRuleSet]]) -> list[Problem]:
    """From the first day on, one rule set is in force on each day."""
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
        elif before is not None and (before.value.valid_until or date.max) < value.valid_from - timedelta(days=1):
            ended = before.value.valid_until or date.max
            first, last = (ended + timedelta(days=1)).isoformat(), (value.valid_from - timedelta(days=1)).isoformat()
            problems.append(
                rules.problem(
                    msg("No rule set is in force from {first} to {last}: no system has a level then", first=first, last=last),
                    ("valid_from",),
                    found=str(value.valid_from),
                    hint=msg("let {other} end on the day before this one begins", other=literal(before.value.id)),
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
            problems.extend(_expression(rules, compiler, clause.when, ("clauses", index, "when")))
        problems.extend(_case_names(rules, clause, index))
    return problems


def _obligations(rules: Sourced[LevelRuleSet]) -> list[Problem]:
    problems: list[Problem] = []
    try:
        compiler = Compiler(rules.value.variables().values())
    except ExpressionError:
        return []  # told of the clauses
    for index, one in enumerate(rules.value.obligations):
        if (one.when is not None) != (one.condition == "answer"):
            message = msg("An obligation has `when` exactly where its condition is `answer`")
            problems.append(rules.problem(message, ("obligations", index, "condition"), found=one.condition))
        elif one.when is not None:
            problems.extend(_expression(rules, compiler, one.when, ("obligations", index, "when")))
        if bool(one.levels) != (one.condition == "level"):
            message = msg("An obligation has `levels` exactly where its condition is `level`")
            problems.append(rules.problem(message, ("obligations", index, "condition"), found=one.condition))
    return problems


def _expression(rules: Sourced[LevelRuleSet], compiler: Compiler, when: str, loc: Loc) -> list[Problem]:
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
