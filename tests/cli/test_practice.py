"""The practice range ends with its command, however that ends, and never mistakes another server for its own."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import pytest

from secaudit.errors import SecauditError
from secaudit.lab.sshd import Sshd, sshd_binary
from tests.cli.conftest import environment

LAB, OWN = "127.29.40.1", "127.29.40.2"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((OWN, 0))
        return int(probe.getsockname()[1])


def _answers(address: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((address, port), 2.0):
        return True
    return False


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send SIGTERM and SIGHUP")
@pytest.mark.parametrize("ending", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_lab_that_is_ended_leaves_no_server_behind(small, tmp_path, ending):
    port = _free_port()
    (small / "province.yaml").write_text(
        f"province: {{id: t, name: T, owner: U}}\ndefaults: {{access: {{port: {port}}}}}\n", encoding="utf-8"
    )
    file = small / "agencies" / "so-a.yaml"
    machine = f"endpoints:\n  - {{id: may-kiem-tra, os: linux, kind: server, address: {OWN}}}\n"
    file.write_text(file.read_text(encoding="utf-8") + machine, encoding="utf-8")
    lab_map = tmp_path / "lab.yaml"
    lab_map.write_text(f"port: {port}\nmachines: {{{LAB}: {{answer: debian-13-server}}}}\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "secaudit", "lab", "up", "-i", str(small), "-w", str(tmp_path / "w"), "--lab", str(lab_map)],
        env=environment(), stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        assert process.stderr is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        assert f"--inventory {small}" in said, "the command that is shown works as it stands"
        assert _answers(LAB, port)
        process.send_signal(getattr(signal, ending))
        assert process.wait(timeout=60) == 130
    finally:
        process.kill()
        process.stderr.close()
    assert not _answers(LAB, port)
    assert not _answers(OWN, port), "OpenSSH's server was left behind"


def test_a_server_on_the_demos_address_is_not_taken_for_its_own(tmp_path):
    try:
        sshd_binary()
    except SecauditError:
        pytest.skip("no OpenSSH server here")
    with socket.socket() as other:
        other.bind((OWN, 0))
        other.listen()
        with pytest.raises(SecauditError, match="did not start"), Sshd([OWN], other.getsockname()[1], tmp_path / "sshd"):
            pass
