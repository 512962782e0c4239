"""The real command killed in the middle: what was finished stays, nothing stands twice, the next call asks the rest."""

import json
import random
import subprocess
import time

import pytest

from secaudit.cli.exits import ExitCode
from secaudit.errors import StoreError
from secaudit.lab.answers import nonce_in, render_answer
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from secaudit.model.outcome import Sight
from secaudit.store import FlawKind, Store
from tests.hostile.conftest import clean_environment, make_range

MACHINES = 60
KILLS = 2


def answer(name, stdin):
    nonce = nonce_in(stdin)
    return None if nonce is None else render_answer("debian-13-server", nonce, int(time.time()))


@pytest.fixture(name="province")
def start_province(tmp_path):
    ids = {f"pc-{number:02}": f"127.28.61.{number}" for number in range(1, MACHINES + 1)}
    machines = {address: Machine(answer="good") for address in ids.values()}
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[fresh_key(tmp_path / "key")], answerer=answer) as lab:
        yield make_range(tmp_path, lab, ids, {})


def kept(province):
    """Number -> machine and chain value of what stands in the store, also while a scan writes."""
    try:
        with Store.open(province.workspace / "store.sqlite", create=False) as store:
            parts = [store.outcomes(run.number) for run in store.runs()]
    except StoreError:
        return {}
    return {one.number: (one.outcome.endpoint, one.outcome.sight, one.chain) for part in parts for one in part}


def test_killed_twice_and_finished_by_the_next_call(province):
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    command = [*province.scan("--connections", "3"), "--format", "json"]
    command[command.index("--rate") + 1] = "25"
    before = {}
    for _ in range(KILLS):
        with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            wanted = len(before) + chance.randrange(3, 15)
            until = time.monotonic() + 60
            while len(before) < wanted and process.poll() is None and time.monotonic() < until:
                before = kept(province)
                time.sleep(0.02)
            time.sleep(chance.random() / 20)
            assert process.poll() is None, (seed, process.stderr.read())
            process.kill()
        after = kept(province)
        assert before.items() <= after.items(), f"seed {seed}: an outcome that stood in the store is lost or changed"
        before = after
    assert len(before) < MACHINES, f"seed {seed}: nothing was left for the next call"
    last = province.run([*province.scan("--accept-unknown", "0%"), "--format", "json"])
    assert last.returncode in (ExitCode.WELL, ExitCode.FAILURES), last.stderr
    assert json.loads(last.stdout)["fresh"] == len(before)
    done = kept(province)
    assert before.items() <= done.items()
    assert sorted(endpoint for endpoint, _, _ in done.values()) == sorted(f"pc-{n:02}" for n in range(1, MACHINES + 1))
    assert {sight for _, sight, _ in done.values()} == {Sight.SEEN}
    with Store.open(province.workspace / "store.sqlite", create=False) as store:
        assert len(store.captures_of(done)) == MACHINES
        assert {flaw.kind for flaw in store.verify().problems} <= {FlawKind.OPEN}
