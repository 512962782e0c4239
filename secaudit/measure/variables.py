"""What the expressions of a plan may name, and what an inventory and the states say of it.

Declared once, typed, and bound per member. What nobody answered, what no evidence of a counting grade shows and what a check
could not decide is not bound: an expression that depends on it is unknown.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from secaudit.expr import variable_name
from secaudit.model.assessment import Fulfilment, SystemAssessment
from secaudit.model.fact import ENDPOINT_VARIABLES, FactSpec, FactValue, Known, Missing, MissingReason, ValueType
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import AgencyFile, Endpoint
from secaudit.model.level import Classification, joint_level
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade
from secaudit.model.plan import Population, Target
from secaudit.model.system import System

_B, _I, _S = ValueType.BOOL, ValueType.INT, ValueType.STRING
_VERDICT = re.compile(r"\bverdict(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
_SECTION = "inventory"


def _declare(*specs: FactSpec) -> Mapping[str, FactSpec]:
    return MappingProxyType({spec.name: spec for spec in specs})


ENDPOINT_INPUTS = _declare(
    *ENDPOINT_VARIABLES.values(),
    FactSpec("endpoint.status", _S, "in_use or retired"),
    FactSpec("endpoint.tier", _S, "tier of its agency: province, district or commune"),
)
"""For endpoints; beside them ``verdict.<check>``: pass, fail or not_applicable. Unknown and manual verdicts are not bound."""

SYSTEM_INPUTS = _declare(
    FactSpec("system.status", _S, "operating, investing or stopped"),
    FactSpec("system.kind", _S, "internal, public_service, infrastructure, industrial_control or other"),
    FactSpec("system.shared", _B, "declared once for the province"),
    FactSpec("system.state_secret", _B, "only name and level are kept of it"),
    FactSpec("dossier.status", _S, "none, drafting, submitted, appraised or approved"),
    FactSpec("dossier.level", _I, "level the dossier proposes"),
    FactSpec("dossier.has_decision", _B, "true with number and date of the decision on record; without it unknown, never false"),
    FactSpec("plan.status", _S, "how far the security plan is deployed: none, partial or full"),
    FactSpec("level.determined", _B, "the rules give exactly one level"),
    FactSpec("level.lowest", _I, "level the rules prove"),
    FactSpec("level.highest", _I, "highest level still possible"),
    FactSpec(
        "requirements.fulfilled",
        _B,
        "true: everything the standard asks of it is met; false: something mandatory is not; unknown while neither is proven",
    ),
    FactSpec("requirements.unknown", _I, "requirements of its level that nobody has answered"),
    FactSpec("requirements.open", _I, "rows of the standard's list for its level that are not held here"),
)
"""For systems. How many requirements fail is no variable: none would look like success where nobody looked."""

AGENCY_INPUTS = _declare(
    FactSpec("agency.tier", _S, "province, district or commune"),
    FactSpec("agency.sector", _S, "government, party, front, education, health, enterprise or other"),
    FactSpec("agency.submitted", _B, "an inventory was accepted by the day of measuring"),
    FactSpec("agency.endpoints", _I, "machines it declares as in use"),
    FactSpec("agency.systems", _I, "systems of its own"),
)
"""For agencies, and for ``counts`` of people: whose people belong to the population."""


def verdict_variables(target: Target) -> dict[str, FactSpec]:
    """The ``verdict.*`` variables the expressions of a target name, as written there."""
    texts = [target.counts, target.meets or "", *(sub.meets for sub in target.under)]
    names = {name for text in texts for name in _VERDICT.findall(text)}
    return {name: FactSpec(name, _S, "verdict of a check: pass, fail or not_applicable") for name in sorted(names)}


def variables_of(population: Population, target: Target) -> dict[str, FactSpec]:
    """Everything the expressions of ``target`` may name."""
    if population == "endpoints":
        return {**ENDPOINT_INPUTS, **verdict_variables(target)}
    return dict(SYSTEM_INPUTS if population == "systems" else AGENCY_INPUTS)


def endpoint_values(endpoint: Endpoint, agency: AgencyFile, on_it: Iterable[Classification]) -> dict[str, FactValue]:
    """What is declared of a machine."""
    return _bound(
        {
            "endpoint.kind": endpoint.kind.value,
            "endpoint.os": endpoint.os,
            "endpoint.ownership": endpoint.ownership,
            "endpoint.status": endpoint.status,
            "endpoint.level": joint_level(on_it),
            "endpoint.tier": agency.agency.tier.value,
        }
    )


def verdict_values(state: EndpointState | None, names: Iterable[str], grades: frozenset[Grade] | None) -> dict[str, FactValue]:
    """The verdicts on a machine; one that rests on a grade outside ``grades`` says nothing (None: every grade speaks)."""
    if state is None or state.evidence is None:
        reason = MissingReason.NOT_REACHED if state is None else state.unseen_reason
        return {name: Missing(reason) for name in names}
    found = verdict_findings(state)
    own = state.evidence.outcome.grade
    return {name: _verdict(found.get(name), own, grades) for name in names}


def verdict_findings(state: EndpointState) -> dict[str, Finding]:
    """The findings on a machine by the names that expressions have for them."""
    return {_verdict_name(finding.check): finding for finding in state.findings}


@lru_cache(maxsize=4096)
def _verdict_name(check: str) -> str:
    return variable_name(f"verdict.{check}")


def grade_of(finding: Finding, own: Grade) -> Grade:
    """The grade that a verdict needs; ``own``, that of the machine's evidence, where the verdict does not say."""
    return finding.grade or own


def _verdict(finding: Finding | None, own: Grade, grades: frozenset[Grade] | None) -> FactValue:
    if finding is None or finding.verdict is Verdict.MANUAL:
        return Missing(MissingReason.ABSENT)
    if finding.verdict is Verdict.UNKNOWN:
        return Missing(finding.missing[0].reason if finding.missing else MissingReason.ERROR)
    if grades is not None and grade_of(finding, own) not in grades:
        return Missing(MissingReason.UNSUPPORTED)
    return Known(finding.verdict.value, "findings")


def system_values(
    system: System, shared: bool, classification: Classification | None, assessment: SystemAssessment | None, as_of: date
) -> dict[str, FactValue]:
    """What is declared of a system, what the rules say of its level, and how it stands against the standard.

    A decision dated after ``as_of`` is none yet.
    """
    dossier, plan = system.dossier, system.plan
    status = dossier.status if dossier else None
    return _bound(
        {
            "system.status": system.status,
            "system.kind": system.kind.value if system.kind else None,
            "system.shared": shared,
            "system.state_secret": system.state_secret,
            "dossier.status": status.value if status else None,
            "dossier.level": dossier.level if dossier else None,
            "dossier.has_decision": True if dossier and dossier.decision and dossier.decision.date <= as_of else None,
            "plan.status": plan.status if plan else None,
            "level.determined": classification is not None and classification.level is not None,
            "level.lowest": classification.lowest if classification else None,
            "level.highest": classification.highest if classification else None,
            "requirements.fulfilled": assessment.fulfilled if assessment else None,
            "requirements.unknown": assessment.count(Fulfilment.UNKNOWN) if assessment else None,
            "requirements.open": assessment.open_rows if assessment else None,
        }
    )


def agency_values(file: AgencyFile, submitted: bool) -> dict[str, FactValue]:
    """What is declared of an agency."""
    return _bound(
        {
            "agency.tier": file.agency.tier.value,
            "agency.sector": file.agency.sector,
            "agency.submitted": submitted,
            "agency.endpoints": sum(1 for endpoint in file.endpoints if endpoint.status == "in_use"),
            "agency.systems": len(file.systems),
        }
    )


def _bound(values: Mapping[str, bool | int | str | None]) -> dict[str, FactValue]:
    return {name: Known(value, _SECTION) for name, value in values.items() if value is not None}
