"""Builds the Word templates of ``report_templates/word``: one function for each, read in reviews instead of the binary.

    python tests/report/word_templates.py      writes all of them again

A new template: write its function (here, or in a module of its own that this one imports) and add it to :data:`TEMPLATES`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from word_blocks import Column, Draft, add, addressees, annex, heading, signature, start, table
from word_dossier import DOSSIER
from word_first_screen import first_screen
from word_form_08 import form_08
from word_letters import LETTERS

FOLDER = Path(__file__).parents[2] / "report_templates" / "word"


def plan_report() -> Draft:
    """Results of a plan, to the owner."""
    draft = start("Báo cáo kết quả thực hiện kế hoạch")
    heading(draft)
    addressees(draft)
    add(
        draft,
        "Thực hiện {{ plan }}{% if plan_date %} ngày {{ plan_date }}{% endif %}{% if plan_title %} {{ "
        "plan_title }}{% endif %}, "
        "{{ agency }} báo cáo kết quả như sau:",
    )
    add(draft, "{%p if lab_count %}")
    text = (
        "Bản chạy thử: {{ lab_count|number }} máy trong báo cáo là máy mô phỏng, không phải máy thật. Không sử dụng số liệu này."
    )
    add(draft, text, bold=True)
    add(draft, "{%p endif %}")
    _plan_results(draft)
    _plan_details(draft)
    _plan_bars(draft)
    add(draft, "{%p if orders %}")
    add(draft, "{{ 'IV' if bars else 'III' }}. ĐỀ NGHỊ", "Đề mục")
    add(draft, "Đề nghị {{ owner }} xem xét, chỉ đạo:")
    add(draft, "{%p for order in orders %}")
    add(
        draft,
        "{{ loop.index }}. {{ order.who }}: {{ order.action }}{% if order.due %}; hạn {{ order.due }}{% "
        "endif %} ({{ order.effect }}).",
    )
    add(draft, "{%p endfor %}")
    add(draft, "{%p endif %}")
    add(draft, "Số liệu của từng cơ quan, đơn vị tại Phụ lục kèm theo.")
    signature(draft)
    _plan_agencies(draft)
    return draft


def _plan_results(draft: Draft) -> None:
    add(draft, "I. KẾT LUẬN CHUNG", "Đề mục")
    add(
        draft,
        "Số liệu chốt lúc {{ as_of }}; phạm vi {{ agency_count }} cơ quan, đơn vị, trong đó {{ silent_count "
        "}} đơn vị chưa gửi số liệu. "
        "Kết quả theo chỉ tiêu: {{ conclusion }}.",
    )
    add(
        draft,
        "Mỗi tỷ lệ ghi từ mức đã có bằng chứng đến mức tối đa có thể. Phần chưa xác định không tính là đạt, "
        "cũng không tính là không đạt.",
    )
    columns = (
        Column("TT", 10, "{{ one.number }}", "centre"),
        Column("Chỉ tiêu", 47, "{{ one.title }}"),
        Column("Yêu cầu", 18, "{{ one.asked }}", "centre"),
        Column("Kết quả", 29, "{{ one.interval }}", "centre"),
        Column("Số lượng", 38, "{{ one.counts }}", "centre"),
        Column("Kết luận", 23, "{{ one.decision }}", "centre"),
    )
    table(draft, columns, rows="targets", row="one", style="Bảng vừa")


def _plan_details(draft: Draft) -> None:
    add(draft, "II. KẾT QUẢ TỪNG CHỈ TIÊU", "Đề mục", before=12)
    add(draft, "{%p for one in targets %}")
    add(draft, "{{ one.number }}. {{ one.title }} ({{ one.asked }})", "Đề mục")
    add(
        draft,
        "a) Kết quả: {{ one.interval }} ({{ one.counts }}); kết luận: {{ one.decision }}{% if one.needed %}, "
        "{{ one.needed }}{% endif %}. "
        "Chưa xác định: {{ one.unknown }}.",
    )
    add(draft, "{%p for sub in one.under %}")
    add(draft, "- {{ sub.title }}: {{ sub.interval }} ({{ sub.counts }}).", "Gạch đầu dòng")
    add(draft, "{%p endfor %}")
    add(draft, "b) Cách tính: {{ one.formula }}")
    add(draft, "{%p if one.obstacles %}")
    add(draft, "c) Nguyên nhân chưa kết luận được:")
    add(draft, "{%p for why in one.obstacles %}")
    add(draft, "- {{ why.words }}{% if why.agencies %}: {{ why.agencies }}{% endif %}.", "Gạch đầu dòng")
    add(draft, "{%p endfor %}")
    add(draft, "{%p endif %}")
    add(draft, "{%p for note in one.notes %}")
    add(draft, "Ghi chú: {{ note }}.", "Ghi chú")
    add(draft, "{%p endfor %}")
    add(draft, "{%p endfor %}")


def _plan_bars(draft: Draft) -> None:
    add(draft, "{%p if bars %}")
    add(draft, "III. ĐỐI CHIẾU VỚI CÁC MỐC KHÁC", "Đề mục")
    add(
        draft,
        "{{ bars_name }} (để tham khảo, không làm thay đổi kết luận tại Mục I; dấu (*): chưa xác nhận được "
        "nguyên văn hoặc tỷ lệ "
        "trong văn bản, cần đối chiếu trước khi sử dụng):",
    )
    columns = (
        Column("TT", 10, "{{ one.number }}", "centre"),
        Column(
            "Nội dung, văn bản",
            74,
            "{{ one.title }} – {{ one.source }}{% if one.due %}, hạn {{ one.due }}{% endif %}{% if not "
            "one.confirmed %} (*){% endif %}",
        ),
        Column("Yêu cầu", 18, "{{ one.asked }}", "centre"),
        Column("Kết quả", 40, "{{ one.interval }}\n({{ one.counts }})", "centre"),
        Column("Đánh giá", 23, "{{ one.decision }}", "centre"),
    )
    table(draft, columns, rows="bars", row="one", style="Bảng vừa")
    add(draft, "Cách tính các mốc:", "Ghi chú", before=6)
    add(draft, "{%p for one in bars %}")
    add(draft, "({{ one.number }}) {{ one.formula }}", "Ghi chú")
    add(draft, "{%p endfor %}")
    add(draft, "{%p endif %}")


def _plan_agencies(draft: Draft) -> None:
    annex(draft, "", "Số liệu theo cơ quan, đơn vị", landscape=True)
    add(draft, "Mỗi ô: số đã có bằng chứng – số tối đa có thể / tổng số. Chỉ tiêu đánh số như Mục II.", "Ghi chú")
    columns = (
        Column("TT", 12, "{{ one.number }}", "centre"),
        Column("Cơ quan, đơn vị", 80, "{{ one.name }}"),
        Column("Số liệu", 24, "{{ 'đã gửi' if one.submitted else 'chưa gửi' }}", "centre"),
    )
    spread = Column("Chỉ tiêu {{ target.number }}", 26, "{{ figure }}", "centre")
    table(draft, columns, rows="agencies", row="one", spread=(spread, "target in targets", "figure in one.figures"))


TEMPLATES: dict[str, Callable[[], Draft]] = {
    "bao-cao-ke-hoach": plan_report,
    "form-08": form_08,
    "mot-trang": first_screen,
    **DOSSIER,
    **LETTERS,
}
"""Name of the file without its ending -> what builds it."""


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, build in TEMPLATES.items():
        (FOLDER / f"{name}.docx").write_bytes(build().bytes())
