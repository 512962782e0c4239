"""The page that a monitoring centre copies from: every hash and every line on it is that of the program."""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from secaudit.probe import bootstrap, bootstrap_digest, compose, show
from secaudit.probe.courier import courier_bootstrap

PAGE = Path(__file__).parents[2] / "docs" / "allow-list.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMAND = compose("windows", "0" * 32).command


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_hashes_are_those_of_the_program():
    coded = base64.b64decode(COMMAND.rpartition(" ")[2])
    assert re.findall(r"\| `([0-9a-f]{64})` \|", TEXT) == [
        sha(COMMAND.encode("ascii")),
        sha(coded),
        sha(bootstrap().encode("ascii")),
    ]
    assert bootstrap_digest() == sha(COMMAND.encode("ascii"))
    assert coded == bootstrap().encode("utf-16-le")


def test_the_command_and_its_decoded_text_stand_there_whole():
    assert f"\n```\n{COMMAND}\n```\n" in TEXT
    assert f"\n```powershell\n{bootstrap()}\n```\n" in TEXT
    assert f"{len(COMMAND):,} ký tự" in TEXT
    assert f"({len(bootstrap())} ký tự)" in TEXT


def test_the_command_is_the_same_for_every_machine_and_run():
    assert {compose("windows", nonce * 32, local=local).command for nonce in "0f" for local in (False, True)} == {COMMAND}


def test_only_the_number_of_the_script_changes():
    one, two = (compose("windows", nonce * 32).stdin for nonce in "0f")
    assert one == two.replace(b"f" * 32, b"0" * 32)
    assert one.count(b"0" * 32) == 1
    assert re.search(rb"^\$Mark = .*0{32}", one, re.MULTILINE)
    assert "# standard input\n" in show("windows")


@pytest.mark.skipif(sys.platform == "win32", reason="these lines are for the shells of Linux and macOS")
def test_the_lines_that_verify_it_give_the_published_hashes(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    block = re.search(r"```sh\n(.*?)```", TEXT, re.DOTALL).group(1)
    lines = [line.replace("secaudit probe", f"{sys.executable} -m secaudit probe") for line in block.splitlines()]
    said = [subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=60).stdout for line in lines]
    published = re.findall(r"\| `([0-9a-f]{64})` \|", TEXT)
    assert [re.search(r"[0-9a-f]{64}", text)[0] for text in said] == published[:2]


def test_the_events_that_record_it_are_named_in_both_languages():
    vietnamese, english = TEXT.split("# Allow-list for SOC and antivirus, in short")
    for number in ("4688", "4104", "4103", "400", "403", "4624", "4634"):
        assert number in vietnamese and number in english
    for tool in ("certutil", "openssl", "PowerShell"):
        assert tool in vietnamese and tool in english


def test_the_command_of_the_collector_stands_there_whole_with_its_hash():
    """Once, in Vietnamese; the English half points to it."""
    assert f"\n```powershell\n{courier_bootstrap()}\n```\n" in TEXT
    assert f"là `{sha(courier_bootstrap().encode('ascii'))}`" in TEXT
    assert f"đúng {len(courier_bootstrap())} ký tự" in TEXT
