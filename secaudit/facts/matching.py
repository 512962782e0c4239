"""Names on a machine against the patterns of the product catalogue: case does not matter, ``*`` stands for anything."""

import re
from collections.abc import Iterable, Set
from functools import lru_cache


def hits(patterns: Iterable[str], names: Set[str]) -> frozenset[str]:
    """Names (already casefolded) that one of the patterns matches."""
    found: set[str] = set()
    for pattern in patterns:
        folded = pattern.casefold()
        if "*" not in folded:
            if folded in names:
                found.add(folded)
            continue
        glob = _glob(folded)
        found.update(name for name in names if glob.fullmatch(name))
    return frozenset(found)


def worth_asking(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
    """Names that at least one of the patterns matches: nearly all names of a machine match none.

    One expression for all patterns looks at each name once, where thousands of pairs would have to be tried.
    """
    anything = _any(tuple(pattern.casefold() for pattern in patterns))
    return [name for name in names if anything.fullmatch(name.casefold())]


def matches(pattern: str, name: str) -> bool:
    """One pattern, one name."""
    return _glob(pattern.casefold()).fullmatch(name.casefold()) is not None


@lru_cache(maxsize=2_000)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(pattern), re.DOTALL)


@lru_cache(maxsize=100)
def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_expression(pattern) for pattern in patterns), re.DOTALL)


def _expression(pattern: str) -> str:
    return ".*".join(re.escape(part) for part in pattern.split("*"))
