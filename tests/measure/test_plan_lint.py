"""Defects of a plan are found before anything is measured."""

import pytest

from secaudit.measure import lint_plan
from secaudit.model.plan import Plan

CHECKS = ("protection.installed", "protection.active", "protection.managed", "patch.security-pending")


def told(make, *targets, **plan):
    return [
        str(message) for message in lint_plan(Plan.model_validate({"id": "p", "name": "P", "targets": targets, **plan}), CHECKS)
    ]


def test_the_plan_that_comes_with_the_program_is_sound(plan_246):
    assert lint_plan(plan_246, CHECKS) == []
    assert [target.population for target in plan_246.targets] == ["systems", "endpoints", "people", "people", "people"]
    assert (plan_246.title, plan_246.issued_on) == (None, None)


def test_names_with_dashes_are_written_with_underscores(make):
    assert told(make, make.target(meets='verdict.patch.security_pending == "pass"')) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"meets": 'verdict.protection.instaled == "pass"'}, "no check gives verdict.protection.instaled; did you mean"),
        ({"counts": 'endpoint.kinds == "server"'}, "target t, counts: "),
        ({"meets": "endpoint.level"}, "target t, meets: "),
        ({"under": [{"id": "u", "title": {"vi": "x", "en": "x"}, "meets": "endpoint.level >"}]}, "target t, under u: "),
        ({"meets": None}, "what meets it is missing"),
        ({"total": "staff"}, "total and reached are for people only"),
        ({"share": "120 %"}, "no population can reach >= 120 %"),
        ({"share": "100 %", "sign": ">"}, "no population can reach > 100 %"),
        ({"population": "people", "total": None}, "people need total and reached"),
        (
            {"population": "people", "total": "heads", "reached": "staff_trained"},
            "staff_trained is no part of heads",
        ),
        ({"population": "indicators", "indicator": None}, "the indicator that agencies declare is missing"),
        ({"population": "indicators", "meets": "true"}, "an indicator needs no meets"),
        ({"population": "indicators", "by": "province", "counts": 'agency.tier == "commune"'}, "counts no agencies"),
        ({"population": "indicators", "counts": 'agency.tiers == "commune"'}, "target t, counts: "),
        ({"indicator": "x"}, "indicator and by are for indicators only"),
        ({"population": "people", "meets": "true"}, "people have total and reached instead"),
        ({"population": "systems", "meets": 'endpoint.kind == "server"'}, "target t, meets: "),
    ],
)
def test_each_defect_is_said(make, fields, words):
    messages = told(make, make.target(**fields))
    assert any(words in message for message in messages), messages


def test_ids_are_used_once(make):
    assert told(make, make.target(), make.target()) == ["t is used twice"]


def test_declared_evidence_cannot_be_made_proof(make):
    (message,) = told(make, make.target(), evidence={"grades": ["A", "E"]})
    assert "grade E" in message


def test_a_plan_without_targets_is_none(make):
    assert told(make) == ["the plan p has no targets"]
