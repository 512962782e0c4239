"""What psutil read stands in for sections of the probe: same parsers, same meaning, never instead of what the probe obtained."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.facts import parse_facts
from secaudit.facts.this_machine import FILLED, LOCAL, SECTION, STANDS_FOR
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FACTS, Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge, LinuxTraces, Product, WindowsTraces

NOW = 1_795_400_000
DAY = 86_400
KNOWLEDGE = Knowledge(
    products=(
        Product(
            id="alone", vendor="V", name="Alone", kind="av", status="confirmed",
            linux=LinuxTraces(processes=("alone-scanner-daemon",)),
        ),
        Product(
            id="win", vendor="W", name="Win", kind="edr", status="confirmed",
            windows=WindowsTraces(services=("WinGuard",), processes=("winguard.exe",)),
        ),
    )
)  # fmt: skip
LINUX = {
    "format": 1,
    "system": "Linux",
    "release": "6.1.0-18-amd64",
    "host": "may-1",
    "now": NOW,
    "booted": NOW - 3 * DAY - 5,
    "memory": 4_000 * 1024 * 1024 + 77,
    "uid": 0,
    "processes": [[0, "systemd"], [0, "rsyslogd"], [0, "alone-scanner-daemon"], [1000, "auditd"]],
    "listening": [
        ["tcp", "0.0.0.0", 22], ["tcp", "::1", 631], ["udp", "127.0.0.53", 53], ["tcp", "::", 21], ["tcp", "::ffff:127.0.0.1", 9]
    ],
    "disks": [["/dev/sda1", "/", "ext4", 1, 1]],
    "users": [["an", NOW]],
    "missing": {},
}  # fmt: skip
# The shape psutil documents for Windows; it was never read on a real one.
WINDOWS = {
    "format": 1,
    "system": "Windows",
    "release": "10",
    "host": "PC-KE-TOAN",
    "now": NOW,
    "booted": NOW - 9 * DAY,
    "memory": 8 * 1024**3,
    "uid": None,
    "processes": [[None, "System"], [None, "winguard.exe"], [None, "explorer.exe"]],
    "listening": [["tcp", "0.0.0.0", 135], ["tcp", "::", 135], ["tcp", "127.0.0.1", 5354], ["udp", "192.168.1.7", 137]],
    "services": [["WinGuard", "running"], ["RemoteRegistry", "stopped"], ["EventLog", "running"], ["WinRM", "running"]],
    "windows": {"build": 19045, "product_type": 1},
    "missing": {},
}


def capture(reading, *sections, platform="posix", way=LOCAL, status=SectionStatus.OK, complete=True):
    body = reading if isinstance(reading, bytes) else json.dumps(reading).encode()
    made = (*sections, Section(SECTION, status, body))
    raw = b"".join(section.body for section in made)
    return Capture(platform, made, raw, hashlib.sha256(raw).hexdigest(), complete, {"way": way} if way else {})


def facts(*arguments, **more):
    return parse_facts(capture(*arguments, **more), KNOWLEDGE, datetime.fromtimestamp(NOW, UTC))


def known(found):
    return {name: fact.value for name, fact in found.items() if isinstance(fact, Known)}


def test_a_linux_machine_by_psutil_alone():
    found = facts(LINUX)
    assert known(found) == {
        "probe.privileged": True,
        "machine.name": "may-1",
        "machine.uptime_days": 3,
        "machine.memory_mb": 4000,
        "os.family": "linux",
        "os.kernel": "6.1.0-18-amd64",
        "network.listening": [{"protocol": "tcp", "port": 21}, {"protocol": "tcp", "port": 22}],
        "services.insecure": ["ftp"],
        "protection.products": [
            {"id": "alone", "name": "Alone", "kind": "av", "source": "process", "running": True}
        ],
        "logging.active": True,
    }  # fmt: skip
    assert {fact.section for fact in found.values() if isinstance(fact, Known)} == {SECTION}
    assert not found["protection.products"].complete, "without the list of packages nothing proves that there is no other product"
    assert isinstance(found["logging.audit"], Missing), "a process of a person's account is no service"


def test_a_windows_machine_by_psutil_alone():
    found = facts(WINDOWS, platform="windows")
    assert known(found) == {
        "machine.name": "PC-KE-TOAN",
        "machine.uptime_days": 9,
        "machine.memory_mb": 8192,
        "os.family": "windows",
        "os.id": "windows",
        "os.version": "10-22h2",
        "os.build": 19045,
        "os.server": False,
        "network.listening": [{"protocol": "tcp", "port": 135}, {"protocol": "udp", "port": 137}],
        "services.insecure": [],
        "services.unneeded": [],
        "protection.products": [
            {"id": "win", "name": "Win", "kind": "edr", "source": "process+service", "running": True}
        ],
        "logging.active": True,
        "settings.winrm": True,
    }  # fmt: skip
    assert not found["protection.products"].complete, "Security Center was not asked"


def test_what_the_probe_obtained_is_never_replaced():
    probe = (
        Section("identity", SectionStatus.OK, b"hostname=from-the-probe\n"),
        Section("listening", SectionStatus.OK, b"looked=yes\ntcp 00000000:01BB\n"),
        Section("kernel", SectionStatus.TIMEOUT, b""),
    )
    found = facts(LINUX, *probe, complete=False)
    assert found["machine.name"] == Known("from-the-probe", "identity")
    assert found["network.listening"] == Known([{"protocol": "tcp", "port": 443}], "listening")
    assert found["os.kernel"] == Known("6.1.0-18-amd64", SECTION), "what the probe did not read in time comes from psutil"


def test_nothing_but_the_listed_facts_is_filled():
    for platform, reading in (("posix", LINUX), ("windows", WINDOWS)):
        assert known(facts(reading, platform=platform)).keys() <= set(FILLED[platform])
        assert set(FILLED[platform]) <= FACTS.keys()


def test_an_answer_from_afar_cannot_bring_such_a_section():
    assert known(facts(LINUX, way="")) == {}


def test_a_clock_is_never_right_by_comparison_with_itself():
    clock = Section("clock-end", SectionStatus.OK, f"now={NOW}\n".encode())
    assert facts(LINUX, clock, way="")["time.skew_seconds"] == Known(0, "clock-end")
    for way in (LOCAL, "courier"):
        skew = facts(LINUX, clock, way=way)["time.skew_seconds"]
        assert isinstance(skew, Missing), way
        assert skew.reason is MissingReason.UNSUPPORTED


@pytest.mark.parametrize(("name", "facts_of"), [("processes", ("logging.active",)), ("listening", ("network.listening",))])
@pytest.mark.parametrize("why", ["denied", "truncated", "timeout"])
def test_a_list_that_was_not_read_proves_nothing_that_is_not_in_it(name, facts_of, why):
    without = {key: value for key, value in LINUX.items() if key != name}
    for reading in ({**LINUX, name: [], "missing": {name: why}}, {**without, "missing": {name: why}}):
        found = facts(reading)
        for fact in facts_of:
            assert isinstance(found[fact], Missing), (fact, found[fact])
    hidden = facts({**LINUX, "missing": {"processes": "denied"}})
    assert hidden["logging.active"].value is True, "what was seen runs"


def test_one_service_whose_state_is_unknown_leaves_all_of_them_open():
    found = facts({**WINDOWS, "services": [*WINDOWS["services"], ["TlntSvr", "unheard-of"]]}, platform="windows")
    for name in ("services.insecure", "services.unneeded", "settings.winrm"):
        assert isinstance(found[name], Missing)


def test_a_section_that_was_not_read_to_its_end_is_not_used():
    assert known(facts(LINUX, status=SectionStatus.TRUNCATED)) == {}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*LINUX, *WINDOWS, "x"]), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(values=st.dictionaries(st.sampled_from([*LINUX, *WINDOWS]), ANY, max_size=8), platform=st.sampled_from(sorted(STANDS_FOR)))
def test_any_reading_gives_every_fact_known_or_missing(values, platform):
    base = LINUX if platform == "posix" else WINDOWS
    found = facts({**base, **values}, platform=platform)
    assert found.keys() == FACTS.keys()
    assert not any(isinstance(fact, Missing) and "parser failed" in fact.detail for fact in found.values())


@given(body=st.binary(max_size=200))
def test_any_bytes_in_its_place_do_no_harm(body):
    assert known(facts(body)) == {}
