"""A writer killed at any moment loses nothing it had acknowledged, and the next one goes on."""

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from secaudit.store import FlawKind, Store

SCRIPT = Path(__file__).with_name("writer_process.py")


def start(path: Path, name: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(SCRIPT), "endless", str(path), name, "20000"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def test_killed_at_twenty_random_moments(path: Path, make: Any) -> None:
    acknowledged: dict[str, tuple[int, str]] = {}
    for turn in range(20):
        process = start(path, f"turn{turn}")
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(random.randrange(1, 40))]
        time.sleep(random.random() / 50)
        process.kill()
        rest, _ = process.communicate()
        lines += rest.splitlines()
        assert lines[0].strip() == "begun", "the store of a killed process could not be opened by the next"
        for line in lines[1:]:
            number, endpoint, chain = line.split()
            assert endpoint not in acknowledged
            acknowledged[endpoint] = (int(number), chain)
        with Store.open(path, create=False) as store:
            assert [flaw.kind for flaw in store.verify().problems] == [FlawKind.OPEN]
    assert len(acknowledged) > 100
    with Store.open(path, create=False) as store:
        runs = store.runs()
        kept = [one for run in runs for one in store.outcomes(run.number)]
        names = [one.outcome.endpoint for one in kept]
        assert len(set(names)) == len(names), "an outcome stands twice"
        found = {one.outcome.endpoint: (one.number, one.chain) for one in kept}
        assert {name: found.get(name) for name in acknowledged} == acknowledged
        numbers = [number for number, _ in acknowledged.values()]
        assert len(store.captures_of(numbers)) == len(numbers)
        assert [run.status for run in runs] == ["interrupted"] * 19 + ["running"]
        make.begin(store)
        assert store.verify().problems == ()


def test_killed_while_the_store_is_being_made(tmp_path: Path, make: Any) -> None:
    for turn in range(6):
        path = tmp_path / f"new{turn}" / "secaudit.db"
        process = start(path, "first")
        deadline = time.monotonic() + 60
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        assert path.exists()
        time.sleep(random.random() / 3)
        process.kill()
        process.communicate()
        with Store.open(path) as store:
            store.keep(make.begin(store).number, [make.outcome()])
            assert store.verify().problems == ()
