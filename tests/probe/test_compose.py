"""What is sent: constant, complete, plain, and shown before it is sent."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from secaudit.errors import ProbeError
from secaudit.probe import bootstrap, bootstrap_digest, compose, new_nonce, platform_for, show

DOCS = Path(__file__).parents[2] / "docs" / "probe.md"


@pytest.mark.parametrize("platform", ["posix", "windows"])
@pytest.mark.parametrize("nonce", ["", "xyz", "0" * 31, "0" * 33, "G" * 32, "0" * 31 + "\n", "'; rm -rf /; '" + "0" * 18])
def test_only_a_number_of_ours_gets_into_a_script(platform, nonce):
    with pytest.raises(ProbeError):
        compose(platform, nonce)


@pytest.mark.parametrize("platform", ["posix", "windows"])
def test_the_command_never_changes_and_the_number_stands_once(platform):
    one, two = new_nonce(), new_nonce()
    first, second = compose(platform, one), compose(platform, two)
    assert first.command == second.command
    assert first.stdin.replace(one.encode(), b"") == second.stdin.replace(two.encode(), b"")
    assert first.stdin.count(one.encode()) == 1
    assert one not in first.command
    first.stdin.decode("ascii")
    assert b"\r" not in first.stdin
    assert b"@NONCE@" not in first.stdin


def test_commands_mean_the_same_in_every_login_shell():
    assert compose("posix", "0" * 32).command == "exec sh -s"
    command = compose("windows", "0" * 32).command
    assert re.fullmatch(r"[A-Za-z0-9 .+/=-]+", command)
    assert len(command) < 3_000


def test_with_sudo_the_same_script_is_sent_once():
    nonce = new_nonce()
    plain, elevated = compose("posix", nonce).stdin.decode(), compose("posix", nonce, sudo=True).stdin.decode()
    assert plain.replace("SUDO='no'", "SUDO='yes'", 1) == elevated
    assert plain != elevated
    assert "@SUDO@" not in plain
    assert compose("windows", nonce, sudo=True) == compose("windows", nonce)


def test_show_prints_exactly_what_would_be_sent():
    for platform in ("posix", "windows"):
        request = compose(platform, "0" * 32)
        text = show(platform)
        assert request.command in text
        assert text.endswith(request.stdin.decode())
    assert bootstrap() in show("windows")
    assert compose("posix", "0" * 32, sudo=True).stdin.decode() in show("posix", sudo=True)


def test_the_command_is_the_bootstrap_and_its_published_hash():
    command = compose("windows", "0" * 32).command
    coded = command.rpartition(" ")[2]
    assert base64.b64decode(coded).decode("utf-16-le") == bootstrap()
    assert hashlib.sha256(command.encode()).hexdigest() == bootstrap_digest()
    published = re.findall(r"`([0-9a-f]{64})`", DOCS.read_text(encoding="utf-8"))
    assert published == [bootstrap_digest()]


@pytest.mark.parametrize(
    ("os", "version", "platform"),
    [
        ("windows", "SSH-2.0-OpenSSH_for_Windows_9.5", "windows"),
        ("linux", "SSH-2.0-OpenSSH_for_Windows_8.1", "windows"),
        (None, "SSH-2.0-OpenSSH_for_Windows_8.1", "windows"),
        ("windows", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", "posix"),
        ("windows", "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13", "posix"),
        ("windows", "SSH-2.0-9.99 FlowSsh: Bitvise SSH Server (WinSSHD)", "windows"),
        ("linux", "SSH-2.0-OpenSSH_9.9", "posix"),
        (None, "", "posix"),
        ("other", "SSH-2.0-dropbear", "posix"),
        ("windows", "", "windows"),
        ("windows", "SSH-2.0-secaudit-lab_OpenSSH_for_Windows", "windows"),
        ("linux", "SSH-2.0-secaudit-lab_OpenSSH", "posix"),
    ],
)
def test_the_banner_decides_when_it_names_a_system(os, version, platform):
    assert platform_for(os, version) == platform
