"""Names, host keys and addresses that people (or somebody else) left lying about."""

import json
import os
import subprocess
import sys
import time

import pytest

from secaudit.cli.exits import ExitCode
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from tests.hostile.conftest import answer, clean_environment, control_characters, make_range

# Stands in for the system's resolver: names in a test ask nobody outside this machine.
RESOLVER = """
import runpy, socket, sys, time
true = socket.getaddrinfo
def known(host, port, *rest, **more):
    if host == "nobody.tinh.test":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known \\x1b[31m")
    if host == "dead.tinh.test":
        time.sleep(3600)
    if host == "two.tinh.test":
        return true("127.28.43.1", port, *rest, **more) + true("127.28.41.1", port, *rest, **more)
    if host == "empty.tinh.test":
        return []
    return true(host, port, *rest, **more)
socket.getaddrinfo = known
sys.argv = ["secaudit", *sys.argv[1:]]
runpy.run_module("secaudit", run_name="__main__", alter_sys=True)
"""
IDS = {
    "good": "127.28.41.1",
    "named": "two.tinh.test",
    "nobody": "nobody.tinh.test",
    "dead": "dead.tinh.test",
    "empty": "empty.tinh.test",
}


@pytest.fixture(name="small")
def small_range(tmp_path):
    """One machine that answers and names of every kind."""
    machines = {"127.28.41.1": Machine(answer="good")}
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[fresh_key(tmp_path / "key")], answerer=answer) as lab:
        yield make_range(tmp_path, lab, IDS, {})


def scan(province, *arguments):
    return province.command(
        "scan", "--no-agent", "--identity", str(province.home / "key"), "--user", "audit", "--deadline", "5", *arguments
    )


def clear(done, code):
    """A sentence with a next step, nothing live, no trace."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert control_characters(done.stdout + done.stderr) == []
    return done.stderr


def test_names_that_resolve_to_nothing_or_never(small):
    known = small.workspace / "known_hosts"
    line = next(text for text in known.read_text(encoding="utf-8").splitlines() if not text.startswith("#"))
    known.write_text(f"{line}\n{line.replace('127.28.41.1', 'two.tinh.test')}\n", encoding="utf-8")
    command = scan(small, "--format", "json")
    done = small.run([command[0], "-c", RESOLVER, *command[3:]])
    clear(done, ExitCode.INCOMPLETE)
    shown = small.run([*small.command("runs", "show", "1", inventory=False), "--format", "json"])
    found = {outcome["endpoint"]: outcome["sight"] for outcome in json.loads(shown.stdout)["outcomes"]}
    assert found == {"good": "seen", "named": "seen", "nobody": "dns", "empty": "dns", "dead": "timeout"}


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"\x1b]0;owned\x07 ssh-ed25519 AAAA\n", ExitCode.INCOMPLETE, "cannot be read"),
        (b"* ssh-ed25519 " + b"A" * 3_000_000 + b"\n", ExitCode.INCOMPLETE, "cannot be read"),
        (b"\0" * 10_000, ExitCode.INCOMPLETE, "cannot be read"),
        (b"\xff\xfe\n@cert-authority * ssh-rsa AAAA\n", ExitCode.INCOMPLETE, "cannot be read"),
        (b"@revoked * \x1b[31mrubbish\n", ExitCode.DATA, "revoked"),
    ],
    ids=["escapes", "long", "zeros", "bytes", "revoked"],
)
def test_host_keys_nobody_can_read_confirm_nothing(small, content, code, words):
    (small.workspace / "known_hosts").write_bytes(content)
    said = clear(small.run(scan(small, "--endpoint", "good")), code)
    assert words in said
    assert small.lab.offers == []


@pytest.mark.skipif(os.name == "nt", reason="pipes and rights of POSIX systems")
def test_host_keys_that_are_a_pipe_or_open_to_everybody(small):
    known = small.workspace / "known_hosts"
    known.chmod(0o666)
    assert "chmod" in clear(small.run(scan(small, "--endpoint", "good")), ExitCode.USAGE)
    known.unlink()
    os.mkfifo(known)
    assert "regular file" in clear(small.run(scan(small, "--endpoint", "good")), ExitCode.USAGE)
    assert small.lab.offers == []


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux only")
@pytest.mark.parametrize("name", [b"\x1b]0;owned\x07", b"\xff\xfe", "\u202egnp.yaml".encode(), b"--all", b"a\nb", b"[bold]x"])
def test_names_of_folders(small, name):
    """A folder's name stands in every message about its files."""
    folder = (small.home / "province").rename(small.home / os.fsdecode(name))
    path = str(folder)
    for command in (["inventory", "validate", path], ["classify", "--inventory", path]):
        good = subprocess.run([sys.executable, "-m", "secaudit", *command], env=clean_environment(), capture_output=True)
        said = (good.stdout + good.stderr).decode("utf-8")
        assert good.returncode in (0, 4), said
        assert control_characters(said) == []
    with (folder / "agencies" / "a.yaml").open("ab") as file:
        file.write(b"endpoints: [\n")
    bad = subprocess.run(
        [sys.executable, "-m", "secaudit", "inventory", "validate", path],
        env=clean_environment(), capture_output=True,
    )  # fmt: skip
    said = (bad.stdout + bad.stderr).decode("utf-8")
    assert bad.returncode == ExitCode.DATA, said
    assert control_characters(said) == []
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux only")
@pytest.mark.parametrize("name", [b"\x1b]0;owned\x07", b"\xff\xfe", "\u202egnp".encode()])
def test_names_of_workspaces(small, name):
    """The whole path from scan to report under a name that terminals act on."""
    folder = small.workspace.rename(small.home / os.fsdecode(name))

    def run(*arguments, inventory=True):
        command = small.command(*arguments, inventory=inventory)
        command[command.index("--workspace") + 1] = str(folder)
        return small.run(command)

    login = ["--no-agent", "--identity", str(small.home / "key"), "--user", "audit", "--deadline", "20"]
    clear(run("scan", *login, "--endpoint", "good"), ExitCode.FAILURES)
    for arguments in (["measure"], ["report"]):
        done = run(*arguments)
        clear(done, done.returncode)
        assert done.returncode in (3, 4)
    clear(run("runs", "show", "1", inventory=False), 0)
    clear(run("verify", inventory=False), 0)


def test_thousands_of_machines_with_one_address(small):
    """One mistake of copying, in time, and not one screen per machine."""
    rows = "".join(f"  - {{id: pc-{n}, kind: workstation, address: 127.28.41.9}}\n" for n in range(5000))
    file = small.home / "province" / "agencies" / "a.yaml"
    file.write_text(file.read_text(encoding="utf-8") + rows, encoding="utf-8")
    began = time.monotonic()
    done = small.run(scan(small))
    said = clear(done, ExitCode.DATA)
    assert "way in" in said
    assert len(said.splitlines()) < 2000
    assert time.monotonic() - began < 120
    assert small.lab.offers == []
