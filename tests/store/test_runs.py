"""Runs and outcomes: what begins, what is kept, what ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import StoreError
from secaudit.model.outcome import Sight, Way
from secaudit.store import Store


def test_a_run_from_beginning_to_end(store: Store, make: Any) -> None:
    run = make.begin(store, scope="agency=so-khcn", way=Way.COURIER)
    assert (run.number, run.status, run.finished_at, run.counts) == (1, "running", None, ())
    store.keep(run.number, [make.outcome("pc-1"), make.outcome("pc-2", sight=Sight.AUTH)])
    kept = store.keep(run.number, [make.outcome("pc-3")])
    assert [one.number for one in kept] == [3]
    ended = store.end_run(run.number, "finished", make.noon + timedelta(hours=1))
    assert ended.counts == (("auth", 1), ("seen", 2))
    assert ended.finished_at == make.noon + timedelta(hours=1)
    assert store.run(1) == ended
    assert store.runs() == [ended]
    assert (ended.scope, ended.way, ended.inventory_digest) == ("agency=so-khcn", Way.COURIER, "i" * 64)


def test_outcomes_come_back_in_order_and_chained(store: Store, make: Any) -> None:
    run = make.begin(store)
    names = [f"pc-{number}" for number in (5, 3, 9, 1)]
    kept = store.keep(run.number, [make.outcome(name) for name in names])
    back = store.outcomes(run.number)
    assert [one.outcome.endpoint for one in back] == names
    assert [one.number for one in back] == [1, 2, 3, 4]
    assert [one.chain for one in back] == [one.chain for one in kept]
    assert len({one.chain for one in back}) == 4
    assert all(one.outcome.capture is None and one.outcome.facts is None for one in back)
    assert store.head() == back[-1].chain


def test_equal_outcomes_have_different_chains(store: Store, make: Any) -> None:
    first, second = store.keep(make.begin(store).number, [make.outcome(), make.outcome()])
    assert first.chain != second.chain


def test_nothing_is_a_batch_too(store: Store, make: Any) -> None:
    assert store.keep(make.begin(store).number, []) == []
    assert store.head() == ""
    assert store.verify().count == 0


def test_a_batch_is_kept_whole_or_not_at_all(store: Store, make: Any) -> None:
    run = make.begin(store)
    bad = make.outcome("pc-2", capture=make.capture())
    object.__setattr__(bad.capture, "digest", "0" * 64)
    with pytest.raises(ValueError, match="digest"):
        store.keep(run.number, [make.outcome("pc-1"), bad])
    assert store.outcomes(run.number) == []
    [kept] = store.keep(run.number, [make.outcome("pc-3")])
    assert kept.number == 1


@pytest.mark.parametrize("name", ["", "pc\x00", "pc\n1", "pc\ud800"])
def test_an_outcome_needs_a_clean_endpoint(store: Store, make: Any, name: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        store.keep(make.begin(store).number, [make.outcome(name, sight=Sight.TIMEOUT)])


@pytest.mark.parametrize("status", ["finished", "interrupted", "failed"])
def test_an_ended_run_takes_nothing_more(store: Store, make: Any, status: str) -> None:
    run = make.begin(store)
    assert store.end_run(run.number, status, make.noon).status == status
    with pytest.raises(StoreError, match="not open"):
        store.keep(run.number, [make.outcome()])
    with pytest.raises(StoreError, match="not open"):
        store.end_run(run.number, "finished", make.noon)
    assert store.head() == ""


def test_a_run_cannot_end_as_anything(store: Store, make: Any) -> None:
    run = make.begin(store)
    with pytest.raises(ValueError, match="running"):
        store.end_run(run.number, "running", make.noon)


def test_what_does_not_exist_is_said(store: Store, make: Any) -> None:
    for ask in (
        lambda: store.run(7),
        lambda: store.outcome(7),
        lambda: store.keep(7, [make.outcome()]),
        lambda: store.end_run(7, "failed", make.noon),
        lambda: store.save_facts(7, make.facts()),
        lambda: store.save_findings("c", make.noon, {7: [make.finding()]}),
    ):
        with pytest.raises(StoreError, match="7") as caught:
            ask()
        assert caught.value.hint is not None
    assert store.outcomes(7) == []
    assert store.captures_of([7]) == {}
    assert store.history("nobody") == []


def test_a_run_left_open_is_marked_interrupted_by_the_next(path: Path, make: Any) -> None:
    with Store.open(path) as store:
        make.begin(store)
        store.keep(1, [make.outcome()])
    with Store.open(path) as store:
        assert store.run(1).status == "running"
        second = make.begin(store)
        assert second.number == 2
        first = store.run(1)
        assert (first.status, first.finished_at, first.counts) == ("interrupted", None, (("seen", 1),))
        store.keep(2, [make.outcome("pc-2")])
        assert [one.outcome.endpoint for one in store.outcomes(2)] == ["pc-2"]
        assert store.verify().problems == ()


def test_long_texts_are_cut(store: Store, make: Any) -> None:
    run = make.begin(store, who="w" * 10_000, scope="s" * 100_000)
    store.keep(run.number, [make.outcome(detail="d" * 100_000, server_version="v" * 100_000)])
    back = store.outcomes(run.number)[0].outcome
    assert len(back.detail) <= 4000
    assert back.detail.endswith("…")
    assert len(back.server_version or "") <= 300
    assert len(store.run(1).who) <= 200


def test_many_threads_keep_at_once(store: Store, make: Any) -> None:
    run = make.begin(store)

    def keep(worker: int) -> list[int]:
        numbers = []
        for turn in range(10):
            batch = [make.outcome(f"pc-{worker}-{turn}-{place}") for place in range(2)]
            kept = store.keep(run.number, batch)
            assert [one.outcome.endpoint for one in kept] == [one.endpoint for one in batch]
            assert store.outcome(kept[0].number).outcome.endpoint == batch[0].endpoint
            numbers += [one.number for one in kept]
        return numbers

    with ThreadPoolExecutor(6) as pool:
        numbers = [number for found in pool.map(keep, range(6)) for number in found]
    assert sorted(numbers) == list(range(1, 121))
    assert store.verify().problems == ()


def test_many_findings_and_facts_in_one_go(store: Store, make: Any) -> None:
    """More outcomes than one query may name."""
    run = make.begin(store)
    kept = store.keep(run.number, [make.outcome(f"pc-{number}", capture=None) for number in range(1300)])
    numbers = [one.number for one in kept]
    store.save_findings("c", make.noon, {one.number: [make.finding(one.outcome.endpoint)] for one in kept})
    store.save_facts_of({number: make.facts(f"again {number}") for number in numbers}, knowledge_digest="n")
    findings = store.findings("c", numbers)
    assert sorted(findings) == numbers
    assert findings[1300] == (make.finding("pc-1299"),)
    facts = store.facts_of(numbers)
    assert facts[700] == make.facts("again 700")
    assert len(store.evidence_notes(numbers)) == 1300
    assert store.verify().problems == ()


def test_the_first_facts_stand_until_others_are_saved(store: Store, make: Any) -> None:
    first, second, none = store.keep(
        make.begin(store).number, [make.outcome("a"), make.outcome("b"), make.outcome("c", sight=Sight.DNS)]
    )
    store.save_facts(second.number, make.facts("again"))
    found = store.facts_of([first.number, second.number, none.number])
    assert found == {first.number: make.facts("a"), second.number: make.facts("again")}
