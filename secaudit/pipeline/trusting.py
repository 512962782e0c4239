"""Enrolling host keys: an explicit step, recorded with who and when."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from secaudit.model.outcome import Sight
from secaudit.pipeline.province import Province
from secaudit.pipeline.seeing import Scope, targets_of
from secaudit.pipeline.ways import Ways
from secaudit.transport import HostKey, HostKeys, Standing, Target, TransportFailure

ScanKey = Callable[[Target, float], HostKey]


@dataclass(frozen=True)
class Offer:
    """What one machine offered."""

    endpoint: str
    target: Target
    key: HostKey | None
    standing: Standing | None
    """How the key stands to what is enrolled; None when no key was offered."""
    detail: str = ""
    sight: Sight | None = None
    """Why no key was offered."""


def offered_keys(
    province: Province, host_keys: HostKeys, scope: Scope, scan: ScanKey, *, ways: Ways, seconds: float, in_flight: int = 50
) -> list[Offer]:
    """Ask each machine of ``scope`` for its host key; nothing is offered to it, only to a jump host before it."""
    targets = targets_of(province, scope, ways)

    def ask(item: tuple[str, Target]) -> Offer:
        endpoint, target = item
        try:
            key = scan(target, time.monotonic() + seconds)
        except TransportFailure as failure:
            return Offer(endpoint, target, None, None, failure.detail, failure.sight)
        return Offer(endpoint, target, key, host_keys.standing(target.known_as, key)[0])

    with ThreadPoolExecutor(max_workers=in_flight) as pool:
        return list(pool.map(ask, targets))


def enrol(host_keys: HostKeys, offers: Sequence[Offer], *, who: str, at: datetime, replace: bool) -> tuple[HostKeys, int]:
    """Enrol keys that are unknown (with ``replace`` changed ones too); returns the new state and how many were added."""
    wanted = {Standing.UNKNOWN, Standing.CHANGED} if replace else {Standing.UNKNOWN}
    keys = [(offer.target.known_as, offer.key) for offer in offers if offer.key is not None and offer.standing in wanted]
    return (host_keys.add_all(keys, who=who, at=at, replace=replace), len(keys)) if keys else (host_keys, 0)
