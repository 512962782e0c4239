"""Who belongs to a population and who meets the target: machines, systems, agencies."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from secaudit.expr import Bindings, Compiler, Expression
from secaudit.measure.parts import Beyond, Member, Population, gather
from secaudit.measure.variables import (
    agency_values,
    endpoint_values,
    grade_of,
    system_values,
    variables_of,
    verdict_findings,
    verdict_values,
    verdict_variables,
)
from secaudit.messages import Message, msg
from secaudit.model.assessment import SystemAssessment
from secaudit.model.fact import FactValue, Known
from secaudit.model.finding import Verdict
from secaudit.model.inventory import AgencyFile, Endpoint, EndpointKind, Inventory
from secaudit.model.level import Classification
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade
from secaudit.model.plan import Plan, Target
from secaudit.model.system import System

_DECISION = "dossier.has_decision"


@dataclass(frozen=True)
class Scope:
    """Everything a measurement is taken of."""

    inventory: Inventory
    agencies: tuple[AgencyFile, ...]
    """Agencies that exist on the day; the others are history."""
    classifications: Mapping[str, Classification]
    states: Mapping[str, EndpointState]
    undeclared: Mapping[str, int]
    as_of: date
    assessments: Mapping[str, SystemAssessment] = field(default_factory=dict)

    @property
    def province(self) -> str:
        """Stands for an agency where the province itself owns a shared system."""
        return self.inventory.province.province.id

    def submitted(self, file: AgencyFile) -> bool:
        """Whether the agency's inventory was accepted by the day."""
        return file.agency.has_sent(self.as_of)

    def submissions(self) -> dict[str, bool]:
        """Agency id -> whether its inventory was accepted."""
        return {file.agency.id: self.submitted(file) for file in self.agencies}


class Formula:
    """The compiled expressions of one target. Raises ExpressionError when one does not compile."""

    def __init__(self, target: Target) -> None:
        """Compile against the variables of the target's population."""
        self._compiler = Compiler(variables_of(target.population, target).values())
        self._counts = self._compiler.compile(target.counts)
        texts = [] if target.meets is None else [target.meets, *(sub.meets for sub in target.under)]
        self._meets: tuple[Expression, ...] = tuple(self._compiler.compile(text) for text in texts)
        self.readings = len(texts)
        self._defects: Counter[str] = Counter()

    def bind(self, values: Mapping[str, FactValue]) -> Bindings:
        """Make one member's values ready."""
        return self._compiler.bind(values)

    def counts(self, bindings: Bindings) -> bool | None:
        """Whether it belongs to the population."""
        return self._ask(self._counts, bindings)

    def truths(self, bindings: Bindings, belongs: bool | None) -> tuple[bool | None, ...]:
        """Whether it meets each reading; all unknown while it is unknown whether it belongs at all."""
        if belongs is None:
            return (None,) * self.readings
        return tuple(self._ask(expression, bindings) for expression in self._meets)

    def _ask(self, expression: Expression, bindings: Bindings) -> bool | None:
        answer = expression.evaluate(bindings)
        if answer.error is not None:
            self._defects[expression.text] += 1
        return answer.truth

    def notes(self) -> tuple[Message, ...]:
        """Defects met on the way."""
        return tuple(
            msg("the expression {text} could not be computed for {count} member(s): a defect of the plan", text=text, count=count)
            for text, count in sorted(self._defects.items())
        )


def endpoints(target: Target, plan: Plan, scope: Scope) -> Population:
    """Machines: what checks say, by evidence of the grades the plan accepts."""
    formula = Formula(target)
    names = tuple(verdict_variables(target))
    grades = frozenset(plan.evidence.grades)
    left_out: Counter[str] = Counter()
    members: list[Member] = []
    for file in scope.agencies:
        for endpoint in file.endpoints:
            state = scope.states.get(endpoint.id)
            on_it = (scope.classifications[system] for system in endpoint.systems if system in scope.classifications)
            declared = endpoint_values(endpoint, file, on_it)
            bindings = formula.bind({**declared, **verdict_values(state, names, grades)})
            belongs = formula.counts(bindings)
            if belongs is False:
                left_out[_why_out(endpoint)] += 1
                continue
            truths = formula.truths(bindings, belongs)
            only = False
            if truths[0] is None and belongs and needed_grades(state, names) - grades:
                only = formula.truths(formula.bind({**declared, **verdict_values(state, names, None)}), belongs)[0] is True
            by = proving_grades(formula, declared, state, names, truths) if True in truths else ()
            members.append(Member(endpoint.id, file.agency.id, truths, only, _lab(endpoint, state), by))
    parts = gather(members, scope.submissions(), formula.readings, dict(_beyond(scope)))
    return Population(parts, (*_left_out_machines(left_out), *formula.notes()))


def needed_grades(state: EndpointState | None, names: Iterable[str]) -> frozenset[Grade]:
    """Grades of evidence that the verdicts called ``names`` rest on."""
    if state is None or state.evidence is None:
        return frozenset()
    own, found = state.evidence.outcome.grade, verdict_findings(state)
    decided = (found[name] for name in names if name in found and found[name].verdict is not Verdict.UNKNOWN)
    return frozenset(grade_of(finding, own) for finding in decided)


def proving_grades(
    formula: Formula,
    declared: Mapping[str, FactValue],
    state: EndpointState | None,
    names: tuple[str, ...],
    truths: tuple[bool | None, ...],
) -> tuple[Grade | None, ...]:
    """For each reading that is met: the worst grade of evidence needed to show it; None for the others.

    With better evidence alone the same expression is met or unknown, never the opposite: the first grade that will do is it.
    """
    grades = sorted(needed_grades(state, names))
    if len(grades) < 2:
        only = grades[0] if grades else None
        return tuple(only if truth else None for truth in truths)
    found: list[Grade | None] = [None] * len(truths)
    for place, grade in enumerate(grades, start=1):
        values = verdict_values(state, names, frozenset(grades[:place]))
        for reading, truth in enumerate(formula.truths(formula.bind({**declared, **values}), True)):
            if truth and truths[reading] and found[reading] is None:
                found[reading] = grade
    return tuple(found)


def _lab(endpoint: Endpoint, state: EndpointState | None) -> bool:
    return state is not None and state.evidence is not None and (endpoint.lab or state.evidence.outcome.lab)


def _beyond(scope: Scope) -> Iterator[tuple[str, Beyond]]:
    """The asset register counts the agency's own machines in use, isolated ones included; so does what it says it uses."""
    known = {file.agency.id for file in scope.agencies}
    for file in scope.agencies:
        own = sum(1 for endpoint in file.endpoints if endpoint.status == "in_use" and endpoint.ownership == "agency")
        register, in_use = file.agency.asset_register, file.agency.machines_in_use
        larger = max(register.computers if register is not None else 0, in_use or 0, own) - own
        found = Beyond(larger, max(scope.undeclared.get(file.agency.id, 0), 0))
        if found != Beyond():
            yield file.agency.id, found
    nobody = sum(count for agency, count in scope.undeclared.items() if agency not in known and count > 0)
    if nobody:
        yield scope.province, Beyond(undeclared=nobody)


def _why_out(endpoint: Endpoint) -> str:
    if endpoint.status == "retired":
        return "retired"
    return "isolated" if endpoint.kind is EndpointKind.ISOLATED else "other"


def _left_out_machines(counts: Counter[str]) -> Iterator[Message]:
    if counts["isolated"]:
        yield msg("{count} isolated machine(s): not applicable", count=counts["isolated"])
    if counts["retired"]:
        yield msg("{count} retired machine(s) do not count", count=counts["retired"])
    if counts["other"]:
        yield msg("{count} machine(s) are of a kind that does not count", count=counts["other"])


def systems(target: Target, scope: Scope) -> Population:
    """Systems as declared; approved without a decision on record is unknown. A shared system counts once, for its owner."""
    formula = Formula(target)
    left_out: Counter[str] = Counter()
    members: list[Member] = []
    for system, agency, shared in _systems(scope):
        classification, assessment = scope.classifications.get(system.id), scope.assessments.get(system.id)
        values = system_values(system, shared, classification, assessment, scope.as_of)
        bindings = formula.bind(values)
        belongs = formula.counts(bindings)
        if belongs is False:
            left_out[system.status] += 1
            continue
        truths = formula.truths(bindings, belongs)
        only = False
        if truths[0] is None and belongs and _DECISION not in values:
            with_decision = formula.bind({**values, _DECISION: Known(True, "assumed")})
            only = formula.truths(with_decision, belongs)[0] is True
        members.append(Member(system.id, agency, truths, only))
    parts = gather(members, scope.submissions(), formula.readings, {})
    return Population(parts, (*_left_out_systems(left_out), *formula.notes()))


def _systems(scope: Scope) -> Iterator[tuple[System, str, bool]]:
    """Every system of the province and its present agencies, with the agency it counts for."""
    known = {file.agency.id for file in scope.agencies}
    for system in scope.inventory.province.shared_systems:
        yield system, system.owner if system.owner in known else scope.province, True
    for file in scope.agencies:
        for system in file.systems:
            yield system, file.agency.id, False


def _left_out_systems(counts: Counter[str]) -> Iterator[Message]:
    if counts["investing"]:
        yield msg("{count} system(s) under investment do not count", count=counts["investing"])
    if counts["stopped"]:
        yield msg("{count} stopped system(s) do not count", count=counts["stopped"])
    if counts["operating"]:
        yield msg("{count} operating system(s) are outside this population", count=counts["operating"])


def agencies(target: Target, scope: Scope) -> Population:
    """Agencies as declared."""
    formula = Formula(target)
    members: list[Member] = []
    submitted: dict[str, bool] = {}
    for file in scope.agencies:
        bindings = formula.bind(agency_values(file, scope.submitted(file)))
        belongs = formula.counts(bindings)
        if belongs is not False:
            submitted[file.agency.id] = scope.submitted(file)
            members.append(Member(file.agency.id, file.agency.id, formula.truths(bindings, belongs)))
    return Population(gather(members, submitted, formula.readings, {}), formula.notes())
