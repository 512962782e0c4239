"""Who listens to a run: progress displays, logs, nobody."""

from collections import Counter
from typing import Protocol

from secaudit.model.inventory import Endpoint
from secaudit.model.outcome import Sight, StoredOutcome


class Observer(Protocol):
    """Called only from the thread that called ``collect``, in the order things happened."""

    def begun(self, total: int) -> None:
        """The run begins; ``total`` endpoints are to be seen."""
        ...

    def asking(self, endpoint: Endpoint) -> None:
        """A connection to ``endpoint`` is being opened; again for each further try."""
        ...

    def deferred(self, endpoint: Endpoint) -> None:
        """``endpoint`` did not answer and is tried again later in this run; its outcome comes after that."""
        ...

    def kept(self, stored: StoredOutcome) -> None:
        """An outcome is on disk."""
        ...

    def ended(self, sights: Counter[Sight], *, interrupted: bool) -> None:
        """The run is over; every finished endpoint was kept."""
        ...


class NullObserver:
    """Listens to nothing."""

    def begun(self, total: int) -> None:
        """Ignored."""

    def asking(self, endpoint: Endpoint) -> None:
        """Ignored."""

    def deferred(self, endpoint: Endpoint) -> None:
        """Ignored."""

    def kept(self, stored: StoredOutcome) -> None:
        """Ignored."""

    def ended(self, sights: Counter[Sight], *, interrupted: bool) -> None:
        """Ignored."""
