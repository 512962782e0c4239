"""Values of parameters: per level in the check, and a workspace's own in place of them."""

from pathlib import Path

import pytest

from secaudit.catalog import PARAMETERS_FILE, lint_catalog, load_catalog, override_problems, with_overrides
from secaudit.errors import CatalogError
from secaudit.judge import Judge, run_cases
from secaudit.model.check import LEVELS
from secaudit.model.fact import Known
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint
from secaudit.resources import data_folder

CHECK = "endpoint/patch/patch.restart.yaml"
WHO = "reason: Đường truyền yếu, who: Nguyễn Văn A, date: 2026-11-01"
LEVEL_CASE = """\
  - facts: {endpoint.kind: server, endpoint.level: 3, patch.reboot_required: false, machine.uptime_days: 31}
    verdict: fail
"""


@pytest.fixture(name="layered")
def write_layered(write, good):
    """A catalog whose check has other values from level 3 on."""

    def _write(by_level="{3: {days: 30}}", cases=LEVEL_CASE, param="{days: 60}"):
        text = good[CHECK].replace("param: {days: 60}", f"param: {param}\nparam_by_level: {by_level}")
        return write({CHECK: text + cases})

    return _write


@pytest.fixture(name="overridden")
def write_overrides(layered, tmp_path_factory):
    """The catalog and a workspace with these rows of overrides."""

    def _write(*rows: str, text: str | None = None):
        workspace = tmp_path_factory.mktemp("workspace")
        lines = "".join(f"  - {{{row}}}\n" for row in rows)
        (workspace / PARAMETERS_FILE).write_text(text or f"overrides:\n{lines}", encoding="utf-8")
        return load_catalog(layered()), workspace

    return _write


def problem_of(catalog, workspace):
    (problem,) = override_problems(catalog, workspace)
    with pytest.raises(CatalogError):
        with_overrides(catalog, workspace)
    return problem


def days(catalog):
    return [catalog.checks["patch.restart"].params_at(level)["days"] for level in LEVELS]


def test_a_level_may_have_its_own_values(layered):
    folder = layered()
    assert lint_catalog(folder) == []
    assert days(load_catalog(folder)) == [60, 60, 30, 30, 30]


@pytest.mark.parametrize(
    ("by_level", "field", "text"),
    [
        ("{3: {day: 30}}", "param_by_level.3.day", "did you mean days?"),
        ("{3: {days: thirty}}", "param_by_level.3.days", "a whole number"),
        ("{3: {days: '30.0'}}", "param_by_level.3.days", "a whole number"),
        ("{3: {days: true}}", "param_by_level.3.days", "a whole number"),
        ("{6: {days: 30}}", "param_by_level", ""),
        ("{0: {days: 30}}", "param_by_level", ""),
        ("{ba: {days: 30}}", "param_by_level", ""),
        ("[30]", "param_by_level", ""),
    ],
)
def test_a_value_of_a_level_is_of_a_known_name_and_of_the_type_of_the_check(layered, by_level, field, text):
    problems = lint_catalog(layered(by_level))
    assert problems and problems[0].field.startswith(field) and problems[0].line == 10
    assert text in f"{problems[0].expected} {problems[0].hint}"
    with pytest.raises(CatalogError):
        load_catalog(layered(by_level))


def test_a_pattern_that_is_none_at_one_level_is_refused(write, good):
    text = good[CHECK].replace(
        'pass: "!patch.reboot_required && machine.uptime_days <= param.days"', "pass: os.name.matches(param.days)"
    )
    folder = write({CHECK: text.replace("param: {days: 60}", "param: {days: a}\nparam_by_level: {3: {days: '('}}")})
    assert any(problem.line == 10 and "regular expression" in str(problem.message) for problem in lint_catalog(folder))


def test_values_of_a_level_need_a_case_of_that_level(layered):
    (problem,) = lint_catalog(layered(cases=""))
    assert (problem.field, problem.line) == ("param_by_level.3", 10)
    assert "level 3" in str(problem.message)
    assert lint_catalog(layered("{2: {days: 45}, 3: {days: 30}}"))[0].field == "param_by_level.2"


def test_without_a_file_the_catalog_is_untouched(layered, tmp_path_factory):
    catalog = load_catalog(layered())
    assert with_overrides(catalog, None) is catalog
    assert with_overrides(catalog, tmp_path_factory.mktemp("empty")) is catalog
    assert with_overrides(catalog, Path("no-such-workspace")) is catalog


def test_an_empty_list_changes_nothing(overridden):
    catalog, workspace = overridden(text="overrides: []\n")
    assert with_overrides(catalog, workspace) is catalog


@pytest.mark.parametrize(
    ("rows", "values", "before"),
    [
        (["value: 90"], [90] * 5, [(60, 30)]),
        (["value: 90, levels: [4, 5]"], [60, 60, 30, 90, 90], [(30,)]),
        (["value: 90, levels: [1]"], [90, 60, 30, 30, 30], [(60,)]),
        (["value: 90, levels: [2, 3]"], [60, 90, 90, 30, 30], [(60, 30)]),
        (["value: 90, levels: [5]", "value: 10, levels: [1, 2]"], [10, 10, 30, 30, 90], [(30,), (60,)]),
    ],
)
def test_a_workspace_sets_its_own_values(overridden, rows, values, before):
    catalog, workspace = overridden(*(f"check: patch.restart, param: days, {row}, {WHO}" for row in rows))
    changed = with_overrides(catalog, workspace)
    assert days(changed) == values
    assert [one.before for one in changed.changed] == before
    assert {one.override.who for one in changed.changed} == {"Nguyễn Văn A"}
    assert days(catalog) == [60, 60, 30, 30, 30], "the catalog itself stays as it was"


def test_machines_are_judged_by_the_workspaces_values(overridden):
    catalog, workspace = overridden(f"check: patch.restart, param: days, value: 90, {WHO}")
    machine = Endpoint.model_validate({"id": "m", "kind": "server"})
    facts = {"patch.reboot_required": Known(False, "s"), "machine.uptime_days": Known(80, "s")}
    verdicts = [
        Judge(each.checks.values()).judge(machine, facts, level=2)[0].verdict
        for each in (catalog, with_overrides(catalog, workspace))
    ]
    assert verdicts == [Verdict.FAIL, Verdict.PASS]


def test_the_digest_tells_overridden_figures_apart(overridden):
    first, one = overridden(f"check: patch.restart, param: days, value: 90, {WHO}")
    second, other = overridden(f"check: patch.restart, param: days, value: 91, {WHO}")
    assert first.digest == second.digest
    digests = {first.digest, with_overrides(first, one).digest, with_overrides(second, other).digest}
    assert len(digests) == 3 and all(len(digest) == 64 for digest in digests)


@pytest.mark.parametrize(
    ("row", "field", "text"),
    [
        (f"check: patch.restrat, param: days, value: 90, {WHO}", "overrides[0].check", "did you mean patch.restart?"),
        (f"check: patch.restart, param: day, value: 90, {WHO}", "overrides[0].param", "did you mean days?"),
        (f"check: patch.restart, param: zzzzz, value: 90, {WHO}", "overrides[0].param", "its parameters are days"),
        (f"check: patch.restart, param: days, value: 1.5, {WHO}", "overrides[0].value", "a whole number"),
        (f"check: patch.restart, param: days, value: true, {WHO}", "overrides[0].value", "a whole number"),
        (f"check: patch.restart, param: days, value: [90], {WHO}", "overrides[0].value", "a whole number"),
        (f"check: patch.restart, param: days, value: 90, levels: [6], {WHO}", "overrides[0].levels[0]", ""),
        (f"check: patch.restart, param: days, {WHO}", "overrides[0].value", ""),
        ("check: patch.restart, param: days, value: 90, who: A, date: 2026-11-01", "overrides[0].reason", ""),
        ("check: patch.restart, param: days, value: 90, reason: R, date: 2026-11-01", "overrides[0].who", ""),
        ("check: patch.restart, param: days, value: 90, reason: R, who: A, date: 01/11/2026", "overrides[0].date", ""),
        (f"check: patch.restart, param: days, value: 90, level: 3, {WHO}", "overrides[0].level", "did you mean levels?"),
    ],
)
def test_an_override_that_cannot_hold_is_refused_with_its_place(overridden, row, field, text):
    problem = problem_of(*overridden(row))
    assert (problem.field, problem.line) == (field, 2)
    assert problem.path.endswith(PARAMETERS_FILE)
    assert text in f"{problem.expected} {problem.hint}"


@pytest.mark.parametrize("levels", ["", "levels: [3], "])
def test_two_values_for_one_thing_are_refused(overridden, levels):
    row = f"check: patch.restart, param: days, value: 90, {WHO}"
    problem = problem_of(*overridden(row, f"{levels}{row}"))
    assert problem.line == 3 and f"{PARAMETERS_FILE}:2" in str(problem.message)


def test_values_for_different_levels_do_not_collide(overridden):
    row = f"check: patch.restart, param: days, value: 90, {WHO}"
    assert override_problems(*overridden(f"levels: [1, 2], {row}", f"levels: [3], {row}")) == []


@pytest.mark.parametrize(
    "text", ["", "[", "overrides: 3\n", "parameters: []\n", "\x00", "overrides: [{check: {a: b}, param: [x], value: 1}]\n"]
)
def test_a_file_that_is_none_is_refused(overridden, text):
    catalog, workspace = overridden(text="overrides: []\n")
    (workspace / PARAMETERS_FILE).write_text(text, encoding="utf-8")
    assert override_problems(catalog, workspace)


def test_a_misspelt_file_name_is_not_passed_over(overridden):
    catalog, workspace = overridden(text="overrides: []\n")
    (workspace / PARAMETERS_FILE).rename(workspace / "parameters.yml")
    assert "parameters.yaml" in str(problem_of(catalog, workspace).message)


def test_a_dangling_link_is_not_taken_for_no_file(overridden):
    catalog, workspace = overridden(text="overrides: []\n")
    (workspace / PARAMETERS_FILE).unlink()
    (workspace / PARAMETERS_FILE).symlink_to(workspace / "gone")
    assert override_problems(catalog, workspace)


def test_cases_of_shipped_checks_notice_a_moved_value_of_a_level():
    """As for the values of ``param`` themselves: a limit no case stands on could be anything."""
    unnoticed = []
    for check in load_catalog(data_folder("checks")).checks.values():
        for level, values in check.param_by_level.items():
            for name, value in values.items():
                if isinstance(value, bool) or not isinstance(value, int):
                    continue
                for moved in (value - 1, value + 1):
                    by_level = {**check.param_by_level, level: {**values, name: moved}}
                    if all(result.ok for result in run_cases(check.model_copy(update={"param_by_level": by_level}))):
                        unnoticed.append((check.id, level, name, moved))
    assert unnoticed == []


def test_a_moved_value_of_a_level_would_be_noticed(layered):
    check = load_catalog(layered()).checks["patch.restart"]
    assert all(result.ok for result in run_cases(check))
    assert not all(result.ok for result in run_cases(check.model_copy(update={"param_by_level": {3: {"days": 31}}})))
