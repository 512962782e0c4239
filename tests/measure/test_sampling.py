"""A sample anybody can draw again, and bounds that hold."""

from fractions import Fraction
from hashlib import sha256
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.measure.sampling import drawn, possible_total

NAMES = [f"may-{number:03}" for number in range(200)]


def test_it_is_drawn_again_from_seed_and_names_alone():
    by_hand = sorted(NAMES, key=lambda name: sha256(f"2026 {name}".encode()).hexdigest())[:12]
    assert drawn("2026", reversed(NAMES), 12) == tuple(sorted(by_hand))
    assert drawn("2027", NAMES, 12) != drawn("2026", NAMES, 12)
    assert set(drawn("2026", NAMES, 12)) <= set(drawn("2026", NAMES, 50))
    assert drawn("2026", NAMES, 999) == tuple(NAMES)


def test_every_machine_is_drawn_about_as_often_as_any_other():
    times = dict.fromkeys(NAMES, 0)
    for seed in range(600):
        for name in drawn(str(seed), NAMES, 20):
            times[name] += 1
    assert min(times.values()) > 25 and max(times.values()) < 105, "60 times each is expected"


def exactly(population, sample, total, most):
    """Probability of at most ``most`` in the sample, with whole numbers."""
    return sum(Fraction(comb(total, k) * comb(population - total, sample - k), comb(population, sample)) for k in range(most + 1))


@pytest.mark.parametrize(("population", "sample"), [(1, 1), (10, 3), (40, 40), (60, 7), (5412 // 60, 20)])
def test_the_bounds_are_those_of_exact_arithmetic(population, sample):
    tail = Fraction(1, 40)
    for found in range(sample + 1):
        least, most = possible_total(population, sample, found)
        fits = range(found, population - (sample - found) + 1)
        assert most == max(total for total in fits if exactly(population, sample, total, found) > tail)
        at_least = {total: 1 - (exactly(population, sample, total, found - 1) if found else 0) for total in fits}
        assert least == min(total for total in fits if at_least[total] > tail)


@given(st.data())
def test_who_was_missed_makes_the_bounds_only_wider(data):
    population = data.draw(st.integers(1, 300))
    sample = data.draw(st.integers(1, population))
    found = data.draw(st.integers(0, sample))
    missed = data.draw(st.integers(0, sample - found))
    least, most = possible_total(population, sample, found)
    wider = possible_total(population, sample, found, missed)
    assert 0 <= wider[0] == least <= found * population // sample + population
    assert most <= wider[1] <= population
    assert found <= wider[1]


def test_a_sample_of_everybody_says_it_exactly():
    assert possible_total(44, 44, 1) == (1, 1)
    assert possible_total(44, 44, 1, 5) == (1, 6)


def test_nobody_drawn_says_nothing():
    assert possible_total(9, 0, 0) == (0, 9)
    with pytest.raises(ValueError, match="parts"):
        possible_total(10, 5, 4, 2)
