"""A disk, a quota or a limit that refuses to take more: a clear sentence, what was finished stays, and it goes on later."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import StoreError
from secaudit.store import FlawKind, Store

SCRIPT = Path(__file__).with_name("writer_process.py")


def large(make: Any, name: str) -> Any:
    return make.outcome(name, capture=make.capture(random.randbytes(20_000).hex()))


def test_a_full_store_goes_on_when_there_is_room_again(store: Store, make: Any, path: Path) -> None:
    """SQLite's own limit gives the same error as a full disk, on every platform."""
    run = make.begin(store)
    store.keep(run.number, [large(make, "pc-0")])
    with store._database.maintain() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 40}")
    number = 1
    with pytest.raises(StoreError, match="disk is full") as caught:
        while number < 100:
            store.keep(run.number, [large(make, f"pc-{number}"), large(make, f"pc-{number + 1}")])
            number += 2
    assert caught.value.where == str(path)
    assert "is kept" in str(caught.value.hint)
    assert [one.outcome.endpoint for one in store.outcomes(run.number)] == [f"pc-{place}" for place in range(number)]
    assert store.verify().problems == ()
    with store._database.maintain() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    [again] = store.keep(run.number, [large(make, f"pc-{number}")])
    assert again.number == number + 1
    assert store.end_run(run.number, "finished", make.noon).status == "finished"
    assert store.verify().problems == ()


def finished_part(path: Path, lines: list[str], make: Any) -> None:
    """Everything acknowledged is there, and the next run goes on."""
    acknowledged = [line.split() for line in lines if line.strip() and line[0].isdigit()]
    assert acknowledged
    with Store.open(path, create=False) as store:
        kept = {one.outcome.endpoint: str(one.number) for one in store.outcomes(1)}
        assert {endpoint: number for number, endpoint, _ in acknowledged} == kept
        assert [flaw.kind for flaw in store.verify().problems] == [FlawKind.OPEN]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_limit_on_file_sizes(path: Path, make: Any) -> None:
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000));"
        "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-c", limited, str(SCRIPT), "endless", str(path), "small", "30000"]
    process = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert process.returncode == 6, process.stderr
    *lines, last = process.stdout.splitlines()
    assert last.startswith(f"refused {path}: ")
    assert "is kept" in last
    finished_part(path, lines, make)
    with Store.open(path) as store:
        store.keep(make.begin(store).number, [make.outcome()])
        assert store.verify().problems == ()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> None:
    """To the last byte: what the disk says of its free room may be a little off."""
    with (folder / "filler").open("ab", buffering=0) as filler, pytest.raises(OSError, match="No space"):
        while True:
            filler.write(os.urandom(4096))


@pytest.mark.lab
def test_a_disk_that_really_fills_up(small_disk: Path, make: Any) -> None:
    path = small_disk / "secaudit.db"
    (small_disk / "reserve").write_bytes(bytes(2_200_000))
    command = [sys.executable, str(SCRIPT), "endless", str(path), "disk", "30000"]
    process = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert process.returncode == 6, process.stderr
    *lines, last = process.stdout.splitlines()
    assert "The disk is full" in last
    fill(small_disk)
    finished_part(path, lines, make)  # read on a disk without a free byte
    fill(small_disk)  # closing the store may have made room: its log goes into the file
    command = [sys.executable, str(SCRIPT), "once", str(path), "1000000"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 6, refused.stderr
    assert "is full" in refused.stdout
    fresh = subprocess.run(
        [sys.executable, str(SCRIPT), "once", str(small_disk / "new.db")], capture_output=True, text=True, check=False
    )
    assert fresh.returncode == 6, fresh.stderr
    assert "is full" in fresh.stdout
    (small_disk / "reserve").unlink()
    with Store.open(path) as store:
        store.keep(make.begin(store).number, [make.outcome()])
        assert store.verify().problems == ()
    Store.open(small_disk / "new.db").close()


@pytest.mark.lab
def test_a_disk_mounted_read_only(small_disk: Path, make: Any) -> None:
    path = small_disk / "secaudit.db"
    with Store.open(path) as store:
        store.keep(make.begin(store).number, [make.outcome()])
        store.end_run(1, "finished", make.noon)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with Store.open(path, create=False) as store:
        assert store.verify().count == 1
        assert len(store.captures_of([1])) == 1
        with pytest.raises(StoreError, match="read-only") as caught:
            make.begin(store)
        assert caught.value.hint is not None
        assert len(store.outcomes(1)) == 1
    with pytest.raises(StoreError, match="read-only"):
        Store.open(small_disk / "other.db")
