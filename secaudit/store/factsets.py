"""Fact sets as JSON text and back.

A known fact is ``[section, value, complete?, missing fields?]``, a missing one ``{"reason", "section", "detail"}``. A value
keeps its kind: ``[...]`` is a tuple, ``{"list": [...]}`` a list, ``{"float": "nan"}`` a number JSON has no word for,
``{"int": "0x..."}`` one that a JSON reader would round.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from secaudit.model.fact import FactData, FactSet, FactValue, Known, Missing, MissingReason
from secaudit.store.codec import dumps, understood

_LARGE = 1 << 63
_REASONS = {reason.value: reason for reason in MissingReason}


@dataclass(frozen=True, slots=True)
class FactOutline:
    """Where the facts of one outcome stand, with the values of some: all that long lists need, in a fifth of the time."""

    facts: FactSet
    """Those that were asked for by name."""
    sections: Mapping[str, str]
    """Fact -> section of the capture in which it stands or would stand."""


def facts_text(facts: FactSet) -> bytes:
    """JSON text, names sorted: equal fact sets give equal bytes."""
    return dumps({name: _fact(facts[name]) for name in sorted(facts)})


def facts_from(text: bytes) -> dict[str, FactValue]:
    """The fact set that was written; CodecError when the text is damaged."""
    return understood(_fact_set, text)


def outlines(names: Iterable[str]) -> Callable[[bytes], FactOutline]:
    """What reads an outline with the values of the facts ``names``."""
    wanted = frozenset(names)

    def outline(rows: Mapping[str, Any]) -> FactOutline:
        return FactOutline(
            {name: _fact_of(rows[name]) for name in wanted if name in rows},
            {name: row["section"] if isinstance(row, dict) else row[0] for name, row in rows.items()},
        )

    return lambda text: understood(outline, text)


def _fact(fact: FactValue) -> object:
    if isinstance(fact, Missing):
        return {"reason": fact.reason, "section": fact.section, "detail": fact.detail}
    row: list[object] = [fact.section, _value(fact.value)]
    if fact.missing_fields or not fact.complete:
        row.append(fact.complete)
        row.append({name: fact.missing_fields[name] for name in sorted(fact.missing_fields)})
    return row


def _value(value: object) -> object:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if -_LARGE <= value < _LARGE else {"int": hex(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, Mapping):
        return {"record": {str(name): _value(value[name]) for name in sorted(value)}}
    if isinstance(value, Sequence):
        items = [_value(item) for item in value]
        return items if isinstance(value, tuple) else {"list": items}
    raise TypeError(f"{type(value).__name__} is no kind of fact value")


def _fact_set(rows: Any) -> dict[str, FactValue]:  # noqa: ANN401
    return {name: _fact_of(row) for name, row in rows.items()}


@lru_cache(maxsize=4096)
def _missing(reason: str, section: str, detail: str) -> Missing:
    """Most facts of a console's row are missing for one reason: one object stands for all of them."""
    return Missing(_REASONS[reason], section, detail)


def _fact_of(row: Any) -> FactValue:  # noqa: ANN401
    if isinstance(row, dict):
        return _missing(row["reason"], row["section"], row["detail"])
    if len(row) == 2:
        return Known(_value_of(row[1]), row[0])
    section, value, complete, fields = row
    return Known(_value_of(value), section, complete, {name: _REASONS[reason] for name, reason in fields.items()})


def _value_of(value: Any) -> FactData:  # noqa: ANN401
    return _decoded(value)  # type: ignore[no-any-return]


def _decoded(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return tuple(_decoded(item) for item in value)
    if not isinstance(value, dict):
        if value is None:
            raise ValueError("a fact without a value")
        return value
    [(kind, inner)] = value.items()
    if kind == "list":
        return [_decoded(item) for item in inner]
    if kind == "int":
        return int(inner, 16)
    if kind == "float":
        return float(inner)
    if kind == "record":
        return {name: _decoded(item) for name, item in inner.items()}
    raise ValueError(f"unknown kind {kind}")
