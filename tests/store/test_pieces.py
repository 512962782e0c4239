"""Of every way and every console the newest sight is a piece of evidence, as long as it is fresh."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.model.fact import Known
from secaudit.model.identity import Identity
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.store import Store

GRADES = {Way.SSH: Grade.A, Way.LOCAL: Grade.A, Way.CONSOLE: Grade.B, Way.COURIER: Grade.C}
DAY = 24


def by(make: Any, way: Way, hours: float = 0, *, source: str | None = None, said: Identity | None = None, **more: Any) -> Any:
    facts = {} if said is None else {"machine.uuid": Known(said.uuid, "x"), "machine.serial": Known(said.serial, "x")}
    given_facts = {**make.facts(), **{name: fact for name, fact in facts.items() if fact.value}}
    return make.outcome("pc-1", hours=hours, way=way, grade=GRADES[way], server_version=source, **{"facts": given_facts, **more})


def numbers(store: Store, at: Any, fresh: float = 30, console: float = 14) -> list[int]:
    return [piece.number for piece in store.latest(at, fresh, console_days=console)["pc-1"].pieces]


def test_the_newest_of_each_way_and_console_stands_the_best_grade_first(store: Store, make: Any) -> None:
    kept = [
        by(make, Way.COURIER, 9), by(make, Way.CONSOLE, 1, source="ksc"), by(make, Way.CONSOLE, 8, source="ksc"),
        by(make, Way.CONSOLE, 7, source="soc-list"), by(make, Way.SSH, 2), by(make, Way.SSH, 3), by(make, Way.LOCAL, 1),
    ]  # fmt: skip
    store.keep(make.begin(store).number, kept)
    state = store.latest(make.noon + timedelta(hours=10), 30)["pc-1"]
    assert [piece.number for piece in state.pieces] == [6, 7, 3, 4, 1]
    assert state.evidence is state.pieces[0]
    assert len(state.said) == len(state.pieces)


def test_each_piece_goes_stale_by_itself_and_consoles_after_days_of_their_own(store: Store, make: Any) -> None:
    store.keep(make.begin(store).number, [by(make, Way.SSH), by(make, Way.CONSOLE, source="ksc"), by(make, Way.COURIER)])
    exactly = make.noon + timedelta(days=14)
    assert numbers(store, exactly) == [1, 2, 3]
    assert numbers(store, exactly + timedelta(microseconds=1)) == [1, 3]
    assert numbers(store, exactly, fresh=13) == [2], "the rule of consoles is their own"
    late = store.latest(make.noon + timedelta(days=31), 30)["pc-1"]
    assert (late.pieces, late.evidence, late.stale) == ((), None, True)
    assert not store.latest(exactly, 13)["pc-1"].stale


def test_a_quarantine_takes_all_pieces_and_neither_console_nor_collector_ends_it(store: Store, make: Any) -> None:
    changed = make.outcome("pc-1", hours=1, sight=Sight.HOST_KEY, detail="changed: enrolled is a, offered was b")
    after = [by(make, Way.CONSOLE, 2, source="ksc"), by(make, Way.COURIER, 3)]
    store.keep(make.begin(store).number, [by(make, Way.SSH), changed, *after])
    state = store.latest(make.noon + timedelta(hours=4), 30)["pc-1"]
    assert (state.pieces, state.evidence, state.said) == ((), None, ())
    assert state.doubt is not None


def test_of_a_machine_that_was_replaced_only_what_came_since_counts(store: Store, make: Any) -> None:
    store.keep(make.begin(store).number, [by(make, Way.SSH), by(make, Way.COURIER, 1), by(make, Way.CONSOLE, 5, source="ksc")])
    store.accept(["pc-1"], who="officer", at=make.noon + timedelta(hours=2))
    assert numbers(store, make.noon + timedelta(hours=6)) == [3]


def test_what_the_machine_itself_answered_says_which_machine_it_is(store: Store, make: Any) -> None:
    ours, other = Identity("u-1", "S1"), Identity("u-2", "S2")
    run = make.begin(store).number
    store.keep(run, [by(make, Way.CONSOLE, 1, source="ksc", said=other)])
    state = store.latest(make.noon + timedelta(hours=2), 30)["pc-1"]
    assert (state.identity, state.met) == (other, False)
    store.keep(run, [by(make, Way.SSH, 0, said=ours)])
    state = store.latest(make.noon + timedelta(hours=2), 30)["pc-1"]
    assert (state.identity, state.met, state.said) == (ours, True, (ours, other))
    stale = store.latest(make.noon + timedelta(hours=1), 1 / DAY / 2, console_days=1)["pc-1"]
    assert (stale.identity, stale.met, stale.said) == (ours, True, (other,)), "also when its answer is too old to count"


def test_facts_are_filled_in_for_every_piece_on_request(store: Store, make: Any) -> None:
    store.keep(make.begin(store).number, [by(make, Way.SSH), by(make, Way.COURIER)])
    state = store.latest(make.noon, 1, with_facts=True)["pc-1"]
    assert all(piece.outcome.facts == make.facts() for piece in state.pieces)
    assert state.evidence is state.pieces[0]


ATTEMPT = st.tuples(
    st.sampled_from([(Way.SSH, None), (Way.LOCAL, None), (Way.CONSOLE, "ksc"), (Way.CONSOLE, "eset"), (Way.COURIER, None)]),
    st.integers(0, 10),
    st.sampled_from([Sight.SEEN, Sight.SEEN, Sight.TIMEOUT]),
)
FOLDERS = count()


def naive(one: tuple[int, int, Any]) -> tuple[str, int, int]:
    return GRADES[one[2][0]].value, -one[0], -one[1]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=st.lists(ATTEMPT, max_size=10), as_of=st.integers(0, 11), fresh=st.integers(0, 6), console=st.integers(0, 6))
def test_against_a_naive_reading(tmp_path: Path, make: Any, attempts: list[Any], as_of: int, fresh: int, console: int) -> None:
    with Store.open(tmp_path / str(next(FOLDERS)) / "s.db") as store:
        outcomes = [by(make, way, hours, source=source, sight=sight) for (way, source), hours, sight in attempts]
        store.keep(make.begin(store).number, outcomes)
        found = store.latest(make.noon + timedelta(hours=as_of), fresh / DAY, console_days=console / DAY).get("pc-1")
    newest: dict[Any, tuple[int, int, Any]] = {}
    for number, (way, hours, sight) in enumerate(attempts, 1):
        if sight is Sight.SEEN and hours <= as_of:
            newest[way] = max(newest.get(way, (-1, 0, way)), (hours, number, way))
    counting = [one for one in newest.values() if one[0] >= as_of - (console if one[2][0] is Way.CONSOLE else fresh)]
    assert [piece.number for piece in (found.pieces if found else ())] == [one[1] for one in sorted(counting, key=naive)]
    assert found is None or found.stale is bool(newest and not counting)
