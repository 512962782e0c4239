"""``secaudit trust`` over real SSH, as an officer uses it: enrol, compare, replace, remove, withdraw, and what is recorded."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.process import captured_answer
from secaudit.lab.server import LabServer
from secaudit.transport import Act, HostKeys, Standing, Target
from tests.warm import run_command

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ADDRESSES = {"may-1": "127.29.21.1", "may-2": "127.29.21.2"}


@dataclass
class Desk:
    """A province, a workspace and a lab whose keys can be changed."""

    home: Path
    environment: dict[str, str]
    lab: LabServer

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """One command line."""
        folders = [] if arguments[:2] == ("trust", "list") else ["--inventory", str(self.home / "province")]
        command = [*arguments, *folders, "--workspace", str(self.home / "workspace")]
        return run_command(command, cwd=self.home, env=self.environment, typed=typed, timeout=300)

    def scan(self) -> subprocess.CompletedProcess[str]:
        """Everything again."""
        return self.run(
            "scan", "--all", "--no-agent", "--identity", str(self.home / "key"), "--user", "audit", "--deadline", "60"
        )

    def name(self, machine: str) -> str:
        return Target(ADDRESSES[machine], self.lab.port, "audit").known_as

    def key(self, machine: str):
        return self.lab.host_key(ADDRESSES[machine])

    @property
    def keys(self) -> HostKeys:
        return HostKeys.read(self.home / "workspace" / "known_hosts")

    def standing(self, machine: str) -> Standing:
        return self.keys.standing(self.name(machine), self.key(machine))[0]

    def acts(self) -> list[tuple[str, str]]:
        return [(event.act, event.name) for event in self.keys.events()]


@pytest.fixture
def desk(tmp_path) -> Iterator[Desk]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
    environment = {**kept, "SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "200", "TERM": "dumb"}
    machines = {address: Machine(answer="debian-13-server") for address in ADDRESSES.values()}
    public = fresh_key(tmp_path / "key")
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=captured_answer) as lab:
        folder = tmp_path / "province"
        (folder / "agencies").mkdir(parents=True)
        (folder / "province.yaml").write_text(
            f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\ndefaults: {{access: {{port: {lab.port}}}}}\n",
            encoding="utf-8",
        )
        rows = "".join(
            f"  - {{id: {name}, kind: server, os: linux, address: {address}}}\n" for name, address in ADDRESSES.items()
        )
        (folder / "agencies" / "a.yaml").write_text(
            "agency: {id: a, name: Sở A, tier: province, submission: {accepted_on: 2026-01-01}}\nendpoints:\n" + rows,
            encoding="utf-8",
        )
        yield Desk(tmp_path, environment, lab)


def enrol_wrong(desk, machine):
    """As if the machine had another key when it was enrolled."""
    desk.keys.add(desk.name(machine), desk.lab.host_key("127.29.99.9"), who="before", at=NOW)


def test_first_contact_is_a_persons_decision_and_removal_undoes_it(desk):
    silent = desk.run("trust", "add")
    assert silent.returncode == 2 and "nobody answered" in silent.stderr
    assert desk.acts() == []
    assert desk.run("trust", "add", typed="yes\n").returncode == 0
    assert {desk.standing(name) for name in ADDRESSES} == {Standing.CONFIRMED}
    refused = desk.run("trust", "remove", "may-1", typed="no\n")
    assert refused.returncode == 3 and desk.standing("may-1") is Standing.CONFIRMED
    assert desk.key("may-1").fingerprint in refused.stdout
    assert desk.run("trust", "remove", "may-1", "--yes").returncode == 0
    assert desk.run("trust", "remove", desk.name("may-2"), "--yes").returncode == 0
    assert {desk.standing(name) for name in ADDRESSES} == {Standing.UNKNOWN}
    again = desk.run("trust", "remove", "may-1", "--yes")
    assert again.returncode == 2 and "no key is enrolled" in again.stderr
    history = desk.run("trust", "list", "--history")
    assert [act for act, _ in desk.acts()] == [Act.ENROLLED, Act.ENROLLED, Act.REMOVED, Act.REMOVED]
    assert all(word in history.stdout for word in ("enrolled", "removed", desk.name("may-1"), desk.key("may-2").fingerprint))
    done = desk.scan()
    assert done.returncode == 4 and desk.lab.offers == [], "nothing is offered to machines whose keys were removed"


def test_a_withdrawn_key_is_refused_everywhere_and_stays_withdrawn(desk):
    desk.run("trust", "add", "--yes")
    assert desk.run("trust", "revoke", "may-1", "--yes").returncode == 0
    assert desk.standing("may-1") is Standing.REVOKED
    assert desk.keys.standing("anywhere.vn", desk.key("may-1"))[0] is Standing.REVOKED
    shown = desk.run("trust", "scan", "--endpoint", "may-1")
    assert shown.returncode == 3 and "REVOKED" in shown.stdout
    assert desk.run("trust", "add", "--replace", "--yes").returncode == 0
    assert desk.standing("may-1") is Standing.REVOKED
    desk.scan()
    assert {address for address, _ in desk.lab.offers} == {ADDRESSES["may-2"]}
    assert (Act.REVOKED, "*") in desk.acts()


def test_fingerprints_read_on_site_are_compared_and_only_what_fits_is_enrolled(desk):
    collected = desk.home / "collected.txt"
    collected.write_text(
        f"# read on 2 November\nmay-1 {desk.key('may-1').fingerprint}\n"
        f"{desk.name('may-2')} {desk.lab.host_key('127.29.99.9').fingerprint}\n",
        encoding="utf-8",
    )
    done = desk.run("trust", "add", "--from", str(collected))
    assert done.returncode == 3
    assert "may-2 offers another key" in done.stderr and "NOT the key read on site" in done.stdout
    assert (desk.standing("may-1"), desk.standing("may-2")) == (Standing.CONFIRMED, Standing.UNKNOWN)
    wrong = desk.run("trust", "add", "--endpoint", "may-2", "--fingerprint", desk.key("may-1").fingerprint)
    assert wrong.returncode == 3 and desk.standing("may-2") is Standing.UNKNOWN
    right = desk.run("trust", "add", "--endpoint", "may-2", "--fingerprint", desk.key("may-2").fingerprint)
    assert right.returncode == 0 and desk.standing("may-2") is Standing.CONFIRMED
    assert desk.run("trust", "add", "--fingerprint", desk.key("may-2").fingerprint).returncode == 2


def test_lines_of_known_hosts_are_enrolled_without_asking_the_machines(desk):
    lines = "".join(f"{desk.name(name)} {desk.key(name).type} {desk.key(name).base64} from the machine\n" for name in ADDRESSES)
    plain, hashed = desk.home / "plain", desk.home / "hashed"
    plain.write_text(lines, encoding="utf-8")
    hashed.write_text(lines, encoding="utf-8")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(hashed)], check=True, capture_output=True, timeout=20)
    assert "|1|" in hashed.read_text(encoding="utf-8")
    assert desk.run("trust", "add", "--from", str(hashed), "--endpoint", "may-1", "--yes").returncode == 5, (
        "may-2 is out of scope"
    )
    assert desk.run("trust", "add", "--from", str(hashed), typed="yes\n").returncode == 0
    assert {desk.standing(name) for name in ADDRESSES} == {Standing.CONFIRMED}
    assert {entry.names for entry in desk.keys.known} == {desk.name(name) for name in ADDRESSES}
    assert desk.run("trust", "add", "--from", str(plain)).returncode == 0, "nothing is left to ask about"


def test_a_bad_list_is_refused_as_a_whole_with_every_line_named(desk):
    key, stranger = desk.key("may-1"), desk.key("may-2")
    bad = desk.home / "bad"
    bad.write_text(
        f"may-1 {key.fingerprint}\n\nmay-1 SHA256:short\nmay-7 {key.fingerprint}\n"
        f"{desk.name('may-1')} {key.type} {stranger.base64[:-8]}%%%\n*.vn {key.type} {key.base64}\n"
        f"@revoked * {key.type} {key.base64}\nmay-1\nmay-1 ssh-ed25519-cert-v01@openssh.com {key.base64}\n"
        f"|1|xx|yy {key.type} {key.base64}\nmay-1 \x1b[31mevil\n",
        encoding="utf-8",
    )
    done = desk.run("trust", "add", "--from", str(bad), "--yes")
    assert done.returncode == 5
    assert "\x1b" not in done.stdout + done.stderr
    assert {int(number) for number in re.findall(r"bad:(\d+)", done.stderr)} == {3, 4, 5, 6, 7, 8, 9, 10, 11}
    assert desk.acts() == []
    empty = desk.home / "empty"
    empty.write_text("# nothing\n", encoding="utf-8")
    assert desk.run("trust", "add", "--from", str(empty)).returncode == 5
    assert desk.run("trust", "add", "--from", str(desk.home / "none")).returncode == 2


def test_a_changed_key_is_shown_until_a_person_replaces_it_and_the_machine_is_seen(desk):
    desk.run("trust", "add", "--yes")
    assert "may-1" not in desk.run("measure").stdout.partition("do not count")[2]
    desk.scan()
    desk.run("trust", "remove", "may-1", "--yes")
    enrol_wrong(desk, "may-1")
    desk.scan()
    measured = desk.run("measure")
    assert "host key changed" in measured.stdout
    assert desk.key("may-1").fingerprint in measured.stdout and desk.lab.host_key("127.29.99.9").fingerprint in measured.stdout
    shown = desk.run("trust", "scan")
    assert shown.returncode == 3 and "CHANGED" in shown.stdout and "may-1 is in quarantine since" in shown.stdout
    left = desk.run("trust", "add", "--yes")
    assert left.returncode == 3 and "left alone" in left.stderr
    assert desk.run("trust", "add", "--replace", "--yes").returncode == 0
    assert (Act.REPLACED, desk.name("may-1")) in desk.acts()
    assert "in quarantine" in desk.run("trust", "scan").stdout, "until it was seen"
    desk.scan()
    assert "in quarantine" not in desk.run("trust", "scan").stdout
    history = desk.run("trust", "list", "--history").stdout
    assert "replaced" in history and "new machine accepted" in history


def test_accepting_needs_a_machine_of_the_inventory_and_a_word(desk):
    desk.run("trust", "add", "--yes")
    assert desk.run("trust", "accept", "may-1", "--yes").returncode == 6, "there is no store yet"
    desk.scan()
    assert desk.run("trust", "accept", "may-9", "--yes").returncode == 2
    assert desk.run("trust", "accept", "may-1", typed="\n").returncode == 3
    assert desk.run("trust", "accept", "may-1", "--yes").returncode == 0
    assert desk.run("trust", "list", "--history").stdout.count("new machine accepted") == 1
