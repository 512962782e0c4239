"""The committed templates: built as reviewed, laid out as Nghị định 30/2020/NĐ-CP asks, their variables described."""

import io
import re

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree
from word_blocks import addressees, annex, grounds, heading, signature, start
from word_plain import PLAIN
from word_reading import misplaced, paragraphs_of, parts_of, said, sample_paper, text_of
from word_templates import FOLDER, TEMPLATES
from word_variables import documented, named_in

from secaudit.report.word import render_word

NAMES = sorted(TEMPLATES)
FONT = "Times New Roman"
CONTINUED = {"form-08": (1,)}
"""Sections that are no annex: the same paper on pages that lie."""
each = pytest.mark.parametrize("name", NAMES)


def test_the_folder_holds_what_is_built_and_nothing_else():
    assert sorted(path.stem for path in FOLDER.iterdir()) == NAMES
    for name, build in TEMPLATES.items():
        committed = parts_of((FOLDER / f"{name}.docx").read_bytes())
        assert committed == parts_of(build().bytes()), f"{name}: run python tests/report/word_templates.py"


@each
def test_every_variable_is_described_and_none_is_described_in_vain(name):
    own, frame = documented(name), documented("Every template")
    assert own, f"docs/word-templates.md has no section {name}"
    assert len(set(own)) == len(own) and not set(own) & set(frame)
    used = named_in(FOLDER / f"{name}.docx")
    outer = {path for one in (*own, *frame) for path in _above(one)}
    assert used - outer == set(), "named by the template, not described"
    assert {one for one in own if one not in used} == set(), "described, and the template does not use it"


def _above(path: str) -> list[str]:
    """``targets[].under[].title`` and the lists and records it stands in."""
    pieces = re.split(r"(\[\]\.|\.)", path)
    return ["".join(pieces[:count]) for count in range(1, len(pieces) + 1, 2)]


@each
def test_pages_are_a4_with_the_margins_of_the_decree(name):
    document = Document(FOLDER / f"{name}.docx")
    for number, section in enumerate(document.sections):
        assert sorted((section.page_width.mm, section.page_height.mm)) == pytest.approx([210, 297], abs=0.2)
        assert 20 <= round(section.top_margin.mm) <= 25 and 20 <= round(section.bottom_margin.mm) <= 25
        assert 30 <= round(section.left_margin.mm) <= 35 and 15 <= round(section.right_margin.mm) <= 20
        if number in CONTINUED.get(name, ()):
            assert not section.different_first_page_header_footer, "the paper goes on, and so do its page numbers"
            continue
        numbers = "".join(item.text for item in section.header._element.iter(qn("w:instrText")))
        assert numbers == "PAGE" and section.different_first_page_header_footer
        assert not section.first_page_header._element.xpath(".//w:instrText"), "hidden on the first page"
        assert section.header.paragraphs[0].alignment == 1
        assert {run.font.size.pt for run in section.header.paragraphs[0].runs} <= {13, 14}


@each
def test_times_new_roman_everywhere_and_vietnamese(name):
    parts = parts_of((FOLDER / f"{name}.docx").read_bytes())
    written = [body for part, body in parts.items() if re.fullmatch(r"word/(document|styles|(header|footer)\d+)\.xml", part)]
    assert len(written) >= 6
    fonts = [font for body in written for font in etree.fromstring(body).iter(qn("w:rFonts"))]
    assert {value for font in fonts for value in font.attrib.values()} == {FONT}, "and no font of a theme"
    assert set(re.findall(rb'<w:lang w:val="([^"]+)"', parts["word/styles.xml"])) == {b"vi-VN"}


def test_sizes_and_letters_of_a_paper_are_those_of_the_decree():
    """Text -> sizes allowed, bold, italic, where it stands: Phụ lục I, mục V."""
    made = render_word(sample_paper(), PLAIN)
    found = {said(one): look for one, look in _looks(made) if said(one)}
    wanted = {
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": ((12, 13), True, False, "center"),
        "Độc lập - Tự do - Hạnh phúc": ((13, 14), True, False, "center"),
        "ỦY BAN NHÂN DÂN TỈNH THÁI NGUYÊN": ((12, 13), False, False, "center"),
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ": ((12, 13), True, False, "center"),
        "Số:          /BC-SKHCN": ((13,), False, False, "center"),
        "Thái Nguyên, ngày      tháng      năm          ": ((13, 14), False, True, "center"),
        "LƯU HÀNH NỘI BỘ": ((13, 14), True, False, "center"),
        "BÁO CÁO": ((13, 14), True, False, "center"),
        "Về việc thử": ((13, 14), True, False, "center"),
        "Kính gửi: Ủy ban nhân dân tỉnh Thái Nguyên": ((13, 14), False, False, "center"),
        "Căn cứ Nghị định số 331/2026/NĐ-CP.": ((13, 14), False, True, "both"),
        "Đoạn một.": ((13, 14), False, False, "both"),
        "KT. GIÁM ĐỐC": ((13, 14), True, False, "center"),
        "PHÓ GIÁM ĐỐC": ((13, 14), True, False, "center"),
        "Nguyễn Văn A": ((13, 14), True, False, "center"),
        "Nơi nhận:": ((12,), True, True, "left"),
        "- Công an tỉnh;": ((11,), False, False, "left"),
        "- Lưu: VT, CĐS.": ((11,), False, False, "left"),
    }
    for text, (sizes, bold, italic, place) in wanted.items():
        size, *rest = found[text]
        assert size in sizes and rest == [bold, italic, place], (text, found[text])
    body = Document(io.BytesIO(made)).styles["Thân văn bản"].paragraph_format
    assert round(body.first_line_indent.mm, 1) in (10, 12.7) and body.space_after.pt >= 6 and 1 <= body.line_spacing <= 1.5


def _looks(document: bytes):
    """(paragraph, [size, bold, italic, alignment]) as Word would show it: style first, then what the run says."""
    styles = Document(io.BytesIO(document)).styles
    by_id = {style.style_id: style for style in styles if style.type == 1}
    for paragraph in paragraphs_of(parts_of(document)["word/document.xml"]):
        style = by_id[next(iter(paragraph.xpath("w:pPr/w:pStyle/@w:val", namespaces=paragraph.nsmap)), "Normal")]
        run = next(iter(paragraph.iter(qn("w:r"))), None)
        size, bold, italic = style.font.size.pt, bool(style.font.bold), bool(style.font.italic)
        align = {0: "left", 1: "center", 3: "both"}[style.paragraph_format.alignment or 0]
        if run is not None and run.find(qn("w:rPr")) is not None:
            properties = run.find(qn("w:rPr"))
            size = int(properties.find(qn("w:sz")).get(qn("w:val"))) / 2 if properties.find(qn("w:sz")) is not None else size
            bold = bold or properties.find(qn("w:b")) is not None
            italic = italic or properties.find(qn("w:i")) is not None
        yield paragraph, [size, bold, italic, align]


def test_lines_stand_under_titles_in_the_lengths_of_the_decree():
    made = Document(io.BytesIO(render_word(sample_paper(), PLAIN)))
    agency, nation = made.tables[0].rows[0].cells
    lines = [one for one in (*agency.paragraphs, *nation.paragraphs, *made.paragraphs) if one._p.xpath("w:pPr/w:pBdr/w:bottom")]
    assert len(lines) == 3, "under the office, under the national motto, under the subject"
    widths = [cell.width for cell in (agency, nation)]
    motto = widths[1] - lines[1].paragraph_format.left_indent - lines[1].paragraph_format.right_indent
    assert Mm(53) <= motto <= Mm(59), "as long as the motto in 13 points, bold"
    short = widths[0] - lines[0].paragraph_format.left_indent - lines[0].paragraph_format.right_indent
    assert Mm(15) <= short <= Mm(30)


@each
def test_an_annex_counts_its_own_pages_and_table_heads_stand_again(name):
    document = Document(FOLDER / f"{name}.docx")
    for place, section in enumerate(document.sections):
        if place == 0 or place in CONTINUED.get(name, ()):
            assert not section._sectPr.findall(qn("w:pgNumType"))
            continue
        (numbers,) = section._sectPr.findall(qn("w:pgNumType"))
        assert numbers.get(qn("w:start")) == "1"
    for table in document.tables:
        if table.style.name == "Table Grid":
            assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader") and all(
                row._tr.xpath("w:trPr/w:cantSplit") for row in table.rows
            )


@each
def test_word_finds_every_element_where_it_expects_it(name):
    for part, body in parts_of((FOLDER / f"{name}.docx").read_bytes()).items():
        if re.fullmatch(r"word/(document|styles|(header|footer)\d+)\.xml", part):
            assert misplaced(body) == [], part


def test_a_letter_has_its_subject_under_the_number_and_no_kind(tmp_path):
    draft = start("công văn")
    heading(draft, letter=True)
    addressees(draft)
    grounds(draft)
    signature(draft)
    for number in ("I", "II"):
        annex(draft, number, "Bảng số liệu", landscape=True)
    (tmp_path / "cong-van.docx").write_bytes(draft.bytes())
    made = render_word(sample_paper(template="cong-van", kind="", symbol="/UBND-CĐS", body={}), tmp_path)
    assert "Số:          /UBND-CĐS\nThái Nguyên" not in text_of(made), "number and subject stand below each other in one column"
    looks = {said(one): look for one, look in _looks(made)}
    assert looks["V/v Về việc thử"][0] in (12, 13) and looks["V/v Về việc thử"][1:] == [False, False, "center"]
    assert "BÁO CÁO" not in text_of(made) and "(Kèm theo Công văn số         /UBND-CĐS ngày" in text_of(made)
    assert looks["Phụ lục II"][:2] == [14, True] and looks["BẢNG SỐ LIỆU"][:2] == [14, True]
    assert misplaced(parts_of(made)["word/document.xml"]) == []
    starts = [one for section in Document(io.BytesIO(made)).sections for one in section._sectPr.findall(qn("w:pgNumType"))]
    assert len(starts) == 2, "each annex counts for itself"
