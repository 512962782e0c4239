"""The first screen as a Word document: what the page says, with its pictures in words, from figures alone."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from report_hostile import crowded, poisoned
from word_reading import parts_of, text_of
from word_variables import given_by, named_in

from secaudit.errors import ReportError
from secaudit.model.measurement import Decision
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.output_docx import TEMPLATE, one_page, render
from secaudit.pipeline.outputs import OUTPUTS, Job, render_of
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.report.charts import png
from secaudit.report.format import Format
from secaudit.report.official import Picture
from secaudit.report.sanitise import sanitised
from secaudit.report.voice import Voice
from secaudit.report.word import render_word
from secaudit.report.word_engine import Template
from secaudit.resources import data_folder, translator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document(sample):
    return sanitised(sample(60, 21))


@pytest.fixture(scope="module")
def papers(document, vietnamese, english, templates):
    return {
        one.language: render_word(one_page(document, Voice(one)), templates / "word") for one in (vietnamese, english)
    }  # fmt: skip


def words(paper: bytes) -> str:
    return re.sub(r"\s+", " ", text_of(paper))


def test_it_says_what_the_page_says(papers):
    said = words(papers["vi"])
    for wanted in (
        "LƯU HÀNH NỘI BỘ",
        "TÌNH HÌNH BẢO ĐẢM AN NINH MẠNG TỈNH THÁI NGUYÊN",
        "Số liệu chốt 14/12/2026 · 4/34 đơn vị chưa gửi số liệu · theo Kế hoạch 246/KH-UBND",
        "Kết luận: 1/5 chỉ tiêu ĐẠT · 2/5 CHƯA ĐẠT · 2/5 CHƯA ĐỦ CĂN CỨ KẾT LUẬN (ngày 30/11/2026: 0 · 2 · 3)",
        "CHƯA ĐỦ CĂN CỨ KẾT LUẬN – cần xác minh 1.601 máy",
        "68,0–73,5 % (21.884–23.653/32.182)",
        "Đang hoạt động và cập nhật",
        "Đề nghị đồng chí chỉ đạo 3 việc",
        "1. UBND 21 xã, phường chạy bộ thu thập",
        "xác minh thêm tối đa 1.640 máy, đủ để kết luận chỉ tiêu 2",
        "Trần Văn Dũng 0208 3001 101",
        "Các đơn vị tiến bộ nhất",
        "18/12/2026 Gửi báo cáo năm tới chủ quản [NĐ 331/2026, 35.4.a]",
    ):
        assert wanted in said, wanted
    assert "1,601 machines" in words(papers["en"]) and "FOR INTERNAL USE" in words(papers["en"])


def test_the_footer_says_what_the_figures_rest_on(papers, document):
    feet = " ".join(body.decode() for name, body in parts_of(papers["vi"]).items() if "footer" in name)
    assert document.footer.inventory_digest[:12] in feet and document.footer.chain_head[:12] in feet
    assert "phần chưa ai kiểm tra không bao giờ tính là đạt" in feet
    assert "theo Nghị định 331/2026/NĐ-CP; các bảng hạn hỗ trợ và bản vá cũ 0 đến 0 ngày" in feet
    assert f"Số liệu lúc {Format('vi').moment(document.header.as_of)}" in feet


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_tool_words_and_no_penalties(papers, language):
    said = words(papers[language]).lower()
    for word in ("ssh", "digest", "cel", "capture", "probe", "sha256", "mã băm", "phạt", "fine of"):
        assert not re.search(rf"\b{word}\b", said), word


def test_every_picture_is_said_in_words_and_has_a_number_of_its_own(papers, document):
    made = Document(io.BytesIO(papers["vi"]))
    found = list(made.element.body.iter(qn("wp:docPr")))
    under = sum(not sub.aside for row in document.targets for sub in row.under)
    assert len(found) == len(document.targets) + under + len(document.trend) + 1
    assert all(len(one.get("descr")) > 20 for one in found)
    assert len({one.get("id") for one in found}) == len(found)
    assert "có bằng chứng 68,0\u00a0%, còn có thể 73,5\u00a0%, chỉ tiêu ≥ 80\u00a0%" in "".join(one.get("descr") for one in found)
    pictures = [body for name, body in parts_of(papers["vi"]).items() if name.startswith("word/media/")]
    assert pictures and all(body.startswith(b"\x89PNG") for body in pictures)


def test_equal_documents_give_equal_bytes(document, vietnamese, templates, papers):
    assert render_word(one_page(document, Voice(vietnamese)), templates / "word") == papers["vi"]


def test_everything_given_is_named_by_the_template(document, vietnamese, templates):
    given = set(given_by(one_page(document, Voice(vietnamese)).body))
    named = named_in(templates / "word" / f"{TEMPLATE}.docx")
    assert given - named == set()


def test_hostile_names_are_words(document, vietnamese, templates):
    bad = sanitised(poisoned(document))
    made = render_word(one_page(bad, Voice(vietnamese)), templates / "word")
    said = text_of(made)
    assert "<img src=x" in said and not set(said) & set("\x1b\x00\x07\u202e\ufffe")
    assert "{{ 7*7 }}" not in said or "49" not in said.split("{{ 7*7 }}")[0][-3:], "nothing of it is computed"


def test_no_earlier_state_no_agencies_no_dates(document, vietnamese, templates):
    bare = replace(
        document, trend=(), improved=(), deadlines=(), heaviest=(), agencies=(), orders=(), targets=document.targets[:1],
        conclusion=replace(document.conclusion, previous=None, previous_day=None),
    )  # fmt: skip
    said = words(render_word(one_page(bare, Voice(vietnamese)), templates / "word"))
    assert "diễn biến được vẽ từ lần chốt sau" in said and "Đề nghị" not in said and "ngày 30/11" not in said


def test_after_the_due_day_missed_reads_as_not_met(document, vietnamese, templates):
    late = tuple(replace(row, overdue=True) for row in document.targets)
    said = words(render_word(one_page(replace(document, targets=late), Voice(vietnamese)), templates / "word"))
    assert "2/5 KHÔNG ĐẠT" in said and "CHƯA ĐẠT" not in said
    assert any(row.decision is Decision.MISSED for row in late)


def test_long_words_take_the_room_of_pictures(document, vietnamese):
    body = one_page(crowded(document), Voice(vietnamese)).body
    assert body["tiles"] is None and body["courses"] == []
    assert all(isinstance(one["bar"], Picture) for one in body["targets"]), "the bars stay"
    assert max(len(one["who"]) for one in body["orders"]) <= 95


def test_an_order_that_finds_room_is_never_cut(document, vietnamese):
    """Who is asked and what to do stand whole, and a list of gains ends after a whole member."""
    asked = replace(document.orders[0], who="UBND xã Chợ Mới, " * 7 + "UBND xã Võ Nhai", action="gửi bản kê khai", effect="đủ")
    gains = replace(document.improved[0], effect="chỉ tiêu 1: +12 hệ thống, chỉ tiêu 2: +340 máy")
    body = one_page(replace(document, orders=(asked,), improved=(gains,)), Voice(vietnamese)).body
    assert body["orders"][0]["who"] == asked.who and len(asked.who) > 95
    assert body["improved"][0]["effect"] == "chỉ tiêu 1: +12 hệ thống, …"


def test_words_that_wrap_cost_pictures_too(document, vietnamese):
    """Long gains in the narrow column and verdicts of two lines were not counted, and the sheet ran over to a second page."""
    name = "Trung tâm Phục vụ hành chính công và xúc tiến"
    agencies = tuple(replace(row, name=name) for row in document.agencies)
    gains = tuple(replace(document.improved[0], effect="chỉ tiêu 1: thêm 12 hệ thống đã") for _ in range(10))
    targets = tuple(replace(row, needed="5 đơn vị chưa gửi bản kê khai số liệu") for row in document.targets)
    few = replace(document, heaviest=())
    assert one_page(few, Voice(vietnamese)).body["tiles"] is not None
    header = replace(document.header, plan_title="Bảo đảm an ninh mạng cho hệ thống thông tin cấp xã " * 2)
    conclusion = replace(document.conclusion, previous=(1000, 2000, 3000))
    orders = tuple(replace(order, effect=f"{order.effect}, " + "đủ để kết luận chỉ tiêu và " * 3) for order in document.orders)
    assert one_page(replace(few, orders=orders), Voice(vietnamese)).body["tiles"] is not None
    wrapped = replace(
        few, agencies=agencies, improved=gains, targets=targets, header=header, conclusion=conclusion, orders=orders
    )
    assert one_page(wrapped, Voice(vietnamese)).body["tiles"] is None


def test_a_template_can_put_a_picture_and_read_nothing_of_it(tmp_path, document, vietnamese, templates):
    """What a template prints of a picture is the picture: its bytes, its document and the program stay out of reach."""
    path = tmp_path / f"{TEMPLATE}.docx"
    for text in ("{{ tiles.png }}", "{{ tiles.words }}", "{{ tiles._template }}", "{{ tiles.__class__ }}", "{{ tiles() }}"):
        made = Document(templates / "word" / f"{TEMPLATE}.docx")
        made.add_paragraph(text)
        made.save(path)
        with pytest.raises(ReportError, match="a Word template is broken"):
            render_word(one_page(document, Voice(vietnamese)), tmp_path)
    assert Template.with_pictures.__doc__ and png.__doc__


def test_the_shape_is_made_from_measurements_alone():
    province = load_province(ROOT / "inventories" / "thai-nguyen", ROOT / "checks", None)
    moment = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    measured = measure_province(province, province.plan(DEFAULT_PLAN), None, as_of=moment)
    job = Job(measured, None, translator("vi"), data_folder("report_templates"))
    assert OUTPUTS["docx"].ending == ".docx" and render_of("docx") is render
    said = words(render(job))
    assert "Số liệu chốt 20/11/2026" in said and "0/5 chỉ tiêu ĐẠT" in said
    secret = [one.name for agency in province.inventory.agencies for one in agency.systems if one.state_secret]
    assert not [name for name in secret if name in said]
