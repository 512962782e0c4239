"""A credential refused five times in a row is not offered again in a run; every offer is recorded, never a secret."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.server import LabServer
from secaudit.model.outcome import OfferResult, Sight
from secaudit.model.secret import Secret
from secaudit.transport import Credentials, HostKeys, KeyFile, Target, TransportFailure
from secaudit.transport.offers import REFUSALS, Offers
from secaudit.transport.ssh import SshTransport
from tests.transport.conftest import Say

MANY = [f"127.20.9.{n}" for n in range(1, 41)]
PASSWORD = "Hoa-Phượng-2026"


def good(addresses=MANY):
    return {address: Machine(answer="x") for address in addresses}


def outcome(transport, target, seconds=60):
    try:
        transport.execute(target, lambda _v: Say(), deadline=time.monotonic() + seconds, max_bytes=1 << 20)
    except TransportFailure as failure:
        return failure
    return None


@pytest.fixture
def wrong_key(tmp_path):
    key = tmp_path / "stranger" / "key"
    fresh_key(key)
    return key


def test_one_after_another_exactly_five_machines_see_a_wrong_credential(bench_with, wrong_key):
    bench = bench_with(good())
    with closing(bench.transport(credentials=Credentials((KeyFile(wrong_key),)))) as transport:
        failures = [outcome(transport, bench.target(address)) for address in MANY[:12]]
        offers = transport.offers()
    assert {failure.sight for failure in failures} == {Sight.AUTH}
    assert Counter(method for _, method in bench.lab.offers) == {"publickey": REFUSALS}
    assert [offer.result for offer in offers] == [OfferResult.REFUSED] * REFUSALS
    for failure in failures[REFUSALS:]:
        assert failure.detail.startswith("no login was tried: ")
        assert offers[0].fingerprint in failure.detail
        assert failure.host_key is None, "not even connected to"


def test_in_flight_at_once_at_most_five_and_those_already_under_way(bench_with, wrong_key):
    bench = bench_with(good())
    at_once = 10
    with (
        closing(bench.transport(credentials=Credentials((KeyFile(wrong_key),)))) as transport,
        ThreadPoolExecutor(at_once) as pool,
    ):
        failures = list(pool.map(lambda address: outcome(transport, bench.target(address)), MANY * 3))
    assert {failure.sight for failure in failures} == {Sight.AUTH}
    assert REFUSALS <= len(bench.lab.offers) <= REFUSALS + at_once - 1


def test_a_success_begins_the_count_anew(bench_with, wrong_key):
    """The fifth refusal in a row counts, not the fifth refusal."""
    machines = {**good(MANY[:10]), MANY[4]: Machine(answer="x")}
    for address in MANY[:10]:
        if address != MANY[4]:
            machines[address] = Machine(answer="x", misbehave=Misbehaviour.REFUSE_AUTH)
    bench = bench_with(machines)
    with closing(bench.transport()) as transport:
        found = [outcome(transport, bench.target(address)) for address in MANY[:10]]
    assert found[4] is None
    assert len(bench.lab.offers) == 10, "four refusals, a success, and five more"


def test_of_several_credentials_the_others_go_on(bench_with, wrong_key):
    bench = bench_with(good())
    credentials = Credentials((KeyFile(wrong_key), KeyFile(bench.key)))
    with closing(bench.transport(credentials=credentials)) as transport:
        assert [outcome(transport, bench.target(address)) for address in MANY] == [None] * len(MANY)
        offers = transport.offers()
    refused = [offer for offer in offers if offer.result is OfferResult.REFUSED]
    assert len(refused) == REFUSALS
    assert len(offers) == len(MANY) + REFUSALS


def test_the_count_is_of_one_account(bench_with, wrong_key):
    bench = bench_with(good())
    with closing(bench.transport(credentials=Credentials((KeyFile(wrong_key),)))) as transport:
        for address in MANY[:7]:
            outcome(transport, bench.target(address))
        outcome(transport, replace(bench.target(MANY[8]), user="someone-else"))
    assert len(bench.lab.offers) == REFUSALS + 1


@pytest.mark.parametrize("interactive", [False, True], ids=["password", "keyboard-interactive"])
def test_a_wrong_password_reaches_five_machines(tmp_path, interactive):
    lab = LabServer(
        good(),
        folder=tmp_path / "lab",
        client_keys=[],
        answerer=lambda _n, s: s,
        password=Secret("other"),
        interactive=interactive,
    )
    with lab, closing(SshTransport(Credentials(password=Secret(PASSWORD)), HostKeys.of_keys(lab.known_hosts()))) as transport:
        failures = [outcome(transport, Target(address, lab.port, "audit")) for address in MANY[:9]]
        offers = transport.offers()
    wanted = "keyboard-interactive" if interactive else "password"
    assert Counter(method for _, method in lab.offers)[wanted] == REFUSALS
    assert {failure.sight for failure in failures} == {Sight.AUTH}
    assert "the password" in failures[-1].detail
    assert all(offer.fingerprint is None for offer in offers)
    assert PASSWORD not in repr(offers) + "".join(failure.detail for failure in failures)


def test_machines_that_never_answer_a_login_are_no_refusals_and_are_recorded(bench_with):
    silent = {address: Machine(answer="x", misbehave=Misbehaviour.HANG_AUTH) for address in MANY[:7]}
    bench = bench_with({**silent, MANY[8]: Machine(answer="x")})
    with closing(bench.transport()) as transport, ThreadPoolExecutor(7) as pool:
        failures = list(pool.map(lambda address: outcome(transport, bench.target(address), seconds=4), MANY[:7]))
        offers = transport.offers()
        assert outcome(transport, bench.target(MANY[8])) is None
    assert {failure.sight for failure in failures} == {Sight.TIMEOUT}
    assert {offer.result for offer in offers} == {OfferResult.NO_ANSWER}
    assert sorted(offer.machine for offer in offers) == sorted(bench.target(address).known_as for address in MANY[:7])


def test_what_is_counted_when_a_server_hangs_up(tmp_path):
    """A password may have been counted against the account, a key was not: the server said nothing about it."""
    for proof, spent in ((Secret(PASSWORD), True), ("SHA256:key", False)):
        offers, target = Offers(), Target("127.0.0.1", 22, "u")
        for _ in range(REFUSALS):
            offers.note(target, "x", proof, OfferResult.NO_ANSWER, refusal=spent)
        assert offers.spent("u", proof) is spent
        assert not offers.spent("other", proof)


def test_offers_are_given_once_and_none_is_lost_between_threads():
    offers = Offers()
    target = Target("127.0.0.1", 22, "u", name="m")
    taken = []
    stop = threading.Event()

    def take():
        while not stop.is_set():
            taken.extend(offers.taken())

    taker = threading.Thread(target=take)
    taker.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _n: offers.note(target, "publickey", "SHA256:x", OfferResult.NO_ANSWER), range(2000)))
    stop.set()
    taker.join()
    taken.extend(offers.taken())
    assert len(taken) == 2000
