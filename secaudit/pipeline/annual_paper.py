"""The annual report as an official paper: what the Word template of Form 08 is given."""

from collections.abc import Iterator, Sequence

from secaudit.model.annual_report import (
    OWNER_ITEMS,
    SUBJECT,
    TOTALS,
    UNIT_ITEMS,
    AnnualReport,
    Issue,
    Office,
    Row,
    Severity,
)
from secaudit.model.inventory import Letterhead, Organisation, ProvinceFile
from secaudit.model.level import LevelRuleSet
from secaudit.pipeline.annual_annexes import Annexes, Assessed, Candidate, Kept, by_requirement
from secaudit.pipeline.annual_words import (
    ANSWERS,
    GAP,
    NO_DATA,
    STATED,
    basis_words,
    completion_words,
    items_of,
    number_words,
    office_words,
    scope_words,
    total_words,
)
from secaudit.pipeline.publish.systems import question_words
from secaudit.report.official import Paper, Signature, Value
from secaudit.report.voice import Voice

TEMPLATE = "form-08"
MOST_LISTED = 300
"""Systems in the paper's own table of Phụ lục III."""


def annual_paper(
    file: ProvinceFile, report: AnnualReport, found: Annexes, issues: Sequence[Issue], voice: Voice, *, draft: bool
) -> Paper:
    """Everything for the template; ``voice`` speaks Vietnamese, as the paper does. Number, date and signature stay blank."""
    head = file.letterhead
    return Paper(
        template=TEMPLATE,
        agency=file.province.owner,
        parent=head.parent or "",
        place=head.place or "",
        symbol=_symbol(head),
        subject=SUBJECT,
        addressees=(head.addressee,) if head.addressee else (),
        recipients=head.recipients if file.annual_report.signature_block else (),
        archive=f"Lưu: VT{f', {head.drafting_unit}' if head.drafting_unit else ''}" if file.annual_report.signature_block else "",
        signature=_signature(head) if file.annual_report.signature_block else None,
        basis=tuple(basis_words(report)),
        body={
            "draft": draft,
            "gap": GAP,
            "totals": _totals(report),
            "owners": [_owner(part.owner, part.designated) for part in report.owners],
            "systems": [_system(row) for row in report.rows],
            "scope": list(scope_words(report)),
            "blanks": list(blank_words(issues)),
            "silent": [office.name for office in report.silent],
            "candidates": [_candidate(number, one, found.rules, voice) for number, one in enumerate(found.candidates, start=1)],
            "candidate_notes": list(candidate_notes(found)),
            "kept": [_kept(number, one) for number, one in enumerate(found.stated, start=1)],
            "kept_notes": list(kept_notes(found)),
            "assessed": [_assessed(number, one) for number, one in enumerate(listed_assessed(found), start=1)],
            "requirements": _requirements(found, voice),
            "assessed_notes": list(assessed_notes(found)),
            "calls": _calls(issues, voice) if draft else [],
        },
    )


def _symbol(head: Letterhead) -> str:
    """A letter's symbol names the office and the unit that drafts."""
    return f"/{'-'.join(part for part in (head.symbol, head.drafting_unit) if part)}" if head.symbol else ""


def _signature(head: Letterhead) -> Signature:
    return Signature(head.authority or "", head.signer_title or "", head.signer_name or "")


def _totals(report: AnnualReport) -> list[Value]:
    values = [*(total_words(report, total) for total in report.totals.numbers), completion_words(report)]
    return [_item(label, value) for label, value in zip(TOTALS, values, strict=True)]


def _item(label: str, value: str) -> Value:
    return {"label": label, "value": value}


def _owner(owner: Organisation, designated: Organisation | None) -> Value:
    return {
        "owner": [_item(label, value) for label, value in zip(OWNER_ITEMS, items_of(owner), strict=True)],
        "unit": [_item(label, value) for label, value in zip(UNIT_ITEMS, items_of(designated), strict=True)],
    }


def _system(row: Row) -> Value:
    return {
        "number": row.number,
        "name": row.name,
        "owner": row.owner,
        "operator": row.operator,
        "level": row.level,
        "state": row.state,
        "decision": row.decision,
        "regulation": row.regulation,
        "approval_expected": f"{row.approval_expected:%d/%m/%Y}" if row.approval_expected else "",
        "plan": row.plan,
        "plan_expected": f"{row.plan_expected:%d/%m/%Y}" if row.plan_expected else "",
        "inspected": row.inspected,
    }


def blank_words(issues: Sequence[Issue]) -> Iterator[str]:
    """How many cells of each column are blank because nobody answered: no list of names leaves with the paper."""
    counts: dict[str, int] = {}
    for issue in issues:
        if issue.part.startswith("(") and issue.blank:
            counts[issue.part] = counts.get(issue.part, 0) + 1
    for part in sorted(counts, key=lambda one: int(one.strip("()"))):
        yield f"Cột {part}: {number_words(counts[part])} hệ thống {NO_DATA}."


def candidate_words(one: Candidate, rules: LevelRuleSet, voice: Voice) -> tuple[str, str]:
    """The clause, and how sure it is."""
    clause = "Điều 16.4" + (f" (cấp độ 5 theo Điều {', '.join(one.clauses)})" if one.clauses else " (cấp độ 5)")
    if one.sure:
        return clause, "Cấp độ 5"
    asked = [voice.say(question_words(rules, name)).partition("?")[0] for name in one.missing]
    return clause, f"Có thể là cấp độ 5, cần trả lời: {'? '.join(asked)}?" if asked else "Có thể là cấp độ 5"


def candidate_office(one: Candidate) -> str:
    """Whose system it is; of one of state secrets the report says name and level alone."""
    return one.row.office.name if one.row.office and not one.row.state_secret else ""


def candidate_notes(found: Annexes) -> Iterator[str]:
    """What the list does not say; "không có" only where nothing is open."""
    if not found.candidates:
        yield "Chưa phát hiện HTTT nào theo quy tắc cấp độ 5." if found.open else "Theo quy tắc cấp độ 5: không có."
    if found.undetermined:
        yield f"{number_words(found.undetermined)} HTTT chưa đủ dữ liệu để xếp cấp độ, chưa loại trừ được."
    yield (
        "Điều 16.4: mọi HTTT cấp độ 5 là HTTT quan trọng về an ninh quốc gia. Các tiêu chí tại Điều 16.1, 16.2, 16.3 "
        "không xét được từ danh mục: chủ quản rà soát theo Điều 17.1."
    )


def _candidate(number: int, one: Candidate, rules: LevelRuleSet, voice: Voice) -> Value:
    clause, certainty = candidate_words(one, rules, voice)
    return {
        "number": number,
        "name": one.row.name,
        "office": candidate_office(one),
        "level": one.row.level,
        "clause": clause,
        "certainty": certainty,
        "state": one.row.state,
    }


def kept_note(one: Kept) -> str:
    """Why a statement does not count."""
    if one.statement is None or one.in_force:
        return ""
    return f"Xác nhận ngày {one.statement.stated_on:%d/%m/%Y} đã hết hiệu lực"


def kept_notes(found: Annexes) -> Iterator[str]:
    """Systems of which nothing is stated."""
    missing, total = len(found.kept) - len(found.stated), len(found.kept)
    if missing:
        yield f"{number_words(missing)}/{number_words(total)} HTTT {NO_DATA} (chưa có xác nhận kèm văn bản còn hiệu lực)."


def _kept(number: int, one: Kept) -> Value:
    stated = one.statement
    assert stated is not None
    return {
        "number": number,
        "name": one.row.name,
        "regulation": one.row.regulation,
        "answer": STATED[stated.answer],
        "stated_on": f"{stated.stated_on:%d/%m/%Y}",
        "document": f"{stated.document.number}, {stated.document.date:%d/%m/%Y}",
        "role": stated.role,
    }


def roadmap_words(row: Row) -> str:
    """Until when what is missing is to be there."""
    return f"Dự kiến triển khai đầy đủ: {row.plan_expected:%d/%m/%Y}" if row.plan_expected else ""


def listed_assessed(found: Annexes) -> Sequence[Assessed]:
    """Systems of the paper's own table; beyond what anybody reads on paper they stand in the workbook alone."""
    return found.assessed if len(found.assessed) <= MOST_LISTED else ()


def assessed_notes(found: Annexes) -> Iterator[str]:
    """Systems of which nothing was assessed, and rows that are held nowhere."""
    if found.not_assessed:
        total = found.not_assessed + len(found.assessed)
        yield f"{number_words(found.not_assessed)}/{number_words(total)} HTTT {NO_DATA}."
    if found.assessed:
        yield (
            "Từng yêu cầu của từng HTTT: xem tệp bảng tính kèm theo. Yêu cầu chưa có trong bộ yêu cầu được để ngỏ, "
            "không bao giờ tính là đã đáp ứng."
        )
    if found.assessed and not listed_assessed(found):
        yield f"Bảng theo từng HTTT ({number_words(len(found.assessed))} HTTT) chỉ có trong tệp bảng tính kèm theo."


def _assessed(number: int, one: Assessed) -> Value:
    made = one.assessment
    return {
        "number": number,
        "name": one.row.name,
        "level": made.level,
        "rows": made.rows if made.rows is not None else "",
        "requirements": len(made.results),
        "counts": [one.count(answer) for answer in ANSWERS],
        "open": made.open_rows if made.open_rows is not None else "",
        "roadmap": roadmap_words(one.row),
    }


def _requirements(found: Annexes, voice: Voice) -> list[Value]:
    return [
        {
            "number": one.result.requirement.number,
            "title": voice.say(one.result.requirement.title),
            "clauses": ", ".join(one.result.requirement.clauses),
            "counts": [one.counts[answer] for answer in ANSWERS],
        }
        for one in by_requirement(found.assessed)
    ]


def _calls(issues: Sequence[Issue], voice: Voice) -> list[Value]:
    """Open points by agency, so that one call settles all of its own; what is said of several systems is said once."""
    offices: dict[Office | None, dict[tuple[str, str, str, str], list[Value]]] = {}
    for issue in issues:
        if issue.severity is not Severity.NOTE:
            said = (SEVERITIES[issue.severity], place_words(issue), voice.say(issue.message), voice.say(issue.todo))
            names = offices.setdefault(issue.office, {}).setdefault(said, [])
            if issue.name:
                names.append(issue.name)
    return [
        {
            "office": office_words(office) or "Cấp tỉnh",
            "points": [
                {"severity": severity, "place": place, "message": message, "todo": todo, "names": names}
                for (severity, place, message, todo), names in points.items()
            ],
        }
        for office, points in sorted(offices.items(), key=lambda item: (item[0] is not None, item[0].name if item[0] else ""))
    ]


SEVERITIES = {Severity.ERROR: "Phải xử lý", Severity.WARNING: "Cần làm rõ", Severity.NOTE: "Lưu ý"}


def place_words(issue: Issue) -> str:
    """``cột (7)``, ``mục 2a``."""
    if not issue.part:
        return "phần đầu văn bản"
    return f"cột {issue.part}" if issue.part.startswith("(") else f"mục {issue.part}"
