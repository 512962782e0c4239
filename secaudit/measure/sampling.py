"""Drawing a sample that anybody can draw again, and what it says of the whole."""

import math
from collections.abc import Iterable
from hashlib import sha256

CONFIDENCE = 0.95
"""Two-sided."""


def drawn(seed: str, names: Iterable[str], size: int) -> tuple[str, ...]:
    """``size`` of the names, in their order: those with the smallest SHA-256 of ``<seed> <name>``.

    No random generator of any language or version is needed to draw it again; a sample of more machines holds the smaller one.
    """
    ranked = sorted(set(names), key=lambda name: (sha256(f"{seed} {name}".encode()).hexdigest(), name))
    return tuple(sorted(ranked[:size]))


def possible_total(population: int, sample: int, found: int, missed: int = 0) -> tuple[int, int]:
    """How many of the population may be as the ``found`` ones of the sample are, at 95 %: least and most.

    Exact for drawing without replacement (hypergeometric, both tails at 2.5 %). Whoever was drawn and not seen may be so or not:
    the least counts none of them, the most counts all, so that those who hide cannot make the figure better.
    """
    if not 0 <= found + missed <= sample <= population:
        raise ValueError("a sample has its parts inside the population")
    if not sample:
        return 0, population
    tail = (1 - CONFIDENCE) / 2
    return _least(population, sample, found, tail), _most(population, sample, found + missed, tail)


def _most(population: int, sample: int, found: int, tail: float) -> int:
    """The largest total under which so few in the sample are not yet improbable."""
    low, high = found, population - (sample - found)
    while low < high:
        middle = (low + high + 1) // 2
        if _at_most(population, sample, middle, found) > tail:
            low = middle
        else:
            high = middle - 1
    return low


def _least(population: int, sample: int, found: int, tail: float) -> int:
    """The smallest total under which so many in the sample are not yet improbable: the most of the others, turned round."""
    return population - _most(population, sample, sample - found, tail)


def _at_most(population: int, sample: int, total: int, found: int) -> float:
    """Probability of at most ``found`` in the sample when ``total`` of the population are so."""
    smallest, largest = max(0, sample - (population - total)), min(found, total, sample)
    whole = _ways(population, sample)
    return math.fsum(
        math.exp(_ways(total, k) + _ways(population - total, sample - k) - whole) for k in range(smallest, largest + 1)
    )


def _ways(of: int, some: int) -> float:
    """Logarithm of the number of ways to take ``some`` out of ``of``."""
    return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)
