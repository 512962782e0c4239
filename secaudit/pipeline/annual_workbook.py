"""The annual report as a workbook: the three sections of Form 08, the annexes, and what is still to be settled."""

from collections.abc import Iterator, Sequence

from secaudit.messages import Message
from secaudit.model.annual_report import (
    COLUMNS,
    FORM,
    OWNER_ITEMS,
    OWNER_PART,
    SECTIONS,
    TOTALS,
    UNIT_ITEMS,
    UNIT_PART,
    AnnualReport,
    Issue,
    Office,
    Row,
)
from secaudit.model.assessment import Fulfilment
from secaudit.pipeline.annual_annexes import Annexes, Assessed, by_requirement
from secaudit.pipeline.annual_paper import (
    SEVERITIES,
    candidate_notes,
    candidate_office,
    candidate_words,
    kept_note,
    place_words,
    roadmap_words,
)
from secaudit.pipeline.annual_words import (
    ANSWERS,
    NO_DATA,
    STATED,
    basis_words,
    completion_reason,
    completion_words,
    items_of,
    scope_words,
    unknown_words,
)
from secaudit.report.texts import Wording
from secaudit.report.voice import Voice
from secaudit.report.workbook import Cell, Column, Tab

_WIDTHS = (6, 36, 26, 26, 9, 16, 28, 28, 14, 18, 14, 18)


def annual_tabs(report: AnnualReport, found: Annexes, issues: Sequence[Issue], voice: Voice, *, draft: bool) -> tuple[Tab, ...]:
    """Every sheet; dates are dates and numbers are numbers, so that they can be sorted and added up."""
    foot = f"{FORM} năm {report.year}, số liệu {report.as_of:%d/%m/%Y}"
    foot += " – DỰ THẢO, LƯU HÀNH NỘI BỘ"
    tabs = [_totals(report, draft=draft), _owners(report), _systems(report)]
    tabs += [_candidates(found, voice), _kept(found), *_assessed(found)]
    if report.silent:
        tabs.append(_silent(report, draft=draft))
    if draft:  # people and phones do not leave with a finished report
        tabs.append(_issues(issues))
    return tuple(_footed(tab, foot) for tab in tabs)


def _footed(tab: Tab, foot: str) -> Tab:
    return Tab(tab.name, tab.title, tab.columns, tab.rows, tab.notes, footer=foot, zeros=True)


def _totals(report: AnnualReport, *, draft: bool) -> Tab:
    rows: list[tuple[Cell, ...]] = [
        (label, total.count, "ít nhất" if report.at_least(total) else "", unknown_words(total))
        for label, total in zip(TOTALS, report.totals.numbers, strict=False)
    ]
    end = report.totals.completion
    when: Cell = end.day if end.day is not None and not report.end_open else completion_words(report) or None
    rows.append((TOTALS[-1], when, "", completion_reason(end)))
    notes = (*scope_words(report), *basis_words(report))
    if draft:
        notes = ("BẢN DỰ THẢO: còn điểm phải xử lý, xem trang “Điểm cần xử lý”.", *notes)
    return Tab(
        name="1. Thông tin chung",
        title=f"{FORM}: báo cáo năm {report.year}. {SECTIONS[0]}",
        columns=(Column("Nội dung", 90), Column("Số lượng", 16), Column("Là số", 10), Column("Ghi chú", 60)),
        rows=tuple(rows),
        notes=notes,
    )


def _owners(report: AnnualReport) -> Tab:
    rows: list[tuple[Cell, ...]] = []
    for number, part in enumerate(report.owners, start=1):
        for heading, items, office in ((OWNER_PART, OWNER_ITEMS, part.owner), (UNIT_PART, UNIT_ITEMS, part.designated)):
            for label, value in zip(items, items_of(office), strict=True):
                rows.append((number, part.owner.name, heading, label, value or None))
    return Tab(
        name="2. Chủ quản, chuyên trách",
        title=SECTIONS[1],
        columns=(Column("STT", 6), Column("Chủ quản HTTT", 36), Column("Phần", 44), Column("Mục", 50), Column("Nội dung", 60)),
        rows=tuple(rows),
    )


def _systems(report: AnnualReport) -> Tab:
    columns = [
        Column(f"{label} ({number})", width) for number, (label, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), 1)
    ]
    return Tab(
        name="3. Chi tiết HTTT",
        title=SECTIONS[2],
        columns=tuple(columns),
        rows=tuple(system_cells(row) for row in report.rows),
    )


def system_cells(row: Row) -> tuple[Cell, ...]:
    """The twelve columns."""
    return (
        row.number,
        row.name,
        row.owner or None,
        row.operator or None,
        row.level,
        row.state or None,
        row.decision or None,
        row.regulation or None,
        row.approval_expected,
        row.plan or None,
        row.plan_expected,
        row.inspected or None,
    )


def _candidates(found: Annexes, voice: Voice) -> Tab:
    rows = tuple(
        (
            number,
            one.row.name,
            candidate_office(one) or None,
            one.row.level,
            *candidate_words(one, found.rules, voice),
            one.row.state or None,
        )
        for number, one in enumerate(found.candidates, start=1)
    )
    return Tab(
        name="Phụ lục I",
        title="Phụ lục I. HTTT có căn cứ đề xuất đưa vào Danh mục HTTT quan trọng về an ninh quốc gia (Điều 36.3)",
        columns=(
            Column("STT", 6), Column("Tên HTTT", 40), Column("Cơ quan, đơn vị", 40), Column("Cấp độ đề xuất", 9),
            Column("Căn cứ (Điều 16)", 30), Column("Mức chắc chắn", 50), Column("Tình trạng hồ sơ", 20),
        ),
        rows=rows,
        notes=tuple(candidate_notes(found)),
    )  # fmt: skip


def _kept(found: Annexes) -> Tab:
    rows: list[tuple[Cell, ...]] = []
    for number, one in enumerate(found.kept, start=1):
        stated = one.statement if one.in_force else None
        rows.append(
            (
                number,
                one.row.name,
                _office(one.row),
                one.row.regulation or None,
                STATED[stated.answer] if stated else NO_DATA,
                stated.stated_on if stated else None,
                f"{stated.document.number}, {stated.document.date:%d/%m/%Y}" if stated else None,
                stated.role if stated else None,
                kept_note(one) or None,
            )
        )
    return Tab(
        name="Phụ lục II",
        title="Phụ lục II. HTTT tuân thủ quy định, quy trình trong Quy chế bảo đảm an ninh mạng (Điều 36.7)",
        columns=(
            Column("STT", 6), Column("Tên HTTT", 40), Column("Cơ quan, đơn vị", 40), Column("Quy chế", 30), Column("Kết quả", 18),
            Column("Ngày xác nhận", 14), Column("Văn bản", 26), Column("Người xác nhận (chức vụ)", 26), Column("Ghi chú", 40),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _assessed(found: Annexes) -> Iterator[Tab]:
    notes = (f"{found.not_assessed} HTTT {NO_DATA}.",) if found.not_assessed else ()
    head = (Column("STT", 6), Column("Tên HTTT", 40), Column("Cơ quan, đơn vị", 40))
    yield Tab(
        name="Phụ lục III",
        title="Phụ lục III. Mức đáp ứng phương án bảo đảm an ninh mạng theo từng tiêu chí, yêu cầu (Điều 36.9, 36.10)",
        columns=(
            *head, Column("Tiêu chuẩn", 20), Column("Cấp độ", 8), Column("Dòng của tiêu chuẩn", 12),
            Column("Số yêu cầu", 9),
            *(Column(words, 12) for words in ANSWERS.values()), Column("Dòng chưa có trong bộ yêu cầu", 14),
            Column("Kế hoạch, lộ trình", 30),
        ),
        rows=tuple(_assessed_cells(number, one) for number, one in enumerate(found.assessed, start=1)),
        notes=notes,
    )  # fmt: skip
    if not found.assessed:
        return
    yield Tab(
        name="Phụ lục III - yêu cầu",
        title="Phụ lục III. Số HTTT theo từng yêu cầu",
        columns=(
            Column("Tiêu chuẩn", 20), Column("Số", 6), Column("Nhóm", 30), Column("Yêu cầu", 60), Column("Điều khoản", 26),
            *(Column(words, 12) for words in ANSWERS.values()),
        ),
        rows=tuple(
            (one.standard, one.result.requirement.number, one.result.requirement.group, one.result.requirement.title,
             ", ".join(one.result.requirement.clauses), *(one.counts[answer] for answer in ANSWERS))
            for one in by_requirement(found.assessed)
        ),
    )  # fmt: skip
    yield _numbers(found)
    yield Tab(
        name="Phụ lục III - chưa đủ",
        title="Phụ lục III. Yêu cầu chưa đáp ứng đầy đủ của từng HTTT (Điều 36.10)",
        columns=(
            Column("Tên HTTT", 40), Column("Cơ quan, đơn vị", 40), Column("Số", 6), Column("Yêu cầu", 60),
            Column("Điều khoản", 26), Column("Mức đáp ứng", 20), Column("Vì sao", 60), Column("Kế hoạch, lộ trình", 30),
        ),
        rows=tuple(_failing_cells(found.assessed)),
        notes=("Yêu cầu chưa xác định không liệt kê ở đây: xem trang “Phụ lục III - từng yêu cầu”.",),
    )  # fmt: skip


def _numbers(found: Annexes) -> Tab:
    """Every requirement of every system, as numbers under the answer: a cell for each would make a file nobody opens."""
    rows: list[tuple[Cell, ...]] = []
    for one in found.assessed:
        answers: dict[Fulfilment, list[int]] = {answer: [] for answer in ANSWERS}
        for result in one.assessment.results:
            answers[result.fulfilment].append(result.requirement.number)
        rows.append((one.row.name, one.assessment.level, *(spans(numbers) or None for numbers in answers.values())))
    return Tab(
        name="Phụ lục III - từng yêu cầu",
        title="Phụ lục III. Từng yêu cầu của từng HTTT",
        columns=(Column("Tên HTTT", 40), Column("Cấp độ", 8), *(Column(words, 34) for words in ANSWERS.values())),
        rows=tuple(rows),
        notes=("Số của yêu cầu: xem trang “Phụ lục III - yêu cầu”.",),
    )


def spans(numbers: Sequence[int]) -> str:
    """``1–4, 7``."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ", ".join("–".join(str(end) for end in part) for part in parts)


def _assessed_cells(number: int, one: Assessed) -> tuple[Cell, ...]:
    made = one.assessment
    cells: list[Cell] = [number, one.row.name, _office(one.row), made.standard, made.level, made.rows, len(made.results)]
    cells += [one.count(answer) for answer in ANSWERS]
    return (*cells, made.open_rows, roadmap_words(one.row) or None)


def _failing_cells(assessed: Sequence[Assessed]) -> Iterator[tuple[Cell, ...]]:
    for one in assessed:
        for result in one.assessment.results:
            if result.fulfilment in (Fulfilment.NOT_MET, Fulfilment.PARTLY):
                yield (
                    one.row.name,
                    _office(one.row),
                    result.requirement.number,
                    result.requirement.title,
                    ", ".join(result.requirement.clauses),
                    ANSWERS[result.fulfilment] + (" (chấp nhận có thời hạn)" if result.waived else ""),
                    _because(result.because),
                    roadmap_words(one.row) or None,
                )


def _because(reasons: Sequence[Message]) -> Wording | None:
    if not reasons:
        return None
    return Message("; ".join(f"{{r{number}}}" for number in range(len(reasons))), {f"r{n}": one for n, one in enumerate(reasons)})


def _issues(issues: Sequence[Issue]) -> Tab:
    return Tab(
        name="Điểm cần xử lý",
        title="Điểm cần xử lý trước khi ký",
        columns=(
            Column("Mức", 12), Column("Vị trí", 10), Column("Mã hệ thống", 22), Column("Tên HTTT", 36), Column("Nội dung", 60),
            Column("Việc cần làm", 60), Column("Cơ quan, đơn vị", 36), Column("Người liên hệ", 24), Column("Điện thoại", 18),
        ),
        rows=tuple(
            (SEVERITIES[one.severity], place_words(one), one.system or None, one.name or None, one.message, one.todo,
             *_reached(one.office))
            for one in issues
        ),
        notes=("Chỉ dùng nội bộ: không gửi kèm báo cáo.",),
    )  # fmt: skip


def _silent(report: AnnualReport, *, draft: bool) -> Tab:
    width = 4 if draft else 2
    columns = (Column("STT", 6), Column("Cơ quan, đơn vị", 50), Column("Người liên hệ", 30), Column("Điện thoại", 20))
    return Tab(
        name="Chưa gửi số liệu",
        title="Cơ quan, đơn vị chưa gửi số liệu",
        columns=columns[:width],
        rows=tuple((number, one.name, one.contact, one.phone)[:width] for number, one in enumerate(report.silent, start=1)),
    )


def _reached(office: Office | None) -> tuple[str | None, ...]:
    return (office.name, office.contact, office.phone) if office else (None, None, None)


def _office(row: Row) -> str | None:
    return row.office.name if row.office else None
