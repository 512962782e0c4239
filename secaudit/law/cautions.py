"""What is wrong or remarkable in one chain."""

from collections.abc import Iterator
from datetime import date

from secaudit.law.offices import names_one_of
from secaudit.messages import Message, msg
from secaudit.model.decision import Caution
from secaudit.model.level import Classification
from secaudit.model.procedure import Law, Procedure
from secaudit.model.system import Dossier, DossierStatus, System

_UNDECIDED = (DossierStatus.DRAFTING, DossierStatus.SUBMITTED, DossierStatus.APPRAISED)


def cautions_of(
    system: System, classification: Classification | None, law: Law, procedure: Procedure, day: date
) -> tuple[Caution, ...]:
    """In the order in which a reader should see them; none of a system that is stopped or ticked state secret."""
    if system.state_secret or system.status == "stopped":
        return ()
    dossier = system.dossier or Dossier()
    return (
        *_level(dossier, classification, law),
        *_risk(dossier, classification),
        *_operation(system, dossier, law),
        *_approval(dossier, law, procedure),
        *_order(dossier, procedure, day),
        *_ministry(dossier, procedure),
    )


def _level(dossier: Dossier, classification: Classification | None, law: Law) -> Iterator[Caution]:
    lowest = classification.lowest if classification else None
    if classification is not None and classification.declared_kept:
        clause = _clause(law, "keeps_level")
        if lowest is not None and dossier.level is not None and dossier.level < lowest:
            text = msg(
                "Level {level} was approved under the former law and stays (the rules now give {lowest}): kept, reviewed when "
                "the system changes; no violation",
                level=dossier.level,
                lowest=lowest,
            )
            yield Caution("kept_from_former_act", text, clause)
        return
    if lowest is None or dossier.level is None or dossier.level >= lowest:
        return
    if dossier.status is DossierStatus.APPROVED:
        text = msg("Approved at level {level}, while the rules give at least {lowest}", level=dossier.level, lowest=lowest)
        yield Caution("approved_below_proposed", text)
    else:
        text = msg(
            "The dossier proposes level {level}, while the rules give at least {lowest}", level=dossier.level, lowest=lowest
        )
        yield Caution("proposed_below_rules", text)


def _risk(dossier: Dossier, classification: Classification | None) -> Iterator[Caution]:
    """What the owner must propose after a risk assessment, whatever the clauses give and whenever the level was decided."""
    asked = classification.at_least if classification is not None else None
    if classification is None or asked is None or dossier.level is None or dossier.level >= asked:
        return
    text = msg(
        "The risk assessment came to level {risk}, the dossier to {level}: the owner must propose the higher level",
        risk=asked,
        level=dossier.level,
    )
    clause = next((one.clause for one in classification.obligations if one.at_least == asked), "")
    yield Caution("below_risk", text, f"{classification.rule_set}:{clause}")


def _operation(system: System, dossier: Dossier, law: Law) -> Iterator[Caution]:
    if system.status != "operating":
        return
    clause = _clause(law, "procedure")
    if dossier.status is DossierStatus.NONE:
        yield Caution("operating_without_dossier", msg("In operation without a level dossier"), clause)
    elif dossier.status in _UNDECIDED:
        yield Caution("operating_before_approval", msg("In operation, and its level is not approved yet"), clause)
    elif dossier.status is None:
        yield Caution("dossier_unknown", msg("In operation; nobody has said whether there is a level dossier"), clause)


def _approval(dossier: Dossier, law: Law, procedure: Procedure) -> Iterator[Caution]:
    if dossier.status is not DossierStatus.APPROVED:
        return
    if dossier.decision is None:
        yield Caution("no_decision", msg("Declared approved, and number and date of the decision are not on record"))
    if dossier.regulation is None:
        newest = law.procedures[-1]
        clause = newest.regulation_clause or ""
        if dossier.decision is not None and dossier.decision.date < newest.valid_from:
            text = msg(
                "No security regulation on record; approved before {day}: only a warning",
                day=newest.valid_from.strftime("%d/%m/%Y"),
            )
            yield Caution("regulation_not_on_record", text, procedure.regulation_clause or clause)
        else:
            text = msg("Approved, and no security regulation on record: it must be issued before the approval")
            yield Caution("no_regulation", text, clause)


def _order(dossier: Dossier, procedure: Procedure, day: date) -> Iterator[Caution]:
    decided = dossier.decision.date if dossier.decision else None
    pairs = (
        (
            dossier.submitted_on,
            dossier.appraised_on,
            msg("The appraisal is dated {later}, before the dossier was handed in on {earlier}"),
        ),
        (dossier.submitted_on, decided, msg("The decision is dated {later}, before the dossier was handed in on {earlier}")),
        (dossier.appraised_on, decided, msg("The decision is dated {later}, before the appraisal of {earlier}")),
    )
    for earlier, later, text in pairs:
        if earlier is not None and later is not None and later < earlier:
            days = {"earlier": earlier.strftime("%d/%m/%Y"), "later": later.strftime("%d/%m/%Y")}
            yield Caution("dates_out_of_order", Message(text.text, days))
    regulation = dossier.regulation.date if dossier.regulation else None
    if regulation is not None and decided is not None and regulation > decided:
        text = msg(
            "The security regulation is dated {regulation}, after the approval of {decision}",
            regulation=regulation.strftime("%d/%m/%Y"),
            decision=decided.strftime("%d/%m/%Y"),
        )
        yield Caution("regulation_after_approval", text, procedure.regulation_clause or "")
    for moment in (dossier.submitted_on, dossier.appraised_on, decided):
        if moment is not None and moment > day:
            text = msg("{day} lies after the day of this overview; the step does not count yet", day=moment.strftime("%d/%m/%Y"))
            yield Caution("not_yet", text)


def _ministry(dossier: Dossier, procedure: Procedure) -> Iterator[Caution]:
    if dossier.level is None or dossier.status in (None, DossierStatus.NONE, DossierStatus.DRAFTING):
        return
    authority = procedure.authority(dossier.level)
    if authority is None or authority.appraiser_role != "ministry":
        return
    clause = authority.clause
    if dossier.appraiser is None:
        text = msg(
            "Level {level}: that the ministry appraises it ({office}) is not on record",
            level=dossier.level,
            office=authority.appraiser,
        )
        yield Caution("ministry_not_on_record", text, clause)
    elif not names_one_of(dossier.appraiser, authority.appraiser_names or (authority.appraiser.vi,)):
        text = msg(
            "Level {level} is appraised by {office}, not by the ministry ({required})",
            level=dossier.level,
            office=dossier.appraiser,
            required=authority.appraiser,
        )
        yield Caution("not_by_ministry", text, clause)


def _clause(law: Law, duty: str) -> str:
    rules = law.transition.transitions if law.transition else ()
    return next((rule.clause for rule in rules if rule.duty == duty), "")
