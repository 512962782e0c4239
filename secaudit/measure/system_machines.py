"""What checks say of the machines of one system, one tally for each check."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from secaudit.measure.variables import grade_of
from secaudit.measure.waivers import Waivers
from secaudit.model.assessment import CheckTally
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint, EndpointKind, Inventory
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade


class Evidence(NamedTuple):
    """What is known of machines, and which of it counts."""

    states: Mapping[str, EndpointState]
    grades: frozenset[Grade]
    checks: frozenset[str]
    """Checks that some requirement is decided by."""


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines of one system in use."""

    ids: tuple[str, ...]
    unseen: tuple[str, ...]
    """Those without evidence that counts: every check is unknown on them."""
    isolated: int
    """Machines kept isolated for state secrets: nobody looks at them, so they are left out."""
    tallies: Mapping[str, CheckTally] = field(default_factory=dict)
    """By check; one that says nothing of any machine is left out."""

    def tally(self, check: str) -> CheckTally:
        """What the check says of every machine; a check that judged none leaves all unknown."""
        return self.tallies.get(check) or CheckTally(check, unknown=self.ids)


def machines_by_system(inventory: Inventory, agencies: frozenset[str]) -> dict[str, list[Endpoint]]:
    """System id -> its machines in use, of agencies that exist."""
    found: dict[str, list[Endpoint]] = {}
    for file in inventory.agencies:
        if file.agency.id in agencies:
            for endpoint in file.endpoints:
                if endpoint.status == "in_use":
                    for system in endpoint.systems:
                        found.setdefault(system, []).append(endpoint)
    return found


def gather_machines(endpoints: Sequence[Endpoint], evidence: Evidence, waivers: Waivers) -> Machines:
    """The tallies of one system; a verdict that rests on a grade outside those that count says nothing."""
    looked_at = [endpoint.id for endpoint in endpoints if endpoint.kind is not EndpointKind.ISOLATED]
    buckets: dict[str, _Buckets] = {}
    unseen: list[str] = []
    for name in looked_at:
        state = evidence.states.get(name)
        if state is None or state.evidence is None:
            unseen.append(name)
            continue
        _sort_in(buckets, state, state.evidence.outcome.grade, evidence)
    tallies = {check: _tally(check, found, looked_at, waivers) for check, found in buckets.items()}
    return Machines(tuple(looked_at), tuple(unseen), len(endpoints) - len(looked_at), tallies)


class _Buckets(NamedTuple):
    passed: list[str]
    failed: list[str]
    not_applicable: list[str]


def _sort_in(buckets: dict[str, _Buckets], state: EndpointState, own: Grade, evidence: Evidence) -> None:
    checks, grades = evidence.checks, evidence.grades
    for finding in state.findings:
        verdict = finding.verdict
        if verdict is Verdict.UNKNOWN or verdict is Verdict.MANUAL or finding.check not in checks:
            continue
        if grade_of(finding, own) not in grades:
            continue
        found = buckets.get(finding.check)
        if found is None:
            found = buckets[finding.check] = _Buckets([], [], [])
        if verdict is Verdict.FAIL:
            found.failed.append(state.endpoint)
        else:
            (found.passed if verdict is Verdict.PASS else found.not_applicable).append(state.endpoint)


def _tally(check: str, found: _Buckets, machines: Sequence[str], waivers: Waivers) -> CheckTally:
    decided = len(found.passed) + len(found.failed) + len(found.not_applicable)
    unknown: Iterable[str] = ()
    if decided < len(machines):
        known = {*found.passed, *found.failed, *found.not_applicable}
        unknown = (name for name in machines if name not in known)
    waived = [name for name in found.failed if waivers.on_check(check, name) is not None] if found.failed else []
    failed = [name for name in found.failed if name not in waived] if waived else found.failed
    return CheckTally(
        check, tuple(found.passed), tuple(failed), tuple(waived), tuple(unknown), tuple(found.not_applicable)
    )  # fmt: skip
