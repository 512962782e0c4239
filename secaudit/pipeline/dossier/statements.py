"""The level proposal statement (331: 22.4, 22.5) and the security plan statement (22.6, 29.2)."""

from secaudit.messages import Message, msg
from secaudit.model.assessment import Fulfilment
from secaudit.model.system import HarmEstimate, Information
from secaudit.pipeline.dossier.blanks import Sheet
from secaudit.pipeline.dossier.draft import Draft
from secaudit.pipeline.dossier.frame import Body
from secaudit.pipeline.dossier.level import ReadingLine
from secaudit.pipeline.dossier.plan import PlanRow, PlanTable
from secaudit.pipeline.dossier.wording import (
    INFORMATION,
    KINDS,
    NOT_ASSESSED,
    VIETNAMESE,
    WHO,
    answer_text,
    day_text,
    level_text,
    subjects_text,
)
from secaudit.pipeline.publish.systems import COMPARISONS
from secaudit.report.official import Value
from secaudit.report.words import word

_NUMBER = VIETNAMESE.number


def level(sheet: Sheet, draft: Draft) -> Body:
    """What is proposed and why, what is open, and the risks that only people can name."""
    found, system = draft.level, draft.system
    rules = ", ".join(str(one) for one in found.proposal.by_rules)
    further: list[Value] = []
    if draft.further:
        for part in draft.rules.further:
            what = msg("{clause}: {title}", clause=part.clause, title=part.title)
            further.append({"clause": part.clause, "title": part.title.vi, "gap": sheet.gap(what, "operator")})
    return {
        "level": level_text(sheet, found.proposal),
        "owner": draft.offices.owner.name,
        "operator": sheet.fill(_name(draft), msg("name of {whom}", whom=msg("the operator of the system")), "province"),
        "type": sheet.fill(
            sheet.say(KINDS[system.kind]) if system.kind is not None else None,
            msg("type of system (9.2)"),
        ),
        "by_rules": rules or sheet.say(msg("none: no criterion applies")),
        "settled": len(found.proposal.by_rules) == 1,
        "declared": found.proposal.source == "dossier",
        "comparison": sheet.say(COMPARISONS[found.proposal.comparison]),
        "grounds_short": _clauses_in_short(sheet, draft),
        "information": _information(sheet, draft),
        "method": _method(sheet, draft),
        "clauses": [
            {
                "clause": line.clause,
                "level": line.level,
                "title": line.title,
                "matches": sheet.say(msg("applies") if line.matches else msg("not determined")),
            }
            for line in found.clauses
        ],
        "inputs": [{"question": sheet.say(asked), "answer": answer_text(sheet, given)} for asked, given in found.inputs],
        "readings": [_reading(sheet, line) for line in found.readings],
        "questions": [{"who": sheet.say(WHO[one.who]), "text": one.text.vi} for one in found.questions],
        "pending": list(found.pending),
        "inherited": list(found.inherited_from),
        "inheritance": draft.level_rules.inheritance.vi,
        "harm": _harm(sheet, system.harm),
        "risks": sheet.gap(msg("main threats and risks with their expected impact (22.4.c)"), "operator"),
        "further": further,
    }


def _name(draft: Draft) -> str | None:
    return draft.offices.operator.name if draft.offices.operator is not None else None


def _clauses_in_short(sheet: Sheet, draft: Draft) -> str:
    """Clauses of the proposed level that apply, as the table of systems cites them."""
    levels = set(draft.level.proposal.levels)
    cited = [line.clause for line in draft.level.clauses if line.matches and (line.level in levels or not levels)]
    if not cited:
        return sheet.gap(msg("clause on which the proposed level rests"), "operator")
    return f"{draft.level_rules.act}: {', '.join(cited)}"


def _information(sheet: Sheet, draft: Draft) -> list[Value]:
    """Four kinds (9.1): answered means complete, unanswered is no answer."""
    system, rows = draft.system, list[Value]()
    for kind in Information:
        if system.information is None:
            held = sheet.fill(None, msg("kinds of information processed (9.1)"))
        else:
            held = sheet.say(msg("yes") if kind in system.information else msg("no"))
        count = "–"
        if kind is Information.PERSONAL and (system.information is None or kind in system.information):
            basic = subjects_text(sheet, system.data_subjects, sensitive=False)
            sensitive = subjects_text(sheet, system.data_subjects, sensitive=True)
            count = sheet.say(
                msg(
                    "basic data: {basic}; sensitive data: {sensitive}",
                    basic=sheet.fill(basic, msg("number of people whose basic personal data it holds"), "province"),
                    sensitive=sheet.fill(sensitive, msg("number of people whose sensitive personal data it holds"), "province"),
                )
            )
        what = msg("description of the data: {kind}", kind=INFORMATION[kind])
        processed = system.information is None or kind in system.information
        rows.append(
            {
                "kind": sheet.say(INFORMATION[kind]),
                "held": held,
                "about": sheet.gap(what, "operator") if processed and kind is not Information.STATE_SECRET else "–",
                "count": count,
            }
        )
    return rows


def _method(sheet: Sheet, draft: Draft) -> str:
    subjects = draft.system.data_subjects
    if draft.system.information is not None and Information.PERSONAL not in draft.system.information:
        return "–"
    method = subjects.method if subjects is not None else None
    counted = day_text(subjects.counted_on) if subjects is not None else ""
    how = sheet.fill(method, msg("how people with personal data were counted"), "province")
    when = sheet.fill(counted, msg("day on which people with personal data were counted"), "province")
    return sheet.say(msg("{method}; counted on {day}", method=how, day=when))


def _reading(sheet: Sheet, line: ReadingLine) -> Value:
    paper = line.paper
    if paper is None or paper.document is None:
        said = sheet.gap(msg("document in which the province fixed the reading"), "province")
    else:
        parts = [paper.document, day_text(paper.date), paper.signer or ""]
        said = ", ".join(part for part in parts if part)
    return {"words": sheet.say(line.words), "document": said}


_HARMED: tuple[tuple[str, Message], ...] = (
    ("rights", msg("lawful rights and interests of organisations and individuals")),
    ("public", msg("public interest")),
    ("order", msg("social order and safety")),
    ("security", msg("national security")),
)
_HARM = {
    "none": msg("no harm"),
    "harm": msg("harm"),
    "serious": msg("serious harm"),
    "particularly_serious": msg("particularly serious harm"),
}


def _harm(sheet: Sheet, harm: HarmEstimate | None) -> list[Value]:
    rows: list[Value] = []
    for name, whom in _HARMED:
        estimated = getattr(harm, name) if harm is not None else None
        said = sheet.say(_HARM[estimated]) if estimated is not None else None
        rows.append(
            {
                "whom": sheet.say(whom),
                "harm": sheet.fill(said, msg("estimated harm to {whom}", whom=whom), "province"),
            }
        )
    return rows


def plan(sheet: Sheet, draft: Draft) -> Body:
    """Seven parts for people to write, and every requirement of the level with what is known of it."""
    dossier = draft.system.dossier
    regulation = dossier.regulation if dossier is not None else None
    said = None
    if regulation is not None:
        said = ", ".join(part for part in (regulation.number, day_text(regulation.date), regulation.authority or "") if part)
    parts: list[Value] = []
    for number, part in enumerate(draft.rules.plan_parts, start=1):
        what = msg("{clause}: {title}", clause=part.clause, title=part.title)
        parts.append({"number": number, "clause": part.clause, "title": part.title.vi, "gap": sheet.gap(what, "operator")})
    what = msg("security regulation (number, date, authority): to be issued before the dossier is approved (30.7)")
    return {
        "level": level_text(sheet, draft.level.proposal),
        "standard": draft.rules.standard,
        "regulation": sheet.fill(said, what, "operator"),
        "deployed": sheet.fill(_deployed(sheet, draft), msg("how far the plan is deployed"), "operator"),
        "parts": parts,
        "tables": [_table(sheet, draft, one) for one in draft.plans],
        "no_tables": ""
        if draft.plans
        else sheet.gap(msg("requirements of the standard for the level that is determined"), "operator"),
    }


def _deployed(sheet: Sheet, draft: Draft) -> str | None:
    found = draft.system.plan
    if found is None or found.status is None:
        return None
    said = sheet.say(_DEPLOYED[found.status])
    if found.expected_on is None:
        return said
    return sheet.say(msg("{said}; fully deployed expected {day}", said=said, day=day_text(found.expected_on)))


_DEPLOYED = {
    "none": msg("not deployed"),
    "partial": msg("some items deployed"),
    "full": msg("fully deployed"),
}


def _table(sheet: Sheet, draft: Draft, found: PlanTable) -> Value:
    """One list; a level that is not settled says so in its heading."""
    counts = {kind: sum(1 for row in found.rows if row.fulfilment is kind) for kind in (*Fulfilment, None)}
    tally = "; ".join(f"{_status(sheet, kind)}: {_NUMBER(count)}" for kind, count in counts.items() if count)
    sheet.missing(
        msg("how each of {count} requirements of level {level} is met (22.6)", count=len(found.rows), level=found.level),
        "operator",
    )
    open_rows = found.open_rows
    if open_rows:
        sheet.missing(
            msg("{count} further requirements of level {level}: take them from the standard", count=open_rows, level=found.level),
            "operator",
        )
    return {
        "level": found.level,
        "settled": draft.level.proposal.level is not None,
        "tally": tally,
        "open": _NUMBER(open_rows) if open_rows is not None else "?",
        "whole": _NUMBER(found.whole) if found.whole is not None else "?",
        "held": _NUMBER(len(found.rows)),
        "assessed": found.assessed,
        "rows": [_requirement(sheet, row) for row in found.rows],
    }


def _status(sheet: Sheet, found: Fulfilment | None) -> str:
    return sheet.say(word(found) if found is not None else NOT_ASSESSED)


_MOST_REASONS = 3


def _requirement(sheet: Sheet, row: PlanRow) -> Value:
    reasons = [sheet.say(reason) for reason in row.because[:_MOST_REASONS]]
    if len(row.because) > _MOST_REASONS:
        reasons.append(sheet.say(msg("and {count} more", count=len(row.because) - _MOST_REASONS)))
    asked = [row.asked] if row.asked else []
    if row.checks:
        asked.append(sheet.say(msg("{count} check(s) on machines", count=row.checks)))
    if not row.confirmed:
        asked.append(sheet.say(msg("not confirmed in the source")))
    return {
        "number": row.number,
        "group": row.group,
        "title": row.title,
        "clause": ", ".join(row.clauses),
        "strength": sheet.say(msg("mandatory") if row.mandatory else msg("suggested")),
        "status": _status(sheet, row.fulfilment),
        "because": "; ".join(reasons),
        "asked": "; ".join(asked) or "–",
        "how": sheet.cell(None),
    }
