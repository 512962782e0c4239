"""The recipes for access: whole scripts, the same commands in both languages, nothing of an input becomes a command."""

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from secaudit.errors import ProbeError
from secaudit.probe import recipe
from secaudit.probe.privileges import sudoers
from secaudit.probe.recipe import public_key

PARSER = Parser(Language(tree_sitter_powershell.language()))
BLOB = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)).decode()
KEY = f"ssh-ed25519 {BLOB} auditor@province\n"
SYSTEMS = pytest.mark.parametrize("system", ["linux", "windows"])
LANGUAGES = pytest.mark.parametrize("language", ["vi", "en"])


def commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not re.match(r"# |#$", line)]


@SYSTEMS
def test_both_languages_give_the_same_commands_with_their_own_words(system):
    vi, en = (recipe(system, language, user="kiem-tra", key=KEY, sources=["127.9.0.0/16"]) for language in ("vi", "en"))
    assert commands(vi) == commands(en)
    assert vi != en
    assert "kiểm tra an ninh mạng" in vi
    assert en.isascii()
    for text in (vi, en):
        assert not re.search(r"@[A-Z]+@|^#(vi|en)", text, re.MULTILINE)
        steps = re.findall(r"^# (\d)\. ", text, re.MULTILINE)
        assert steps == [str(number) for number in range(1, len(steps) + 1)]
        assert len(steps) >= 6


@LANGUAGES
def test_the_linux_recipe_is_a_shell_script_without_a_complaint(language, tmp_path):
    script = tmp_path / "recipe.sh"
    script.write_text(recipe("linux", language, user="audit", key=KEY, sources=["127.9.0.1"]), encoding="utf-8")
    beside = Path(sys.executable).with_name("shellcheck")
    program = str(beside) if beside.exists() else shutil.which("shellcheck")
    assert program, "shellcheck comes with the development requirements"
    done = subprocess.run([program, "-s", "sh", str(script)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


@LANGUAGES
def test_the_windows_recipe_is_powershell(language):
    text = recipe("windows", language, user="audit", key=KEY, sources=["127.9.0.0/16", "::1"])
    assert not PARSER.parse(text.encode()).root_node.has_error
    assert "$from = '127.9.0.0/16', '::1/128'" in text


def test_the_linux_recipe_holds_the_sudoers_file_of_the_probe():
    text = recipe("linux", "en", user="audit")
    between = text.split("<<'SECAUDIT_SUDOERS'\n")[1].split("SECAUDIT_SUDOERS\n")[0]
    assert between == sudoers("audit")


@SYSTEMS
def test_the_key_is_restricted_and_bound_to_the_addresses(system):
    text = recipe(system, "en", user="audit", key=KEY, sources=["127.9.0.0/16", "127.8.0.1"])
    line = f'restrict,from="127.9.0.0/16,127.8.0.1/32" ssh-ed25519 {BLOB} auditor@province'
    assert line in text
    assert "command=" not in text


@SYSTEMS
def test_what_was_not_given_stands_as_words_that_nothing_takes_for_a_value(system):
    text = recipe(system, "en", user="audit")
    assert "restrict ssh-ed25519 PUBLIC-KEY-OF-THE-AUDITOR" in text
    with pytest.raises(ProbeError):
        public_key("ssh-ed25519 PUBLIC-KEY-OF-THE-AUDITOR")
    if system == "windows":
        assert "$from = 'ADDRESS-OF-THE-AUDITOR'" in text


@SYSTEMS
def test_groups_and_rights_of_windows_are_named_by_number_and_passwords_are_nowhere(system):
    text = recipe(system, "en", user="audit", key=KEY)
    assert not re.search(r"Administrators:F|'Administrators'|-Group 'Users'", text)
    assert not re.search(r"PasswordAuthentication yes|NOPASSWD: ALL|PermitRootLogin", text)


@SYSTEMS
@pytest.mark.parametrize("user", ["", "a b", "a;b", "$(id)", "a'b", "-a", "A", "a\n", "@KEYLINE@", "x" * 21, "Quản"])
def test_a_name_that_could_be_more_than_a_name_is_refused(system, user):
    with pytest.raises(ProbeError):
        recipe(system, "vi", user=user)


@SYSTEMS
@pytest.mark.parametrize("source", ["", "any", "0", "10.0.0.1/8", "127.0.0.1' ; x", "127.0.0.1,10.0.0.0/8", "host.local", '"'])
def test_what_is_no_network_is_refused(system, source):
    with pytest.raises(ProbeError):
        recipe(system, "vi", user="audit", sources=[source])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n",
        "ssh-ed25519",
        "ssh-ed25519 not-base64!",
        f"ssh-rsa {BLOB}",
        f"ssh-ed25519 {BLOB}\nssh-ed25519 {BLOB}\n",
        f'command="sh" ssh-ed25519 {BLOB}',
        f"ssh-ed25519-cert-v01@openssh.com {BLOB}",
        f"ssh-dss {BLOB}",
        f"ssh-ed25519 {BLOB[:8]}",
    ],
)
def test_what_is_no_single_public_key_is_refused(text):
    with pytest.raises(ProbeError):
        public_key(text)


@SYSTEMS
def test_a_comment_of_a_key_is_only_a_comment(system):
    hostile = f"ssh-ed25519 {BLOB} x'\\n$(touch /tmp/ran)`id` SECAUDIT_KEY @USER@\n"
    assert public_key(hostile) == f"ssh-ed25519 {BLOB} x-n-touch-tmp-ran-id-SECAUDIT_KEY-@USER@"
    text = recipe(system, "en", user="audit", key=hostile)
    assert "x-n-touch-tmp-ran-id-SECAUDIT_KEY-@USER@" in text, "nothing is filled into what was filled in"
    assert "$(touch" not in text
