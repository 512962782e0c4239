"""Findings of all machines, a batch at a time: what the streaming shapes are made of."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from secaudit import __version__
from secaudit.measure import Waivers
from secaudit.model.base import day_in_vietnam
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import AgencyFile, Endpoint
from secaudit.model.measurement import EndpointState
from secaudit.model.system import System
from secaudit.pipeline.evidence_summary import pieces_of
from secaudit.pipeline.judging import BATCH, batched
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import in_scope
from secaudit.pipeline.publish.machines import check_rows
from secaudit.pipeline.publish.targets import obstacle_words
from secaudit.report.findings import About, FindingRow, MachineFindings, TargetLine
from secaudit.report.voice import Voice
from secaudit.store import Store

_Places = Mapping[int, tuple[datetime, str]]
"""Number of an outcome -> its moment and the SHA-256 of its capture."""


def about(measured: Measured, made_by: str) -> About:
    """What all lines share."""
    inventory, catalog = measured.province.inventory, measured.province.catalog
    return About(
        as_of=measured.as_of,
        province=inventory.province.province.name,
        plan=measured.plan.name,
        version=__version__,
        inventory_digest=inventory.digest,
        catalog_digest=catalog.digest,
        chain_head=measured.chain_head,
        made_by=made_by,
        checks=check_rows(measured),
    )


def machine_findings(
    measured: Measured, store: Store | None, agencies: Collection[str] = (), *, verdicts: Collection[Verdict] = tuple(Verdict)
) -> Iterator[MachineFindings]:
    """Machines in use of agencies in scope, by agency and id; of ``agencies`` alone where some are named.

    Only findings of ``verdicts`` become rows: most of two million are passes, which many shapes only count.
    """
    wanted = frozenset(verdicts)
    waivers = Waivers(measured.province.inventory, day_in_vietnam(measured.as_of))
    systems = measured.province.inventory.systems
    declared = (
        (agency, endpoint)
        for agency in in_scope(measured)
        if not agencies or agency.agency.id in agencies
        for endpoint in agency.endpoints
        if endpoint.status == "in_use"
    )
    for batch in batched(declared, BATCH):
        places = _places(store, [measured.states[endpoint.id] for _, endpoint in batch])
        for agency, endpoint in batch:
            yield _machine(
                agency,
                endpoint,
                measured.states[endpoint.id],
                _Rows(measured.states[endpoint.id], places, waivers, wanted),
                systems,
            )


def target_lines(measured: Measured, voice: Voice) -> tuple[TargetLine, ...]:
    """The targets in the plan's order."""
    titles = {target.id: target.title for target in measured.plan.targets}
    found = []
    for number, one in enumerate(measured.measurements, start=1):
        lower, upper = one.tally.lower, one.tally.upper
        interval = "–" if lower is None or upper is None else f"{voice.format.percent(lower)} – {voice.format.percent(upper)}"
        asked = voice.format.aim(one.sign, one.share)
        blockers = tuple(obstacle_words(blocker) for blocker in one.blockers)
        tally = one.tally
        found.append(
            TargetLine(
                number, one.target, titles[one.target], one.decision, tally.proven, tally.disproven, tally.unknown,
                interval, asked, blockers,
            )
        )  # fmt: skip
    return tuple(found)


def _places(store: Store | None, states: Iterable[EndpointState]) -> _Places:
    pieces = {piece.number: piece.outcome.finished_at for state in states for piece in pieces_of(state)}
    if store is None or not pieces:
        return {number: (moment, "") for number, moment in pieces.items()}
    notes = store.evidence_notes(pieces)
    digests = {number: note.capture_digest or "" for number, note in notes.items()}
    return {number: (moment, digests.get(number, "")) for number, moment in pieces.items()}


def _machine(
    agency: AgencyFile,
    endpoint: Endpoint,
    state: EndpointState,
    rows: "_Rows",
    systems: Mapping[str, System],
) -> MachineFindings:
    evidence = state.evidence
    open_systems = (name for name in endpoint.systems if name in systems and not systems[name].state_secret)
    return MachineFindings(
        id=endpoint.id,
        agency=agency.agency.id,
        agency_name=agency.agency.name,
        kind=endpoint.kind,
        os=endpoint.os,
        place=endpoint.place,
        address=endpoint.address,
        systems=tuple(open_systems),
        lab=evidence.outcome.lab if evidence is not None else endpoint.lab,
        seen=evidence is not None,
        sight=state.last_attempt,
        stale=state.stale,
        held=state.doubt is not None,
        attempted_at=state.last_attempt_at,
        way=evidence.outcome.way if evidence is not None else None,
        grade=evidence.outcome.grade if evidence is not None else None,
        observed_at=evidence.outcome.finished_at if evidence is not None else None,
        protection=state.protection,
        findings=rows.all(),
        counts=tuple(Counter(finding.verdict for finding in state.findings).items()),
    )


class _Rows:
    """Rows of one machine's findings, each with the evidence it rests on."""

    def __init__(self, state: EndpointState, places: _Places, waivers: Waivers, wanted: frozenset[Verdict]) -> None:
        self._machine = state.endpoint
        self._findings = state.findings
        self._wanted = wanted
        self._waivers = waivers
        self._origins = state.origins
        numbers = [piece.number for piece in pieces_of(state)]
        self._all = [places[number] for number in numbers]
        self._by_number = {number: places[number] for number in numbers}
        self._usual = _evidence(self._all[:1])

    def all(self) -> tuple[FindingRow, ...]:
        """Those that are wanted, in the order of the checks' ids."""
        return tuple(self._row(finding) for finding in self._findings if finding.verdict in self._wanted)

    def _row(self, finding: Finding) -> FindingRow:
        moment, captures = self._rests_on(finding)
        waiver = self._waivers.on_check(finding.check, self._machine) if finding.verdict is Verdict.FAIL else None
        return FindingRow(
            finding.check,
            finding.verdict,
            finding.grade,
            moment,
            captures,
            tuple((item.name, item.reason) for item in finding.missing),
            finding.evidence,
            finding.defect,
            waiver.valid_until if waiver is not None else None,
        )

    def _rests_on(self, finding: Finding) -> tuple[datetime | None, tuple[str, ...]]:
        """The oldest moment and the captures of what the check looked at; of one piece that is always the same."""
        if len(self._all) < 2:
            return self._usual
        numbers = dict.fromkeys(
            number for name, _ in finding.evidence for number in self._origins.get(name, ()) if number in self._by_number
        )
        return _evidence([self._by_number[number] for number in numbers]) if numbers else self._usual


def _evidence(found: list[tuple[datetime, str]]) -> tuple[datetime | None, tuple[str, ...]]:
    moment = min((moment for moment, _ in found), default=None)
    return moment, tuple(digest for _, digest in found if digest)
