"""Last look at every value before it leaves: type as declared, texts harmless, sizes bounded."""

from collections.abc import Mapping, Sequence

from secaudit.messages import clean
from secaudit.model.fact import FactSpec, FactValue, Known, Missing, MissingReason, Scalar, ValueType

MAX_TEXT = 500
"""Characters of one text."""
MAX_ITEMS = 5_000
"""Items of one list."""


class UnfitError(Exception):
    """A value does not fit its declaration."""


def admit(spec: FactSpec, value: FactValue) -> FactValue:
    """The value as expressions may see it; Missing(error) when it does not fit the declaration of its fact."""
    if isinstance(value, Missing):
        return Missing(value.reason, value.section, clean(value.detail, limit=MAX_TEXT))
    try:
        if spec.type is ValueType.RECORDS:
            return _records(spec, value)
        data = _scalar(spec.type, value.value)
    except UnfitError as error:
        return Missing(MissingReason.ERROR, value.section, str(error))
    return Known(data, value.section, value.complete)


def _records(spec: FactSpec, value: Known) -> Known:
    rows = value.value
    if isinstance(rows, str) or not isinstance(rows, Sequence):
        raise UnfitError("not a list")
    records: list[Mapping[str, Scalar]] = []
    for row in rows[:MAX_ITEMS]:
        if not isinstance(row, Mapping):
            raise UnfitError("not a record")
        if not row.keys() <= spec.fields.keys():
            raise UnfitError("a record has an undeclared field")
        records.append({name: _scalar(spec.fields[name], item) for name, item in row.items()})
    return Known(records, value.section, value.complete and len(rows) <= MAX_ITEMS, value.missing_fields)


def _scalar(kind: ValueType, data: object) -> Scalar:
    match kind:
        case ValueType.BOOL if isinstance(data, bool):
            return data
        case ValueType.INT if isinstance(data, int) and not isinstance(data, bool) and -(2**63) <= data < 2**63:
            return data
        case ValueType.DOUBLE if isinstance(data, float):
            return data
        case ValueType.STRING if isinstance(data, str):
            return _text(data)
        case ValueType.STRINGS if isinstance(data, list) and all(isinstance(item, str) for item in data):
            if len(data) > MAX_ITEMS:
                raise UnfitError("the list is too long")
            return [_text(item) for item in data]
        case _:
            raise UnfitError("the value has another type than its fact")


def _text(data: str) -> str:
    return data if data.isprintable() and len(data) <= MAX_TEXT else clean(data, limit=MAX_TEXT)
