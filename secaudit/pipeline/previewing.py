"""What a scan would do, worked out without doing any of it: whom it would ask, as whom, with what, and what would be read.

The machines come from the very selection that a scan uses, and the bytes from the very composition of the script, so that the
preview cannot promise something else than what happens. Nothing is connected to, asked for or kept.
"""

import hashlib
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from secaudit.collect import Job, Limits
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import Agency, AgencyFile, Endpoint, EndpointKind
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Sight, StoredOutcome, Way
from secaudit.model.plan import Plan
from secaudit.pipeline.judging import gather_states
from secaudit.pipeline.province import Province
from secaudit.pipeline.seeing import Scope, select
from secaudit.pipeline.ways import Ways
from secaudit.probe import Platform, bootstrap_digest, compose, platform_for
from secaudit.store import Store
from secaudit.transport import Credentials, HostKeys, KeyFile, Standing, Target
from secaudit.transport.public_half import public_half

_Number = TypeVar("_Number", int, float)
PLATFORMS: tuple[Platform, ...] = ("posix", "windows")
_NONCE = "0" * 32
"""The number is drawn anew for each machine; for a digest that can be compared it is written as zeros."""
_EVER = 36_500.0
"""Days: sizes of old answers are as good as those of fresh ones."""
_TYPICAL_BYTES: Mapping[Platform, int] = {"posix": 40_000, "windows": 30_000}
"""Of an answer where none of the platform was ever measured here (docs/probe.md)."""
_TYPICAL_SECONDS: Mapping[Platform, float] = {"posix": 3.0, "windows": 15.0}
"""Likewise; the first PowerShell of an old PC alone may take a minute."""


class Spared(StrEnum):
    """Why a machine of the scope is not asked."""

    FRESH = "fresh"
    NO_WAY_IN = "no_way_in"
    ISOLATED = "isolated"
    RETIRED = "retired"
    CLOSED = "closed"
    """Its agency does not exist on this day."""


class OfferKind(StrEnum):
    """What a login may use."""

    KEY_FILE = "key_file"
    AGENT = "agent"
    PASSWORD = "password"


@dataclass(frozen=True, slots=True)
class Offer:
    """One credential that a scan would offer, after the host key was confirmed; never the credential itself."""

    kind: OfferKind
    source: str = ""
    """File of the key; where the agent listens."""
    key_type: str | None = None
    fingerprint: str | None = None
    """``SHA256:...``; None where only the passphrase or the agent would tell."""
    usable: bool = True
    """False: a scan will refuse it, because the file is missing or holds no private key."""
    encrypted: bool = False
    """A passphrase will be needed."""
    machines: int = 0
    """Machines and jump hosts that it would be offered to."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One machine that will be asked."""

    endpoint: str
    address: str
    port: int
    via: str | None
    """Endpoint id of the jump host; None: directly."""
    user: str
    platform: Platform
    platform_sure: bool
    """Declared in the inventory or seen earlier; otherwise the SSH banner will tell."""
    enrolled: tuple[str, ...]
    """Fingerprints of the enrolled host keys; empty: nobody will log in there."""
    bytes_out: int
    bytes_back: int
    seconds: float
    measured: bool
    """Size and time are those of this machine's newest answer."""
    lab: bool


@dataclass(frozen=True, slots=True)
class NotAsked:
    """One machine of the scope that will not be asked."""

    endpoint: str
    why: Spared
    detail: str = ""
    """English; only for machines without a way in."""


@dataclass(frozen=True, slots=True)
class AgencyPlan:
    """What one agency will see of the scan."""

    agency: Agency
    machines: tuple[Planned, ...]
    not_asked: tuple[NotAsked, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """What is sent to machines of one platform."""

    platform: Platform
    command: str
    command_digest: str
    size: int
    digest: str
    """SHA-256 of the script with a number of zeros, as ``probe show`` prints it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a scan would do."""

    made_at: datetime
    agencies: tuple[AgencyPlan, ...]
    """Those with a machine in the scope."""
    scripts: tuple[Script, ...]
    """Of the platforms that will be asked."""
    offers: tuple[Offer, ...]
    limits: Limits
    sudo: bool

    @property
    def machines(self) -> list[Planned]:
        """All that will be asked."""
        return [machine for plan in self.agencies for machine in plan.machines]

    @property
    def not_asked(self) -> list[NotAsked]:
        """All that will not."""
        return [machine for plan in self.agencies for machine in plan.not_asked]

    @property
    def logged_in(self) -> list[Planned]:
        """Those whose host key is enrolled: the only ones that anything is offered to."""
        return [machine for machine in self.machines if machine.enrolled]

    @property
    def seconds(self) -> float:
        """About how long the run takes when every machine answers as before; without a login there is nothing to wait for."""
        times = [machine.seconds for machine in self.logged_in]
        return max(sum(times) / self.limits.in_flight, len(self.machines) / self.limits.per_second, *times)


def preview(
    province: Province,
    plan: Plan,
    store: Store | None,
    host_keys: HostKeys,
    scope: Scope,
    *,
    ways: Ways,
    agent: bool,
    sudo: bool,
    limits: Limits,
    now: datetime,
) -> Preview:
    """Work it out; ``store`` is only read, and may be missing. ``agent``: an SSH agent can be asked where the scan runs."""
    states = gather_states(province, store, as_of=now, rules=plan.evidence)
    jobs = {job.endpoint.id: job for job in select(province, states, scope, ways=ways, day=now).jobs}
    known = _Known.of(store, now, province.inventory.endpoints)
    scripts = {platform: _script(platform, sudo=sudo) for platform in PLATFORMS}
    agencies: list[AgencyPlan] = []
    for agency in province.inventory.agencies:
        inside = [endpoint for endpoint in agency.endpoints if scope.covers(agency, endpoint)]
        asked = [jobs[endpoint.id] for endpoint in inside if endpoint.id in jobs and jobs[endpoint.id].target is not None]
        planned = [_planned(job, host_keys, known, scripts) for job in asked]
        names = {machine.endpoint for machine in planned}
        spared = [_spared(agency, endpoint, states, jobs, now) for endpoint in inside if endpoint.id not in names]
        if planned or spared:
            agencies.append(AgencyPlan(agency.agency, tuple(planned), tuple(spared)))
    used = {machine.platform for item in agencies for machine in item.machines}
    used |= {"windows", "posix"} if any(not m.platform_sure for item in agencies for m in item.machines) else set()
    shown = tuple(scripts[platform] for platform in PLATFORMS if platform in used)
    targets = [jobs[machine.endpoint].target for item in agencies for machine in item.machines]
    return Preview(now, tuple(agencies), shown, _offers(targets, agent=agent), limits, sudo)


def _offers(targets: Iterable[Target | None], *, agent: bool) -> tuple[Offer, ...]:
    """Credentials in the order of a login, each with the machines and jump hosts that it is for."""
    places: dict[str, Credentials] = {}
    for target in targets:
        one = target
        while one is not None and one.credentials is not None:
            places[one.label] = one.credentials
            one = one.jump
    keys: Counter[KeyFile] = Counter(key for login in places.values() for key in login.keys)
    found = []
    for key, machines in keys.items():
        half = public_half(key.path)
        if half.readable or not key.optional:
            shown = (str(key.path), half.type, half.fingerprint)
            found.append(Offer(OfferKind.KEY_FILE, *shown, half.readable, half.encrypted, machines))
    if asked := sum(login.agent for login in places.values()):
        found.append(Offer(OfferKind.AGENT, usable=agent, machines=asked))
    if with_password := sum(login.password is not None for login in places.values()):
        found.append(Offer(OfferKind.PASSWORD, machines=with_password))
    return tuple(found)


def _planned(job: Job, host_keys: HostKeys, known: "_Known", scripts: Mapping[Platform, Script]) -> Planned:
    endpoint, target = job.endpoint, job.target
    assert target is not None
    before = known.outcomes.get(endpoint.id)
    version = (before.outcome.server_version or "") if before is not None else ""
    platform = platform_for(endpoint.os, version)
    size = known.sizes.get(endpoint.id)
    return Planned(
        endpoint=endpoint.id,
        address=target.host,
        port=target.port,
        via=target.via,
        user=target.user,
        platform=platform,
        platform_sure=endpoint.os is not None or before is not None,
        enrolled=_enrolled(host_keys, target.known_as),
        bytes_out=len(scripts[platform].command) + scripts[platform].size,
        bytes_back=size if size is not None else known.usual_bytes[platform],
        seconds=_seconds(before) if before is not None else known.usual_seconds[platform],
        measured=size is not None,
        lab=endpoint.lab,
    )


def _enrolled(host_keys: HostKeys, name: str) -> tuple[str, ...]:
    """Fingerprints that would be confirmed; a revoked key is none of them."""
    entries = host_keys.about(name)
    keys = [entry.key for entry in entries if not entry.marker]
    if len(keys) < len(entries):  # looked up again only where it can matter: a hashed file is slow to search
        keys = [key for key in keys if host_keys.standing(name, key)[0] is Standing.CONFIRMED]
    return tuple(key.fingerprint for key in keys)


def _spared(
    agency: AgencyFile, endpoint: Endpoint, states: Mapping[str, EndpointState], jobs: Mapping[str, Job], now: datetime
) -> NotAsked:
    """The reasons in the order in which a scan meets them."""
    if not agency.agency.exists_on(day_in_vietnam(now)):
        return NotAsked(endpoint.id, Spared.CLOSED)
    if endpoint.status == "retired":
        return NotAsked(endpoint.id, Spared.RETIRED)
    if endpoint.kind is EndpointKind.ISOLATED:
        return NotAsked(endpoint.id, Spared.ISOLATED)
    job = jobs.get(endpoint.id)
    if job is not None:
        return NotAsked(endpoint.id, Spared.NO_WAY_IN, job.note)
    assert states[endpoint.id].evidence is not None, "a machine that is not asked has fresh evidence"
    return NotAsked(endpoint.id, Spared.FRESH)


def _answers(states: Mapping[str, EndpointState]) -> dict[str, StoredOutcome | None]:
    """What each machine answered when it was asked over SSH: size and time of a console's row tell nothing of the next answer."""
    return {name: next((piece for piece in state.pieces if piece.outcome.way is Way.SSH), None) for name, state in states.items()}


def _script(platform: Platform, *, sudo: bool) -> Script:
    request = compose(platform, _NONCE, sudo=sudo and platform == "posix")
    command = request.command.encode("ascii")
    digest = bootstrap_digest() if platform == "windows" else hashlib.sha256(command).hexdigest()
    return Script(platform, request.command, digest, len(request.stdin), hashlib.sha256(request.stdin).hexdigest())


@dataclass(frozen=True, slots=True)
class _Known:
    """What earlier answers tell about those to come."""

    outcomes: Mapping[str, StoredOutcome]
    """Endpoint -> newest outcome that saw it, however old."""
    sizes: Mapping[str, int]
    """Endpoint -> bytes of that answer."""
    usual_bytes: Mapping[Platform, int]
    usual_seconds: Mapping[Platform, float]

    @classmethod
    def of(cls, store: Store | None, now: datetime, declared: Mapping[str, Endpoint]) -> "_Known":
        """From the store, else from what is typical."""
        newest = {} if store is None else _answers(store.latest(now, _EVER, console_days=_EVER))
        outcomes = {name: found for name, found in newest.items() if found is not None and found.outcome.sight is Sight.SEEN}
        notes = {} if store is None else store.evidence_notes(found.number for found in outcomes.values())
        sizes = {
            name: size
            for name, found in outcomes.items()
            if (note := notes.get(found.number)) is not None and (size := note.capture_size) is not None
        }
        systems = {name: declared[name].os if name in declared else None for name in outcomes}
        platforms = {name: platform_for(systems[name], found.outcome.server_version or "") for name, found in outcomes.items()}
        return cls(
            outcomes,
            sizes,
            {each: _middle((sizes[n] for n in sizes if platforms[n] == each), _TYPICAL_BYTES[each]) for each in PLATFORMS},
            {
                each: _middle((_seconds(outcomes[n]) for n in outcomes if platforms[n] == each), _TYPICAL_SECONDS[each])
                for each in PLATFORMS
            },
        )


def _seconds(found: StoredOutcome) -> float:
    return max((found.outcome.finished_at - found.outcome.started_at).total_seconds(), 0.0)


def _middle(values: Iterable[_Number], otherwise: _Number) -> _Number:
    found = sorted(values)
    return statistics.median_low(found) if found else otherwise
