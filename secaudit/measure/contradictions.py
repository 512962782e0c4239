"""What is declared of a system and what speaks against it: findings with both sides, for a person to settle."""

from collections.abc import Iterator, Mapping
from datetime import date

from secaudit.measure.fulfilment import named
from secaudit.measure.statements import last_day
from secaudit.messages import Message, msg
from secaudit.model.assessment import Conflict, RequirementResult, SystemAssessment
from secaudit.model.inventory import Inventory
from secaudit.model.paper import Attestation
from secaudit.model.requirement import Requirement
from secaudit.model.system import DossierStatus, System

PROTECTION = "protection.installed"
"""The check that fails where a machine has no protection at all."""

_CLAIMS: Mapping[str, Message] = {
    "met": msg("{role} states ({id}, {document}): requirement {number} is met"),
    "partly": msg("{role} states ({id}, {document}): requirement {number} is met in part"),
    "not_met": msg("{role} states ({id}, {document}): requirement {number} is not met"),
    "not_applicable": msg("{role} states ({id}, {document}): requirement {number} does not apply"),
}


def contradictions(inventory: Inventory, assessments: Mapping[str, SystemAssessment], as_of: date) -> tuple[Conflict, ...]:
    """All of them, by system in the order of the assessments."""
    known = {one.id: one for one in inventory.attestations}
    found: list[Conflict] = []
    for name, assessment in assessments.items():
        system = inventory.systems[name]
        found += _regulation(system, as_of)
        found += _plan_full(system, assessment)
        stated = [one for one in assessment.results if one.attestations]
        said = {one.requirement.id: _holding(one, assessment.level, known, as_of) for one in stated}
        found += _unprotected(system, assessment, said)
        for result in stated:
            found += _statements(name, result, said[result.requirement.id])
    return tuple(found)


def _holding(result: RequirementResult, level: int, known: Mapping[str, Attestation], day: date) -> list[Attestation]:
    """Statements that still hold, the one that decides first."""
    said = (known[name] for name in result.attestations)
    return [one for one in said if day <= last_day(one, result.requirement, level)]


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _regulation(system: System, as_of: date) -> Iterator[Conflict]:
    """The regulation must be issued before the dossier is approved (331, 30.7; before that TT 12/2022, 9.7)."""
    dossier = system.dossier
    if dossier is None or dossier.status is not DossierStatus.APPROVED:
        return
    decision = dossier.decision
    declared = msg("the level is declared approved, no decision is on record")
    if decision is not None:
        declared = msg("the level was approved by {number} of {day}", number=decision.number, day=_day(decision.date))
    regulation = dossier.regulation
    if regulation is None or regulation.date > as_of:
        found = msg("no security regulation is on record; it is to be issued before the dossier is approved")
        yield Conflict(system.id, "no_regulation", declared, found)
    elif decision is not None and regulation.date > decision.date:
        late = _day(regulation.date)
        found = msg("the security regulation {number} is of {day}, after the approval", number=regulation.number, day=late)
        yield Conflict(system.id, "regulation_late", declared, found)


def _plan_full(system: System, assessment: SystemAssessment) -> Iterator[Conflict]:
    if system.plan is None or system.plan.status != "full":
        return
    failing = [result for result in assessment.failing if result.requirement.mandatory]
    if not failing:
        return
    numbers = ", ".join(str(result.requirement.number) for result in failing)
    machines = tuple(dict.fromkeys(name for result in failing for name in _failed(result)))
    found = msg(
        "{count} mandatory requirements are not met or not everywhere: no. {numbers}", count=len(failing), numbers=numbers
    )
    excused = sum(1 for result in failing if result.waived)
    if excused:
        found = msg("{found} ({excused} of them excused for a time)", found=found, excused=excused)
    yield Conflict(system.id, "plan_full", msg("the security plan is declared fully deployed"), found, machines)


def _unprotected(system: System, assessment: SystemAssessment, said: Mapping[str, list[Attestation]]) -> Iterator[Conflict]:
    """Protection is declared, by the plan or by a statement, and machines have none."""
    for result in assessment.results:
        if PROTECTION not in result.requirement.checks:
            continue
        tally = next(tally for tally in result.checks if tally.check == PROTECTION)
        bare = (*tally.failed, *tally.waived)
        if not bare:
            continue
        claims = [_claim(one, result.requirement) for one in said.get(result.requirement.id, ()) if one.answer == "met"]
        if system.plan is not None and system.plan.status == "full":
            claims.append(msg("the security plan is declared fully deployed"))
        found = msg("{count} machines have no protection: {names}", count=len(bare), names=named(bare))
        if claims:
            yield Conflict(system.id, "protection_absent", claims[0], found, bare)
            return


def _statements(system: str, result: RequirementResult, said: list[Attestation]) -> Iterator[Conflict]:
    """A statement against machines that fail, and statements against each other."""
    if not said:
        return
    failed = _failed(result)
    for one in said:
        if failed and one.answer in ("met", "not_applicable"):
            found = msg("{count} machines fail: {names}", count=len(failed), names=named(failed))
            yield Conflict(system, "attested", _claim(one, result.requirement), found, failed)
        elif (passed := _passed(result)) and one.answer == "not_applicable":
            found = msg("the checks apply to {count} machines, which pass: {names}", count=len(passed), names=named(passed))
            yield Conflict(system, "attested", _claim(one, result.requirement), found, passed)
    others = [one for one in said[1:] if one.answer != said[0].answer]
    if others:
        yield Conflict(system, "statements", _claim(others[-1], result.requirement), _claim(said[0], result.requirement))


def _failed(result: RequirementResult) -> tuple[str, ...]:
    """Machines that fail what the requirement asks; a value that is only suggested contradicts nobody."""
    decisive = (tally for tally in result.checks if tally.check not in result.requirement.advice)
    return tuple(dict.fromkeys(name for tally in decisive for name in (*tally.failed, *tally.waived)))


def _passed(result: RequirementResult) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for tally in result.checks for name in tally.passed))


def _claim(one: Attestation, requirement: Requirement) -> Message:
    document = f"{one.document.number}, {_day(one.document.date)}"
    params = {"role": one.role, "id": one.id, "document": document, "number": requirement.number}
    return Message(_CLAIMS[one.answer].text, params)
