"""A look at the store that leaves no trace: what a preview needs."""

import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from secaudit.errors import StoreError
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.store import Store

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


def _kept(path, *names):
    with Store.open(path) as store:
        run = store.begin_run(started_at=NOW, who="test", way=Way.SSH, scope="all")
        store.keep(run.number, [Outcome(name, Way.SSH, Grade.A, Sight.REFUSED, NOW, NOW) for name in names])
        store.end_run(run.number, "finished", NOW)


def _folder(path):
    """Everything but the clock of reading; the log's index is shared memory that readers mark."""
    return {
        found.name: (found.stat().st_ino, found.stat().st_mtime_ns, found.read_bytes())
        for found in path.iterdir()
        if not found.name.endswith("-shm")
    }


def test_a_look_changes_nothing_not_even_for_a_moment(tmp_path):
    _kept(tmp_path / "s.sqlite", "a", "b")
    before, folder = _folder(tmp_path), tmp_path.stat().st_mtime_ns
    with Store.peek(tmp_path / "s.sqlite") as store:
        assert set(store.latest(NOW, 30)) == {"a", "b"}
        assert tmp_path.stat().st_mtime_ns == folder, "no file came, so none had to go"
    assert (_folder(tmp_path), tmp_path.stat().st_mtime_ns) == (before, folder)


def test_a_look_while_somebody_writes_sees_what_is_finished_and_takes_no_lock(tmp_path):
    path = tmp_path / "s.sqlite"
    _kept(path, "a")
    with Store.open(path) as writer:
        run = writer.begin_run(started_at=NOW, who="test", way=Way.SSH, scope="all")
        writer.keep(run.number, [Outcome("b", Way.SSH, Grade.A, Sight.REFUSED, NOW, NOW)])
        before = _folder(tmp_path)
        with Store.peek(path) as store:
            assert set(store.latest(NOW, 30)) == {"a", "b"}
        assert _folder(tmp_path) == before
        writer.keep(run.number, [Outcome("c", Way.SSH, Grade.A, Sight.REFUSED, NOW, NOW)])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_log_of_a_killed_writer_is_read_and_left_where_it_is(tmp_path):
    path = tmp_path / "s.sqlite"
    _kept(path, "a")
    script = (
        "import sys, os, signal; from pathlib import Path; from datetime import datetime, UTC\n"
        "from secaudit.store import Store; from secaudit.model.outcome import *\n"
        "now = datetime(2026, 12, 1, 8, tzinfo=UTC); store = Store.open(Path(sys.argv[1]))\n"
        "run = store.begin_run(started_at=now, who='t', way=Way.SSH, scope='all')\n"
        "store.keep(run.number, [Outcome('b', Way.SSH, Grade.A, Sight.REFUSED, now, now)])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    before = _folder(tmp_path)
    assert any(name.endswith("-wal") and content for name, (_, _, content) in before.items())
    with Store.peek(path) as store:
        assert set(store.latest(NOW, 30)) == {"a", "b"}
    assert _folder(tmp_path) == before


def test_nothing_can_be_written_through_a_look(tmp_path):
    _kept(tmp_path / "s.sqlite", "a")
    connection = Store.peek(tmp_path / "s.sqlite")
    with connection as store, store._database.read() as reading, pytest.raises(Exception, match="readonly"):
        reading.exec_driver_sql("DELETE FROM runs")


def test_another_schema_is_refused_and_not_migrated(tmp_path):
    path = tmp_path / "s.sqlite"
    _kept(path, "a")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    before = _folder(tmp_path)
    with pytest.raises(StoreError, match="0000") as caught:
        Store.peek(path)
    assert "runs list" in str(caught.value)
    assert _folder(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"x" * 5000], ids=["empty", "foreign"])
def test_what_is_no_store_is_refused(tmp_path, content):
    (tmp_path / "s.sqlite").write_bytes(content)
    with pytest.raises(StoreError):
        Store.peek(tmp_path / "s.sqlite")
    with pytest.raises(StoreError):
        Store.peek(tmp_path / "nobody.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["s.sqlite"]
