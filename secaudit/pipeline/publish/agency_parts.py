"""What stands on an agency's own page beside its machines: its part of every target, its papers, its systems."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from secaudit.errors import UsageError
from secaudit.messages import Message, msg, msgc
from secaudit.model.base import day_in_vietnam
from secaudit.model.decision import DecisionChain, DueState, TimeLimit
from secaudit.model.inventory import AgencyFile, Organisation, People, Province
from secaudit.model.measurement import AgencyShare, Blocker, BlockerKind, Decision, Measurement, SubMeasurement, Tally
from secaudit.model.plan import Population, Target
from secaudit.model.system import DossierStatus
from secaudit.pipeline.decision_chains import chains_of
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import reaches
from secaudit.pipeline.publish.grades import grade_parts
from secaudit.pipeline.publish.systems import system_rows
from secaudit.pipeline.publish.targets import figure_of, with_count
from secaudit.report.agency_page import DutyRow, Errand, OwnSystem, OwnTarget, Paper, PaperRow
from secaudit.report.document import Figure, SubTargetRow, SystemRow
from secaudit.report.texts import Wording
from secaudit.report.words import word

_LACKS: dict[Population, Message] = {
    "systems": msg("{count} more systems would bring this agency to the target's share"),
    "endpoints": msg("{count} more machines would bring this agency to the target's share"),
    "agencies": msg("it is not in order yet"),
    "people": msg("{count} more people would bring this agency to the target's share"),
    "indicators": msg("{count} more would bring this agency to the target's share"),
}
_OPEN: dict[Population, Message] = {
    "systems": msg("{count} systems are neither proven nor disproven"),
    "endpoints": msg("{count} machines are neither proven nor disproven"),
    "agencies": msg("nothing proves it yet"),
    "people": msg("of {count} people no valid paper shows anything"),
    "indicators": msg("of {count} no valid paper shows anything"),
}
_BLOCKED: dict[BlockerKind, Message] = {
    BlockerKind.NOT_SUBMITTED: msg("the agency has not sent its inventory"),
    BlockerKind.COUNT_MISSING: msg("the agency has not given the number of people"),
    BlockerKind.INDICATOR_MISSING: msg("the agency has not declared this figure"),
    BlockerKind.ATTENDANCE_LARGER: msg("more people attended a session than there are"),
    BlockerKind.REGISTER_LARGER: msg("its asset register or its own count holds {count} machines more than it declares"),
    BlockerKind.UNDECLARED: msg("{count} machines are known from its network or from evidence and are not declared"),
}
"""What keeps this agency's own part from a conclusion; unknown members and missing papers are said by their numbers."""


class TargetParts:
    """Every agency's part of every target."""

    def __init__(self, measured: Measured) -> None:
        """Sorted out once for all agencies."""
        self._targets = {target.id: target for target in measured.plan.targets}
        self.shares: dict[str, list[tuple[int, Measurement, AgencyShare]]] = {}
        self._subs: dict[tuple[str, str], list[tuple[SubMeasurement, AgencyShare]]] = {}
        for number, measurement in enumerate(measured.measurements, start=1):
            for share in measurement.agencies:
                self.shares.setdefault(share.agency, []).append((number, measurement, share))
            for sub in measurement.under:
                for share in sub.agencies:
                    self._subs.setdefault((measurement.target, share.agency), []).append((sub, share))

    def of(self, agency: str) -> tuple[OwnTarget, ...]:
        """The agency's part of each target that concerns it."""
        return tuple(self._row(number, measurement, share) for number, measurement, share in self.shares.get(agency, ()))

    def subs(self, target: str, agency: str) -> Sequence[tuple[SubMeasurement, AgencyShare]]:
        """Readings under a target with the agency's part of them."""
        return self._subs.get((target, agency), ())

    def _row(self, number: int, measurement: Measurement, share: AgencyShare) -> OwnTarget:
        target = self._targets[measurement.target]
        blocked = [one for one in share.obstacles if one.kind in _BLOCKED]
        decision = _decision(measurement, share, blocked=bool(blocked))
        texts = {sub.id: sub for sub in target.under}
        return OwnTarget(
            number=number,
            id=target.id,
            short=target.short,
            title=target.title,
            population=target.population,
            sign=">" if target.sign == ">" else ">=",
            share=measurement.share,
            figure=_figure(share),
            decision=decision,
            formula=target.formula,
            said=tuple(_said(target, share, decision, blocked)),
            under=tuple(
                SubTargetRow(
                    id=sub.id,
                    short=texts[sub.id].title,
                    figure=_figure(own),
                    formula=texts[sub.id].formula,
                    aside=texts[sub.id].aside,
                )
                for sub, own in self.subs(target.id, share.agency)
            ),
        )


def _figure(share: AgencyShare) -> Figure:
    counted = sorted({grade for grade in share.grades if grade is not None})
    proven_by = [(grade, share.grades.count(grade)) for grade in counted]
    return replace(figure_of(share.tally, share.declared_only), grades=grade_parts(proven_by, [share]))


def _decision(measurement: Measurement, share: AgencyShare, *, blocked: bool) -> Decision:
    """The agency's own part against the share the target asks: the same rule as for the province."""
    lower, upper = share.tally.lower, share.tally.upper
    if lower is None or upper is None:
        return Decision.UNDECIDED if blocked or not share.submitted else Decision.NOT_APPLICABLE
    if not reaches(upper, measurement):
        return Decision.UNDECIDED if not share.submitted else Decision.MISSED
    return Decision.MET if reaches(lower, measurement) and share.submitted and not blocked else Decision.UNDECIDED


def _said(target: Target, share: AgencyShare, decision: Decision, blocked: Iterable[Blocker]) -> Iterable[Message]:
    for blocker in blocked:
        yield with_count(_BLOCKED[blocker.kind], blocker.count)
    if share.tally.unknown and decision is Decision.UNDECIDED:
        yield with_count(_OPEN[target.population], share.tally.unknown)
    if share.needed and decision is not Decision.MET:
        yield with_count(_LACKS[target.population], share.needed)
    if share.contradicted:
        yield msg("the agency declares fewer people than the attendance lists show")


def designated_unit(measured: Measured) -> tuple[str | None, str | None]:
    """Whom agencies call at the province, and the number."""
    head: Province = measured.province.inventory.province.province
    units: list[Organisation] = [
        owner.designated
        for owner in measured.province.inventory.province.owners
        if owner.name == head.owner and owner.designated is not None
    ]
    name = head.designated_unit or next((unit.name for unit in units), None)
    phone = next((unit.phone for unit in units if unit.phone is not None and name in (None, unit.name)), None)
    if phone is None:
        own = next((one.agency for one in measured.province.inventory.agencies if one.agency.name == name), None)
        phone = own.contact.phone if own is not None and own.contact is not None else None
    return name, phone


_ASKED: tuple[tuple[str, Message], ...] = (
    ("heads_briefed", msg("Document on the briefing of heads")),
    ("staff_briefed", msg("Document on the briefing of staff")),
    ("staff_trained", msg("Document on the training of staff")),
)


def paper_rows(measured: Measured, agency: AgencyFile, parts: TargetParts) -> tuple[PaperRow, ...]:
    """What the agency has to hand in, and whether it is there."""
    day = day_in_vietnam(measured.as_of)
    own = agency.agency
    sent = own.submission.sent_on if own.submission is not None and own.has_sent(day) else None
    rows = [
        PaperRow(msg("Inventory of systems, machines and people"), Paper.GIVEN, msg("accepted on {day}", day=sent))
        if sent is not None
        else PaperRow(msg("Inventory of systems, machines and people"), Paper.MISSING, msg("not received"))
    ]
    people = agency.people or People()
    rows.append(_counts(people))
    for number, measurement, share in parts.shares.get(own.id, ()):
        target = next(one for one in measured.plan.targets if one.id == measurement.target)
        words = dict(_ASKED).get(target.reached or "")
        if words is not None:
            rows.append(_attendance(words, number, share.tally, share))
    register = own.asset_register
    rows.append(
        PaperRow(
            msg("Number of computers in the asset register"),
            Paper.GIVEN,
            msg("{count}, as of {day}", count=register.computers, day=register.as_of),
        )
        if register is not None
        else PaperRow(msg("Number of computers in the asset register"), Paper.MISSING, msg("not given"))
    )
    return tuple(rows)


def _counts(people: People) -> PaperRow:
    what = msg("Number of heads and of staff")
    if people.heads is None or people.staff is None:
        return PaperRow(what, Paper.MISSING, msg("not given"))
    said = msg("{heads} heads, {staff} staff", heads=people.heads, staff=people.staff)
    return PaperRow(what, Paper.GIVEN, said)


def _attendance(words: Message, number: int, tally: Tally, share: AgencyShare) -> PaperRow:
    if not tally.total:
        return PaperRow(words, Paper.MISSING, msg("target {number}: the number of people is not known", number=number))
    said = msg("target {number}: papers show {proven} of {total} people", number=number, proven=tally.proven, total=tally.total)
    return PaperRow(words, Paper.MISSING if tally.unknown or share.declared_only else Paper.GIVEN, said)


class SystemParts:
    """Every agency's systems, with what is owed for them."""

    def __init__(self, measured: Measured, agency: str | None = None) -> None:
        """Of all agencies, or of one alone: a thousand systems of others are then left as they are."""
        owners = measured.province.inventory.owner_of_system
        own = None if agency is None else frozenset(system for system, owner in owners.items() if owner == agency)
        self._rows: dict[str, list[SystemRow]] = {}
        for row in system_rows(measured, own):
            self._rows.setdefault(owners.get(row.id, ""), []).append(row)
        self._chains = _chains(measured, own)

    def of(self, agency: str) -> tuple[OwnSystem, ...]:
        """Its own, the highest level first."""
        return tuple(self._system(row, agency) for row in self._rows.get(agency, ()))

    def _system(self, row: SystemRow, agency: str) -> OwnSystem:
        if row.state_secret:
            return OwnSystem(row)
        own = {one.name for one in self._rows.get(agency, ())}
        row = replace(row, inherited_from=tuple(name for name in row.inherited_from if name in own))
        chain = self._chains.get(row.id)
        if chain is None:
            return OwnSystem(row)
        limits = [limit for limit in (*chain.limits, *chain.owed) if limit.state in _OWED]
        limits.sort(key=lambda limit: (limit.due is None, limit.due or date.max))
        return OwnSystem(
            row,
            tuple(map(_duty, limits)),
            appraiser=chain.appraiser,
            approver=chain.approver,
        )


_OWED = (DueState.OVERDUE, DueState.RUNNING, DueState.UNKNOWN)


def _duty(limit: TimeLimit) -> DutyRow:
    return DutyRow(limit.title, limit.state, limit.due, limit.latest if limit.latest != limit.due else None, limit.clause)


def _chains(measured: Measured, own: frozenset[str] | None) -> Mapping[str, DecisionChain]:
    """System id -> where its decision stands; nothing where no procedure is in force on the day or the catalog has none."""
    wanted = frozenset(measured.levels.classifications) if own is None else own
    try:
        return chains_of(measured.province, measured.levels, day_in_vietnam(measured.as_of), wanted)
    except UsageError:
        return {}


def errand_rows(systems: Sequence[OwnSystem], papers: Sequence[PaperRow]) -> tuple[Errand, ...]:
    """Papers that the officer has to see to: of systems, then of people."""
    rows: list[Errand] = []
    for system in systems:
        row = system.row
        if row.state_secret or row.stopped:
            continue
        rows += [Errand(row.name, duty.what, duty.due) for duty in system.duties if duty.state is not DueState.UNKNOWN]
        if row.dossier is None:
            rows.append(Errand(row.name, msg("say how far the dossier is")))
        elif row.dossier is not DossierStatus.APPROVED:
            rows.append(
                Errand(row.name, msgc("errand", "bring the level dossier to approval (now: {state})", state=word(row.dossier)))
            )
        if row.plan != "full":
            rows.append(Errand(row.name, msgc("errand", "deploy the security plan fully")))
    rows += [Errand(paper.what, _wanted(paper.said)) for paper in papers if paper.state is Paper.MISSING]
    return tuple(rows)


def _wanted(said: Wording) -> Message:
    return msgc("errand", "to be handed in ({state})", state=said)
