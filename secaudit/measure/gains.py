"""What an agency has proven since an earlier state, and not merely taken over: from agencies that ended, or with machines.

Where it cannot be told, nothing is gained: a machine counts only where the earlier state tells machines, a system only where it
tells systems.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from secaudit.expr import variable_name
from secaudit.measure.populations import Formula
from secaudit.measure.variables import endpoint_values, verdict_findings, verdict_variables
from secaudit.model.base import day_in_vietnam
from secaudit.model.fact import FactValue, Known, Missing, MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import AgencyFile, Endpoint, Inventory
from secaudit.model.level import Classification
from secaudit.model.measurement import AgencyShare, EndpointState, Tally
from secaudit.model.past import PastMachine, PastState
from secaudit.model.plan import Plan, Target

Gain = Callable[[AgencyShare], int]


@dataclass(frozen=True, slots=True)
class Present:
    """What an earlier state is held against."""

    plan: Plan
    inventory: Inventory
    classifications: Mapping[str, Classification]
    states: Mapping[str, EndpointState]


def gain_of(target: Target, now: Present, earlier: PastState) -> Gain | None:
    """How many members more an agency's part has proven; None where the earlier state says nothing of the target."""
    then = next((one.agencies for one in earlier.targets if one.target == target.id), None)
    if not then:
        return None
    if target.population == "endpoints":
        return _Machines(target, now, earlier).gain if earlier.tells_machines else None
    before = _before(now.inventory, earlier)
    if target.population == "systems":
        return _systems(then, before, earlier) if earlier.systems else None
    return lambda share: share.tally.proven - sum(then[name].proven for name in before(share.agency, then))


def _before(inventory: Inventory, earlier: PastState) -> Callable[[str, Mapping[str, Tally]], Iterable[str]]:
    """Agency -> who was then what it is now: itself, and those that ended since and became it, also in several steps."""
    files = {file.agency.id: file.agency for file in inventory.agencies}
    ended = [one for one in files.values() if one.valid_until is not None and one.exists_on(day_in_vietnam(earlier.moment))]
    became: dict[str, set[str]] = {}
    for one in ended:
        waiting, seen = list(one.successors), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                became.setdefault(name, set()).add(one.id)
                waiting += files[name].successors if name in files else ()
    return lambda agency, then: (name for name in ({agency} | became.get(agency, set())) if name in then)


def _systems(then: Mapping[str, Tally], before: Callable[[str, Mapping[str, Tally]], Iterable[str]], earlier: PastState) -> Gain:
    """A system that was another's then is no gain of whoever has it now."""

    def gain(share: AgencyShare) -> int:
        mine = set(before(share.agency, then))
        own = [name for name in share.proven if name not in earlier.systems or earlier.systems[name].agency in mine]
        return len(own) - sum(then[name].proven for name in mine)

    return gain


class _Machines:
    """Machine by machine: the expression of the target asked once more of what was known then."""

    def __init__(self, target: Target, now: Present, earlier: PastState) -> None:
        alone = target.model_copy(update={"under": ()})
        then = {variable_name(f"verdict.{check}"): check for check in earlier.checks}
        names = verdict_variables(alone)
        self._judged = then.keys() >= names.keys()
        self._checks = {name: then[name] for name in names if name in then}
        self._formula, self._grades = Formula(alone), frozenset(now.plan.evidence.grades)
        self._files = {endpoint.id: (endpoint, file) for file in now.inventory.agencies for endpoint in file.endpoints}
        self._classifications, self._states, self._earlier = now.classifications, now.states, earlier

    def gain(self, share: AgencyShare) -> int:
        """Proven now and not then, less those of the agency that were proven then and are not now; none where a check is new."""
        if not self._judged:
            return 0
        machines = self._earlier.machines
        won = sum(1 for name in share.proven if name not in machines or not self._proven(name, machines[name]))
        lost = sum(
            1
            for name in (*share.disproven, *share.unknown)
            if name in machines and machines[name].agency == share.agency and self._proven(name, machines[name])
        )
        return won - lost

    def _proven(self, name: str, was: PastMachine) -> bool:
        if not was.seen or was.grade not in self._grades or name not in self._files:
            return False
        endpoint, file = self._files[name]
        values = {**self._declared(endpoint, file), **self._verdicts(name, was)}
        return self._formula.truths(self._formula.bind(values), True)[0] is True

    def _declared(self, endpoint: Endpoint, file: AgencyFile) -> dict[str, FactValue]:
        """As it is declared now: what was declared then is not kept."""
        on_it = (self._classifications[one] for one in endpoint.systems if one in self._classifications)
        return endpoint_values(endpoint, file, on_it)

    def _verdicts(self, name: str, was: PastMachine) -> dict[str, FactValue]:
        """What did not fail and was not open passed, or did not apply where it does not now."""
        state = self._states.get(name)
        now = verdict_findings(state) if state is not None else {}
        found: dict[str, FactValue] = {}
        for variable, check in self._checks.items():
            finding = now.get(variable)
            if check in was.unknown or (finding is not None and finding.verdict is Verdict.MANUAL):
                found[variable] = Missing(MissingReason.ABSENT)
            elif check in was.fails:
                found[variable] = Known(Verdict.FAIL.value, "past")
            else:
                same = finding is not None and finding.verdict is Verdict.NOT_APPLICABLE
                found[variable] = Known((Verdict.NOT_APPLICABLE if same else Verdict.PASS).value, "past")
        return found
