"""The fan-out over real SSH: every misbehaviour at once, hundreds in flight, and a real OpenSSH server with the real probe."""

import re
import threading
import time
from collections import Counter

import pytest

from secaudit.collect import Job, Limits, collect
from secaudit.errors import SecauditError
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.server import LabServer
from secaudit.lab.sshd import Sshd, sshd_binary
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Sight
from secaudit.transport import Credentials, HostKeys, KeyFile, Target
from secaudit.transport.ssh import SshTransport

EXPECTED = {
    Misbehaviour.SILENT: Sight.TIMEOUT,
    Misbehaviour.DRIP: Sight.TIMEOUT,
    Misbehaviour.ENDLESS_BANNER: Sight.BANNER,
    Misbehaviour.GARBAGE: Sight.BANNER,
    Misbehaviour.CLOSE_AT_ACCEPT: Sight.BANNER,
    Misbehaviour.OTHER_KEY: Sight.HOST_KEY,
    Misbehaviour.CLOSE_AFTER_KEX: Sight.AUTH,
    Misbehaviour.REFUSE_AUTH: Sight.AUTH,
    Misbehaviour.HANG_AUTH: Sight.TIMEOUT,
    Misbehaviour.REFUSE_SESSION: Sight.CHANNEL,
    Misbehaviour.HANG_EXEC: Sight.TIMEOUT,
    Misbehaviour.SHELL_EXITS: Sight.SHELL,
    Misbehaviour.ENDLESS_OUTPUT: Sight.TRUNCATED,
    Misbehaviour.DRIP_OUTPUT: Sight.TIMEOUT,
    Misbehaviour.NO_END_MARKER: Sight.TRUNCATED,
    Misbehaviour.CLOSE_IN_ANSWER: Sight.TRUNCATED,
    Misbehaviour.STDERR_FLOOD: Sight.SEEN,
}


def answer(_name, stdin):
    """A framed answer of three sections for whichever probe came."""
    found = re.search(rb"##SECAUDIT ([0-9a-f]{32})", stdin)
    if found is None:
        return None
    mark = b"##SECAUDIT " + found.group(1)
    sections = b"".join(mark + b" begin s%d\n" % n + b"x" * 2000 + b"\n" + mark + b" end s%d ok 0 9999\n" % n for n in range(3))
    return mark + b" start posix 1\n" + sections + mark + b" stop\n"


def see(lab, key, addresses, diary, limits):
    transport = SshTransport(Credentials((KeyFile(key),)), HostKeys.of_keys(lab.known_hosts()))
    jobs = [
        Job(Endpoint(id=address, kind="server", address=address), Target(address, lab.port, "audit")) for address in addresses
    ]
    return collect(jobs, transport, limits=limits, knowledge=Knowledge(), keep=diary.keep, observer=diary, stop=threading.Event())


def test_every_misbehaviour_has_a_class():
    assert set(EXPECTED) == set(Misbehaviour)


def test_bad_machines_get_their_class_and_delay_nobody(tmp_path, diary):
    bad = {f"127.20.6.{n}": kind for n, kind in enumerate(EXPECTED, start=1)}
    good = [f"127.20.7.{n}" for n in range(1, 31)]
    machines = {address: Machine(answer="x", misbehave=kind) for address, kind in bad.items()}
    machines |= {address: Machine(answer="x") for address in good}
    public = fresh_key(tmp_path / "client")
    limits = Limits(in_flight=60, per_network=60, per_second=1000, endpoint_seconds=10, answer_bytes=4_000_000)
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=answer) as lab:
        began = time.monotonic()
        sights = see(lab, tmp_path / "client", [*bad, *good], diary, limits)
        took = time.monotonic() - began
    assert {kind: diary.of(address).sight for address, kind in bad.items()} == EXPECTED
    assert all(diary.of(address).sight is Sight.SEEN for address in good)
    assert sum(sights.values()) == len(machines)
    assert took < 2 * limits.endpoint_seconds
    timeouts = {address for address, kind in bad.items() if EXPECTED[kind] is Sight.TIMEOUT}
    slowest = max(diary.events.index(("tell", address)) for address in good)
    assert all(diary.events.index(("tell", address)) > slowest for address in timeouts)
    for address in bad:
        detail = diary.of(address).detail
        assert detail or diary.of(address).sight is Sight.SEEN
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", detail)


def test_hundreds_in_flight(tmp_path, diary):
    addresses = [f"127.20.{8 + n // 250}.{1 + n % 250}" for n in range(400)]
    public = fresh_key(tmp_path / "client")
    machines = {address: Machine(answer="x") for address in addresses}
    limits = Limits(in_flight=200, per_network=200, per_second=10_000, endpoint_seconds=60)
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=answer) as lab:
        sights = see(lab, tmp_path / "client", addresses, diary, limits)
    assert sights == Counter({Sight.SEEN: 400})
    assert all(outcome.lab and len(outcome.capture.sections) == 3 for outcome in diary.outcomes)


def test_this_machine_through_a_real_openssh_server(tmp_path, diary):
    try:
        sshd_binary()
    except SecauditError as error:
        pytest.skip(str(error))
    addresses = ["127.20.0.10", "127.20.0.11"]
    with Sshd(addresses, 0, tmp_path / "sshd") as sshd:
        transport = SshTransport(Credentials((KeyFile(sshd.client_key),)), HostKeys.of_keys(sshd.known_hosts()))
        jobs = [Job(Endpoint(id=a, kind="server", os="linux", address=a), Target(a, sshd.port, sshd.user)) for a in addresses]
        sights = collect(
            jobs,
            transport,
            limits=Limits(endpoint_seconds=90),
            knowledge=Knowledge(),
            keep=diary.keep,
            observer=diary,
            stop=threading.Event(),
        )
        log = sshd.log()
    assert sights == Counter({Sight.SEEN: 2}), [(o.sight, o.detail) for o in diary.outcomes] + [log]
    outcome = diary.of("127.20.0.10")
    assert outcome.server_version.startswith("SSH-2.0-OpenSSH")
    assert outcome.host_key == sshd.host_key.fingerprint
    assert not outcome.lab
    assert outcome.capture.complete
    assert sum(section.status is SectionStatus.OK for section in outcome.capture.sections) > 5
    known = {name: fact for name, fact in outcome.facts.items() if isinstance(fact, Known)}
    assert "os.id" in known or "os.family" in known, sorted(known)


def test_a_real_server_that_does_not_know_the_key(tmp_path, diary):
    try:
        sshd_binary()
    except SecauditError as error:
        pytest.skip(str(error))
    fresh_key(tmp_path / "stranger")
    with Sshd(["127.20.0.10"], 0, tmp_path / "sshd") as sshd:
        transport = SshTransport(Credentials((KeyFile(tmp_path / "stranger"),)), HostKeys.of_keys(sshd.known_hosts()))
        job = Job(Endpoint(id="a", kind="server"), Target("127.20.0.10", sshd.port, sshd.user))
        collect([job], transport, limits=Limits(), knowledge=Knowledge(), keep=diary.keep, observer=diary, stop=threading.Event())
    assert diary.of("a").sight is Sight.AUTH
