"""The chain: any column changed, anything missing, is found; pruning and re-parsing are not damage."""

import random
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import StoreError
from secaudit.model.finding import Verdict
from secaudit.model.outcome import Sight
from secaudit.store import FlawKind, Store, schema

Tamper = Callable[..., None]


@pytest.fixture
def filled(path: Path, make: Any) -> Path:
    """Two finished runs, six outcomes, facts of both kinds, findings."""
    with Store.open(path) as store:
        for number in (1, 2):
            run = make.begin(store, started_at=make.noon + timedelta(hours=number), who=f"officer {number}")
            names = [f"pc-{number}{letter}" for letter in "ab"]
            kept = store.keep(run.number, [make.outcome(name, hours=number) for name in names])
            store.keep(run.number, [make.outcome("pc-off", hours=number, sight=Sight.TIMEOUT)])
            store.save_findings("c" * 64, make.noon, {one.number: [make.finding(one.outcome.endpoint)] for one in kept})
            store.save_facts(kept[0].number, make.facts("ubuntu"), knowledge_digest="n" * 64)
            store.end_run(run.number, "finished", make.noon + timedelta(hours=number, minutes=5))
    return path


def problems(path: Path) -> list[tuple[FlawKind, int | None]]:
    with Store.open(path, create=False) as store:
        verification = store.verify()
    assert verification.intact is all(flaw.kind is FlawKind.OPEN for flaw in verification.problems)
    return [(flaw.kind, flaw.number) for flaw in verification.problems]


def test_an_untouched_store_is_intact(filled: Path) -> None:
    with Store.open(filled, create=False) as store:
        verification = store.verify()
        assert verification.problems == ()
        assert verification.count == 6
        assert verification.head == store.head() == store.outcome(6).chain
        assert store.number_of(verification.head) == 6
        assert store.number_of("0" * 64) is None


def netstring(value: object) -> bytes:
    if value is None:
        return b"-"
    data = str(value).encode()
    return str(len(data)).encode() + b":" + data


def test_the_chain_can_be_recomputed_with_nothing_of_ours(filled: Path) -> None:
    """The encoding as docs/store.md gives it."""
    connection = sqlite3.connect(filled)
    connection.row_factory = sqlite3.Row
    seal, heads, openings = "", {0: ""}, {}
    for run in connection.execute("SELECT * FROM runs ORDER BY number").fetchall():
        names = ("number", "started_at", "who", "way", "scope", "inventory_digest", "catalog_digest")
        text = b"secaudit run 1\n" + netstring(seal) + b"".join(netstring(run[name]) for name in names)
        openings[run["number"]] = sha256(text).hexdigest()
        assert openings[run["number"]] == run["opening"]
        seal = run["seal"]
    chain = ""
    for row in connection.execute("SELECT * FROM outcomes ORDER BY number").fetchall():
        names = (
            "number",
            "run",
            "endpoint",
            "way",
            "grade",
            "sight",
            "started_at",
            "finished_at",
            "detail",
            "capture_digest",
            "capture_size",
            "framing_digest",
            "facts_digest",
            "host_key",
            "server_version",
            "lab",
        )
        fields = [chain, openings[row["run"]], *(row[name] for name in names)]
        chain = sha256(b"secaudit outcome 1\n" + b"".join(netstring(field) for field in fields)).hexdigest()
        assert chain == row["chain"]
        heads[row["number"]] = chain
    for run in connection.execute("SELECT * FROM runs").fetchall():
        fields = [heads[run["last"]], run["opening"], run["status"], run["finished_at"], run["last"]]
        assert sha256(b"secaudit run end 1\n" + b"".join(netstring(field) for field in fields)).hexdigest() == run["seal"]
    connection.close()


def changed(column: Any) -> str:
    """SQL for another value of a column, of the same kind."""
    if isinstance(column.type, schema.Integer):
        return f"coalesce({column.name}, 0) + 1"
    if isinstance(column.type, schema.LargeBinary):
        return "x'00112233'"
    if column.name.endswith("_at"):
        return "'2026-11-02T00:00:00.000000+00:00'"
    return f"coalesce({column.name}, '') || 'x'"


CHAINED = [column for column in schema.outcomes.columns if column.name != "number"]


@pytest.mark.parametrize("column", CHAINED, ids=lambda column: column.name)
@pytest.mark.parametrize("number", [1, 3, 6])
def test_any_column_of_an_outcome(filled: Path, tamper: Tamper, column: Any, number: int) -> None:
    tamper(f"UPDATE outcomes SET {column.name} = {changed(column)} WHERE number = {number}")
    assert (FlawKind.CHAIN, number) in problems(filled)


@pytest.mark.parametrize("column", [column for column in CHAINED if column.nullable], ids=lambda column: column.name)
def test_any_column_of_an_outcome_emptied(filled: Path, tamper: Tamper, column: Any) -> None:
    tamper(f"UPDATE outcomes SET {column.name} = NULL WHERE number = 1")
    assert (FlawKind.CHAIN, 1) in problems(filled)


RUN_COLUMNS = [column for column in schema.runs.columns if column.name != "number"]


@pytest.mark.parametrize("column", RUN_COLUMNS, ids=lambda column: column.name)
@pytest.mark.parametrize("number", [1, 2])
def test_any_column_of_a_run(filled: Path, tamper: Tamper, column: Any, number: int) -> None:
    tamper(f"UPDATE runs SET {column.name} = {changed(column)} WHERE number = {number}")
    found = problems(filled)
    assert (FlawKind.RUN, number) in found or (column.name == "last" and found)


@pytest.mark.parametrize("name", ["framing", "body"])
def test_bytes_of_a_capture(filled: Path, tamper: Tamper, name: str) -> None:
    tamper(f"UPDATE captures SET {name} = x'00112233' WHERE outcome = 2")
    assert problems(filled) == [(FlawKind.CAPTURE, 2)]
    with Store.open(filled) as store, pytest.raises(StoreError, match="damaged"):
        store.captures_of([2])


def test_captures_swapped(filled: Path, tamper: Tamper) -> None:
    tamper(
        "UPDATE captures SET outcome = 99 WHERE outcome = 1",
        "UPDATE captures SET outcome = 1 WHERE outcome = 2",
        "UPDATE captures SET outcome = 2 WHERE outcome = 99",
    )
    assert problems(filled) == [(FlawKind.CAPTURE, 1), (FlawKind.CAPTURE, 2)]


def test_a_capture_removed_without_record(filled: Path, tamper: Tamper) -> None:
    tamper("DELETE FROM captures WHERE outcome IN (1, 2)")
    assert problems(filled) == [(FlawKind.CAPTURE, 1), (FlawKind.CAPTURE, 2)]


FACT_COLUMNS = [column for column in schema.facts.columns if column.name != "outcome"]


@pytest.mark.parametrize("column", FACT_COLUMNS, ids=lambda column: column.name)
@pytest.mark.parametrize(("outcome", "original"), [(2, 1), (1, 0)])
def test_any_column_of_facts(filled: Path, tamper: Tamper, column: Any, outcome: int, original: int) -> None:
    value = "5" if column.name == "original" else changed(column)
    tamper(f"UPDATE facts SET {column.name} = {value} WHERE outcome = {outcome} AND original = {original}")
    assert set(problems(filled)) == {(FlawKind.FACTS, outcome)}


def test_facts_put_in_place_of_others(filled: Path, tamper: Tamper) -> None:
    """A whole intact row of another machine, and first facts replaced by those parsed again."""
    tamper(
        "UPDATE facts SET body = (SELECT body FROM facts WHERE outcome = 2) WHERE outcome = 4 AND original = 1",
        "UPDATE facts SET digest = (SELECT digest FROM facts WHERE outcome = 2) WHERE outcome = 4 AND original = 1",
        "DELETE FROM facts WHERE outcome = 1 AND original = 1",
        "UPDATE facts SET original = 1 WHERE outcome = 1",
    )
    assert set(problems(filled)) == {(FlawKind.FACTS, 1), (FlawKind.FACTS, 4)}


def test_facts_that_are_gone(filled: Path, tamper: Tamper) -> None:
    tamper("DELETE FROM facts WHERE outcome = 2")
    assert problems(filled) == [(FlawKind.FACTS, 2)]


@pytest.mark.parametrize("name", ["judged_at", "body", "digest"])
def test_any_column_of_findings(filled: Path, tamper: Tamper, name: str) -> None:
    tamper(f"UPDATE findings SET {name} = {changed(schema.findings.columns[name])} WHERE outcome = 2")
    assert problems(filled) == [(FlawKind.FINDINGS, 2)]


def test_findings_under_another_catalog(filled: Path, tamper: Tamper) -> None:
    tamper("UPDATE catalogs SET digest = 'other'")
    assert {kind for kind, _ in problems(filled)} == {FlawKind.FINDINGS}


def test_an_outcome_cut_out(filled: Path, tamper: Tamper) -> None:
    tamper("DELETE FROM outcomes WHERE number = 3")
    found = problems(filled)
    assert (FlawKind.GAP, 4) in found
    assert (FlawKind.CHAIN, 4) in found


def test_an_outcome_cut_out_and_the_rest_moved_up(filled: Path, tamper: Tamper) -> None:
    tamper("DELETE FROM outcomes WHERE number = 3", "UPDATE outcomes SET number = number - 1 WHERE number > 3")
    assert (FlawKind.CHAIN, 3) in problems(filled)


def test_the_newest_outcomes_cut_off(filled: Path, tamper: Tamper) -> None:
    """A shortened chain is whole in itself: how the run ended gives it away."""
    for table in ("captures", "facts", "findings"):
        tamper(f"DELETE FROM {table} WHERE outcome > 4")
    tamper("DELETE FROM outcomes WHERE number > 4")
    assert problems(filled) == [(FlawKind.GAP, 6)]


def test_an_outcome_smuggled_into_an_ended_run(filled: Path, tamper: Tamper) -> None:
    columns = ", ".join(column.name for column in schema.outcomes.columns if column.name != "number")
    tamper(f"INSERT INTO outcomes (number, {columns}) SELECT 7, {columns} FROM outcomes WHERE number = 3")
    found = problems(filled)
    assert (FlawKind.RUN, 7) in found
    assert (FlawKind.CHAIN, 7) in found


def test_a_run_cut_out(filled: Path, tamper: Tamper) -> None:
    tamper("DELETE FROM runs WHERE number = 1")
    found = problems(filled)
    assert (FlawKind.GAP, None) in found
    assert (FlawKind.RUN, 2) in found
    assert (FlawKind.CHAIN, 1) in found


def test_columns_of_a_wrong_kind_are_found_not_fallen_over(filled: Path, tamper: Tamper) -> None:
    tamper(
        "UPDATE outcomes SET run = 'one', lab = x'ff', detail = CAST(x'ff80' AS TEXT), capture_size = 'many' WHERE number = 1",
        "UPDATE captures SET body = 'text', framing = 7 WHERE outcome = 2",
        "UPDATE facts SET body = 3.5, knowledge_digest = x'00' WHERE outcome = 4",
        "UPDATE findings SET judged_at = 9, body = 'text' WHERE outcome = 4",
        "UPDATE runs SET last = 'six', finished_at = x'00' WHERE number = 2",
    )
    found = problems(filled)
    assert {(FlawKind.CHAIN, 1), (FlawKind.CAPTURE, 2), (FlawKind.FACTS, 4), (FlawKind.FINDINGS, 4), (FlawKind.RUN, 2)} <= set(
        found
    )


def test_a_value_the_model_does_not_know_is_damage_not_a_crash(filled: Path, tamper: Tamper) -> None:
    tamper("UPDATE outcomes SET sight = 'divined' WHERE number = 1", "UPDATE runs SET way = 'pigeon' WHERE number = 1")
    with Store.open(filled) as store:
        for ask in (store.runs, lambda: store.outcomes(1), lambda: store.history("pc-1a")):
            with pytest.raises(StoreError, match="damaged") as caught:
                ask()
            assert caught.value.hint is not None


def test_problems_are_bounded(filled: Path, tamper: Tamper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secaudit.store.verify.MAX_FLAWS", 3)
    tamper("UPDATE outcomes SET detail = 'x'")
    with Store.open(filled) as store:
        verification = store.verify()
    assert len(verification.problems) == 3
    assert verification.more == 3


def test_verify_goes_through_batches(filled: Path, monkeypatch: pytest.MonkeyPatch, tamper: Tamper) -> None:
    monkeypatch.setattr("secaudit.store.verify.BATCH", 2)
    heard: list[int] = []
    with Store.open(filled) as store:
        assert store.verify(heard.append).problems == ()
    assert heard == [2, 4, 6, 6]
    tamper("UPDATE outcomes SET detail = 'x' WHERE number = 5", "UPDATE captures SET body = x'00' WHERE outcome = 4")
    assert {(FlawKind.CHAIN, 5), (FlawKind.CAPTURE, 4)} == set(problems(filled))


def test_pruning_keeps_the_chain_and_gives_back_room(store: Store, make: Any, path: Path) -> None:
    run = make.begin(store)
    noise = random.Random(1).randbytes(200_000).hex()
    old, new = store.keep(run.number, [make.outcome("pc-1", capture=make.capture(noise)), make.outcome("pc-2", hours=48)])
    head = store.head()
    store.close()  # everything moves from the log into the file
    with sqlite3.connect(path) as connection:
        body = connection.execute("SELECT body FROM captures WHERE outcome = 1").fetchone()[0]
    connection.close()
    full = path.read_bytes()
    assert body[5000:5100] in full
    assert store.prune_captures(make.noon + timedelta(hours=1)) == 1
    assert store.captures_of([old.number, new.number]) == {new.number: new.outcome.capture}
    assert path.stat().st_size < len(full) - len(body) + 20_000
    assert body[5000:5100] not in path.read_bytes()
    verification = store.verify()
    assert (verification.head, verification.pruned) == (head, 1)
    note = store.evidence_notes([old.number])[old.number]
    assert note.capture_kept is False
    assert note.capture_digest == old.outcome.capture.digest
    assert store.prune_captures(make.noon + timedelta(hours=1)) == 0
    [more] = store.keep(run.number, [make.outcome("pc-3")])
    assert more.number == new.number + 1
    assert store.verify().problems == ()


def test_forged_records_of_pruning(filled: Path, tamper: Tamper) -> None:
    tamper(
        "INSERT INTO prunings VALUES (1, '2026-11-01T00:00:00.000000+00:00')",
        "INSERT INTO prunings VALUES (2, 'once upon a time')",
        "DELETE FROM captures WHERE outcome = 2",
        "INSERT INTO prunings VALUES (3, '2026-11-01T00:00:00.000000+00:00')",
    )
    assert sorted(problems(filled)) == [(FlawKind.CAPTURE, 1), (FlawKind.CAPTURE, 2), (FlawKind.CAPTURE, 3)]


def test_parsing_and_judging_again_do_not_touch_the_chain(store: Store, make: Any) -> None:
    run = make.begin(store)
    [kept] = store.keep(run.number, [make.outcome()])
    head = store.head()
    for name in ("first", "second"):
        store.save_facts(kept.number, make.facts(name), knowledge_digest=name)
        store.save_findings(name, make.noon, {kept.number: [make.finding()]})
    assert store.head() == head
    assert store.verify().problems == ()
    assert store.facts_of([kept.number]) == {kept.number: make.facts("second")}
    assert store.evidence_notes([kept.number])[kept.number].knowledge_digest == "second"


def test_findings_stand_per_catalog_and_can_be_forgotten(store: Store, make: Any) -> None:
    [kept] = store.keep(make.begin(store).number, [make.outcome()])
    first, second = make.finding(verdict=Verdict.FAIL), make.finding(verdict=Verdict.PASS)
    store.save_findings("one", make.noon, {kept.number: [first]})
    store.save_findings("two", make.noon, {kept.number: [second]})
    assert store.findings("one", [kept.number, 77]) == {kept.number: (first,)}
    store.save_findings("one", make.noon, {kept.number: [second, first]})
    assert store.findings("one", [kept.number]) == {kept.number: (second, first)}
    assert store.prune_findings(["two"]) == 1
    assert store.findings("one", [kept.number]) == {}
    assert store.findings("two", [kept.number]) == {kept.number: (second,)}
    assert store.verify().problems == ()


def test_a_scan_that_goes_on_is_no_problem_a_run_left_open_is(path: Path, make: Any) -> None:
    with Store.open(path) as store:
        run = make.begin(store)
        store.keep(run.number, [make.outcome()])
        assert store.verify().problems == ()
    assert problems(path) == [(FlawKind.OPEN, 1)]
    with Store.open(path) as store:
        make.begin(store)
        assert store.run(1).status == "interrupted"
        assert store.verify().problems == ()
