"""Where to go first: machines with something grave, and how much else there is."""

from secaudit.model.check import Severity
from secaudit.model.finding import Verdict
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.pipeline.publish import publish
from secaudit.resources import data_folder
from secaudit.store import Store

GRAVE = (Severity.CRITICAL, Severity.HIGH)


def test_a_visit_is_for_grave_failures_and_counts_the_others(lab_province):
    done = lab_province.run(lab_province.scan())
    assert done.returncode in (3, 4), done.stderr
    province = load_province(lab_province.folder, data_folder("checks"), None)
    with Store.open(lab_province.workspace / "store.sqlite") as store:
        moment = max(run.finished_at for run in store.runs() if run.finished_at is not None)
        measured = measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=moment)
        document = publish(measured, store)
    severity = {check.id: check.severity for check in document.checks}
    visits = {visit.machine: visit for visit in document.visits}
    assert visits
    lesser = 0
    for machine in document.machines:
        fails = {row.check for row in machine.verdicts if row.verdict is Verdict.FAIL}
        grave = {check for check in fails if severity[check] in GRAVE}
        assert (machine.id in visits) is bool(grave)
        if grave:
            assert set(visits[machine.id].fails) == grave
            assert visits[machine.id].lesser == len(fails) - len(grave)
            lesser += visits[machine.id].lesser
    assert lesser, "the lab's machines fail small things too"


def test_verdicts_stand_by_weight(lab_province):
    """What is not in order comes first, the most severe before the others."""
    done = lab_province.run(lab_province.scan("--all"))
    assert done.returncode in (3, 4), done.stderr
    province = load_province(lab_province.folder, data_folder("checks"), None)
    with Store.open(lab_province.workspace / "store.sqlite") as store:
        moment = max(run.finished_at for run in store.runs() if run.finished_at is not None)
        document = publish(measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=moment), store)
    weight = {check.id: tuple(Severity).index(check.severity) for check in document.checks}
    seen = [machine for machine in document.machines if machine.seen]
    assert seen
    for machine in seen:
        fails = [weight[row.check] for row in machine.verdicts if row.verdict is Verdict.FAIL]
        assert fails == sorted(fails)
        assert [row.verdict for row in machine.verdicts[: len(fails)]] == [Verdict.FAIL] * len(fails)
