"""``secaudit report --to``: what goes where, what is refused, and that one shape's failure is not the others'."""

import builtins
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from secaudit.cli import report
from secaudit.cli.exits import ExitCode
from secaudit.cli.output import write_file
from secaudit.cli.page_templates import copy_page_templates, page_templates
from secaudit.cli.shapes import Shape, asked_shapes, require_narrowing
from secaudit.errors import OutputError, ReportError, UsageError
from secaudit.messages import msg
from secaudit.pipeline import outputs
from secaudit.pipeline.outputs import DEFAULT, OUTPUTS, require_installed

HERE = Path("workspace")


def targets(to, out):
    return [(shape.name, str(shape.target)) for shape in asked_shapes(to, None if out is None else Path(out), HERE)]


def test_nothing_asked_for_is_a_folder_of_pages_in_the_workspace():
    assert targets(None, None) == [(DEFAULT, "workspace/report")]


@pytest.mark.parametrize("name", [name for name, output in OUTPUTS.items() if output.ending])
def test_without_a_shape_the_ending_of_the_file_says_which(name):
    assert targets(None, f"x{OUTPUTS[name].ending}") == [(name, f"x{OUTPUTS[name].ending}")]
    assert targets(None, f"X{OUTPUTS[name].ending.upper()}")[0][0] == name


def test_one_shape_goes_to_the_file_or_into_the_folder_that_was_named(tmp_path):
    assert targets(["xlsx"], None) == [("xlsx", "workspace/bao-cao.xlsx")]
    assert targets(["xlsx"], "a/b.xlsx") == [("xlsx", "a/b.xlsx")]
    assert targets(["jsonl"], "a/b.log") == [("jsonl", "a/b.log")]
    assert targets(["xlsx"], "a/b") == [("xlsx", "a/b/bao-cao.xlsx")]
    (tmp_path / "old.csv").mkdir()
    assert targets(["csv"], tmp_path / "old.csv") == [("csv", f"{tmp_path}/old.csv/bao-cao.csv")]
    assert targets(["html"], "pages") == [("html", "pages")]


def test_several_shapes_get_their_own_names_in_one_folder():
    found = targets(["xlsx, CSV", "html,csv"], "a")
    assert found == [("xlsx", "a/bao-cao.xlsx"), ("csv", "a/bao-cao.csv"), ("html", "a/report")]
    names = [output.file_name for output in OUTPUTS.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("to", "out", "told"),
    [
        (["pdf"], None, "there is no shape called pdf"),
        ([","], None, "there is no shape called -"),
        (["csv", "xlsx"], "a.csv", "several shapes do not fit into one file: csv, xlsx"),
        (["csv"], "a.xlsx", "a file with this ending is no csv: a.xlsx"),
        (["html"], "a.html", "a file with this ending is no html: a.html"),
        (None, "a.pdf", "nothing writes files like a.pdf"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_measured(to, out, told):
    with pytest.raises(UsageError) as caught:
        targets(to, out)
    assert told in str(caught.value.message) and caught.value.hint is not None


def test_an_unknown_shape_is_answered_with_all_there_are():
    with pytest.raises(UsageError) as caught:
        targets(["pdf"], None)
    assert all(f"{name}: {output.title}" in str(caught.value.hint) for name, output in OUTPUTS.items())


def test_a_folder_is_no_file_and_a_file_no_folder(tmp_path):
    (tmp_path / "out" / "bao-cao.csv").mkdir(parents=True)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="folder where the file"):
        targets(["csv"], tmp_path / "out")
    with pytest.raises(UsageError, match="file where the folder"):
        targets(["html"], tmp_path / "file")
    with pytest.raises(UsageError, match="several shapes"):
        targets(["csv", "xlsx"], tmp_path / "file")


def test_a_place_where_nothing_can_be_written_is_refused_before_anything_is_measured(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for to, out in ((["csv"], "file/a.csv"), (["html"], "file/a/b"), (["csv", "html"], "file/a")):
        with pytest.raises(OutputError) as caught:
            asked_shapes(to, tmp_path / out, HERE)
        assert "cannot be written" in str(caught.value.message)
    assert asked_shapes(["csv"], tmp_path / "new" / "deep" / "a.csv", HERE)


def test_templates_that_cannot_be_copied_ask_for_another_folder(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as caught:
        copy_page_templates(None, tmp_path / "file" / "own")
    assert str(caught.value.hint) == "name another folder, or make room"


def test_where_every_shape_fails_none_is_called_whole(monkeypatch, tmp_path):
    def fails(*_):
        raise ReportError(msg("no"))

    told = SimpleNamespace(say=lambda *_, **__: None)
    monkeypatch.setattr(report, "write_shape", fails)
    monkeypatch.setattr(report, "show_error", lambda *_: None)
    with pytest.raises(OutputError) as caught:
        report.write_shapes(told, None, [Shape("csv", tmp_path / "a.csv"), Shape("html", tmp_path / "b")])
    assert "nothing was written" in str(caught.value.hint) and "whole" not in str(caught.value.hint)


def test_only_shapes_of_machines_can_be_limited_to_agencies():
    require_narrowing([Shape("csv", HERE)])
    with pytest.raises(UsageError, match="page") as caught:
        require_narrowing([Shape("csv", HERE), Shape("page", HERE)])
    assert "xlsx" in str(caught.value.hint)


def test_a_missing_extra_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest):
        if name.startswith("py_ocsf_models"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest)

    for name in [name for name in sys.modules if name.startswith("py_ocsf_models") or name.endswith("as_ocsf")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, f"{outputs.__name__.rpartition('.')[0]}.output_ocsf", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match="py_ocsf_models") as caught:
        require_installed("ocsf")
    assert "pip install 'secaudit[ocsf]'" in str(caught.value.hint)


def test_a_shape_that_fails_is_told_and_the_others_are_written(secaudit, small, tmp_path):
    own, out = tmp_path / "own", tmp_path / "out"
    done = secaudit("report", "--copy-templates", own)
    assert done.returncode == ExitCode.WELL and (own / "report.html.j2").is_file()
    assert [path.name for path in (own / "word").iterdir()] == ["mot-trang.docx"]
    assert (own / "report.html.j2").stat().st_mode & 0o777 == 0o600
    (own / "report.html.j2").write_text("<p>\n{{ misspelt }}", encoding="utf-8")
    where = ("--inventory", small, "--workspace", tmp_path / "w", "--templates", own, "--out", out)
    done = secaudit("report", "--to", "page,jsonl,xlsx,junit,ocsf", *where)
    assert done.returncode == ExitCode.STORE
    assert (
        "report.html.j2:2" in done.stderr and "misspelt" in done.stderr and "1 of 5 shapes were not written: page" in done.stderr
    )
    assert sorted(path.name for path in out.iterdir()) == [
        "bao-cao.jsonl",
        "bao-cao.junit.xml",
        "bao-cao.ocsf.jsonl",
        "bao-cao.xlsx",
    ]
    done = secaudit("report", "--to", "json", "--agency", "so-a", *where)
    assert done.returncode == ExitCode.USAGE and "cannot be limited to agencies: json" in done.stderr
    done = secaudit("report", "--to", "json", *where)
    assert json.loads((out / "bao-cao.json").read_text(encoding="utf-8"))["header"]["province"] == "Tỉnh thử"
    again = secaudit("report", "--copy-templates", own)
    assert again.returncode == ExitCode.USAGE and "lie in this folder already" in again.stderr


def test_a_folder_without_any_template_of_ours_is_no_folder_of_templates(tmp_path):
    (tmp_path / "own").mkdir()
    for folder in ("own", "gone"):
        with pytest.raises(UsageError) as caught:
            page_templates(tmp_path / folder)
        assert "--copy-templates" in str(caught.value.hint)
    (tmp_path / "own" / "report.css").write_text("p {}", encoding="utf-8")
    assert page_templates(tmp_path / "own") == tmp_path / "own"


def test_a_link_among_own_templates_carries_no_other_file_into_the_report(tmp_path):
    own, outside = tmp_path / "own", tmp_path / "secret.txt"
    own.mkdir()
    outside.write_text("secret", encoding="utf-8")
    (own / "report.css").write_text("p {}", encoding="utf-8")
    (own / "footer.html.j2").symlink_to(own / "report.css")
    assert page_templates(own) == own, "a link inside the folder is as good as its file"
    (own / "needs.html.j2").symlink_to(outside)
    with pytest.raises(UsageError) as caught:
        page_templates(own)
    assert "needs.html.j2" in str(caught.value)


def test_folders_made_on_the_way_to_a_file_are_for_their_owner_only(tmp_path):
    target = tmp_path / "a" / "b" / "report.json"
    write_file(target, b"{}", what=msg("the report cannot be written: {reason}"))
    assert [one.stat().st_mode & 0o777 for one in (target, target.parent, target.parent.parent)] == [0o600, 0o700, 0o700]
