"""Grades in figures: from stored answers of the lab, beside the verdicts, with the values that hold in the workspace."""

from datetime import UTC, datetime

import pytest

from secaudit.lab.answers import platform_of, render_answer
from secaudit.model.finding import Verdict
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.judging import signature_days
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.pipeline.publish import publish
from secaudit.probe import frame, new_nonce
from secaudit.resources import data_folder
from secaudit.store import Store

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ANSWERS = (
    "win10-22h2-defender",
    "win10-22h2-kaspersky",
    "win10-22h2-unprotected",
    "win11-23h2-old-signatures",
    "debian-12-clamav",
    "win10-standard-user",
)
OVERRIDE = "overrides:\n  - {check: protection.active, param: signature_days, value: 900, reason: R, who: A, date: 2026-11-01}\n"


@pytest.fixture(name="measured")
def measure_answers(tmp_path):
    """Every answer is one machine; one more was never seen and one stands isolated."""

    def measure(parameters=""):
        folder, workspace = tmp_path / "province", tmp_path / "w"
        (folder / "agencies").mkdir(parents=True, exist_ok=True)
        workspace.mkdir(mode=0o700, exist_ok=True)
        if parameters:
            (workspace / "parameters.yaml").write_text(parameters, encoding="utf-8")
        machines = "".join(f"  - {{id: {name}, kind: workstation, lab: true}}\n" for name in (*ANSWERS, "never-seen"))
        (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
        (folder / "agencies" / "xa-a.yaml").write_text(
            f"agency: {{id: xa-a, name: UBND xã A, tier: commune}}\nendpoints:\n{machines}  - {{id: apart, kind: isolated}}\n",
            encoding="utf-8",
        )
        province = load_province(folder, data_folder("checks"), workspace)
        with Store.open(workspace / "store.sqlite") as store:
            if not store.runs():
                keep(store)
            measured = measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=AT)
            return measured, publish(measured, store)

    return measure


def keep(store):
    run = store.begin_run(started_at=AT, who="test", way=Way.SSH, scope="all")
    outcomes = []
    for name in ANSWERS:
        nonce = new_nonce()
        capture = frame(platform_of(name), nonce, render_answer(name, nonce, int(AT.timestamp())))
        outcomes.append(Outcome(name, Way.SSH, Grade.A, Sight.SEEN, AT, AT, capture=capture, facts={}, lab=True))
    store.keep(run.number, outcomes)
    store.end_run(run.number, "finished", AT)


def verdict(state, check):
    return next(finding.verdict for finding in state.findings if finding.check == check)


def test_every_machine_that_was_seen_has_a_grade_that_agrees_with_its_verdicts(measured):
    figures, document = measured()
    rows = {machine.id: machine.protection for machine in document.machines}
    assert rows["never-seen"] is None and rows["apart"] is None
    for name in ANSWERS:
        state, grade = figures.states[name], rows[name]
        assert grade is not None and grade == state.protection
        for step, check in enumerate(("protection.installed", "protection.active"), start=1):
            assert (grade.proven >= step) == (verdict(state, check) is Verdict.PASS), (name, check)
            assert (grade.possible < step) == (verdict(state, check) is Verdict.FAIL), (name, check)
    assert (rows["win10-22h2-unprotected"].proven, rows["win10-22h2-unprotected"].possible) == (0, 0)
    assert rows["win10-22h2-defender"].proven == 2
    assert (rows["win11-23h2-old-signatures"].proven, rows["win11-23h2-old-signatures"].possible) == (1, 1)


def test_a_limit_the_province_set_moves_grade_and_verdict_together(measured):
    figures, _ = measured(OVERRIDE)
    state = figures.states["win11-23h2-old-signatures"]
    assert verdict(state, "protection.active") is Verdict.PASS and state.protection.proven == 2


def test_the_limits_of_an_open_level_are_all_that_may_hold(measured):
    figures, _ = measured()
    check = figures.province.catalog.checks["protection.active"]
    layered = check.model_copy(update={"param_by_level": {3: {"signature_days": 3}}})
    checks = {"protection.active": layered}
    assert [signature_days(checks, level) for level in (None, 2, 3, 5)] == [(7, 3), (7,), (3,), (3,)]
    assert signature_days({}, 2)[0] == 0, "a catalogue without the check proves no P2"
