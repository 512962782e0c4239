"""Servers never outlive their owner, however it ends."""

import contextlib
import os
import socket
import subprocess
import sys
import time

import pytest

from secaudit.errors import SecauditError
from secaudit.lab.sshd import sshd_binary

OWNER = """
import sys, time
from pathlib import Path
from secaudit.lab.sshd import Sshd
with Sshd(["127.20.9.31"], 0, Path(sys.argv[1])) as server:
    print(server.port, flush=True)
    time.sleep(300)
"""
SLEEPER = "import time; print('up', flush=True); time.sleep(300)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(300)"


def guarded(code):
    """A guard over a Python program that has said that it runs."""
    guard = subprocess.Popen(
        [sys.executable, "-m", "secaudit.lab.guard", sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert guard.stdout is not None
    assert guard.stdout.readline().strip() == b"up"
    return guard


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.20.9.31", port), 2.0):
        return True
    return False


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_openssh_ends_when_its_owner_is_killed(tmp_path):
    try:
        sshd_binary()
    except SecauditError:
        pytest.skip("no OpenSSH server here")
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path / "sshd")], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        port = int(owner.stdout.readline())
        assert answers(port)
        owner.kill()
        owner.wait(30)
    for _ in range(600):
        if not answers(port):
            return
        time.sleep(0.1)
    pytest.fail("sshd goes on listening without its owner")


@pytest.mark.parametrize("code", [SLEEPER, STUBBORN], ids=["ordinary", "ignores SIGTERM"])
def test_the_program_ends_with_stdin(code):
    """The end of its output shows that it is gone: nobody else holds that pipe."""
    with guarded(code) as guard:
        assert guard.stdin is not None and guard.stdout is not None
        guard.stdin.close()
        assert guard.stdout.read() == b""
        assert guard.wait(60) != 0


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_the_guard_passes_its_own_end_on():
    with guarded(SLEEPER) as guard:
        assert guard.stdout is not None
        guard.terminate()
        assert guard.stdout.read() == b""


def test_the_exit_status_is_the_programs_and_a_missing_program_is_said():
    command = [sys.executable, "-m", "secaudit.lab.guard"]
    with subprocess.Popen([*command, sys.executable, "-c", "raise SystemExit(7)"], stdin=subprocess.PIPE) as guard:
        assert guard.wait(60) == 7
    missing = subprocess.run([*command, "/nowhere/sshd"], stdin=subprocess.PIPE, capture_output=True, timeout=60)
    assert missing.returncode == 127
    assert missing.stderr
