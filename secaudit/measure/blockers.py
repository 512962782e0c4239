"""What keeps a target from being decided, and which agencies weigh most in it."""

from collections.abc import Callable, Mapping, Sequence

from secaudit.measure.parts import Part
from secaudit.model.measurement import Blocker, BlockerKind
from secaudit.model.plan import Population

_MISSING: Mapping[Population, BlockerKind] = {"indicators": BlockerKind.INDICATOR_MISSING}


def blocks_meeting(parts: Sequence[Part]) -> bool:
    """Part of the population is not known at all: whatever is proven, the target is not met."""
    return any(not part.submitted or part.count_missing or part.attendance_larger for part in parts)


def blockers(parts: Sequence[Part], population: Population, *, lower_satisfies: bool) -> tuple[Blocker, ...]:
    """Reasons why the target is undecided, those about the population first.

    Once the lower bound satisfies, unknown members and machines beyond the list cannot change the result: it already counts them
    as not meeting the target.
    """
    found = [
        _agencies(BlockerKind.NOT_SUBMITTED, [part for part in parts if not part.submitted]),
        _agencies(_MISSING.get(population, BlockerKind.COUNT_MISSING), [part for part in parts if part.count_missing]),
        _agencies(BlockerKind.ATTENDANCE_LARGER, [part for part in parts if part.attendance_larger]),
    ]
    if not lower_satisfies:
        papers = population in ("systems", "people", "indicators")
        found += [
            _members(BlockerKind.REGISTER_LARGER, parts, lambda part: part.register_larger),
            _members(BlockerKind.UNDECLARED, parts, lambda part: part.undeclared),
            _members(BlockerKind.UNKNOWN_MEMBERS, parts, lambda part: _unknown(part, papers)),
            _members(BlockerKind.DOCUMENT_MISSING, parts, lambda part: part.declared_only if papers else 0),
        ]
    return tuple(blocker for blocker in found if blocker.count)


def _unknown(part: Part, papers: bool) -> int:
    """Declared members nobody knows about; those that only lack a paper are named apart."""
    return part.tally.unknown - part.beyond - (part.declared_only if papers else 0)


def _agencies(kind: BlockerKind, parts: list[Part]) -> Blocker:
    heaviest = sorted(parts, key=lambda part: (-part.tally.total, part.agency))
    return Blocker(kind, tuple(part.agency for part in heaviest), len(heaviest))


def _members(kind: BlockerKind, parts: Sequence[Part], weight: Callable[[Part], int]) -> Blocker:
    weighed = [(weight(part), part.agency) for part in parts]
    heaviest = sorted(((count, agency) for count, agency in weighed if count > 0), key=lambda pair: (-pair[0], pair[1]))
    counts = tuple(count for count, _ in heaviest)
    return Blocker(kind, tuple(agency for _, agency in heaviest), sum(counts), counts)
