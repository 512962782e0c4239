"""Official papers in a real LibreOffice: they open, keep their pages and fonts, and number them as the decree asks."""

import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from report_hostile import crowded, poisoned
from word_plain import PLAIN
from word_reading import sample_paper, text_of

from secaudit.pipeline.annual_annexes import annexes
from secaudit.pipeline.annual_paper import annual_paper
from secaudit.pipeline.annual_report import annual_report
from secaudit.pipeline.annual_rules import check_report
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.output_docx import one_page
from secaudit.pipeline.plan_report import measure_beside, plan_paper
from secaudit.pipeline.province import Province, classify_province, load_province
from secaudit.report.official import Paper
from secaudit.report.sanitise import sanitised
from secaudit.report.voice import Voice
from secaudit.report.word import render_word
from secaudit.resources import data_folder, translator

pytestmark = pytest.mark.lab
ROOT = Path(__file__).parents[2]
TEMPLATES = data_folder("report_templates") / "word"
NUMBER = re.compile(r"\s*(\d+)\s*")


def _run(*command: object) -> str:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, check=True).stdout


@pytest.fixture(scope="module", name="papers")
def convert_papers(tmp_path_factory, sample) -> dict[str, Path]:
    """One call of the office for all papers, with a profile of its own."""
    for program in ("soffice", "lowriter", "pdftotext", "pdftoppm", "pdffonts", "pdfinfo"):
        assert shutil.which(program), f"{program} is missing: .ci/parts libreoffice-writer poppler-utils installs it"
    folder = tmp_path_factory.mktemp("papers")
    province = load_province(ROOT / "inventories" / "thai-nguyen", ROOT / "checks", None)
    plan = province.plan("ke-hoach-246")
    measured = measure_province(province, plan, None, as_of=datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    made = {
        "results": plan_paper(measured, measure_beside(measured), translator("vi")),
        "form-08": annual_sample(province),
        "several": sample_paper(addressees=("Bộ Công an", "Ủy ban nhân dân tỉnh"), agency="Trung tâm " + "rất dài " * 12),
    }
    files = []
    for name, paper in made.items():
        files.append(folder / f"{name}.docx")
        files[-1].write_bytes(render_word(paper, PLAIN if paper.template == "van-ban" else TEMPLATES))
    for name, document in {"one": sample(60, 900), "bad": poisoned(sample(60, 92)), "long": crowded(sample(60, 92))}.items():
        files.append(folder / f"page-{name}.docx")
        files[-1].write_bytes(render_word(one_page(sanitised(document), Voice(translator("vi"))), TEMPLATES))
    home = tmp_path_factory.mktemp("office")
    _run("soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir", folder, *files)
    # An officer's program writes templates in its own way.
    saved = folder / "saved"
    kind = "docx:MS Word 2007 XML"
    template = TEMPLATES / "bao-cao-ke-hoach.docx"
    _run("soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", kind, "--outdir", saved, template)
    (folder / "edited.docx").write_bytes(render_word(made["results"], saved))
    return {name: folder / f"{name}.pdf" for name in made}


def annual_sample(province: Province) -> Paper:
    """Form 08 of the sample province, a draft with its list of open points."""
    day = date(2026, 11, 20)
    levels = classify_province(province, day)
    report = annual_report(province, levels, day)
    found, issues = annexes(province, levels, report), check_report(province, levels, report)
    return annual_paper(province.inventory.province, report, found, issues, Voice(translator("vi")), draft=True)


def _pages(path: Path) -> list[str]:
    return _run("pdftotext", "-layout", path, "-").split("\f")[:-1]


def test_pages_are_numbered_from_the_second_on_and_the_annex_by_itself(papers):
    pages = _pages(papers["results"])
    first = [next(line for line in page.splitlines() if line.strip()) for page in pages]
    annex = next(number for number, page in enumerate(pages) if "SỐ LIỆU THEO CƠ QUAN" in page)
    assert not NUMBER.fullmatch(first[0]) and not NUMBER.fullmatch(first[annex]), "hidden on the first page"
    assert [int(NUMBER.fullmatch(line)[1]) for line in first[1:annex]] == list(range(2, annex + 1))
    assert [int(NUMBER.fullmatch(line)[1]) for line in first[annex + 1 :]] == list(range(2, len(pages) - annex + 1))
    assert all("thẩm định của cơ quan có thẩm quyền" in " ".join(page.split()) for page in pages), "every page says what decides"


def test_the_motto_stands_on_one_line_whatever_the_office_is_called(papers):
    for path in papers.values():
        (first, *_) = _pages(path)
        assert re.search(r"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM$", first, re.MULTILINE)
        assert re.search(r"Độc lập - Tự do - Hạnh phúc$", first, re.MULTILINE)
    assert re.search(r"Kính gửi:\n+\s+- Bộ Công an;\n\s+- Ủy ban nhân dân tỉnh\.\n", _pages(papers["several"])[0])


def test_a_template_that_another_program_saved_says_the_same(papers):
    folder = papers["results"].parent
    ours, theirs = (text_of((folder / f"{name}.docx").read_bytes()).split() for name in ("results", "edited"))
    assert ours == theirs


def test_paper_size_and_one_font_with_every_vietnamese_letter(papers):
    for path in papers.values():
        fonts = _run("pdffonts", path).splitlines()[2:]
        assert fonts and all("LiberationSerif" in line or "TimesNewRoman" in line for line in fonts), fonts
    sizes = re.findall(r"size:\s+([\d.]+) x ([\d.]+) pts", _run("pdfinfo", "-f", 1, "-l", 99, papers["results"]))
    assert {tuple(sorted(round(float(side)) for side in size)) for size in sizes} == {(595, 842)}
    assert len(set(sizes)) == 2, "the annex lies"


def test_no_table_runs_over_the_margins(papers):
    """Ink stays inside the printed area of the decree's smallest margins."""
    for name in ("results", "form-08"):
        _run("pdftoppm", "-r", 40, "-gray", papers[name], papers[name].with_suffix(""))
    pictures = sorted(papers["results"].parent.glob("*-*.pgm"))
    assert len(pictures) > 15
    for picture in pictures:
        header, _, pixels = picture.read_bytes().partition(b"\n255\n")
        width, height = map(int, header.split()[-2:])
        rows = [pixels[line * width : (line + 1) * width] for line in range(height)]
        left = min((row.find(min(row)) for row in rows if min(row) < 128), default=0)
        right = max((width - 1 - row[::-1].find(min(row)) for row in rows if min(row) < 128), default=0)
        per_mm = 40 / 25.4
        assert left >= 28 * per_mm and width - right >= 13 * per_mm, picture.name


@pytest.mark.parametrize("name", ["one", "bad", "long"])
def test_the_first_screen_is_one_page_whatever_agencies_are_called(papers, name):
    path = papers["results"].parent / f"page-{name}.pdf"
    (page,) = _pages(path)
    assert re.search(r"KẾT LUẬN|Kết luận", page) and "Các mốc pháp luật sắp tới" in page and "Mã đối chiếu" in page
    assert "LƯU HÀNH NỘI BỘ" in page and page.count("0208 3") >= 10, "all ten telephones"
    fonts = _run("pdffonts", path).splitlines()[2:]
    assert fonts and all("LiberationSerif" in line or "TimesNewRoman" in line for line in fonts), fonts


def test_form_08_repeats_its_heads_on_every_page_that_lies_and_counts_on_until_its_annexes(papers):
    pages = _pages(papers["form-08"])
    third = next(number for number, page in enumerate(pages) if "3. Thông tin chi tiết về các hệ thống" in page)
    notes = next(number for number, page in enumerate(pages) if "Ghi chú về số liệu (ngoài mẫu)" in page)
    annex = next(number for number, page in enumerate(pages) if "Phụ lục I\n" in page)
    assert 0 < third < notes < annex
    for page in pages[third : notes - 1]:
        assert "(1)" in page and "(12)" in page and "Tên HTTT" in page
    numbers = [NUMBER.fullmatch(next(line for line in page.splitlines() if line.strip())) for page in pages[:annex]]
    assert [int(found[1]) for found in numbers[1:]] == list(range(2, annex + 1)) and numbers[0] is None
    whole = " ".join("\n".join(pages).split())
    assert "31/03/2027" in whole and "15/12/2025 đến 14/12/2026" in whole, "days fit into their columns"
    assert any("ĐIỂM CẦN XỬ LÝ TRƯỚC KHI KÝ" in page and "0208 000" in page for page in pages[annex:])
