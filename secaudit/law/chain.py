"""The decision chain of one system: which act's procedure applies, who decides, what is due and what is owed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from secaudit.law.authorities import common
from secaudit.law.cautions import cautions_of
from secaudit.law.limits import Calendars, last_submission, limits_of
from secaudit.law.offices import Offices, named
from secaudit.law.transition import applies_to, owed
from secaudit.messages import literal, msg
from secaudit.model.decision import Caution, DecisionChain, DueState, TimeLimit
from secaudit.model.level import Classification
from secaudit.model.procedure import Law, Procedure, Role
from secaudit.model.system import Dossier, DossierStatus, System

_LEVELS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Ground:
    """What all chains of one day share."""

    law: Law
    day: date
    period_end: date
    calendars: Calendars
    _lasts: dict[tuple[str, int, bool], date | None] = field(default_factory=dict, compare=False, repr=False)
    """Hundreds of systems ask for the same few days."""

    @classmethod
    def of(cls, law: Law, day: date, period_end: date) -> "Ground":
        """With the calendars of the law's holidays."""
        return cls(law, day, period_end, Calendars.of(law.holidays))

    def last_submission(self, procedure: Procedure, level: int, *, careful: bool) -> date | None:
        """The last day for a dossier of ``level``; ``careful`` counts with days off that nobody has confirmed."""
        key = (procedure.id, level, careful)
        if key not in self._lasts:
            calendar = self.calendars.all if careful else self.calendars.confirmed
            self._lasts[key] = last_submission(procedure, level, self.period_end, calendar)
        return self._lasts[key]


def chain_of(
    system: System, classification: Classification | None, ground: Ground, offices: Offices | None = None
) -> DecisionChain | None:
    """The chain of ``system``; None when no procedure is in force that could apply."""
    procedure, doubt = procedure_for(system, ground)
    if procedure is None:
        return None
    offices = offices or Offices()
    dossier = system.dossier or Dossier()
    levels = levels_of(system, classification)
    handed_in = _by(dossier.submitted_on, ground.day) is not None
    act = procedure if handed_in else _at_the_end(procedure, ground)
    proven = _proven(system, classification)
    appraiser, approver, entries = common(procedure, levels)
    if not proven:
        appraiser = approver = None
    silent = system.state_secret or system.status == "stopped"
    approved = dossier.status is DossierStatus.APPROVED
    return DecisionChain(
        system=system.id,
        status=None if system.state_secret else dossier.status,
        act=procedure.id,
        levels=levels,
        proven=proven,
        appraiser=named(appraiser, _only({one.appraiser_role for one in entries}), offices),
        approver=named(approver, _only({one.approver_role for one in entries}), offices),
        authority_confirmed=all(one.confirmed for one in entries),
        authority_clause=", ".join(sorted({one.clause for one in entries})),
        authority_notes=tuple(one.note for one in entries if one.note is not None),
        declared_appraiser=None if silent else dossier.appraiser,
        submitted_on=None if silent else _by(dossier.submitted_on, ground.day),
        limits=() if silent else _limits(dossier, levels, procedure, ground, proven=proven),
        cautions=(*doubt, *cautions_of(system, classification, ground.law, procedure, ground.day)),
        last_submission=None if silent or approved else _last(act, levels, ground, careful=False),
        last_submission_careful=None if silent or approved else _last(act, levels, ground, careful=True),
        owed=owed(system, ground.law.transition, ground.day),
    )


def levels_of(system: System, classification: Classification | None) -> tuple[int, ...]:
    """The approved or proposed level, else every level the rules leave possible."""
    if system.state_secret:
        return (system.level,) if system.level is not None else ()
    if system.dossier is not None and system.dossier.level is not None:
        return (system.dossier.level,)
    return classification.possible if classification is not None else ()


def _proven(system: System, classification: Classification | None) -> bool:
    """Whether one of :func:`levels_of` is the level: declared, given, or the lower end of what the clauses prove."""
    declared = system.dossier is not None and system.dossier.level is not None
    return system.state_secret or declared or classification is None or classification.lowest is not None


def procedure_for(system: System, ground: Ground) -> tuple[Procedure | None, tuple[Caution, ...]]:
    """The act whose procedure applies: by the day of the decision or of the submission, else the one in force.

    Systems that were being built before the transition's day finish under the former act; where nobody can say whether a system
    was, the act in force is shown and the doubt with it.
    """
    dossier = system.dossier or Dossier()
    if dossier.status is DossierStatus.APPROVED and dossier.decision is not None:
        decided = min(dossier.decision.date, ground.day)
        return _finished_under(system, decided, ground) or _in_force(decided, ground), ()
    for rule in ground.law.transition.transitions if ground.law.transition else ():
        former = ground.law.procedure_called(rule.act) if rule.act else None
        if (
            former is None
            or rule.due is None
            or ground.day > rule.due
            or ground.day < rule.before
            or dossier.status is DossierStatus.APPROVED
        ):
            continue
        applies = None if system.state_secret or system.status == "stopped" else applies_to(rule, system)
        if applies:
            return former, ()
        if applies is None and system.status == "investing" and not system.state_secret:
            text = msg(
                "Was it being built before {before}? Then {act} applies, and the level is to be approved by {due}",
                before=rule.before.strftime("%d/%m/%Y"),
                act=literal(former.act),
                due=rule.due.strftime("%d/%m/%Y"),
            )
            return _on(dossier, ground), (Caution("act_open", text, rule.clause),)
    return _on(dossier, ground), ()


def _finished_under(system: System, decided: date, ground: Ground) -> Procedure | None:
    """The former act, where a transition rule let a system that was being built be decided under it after its end."""
    for rule in ground.law.transition.transitions if ground.law.transition else ():
        if rule.act and rule.due is not None and rule.before <= decided <= rule.due and applies_to(rule, system):
            return ground.law.procedure_called(rule.act)
    return None


def _at_the_end(procedure: Procedure, ground: Ground) -> Procedure:
    """The act under which what is handed in late in the period is decided: a dossier follows the act of its own day."""
    if procedure.valid_until is None or procedure.valid_until >= ground.period_end:
        return procedure
    return ground.law.procedure(ground.period_end) or procedure


def _on(dossier: Dossier, ground: Ground) -> Procedure | None:
    return _in_force(_by(dossier.submitted_on, ground.day) or ground.day, ground)


def _in_force(moment: date, ground: Ground) -> Procedure | None:
    """The procedure of a moment; a date before the first one is a slip of the pen and must not make a system vanish."""
    return ground.law.procedure(moment) or ground.law.procedure(ground.day)


def _by(moment: date | None, day: date) -> date | None:
    return moment if moment is not None and moment <= day else None


def _limits(
    dossier: Dossier, levels: tuple[int, ...], procedure: Procedure, ground: Ground, *, proven: bool
) -> tuple[TimeLimit, ...]:
    """With several levels possible only what is the same at each of them is known; the rest is said to be unknown.

    Where none is proven any level may be decided in the end.
    """
    taken = levels if proven or not levels else _LEVELS
    each = [limits_of(dossier, level, procedure, ground.calendars, ground.day) for level in taken]
    if not each:
        return ()
    shared = tuple(limit for limit in each[0] if all(limit in others for others in each[1:]))
    if len(shared) == max(len(limits) for limits in each):
        return shared
    differing = {limit.id: limit for limits in each for limit in limits if limit not in shared}
    unknown = tuple(
        TimeLimit(limit.id, limit.title, limit.clause, DueState.UNKNOWN, since=limit.since, confirmed=limit.confirmed)
        for limit in differing.values()
    )
    return (*shared, *unknown)


def _last(procedure: Procedure, levels: Iterable[int], ground: Ground, *, careful: bool) -> date | None:
    """The earliest over the levels that are possible: what is safe whichever of them comes out."""
    days = [ground.last_submission(procedure, level, careful=careful) for level in levels]
    known = [day for day in days if day is not None]
    return min(known) if known and len(known) == len(days) else None


def _only(roles: set[Role]) -> Role | None:
    return next(iter(roles)) if len(roles) == 1 else None
