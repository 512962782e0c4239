"""A new check: written once, refused until a person has filled it in, and a working check from then on."""

import re

import pytest

from secaudit.catalog import lint_catalog, load_catalog, write_skeleton
from secaudit.catalog.skeleton import MARKS
from secaudit.errors import CatalogError, OutputError, UsageError
from secaudit.judge import run_cases


def test_only_the_places_to_fill_are_left(tmp_path):
    path = write_skeleton(tmp_path, "patch.uptime")
    assert path == tmp_path / "endpoint" / "patch" / "patch.uptime.yaml"
    text = path.read_text(encoding="utf-8")
    problems = lint_catalog(tmp_path)
    marked = {
        number for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#") and any(m in line for m in MARKS)
    }
    unfilled = [problem for problem in problems if problem.field != "cases"]
    assert {problem.line for problem in unfilled} == marked and len(marked) == 15
    assert {str(problem.message) for problem in unfilled} == {"This place is still to be filled in"}
    assert [str(problem.message) for problem in problems if problem.field == "cases"] == [
        "No case shows the verdict pass",
        "No case shows the verdict fail",
    ]


def test_a_check_nobody_filled_in_never_judges(tmp_path):
    write_skeleton(tmp_path, "patch.uptime")
    with pytest.raises(CatalogError) as refused:
        load_catalog(tmp_path)
    assert any(problem.field == "pass" for problem in refused.value.problems)


def test_one_forgotten_mark_is_enough_to_refuse_it(tmp_path):
    filled(tmp_path, keep="why")
    problems = lint_catalog(tmp_path)
    assert [problem.field for problem in problems] == ["why.vi", "why.en"]


def filled(folder, keep=None):
    """The skeleton as a person would fill it in: marks away, the commented lines taken in."""
    path = write_skeleton(folder, "patch.uptime")
    lines, block = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        block = line.partition(":")[0] if re.match(r"[a-z]", line) else block
        unmarked = line if keep and block == keep else re.sub(r"(<ĐIỀN>|<FILL IN>) ", "", line)
        lines.append(re.sub(r"^(\s*)# (?=param:|- facts|  verdict)", r"\1", unmarked))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_filled_in_it_is_a_working_check(tmp_path):
    filled(tmp_path)
    assert lint_catalog(tmp_path) == []
    check = load_catalog(tmp_path).checks["patch.uptime"]
    results = run_cases(check)
    assert len(results) == 4 and all(result.ok for result in results)


def test_nothing_is_ever_written_over(tmp_path):
    path = write_skeleton(tmp_path, "patch.uptime")
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError):
        write_skeleton(tmp_path, "patch.uptime")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        write_skeleton(tmp_path, "patch.uptime")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "name",
    [
        "uptime",
        "patch.",
        ".uptime",
        "Patch.uptime",
        "patch/../x.y",
        "../patch.uptime",
        "patch.up time",
        "patch.a.b",
        "1.2",
        "",
        "vá.máy",
        "a" * 99 + ".b",
    ],
)
def test_a_name_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(UsageError):
        write_skeleton(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(UsageError):
        write_skeleton(tmp_path / "gone", "patch.uptime")
    (tmp_path / "endpoint").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError):
        write_skeleton(tmp_path, "patch.uptime")
