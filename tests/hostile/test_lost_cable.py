"""Machines that vanish for good reasons of the network: a pulled cable, a filter, no way there; in namespaces of our own.

The auditor sits in one network namespace, each machine behind a cable of its own (tests/hosts). A relay in the machine's
namespace passes bytes on to the lab, so that server and client stay what they are everywhere else.
"""

import contextlib
import ctypes
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.transport import HostKeys
from tests.hostile.acts import MisbehavingLab
from tests.hostile.conftest import Range, control_characters
from tests.hostile.misbehaviour import AT_DEADLINE, DEADLINE, SHARE, SLACK, Case, rows_of
from tests.hosts.machine import Cables, _enter, ip

pytestmark = pytest.mark.lab

GOOD = 3
FROM_US, FROM_MACHINE = 1, 2
PULLED = {
    # An answer has 16 kB, all that comes before it less than 3. The other machine has said nothing but its identification.
    "lost-cable": (FROM_MACHINE, 8_000),
    "lost-cable-at-login": (FROM_US, 1),
}


class Relay:
    """Listens in a machine's namespace and passes on to the lab; pulls the cable when so many bytes went one way."""

    def __init__(self, space: str, address: str, port: int, lab: tuple[str, int], pull: tuple[int, int] | None) -> None:
        self._space = space
        self._lab = lab
        self._pull = pull
        self.pulled = threading.Event()
        self._over = threading.Event()
        self._open: list[socket.socket] = []
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net", "rb") as ours, open(f"/run/netns/{space}", "rb") as theirs:  # noqa: PTH123
            _enter(libc, theirs.fileno())
            try:
                self._listener = socket.create_server((address, port))
            finally:
                _enter(libc, ours.fileno())
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        for one in (self._listener, *self._open):
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._lab, 10)
                far.settimeout(None)
                self._open += [near, far]
                for way, source, target in ((FROM_US, near, far), (FROM_MACHINE, far, near)):
                    threading.Thread(target=self._pump, args=(way, source, target), daemon=True).start()

    def _pump(self, way: int, source: socket.socket, target: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                passed += len(data)
                if self._pull and self._pull[0] == way and passed >= self._pull[1] and not self.pulled.is_set():
                    if way == FROM_MACHINE:
                        target.sendall(data)
                        time.sleep(0.5)  # what came so far is on the other side
                    ip("-n", self._space, "link", "set", "eth0", "down")
                    self.pulled.set()
                if self.pulled.is_set():
                    self._over.wait(600)
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def _addresses(cables: Cables, lab: MisbehavingLab, inside: dict[str, str], ends: ExitStack) -> tuple[dict[str, str], dict]:
    """A cable for each machine; and what is wrong with some of them."""
    ids, relays = {}, {}
    for name, loopback in inside.items():
        space, address = ends.enter_context(cables.cable())
        ids[name] = address
        if name == "filtered-cable":
            device = f"host{cables._count - 1}"
            ip("-n", cables.name, "neigh", "replace", address, "lladdr", "02:00:00:00:00:01", "dev", device, "nud", "permanent")
        elif name == "switched-off":
            ip("-n", space, "address", "flush", "dev", "eth0")
        elif name == "no-route":
            ip("-n", cables.name, "route", "add", "unreachable", "198.19.0.0/16")
            ids[name] = "198.19.0.1"
        else:
            relays[name] = Relay(space, address, lab.port, (loopback, lab.port), PULLED.get(name))
            ends.callback(relays[name].close)
    return ids, relays


@pytest.fixture(scope="module", name="scanned")
def scan_over_cables(tmp_path_factory) -> Iterator[tuple[MisbehavingLab, dict, dict]]:
    """One scan of all of them, run in the auditor's namespace."""
    if os.geteuid() != 0:
        pytest.fail("network namespaces need root", pytrace=False)
    home = tmp_path_factory.mktemp("cables")
    names = [*(case.name for case in rows_of("lab")), *(f"good-{n}" for n in range(GOOD))]
    inside = {name: f"127.28.60.{number}" for number, name in enumerate(names, start=1)}
    machines = {address: Machine(answer="good") for address in inside.values()}
    with ExitStack() as ends:
        cables = ends.enter_context(Cables())
        keys = [fresh_key(home / "key")]
        lab = ends.enter_context(MisbehavingLab(machines, home, folder=home / "lab", client_keys=keys))
        ids, relays = _addresses(cables, lab, inside, ends)
        (home / "province" / "agencies").mkdir(parents=True)
        (home / "workspace").mkdir(mode=0o700)
        (home / "province" / "province.yaml").write_text(
            f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\ndefaults: {{access: {{port: {lab.port}}}}}\n",
            encoding="utf-8",
        )
        agency = "agency: {id: a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}\nendpoints:\n"
        rows = "".join(f"  - {{id: {name}, kind: server, os: linux, address: {address}}}\n" for name, address in ids.items())
        (home / "province" / "agencies" / "a.yaml").write_text(agency + rows, encoding="utf-8")
        enrolled = [(f"[{ids[name]}]:{lab.port}", lab.host_key(loopback)) for name, loopback in inside.items()]
        HostKeys.read(home / "workspace" / "known_hosts").add_all(enrolled, who="test", at=datetime.now(UTC))
        province = Range(home, lab, {})
        done = province.run(["ip", "netns", "exec", cables.name, *province.scan("--deadline", str(DEADLINE))])
        assert done.returncode == 4, done.stdout + done.stderr
        assert control_characters(done.stdout + done.stderr) == []
        shown = province.run([*province.command("runs", "show", "1", inventory=False), "--format", "json"])
        yield lab, {outcome["endpoint"]: outcome for outcome in json.loads(shown.stdout)["outcomes"]}, relays


@pytest.mark.parametrize("case", rows_of("lab"), ids=lambda case: case.name)
def test_machine_that(scanned, case: Case):
    """One row: its class and reason, its own deadline."""
    _, outcomes, relays = scanned
    outcome = outcomes[case.name]
    assert outcome["sight"] == case.sight, outcome
    assert case.says in outcome["detail"], outcome
    began, ended = (datetime.fromisoformat(outcome[name]) for name in ("started_at", "finished_at"))
    seconds = (ended - began).total_seconds()
    assert seconds <= DEADLINE * (1 + SHARE) + SLACK
    if case.ends == AT_DEADLINE:
        assert seconds >= DEADLINE * 0.99
    if case.name in PULLED:
        assert relays[case.name].pulled.is_set(), "the cable was never pulled"


def test_a_lost_cable_keeps_what_came(scanned):
    _, outcomes, _ = scanned
    assert "sections came" in outcomes["lost-cable"]["detail"]


def test_good_machines_behind_cables_are_done_before_the_first_deadline(scanned):
    _, outcomes, _ = scanned
    good = [outcomes[f"good-{n}"] for n in range(GOOD)]
    assert {outcome["sight"] for outcome in good} == {"seen"}
    waiting = [outcomes[case.name]["finished_at"] for case in rows_of("lab") if case.ends == AT_DEADLINE]
    assert max(outcome["finished_at"] for outcome in good) < min(waiting)


def test_only_machines_that_were_reached_were_offered_the_key(scanned):
    """The good ones and the one that was in the middle of its answer."""
    lab, _, _ = scanned
    assert lab.offers == [("good", "key")] * (GOOD + 1)
