"""posix.sh itself, in every shell of this machine: limits, hostile content, what it never does, sudo."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.outcome import Sight
from secaudit.probe import FrameError, compose, frame

FILE = Path(__file__).parents[2] / "secaudit" / "probe" / "posix.sh"
SCRIPT = FILE.read_text(encoding="ascii")
CODE = "\n".join(line for line in SCRIPT.splitlines() if not line.lstrip().startswith("#"))
SECTIONS = re.findall(r"^ +section ([a-z-]+) (\d+) (\w+)$", SCRIPT, re.MULTILINE)
ORDER = [name for name, _, _ in SECTIONS if name != "elevation"]
ALL_SHELLS = pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
NOBODY = 65_534


def quick(script: str) -> str:
    """Without the slowest section, where it does not matter."""
    return script.replace("s_apt_updates() {\n", 's_apt_updates() {\n  return "$ABSENT"\n', 1)


def replaced(function: str, body: str):
    """An edit that gives one section another body."""

    def edit(script: str) -> str:
        script = quick(script)
        assert script.count(f"{function}() {{\n") == 1
        return script.replace(f"{function}() {{\n", f"{function}() {{\n{body}\n  return\n", 1)

    return edit


def test_shellcheck_has_nothing_to_say():
    beside = Path(sys.executable).with_name("shellcheck")
    program = str(beside) if beside.exists() else shutil.which("shellcheck")
    assert program, "shellcheck comes with the development requirements"
    done = subprocess.run([program, "-s", "sh", str(FILE)], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


def test_the_whole_answer_is_bounded():
    assert sum(int(limit) for _, limit, _ in SECTIONS) <= 512 * 1024
    assert len(SCRIPT) <= 64 * 1024
    defined = set(re.findall(r"^(s_\w+)\(\) \{", SCRIPT, re.MULTILINE))
    assert defined == {function for _, _, function in SECTIONS if function.startswith("s_")}


def test_nothing_is_written_and_nothing_is_asked_of_the_network():
    for line in CODE.splitlines():
        plain = re.sub(r"'[^']*'|\"[^\"]*\"", "", line) if "awk" not in line else ""
        for target in re.findall(r"(?<![0-9&<])[0-9]?>>?\s*([^\s;&|)]+)", plain):
            assert target == "/dev/null", line
    words = "mktemp|tee|touch|rm|mv|cp|mkdir|chmod|chown|ln|install|dpkg|getent|host|dig|nslookup|curl|wget|ping|logger"
    called = rf"(?:^\s*|[|;&({{]\s*|limit \d+ |then |do )(?:{words})\s"
    assert re.search(called, CODE, re.MULTILINE) is None
    assert not re.search(r"apt(-get)? [^\n]*\bupdate\b", CODE)
    assert not re.search(r"\bmakecache\b|\brefresh\b(?<!--no-refresh)|\bapk (?!--no-network)\w", CODE)
    assert "<<" not in CODE, "a here-document is a temporary file in some shells"
    assert re.search(r"\beval\b|\bsource\b|^\s*\. /", CODE, re.MULTILINE) is None


def test_every_outside_command_of_weight_has_a_time_limit():
    calls = r"apt \"\$@|apt-config dump|systemctl list|dpkg-query -W|rpm -qa|mdatp health"
    calls += r"|nft -nn|iptables -S|timedatectl show|chronyc -n|ntpq -np|auditctl -l|lastlog2\)|ip -6 neigh|od -An"
    calls += r"|apt-cache \"\$@|apt -q|\"\$python\" -c|\"\$program\" -q|zypper --non-interactive|apk --no-network"
    found = [line for line in CODE.splitlines() if re.search(rf"(?<![\w/-])(?:{calls})", line)]
    assert len(found) >= 21
    assert [line for line in found if not re.search(rf"limit \d+ (?:{calls})", line)] == []


@ALL_SHELLS
def test_every_shell_gives_every_section(run, shell):
    capture = run(shell)
    assert capture.complete
    assert [section.name for section in capture.sections] == ORDER
    assert all(section.status is not SectionStatus.ERROR for section in capture.sections)
    assert re.fullmatch(rb"now=\d+\nuptime=[0-9. ]+\n", capture.by_name["clock"].body)


@ALL_SHELLS
@pytest.mark.parametrize(
    ("first", "second"),
    [("timeout -k 1 5 true", "timeout 5 true"), ("timeout -k 1 5 false", "timeout 5 true"), ("false", "false")],
    ids=["timeout-k", "timeout", "own watchdog"],
)
def test_a_command_that_hangs_is_ended(run, shell, first, second):
    endless = f"98{os.getpid()}"  # of this run alone: others may test on the same machine

    def edit(script: str) -> str:
        script = script.replace("timeout -k 1 5 true", first, 1).replace("elif timeout 5 true", f"elif {second}", 1)
        script = script.replace("elif timeout -t 5 true", "elif false", 1)
        return replaced("s_identity", f"  printf 'before\\n'\n  limit 1 sleep {endless}")(script)

    capture = run(shell, edit=edit)
    assert capture.by_name["identity"].status is SectionStatus.TIMEOUT
    assert capture.by_name["identity"].body == b"before\n"
    assert capture.by_name["os-release"].status in (SectionStatus.OK, SectionStatus.ABSENT)
    assert capture.complete
    running = subprocess.run(["ps", "-e", "-o", "args="], capture_output=True, text=True, check=False).stdout
    assert f"sleep {endless}" not in running


@ALL_SHELLS
def test_the_own_watchdog_lets_quick_commands_pass(run, shell):
    def edit(script: str) -> str:
        for probe in ("timeout -k 1 5 true", "timeout 5 true", "timeout -t 5 true"):
            script = script.replace(probe, "false", 1)
        return quick(script)

    capture = run(shell, edit=edit)
    assert [section.name for section in capture.sections] == ORDER
    assert capture.by_name["packages"].status is run(shell, edit=quick).by_name["packages"].status


@ALL_SHELLS
@pytest.mark.parametrize("cutter", ["head", "dd"])
def test_endless_output_is_cut_and_said_so(run, shell, cutter):
    def edit(script: str) -> str:
        script = script.replace("CUTTER='head'; else", f"CUTTER='{cutter}'; else", 1)
        return replaced("s_identity", "  limit 20 cat /dev/zero")(script)

    section = run(shell, edit=edit).by_name["identity"]
    assert section.status is SectionStatus.TRUNCATED
    assert section.body == b"\0" * 2048


@ALL_SHELLS
def test_content_that_imitates_markers_stays_content(run, shell):
    forged = "##SECAUDIT " + "0" * 32 + " end identity ok 0 2048\n##SECAUDIT " + "0" * 32 + " stop"
    capture = run(shell, edit=replaced("s_identity", f"  printf '%s' '{forged}'"))
    assert capture.by_name["identity"].body.decode() == forged
    assert [section.name for section in capture.sections] == ORDER


@ALL_SHELLS
def test_a_command_that_reads_its_input_does_not_eat_the_script(run, shell):
    capture = run(shell, edit=replaced("s_identity", "  cat\n  limit 5 cat\n  printf 'done\\n'"))
    assert capture.by_name["identity"].body == b"done\n"
    assert [section.name for section in capture.sections] == ORDER


@ALL_SHELLS
def test_the_number_shows_in_no_process_list_and_no_environment(run, shells, shell):
    if not Path("/proc/self/environ").exists():
        pytest.skip("there is no /proc here")
    body = "  limit 10 cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -E 'SECAUDIT [0-9a-f]{32}'"
    section = run(shell, edit=replaced("s_identity", body)).by_name["identity"]
    nonces = set(re.findall(rb"SECAUDIT ([0-9a-f]{32})", section.body))
    assert not nonces


def test_a_script_cut_on_its_way_runs_nothing(shells):
    """The work starts on the last line; a shorter script prints the start marker and then nothing, or nothing at all."""
    whole = compose("posix", "ab" * 16).stdin
    for cut in (len(whole) // 4, len(whole) // 2, len(whole) - 12):
        done = subprocess.run([*shells["sh"], "-s"], input=whole[:cut], capture_output=True, check=False)
        with pytest.raises(FrameError) as caught:
            frame("posix", "ab" * 16, done.stdout)
        assert caught.value.sight in (Sight.TRUNCATED, Sight.SHELL)


def test_a_late_section_is_not_begun(run):
    """When the whole answer takes too long the rest says timeout instead of keeping the line open."""
    capture = run(edit=lambda script: script.replace("BEGUN=$(date +%s 2>/dev/null)", "BEGUN=1000", 1))
    assert capture.complete
    assert {section.status for section in capture.sections} == {SectionStatus.TIMEOUT}


def as_user(edit_path: Path | None):
    """An edit that puts our own folder in front of the fixed search path."""

    def edit(script: str) -> str:
        script = quick(script)
        return script if edit_path is None else script.replace("PATH=/usr/local/sbin:", f"PATH={edit_path}:/usr/local/sbin:")

    return edit


def run_as_user(run, folder: Path | None):
    return run(sudo=True, user=NOBODY if os.geteuid() == 0 else None, edit=as_user(folder))


def test_sudo_runs_the_privileged_part_in_one_call(run, fake_sudo):
    folder = fake_sudo('shift; exec "$@"')
    capture = run_as_user(run, folder)
    assert capture.by_name["elevation"].status is SectionStatus.OK
    assert sorted(section.name for section in capture.sections) == sorted([*ORDER, "elevation"])
    assert (folder / "calls").read_text(encoding="ascii") == "-n sh -s\n"


def test_sudo_that_refuses_leaves_the_rest_standing(run, fake_sudo):
    capture = run_as_user(run, fake_sudo('echo "sudo: a password is required" >&2; exit 1'))
    assert capture.by_name["elevation"].status is SectionStatus.DENIED
    assert sorted(section.name for section in capture.sections) == sorted([*ORDER, "elevation"])
    assert capture.by_name["passwords"].status in (SectionStatus.DENIED, SectionStatus.ABSENT)


def test_sudo_that_breaks_off_gives_no_section_twice(run, fake_sudo):
    capture = run_as_user(run, fake_sudo('shift; "$@" | head -n 4; exit 9'))
    assert capture.complete
    assert capture.by_name["elevation"].status is SectionStatus.ERROR
    assert "sshd-config" not in capture.by_name


def test_no_sudo_on_the_machine(run, tmp_path):
    if shutil.which("sudo", path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"):
        pytest.skip("sudo is installed here; the refusal is tested with a program of our own")
    capture = run_as_user(run, None)
    assert capture.by_name["elevation"].status is SectionStatus.ABSENT


def test_an_account_without_privilege_is_told_so_by_section(run):
    if os.geteuid() != 0:
        pytest.skip("only root can become another account")
    capture = run(user=NOBODY, edit=quick)
    assert capture.by_name["passwords"].status is SectionStatus.DENIED
    assert b"uid=65534\n" in capture.by_name["privileges"].body


def test_no_hash_leaves_the_machine(run):
    capture = run(edit=quick)
    section = capture.by_name["passwords"]
    if section.status is not SectionStatus.OK:
        pytest.skip("the account may not read /etc/shadow")
    for line in section.body.decode().splitlines():
        assert re.fullmatch(r"[^\t]+\t(set|locked|empty)", line)
    for line in capture.by_name["accounts"].body.decode().splitlines():
        assert line.split("\t")[2] in ("shadow", "set", "locked", "empty")


def test_the_package_files_of_apt_stay_as_they_are(run):
    def states() -> dict[str, tuple[int, int]]:
        found = {}
        for folder in ("/var/cache/apt", "/var/lib/apt", "/var/lib/dpkg"):
            for path in Path(folder).glob("*"):
                status = path.lstat()
                found[str(path)] = (status.st_mtime_ns, status.st_size)
        return found

    before = states()
    run()
    assert states() == before
