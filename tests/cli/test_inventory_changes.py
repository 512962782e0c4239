"""Changes of agencies on the command line: seen first, written on request, refused with a sentence."""

import json
import os
import pty
import shutil
import subprocess
import sys

import pytest

from tests.cli.conftest import SAMPLE, environment

TWO = ("xa-cho-don", "xa-cho-ra")
MERGE = ("inventory", "merge", *TWO, "--into", "xa-moi", "--name", "UBND xã Mới", "--on", "2025-11-01")


@pytest.fixture(name="folder")
def copied(tmp_path):
    """The sample province as it was before its sessions: those of 2026 name agencies that end here in 2025."""
    shutil.copytree(SAMPLE, tmp_path / "tinh", ignore=shutil.ignore_patterns("sessions"))
    return tmp_path / "tinh"


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_without_accept_a_merger_is_only_shown(secaudit, folder):
    before = files(folder)
    done = secaudit(*MERGE, "-i", folder)
    assert done.returncode == 0, done.stderr
    assert "xa-cho-don → xa-moi, last day there 2025-10-31: 4 machine(s), 1 system(s)" in done.stdout
    assert "add --accept" in done.stderr
    assert files(folder) == before


def test_a_merger_before_a_session_that_names_the_agency_is_refused(secaudit, folder):
    """Somebody of that agency was there: it existed that day, or another one is meant."""
    shutil.copytree(SAMPLE / "sessions", folder / "sessions")
    before = files(folder)
    done = secaudit(*MERGE, "-i", folder, "--accept")
    assert done.returncode == 5
    assert "tuyen-truyen-2026-09.yaml" in done.stdout + done.stderr
    assert files(folder) == before


def test_an_accepted_merger_leaves_a_sound_inventory(secaudit, folder):
    done = secaudit(*MERGE, "--document", "NQ 12", "-i", folder, "--accept", "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["written"]
    assert len(told["moved"]) == 10
    assert secaudit("inventory", "validate", folder).returncode == 0
    again = secaudit("inventory", "move", "cho-ra-pc-01", "--to", "xa-cho-don", "-i", folder)
    assert again.returncode == 2
    assert "xa-cho-don does not exist on" in again.stderr


def test_a_division_asks_what_nobody_said_where_somebody_sits(folder):
    """On a terminal of its own, as a person would."""
    lead, follow = pty.openpty()
    command = [sys.executable, "-m", "secaudit", "inventory", "split", "xa-cho-ra", "-i", str(folder), "--on", "2025-11-01"]
    command += ["--into", "xa-cho-ra", "--into", "xa-hai", "--name", "xa-hai=Xã Hai"]
    command += ["--give", "xa-cho-ra=mang-*,cho-ra-pc-01,cho-ra-pc-02,cho-ra-pc-03"]
    left = "cho-ra-pc-04"
    with subprocess.Popen(command, stdin=follow, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as child:
        os.write(lead, b"xa-ba\nxa-hai\n")
        out, err = child.communicate(timeout=180)
    os.close(lead)
    os.close(follow)
    assert child.returncode == 0, err
    assert err.decode().count(f"Where does {left}") == 2
    assert "xa-cho-ra → xa-hai, last day there 2025-10-31: 1 machine(s), 0 system(s)" in out.decode()


def test_a_division_without_a_terminal_names_what_nobody_said(secaudit, folder):
    done = secaudit("inventory", "split", "xa-cho-ra", "--into", "xa-cho-ra", "--into", "so-y-te", "-i", folder)
    assert done.returncode == 2
    assert "mang-cho-ra" in done.stderr


def test_a_division_takes_a_list(secaudit, folder, tmp_path):
    listed = tmp_path / "chia.csv"
    rows = [f"cho-ra-pc-0{number},xa-hai" for number in range(1, 5)]
    listed.write_text("Mã,Đơn vị\n" + "\n".join(rows) + "\nmang-cho-ra,xa-cho-ra\n", encoding="utf-8")
    command = ("inventory", "split", "xa-cho-ra", "--into", "xa-cho-ra", "--into", "xa-hai", "--name", "xa-hai=Xã Hai")
    done = secaudit(*command, "--list", listed, "--on", "2025-11-01", "-i", folder, "--accept")
    assert done.returncode == 0, done.stderr
    assert "networks: [127.20.49.0/24]" in (folder / "agencies" / "xa-hai.yaml").read_text(encoding="utf-8")
    listed.write_text("Mã,Đơn vị\na,b\na,c\n", encoding="utf-8")
    assert secaudit(*command, "--list", listed, "-i", folder).returncode == 5


def test_an_agency_with_machines_in_use_is_not_closed_unsaid(secaudit, folder):
    before = files(folder)
    close = ("inventory", "close", "xa-cho-ra", "--into", "xa-cho-don", "--on", "2025-11-01", "-i", folder, "--accept")
    done = secaudit(*close)
    assert done.returncode == 2
    assert "--leave" in done.stderr
    assert "cho-ra-pc-01" in done.stdout
    assert files(folder) == before
    assert secaudit(*close, "--leave").returncode == 0
    assert secaudit("inventory", "validate", folder).returncode == 0
