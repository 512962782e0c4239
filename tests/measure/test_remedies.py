"""What would make a system meet its target, found by asking the target itself."""

from datetime import date

import pytest

from secaudit.measure.remedies import Remedy, Stands, checks_behind, failed_checks, system_remedies
from secaudit.model.system import System

DAY = date(2026, 12, 14)
DECISION = {"number": "12/QĐ-UBND", "date": "2026-03-02"}
APPROVED = {"status": "approved", "level": 2, "decision": DECISION}


def remedy(target, **fields):
    system = System.model_validate({"id": "web", "name": "Trang tin", "kind": "internal", **fields})
    return system_remedies(target, [Stands(system, False)], DAY).get("web")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"dossier": APPROVED, "plan": {"status": "full"}}, None),
        ({"dossier": {"status": "approved"}, "plan": {"status": "full"}}, Remedy.DECISION),
        ({"dossier": APPROVED, "plan": {"status": "partial"}}, Remedy.DEPLOY),
        ({"dossier": APPROVED}, Remedy.DEPLOY),
        ({"dossier": {"status": "approved"}, "plan": {"status": "none"}}, Remedy.DECISION_DEPLOY),
        ({"dossier": {"status": "appraised"}, "plan": {"status": "full"}}, Remedy.APPROVE),
        ({"dossier": {"status": "none"}}, Remedy.APPROVE_DEPLOY),
        ({}, Remedy.APPROVE_DEPLOY),
    ],
)
def test_the_least_that_would_do(plan_246, fields, expected):
    assert remedy(plan_246.targets[0], **fields) is expected


def test_what_no_paper_changes_is_told_as_such(plan_246):
    asks_more = plan_246.targets[0].model_copy(update={"meets": "requirements.fulfilled"})
    assert remedy(asks_more, dossier=APPROVED, plan={"status": "full"}) is Remedy.OTHER


def test_a_system_that_the_target_does_not_count_is_helped_by_no_paper(plan_246):
    done = {"dossier": APPROVED, "plan": {"status": "full"}}
    assert remedy(plan_246.targets[0], status="stopped", **done) is Remedy.OTHER
    assert remedy(plan_246.targets[0], status="operating", **done) is None


def test_only_checks_of_the_targets_own_reading_stand_behind_it(make, plan_246):
    names = checks_behind(plan_246.targets[1], ["protection.installed", "protection.active", "patch.recent"])
    assert names == {"protection.installed"}
    counted = plan_246.targets[1].model_copy(update={"counts": "verdict.patch.recent == 'pass'"})
    assert checks_behind(counted, ["protection.installed", "patch.recent"]) == names, "whom it counts is another question"
    failing = make.state("pc", installed="fail", active="fail")
    assert failed_checks(failing, names) == ("protection.installed",)
    assert failed_checks(make.state("pc", installed="pass", active="fail"), names) == ()
    assert failed_checks(None, names) == ()
