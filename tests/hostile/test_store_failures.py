"""A disk that is full, a store that may not be written or is none: exit 6, a sentence, and the finished part intact."""

import json
import os
import shutil
import sqlite3
import sys

import pytest

from secaudit.cli.exits import ExitCode
from secaudit.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and rights of POSIX systems")


@pytest.fixture(name="empty")
def without_store(range_):
    """The range with nothing gathered yet."""
    for path in range_.workspace.glob("store.sqlite*"):
        path.unlink()
    return range_


def _first_scan(range_):
    """Evidence of two machines."""
    done = range_.run(range_.scan("--endpoint", "good-1", "--endpoint", "good-2"))
    assert done.returncode == ExitCode.FAILURES, done.stderr


def _sentence(done, *words):
    """One clear message with what to do next, no trace."""
    assert done.returncode == ExitCode.STORE, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "→" in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def _limited(command, size):
    """The same command, not allowed to write files larger than ``size`` bytes: what a full disk looks like to a program."""
    code = f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
    code += "sys.argv = ['secaudit', *sys.argv[1:]]\nrunpy.run_module('secaudit', run_name='__main__', alter_sys=True)"
    return [command[0], "-c", code, *command[3:]]


def test_a_disk_that_fills_up_during_a_scan(empty):
    _first_scan(empty)
    size = sum(path.stat().st_size for path in empty.workspace.glob("store.sqlite*"))
    done = empty.run(_limited(empty.scan("--all"), size + 40_000))
    _sentence(done)
    with Store.open(empty.workspace / "store.sqlite") as store:
        assert store.verify().intact
        kept = sorted(stored.outcome.endpoint for stored in store.outcomes(1))
        assert kept == ["good-1", "good-2"]
    again = empty.run([*empty.scan("--endpoint", "good-3"), "--format", "json"])
    assert json.loads(again.stdout)["seen"] == 1, "with room again the next scan goes on"


def test_a_workspace_that_may_only_be_read(empty):
    """Figures and reports still come out of it; a scan says that it cannot keep anything, before it asks a machine."""
    _first_scan(empty)
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root without setpriv cannot be refused anything")
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"] if os.geteuid() == 0 else []
    for path in empty.workspace.glob("store.sqlite*"):
        path.chmod(0o400)
    empty.workspace.chmod(0o500)
    try:
        before = len(empty.lab.offers)
        _sentence(empty.run([*bound, *empty.scan("--all")]))
        assert len(empty.lab.offers) == before, "no machine was asked"
        measured = empty.run([*bound, *empty.command("measure")])
        assert measured.returncode in (ExitCode.FAILURES, ExitCode.INCOMPLETE), measured.stderr
        page = empty.home / "elsewhere.html"
        assert empty.run([*bound, *empty.command("report"), "--out", str(page)]).returncode in (3, 4)
        assert page.exists()
    finally:
        empty.workspace.chmod(0o700)
        for path in empty.workspace.glob("store.sqlite*"):
            path.chmod(0o600)


def test_files_that_are_no_store(empty):
    path = empty.workspace / "store.sqlite"
    path.write_bytes(b"PK\x03\x04 a workbook, perhaps" * 500)
    path.chmod(0o600)
    for command in (empty.scan(), empty.command("measure"), empty.command("verify", inventory=False)):
        _sentence(empty.run(command), "store.sqlite")
    assert path.read_bytes().startswith(b"PK"), "what is not ours is left alone"


def test_a_store_that_is_a_link_or_lies_where_others_can_write(empty, tmp_path):
    outside = tmp_path / "outside.sqlite"
    outside.write_bytes(b"")
    link = empty.workspace / "store.sqlite"
    link.symlink_to(outside)
    try:
        _sentence(empty.run(empty.scan("--endpoint", "good-1")))
    finally:
        link.unlink()
    assert outside.read_bytes() == b""
    empty.workspace.chmod(0o777)
    try:
        _sentence(empty.run(empty.scan("--endpoint", "good-1")))
    finally:
        empty.workspace.chmod(0o700)


def test_a_tampered_store_is_found(empty):
    _first_scan(empty)
    path = empty.workspace / "store.sqlite"

    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE outcomes SET sight = 'refused' WHERE number = 1")
    connection.close()
    done = empty.run(empty.command("verify", inventory=False))
    assert done.returncode == ExitCode.STORE
    assert "1" in done.stderr + done.stdout
