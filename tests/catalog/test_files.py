"""Where files may stand, what counts for the digest, and hostile folders."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.catalog import files, lint_catalog, load_catalog
from secaudit.errors import CatalogError

CHECK = "endpoint/patch/patch.restart.yaml"


def only(folder):
    (problem,) = lint_catalog(folder)
    return problem


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("stray.yaml", "does not read"),
        ("requirement/a.yaml", "does not read"),
        ("levels.yaml", "does not read"),
        ("endpoint/stray.yaml", "wrong folder"),
        ("endpoint/patch/deep/patch.deep.yaml", "wrong folder"),
        ("plans/old/plan-b.yaml", "wrong folder"),
        ("endpoint/patch/patch.more.yml", "must end in .yaml"),
        ("lifecycle/MORE.YAML", "must end in .yaml"),
    ],
)
def test_a_yaml_file_that_would_never_be_read_is_a_problem(write, name, text):
    folder = write({name: "id: x\n"})
    problem = only(folder)
    assert (problem.path, text in str(problem.message)) == (str(folder / name), True)
    with pytest.raises(CatalogError):
        load_catalog(folder)


def test_other_files_are_left_alone(write):
    folder = write({"README.md": "# words", "endpoint/patch/notes.txt": "x", ".hidden": "x"})
    assert lint_catalog(folder) == []


def test_a_folder_named_like_a_file_and_a_pipe_are_no_checks(write):
    folder = write()
    (folder / "endpoint/patch/patch.folder.yaml").mkdir()
    assert lint_catalog(folder) == []
    if sys.platform != "win32":
        os.mkfifo(folder / "endpoint/patch/patch.pipe.yaml")
        problem = only(folder)
        assert Path(problem.path).name == "patch.pipe.yaml"
        assert str(problem.message) == "This is not a file"


def test_a_link_to_a_folder_is_not_followed(write):
    folder = write()
    try:
        (folder / "endpoint/again").symlink_to(folder / "endpoint", target_is_directory=True)
    except OSError:
        pytest.skip("links need a right this account does not have")
    assert lint_catalog(folder) == []


def test_no_folder_and_no_check(tmp_path, write):
    assert "no catalog" in str(only(tmp_path / "nowhere").message)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no check" in str(only(empty).message)


def test_a_folder_that_cannot_be_read(write, monkeypatch):
    folder = write()

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(files.os, "scandir", refuse)
    problem = only(folder)
    assert "cannot be read: Permission denied" in str(problem.message)


def test_ten_thousand_files_are_refused_as_a_whole(write, monkeypatch):
    folder = write()
    for number in range(10_000):
        (folder / "endpoint/patch" / f"patch.n{number}.yaml").touch()
    read = []
    monkeypatch.setattr("secaudit.catalog.parts.scan_yaml", lambda path, limits: read.append(path))
    problem = only(folder)
    assert f"more than {files.MAX_ENTRIES}" in str(problem.message)
    assert read == []


def test_a_catalog_of_many_megabytes_is_refused_before_it_is_read(write):
    folder = write()
    with (folder / "products/huge.yaml").open("wb") as stream:
        stream.truncate(files.MAX_BYTES + 1)
    assert f"larger than {files.MAX_BYTES}" in str(only(folder).message)


def test_one_large_file_is_refused(write):
    folder = write({"products/large.yaml": "# " + "x" * files.MAX_FILE_BYTES})
    problem = only(folder)
    assert (Path(problem.path).name, "larger than" in str(problem.message)) == ("large.yaml", True)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "{a: " * 50_000,
        "- " * 50_000,
        "a: &a [*a]",
        "x: &x [1,1,1,1,1,1,1,1,1,1]\n"
        + "\n".join(f"y{n}: &y{n} [{', '.join(['*x' if n == 0 else f'*y{n - 1}'] * 10)}]" for n in range(9)),
        "!!python/object/apply:os.system [id]",
        "\ufeff",
        "\x00",
        "",
        "just words",
        "- 1\n- 2",
        "id: [1]\nwhen: {a: b}\ncases: 5\nparam: [1]\nfix: no",
        "cases:\n  - 1\n  - facts: 2\n  - facts: {protection.products: [[1]]}",
    ],
    ids=range(13),
)
def test_hostile_text_in_any_place_is_a_problem_of_that_file(write, text):
    for name in (CHECK, "levels/rules-a.yaml", "plans/plan-a.yaml", "products/good.yaml", "lifecycle/releases.yaml"):
        folder = write({name: text})
        problems = lint_catalog(folder)
        assert problems
        assert {problem.path for problem in problems} <= {str(folder / name), str(folder)}
        with pytest.raises(CatalogError):
            load_catalog(folder)
        write()


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5_000 + "true" + ")" * 5_000,
        "!" * 9_000 + "true",
        " && ".join(["true"] * 1_500),
        "-" * 2_000 + "1 == 1 ? true : " * 20,
        "[" * 300 + "1" + "]" * 300 + " == 1",
        "accounts.uid0.exists(a, accounts.uid0.exists(b, " * 60 + "true" + "))" * 60,
        'os.name.matches("(a+)+$(")',
        "__import__('os').system('id')",
        "x" * 20_000,
        "patch.pending_security == 99999999999999999999999",
        "a.\u0000b",
    ],
    ids=range(11),
)
def test_a_hostile_expression_is_refused_at_its_line(write, good, expression):
    quoted = expression.replace("\\", "\\\\").replace('"', '\\"').replace("\u0000", "\\0")
    old = 'pass: "!patch.reboot_required && machine.uptime_days <= param.days"'
    assert old in good[CHECK]
    folder = write({CHECK: good[CHECK].replace(old, f'pass: "{quoted}"').replace("param: {days: 60}\n", "")})
    problems = [problem for problem in lint_catalog(folder) if problem.line == 8]
    assert problems


def test_problems_are_capped(write, good):
    for number in range(60):
        cases = "".join(f"  - {{facts: {{no.such{index}: 1}}, verdict: pass}}\n" for index in range(40))
        write({f"endpoint/patch/patch.n{number}.yaml": good[CHECK].partition("cases:")[0] + "cases:\n" + cases})
    problems = lint_catalog(write())
    assert len(problems) == 501
    assert "more problems in this catalog" in str(problems[-1].message)


def test_the_digest_follows_names_and_bytes_of_what_is_read(write, good):
    folder = write()
    before = load_catalog(folder).digest
    assert len(before) == 64
    write({"README.md": "anything"})
    assert load_catalog(folder).digest == before
    write({CHECK: good[CHECK] + "# a comment\n"})
    changed = load_catalog(folder).digest
    assert changed != before
    write()
    assert load_catalog(folder).digest == before
    (folder / "products/good.yaml").rename(folder / "products/other.yaml")
    assert load_catalog(folder).digest not in (before, changed)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_edit_of_a_file_crashes_the_loader(write, good, data):
    name = data.draw(st.sampled_from(sorted(good)))
    text = good[name]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    piece = data.draw(st.text(alphabet=st.characters(codec="utf-8"), max_size=12))
    folder = write({name: text[:start] + piece + text[end:]})
    problems = lint_catalog(folder)
    try:
        load_catalog(folder)
    except CatalogError as error:
        assert problems
        assert all(problem in problems for problem in error.problems)
    for problem in problems:
        assert str(problem.message)
        assert problem.path
