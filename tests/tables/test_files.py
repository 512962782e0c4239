"""What is given as a file and is none, or no file one would read, is refused before it is read."""

import os
import socket
from pathlib import Path

import pytest

from secaudit.errors import IntakeError
from secaudit.tables.reading import TableLimits, read_body


def refused(path: Path, **limits) -> str:
    with pytest.raises(IntakeError) as caught:
        read_body(path, TableLimits(**limits))
    (problem,) = caught.value.problems
    assert problem.path == str(path) and problem.hint
    return str(problem.message)


def test_a_file_is_read_whole(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"a,b\n")
    assert read_body(tmp_path / "x.csv") == b"a,b\n"


def test_what_is_no_file_is_refused(tmp_path):
    assert "no such file" in refused(tmp_path / "nothing")
    assert "not a file" in refused(tmp_path)
    assert refused(Path("a\0b"))
    assert refused(tmp_path / ("x" * 5000))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_devices_and_sockets_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "not a file" in refused(tmp_path / "pipe")
    assert "not a file" in refused(Path("/dev/zero"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert "not a file" in refused(tmp_path / "s")


def test_a_large_file_is_refused_without_being_read(tmp_path):
    with (tmp_path / "large.csv").open("wb") as stream:
        stream.truncate(1 << 40)
    assert "64 MB" in refused(tmp_path / "large.csv")
    (tmp_path / "x.csv").write_bytes(b"a,b\n" * 100)
    assert "MB" in refused(tmp_path / "x.csv", max_bytes=399)
    assert len(read_body(tmp_path / "x.csv", TableLimits(max_bytes=400))) == 400
