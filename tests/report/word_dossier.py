"""Templates of level dossiers: control sheet, statements, lists, and the decree's forms 01 to 07 word for word."""

from collections.abc import Callable

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Mm
from word_blocks import (
    AGENCY,
    LANDSCAPE_WIDTH,
    TEXT_WIDTH,
    Column,
    Draft,
    _bare_table,
    _row_property,
    add,
    addressees,
    frame,
    grounds,
    heading,
    put,
    rule,
    start,
    table,
)


def _title(title: str, *, landscape: bool = False) -> Draft:
    """A statement carries no number and no national title: it goes with the letter of form 01 or 02."""
    draft = start(title, landscape=landscape)
    width = LANDSCAPE_WIDTH if landscape else TEXT_WIDTH
    bare = _bare_table(draft, (AGENCY + 20, width - AGENCY - 20))
    agency, mark = bare.rows[0].cells
    put(agency, "{{ agency|upper }}", "Giữa đậm", size=13)
    rule(put(agency, "", "Giữa"), AGENCY + 16, 22)
    put(mark, "{%p if internal %}")
    indent = (width - AGENCY - 20 - 60) / 2
    for line in ("DỰ THẢO", "LƯU HÀNH NỘI BỘ"):
        frame(put(mark, line, "Giữa đậm", size=13), indent)
    put(mark, "{%p endif %}")
    add(draft, "{{ kind|upper }}", "Giữa đậm", before=14)
    add(draft, "{{ subject }}", "Giữa đậm")
    add(draft, "(Số liệu ngày {{ day }})", "Giữa", italic=True)
    rule(add(draft, "", "Giữa"), width, 50, after=8)
    return draft


def _part(draft: Draft, text: str) -> None:
    add(draft, text, "Đề mục")


def _each(draft: Draft, name: str, text: str, style: str = "Gạch đầu dòng") -> None:
    """A paragraph for each of a list."""
    add(draft, f"{{%p for one in {name} %}}")
    add(draft, text, style)
    add(draft, "{%p endfor %}")


def _when(draft: Draft, condition: str, text: str, style: str = "Thân văn bản") -> None:
    add(draft, f"{{%p if {condition} %}}")
    add(draft, text, style)
    add(draft, "{%p endif %}")


def _pairs(draft: Draft, rows: str, heading: str = "Nội dung") -> None:
    table(draft, (Column(heading, 65, "{{ row.label }}"), Column("Thông tin", 100, "{{ row.value }}")), rows=rows)


def _gaps(draft: Draft) -> None:
    """The list at the end of a paper: what a person still has to add."""
    add(draft, "{%p if gaps %}")
    _part(draft, "Các nội dung cần bổ sung trong văn bản này ({{ gaps|length }})")
    columns = (
        Column("STT", 12, "{{ row.number }}", "centre"),
        Column("Nội dung", 118, "{{ row.what }}"),
        Column("Bên bổ sung", 35, "{{ row.who }}"),
    )
    table(draft, columns, rows="gaps", style="Bảng nhỏ")
    add(draft, "{%p endif %}")


def control_sheet() -> Draft:
    """For the people who complete the dossier; it is no part of what is handed in."""
    draft = _title("Phiếu kiểm soát dự thảo hồ sơ đề xuất cấp độ")
    add(draft, "Phiếu này phục vụ nội bộ việc hoàn thiện hồ sơ, không gửi kèm hồ sơ.", "Ghi chú")
    _part(draft, "1. Đề xuất và thẩm quyền")
    add(
        draft,
        "Cấp độ đề xuất: {{ level }}{% if declared %} (theo khai báo trong danh mục; tiêu chí cho kết quả: "
        "{{ by_rules }}){% endif %}.",
    )
    add(draft, "Thẩm định: {{ appraiser }}. Phê duyệt: {{ approver }}{% if clause %} ({{ clause }}){% endif %}.")
    add(draft, "Ngày gửi hồ sơ muộn nhất để còn tính trong kỳ báo cáo này, theo thời hạn tối đa: {{ last }}.")
    add(draft, "Đây là đề xuất; cơ quan thẩm định quyết định.")
    _part(draft, "2. Cần xem trước khi gửi")
    add(draft, "{%p if cautions %}")
    _each(draft, "cautions", "- {{ one }}")
    add(draft, "{%p else %}")
    add(draft, "Không có.")
    add(draft, "{%p endif %}")
    _part(draft, "3. Thành phần")
    table(
        draft,
        (
            Column("Tệp", 62, "{{ row.file }}"),
            Column("Nội dung", 78, "{{ row.title }}"),
            Column("Cần bổ sung", 25, "{{ row.gaps }}", "centre"),
        ),
        rows="contents", style="Bảng nhỏ",
    )  # fmt: skip
    add(
        draft,
        "Tài liệu thiết kế (21.2) và, với cấp độ 4, 5, ý kiến chuyên môn (21.5) do đơn vị vận hành kèm thêm.",
        "Ghi chú",
        before=6,
    )
    _part(draft, "4. Nội dung cần bổ sung: {{ count }}")
    table(
        draft,
        (
            Column("STT", 12, "{{ row.number }}", "centre"),
            Column("Nội dung", 88, "{{ row.what }}"),
            Column("Bên bổ sung", 28, "{{ row.who }}"),
            Column("Có trong", 37, "{{ row.papers }}"),
        ),
        rows="gaps", style="Bảng nhỏ",
    )  # fmt: skip
    return draft


def general() -> Draft:
    """22.3: owner, operator, scope and size, architecture."""
    draft = _title("Thuyết minh tổng quan về hệ thống thông tin")
    _part(draft, "1. Thông tin về chủ quản hệ thống thông tin")
    _pairs(draft, "owner")
    _part(draft, "2. Thông tin về đơn vị vận hành hệ thống thông tin")
    _pairs(draft, "operator")
    _when(draft, "operator_note", "{{ operator_note }}")
    add(draft, "Đơn vị chuyên trách về an ninh mạng của chủ quản hệ thống thông tin:", before=6)
    _pairs(draft, "designated")
    _part(draft, "3. Phạm vi, quy mô của hệ thống thông tin")
    _part(draft, "3.1. Phạm vi của hệ thống")
    add(draft, "Tên hệ thống: {{ system }}. Tình trạng: {{ status }}. Đưa vào sử dụng từ: {{ since }}.")
    add(draft, "Chức năng, mục đích: {{ purpose }}.")
    add(draft, "Loại hình: {{ type }}. Thông tin được xử lý: {{ information }}.")
    add(draft, "Ranh giới: {{ boundary }}")
    add(draft, "Hệ thống liên quan, kết nối:{% if connected_gap %} {{ connected_gap }}{% endif %}")
    _each(draft, "connected", '- {{ one }}{{ "." if loop.last else ";" }}')
    _part(draft, "3.2. Quy mô của hệ thống")
    _pairs(draft, "size", "Chỉ tiêu")
    _part(draft, "3.3. Đối tượng phục vụ")
    add(draft, "Phục vụ: {{ serves }}.")
    _part(draft, "4. Hiện trạng kiến trúc hệ thống")
    _part(draft, "4.1. Mô hình lô-gic")
    add(draft, "{{ logical }}")
    _part(draft, "4.2. Mô hình vật lý")
    add(draft, "{{ physical }}")
    _part(draft, "4.3. Danh mục thiết bị và thiết bị mạng chính")
    add(draft, "Máy chủ, máy trạm: {{ devices }} thiết bị, tại tệp 04-danh-muc-thiet-bi kèm theo.")
    add(draft, "Thiết bị mạng chính: {{ network_devices }}")
    _part(draft, "4.4. Danh mục ứng dụng, dịch vụ cung cấp bởi hệ thống")
    add(draft, "{{ services }} dòng, tại tệp 05-danh-muc-dich-vu kèm theo.")
    _part(draft, "4.5. Quy hoạch các vùng mạng và địa chỉ IP")
    add(draft, "{{ zones }} vùng mạng, tại tệp 06-vung-mang-dia-chi kèm theo.")
    _gaps(draft)
    return draft


def level() -> Draft:
    """22.4 and 22.5: the proposal and everything it rests on."""
    draft = _title("Thuyết minh đề xuất cấp độ hệ thống thông tin")
    grounds(draft)
    _part(draft, "1. Danh mục hệ thống thông tin và cấp độ đề xuất")
    made = draft.document.add_table(rows=2, cols=6, style="Table Grid")
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = (34, 28, 28, 25, 18, 32)
    heads = ("Tên hệ thống thông tin", "Chủ quản", "Đơn vị vận hành", "Loại hình", "Cấp độ đề xuất", "Căn cứ đề xuất")
    values = ("{{ system }}", "{{ owner }}", "{{ operator }}", "{{ type }}", "{{ level }}", "{{ grounds_short }}")
    for index, (width, head, value) in enumerate(zip(widths, heads, values, strict=True)):
        put(made.rows[0].cells[index], head, "Bảng nhỏ", bold=True, align="centre")
        put(made.rows[1].cells[index], value, "Bảng nhỏ")
        for row in made.rows:
            row.cells[index].width = Mm(width)
    _row_property(made.rows[0], "w:tblHeader")
    for row in made.rows:
        _row_property(row, "w:cantSplit")
    _when(
        draft,
        "declared",
        "Cấp độ đề xuất lấy theo khai báo trong danh mục. Theo tiêu chí: cấp độ {{ by_rules }}"
        "{% if not settled %} – chưa xác định{% endif %}; so sánh: {{ comparison }}.",
    )
    _when(draft, "not declared", "Cấp độ theo tiêu chí: {{ by_rules }}{% if not settled %} – chưa xác định{% endif %}.")
    _part(draft, "2. Thuyết minh chi tiết")
    _part(draft, "a) Loại thông tin được xử lý")
    table(
        draft,
        (
            Column("Loại thông tin", 40, "{{ row.kind }}"),
            Column("Có xử lý", 28, "{{ row.held }}"),
            Column("Mô tả dữ liệu", 50, "{{ row.about }}"),
            Column("Số chủ thể dữ liệu", 47, "{{ row.count }}"),
        ),
        rows="information", style="Bảng nhỏ",
    )  # fmt: skip
    add(draft, "Cách đếm chủ thể dữ liệu: {{ method }}.", before=6)
    _part(draft, "b) Loại hệ thống thông tin")
    add(draft, "Loại hình: {{ type }}.")
    _part(draft, "c) Căn cứ đề xuất cấp độ")
    add(draft, "{%p if clauses %}")
    table(
        draft,
        (
            Column("Điều, khoản", 22, "{{ row.clause }}", "centre"),
            Column("Nội dung (diễn đạt lại)", 83, "{{ row.title }}"),
            Column("Cấp độ", 20, "{{ row.level }}", "centre"),
            Column("Kết quả", 40, "{{ row.matches }}"),
        ),
        rows="clauses", style="Bảng nhỏ",
    )  # fmt: skip
    add(draft, "{%p else %}")
    add(draft, "Chưa có tiêu chí nào áp dụng được: cấp độ chưa xác định.")
    add(draft, "{%p endif %}")
    _when(draft, "inherited", "Cấp độ chịu ảnh hưởng của hệ thống thành phần ({{ inheritance }}): {{ inherited|join(', ') }}.")
    _when(draft, "pending", "Chờ hướng dẫn, không dùng để xác định: {{ pending|join(', ') }}.", "Ghi chú")
    add(draft, "{%p if inputs %}")
    add(draft, "Thông tin đã dùng:", before=6)
    table(
        draft,
        (Column("Câu hỏi", 100, "{{ row.question }}"), Column("Trả lời", 65, "{{ row.answer }}")),
        rows="inputs",
        style="Bảng nhỏ",
    )
    add(draft, "{%p endif %}")
    add(draft, "{%p if readings %}")
    add(draft, "Cách hiểu đã dùng đối với quy định có nhiều cách đọc:", before=6)
    table(
        draft,
        (Column("Cách hiểu", 105, "{{ row.words }}"), Column("Văn bản", 60, "{{ row.document }}")),
        rows="readings",
        style="Bảng nhỏ",
    )
    add(draft, "{%p endif %}")
    add(draft, "{%p if questions %}")
    add(draft, "Câu hỏi còn mở, trả lời sẽ xác định cấp độ:", before=6)
    table(
        draft,
        (Column("Câu hỏi", 130, "{{ row.text }}"), Column("Bên trả lời", 35, "{{ row.who }}")),
        rows="questions",
        style="Bảng nhỏ",
    )
    add(draft, "{%p endif %}")
    _part(draft, "d) Mức độ tổn hại dự kiến")
    table(
        draft,
        (Column("Đối tượng bị ảnh hưởng", 85, "{{ row.whom }}"), Column("Mức tổn hại", 80, "{{ row.harm }}")),
        rows="harm",
        style="Bảng nhỏ",
    )
    _part(draft, "3. Nhận diện sơ bộ nguy cơ, rủi ro an ninh mạng")
    add(draft, "{{ risks }}")
    add(draft, "{%p if further %}")
    _part(draft, "4. Nội dung thuyết minh thêm đối với cấp độ 4, cấp độ 5")
    add(draft, "{%p endif %}")
    add(draft, "{%p for one in further %}")
    add(draft, "{{ one.title }} ({{ one.clause }}):")
    add(draft, "{{ one.gap }}")
    add(draft, "{%p endfor %}")
    _part(draft, "Kết luận")
    add(draft, "Đề xuất hệ thống {{ system }}: {{ level }}. Đây là đề xuất; cơ quan thẩm định quyết định.")
    _gaps(draft)
    return draft


def plan() -> Draft:
    """22.6 and 29.2: seven parts and every requirement of the level."""
    draft = _title("Thuyết minh phương án bảo đảm an ninh mạng", landscape=True)
    grounds(draft)
    add(draft, "Cấp độ đề xuất: {{ level }}. Tiêu chuẩn áp dụng: {{ standard }}.")
    add(draft, "Quy chế bảo đảm an ninh mạng: {{ regulation }}.")
    add(draft, "Tình trạng triển khai phương án: {{ deployed }}.")
    _part(draft, "A. Nội dung của phương án")
    add(draft, "{%p for one in parts %}")
    add(draft, "{{ one.number }}. {{ one.title }} ({{ one.clause }})", "Đề mục")
    add(draft, "{{ one.gap }}")
    add(draft, "{%p endfor %}")
    _part(draft, "B. Yêu cầu của tiêu chuẩn theo cấp độ")
    add(
        draft,
        "Nội dung yêu cầu được diễn đạt lại, không thay cho tiêu chuẩn; khi lập hồ sơ phải đối chiếu bản "
        "chính thức của tiêu chuẩn.",
        "Ghi chú",
    )
    _when(draft, "no_tables", "{{ no_tables }}")
    add(draft, "{%p for one in tables %}")
    add(
        draft,
        "Cấp độ {{ one.level }}{% if not one.settled %} (cấp độ chưa xác định: một trong các khả năng){% endif %}",
        "Đề mục",
    )
    add(
        draft,
        "Tiêu chuẩn có {{ one.whole }} yêu cầu ở cấp độ này; bảng dưới đây gộp thành {{ one.held }} dòng; còn "
        "{{ one.open }} yêu cầu chưa có trong bảng, phải lấy từ bản tiêu chuẩn. "
        "{% if one.assessed %}Kết quả: {{ one.tally }}.{% else %}Chưa đánh giá theo danh mục của cấp độ này.{% endif %}",
    )
    table(
        draft,
        (
            Column("STT", 12, "{{ row.number }}", "centre"),
            Column("Nhóm", 28, "{{ row.group }}"),
            Column("Yêu cầu", 60, "{{ row.title }}"),
            Column("Mục", 22, "{{ row.clause }}"),
            Column("Mức", 20, "{{ row.strength }}"),
            Column("Hiện trạng", 46, "{{ row.status }}{% if row.because %}: {{ row.because }}{% endif %}"),
            Column("Bằng chứng cần có", 36, "{{ row.asked }}"),
            Column("Phương án triển khai", 26, "{{ row.how }}"),
        ),
        rows="one.rows", style="Bảng nhỏ",
    )  # fmt: skip
    add(draft, "{%p endfor %}")
    _gaps(draft)
    return draft


def devices() -> Draft:
    """Name and type, place, purpose (22.3.d), and what was seen of each."""
    draft = _title("Danh mục thiết bị", landscape=True)
    _each(draft, "notes", "{{ one }}", "Ghi chú")
    _when(draft, "missing", "{{ missing }}")
    add(draft, "{%p if rows %}")
    table(
        draft,
        (
            Column("STT", 12, "{{ row.number }}", "centre"),
            Column("Tên thiết bị", 36, "{{ row.name }}"),
            Column("Chủng loại", 40, "{{ row.model }}"),
            Column("Vị trí triển khai", 30, "{{ row.place }}"),
            Column("Mục đích sử dụng", 32, "{{ row.purpose }}"),
            Column("Hệ điều hành", 42, "{{ row.os }}"),
            Column("Giải pháp bảo vệ", 36, "{{ row.protection }}"),
            Column("Địa chỉ", 22, "{{ row.address }}"),
        ),
        style="Bảng nhỏ",
    )  # fmt: skip
    add(draft, "{%p endif %}")
    add(draft, "{%p if differences %}")
    _part(draft, "Khác biệt giữa khai báo và quan sát")
    table(
        draft,
        (
            Column("STT", 12, "{{ row.number }}", "centre"),
            Column("Thiết bị", 53, "{{ row.device }}"),
            Column("Nội dung", 45, "{{ row.what }}"),
            Column("Khai báo", 60, "{{ row.declared }}"),
            Column("Quan sát", 80, "{{ row.observed }}"),
        ),
        rows="differences", style="Bảng nhỏ",
    )  # fmt: skip
    add(draft, "{%p endif %}")
    _gaps(draft)
    return draft


def services() -> Draft:
    """Service, server, place, system of the server, purpose (22.3.d)."""
    draft = _title("Danh mục ứng dụng, dịch vụ", landscape=True)
    _each(draft, "notes", "{{ one }}", "Ghi chú")
    _when(draft, "missing", "{{ missing }}")
    add(draft, "{%p if rows %}")
    table(
        draft,
        (
            Column("STT", 12, "{{ row.number }}", "centre"),
            Column("Tên dịch vụ", 53, "{{ row.name }}"),
            Column("Máy chủ triển khai", 45, "{{ row.server }}"),
            Column("Vị trí triển khai", 40, "{{ row.place }}"),
            Column("Hệ điều hành máy chủ", 50, "{{ row.os }}"),
            Column("Mục đích sử dụng dịch vụ", 50, "{{ row.purpose }}"),
        ),
        style="Bảng nhỏ",
    )  # fmt: skip
    add(draft, "Tên theo cổng mạng là tên quy ước của cổng; dịch vụ thực tế do đơn vị vận hành xác nhận.", "Ghi chú", before=6)
    add(draft, "{%p endif %}")
    add(draft, "{%p if elsewhere %}")
    _part(draft, "Cổng mạng quan sát được trên máy trạm")
    add(draft, "Không phải dịch vụ của hệ thống nếu đơn vị vận hành không xác nhận.", "Ghi chú")
    table(
        draft,
        (
            Column("Cổng", 80, "{{ row.name }}"),
            Column("Số máy", 40, "{{ row.devices }}", "centre"),
            Column("Quan sát mới nhất", 60, "{{ row.day }}", "centre"),
            Column("Mức bằng chứng", 60, "{{ row.grades }}", "centre"),
        ),
        rows="elsewhere", style="Bảng nhỏ",
    )  # fmt: skip
    add(draft, "{%p endif %}")
    _gaps(draft)
    return draft


def zones() -> Draft:
    """Zones with private and public addresses (22.3.d)."""
    draft = _title("Quy hoạch vùng mạng và địa chỉ IP", landscape=True)
    _each(draft, "notes", "{{ one }}", "Ghi chú")
    _when(draft, "missing", "{{ missing }}")
    add(draft, "{%p if rows %}")
    table(
        draft,
        (
            Column("STT", 12, "{{ row.number }}", "centre"),
            Column("Vùng mạng", 48, "{{ row.name }}"),
            Column("Mục đích", 60, "{{ row.purpose }}"),
            Column("Địa chỉ IP nội bộ (IP Private)", 55, "{{ row.private }}"),
            Column("Địa chỉ IP công khai (IP Public)", 50, "{{ row.public }}"),
            Column("Số thiết bị", 25, "{{ row.devices }}", "centre"),
        ),
        style="Bảng nhỏ",
    )  # fmt: skip
    add(draft, "{%p endif %}")
    _when(draft, "public_gap", "{{ public_gap }}")
    add(draft, "{{ control }}", before=6)
    add(draft, "{%p if outside %}")
    _part(draft, "Địa chỉ ngoài các dải đã khai")
    _each(draft, "outside", "- {{ one.device }}: {{ one.address }};")
    add(draft, "{%p endif %}")
    add(draft, "{%p if named %}")
    _part(draft, "Thiết bị khai bằng tên, chưa rõ địa chỉ")
    _each(draft, "named", "- {{ one.device }}: {{ one.address }};")
    add(draft, "{%p endif %}")
    _gaps(draft)
    return draft


_ATTACHED = (
    "1. Tài liệu mô tả, thuyết minh tổng quan về hệ thống thông tin.",
    "2. Tài liệu thiết kế thi công đã được cấp có thẩm quyền phê duyệt hoặc tài liệu có giá trị tương đương.",
    "3. Tài liệu thuyết minh về việc đề xuất cấp độ căn cứ trên các tiêu chí theo quy định của pháp luật.",
    "4. Tài liệu thuyết minh phương án bảo đảm an ninh mạng theo cấp độ tương ứng.",
)
_OPINION = "5. Ý kiến về mặt chuyên môn của đơn vị chuyên trách về an ninh mạng của chủ quản hệ thống thông tin"
"""Words of the annex of Nghị định 331/2026/NĐ-CP, here and in the forms below."""


def _general_part(draft: Draft) -> None:
    _part(draft, "Phần 1. Thông tin chung")
    for line in (
        "1. Tên hệ thống thông tin: {{ system }}",
        "2. Đơn vị vận hành hệ thống thông tin: {{ operator }}",
        "3. Địa chỉ: {{ address }}",
        "4. Cấp độ hệ thống thông tin đề xuất: {{ level }}",
    ):
        add(draft, line)


def _attached(draft: Draft, *more: str, part: str = "Phần 2. Hồ sơ kèm theo") -> None:
    _part(draft, part)
    for line in (*_ATTACHED, *more):
        add(draft, line)


def _signed(draft: Draft) -> Draft:
    """As the forms have it: who signs, and in brackets how; the note to whoever completes the draft stands last."""
    draft.document.paragraphs[-1].paragraph_format.keep_with_next = True  # a signature never stands alone on its page
    bare = _bare_table(draft, (75, TEXT_WIDTH - 75))
    _row_property(bare.rows[0], "w:cantSplit")
    left, right = bare.rows[0].cells
    put(left, "Nơi nhận:", "Nơi nhận", before=6)
    put(left, "- Như trên;", "Danh sách nơi nhận")
    put(left, "- {{ archive or 'Lưu: VT' }}.", "Danh sách nơi nhận")
    put(right, "{{ signature.title|upper }}", "Giữa đậm", before=6)
    put(right, "(Ký, ghi rõ họ tên, chức danh và đóng dấu)", "Giữa", italic=True)
    for _ in range(4):
        put(right, "", "Giữa")
    _when(draft, "note", "Ghi chú của bản dự thảo: {{ note }}", "Ghi chú")
    return draft


def _letter(title: str) -> Draft:
    draft = start(title)
    heading(draft, letter=True)
    addressees(draft)
    grounds(draft)
    return draft


def form_01() -> Draft:
    """Request for appraisal and approval."""
    draft = _letter("Mẫu số 01")
    add(draft, "{{ issuer }} đề nghị thẩm định, phê duyệt hồ sơ đề xuất cấp độ với các nội dung sau:")
    _general_part(draft)
    _attached(draft)
    add(
        draft,
        "{{ issuer }} đề nghị {{ addressee }} thẩm định và phê duyệt hồ sơ đề xuất cấp độ của hệ thống thông tin {{ system }}.",
    )
    return _signed(draft)


def form_02() -> Draft:
    """Request for appraisal."""
    draft = _letter("Mẫu số 02")
    add(draft, "{{ issuer }} đề nghị thẩm định, phê duyệt hồ sơ đề xuất cấp độ với các nội dung sau:")
    _general_part(draft)
    _attached(draft, f"{_OPINION} (đối với hệ thống thông tin đề xuất cấp độ 4 hoặc cấp độ 5).")
    add(
        draft,
        "{{ issuer }} đề nghị {{ addressee }} cho ý kiến thẩm định hồ sơ đề xuất cấp độ hệ thống thông tin "
        "đối với {{ system }}¹.",
    )
    _signed(draft)
    add(
        draft,
        "¹ Bổ sung đề nghị đưa hệ thống vào Danh mục hệ thống thông tin quan trọng về an ninh quốc gia "
        "trường hợp hệ thống thuộc Danh mục này.",
        "Ghi chú",
    )
    return draft


def form_03() -> Draft:
    """Request for a professional opinion."""
    draft = _letter("Mẫu số 03")
    add(draft, "{{ issuer }} đề nghị {{ addressee }} cho ý kiến chuyên môn về hồ sơ đề xuất cấp độ với các nội dung sau:")
    _general_part(draft)
    _attached(draft)
    add(
        draft,
        "{{ issuer }} đề nghị {{ addressee }} cho ý kiến về sự phù hợp của đề xuất cấp độ và phương án bảo "
        "đảm an ninh mạng hệ thống thông "
        "tin theo cấp độ của hệ thống thông tin {{ system }}.",
    )
    return _signed(draft)


def form_04() -> Draft:
    """Appraisal opinion: the opinion itself is whoever's who appraises."""
    draft = _letter("Mẫu số 04")
    add(
        draft,
        "{{ issuer }} nhận được Công văn {{ request }} của {{ operator }} về việc thẩm định hồ sơ đề xuất "
        "cấp độ của hệ thống thông tin đối "
        "với {{ system }}. Sau khi xem xét, tổng hợp ý kiến và kết quả thẩm định của các cơ quan, tổ chức có "
        "liên quan, {{ issuer }} có ý "
        "kiến thẩm định như sau:",
    )
    _attached(
        draft,
        f"{_OPINION} đối với hệ thống thông tin đề xuất cấp độ 4 hoặc cấp độ 5.",
        part="Phần 1. Hồ sơ, tài liệu thẩm định",
    )
    _part(draft, "Phần 2. Căn cứ pháp lý để thẩm định")
    add(draft, "1. Căn cứ Luật An ninh mạng số 116/2025/QH15.")
    add(draft, "2. Căn cứ các văn bản hướng dẫn thi hành Luật An ninh mạng.")
    add(draft, "3. Các căn cứ pháp lý khác có liên quan.")
    _part(draft, "Phần 3. Tổ chức thẩm định")
    add(draft, "1. Đơn vị chủ trì thẩm định: {{ issuer }}")
    add(draft, "2. Đơn vị phối hợp thẩm định: ……")
    add(draft, "3. Hình thức thẩm định: Tổ chức họp hoặc lấy ý kiến bằng văn bản hoặc áp dụng cả hai hình thức (nếu cần thiết).")
    _part(draft, "Phần 4. Ý kiến thẩm định")
    add(draft, "1. Tổng hợp ý kiến thẩm định của đơn vị phối hợp theo quy định tại khoản 3 Điều 18 Nghị định này.")
    add(draft, "……")
    add(draft, "2. Ý kiến thẩm định về sự phù hợp về việc đề xuất cấp độ theo quy định tại Điều 23 Nghị định này.")
    add(draft, "……")
    add(draft, "3. Ý kiến khác (nếu có).")
    add(draft, "……")
    _part(draft, "Phần 5. Kết luận")
    add(
        draft,
        "Hồ sơ đề xuất cấp độ hệ thống thông tin là phù hợp/chưa phù hợp (nếu chưa phù hợp đề nghị chỉ rõ "
        "những nội dung chưa phù hợp) để "
        "theo cấp độ đề xuất.",
    )
    add(
        draft,
        "Trên đây là ý kiến thẩm định của {{ issuer }} cho hồ sơ đề xuất cấp độ của hệ thống thông tin "
        "{{ system }}. Đề nghị cơ quan "
        "{{ operator }} xem xét báo cáo cấp có thẩm quyền điều chỉnh (nếu yêu cầu điều chỉnh) hoặc trình cơ "
        "quan có thẩm quyền phê duyệt "
        "(nếu chấp thuận đề xuất của cơ quan trình).",
    )
    return _signed(draft)


def form_05() -> Draft:
    """Submission for approval."""
    draft = start("Mẫu số 05")
    heading(draft)
    addressees(draft)
    grounds(draft)
    add(draft, "{{ issuer }} trình phê duyệt hồ sơ đề xuất cấp độ với các nội dung sau:")
    _general_part(draft)
    _attached(
        draft,
        f"{_OPINION} đối với hệ thống thông tin đề xuất cấp độ 4 hoặc cấp độ 5.",
        "6. Ý kiến thẩm định của cơ quan phối hợp thẩm định đối với hệ thống thông tin đề xuất từ cấp độ 3 trở lên.",
    )
    add(
        draft,
        "{{ issuer }} trình {{ addressee }} xem xét, quyết định phê duyệt đề xuất cấp độ của hệ thống thông tin {{ system }}.",
    )
    return _signed(draft)


def _article(draft: Draft, number: str, text: str) -> None:
    paragraph = add(draft, "")
    paragraph.add_run(number).bold = True
    paragraph.add_run(text)


def _decision(title: str, approved: str, *, with_level: bool) -> Draft:
    draft = start(title)
    heading(draft)
    add(draft, "{{ head }}", "Giữa đậm", before=6, after=6)
    grounds(draft)
    add(draft, "QUYẾT ĐỊNH:", "Giữa đậm", before=6, after=6)
    _article(draft, "Điều 1.", f" {approved} {{{{ system }}}} cụ thể như sau:")
    add(draft, "1. Thông tin chung")
    add(draft, "a) Tên hệ thống thông tin: {{ system }}")
    add(draft, "b) Đơn vị vận hành hệ thống thông tin: {{ operator }}")
    add(draft, "c) Địa chỉ: {{ address }}")
    if with_level:
        add(draft, "2. Cấp độ hệ thống thông tin: {{ level }}")
    add(draft, f"{3 if with_level else 2}. Phương án bảo đảm an ninh mạng:")
    for letter, where in (("a", "thiết kế hệ thống thông tin"), ("b", "quá trình vận hành hệ thống")):
        add(
            draft,
            f"{letter}) Phương án bảo đảm an ninh mạng trong {where} tương ứng với cấp độ {{{{ level_number }}}} "
            f"là phù hợp với tiêu chuẩn "
            "quốc gia {{ standard }}, quy chuẩn kỹ thuật quốc gia {{ regulation }} về bảo đảm an ninh mạng theo cấp độ.",
        )
    _article(draft, "Điều 2.", " Tổ chức thực hiện")
    add(draft, "1. Cơ quan {{ operator }} chịu trách nhiệm:")
    add(
        draft,
        "a) Thực hiện trách nhiệm bảo đảm an ninh mạng hệ thống thông tin mình quản lý theo các quy định tại "
        "Điều 33 Nghị định này.",
    )
    add(draft, "b) Các nội dung khác (nếu có). ……")
    add(draft, "2. Trách nhiệm của các cơ quan liên quan khác (nếu có). ……")
    _article(draft, "Điều 3.", " Điều khoản thi hành")
    add(draft, "1. Cơ quan {{ operator }} và các cơ quan liên quan khác chịu trách nhiệm thi hành Quyết định này.")
    add(
        draft,
        "2. Đơn vị chuyên trách về an ninh mạng chịu trách nhiệm kiểm tra, giám sát việc thực hiện Quyết "
        "định này báo cáo cơ quan "
        "{{ owner }} theo quy định của pháp luật.",
    )
    return _signed(draft)


def form_06() -> Draft:
    """Decision approving the level."""
    return _decision("Mẫu số 06", "Phê duyệt cấp độ hệ thống thông tin đối với", with_level=True)


def form_07() -> Draft:
    """Decision approving the security plan."""
    return _decision("Mẫu số 07", "Phê duyệt phương án đảm bảo an ninh mạng đối với", with_level=False)


DOSSIER: dict[str, Callable[[], Draft]] = {
    "ho-so-phieu-kiem-soat": control_sheet,
    "ho-so-tong-quan": general,
    "ho-so-cap-do": level,
    "ho-so-phuong-an": plan,
    "ho-so-thiet-bi": devices,
    "ho-so-dich-vu": services,
    "ho-so-vung-mang": zones,
    "mau-01": form_01,
    "mau-02": form_02,
    "mau-03": form_03,
    "mau-04": form_04,
    "mau-05": form_05,
    "mau-06": form_06,
    "mau-07": form_07,
}
"""Name of the file without its ending -> what builds it."""
