"""``secaudit period results`` and ``templates``, as an officer uses them."""

import io
import stat
import zipfile

from secaudit.cli.period_results import paper_name
from secaudit.cli.word_options import write_paper
from secaudit.messages import msg
from secaudit.report.word_package import packed
from secaudit.resources import data_folder


def test_the_report_is_written_where_asked_with_templates_of_ones_own(secaudit, sample, tmp_path):
    done = secaudit("period", "templates", "mine")
    assert done.returncode == 0 and (tmp_path / "mine" / "bao-cao-ke-hoach.docx").exists(), done.stderr
    again = secaudit("period", "templates", "mine")
    assert again.returncode == 2 and "bao-cao-ke-hoach.docx" in again.stderr, "what an officer changed is kept"

    found = secaudit(
        "period",
        "results",
        "--inventory",
        sample,
        "--workspace",
        "w",
        "--as-of",
        "2026-11-20",
        "--templates",
        "mine",
        "--out",
        "to",
    )
    assert found.returncode in (3, 4), found.stderr
    path = tmp_path / "to" / "bao-cao-ke-hoach-ke-hoach-246.docx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.name in found.stderr
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        body = archive.read("word/document.xml").decode()
    assert "Số liệu chốt lúc" in body and "KẾT LUẬN CHUNG" in body, "Vietnamese on an English console"


def test_mistakes_are_named_before_anything_is_written(secaudit, sample, tmp_path):
    wrong = secaudit("period", "results", "--inventory", sample, "--workspace", "w", "--out", "report.pdf")
    assert wrong.returncode == 2 and ".docx" in wrong.stderr
    (tmp_path / "empty").mkdir()
    none = secaudit("period", "results", "--inventory", sample, "--workspace", "w", "--out", "x.docx", "--templates", "empty")
    assert none.returncode == 5 and "bao-cao-ke-hoach.docx" in none.stderr and "secaudit period templates" in none.stderr
    assert not (tmp_path / "x.docx").exists() and "Traceback" not in none.stderr


def test_a_closed_period_printed_again_takes_no_other_papers_place():
    assert len({paper_name("ke-hoach-246", None), paper_name("ke-hoach-246", "2026"), paper_name("ke-hoach-246", "q1")}) == 3


def test_what_an_officer_typed_into_a_paper_is_never_written_over(tmp_path):
    form = (data_folder("report_templates") / "word" / "bao-cao-ke-hoach.docx").read_bytes()
    paper = tmp_path / "mau-02.docx"
    for number in (1, 2):  # nobody worked on it: the newer one takes its place
        assert write_paper(paper, packed(form, title=f"{number}"), what=msg("{reason}")) == ()
    assert [path.name for path in tmp_path.iterdir()] == ["mau-02.docx"]
    body = io.BytesIO()
    with zipfile.ZipFile(paper) as old, zipfile.ZipFile(body, "w") as new:
        for name in old.namelist():
            saved = b"<dcterms:modified>2026-11-20T02:00:00Z</dcterms:modified></cp:coreProperties>"
            new.writestr(name, old.read(name).replace(b"</cp:coreProperties>", saved))
    kept = ()
    for typed in (body.getvalue(), b"no document any more"):
        paper.write_bytes(typed)
        kept += write_paper(paper, packed(form, title="3"), what=msg("{reason}"))
    assert list(kept) == sorted(tmp_path.glob("*.da-sua-*.docx"))
    assert [path.read_bytes() for path in kept] == [body.getvalue(), b"no document any more"]
    assert paper.read_bytes() == packed(form, title="3")
