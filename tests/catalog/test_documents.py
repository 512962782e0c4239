"""What the documents about checks say is true of the program."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from secaudit.catalog import PARAMETERS_FILE, lint_catalog, load_catalog, with_overrides
from secaudit.catalog.files import DEPTHS
from secaudit.judge import run_cases
from secaudit.model.check import LEVELS, Severity
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS
from secaudit.resources import data_folder

README = (data_folder("checks") / "README.md").read_text(encoding="utf-8")
GUIDE = (Path(__file__).parents[2] / "docs" / "writing-checks.md").read_text(encoding="utf-8")


def test_the_table_of_names_is_the_declared_facts():
    rows = dict(re.findall(r"^\| `([a-z0-9_.]+)` \| (.+?) \| .+ \|$", README, re.MULTILINE))
    specs = {**ENDPOINT_VARIABLES, **FACTS}
    assert set(rows) == set(specs)
    for name, spec in specs.items():
        kind = rows[name]
        if spec.fields:
            assert dict(re.findall(r"`(\w+)` ([a-z]+)", kind)) == {field: value.value for field, value in spec.fields.items()}
        else:
            assert kind.replace("list of string", "list<string>") == spec.type.value


def test_the_folders_and_bands_are_those_of_the_program():
    for folder in DEPTHS:
        assert f"| `{folder}/" in README
    bands = re.findall(r"^\| (\w+) \| .* \| .*\|$", README.partition("### Severity")[2].partition("###")[0], re.MULTILINE)
    assert bands == [severity.value for severity in Severity]


def test_the_worked_example_is_a_working_check(tmp_path):
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if block.startswith("id:")]
    path = tmp_path / "endpoint/patch/patch.uptime.yaml"
    assert f"checks/{path.relative_to(tmp_path).as_posix()}" in GUIDE
    path.parent.mkdir(parents=True)
    path.write_text(example, encoding="utf-8")
    assert lint_catalog(tmp_path) == []
    check = load_catalog(tmp_path).checks["patch.uptime"]
    assert all(result.ok for result in run_cases(check))


def test_every_command_of_the_guide_runs(tmp_path):
    """In the order of the document, on a copy of the catalog, with the file filled in as the document shows it."""
    checks, workspace = tmp_path / "checks", tmp_path / "workspace"
    shutil.copytree(data_folder("checks"), checks)
    example = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0]
    commands = re.findall(r"^ {4}secaudit (.+)$", GUIDE, re.MULTILINE)
    assert [command.split()[1] for command in commands] == ["new", "lint", "test", "show"]
    commands += [text for text in re.findall(r"`secaudit\s((?:checks|products)\s[^`]+)`", GUIDE) if not text.endswith("new")]
    assert len(commands) >= 9
    said = {}
    for command in commands:
        if command.startswith("checks lint"):
            assert secaudit(command, checks, workspace).returncode == 5, "as it was written, marks are left"
            (checks / "endpoint/patch/patch.uptime.yaml").write_text(example, encoding="utf-8")
            name_in_standard(checks / "requirements/tcvn-14423-2026.yaml", "r19", "patch.uptime")
        done = secaudit(command, checks, workspace)
        assert done.returncode == 0, (command, done.stderr)
        said[command] = done.stdout
    for command in ("checks show patch.uptime", "checks list uptime", "checks list --group patch"):
        assert "patch.uptime" in said[command], command


def name_in_standard(path, requirement, check):
    """What the guide asks a person to do by hand."""
    assert f"checks/requirements/{path.name}" in GUIDE
    assert f"`{requirement}`" in GUIDE
    before, own, after = re.split(rf"(  - id: {requirement}\n(?:    .*\n)+)", path.read_text(encoding="utf-8"))
    path.write_text(before + own.replace("    checks: [", f"    checks: [{check}, ") + after, encoding="utf-8")


def secaudit(command, checks, workspace):
    environment = {**os.environ, "SECAUDIT_CHECKS": str(checks), "SECAUDIT_WORKSPACE": str(workspace), "SECAUDIT_LANG": "en"}
    return subprocess.run(
        [sys.executable, "-m", "secaudit", *command.split()],
        env={**environment, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )


def test_the_values_of_levels_and_of_the_province_in_the_guide_hold(tmp_path):
    example, by_level, overrides = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[:3]
    cases = "".join(
        f"  - facts: {{endpoint.kind: server, endpoint.level: {level}, machine.uptime_days: 45}}\n    verdict: {verdict}\n"
        for level, verdict in ((3, "pass"), (4, "fail"))
    )
    path = tmp_path / "checks/endpoint/patch/patch.uptime.yaml"
    path.parent.mkdir(parents=True)
    text = example.replace("param: {days: 90}\n", by_level)
    for days in (90, 91):  # the example's cases do not name a level, and below level 3 the limit stays
        text = text.replace(
            f"{{endpoint.kind: server, machine.uptime_days: {days}",
            f"{{endpoint.kind: server, endpoint.level: 1, machine.uptime_days: {days}",
        )
    path.write_text(text + cases, encoding="utf-8")
    assert lint_catalog(tmp_path / "checks") == []
    catalog = load_catalog(tmp_path / "checks")
    assert all(result.ok for result in run_cases(catalog.checks["patch.uptime"]))
    assert [catalog.checks["patch.uptime"].params_at(level)["days"] for level in LEVELS] == [90, 90, 60, 30, 30]
    (tmp_path / PARAMETERS_FILE).write_text(overrides, encoding="utf-8")
    changed = with_overrides(catalog, tmp_path).checks["patch.uptime"]
    assert [changed.params_at(level)["days"] for level in LEVELS] == [120, 120, 60, 30, 30]


def test_the_message_shown_in_the_guide_is_the_one_given(tmp_path):
    example = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0]
    path = tmp_path / "endpoint/patch/patch.uptime.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(example.replace("machine.uptime_days <=", "machine.uptime_day <="), encoding="utf-8")
    (problem,) = lint_catalog(tmp_path)
    place = f"checks/{path.relative_to(tmp_path).as_posix()}:{problem.line}:{problem.column}"
    assert f"{place}: {problem.message}" in GUIDE
    assert str(problem.hint) in GUIDE


def test_expressions_of_the_guide_compile(write, good):
    cells = re.findall(r"^\| [^|]+ \| (`.*`.*) \|$", GUIDE, re.MULTILINE)
    expressions = [text.replace("\\|", "|") for cell in cells for text in re.findall(r"`([^`]+)`", cell)]
    expressions = [text for text in expressions if not text.startswith(("...", "a "))]
    assert len(expressions) >= 9
    name = "endpoint/patch/patch.restart.yaml"
    old = 'pass: "!patch.reboot_required && machine.uptime_days <= param.days"'
    for text in expressions:
        changed = good[name].replace(old, "pass: >-\n  " + text).replace("param: {days: 60}\n", "")
        assert lint_catalog(write({name: changed})) == [], text
