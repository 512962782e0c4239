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
from secaudit.probe.privileges import PRIVILEGES, sudoers

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
    calls += r"|apt-cache \"\$@|apt -q|\"\$python\" -c|\"\$@\" -q|yum -q|dnf5 -q|zypper --non-interactive|apk --no-network"
    found = [line for line in CODE.splitlines() if re.search(rf"(?<![\w/-])(?:{calls})", line)]
    assert len(found) >= 24
    assert [line for line in found if not re.search(rf"(?:limit|rooted|either) \d+ (?:{calls})", line)] == []
    assert re.search(r"^rooted\(\) \{\n.*\n    limit \"\$@\"\n.*^    rooted_answer=\$\(limit ", SCRIPT, re.MULTILINE | re.DOTALL)


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


def run_as_user(run, folder: Path | None, shell: str = "sh"):
    return run(shell, sudo=True, user=NOBODY if os.geteuid() == 0 else None, edit=as_user(folder))


LISTING = """Matching Defaults entries for tester on host:
    env_reset, secure_path=/usr/sbin\\:/usr/bin

User tester may run the following commands on host:
"""
UNLIMITED = "    (ALL : ALL) NOPASSWD: ALL"
RUN = 'shift; shift 2; exec "$@"'
"""Of ``sudo -n timeout SECONDS PROGRAM...`` the program; every other call was answered before."""


def listing(*rules: str, asked: str = "exit 0") -> str:
    """A sudo that lists these rules; ``asked`` answers whether one command is allowed."""
    text = (LISTING + "\n".join(rules)).replace("\\", "\\\\")
    return f"if [ \"$2\" = -l ]; then\n[ $# = 2 ] || {{ {asked}; }}\nprintf '%s\\n' '{text}'\nexit 0\nfi\n"


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text(encoding="ascii").splitlines()


def recipe() -> list[str]:
    """The rules of our own sudoers file as sudo lists them."""
    rows = re.findall(r" ALL=\(root\) (NOPASSWD: .*)$", sudoers("tester"), re.MULTILINE)
    return [f"    (root) {row}" for row in rows]


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
@pytest.mark.parametrize("rules", [[UNLIMITED], recipe()], ids=["unlimited", "recipe"])
def test_sudo_is_asked_for_its_list_and_then_only_for_command_lines_of_the_list(run, fake_sudo, shell, rules):
    folder = fake_sudo(listing(*rules) + RUN)
    capture = run_as_user(run, folder, shell)
    assert capture.by_name["elevation"].status is SectionStatus.OK
    assert [section.name for section in capture.sections if section.name != "elevation"] == ORDER
    first, *rest = calls(folder)
    assert first == "-n -l"
    lines = {"-n " + " ".join(line) for one in PRIVILEGES for line in one.lines()}
    assert len(rest) >= 3
    asked = {call for call in rest if not call.startswith("-n -l ")}
    assert asked <= lines
    assert len(asked) == len([call for call in rest if not call.startswith("-n -l ")]), "nothing is asked twice"


def test_sudo_is_left_alone_where_it_was_not_allowed(run, fake_sudo):
    folder = fake_sudo(listing(UNLIMITED) + RUN)
    capture = run(user=NOBODY if os.geteuid() == 0 else None, edit=as_user(folder))
    assert calls(folder) == []
    assert "elevation" not in capture.by_name


def test_root_needs_no_sudo(run, fake_sudo):
    if os.geteuid() != 0:
        pytest.skip("only root is root")
    folder = fake_sudo(listing(UNLIMITED) + RUN)
    capture = run(sudo=True, edit=as_user(folder))
    assert calls(folder) == []
    assert "elevation" not in capture.by_name
    assert capture.by_name["passwords"].status is SectionStatus.OK


@pytest.mark.parametrize(
    "words",
    ["sudo: a password is required", "sudo: sorry, you must have a tty to run sudo", "Sorry, user tester may not run sudo."],
    ids=["password", "tty", "not in sudoers"],
)
def test_sudo_that_refuses_is_asked_once_and_leaves_the_rest_as_without_it(run, fake_sudo, words):
    folder = fake_sudo(f'echo "{words}" >&2; exit 1')
    capture = run_as_user(run, folder)
    plain = run(user=NOBODY if os.geteuid() == 0 else None, edit=quick)
    assert capture.by_name["elevation"].status is SectionStatus.DENIED
    assert calls(folder) == ["-n -l"]
    assert [(one.name, one.status) for one in capture.sections if one.name != "elevation"] == [
        (one.name, one.status) for one in plain.sections
    ]
    assert capture.by_name["passwords"].status in (SectionStatus.DENIED, SectionStatus.ABSENT)


def test_a_command_that_is_listed_but_refused_is_the_last_that_sudo_is_asked(run, fake_sudo):
    """Somebody changed the words of a rule: its section is denied, and no further refusal is written into a log."""
    folder = fake_sudo(listing(UNLIMITED, asked="exit 1") + "exit 1")
    capture = run_as_user(run, folder)
    first, command, *rest = calls(folder)
    assert (first, rest) == ("-n -l", [command.replace("-n ", "-n -l ", 1)])
    assert capture.by_name["elevation"].status is SectionStatus.DENIED
    assert capture.by_name["passwords"].status is SectionStatus.DENIED
    assert capture.by_name["password-ages"].status is SectionStatus.DENIED


def test_a_failure_of_the_command_itself_is_no_refusal(run, fake_sudo):
    folder = fake_sudo(listing(UNLIMITED) + "case $* in */etc/shadow) exit 1 ;; esac\n" + RUN)
    capture = run_as_user(run, folder)
    assert capture.by_name["passwords"].status is SectionStatus.ERROR
    assert capture.by_name["sudoers"].status is SectionStatus.OK
    assert capture.by_name["elevation"].status is SectionStatus.OK


def test_rules_for_something_else_are_not_tried(run, fake_sudo):
    rules = ["    (root) NOPASSWD: /usr/bin/rsync", "    (postgres) NOPASSWD: ALL", "    (root) ALL, PASSWD: ALL"]
    folder = fake_sudo(listing(*rules) + "exit 1")
    capture = run_as_user(run, folder)
    assert calls(folder) == ["-n -l"]
    assert capture.by_name["passwords"].status is SectionStatus.DENIED
    assert capture.by_name["elevation"].status is SectionStatus.DENIED


def test_a_rule_that_was_taken_out_costs_its_section_alone(run, fake_sudo):
    kept = [rule for rule in recipe() if "/etc/shadow" not in rule]
    folder = fake_sudo(listing(*kept) + RUN)
    capture = run_as_user(run, folder)
    assert not [call for call in calls(folder) if "/etc/shadow" in call]
    assert capture.by_name["passwords"].status is SectionStatus.DENIED
    assert capture.by_name["sudoers"].status in (SectionStatus.OK, SectionStatus.ABSENT)
    assert capture.by_name["elevation"].status is SectionStatus.DENIED, "the probe did not see all that root sees"


def test_what_root_asks_is_ended_by_a_limit_of_root(run, fake_sudo):
    """An account cannot end a process of root: the limit runs behind sudo, and its end is a time-out of the section."""
    endless = f"97{os.getpid()}"
    folder = fake_sudo(listing(UNLIMITED) + f'case $* in */etc/shadow) shift; exec "$1" 1 sleep {endless} ;; esac\n' + RUN)
    capture = run_as_user(run, folder)
    assert capture.by_name["passwords"].status is SectionStatus.TIMEOUT
    assert capture.by_name["sudoers"].status is SectionStatus.OK


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
