"""How many connections this machine can carry."""

import pytest

from secaudit.collect import Limits
from secaudit.collect.machine import LEAST, MOST, Machine, safe_limits, this_machine

GB = 1024**3


@pytest.mark.parametrize(
    ("machine", "in_flight"),
    [
        (Machine(16, 64 * GB, 100_000), MOST),
        (Machine(16, 64 * GB, None), MOST),
        (Machine(2, 64 * GB, 100_000), 400),
        (Machine(16, 1 * GB, 100_000), 128),
        (Machine(16, 64 * GB, 256), 192),
        (Machine(1, 1024, 10), LEAST),
    ],
)
def test_the_scarcest_thing_decides(machine, in_flight):
    assert machine.in_flight() == in_flight


def test_facts_of_this_machine():
    machine = this_machine()
    assert machine.cores >= 1
    assert machine.free_bytes > 0
    assert LEAST <= machine.in_flight() <= MOST


def test_only_the_number_in_flight_is_chosen():
    limits = safe_limits(Limits(endpoint_seconds=7))
    assert limits.endpoint_seconds == 7
    assert limits.answer_bytes == Limits().answer_bytes
    assert LEAST <= limits.in_flight <= MOST
