"""Where a store may lie, and what is refused in its place."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import StoreError
from secaudit.store import Store

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
SCRIPT = Path(__file__).with_name("writer_process.py")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@POSIX
def test_files_and_folder_are_closed_to_others(path: Path, make: Any) -> None:
    before = os.umask(0)
    try:
        with Store.open(path) as store:
            store.keep(make.begin(store).number, [make.outcome()])
            names = sorted(entry.name for entry in path.parent.iterdir())
            modes = {mode(entry) for entry in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert names == [f"secaudit.db{end}" for end in ("", "-shm", "-wal", ".lock", ".writer")]
    assert modes == {0o600}
    assert mode(path.parent) == 0o700


@POSIX
def test_a_file_that_became_open_is_closed_again(path: Path, make: Any) -> None:
    Store.open(path).close()
    path.chmod(0o644)
    with Store.open(path) as store:
        make.begin(store)
        assert mode(path) == 0o600
        assert mode(path.with_name(path.name + "-wal")) == 0o600


@POSIX
def test_a_folder_everybody_can_write_to_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o777)
    with pytest.raises(StoreError, match="Everybody") as caught:
        Store.open(path)
    assert "chmod" in str(caught.value.hint)
    assert list(path.parent.iterdir()) == []


@POSIX
def test_no_new_store_in_a_folder_of_another_account(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(path.parent, 4321, -1)
    Store.open(path).close()  # root may use any folder, the owner his own
    monkeypatch.setattr(os, "geteuid", lambda: 777)
    with pytest.raises(StoreError, match="another account"):
        Store.open(path.with_name("other.db"))
    assert not path.with_name("other.db").exists()


@POSIX
def test_a_link_in_place_of_the_file_is_refused(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    target = tmp_path / "precious"
    target.write_bytes(b"")
    path.symlink_to(target)
    with pytest.raises(StoreError, match="regular file"):
        Store.open(path)
    path.unlink()
    path.symlink_to(tmp_path / "nothing")
    with pytest.raises(StoreError, match="regular file"):
        Store.open(path)
    assert target.read_bytes() == b""
    assert not (tmp_path / "nothing").exists()


@POSIX
def test_a_linked_folder_is_followed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir(mode=0o700)
    path.parent.symlink_to(tmp_path / "disk")
    Store.open(path).close()
    assert (tmp_path / "disk" / path.name).is_file()
    (tmp_path / "disk").chmod(0o777)
    with pytest.raises(StoreError, match="Everybody"):
        Store.open(path)


@POSIX
def test_a_pipe_does_not_hold_us_up(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    with pytest.raises(StoreError, match="regular file"):
        Store.open(path)


def test_a_folder_is_no_file_and_a_file_no_folder(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="regular file"):
        Store.open(path)
    path.rmdir()
    path.write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        Store.open(path / "inside.db")
    assert caught.value.hint is not None


def test_no_store_yet(path: Path) -> None:
    with pytest.raises(StoreError, match="no store here yet") as caught:
        Store.open(path, create=False)
    assert "secaudit scan" in str(caught.value.hint)
    assert not path.parent.exists()
    path.parent.mkdir()
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="no store here yet"):
        Store.open(path, create=False)
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "content", [b"hello, I am a letter\n" * 100, b"x", b"\x00" * 8192, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        Store.open(path)
    assert caught.value.where == str(path)
    assert caught.value.hint is not None
    assert path.read_bytes() == content


def test_a_database_of_another_program(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE letters (id INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a secaudit store"):
        Store.open(path)
    assert path.read_bytes() == before


def test_damaged_pages_are_said_not_fallen_over(path: Path, make: Any) -> None:
    with Store.open(path) as store:
        run = make.begin(store)
        store.keep(run.number, [make.outcome(f"pc-{number}") for number in range(300)])
    content = bytearray(path.read_bytes())
    for page in range(8, len(content) // 4096, 3):
        content[page * 4096 : page * 4096 + 300] = os.urandom(300)
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught, Store.open(path) as store:
        assert store.verify().problems != ()
        store.captures_of(range(300))
    assert caught.value.hint is not None


def test_a_file_cut_in_half(path: Path, make: Any) -> None:
    with Store.open(path) as store:
        store.keep(make.begin(store).number, [make.outcome(f"pc-{number}") for number in range(300)])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    with pytest.raises(StoreError), Store.open(path) as store:
        assert store.verify().problems != ()
        store.keep(make.begin(store).number, [make.outcome(f"more-{number}") for number in range(300)])


@pytest.fixture
def ordinary() -> list[str]:
    """What a command starts with so that rights count for it: root overrides them all unless that is taken away."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root without setpriv cannot be refused anything")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]


@pytest.fixture
def locked_folder(path: Path, make: Any) -> Iterator[Path]:
    """A store with one finished run, in a folder that can be read but not written."""
    with Store.open(path) as store:
        store.keep(make.begin(store).number, [make.outcome()])
        store.end_run(1, "finished", make.noon)
    path.with_name(path.name + ".lock").unlink()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    yield path
    path.parent.chmod(0o700)
    path.chmod(0o600)


@POSIX
def test_a_read_only_store_can_be_read_and_says_why_it_cannot_be_written(locked_folder: Path, ordinary: list[str]) -> None:
    before = locked_folder.read_bytes()
    code = (
        "import sys; from pathlib import Path; from secaudit.store import Store\n"
        "with Store.open(Path(sys.argv[1])) as store:\n"
        "    print(len(store.outcomes(1)), len(store.captures_of([1])), store.verify().problems)"
    )
    command = [*ordinary, sys.executable, "-c", code, str(locked_folder)]
    read = subprocess.run(command, capture_output=True, text=True, check=True)
    assert read.stdout == "1 1 ()\n"
    command = [*ordinary, sys.executable, str(SCRIPT), "once", str(locked_folder)]
    written = subprocess.run(command, capture_output=True, text=True, check=False)
    assert written.returncode == 6, written.stderr
    assert written.stdout.startswith(f"refused {locked_folder}: ")
    assert "read-only" in written.stdout
    assert locked_folder.read_bytes() == before
    assert [entry.name for entry in locked_folder.parent.iterdir()] == ["secaudit.db"]


@POSIX
def test_a_folder_that_cannot_be_written_gets_no_new_store(locked_folder: Path, ordinary: list[str]) -> None:
    command = [*ordinary, sys.executable, str(SCRIPT), "once", str(locked_folder.with_name("other.db"))]
    written = subprocess.run(command, capture_output=True, text=True, check=False)
    assert written.returncode == 6, written.stderr
    assert "read-only" in written.stdout
    assert "other.db" in written.stdout
