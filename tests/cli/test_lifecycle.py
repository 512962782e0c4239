"""``secaudit lifecycle`` as people run it."""

import shutil
from pathlib import Path

import pytest

from secaudit.cli.exits import ExitCode
from secaudit.resources import data_folder

ROWS = """\
# id: windows-updates
# as_of: 2026-11-25
# source: our own reading
os,build,month,date,kind,revision,kb
windows,28000,2026-11,2026-11-10,security,3400,KB5139999
"""


@pytest.fixture
def catalog(tmp_path) -> Path:
    """A copy of the shipped catalog that may be written."""
    folder = tmp_path / "checks"
    shutil.copytree(data_folder("checks"), folder)
    return folder


def test_the_tables_and_their_age_are_shown(secaudit):
    done = secaudit("lifecycle", "show")
    assert done.returncode == ExitCode.WELL, done.stderr
    for name in ("windows-updates", "windows-server", "rhel-family", "alpine", "office"):
        assert name in done.stdout
    assert "14 days" in done.stderr


def test_an_old_table_is_marked(secaudit, catalog):
    path = catalog / "lifecycle" / "windows-updates.yaml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if "date: 2026-" not in line]
    path.write_text("\n".join(kept).replace("as_of: 2026-11-19", "as_of: 2025-12-31") + "\n", encoding="utf-8")
    done = secaudit("lifecycle", "show", "--checks", catalog)
    assert done.returncode == ExitCode.WELL, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "windows-updates" in line]
    assert "too old" in line
    assert "2025-12" in line


def test_new_rows_are_shown_then_written(secaudit, catalog, tmp_path):
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    path = catalog / "lifecycle" / "windows-updates.yaml"
    before = path.read_text(encoding="utf-8")
    done = secaudit("lifecycle", "import", "rows.csv", "--checks", catalog, "--dry-run")
    assert done.returncode == ExitCode.WELL, done.stderr
    assert "revision=3400" in done.stdout
    assert "nothing was written" in done.stderr
    assert path.read_text(encoding="utf-8") == before
    done = secaudit("lifecycle", "import", "rows.csv", "--checks", catalog)
    assert done.returncode == ExitCode.WELL, done.stderr
    after = path.read_text(encoding="utf-8")
    assert "revision: 3400, kb: KB5139999, source: our own reading}" in after
    assert set(before.splitlines()) - set(after.splitlines()) == {"as_of: 2026-11-19"}
    assert secaudit("checks", "lint", catalog).returncode == ExitCode.WELL


def test_a_wrong_file_is_refused_with_its_lines(secaudit, catalog, tmp_path):
    (tmp_path / "rows.csv").write_text(ROWS.replace("security", "monthly").replace("2026-11-25", "2020-01-01"), encoding="utf-8")
    before = (catalog / "lifecycle" / "windows-updates.yaml").read_bytes()
    done = secaudit("lifecycle", "import", "rows.csv", "--checks", catalog)
    assert done.returncode == ExitCode.DATA
    assert "rows.csv:5" in done.stderr
    assert (catalog / "lifecycle" / "windows-updates.yaml").read_bytes() == before
    (tmp_path / "rows.csv").write_text(ROWS.replace("2026-11-25", "2026-11-18"), encoding="utf-8")
    done = secaudit("lifecycle", "import", "rows.csv", "--checks", catalog)
    assert done.returncode == ExitCode.DATA
    assert "--force" in done.stderr
    assert secaudit("lifecycle", "import", "missing.csv", "--checks", catalog).returncode == ExitCode.DATA
