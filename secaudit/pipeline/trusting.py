"""Enrolling host keys: an explicit step, recorded with who and when."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.outcome import Sight
from secaudit.pipeline.province import Province
from secaudit.pipeline.seeing import Scope, targets_of
from secaudit.pipeline.ways import Ways
from secaudit.source import did_you_mean
from secaudit.transport import HostKey, HostKeys, KnownKey, Standing, Target, TransportFailure
from secaudit.transport.base import canonical_host
from secaudit.transport.key_list import Collected, read_key_list

ScanKey = Callable[[Target, float], HostKey]


@dataclass(frozen=True)
class Offer:
    """What one machine offered, or what was collected of it on site."""

    endpoint: str
    target: Target
    key: HostKey | None
    standing: Standing | None
    """How the key stands to what is enrolled; None when no key was offered."""
    detail: str = ""
    sight: Sight | None = None
    """Why no key was offered."""
    compared: bool = False
    """A fingerprint read on site is this key's: nobody needs to be asked."""
    differs: bool = False
    """A fingerprint read on site is not this key's: it must not be enrolled."""


def offered_keys(
    province: Province, host_keys: HostKeys, scope: Scope, scan: ScanKey, *, ways: Ways, seconds: float, in_flight: int = 50
) -> list[Offer]:
    """Ask each machine of ``scope`` for its host key; nothing is offered to it, only to a jump host before it."""
    return _ask(targets_of(province, scope, ways), host_keys, scan, seconds, in_flight)


def _ask(
    targets: Sequence[tuple[str, Target]], host_keys: HostKeys, scan: ScanKey, seconds: float, in_flight: int = 50
) -> list[Offer]:
    def ask(item: tuple[str, Target]) -> Offer:
        endpoint, target = item
        try:
            key = scan(target, time.monotonic() + seconds)
        except TransportFailure as failure:
            return Offer(endpoint, target, None, None, failure.detail, failure.sight)
        return Offer(endpoint, target, key, host_keys.standing(target.known_as, key)[0])

    with ThreadPoolExecutor(max_workers=in_flight) as pool:
        return list(pool.map(ask, targets))


def compared_with(offers: Sequence[Offer], fingerprints: Mapping[str, frozenset[str]]) -> list[Offer]:
    """The offers, each compared with the fingerprints that were read on site (endpoint -> fingerprints)."""
    found = []
    for offer in offers:
        matches = offer.key is not None and offer.key.fingerprint in fingerprints.get(offer.endpoint, frozenset())
        differs = offer.key is not None and offer.endpoint in fingerprints and not matches
        found.append(Offer(offer.endpoint, offer.target, offer.key, offer.standing, offer.detail, offer.sight, matches, differs))
    return found


def collected_offers(
    province: Province, host_keys: HostKeys, scope: Scope, path: Path, scan: ScanKey, *, ways: Ways, seconds: float
) -> list[Offer]:
    """Keys collected on site: those written out are taken as they are, for fingerprints the machine is asked and compared."""
    targets = dict(targets_of(province, scope, ways))
    lines = read_key_list(path, lambda line: _owner(line, targets))
    asked: dict[str, set[str]] = {}
    for line in lines:
        if line.key is None:
            asked.setdefault(line.machine, set()).add(line.fingerprint)
    offers = _ask([(name, targets[name]) for name in asked], host_keys, scan, seconds) if asked else []
    by_print = compared_with(offers, {name: frozenset(found) for name, found in asked.items()})
    return [*(_written(line, targets[line.machine], host_keys) for line in lines if line.key is not None), *by_print]


def _written(line: Collected, target: Target, host_keys: HostKeys) -> Offer:
    standing = host_keys.standing(target.known_as, line.key)[0] if line.key is not None else None
    return Offer(line.machine, target, line.key, standing)


def _owner(line: KnownKey, targets: Mapping[str, Target]) -> str | None:
    """The one machine that a line of a list speaks of: by its id, or by its name, hashed or plain."""
    if line.names in targets:
        return line.names
    if any(sign in line.names for sign in "*?!"):
        return None
    names = {canonical_host(name) for name in line.names.split(",")}
    found = [
        name
        for name, target in targets.items()
        if target.known_as in names or (line.names.startswith("|") and line.fits(target.known_as))
    ]
    return found[0] if len(found) == 1 else None


def enrol(host_keys: HostKeys, offers: Sequence[Offer], *, who: str, at: datetime, replace: bool) -> tuple[HostKeys, int]:
    """Enrol keys that are unknown (with ``replace`` changed ones too); returns the new state and how many were added."""
    wanted = to_enrol(offers, replace=replace)
    keys = [(offer.target.known_as, offer.key) for offer in wanted if offer.key is not None]
    return (host_keys.add_all(keys, who=who, at=at, replace=replace), len(keys)) if keys else (host_keys, 0)


def to_enrol(offers: Sequence[Offer], *, replace: bool) -> list[Offer]:
    """The offers whose keys would be enrolled: never one that is not the key read on site."""
    wanted = {Standing.UNKNOWN, Standing.CHANGED} if replace else {Standing.UNKNOWN}
    return [offer for offer in offers if offer.key is not None and offer.standing in wanted and not offer.differs]


def names_of(host_keys: HostKeys, province: Province | None, wanted: Sequence[str], ways: Ways | None) -> list[str]:
    """Names in the file that are meant: endpoint ids of the inventory, or names as known_hosts has them.

    UsageError for one that nothing is enrolled under.
    """
    targets = dict(targets_of(province, Scope(), ways)) if province is not None and ways is not None else {}
    found = []
    for name in wanted:
        known_as = targets[name].known_as if name in targets else canonical_host(name)
        if not any(not entry.marker for entry in host_keys.about(known_as)):
            listed = {one for entry in host_keys.known if not entry.is_pattern for one in entry.names.split(",")} | set(targets)
            raise UsageError(
                msg("no key is enrolled under {name}", name=known_as),
                hint=did_you_mean(name, listed) or msg("secaudit trust list shows the names; or give the id of a machine"),
            )
        found.append(known_as)
    return list(dict.fromkeys(found))
