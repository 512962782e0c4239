"""A report folder is whole or not there, and never takes the place of other people's files."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from secaudit.errors import OutputError
from secaudit.pipeline.report_folder import LIST, staged


def _write(target, **pages):
    with staged(target) as stage:
        for name, text in pages.items():
            stage.write(f"{name}.html", text.encode())
            stage.write(f"agencies/{name}.html", text.encode())


def _names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _beside(target):
    return sorted(path.name for path in target.parent.iterdir())


def test_a_new_folder_takes_the_place_of_the_old_one_as_a_whole(tmp_path):
    target = tmp_path / "w" / "report"
    _write(target, index="old", gone="old")
    _write(target, index="new")
    assert _names(target) == ["agencies/index.html", "index.html", LIST]
    assert (target / "index.html").read_text() == "new"
    assert _beside(target) == ["report"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_can_read_it(tmp_path):
    old = os.umask(0)
    try:
        _write(tmp_path / "w" / "report", index="x")
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "w").rglob("*") if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "w", *(tmp_path / "w").rglob("*")) if path.is_dir()} == {0o700}


def test_what_fails_half_way_leaves_the_old_folder_and_nothing_beside_it(tmp_path):
    target = tmp_path / "report"
    _write(target, index="old")
    with pytest.raises(ZeroDivisionError), staged(target) as stage:
        stage.write("index.html", b"new")
        raise ZeroDivisionError
    assert (target / "index.html").read_text() == "old"
    assert _beside(target) == ["report"]


@pytest.mark.parametrize("name", ["notes.txt", "agencies/letter.docx", "empty-folder/", "report-files.txt"])
def test_a_folder_with_files_of_others_is_refused_and_left_as_it_is(tmp_path, name):
    target = tmp_path / "report"
    _write(target, index="old")
    if name.endswith("/"):
        (target / name).mkdir()
    else:
        (target / name).write_text("mine")
    before = _names(target)
    with pytest.raises(OutputError) as caught:
        _write(target, index="new")
    assert name.rstrip("/") in str(caught.value)
    assert _names(target) == before and (target / "index.html").read_text() == "old"
    assert _beside(target) == ["report"]


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_that_somebody_put_there_is_refused_and_what_it_leads_to_is_left(tmp_path):
    target, mine = tmp_path / "report", tmp_path / "mine"
    _write(target, index="old")
    mine.mkdir()
    (mine / "letter.docx").write_text("mine")
    (target / "agencies" / "link").symlink_to(mine, target_is_directory=True)
    with pytest.raises(OutputError, match="agencies/link"):
        _write(target, index="new")
    assert (target / "agencies" / "link" / "letter.docx").read_text() == "mine"
    assert (target / "index.html").read_text() == "old" and _beside(target) == ["mine", "report"]


def test_where_the_new_folder_cannot_take_its_place_the_old_one_is_back(tmp_path, monkeypatch):
    target = tmp_path / "report"
    _write(target, index="old")
    rename = Path.rename

    def refused(self, other):
        if self.name.endswith(".new"):
            raise PermissionError(1, "refused")
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OutputError, match="refused"):
        _write(target, index="new")
    assert (target / "index.html").read_text() == "old" and _beside(target) == ["report"]


def test_a_folder_that_no_report_wrote_is_refused(tmp_path):
    (tmp_path / "index.html").write_text("a page of somebody")
    with pytest.raises(OutputError, match=r"index\.html"):
        _write(tmp_path, index="new")
    assert (tmp_path / "index.html").read_text() == "a page of somebody"


def test_a_file_in_place_of_the_folder_is_refused_and_left(tmp_path):
    (tmp_path / "report").write_text("mine")
    with pytest.raises(OutputError, match="there is a file where the folder"):
        _write(tmp_path / "report", index="new")
    assert (tmp_path / "report").read_text() == "mine" and _beside(tmp_path / "report") == ["report"]


def test_what_somebody_keeps_where_the_new_folder_is_made_is_refused_and_left(tmp_path):
    (tmp_path / ".report.new").mkdir()
    (tmp_path / ".report.new" / "letter.docx").write_text("mine")
    with pytest.raises(OutputError, match=r"letter\.docx"):
        _write(tmp_path / "report", index="new")
    assert (tmp_path / ".report.new" / "letter.docx").read_text() == "mine" and not (tmp_path / "report").exists()


def test_a_file_that_somebody_puts_there_meanwhile_is_not_lost(tmp_path):
    target = tmp_path / "report"
    _write(target, index="old")
    with pytest.raises(OutputError, match=r"late\.txt"), staged(target) as stage:
        stage.write("index.html", b"new")
        (target / "late.txt").write_text("mine")
    assert (target / "late.txt").read_text() == "mine" and (target / "index.html").read_text() == "old"


def test_a_list_that_names_files_elsewhere_deletes_none_of_them(tmp_path):
    target, other = tmp_path / "report", tmp_path / "other.txt"
    other.write_text("mine")
    _write(target, index="old")
    about = json.loads((target / LIST).read_text())
    about["files"] += ["../other.txt", str(other), 5]
    (target / LIST).write_text(json.dumps(about))
    _write(target, index="new")
    assert other.read_text() == "mine" and (target / "index.html").read_text() == "new"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_killed_process_leaves_the_old_report_and_is_cleared_up_after(tmp_path):
    target = tmp_path / "report"
    _write(target, index="old")

    def killed() -> None:
        with staged(target) as stage:
            stage.write("index.html", b"half")
            os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=killed)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert (target / "index.html").read_text() == "old"
    assert _beside(target) == [".report.new", "report"]
    _write(target, index="new")
    assert _names(target) == ["agencies/index.html", "index.html", LIST]
    assert _beside(target) == ["report"]


def test_what_a_kill_between_the_two_renames_left_is_put_right(tmp_path):
    target = tmp_path / "report"
    _write(target, index="old")
    target.rename(tmp_path / ".report.old")
    with pytest.raises(ZeroDivisionError), staged(target):
        raise ZeroDivisionError
    assert (target / "index.html").read_text() == "old"
    assert _beside(target) == ["report"]


@pytest.mark.skipif(os.name != "posix", reason="processes of POSIX")
def test_two_processes_do_not_write_one_report(tmp_path):
    target = tmp_path / "report"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (tmp_path / ".report.new").mkdir()
        (tmp_path / ".report.new" / LIST).write_text(json.dumps({"process": other.pid}))
        with pytest.raises(OutputError, match=str(other.pid)):
            _write(target, index="new")
        other.communicate(b"\n")
    _write(target, index="new")
    assert (target / "index.html").read_text() == "new"
