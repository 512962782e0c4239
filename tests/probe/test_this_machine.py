"""This machine, truly: the script runs here, and its facts are what an independent look says."""

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.facts import parse_facts
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the POSIX probe is for Linux machines")


@pytest.fixture
def facts(run):
    capture = run()
    assert capture.complete
    return parse_facts(capture, Knowledge(), datetime.now(UTC))


def known(facts, name):
    value = facts[name]
    assert isinstance(value, Known), value
    return value.value


def test_identity_release_and_kernel(facts):
    release = platform.freedesktop_os_release()
    assert known(facts, "os.family") == "linux"
    assert known(facts, "os.id") == release["ID"]
    assert known(facts, "os.name") == release["PRETTY_NAME"]
    if "VERSION_ID" in release:
        assert known(facts, "os.version") == release["VERSION_ID"]
    else:
        assert facts["os.version"] == Missing(MissingReason.ABSENT, "os-release")
    assert known(facts, "os.kernel") == os.uname().release
    assert known(facts, "machine.name") == socket.gethostname()
    assert known(facts, "probe.privileged") is (os.geteuid() == 0)
    assert known(facts, "probe.user") == "tester"


def test_clock(facts):
    assert abs(known(facts, "time.skew_seconds")) <= 120
    seconds = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    assert known(facts, "machine.uptime_days") in (int(seconds // 86_400), int((seconds - 600) // 86_400))


def test_accounts(facts):
    lines = [line.split(":") for line in Path("/etc/passwd").read_text(encoding="utf-8").splitlines() if line[:1] not in "+-#"]
    assert known(facts, "accounts.uid0") == [fields[0] for fields in lines if fields[2] == "0"]
    shells = {row["name"]: row["shell"] for row in known(facts, "accounts.login")}
    for fields in lines:
        if fields[6].endswith(("bash", "/sh", "dash", "zsh")):
            assert shells[fields[0]] == fields[6]
        if fields[6].endswith(("nologin", "/false")):
            assert fields[0] not in shells
    if os.geteuid() == 0:
        shadow = [line.split(":") for line in Path("/etc/shadow").read_text(encoding="utf-8").splitlines()]
        assert known(facts, "accounts.empty_password") == [fields[0] for fields in shadow if fields[1] == ""]
    else:
        assert facts["accounts.empty_password"].reason is MissingReason.DENIED


def test_pending_updates_agree_with_a_simulated_upgrade(facts):
    """Another way of asking: what apt-get says it would upgrade, and from where."""
    if not shutil.which("apt-get"):
        pytest.skip("no apt on this machine")
    if isinstance(facts["patch.pending"], Missing):
        assert facts["patch.pending"].reason is MissingReason.STALE
        pytest.skip("the package lists of this machine are too old to prove that nothing is pending")
    done = subprocess.run(
        ["apt-get", "-s", "-qq", "-o", "Debug::NoLocking=true", "-o", "Dir::Cache::pkgcache=", "dist-upgrade"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    rows = re.findall(r"^Inst (\S+) \[[^]]+\] \((.*)$", done.stdout, re.MULTILINE)
    upgrades = {name for name, _ in rows}
    security = {
        name for name, origin in rows if "Debian-Security:" in origin or re.search(r"Ubuntu:[^/]*/[^-]*-security", origin)
    }
    assert upgrades
    assert known(facts, "patch.pending") >= len(upgrades)
    names = facts["patch.pending_security_names"]
    if isinstance(names, Missing):  # old lists prove what is pending, never that nothing is
        assert names.reason is MissingReason.STALE
        assert not security
        assert facts["patch.pending_security"] == names
        return
    assert security <= set(known(facts, "patch.pending_security_names"))
    assert known(facts, "patch.pending_security") == len(known(facts, "patch.pending_security_names"))


def test_packages_that_are_installed_are_seen(run):
    if not shutil.which("dpkg-query"):
        pytest.skip("no dpkg on this machine")
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n"], capture_output=True, text=True, check=True
    )
    installed = {line.split()[1] for line in done.stdout.splitlines() if line[1] == "i"}
    body = run().by_name["packages"].body.decode()
    assert set(body.split()[1:]) == installed


def test_processes_of_the_system_are_seen(run):
    section = run().by_name["processes"]
    names = {line.split("\t")[1] for line in section.body.decode().splitlines()[1:]}
    first = Path("/proc/1/comm")
    if os.access(first, os.R_OK):
        assert first.read_text(encoding="utf-8").strip() in names
