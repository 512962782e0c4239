"""Runs the real script in the shells of this machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from secaudit.model.capture import Capture
from secaudit.probe import compose, frame, new_nonce

SHELLS = {"sh": ["sh"], "dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"]}


@pytest.fixture(scope="session")
def shells() -> dict[str, list[str]]:
    """Shells that are installed here; nothing of this runs on Windows."""
    if os.name == "nt":
        pytest.skip("a POSIX shell is needed: the script is for Linux machines")
    return {name: command for name, command in SHELLS.items() if shutil.which(command[0])}


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that other accounts may enter; pytest's own is closed to them."""
    with tempfile.TemporaryDirectory(prefix="secaudit-probe-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def run(shells, room) -> Callable[..., Capture]:
    """Run the script, changed by ``edit``, as ``sh -s`` would; returns the framed answer."""

    def go(shell: str = "sh", *, edit: Callable[[str], str] = str, sudo: bool = False, user: int | None = None) -> Capture:
        if shell not in shells:
            pytest.skip(f"{shell} is not installed here")
        nonce = new_nonce()
        script = edit(compose("posix", nonce, sudo=sudo).stdin.decode())
        home = room / "home"
        home.mkdir(exist_ok=True)
        done = subprocess.run(
            [*shells[shell], "-s"],
            input=script.encode(),
            capture_output=True,
            check=False,
            cwd=home,
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(home), "TMPDIR": str(home), "LOGNAME": "tester"},
        )
        assert done.stderr == b""
        assert list(home.iterdir()) == [], "the script wrote a file"
        return frame("posix", nonce, done.stdout)

    return go


@pytest.fixture
def fake_sudo(room) -> Callable[[str], Path]:
    """A folder with a ``sudo`` of our own that writes down each call and then does what ``body`` says."""

    def make(body: str) -> Path:
        folder = room / "bin"
        folder.mkdir()
        log = folder / "calls"
        log.touch()
        log.chmod(0o666)
        sudo = folder / "sudo"
        sudo.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{log}\n{body}\n', encoding="ascii")
        sudo.chmod(0o755)
        return folder

    return make
