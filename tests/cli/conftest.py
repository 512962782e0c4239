"""Commands run as users run them: in a process of their own."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.warm import run_command

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "inventories" / "thai-nguyen"


def environment(**more: str) -> dict[str, str]:
    """A clean environment: English, no SECAUDIT_ settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
    return {**kept, "SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "160", "TERM": "dumb", **more}


@pytest.fixture(name="secaudit")
def run_secaudit(tmp_path):
    """Run a command in an empty folder and return what came of it."""

    def run(
        *arguments: str | Path, cwd: Path = tmp_path, typed: str | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return run_command(arguments, cwd=cwd, env=environment(**more), typed=typed)

    return run


@pytest.fixture(name="sample")
def sample_province() -> Path:
    """The sample province, for reading."""
    return SAMPLE


@pytest.fixture(name="small")
def small_province(tmp_path) -> Path:
    """A province of one agency whose every system and person is proven, and no machine."""
    folder = tmp_path / "province"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "so-a.yaml").write_text(
        "agency: {id: so-a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}\n"
        "people: {heads: 2, heads_briefed: 2, staff: 10, staff_briefed: 10, staff_trained: 9, as_of: 2026-11-01,"
        " evidence: [BC 1]}\n"
        "systems:\n"
        "  - {id: web, name: Trang tin, kind: internal, information: [public],\n"
        "     dossier: {status: approved, level: 1, decision: {number: 1/QĐ, date: 2026-03-02}}, plan: {status: full}}\n",
        encoding="utf-8",
    )
    return folder
