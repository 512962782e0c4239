"""``secaudit requirements list`` and ``show``: what each level asks, who decides it, and what is not held."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from secaudit.catalog import load_catalog
from secaudit.cli import requirements_list
from secaudit.cli.exits import ExitCode
from secaudit.errors import UsageError
from secaudit.resources import data_folder

CATALOG = load_catalog(data_folder("checks"))
OLD, NEW = CATALOG.standards
DAY = ("--as-of", "2026-11-26")


@pytest.fixture(name="run")
def run_in_this_process(monkeypatch):
    """The command without a process of its own, over a catalog that was read once."""
    monkeypatch.setattr(requirements_list, "load_catalog", lambda _folder: CATALOG)
    runner = CliRunner(env={"SECAUDIT_LANG": "en", "COLUMNS": "200"})

    def run(*arguments: str) -> str:
        done = runner.invoke(requirements_list.app, list(arguments), standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return done.stdout

    return run


def test_a_level_shows_its_own_clauses_and_only_its_own_requirements(run):
    said = run("list", "--level", "3", *DAY)
    assert "5.6.2.3" in said and "4.6.2.3" not in said and "x.6.2.3" not in said
    assert "Anti-malware is managed centrally" not in said
    assert "Level 3: 142 requirements here answer 195 of 195 rows of its list; open: 0" in said
    assert "Level 4" not in said


def test_who_decides_is_said_with_the_period_of_the_level(run):
    said = run("list", "review", "accounts", "--level", "5", *DAY)
    assert "checks on each machine: 2" in said and "(holds 1 months)" in " ".join(said.split())
    assert "12/12/6/3/1" in " ".join(run("list", "review", "accounts", *DAY).split())


def test_what_is_not_held_or_not_certain_is_said(run):
    newer, older = run("list", *DAY), run("list", "--as-of", "2026-08-18")
    assert "Level 4: 188 requirements here answer 273 of 273 rows of its list; open: 0" in newer
    assert "(suggested)" in newer and "the standard's own text decides" in newer
    assert "TCVN 11930:2017" in older and "(not confirmed)" in older
    assert "Level 3: 24 requirements here; nobody counted its list, so what is missing is open" in older


def test_rows_that_nothing_answers_are_open(run, monkeypatch):
    fewer = NEW.model_copy(update={"requirements": NEW.requirements[:41]})
    monkeypatch.setattr(requirements_list, "load_catalog", lambda _folder: replace(CATALOG, standards=(OLD, fewer)))
    assert f"of 195 rows of its list; open: {195 - fewer.covered(3)}" in run("list", "--level", "3", *DAY)
    assert fewer.covered(3) < 100


def test_words_are_found_without_their_marks(run):
    found = json.loads(run("list", "MA", "doc", "quan tri", *DAY, "--format", "json"))["requirements"]
    assert "r27" in {one["id"] for one in found} and len(found) < 10
    assert json.loads(run("list", "xyzzy", *DAY, "--format", "json"))["requirements"] == []


def test_one_requirement_is_found_by_id_number_and_standard(run):
    by_id = run("show", "r22", *DAY)
    assert by_id == run("show", "22", *DAY) == run("show", "tcvn-14423-2026:r22", "--as-of", "2026-08-01")
    assert "tcvn-14423-2026:r22" in by_id and "6.7.2.1.b, 6.7.2.1.a" in by_id
    assert "protection.managed: Anti-malware is centrally managed" in run("show", "r27", *DAY)
    assert "Both are asked" in run("show", "r09", *DAY) and "Both are asked" not in run("show", "r27", *DAY)
    assert "not certain" in run("show", "tcvn-11930-2017:r01")


def test_json_says_everything_the_file_says(run):
    told = json.loads(run("list", "--level", "4", *DAY, "--format", "json"))
    assert told["kind"] == "requirements" and told["as_of"] == "2026-11-26" and told["level"] == 4
    assert told["lists"]["4"] == {"rows": 273, "answered": 273, "open": 0}
    assert [one["id"] for one in told["requirements"]] == [one.id for one in NEW.at(4)]
    one = json.loads(run("show", "r35", *DAY, "--format", "json"))["requirement"]
    assert one["levels"]["4"] == {"clauses": ["6.11.2.1.a", "6.11.2.5"], "rows": 1, "months": 6}
    assert one["levels"]["1"] == {"clauses": ["3.11.2.1.a"], "rows": 0, "months": 12}
    older = json.loads(run("list", "--as-of", "2026-08-01", "--format", "json"))
    assert older["lists"]["3"] == {"rows": None, "answered": OLD.covered(3), "open": None}


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (("list", "--as-of", "2022-09-30"), "no standard is in force", "2022-10-01"),
        (("show", "r9999", *DAY), "no requirement called r9999", ""),
        (("show", "tcvn-1193-2017:r01"), "no standard is called", "did you mean tcvn-11930-2017?"),
        (("show", "tcvn-14423-2026:x;\x1b[31m"), "no requirement called", "requirements list"),
        (("list", "--as-of", "yesterday"), "is not a day", ""),
    ],
)
def test_what_there_is_not_is_wrong_use_and_what_there_is_gets_named(run, arguments, said, hint):
    with pytest.raises(UsageError) as caught:
        run(*arguments)
    assert said in str(caught.value) and hint in str(caught.value.hint)


def test_the_commands_run_as_people_run_them(secaudit):
    done = secaudit("--lang", "vi", "requirements", "list", "--level", "2", *DAY)
    assert done.returncode == ExitCode.WELL
    assert "Cấp độ 2: 100 yêu cầu ở đây ứng với 129 trên 129 dòng của danh sách; còn để ngỏ: 0" in done.stdout
    assert "hồ sơ: " in done.stdout and "(có giá trị 12 tháng)" in " ".join(done.stdout.split())
    refused = secaudit("requirements", "list", "--level", "6")
    assert refused.returncode == ExitCode.USAGE and "5" in refused.stderr
