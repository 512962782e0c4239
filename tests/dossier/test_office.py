"""One dossier in a real LibreOffice: every paper opens, keeps its marks, and no table leaves the page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from secaudit.pipeline.dossier.making import make_dossiers
from secaudit.resources import data_folder

pytestmark = pytest.mark.lab
PER_MM = 40 / 25.4


def _run(*command: object) -> str:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, check=True).stdout


@pytest.fixture(scope="module", name="papers")
def convert_one_dossier(known, tmp_path_factory) -> dict[str, Path]:
    """One call of the office for all papers of the portal, with a profile of its own."""
    for program in ("soffice", "lowriter", "pdftotext", "pdftoppm", "pdffonts"):
        assert shutil.which(program), f"{program} is missing: .ci/parts libreoffice-writer poppler-utils installs it"
    folder = tmp_path_factory.mktemp("dossier")
    (made,) = make_dossiers(known.sources, ["cong-dvc"], data_folder("report_templates") / "word", ("02", "04", "05", "06"))
    for name, data in made.files.items():
        (folder / name).write_bytes(data)
    home = tmp_path_factory.mktemp("office")
    files = sorted(folder.glob("*.docx"))
    _run("soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir", folder, *files)
    return {path.stem: path.with_suffix(".pdf") for path in files}


def test_every_paper_opens_with_its_words_and_its_basis_on_every_page(papers):
    assert len(papers) == 11
    for name, path in papers.items():
        pages = _run("pdftotext", "-layout", path, "-").split("\f")[:-1]
        assert pages, name
        for page in pages:
            assert "cơ quan thẩm định quyết định" in " ".join(page.split()), name
        words = " ".join(" ".join(pages).split())
        assert "LƯU HÀNH NỘI BỘ" in words and "{{" not in words, name
        fonts = _run("pdffonts", path).splitlines()[2:]
        assert all("LiberationSerif" in line or "TimesNewRoman" in line for line in fonts), name


def test_a_signature_never_stands_alone_on_its_page(papers):
    for name, path in papers.items():
        for page in _run("pdftotext", "-layout", path, "-").split("\f"):
            if "ĐẠI DIỆN CỦA CƠ QUAN" in page:
                before = page.partition("ĐẠI DIỆN CỦA CƠ QUAN")[0]
                assert len(re.findall(r"\w{2,}", before)) > 10, name


def test_no_table_runs_over_the_margins(papers):
    """Ink stays inside the printed area of the decree's smallest margins."""
    for path in papers.values():
        _run("pdftoppm", "-r", 40, "-gray", path, path.with_suffix(""))
    pictures = sorted(next(iter(papers.values())).parent.glob("*.pgm"))
    assert len(pictures) > len(papers)
    for picture in pictures:
        header, _, pixels = picture.read_bytes().partition(b"\n255\n")
        width, height = map(int, header.split()[-2:])
        rows = [pixels[line * width : (line + 1) * width] for line in range(height)]
        dark = [row for row in rows if min(row) < 128]
        left = min((next(at for at, tone in enumerate(row) if tone < 128) for row in dark), default=0)
        right = max((next(width - 1 - at for at, tone in enumerate(row[::-1]) if tone < 128) for row in dark), default=0)
        assert left >= 28 * PER_MM and width - right >= 13 * PER_MM, picture.name
