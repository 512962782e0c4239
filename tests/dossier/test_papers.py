"""The papers themselves: whole XML, nothing left to fill in, gaps marked and counted, labels of forms word for word."""

import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from secaudit.model.system import DossierStatus
from secaudit.pipeline.dossier.making import Made, Refused, make_dossiers
from secaudit.pipeline.dossier.offices import offices_of
from secaudit.pipeline.dossier.papers import CONTROL, DEVICES, GENERAL, LEVEL, PLAN, SERVICES, ZONES, dossier_of
from secaudit.report.voice import Voice
from secaudit.report.word import render_word
from secaudit.report.word_gaps import OPENING
from secaudit.resources import data_folder, translator
from tests.report.word_reading import parts_of, text_of

TEMPLATES = data_folder("report_templates") / "word"
ALL = tuple(f"0{number}" for number in range(1, 8))


@pytest.fixture(scope="module", name="made")
def make_each_once(known):
    """System -> what was made of it, with all seven forms; each is rendered when a test asks for it first."""

    @cache
    def make(system: str) -> Made | Refused:
        (result,) = make_dossiers(known.sources, [system], TEMPLATES, ALL)
        return result

    return make


def _texts(made: Made) -> dict[str, str]:
    return {name.removesuffix(".docx"): text_of(data) for name, data in made.files.items()}


def test_a_dossier_has_its_statements_lists_and_forms_and_nothing_is_left_to_fill_in(made):
    texts = _texts(made("cong-dvc"))
    assert list(texts) == [CONTROL, GENERAL, LEVEL, PLAN, DEVICES, SERVICES, ZONES, *(f"mau-{number}" for number in ALL)]
    for name, data in made("cong-dvc").files.items():
        body = "".join(part.decode() for part_name, part in parts_of(data).items() if part_name.endswith(".xml"))
        assert "{{" not in body and "{%" not in body, name
    for name, text in texts.items():
        assert "Cổng dịch vụ công" in text, name
        assert "LƯU HÀNH NỘI BỘ" in text and not re.search(r"\bMẬT\b", text), name


def test_every_page_says_rule_set_day_source_and_that_the_appraisal_decides(made):
    for name, data in made("cong-dvc").files.items():
        feet = [part.decode() for part_name, part in parts_of(data).items() if part_name.startswith("word/footer")]
        assert len(feet) == 2, name
        for foot in feet:
            for words in ("nd-331-2026", "20/11/2026", "Công báo", "CHƯA XÁC NHẬN", "cơ quan thẩm định quyết định"):
                assert words in foot, (name, words)


def test_gaps_are_marked_where_they_are_highlighted_and_listed_once(made):
    found = made("mang-xa-a")
    texts = _texts(found)
    gaps = found.dossier.gaps
    for gap in gaps:
        assert gap.papers and set(gap.papers) <= set(texts)
    control = texts[CONTROL]
    assert f"4. Nội dung cần bổ sung: {len(gaps)}" in control
    assert len({str(gap.what) for gap in gaps}) == len(gaps)
    document = parts_of(found.files[f"{GENERAL}.docx"])["word/document.xml"].decode()
    assert document.count(OPENING) == document.count('<w:highlight w:val="yellow"/>') > 5
    marked = set(re.findall(rf"{re.escape(OPENING)}: ([^\]]+)\]", texts[GENERAL]))
    own = sum(1 for gap in gaps if GENERAL in gap.papers)
    assert len(marked) == own and f"Các nội dung cần bổ sung trong văn bản này ({own})" in texts[GENERAL]


def test_what_is_known_is_no_gap(made):
    """The same paper of a system that declares more."""
    known_words = {gap.what.text for gap in made("cong-dvc").dossier.gaps if GENERAL in gap.papers}
    open_words = {gap.what.text for gap in made("mang-xa-a").dossier.gaps if GENERAL in gap.papers}
    assert "day from which it is in service" in open_words - known_words
    assert "number of people whose basic personal data it holds" in open_words - known_words


def test_observed_values_carry_day_and_grade_and_differences_stand_out(made):
    devices = _texts(made("cong-dvc"))[DEVICES]
    assert "KHÁC NHAU: khai Windows; Debian GNU/Linux 13 (trixie) (quan sát 18/11/2026, mức A)" in devices
    assert "Khác biệt giữa khai báo và quan sát" in devices
    assert "Linux (theo khai báo)" in devices and "1/3 máy chưa quan sát được" in devices


def test_an_open_level_is_said_to_be_open_in_every_paper_that_names_it(made):
    texts = _texts(made("khoang"))
    for name in (CONTROL, LEVEL, PLAN, "mau-01", "mau-02", "mau-06"):
        assert "chưa xác định, có thể là 2 / 3 / 4 / 5" in texts[name], name
    assert "Cấp độ 2 (cấp độ chưa xác định: một trong các khả năng)" in texts[PLAN]
    assert "Câu hỏi còn mở" in texts[LEVEL]


def test_level_4_is_asked_for_what_the_decree_adds(made):
    text = _texts(made("quoc-gia"))[LEVEL]
    assert all(clause in text for clause in ("22.5.a", "22.5.b", "22.5.c", "22.5.d"))
    assert "22.5.a" not in _texts(made("cong-dvc"))[LEVEL]
    assert "Kính gửi: Bộ Công an" in _texts(made("quoc-gia"))["mau-02"]


def test_labels_of_the_forms_are_those_of_the_decree(made):
    texts = _texts(made("cong-dvc"))
    for number, words in {
        "01": "đề nghị thẩm định, phê duyệt hồ sơ đề xuất cấp độ với các nội dung sau:",
        "02": "cho ý kiến thẩm định hồ sơ đề xuất cấp độ hệ thống thông tin đối với Cổng dịch vụ công¹.",
        "03": "cho ý kiến về sự phù hợp của đề xuất cấp độ và phương án bảo đảm an ninh mạng hệ thống thông tin theo cấp độ",
        "04": "1. Tổng hợp ý kiến thẩm định của đơn vị phối hợp theo quy định tại khoản 3 Điều 18 Nghị định này.",
        "05": "6. Ý kiến thẩm định của cơ quan phối hợp thẩm định đối với hệ thống thông tin đề xuất từ cấp độ 3 trở lên.",
        "06": "Điều 1. Phê duyệt cấp độ hệ thống thông tin đối với Cổng dịch vụ công cụ thể như sau:",
        "07": "Điều 1. Phê duyệt phương án đảm bảo an ninh mạng đối với Cổng dịch vụ công cụ thể như sau:",
    }.items():
        text = texts[f"mau-{number}"]
        assert words in text, number
        assert "(Ký, ghi rõ họ tên, chức danh và đóng dấu)" in text and "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
        assert re.search(r"^Số: +/", text, re.MULTILINE), "the number stays blank"
        assert re.search(r"ngày +tháng +năm", text), "and the date"
    assert "Xét đề nghị của cơ quan Sở Bê." in texts["mau-06"] and "TỜ TRÌNH" in texts["mau-05"]


def test_hostile_names_are_text_everywhere(made):
    found = made("la")
    for name, text in _texts(found).items():
        assert "<script>alert(1)</script>" in text and "{{ system }} {% for x in y %}" in text, name
    general = _texts(found)[GENERAL]
    assert "{{ 7 * 7 }} ]]> <w:p/>" in general and "49" not in general
    assert "{{ place }} <b>" in _texts(found)[DEVICES] and "=1+1" in _texts(found)[DEVICES]


def test_state_secrets_and_stopped_systems_get_no_dossier(known):
    secret, stopped = make_dossiers(known.sources, ["mat-xa-a", "mang-dung"], TEMPLATES, None)
    assert isinstance(secret, Refused) and secret.level == 3
    assert isinstance(stopped, Refused)


def test_equal_sources_give_equal_files(known, made):
    (again,) = make_dossiers(known.sources, ["mang-xa-a"], TEMPLATES, ALL)
    assert again.files == made("mang-xa-a").files


def test_papers_are_vietnamese_whatever_is_missing(made):
    """Every gap has its Vietnamese words: an English one would leave the house unseen."""
    english = re.compile(r"\b(the|of|and|which|were|is|by|with)\b")
    for system in ("khoang", "la", "mang-xa-a"):
        for name, text in _texts(made(system)).items():
            plain = text.replace("<script>alert(1)</script>", "").replace("{% for x in y %}", "")
            marks = re.findall(rf"{re.escape(OPENING)}[^\]]*\]", plain)
            assert not [mark for mark in marks if english.search(mark)], name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": DossierStatus.APPROVED, "last_submission": None}, "tối đa: không cần, cấp độ đã được phê duyệt."),
        ({"status": DossierStatus.SUBMITTED, "submitted_on": date(2026, 11, 2), "last_submission": date(2026, 11, 12),
          "last_submission_careful": None}, "tối đa: 12/11/2026 (đã gửi ngày 02/11/2026)."),
        ({"last_submission": date(2026, 11, 12), "last_submission_careful": None}, "tối đa: 12/11/2026 (đã qua)."),
    ],
)  # fmt: skip
def test_the_control_sheet_says_until_when_to_hand_in_and_where_nothing_is_to_be_handed_in(known, changes, said):
    draft = known.draft("cong-dvc")
    draft = replace(draft, chain=replace(draft.chain, **changes))
    paper = dossier_of(draft, known.province.inventory, Voice(translator("vi")), ()).papers[CONTROL]
    assert said in text_of(render_word(paper, TEMPLATES))


def test_a_system_without_machines_does_not_have_none(made):
    text = _texts(made("khoang"))[GENERAL]
    assert "danh mục thiết bị: danh mục kiểm kê chưa gán máy cho hệ thống này" in text
    assert not re.search(r"\b0 (thiết bị|dòng|vùng)|Máy chủ\n0\n", text)


def test_a_draft_decision_says_that_conformity_is_for_the_appraisal_to_find(made):
    texts = _texts(made("cong-dvc"))
    for name, text in texts.items():
        assert ("chỉ giữ khi kết quả thẩm định kết luận như vậy" in text) == (name in ("mau-06", "mau-07")), name


def test_an_office_written_with_other_capitals_and_spaces_is_the_one_that_the_province_describes(known):
    inventory = known.province.inventory
    system = inventory.systems["cong-dvc"].model_copy(update={"governed_by": "ubnd  tỉnh THỬ", "operator": "SỞ  bê"})
    agency = next(one for one in inventory.agencies if one.agency.id == "so-b")
    found = offices_of(inventory, system, agency, None)
    assert (found.owner.representative, found.designated.address) == ("Nguyễn Văn Mẫu", "Số 2, đường Mẫu")
    assert found.operator.name == "Sở Bê"
