"""The collector for Linux, run by the shells of this machine: sealed answers, one file, nothing else."""

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from secaudit.errors import ProbeError
from secaudit.intake.answers import unpack_body
from secaudit.model.secret import Secret
from secaudit.probe import compose
from secaudit.probe.courier import courier_scripts
from tests.probe.collecting import AGENCY, ANSWERS, COURIER, PERIOD, TOKEN, Province, bare_environment, capture_of

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="a POSIX shell is needed"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed: apt-get install openssl"),
]
SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "sh"]}
PROBE = re.compile(r"(?<=\n#SECAUDIT-PROBE\n).*(?=\n#SECAUDIT-PAYLOAD-END)", re.DOTALL)


@pytest.fixture(name="province", scope="module")
def make_province(tmp_path_factory) -> Province:
    return Province.made(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(name="place")
def make_place() -> Iterator[Path]:
    """A folder with letters and signs in its name that other accounts may enter, and a home beside it."""
    with tempfile.TemporaryDirectory(prefix="secaudit-courier-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "Xã An Khánh (1) & $HOME 'x'"
        folder.mkdir(mode=0o755)
        (Path(name) / "home").mkdir()
        (Path(name) / "home").chmod(0o777)
        yield folder


def quick(script: bytes, machine: str = "7" * 32) -> bytes:
    """The same collector around a probe that takes no time, as if on the machine with this number."""
    text = script.decode("utf-8")
    probe = "K='##SECAUDIT @NONCE@'\nprintf '\\n%s start posix 1\\n\\n%s stop\\n' \"$K\" \"$K\""
    text = PROBE.sub(lambda _: probe, text)
    text, count = re.subn(
        r"own_number\(\) \{\n.*?\n\}\n", f"own_number() {{ printf '%s\\\\n' {machine}; }}\n", text, flags=re.DOTALL
    )
    assert count == 1
    return text.encode("utf-8")


def run(place: Path, script: bytes, *arguments: str, shell: str = "dash", **more) -> subprocess.CompletedProcess[str]:
    """As a person does: from another folder, with the path of the file."""
    if shutil.which(SHELLS[shell][0]) is None:
        pytest.skip(f"{shell} is not installed here")
    file = place / "thu-thap-linux.sh"
    if not file.exists():
        file.write_bytes(script)
    home = place.parent / "home"
    more.setdefault("env", bare_environment(home))
    return subprocess.run(
        [*SHELLS[shell], str(file), *arguments],
        cwd=home, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, **more,
    )  # fmt: skip


def left(place: Path) -> set[str]:
    """What lies there beside the script."""
    return {path.name for path in place.iterdir()} - {"thu-thap-linux.sh"} | {
        path.name for path in (place.parent / "home").iterdir()
    }


@pytest.mark.parametrize("shell", SHELLS)
def test_the_answer_opens_and_is_the_probes(province, place, shell):
    done = run(place, province.scripts().posix, shell=shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert "XONG" in done.stdout and ANSWERS in done.stdout
    assert left(place) == {ANSWERS}
    (content,) = province.open((place / ANSWERS).read_bytes())
    assert [content.fields[name] for name in ("agency", "period", "courier")] == [AGENCY, PERIOD, COURIER]
    assert content.fields["name"] == os.uname().nodename
    capture = capture_of(content)
    assert capture.complete
    assert {"os-release", "identity", "packages", "clock-end"} <= capture.by_name.keys()
    assert "elevation" not in capture.by_name


def test_the_probe_in_it_is_the_one_of_ssh(province):
    (probe,) = PROBE.findall(province.scripts().posix.decode("utf-8"))
    assert probe.replace("@NONCE@", "0" * 32) == compose("posix", "0" * 32).stdin.decode().rstrip()


def test_everything_the_probe_printed_comes_byte_for_byte(province, place):
    script = quick(province.scripts().posix).replace(b"start posix 1", b"start posix 1\\n\\377\\t x  \\r")
    assert run(place, script).returncode == 0
    (content,) = province.open((place / ANSWERS).read_bytes())
    mark = f"##SECAUDIT {content.fields['nonce']}".encode()
    assert unpack_body(content.fields["body"]) == b"\n" + mark + b" start posix 1\n\xff\t x  \r\n\n" + mark + b" stop\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_machine_is_refreshed_and_others_stay(province, place, shell):
    scripts = [quick(province.scripts().posix, str(number) * 32) for number in range(3)]
    (place / ANSWERS).write_bytes(b"a note of somebody\r\n")
    for script in [*scripts, scripts[1]]:
        (place / "thu-thap-linux.sh").write_bytes(script)
        assert run(place, script, shell=shell).returncode == 0
    file = (place / ANSWERS).read_bytes()
    contents = province.open(file)
    assert len({content.fields["machine"] for content in contents}) == len(contents) == 3
    assert contents[2].time >= contents[1].time
    assert file.startswith(b"a note of somebody\r\n")
    assert left(place) == {ANSWERS}


def test_blocks_of_windows_and_damaged_ones_stay_as_they_are(province, place):
    mine, other = (quick(province.scripts().posix, number * 32) for number in "ab")
    for script in (mine, other):
        (place / "thu-thap-linux.sh").write_bytes(script)
        run(place, script)
    file = place / ANSWERS
    half = b"-----BEGIN SECAUDIT ANSWER-----\r\nVersion: 1\r\n"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n") + half)
    first = file.read_bytes()
    (place / "thu-thap-linux.sh").write_bytes(mine)
    assert run(place, mine).returncode == 0
    kept = first[first.rindex(b"-----BEGIN", 0, len(first) - len(half)) :]
    assert file.read_bytes().startswith(kept)
    assert file.read_bytes().count(b"-----END") == 2


def test_machines_that_write_at_once_lose_nothing(province, place):
    """The lock is waited for; nobody breaks it."""
    numbers = "0123456789ab"
    running = []
    for number in numbers:
        file = place / f"{number}.sh"
        file.write_bytes(quick(province.scripts().posix, number * 32))
        running.append(
            subprocess.Popen(["dash", str(file)], stdout=subprocess.DEVNULL, env=bare_environment(place.parent / "home"))
        )
    assert [process.wait(120) for process in running] == [0] * len(numbers)
    contents = [content for file in place.glob("tra-loi-*.txt") for content in province.open(file.read_bytes())]
    assert len({content.fields["machine"] for content in contents}) == len(contents) == len(numbers)


def test_a_lock_that_nobody_gives_back_costs_no_answer(province, place):
    """A machine that was switched off while it wrote: the others write files of their own."""
    script = quick(province.scripts().posix).replace(b'"$take_tries" -lt 30', b'"$take_tries" -lt 2')
    (place / f"{ANSWERS}.lock").mkdir()
    assert run(place, script).returncode == 0
    (own,) = left(place) - {f"{ANSWERS}.lock"}
    (content,) = province.open((place / own).read_bytes())
    assert own == ANSWERS.replace(".txt", f"-{content.fields['machine'][:12]}.txt")


def test_on_a_shared_folder_every_machine_has_its_own_file(province, place):
    share = place / "share"
    share.mkdir()
    for number in "0110":
        script = quick(province.scripts(each=True).posix, number * 32)
        (place / "thu-thap-linux.sh").write_bytes(script)
        assert run(place, script, str(share)).returncode == 0
    contents = [content for file in share.iterdir() for content in province.open(file.read_bytes())]
    assert len({content.fields["machine"] for content in contents}) == len(contents) == len(list(share.iterdir())) == 2


@pytest.mark.parametrize("missing", ["openssl", "gzip", "awk"])
def test_a_missing_program_is_named_and_nothing_is_written(province, place, missing):
    tools = place.parent / "tools"
    tools.mkdir()
    for name in {"openssl", "gzip", "awk", "tail", "uname", "sed", "sh", "date"} - {missing}:
        (tools / name).symlink_to(shutil.which(name))
    script = province.scripts().posix.replace(
        b"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", f"PATH={tools}".encode(), 1
    )
    done = run(place, script)
    assert (done.returncode, left(place)) == (2, set())
    assert "KHÔNG THÀNH CÔNG" in done.stdout and missing in done.stdout


def test_a_file_that_was_cut_runs_nothing(province, place):
    done = run(place, province.scripts().posix[:-3000])
    assert (done.returncode, left(place)) == (1, set())
    assert "bị cắt" in done.stdout


def test_a_probe_that_does_not_finish_is_no_answer(province, place):
    done = run(place, quick(province.scripts().posix).replace(b"%s stop", b"%s sto"))
    assert (done.returncode, left(place)) == (1, set())


def test_no_secret_stands_in_a_command_line_or_environment(province, place):
    """Every program writes down its arguments and environment; token, key blocks and the number of the answer are in none."""
    tools = place.parent / "tools"
    tools.mkdir()
    log = tools / "log"
    for name in ("openssl", "gzip", "sed", "tail", "tr", "cut", "head", "awk", "sh", "mv", "uname", "date"):
        program = tools / name
        program.write_text(
            f'#!/bin/sh\n{{ printf "%s\\n" "$0 $*"; env; }} >>{log}\nexec {shutil.which(name)} "$@"\n', encoding="ascii"
        )
        program.chmod(0o755)
    script = quick(province.scripts().posix).replace(b"PATH=/usr/local/sbin:", f"PATH={tools}:/usr/local/sbin:".encode(), 1)
    assert run(place, script).returncode == 0
    (content,) = province.open((place / ANSWERS).read_bytes())
    blocks = re.findall(rb"^(?:INNER|OUTER)='([^']+)'", script, re.MULTILINE)
    seen = log.read_text(encoding="utf-8")
    assert seen.count("/openssl ") > 5 and len(blocks) == 2
    for secret in (
        TOKEN.reveal(),
        content.fields["nonce"],
        content.fields["mac"],
        content.fields["body"],
        *(b.decode()[:60] for b in blocks),
    ):
        assert secret not in seen
    assert TOKEN.reveal().encode() not in script


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else"
)
def test_where_nothing_can_be_written_a_person_is_asked(province, place):
    """With a terminal: a warning about sticks, a question, the answer where it was said; without: a refusal."""
    script = quick(province.scripts().posix)
    done = run(place, script, user=65534, group=65534, extra_groups=[])
    assert (done.returncode, left(place)) == (3, set())
    assert "không ghi được" in done.stdout
    home = place.parent / "home"
    told = conversation([*SHELLS["dash"], str(place / "thu-thap-linux.sh")], f"{home}\n", env=bare_environment(home), user=65534)
    assert "USB" in told and "XONG" in told
    assert len(province.open((home / ANSWERS).read_bytes())) == 1


def conversation(command: list[str], typed: str, **more) -> str:
    """Run at a terminal of its own; what stands on it in the end."""
    near, far = pty.openpty()
    with subprocess.Popen(command, stdin=far, stdout=far, stderr=far, start_new_session=True, **more) as process:
        os.close(far)
        os.write(near, typed.encode() + b"\x04")
        said = b""
        try:
            while piece := os.read(near, 4096):
                said += piece
        except OSError:  # Linux says so when nobody holds the other end any more
            pass
        process.wait(60)
    os.close(near)
    return said.decode("utf-8")


def test_a_terminal_without_vietnamese_letters_gets_plain_ones(province, place):
    done = run(place, quick(province.scripts().posix), env=bare_environment(place.parent / "home", language="C"))
    assert done.stdout.replace(str(place), "").isascii() and "XONG. Tep tra loi da ma hoa" in done.stdout


def test_shellcheck_finds_nothing(province, tmp_path):
    """In what the shell reads; certificate and probe lie behind its last command."""
    code, _, _ = province.scripts().posix.partition(b"\nexit 0\n\n-----BEGIN CERTIFICATE-----")
    (tmp_path / "collect.sh").write_bytes(code + b"\nexit 0\n")
    program = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([program, "--shell=sh", tmp_path / "collect.sh"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": "a'; rm -rf /"},
        {"agency": "A"},
        {"period": "2026-13"},
        {"courier": "x" * 16},
        {"token": "short"},
        {"certificate": "x"},
    ],
)
def test_what_could_be_another_command_is_refused(province, changes):
    known = {
        "agency": AGENCY,
        "period": PERIOD,
        "courier": COURIER,
        "token": TOKEN.reveal(),
        "certificate": province.pair.certificate.pem.decode(),
    }
    known |= changes
    with pytest.raises(ProbeError):
        courier_scripts(
            known["agency"],
            known["period"],
            known["courier"],
            Secret(known["token"]),
            known["certificate"],
            each=False,
            wait=True,
        )
