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


SECRET = "bi-mat-khong-roi-may"
QUICK = 's_apt_updates() {\n  return "$ABSENT"\n'


@pytest.fixture
def sample(run, room):
    """Write files below one folder, let ``prefix`` of the script point there, and read one section."""

    def go(prefix: str, files: dict[str, str], name: str):
        for path, text in files.items():
            target = room / "root" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

        def edit(script: str) -> str:
            assert prefix in script
            script = script.replace("s_apt_updates() {\n", QUICK, 1)
            return script.replace(prefix, f"{room}/root{prefix}")

        section = run(edit=edit).by_name[name]
        assert SECRET.encode() not in section.body
        return section.status, section.body.decode().replace(f"{room}/root", "")

    return go


@pytest.fixture
def tools(run, room):
    """Put programs in front of the search path; each prints its text when its arguments start as given."""

    def go(name: str, **programs: tuple[str, str]):
        folder = room / "tools"
        folder.mkdir(exist_ok=True)
        for tool, (arguments, text) in {**programs, "id": ("-u", "0\n")}.items():
            program = folder / tool
            (folder / f"{tool}.txt").write_text(text, encoding="utf-8")
            program.write_text(
                f'#!/bin/sh\ncase "$*" in "{arguments}"*) cat "{folder}/{tool}.txt" ;; *) exit 3 ;; esac\n', encoding="ascii"
            )
            program.chmod(0o755)

        def edit(script: str) -> str:
            script = script.replace("s_apt_updates() {\n", QUICK, 1)
            return script.replace("PATH=/usr/local/sbin:", f"PATH={folder}:/usr/local/sbin:", 1)

        section = run(edit=edit).by_name[name]
        return section.status, section.body.decode()

    return go
