"""``secaudit scan`` over real SSH: it converges, survives being killed, and what it kept leads down to the bytes."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress

import pytest

from secaudit.errors import StoreError
from secaudit.model.outcome import Sight
from secaudit.store import Store

KILLS = 20


def _scan(province, *arguments):
    done = province.run([*province.scan(*arguments), "--format", "json"])
    assert done.stdout, done.stderr
    return done, json.loads(done.stdout)


def test_a_scan_asks_only_what_is_not_fresh(fresh_workspace):
    province = fresh_workspace
    done, first = _scan(province)
    assert done.returncode == 4, "four machines refuse"
    assert (first["asked"], first["seen"], first["fresh"]) == (44, 40, 0)
    assert first["run"]["counts"] == {"refused": 4, "seen": 40}
    _, second = _scan(province)
    assert (second["asked"], second["fresh"]) == (4, 40), "evidence is fresh; only the machines that refused are asked"
    _, third = _scan(province, "--all")
    assert (third["asked"], third["fresh"]) == (44, 0)
    _, one = _scan(province, "--endpoint", "may-07")
    assert (one["asked"], one["seen"]) == (1, 1)
    assert _scan(province, "--agency", "xa-a")[1]["asked"] == 4
    wrong = province.run(province.scan("--agency", "xa-b"))
    assert wrong.returncode == 2
    assert "xa-b" in wrong.stderr


def test_an_unseen_machine_is_tolerated_only_when_asked_for(fresh_workspace):
    assert _scan(fresh_workspace)[0].returncode == 4
    assert _scan(fresh_workspace, "--all", "--accept-unknown", "10%")[0].returncode == 3, "seen machines have failures"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_random_moments_nothing_finished_is_lost_or_doubled(fresh_workspace):
    """SIGKILL the scan 20 times; each time the finished outcomes stand, none twice, and the next scan goes on."""
    province = fresh_workspace
    draw = random.Random(20260820)
    seen_before: dict[str, str] = {}
    killed = 0
    for attempt in range(KILLS * 3):
        if killed == KILLS:
            break
        # Slowly, two connections at a time, so that kills fall into the middle of the work.
        process = subprocess.Popen(
            province.scan("--connections", "2", "--rate", "6"),
            env=province.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(draw.uniform(0.5, 2.6))
        ended = process.poll() is not None
        process.kill()
        killed += not ended
        process.wait(timeout=60)
        with Store.open(province.workspace / "store.sqlite") as store:
            assert store.verify().intact, f"after kill {attempt}"
            outcomes = [stored for run in store.runs() for stored in store.outcomes(run.number)]
        seen = Counter(stored.outcome.endpoint for stored in outcomes if stored.outcome.sight is Sight.SEEN)
        assert max(seen.values(), default=1) == 1, "a machine with fresh evidence was asked again"
        chains = {stored.outcome.endpoint: stored.chain for stored in outcomes if stored.outcome.sight is Sight.SEEN}
        assert seen_before.items() <= chains.items(), "a finished machine vanished or changed"
        seen_before = chains
        if ended:  # everything that answers was seen: a quick machine starts over until all kills have fallen into work
            assert len(chains) == len(province.answering)
            for path in province.workspace.glob("store.sqlite*"):
                path.unlink()
            seen_before = {}
    assert killed == KILLS
    done, last = _scan(province)
    assert last["seen"] + len(seen_before) == len(province.answering)
    verified = province.run([sys.executable, "-m", "secaudit", "verify", "--workspace", str(province.workspace)])
    assert verified.returncode == 0, verified.stderr
    listed = json.loads(
        province.run(
            [sys.executable, "-m", "secaudit", "runs", "list", "--workspace", str(province.workspace), "--format", "json"]
        ).stdout
    )
    assert "running" not in {run["status"] for run in listed["runs"]}
    assert done.returncode in (3, 4)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_while_machines_wait_for_another_try_they_are_asked_next_time(fresh_workspace):
    """Everything that answers is kept; those that refused have no outcome, and the next scan asks them alone."""
    province = fresh_workspace
    process = subprocess.Popen(
        province.scan("--retries", "9"), env=province.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        patience = time.monotonic() + 120
        outcomes = []
        while len(outcomes) < len(province.answering) and time.monotonic() < patience:
            time.sleep(0.2)
            with suppress(StoreError), Store.open(province.workspace / "store.sqlite", create=False) as store:  # not made yet
                outcomes = [stored.outcome for run in store.runs() for stored in store.outcomes(run.number)]
    finally:
        process.kill()
        process.wait(timeout=60)
    assert Counter(outcome.sight for outcome in outcomes) == Counter({Sight.SEEN: len(province.answering)})
    _, second = _scan(province)
    assert (second["asked"], second["left"]) == (len(province.refusing), 0)
    assert second["run"]["counts"] == {"refused": len(province.refusing)}


def test_two_scans_do_not_write_at_once(fresh_workspace):
    province = fresh_workspace
    with Store.open(province.workspace / "store.sqlite") as store:
        store.claim()
        done = province.run(province.scan())
    assert done.returncode == 6
    assert "Traceback" not in done.stderr


def test_judging_again_asks_no_machine(fresh_workspace):
    province = fresh_workspace
    _scan(province)
    done = province.run([*province.command("judge"), "--format", "json"])
    judged = json.loads(done.stdout)
    assert judged["machines_with_evidence"] == 40
    assert judged["checks"]["protection.installed"]["fail"] == 16, "two of the five answers are unprotected machines"
    assert judged["checks"]["protection.installed"]["unknown"] == 4, "machines nobody saw stay unknown"
    with Store.open(province.workspace / "store.sqlite", create=False) as store:
        assert len(store.runs()) == 1


def test_no_secret_reaches_the_store_or_the_output(fresh_workspace):
    province = fresh_workspace
    done, _ = _scan(province)
    secret = province.key.read_text(encoding="ascii").splitlines()[2]
    kept = b"".join(path.read_bytes() for path in province.workspace.glob("store.sqlite*"))
    assert secret not in done.stdout + done.stderr
    assert secret.encode() not in kept
