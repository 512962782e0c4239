"""Schedules in the documents: units and tasks that their own systems accept, and options that the program has."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from tests.warm import run_command

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "scheduling.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
INSTALLED = "/opt/secaudit/.venv/bin/secaudit"
_COMMAND = re.compile(r"(?:^|[\s`'\"\\/])secaudit(?:\.exe)? ((?:[a-z]+ )?[a-z]+)((?: [^`|#']*)?)")


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def _options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


@cache
def _help(*command: str) -> str | None:
    done = run_command([*command, "--help"], cwd=ROOT, env={**os.environ, "SECAUDIT_LANG": "en", "TERM": "dumb"})
    return done.stdout if done.returncode == 0 else None


def _options_of(words: list[str]) -> set[str]:
    """Options of the longest command that the words begin with; the root's own count everywhere."""
    root = _options_in(_help() or "")
    for length in (2, 1):
        page = _help(*words[:length])
        if page is not None and "Commands:" not in page:
            return _options_in(page) | root
    return root


def _command_lines() -> list[tuple[str, list[str], set[str]]]:
    found = []
    for page in PAGES:
        if page.name == "commands.md":  # written by the program itself
            continue
        for line in page.read_text(encoding="utf-8").splitlines():
            for match in _COMMAND.finditer(line):
                options = _options_in(match[2])
                if options:
                    found.append((page.name, match[1].split(), options))
    tasks = [*_arguments_of_the_task(), *re.findall(r"^\$options = '(.*)'$", _blocks("powershell")[0], re.MULTILINE)]
    return found + [(PAGE.name, arguments.split()[:1], _options_in(arguments)) for arguments in tasks]


def _arguments_of_the_task() -> list[str]:
    return [node.text for node in _task().iter("{http://schemas.microsoft.com/windows/2004/02/mit/task}Arguments")]


def _task() -> ElementTree.Element:
    [text] = _blocks("xml")
    return ElementTree.fromstring(text.encode("utf-16"))


def test_every_option_in_the_documents_exists():
    lines = _command_lines()
    assert len([page for page, _, _ in lines if page == PAGE.name]) >= 6, "the command lines were not found"
    wrong = {(page, *words, option) for page, words, options in lines for option in options - _options_of(words)}
    assert wrong == set()


def _unit_files(folder: Path) -> list[Path]:
    names = re.findall(r"^`/etc/systemd/system/([a-z.-]+)`:$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    program = Path(sys.executable).with_name("secaudit")
    paths = []
    for name, text in zip(names, _blocks("ini"), strict=True):
        path = folder / name
        path.write_text(text.replace(INSTALLED, str(program)), encoding="utf-8")
        paths.append(path)
    return paths


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to check its units")
def test_systemd_accepts_the_units(tmp_path):
    paths = _unit_files(tmp_path)
    assert [path.suffix for path in paths] == [".service", ".timer"]
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True, encoding="utf-8", env=environment
    )
    said = [line for line in done.stderr.splitlines() if "secaudit" in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to check its units")
def test_a_unit_with_a_misspelt_line_would_be_noticed(tmp_path):
    """The test above can fail: systemd says so when a line means nothing."""
    service, _ = _unit_files(tmp_path)
    service.write_text(service.read_text(encoding="utf-8").replace("NoNewPrivileges=", "NoNewPrivilege="), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", service], capture_output=True, text=True, encoding="utf-8")
    assert "NoNewPrivilege" in done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to check its units")
def test_the_service_is_fenced(tmp_path):
    """systemd's own judgement of the exposure, 0 to 100."""
    service, _ = _unit_files(tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=35", service],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _settings(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("Environment"))


def test_the_service_takes_everyday_results_for_results_and_shows_no_secret():
    service, timer = map(_settings, _blocks("ini"))
    assert {"3", "4"} <= set(service["SuccessExitStatus"].split())
    assert {"1", "2", "5", "6"}.isdisjoint(service["SuccessExitStatus"].split())
    assert service["KillSignal"] == "SIGINT"
    shell, option, script = shlex.split(service["ExecStart"])
    assert (shell, option) == ("/bin/sh", "-c")
    assert script.startswith("cat %d/passphrase | exec "), "a pipe: a descriptor that is a file would be refused"
    assert service["LoadCredentialEncrypted"].split(":")[0] == "passphrase"
    assert script.endswith("--passphrase-fd 0")
    assert "KillMode" not in service, "the signal must reach every process of the service, not the shell alone"
    assert timer["Persistent"] == "no", "a run that was missed must not begin at night"


@pytest.mark.skipif(sys.platform == "win32", reason="no POSIX shell")
def test_the_shell_line_hands_the_secret_over_through_a_pipe(tmp_path):
    """The line of the unit, with a program in secaudit's place that takes it as secaudit does and tells what it got."""
    secret = tmp_path / "passphrase"
    secret.write_text("Hoa-Sen-2026", encoding="utf-8")
    teller = tmp_path / "secaudit"
    teller.write_text(
        f"#!{sys.executable}\nimport os, sys\nassert 'Hoa-Sen' not in repr(sys.argv) + repr(os.environ)\n"
        f"sys.path.insert(0, {str(ROOT)!r})\nfrom secaudit.cli.secret_sources import descriptor_secret\n"
        "print(sys.argv[1], descriptor_secret(0, '--passphrase-fd').reveal())\nsys.exit(4)\n",
        encoding="utf-8",
    )
    teller.chmod(0o700)
    service = _settings(_blocks("ini")[0])
    command = shlex.split(service["ExecStart"].replace(INSTALLED, str(teller)).replace("%d", str(tmp_path)))
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (4, "scan Hoa-Sen-2026\n")


def test_the_task_is_well_formed_and_stores_no_password():
    task = _task()
    names = {node.tag.rpartition("}")[2]: (node.text or "").strip() for node in task.iter()}
    assert {node.tag.partition("}")[0] for node in task.iter()} == {"{http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert [node.tag.rpartition("}")[2] for node in task] == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    assert names["LogonType"] == "S4U"
    assert names["RunLevel"] == "LeastPrivilege"
    assert names["MultipleInstancesPolicy"] == "IgnoreNew"
    assert task.find("{*}Actions").get("Context") == task.find("{*}Principals/{*}Principal").get("id")


def test_the_powershell_registers_the_same_task():
    [text] = _blocks("powershell")
    tree = Parser(Language(tree_sitter_powershell.language())).parse(text.encode("utf-8"))
    assert not tree.root_node.has_error
    [options] = re.findall(r"^\$options = '(.*)'$", text, re.MULTILINE)
    assert [options] == _arguments_of_the_task()
    assert "-LogonType S4U" in text


def test_the_command_of_schtasks_is_short_enough():
    [command] = re.findall(r"^    (schtasks /Create .* /TR .*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    words = shlex.split(command, posix=False)
    assert len(words[words.index("/TR") + 1]) <= 261
    assert "/NP" in words
    assert "/RP" not in words, "no password on a command line"
