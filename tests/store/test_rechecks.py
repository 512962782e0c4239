"""Re-checks on the disk: drawn once, never thrown away, tied to the chain, and the better grade wins."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secaudit.model.outcome import Grade, Sight, Way
from secaudit.model.recheck import Agreement, Draw, DrawnFrom, FactAgreement, MachineRecheck, Recheck
from secaudit.store import FlawKind, Store, draw_digest
from tests.store.conftest import BACK_TO_0001


@pytest.fixture
def rechecked(store: Store, make: Any) -> Draw:
    first = make.begin(store, way=Way.COURIER)
    store.keep(first.number, [make.outcome(name, way=Way.COURIER, grade=Grade.C) for name in ("pc-1", "pc-2", "pc-3")])
    store.end_run(first.number, "finished", make.noon)
    draw = Draw(
        0, make.noon + timedelta(hours=1), "s", True, "2", 2,
        tuple(DrawnFrom(f"pc-{number}", number) for number in (1, 2, 3)), 4, "agency=xa-a",
    )  # fmt: skip
    run = make.begin(store, scope=f"recheck, draw={draw_digest(draw)}")
    draw = replace(draw, run=run.number)
    store.save_draw(draw)
    store.keep(run.number, [make.outcome("pc-1", hours=2), make.outcome("pc-2", hours=2, sight=Sight.TIMEOUT)])
    store.end_run(run.number, "finished", make.noon + timedelta(hours=2))
    return draw


def results(make: Any) -> list[MachineRecheck]:
    fact = FactAgreement("os.id", Agreement.DIFFERS, '"a"', '"b"', "another value")
    later = make.noon + timedelta(hours=2)
    return [
        MachineRecheck("pc-1", Grade.C, 1, make.noon, Recheck.DIFFERS, Sight.SEEN, 4, later, (fact,), False),
        MachineRecheck("pc-2", Grade.C, 2, make.noon, Recheck.NOT_SEEN, Sight.TIMEOUT),
    ]


def test_what_was_kept_comes_back(store: Store, make: Any, rechecked: Draw) -> None:
    unfinished = store.recheck(rechecked.run)
    assert unfinished is not None
    assert (unfinished.finished, unfinished.checked, unfinished.machines) == (False, 0, ())
    assert store.newest_recheck(make.noon + timedelta(days=1)) is None, "a re-check that never ended checked nothing"
    store.save_recheck(rechecked.run, results(make))
    report = store.recheck(rechecked.run)
    assert report is not None
    assert (report.draw, list(report.machines), report.finished) == (rechecked, results(make), True)
    assert (report.checked, report.missed, [machine.endpoint for machine in report.different]) == (1, 1, ["pc-1"])
    assert store.newest_recheck(make.noon) is None
    assert store.newest_recheck(make.noon + timedelta(hours=1)) == report
    assert store.recheck(1) is None
    assert store.verify().intact


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rechecks SET seed = 'other'",
        "DELETE FROM rechecks",
        "INSERT OR REPLACE INTO rechecks SELECT * FROM rechecks",
        "UPDATE recheck_results SET result = 'agrees'",
        "DELETE FROM recheck_results",
        "INSERT OR REPLACE INTO recheck_results SELECT * FROM recheck_results",
    ],
)
def test_no_draw_and_no_result_is_changed_or_thrown_away(
    store: Store, make: Any, rechecked: Draw, path: Path, statement: str
) -> None:
    store.save_recheck(rechecked.run, results(make))
    store.close()
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rechecks SET seed = 'kind'",
        "UPDATE rechecks SET size = 1",
        "UPDATE recheck_results SET result = 'agrees' WHERE endpoint = 'pc-1'",
        "UPDATE recheck_results SET after = NULL WHERE endpoint = 'pc-1'",
        "UPDATE recheck_results SET body = x'00'",
    ],
)
def test_an_intruders_change_is_found(store: Store, make: Any, rechecked: Draw, path: Path, tamper: Any, statement: str) -> None:
    store.save_recheck(rechecked.run, results(make))
    store.close()
    tamper(statement)
    with Store.open(path) as again:
        found = again.verify()
    assert not found.intact
    assert {(flaw.kind, flaw.number) for flaw in found.problems} == {(FlawKind.RECHECK, rechecked.run)}


def test_a_store_from_before_rechecks_is_brought_up_to_date(store: Store, make: Any, path: Path, tamper: Any) -> None:
    run = make.begin(store)
    store.keep(run.number, [make.outcome()])
    store.end_run(run.number, "finished", make.noon)
    head = store.head()
    store.close()
    tamper(*BACK_TO_0001)
    with Store.open(path) as again:
        assert again.recheck(1) is None
        assert (again.head(), again.verify().intact) == (head, True)


def test_of_fresh_evidence_the_better_grade_wins_and_then_the_newer(store: Store, make: Any) -> None:
    run = make.begin(store)
    store.keep(
        run.number,
        [
            make.outcome("pc-1", hours=0),
            make.outcome("pc-1", hours=30, way=Way.CONSOLE, grade=Grade.B),
            make.outcome("pc-2", hours=0, way=Way.CONSOLE, grade=Grade.B),
            make.outcome("pc-2", hours=1, way=Way.COURIER, grade=Grade.C),
            make.outcome("pc-2", hours=-1, way=Way.CONSOLE, grade=Grade.B),
            make.outcome("pc-3", hours=2, way=Way.COURIER, grade=Grade.C),
        ],
    )
    at = make.noon + timedelta(hours=31)
    evidence = {name: state.evidence.number for name, state in store.latest(at, 7).items() if state.evidence is not None}
    assert evidence == {"pc-1": 1, "pc-2": 3, "pc-3": 6}
    aged = store.latest(at, 1)
    assert aged["pc-1"].evidence is not None
    assert aged["pc-1"].evidence.number == 2, "what is too old wins over nothing"
    assert aged["pc-3"].evidence is None and aged["pc-3"].stale
