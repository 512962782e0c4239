"""Remembering answers by the facts they rest on, in bounded memory and only where it repays."""

from collections.abc import Hashable
from typing import Generic, TypeVar

LIMIT = 1_024
"""Answers kept before starting anew: memory stays flat over any number of endpoints."""
_REPAYS = 16
"""One answer in so many must have been used again, or nothing is remembered any more."""

Kept = TypeVar("Kept")


class Memory(Generic[Kept]):
    """Key -> answer. Where hardly a key comes twice it stops: filling it costs time, and the collector walks through it."""

    __slots__ = ("entries", "hits", "repays")

    def __init__(self) -> None:
        """Empty, and hopeful."""
        self.entries: dict[Hashable, Kept] = {}
        """Read this directly; add through :meth:`keep`."""
        self.hits = 0
        """Counted by the reader; a lost count between threads does no harm."""
        self.repays = True

    def keep(self, key: Hashable, answer: Kept) -> None:
        """Remember ``answer``, unless remembering did not repay so far."""
        if not self.repays:
            return
        if len(self.entries) >= LIMIT:
            self.repays = self.hits * _REPAYS >= LIMIT
            self.hits = 0
            self.entries.clear()
        self.entries[key] = answer
