"""Documentation and program cannot drift apart. ``python tests/test_docs.py`` writes docs/commands.md anew."""

import ast
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # for `python tests/test_docs.py`
from tests.warm import run_command

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CLI = ROOT / "secaudit" / "cli"


@cache
def _secaudit(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SECAUDIT_LANG": "en", "COLUMNS": "110", "PYTHONUTF8": "1", "TERM": "dumb"}
    for name in ("SECAUDIT_INVENTORY", "SECAUDIT_WORKSPACE", "SECAUDIT_CHECKS"):
        environment.pop(name, None)
    return run_command(arguments, cwd=ROOT, env=environment)


def _commands(*path: str) -> list[tuple[str, ...]]:
    """The tree as the help shows it."""
    text = _secaudit(*path, "--help").stdout
    listed = re.search(r"^Commands:\n((?:  .*\n?)+)", text, re.MULTILINE)
    names = [
        match[1] for line in (listed.group(1).splitlines() if listed else []) if (match := re.match(r"  ([a-z][a-z-]*)\b", line))
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each help is a process of its own
        below = list(pool.map(lambda name: _commands(*path, name), names))
    return [path, *(command for commands in below for command in commands)]


def command_page() -> str:
    """Help of every command, as docs/commands.md holds it."""
    parts = ["# Commands\n\nWritten by `python tests/test_docs.py` from the program's own help; a test compares the two.\n"]
    parts += [
        f"## {' '.join(('secaudit', *path))}\n\n```\n{_secaudit(*path, '--help').stdout.strip()}\n```\n" for path in _commands()
    ]
    return "\n".join(parts)


def test_commands_page_is_the_programs_help():
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == command_page(), "run `python tests/test_docs.py`"


def test_readme_names_the_two_commands_and_they_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_commands_in_the_documents_exist():
    """Every ``secaudit ...`` line in the documents names a command of the program."""
    known = {" ".join(path) for path in _commands() if path}
    wrong = []
    pages = [page for page in DOCS.rglob("*.md") if page.name != "store.md"]  # its table quotes the chain's domain labels
    for page in [ROOT / "README.md", *pages, ROOT / "checks" / "README.md", ROOT / "CONTRIBUTING.md"]:
        for match in re.finditer(r"`(?:python -m )?secaudit ((?:[a-z]+ ?){1,2})", page.read_text(encoding="utf-8")):
            words = match.group(1).split()
            if words and words[0] not in known:
                wrong.append(f"{page.name}: secaudit {' '.join(words)}")
    assert wrong == []


def test_readme_lists_the_exit_codes():
    tree = ast.parse((CLI / "exits.py").read_text(encoding="utf-8"))
    codes = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ExitCode")
    numbers = [node.value.value for node in codes.body if isinstance(node, ast.Assign)]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for number in numbers:
        assert re.search(rf"^\| {number} \|", readme, re.MULTILINE), f"exit code {number}"


def _kinds() -> set[str]:
    kinds = set()
    for path in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print_json":
                kinds.add(node.args[0].value)
    return kinds


def test_every_json_kind_is_documented():
    page = (DOCS / "json.md").read_text(encoding="utf-8")
    assert _kinds() == set(re.findall(r"^\| `[a-z ]+` \| `([a-z-]+)` \|", page, re.MULTILINE))


@pytest.mark.parametrize(
    "arguments",
    [
        ["inventory", "validate", "inventories/thai-nguyen"],
        ["classify", "--inventory", "inventories/thai-nguyen"],
        ["checks", "list"],
        ["measure", "--inventory", "inventories/thai-nguyen", "--workspace", "no-such-folder"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_json_field_is_documented(arguments):
    page = (DOCS / "json.md").read_text(encoding="utf-8")
    document = json.loads(_secaudit(*arguments, "--format", "json").stdout)
    assert {"format", "kind", "secaudit"} <= set(document)
    if document["kind"] == "checks":
        document["checks"] = []  # fields of a check are described in writing-checks.md
    undocumented = {name for name in _names(document) if f"`{name}`" not in page and name not in ("vi", "en")}
    assert undocumented == set()


def _names(value: object, depth: int = 0) -> set[str]:
    """Field names; keys that are data (system inputs, agencies) stand deeper under a documented name."""
    if isinstance(value, dict):
        names = set()
        for key, inner in value.items():
            names.add(key)
            if key not in ("inputs", "undeclared", "counts"):
                names |= _names(inner, depth + 1)
        return names
    if isinstance(value, list):
        return set().union(*(_names(item, depth) for item in value[:3])) if value else set()
    return set()


if __name__ == "__main__":
    (DOCS / "commands.md").write_text(command_page(), encoding="utf-8")
