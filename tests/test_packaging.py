"""The wheel holds all data and runs in an environment that has nothing but what the program needs."""

import os
import re
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module", name="wheel")
def build_wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return next(out.glob("secaudit-*.whl"))


def _files(folder: str) -> set[str]:
    listed = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, check=False).stdout.decode()
    if not listed:
        return {
            p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts
        }
    return {name for name in listed.split("\0") if name}


def test_the_wheel_holds_package_catalog_and_templates(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"secaudit/_data/{name}" for folder in ("checks", "report_templates") for name in _files(folder)}
    wanted |= _files("secaudit")
    assert wanted - names == set()
    assert {n for n in names if n.startswith(("tests/", "inventories/", "benchmarks/"))} == set()


def test_data_that_is_not_python_comes_along(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for ending in (
        "posix.sh",
        "probe/windows.ps1",
        "recipes/linux.sh",
        "recipes/windows.ps1",
        "py.typed",
        "vi/LC_MESSAGES/secaudit.mo",
        "en/LC_MESSAGES/secaudit.mo",
    ):
        assert any(name.endswith(ending) for name in names), ending
    assert any("store/migrations/" in name for name in names)


def _runtime_requirements() -> str:
    """Blocks of requirements.txt that the program itself needs, found by walking the installed metadata."""
    blocks = {
        re.split(r"==", block, maxsplit=1)[0].strip().lower().replace("_", "-"): block
        for block in re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements.txt").read_text(encoding="utf-8").strip())
    }
    wanted: set[str] = set()
    queue = ["secaudit"]
    while queue:
        try:
            lines = requires(queue.pop()) or []
        except PackageNotFoundError:  # pinned for another platform, so not installed here
            continue
        for line in lines:
            if "extra ==" in line:
                continue
            name = re.split(r"[<>=!~ \[;(]", line, maxsplit=1)[0].lower().replace("_", "-")
            if name in blocks and name not in wanted:
                wanted.add(name)
                queue.append(name)
    return "\n".join(blocks[name] for name in sorted(wanted)) + "\n"


def test_the_entry_point_runs_from_the_wheel_in_an_empty_environment(wheel, tmp_path):
    """Nothing of the development group is there: a forgotten dependency shows."""
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    pinned = tmp_path / "runtime.txt"
    pinned.write_text(_runtime_requirements(), encoding="utf-8")
    pip = [scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", pinned], check=True, capture_output=True, timeout=600)
    subprocess.run([*pip, "--no-deps", wheel], check=True, capture_output=True, timeout=300)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "SECAUDIT_LANG": "vi", "PYTHONUTF8": "1"}
        environment.pop("PYTHONPATH", None)
        return subprocess.run(
            [scripts / "secaudit", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8"
        )

    assert run("--version").stdout.startswith("secaudit ")
    listed = run("checks", "list", "--format", "json")
    assert listed.returncode == 0, listed.stderr
    assert '"protection.active"' in listed.stdout
    assert run("checks", "test").returncode == 0
    assert "Kiểm tra" in run("--help").stdout, "help speaks Vietnamese from the wheel's own catalogs"
    page = run("report", "--inventory", str(ROOT / "inventories" / "thai-nguyen"), "--out", "page.html")
    assert page.returncode in (3, 4), page.stderr
    assert "<html" in (tmp_path / "page.html").read_text(encoding="utf-8")
