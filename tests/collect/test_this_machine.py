"""This machine without SSH: the real probe, real psutil, and what each gives where the other cannot."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.collect import Limits, this_machine
from secaudit.collect.identity import smbios_system, this_identity
from secaudit.collect.psutil_reading import MOST_BYTES, this_machine_reading
from secaudit.collect.this_machine import see_this_machine
from secaudit.facts import parse_facts
from secaudit.facts.this_machine import SECTION
from secaudit.model.fact import Known
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.store import Store
from secaudit.transport import local

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="compared with the /proc of the machine that runs the tests")
ENDPOINT = Endpoint(id="may-nay", kind="server")


def see(endpoint=ENDPOINT, *, seconds=90.0, **more):
    return see_this_machine(
        endpoint,
        knowledge=Knowledge(),
        limits=Limits(endpoint_seconds=seconds),
        clock=lambda: datetime.now(UTC),
        stop=more.pop("stop", threading.Event()),
        **more,
    )


def known(outcome):
    return {name: fact for name, fact in outcome.facts.items() if isinstance(fact, Known)}


def proc(name):
    return Path("/proc", name).read_text(encoding="utf-8").splitlines()


@pytest.fixture
def instead(monkeypatch):
    """The probe's command or script replaced by something that really runs, or really does not."""

    def replaced(command=None, edit=None):
        compose = this_machine.compose

        def other(*arguments, **more):
            request = compose(*arguments, **more)
            stdin = request.stdin if edit is None else edit(request.stdin)
            return replace(request, command=command or request.command, stdin=stdin)

        monkeypatch.setattr(this_machine, "compose", other)

    return replaced


@pytest.fixture(name="open_port")
def listen_everywhere():
    """A port that others could reach while the test lasts; nobody connects to it."""
    with socket.socket() as server, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        server.bind(("0.0.0.0", 0))
        server.listen()
        datagrams.bind(("0.0.0.0", 0))
        yield server.getsockname()[1], datagrams.getsockname()[1]


def test_the_probe_runs_here_as_over_ssh_and_psutil_adds_nothing_to_a_whole_answer():
    outcome = see()
    assert (outcome.sight, outcome.detail) == (Sight.SEEN, "")
    assert (outcome.way, outcome.grade, outcome.lab) == (Way.LOCAL, Grade.A, False)
    assert outcome.server_version == "local-linux"
    assert outcome.capture.complete
    assert SECTION not in outcome.capture.by_name
    assert outcome.facts["machine.name"] == Known(socket.gethostname(), "identity")
    assert not isinstance(outcome.facts["time.skew_seconds"], Known), "nothing was compared with its clock"


def test_every_fact_that_both_can_give_is_the_same(instead, open_port):
    before = json.loads(this_machine_reading(""))
    probe = see()
    instead(command="exec /nowhere/sh -s")
    alone = see()
    assert alone.sight is Sight.SEEN
    assert "psutil was asked instead" in alone.detail
    both = known(probe).keys() & known(alone).keys()
    assert both >= {
        "probe.privileged", "machine.name", "machine.uptime_days", "machine.memory_mb", "os.family", "os.kernel",
        "network.listening", "protection.products",
    }  # fmt: skip
    moving = {"network.listening", "machine.uptime_days"}
    for name in both - moving:
        assert alone.facts[name].value == probe.facts[name].value, name
        assert alone.facts[name].section == SECTION
    # What opened or closed while the probe ran may be in one of them.
    ports = {name: {(row["protocol"], row["port"]) for row in one.facts["network.listening"].value} for name, one in
             (("probe", probe), ("psutil", alone))}  # fmt: skip
    steady = {(kind, port) for kind, address, port in before["listening"] if not address.startswith(("127.", "::1"))}
    assert steady & ports["psutil"] <= ports["probe"]
    assert {("tcp", open_port[0]), ("udp", open_port[1])} <= ports["probe"] & ports["psutil"]
    assert abs(alone.facts["machine.uptime_days"].value - probe.facts["machine.uptime_days"].value) <= 1


def test_processes_boot_time_disks_and_memory_are_those_of_the_kernel():
    reading = json.loads(this_machine_reading("why"))
    names = {(owner, name[:15]) for owner, name in reading["processes"]}
    own = (os.getuid(), Path("/proc/self/comm").read_text(encoding="utf-8").strip())
    assert own in names
    [booted] = [line.split()[1] for line in proc("stat") if line.startswith("btime")]
    assert abs(reading["booted"] - int(booted)) <= 1
    mounted = {line.split()[1] for line in proc("mounts")}
    assert {row[1] for row in reading["disks"]} <= mounted
    for _, place, _, total, free in reading["disks"]:
        found = os.statvfs(place)
        assert total == found.f_blocks * found.f_frsize
        assert 0 <= free <= total
    [memory] = [line.split()[1] for line in proc("meminfo") if line.startswith("MemTotal")]
    assert reading["memory"] == int(memory) * 1024
    assert reading["missing"] == {}
    assert "argv" not in json.dumps(reading)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("exec /nowhere/sh -s", "the shell gave no output"),
        ("exec false", "the shell gave no output"),
        ("printf 'this account is restricted\\n'", "restricted"),
        ("printf '##SECAUDIT## language ConstrainedLanguage\\n'", "ConstrainedLanguage"),
    ],
)
def test_where_no_probe_may_run_psutil_tells_what_it_can(instead, command, says):
    instead(command=command)
    outcome = see()
    assert (outcome.sight, outcome.way, outcome.grade) == (Sight.SEEN, Way.LOCAL, Grade.A)
    assert says in outcome.detail
    assert [section.name for section in outcome.capture.sections] == [SECTION]
    assert outcome.facts["os.kernel"] == Known(os.uname().release, SECTION)
    assert not isinstance(outcome.facts["accounts.login"], Known), "psutil knows no accounts: nobody looked"


def test_where_there_is_no_shell_at_all_psutil_tells_what_it_can(monkeypatch):
    monkeypatch.setattr(local, "_start", lambda _command: subprocess.Popen(["/nowhere/sh"]))
    outcome = see()
    assert (outcome.sight, outcome.server_version) == (Sight.SEEN, "local-linux")
    assert "cannot be started" in outcome.detail
    assert outcome.facts["os.kernel"] == Known(os.uname().release, SECTION)


def test_a_probe_that_never_ends_is_ended_and_psutil_still_tells(instead):
    instead(command="exec sleep 300")
    began = time.monotonic()
    outcome = see(seconds=1.5)
    assert time.monotonic() - began < 60
    assert outcome.sight is Sight.SEEN
    assert "in its time" in outcome.detail
    assert outcome.facts["machine.name"].section == SECTION


def test_sections_that_came_before_the_probe_hung_stand_and_psutil_fills_the_rest(instead):
    instead(edit=lambda stdin: stdin.replace(b"\n  section kernel ", b"\n  sleep 300\n  section kernel ", 1))
    outcome = see(seconds=6)
    assert outcome.sight is Sight.SEEN
    assert not outcome.capture.complete, "the end was not made up"
    assert outcome.facts["machine.name"] == Known(socket.gethostname(), "identity"), "what the probe obtained is not replaced"
    assert outcome.facts["os.kernel"].section == SECTION
    assert outcome.facts["patch.manager"].reason == "truncated"


def test_a_section_that_failed_alone_is_filled(instead):
    instead(edit=lambda stdin: stdin.replace(b"s_listening() {", b"s_listening() {\n  return 9", 1))
    outcome = see()
    assert "listening" in outcome.detail
    assert outcome.capture.complete
    assert outcome.facts["network.listening"].section == SECTION
    assert outcome.facts["machine.name"].section == "identity"


def test_what_psutil_read_is_evidence_like_the_rest(instead, tmp_path):
    """Kept, digested, loaded, parsed again: the same facts, from the same bytes."""
    instead(command="exec false")
    outcome = see()
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        run = store.begin_run(started_at=outcome.started_at, who="t", way=Way.LOCAL, scope="this machine")
        [kept] = store.keep(run.number, [outcome])
        capture = store.captures_of([kept.number])[kept.number]
        store.end_run(run.number, "finished", outcome.finished_at)
        assert store.verify().intact
    assert b'"with": "psutil' in capture.raw
    assert capture.by_name[SECTION].body in capture.raw
    assert parse_facts(capture, Knowledge(), outcome.finished_at) == outcome.facts


@pytest.mark.parametrize("sudo", [False, True])
def test_the_probe_is_composed_for_a_machine_that_asks_itself(monkeypatch, sudo):
    """With what only a local audit may ask, and with sudo as over SSH."""
    asked = []
    compose = this_machine.compose

    def noted(platform, nonce, **more):
        asked.append((platform, more))
        return replace(compose(platform, nonce, **more), command="exec false")

    monkeypatch.setattr(this_machine, "compose", noted)
    see(sudo=sudo)
    assert asked == [("posix", {"sudo": sudo, "local": True})]
    assert "Microsoft.Update.Session" in compose("windows", "0" * 32, local=True).stdin.decode()


def test_an_isolated_machine_is_not_looked_at_here_either():
    class TouchedError(Exception):
        pass

    class Never:
        def execute(self, *_arguments, **_more):
            raise TouchedError

        abandon = execute

    def never(_why):
        raise TouchedError

    outcome = see(Endpoint(id="doc-lap", kind="isolated"), transport=Never(), reader=never)
    assert (outcome.sight, outcome.capture, outcome.facts) == (Sight.NO_WAY_IN, None, None)


def test_stopping_ends_the_look_and_leaves_no_outcome(instead):
    instead(command="exec sleep 300")
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    assert see(stop=stop) is None
    assert time.monotonic() - began < 60


def test_a_defect_of_ours_is_an_outcome_without_text_of_the_machine(instead):
    def broken(_why):
        raise KeyError("secret text")

    instead(command="exec false")
    outcome = see(reader=broken)
    assert outcome.sight is Sight.INTERNAL
    assert "KeyError" in outcome.detail
    assert "secret" not in outcome.detail


def test_a_reading_stays_small(monkeypatch):
    import secaudit.collect.psutil_reading as module

    monkeypatch.setitem(module._SOURCES, "processes", lambda: [[1, "x" * 200]] * 3_000)
    monkeypatch.setitem(module._SOURCES, "users", lambda: [["u", 1]] * 9_000)
    body = this_machine_reading("")
    assert len(body) <= MOST_BYTES
    reading = json.loads(body)
    assert reading["processes"] == []
    assert reading["missing"] == {"processes": "truncated", "users": "truncated"}


def test_the_name_of_this_machine_is_read_without_running_anything():
    assert this_identity().host == socket.gethostname()


def smbios(*records, version=(3, 2)):
    table = b"".join(records) + bytes([127, 4, 0, 0, 0, 0])
    return bytes([0, *version, 0]) + len(table).to_bytes(4, "little") + table


def system_record(serial, uuid):
    formatted = bytes([1, 27, 1, 0, 1, 2, 0, 3]) + uuid + bytes([6, 0, 0])
    return formatted + b"\0".join([b"Dell Inc.", b"OptiPlex", serial]) + b"\0\0"


BIOS = bytes([0, 6, 0, 0, 1, 0]) + b"Dell\0\0"
UUID = bytes.fromhex("44454c4c3100104a8050b7c04f4d3432")


def test_serial_number_and_uuid_of_a_firmware_table():
    assert smbios_system(smbios(BIOS, system_record(b"5CD1234", UUID))) == ("5CD1234", "4c4c4544-0031-4a10-8050-b7c04f4d3432")
    old = smbios(BIOS, system_record(b"5CD1234", UUID), version=(2, 4))
    assert smbios_system(old) == ("5CD1234", "44454c4c-3100-104a-8050-b7c04f4d3432"), "before 2.6 nothing is turned round"


@pytest.mark.parametrize("cut", range(0, 70, 3))
def test_a_damaged_firmware_table_gives_nothing_wrong(cut):
    raw = smbios(BIOS, system_record(b"5CD1234", UUID))[:cut]
    serial, _uuid = smbios_system(raw)
    assert serial in ("", "5CD1234")
