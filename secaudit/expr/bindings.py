"""Facts on their way into the engine: checked against their declarations, missing ones left out with their reason.

The engine converts by the declared type (``True`` becomes the int 1), cuts texts at a NUL and raises on a lone surrogate;
nothing reaches it that was not looked at here.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cel_expr_python import cel

from secaudit.expr.rewrite import READ
from secaudit.model.fact import FactSpec, FactValue, Known, Missing, MissingReason, ValueType

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_EXACT_FLOAT = 2**53
_TOKEN_LIMIT = 512
"""Characters of text in a value beyond which answers about it are not remembered."""


class Unfit(Exception):  # noqa: N818 - a signal inside this package, not an error of the family
    """The value contradicts its declaration."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One fact as the engine gets it."""

    data: Any
    token: Hashable
    """Equal tokens of one variable mean equal data; None when the data are too large to compare."""
    gaps: Mapping[str, MissingReason] = field(default_factory=dict)
    """Record fields that at least one record lacks."""
    incomplete: bool = False


def read_bool(value: object) -> bool:
    """A bool and nothing that merely counts as one."""
    if value is True or value is False:
        return value
    raise Unfit


def read_int(value: object) -> int:
    """An int of 64 bits; no bool."""
    if isinstance(value, int) and not isinstance(value, bool) and _INT_MIN <= value <= _INT_MAX:
        return int(value)
    raise Unfit


def read_double(value: object) -> float:
    """A finite float, or an int that is exactly one."""
    if isinstance(value, int) and not isinstance(value, bool) and -_EXACT_FLOAT <= value <= _EXACT_FLOAT:
        return float(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value) + 0.0  # -0.0 becomes 0.0: equal tokens must mean equal data
    raise Unfit


def read_string(value: object) -> str:
    """A text without NUL and lone surrogates."""
    if not isinstance(value, str):
        raise Unfit
    text = str.__str__(value)
    if "\0" in text:
        raise Unfit
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Unfit from error
    return text


def read_strings(value: object) -> list[str]:
    """A list or tuple of such texts."""
    if not isinstance(value, list | tuple):
        raise Unfit
    return [read_string(item) for item in value]


READERS: Mapping[ValueType, Callable[[object], Any]] = {
    ValueType.BOOL: read_bool,
    ValueType.INT: read_int,
    ValueType.DOUBLE: read_double,
    ValueType.STRING: read_string,
    ValueType.STRINGS: read_strings,
}


def bind(spec: FactSpec, fact: FactValue | None) -> Bound | MissingReason:
    """The fact as the engine gets it, or why it is missing."""
    if fact is None:
        return MissingReason.ABSENT
    if isinstance(fact, Missing):
        return fact.reason
    if spec.type is not ValueType.RECORDS and not fact.complete:
        return MissingReason.TRUNCATED
    try:
        if spec.type is ValueType.RECORDS:
            return _bind_records(spec, fact)
        data = READERS[spec.type](fact.value)
    except Unfit:
        return MissingReason.ERROR
    return Bound(data, _token(data))


def _token(data: bool | int | float | str | list[str]) -> Hashable:
    if isinstance(data, str):
        return data if len(data) <= _TOKEN_LIMIT else None
    if isinstance(data, list):
        return tuple(data) if sum(map(len, data)) + len(data) <= _TOKEN_LIMIT else None
    return data


def _bind_records(spec: FactSpec, fact: Known) -> Bound:
    if not isinstance(fact.value, Sequence) or isinstance(fact.value, str | bytes):
        raise Unfit
    gaps: dict[str, MissingReason] = {}
    records = [_record(spec, record, fact.missing_fields, gaps) for record in fact.value]
    token = _records_token(records, gaps, fact.complete)
    if fact.complete:
        return Bound(records, token, gaps)
    for record in records:
        record[READ] = True
    return Bound([*records, {}], token, gaps, incomplete=True)


def _record(
    spec: FactSpec, record: object, reasons: Mapping[str, MissingReason], gaps: dict[str, MissingReason]
) -> dict[str, Any]:
    if not isinstance(record, Mapping):
        raise Unfit
    read: dict[str, Any] = {}
    for name, kind in spec.fields.items():
        if name not in record:
            gaps[name] = reasons.get(name, MissingReason.ABSENT)
            continue
        try:
            read[name] = READERS[kind](record[name])
        except Unfit:
            gaps[name] = MissingReason.ERROR
    return read


def _records_token(records: list[dict[str, Any]], gaps: Mapping[str, MissingReason], complete: bool) -> Hashable:
    items: list[Hashable] = [complete, tuple(gaps.items())]
    size = 0
    for record in records:
        for name, value in record.items():
            token = _token(value)
            if token is None:
                return None
            size += len(value) if isinstance(value, str | list) else 1
            items.append((name, token))
        items.append(None)
        if size > _TOKEN_LIMIT:
            return None
    return tuple(items)


class Bindings:
    """The facts of one endpoint (or system, or ...), shared by all expressions of one compiler."""

    __slots__ = ("_activation", "_env", "bound", "incomplete", "missing", "opaque", "tokens")

    def __init__(self, env: cel.Env, specs: Mapping[str, FactSpec], values: Mapping[str, FactValue]) -> None:
        """Look at every declared variable once; ``values`` goes by declared name, what is not declared is left aside."""
        self._env = env
        self._activation: cel.Activation | None = None
        self.bound: dict[str, Bound] = {}
        """Variable -> fact that was obtained."""
        self.missing: dict[str, MissingReason] = {}
        """Variable -> why it was not."""
        self.tokens: dict[str, Hashable] = {}
        """Variable -> something equal exactly for equal facts (missing ones by reason)."""
        incomplete = set()
        opaque = set()
        for variable, spec in specs.items():
            found = bind(spec, values.get(spec.name))
            if isinstance(found, MissingReason):
                self.missing[variable] = found
                self.tokens[variable] = _MISSING_TOKENS[found]
                continue
            self.bound[variable] = found
            self.tokens[variable] = found.token
            if found.incomplete:
                incomplete.add(variable)
            if found.token is None:
                opaque.add(variable)
        self.incomplete = frozenset(incomplete)
        """Record lists that were not read to their end."""
        self.opaque = frozenset(opaque)
        """Variables too large to be compared by token."""

    def observed(self, variable: str) -> object:
        """The value of a bound variable as it was observed, without what was added for the engine."""
        bound = self.bound[variable]
        if not bound.incomplete:
            return bound.data
        return [{name: value for name, value in record.items() if name != READ} for record in bound.data[:-1]]

    def activation(self) -> cel.Activation:
        """The engine's form, made when the first expression asks for it."""
        if self._activation is None:
            self._activation = self._env.Activation({name: bound.data for name, bound in self.bound.items()})
        return self._activation


# Objects equal to nothing but themselves: a reason is a str and could be taken for a text of the same letters.
_MISSING_TOKENS: Mapping[MissingReason, Hashable] = {reason: object() for reason in MissingReason}
