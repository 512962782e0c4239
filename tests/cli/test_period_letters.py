"""``secaudit period letters``, as an officer uses it."""

import io
import json
import stat
import zipfile
from pathlib import Path


def _saved_by_word(path: Path, typed: bytes) -> None:
    """As another program leaves it: with the day it was changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            day = b"<dcterms:modified>2026-11-20T02:00:00Z</dcterms:modified></cp:coreProperties>"
            new.writestr(name, old.read(name).replace(b"</cp:coreProperties>", day))
        new.writestr("typed.txt", typed)
    path.write_bytes(out.getvalue())


def test_a_round_is_written_readable_by_its_owner_only_and_written_again_over_nothing_an_officer_typed(
    secaudit, sample, tmp_path
):
    asked = ("period", "letters", "--inventory", sample, "--workspace", "w", "--as-of", "2026-11-20", "--out", "to")
    done = secaudit(*asked, "--format", "json")
    assert done.returncode == 4, done.stderr
    told = json.loads(done.stdout)
    files = {path.relative_to(tmp_path / "to").as_posix() for path in (tmp_path / "to").rglob("*") if path.is_file()}
    assert files == {*told["province"], *(path for one in told["agencies"] for path in one["files"])}
    assert told["province"] == ["thong-bao-ket-luan.docx", "danh-sach-cong-van.docx", "tin-nhan.csv", "hop-thang.pptx"]
    for path in (tmp_path / "to", *(tmp_path / "to").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert all(0 < one["characters"] <= 500 for one in told["agencies"] if one["owes"]) and told["due"] == "2026-12-14"
    message = (tmp_path / "to" / "tin-nhan" / "so-khcn.txt").read_text(encoding="utf-8")
    assert message.startswith("Kính gửi anh/chị") and message.endswith("Trân trọng.\n")

    letter = tmp_path / "to" / "cong-van" / "so-khcn.docx"
    _saved_by_word(letter, b"typed by an officer")
    only = secaudit(*asked, "--agency", "so-khcn")
    assert only.returncode == 4 and "so-khcn.da-sua-1.docx" in only.stderr and "Traceback" not in only.stderr
    assert "typed.txt" in zipfile.ZipFile(letter.with_name("so-khcn.da-sua-1.docx")).namelist()

    digest = next(one["digest"] for one in told["agencies"] if one["agency"] == "so-khcn")
    check = ("period", "letters", "--inventory", sample, "--workspace", "w", "--out", "to", "--agency", "so-khcn", "--check")
    code = f"{digest[:4]} {digest[4:8]} {digest[8:12]} {digest[12:16]}"
    belongs = secaudit(*check, code, "--format", "json")
    assert belongs.returncode == 0 and json.loads(belongs.stdout)["day"] == "2026-11-20"
    assert secaudit(*check, "0" * 16).returncode == 3
    (record,) = (tmp_path / "to" / "so-lieu").glob("so-khcn-*.json")
    record.unlink()
    again = secaudit(*check, digest, "--as-of", "2026-11-20")
    assert again.returncode == 0 and "2026-11-20" in again.stderr, "the figures of the day are counted again"


def test_what_an_agency_that_owes_nothing_any_more_was_to_get_is_taken_away(secaudit, small, tmp_path):
    asked = ("period", "letters", "--inventory", small, "--workspace", "w", "--as-of", "2026-11-20", "--out", "to")
    first = secaudit(*asked, "--all", "--call", "Nguyễn Văn A, 0208 000 0000")
    letter, message = tmp_path / "to" / "cong-van" / "so-a.docx", tmp_path / "to" / "tin-nhan" / "so-a.txt"
    assert first.returncode == 0 and letter.exists() and "0208 000 0000" in message.read_text(encoding="utf-8"), first.stderr
    assert "no phone" in first.stderr
    second = secaudit(*asked)
    assert second.returncode == 0 and not letter.exists() and not message.exists()
    assert (tmp_path / "to" / "phieu" / "so-a.docx").exists() and "--call" in second.stderr, "nobody to call is known"


def test_mistakes_are_named_before_anything_is_written(secaudit, small, tmp_path):
    asked = ("period", "letters", "--inventory", small, "--workspace", "w", "--out", "to")
    (tmp_path / "mine").mkdir()
    wrong = {
        ("--agency", "so-b"): (2, "so-a"),
        ("--due", "2020-01-01"): (2, "2020-01-01"),
        ("--due", "soon"): (2, "soon"),
        ("--check", "0" * 16): (2, "--agency"),
        ("--check", "xyz", "--agency", "so-a"): (2, "xyz"),
        ("--templates", "mine"): (5, "cong-van-don-doc.docx"),
    }
    for more, (code, words) in wrong.items():
        found = secaudit(*asked, *more)
        assert found.returncode == code and words in found.stderr and "Traceback" not in found.stderr, (more, found.stderr)
    assert not (tmp_path / "to").exists()
