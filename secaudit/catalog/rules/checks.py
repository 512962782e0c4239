"""Rules for checks."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from types import MappingProxyType

from secaudit.catalog.rules.naming import id_is_stem
from secaudit.catalog.rules.references import reference_problems
from secaudit.catalog.skeleton import to_be_filled
from secaudit.catalog.sourced import Loc, Sourced
from secaudit.catalog.values import VARIABLES
from secaudit.errors import ExpressionError, Problem
from secaudit.expr import Compiler, Expression, variable_name
from secaudit.messages import literal, msg
from secaudit.model.base import Texts
from secaudit.model.check import LEVELS, Check
from secaudit.model.fact import Known
from secaudit.source import did_you_mean, shown

TITLE_LIMIT = 75
_VERDICTS = ("pass", "fail", "unknown")
_SYSTEMS = ("windows", "linux")


def compile_checks(checks: Iterable[Sourced[Check]]) -> tuple[Mapping[str, Expression], list[Problem]]:
    """Compile ``when`` and ``pass`` of every check; gives the compiled ``when`` by check id, and what does not compile."""
    compiler = Compiler(VARIABLES.values())
    applies: dict[str, Expression] = {}
    problems: list[Problem] = []
    for check in checks:
        for key, text in (("when", check.value.when), ("pass", check.value.passes)):
            if to_be_filled(text):  # said by sound_checks
                continue
            try:
                expression = compiler.compile(text, params=check.value.param)
            except ExpressionError as error:
                problems.append(check.expression_problem(error, (key,)))
                continue
            if key == "when":
                applies[check.value.id] = expression
            problems.extend(_unguarded(check, key, expression))
            problems.extend(_other_levels(compiler, check, text))
    return MappingProxyType(applies), problems


def _other_levels(compiler: Compiler, check: Sourced[Check], text: str) -> Iterable[Problem]:
    """The expression with the values of every level: a pattern or a text may be usable at one and not at another."""
    for level in sorted(check.value.param_by_level):
        try:
            compiler.compile(text, params=check.value.params_at(level))
        except ExpressionError as error:
            yield check.expression_problem(error, ("param_by_level", str(level)))


def _unguarded(check: Sourced[Check], key: str, expression: Expression) -> list[Problem]:
    """``all`` is true of an empty list: a machine without products would pass a check about products."""
    return [
        check.problem(
            msg("all() is true when {name} is empty", name=literal(name)),
            (key,),
            hint=msg("say what an empty list means, with size({name}) beside it", name=literal(name)),
        )
        for name in sorted(expression.unguarded)
    ]


def sound_checks(checks: list[Sourced[Check]]) -> list[Problem]:
    """Ids and the names that cases use."""
    problems = id_is_stem(checks, lambda check: check.id)
    for check in checks:
        group = check.file.parts[1]
        if check.value.id.partition(".")[0] != group or "." not in check.value.id:
            problems.append(
                check.problem(
                    msg("The id must begin with the name of its folder"),
                    ("id",),
                    found=check.value.id,
                    expected=literal(f"{group}.<name>"),
                )
            )
        problems.extend(_unfilled(check))
        problems.extend(_level_names(check))
        for index, case in enumerate(check.value.cases):
            problems.extend(
                check.problem(
                    msg("There is no such fact"),
                    ("cases", index, "facts", name),
                    found=name,
                    hint=did_you_mean(name, VARIABLES) or msg("the names are listed in checks/README.md"),
                )
                for name in case.facts
                if name not in VARIABLES
            )
    return problems


def _unfilled(check: Sourced[Check]) -> Iterable[Problem]:
    """Places of a skeleton that nobody has filled in; such a check must not judge."""
    texts = [((*loc, language), each.pick(language)) for loc, each, _ in _all_texts(check.value) for language in ("vi", "en")]
    for loc, text in (*texts, (("when",), check.value.when), (("pass",), check.value.passes)):
        if to_be_filled(text):
            hint = msg("write it, and remove the mark")
            yield check.problem(msg("This place is still to be filled in"), loc, found=shown(text), hint=hint)


def _level_names(check: Sourced[Check]) -> Iterable[Problem]:
    """A level may only give other values to parameters that the check has."""
    return [
        check.problem(
            msg("The check has no parameter of this name"),
            ("param_by_level", str(level), name),
            found=name,
            hint=did_you_mean(name, check.value.param) or msg("write it under param first: that is its value below this level"),
        )
        for level, values in check.value.param_by_level.items()
        for name in values
        if name not in check.value.param
    ]


def authored_checks(checks: Iterable[Sourced[Check]], applies: Mapping[str, Expression]) -> list[Problem]:
    """Texts, references, parameters and cases: what makes a check fit to be read and reviewed."""
    systems = _Systems()
    problems: list[Problem] = []
    for check in checks:
        problems.extend(_texts(check))
        problems.extend(_references(check))
        problems.extend(_parameters(check))
        problems.extend(_cases(check))
        when = applies.get(check.value.id)
        if when is not None:
            problems.extend(_fixes(check, systems.of(when)))
    return problems


def _texts(check: Sourced[Check]) -> list[Problem]:
    value = check.value
    problems: list[Problem] = []
    for language in ("vi", "en"):
        length = len(value.title.pick(language))
        if length > TITLE_LIMIT:
            message = msg("The title has {count} characters; at most {limit} fit a line", count=length, limit=TITLE_LIMIT)
            problems.append(check.problem(message, ("title", language)))
    if value.severity_reason is None:
        hint = msg("one sentence: what happens to a machine that fails; the bands are in checks/README.md")
        problems.append(check.problem(msg("The reason for the severity is missing"), ("severity",), hint=hint))
    for loc, texts, differ in _all_texts(value):
        problems.extend(
            check.problem(msg("A text is missing"), (*loc, language)) for language in ("vi", "en") if not texts.pick(language)
        )
        if differ and texts.vi and texts.vi.casefold() == texts.en.casefold():
            problems.append(check.problem(msg("The Vietnamese and the English text are the same"), (*loc, "vi")))
    return problems


def _all_texts(check: Check) -> Iterable[tuple[Loc, Texts, bool]]:
    """Place, texts, and whether the languages must differ (a line that is only a command need not)."""
    yield ("title",), check.title, True
    yield ("what",), check.what, True
    yield ("why",), check.why, True
    yield ("verify",), check.verify, False
    if check.severity_reason is not None:
        yield ("severity_reason",), check.severity_reason, True
    for system in _SYSTEMS:
        texts: Texts | None = getattr(check.fix, system)
        if texts is not None:
            yield ("fix", system), texts, False


def _references(check: Sourced[Check]) -> list[Problem]:
    return [problem for index, ref in enumerate(check.value.refs) for problem in reference_problems(check, ("refs", index), ref)]


def _parameters(check: Sourced[Check]) -> list[Problem]:
    text = f"{check.value.when}\n{check.value.passes}"
    used = set(re.findall(r"\bparam\.[A-Za-z0-9_.]+", text))
    return [
        check.problem(
            msg("No expression uses this parameter"), ("param", name), hint=msg("remove it or name it as param.{name}", name=name)
        )
        for name in check.value.param
        if variable_name("param." + name) not in used
    ]


def _cases(check: Sourced[Check]) -> list[Problem]:
    """At least one case per verdict the check can give."""
    problems = _level_cases(check)
    needed = _VERDICTS if check.value.when.strip() == "true" else (*_VERDICTS, "not_applicable")
    present = {case.verdict for case in check.value.cases}
    return problems + [
        check.problem(
            msg("No case shows the verdict {verdict}", verdict=literal(verdict)),
            ("cases",),
            hint=msg("add facts that lead to it; a fact that is left out is not known"),
        )
        for verdict in needed
        if verdict not in present
    ]


def _level_cases(check: Sourced[Check]) -> list[Problem]:
    """Values of their own need a case of their own."""
    starts = sorted(check.value.param_by_level)
    shown = {case.facts.get("endpoint.level") for case in check.value.cases}
    problems = []
    for start, following in pairwise([*starts, LEVELS[-1] + 1]):
        if shown.isdisjoint(range(start, following)):
            message = msg("No case shows a machine of level {level}, where other values hold", level=start)
            hint = msg("add a case with endpoint.level: {level}", level=start)
            problems.append(check.problem(message, ("param_by_level", str(start)), hint=hint))
    return problems


def _fixes(check: Sourced[Check], systems: Iterable[str]) -> list[Problem]:
    """A failure without advice leaves a person alone."""
    return [
        check.problem(
            msg("The check applies to {system}, but no text says how to fix it there", system=literal(system)), ("fix",)
        )
        for system in systems
        if getattr(check.value.fix, system) is None
    ]


class _Systems:
    """Tells to which systems a ``when`` can apply: those for which it is not false with nothing else known."""

    def __init__(self) -> None:
        self._compiler = Compiler(VARIABLES.values())
        self._bindings = {system: self._compiler.bind({"os.family": Known(system, "lint")}) for system in _SYSTEMS}

    def of(self, when: Expression) -> list[str]:
        """``windows``, ``linux``, both or none."""
        return [system for system, bindings in self._bindings.items() if when.evaluate(bindings).truth is not False]
