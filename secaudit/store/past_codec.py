"""Earlier states as JSON text and back: figures and machines apart, because a course of many months needs only the first.

Machines stand under their agencies as the number of a pattern: most machines of a province are like many others.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from secaudit.model.measurement import Decision, Tally
from secaudit.model.outcome import Grade
from secaudit.model.past import PastMachine, PastState, PastSystem, PastTarget
from secaudit.store.codec import dumps, understood

_UNSEEN = -1


class Figures(NamedTuple):
    """What a state holds beside its machines."""

    targets: tuple[PastTarget, ...]
    systems: dict[str, PastSystem]
    silent: frozenset[str] | None


class Machines(NamedTuple):
    """How machines stood, and the checks they were judged by."""

    machines: dict[str, PastMachine]
    checks: frozenset[str]


def figures_text(state: PastState) -> bytes:
    """JSON text of everything but the machines; equal states give equal bytes."""
    return dumps(
        {
            "targets": [
                [
                    one.target,
                    one.decision.value,
                    _counts(one.tally),
                    {name: _counts(one.agencies[name]) for name in sorted(one.agencies)},
                ]
                for one in state.targets
            ],
            "systems": {
                name: [one.agency, one.lowest, one.highest, one.declared, one.dossier]
                for name, one in sorted(state.systems.items())
            },
            "silent": None if state.silent is None else sorted(state.silent),
        }
    )


def figures_from(text: bytes) -> Figures:
    """The figures that were written; CodecError when the text is damaged."""
    return understood(_figures, text)


def machines_text(state: PastState) -> bytes:
    """JSON text of the machines; equal states give equal bytes."""
    checks = sorted(state.checks | _named(state.machines.values()))
    place = {check: number for number, check in enumerate(checks)}
    patterns: dict[tuple[object, frozenset[str], frozenset[str], Grade | None], int] = {}
    agencies: dict[str, dict[str, int]] = {}
    for name, one in sorted(state.machines.items()):
        pattern = _UNSEEN
        if one.seen:
            pattern = patterns.setdefault((one.protection, one.fails, one.unknown, one.grade), len(patterns))
        agencies.setdefault(one.agency, {})[name] = pattern
    rows = [
        [protection, sorted(place[check] for check in fails), sorted(place[check] for check in unknown), grade]
        for protection, fails, unknown, grade in patterns
    ]
    judged = sorted(place[check] for check in state.checks)
    return dumps({"checks": checks, "judged": judged, "patterns": rows, "machines": dict(sorted(agencies.items()))})


def machines_from(text: bytes) -> Machines:
    """The machines that were written; CodecError when the text is damaged."""
    return understood(_machines, text)


def _named(machines: Iterable[PastMachine]) -> set[str]:
    return {check for one in machines for check in (*one.fails, *one.unknown)}


def _counts(tally: Tally) -> list[int]:
    return [tally.proven, tally.disproven, tally.unknown]


@lru_cache(maxsize=10_000)
def _tally(proven: int, disproven: int, unknown: int) -> Tally:
    """Agencies have the same few counts in state after state."""
    if min(proven, disproven, unknown) < 0:
        raise ValueError("a count below zero")
    return Tally(int(proven), int(disproven), int(unknown))


def _figures(value: Mapping[str, Any]) -> Figures:
    targets = tuple(
        PastTarget(target, _tally(*counts), Decision(decision), {name: _tally(*one) for name, one in agencies.items()})
        for target, decision, counts, agencies in value["targets"]
    )
    systems = {
        name: PastSystem(agency, lowest, highest, declared, dossier)
        for name, (agency, lowest, highest, declared, dossier) in value["systems"].items()
    }
    silent = value["silent"]
    return Figures(targets, systems, None if silent is None else frozenset(silent))


def _machines(value: Mapping[str, Any]) -> Machines:
    checks: list[str] = value["checks"]
    patterns = [
        (
            None if protection is None else (int(protection[0]), int(protection[1])),
            _chosen(checks, fails),
            _chosen(checks, unknown),
            None if grade is None else Grade(grade),
        )
        for protection, fails, unknown, grade in value["patterns"]
    ]
    machines: dict[str, PastMachine] = {}
    agencies: Mapping[str, Mapping[str, int]] = value["machines"]
    for agency, members in agencies.items():
        for name, pattern in members.items():
            if pattern == _UNSEEN:
                machines[name] = PastMachine(agency, seen=False)
            elif pattern < 0:
                raise ValueError("no such pattern")
            else:
                machines[name] = PastMachine(agency, True, *patterns[pattern])
    return Machines(machines, _chosen(checks, value["judged"]))


def _chosen(checks: list[str], places: list[int]) -> frozenset[str]:
    if any(place < 0 for place in places):
        raise ValueError("no such check")
    return frozenset(checks[place] for place in places)
