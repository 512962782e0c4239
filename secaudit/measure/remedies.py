"""What would make a member meet its target: found by asking the target's own expression with other answers, not by guessing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from secaudit.expr import variable_name
from secaudit.measure.populations import Formula
from secaudit.measure.variables import system_values, verdict_variables
from secaudit.model.assessment import SystemAssessment
from secaudit.model.fact import FactValue, Known
from secaudit.model.finding import Verdict
from secaudit.model.level import Classification
from secaudit.model.measurement import EndpointState
from secaudit.model.plan import Target
from secaudit.model.system import System


class Remedy(StrEnum):
    """What has to become true of a system; the least effort first."""

    DECISION = "decision"
    """The approval's decision is put on record."""
    DEPLOY = "deploy"
    """The security plan is deployed in full."""
    DECISION_DEPLOY = "decision_deploy"
    APPROVE = "approve"
    """The level is approved, with a decision."""
    APPROVE_DEPLOY = "approve_deploy"
    OTHER = "other"
    """Something else that the target asks."""


_DECIDED: Mapping[str, bool | str] = {"dossier.has_decision": True}
_DEPLOYED: Mapping[str, bool | str] = {"plan.status": "full"}
_APPROVED: Mapping[str, bool | str] = {"dossier.status": "approved", **_DECIDED}
_ASSUMED: Mapping[Remedy, Mapping[str, FactValue]] = MappingProxyType(
    {
        remedy: {name: Known(value, "assumed") for name, value in values.items()}
        for remedy, values in (
            (Remedy.DECISION, _DECIDED),
            (Remedy.DEPLOY, _DEPLOYED),
            (Remedy.DECISION_DEPLOY, {**_DECIDED, **_DEPLOYED}),
            (Remedy.APPROVE, _APPROVED),
            (Remedy.APPROVE_DEPLOY, {**_APPROVED, **_DEPLOYED}),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Stands:
    """A system and what is known of it beside its own declaration."""

    system: System
    shared: bool
    classification: Classification | None = None
    assessment: SystemAssessment | None = None


def system_remedies(target: Target, systems: Iterable[Stands], day: date) -> dict[str, Remedy]:
    """System id -> the least that would make it meet ``target``; systems that meet it already are left out."""
    formula = Formula(target)
    found: dict[str, Remedy] = {}
    for one in systems:
        values = system_values(one.system, one.shared, one.classification, one.assessment, day)
        if not _meets(formula, values):
            found[one.system.id] = next(
                (remedy for remedy, assumed in _ASSUMED.items() if _meets(formula, {**values, **assumed})), Remedy.OTHER
            )
    return found


def _meets(formula: Formula, values: Mapping[str, FactValue]) -> bool:
    bindings = formula.bind(values)
    return formula.counts(bindings) is True and formula.truths(bindings, True)[0] is True


def checks_behind(target: Target, checks: Iterable[str]) -> frozenset[str]:
    """Those of the checks whose verdicts the target's own reading asks for."""
    names = verdict_variables(target.model_copy(update={"under": (), "counts": "true"}))
    return frozenset(check for check in checks if variable_name(f"verdict.{check}") in names)


def failed_checks(state: EndpointState | None, checks: frozenset[str]) -> tuple[str, ...]:
    """Those of the checks that fail on a machine."""
    if state is None:
        return ()
    return tuple(one.check for one in state.findings if one.check in checks and one.verdict is Verdict.FAIL)
