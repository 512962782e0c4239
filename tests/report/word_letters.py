"""Word templates of a round's letters: reminder, slip with its list, notice of conclusions, list of letters."""

from docx.shared import Mm, Pt
from word_blocks import (
    TEXT_WIDTH,
    Column,
    Draft,
    _bare_table,
    add,
    addressees,
    frame,
    heading,
    put,
    rule,
    signature,
    start,
    table,
)

_RANGE = "Mỗi tỷ lệ ghi từ mức đã có bằng chứng đến mức tối đa có thể; phần chưa xác định không tính là đạt hay không đạt."


def reminder() -> Draft:
    """Công văn đôn đốc to one agency."""
    draft = start("Công văn đôn đốc")
    heading(draft, letter=True)
    addressees(draft)
    add(draft, "(Đầu mối: {{ contact }})", "Giữa", italic=True, size=13, after=6)
    add(draft, "Thực hiện {{ plan }}, số liệu của đơn vị tính đến {{ as_of }} như sau:")
    add(draft, "{%p if not submitted %}")
    add(draft, "Đến nay chưa nhận được bản kê khai của đơn vị; số liệu dưới đây chỉ lấy từ nguồn khác.")
    add(draft, "{%p endif %}")
    add(draft, "{%p if targets %}")
    columns = (
        Column("TT", 10, "{{ one.number }}", "centre"),
        Column("Chỉ tiêu", 62, "{{ one.title }}"),
        Column("Yêu cầu", 22, "{{ one.asked }}", "centre"),
        Column("Kết quả của đơn vị", 35, "{{ one.interval }}", "centre"),
        Column("Số lượng", 36, "{{ one.counts }}", "centre"),
    )
    table(draft, columns, rows="targets", row="one", style="Bảng vừa")
    add(draft, _RANGE, "Ghi chú", before=4)
    add(draft, "{%p endif %}")
    add(draft, "{%p if debts %}")
    add(draft, "Để đủ căn cứ kết luận, đề nghị đơn vị thực hiện các việc sau trước ngày {{ due }}:")
    add(draft, "{%p for one in debts %}")
    add(draft, '{{ loop.index }}. {{ one }}{{ "." if loop.last else ";" }}', "Gạch đầu dòng")
    add(draft, "{%p endfor %}")
    add(draft, "{%p else %}")
    add(draft, "Số liệu của đơn vị đã đủ căn cứ. {{ unit }} trân trọng cảm ơn đơn vị.")
    add(draft, "{%p endif %}")
    add(
        draft,
        "Kèm theo là Phiếu xác nhận số liệu; đề nghị đơn vị đối chiếu, ký, gửi lại {{ unit }} trước ngày {{ due }}. "
        "Cần trao đổi, xin liên hệ: {{ call }}.",
    )
    signature(draft)
    return draft


def slip() -> Draft:
    """Phiếu xác nhận số liệu: one page."""
    draft = start("Phiếu xác nhận số liệu")
    _small_heading(draft)
    add(draft, "Số liệu chốt lúc {{ as_of }}. Mã đối chiếu: {{ code }}.", "Bảng vừa", align="centre", bold=True)
    text = "Đơn vị ghi “đúng” hoặc “sai” vào cột 4, giải trình vào cột 5, ký, gửi lại {{ unit }} trước ngày {{ due }}."
    add(draft, text, "Bảng nhỏ", align="centre", italic=True, after=3)
    add(draft, "{%p if not submitted %}")
    add(draft, "Đơn vị chưa gửi bản kê khai.", "Bảng nhỏ", align="centre", bold=True, after=3)
    add(draft, "{%p endif %}")
    columns = (
        Column("TT", 10, "{{ one.number }}", "centre"),
        Column("Nội dung", 64, "{{ one.label }}"),
        Column("Số liệu của tỉnh", 38, "{{ one.value }}"),
        Column("Đơn vị xác nhận (đúng / sai)", 24, "", "centre"),
        Column("Giải trình", 29, ""),
    )
    table(draft, columns, rows="rows", row="one", style="Bảng nhỏ")
    for cell in draft.document.tables[-1].rows[2].cells:  # room for a pen
        cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(1.5)
    text = f"{_RANGE} HTTT thuộc phạm vi bí mật nhà nước không nêu tên trong phiếu."
    add(draft, text + "{% if list %} Phần chi tiết: xem danh sách kèm theo.{% endif %}", "Bảng nhỏ", italic=True, before=2)
    add(draft, "{%p if thanks %}")
    add(draft, "Số liệu của đơn vị đã đủ căn cứ; trân trọng cảm ơn đơn vị.", "Bảng vừa", bold=True, before=2)
    add(draft, "{%p endif %}")
    signed = _bare_table(draft, (80, TEXT_WIDTH - 80))
    left, right = signed.rows[0].cells
    put(left, "Người lập phiếu", "Giữa đậm", size=11, before=4)
    put(left, "(ký, ghi rõ họ tên, điện thoại)", "Giữa", size=10, italic=True)
    put(right, "Ngày      tháng      năm          ", "Giữa", size=11, italic=True, before=4)
    put(right, "THỦ TRƯỞNG ĐƠN VỊ", "Giữa đậm", size=11)
    put(right, "(ký, ghi rõ họ tên, đóng dấu)", "Giữa", size=10, italic=True)
    return draft


def slip_list() -> Draft:
    """What found no room on the slip."""
    draft = start("Danh sách kèm theo phiếu xác nhận số liệu")
    _small_heading(draft)
    add(draft, "Số liệu chốt lúc {{ as_of }}. Mã đối chiếu của phiếu: {{ code }}.", "Bảng vừa", align="centre", after=6)
    for name, title in (("targets", "1. Chỉ tiêu"), ("systems", "2. Hệ thống thông tin")):
        add(draft, f"{{%p if {name} %}}")
        add(draft, title, "Bảng vừa", bold=True, before=6)
        columns = (
            Column("TT", 12, "{{ one.number }}", "centre"),
            Column("Nội dung", 93, "{{ one.label }}"),
            Column("Số liệu của tỉnh", 60, "{{ one.value }}"),
        )
        table(draft, columns, rows=name, row="one", style="Bảng nhỏ")
        add(draft, "{%p endif %}")
    add(draft, "{%p if machines %}")
    add(draft, "3. Máy chưa kiểm tra được", "Bảng vừa", bold=True, before=6)
    columns = (
        Column("TT", 12, "{{ one.number }}", "centre"),
        Column("Máy", 50, "{{ one.machine }}"),
        Column("Nơi đặt", 45, "{{ one.place }}"),
        Column("Vì sao", 58, "{{ one.why }}"),
    )
    table(draft, columns, rows="machines", row="one", style="Bảng nhỏ")
    add(draft, "{%p endif %}")
    add(draft, '{%p if more != "0" %}')
    add(draft, "Và {{ more }} máy khác.", "Bảng vừa", before=4)
    add(draft, "{%p endif %}")
    return draft


def conclusions() -> Draft:
    """Thông báo kết luận, for the vice-chairman."""
    draft = start("Thông báo kết luận")
    heading(draft)
    add(
        draft,
        "Ngày ……/……/………, đồng chí …………………………… chủ trì họp về tình hình bảo đảm an ninh mạng và thực hiện {{ plan }}. "
        "Sau khi nghe {{ unit }} báo cáo và ý kiến các đại biểu, đồng chí chủ trì kết luận như sau:",
    )
    add(draft, "I. TÌNH HÌNH", "Đề mục")
    add(
        draft,
        "Theo số liệu chốt lúc {{ as_of }} của {{ agency_count }} cơ quan, đơn vị ({{ silent_count }} đơn vị chưa gửi số liệu), "
        "kết quả theo chỉ tiêu: {{ conclusion }}.",
    )
    columns = (
        Column("TT", 10, "{{ one.number }}", "centre"),
        Column("Chỉ tiêu", 42, "{{ one.title }}"),
        Column("Yêu cầu", 18, "{{ one.asked }}", "centre"),
        Column("Kết quả", 28, "{{ one.interval }}", "centre"),
        Column("Số lượng", 34, "{{ one.counts }}", "centre"),
        Column("Kết luận", 33, "{{ one.decision }}{% if one.needed %}; {{ one.needed }}{% endif %}"),
    )
    table(draft, columns, rows="targets", row="one", style="Bảng vừa")
    add(draft, _RANGE, "Ghi chú", before=4)
    add(draft, "II. GIAO NHIỆM VỤ", "Đề mục")
    add(draft, "{%p for one in orders %}")
    add(draft, "{{ loop.index }}. {{ one.who }}: {{ one.action }}; hạn {{ one.due }} ({{ one.effect }}).")
    add(draft, "{%p else %}")
    add(draft, "Các cơ quan, đơn vị duy trì kết quả đã đạt.")
    add(draft, "{%p endfor %}")
    add(draft, "III. TỔ CHỨC THỰC HIỆN", "Đề mục")
    add(
        draft,
        "Giao {{ unit }} theo dõi, đôn đốc, tổng hợp kết quả báo cáo {{ owner }} sau ngày {{ due }}. "
        "Công văn đôn đốc từng đơn vị theo danh sách kèm theo.",
    )
    signature(draft)
    return draft


def letters() -> Draft:
    """The list of letters that go out."""
    draft = start("Danh sách công văn đôn đốc")
    heading(draft)
    add(
        draft,
        "Số liệu chốt lúc {{ as_of }}; {{ count }} đơn vị được gửi công văn, đề nghị trả lời trước ngày {{ due }}.",
        "Ghi chú",
    )
    columns = (
        Column("TT", 10, "{{ one.number }}", "centre"),
        Column("Cơ quan, đơn vị", 45, "{{ one.name }}"),
        Column("Còn thiếu", 56, "{{ one.owed }}"),
        Column("Đầu mối", 28, "{{ one.contact }}"),
        Column("Điện thoại", 26, "{{ one.phone }}"),
    )
    table(draft, columns, rows="letters", row="one", style="Bảng nhỏ")
    return draft


def _small_heading(draft: Draft) -> None:
    """A form that goes with a letter: office and national title side by side, kind and subject under them, little room taken."""
    top = _bare_table(draft, (72, TEXT_WIDTH - 72))
    office, nation = top.rows[0].cells
    put(office, "{{ agency|upper }}", "Giữa đậm", size=11)
    put(office, "{%p if internal %}")
    frame(put(office, "DỰ THẢO – LƯU HÀNH NỘI BỘ", "Giữa đậm", size=10, before=3), 6)
    put(office, "{%p endif %}")
    put(nation, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Giữa đậm", size=11)
    put(nation, "Độc lập - Tự do - Hạnh phúc", "Giữa đậm", size=12)
    rule(put(nation, "", "Giữa"), TEXT_WIDTH - 72, 52)
    for cell in (office, nation):
        cell.width = Mm(72 if cell is office else TEXT_WIDTH - 72)
    add(draft, "{{ kind|upper }}", "Giữa đậm", size=13, before=4)
    add(draft, "{{ subject }}", "Giữa đậm", size=11, after=2)


LETTERS = {
    "cong-van-don-doc": reminder,
    "phieu-xac-nhan": slip,
    "danh-sach-kem-theo": slip_list,
    "thong-bao-ket-luan": conclusions,
    "danh-sach-cong-van": letters,
}
"""Name of the file without its ending -> what builds it."""
