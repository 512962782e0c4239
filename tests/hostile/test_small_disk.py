"""A real disk without room, during a scan through the real command line."""

import json
import random
import subprocess
import sys
import time

import pytest

from secaudit.cli.exits import ExitCode
from secaudit.lab.answers import nonce_in, render_answer
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from secaudit.model.outcome import Sight
from secaudit.store import Store
from tests.hostile.conftest import make_range

pytestmark = [pytest.mark.lab, pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux")]
MACHINES = 60


def answer(name, stdin):
    """An answer that cannot be compressed: a hundred kilobytes of noise before its first section."""
    nonce = nonce_in(stdin)
    if nonce is None:
        return None
    text = render_answer("debian-13-server", nonce, int(time.time())).decode("utf-8")
    begin = f"##SECAUDIT {nonce} begin"
    return text.replace(begin, random.randbytes(50_000).hex() + "\n" + begin, 1).encode()


@pytest.fixture(name="cramped")
def province_on_a_small_disk(tmp_path):
    """A workspace on a disk of two megabytes."""
    ids = {f"pc-{number:02}": f"127.28.51.{number}" for number in range(1, MACHINES + 1)}
    machines = {address: Machine(answer="noisy") for address in ids.values()}
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[fresh_key(tmp_path / "key")], answerer=answer) as lab:
        province = make_range(tmp_path, lab, ids, {})
        known = (province.workspace / "known_hosts").read_bytes()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(province.workspace)], check=True)
        try:
            (province.workspace / "known_hosts").write_bytes(known)
            yield province
        finally:
            subprocess.run(["umount", str(province.workspace)], check=True)


def test_the_finished_part_is_whole_and_the_next_scan_goes_on(cramped):
    command = [*cramped.scan("--connections", "4"), "--format", "json"]
    done = cramped.run(command)
    assert done.returncode == ExitCode.STORE, done.stderr
    assert "Traceback" not in done.stderr
    assert "disk is full" in done.stderr
    assert "→" in done.stderr
    with Store.open(cramped.workspace / "store.sqlite", create=False) as store:
        kept = [stored.outcome.endpoint for stored in store.outcomes(1) if stored.outcome.sight is Sight.SEEN]
        assert {problem.kind for problem in store.verify().problems} <= {"open"}
    assert 0 < len(kept) < MACHINES
    subprocess.run(["mount", "-o", "remount,size=64m", str(cramped.workspace)], check=True)
    last = json.loads(cramped.run(command).stdout)
    assert last["fresh"] == len(kept)
    assert last["seen"] == MACHINES - len(kept)
    assert cramped.run(cramped.command("verify", inventory=False)).returncode == 0
