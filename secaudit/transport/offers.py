"""What was offered to whom, and which credentials are not offered any more."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime

from secaudit.model.outcome import Offer, OfferResult
from secaudit.model.secret import Secret
from secaudit.transport.base import Target

REFUSALS = 5
"""In a row: after so many a credential is wrong, and a directory may be counting towards a lock."""

Proof = str | Secret
"""What is counted: a public key's fingerprint, or the password itself, which stays hidden."""


class Offers:
    """Shared by all connections of a run; any thread may call anything.

    The count is exact: whoever asks after the fifth refusal in a row was counted is told to hold back. Logins already under way
    at that moment are not called back, so that a wrong credential reaches at most five machines plus those.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Nothing was offered yet."""
        self._clock = clock
        self._lock = threading.Lock()
        self._refusals: Counter[tuple[str, Proof]] = Counter()
        self._made: deque[Offer] = deque()

    def spent(self, account: str, proof: Proof) -> bool:
        """Whether this credential of this account was refused too often in a row to be offered again."""
        with self._lock:
            return self._refusals[account, proof] >= REFUSALS

    def note(self, target: Target, method: str, proof: Proof, result: OfferResult, *, refusal: bool | None = None) -> None:
        """Record an offer and count it; ``refusal`` says how it counts where the result alone does not."""
        fingerprint = proof if isinstance(proof, str) else None
        offer = Offer(target.label, target.known_as, target.user, method, fingerprint, self._clock(), result)
        refused = result is OfferResult.REFUSED if refusal is None else refusal
        with self._lock:
            self._made.append(offer)
            if refused:
                self._refusals[target.user, proof] += 1
            elif result in (OfferResult.ACCEPTED, OfferResult.PARTIAL):
                self._refusals[target.user, proof] = 0

    def taken(self) -> tuple[Offer, ...]:
        """Offers made since the last call, in their order; each is given once."""
        with self._lock:
            made = tuple(self._made)
            self._made.clear()
        return made
