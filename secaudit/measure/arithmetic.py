"""Shares as exact fractions: what a sign asks, what is still needed, what can be decided."""

from fractions import Fraction
from math import ceil, floor

from secaudit.model.measurement import Decision, Tally


def share_of(text: str) -> Fraction:
    """``47.4 %`` as 237/500."""
    return Fraction(text.removesuffix("%").strip()) / 100


def satisfies(share: Fraction, sign: str, wanted: Fraction) -> bool:
    """Whether a share is what the target asks; at exactly the wanted share ``>=`` holds and ``>`` does not."""
    return share > wanted if sign == ">" else share >= wanted


def needed(tally: Tally, sign: str, wanted: Fraction) -> int:
    """How many more proven members would satisfy the target, the population staying as it is; 0 for an empty one."""
    if not tally.total:
        return 0
    threshold = wanted * tally.total
    least = floor(threshold) + 1 if sign == ">" else ceil(threshold)
    return max(least - tally.proven, 0)


def to_clarify(tally: Tally, sign: str, wanted: Fraction) -> int:
    """How many unknown members must turn out well before the lower bound satisfies; 0 when it does, or when all are too few."""
    count = needed(tally, sign, wanted)
    return count if count <= tally.unknown else 0


def decide(tally: Tally, sign: str, wanted: Fraction, *, blocked: bool, open_ended: bool = False) -> Decision:
    """Met when the lower bound satisfies and nothing blocks; missed when even the upper bound cannot; undecided otherwise.

    ``blocked``: part of the population is not known at all (an agency sent nothing, a head count is missing). ``open_ended``:
    nobody knows how large that part is, so it can still bring any share but the whole: what one member misses of 100 % stays
    missed.
    """
    lower, upper = tally.lower, tally.upper
    if lower is None or upper is None:
        return Decision.UNDECIDED if blocked else Decision.NOT_APPLICABLE
    if not satisfies(upper, sign, wanted):
        return Decision.UNDECIDED if open_ended and wanted < 1 else Decision.MISSED
    return Decision.MET if satisfies(lower, sign, wanted) and not blocked else Decision.UNDECIDED
