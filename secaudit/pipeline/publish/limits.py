"""What a check asks of each fact, as numbers beside which an observed value can stand: read from its expression.

Only comparisons whose meaning is plain are taken: a fact, or a field of its records, against a parameter or a number. Where a
check sets two limits of one kind (or one of several alternatives), no single number would be true, and none is given: the check's
title then says what is asked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from secaudit.model.check import Check
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS
from secaudit.report.machine import LimitRow

Sign = Literal["<", "<=", ">=", ">", "=="]
_NAME = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)+")
_MACRO = re.compile(
    r"(?P<not>!\s*)?(?P<fact>[a-z_]+(?:\.[a-z_0-9]+)+)\.(?:exists|all|filter|exists_one)\(\s*(?P<each>[a-z]\w*)\s*,"
)
_COMPARED = re.compile(
    r"(?P<size>size\()?(?P<name>[a-z_]\w*(?:\.\w+)+?)(?P<counted>\.size\(\))?\)?\s*(?P<sign><=|>=|==|<|>)\s*"
    r"(?P<value>param\.\w+|\d+)\b(?!\s*[-+*/.])"
)
_SIGNS: dict[str, Sign] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=="}
_TURNED: dict[Sign, Sign] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_UPPER, _LOWER = ("<", "<="), (">", ">=")


@dataclass(frozen=True)
class _Macro:
    fact: str
    start: int
    end: int
    each: str
    denied: bool


def asserted_facts(check: Check) -> tuple[str, ...]:
    """Facts and fields of records that ``pass`` names, in its order; what only says where the check applies is left out."""
    macros = list(_macros(check.passes))
    found: dict[str, None] = {}
    for match in _NAME.finditer(check.passes):
        name = match.group()
        known = _longest(name)
        if known is not None:
            found[known] = None
            continue
        field = _field(name, match.start(), macros)
        if field is not None:
            found[field] = None
    return tuple(found)


def limit_rows(check: Check) -> tuple[LimitRow, ...]:
    """The limits of a check, at most one for each fact or field."""
    macros = list(_macros(check.passes))
    found: dict[str, list[tuple[Sign, str]]] = {}
    for match in _COMPARED.finditer(check.passes):
        target = _target(match, macros)
        if target is not None:
            name, sign = target
            found.setdefault(name, []).append((sign, match["value"]))
    rows = [_row(check, name, limits) for name, limits in found.items()]
    # One of several alternatives is no limit; then none of the others is one for certain.
    return tuple(row for row in rows if row is not None) if None not in rows else ()


def _target(match: re.Match[str], macros: list[_Macro]) -> tuple[str, Sign] | None:
    sign = _SIGNS[match["sign"]]
    name = match["name"]
    if _longest(name) == name:
        return name, sign
    field = _field(name, match.start("name"), macros)
    if field is None or match["size"] or match["counted"]:
        return None
    denied = next(
        macro.denied for macro in macros if macro.start <= match.start() < macro.end and name.startswith(macro.each + ".")
    )
    if not denied:
        return field, sign
    return (field, _TURNED[sign]) if sign in _TURNED else None


def _row(check: Check, name: str, limits: list[tuple[Sign, str]]) -> LimitRow | None:
    once = list(dict.fromkeys(limits))
    upper = [item for item in once if item[0] in _UPPER]
    lower = [item for item in once if item[0] in _LOWER]
    if len(once) == 1:
        return _made(check, name, *once[0])
    if len(once) == 2 and len(upper) == len(lower) == 1:
        most, least = _made(check, name, *upper[0]), _made(check, name, *lower[0])
        if most is not None and least is not None and most.sign == "<=" and least.sign == ">=" and len(least.values) == 1:
            return replace(most, least=least.values[0][1])
    return None


def _made(check: Check, name: str, sign: Sign, written: str) -> LimitRow | None:
    if not written.startswith("param."):
        return LimitRow(name, sign, ((1, int(written)),))
    key = written.removeprefix("param.")
    values: list[tuple[int, int]] = []
    for level, params in check.param_sets():
        value = params.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        if not values or values[-1][1] != value:
            values.append((level, value))
    return LimitRow(name, sign, tuple(values))


def _macros(text: str) -> Iterator[_Macro]:
    for match in _MACRO.finditer(text):
        depth, at = 1, match.end()
        while depth and at < len(text):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        yield _Macro(match["fact"], match.start(), at, match["each"], bool(match["not"]))


def _longest(name: str) -> str | None:
    """``software.office`` of ``software.office.filter``."""
    while "." in name:
        if name in FACTS or name in ENDPOINT_VARIABLES:
            return name
        name = name.rpartition(".")[0]
    return None


def _field(name: str, at: int, macros: list[_Macro]) -> str | None:
    each, _, field = name.partition(".")
    macro = next((one for one in macros if one.start <= at < one.end and one.each == each), None)
    spec = FACTS.get(macro.fact) if macro is not None else None
    return f"{spec.name}[].{field}" if spec is not None and field in spec.fields else None
