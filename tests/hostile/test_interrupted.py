"""Ctrl-C at any moment: exit 130, what was finished is kept, the chain holds, the next scan goes on."""

import contextlib
import json
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from secaudit.model.outcome import Sight
from secaudit.store import Store
from tests.hostile.conftest import answer, clean_environment, make_range

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console only")
MACHINES = 30
SILENT = 3
INTERRUPTS = 14
LOADS = 12


@pytest.fixture(name="calm")
def many_good_machines(tmp_path):
    """Thirty machines answer, three keep silent to the end of their time."""
    ids = {f"pc-{number:02}": f"127.28.21.{number}" for number in range(1, MACHINES + 1)}
    silent = {f"tat-{number}": f"127.28.22.{number}" for number in range(1, SILENT + 1)}
    machines = {address: Machine(answer="good") for address in ids.values()}
    machines |= {address: Machine(misbehave="silent") for address in silent.values()}
    public = fresh_key(tmp_path / "key")
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=answer) as lab:
        yield make_range(tmp_path, lab, ids | silent, {})


def interrupted(province, after, times=1, *, begun=0):
    """Run a slow scan and interrupt it ``after`` seconds, counted from its start or from the begin of run ``begun``."""
    command = province.command(
        "scan", "--no-agent", "--identity", str(province.home / "key"), "--user", "audit",
        "--deadline", "60", "--connections", "4", "--rate", "12",
    )  # fmt: skip
    process = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 60
        while runs_in(province) < begun and process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)  # how long a start takes is the machine's business
        time.sleep(after)
        for _ in range(times):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                time.sleep(0.15)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, err.decode("utf-8", "replace")


def runs_in(province):
    """How many runs the store knows of."""
    path = province.workspace / "store.sqlite"
    if not path.exists():
        return 0
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as store:
            return int(store.execute("SELECT count(*) FROM runs").fetchone()[0])
    except sqlite3.Error:  # it is just being made
        return 0


def seen_in(province):
    """Endpoint -> chain of what was seen so far; the store is whole and nothing is seen twice."""
    path = province.workspace / "store.sqlite"
    if not path.exists() or not path.stat().st_size:
        return {}
    with Store.open(path) as store:
        assert store.verify().intact, store.verify().problems
        found = [stored for run in store.runs() for stored in store.outcomes(run.number)]
    seen = [stored for stored in found if stored.outcome.sight is Sight.SEEN]
    chains = {stored.outcome.endpoint: stored.chain for stored in seen}
    assert len(chains) == len(seen)
    return chains


def test_interrupted_at_random_moments(calm):
    draw = random.Random(20261122)
    before = {}
    for attempt in range(INTERRUPTS):
        # The first ones fall into the start of the interpreter and the loading of the inventory.
        starting = attempt < INTERRUPTS // 2
        after = draw.uniform(0.02, 0.9) if starting else draw.uniform(0.0, 2.0)
        status, err = interrupted(calm, after, times=1 + attempt % 3, begun=0 if starting else runs_in(calm) + 1)
        assert status in (130, -signal.SIGINT), (attempt, after, err)
        assert "Traceback" not in err, (attempt, after, err)
        now = seen_in(calm)
        assert before.items() <= now.items(), "what was finished vanished or changed"
        before = now
    assert before, "no machine was finished in all these attempts"
    done = calm.run([*calm.scan(), "--format", "json"])
    last = json.loads(done.stdout)
    assert last["seen"] + len(before) == MACHINES
    assert len(seen_in(calm)) == MACHINES


def test_an_interrupted_run_says_so_and_names_the_rest(calm):
    status, err = interrupted(calm, 0.5, begun=1)
    assert status == 130, err
    assert "the next scan asks the rest" in err
    listed = json.loads(calm.run([*calm.command("runs", "list", inventory=False), "--format", "json"]).stdout)["runs"]
    assert [run["status"] for run in listed] == ["interrupted"]
    assert listed[0]["counts"].get("timeout") is None, "machines that were given up have no outcome"


LISTEN = """
import runpy, signal, sys
class Listener:
    def find_spec(self, name, path=None, target=None):
        if "." not in name:
            print("loading", name, signal.getsignal(signal.SIGINT) is signal.SIG_DFL, file=sys.stderr)
sys.meta_path.insert(0, Listener())
try:
    runpy.run_module("secaudit", run_name="__main__", alter_sys=True)
finally:
    print("after", signal.getsignal(signal.SIGINT) is signal.default_int_handler, file=sys.stderr)
"""


def test_while_modules_load_an_interrupt_ends_the_program_at_once():
    """Compiled libraries that are being loaded lose a KeyboardInterrupt and go on half made: wrong errors, even crashes."""
    command = [sys.executable, "-c", LISTEN, "checks", "test"]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    loaded = dict(re.findall(r"^loading (\w+) (\w+)$", done.stderr, re.MULTILINE))
    assert {loaded[name] for name in ("typer", "pydantic_core", "orjson", "cel_expr_python", "yaml")} == {"True"}
    assert "after True" in done.stderr


def test_interrupted_while_it_loads():
    draw = random.Random(20261126)
    for attempt in range(LOADS):
        command = [sys.executable, "-m", "secaudit", "checks", "lint"]
        process = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        time.sleep(draw.uniform(0.03, 0.6))
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        assert process.returncode in (0, 130, -signal.SIGINT), (attempt, process.returncode, output.decode("utf-8", "replace"))
