"""Machines: verdicts, observed values, and the way down to the bytes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Literal

from secaudit.measure import Waivers
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.check import GRAVITY, Severity
from secaudit.model.doubt import Doubt, DoubtKind
from secaudit.model.fact import FactSet, Known
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.identity import BETTER, DECLARED, SEEN_BEFORE
from secaudit.model.inventory import AgencyFile, Endpoint, EndpointKind
from secaudit.model.measurement import EndpointState
from secaudit.pipeline.combining import combine
from secaudit.pipeline.judging import BATCH
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.parameters import title_of
from secaudit.pipeline.publish.agencies import in_scope
from secaudit.pipeline.publish.conflicts import conflict_rows
from secaudit.pipeline.publish.evidence import Proof, read_proofs, section_rows, trail_of
from secaudit.pipeline.publish.limits import asserted_facts, limit_rows
from secaudit.report.document import (
    CheckRow,
    FactRow,
    HeldRow,
    MachineRow,
    MissingRow,
    UnseenRow,
    VerdictRow,
    VisitRow,
    section_budget,
)
from secaudit.report.patch_words import patch_sentence
from secaudit.report.words import word
from secaudit.store import Store

MOST_WITH_SECTIONS = 1000
"""Machines whose captured text stands in the page; with more, the page would not open on an old PC and digests must do."""

_GRAVE = GRAVITY[Severity.HIGH]
_DECLARED_OS = {"windows": "Windows", "linux": "Linux"}


def check_rows(measured: Measured) -> tuple[CheckRow, ...]:
    """The checks of the catalog, the most severe first."""
    checks = sorted(measured.province.catalog.checks.values(), key=lambda check: (GRAVITY[check.severity], check.id))
    return tuple(
        CheckRow(
            check.id,
            title_of(measured.province.catalog, check),
            check.severity,
            check.what,
            check.why,
            check.verify,
            check.fix.windows,
            check.fix.linux,
            check.refs,
            asserted_facts(check),
            limit_rows(check),
        )
        for check in checks
    )


def machine_rows(measured: Measured, store: Store | None) -> tuple[MachineRow, ...]:
    """Machines in use of agencies in scope, by agency and id."""
    seen = sum(1 for _, endpoint in _listed(measured) if measured.states[endpoint.id].evidence is not None)
    return tuple(each_machine(measured, store, budget=section_budget(seen) if seen <= MOST_WITH_SECTIONS else 0))


def each_machine(
    measured: Measured, store: Store | None, *, budget: int = 0, agencies: Collection[str] = ()
) -> Iterator[MachineRow]:
    """The same one after the other, of ``agencies`` alone where some are named; ``budget`` is that of a section's text."""
    waivers = Waivers(measured.province.inventory, day_in_vietnam(measured.as_of))
    walk = (item for item in _listed(measured) if not agencies or item[0].agency.id in agencies)
    while batch := list(islice(walk, BATCH)):
        yield from _batch(measured, store, batch, budget, waivers)


def _listed(measured: Measured) -> Iterator[tuple[AgencyFile, Endpoint]]:
    for agency in in_scope(measured):
        yield from ((agency, endpoint) for endpoint in agency.endpoints if endpoint.status == "in_use")


def _batch(
    measured: Measured, store: Store | None, batch: list[tuple[AgencyFile, Endpoint]], budget: int, waivers: Waivers
) -> Iterable[MachineRow]:
    proofs = read_proofs(store, [measured.states[endpoint.id] for _, endpoint in batch], budget)
    for agency, endpoint in batch:
        state = measured.states[endpoint.id]
        yield _machine(measured, agency, endpoint, state, proofs[endpoint.id], waivers)


def _machine(
    measured: Measured, agency: AgencyFile, endpoint: Endpoint, state: EndpointState, proof: Proof, waivers: Waivers
) -> MachineRow:
    systems = measured.province.inventory.systems
    evidence = state.evidence
    facts = known_facts(measured, state, proof)
    trails = tuple(map(trail_of, proof.pieces)) if evidence is not None else ()
    return MachineRow(
        id=endpoint.id,
        agency=agency.agency.id,
        kind=endpoint.kind,
        os=_os(endpoint, facts),
        place=endpoint.place,
        address=endpoint.address,
        systems=tuple(systems[name].name for name in endpoint.systems if name in systems),
        level=measured.levels.endpoints.get(endpoint.id),
        lab=evidence.outcome.lab if evidence is not None else endpoint.lab,
        seen=evidence is not None,
        doubt=state.doubt.kind if state.doubt is not None else None,
        protection=state.protection,
        patch=_patch_state(facts) if evidence is not None else None,
        trail=trails[0] if trails else None,
        beside=trails[1:],
        conflicts=conflict_rows(facts, [piece.stored for piece in proof.pieces]),
        left_out=tuple(_left_out(doubt) for doubt in state.dropped),
        facts=_fact_rows(state.findings, proof),
        # Of a machine nobody saw every verdict is unknown for the same reason, which stands once, in its row of unseen machines.
        verdicts=_verdicts(endpoint.id, state.findings, proof, severities(measured), waivers) if evidence is not None else (),
        sections=section_rows(proof),
    )


def known_facts(measured: Measured, state: EndpointState, proof: Proof) -> FactSet:
    """What all evidence of a machine says together, as it was judged."""
    by_number = {piece.stored.number: piece.facts for piece in proof.pieces}
    return combine(state, by_number, measured.province.catalog.knowledge, measured.as_of).facts or {}


def _patch_state(facts: FactSet) -> Message | None:
    return patch_sentence({name: fact.value for name, fact in facts.items() if isinstance(fact, Known)})


def _left_out(doubt: Doubt) -> Message:
    """Evidence that would fill in what others leave open and does not count."""
    said = msg("evidence {number} does not count: {why}", number=str(doubt.outcome or "–"), why=word(doubt.kind))
    return msg("{said}; {met}", said=said, met=doubt.now) if doubt.now else said


def _os(endpoint: Endpoint, facts: FactSet) -> str | None:
    name = facts.get("os.name")
    if isinstance(name, Known) and isinstance(name.value, str):
        return name.value
    return declared_os(endpoint)


def declared_os(endpoint: Endpoint) -> str | None:
    """The system as the inventory names its family; nothing where it is some other one."""
    return _DECLARED_OS.get(endpoint.os or "")


def _fact_rows(findings: tuple[Finding, ...], proof: Proof) -> tuple[FactRow, ...]:
    observed: dict[str, str] = {}
    for finding in findings:
        observed.update(finding.evidence)
    rows = []
    for name, value in sorted(observed.items()):
        places = proof.places(name)
        rows.append(FactRow(name, value, proof.section(name, places[0]), places))
    return tuple(rows)


_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.MANUAL, Verdict.PASS, Verdict.NOT_APPLICABLE)


def _verdicts(
    machine: str, findings: tuple[Finding, ...], proof: Proof, severity: Mapping[str, int], waivers: Waivers
) -> tuple[VerdictRow, ...]:
    """What needs attention first."""
    ordered = sorted(findings, key=lambda item: (_ORDER.index(item.verdict), severity[item.check], item.check))
    return tuple(_verdict(machine, finding, proof, waivers) for finding in ordered)


def _verdict(machine: str, finding: Finding, proof: Proof, waivers: Waivers) -> VerdictRow:
    waiver = waivers.on_check(finding.check, machine) if finding.verdict is Verdict.FAIL else None
    return VerdictRow(
        check=finding.check,
        verdict=finding.verdict,
        facts=tuple(name for name, _ in finding.evidence),
        missing=tuple(_missing(item, proof) for item in finding.missing),
        defect=finding.defect,
        grade=finding.grade,
        excused_until=waiver.valid_until if waiver is not None else None,
    )


def _missing(item: MissingFact, proof: Proof) -> MissingRow:
    place, detail = proof.missing(item.name, item.reason)
    return MissingRow(item.name, item.reason, detail, proof.section(item.name, place), place)


def visit_rows(measured: Measured, machines: tuple[MachineRow, ...]) -> tuple[VisitRow, ...]:
    """Machines on which something critical or high is proven not to be in order, the most severe first.

    Almost every machine fails something small; a list of those would say nothing about where to go.
    """
    severity = severities(measured)
    rows = []
    for machine in machines:
        fails = [row.check for row in machine.verdicts if row.verdict is Verdict.FAIL]
        grave = sorted((check for check in fails if severity[check] <= _GRAVE), key=lambda check: (severity[check], check))
        if grave:
            excused = {row.check for row in machine.verdicts if row.excused_until is not None}
            named = tuple(check for check in grave if check in excused)
            rows.append(VisitRow(machine.id, tuple(grave), len(fails) - len(grave), named))
    return tuple(sorted(rows, key=lambda row: (severity[row.fails[0]], -len(row.fails), row.machine)))


def severities(measured: Measured) -> dict[str, int]:
    """Check id -> its weight, the gravest 0."""
    return {check.id: GRAVITY[check.severity] for check in measured.province.catalog.checks.values()}


def unseen_rows(measured: Measured, machines: tuple[MachineRow, ...]) -> tuple[UnseenRow, ...]:
    """Machines without fresh evidence, by reason; isolated ones are not looked for, held ones stand in a list of their own."""
    rows = [
        UnseenRow(
            machine=machine.id,
            sight=measured.states[machine.id].last_attempt,
            stale=measured.states[machine.id].stale,
            attempted_at=measured.states[machine.id].last_attempt_at,
            detail=measured.states[machine.id].last_detail,
        )
        for machine in machines
        if not machine.seen and machine.kind is not EndpointKind.ISOLATED and measured.states[machine.id].doubt is None
    ]
    return tuple(sorted(rows, key=lambda row: (row.sight.value, row.machine)))


def held_rows(measured: Measured, machines: tuple[MachineRow, ...]) -> tuple[HeldRow, ...]:
    """Machines whose evidence does not count because they may not be the declared ones, by reason; the gravest first."""
    return held_rows_of(measured, [machine.id for machine in machines])


def held_rows_of(measured: Measured, machines: Collection[str]) -> tuple[HeldRow, ...]:
    """The same by the ids of the machines the report lists."""
    listed = frozenset(machines)
    order = list(DoubtKind)
    rows = [
        _held(measured.states[name], doubt, listed) for name in machines if (doubt := measured.states[name].doubt) is not None
    ]
    return tuple(sorted(rows, key=lambda row: (order.index(row.kind), row.machine)))


Basis = Literal["declared", "seen before", "better evidence"]
_BASES: tuple[Basis, ...] = (DECLARED, SEEN_BEFORE, BETTER)


def _held(state: EndpointState, doubt: Doubt, listed: frozenset[str]) -> HeldRow:
    basis: Literal[Basis, ""] = next((word for word in _BASES if doubt.was.startswith(f"{word} ")), "")
    return HeldRow(
        machine=state.endpoint,
        kind=doubt.kind,
        since=doubt.since,
        was=doubt.was.removeprefix(f"{basis} ") if basis else doubt.was,
        now=doubt.now,
        basis=basis,
        twins=tuple(name for name in doubt.twins if name in listed),
        sight=state.last_attempt,
        attempted_at=state.last_attempt_at,
    )
