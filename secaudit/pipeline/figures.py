"""The figures of a moment as plain data, and where two of them differ: what a closed period must give again."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from secaudit.model.measurement import AgencyShare, Measurement, SubMeasurement, Tally
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.province import Levels

_MOST = 1000


def figures_of(measured: Measured) -> dict[str, Any]:
    """Every count with its members, every decision and every level; no sentence, which a later program may word otherwise."""
    return {
        "plan": measured.plan.id,
        "as_of": measured.as_of.isoformat(),
        "rule_set": measured.levels.rules.id,
        "chain_head": measured.chain_head,
        "targets": {one.target: _target(one) for one in measured.measurements},
        "levels": levels_of(measured.levels),
        "new_machines": sorted(one.id for one in measured.newcomers),
        "requirements": {
            name: {result.requirement.id: result.fulfilment.value for result in one.results}
            for name, one in sorted(measured.assessments.items())
        },
        "conflicts": sorted([one.system, one.kind] for one in measured.conflicts),
        "undeclared": {agency: sorted(addresses) for agency, addresses in sorted(measured.undeclared.items())},
    }


def levels_of(levels: Levels) -> dict[str, Any]:
    """System -> lowest, highest and declared level."""
    return {name: [one.lowest, one.highest, one.declared] for name, one in sorted(levels.classifications.items())}


def differences(frozen: object, now: object, place: str = "") -> list[tuple[str, str, str]]:
    """Place, before and after of everything that was frozen and is not the same now; what is new beside it is no difference."""
    found: list[tuple[str, str, str]] = []
    _compare(frozen, now, place, found)
    return found[:_MOST]


def _compare(frozen: object, now: object, place: str, found: list[tuple[str, str, str]]) -> None:
    if len(found) >= _MOST:
        return
    if isinstance(frozen, Mapping) and isinstance(now, Mapping):
        for name, value in frozen.items():
            _compare(value, now.get(name), f"{place}.{name}" if place else str(name), found)
    elif isinstance(frozen, list | tuple) and isinstance(now, list | tuple):
        if list(frozen) != list(now):
            found.append((place, _short(frozen, now), _short(now, frozen)))
    elif frozen != now:
        found.append((place, str(frozen), str(now)))


def _short(items: list[Any] | tuple[Any, ...], beside: list[Any] | tuple[Any, ...]) -> str:
    """What of a list is not in the other one; the list itself where only the order or the number differs."""
    own = [one for one in items if one not in beside] or list(items)
    return ", ".join(str(one) for one in own[:3]) + (f" +{len(own) - 3}" if len(own) > 3 else "") if own else "–"


def _target(one: Measurement) -> dict[str, Any]:
    return {
        "sign": one.sign,
        "share": _fraction(one.share),
        "decision": one.decision.value,
        "needed": one.needed,
        "to_clarify": one.to_clarify,
        "declared_only": one.declared_only,
        "lab": one.lab,
        **_tally(one.tally),
        "proven_by": {grade.value: count for grade, count in one.proven_by},
        "blockers": {blocker.kind.value: [blocker.count, *blocker.agencies] for blocker in one.blockers},
        "under": {sub.id: _under(sub) for sub in one.under},
        "agencies": {share.agency: _share(share) for share in one.agencies},
    }


def _under(sub: SubMeasurement) -> dict[str, Any]:
    return {
        **_tally(sub.tally),
        "proven_by": {grade.value: count for grade, count in sub.proven_by},
        "agencies": {share.agency: _share(share) for share in sub.agencies},
    }


def _share(share: AgencyShare) -> dict[str, Any]:
    return {
        **_tally(share.tally),
        "submitted": share.submitted,
        "beyond": share.beyond,
        "declared_only": share.declared_only,
        "contradicted": share.contradicted,
        "members": {"proven": list(share.proven), "disproven": list(share.disproven), "unknown": list(share.unknown)},
        "sessions": list(share.sessions),
    }


def _tally(tally: Tally) -> dict[str, int]:
    return {"proven": tally.proven, "disproven": tally.disproven, "unknown": tally.unknown, "total": tally.total}


def _fraction(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"
