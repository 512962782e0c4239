"""Each exit code of the design, reached by a real command."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from secaudit.cli.exits import ExitCode, exit_code_of, verdict_code
from secaudit.errors import DataError, ReportError, SecauditError, StoreError, UsageError
from secaudit.messages import msg
from tests.cli.conftest import environment


def test_0_all_well(secaudit, sample):
    done = secaudit("inventory", "validate", sample)
    assert done.returncode == ExitCode.WELL, done.stderr
    assert "no problem found" in done.stderr


def test_0_all_targets_met(secaudit, small):
    """A province where everything is proven: the only exit 0 of measure. It has no machine, which is not applicable."""
    done = secaudit("measure", "--inventory", small, "--workspace", "w")
    assert done.returncode == ExitCode.WELL, done.stdout + done.stderr


def test_1_a_bug_keeps_its_traceback(tmp_path):
    code = (
        "import secaudit.cli.inventory_files as i\n"
        "def broken(folder): raise RuntimeError('defect')\n"
        "i.check_inventory = broken\n"
        "from secaudit.cli.app import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "inventory", "validate", str(tmp_path)],
        env=environment(), capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == ExitCode.BUG
    assert "RuntimeError: defect" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["no-such-command"], ["scan", "--no-such-option"], ["checks", "show", "no.such"], ["measure"]],
    ids=["command", "option", "check", "no inventory"],
)
def test_2_wrong_use(secaudit, arguments):
    done = secaudit(*arguments)
    assert done.returncode == ExitCode.USAGE, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_3_a_missed_target(secaudit, small):
    """Trained people below 80 % with papers: even the upper bound cannot meet it."""
    file = small / "agencies" / "so-a.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("staff_trained: 9", "staff_trained: 2"), encoding="utf-8")
    done = secaudit("measure", "--inventory", small, "--workspace", "w")
    assert done.returncode == ExitCode.FAILURES, done.stdout + done.stderr


def test_4_undecided_wins_over_missed(secaudit, sample):
    """Nobody looked at any machine: the sample province cannot be met, whatever is missed beside it."""
    done = secaudit("measure", "--inventory", sample, "--workspace", "w")
    assert done.returncode == ExitCode.INCOMPLETE, done.stdout + done.stderr


def test_5_bad_data_names_file_and_line(secaudit, small):
    file = small / "agencies" / "so-a.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("staff_trained: 9", "staff_trained: 99"), encoding="utf-8")
    done = secaudit("measure", "--inventory", small, "--workspace", "w")
    assert done.returncode == ExitCode.DATA
    assert "so-a.yaml:2" in done.stderr


def test_6_a_store_that_is_none(secaudit, small):
    workspace = small.parent / "w"
    workspace.mkdir(mode=0o700)
    (workspace / "store.sqlite").write_bytes(b"not a store" * 1000)
    done = secaudit("measure", "--inventory", small, "--workspace", workspace)
    assert done.returncode == ExitCode.STORE, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert secaudit("runs", "list", "--workspace", "nowhere").returncode == ExitCode.STORE


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
def test_130_interrupted_keeps_what_was_finished(secaudit, small, tmp_path):
    """One machine refuses at once, one keeps silent: Ctrl-C ends the run, the refusal is kept."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        file = small / "agencies" / "so-a.yaml"
        machines = (
            "endpoints:\n"
            f"  - {{id: silent, os: linux, kind: server, address: 127.0.0.1, access: {{port: {port}}}}}\n"
            f"  - {{id: closed, os: linux, kind: server, address: 127.0.0.2, access: {{port: {port}}}}}\n"
        )
        file.write_text(file.read_text(encoding="utf-8") + machines, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "secaudit", "scan", "--inventory", str(small), "--workspace", "w", "--no-agent"],
            cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        try:
            silent.settimeout(60)
            connection, _ = silent.accept()
            time.sleep(1.0)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            connection.close()
        finally:
            process.kill()
    assert process.returncode == ExitCode.INTERRUPTED, out + err
    shown = secaudit("runs", "show", "1", "--workspace", "w")
    assert "closed" in shown.stdout and "silent" not in shown.stdout


def test_accepted_unknown_tolerates_a_stated_share():
    assert verdict_code(failures=False, unknown=5, total=100) is ExitCode.INCOMPLETE
    assert verdict_code(failures=False, unknown=5, total=100, accepted_share=0.05) is ExitCode.WELL
    assert verdict_code(failures=True, unknown=5, total=100, accepted_share=0.05) is ExitCode.FAILURES
    assert verdict_code(failures=True, unknown=6, total=100, accepted_share=0.05) is ExitCode.INCOMPLETE
    assert verdict_code(failures=False, unknown=0, total=0) is ExitCode.WELL


def test_every_error_of_the_family_has_a_code():
    text = msg("x")
    assert exit_code_of(UsageError(text)) is ExitCode.USAGE
    assert exit_code_of(StoreError(text)) is ExitCode.STORE
    assert exit_code_of(DataError([])) is ExitCode.DATA
    for error in (ReportError(text), SecauditError(text)):
        assert exit_code_of(error) not in (ExitCode.WELL, ExitCode.BUG)


def test_no_command_is_the_start_page_and_names_the_help(secaudit):
    done = secaudit()
    assert done.returncode == ExitCode.WELL
    assert "secaudit --help" in done.stdout and "Usage" not in done.stdout + done.stderr
    assert "Usage" in secaudit("--help").stdout
