"""The fan-out with transports made of a few lines: order, borders, limits, stopping."""

import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from secaudit.collect import Limits, NullObserver, collect
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Sight
from secaudit.transport import Abandoned, Cut, Reply, TransportFailure

LIMITS = Limits(in_flight=8, per_network=8, per_second=10_000, endpoint_seconds=20)
LAB = "SSH-2.0-secaudit-lab_OpenSSH"


class Says:
    """A transport that does what ``act(target, request, deadline)`` does; notes how many were asked at once."""

    def __init__(self, act):
        self.act = act
        self.lock = threading.Lock()
        self.now = self.most = self.asked = 0
        self.abandoned = threading.Event()
        self.begun_at = []

    def execute(self, target, request_for, *, deadline, max_bytes):
        with self.lock:
            self.now += 1
            self.asked += 1
            self.most = max(self.most, self.now)
            self.begun_at.append(time.monotonic())
        try:
            return self.act(target, request_for, deadline)
        finally:
            with self.lock:
                self.now -= 1

    def abandon(self):
        self.abandoned.set()


def nonce_of(request):
    return request.stdin.split(b"##SECAUDIT ", 1)[1][:32].decode()


def framed(nonce, *, stop=True):
    mark = f"##SECAUDIT {nonce}"
    text = f"motd\n{mark} start posix 1\n{mark} begin kernel\nLinux\n{mark} end kernel ok 0 100\n"
    return (text + (f"\n{mark} stop\n" if stop else f"{mark} begin os\nDeb")).encode()


def reply(stdout, **changes):
    return replace(Reply(stdout, "", 0, "SSH-2.0-OpenSSH_9.2p1", "SHA256:x", len(stdout)), **changes)


def good(target, request_for, deadline):
    return reply(framed(nonce_of(request_for("SSH-2.0-OpenSSH_9.2p1"))))


def run(jobs, transport, diary, **options):
    options.setdefault("limits", LIMITS)
    options.setdefault("stop", threading.Event())
    keep = options.pop("keep", diary.keep)
    return collect(jobs, transport, knowledge=Knowledge(), keep=keep, observer=diary, **options)


def test_every_endpoint_has_one_outcome_and_is_kept_before_it_is_told(diary, job):
    jobs = [job(f"m{n}", f"127.20.1.{n}") for n in range(1, 151)]
    sights = run(jobs, Says(good), diary)
    assert sights == Counter({Sight.SEEN: 150})
    assert diary.totals == [150]
    assert diary.ends == [False]
    assert max(diary.batches) <= 64
    for each in jobs:
        told = [kind for kind, name in diary.events if name == each.endpoint.id]
        assert told == ["ask", "keep", "tell"]


def test_keeping_and_telling_happen_in_the_callers_thread(diary, job):
    threads = set()

    def keep(outcomes):
        threads.add(threading.current_thread())
        return diary.keep(outcomes)

    run([job(f"m{n}") for n in range(40)], Says(good), diary, keep=keep)
    assert threads == {threading.current_thread()}


def test_a_seen_endpoint(diary, job):
    run([job("a")], Says(good), diary)
    outcome = diary.of("a")
    assert (outcome.sight, outcome.detail, outcome.lab) == (Sight.SEEN, "", False)
    assert outcome.capture is not None and outcome.capture.complete
    assert outcome.facts
    assert (outcome.host_key, outcome.server_version) == ("SHA256:x", "SSH-2.0-OpenSSH_9.2p1")
    assert outcome.started_at <= outcome.finished_at
    assert outcome.started_at.tzinfo is not None


def test_every_run_has_its_own_nonce(diary, job):
    nonces = set()

    def act(target, request_for, deadline):
        request = request_for("SSH-2.0-OpenSSH")
        nonces.add(nonce_of(request))
        return reply(framed(nonce_of(request)))

    run([job(f"m{n}") for n in range(30)], Says(act), diary)
    assert len(nonces) == 30


def test_nobody_to_ask_and_machines_that_must_not_be_asked(diary, job):
    transport = Says(good)
    sights = run([job("a", None), job("b", kind="isolated"), job("c")], transport, diary)
    assert sights == Counter({Sight.NO_WAY_IN: 2, Sight.SEEN: 1})
    assert transport.asked == 1
    assert "isolated" in diary.of("b").detail
    assert "address" in diary.of("a").detail


@pytest.mark.parametrize("sight", [Sight.DNS, Sight.REFUSED, Sight.HOST_KEY, Sight.AUTH, Sight.TIMEOUT])
def test_failures_of_the_way_are_kept_with_what_is_known(diary, job, sight):
    def act(*_):
        raise TransportFailure(sight, "why\x1b[31m", host_key="SHA256:k", server_version=LAB)

    run([job("a")], Says(act), diary)
    outcome = diary.of("a")
    assert outcome.sight is sight
    assert outcome.detail == "why\ufffd[31m"
    assert (outcome.host_key, outcome.server_version, outcome.lab) == ("SHA256:k", LAB, True)
    assert outcome.capture is None
    assert outcome.facts is None


@pytest.mark.parametrize(
    ("make", "sight", "word"),
    [
        (lambda nonce: reply(b""), Sight.SHELL, "no output"),
        (lambda nonce: reply(b"This account is closed", exit_status=1), Sight.SHELL, "exit status 1"),
        (lambda nonce: reply(b"", stderr="sudo: a password is required"), Sight.SUDO, "password is required"),
        (lambda nonce: reply(b"zz", cut=Cut.DEADLINE), Sight.TIMEOUT, "time"),
        (lambda nonce: reply(b"zz", cut=Cut.BYTES), Sight.TRUNCATED, "more came"),
        (lambda nonce: reply(b"zz", cut=Cut.CONNECTION), Sight.TRUNCATED, "broke"),
        (lambda nonce: reply(framed(nonce).replace(b"start posix 1", b"start 7")), Sight.PROTOCOL, "start marker"),
        (lambda nonce: reply(framed("f" * 32)), Sight.SHELL, ""),
    ],
)
def test_answers_that_are_none(diary, job, make, sight, word):
    def act(target, request_for, deadline):
        return make(nonce_of(request_for("SSH-2.0-x")))

    run([job("a")], Says(act), diary)
    outcome = diary.of("a")
    assert outcome.sight is sight
    assert word in outcome.detail
    assert outcome.capture is None


@pytest.mark.parametrize("cut", [None, *Cut])
def test_a_partial_answer_is_evidence_but_not_seen(diary, job, cut):
    def act(target, request_for, deadline):
        return reply(framed(nonce_of(request_for("SSH-2.0-x")), stop=False), cut=cut)

    run([job("a")], Says(act), diary)
    outcome = diary.of("a")
    assert outcome.sight is Sight.TRUNCATED
    assert outcome.capture is not None and not outcome.capture.complete
    assert outcome.facts
    assert "2 sections" in outcome.detail


def test_a_whole_answer_counts_even_when_the_connection_was_cut_after_it(diary, job):
    def act(target, request_for, deadline):
        return reply(framed(nonce_of(request_for("SSH-2.0-x"))), cut=Cut.DEADLINE)

    assert run([job("a")], Says(act), diary) == Counter({Sight.SEEN: 1})


def test_a_defect_at_one_endpoint_stays_there_and_says_nothing_it_should_not(diary, job):
    def act(target, request_for, deadline):
        if target.host == "127.20.1.2":
            raise KeyError("Hoa-Phuong-2026")
        return good(target, request_for, deadline)

    sights = run([job("a"), job("b", "127.20.1.2"), job("c")], Says(act), diary)
    assert sights == Counter({Sight.SEEN: 2, Sight.INTERNAL: 1})
    assert diary.of("b").detail.startswith("KeyError at test_fanout.py:")
    assert "Hoa-Phuong" not in diary.of("b").detail


def test_a_defect_while_reading_facts_stays_there(diary, job, monkeypatch):
    def broken(*_):
        raise RuntimeError("x")

    monkeypatch.setattr("secaudit.collect.look.parse_facts", broken)
    assert run([job("a")], Says(good), diary) == Counter({Sight.INTERNAL: 1})


def test_lab_data_is_marked_whoever_says_so(diary, job):
    def act(target, request_for, deadline):
        version = LAB if target.host == "127.20.1.2" else "SSH-2.0-OpenSSH"
        return reply(framed(nonce_of(request_for(version))), server_version=version)

    run([job("real"), job("banner", "127.20.1.2"), job("declared", lab=True)], Says(act), diary)
    assert [diary.of(name).lab for name in ("real", "banner", "declared")] == [False, True, True]


def test_windows_by_banner_and_sudo_only_where_it_exists(diary, job):
    commands = {}

    def act(target, request_for, deadline):
        request = request_for("SSH-2.0-OpenSSH_for_Windows_9.5" if target.host.endswith("2") else "SSH-2.0-OpenSSH_9.2")
        commands[target.host] = request
        raise TransportFailure(Sight.CHANNEL, "enough")

    run([job("linux"), job("windows", "127.20.1.2")], Says(act), diary, sudo=True)
    assert "powershell" in commands["127.20.1.2"].command
    assert b"SUDO=" not in commands["127.20.1.2"].stdin
    assert b"SUDO='yes'" in commands["127.20.1.1"].stdin


def test_connections_in_flight_are_bounded(diary, job):
    def act(target, request_for, deadline):
        time.sleep(0.01)
        return good(target, request_for, deadline)

    transport = Says(act)
    run([job(f"m{n}") for n in range(60)], transport, diary, limits=replace(LIMITS, in_flight=5))
    assert transport.asked == 60
    assert 1 < transport.most <= 5


def test_new_connections_are_paced(diary, job):
    transport = Says(good)
    run([job(f"m{n}") for n in range(21)], transport, diary, limits=replace(LIMITS, per_second=50))
    assert transport.begun_at[-1] - transport.begun_at[0] >= 0.38


def test_each_endpoint_gets_its_own_deadline(diary, job):
    lefts = []

    def act(target, request_for, deadline):
        lefts.append(deadline - time.monotonic())
        time.sleep(0.05)
        return good(target, request_for, deadline)

    run([job(f"m{n}") for n in range(12)], Says(act), diary, limits=replace(LIMITS, in_flight=2, endpoint_seconds=7))
    assert all(6 < left <= 7 for left in lefts)


def test_stopping_keeps_what_is_finished_and_leaves_the_rest_alone(diary, job):
    stop, transport = threading.Event(), None

    def act(target, request_for, deadline):
        if target.host == "127.20.1.1":
            return good(target, request_for, deadline)
        transport.abandoned.wait(20)
        raise Abandoned

    transport = Says(act)

    class Stopping(NullObserver):
        def kept(self, stored):
            diary.kept(stored)
            stop.set()

        def ended(self, sights, *, interrupted):
            diary.ended(sights, interrupted=interrupted)

    jobs = [job("done"), *(job(f"open{n}", "127.20.1.2") for n in range(30))]
    began = time.monotonic()
    sights = collect(jobs, transport, limits=LIMITS, knowledge=Knowledge(), keep=diary.keep, observer=Stopping(), stop=stop)
    assert time.monotonic() - began < 15
    assert sights == Counter({Sight.SEEN: 1})
    assert [outcome.endpoint for outcome in diary.outcomes] == ["done"]
    assert transport.asked <= 9
    assert diary.ends == [True]


def test_an_interrupt_keeps_what_is_finished_and_goes_on_up(diary, job):
    transport = None

    def act(target, request_for, deadline):
        if target.host == "127.20.1.1":
            return good(target, request_for, deadline)
        transport.abandoned.wait(20)
        raise Abandoned

    transport = Says(act)

    class Interrupting(NullObserver):
        def kept(self, stored):
            raise KeyboardInterrupt

    jobs = [job("done"), *(job(f"open{n}", "127.20.1.2") for n in range(30))]
    with pytest.raises(KeyboardInterrupt):
        collect(
            jobs,
            transport,
            limits=LIMITS,
            knowledge=Knowledge(),
            keep=diary.keep,
            observer=Interrupting(),
            stop=threading.Event(),
        )
    assert [outcome.endpoint for outcome in diary.outcomes] == ["done"]


def test_a_store_that_cannot_keep_ends_the_run(diary, job):
    transport = None

    def act(target, request_for, deadline):
        transport.abandoned.wait(0.05)
        return good(target, request_for, deadline)

    transport = Says(act)

    def keep(outcomes):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run([job(f"m{n}") for n in range(500)], transport, diary, keep=keep)
    assert transport.abandoned.is_set()
    asked = transport.asked
    time.sleep(0.3)
    assert transport.asked <= asked + LIMITS.in_flight < 500


def test_a_run_already_stopped_asks_nobody(diary, job):
    stop, transport = threading.Event(), Says(good)
    stop.set()
    assert run([job("a")], transport, diary, stop=stop) == Counter()
    assert transport.asked == 0


def test_a_time_limit_of_the_run_lets_those_under_way_finish(diary, job):
    def act(target, request_for, deadline):
        time.sleep(0.5)
        return good(target, request_for, deadline)

    sights = run([job(f"m{n}") for n in range(40)], Says(act), diary, limits=replace(LIMITS, in_flight=4, run_seconds=0.2))
    assert 4 <= sights[Sight.SEEN] < 40
    assert diary.ends == [False]
    assert len(diary.outcomes) == sights[Sight.SEEN]


def test_no_jobs(diary):
    assert run([], Says(good), diary) == Counter()
    assert diary.ends == [False]


def test_stacks_are_small_only_while_it_runs(diary, job):
    sizes = []

    def act(target, request_for, deadline):
        sizes.append(threading.stack_size())
        return good(target, request_for, deadline)

    before = threading.stack_size()
    run([job("a")], Says(act), diary)
    assert sizes == [256 * 1024]
    assert threading.stack_size() == before


@pytest.mark.parametrize(
    "field",
    [
        "in_flight", "per_network", "per_province_network", "per_jump", "per_second", "endpoint_seconds", "answer_bytes",
        "run_seconds", "retry_seconds",
    ],
)  # fmt: skip
def test_limits_are_positive(field):
    with pytest.raises(ValueError, match="positive"):
        Limits(**{field: 0})


def test_a_run_without_an_end_does_not_try_for_ever():
    with pytest.raises(ValueError, match="number of retries"):
        Limits(retries=None)
    with pytest.raises(ValueError, match="not negative"):
        Limits(retries=-1)
    assert Limits(retries=None, run_seconds=60).retries is None
