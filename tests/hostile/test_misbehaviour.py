"""Every row of the table of misbehaviour: its class, its own deadline, what was offered to it, and nothing live in any output."""

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known
from secaudit.model.outcome import Outcome, StoredOutcome
from secaudit.model.secret import Secret
from secaudit.store import Store
from secaudit.transport import HostKeys
from tests.hostile.acts import PASSWORD, SHELLS, TEN_YEARS, MisbehavingLab, account_may_run, full_listener, programs
from tests.hostile.conftest import Range, clean_environment, control_characters
from tests.hostile.misbehaviour import (
    AT_DEADLINE,
    BEGIN,
    CASES,
    DEADLINE,
    END,
    PAGE,
    SHARE,
    SLACK,
    Case,
    page_with_table,
    rows_of,
)  # fmt: skip

if sys.platform != "linux":
    pytest.skip("full queues, the terminal and the shells of these machines are those of Linux", allow_module_level=True)

from tests.hostile.terminal import typed
from tests.memory import most_kb

GOOD = 10
ANSWER_BYTES = 4 * 1024 * 1024
SHELL_DEADLINE = 120
MOST_MEMORY_KB = 256 * 1024
TESTED = [case for case in CASES if case.run in ("key", "password", "shells")]
"""The others: test_lost_cable.py and tests/lab/test_windows_shell.py."""


@dataclass
class Run:
    """One scan of the rows of one kind, and all that it left behind."""

    province: Range
    lab: MisbehavingLab
    outcomes: dict[str, StoredOutcome] = field(default_factory=dict)
    shown: str = ""
    status: int = -1
    memory_kb: int = 0


def _declare(names: list[str], kind: int) -> tuple[dict[str, str], dict[str, Machine]]:
    ids = {name: f"127.28.{50 + kind}.{number}" for number, name in enumerate(names, start=1)}
    rows = {case.name: case for case in CASES}
    machines = {}
    for name, address in ids.items():
        case = rows.get(name)
        misbehave = Misbehaviour.OTHER_KEY if name == "changed-key-password" else case.lab if case else None
        if name not in ("refuses", "filtered"):
            machines[address] = Machine(answer="good" if name.startswith("good-") else name, misbehave=misbehave)
    return ids, machines


def _province(home: Path, lab: MisbehavingLab, ids: dict[str, str]) -> Range:
    (home / "province" / "agencies").mkdir(parents=True)
    (home / "workspace").mkdir(mode=0o700)
    (home / "province" / "province.yaml").write_text(
        f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\ndefaults: {{access: {{port: {lab.port}}}}}\n", encoding="utf-8"
    )
    agency = "agency: {id: a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}\nendpoints:\n"
    rows = "".join(f"  - {{id: {name}, kind: server, os: linux, address: {address}}}\n" for name, address in ids.items())
    (home / "province" / "agencies" / "a.yaml").write_text(agency + rows, encoding="utf-8")
    path = home / "workspace" / "known_hosts"
    unknown = f"[{ids.get('unknown-key', '')}]:{lab.port}"
    HostKeys.read(path).add_all([pair for pair in lab.known_hosts() if pair[0] != unknown], who="test", at=datetime.now(UTC))
    if "revoked-key" in ids:
        key = lab.host_key(ids["revoked-key"])
        path.write_text(path.read_text(encoding="utf-8") + f"@revoked * {key.type} {key.base64}\n", encoding="utf-8")
    return Range(home, lab, {})


def _measured(command: list[str]) -> tuple[int, str, int]:
    """Exit status, all output, and the most memory in kilobytes that this one process had."""
    with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        most = 0

        def watch() -> None:
            nonlocal most
            with contextlib.suppress(OSError):  # it ended
                while True:
                    most = max(most, most_kb(process.pid))
                    time.sleep(0.05)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        shown = process.stdout.read().decode("utf-8", "replace")
        process.wait()
        watcher.join()
    assert most > 10_000, "the memory was not seen"
    return process.returncode, shown, most


def _scan(home: Path, kind: str, number: int, ends: ExitStack) -> Run:
    names = [case.name for case in rows_of(kind) if kind != "shells" or account_may_run(case.name)]
    ids, machines = _declare([*names, *(f"good-{n}" for n in range(GOOD))], number)
    password = Secret(PASSWORD) if kind == "password" else None
    place = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="sudo-")))
    place.chmod(0o755)
    programs(place)
    keys = [fresh_key(home / "key")]
    lab = ends.enter_context(MisbehavingLab(machines, place, folder=home / "lab", client_keys=keys, password=password))
    if "filtered" in ids:
        ends.enter_context(full_listener(ids["filtered"], lab.port))
    run = Run(_province(home, lab, ids), lab)
    seconds = SHELL_DEADLINE if kind == "shells" else DEADLINE
    if kind == "password":
        options = ["--no-agent", "--user", "audit", "--deadline", str(DEADLINE), "--rate", "1000", "--ask-password"]
        question = [(b"Password on the machines: ", f"{PASSWORD}\n".encode())]
        run.status, run.shown = typed(run.province.command("scan", *options), question, clean_environment())
    else:
        options = ["--deadline", str(seconds), "--connections", "120", *(["--sudo"] if kind == "shells" else [])]
        run.status, run.shown, run.memory_kb = _measured(run.province.scan(*options))
    with Store.open(run.province.workspace / "store.sqlite", create=False) as store:
        run.outcomes = {stored.outcome.endpoint: stored for stored in store.outcomes(1)}
    return run


@pytest.fixture(scope="module", name="runs")
def scan_all(tmp_path_factory):
    """First the run whose deadlines are measured, then the other two side by side."""
    runs: dict[str, Run] = {}
    with ExitStack() as ends:
        runs["key"] = _scan(tmp_path_factory.mktemp("key"), "key", 0, ends)
        homes = {kind: tmp_path_factory.mktemp(kind) for kind in ("password", "shells")}

        def scan(kind: str, number: int) -> None:
            runs[kind] = _scan(homes[kind], kind, number, ends)

        threads = [threading.Thread(target=scan, args=(kind, number)) for number, kind in enumerate(homes, start=1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield runs


def _seconds(outcome: Outcome) -> float:
    return (outcome.finished_at - outcome.started_at).total_seconds()


@pytest.mark.parametrize("case", TESTED, ids=lambda case: case.name)
def test_machine_that(runs, case: Case):
    """One row: its class and reason, its own deadline, what it was offered, nothing live in what is kept of its words."""
    run = runs[case.run]
    if case.name in SHELLS and not account_may_run(case.name):
        pytest.skip(f"{SHELLS[case.name][0]} is not installed: see .ci/parts in the Makefile")
    outcome = run.outcomes[case.name].outcome
    assert outcome.sight == case.sight, outcome
    assert case.says in outcome.detail, outcome
    assert control_characters(outcome.detail + (outcome.server_version or "")) == []
    assert len(outcome.detail) <= 500
    deadline = SHELL_DEADLINE if case.run == "shells" else DEADLINE
    assert _seconds(outcome) <= deadline * (1 + SHARE) + SLACK
    if case.ends == AT_DEADLINE:
        assert _seconds(outcome) >= deadline * 0.99
    else:
        assert case.sight == "seen" or "was not finished in time" not in outcome.detail
    assert tuple(dict.fromkeys(method for name, method in run.lab.offers if name == case.name)) == case.offered


def test_good_machines_are_done_before_the_first_bad_ones_deadline(runs):
    run = runs["key"]
    waiting = [run.outcomes[case.name].outcome.finished_at for case in rows_of("key") if case.ends == AT_DEADLINE]
    good = [run.outcomes[f"good-{n}"].outcome for n in range(GOOD)]
    assert {outcome.sight for outcome in good} == {"seen"}
    assert max(outcome.finished_at for outcome in good) < min(waiting)
    assert len(waiting) >= 20


def test_good_machines_are_seen_in_every_run(runs):
    for kind, run in runs.items():
        assert {run.outcomes[f"good-{n}"].outcome.sight for n in range(GOOD)} == {"seen"}, kind


def test_every_machine_ends_in_exactly_one_class(runs):
    for kind, run in runs.items():
        asked = {case.name for case in rows_of(kind) if kind != "shells" or account_may_run(case.name)}
        assert set(run.outcomes) == asked | {f"good-{n}" for n in range(GOOD)}
        assert run.status == (3 if kind == "shells" else 4), run.shown


def test_no_login_reached_a_machine_that_never_proved_its_key(runs):
    for heard in runs["key"].lab.heard.values():
        assert b"audit" not in heard
        assert b"ssh-userauth" not in heard
    assert len(runs["key"].lab.heard) > 5


def test_the_password_was_told_to_nobody_but_the_question_for_it(runs):
    told = runs["password"].lab.told
    assert {word for _, word in told} == {PASSWORD}
    asked = sorted(question for question, _ in told if question != "password of good")
    as_such = [f"password of {case.name}" for case in rows_of("password") if case.sight != "host_key"]
    assert asked == sorted([*as_such, "Current password: ", "Password: "]), "once each, and to no other question"
    province = runs["password"].province
    assert PASSWORD not in runs["password"].shown + "".join(province.outputs)
    for path in province.home.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


def test_a_gigabyte_takes_neither_memory_nor_time(runs):
    """What the machine got rid of, and what our process ever held, beside two other endless answers."""
    run = runs["key"]
    assert ANSWER_BYTES < run.lab.sessions["gigabyte"].sent < 2 * ANSWER_BYTES
    assert run.memory_kb < MOST_MEMORY_KB
    with Store.open(run.province.workspace / "store.sqlite", create=False) as store:
        number = run.outcomes["gigabyte"].number
        capture = store.captures_of([number])[number]
        assert store.verify().intact
    assert len(capture.raw) <= ANSWER_BYTES
    assert not capture.complete


@pytest.mark.parametrize(("name", "years"), [("clock-ahead", 10), ("clock-1970", -56)])
def test_a_wrong_clock_is_told_and_takes_nothing_else(runs, name, years):
    run = runs["key"]
    with Store.open(run.province.workspace / "store.sqlite", create=False) as store:
        numbers = {other: run.outcomes[other].number for other in (name, "good-0")}
        facts = store.facts_of(numbers.values())
    skew = facts[numbers[name]]["time.skew_seconds"].value
    assert abs(skew / (TEN_YEARS / 10) - years) < 1.5
    assert abs(facts[numbers["good-0"]]["time.skew_seconds"].value) < 60
    same = ("os.id", "os.version", "protection.products")
    assert [facts[numbers[name]][fact] for fact in same] == [facts[numbers["good-0"]][fact] for fact in same]


def test_a_machine_with_nothing_but_busybox_answers_every_section(runs):
    if not account_may_run("busybox"):
        pytest.skip("busybox is not installed: see .ci/parts in the Makefile")
    run = runs["shells"]
    numbers = {name: run.outcomes[name].number for name in ("busybox", "zsh") if name in run.outcomes}
    with Store.open(run.province.workspace / "store.sqlite", create=False) as store:
        captures = store.captures_of(list(numbers.values()))
        facts = store.facts_of([numbers["busybox"]])[numbers["busybox"]]
    sections = {name: {section.name for section in captures[number].sections} for name, number in numbers.items()}
    assert len({frozenset(names) for names in sections.values()}) == 1
    assert facts["os.family"].value == "linux"
    # Without apt and dpkg nobody can say what is pending: unknown, never zero.
    assert not isinstance(facts["patch.pending"], Known)


@pytest.mark.parametrize("name", ["sudo-tty", "sudo-password"])
def test_what_sudo_refuses_is_missing_as_denied_and_the_rest_stands(runs, name):
    run = runs["shells"]
    number = run.outcomes[name].number
    with Store.open(run.province.workspace / "store.sqlite", create=False) as store:
        facts = store.facts_of([number])[number]
        capture = store.captures_of([number])[number]
    status = {section.name: section.status for section in capture.sections}
    assert status["elevation"] is SectionStatus.DENIED
    assert facts["probe.privileged"].value is False
    assert facts["os.family"].value == "linux"
    assert facts["accounts.empty_password"].reason.value == "denied"


def test_nothing_hostile_reaches_the_terminal(runs):
    """What each run printed, at a terminal and into a pipe, and what is told about it afterwards."""
    for run in runs.values():
        done = run.province.run(run.province.command("runs", "show", "1", inventory=False))
        assert done.returncode == 0, done.stderr
        assert control_characters(done.stdout + done.stderr) == []
        assert "Traceback" not in run.shown + done.stderr
        assert "owned" not in run.shown
    assert control_characters(runs["key"].shown + runs["shells"].shown) == []


def test_every_misbehaviour_of_the_lab_has_a_row():
    of_the_lab = {case.lab for case in CASES if case.lab}
    # These have rows of the same meaning with a pace, a mixture or a phase of their own.
    assert set(Misbehaviour) - of_the_lab == {
        Misbehaviour.DRIP, Misbehaviour.DRIP_OUTPUT, Misbehaviour.STDERR_FLOOD, Misbehaviour.CLOSE_AFTER_KEX,
    }  # fmt: skip
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_page_shows_the_table_that_the_tests_run():
    page = PAGE.read_text(encoding="utf-8")
    assert BEGIN in page and END in page
    assert page == page_with_table(page), "run `python tests/hostile/misbehaviour.py`"
