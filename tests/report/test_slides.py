"""Slides: native shapes with titles, alternatives, notes and feet; masters of one's own that nothing speaks against."""

import io
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Emu, Inches

from secaudit.errors import ReportError
from secaudit.report.slides import Bars, Deck, Slide, Table, fitted, render_slides

TABLE = Table(("Chỉ tiêu", "Kết quả"), (1, 2), (("Một", "56,1–64,3 %"), ("Hai", "90 %")), "Bảng hai chỉ tiêu")
BARS = Bars(("Một", "Hai"), (Fraction(1, 2), Fraction(9, 10)), (Fraction(1, 10), Fraction(0)), ("Có", "Còn có thể"), "Hai thanh")
DECK = Deck(
    "Họp",
    (
        Slide("1. Tình hình", ("Kết luận: 1/2 Đạt.",), (TABLE,), BARS, notes=("Nguồn: A",)),
        Slide("2. Hai bảng", (), (TABLE, TABLE), notes=("Nguồn: B",)),
    ),
    "Số liệu chốt lúc 16:00 20/11/2026. LƯU HÀNH NỘI BỘ.",
)
HOSTILE = ("<script>alert(1)</script>", "=cmd|'/c calc'!A1", "tên\x1b[31m", "a\ufffeb", "x\u202egpj.exe", "d" * 10_000)


def _opened(data: bytes):
    return Presentation(io.BytesIO(data))


def _texts(slide) -> str:
    found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    found += [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def test_each_slide_has_its_title_foot_notes_and_a_text_alternative_for_what_is_drawn(tmp_path):
    data = render_slides(DECK, tmp_path)
    show = _opened(data)
    assert (show.slide_width, show.slide_height) == (Inches(13.333), Inches(7.5))
    for number, (slide, wanted) in enumerate(zip(show.slides, DECK.slides, strict=True), start=1):
        assert slide.shapes.title.text_frame.text == wanted.title
        assert f"{number}/2 · {DECK.foot}" in _texts(slide) and slide.notes_slide.notes_text_frame.text == wanted.notes[0]
        drawn = [shape for shape in slide.shapes if shape.has_table or shape.has_chart]
        assert [shape.element.nvGraphicFramePr.cNvPr.get("descr") for shape in drawn] == [
            *(table.description for table in wanted.tables), *([wanted.bars.description] if wanted.bars else [])
        ]  # fmt: skip
        sizes = [
            run.font.size.pt
            for shape in slide.shapes if shape.has_text_frame
            for paragraph in shape.text_frame.paragraphs for run in paragraph.runs if run.font.size
        ]  # fmt: skip
        assert min(sizes) >= 10
    (chart,) = [shape.chart for shape in show.slides[0].shapes if shape.has_chart]
    assert [list(series.values) for series in chart.plots[0].series] == [[0.9, 0.5], [0.0, 0.1]], "the first name is on top"


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_nothing_says_who_made_the_slides_or_when(tmp_path):
    data = render_slides(DECK, tmp_path)
    core = _parts(data)["docProps/core.xml"].decode()
    assert "modified" not in core and "creator" not in core and "<dc:title>Họp</dc:title>" in core
    (workbook,) = [body for name, body in _parts(data).items() if name.endswith(".xlsx")]
    assert b"20" not in _parts(workbook)["docProps/core.xml"].partition(b"<dc:title>")[2], (
        "nor does the workbook behind the chart"
    )


def test_slides_made_before_serve_as_a_master_and_none_of_them_is_left(tmp_path):
    (tmp_path / "hop-thang.pptx").write_bytes(render_slides(DECK, tmp_path / "none"))
    again = render_slides(Deck("Khác", (Slide("Một trang"),), "Chân"), tmp_path)
    assert len(_opened(again).slides) == 1 and not [name for name in _parts(again) if "embeddings" in name or "chart" in name]


def test_hostile_texts_stay_text(tmp_path):
    rows = tuple((name, name) for name in HOSTILE)
    slide = Slide(HOSTILE[0], HOSTILE, (replace(TABLE, rows=rows, description=HOSTILE[2]),), notes=HOSTILE)
    data = render_slides(Deck(HOSTILE[4], (slide,), HOSTILE[3]), tmp_path)
    said = _texts(_opened(data).slides[0])
    assert HOSTILE[0] in said and HOSTILE[1] in said and "d" * 300 in said and "d" * 700 not in said
    assert not {"\x1b", "\u202e", "\ufffe"} & set(said)


def test_slides_are_made_on_an_officers_own_master_and_its_own_slides_are_left_out(tmp_path):
    own = Presentation()
    own.slide_width, own.slide_height = Emu(Inches(10)), Emu(Inches(5.625))
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "Trang cũ"
    own.slide_master.name = "Của tỉnh"
    own.save(tmp_path / "hop-thang.pptx")
    data = render_slides(DECK, tmp_path)
    show = _opened(data)
    assert show.slide_width == Inches(10) and show.slide_master.name == "Của tỉnh" and len(show.slides) == 2
    assert b"Trang c\xc5\xa9" not in b"".join(_parts(data).values())
    for slide in show.slides:
        assert slide.slide_layout.name == "Title Only"
        for shape in slide.shapes:
            if shape.has_table or shape.has_text_frame:
                assert shape.left + shape.width <= show.slide_width and shape.top <= show.slide_height


def _spoiled(folder: Path, part: str, body: bytes, *, at: str = "") -> Path:
    out = io.BytesIO()
    Presentation().save(out)
    path = folder / "hop-thang.pptx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, old in _parts(out.getvalue()).items():
            archive.writestr(name, body if name == part else old.replace(b"</Relationships>", body) if name == at else old)
        if part and part not in archive.namelist():
            archive.writestr(part, body)
    return path


LINK = b'<Relationship Id="x9" Type="t" Target="http://127.0.0.1/x" TargetMode="External"/></Relationships>'


@pytest.mark.parametrize(
    ("part", "body", "at", "words"),
    [
        ("ppt/vbaProject.bin", b"x", "", "macros"),
        ("ppt/embeddings/a.bin", b"x", "", "embedded"),
        ("", LINK, "ppt/slideMasters/_rels/slideMaster1.xml.rels", "links to something outside"),
        ("ppt/big.xml", b"<a>" + b" " * (200 << 20) + b"</a>", "", "bomb"),
        ("ppt/presentation.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "", "whole presentation"),
        ("ppt/presentation.xml", b"<a/>", "", "cannot be used"),
        ("ppt/deep.xml", b"<a>" * 5000 + b"</a>" * 5000, "", "whole presentation"),
    ],
    ids=["macros", "embedded", "link", "bomb", "entities", "foreign", "deep"],
)
def test_a_master_that_acts_fetches_or_is_damaged_is_refused_by_name(tmp_path, part, body, at, words):
    path = _spoiled(tmp_path, part, body, at=at)
    with pytest.raises(ReportError, match=words) as caught:
        render_slides(DECK, tmp_path)
    assert caught.value.where == str(path)


def test_a_file_that_is_no_presentation_is_refused(tmp_path):
    (tmp_path / "hop-thang.pptx").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(ReportError, match="whole presentation"):
        render_slides(DECK, tmp_path)


def test_long_tables_say_how_much_more_there_is():
    rows = [(str(number), "x") for number in range(10)]
    assert fitted(rows, 10, 2, "dòng") == tuple(rows) and fitted(rows, 4, 2, "dòng")[-1] == ("… và 7 dòng", "")
    assert len(fitted(rows, 4, 2, "dòng")) == 4
