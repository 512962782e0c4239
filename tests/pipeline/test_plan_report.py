"""The report to the owner: the figures of the plan, in words that decide nothing they do not show, on an official paper."""

import io
import re
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from secaudit.messages import Translator, clean
from secaudit.model.inventory import Letterhead, Owner
from secaudit.model.measurement import Decision
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.plan_report import measure_beside, plan_paper
from secaudit.pipeline.province import load_province
from secaudit.report.format import Format
from secaudit.report.word import render_word
from secaudit.resources import data_folder, translator

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "report"))

from word_reading import text_of  # noqa: E402
from word_variables import documented, given_by  # noqa: E402

MOMENT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TEMPLATES = data_folder("report_templates") / "word"
SHOW = Format("vi")
HOSTILE = ("<script>alert(1)</script>", "=cmd|'/c calc'!A1", "tên\x1b[31m", "a\ufffeb", "x\u202egpj.exe", "d" * 10_000)


@pytest.fixture(scope="module", name="measured")
def measure_the_sample() -> Measured:
    province = load_province(ROOT / "inventories" / "thai-nguyen", ROOT / "checks", None)
    return measure_province(province, province.plan("ke-hoach-246"), None, as_of=MOMENT)


@pytest.fixture(scope="module", name="vi")
def vietnamese() -> Translator:
    return translator("vi")


@pytest.fixture(scope="module", name="beside")
def measure_bars(measured) -> Measured:
    return measure_beside(measured)


def _paper(measured: Measured, vi: Translator, beside: Measured | None = None):
    return plan_paper(measured, beside, vi)


def _with_head(measured: Measured, **province: object) -> Measured:
    inventory = measured.province.inventory
    changed = replace(inventory, province=inventory.province.model_copy(update=province))
    return replace(measured, province=replace(measured.province, inventory=changed))


def test_every_figure_is_that_of_the_measurement(measured, vi, beside):
    body = _paper(measured, vi, beside).body
    for shown, wanted in zip(body["targets"], measured.measurements, strict=True):
        tally = wanted.tally
        lower, upper = SHOW.number(tally.proven), SHOW.number(tally.proven + tally.unknown)
        counted = lower if lower == upper else f"{lower}–{upper}"
        assert shown["counts"] == f"{counted}/{SHOW.number(tally.total)}" and shown["unknown"] == SHOW.number(tally.unknown)
    words = {Decision.MET: "Đạt", Decision.MISSED: "Chưa đạt", Decision.UNDECIDED: "Chưa đủ căn cứ kết luận"}
    assert [one["decision"] for one in body["targets"]] == [words[one.decision] for one in measured.measurements]
    for shown, wanted in zip(body["targets"], measured.measurements, strict=True):
        assert shown["formula"]
        assert re.match("[≥>]\u00a0\\d", shown["asked"]) if wanted.share != 1 else shown["asked"] == "100\u00a0%"


def test_what_blocks_is_named_with_the_first_agencies(measured, vi):
    targets = _paper(measured, vi).body["targets"]
    machines = targets[1]
    assert machines["decision"] == "Chưa đủ căn cứ kết luận" and len(machines["obstacles"]) >= 2
    first = next(one for one in machines["obstacles"] if "chưa gửi" in one["words"])
    assert "UBND xã Na Rì" in first["agencies"]
    long = max((one["agencies"] for one in machines["obstacles"]), key=len)
    assert re.search(r"và \d+ đơn vị khác$", long)


def test_the_annex_has_a_line_for_each_agency_and_the_parts_add_up(measured, vi):
    rows = _paper(measured, vi).body["agencies"]
    assert len(rows) == int(_paper(measured, vi).body["agency_count"])
    for place, wanted in enumerate(measured.measurements):
        parts = [one["figures"][place] for one in rows if one["figures"][place] != "–"]
        totals = [int(part.rpartition("/")[2].replace(".", "")) for part in parts]
        assert sum(totals) == wanted.tally.total
    assert {one["name"] for one in rows if not one["submitted"]} >= {"UBND xã Na Rì"}


def test_the_paper_is_the_owners_report_with_blanks_where_nobody_wrote_anything(measured, vi):
    paper = _paper(_with_head(measured, letterhead=Letterhead()), vi)
    assert (paper.kind, paper.subject) == ("BÁO CÁO", "Kết quả thực hiện Kế hoạch 246/KH-UBND")
    assert paper.addressees == ("Ủy ban nhân dân tỉnh Thái Nguyên",) and paper.agency == "Công an tỉnh Thái Nguyên"
    assert paper.internal and paper.signature.name == "" and paper.place == "" and paper.symbol == "/BC-"


def test_title_and_date_of_the_plan_are_printed_only_if_somebody_entered_them(measured, vi):
    assert (_paper(measured, vi).body["plan_title"], _paper(measured, vi).body["plan_date"]) == ("", "")
    told = measured.plan.model_copy(update={"title": "về tên đã nhập", "issued_on": date(2022, 1, 5)})
    text = text_of(render_word(_paper(replace(measured, plan=told), vi), TEMPLATES))
    assert "Thực hiện Kế hoạch 246/KH-UBND ngày 05/01/2022 về tên đã nhập, Công an tỉnh" in text
    assert "ngày 05/01/2022" not in text_of(render_word(_paper(measured, vi), TEMPLATES))


def test_letterhead_of_the_unit_heads_and_signs_and_that_of_the_owner_does_not(measured, vi):
    own = Letterhead(
        parent="UBND tỉnh", place="Thái Nguyên", symbol="SKHCN", drafting_unit="CĐS", signer_title="Giám đốc", signer_name="A"
    )
    paper = _paper(_with_head(measured, letterhead=own), vi)
    assert (paper.parent, paper.symbol, paper.archive, paper.signature.title) == (
        "UBND tỉnh",
        "/BC-SKHCN",
        "Lưu: VT, CĐS",
        "Giám đốc",
    )
    owners = Letterhead(symbol="UBND", drafting_unit="CAT", authority="TM. UBND", signer_title="Chủ tịch", recipients=("Sở A",))
    owner = Owner.model_validate(
        {"name": "Ủy ban nhân dân tỉnh Thái Nguyên", "designated": {"name": "Công an tỉnh", "title": "Giám đốc"}}
    )
    paper = _paper(_with_head(measured, letterhead=owners, owners=(owner,)), vi)
    assert (paper.parent, paper.symbol, paper.archive, paper.recipients) == ("", "/BC-CAT", "Lưu: VT", ("Sở A",))
    assert (paper.signature.authority, paper.signature.title) == ("", "Giám đốc"), "the owner does not sign a report to himself"


def test_the_bars_beside_are_measured_from_the_same_states_and_change_no_decision(measured, vi, beside):
    body = _paper(measured, vi, beside).body
    assert (
        body["targets"] == _paper(measured, vi).body["targets"] and body["conclusion"] == _paper(measured, vi).body["conclusion"]
    )
    bars = {one["title"]: one for one in body["bars"]}
    approved = bars["Hệ thống thông tin được phê duyệt cấp độ"]
    assert approved["asked"] == "100\u00a0%" and approved["confirmed"] and approved["due"] == "30/09/2024"
    assert approved["decision"] == "Không đạt", "its day is over"
    assert beside.measurements[1].tally == measured.measurements[0].tally, "target 1 and its bar count alike"
    assert beside.measurements[0].tally.proven >= beside.measurements[1].tally.proven
    assert [(sub.tally.proven, sub.tally.total) for sub in measured.measurements[1].under] == [
        (one.tally.proven, one.tally.total) for one in beside.measurements[3:5]
    ]


def test_bars_that_were_not_confirmed_are_marked_wherever_they_stand(measured, vi, beside):
    unsure = {target.id for target in beside.plan.targets if not target.confirmed}
    assert unsure == {"systems-transition", "endpoints-antimalware", "endpoints-managed", "systems-national-plan"}
    for target, found in zip(beside.plan.targets, beside.measurements, strict=True):
        assert target.source
        assert ("not confirmed in the text" in " ".join(map(str, found.notes))) is (target.id in unsure)
    text = text_of(render_word(_paper(measured, vi, beside), TEMPLATES))
    assert text.count("(*)") == len(unsure) + 1, "each bar, and what the mark means"


def test_a_plan_that_names_no_other_has_no_section_for_bars(measured, vi):
    alone = replace(measured, plan=measured.plan.model_copy(update={"beside": None}))
    assert measure_beside(alone) is None
    text = text_of(render_word(_paper(alone, vi), TEMPLATES))
    assert "III. ĐỀ NGHỊ" in text and "ĐỐI CHIẾU" not in text


def test_the_foot_says_what_figures_rest_on_and_the_body_speaks_no_tool_words(measured, vi, beside):
    document = render_word(_paper(measured, vi, beside), TEMPLATES)
    text = text_of(document)
    assert not re.search(r"(?i)\b(digest|sha-?256|cel|ssh|run|hash|json|yaml|none|true|false)\b|mã băm", text)
    assert "an toàn thông tin" not in text.lower()
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        feet = [archive.read(name).decode() for name in archive.namelist() if re.fullmatch(r"word/footer\d+\.xml", name)]
    province = measured.province
    for foot in feet:
        for wanted in (
            "16:00 20/11/2026", "Nghị định 331/2026/NĐ-CP", province.inventory.digest[:16], province.catalog.digest[:16],
            "Mã chuỗi bằng chứng: –", "thẩm định của cơ quan có thẩm quyền là quyết định",
        ):  # fmt: skip
            assert wanted in foot
    assert len(feet) == 2, "the first page and the others"


def test_sample_data_says_in_bold_that_nobody_may_use_it(measured, vi):
    paper = _paper(measured, vi)
    assert paper.body["lab_count"] == 0 and "Bản chạy thử" not in text_of(render_word(paper, TEMPLATES))
    marked = replace(paper, body={**paper.body, "lab_count": 1234})
    assert "Bản chạy thử: 1.234 máy trong báo cáo là máy mô phỏng" in text_of(render_word(marked, TEMPLATES))


def test_hostile_names_are_harmless_and_stay_readable(measured, vi, beside):
    inventory = measured.province.inventory
    agencies = tuple(
        file.model_copy(update={"agency": file.agency.model_copy(update={"name": name})})
        for file, name in zip(inventory.agencies, [*HOSTILE] * 20, strict=False)
    )
    unit = inventory.province.province.model_copy(update={"designated_unit": HOSTILE[0], "owner": HOSTILE[4]})
    changed = replace(inventory, agencies=agencies, province=inventory.province.model_copy(update={"province": unit}))
    hostile = replace(measured, province=replace(measured.province, inventory=changed))
    text = text_of(render_word(_paper(hostile, vi, beside), TEMPLATES))
    for name in HOSTILE:
        assert clean(name, limit=300) in text
    assert HOSTILE[0].upper() in text and "d" * 301 not in text and "\u202e" not in text and "\x1b" not in text
    assert "II. KẾT QUẢ TỪNG CHỈ TIÊU" in text and "PHỤ LỤC" in text.upper()


def test_the_page_about_templates_describes_exactly_what_the_report_gives(measured, vi, beside):
    told = replace(measured, plan=measured.plan.model_copy(update={"title": "x", "issued_on": date(2022, 1, 5)}))
    given, described = set(given_by(_paper(told, vi, beside).body)), set(documented("bao-cao-ke-hoach"))
    empty = {path for path in given if any(one.startswith(f"{path}[].") for one in described)}
    assert given - empty == described
