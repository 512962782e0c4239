"""What stays behind when a connection is over: nothing. Threads that linger made memory go with the machines."""

import threading

import pytest

from secaudit.lab.map import Machine, Misbehaviour
from secaudit.model.outcome import Sight
from secaudit.transport import TransportFailure
from secaudit.transport.conversation import FanoutTransport

ADDRESSES = tuple(f"127.20.7.{number}" for number in range(1, 9))


def librarys_threads():
    return [thread for thread in threading.enumerate() if isinstance(thread, FanoutTransport)]


def test_no_thread_of_the_library_outlives_its_connection(bench_with):
    bench = bench_with(dict.fromkeys(ADDRESSES, Machine(answer="x")))
    for address in ADDRESSES * 4:
        bench.ask(address)
        assert librarys_threads() == []


@pytest.mark.parametrize("kind", [Misbehaviour.SILENT, Misbehaviour.HANG_AUTH, Misbehaviour.DRIP_OUTPUT])
def test_nor_one_that_the_deadline_ended(bench_with, kind):
    bench = bench_with({ADDRESSES[0]: Machine(answer="x", misbehave=kind)})
    try:
        bench.ask(ADDRESSES[0], seconds=1.0)
    except TransportFailure as failure:
        assert failure.sight is Sight.TIMEOUT
    assert librarys_threads() == []
