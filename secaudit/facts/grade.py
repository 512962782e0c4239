"""The protection grade of a machine, from its facts alone.

The steps are those of the checks ``protection.installed`` (P1), ``protection.active`` (P2), ``protection.managed`` (P3) and
``protection.edr`` (the part of P4 that a machine shows), so that a grade never contradicts a verdict. That an EDR reports to the
SIEM (P4) and that data reaches the province's or the national centre (P5) is nothing a machine can show: neither is ever proven
here.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from secaudit.model.fact import FactSet, Known, Scalar
from secaudit.model.protection import NONE, SHARED, ProtectionGrade

_PROTECTION = ("av", "edr")
_WITH_SIGNATURES = "ms-defender-endpoint"
"""An EDR that rests on signatures of its own and is held to their age."""
_Record = Mapping[str, Scalar]
_Truth = bool | None
"""None is unknown."""


def protection_grade(facts: FactSet, *, signature_days: Sequence[int]) -> ProtectionGrade:
    """The grade by ``protection.products``; nothing known of them leaves every grade possible.

    ``signature_days`` are the limits that may hold: one, or several while the level of the machine is open. What is proven holds
    for the strictest of them, what is possible for the mildest.
    """
    products = facts.get("protection.products")
    if not isinstance(products, Known):
        return ProtectionGrade(NONE, SHARED)
    installed = _exists(products, _protects)
    managed = _exists(products, lambda record: _all(_protects(record), _flag(record, "managed")))
    watched = _exists(products, lambda record: _all(_kind_in(record, ("edr",)), _flag(record, "running")))
    # A machine can disprove P4 (no EDR runs there), but what P4 and P5 ask beyond that it cannot show.
    reporting = None if watched else watched
    strict, mild = (
        _climb(installed, _exists(products, partial(_active, limit)), managed, reporting)
        for limit in (min(signature_days), max(signature_days))
    )
    return ProtectionGrade(strict.proven, mild.possible)


def protection_steps(facts: FactSet, *, signature_days: Sequence[int]) -> tuple[bool | None, bool | None, bool | None]:
    """Whether P1, P2 and P3 hold, each by itself; None is unknown. What holds for one limit of ``signature_days`` only is open."""
    products = facts.get("protection.products")
    if not isinstance(products, Known):
        return None, None, None
    active = {_exists(products, partial(_active, limit)) for limit in (min(signature_days), max(signature_days))}
    managed = _exists(products, lambda record: _all(_protects(record), _flag(record, "managed")))
    return _exists(products, _protects), active.pop() if len(active) == 1 else None, managed


def _climb(*steps: _Truth) -> ProtectionGrade:
    """The steps from P1 on: a grade counts when every step up to it does."""
    proven = next((grade for grade, step in enumerate(steps) if step is not True), len(steps))
    possible = next((grade for grade, step in enumerate(steps) if step is False), SHARED)
    return ProtectionGrade(proven, possible)


def _active(limit: int, record: _Record) -> _Truth:
    """Running, in real time, with fresh signatures; an EDR without signatures only has to run."""
    age = record.get("signature_age_days")
    fresh = age < limit if isinstance(age, int) else None
    full = _all(_protects(record), _flag(record, "running"), _flag(record, "realtime"), fresh)
    name = record.get("id")
    other = name != _WITH_SIGNATURES if isinstance(name, str) else None
    return _any(full, _all(_kind_in(record, ("edr",)), other, _flag(record, "running")))


def _protects(record: _Record) -> _Truth:
    return _kind_in(record, _PROTECTION)


def _kind_in(record: _Record, kinds: tuple[str, ...]) -> _Truth:
    kind = record.get("kind")
    return kind in kinds if isinstance(kind, str) else None


def _flag(record: _Record, name: str) -> _Truth:
    value = record.get(name)
    return value if isinstance(value, bool) else None


def _exists(products: Known, holds: Callable[[_Record], _Truth]) -> _Truth:
    """Whether a product is so; a list that was not read to its end disproves nothing."""
    records = [record for record in products.value if isinstance(record, Mapping)] if isinstance(products.value, Sequence) else []
    return _any(*(holds(record) for record in records), None if not products.complete else False)


def _all(*truths: _Truth) -> _Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _any(*truths: _Truth) -> _Truth:
    if True in truths:
        return True
    return None if None in truths else False
