"""The shortest way to a target: the fewest agencies that together hold what is still needed.

Looking is not repairing: looking at a member that nobody knows settles it, well or badly, so it closes *at most* one; repairing a
member that is proven not to meet the target closes one. Where all that is unknown would be enough if it turned out well, nobody
needs to repair anything yet, and agencies are chosen by what is unknown alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from secaudit.model.measurement import AgencyShare, Blocker, BlockerKind, Measurement

_FORBID = frozenset(
    {
        BlockerKind.NOT_SUBMITTED,
        BlockerKind.COUNT_MISSING,
        BlockerKind.INDICATOR_MISSING,
        BlockerKind.ATTENDANCE_LARGER,
    }
)
"""Part of the population is not known at all: whatever is proven of the rest, the target is not met."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one agency holds of what a target lacks."""

    agency: str
    look: int
    """Members that nobody knows."""
    repair: int
    """Members that are proven not to meet it."""

    @property
    def gain(self) -> int:
        """Members it closes at most."""
        return self.look + self.repair


@dataclass(frozen=True, slots=True)
class Shortest:
    """The way to one target, over all agencies."""

    needed: int
    """Members that must still be proven, the population staying as it is."""
    look: int
    repair: int
    repair_least: int
    """So many have to be repaired even when everything unknown turns out well."""
    short: int
    """What would be missing even then, when everything were looked at and repaired."""
    chosen: tuple[Held, ...]
    """The fewest agencies that together hold what is needed, the heaviest first; all of them where even all are too few."""


def shortest_way(needed: int, shares: Iterable[AgencyShare]) -> Shortest:
    """The way to a target that lacks ``needed`` members."""
    held = [Held(share.agency, share.tally.unknown, share.tally.disproven) for share in shares]
    look, repair = sum(one.look for one in held), sum(one.repair for one in held)
    if look >= needed:
        held = [Held(one.agency, one.look, 0) for one in held]
    return Shortest(
        needed=needed,
        look=look,
        repair=repair,
        repair_least=min(max(needed - look, 0), repair),
        short=max(needed - look - repair, 0),
        chosen=_fewest(needed, held),
    )


def _fewest(needed: int, held: list[Held]) -> tuple[Held, ...]:
    """The heaviest first until they hold what is needed: with fewer it cannot be had, as no agency holds more than these."""
    chosen: list[Held] = []
    covered = 0
    for one in sorted(held, key=lambda one: (-one.gain, one.agency)):
        if covered >= needed or not one.gain:
            break
        chosen.append(one)
        covered += one.gain
    return tuple(chosen)


def forbidding(measurement: Measurement) -> tuple[Blocker, ...]:
    """What keeps the target from being met whatever is proven of the known members.

    A missed target names no blockers, because unknown members cannot save it; agencies that sent nothing still forbid it.
    """
    if measurement.blockers:
        return tuple(blocker for blocker in measurement.blockers if blocker.kind in _FORBID)
    silent = tuple(share.agency for share in measurement.agencies if not share.submitted)
    return (Blocker(BlockerKind.NOT_SUBMITTED, silent, len(silent)),) if silent else ()
