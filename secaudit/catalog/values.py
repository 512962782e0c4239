"""Scalars as written become the values they stand for.

YAML gives every scalar as text. Fields of a model are converted by the model; the values of parameters, of facts in cases
and of inputs in level cases get their type from elsewhere: from how they look, or from the declaration of the fact.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from secaudit.catalog.sourced import Loc, problem_at
from secaudit.errors import Problem
from secaudit.messages import Message, literal, msg
from secaudit.model.base import Flag, Whole
from secaudit.model.check import Parameter
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS, FactSpec, ValueType
from secaudit.model.level import SYSTEM_INPUTS
from secaudit.source import YamlFile, did_you_mean, shown

VARIABLES: Mapping[str, FactSpec] = {**FACTS, **ENDPOINT_VARIABLES}
"""Everything the expressions and cases of a check may name, parameters aside."""

_WHOLE: TypeAdapter[int] = TypeAdapter(Whole)
_FLAG: TypeAdapter[bool] = TypeAdapter(Flag)
_DECIMAL = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_EXPECTED: Mapping[ValueType, Message] = {
    ValueType.BOOL: msg("true or false"),
    ValueType.INT: msg("a whole number"),
    ValueType.DOUBLE: msg("a number"),
    ValueType.STRING: msg("a text"),
    ValueType.STRINGS: msg("a list of texts"),
    ValueType.RECORDS: msg("a list of records"),
}


class _Misfit(Exception):  # noqa: N818 - a signal inside this module, not an error of the family
    """A written value does not fit the declaration of its fact."""

    def __init__(
        self,
        loc: Loc,
        message: Message,
        *,
        found: object = None,
        expected: Message | None = None,
        hint: Message | None = None,
    ) -> None:
        super().__init__(message)
        self.loc = loc
        self.message = message
        self.found = shown(found) if isinstance(found, str) else None
        self.expected = expected
        self.hint = hint


def check_values(yaml: YamlFile) -> tuple[object, list[Problem]]:
    """The data of a check file with parameters and facts as values, and the values that do not fit."""
    data = yaml.data
    if not isinstance(data, dict):
        return data, []
    problems: list[Problem] = []
    copy: dict[str, object] = dict(data)
    if isinstance(data.get("param"), dict):
        copy["param"] = {name: parameter(value) for name, value in data["param"].items()}
        if isinstance(data.get("param_by_level"), dict):
            copy["param_by_level"] = _by_level(data["param_by_level"], copy["param"], yaml, problems)
    copy["cases"] = _cases(data.get("cases"), "facts", VARIABLES.get, yaml, ("cases",), problems)
    if "cases" not in data:
        del copy["cases"]
    return copy, problems


def level_values(yaml: YamlFile) -> tuple[object, list[Problem]]:
    """The data of a rule set with the inputs of its cases as values; a band of a count (``under_100000``) stays a text."""
    data = yaml.data
    if not isinstance(data, dict) or not isinstance(data.get("clauses"), list):
        return data, []
    problems: list[Problem] = []
    clauses: list[object] = []
    for index, clause in enumerate(data["clauses"]):
        if isinstance(clause, dict) and "cases" in clause:
            cases = _cases(clause["cases"], "inputs", _level_input, yaml, ("clauses", index, "cases"), problems)
            clauses.append({**clause, "cases": cases})
        else:
            clauses.append(clause)
    return {**data, "clauses": clauses}, problems


def _level_input(name: str) -> FactSpec | None:
    spec = SYSTEM_INPUTS.get("system." + name)
    return None if spec is not None and spec.type is ValueType.INT else spec


def parameter(value: object) -> object:
    """A parameter by its looks: true and false, whole and decimal numbers; everything else is a text."""
    if not isinstance(value, str):
        return value
    if value in ("true", "false"):
        return value == "true"
    if _DECIMAL.fullmatch(value):
        return float(value)
    try:
        return _WHOLE.validate_python(value)
    except ValidationError:
        return value


def like(default: Parameter, written: object) -> Parameter:
    """``written`` as a value of the type of ``default``; ValueError when it is none."""
    value: Parameter = _LIKE[type(default)](written)
    return value


def expected_like(default: Parameter) -> Message:
    """What a value of the type of ``default`` looks like, in words."""
    return _EXPECTED[_TYPES[type(default)]]


def _by_level(levels: dict[str, object], defaults: object, yaml: YamlFile, problems: list[Problem]) -> dict[str, object]:
    """The values of levels by the types of the defaults; names without a default and wrong shapes are left to the rules."""
    done: dict[str, object] = {}
    for level, values in levels.items():
        if not isinstance(values, dict) or not isinstance(defaults, dict):
            done[level] = values
            continue
        done[level] = {name: parameter(value) for name, value in values.items() if name not in defaults}
        for name, value in values.items():
            if name not in defaults:
                continue
            try:
                done[level][name] = like(defaults[name], value)  # type: ignore[index]  # made above
            except (ValueError, KeyError):
                place = ("param_by_level", level, name)
                problems.append(misfit(yaml, place, value, defaults[name]))
    return done


def misfit(yaml: YamlFile, place: Loc, value: object, default: Parameter) -> Problem:
    """A value that is not of the type of the check's own."""
    return problem_at(
        yaml,
        place,
        msg("The value is not of the type of the parameter"),
        found=shown(value) if isinstance(value, str) else None,
        expected=expected_like(default) if type(default) in _TYPES else None,
    )


def _cases(
    cases: object, key: str, spec_of: Callable[[str], FactSpec | None], yaml: YamlFile, loc: Loc, problems: list[Problem]
) -> object:
    """The cases with the mapping under ``key`` converted; whatever has the wrong shape is left for the model to refuse."""
    if not isinstance(cases, list):
        return cases
    done: list[object] = []
    for index, case in enumerate(cases):
        if not isinstance(case, dict) or not isinstance(case.get(key), dict):
            done.append(case)
            continue
        values: dict[str, object] = {}
        for name, value in case[key].items():
            try:
                values[name] = _value(spec_of(name), value)
            except _Misfit as misfit:
                place = (*loc, index, key, name, *misfit.loc)
                problems.append(
                    problem_at(yaml, place, misfit.message, found=misfit.found, expected=misfit.expected, hint=misfit.hint)
                )
        done.append({**case, key: values})
    return done


def _value(spec: FactSpec | None, value: object) -> object:
    if value is None:
        raise _Misfit((), msg("A value is missing here"), hint=msg("leave the name out: what is left out is not known"))
    if spec is None:
        return parameter(value)
    if spec.type is ValueType.RECORDS:
        return _records(spec, value)
    return _typed(spec.type, value, ())


def _records(spec: FactSpec, value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise _Misfit((), msg("The value does not fit this fact"), found=value, expected=_EXPECTED[spec.type])
    records: list[dict[str, object]] = []
    for index, record in enumerate(value):
        if not isinstance(record, dict):
            hint = msg("write each record in braces: {example}", example=literal("{name: ...}"))
            raise _Misfit((index,), msg("The value does not fit this fact"), expected=_EXPECTED[spec.type], hint=hint)
        records.append({name: _field(spec, index, name, item) for name, item in record.items()})
    return records


def _field(spec: FactSpec, index: int, name: str, value: object) -> object:
    kind = spec.fields.get(name)
    if kind is None:
        hint = did_you_mean(name, spec.fields) or msg("its fields are {names}", names=literal(", ".join(spec.fields)))
        raise _Misfit((index, name), msg("The records of this fact have no such field"), hint=hint)
    return _typed(kind, value, (index, name))


def _typed(kind: ValueType, value: object, loc: Loc) -> object:
    try:
        return _READERS[kind](value)
    except ValueError:  # pydantic's ValidationError is one
        raise _Misfit(loc, msg("The value does not fit this fact"), found=value, expected=_EXPECTED[kind]) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise ValueError
    return [_text(item) for item in value]


def _number(value: object) -> float:
    found = parameter(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError
    return float(found)


_TYPES: Mapping[type, ValueType] = {bool: ValueType.BOOL, int: ValueType.INT, float: ValueType.DOUBLE, str: ValueType.STRING}
_READERS: Mapping[ValueType, Callable[[Any], object]] = {
    ValueType.BOOL: lambda value: _FLAG.validate_python(_text(value)),
    ValueType.INT: lambda value: _WHOLE.validate_python(_text(value)),
    ValueType.DOUBLE: _number,
    ValueType.STRING: _text,
    ValueType.STRINGS: _texts,
}
_LIKE: Mapping[type, Callable[[Any], Any]] = {kind: _READERS[value] for kind, value in _TYPES.items()}
