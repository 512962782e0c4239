"""How much of a file is read before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file; the largest agency file expected (2,000 machines) stays under a tenth of the defaults."""

    max_bytes: int = 8_000_000
    max_depth: int = 40
    """Nesting of lists and mappings."""
    max_nodes: int = 250_000
    """Scalars, lists and mappings, those repeated through aliases included."""
    max_aliases: int = 100
    opaque_tags: frozenset[str] = frozenset()
    """Tags that may stand before a text (``!vault``): what they seal is not read, and the value is the tag itself."""
    max_problems: int = 200
    """Problems reported for one file; how many more there are is said in one line."""


DEFAULT_LIMITS = Limits()
