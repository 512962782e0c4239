"""The cases that stand beside a check: facts as people write them in, verdict out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from secaudit.judge.judge import Decision, Judge
from secaudit.messages import Message, msg
from secaudit.model.check import Check, CheckCase
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS, FactData, FactSpec, FactValue, Known, Scalar, ValueType
from secaudit.model.finding import CaseResult

ERROR = "error"
"""What a case gives that cannot be run; equal to no verdict."""

_INT = re.compile(r"[+-]?[0-9]{1,19}\Z")
_DOUBLE = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?\Z")
_BOOLS = {"true": True, "false": False}
_SHOWN = 80


class _MisfitError(Exception):
    """A written value does not fit its declaration."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def run_cases(check: Check) -> list[CaseResult]:
    """Judge every case of ``check``; a case that cannot be run gives ``error`` and says why in its detail.

    Values stand in a case as they are written (our reader keeps scalars as text) and are converted by the declared type of
    their fact. A record may leave fields out: these are missing. Raises ExpressionError when the check does not compile.
    """
    judge = Judge([check])
    return [_run(judge, check.id, number, case) for number, case in enumerate(check.cases, start=1)]


def _run(judge: Judge, subject: str, number: int, case: CheckCase) -> CaseResult:
    try:
        values = {name: _fact(name, written) for name, written in case.facts.items()}
    except _MisfitError as misfit:
        return CaseResult(subject, number, case.verdict, ERROR, str(misfit.message))
    (decision,) = judge.decide(judge.subject(values))
    return CaseResult(subject, number, case.verdict, decision.verdict.value, _detail(decision))


def _detail(decision: Decision) -> str:
    if decision.defect is not None:
        return decision.defect
    return ", ".join(f"{fact.name}: {fact.reason.value}" for fact in decision.missing)


def _fact(name: str, written: object) -> FactValue:
    spec = FACTS.get(name) or ENDPOINT_VARIABLES.get(name)
    if spec is None:
        raise _MisfitError(msg("there is no fact {name}", name=name))
    return Known(_value(spec, written), "case")


def _value(spec: FactSpec, written: object) -> FactData:
    if spec.type is not ValueType.RECORDS:
        scalar: Scalar = _scalar(spec.name, spec.type, written)
        return scalar
    if not isinstance(written, list | tuple):
        raise _misfit(spec.name, spec.type, written)
    return [_record(spec, record) for record in written]


def _record(spec: FactSpec, written: object) -> Mapping[str, Scalar]:
    if not isinstance(written, Mapping):
        raise _misfit(f"{spec.name}[]", "record", written)
    record: dict[str, Scalar] = {}
    for field, value in written.items():
        if field not in spec.fields:
            raise _MisfitError(
                msg(
                    "{name}[] has no field {field}; its fields are {names}",
                    name=spec.name,
                    field=field,
                    names=", ".join(spec.fields),
                )
            )
        record[field] = _scalar(f"{spec.name}[].{field}", spec.fields[field], value)
    return record


def _scalar(name: str, kind: ValueType, written: object) -> Any:  # noqa: ANN401 - the type follows `kind`
    if kind is ValueType.STRINGS:
        if not isinstance(written, list | tuple):
            raise _misfit(name, kind, written)
        return [_scalar(name, ValueType.STRING, item) for item in written]
    if type(written) is _TYPES[kind]:
        return written
    if isinstance(written, str):
        value = _CONVERSIONS[kind](written)
        if value is not None:
            return value
    raise _misfit(name, kind, written)


def _int(text: str) -> int | None:
    return int(text) if _INT.match(text) else None


def _double(text: str) -> float | None:
    return float(text) if _DOUBLE.match(text) else None


_TYPES: Mapping[ValueType, type] = {
    ValueType.BOOL: bool,
    ValueType.INT: int,
    ValueType.DOUBLE: float,
    ValueType.STRING: str,
}
_CONVERSIONS: Mapping[ValueType, Callable[[str], bool | int | float | str | None]] = {
    ValueType.BOOL: _BOOLS.get,
    ValueType.INT: _int,
    ValueType.DOUBLE: _double,
    ValueType.STRING: str,
}


def _misfit(name: str, expected: str, written: object) -> _MisfitError:
    return _MisfitError(msg("{name} must be {expected}, not {found}", name=name, expected=expected, found=repr(written)[:_SHOWN]))
