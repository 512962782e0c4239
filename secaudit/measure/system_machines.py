"""What checks say of the machines of one system, one tally for each check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

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
    nobody = tuple(unseen)
    tallies = {check: _tally(check, found, looked_at, nobody, waivers) for check, found in buckets.items()}
    return Machines(tuple(looked_at), nobody, len(endpoints) - len(looked_at), tallies)


_Buckets = tuple[list[str], list[str], list[str]]
"""Machines that pass, fail, and to which the check does not apply."""


def _sort_in(buckets: dict[str, _Buckets], state: EndpointState, own: Grade, evidence: Evidence) -> None:
    """One machine's findings; this loop sees every finding of the province, so it looks at nothing twice."""
    name, checks = state.endpoint, evidence.checks
    grades = tuple(evidence.grades)  # few, and compared by identity: a set would compute a hash for each finding
    own_counts, get = own in grades, buckets.get
    passes, fails, outside = Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE  # names of an enum are looked up slowly
    for finding in state.findings:
        verdict = finding.verdict
        if verdict is passes:
            place = 0
        elif verdict is outside:
            place = 2
        elif verdict is fails:
            place = 1
        else:
            continue
        grade = finding.grade
        if not (own_counts if grade is None else grade in grades):
            continue
        check = finding.check
        found = get(check)
        if found is None:
            if check not in checks:
                continue
            found = buckets[check] = ([], [], [])
        found[place].append(name)


def _tally(check: str, found: _Buckets, machines: Sequence[str], unseen: tuple[str, ...], waivers: Waivers) -> CheckTally:
    passed, failed, outside = found
    unknown: tuple[str, ...] = ()
    missing = len(machines) - len(passed) - len(failed) - len(outside)
    if missing == len(unseen):
        unknown = unseen  # everybody who was seen answers: the same object for all such checks
    elif missing:
        known = {*passed, *failed, *outside}
        unknown = tuple([name for name in machines if name not in known])
    waived: tuple[str, ...] = ()
    if failed and waivers.of_checks((check,)):
        waived = tuple([name for name in failed if waivers.on_check(check, name) is not None])
        failed = [name for name in failed if name not in waived]
    return CheckTally(check, tuple(passed), tuple(failed), waived, unknown, tuple(outside))
