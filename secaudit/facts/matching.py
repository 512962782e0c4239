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


def matches(pattern: str, name: str) -> bool:
    """One pattern, one name."""
    return _glob(pattern.casefold()).fullmatch(name.casefold()) is not None


@lru_cache(maxsize=2_000)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
