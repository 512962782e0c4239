"""Systems against the technical standard, as the report shows them."""

from collections.abc import Iterable

from secaudit.messages import Message, msg
from secaudit.model.assessment import Fulfilment, SystemAssessment
from secaudit.model.paper import Waiver
from secaudit.model.requirement import Requirement
from secaudit.pipeline.assessing import Standing, standard_of, standings, waivers_acting
from secaudit.pipeline.measuring import Measured
from secaudit.report.assessment_words import CONFLICTS, LEVEL_FROM
from secaudit.report.standing import AnswerGroup, AskedRow, ContradictionRow, StandardPart, StandingRow

_SHOWN = (Fulfilment.MET, Fulfilment.PARTLY, Fulfilment.NOT_MET, Fulfilment.UNKNOWN, Fulfilment.NOT_APPLICABLE)
_ORDER = (Fulfilment.NOT_MET, Fulfilment.PARTLY, Fulfilment.UNKNOWN, Fulfilment.NOT_APPLICABLE, Fulfilment.MET)


def standard_part(measured: Measured, machines: Iterable[str]) -> StandardPart | None:
    """None where no standard is in force or no system is known by its level; ``machines`` are those the report lists."""
    standard = standard_of(measured)
    if standard is None:
        return None
    shown = standings(measured)
    levels = {one.assessment.level for one in shown if one.assessment is not None}
    asked = [one for one in standard.requirements if levels & set(one.levels)]
    listed = frozenset(machines)
    return StandardPart(
        title=standard.title,
        act=standard.act,
        source=standard.source,
        asked=tuple(map(_asked, asked)),
        standings=tuple(map(_row, shown)),
        contradictions=_contradictions(shown, listed),
        waivers=tuple(_waiver(one, count) for one, count in waivers_acting(measured, shown)),
    )


def _waiver(one: Waiver, count: int) -> Message:
    return msg(
        "{id}: {reason} ({approver}, {document}), until {day}, acts on {count} requirements",
        id=one.id, reason=one.reason, approver=one.approver, document=one.document.number, day=one.valid_until, count=count,
    )  # fmt: skip


def _asked(one: Requirement) -> AskedRow:
    return AskedRow(
        one.id, one.number, one.title, one.clauses, not one.mandatory, one.confirmed, one.manual.asked if one.manual else None
    )  # fmt: skip


def _row(standing: Standing) -> StandingRow:
    assessment = standing.assessment
    if assessment is None:
        return StandingRow(standing.system, None, unassessed=standing.unassessed)
    return StandingRow(
        system=standing.system,
        level=assessment.level,
        level_from=LEVEL_FROM[assessment.level_from],
        up_to=assessment.up_to,
        counts=tuple((one, assessment.count(one)) for one in _SHOWN),
        rows=assessment.rows,
        open=assessment.open_rows,
        excused=standing.excused,
        machines=len(assessment.machines),
        notes=assessment.notes,
        groups=tuple(_groups(assessment)),
    )


def _groups(assessment: SystemAssessment) -> Iterable[AnswerGroup]:
    """Requirements with the same answer for the same reasons together, what is not met first."""
    found: dict[tuple[object, ...], list[str]] = {}
    heads: dict[tuple[object, ...], AnswerGroup] = {}
    for result in sorted(assessment.results, key=lambda one: _ORDER.index(one.fulfilment)):
        key = (result.fulfilment, result.waived, *map(_key, result.because))
        found.setdefault(key, []).append(result.requirement.id)
        heads.setdefault(key, AnswerGroup(result.fulfilment, (), result.because, result.waived))
    return (AnswerGroup(heads[key].answer, tuple(ids), heads[key].reasons, heads[key].excused) for key, ids in found.items())


def _key(message: Message) -> tuple[object, ...]:
    return (message.text, *(f"{name}={value}" for name, value in message.params.items()))


def _contradictions(shown: tuple[Standing, ...], listed: frozenset[str]) -> tuple[ContradictionRow, ...]:
    kinds = list(CONFLICTS)
    rows = [
        ContradictionRow(
            one.kind, standing.system, one.declared, one.found, tuple(name for name in one.endpoints if name in listed)
        )
        for standing in shown
        for one in standing.conflicts
    ]
    return tuple(sorted(rows, key=lambda row: kinds.index(row.kind)))
