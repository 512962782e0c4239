"""Official papers: nothing in a value or a template does more than stand there, and mistakes are named."""

import io
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from word_blocks import add, start
from word_plain import PLAIN
from word_reading import parts_of, sample_paper, text_of

from secaudit.errors import ReportError
from secaudit.messages import clean
from secaudit.report import bounds
from secaudit.report.official import Paper
from secaudit.report.word import render_word

HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    "before\x1b[31mred",
    "noncharacter\ufffe end",
    "turned \u202etxt.exe",
    "vertical\x0btab\x07bell\x0cfeed",
    "{{ 7 * 7 }} {% raw %} {_{ }_} {# no #}",
    "]]> &amp; &lt; <w:p/> <!--1-->",
    "lone \ud800 surrogate",
    "two\nlines\tand a tab",
)


def _of(paragraphs: list[str], folder: Path, name: str = "mau") -> Path:
    """A folder with one template made of these paragraphs."""
    draft = start("thử")
    for text in paragraphs:
        add(draft, text)
    (folder / f"{name}.docx").write_bytes(draft.bytes())
    return folder


def _refused(folder: Path, paper: Paper | None = None) -> ReportError:
    with pytest.raises(ReportError) as refused:
        render_word(paper or Paper("mau", "A", body={"rows": [{"name": "x"}], "name": "y"}), folder)
    assert refused.value.hint is not None and str(folder) in (refused.value.where or "")
    return refused.value


def test_hostile_texts_stand_there_as_text_and_delete_nothing():
    body = {"paragraphs": [*HOSTILE, "after all of them"]}
    paper = sample_paper(agency=HOSTILE[0], addressees=HOSTILE, recipients=HOSTILE, grounds=HOSTILE, basis=HOSTILE, body=body)
    made = render_word(paper, PLAIN)
    text = text_of(made)
    for value in HOSTILE:
        assert text.count(clean(value)) >= 3, value
    assert clean(HOSTILE[0]).upper() in text and "after all of them" in text and "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ufffe]", text.replace("\n", "").replace("\t", ""))
    feet = [name for name in parts_of(made) if re.fullmatch(r"word/footer\d+\.xml", name)]
    assert len(feet) == 2 and all("=cmd|'/c calc'!A1" in text_of(made, name) for name in feet)


def test_texts_without_end_are_cut_as_everywhere():
    made = render_word(sample_paper(agency="a" * 10_000, body={"paragraphs": ["b" * 10_000]}), PLAIN)
    assert max(map(len, re.findall("A+…?", text_of(made)))) == 300
    assert max(map(len, re.findall("b+…?", text_of(made)))) == 2000


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=3), st.text(max_size=60))
def test_any_text_gives_a_whole_document_that_shows_it(texts, subject):
    made = text_of(render_word(sample_paper(subject=subject, body={"paragraphs": texts}), PLAIN))
    assert all(clean(text) in made for text in (*texts, subject))


def test_equal_papers_are_equal_bytes_and_name_no_person_or_machine(tmp_path):
    for path in PLAIN.glob("*.docx"):
        shutil.copy(path, tmp_path)
    edited = Document(tmp_path / "van-ban.docx")
    edited.core_properties.author = edited.core_properties.last_modified_by = "Nguyễn Thị Riêng"
    edited.core_properties.comments = "C:\\Users\\rieng"
    edited.save(tmp_path / "van-ban.docx")
    first, second = (render_word(sample_paper(), tmp_path) for _ in range(2))
    assert first == second
    assert b"rieng" not in b"".join(parts_of(first).values()).lower() and "Riêng".encode() not in b"".join(
        parts_of(first).values()
    )
    core = parts_of(first)["docProps/core.xml"].decode()
    assert "BÁO CÁO Về việc thử" in core and not re.search("created|modified|creator|revision", core)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_nobody_wrote_down_stays_blank_for_the_clerk():
    made = text_of(render_word(Paper("van-ban", "A", body={"paragraphs": []}), PLAIN))
    assert "Số:          /" in made and "ngày      tháng      năm" in made and "- Lưu: VT." in made
    assert "Kính gửi" not in made and "Như trên" not in made and "None" not in made


def test_a_draft_says_so_and_a_paper_that_is_none_does_not():
    assert "DỰ THẢO\nLƯU HÀNH NỘI BỘ" in text_of(render_word(sample_paper(), PLAIN))
    assert "LƯU HÀNH" not in text_of(render_word(sample_paper(internal=False), PLAIN))


def test_one_addressee_stands_on_the_line_and_several_below_each_other():
    one = text_of(render_word(sample_paper(), PLAIN))
    assert "Kính gửi: Ủy ban nhân dân tỉnh Thái Nguyên\n" in one
    several = text_of(render_word(sample_paper(addressees=("Bộ A", "Bộ B", "Sở C")), PLAIN))
    assert "Kính gửi:\n- Bộ A;\n- Bộ B;\n- Sở C.\n" in several
    assert "Nơi nhận:\n- Như trên;\n- Công an tỉnh;\n- Sở Nội vụ;\n- Lưu: VT, CĐS." in several
    assert "số 116/2025/QH15;\nCăn cứ Nghị định số 331/2026/NĐ-CP.\n" in several


@pytest.mark.parametrize(
    ("paragraphs", "number", "reason"),
    [
        (["one", "two {{ nobody }}"], 2, "there is no variable nobody"),
        (["one", "{{ name }}", "{{ rows[0].nothing }}"], 3, "nothing"),
        (["{%p for row in rows %}", "{{ row.nam }}", "{%p endfor %}"], 2, "nam"),
        (["one", "{{ name"], 2, "only half"),
        (["one", "{{ name", "{{ name }}"], 2, "only half"),
        (["one", "name }}"], 2, "only half"),
        (["{{ name } }"], 1, "only half"),
        (["{%p if name %}", "{%p for row in rows %}", "{%p endif %}"], 3, "'endfor'"),
        (["{%p if name %}", "x", "{%p endfi %}"], 3, "endfi"),
        (["one", "{{ name|shell }}"], 2, "shell"),
        (["one", "", "{{ range(9) }}"], 3, "range"),
        (["{{ name.__class__ }}"], 1, "__class__"),
        (["{{ name.upper() }}"], 1, ""),
        (["{{ rows[0].items() }}"], 1, "items"),
        (["{{ 'a' * 1000000000 }}"], 1, "numbers"),
        (["{{ 9 ** 9999999 }}"], 1, "numbers"),
        (["{{ '%1000000000d' % 1 }}"], 1, "numbers"),
        (["{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}"], 1, "recursion"),
    ],
)
def test_a_broken_template_is_named_with_its_paragraph(tmp_path, paragraphs, number, reason):
    error = _refused(_of(paragraphs, tmp_path))
    assert f"paragraph {number} (" in str(error.message) and reason in str(error.message)
    assert str(tmp_path / "mau.docx") in (error.where or "") and "/word/document.xml" in (error.where or "")


def test_rows_that_the_template_takes_away_move_no_number(tmp_path):
    draft = start("thử")
    made = draft.document.add_table(rows=3, cols=1)
    for row, text in zip(made.rows, ("{%tr for row in rows %}", "{{ row.name }}", "{%tr endfor %}"), strict=True):
        row.cells[0].text = text
    add(draft, "{{ nobody }}")
    (tmp_path / "mau.docx").write_bytes(draft.bytes())
    assert "paragraph 4 ({{ nobody }})" in str(_refused(tmp_path).message)


def test_a_loop_that_begins_in_a_row_and_ends_in_a_paragraph_is_named_and_not_half_printed(tmp_path):
    draft = start("thử")
    made = draft.document.add_table(rows=2, cols=1)
    made.rows[0].cells[0].text = "{%tr for row in rows %}"
    made.rows[1].cells[0].text = "{{ row.name }}"
    add(draft, "{%p endfor %}")
    (tmp_path / "mau.docx").write_bytes(draft.bytes())
    paper = Paper("mau", "A", body={"rows": [{"name": "x"}, {"name": "y"}]})
    assert "no whole document" in str(_refused(tmp_path, paper).message)


def test_a_template_without_end_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("secaudit.report.word_engine.MOST_CHARACTERS", 100_000)
    rows = [{"name": "x"}] * 50
    loops = "".join(f"{{% for {name} in rows %}}" for name in "abcdef") + "{{ name }}" + "{% endfor %}" * 6
    assert "no end" in str(_refused(_of([loops], tmp_path), Paper("mau", "A", body={"rows": rows, "name": "y" * 200})).message)


def test_a_paper_that_fills_memory_or_computes_without_end_is_refused_with_its_paragraph(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_MEMORY", 50_000_000)
    doubled = _refused(_of(["{% set x = name %}", "{% set x = x ~ x %}" * 40], tmp_path), Paper("mau", "A", body={"name": "y"}))
    assert "bytes of memory" in str(doubled.message) and "at paragraph" in str(doubled.message)
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.1)
    twice = "{% macro f(n) %}{% if n %}{% if f(n - 1) %}{% endif %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(90) }}"
    assert "computes for more than" in str(_refused(_of([twice], tmp_path), Paper("mau", "A", body={})).message)


def test_a_body_cannot_take_the_names_of_the_frame():
    with pytest.raises(ValueError, match="agency"):
        render_word(sample_paper(body={"paragraphs": [], "agency": "another"}), PLAIN)


def _repacked(folder: Path, change) -> Path:
    """The plainest template with its parts changed."""
    parts = parts_of((PLAIN / "van-ban.docx").read_bytes())
    change(parts)
    with zipfile.ZipFile(folder / "mau.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return folder


def _with_relation(parts):
    name = "word/_rels/document.xml.rels"
    link = b'<Relationship Id="rId99" Type="http://x/hyperlink" Target="http://evil.example/" TargetMode="External"/>'
    parts[name] = parts[name].replace(b"</Relationships>", link + b"</Relationships>")


def _macro_enabled(parts):
    name = "[Content_Types].xml"
    parts[name] = parts[name].replace(b"wordprocessingml.document.main", b"macroEnabled.main")


def _with_entity(parts):
    parts["word/document.xml"] = b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + parts["word/document.xml"][55:]


def _with_body(xml: str):
    def change(parts):
        parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:body>", f"<w:body>{xml}".encode(), 1)

    return change


_SPREAD = "<w:r><w:instrText>{}</w:instrText></w:r>"
_DDE = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    + _SPREAD.format(" DDE")
    + _SPREAD.format("AUTO c:\\\\cmd.exe")
    + '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda parts: parts.update({"word/vbaProject.bin": b"x"}), "macros"),
        (_macro_enabled, "macros"),
        (lambda parts: parts.update({"word/embeddings/oleObject1.bin": b"x"}), "embedded"),
        (_with_relation, "http://evil.example/"),
        (_with_body('<w:altChunk r:id="rId1"/>'), "altChunk"),
        (_with_body(_DDE), "DDEAUTO"),
        (_with_body('<w:p><w:fldSimple w:instr=" INCLUDETEXT c:/secret.docx "/></w:p>'), "INCLUDETEXT"),
        (_with_entity, "DOCTYPE"),
        (lambda parts: parts.update({"word/media/a.xml": b"<a>" + b" " * (40 << 20) + b"</a>"}), "bomb"),
        (lambda parts: parts.update({"../../evil": b"x"}), "bomb"),
        (lambda parts: parts.update({f"word/{n}.bin": b"x" for n in range(600)}), "bomb"),
        (lambda parts: parts.update({"word/deep.xml": b"<a>" * 500 + b"</a>" * 500}), "deep.xml"),
        (lambda parts: parts.pop("[Content_Types].xml"), "not a whole Word document"),
        (lambda parts: parts.update({"word/document.xml": b"<w:document"}), "not a whole Word document"),
        (lambda parts: parts.pop("word/document.xml"), ""),
    ],
)  # fmt: skip
def test_templates_that_act_fetch_or_swell_are_refused_before_they_are_opened(tmp_path, change, said):
    assert said in str(_refused(_repacked(tmp_path, change)).message)


def test_page_numbers_are_no_fetching(tmp_path):
    made = render_word(sample_paper(), _copy(tmp_path))
    assert any(b">PAGE<" in body for name, body in parts_of(made).items() if name.startswith("word/header"))


def _copy(folder: Path) -> Path:
    shutil.copy(PLAIN / "van-ban.docx", folder)
    return folder


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"plain text", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_word_document_is_refused(tmp_path, body):
    (tmp_path / "mau.docx").write_bytes(body)
    assert "not a whole Word document" in str(_refused(tmp_path).message)


def test_a_missing_template_says_how_to_get_it(tmp_path):
    error = _refused(tmp_path)
    assert "is missing" in str(error.message) and "secaudit period templates" in str(error.hint)


def test_a_huge_template_is_not_read_to_its_end(tmp_path):
    with (tmp_path / "mau.docx").open("wb") as stream:
        stream.truncate(64 << 20)
    assert "larger than 16 MB" in str(_refused(tmp_path).message)


WHOLE = (PLAIN / "van-ban.docx").read_bytes()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_a_damaged_template_is_refused_or_read_and_never_a_defect(tmp_path_factory, place, noise, cut):
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    (folder / "van-ban.docx").write_bytes(WHOLE[:place] + noise + (b"" if cut else WHOLE[place + len(noise) :]))
    try:
        text_of(render_word(sample_paper(), folder))
    except ReportError as error:
        assert error.where is not None and error.hint is not None


def test_an_officer_may_write_a_list_with_numbers_and_conditions(tmp_path):
    paragraphs = [
        "{%p for row in rows %}",
        (
            "{{ loop.index }}. {{ row.name|upper }}{% if row.count > 1000 %} ({{ row.count|number }}){% endif %}"
            "{{ ';' if not loop.last }}"
        ),
        "{%p endfor %}",
        "{{ rows|length * 2 }} {{ missing_one or 'không có' }}",
    ]
    body = {"rows": [{"name": "một", "count": 1234}, {"name": "hai", "count": 5}], "missing_one": None}
    text = text_of(render_word(Paper("mau", "A", body=body), _of(paragraphs, tmp_path)))
    assert "1. MỘT (1.234);\n2. HAI\n4 không có" in text


def test_a_name_that_word_tore_into_pieces_is_still_one(tmp_path):
    """Word splits runs wherever somebody typed twice, and turns quotation marks round."""
    draft = start("thử")
    torn = add(draft, "")
    for piece in ("{", "{ na", "me", "|upper }", "}", " {{ nothing or “không” }}"):
        torn.add_run(piece).bold = piece == "me"
    (tmp_path / "mau.docx").write_bytes(draft.bytes())
    assert "Y KHÔNG".lower() in text_of(render_word(Paper("mau", "A", body={"name": "y", "nothing": ""}), tmp_path)).lower()


def test_a_table_whose_columns_are_repeated_has_a_grid_for_all_of_them(tmp_path):
    draft = start("thử")
    made = draft.document.add_table(rows=1, cols=4)
    for cell, text in zip(
        made.rows[0].cells, ("first", "{%tc for one in rows %}", "{{ one.name }}", "{%tc endfor %}"), strict=True
    ):
        cell.text = text
    (tmp_path / "mau.docx").write_bytes(draft.bytes())
    made = render_word(Paper("mau", "A", body={"rows": [{"name": str(n)} for n in range(6)]}), tmp_path)
    table = Document(io.BytesIO(made)).tables[0]
    widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
    assert len(widths) == 7 == len(table.rows[0].cells) and min(widths) > 500
    assert OxmlElement("w:tbl").tag == table._tbl.tag
