"""The bytes that answers may hold until they are kept: whoever came first is served first."""

import threading

from secaudit.collect.fanout import _Room


def taker(room, size):
    thread = threading.Thread(target=room.take, args=(size,), daemon=True)
    thread.start()
    thread.join(0.3)
    return thread


def test_a_large_answer_is_not_overtaken_by_small_ones():
    """It waited until nothing else was left and held its memory as long: a few such machines made memory grow without end."""
    room = _Room(100)
    room.take(60)
    large = taker(room, 90)
    small = taker(room, 10)
    assert large.is_alive()
    assert small.is_alive()
    room.give(60)
    for thread in (large, small):
        thread.join(10)
        assert not thread.is_alive()


def test_an_answer_larger_than_the_room_still_fits_into_an_empty_one():
    room = _Room(100)
    room.take(1000)
    other = taker(room, 1)
    assert other.is_alive()
    room.give(1000)
    other.join(10)
    assert not other.is_alive()


def test_nobody_waits_for_a_reader_who_is_gone():
    room = _Room(100)
    room.take(100)
    waiting = [taker(room, 50) for _ in range(3)]
    room.close()
    for thread in waiting:
        thread.join(10)
        assert not thread.is_alive()
