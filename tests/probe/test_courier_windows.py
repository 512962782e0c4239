"""The collector for Windows without a Windows: what cmd reads, what PowerShell reads, and the form of what it would write."""

import base64
import gzip
import hashlib
import hmac
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.intake.answers import read_content, unpack_body
from secaudit.intake.blocks import RawBlock, read_blocks
from secaudit.intake.cms import open_envelope, seal
from secaudit.model.courier import FIELDS, HEADERS
from secaudit.model.secret import Secret
from secaudit.probe import compose, frame
from secaudit.probe.courier import COMMAND_LIMIT, courier_bootstrap, courier_scripts
from tests.probe.collecting import AGENCY, ANSWERS, COURIER, PERIOD, TOKEN, Province
from tests.probe.test_windows_script import NEWER_THAN_2, commands, errors


@pytest.fixture(name="province", scope="module")
def make_province(tmp_path_factory) -> Province:
    return Province.made(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(name="file", scope="module")
def make_file(province) -> bytes:
    return province.scripts().windows


@pytest.fixture(name="text")
def make_text(file) -> str:
    return file.decode("ascii").replace("\r\n", "\n")


@pytest.fixture(name="batch")
def make_batch(text) -> str:
    """What cmd reads: it stops at the last line of it."""
    found, _, _ = text.partition("\n#SECAUDIT-PART\n")
    return found


@pytest.fixture(name="code")
def make_code(text) -> str:
    """The collector itself, as the bootstrap cuts it out of the file."""
    return re.split("#SECAUDIT-PART", text)[-2]


@pytest.fixture(name="probe")
def make_probe(text) -> str:
    return re.split("#SECAUDIT-PART", text)[-1]


def test_every_part_parses(code, probe):
    for part in (code, probe, courier_bootstrap()):
        assert errors(part) == []


def test_the_file_is_ascii_with_the_line_ends_of_windows_and_small(file):
    assert file.isascii()
    assert file.count(b"\r\n") == file.count(b"\n") == file.count(b"\r")
    assert len(file) < 64 * 1024
    assert max(len(line) for line in file.splitlines()) < COMMAND_LIMIT


@pytest.mark.parametrize("pattern", NEWER_THAN_2)
def test_nothing_newer_than_powershell_2(code, pattern):
    for part in (code, courier_bootstrap()):
        assert re.search(pattern, part, re.IGNORECASE | re.MULTILINE) is None


def test_the_probe_is_that_of_ssh_and_does_not_end_the_process(probe):
    """Its last words would end the collector with it: the answer is not sealed yet."""
    sent = compose("windows", "0" * 32).stdin.decode()
    ended = sent.replace("\n[Environment]::Exit(0)\n", "\n")
    assert probe.lstrip("\n").replace("@NONCE@", "0" * 32) == ended
    assert probe.count("@NONCE@") == 1
    assert "[Environment]::Exit" not in probe


def test_the_bootstrap_is_one_line_the_same_for_all_and_needs_no_quotes(province, batch):
    text = courier_bootstrap()
    assert "\n" not in text and '"' not in text and "%" not in text and "!" not in text and text.isascii()
    other = courier_scripts(
        "b", "2027-01", "f" * 16, Secret("0" * 64), province.pair.certificate.pem.decode(), each=True, wait=False
    )
    for script in (province.scripts().windows, other.windows):
        assert script.decode().count(f'set "SECAUDIT_START={text}"') == 1
    called = re.findall(r'"!SECAUDIT_SHELL!" (.*) "!SECAUDIT_START!"', batch)
    assert set(called) == {"-NoLogo -NoProfile -Command"}
    assert len(text) + 200 < COMMAND_LIMIT
    assert "EncodedCommand" not in batch and "ExecutionPolicy" not in batch and "Bypass" not in batch


def test_a_cut_file_and_a_restricted_language_run_nothing(text, probe):
    """The last line is asked for before anything is made of the text; the mode before any method is called."""
    start = courier_bootstrap()
    wanted = re.search(r"EndsWith\('([^']+)'\)", start)
    assert (
        wanted is not None
        and probe.rstrip().endswith(wanted[1])
        and wanted[1] not in text.rpartition(wanted[1])[0].partition("\n#SECAUDIT-PART")[2]
    )
    assert start.index("LanguageMode") < start.index("ReadAllText") < start.index("EndsWith") < start.index("ScriptBlock")


def test_cmd_reads_nothing_behind_its_last_line(batch):
    lines = batch.splitlines()
    assert lines[0] == "@echo off"
    assert lines[-1] == "exit /b %SECAUDIT_CODE%"
    assert "goto" not in batch.lower() and "call" not in batch.lower().replace("called", "")
    assert not [line for line in lines if line.startswith(":")]
    assert [line for line in lines if "Sysnative" in line and "PROCESSOR_ARCHITEW6432" in line]


def test_it_writes_one_answer_and_nothing_else(code):
    """Files by four names, all of them beside each other; no other cmdlet, program, registry write, network."""
    own = set(re.findall(r"^function (\w+)", code, re.MULTILINE))
    assert commands(code) - own == {"New-Object", "Write-Host", "Read-Host"}
    assert set(re.findall(r"\[IO\.File\]::(\w+)", code)) == {"Replace", "Delete", "Move", "Exists", "ReadAllText"}
    assert len(re.findall(r"IO\.FileStream", code)) == 2
    assert re.search(r"Start\(|Net\.|SetValue|CreateSubKey|SetEnvironment|CreateDirectory|GetTempFileName|Add-Type", code) is None
    assert set(re.findall(r'"\$(?:path|common)\.(\w+)"', code)) == {"new", "old", "lock"} - {"lock"} | set(
        re.findall(r'\$mark = "\$path\.(\w+)"', code)
    )


def test_fields_and_headers_stand_in_the_order_of_the_format(code):
    fields = code[code.index("$lines = @(") : code.index("$sealed =")]
    assert re.findall(r"['\"]([a-z-]+): ", fields) == list(FIELDS)
    head = code[code.index("$head = @(") : code.index('[string]::Join("`r`n"')]
    assert re.findall(r"['\"]([A-Z][a-z]+): ", head) == list(HEADERS)


def test_the_crypto_is_that_of_the_format(code):
    """AES-256 in CBC mode by its identifier, RSA to one recipient by issuer and number, HMAC-SHA256 with the token as text."""
    assert "'2.16.840.1.101.3.4.1.42', 'aes256'" in code
    assert "SubjectIdentifierType]::IssuerAndSerialNumber" in code
    assert re.search(r"HMACSHA256 -ArgumentList \(, \$Plain\.GetBytes\(\$Token\)\)", code)
    assert f"$Token = '{TOKEN.reveal()}'" in code
    assert code.count("RNGCryptoServiceProvider") == 1


ROW = re.compile(r"^ +(?:'([^']*)'|\"(.*)\"|(\$\w+)|(\[Convert\].*)),?$", re.MULTILINE)
"""One line of a list in the script: text, text with values, the name of a value, the envelope."""


def written_by(code: str, province: Province, printed: str, nonce: str) -> bytes:
    """What the script writes, by its own lines in their own order: the strings are the script's, the values ours."""
    values = {
        "Agency": AGENCY, "Period": PERIOD, "Courier": COURIER, "machine": "a" * 32, "time": "2026-12-03T08:15:00Z",
        "nonce": nonce, "name": "PC-V?N",
    }  # fmt: skip
    packed = base64.b64encode(gzip.compress(printed.encode())).decode()
    constants = dict(re.findall(r"^\$(\w+) = '(-----[^']*)'$", code, re.MULTILINE))

    def filled(start: str, digest: str = "", data: str = "") -> list[str]:
        block = code[code.index(start) :]
        found = []
        for plain, quoted, name, envelope in ROW.findall(block[: block.index("\n    )")]):
            text = quoted.replace("$(Packed ([Text.Encoding]::UTF8.GetBytes($printed)))", packed)
            text = re.sub(r"\$(\w+)", lambda match: values[match[1]], text.replace("$(Digest $sealed)", digest))
            found.append(plain or text or constants.get(name.lstrip("$"), "") or (data if envelope else ""))
        return found

    text = "\n".join(filled("$lines = @(")) + "\n"
    text += f"mac: {hmac.new(TOKEN.reveal().encode('ascii'), text.encode('ascii'), hashlib.sha256).hexdigest()}\n"
    sealed = seal(province.pair.certificate, text.encode("ascii"))
    wrapped = re.sub("(.{76})(?=.)", "\\1\r\n", base64.b64encode(sealed).decode())
    return "\r\n".join(filled("$head = @(", hashlib.sha256(sealed).hexdigest(), wrapped)).encode("ascii")


def test_what_it_would_write_opens_with_the_reader(code, province):
    nonce = "c" * 32
    mark = f"##SECAUDIT {nonce}"
    section = f"{mark} begin clock\neyJub3ciOjF9\n\n{mark} end clock ok 0 99\n"
    printed = f"\n{mark} start windows 1\n\n{section}\n{mark} stop\n"
    (block,) = read_blocks(ANSWERS, written_by(code, province, printed, nonce))
    assert isinstance(block, RawBlock)
    assert block.headers["Machine"] == "a" * 32
    content = read_content(open_envelope(block.envelope, province.pair.certificate, province.key))
    assert content.is_by(TOKEN) and content.time == datetime(2026, 12, 3, 8, 15, tzinfo=UTC)
    assert content.fields["platform"] == "windows"
    capture = frame("windows", nonce, unpack_body(content.fields["body"]))
    assert capture.by_name["clock"].body == b'{"now":1}'


# ---------------------------------------------------------------- the batch part, run by the cmd of Wine

WINE_TOOL = "wine"


@pytest.fixture(name="wine", scope="module")
def make_wine(tmp_path_factory):
    """Runs a batch file in Wine's cmd, where another cmd stands for PowerShell: it shows what reaches PowerShell."""
    if shutil.which(WINE_TOOL) is None:
        pytest.fail("wine is not installed; `make lab` as root installs it on Debian")
    prefix = tmp_path_factory.mktemp("wine") / "prefix"
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    environment = {**kept, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8"}
    environment["WINEDLLOVERRIDES"] = "powershell.exe=n;mscoree=;mshtml="
    boot = [WINE_TOOL, "cmd", "/c", "exit"]
    subprocess.run(boot, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=True)
    system = prefix / "drive_c" / "windows" / "system32"
    # Wine takes a program that carries this word for its own and would look for it elsewhere.
    stand_in = (system / "cmd.exe").read_bytes().replace(b"Wine builtin DLL", b"Wine stand-in...", 1)
    (system / "WindowsPowerShell" / "v1.0" / "powershell.exe").write_bytes(stand_in)

    def go(folder: Path, batch: str, typed: str = "") -> tuple[int, str]:
        """The line of a batch file that goes over to another one for good; Wine loses the code of one that is called."""
        (folder / "go.cmd").write_bytes(batch.replace("\n", "\r\n").encode("ascii"))
        keys = folder / "typed"  # a file: what one program reads ahead of a pipe, the next one misses
        keys.write_bytes(typed.replace("\n", "\r\n").encode())
        with keys.open("rb") as stdin:
            done = subprocess.run(
                [WINE_TOOL, "cmd", "/c", "go.cmd"],
                cwd=folder, env=environment, stdin=stdin, capture_output=True, timeout=120,
            )  # fmt: skip
        return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r\n", "\n")

    yield go
    subprocess.run(["wineserver", "-k"], env=environment, capture_output=True, timeout=60)


@pytest.mark.lab
@pytest.mark.parametrize("name", ["THU-THAP.cmd", "THU-THAP (1).cmd", "thu thap & ^ x.cmd"])
def test_cmd_hands_path_and_bootstrap_to_powershell_and_its_code_back(wine, tmp_path, file, name):
    folder = tmp_path / "Máy & tính (2) x!"
    folder.mkdir()
    (folder / name).write_bytes(file)
    typed = "echo [%SECAUDIT_FILE%] [%SECAUDIT_WAIT%]\necho [%SECAUDIT_START%]\nexit 3\n"
    code, said = wine(folder, f'@"{name}"\n', typed)
    assert re.search(rf"\[Z:.*\\{re.escape(name)}\] \[yes\]", said), said
    assert f"[{courier_bootstrap()}]" in said
    assert code == 3
    assert "recognize" not in said
    assert "Press any key" not in said


@pytest.mark.lab
def test_cmd_waits_only_where_nobody_else_did(wine, tmp_path, file):
    """With a folder to write into it never waits; without PowerShell it says so, and waits where a person looks on."""
    (tmp_path / "x.cmd").write_bytes(file)
    code, said = wine(tmp_path, '@x.cmd "D:\\Tra loi & x"\n', "exit 3\n")
    assert code == 0 and "Press any key" not in said  # its input was empty, not what somebody typed
    (tmp_path / "x.cmd").write_bytes(file.replace(b"v1.0\\powershell.exe", b"v9.9\\powershell.exe"))
    code, said = wine(tmp_path, "@x.cmd\n", "\n")
    assert code == 6 and "khong co Windows PowerShell" in said and "Press any key" in said


def test_a_share_gets_no_window_that_waits(province):
    text = province.scripts(each=True).windows.decode()
    assert 'set "SECAUDIT_WAIT=no"' in text and 'set "SECAUDIT_WAIT=yes"' not in text
    assert "$Each = 'yes'" in text
