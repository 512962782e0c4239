"""Rules of Form 08 about one system, by column."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType

from secaudit.classify import compare
from secaudit.messages import Message, msg
from secaudit.model.annual_report import NEW_RULES, Severity
from secaudit.model.base import Document
from secaudit.model.inventory import Organisation
from secaudit.model.level import Classification
from secaudit.model.system import Dossier, DossierStatus, SecurityPlan, System
from secaudit.pipeline.annual_report import plain_name

_NO_DOSSIER = Dossier()
_NO_PLAN = SecurityPlan()
_HANDED_IN = frozenset({DossierStatus.SUBMITTED, DossierStatus.APPRAISED, DossierStatus.APPROVED})
_CORRECT_DAY = msg("correct the day, or the status")
_ASK = msg("ask the agency and enter it; blank stays blank in the form")


@dataclass(frozen=True, slots=True)
class Subject:
    """A system and what it is held against."""

    system: System
    day: date
    period_end: date
    classification: Classification | None
    designated: Organisation | None

    @property
    def dossier(self) -> Dossier:
        """The dossier, or an empty one."""
        return self.system.dossier or _NO_DOSSIER

    @property
    def plan(self) -> SecurityPlan:
        """The security plan, or an empty one."""
        return self.system.plan or _NO_PLAN

    @property
    def approved(self) -> bool:
        """Whether the level is approved."""
        return self.dossier.status is DossierStatus.APPROVED


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says."""

    severity: Severity
    part: str
    message: Message
    todo: Message
    blank: bool = False
    """The cell is empty because nobody said what belongs there."""


def _error(part: str, message: Message, todo: Message, *, blank: bool = False) -> Finding:
    return Finding(Severity.ERROR, part, message, todo, blank)


def _warning(part: str, message: Message, todo: Message) -> Finding:
    return Finding(Severity.WARNING, part, message, todo)


def _blank(part: str, message: Message) -> Finding:
    return Finding(Severity.WARNING, part, message, _ASK, blank=True)


def _kind(one: Subject) -> Iterator[Finding]:
    if one.system.kind is None:
        yield _blank("1", msg("the type of the system is not known: it does not count as classified"))


def _operator(one: Subject) -> Iterator[Finding]:
    if one.system.operator is None:
        yield _blank("(4)", msg("no operating unit is named"))


def _level(one: Subject) -> Iterator[Finding]:
    status = one.dossier.status
    if one.dossier.level is None and status in _HANDED_IN:
        yield _error(
            "(5)",
            msg("a dossier that was handed in proposes a level, and none stands here"),
            msg("enter dossier: level"),
            blank=True,
        )
    elif one.dossier.level is None and status is DossierStatus.DRAFTING:
        yield _blank("(5)", msg("the draft proposes no level yet"))


def _status(one: Subject) -> Iterator[Finding]:
    if one.dossier.status is None:
        yield _blank("(6)", msg("where the level dossier stands is not known: the empty cell reads as no dossier"))


def _decision(one: Subject) -> Iterator[Finding]:
    decision = one.dossier.decision
    if one.approved and decision is None:
        yield _error(
            "(7)",
            msg("approved, and no decision is named"),
            msg("enter number, day and office of the decision, or correct the status"),
            blank=True,
        )
    elif decision is not None and not one.approved and one.dossier.status is not None:
        yield _error(
            "(7)",
            msg("decision {number} stands here, and the dossier is not approved", number=decision.number),
            msg("correct the status, or remove the decision"),
        )
    elif decision is not None and decision.authority is None:
        yield _blank("(7)", msg("the office that approved is not named"))


def _decision_day(one: Subject) -> Iterator[Finding]:
    decision = one.dossier.decision
    if decision is not None:
        yield from _later("(7)", one, decision.date, msg("the decision is dated {day}", day=decision.date))


def _regulation(one: Subject) -> Iterator[Finding]:
    regulation, decision = one.dossier.regulation, one.dossier.decision
    if regulation is not None:
        yield from _later("(8)", one, regulation.date, msg("the regulation is dated {day}", day=regulation.date))
        if regulation.authority is None:
            yield _blank("(8)", msg("the office that issued the regulation is not named"))
    if not one.approved or decision is None:
        return
    if regulation is None:
        yield _by_law(
            decision,
            "(8)",
            msg("approved, and no security regulation is named"),
            msg("enter dossier: regulation; since 19/8/2026 it must be issued before the approval (Art. 30.7)"),
            blank=True,
        )
    elif regulation.date > decision.date:
        yield _by_law(
            decision,
            "(8)",
            msg("the regulation ({issued}) is later than the approval ({day})", issued=regulation.date,
                day=decision.date),
            msg("it must be issued before the approval (Art. 30.7): correct a day, or name the regulation of that time"),
        )  # fmt: skip


def _by_law(decision: Document, part: str, message: Message, todo: Message, *, blank: bool = False) -> Finding:
    """An error since the decree is in force, a warning for approvals before."""
    return Finding(Severity.ERROR if decision.date >= NEW_RULES else Severity.WARNING, part, message, todo, blank)


def _steps(one: Subject) -> Iterator[Finding]:
    dossier = one.dossier
    decided = dossier.decision.date if dossier.decision else None
    steps = [
        (msg("handed in"), dossier.submitted_on),
        (msg("appraised"), dossier.appraised_on),
        (msg("approved"), decided),
    ]
    known = [(name, day) for name, day in steps if day is not None]
    for (name, day), (later_name, later_day) in pairwise(known):
        if later_day < day:
            yield _error(
                "(6)",
                msg("{later} on {later_day}, before it was {earlier} on {day}", later=later_name, later_day=later_day,
                    earlier=name, day=day),
                msg("correct one of the two days"),
            )  # fmt: skip
    for name, day in known[:2]:
        if day != decided and day > one.day:
            yield _error("(6)", msg("{step} on {day}, which is after the day of the figures", step=name, day=day),
                         _CORRECT_DAY)  # fmt: skip


def _later(part: str, one: Subject, day: date, what: Message) -> Iterator[Finding]:
    if day > one.period_end:
        yield _error(part, msg("{what}, after the period's last day {end}", what=what, end=one.period_end), _CORRECT_DAY)
    elif day > one.day:
        yield _error(part, msg("{what}, after the day of the figures {day}", what=what, day=one.day), _CORRECT_DAY)


def _approval_expected(one: Subject) -> Iterator[Finding]:
    if one.approved or one.dossier.status is None:
        return
    expected = one.dossier.expected_on
    if expected is None:
        yield _error(
            "(9)",
            msg("not approved, and no day is expected for it"),
            msg("agree on a day and enter dossier: expected_on"),
            blank=True,
        )
    elif expected < one.day:
        yield _error(
            "(9)",
            msg("approval was expected on {day}, which has passed", day=expected),
            msg("agree on a new day, or enter the decision"),
        )


def _plan_status(one: Subject) -> Iterator[Finding]:
    if one.plan.status is None:
        yield _blank("(10)", msg("how far the security plan is deployed is not known"))
    elif one.plan.status == "full" and one.dossier.status is not None and not one.approved:
        yield _warning(
            "(10)",
            msg("fully deployed, and no plan is approved yet"),
            msg("a plan is approved with the level: correct the status of the plan, or of the dossier"),
        )


def _plan_expected(one: Subject) -> Iterator[Finding]:
    expected = one.plan.expected_on
    if one.plan.status == "full":
        if expected is not None and expected > one.day:
            yield _warning(
                "(11)",
                msg("fully deployed, and full deployment is expected on {day}", day=expected),
                msg("correct the status of the plan, or remove the day; the form shows no day"),
            )
    elif expected is not None and expected < one.day:
        yield _error(
            "(11)",
            msg("full deployment was expected on {day}, which has passed", day=expected),
            msg("agree on a new day, or correct the status of the plan"),
        )
    elif expected is None and one.plan.status is not None:
        yield _error(
            "(11)",
            msg("not fully deployed, and no day is expected for it"),
            msg("agree on a day and enter plan: expected_on"),
            blank=True,
        )


def _inspected(one: Subject) -> Iterator[Finding]:
    inspected, investing = one.system.inspected, one.system.status == "investing"
    if inspected is None and not investing:
        yield _blank("(12)", msg("whether it was inspected is not known: the empty cell reads as not inspected"))
    elif investing and "periodic" in (inspected or ()):
        yield _warning("(12)", msg("still under investment, and inspected periodically"), msg("correct the status, or inspected"))
    elif "periodic" in (inspected or ()) and not one.approved and one.dossier.status is not None:
        yield _warning(
            "(12)",
            msg("inspected periodically, and the level is not approved: the total in section 1 leaves it out"),
            msg("correct the status of the dossier, or inspected; whoever checks the form finds two numbers"),
        )


def _authority(one: Subject) -> Iterator[Finding]:
    """The designated unit approves levels 1 and 2; from level 3 on the owner does."""
    decision, level = one.dossier.decision, one.dossier.level
    if decision is None or decision.authority is None or level is None or level < 3 or one.designated is None:
        return
    if plain_name(decision.authority) == plain_name(one.designated.name):
        yield _warning(
            "(7)",
            msg("level {level} approved by the designated unit", level=level),
            msg("from level 3 on the owner approves (Art. 18.2, 18.3): correct the office, or have it approved by the owner"),
        )


def _compared(one: Subject) -> Iterator[Finding]:
    if one.classification is None or one.dossier.level is None:
        return
    found = compare(one.classification, one.system)
    proposed = one.classification.lowest
    if found == "declared_lower":
        message = msg(
            "the dossier's level {level} is lower than the rules propose: {proposed}", level=one.dossier.level, proposed=proposed
        )
        todo = msg(
            "look at secaudit classify --system {id}; the form shows the dossier's level, and the appraisal decides",
            id=one.system.id,
        )
        yield Finding(Severity.NOTE, "(5)", message, todo)
    elif found == "kept":
        message = msg(
            "level {level} was approved under the former decree and is kept; the new rules propose {proposed}",
            level=one.dossier.level,
            proposed=proposed,
        )
        yield Finding(Severity.NOTE, "(5)", message, msg("no violation (Law 116 Art. 45.1): review it when the system changes"))
    elif found == "below_risk":
        message = msg(
            "the dossier's level {level} is lower than the risk assessment asks: {risk}",
            level=one.dossier.level,
            risk=one.classification.at_least,
        )
        todo = msg("the owner must propose the higher level (Art. 10.5); the form shows the dossier's level")
        yield Finding(Severity.NOTE, "(5)", message, todo)


def _service(one: Subject) -> Iterator[Finding]:
    since = one.system.in_service_since
    if since is not None and since > one.day and one.system.status == "operating":
        yield _warning("(2)", msg("in operation, and in service only from {day}", day=since), _CORRECT_DAY)


def _secret(one: Subject) -> Iterator[Finding]:
    if one.system.level is None:
        yield _blank("(5)", msg("no level is given for this system of state secrets"))


def _open(rule: Callable[[Subject], Iterator[Finding]]) -> Callable[[Subject], Iterator[Finding]]:
    """A rule for systems that are described here; of state secrets nothing but name and level is."""
    return lambda one: iter(()) if one.system.state_secret else rule(one)


def _closed(one: Subject) -> Iterator[Finding]:
    return _secret(one) if one.system.state_secret else iter(())


SYSTEM_RULES: Mapping[str, Callable[[Subject], Iterator[Finding]]] = MappingProxyType(
    {
        "kind_unknown": _open(_kind),
        "in_service_later": _open(_service),
        "operator_unknown": _open(_operator),
        "level_missing": _open(_level),
        "secret_level": _closed,
        "level_lower": _open(_compared),
        "status_unknown": _open(_status),
        "steps_out_of_order": _open(_steps),
        "decision": _open(_decision),
        "decision_day": _open(_decision_day),
        "decision_office": _open(_authority),
        "regulation": _open(_regulation),
        "approval_expected": _open(_approval_expected),
        "plan": _open(_plan_status),
        "plan_expected": _open(_plan_expected),
        "inspection": _open(_inspected),
    }
)
"""Name -> rule, in the order of the columns."""
