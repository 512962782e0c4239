"""Facts on their way into the engine: checked against their declarations, missing ones left out with their reason.

The engine converts by the declared type (``True`` becomes the int 1), cuts texts at a NUL and raises on a lone surrogate;
nothing reaches it that was not looked at here.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any
from weakref import ref

from cel_expr_python import cel

from secaudit.expr.rewrite import READ
from secaudit.model.fact import FactSpec, FactValue, Known, Missing, MissingReason, ValueType

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_EXACT_FLOAT = 2**53
_TOKEN_LIMIT = 512
"""Characters of text in a value beyond which answers about it are not remembered."""


class Unfit(Exception):  # noqa: N818 - a signal inside this package, not an error of the family
    """The value contradicts its declaration."""


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


def _token(data: bool | int | float | str | list[str]) -> Hashable:
    if isinstance(data, str):
        return data if len(data) <= _TOKEN_LIMIT else None
    if isinstance(data, list):
        return tuple(data) if sum(map(len, data)) + len(data) <= _TOKEN_LIMIT else None
    return data


def _read_records(spec: FactSpec, fact: Known) -> tuple[list[dict[str, Any]], dict[str, MissingReason]]:
    """The records as far as they fit, and the fields that at least one of them lacks."""
    if not isinstance(fact.value, Sequence) or isinstance(fact.value, str | bytes):
        raise Unfit
    gaps: dict[str, MissingReason] = {}
    return [_record(spec, record, fact.missing_fields, gaps) for record in fact.value], gaps


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


class _Tokens(dict[str, Hashable]):
    """Tokens by variable; a variable not looked at yet is looked at when it is asked for.

    They know their bindings weakly: bindings hold the facts of a machine, and a circle of both would keep these, machine after
    machine, until the collector comes by.
    """

    __slots__ = ("_bindings",)

    def __init__(self, bindings: "Bindings") -> None:
        super().__init__()
        self._bindings = ref(bindings)

    def __missing__(self, variable: str) -> Hashable:
        bindings = self._bindings()
        if bindings is None:
            raise KeyError(variable)
        return bindings.look(variable)


class Bindings:
    """The facts of one endpoint (or system, or ...), shared by all expressions of one compiler.

    Every attribute speaks of the variables that were looked at: those the compiler's expressions name.
    """

    __slots__ = (
        "__weakref__",
        "_activation",
        "_env",
        "_specs",
        "_values",
        "data",
        "gaps",
        "incomplete",
        "missing",
        "opaque",
        "tokens",
    )

    def __init__(
        self, env: cel.Env, specs: Mapping[str, FactSpec], values: Mapping[str, FactValue], variables: Iterable[str]
    ) -> None:
        """``values`` goes by declared name; ``variables`` are looked at now, others of ``specs`` when they are asked for."""
        self._env = env
        self._specs = specs
        self._values = values
        self._activation: cel.Activation | None = None
        self.data: dict[str, Any] = {}
        """Variable -> value as the engine gets it."""
        self.missing: dict[str, MissingReason] = {}
        """Variable -> why it is missing."""
        self.gaps: dict[str, Mapping[str, MissingReason]] = {}
        """Record list -> fields that at least one record lacks, and why."""
        self.incomplete: set[str] = set()
        """Record lists that were not read to their end."""
        self.opaque: set[str] = set()
        """Variables whose values are too large to be compared."""
        self.tokens = _Tokens(self)
        """Variable -> something equal exactly for equal facts (missing ones by reason); meaningless for opaque ones."""
        for variable in variables:
            self.look(variable)

    def observed(self, variable: str) -> object:
        """The value of a variable as it was observed, without what was added for the engine."""
        if variable not in self.incomplete:
            return self.data[variable]
        return [{name: value for name, value in record.items() if name != READ} for record in self.data[variable][:-1]]

    def activation(self) -> cel.Activation:
        """The engine's form, made when the first expression asks for it."""
        if self._activation is None:
            self._activation = self._env.Activation(self.data)
        return self._activation

    def look(self, variable: str) -> Hashable:
        """Bind this variable; back comes its token."""
        spec = self._specs[variable]
        fact = self._values.get(spec.name)
        token: Hashable
        if fact is None:
            token = self._miss(variable, MissingReason.ABSENT)
        elif isinstance(fact, Missing):
            token = self._miss(variable, fact.reason)
        else:
            try:
                token = (
                    self._bind_records(variable, spec, fact)
                    if spec.type is ValueType.RECORDS
                    else self._bind(variable, spec, fact)
                )
            except Unfit:
                token = self._miss(variable, MissingReason.ERROR)
            else:
                self._activation = None
        self.tokens[variable] = token
        return token

    def _miss(self, variable: str, reason: MissingReason) -> Hashable:
        self.missing[variable] = reason
        return _MISSING_TOKENS[reason]

    def _bind(self, variable: str, spec: FactSpec, fact: Known) -> Hashable:
        if not fact.complete:
            return self._miss(variable, MissingReason.TRUNCATED)
        data = READERS[spec.type](fact.value)
        self.data[variable] = data
        token = _token(data)
        if token is None:
            self.opaque.add(variable)
        return token

    def _bind_records(self, variable: str, spec: FactSpec, fact: Known) -> Hashable:
        records, gaps = _read_records(spec, fact)
        token = _records_token(records, gaps, fact.complete)
        if not fact.complete:
            for record in records:
                record[READ] = True
            records.append({})
            self.incomplete.add(variable)
        self.data[variable] = records
        if gaps:
            self.gaps[variable] = gaps
        if token is None:
            self.opaque.add(variable)
        return token


# Objects equal to nothing but themselves: a reason is a str and could be taken for a text of the same letters.
_MISSING_TOKENS: Mapping[MissingReason, Hashable] = {reason: object() for reason in MissingReason}
