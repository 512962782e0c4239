"""Two states of a plan beside each other: figures, machines with the moment that shows it, agencies, systems."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from secaudit.facts import DERIVED
from secaudit.measure.changes import changes
from secaudit.messages import Message, msg
from secaudit.model.finding import Finding, Verdict
from secaudit.model.measurement import Decision, Tally
from secaudit.model.outcome import Sight, StoredOutcome
from secaudit.model.past import Basis, Change, PastState, PastSystem, Turn
from secaudit.pipeline.adopting import aliases
from secaudit.pipeline.province import Province
from secaudit.store import Store

_SHOWS: Mapping[Turn, frozenset[Verdict]] = {
    Turn.WORSE: frozenset({Verdict.FAIL}),
    Turn.BETTER: frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.MANUAL}),
    Turn.UNKNOWN: frozenset({Verdict.UNKNOWN}),
    Turn.KNOWN: frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.MANUAL, Verdict.FAIL}),
}
"""Turn -> verdicts by which one piece of evidence shows it."""
_NO_TALLY = Tally()
_COUNTED = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(DERIVED))) + r")\b")
"""A fact that no piece of evidence holds."""


@dataclass(frozen=True, slots=True)
class TargetChange:
    """One target in both states; of a single agency only its part, without a decision."""

    target: str
    before: Tally | None
    after: Tally | None
    """None where the state has no such target, or nothing of the agency counts there."""
    was: Decision | None = None
    now: Decision | None = None


@dataclass(frozen=True, slots=True)
class SystemChange:
    """One system whose level or dossier is not as it was; None: it was not declared."""

    system: str
    before: PastSystem | None
    after: PastSystem | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is not as it was."""

    before: PastState
    after: PastState
    targets: tuple[TargetChange, ...]
    machines: tuple[Change, ...]
    sent: tuple[str, ...]
    """Agencies that had sent nothing and have by now."""
    systems: tuple[SystemChange, ...]
    caveats: tuple[Message, ...]
    """What must be known to read it, a sentence each."""

    @property
    def worse(self) -> bool:
        """A machine became worse, or a target is proven to a smaller share."""
        pairs = ((one.before, one.after) for one in self.targets)
        fell = any(old is not None and new is not None and (new.lower or 0) < (old.lower or 0) for old, new in pairs)
        return fell or any(one.turn is Turn.WORSE for one in self.machines)


def compare(
    province: Province, store: Store | None, before: PastState, after: PastState, agencies: Collection[str] = ()
) -> Comparison:
    """Both states, of the agencies asked for or of all; moments come from the evidence between them."""
    machines = changes(before, after)
    if agencies:
        machines = tuple(one for one in machines if one.agency in agencies)
    sent = _sent(before, after)
    return Comparison(
        before,
        after,
        tuple(_targets(before, after, agencies)),
        with_moments(province, store, before, after, machines),
        tuple(sorted(one for one in sent if not agencies or one in agencies)),
        tuple(_systems(before, after, agencies)),
        tuple(_caveats(before, after)),
    )


def _sent(before: PastState, after: PastState) -> frozenset[str]:
    """Agencies that were silent and are not; one that is not listed any more has sent nothing."""
    if before.silent is None or after.silent is None:
        return frozenset()
    listed = {agency for one in after.targets for agency in one.agencies}
    return (before.silent - after.silent) & listed


def with_moments(
    province: Province, store: Store | None, before: PastState, after: PastState, found: tuple[Change, ...]
) -> tuple[Change, ...]:
    """The same changes with the moment of the first evidence that shows each; None stays where nothing says it."""
    if store is None or not found:
        return found
    known_as = aliases(province.inventory, store.newcomers())
    wanted = {one.endpoint for one in found}
    attempts: dict[str, list[StoredOutcome]] = {}
    for one in store.states.gathered(before, after):
        endpoint = known_as.get(one.outcome.endpoint, one.outcome.endpoint)
        if endpoint in wanted:
            attempts.setdefault(endpoint, []).append(one)
    seen = {name: [one for one in some if one.outcome.sight is Sight.SEEN] for name, some in attempts.items()}
    # A single sight between the two is what shows it where only evidence can; among several the verdicts of each must tell.
    asked = [one.number for some in seen.values() if len(some) > 1 for one in some]
    findings = store.findings(after.catalog_digest, asked) if asked else {}

    by_time = _turned_by_time(province)
    same_checks = before.catalog_digest == after.catalog_digest

    def since(one: Change) -> datetime | None:
        if all(one.seen) and one.checks and not (same_checks and set(one.checks) - by_time):
            return None
        return _since(one, attempts.get(one.endpoint, []), seen.get(one.endpoint, []), findings)

    return tuple(replace(one, since=since(one)) for one in found)


def _turned_by_time(province: Province) -> frozenset[str]:
    """Checks that rest on what is counted anew each day, as how far a patch is behind: they turn without any evidence."""
    return frozenset(
        name for name, check in province.catalog.checks.items() if _COUNTED.search(f"{check.when} {check.passes}") is not None
    )


def _since(
    change: Change, attempts: list[StoredOutcome], seen: list[StoredOutcome], findings: Mapping[int, tuple[Finding, ...]]
) -> datetime | None:
    before, now = change.seen
    if change.turn is Turn.VANISHED:
        return None  # It left the list: no evidence shows that.
    if not now:
        # It was in order or not, and nobody knows any more: since it was tried in vain, if it was.
        last = seen[-1].outcome.finished_at if seen else None
        tried = [one.outcome.finished_at for one in attempts if one.outcome.sight is not Sight.SEEN]
        return next((at for at in tried if before and (last is None or at > last)), None)
    if not before or len(seen) <= 1:
        return seen[0].outcome.finished_at if seen else None
    for one in seen:
        told = findings.get(one.number)
        if told is None or not change.checks:
            return None
        if any(finding.check in change.checks and finding.verdict in _SHOWS[change.turn] for finding in told):
            return one.outcome.finished_at
    return None


def _targets(before: PastState, after: PastState, agencies: Collection[str]) -> Iterable[TargetChange]:
    was = {one.target: one for one in before.targets}
    now = {one.target: one for one in after.targets}
    for name in dict.fromkeys((*now, *was)):
        old, new = was.get(name), now.get(name)
        if agencies:
            parts = [None if one is None else _part(one.agencies, agencies) for one in (old, new)]
            yield TargetChange(name, parts[0], parts[1])
        else:
            yield TargetChange(
                name,
                None if old is None else old.tally,
                None if new is None else new.tally,
                None if old is None else old.decision,
                None if new is None else new.decision,
            )


def _part(shares: Mapping[str, Tally], agencies: Collection[str]) -> Tally | None:
    parts = [shares[name] for name in agencies if name in shares]
    return sum(parts, _NO_TALLY) if parts else None


def _systems(before: PastState, after: PastState, agencies: Collection[str]) -> Iterable[SystemChange]:
    if not before.systems or not after.systems:
        return
    for name in sorted(before.systems.keys() | after.systems.keys()):
        was, now = before.systems.get(name), after.systems.get(name)
        one = now or was
        if one is None or (agencies and one.agency not in agencies):
            continue
        if was is None or now is None or replace(was, agency=now.agency) != now:
            yield SystemChange(name, was, now)


def _caveats(before: PastState, after: PastState) -> Iterable[Message]:
    if Basis.RECOUNTED in (before.basis, after.basis):
        yield msg(
            "Counted again from the evidence of then: machines, agencies and systems are those of the present list, judged by "
            "the present checks."
        )
    elif "" not in (before.inventory_digest, after.inventory_digest) and before.inventory_digest != after.inventory_digest:
        yield msg("The list of agencies, machines and systems was changed in between: figures differ for that, too.")
    if before.catalog_digest and after.catalog_digest and before.catalog_digest != after.catalog_digest:
        yield msg("The checks were changed in between: a machine is compared by those that both states know.")
    if not (before.tells_machines and after.tells_machines):
        yield msg("Of one of the two states only figures are kept: machines cannot be compared.")
