"""The report to the owner: results of a plan as an official paper, with the stricter national bars beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from secaudit.measure import measure
from secaudit.messages import Message, Translator, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import Inventory
from secaudit.model.measurement import Decision
from secaudit.model.plan import Target
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import agency_rows, has_sent, in_scope, names_of
from secaudit.pipeline.publish.orders import orders
from secaudit.pipeline.publish.targets import target_rows
from secaudit.pipeline.searched import beyond_the_list
from secaudit.report.document import AgencyRow, Obstacle, Order, TargetRow
from secaudit.report.official import Paper, Signature, Value
from secaudit.report.sanitise import named
from secaudit.report.texts import DEFAULT_LIMIT
from secaudit.report.voice import Voice
from secaudit.report.words import decision_word

TEMPLATE = "bao-cao-ke-hoach"
NAMED = 5
"""Agencies named for one obstacle."""
_OPEN = "……………"
"""Where the clerk fills in what nobody wrote down."""
_NO_FIGURE = "–"
_CONCLUDED = (Decision.MET, Decision.MISSED, Decision.UNDECIDED, Decision.NOT_APPLICABLE)
_MORE = msg("{names} and {count} other agencies")
_APPRAISAL = msg("A draft: the competent authority's appraisal decides.")


def measure_beside(measured: Measured) -> Measured | None:
    """The plan whose bars stand beside this one, measured from the same evidence by the same rules; None where it names none."""
    if measured.plan.beside is None:
        return None
    bars = measured.province.plan(measured.plan.beside).model_copy(update={"evidence": measured.plan.evidence})
    found = measure(
        bars,
        measured.province.inventory,
        measured.levels.classifications,
        measured.states,
        undeclared=beyond_the_list(measured.reconciliation, measured.newcomers),
        as_of=day_in_vietnam(measured.as_of),
    )
    return replace(measured, plan=bars, measurements=found)


def plan_paper(measured: Measured, beside: Measured | None, translator: Translator) -> Paper:
    """The paper in the translator's language; official papers are Vietnamese."""
    voice = Voice(translator)
    measured = _with_cut_names(measured)
    inventory = measured.province.inventory
    province = inventory.province.province
    head = inventory.province.letterhead
    return Paper(
        template=TEMPLATE,
        agency=province.designated_unit or _OPEN,
        parent=head.parent or "",
        place=head.place or "",
        symbol=f"/BC-{_abbreviation(inventory)}",
        kind="BÁO CÁO",
        subject=f"Kết quả thực hiện {measured.plan.name}",
        addressees=(province.owner,),
        recipients=head.recipients,
        archive=f"Lưu: VT, {head.drafting_unit}" if head.drafting_unit and head.parent else "Lưu: VT",
        signature=_signature(inventory),
        basis=_basis(measured, voice),
        body=_body(measured, beside, voice),
    )


def _with_cut_names(measured: Measured) -> Measured:
    """Names of agencies stand many to a sentence here: each is cut as a name before sentences are made of them."""
    inventory = measured.province.inventory
    if all(len(file.agency.name) <= DEFAULT_LIMIT for file in inventory.agencies):
        return measured
    agencies = tuple(
        file.model_copy(update={"agency": file.agency.model_copy(update={"name": named(file.agency.name)})})
        for file in inventory.agencies
    )
    return replace(measured, province=replace(measured.province, inventory=replace(inventory, agencies=agencies)))


def _abbreviation(inventory: Inventory) -> str:
    """Of the designated unit: where a superior office is named the letterhead is the unit's own, else it drafts for the owner."""
    head = inventory.province.letterhead
    return (head.symbol if head.parent else head.drafting_unit) or ""


def _signature(inventory: Inventory) -> Signature:
    """Who signs for the designated unit; the owner's signer does not sign a report to himself."""
    head, province = inventory.province.letterhead, inventory.province.province
    if head.parent:
        return Signature(head.authority or "", head.signer_title or _OPEN, head.signer_name or "")
    owner = next((one for one in inventory.province.owners if one.name == province.owner), None)
    unit = owner.designated if owner is not None else None
    return Signature("", (unit.title if unit is not None else None) or _OPEN)


def _body(measured: Measured, beside: Measured | None, voice: Voice) -> Mapping[str, Value]:
    agencies = in_scope(measured)
    plan, names = measured.plan, names_of(measured)
    rows = target_rows(measured)
    bars = () if beside is None else target_rows(beside)
    titles = {} if beside is None else {target.id: target for target in beside.plan.targets}
    return {
        "as_of": voice.format.moment(measured.as_of),
        "plan": named(plan.name),
        "plan_title": named(plan.title or ""),
        "plan_date": voice.format.day(plan.issued_on) if plan.issued_on else "",
        "owner": named(measured.province.inventory.province.province.owner),
        "agency_count": voice.format.number(len(agencies)),
        "silent_count": voice.format.number(sum(1 for agency in agencies if not has_sent(measured, agency))),
        "conclusion": _conclusion(rows, voice),
        "lab_count": sum(1 for state in measured.states.values() if state.evidence is not None and state.evidence.outcome.lab),
        "targets": [_target(row, names, voice) for row in rows],
        "bars_name": "" if beside is None else named(beside.plan.name),
        "bars": [_bar(row, titles[row.id], voice) for row in bars],
        "orders": [_order(order, voice) for order in orders(measured)],
        "agencies": [_agency(number, row, rows, voice) for number, row in enumerate(agency_rows(measured), start=1)],
    }


def _conclusion(rows: Sequence[TargetRow], voice: Voice) -> str:
    """``1/5 Đạt; 2/5 Chưa đạt``: only what occurs."""
    counts = Counter(voice.say(decision_word(row.decision, overdue=row.overdue)) for row in rows)
    order = [voice.say(decision_word(one, overdue=late)) for one in _CONCLUDED for late in (False, True)]
    return "; ".join(f"{counts[word]}/{len(rows)} {word}" for word in dict.fromkeys(order) if counts[word])


def _target(row: TargetRow, names: Mapping[str, str], voice: Voice) -> Value:
    return {
        "number": row.number,
        "title": _joined(voice.say(row.title)),
        "asked": _asked(row, voice),
        "interval": voice.format.interval(row.figure, row.share),
        "counts": voice.format.counts(row.figure) if row.figure.total else _NO_FIGURE,
        "unknown": voice.format.number(row.figure.unknown),
        "decision": voice.say(decision_word(row.decision, overdue=row.overdue)),
        "needed": voice.say(row.needed) if row.needed is not None else "",
        "formula": _joined(voice.say(row.formula)),
        "under": [
            {
                "title": _joined(voice.say(sub.short)),
                "interval": voice.format.interval(sub.figure),
                "counts": voice.format.counts(sub.figure) if sub.figure.total else _NO_FIGURE,
            }
            for sub in row.under
        ],
        "obstacles": [_obstacle(one, names, voice) for one in row.obstacles],
        "notes": [voice.say(note) for note in row.notes],
    }


def _obstacle(obstacle: Obstacle, names: Mapping[str, str], voice: Voice) -> Value:
    listed = [named(names.get(agency, agency)) for agency in obstacle.agencies]
    rest = len(listed) - NAMED
    said = ", ".join(listed[:NAMED])
    if rest > 0:
        said = voice.say(Message(_MORE.text, {"names": said, "count": rest}))
    return {"words": voice.say(obstacle.words), "agencies": said}


def _bar(row: TargetRow, target: Target, voice: Voice) -> Value:
    return {
        "number": row.number,
        "title": _joined(voice.say(row.title)),
        "source": named(target.source or ""),
        "confirmed": target.confirmed,
        "due": voice.format.day(target.due) if target.due else "",
        "asked": _asked(row, voice),
        "interval": voice.format.interval(row.figure, row.share),
        "counts": voice.format.counts(row.figure) if row.figure.total else _NO_FIGURE,
        "decision": voice.say(decision_word(row.decision, overdue=row.overdue)),
        "formula": _joined(voice.say(row.formula)),
    }


def _order(order: Order, voice: Voice) -> Value:
    return {
        "who": voice.say(order.who),
        "action": voice.say(order.action),
        "effect": voice.say(order.effect),
        "due": voice.format.day(order.due) if order.due else "",
    }


def _agency(number: int, row: AgencyRow, targets: Sequence[TargetRow], voice: Voice) -> Value:
    figures = {figure.target: figure for figure in row.figures}
    return {
        "number": number,
        "name": named(row.name),
        "submitted": row.submitted,
        "figures": [
            _NO_FIGURE
            if (figure := figures.get(target.number)) is None
            else _range(figure.proven, figure.proven + figure.unknown, figure.total, voice)
            for target in targets
        ],
    }


def _range(lower: int, upper: int, total: int, voice: Voice) -> str:
    number = voice.format.number
    counted = number(lower) if lower == upper else f"{number(lower)}–{number(upper)}"
    return f"{counted}/{number(total)}"


def _asked(row: TargetRow, voice: Voice) -> str:
    return voice.format.aim(row.sign, row.share).replace(" ", "\u00a0")


def _joined(text: str) -> str:
    """Folded texts of the catalog carry line ends."""
    return " ".join(text.split())


def _basis(measured: Measured, voice: Voice) -> tuple[str, ...]:
    """What the figures are tied to, for every page's foot."""
    province = measured.province
    said = (
        msg("Data as of {moment}.", moment=measured.as_of),
        msg("Level rules: {rules}.", rules=measured.levels.rules.act),
        msg("Inventory: {digest}.", digest=_short(province.inventory.digest)),
        msg("Catalog: {digest}.", digest=_short(province.catalog.digest)),
        msg("Head of the evidence chain: {digest}.", digest=_short(measured.chain_head)),
        _APPRAISAL,
    )
    return tuple(voice.say(one) for one in said)


def _short(digest: str) -> str:
    return digest[:16] or _NO_FIGURE
