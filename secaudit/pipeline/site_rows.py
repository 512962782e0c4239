"""What the pages of a report folder show beside the overview: tiles, approvals, checks, what nobody could see."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from secaudit.errors import UsageError
from secaudit.model.base import day_in_vietnam
from secaudit.model.decision import DecisionChain, DueState, TimeLimit
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Sight
from secaudit.model.system import DossierStatus
from secaudit.pipeline.decision_chains import chains
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.machines import held_rows_of
from secaudit.report.document import ReportDocument, SystemRow
from secaudit.report.site import (
    ApprovalRow,
    Approvals,
    BlindGroup,
    CheckTally,
    LevelRow,
    Unknowns,
    UnseenGroup,
)

MOST_LIMITS = 100
"""Running and overdue limits that are named one by one; more are counted."""
MOST_WORST = 5
"""Agencies named beside a check."""
MOST_FACTS = 12
"""Facts named beside a reason."""
_APPROVED = DossierStatus.APPROVED


def approvals(measured: Measured, systems: Iterable[SystemRow]) -> Approvals:
    """Levels of the systems in use with the limits that run and that have passed."""
    note, found = None, {}
    try:
        found = dict(chains(measured.province, measured.levels, day_in_vietnam(measured.as_of)).chains)
    except UsageError as error:
        note = error.message
    groups: dict[tuple[int | None, int | None], list[SystemRow]] = {}
    for row in systems:
        if not row.stopped:
            groups.setdefault((row.lowest, row.highest), []).append(row)
    levels = tuple(
        LevelRow(
            lowest,
            highest,
            len(rows),
            sum(row.dossier is _APPROVED for row in rows),
            sum(_has(found.get(row.id), DueState.RUNNING) for row in rows),
            sum(_has(found.get(row.id), DueState.OVERDUE) for row in rows),
        )
        for (lowest, highest), rows in groups.items()
    )
    secret = {row.id for row in systems if row.state_secret}
    limits = [
        (chain.system, limit)
        for chain in found.values()
        if chain.system not in secret
        for limit in (*chain.limits, *chain.owed)
        if limit.due is not None
    ]
    return Approvals(levels, _limits(limits, DueState.OVERDUE), _limits(limits, DueState.RUNNING), note)


def _has(chain: DecisionChain | None, state: DueState) -> bool:
    return chain is not None and any(limit.state is state for limit in (*chain.limits, *chain.owed))


def _limits(limits: Iterable[tuple[str, TimeLimit]], state: DueState) -> tuple[ApprovalRow, ...]:
    chosen = sorted(
        ((system, limit) for system, limit in limits if limit.state is state),
        key=lambda item: (item[1].due or date.max, item[0], item[1].id),
    )
    return tuple(
        ApprovalRow(system, limit.title, limit.clause, state, limit.due, limit.latest) for system, limit in chosen[:MOST_LIMITS]
    )


def check_tallies(measured: Measured, overview: ReportDocument, listed: Mapping[str, str]) -> tuple[CheckTally, ...]:
    """In the order of the overview's checks; ``listed``: machine -> agency. Unseen machines are no part of it."""
    counts: dict[str, Counter[Verdict]] = {check.id: Counter() for check in overview.checks}
    failing: dict[str, Counter[str]] = {check.id: Counter() for check in overview.checks}
    for name, agency in listed.items():
        state = measured.states[name]
        if state.evidence is None:
            continue
        for finding in state.findings:
            counts[finding.check][finding.verdict] += 1
            if finding.verdict is Verdict.FAIL:
                failing[finding.check][agency] += 1
    return tuple(_check_tally(check.id, counts[check.id], failing[check.id]) for check in overview.checks)


def _check_tally(check: str, counts: Counter[Verdict], failing: Counter[str]) -> CheckTally:
    worst = sorted(failing.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORST]
    return CheckTally(
        check, counts[Verdict.PASS], counts[Verdict.FAIL], counts[Verdict.UNKNOWN], counts[Verdict.NOT_APPLICABLE],
        counts[Verdict.MANUAL], tuple(worst),
    )  # fmt: skip


def unknowns(measured: Measured, overview: ReportDocument, listed: Mapping[str, str]) -> Unknowns:
    """What nobody could see, by reason; ``listed``: machine -> agency."""
    return Unknowns(
        unseen=_unseen(measured, listed),
        blind=_blind(measured.states[name] for name in listed),
        held=held_rows_of(measured, listed),
        silent=tuple(row.id for row in overview.agencies if not row.submitted),
        undetermined=tuple(row.id for row in overview.systems if row.lowest is None and not row.stopped),
    )


def _unseen(measured: Measured, listed: Mapping[str, str]) -> tuple[UnseenGroup, ...]:
    kinds = measured.province.inventory.endpoints
    groups: dict[tuple[bool, str], Counter[str]] = {}
    for name, agency in listed.items():
        state = measured.states[name]
        if state.evidence is None and state.doubt is None and kinds[name].kind is not EndpointKind.ISOLATED:
            groups.setdefault((state.stale, "" if state.stale else state.last_attempt.value), Counter())[agency] += 1
    made = [
        UnseenGroup(
            Sight.SEEN if stale else Sight(sight),
            stale,
            counts.total(),
            tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        )
        for (stale, sight), counts in groups.items()
    ]
    return tuple(sorted(made, key=lambda group: (-group.machines, group.sight.value)))


def _blind(states: Iterable[EndpointState]) -> tuple[BlindGroup, ...]:
    machines: Counter[MissingReason] = Counter()
    answers: Counter[MissingReason] = Counter()
    facts: dict[MissingReason, Counter[str]] = {}
    for state in states:
        if state.evidence is None:
            continue
        mine: dict[MissingReason, set[str]] = {}
        for finding in state.findings:
            if finding.verdict is Verdict.UNKNOWN:
                reasons = {item.reason for item in finding.missing}
                answers.update(reasons)
                for item in finding.missing:
                    mine.setdefault(item.reason, set()).add(item.name)
        for reason, names in mine.items():
            machines[reason] += 1
            facts.setdefault(reason, Counter()).update(names)
    order = sorted(machines, key=lambda reason: (-answers[reason], reason.value))
    return tuple(
        BlindGroup(
            reason,
            machines[reason],
            answers[reason],
            tuple(sorted(facts[reason].items(), key=lambda item: (-item[1], item[0]))[:MOST_FACTS]),
        )
        for reason in order
    )
