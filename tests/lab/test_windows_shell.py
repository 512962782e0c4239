"""The very command and script of the probe go through every default shell of Windows that documentation describes.

An imitation (secaudit/lab/windows_shell.py): what a real machine does may differ; docs/coverage.md says so.
"""

import base64
import threading
from collections import Counter

import pytest

from secaudit.collect import Job, Limits, collect
from secaudit.lab.answers import platform_of
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine, read_map
from secaudit.lab.process import captured_answer
from secaudit.lab.server import LabServer
from secaudit.lab.windows_shell import CMD_LIMIT, DefaultShell, WindowsHabits, run
from secaudit.model.fact import Known
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Sight
from secaudit.probe import bootstrap, compose, new_nonce, platform_for
from secaudit.transport import Credentials, HostKeys, KeyFile, Target
from secaudit.transport.ssh import SshTransport
from tests.collect.conftest import Diary
from tests.hostile.misbehaviour import SHARE, SLACK, rows_of

ANSWER = "win10-22h2-defender"
SHORT = 2.5
"""Deadline of the machine that is too slow; all others have the time of a loaded computer."""
SHELLS = [(shell, page) for shell in DefaultShell for page in ("437", "1258", "65001")]
UNLIKE = {
    "constrained": WindowsHabits(language_mode="ConstrainedLanguage"),
    "cut-stdin": WindowsHabits(cuts_stdin=True, version="7.7"),
    "no-powershell-cmd": WindowsHabits(has_powershell=False),
    "no-powershell-ps": WindowsHabits(has_powershell=False, shell="powershell"),
    "no-powershell-pwsh": WindowsHabits(has_powershell=False, shell="pwsh"),
    "antivirus": WindowsHabits(blocks_script=True, writes_progress=True),
    "slow": WindowsHabits(slow_seconds=120),
}
"""Habits of the machines that are not seen; the table of misbehaviour says what they must end in."""


@pytest.fixture(scope="module", name="seen")
def ask_all(tmp_path_factory):
    """Every machine of this module in one run of the real collector."""
    home = tmp_path_factory.mktemp("windows")
    machines = {}
    names = {}
    for number, (shell, page) in enumerate(SHELLS, start=1):
        names[f"{shell}-{page}"] = address = f"127.20.40.{number}"
        habits = WindowsHabits(shell=shell, code_page=page, greets=page != "437", writes_progress=True, slow_seconds=0.5)
        machines[address] = Machine(answer=ANSWER, windows=habits)
    for number, (name, answer) in enumerate(
        {"standard-user": "win10-standard-user", "vietnamese": "win10-22h2-vietnamese"}.items()
    ):
        names[name] = address = f"127.20.42.{number + 1}"
        machines[address] = Machine(answer=answer, windows=WindowsHabits(shell="powershell", code_page="1258", greets=True))
    for number, (name, habits) in enumerate(UNLIKE.items(), start=1):
        names[name] = address = f"127.20.41.{number}"
        machines[address] = Machine(answer=ANSWER, windows=habits)
    assert list(names)[-1] == "slow"
    diary = Diary()
    options = {"folder": home / "lab", "client_keys": [fresh_key(home / "key")], "answerer": captured_answer}
    with LabServer(machines, platform_of=platform_of, **options) as lab:
        transport = SshTransport(Credentials((KeyFile(home / "key"),)), HostKeys.of_keys(lab.known_hosts()))
        jobs = [
            Job(Endpoint(id=name, kind="workstation", address=address), Target(address, lab.port, "audit"))
            for name, address in names.items()
        ]
        for seconds, chosen in ((60.0, jobs[:-1]), (SHORT, jobs[-1:])):
            limits = Limits(in_flight=len(jobs), per_second=1000, endpoint_seconds=seconds)
            collect(
                chosen, transport, limits=limits, knowledge=Knowledge(), keep=diary.keep, observer=diary, stop=threading.Event()
            )
    return diary


@pytest.mark.parametrize(("shell", "page"), SHELLS, ids=str)
def test_the_probe_is_answered_whole_whatever_shell_and_code_page(seen, shell, page):
    outcome = seen.of(f"{shell}-{page}")
    assert outcome.sight is Sight.SEEN, outcome.detail
    assert outcome.server_version == "SSH-2.0-secaudit-lab_OpenSSH_for_Windows_9.5"
    assert {name for name, fact in outcome.facts.items() if isinstance(fact, Known)} == _known_of(seen, "cmd-437")


def _known_of(seen, name):
    return {fact_name for fact_name, fact in seen.of(name).facts.items() if isinstance(fact, Known)}


def test_every_such_machine_has_a_row():
    assert [case.name for case in rows_of("windows")] == list(UNLIKE)


@pytest.mark.parametrize("case", rows_of("windows"), ids=lambda case: case.name)
def test_what_stops_the_probe_has_its_class_and_its_reason(seen, case):
    outcome = seen.of(case.name)
    assert outcome.sight == case.sight, outcome.detail
    assert case.says in outcome.detail
    assert not any(ord(character) < 32 for character in outcome.detail)


def test_a_slow_machine_is_told_from_a_dead_one(seen):
    """Its start marker came; of a dead one nothing does."""
    outcome = seen.of("slow")
    assert "a slow machine" in outcome.detail
    assert SHORT * 0.99 <= (outcome.finished_at - outcome.started_at).total_seconds() < SHORT * (1 + SHARE) + SLACK


def test_a_standard_user_is_seen_and_what_it_may_not_read_is_missing(seen):
    outcome = seen.of("standard-user")
    assert outcome.sight is Sight.SEEN, outcome.detail
    reasons = Counter(fact.reason.value for fact in outcome.facts.values() if not isinstance(fact, Known))
    assert reasons["denied"] > 3
    assert outcome.facts["probe.privileged"].value is False


def test_no_answer_depends_on_the_language_of_the_machine(seen):
    assert seen.of("vietnamese").sight is Sight.SEEN
    assert _known_of(seen, "vietnamese") >= {"os.build", "protection.products"}


@pytest.mark.parametrize("shell", DefaultShell)
def test_the_command_is_no_longer_than_the_shell_takes_and_holds_nothing_that_it_would_act_on(shell):
    request = compose("windows", new_nonce())
    assert len(request.command) < CMD_LIMIT
    said = list(run(WindowsHabits(shell=shell), request.command, request.stdin, lambda stdin: stdin))
    assert b"".join(part.stdout for part in said).replace(b"\r\n", b"\n") == request.stdin
    assert said[-1].status == 0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("powershell.exe -EncodedCommand " + "A" * CMD_LIMIT, "too long"),
        ("exec sh -s", "'exec' is not recognized"),
        ("powershell.exe -Command -", "only -EncodedCommand"),
        ("powershell.exe -EncodedCommand " + base64.b64encode("Get-Date".encode("utf-16-le")).decode(), "no other script"),
        ("powershell.exe -EncodedCommand !!!", "does not know what !"),
        ("powershell.exe -EncodedCommand abc", "not properly encoded"),
        ("powershell.exe -EncodedCommand QQ== & del x", "does not know what &"),
        ("", "is not recognized"),
    ],
)
def test_the_imitation_takes_no_line_that_the_shell_would_not(command, words):
    said = list(run(WindowsHabits(), command, b"", lambda _stdin: b"never"))
    assert words in b"".join(part.stderr for part in said).decode()
    assert [part.stdout for part in said if part.stdout] == []
    assert said[-1].status == 1


def test_what_is_no_ascii_would_not_survive_the_code_page():
    """Why the script is ASCII: the console reads stdin in its own code page."""
    script = "'Sở Nội vụ'\n#SECAUDIT-PAYLOAD-END\n".encode()
    heard = []
    list(
        run(
            WindowsHabits(code_page="437"),
            compose("windows", new_nonce()).command,
            script,
            lambda stdin: heard.append(stdin) or b"",
        )
    )
    assert heard[0] != script
    assert compose("windows", new_nonce()).stdin.isascii()
    assert bootstrap().isascii()


@pytest.mark.parametrize(
    "banner", ["SSH-2.0-OpenSSH_for_Windows_7.7", "SSH-2.0-OpenSSH_for_Windows_8.1", "SSH-2.0-OpenSSH_for_Windows_9.5"]
)
def test_the_banner_of_the_server_chooses_the_script(banner):
    assert platform_for("linux", banner) == "windows"


def test_a_lab_map_may_name_the_habits(tmp_path):
    path = tmp_path / "map.yaml"
    habits = "{shell: pwsh, code_page: 1258, greets: true, slow_seconds: 1.5}"
    path.write_text(f"port: 2222\nmachines:\n  127.20.9.1: {{answer: win7-unprotected, windows: {habits}}}\n", encoding="utf-8")
    machine = read_map(path).machines["127.20.9.1"]
    assert machine.windows == WindowsHabits(shell="pwsh", code_page="1258", greets=True, slow_seconds=1.5)
