"""Sentences of the annual report around the official form: Vietnamese in every language of the console, as the paper is."""

from collections.abc import Iterator, Sequence

from secaudit.model.annual_report import FORM, AnnualReport, Completion, Office, Total
from secaudit.model.assessment import Fulfilment
from secaudit.model.inventory import Organisation
from secaudit.report.format import Format

GAP = "……"
"""Where the form has a place and nobody said what belongs there."""
AT_LEAST = "ít nhất"
ANSWERS: dict[Fulfilment, str] = {
    Fulfilment.MET: "Đã đáp ứng đầy đủ",
    Fulfilment.PARTLY: "Đáp ứng một phần",
    Fulfilment.NOT_MET: "Chưa đáp ứng",
    Fulfilment.UNKNOWN: "Chưa xác định",
    Fulfilment.NOT_APPLICABLE: "Không áp dụng",
}
STATED = {
    "met": "Tuân thủ",
    "partly": "Tuân thủ một phần",
    "not_met": "Không tuân thủ",
    "not_applicable": "Không áp dụng",
}
NO_DATA = "chưa có dữ liệu"
number_words = Format("vi").number


def total_words(report: AnnualReport, total: Total) -> str:
    """The number, as a lower bound where somebody has not answered."""
    number = number_words(total.count)
    return f"{AT_LEAST} {number}" if report.at_least(total) else number


def completion_words(report: AnnualReport) -> str:
    """When all will be approved; blank when that cannot be said."""
    end = report.totals.completion
    if end.day is not None:
        return f"không sớm hơn {end.day:%d/%m/%Y}" if report.end_open else f"{end.day:%d/%m/%Y}"
    if end.waiting or report.end_open or not report.rows:
        return ""
    return "đã hoàn thành"


def completion_reason(end: Completion) -> str:
    """Why the end is not known."""
    if not end.undated:
        return ""
    known = f"; muộn nhất trong các thời điểm đã có là {end.last:%d/%m/%Y}" if end.last else ""
    return f"{number_words(end.undated)} hệ thống chưa được phê duyệt chưa có thời điểm dự kiến{known}"


def unknown_words(total: Total) -> str:
    """How many systems nobody answered for."""
    return f"{number_words(total.unknown)} hệ thống chưa rõ" if total.unknown else ""


def items_of(office: Organisation | None, name: str = "") -> tuple[str, ...]:
    """The five answers of 2a or 2b; empty ones are unknown."""
    if office is None:
        return (name, "", "", "", "")
    head = ", ".join(part for part in (office.representative, office.title) if part)
    reached = ", ".join(part for part in (office.phone, office.email) if part)
    return (office.name, office.functions or "", head, office.address or "", reached)


def office_words(office: Office | None) -> str:
    """``UBND xã A (Nguyễn Văn B, 0208 ...)``."""
    if office is None:
        return ""
    reached = ", ".join(part for part in (office.contact, office.phone) if part)
    return f"{office.name} ({reached})" if reached else office.name


def scope_words(report: AnnualReport) -> Iterator[str]:
    """What was counted, what was not, and what the numbers are worth."""
    sent = report.agencies - len(report.silent)
    yield (
        "Thuộc phạm vi quản lý: hệ thống đang vận hành hoặc đang đầu tư của cơ quan, đơn vị còn hoạt động tại ngày số liệu; "
        "hệ thống dùng chung tính một lần cho cơ quan chủ trì. Không tính: "
        f"{number_words(report.stopped)} hệ thống đã dừng, {number_words(report.former)} hệ thống của cơ quan, đơn vị "
        "đã kết thúc hoạt động."
    )
    yield f"Số liệu của {number_words(sent)}/{number_words(report.agencies)} cơ quan, đơn vị." + (
        f" {number_words(len(report.silent))} cơ quan, đơn vị chưa gửi số liệu, vì vậy mọi tổng số là số {AT_LEAST}."
        if report.silent
        else ""
    )
    if report.secret:
        yield (
            f"{number_words(report.secret)} hệ thống có thông tin bí mật nhà nước chỉ ghi tên và cấp độ: được tính vào tổng số "
            "thuộc phạm vi quản lý, không tính vào các tổng số khác, báo cáo riêng theo quy định về bảo vệ bí mật nhà nước."
        )
    counted = "được tính" if report.drafting_counts else "không tính"
    yield f"Hồ sơ đang dự thảo {counted} là đã xây dựng hồ sơ đề xuất cấp độ. Ô trống là chưa có hoặc chưa rõ."


def basis_words(report: AnnualReport) -> Iterator[str]:
    """Which rules, which day, which source, and who decides; outside the form's text."""
    first, last = report.period
    yield f"Kỳ số liệu từ {first:%d/%m/%Y} đến {last:%d/%m/%Y} (Điều 35.3); số liệu tại ngày {report.as_of:%d/%m/%Y}."
    yield (
        f"{FORM}, Phụ lục Nghị định 331/2026/NĐ-CP, theo bản sao đọc ở một nguồn: đối chiếu bản Công báo trước khi ký. "
        f"So sánh cấp độ theo {report.rule_set}."
    )
    yield f"Nguồn: danh mục do cơ quan, đơn vị kê khai, mã kiểm tra {report.digest[:16] or GAP}."
    yield "Cột (5) là cấp độ hồ sơ đề xuất; cơ quan thẩm định, phê duyệt quyết định cấp độ. Dự thảo do phần mềm lập, chưa ký."
    yield from report.closed


def silent_words(silent: Sequence[Office]) -> str:
    """Their names, one after the other."""
    return "; ".join(office.name for office in silent)
