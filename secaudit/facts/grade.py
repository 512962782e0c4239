"""The protection grade of a machine, from its facts alone.

The steps are those of the checks ``protection.installed`` (P1), ``protection.active`` (P2), ``protection.managed`` (P3),
``protection.siem`` (P4) and ``protection.shared`` (P5), so that a grade never contradicts a verdict. That an EDR reports to the
SIEM and that data reaches the province's or the national centre is nothing a machine can show: it comes from the list of the unit
that watches (``soc.siem``, ``soc.shared``), and without that list P4 and P5 stay open. That no EDR runs, a machine can show.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from secaudit.model.fact import FactSet, Known, Scalar
from secaudit.model.protection import SHARED, ProtectionGrade

_PROTECTION = ("av", "edr")
_WITH_SIGNATURES = "ms-defender-endpoint"
"""An EDR that rests on signatures of its own and is held to their age."""
_Record = Mapping[str, Scalar]
_Truth = bool | None
"""None is unknown."""


def protection_grade(facts: FactSet, *, signature_days: Sequence[int]) -> ProtectionGrade:
    """The grade by ``protection.products`` and the words of the monitoring unit; nothing known leaves every grade possible.

    ``signature_days`` are the limits that may hold: one, or several while the level of the machine is open. What is proven holds
    for the strictest of them, what is possible for the mildest.
    """
    siem, shared = _said(facts, "soc.siem"), _said(facts, "soc.shared")
    products = facts.get("protection.products")
    if not isinstance(products, Known):
        return _climb(None, None, None, _all(None, siem), shared)
    installed = _exists(products, _protects)
    managed = _exists(products, lambda record: _all(_protects(record), _flag(record, "managed")))
    watched = _exists(products, lambda record: _all(_kind_in(record, ("edr",)), _flag(record, "running")))
    strict, mild = (
        _climb(installed, _exists(products, partial(_active, limit)), managed, _all(watched, siem), shared)
        for limit in (min(signature_days), max(signature_days))
    )
    return ProtectionGrade(strict.proven, mild.possible)


def protection_steps(facts: FactSet, *, signature_days: Sequence[int]) -> tuple[bool | None, bool | None, bool | None]:
    """Whether P1, P2 and P3 hold, each by itself; None is unknown, also where it depends on which limit of the days holds."""
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


def _said(facts: FactSet, name: str) -> _Truth:
    fact = facts.get(name)
    return fact.value if isinstance(fact, Known) and isinstance(fact.value, bool) else None


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
