"""``secaudit access recipe``: a script on standard output, in the session's language, and refusals in one sentence."""

import pytest

from secaudit.cli.exits import ExitCode
from secaudit.probe import compose
from tests.probe.test_recipe import KEY


@pytest.mark.parametrize("system", ["linux", "windows"])
def test_the_recipe_is_printed_whole_for_a_key_and_a_network(secaudit, tmp_path, system):
    (tmp_path / "key.pub").write_text(KEY, encoding="ascii")
    words = ("access", "recipe", system, "--user", "kiem-tra", "--key", tmp_path / "key.pub", "--from", "127.9.0.0/16")
    done = secaudit(*words, SECAUDIT_LANG="vi")
    assert done.returncode == ExitCode.WELL
    assert done.stderr == ""
    assert "kiểm tra an ninh mạng" in done.stdout
    assert 'restrict,from="127.9.0.0/16" ssh-ed25519 ' in done.stdout
    assert "Match User kiem-tra" in done.stdout


def test_what_is_missing_is_said_beside_the_recipe(secaudit):
    done = secaudit("access", "recipe", "linux")
    assert done.returncode == ExitCode.WELL
    assert "PUBLIC-KEY-OF-THE-AUDITOR" in done.stderr
    assert "--from" in done.stderr
    assert "audit ALL=(root) NOPASSWD: /usr/bin/timeout 15 /usr/sbin/nft -nn list ruleset\n" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--user", "a;b"),
        ("--key", "missing.pub"),
        ("--key", "private"),
        ("--key", "."),
        ("--from", "anywhere"),
    ],
)
def test_a_bad_value_is_refused_before_anything_is_printed(secaudit, tmp_path, words):
    (tmp_path / "private").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nbi-mat\n", encoding="ascii")
    done = secaudit("access", "recipe", "linux", *words)
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert "bi-mat" not in done.stderr


@pytest.mark.parametrize("sudo", [True, False])
def test_what_is_shown_is_what_is_sent_with_sudo_and_without(secaudit, sudo):
    done = secaudit("probe", "show", "posix", *(("--sudo",) if sudo else ()))
    request = compose("posix", "0" * 32, sudo=sudo)
    assert done.returncode == ExitCode.WELL
    assert f"\n{request.command}\n" in done.stdout
    assert done.stdout.endswith(request.stdin.decode())
