"""One writer at a time; readers never wait; a dead writer's lock is gone."""

import json
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import StoreError
from secaudit.store import Store
from secaudit.store.lock import WriterLock

SCRIPT = Path(__file__).with_name("writer_process.py")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secaudit.store.lock._PATIENCE", 0.05)


@contextmanager
def other_writer(path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(SCRIPT), "hold", str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "held"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_writer_is_told_who_and_since_when(path: Path, make: Any) -> None:
    with other_writer(path) as process, Store.open(path) as store:
        with pytest.raises(StoreError, match=f"process {process.pid} on .*since 20") as caught:
            make.begin(store)
        assert caught.value.where == str(path)
        assert caught.value.hint is not None
        assert store.runs() == []


def test_the_lock_of_a_killed_process_is_gone(path: Path, make: Any) -> None:
    with other_writer(path) as process:
        process.kill()
        process.wait()
        assert path.with_name(path.name + ".writer").exists()
        with Store.open(path) as store:
            assert make.begin(store).number == 1
            note = json.loads(path.with_name(path.name + ".writer").read_text(encoding="utf-8"))
            assert note["pid"] == os.getpid()


def test_the_lock_goes_with_the_store(path: Path, make: Any) -> None:
    with Store.open(path) as first, Store.open(path) as second:
        make.begin(first)
        with pytest.raises(StoreError, match=f"process {os.getpid()}"):
            make.begin(second)
        first.close()
        assert make.begin(second).number == 2
        assert second.run(1).status == "interrupted"
    assert not path.with_name(path.name + ".writer").exists()


def test_readers_see_what_is_committed_while_another_process_writes(path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "endless", str(path), "busy", "5000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "begun"
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()))
        reader.start()
        seen = 0
        with Store.open(path, create=False) as store:
            for _ in range(10):
                told = len(lines)
                verification = store.verify()
                assert verification.problems == ()
                assert verification.count >= max(seen, told)
                seen = verification.count
                assert store.run(1).status == "running"
            assert seen > 0
        process.kill()
        process.wait()
        reader.join()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"pid": "x", "host": "h", "since": "2026-01-01"}',
        b'{"pid": 1, "host": "h", "since": "yesterday"}',
        b'{"pid": 1e999, "host": "h", "since": "2026-01-01"}',
        b"[" * 5000,
        b"x" * 10_000_000,
    ],
)
def test_a_note_nobody_can_read_decides_nothing(path: Path, note: bytes) -> None:
    path.parent.mkdir()
    holder, other = WriterLock(path), WriterLock(path)
    holder.acquire()
    try:
        path.with_name(path.name + ".writer").write_bytes(note)
        with pytest.raises(StoreError, match=r"Another process is writing to the store \("):
            other.acquire()
    finally:
        holder.release()
    other.acquire()
    other.release()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no harmless way to ask whether a process lives")
def test_a_note_of_a_process_that_is_gone_is_not_shown(path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    path.parent.mkdir()
    holder = WriterLock(path)
    holder.acquire()
    try:
        for pid in (gone.pid, 0, -1):
            note = {"pid": pid, "host": platform.node(), "since": "2026-01-01T00:00:00+00:00"}
            path.with_name(path.name + ".writer").write_text(json.dumps(note), encoding="utf-8")
            with pytest.raises(StoreError) as caught:
                WriterLock(path).acquire()
            assert str(pid) not in str(caught.value.message)
    finally:
        holder.release()


def test_a_note_from_elsewhere_is_made_harmless(path: Path) -> None:
    path.parent.mkdir()
    holder = WriterLock(path)
    holder.acquire()
    try:
        note = {"pid": 77, "host": "evil\x1b[2J\u202e", "since": "2026-01-01T00:00:00+00:00"}
        path.with_name(path.name + ".writer").write_text(json.dumps(note), encoding="utf-8")
        with pytest.raises(StoreError, match="process 77") as caught:
            WriterLock(path).acquire()
        assert "\x1b" not in str(caught.value)
        assert "\u202e" not in str(caught.value)
    finally:
        holder.release()


def test_looking_whether_the_lock_is_taken(path: Path) -> None:
    path.parent.mkdir()
    holder, other = WriterLock(path), WriterLock(path)
    assert not other.taken()
    holder.acquire()
    holder.acquire()  # twice is once
    assert holder.taken()
    assert other.taken()
    holder.release()
    holder.release()
    assert not other.taken()
    assert not holder.held


def test_two_writers_past_the_lock_cannot_break_the_chain(path: Path, make: Any) -> None:
    """Somebody removed the lock file: the chain's head is read inside the transaction, so it stays one chain."""
    with Store.open(path) as first:
        run = make.begin(first)
        path.with_name(path.name + ".lock").unlink()
        with Store.open(path) as second:
            second.claim()
            for turn in range(3):
                first.keep(run.number, [make.outcome(f"a{turn}")])
                second.keep(run.number, [make.outcome(f"b{turn}")])
            names = [one.outcome.endpoint for one in second.outcomes(run.number)]
            assert names == ["a0", "b0", "a1", "b1", "a2", "b2"]
            assert second.verify().problems == ()
