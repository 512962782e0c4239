"""What the transition rules still ask of one system."""

from datetime import date

from secaudit.model.decision import DueState, TimeLimit
from secaudit.model.procedure import TransitionRule, TransitionTable
from secaudit.model.system import DossierStatus, System


def owed(system: System, table: TransitionTable | None, day: date) -> tuple[TimeLimit, ...]:
    """Duties with a last day, for every rule that applies or may apply."""
    if table is None or system.state_secret or system.status == "stopped":
        return ()
    found: list[TimeLimit] = []
    for rule in table.transitions:
        applies = applies_to(rule, system)
        if rule.due is not None and applies is not False and rule.applies != "products":
            found.append(_owed(rule, system, day, certain=applies is True))
    return tuple(found)


def applies_to(rule: TransitionRule, system: System) -> bool | None:
    """Whether a rule speaks of the system; None when what it hangs on is not on record."""
    dossier = system.dossier
    status = dossier.status if dossier else None
    decided = dossier.decision.date if dossier and dossier.decision else None
    match rule.applies:
        case "classified":
            if status is not DossierStatus.APPROVED:
                return False if status is not None else None if system.status == "operating" else False
            return None if decided is None else decided < rule.before
        case "investing":
            return _was_built(system, rule.before)
        case "never_classified":
            if system.status != "operating" or status is DossierStatus.APPROVED:
                return False
            return None if status is None else True
        case "products":
            return None


def _was_built(system: System, before: date) -> bool | None:
    """Whether the system was being built before that day: the inventory says only what it is now."""
    dossier = system.dossier
    if system.in_service_since is not None and system.in_service_since < before:
        return False
    decided = dossier.decision.date if dossier and dossier.decision else None
    if decided is not None and decided < before:
        return False
    begun = dossier.submitted_on if dossier else None
    if system.status == "investing" or system.in_service_since is not None:
        return True if begun is not None and begun < before else None
    return False


def _owed(rule: TransitionRule, system: System, day: date, *, certain: bool) -> TimeLimit:
    due = rule.due or date.max
    decided = system.dossier.decision.date if system.dossier and system.dossier.decision else None
    done_on = decided if rule.duty == "decided" and decided is not None and decided <= day else None
    return TimeLimit(
        id=rule.id,
        title=rule.title,
        clause=rule.clause,
        state=_state(rule, system, day, due, done_on, certain=certain),
        due=due,
        latest=due,
        done_on=done_on,
        confirmed=rule.confirmed,
    )


def _state(rule: TransitionRule, system: System, day: date, due: date, done_on: date | None, *, certain: bool) -> DueState:
    if done_on is not None:
        return DueState.KEPT if done_on <= due else DueState.LATE if certain else DueState.UNKNOWN
    approved = system.dossier is not None and system.dossier.status is DossierStatus.APPROVED
    if not certain or (rule.duty == "decided" and approved):  # approved on a day nobody wrote down
        return DueState.UNKNOWN
    if day <= due:
        return DueState.RUNNING
    if rule.duty == "measures":
        # A plan declared full was made for the former requirements: that it meets the new ones nobody has shown.
        lacking = system.plan is not None and system.plan.status in ("none", "partial")
        return DueState.OVERDUE if lacking else DueState.UNKNOWN
    return DueState.OVERDUE
