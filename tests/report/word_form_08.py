"""Builds the template of Form 08: the official form word for word, landscape for its twelve columns, and its annexes.

What the form does not have (a signature, the notes on scope, the annexes of Điều 36) says that it stands outside of it.
"""

from collections.abc import Sequence

from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table
from word_blocks import (
    Column,
    Draft,
    _page,
    _row_property,
    add,
    addressees,
    annex,
    heading,
    put,
    signature,
    start,
    table,
)

from secaudit.model.annual_report import COLUMNS, OWNER_PART, SECTIONS, UNIT_PART

_SYSTEM = (
    ("number", 10, "centre"), ("name", 33, "left"), ("owner", 24, "left"), ("operator", 24, "left"), ("level", 12, "centre"),
    ("state", 18, "left"), ("decision", 26, "left"), ("regulation", 26, "left"), ("approval_expected", 20, "centre"),
    ("plan", 21, "left"), ("plan_expected", 20, "centre"), ("inspected", 18, "left"),
)  # fmt: skip
"""Field, millimetres and place of the twelve columns; they fill the page that lies."""

NOTES = (
    "- Cột (2), (3), (4) ghi tên các hệ thống thông tin, tên cơ quan chủ quản, tên đơn vị vận hành hệ thống thông tin;",
    "- Cột (5) ghi cấp độ đề xuất đối với hệ thống thông tin: 1-5;",
    (
        "- Cột (6) ghi tình trạng phê duyệt cấp độ hệ thống thông tin: “Đang dự thảo”, “Đã gửi thẩm định”, “Đã thẩm định”, "
        "“Đã được phê duyệt”;"
    ),
    "- Cột (7) ghi thông tin số, ngày quyết định, tên cơ quan phê duyệt cấp độ nếu hệ thống thông tin đã được phê duyệt cấp độ;",
    "- Cột (8) ghi thông tin số, ngày quyết định, tên cơ quan ban hành quy chế bảo đảm an ninh mạng cho hệ thống (nếu có);",
    "- Cột (9) ghi thời điểm dự kiến phê duyệt cấp độ (nếu hệ thống thông tin chưa được phê duyệt cấp độ);",
    (
        "- Cột (10) ghi tình trạng triển khai đầy đủ phương án bảo đảm an ninh mạng theo cấp độ tương ứng: “Chưa triển khai”, "
        "“Đã triển khai một số hạng mục”, “Đã triển khai đầy đủ”;"
    ),
    "- Cột (11) ghi thời điểm dự kiến triển khai đầy đủ phương án bảo đảm an ninh mạng theo cấp độ tương ứng.",
    (
        "- Cột (12) ghi tình trạng kiểm tra, đánh giá an ninh mạng theo quy định: “Trước khi đưa vào sử dụng”, “Định kỳ”, "
        "hoặc ghi cả hai nếu đã thực hiện đầy đủ, để trống nếu chưa thực hiện."
    ),
)
"""Chú thích of the official form."""
_ANSWERS = ("Đã đáp ứng đầy đủ", "Đáp ứng một phần", "Chưa đáp ứng", "Chưa xác định", "Không áp dụng")


def form_08() -> Draft:
    """Mẫu số 08."""
    draft = start("Mẫu số 08 – Báo cáo kết quả công tác bảo đảm an ninh mạng hệ thống thông tin")
    heading(draft, letter=True)
    add(draft, "{%p if draft %}")
    add(draft, "Bản dự thảo còn điểm phải xử lý: xem danh sách ở cuối văn bản, bỏ danh sách trước khi gửi.", "Ghi chú")
    add(draft, "{%p endif %}")
    addressees(draft)
    add(draft, "{%p if not addressees %}")
    add(draft, "Kính gửi: {{ gap }}{{ gap }}", "Kính gửi")
    add(draft, "{%p endif %}")
    _general(draft)
    _owners(draft)
    _systems(draft)
    _outside(draft)
    _critical(draft)
    _kept(draft)
    _assessed(draft)
    _calls(draft)
    return draft


def _general(draft: Draft) -> None:
    add(draft, SECTIONS[0], "Đề mục")
    add(draft, "{%p for one in totals %}")
    add(draft, '- {{ one.label }}: {{ one.value or gap }}{{ "" if loop.last else ";" }}', "Gạch đầu dòng")
    add(draft, "{%p endfor %}")


def _owners(draft: Draft) -> None:
    add(draft, SECTIONS[1], "Đề mục")
    add(draft, "{%p for part in owners %}")
    for title, items in ((OWNER_PART, "owner"), (UNIT_PART, "unit")):
        add(draft, f"{title}:")
        add(draft, f"{{%p for one in part.{items} %}}")
        add(draft, '{{ one.label }}: {{ one.value or gap }}{{ "." if loop.last else ";" }}')
        add(draft, "{%p endfor %}")
    add(draft, "{%p endfor %}")


def _systems(draft: Draft) -> None:
    section = draft.document.add_section(WD_SECTION.NEW_PAGE)
    _page(section, landscape=True)
    section.different_first_page_header_footer = False  # the paper goes on, and so do its page numbers
    add(draft, SECTIONS[2], "Đề mục")
    made = draft.document.add_table(rows=5, cols=len(COLUMNS), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _narrow(made)
    for place, (label, (name, width, align)) in enumerate(zip(COLUMNS, _SYSTEM, strict=True)):
        put(made.cell(0, place), label, "Bảng nhỏ", bold=True, align="centre")
        put(made.cell(1, place), f"({place + 1})", "Bảng nhỏ", align="centre")
        put(made.cell(3, place), f"{{{{ row.{name} }}}}", "Bảng nhỏ", align=align)
        made.columns[place].width = Mm(width)
        for line in made.rows:
            line.cells[place].width = Mm(width)
    put(made.cell(2, 0), "{%tr for row in systems %}", "Bảng nhỏ")
    put(made.cell(4, 0), "{%tr endfor %}", "Bảng nhỏ")
    for number, line in enumerate(made.rows):
        _row_property(line, "w:cantSplit")
        if number < 2:
            _row_property(line, "w:tblHeader")
    add(draft, "Chú thích:", "Ghi chú", before=6)
    for note in NOTES:
        add(draft, note, "Ghi chú")


def _narrow(made: Table) -> None:
    """Twelve columns leave no room for the usual space beside the letters."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "45")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    made._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _outside(draft: Draft) -> None:
    add(draft, "Ghi chú về số liệu (ngoài mẫu):", "Ghi chú", before=6, bold=True)
    _lines(draft, "scope")
    _lines(draft, "blanks")
    add(draft, "{%p if silent %}")
    add(draft, '- Chưa gửi số liệu: {{ silent|join("; ") }}.', "Ghi chú")
    add(draft, "{%p endif %}")
    add(draft, "{%p if signature %}")
    add(draft, "Nơi nhận và chữ ký (ngoài mẫu):", "Ghi chú", before=6)
    signature(draft)
    add(draft, "{%p endif %}")


def _lines(draft: Draft, name: str) -> None:
    add(draft, f"{{%p for line in {name} %}}")
    add(draft, "- {{ line }}", "Ghi chú")
    add(draft, "{%p endfor %}")


def _optional(draft: Draft, rows: str, columns: Sequence[Column], notes: str | None = None) -> None:
    """A table only where it has lines; the notes always."""
    add(draft, f"{{%p if {rows} %}}")
    table(draft, columns, rows=rows, style="Bảng nhỏ")
    add(draft, "{%p endif %}")
    if notes:
        _lines(draft, notes)


def _critical(draft: Draft) -> None:
    name = "Hệ thống thông tin có căn cứ đề xuất đưa vào Danh mục hệ thống thông tin quan trọng về an ninh quốc gia"
    annex(draft, "I", name, landscape=True)
    draft.document.sections[-1].different_first_page_header_footer = True
    add(draft, "(Nội dung tại Điều 36.3; ngoài mẫu)", "Giữa", italic=True, after=6)
    columns = (
        Column("STT", 14, "{{ row.number }}", "centre"),
        Column("Tên HTTT", 51, "{{ row.name }}"),
        Column("Cơ quan, đơn vị", 50, "{{ row.office }}"),
        Column("Cấp độ đề xuất", 16, "{{ row.level }}", "centre"),
        Column("Căn cứ", 38, "{{ row.clause }}"),
        Column("Mức chắc chắn", 55, "{{ row.certainty }}"),
        Column("Tình trạng hồ sơ", 28, "{{ row.state }}"),
    )
    _optional(draft, "candidates", columns, "candidate_notes")


def _kept(draft: Draft) -> None:
    annex(draft, "II", "Tuân thủ Quy chế bảo đảm an ninh mạng trong vận hành, khai thác", landscape=True)
    add(draft, "(Nội dung tại Điều 36.7; ngoài mẫu)", "Giữa", italic=True, after=6)
    columns = (
        Column("STT", 14, "{{ row.number }}", "centre"),
        Column("Tên HTTT", 56, "{{ row.name }}"),
        Column("Quy chế", 50, "{{ row.regulation }}"),
        Column("Kết quả", 30, "{{ row.answer }}"),
        Column("Ngày xác nhận", 24, "{{ row.stated_on }}", "centre"),
        Column("Văn bản", 40, "{{ row.document }}"),
        Column("Người xác nhận (chức vụ)", 38, "{{ row.role }}"),
    )
    _optional(draft, "kept", columns, "kept_notes")


def _assessed(draft: Draft) -> None:
    annex(draft, "III", "Mức đáp ứng phương án bảo đảm an ninh mạng theo từng tiêu chí, yêu cầu", landscape=True)
    add(draft, "(Nội dung tại Điều 36.9, 36.10; ngoài mẫu)", "Giữa", italic=True, after=6)
    counts = [Column(words, 18, f"{{{{ row.counts[{place}] }}}}", "centre") for place, words in enumerate(_ANSWERS)]
    columns = (
        Column("STT", 13, "{{ row.number }}", "centre"),
        Column("Tên HTTT", 46, "{{ row.name }}"),
        Column("Cấp độ", 13, "{{ row.level }}", "centre"),
        Column("Dòng của tiêu chuẩn", 18, "{{ row.rows }}", "centre"),
        Column("Số yêu cầu", 15, "{{ row.requirements }}", "centre"),
        *counts,
        Column("Dòng chưa có trong bộ yêu cầu", 22, "{{ row.open }}", "centre"),
        Column("Kế hoạch, lộ trình", 35, "{{ row.roadmap }}"),
    )
    _optional(draft, "assessed", columns, "assessed_notes")
    add(draft, "", "Ghi chú")
    columns = (
        Column("Số", 12, "{{ row.number }}", "centre"),
        Column("Yêu cầu", 110, "{{ row.title }}"),
        Column("Điều khoản", 40, "{{ row.clauses }}"),
        *counts,
    )
    _optional(draft, "requirements", columns)


def _calls(draft: Draft) -> None:
    """By agency: one call settles all of its points."""
    add(draft, "{%p if draft %}")
    title = add(draft, "ĐIỂM CẦN XỬ LÝ TRƯỚC KHI KÝ", "Giữa đậm")
    title.paragraph_format.page_break_before = True
    add(draft, "Chỉ dùng nội bộ: bỏ phần này trước khi gửi báo cáo.", "Giữa", italic=True, after=6)
    add(draft, "{%p for call in calls %}")
    add(draft, "{{ call.office }}", "Bảng", bold=True, before=6)
    add(draft, "{%p for point in call.points %}")
    add(draft, "- {{ point.severity }}, {{ point.place }}: {{ point.message }} → {{ point.todo }}", "Bảng nhỏ")
    add(draft, "{%p if point.names %}")
    add(draft, '{{ point.names|length }} HTTT: {{ point.names|join("; ") }}.', "Bảng nhỏ", italic=True)
    add(draft, "{%p endif %}")
    add(draft, "{%p endfor %}")
    add(draft, "{%p endfor %}")
    add(draft, "{%p endif %}")
