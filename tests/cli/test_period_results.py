"""``secaudit period results`` and ``templates``, as an officer uses them."""

import io
import stat
import zipfile


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
