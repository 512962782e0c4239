"""Remembering stays bounded, and stops where it does not repay."""

from secaudit.expr.memory import LIMIT, Memory


def ask(memory, key):
    found = memory.entries.get(key)
    if found is None:
        memory.keep(key, key + 1)
        return key + 1
    memory.hits += 1
    return found


def test_it_never_holds_more_than_its_limit():
    memory = Memory()
    for key in range(5 * LIMIT):
        assert ask(memory, key) == ask(memory, key) == key + 1
        assert len(memory.entries) <= LIMIT
    assert memory.repays


def test_it_stops_where_no_key_comes_twice():
    memory = Memory()
    for key in range(2 * LIMIT):
        assert ask(memory, key) == key + 1
    assert not memory.repays
    assert len(memory.entries) <= 1
    assert ask(memory, 7) == 8
