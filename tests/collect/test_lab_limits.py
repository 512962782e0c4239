"""Limits, order and retries over real SSH: what the machines themselves see of them."""

import socket
import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from secaudit.collect import Job, Limits, NullObserver, collect
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.server import LabServer
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Sight
from secaudit.transport import Credentials, HostKeys, KeyFile, Target
from secaudit.transport.conversation import OVERHEAD_BYTES
from secaudit.transport.ssh import SshTransport
from tests.collect.test_lab_run import answer

LIMITS = Limits(in_flight=40, per_network=40, per_second=1000, endpoint_seconds=20, retry_seconds=0.1)


class Watched(SshTransport):
    """The transport itself, with a note of what it received from each address."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.received = {}

    def execute(self, target, request_for, *, deadline, max_bytes):
        reply = super().execute(target, request_for, deadline=deadline, max_bytes=max_bytes)
        self.received[target.host] = reply.received
        return reply


def see(lab, key, jobs, diary, limits, observer=None):
    transport = Watched(Credentials((KeyFile(key),)), HostKeys.of_keys(lab.known_hosts()))
    sights = collect(
        jobs, transport, limits=limits, knowledge=Knowledge(), keep=diary.keep, observer=observer or diary, stop=threading.Event()
    )
    return sights, transport


def job_at(address, port, network=None, jump=None):
    endpoint = Endpoint(id=address, kind="server", address=address)
    return Job(endpoint, Target(address, port, "audit"), network=network, jump=jump)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.20.40.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("kind", ["network", "jump"])
def test_no_network_and_no_jump_host_sees_more_connections_than_it_may(tmp_path, diary, kind):
    """Counted where the commands run: at most three at once in each of two groups, and both at work at the same time."""
    addresses = {f"127.20.4{group}.{n}": f"g{group}" for group in (1, 2) for n in range(1, 16)}
    now, most, lock = Counter(), Counter(), threading.Lock()

    def slow(name, stdin):
        with lock:
            now[name] += 1
            most[name] = max(most[name], now[name])
            most["all"] = max(most["all"], now["g1"] + now["g2"])
        time.sleep(0.15)
        with lock:
            now[name] -= 1
        return answer(name, stdin)

    machines = {address: Machine(answer=group) for address, group in addresses.items()}
    public = fresh_key(tmp_path / "client")
    limits = replace(LIMITS, **{f"per_{kind}": 3})
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=slow) as lab:
        jobs = [job_at(address, lab.port, **{"network": address, kind: group}) for address, group in addresses.items()]
        sights, _ = see(lab, tmp_path / "client", jobs, diary, limits)
    assert sights == Counter({Sight.SEEN: 30})
    assert most["g1"] <= 3
    assert most["g2"] <= 3
    assert most["all"] > 3


def test_a_large_agency_that_keeps_silent_does_not_hold_up_the_others(tmp_path, diary):
    """Sixty silent machines first, eight workers, and a run too short for them: the small agencies are all seen."""
    silent = {f"127.20.43.{n}": Machine(misbehave=Misbehaviour.SILENT) for n in range(1, 61)}
    good = {f"127.20.44.{n}": Machine(answer="x") for n in range(1, 11)}
    public = fresh_key(tmp_path / "client")
    limits = replace(LIMITS, in_flight=8, per_network=2, endpoint_seconds=5, run_seconds=13)
    with LabServer(silent | good, folder=tmp_path / "lab", client_keys=[public], answerer=answer) as lab:
        jobs = [job_at(address, lab.port, "big") for address in silent] + [job_at(address, lab.port, address) for address in good]
        sights, _ = see(lab, tmp_path / "client", jobs, diary, limits)
    assert sights[Sight.SEEN] == 10
    # Two at a time for thirteen seconds of five each.
    assert sights[Sight.TIMEOUT] < 10
    asked = [name for kind, name in diary.events if kind == "ask"]
    assert set(asked[:14]) >= set(good), "workers waited behind the full network"


def test_the_budget_of_an_answer_holds_in_the_middle_of_the_stream(tmp_path, diary):
    addresses = ["127.20.45.1", "127.20.45.2"]
    machines = dict.fromkeys(addresses, Machine(answer="x", misbehave=Misbehaviour.ENDLESS_OUTPUT))
    public = fresh_key(tmp_path / "client")
    budget = 200_000
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=answer) as lab:
        jobs = [job_at(address, lab.port) for address in addresses]
        sights, transport = see(lab, tmp_path / "client", jobs, diary, replace(LIMITS, answer_bytes=budget))
    assert sights == Counter({Sight.TRUNCATED: 2})
    assert all(received < budget + OVERHEAD_BYTES + budget // 8 for received in transport.received.values())
    for outcome in diary.outcomes:
        assert "more came than an answer may have" in outcome.detail
        assert outcome.capture is None or len(outcome.capture.raw) <= budget


def test_the_seconds_of_a_machine_hold_for_every_kind_of_silence(tmp_path, diary):
    kinds = [
        Misbehaviour.SILENT, Misbehaviour.DRIP, Misbehaviour.HANG_AUTH, Misbehaviour.HANG_EXEC, Misbehaviour.DRIP_OUTPUT,
    ]  # fmt: skip
    machines = {f"127.20.46.{n}": Machine(answer="x", misbehave=kind) for n, kind in enumerate(kinds, start=1)}
    public = fresh_key(tmp_path / "client")
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=answer) as lab:
        jobs = [job_at(address, lab.port) for address in machines]
        sights, _ = see(lab, tmp_path / "client", jobs, diary, replace(LIMITS, endpoint_seconds=10))
    assert sights == Counter({Sight.TIMEOUT: 5})
    for outcome in diary.outcomes:
        took = (outcome.finished_at - outcome.started_at).total_seconds()
        assert 9.9 <= took <= 11.0 + 1.0, outcome.detail  # a tenth more, and a second for a computer with other work


def test_a_machine_that_is_switched_on_meanwhile_is_seen_in_the_same_run(tmp_path, diary):
    """Nothing listens at first; the server starts while the run goes on with others."""
    address, port = "127.20.47.1", free_port()
    public = fresh_key(tmp_path / "client")
    lab = LabServer({address: Machine(answer="x")}, folder=tmp_path / "lab", client_keys=[public], answerer=answer, port=port)

    class SwitchesOn(NullObserver):
        def deferred(self, endpoint):
            diary.deferred(endpoint)
            lab.__enter__()

        def kept(self, stored):
            diary.kept(stored)

    try:
        job = job_at(address, port)
        sights, _ = see(lab, tmp_path / "client", [job], diary, replace(LIMITS, retries=3, retry_seconds=1), SwitchesOn())
    finally:
        lab.__exit__(None, None, None)
    assert sights == Counter({Sight.SEEN: 1})
    assert diary.events == [("defer", address), ("keep", address), ("tell", address)]
    assert diary.of(address).detail.startswith("tried 2 times, at ")
    assert lab.offers == [(address, "publickey")]


@pytest.mark.parametrize("kind", [Misbehaviour.REFUSE_AUTH, Misbehaviour.HANG_AUTH, Misbehaviour.OTHER_KEY])
def test_no_machine_is_offered_a_credential_twice_or_after_a_changed_key(tmp_path, diary, kind):
    address = "127.20.48.1"
    public = fresh_key(tmp_path / "client")
    machines = {address: Machine(answer="x", misbehave=kind)}
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=answer) as lab:
        limits = replace(LIMITS, endpoint_seconds=3, retries=5)
        see(lab, tmp_path / "client", [job_at(address, lab.port)], diary, limits)
    assert len(lab.offers) == (0 if kind is Misbehaviour.OTHER_KEY else 1)
    assert "tried" not in diary.of(address).detail


def test_a_session_that_could_not_be_opened_is_tried_again(tmp_path, diary):
    address = "127.20.49.1"
    public = fresh_key(tmp_path / "client")
    machines = {address: Machine(answer="x", misbehave=Misbehaviour.REFUSE_SESSION)}
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=answer) as lab:
        see(lab, tmp_path / "client", [job_at(address, lab.port)], diary, replace(LIMITS, retries=2))
    assert diary.of(address).sight is Sight.CHANNEL
    assert "tried 3 times" in diary.of(address).detail
