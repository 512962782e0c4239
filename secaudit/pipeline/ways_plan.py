"""Which way to use for which agencies, in which order, and what each could still prove: the evidence plan of a period.

Nothing is promised: a gain is the number of machines of which nothing is known and of which a way could still show something,
so it is an interval from 0 to that number. Each machine is counted under one way, the first in practice's order that fits it;
what that way leaves open goes on to the next one when the plan is made again. Pure: everything comes in as values.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import chain

import orjson

from secaudit.measure.sampling import possible_total
from secaudit.model.console import EvidenceSource
from secaudit.model.inventory import Agency, AgencyFile, Endpoint, EndpointKind, Tier
from secaudit.model.measurement import AgencyShare, EndpointState, Measurement, Tally
from secaudit.model.outcome import Grade, Sight, StoredOutcome, Way
from secaudit.model.plan import Plan, Target
from secaudit.pipeline.evidence_summary import pieces_of
from secaudit.pipeline.judging import has_way_in

RECHECKED = 60
"""Machines of a first re-check: when none of them differs, at most about one in twenty may (hypergeometric, 95 %)."""
GPO_FROM = 30
"""Windows machines from which on a department is worth a start-up script of its own."""
_INDIRECT = (Grade.B, Grade.C)
_PRODUCTS = "protection.products"
_CONSOLE_OF: tuple[tuple[str, EvidenceSource], ...] = (
    ("kaspersky-", EvidenceSource.KSC),
    ("eset-", EvidenceSource.ESET),
    ("ms-defender-endpoint", EvidenceSource.DEFENDER),
    ("bkav", EvidenceSource.BKAV),
)
"""Beginning of a product's id -> the console that manages it."""
CONSOLES = (EvidenceSource.KSC, EvidenceSource.ESET, EvidenceSource.DEFENDER, EvidenceSource.BKAV, EvidenceSource.CSV)
"""Lists that show protection; the others tell identity and what happens above it."""


class Lever(StrEnum):
    """What can be done so that more is known; practice's order."""

    CONSOLE = "console"
    COURIER = "courier"
    SSH = "ssh"
    CONFIRM = "confirm"
    """Machines that evidence speaks of and no agency declares: the agency confirms them."""


class Via(StrEnum):
    """How a collector gets to the machines; what ``courier make --via`` takes."""

    DOCUMENT = "document"
    GPO = "gpo"
    AV_CONSOLE = "av-console"
    MANUAL = "manual"


class Open(StrEnum):
    """Why no way of this plan settles a member."""

    HELD = "held"
    """Evidence does not count until it is clear which machine answered."""
    UNDECIDED = "undecided"
    """Every way that fits was used, and what came does not decide."""
    NO_WAY = "no_way"
    BEYOND = "beyond"
    """No declared machine: the register or the network shows more than the list."""


@dataclass(frozen=True, slots=True)
class Line:
    """One way for one agency."""

    agency: Agency
    machines: tuple[str, ...]
    """Declared machines of which this way could still show something; for newcomers their proposed ids."""
    gain: int
    """At most so many members become proven; at least none."""
    share: AgencyShare
    tried: int = 0
    """Of the machines: the newest attempt over SSH failed."""
    stale: int = 0
    """Of the machines: evidence is there and too old."""


@dataclass(frozen=True, slots=True)
class Step:
    """One way, and the agencies it is for, the biggest gain first."""

    lever: Lever
    lines: tuple[Line, ...]
    source: EvidenceSource | None = None
    """The console, where evidence names one."""
    via: Via | None = None

    @property
    def gain(self) -> int:
        """At most so many members become proven."""
        return sum(line.gain for line in self.lines)

    def command(self, line: Line) -> str:
        """What is typed for one agency; a console's file is for all its agencies at once. Capitals are to be filled in."""
        if self.lever is Lever.CONSOLE:
            source = self.source.value if self.source is not None else "SOURCE"
            return f"secaudit evidence import FILE --source {source}"
        if self.lever is Lever.COURIER:
            return f"secaudit courier make --agency {line.agency.id} --via {self.via}"
        if self.lever is Lever.SSH:
            return f"secaudit scan --agency {line.agency.id}"
        return f"secaudit evidence newcomers --agency {line.agency.id}"


@dataclass(frozen=True, slots=True)
class Rest:
    """Unknown members that no step settles."""

    kind: Open
    count: int
    agencies: tuple[tuple[Agency, int], ...]
    """Agency and its part, the largest first; parts that belong to no agency are left out."""


@dataclass(frozen=True, slots=True)
class RecheckAdvice:
    """How many machines to see again directly."""

    population: int
    """Machines with fresh evidence of grade B or C and a declared way in."""
    out_of_reach: int
    size: int
    most: int
    """When none of the sample differs, so many of the population may still differ (95 %)."""


@dataclass(frozen=True)
class WaysPlan:
    """Everything `secaudit period plan` prints."""

    as_of: datetime
    plan: Plan
    target: Target
    number: int
    """Number of the target in its plan."""
    measurement: Measurement
    steps: tuple[Step, ...]
    """The biggest gain first."""
    rest: tuple[Rest, ...]
    isolated: tuple[tuple[Agency, int], ...]
    """Agency -> machines that stand isolated: counted, never given a collector."""
    silent: tuple[Agency, ...]
    """Agencies whose inventory was not accepted."""
    recheck: RecheckAdvice

    @property
    def tally(self) -> Tally:
        """The target today."""
        return self.measurement.tally

    @property
    def gain(self) -> int:
        """At most so many more members become proven when every step is done."""
        return sum(step.gain for step in self.steps)

    @property
    def short(self) -> int:
        """What would still be missing to the target if every step proved all it can; 0 when it may be enough."""
        return max(self.measurement.needed - self.gain, 0)


@dataclass(frozen=True)
class Known:
    """What the plan is made of."""

    agencies: Sequence[AgencyFile]
    """Those that exist on the day."""
    states: Mapping[str, EndpointState]
    newcomers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Agency id -> ids proposed for machines nobody declared."""
    day: date = date.min


def ways_plan(plan: Plan, number: int, measurement: Measurement, known: Known, *, as_of: datetime) -> WaysPlan:
    """Sort every unknown member of target ``number`` (machines) under the first way that could still show something of it."""
    target = plan.targets[number - 1]
    shares = {share.agency: share for share in measurement.agencies}
    grades = frozenset(plan.evidence.grades)
    named = {name: _consoles_of(state) for name, state in known.states.items()}
    everywhere = Counter(chain.from_iterable(named.values()))
    found = _Sorted()
    for file in known.agencies:
        share = shares.get(file.agency.id)
        if share is not None:
            here = Counter(chain.from_iterable(named.get(one.id, ()) for one in file.endpoints))
            _sort_agency(file, share, known, grades, _first(here) or _first(everywhere), found)
    present = {file.agency.id for file in known.agencies}
    nobody = sum(share.beyond for share in measurement.agencies if share.agency not in present)
    return WaysPlan(
        as_of=as_of,
        plan=plan,
        target=target,
        number=number,
        measurement=measurement,
        steps=found.steps(),
        rest=found.rests(nobody),
        isolated=tuple(_isolated(known.agencies)),
        silent=tuple(file.agency for file in known.agencies if not file.agency.has_sent(known.day)),
        recheck=recheck_advice(known),
    )


@dataclass
class _Sorted:
    """Lines and rests while agencies are gone through."""

    lines: dict[tuple[Lever, EvidenceSource | None, Via | None], list[Line]] = field(default_factory=dict)
    open: dict[Open, list[tuple[Agency, int]]] = field(default_factory=dict)

    def steps(self) -> tuple[Step, ...]:
        """The biggest gain first."""
        order = list(Lever)
        steps = [
            Step(lever, tuple(sorted(lines, key=lambda line: (-line.gain, line.agency.id))), source, via)
            for (lever, source, via), lines in self.lines.items()
        ]
        return tuple(sorted(steps, key=lambda step: (-step.gain, order.index(step.lever), step.source or "", step.via or "")))

    def rests(self, nobody: int) -> tuple[Rest, ...]:
        """What no step settles; ``nobody``: machines beyond the lists in nobody's network."""
        found = []
        for kind in Open:
            parts = sorted(self.open.get(kind, []), key=lambda part: (-part[1], part[0].id))
            count = sum(part for _, part in parts) + (nobody if kind is Open.BEYOND else 0)
            if count:
                found.append(Rest(kind, count, tuple(parts)))
        return tuple(found)


def _sort_agency(
    file: AgencyFile,
    share: AgencyShare,
    known: Known,
    grades: frozenset[Grade],
    source: EvidenceSource | None,
    found: _Sorted,
) -> None:
    agency = file.agency
    states = [state for one in file.endpoints if (state := known.states.get(one.id)) is not None]
    exported = any(_from_console(piece) for state in states for piece in pieces_of(state))
    unknown = frozenset(share.unknown)
    groups: dict[tuple[Lever, EvidenceSource | None, Via | None] | Open, list[EndpointState]] = {}
    windows = sum(1 for one in file.endpoints if one.os != "linux" and one.status == "in_use")
    for endpoint in file.endpoints:
        if endpoint.id not in unknown:
            continue
        state = known.states.get(endpoint.id) or EndpointState(endpoint.id, None, Sight.NO_WAY_IN)
        lever = _lever(endpoint, agency, state, grades, exported=exported)
        if isinstance(lever, Open):
            groups.setdefault(lever, []).append(state)
        else:
            via = _via(agency, endpoint, state, windows) if lever is Lever.COURIER else None
            groups.setdefault((lever, source if lever is Lever.CONSOLE else None, via), []).append(state)
    for key, members in groups.items():
        if isinstance(key, Open):
            found.open.setdefault(key, []).append((agency, len(members)))
        else:
            found.lines.setdefault(key, []).append(_line(agency, share, members))
    waiting = known.newcomers.get(agency.id, ())
    confirmable = min(len(waiting), share.beyond)
    if confirmable:
        line = Line(agency, tuple(waiting), confirmable, share)
        found.lines.setdefault((Lever.CONFIRM, None, None), []).append(line)
    if share.beyond > confirmable:
        found.open.setdefault(Open.BEYOND, []).append((agency, share.beyond - confirmable))


def _line(agency: Agency, share: AgencyShare, members: Sequence[EndpointState]) -> Line:
    failed = (Sight.SEEN, Sight.NO_WAY_IN, Sight.NOT_ASKED)
    return Line(
        agency,
        tuple(state.endpoint for state in members),
        len(members),
        share,
        tried=sum(1 for state in members if state.last_attempt not in failed),
        stale=sum(1 for state in members if state.stale),
    )


def _lever(endpoint: Endpoint, agency: Agency, state: EndpointState, grades: frozenset[Grade], *, exported: bool) -> Lever | Open:
    """The first way that fits a machine nothing is known of and that has not shown all it can."""
    if state.doubt is not None:
        return Open.HELD
    used = {piece.outcome.way for piece in pieces_of(state)}
    if Way.LOCAL in used:
        used.add(Way.SSH)
    reachable = has_way_in(endpoint) and Way.SSH not in used and Grade.A in grades
    fails = state.last_attempt not in (Sight.SEEN, Sight.NO_WAY_IN, Sight.NOT_ASKED)
    server = endpoint.kind is EndpointKind.SERVER
    # A server without an operating system on record may be either; a PC without one is a Windows PC in practice.
    windows = endpoint.os == "windows" or (endpoint.os is None and not server)
    if reachable and server:
        return Lever.SSH
    if windows and not exported and Grade.B in grades:
        return Lever.CONSOLE
    if reachable and agency.tier is Tier.PROVINCE and not fails:
        return Lever.SSH
    if endpoint.os != "other" and Way.COURIER not in used and Grade.C in grades:
        return Lever.COURIER
    if reachable:
        return Lever.SSH
    return Open.UNDECIDED if used else Open.NO_WAY


def _via(agency: Agency, endpoint: Endpoint, state: EndpointState, windows: int) -> Via:
    """What suits most: a console that knows the machine already, a domain of a large department, an administrator at a server."""
    if any(_from_console(piece) for piece in pieces_of(state)):
        return Via.AV_CONSOLE
    if endpoint.kind is EndpointKind.SERVER or endpoint.os == "linux":
        return Via.MANUAL
    return Via.GPO if agency.tier is Tier.PROVINCE and windows >= GPO_FROM else Via.DOCUMENT


def _from_console(piece: StoredOutcome) -> bool:
    """An antivirus console's word; the SOC's list and the directory are none."""
    return piece.outcome.way is Way.CONSOLE and piece.outcome.server_version in CONSOLES


def _consoles_of(state: EndpointState) -> frozenset[EvidenceSource]:
    """Consoles that a machine's evidence names: their own exports, else products whose agent says that it is managed."""
    named = {
        source
        for piece in pieces_of(state)
        for source in CONSOLES
        if piece.outcome.way is Way.CONSOLE and piece.outcome.server_version == source
    }
    return frozenset(named or _managing(state))


def _managing(state: EndpointState) -> Iterator[EvidenceSource]:
    text = next((value for one in state.findings for name, value in one.evidence if name == _PRODUCTS), "")
    try:
        products = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:  # cut: says nothing
        return
    for product in products if isinstance(products, list) else []:
        if isinstance(product, dict) and product.get("managed") is True:
            yield from (source for start, source in _CONSOLE_OF if str(product.get("id", "")).startswith(start))


def _first(counted: Counter[EvidenceSource]) -> EvidenceSource | None:
    """The one most machines name; of equal ones the first by name."""
    return min(counted, key=lambda source: (-counted[source], source.value), default=None)


def _isolated(agencies: Iterable[AgencyFile]) -> Iterator[tuple[Agency, int]]:
    for file in agencies:
        count = sum(1 for one in file.endpoints if one.kind is EndpointKind.ISOLATED and one.status == "in_use")
        if count:
            yield file.agency, count


def recheck_advice(known: Known) -> RecheckAdvice:
    """How many of the machines that rest on consoles and collectors to see again over SSH."""
    indirect = [
        endpoint
        for file in known.agencies
        for endpoint in file.endpoints
        if (state := known.states.get(endpoint.id)) is not None
        and state.evidence is not None
        and state.evidence.outcome.grade in _INDIRECT
        and endpoint.status == "in_use"
        and endpoint.kind is not EndpointKind.ISOLATED
    ]
    population = sum(1 for endpoint in indirect if has_way_in(endpoint))
    size = min(RECHECKED, population)
    most = possible_total(population, size, 0)[1] if population else 0
    return RecheckAdvice(population, len(indirect) - population, size, most)
