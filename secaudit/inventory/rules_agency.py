"""Rules about one agency and its systems: dates, tiers, counts, state secrets, dossiers."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from secaudit.inventory.parts import AgencyPart, AnyPart, Declared, Remark
from secaudit.messages import Message, msg, msgc
from secaudit.model.inventory import Tier
from secaudit.model.system import Dossier, DossierStatus, System
from secaudit.source import Loc

DISTRICTS_ENDED = date(2025, 6, 30)
"""Last day of the district tier (law.md E)."""
_SECRET_FIELDS = frozenset({"id", "name", "level", "state_secret", "owner", "formerly"})
_COUNTS = (("heads_briefed", "heads"), ("staff_briefed", "staff"), ("staff_trained", "staff"))


def agency_remarks(declared: Declared) -> Iterable[Remark]:
    """Everything wrong with agencies taken one by one."""
    for part in declared.agencies:
        yield from _dates(part)
        yield from _counts(part)
    for owner, loc, system in declared.systems():
        yield from _system(owner, loc, system)


def _dates(part: AgencyPart) -> Iterable[Remark]:
    agency = part.model.agency
    if agency.valid_from and agency.valid_until and agency.valid_until < agency.valid_from:
        yield Remark(
            part,
            ("agency", "valid_until"),
            msg("The agency ends before it begins"),
            agency.valid_until.isoformat(),
            msg("{day} or later", day=agency.valid_from.isoformat()),
            msg("correct one of the two days"),
        )
    sent = agency.submission
    if sent is not None and sent.first_accepted_on is not None and sent.first_accepted_on > sent.accepted_on:
        yield Remark(
            part,
            ("agency", "submission", "first_accepted_on"),
            msg("The first acceptance is later than the newest one"),
            sent.first_accepted_on.isoformat(),
            msg("{day} or earlier", day=sent.accepted_on.isoformat()),
            msg("correct one of the two days"),
        )
    if agency.tier is Tier.DISTRICT and (agency.valid_until is None or agency.valid_until > DISTRICTS_ENDED):
        yield Remark(
            part,
            ("agency", "valid_until"),
            msg("The district tier ended on {day}", day=DISTRICTS_ENDED.isoformat()),
            agency.valid_until.isoformat() if agency.valid_until else None,
            msg("{day} or earlier", day=DISTRICTS_ENDED.isoformat()),
            msg("give the last day of the unit and its successors, or correct the tier"),
        )
    if agency.successors and agency.valid_until is None:
        yield Remark(
            part,
            ("agency", "successors"),
            msg("The agency has successors but no last day"),
            hint=msg("add valid_until, or remove the successors"),
        )


def _counts(part: AgencyPart) -> Iterable[Remark]:
    people = part.model.people
    if people is None:
        return
    for name, whole in _COUNTS:
        number, total = getattr(people, name), getattr(people, whole)
        if number is not None and total is not None and number > total:
            yield Remark(
                part,
                ("people", name),
                msg("More people than there are: {name} is larger than {whole}", name=name, whole=whole),
                str(number),
                msg("at most {bound}", bound=total),
                msg("correct the number or the total; leave it out when it is not known"),
            )


def _system(part: AnyPart, loc: Loc, system: System) -> Iterable[Remark]:
    if system.state_secret:
        for name in sorted(system.model_fields_set - _SECRET_FIELDS):
            yield Remark(
                part,
                (*loc, name),
                msg("A system ticked as state secret keeps only id, name and level here"),
                hint=msg("remove the field; keep it where state secrets are kept"),
                of_key=True,
            )
    elif system.level is not None:
        yield Remark(
            part,
            (*loc, "level"),
            msg("The level is worked out, not declared"),
            str(system.level),
            hint=msg("put the level the dossier proposes under dossier: level"),
            of_key=True,
        )
    if system.dossier is not None:
        yield from _dossier(part, (*loc, "dossier"), system.dossier)


def _dossier(part: AnyPart, loc: Loc, dossier: Dossier) -> Iterable[Remark]:
    if dossier.status is DossierStatus.NONE:
        for name in ("level", "submitted_on", "appraised_on", "decision"):
            if getattr(dossier, name) is not None:
                yield Remark(
                    part,
                    (*loc, name),
                    msg("There is no dossier, yet it has a {name}", name=name),
                    hint=msg("correct the status, or remove the field"),
                    of_key=True,
                )
    yield from _dossier_days(part, loc, dossier)


def _dossier_days(part: AnyPart, loc: Loc, dossier: Dossier) -> Iterable[Remark]:
    """Handed in, appraised, approved: no real papers are dated the other way round.

    A regulation dated after the decision is possible, and against the decree: the decision chain shows it, no rule here.
    """
    steps: list[tuple[tuple[str, ...], date | None, Message]] = [
        (("submitted_on",), dossier.submitted_on, msgc("step of a dossier", "handed in")),
        (("appraised_on",), dossier.appraised_on, msgc("step of a dossier", "appraised")),
        (("decision", "date"), dossier.decision.date if dossier.decision else None, msgc("step of a dossier", "approved")),
    ]
    dated = [(at, day, step) for at, day, step in steps if day is not None]
    for (_, before, former), (at, after, latter) in pairwise(dated):
        if after < before:
            yield Remark(
                part,
                (*loc, *at),
                msg("The dossier was {latter} before it was {former}", latter=latter, former=former),
                after.isoformat(),
                msg("{day} or later", day=before.isoformat()),
                msg("correct one of the two days"),
            )
