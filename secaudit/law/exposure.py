"""Which omissions of which systems would fall under which article: for the designated unit alone."""

from dataclasses import dataclass
from datetime import date

from secaudit.model.procedure import Omission, Penalty, PenaltyTable
from secaudit.model.system import Dossier, DossierStatus, System

_UNDECIDED = (DossierStatus.DRAFTING, DossierStatus.SUBMITTED, DossierStatus.APPRAISED)


@dataclass(frozen=True, slots=True)
class Exposure:
    """One article and one system: it would apply, or nobody can say."""

    system: str
    penalty: Penalty
    applies: bool | None


def exposure_of(system: System, levels: tuple[int, ...], table: PenaltyTable | None, day: date) -> tuple[Exposure, ...]:
    """Everything that applies or may apply to ``system`` on ``day``; what is ruled out is left out."""
    if table is None or day < table.valid_from or (table.valid_until is not None and day > table.valid_until):
        return ()
    if system.state_secret or system.status == "stopped":
        return ()
    found: list[Exposure] = []
    for penalty in table.penalties:
        omitted = omission(system, penalty.omission)
        at_level = _at_level(levels, penalty.levels)
        applies = False if omitted is False or at_level is False else True if omitted and at_level else None
        if applies is not False:
            found.append(Exposure(system.id, penalty, applies))
    return tuple(found)


def omission(system: System, kind: Omission) -> bool | None:
    """Whether something was left undone, as declared; blank is unknown."""
    dossier = system.dossier or Dossier()
    status, operating = dossier.status, system.status == "operating"
    match kind:
        case "no_dossier":
            return _known(status, operating and status is DossierStatus.NONE)
        case "not_decided":
            # A draft or a dossier under way shows that somebody acts; whether that is in time nobody can say from here.
            return None if status is None or (operating and status in _UNDECIDED) else False
        case "operated_before_approval":
            return _known(status, operating and status is not DossierStatus.APPROVED)
        case "plan_not_full":
            if status is not DossierStatus.APPROVED:
                return None if status is None else False
            if system.plan is None or system.plan.status is None:
                return None
            # What is not in use yet may still be under way: the plan is due before it goes live (331/2026, 30.6).
            return system.plan.status != "full" and (operating or None)
        case "no_regulation":
            return False if dossier.regulation is not None else None
        case "not_inspected":
            return None if system.inspected is None else operating and not system.inspected


def _known(status: DossierStatus | None, answer: bool) -> bool | None:
    return None if status is None else answer


def _at_level(possible: tuple[int, ...], levels: tuple[int, ...]) -> bool | None:
    if not possible:
        return None if set(levels) != {1, 2, 3, 4, 5} else True
    inside: set[bool] = {level in levels for level in possible}
    return next(iter(inside)) if len(inside) == 1 else None
