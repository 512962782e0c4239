"""The proof beside a check is run as it is written."""

import pytest

from secaudit.judge import run_cases
from secaudit.model.base import Texts
from secaudit.model.check import Check, CheckCase, Fix, Severity
from secaudit.model.finding import CaseResult

TEXTS = Texts(vi="v", en="e")


def run(passes, *cases, when="true", **param):
    check = Check.model_validate(
        {
            "id": "group.check",
            "title": TEXTS,
            "severity": Severity.HIGH,
            "when": when,
            "pass": passes,
            "param": param,
            "what": TEXTS,
            "why": TEXTS,
            "verify": TEXTS,
            "fix": Fix(),
            "cases": tuple(CheckCase(facts=facts, verdict=verdict) for facts, verdict in cases),
        }
    )
    return run_cases(check)


def test_scalars_as_written_become_what_is_declared():
    results = run(
        'firewall.active && patch.pending == -3 && os.name == "007" && accounts.uid0 == ["1", "yes"]',
        ({"firewall.active": "true", "patch.pending": "-3", "os.name": "007", "accounts.uid0": ["1", "yes"]}, "pass"),
        ({"firewall.active": "false", "patch.pending": "-3", "os.name": "7", "accounts.uid0": []}, "fail"),
        ({"firewall.active": True, "patch.pending": -3, "os.name": "007", "accounts.uid0": ["1", "yes"]}, "pass"),
    )
    assert results == [
        CaseResult("group.check", 1, "pass", "pass"),
        CaseResult("group.check", 2, "fail", "fail"),
        CaseResult("group.check", 3, "pass", "pass"),
    ]
    assert all(result.ok for result in results)


def test_records_as_written_and_fields_left_out():
    text = "protection.products.exists(p, p.running && p.signature_age_days < param.days)"
    results = run(
        text,
        ({"protection.products": [{"running": "true", "signature_age_days": "3"}]}, "pass"),
        ({"protection.products": [{"running": "true", "signature_age_days": "8"}]}, "fail"),
        ({"protection.products": [{"running": "true"}]}, "unknown"),
        ({"protection.products": []}, "fail"),
        ({}, "unknown"),
        days=7,
    )
    assert [result.got for result in results] == ["pass", "fail", "unknown", "fail", "unknown"]
    assert results[2].detail == "protection.products[].signature_age_days: absent"
    assert results[4].detail == "protection.products: absent"


def test_endpoint_values_and_applicability():
    results = run(
        "patch.pending == 0",
        ({"endpoint.kind": "server", "patch.pending": "0"}, "pass"),
        ({"endpoint.kind": "laptop", "patch.pending": "0"}, "not_applicable"),
        ({"endpoint.kind": "isolated", "endpoint.level": "3"}, "not_applicable"),
        ({"patch.pending": "0"}, "unknown"),
        when='endpoint.kind == "server" || endpoint.level == 3',
    )
    assert [(result.got, result.ok) for result in results] == [
        ("pass", True),
        ("unknown", False),
        ("not_applicable", True),
        ("unknown", True),
    ]


def test_a_wrong_expectation_is_reported_with_both_verdicts():
    (result,) = run("patch.pending == 0", ({"patch.pending": "1"}, "pass"))
    assert (result.expected, result.got, result.ok) == ("pass", "fail", False)


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({"patch.pendng": "0"}, "no fact patch.pendng"),
        ({"patch.pending": "many"}, "patch.pending must be int, not 'many'"),
        ({"patch.pending": "0.5"}, "must be int"),
        ({"patch.pending": "0_1"}, "must be int"),
        ({"patch.pending": None}, "must be int, not None"),
        ({"patch.pending": "1\n"}, "must be int"),
        ({"patch.pending": True}, "must be int, not True"),
        ({"firewall.active": "yes"}, "must be bool, not 'yes'"),
        ({"firewall.active": "True"}, "must be bool"),
        ({"os.name": ["x"]}, "must be string"),
        ({"accounts.uid0": "root"}, "must be list<string>"),
        ({"accounts.uid0": [["root"]]}, "must be string"),
        ({"protection.products": {"running": "true"}}, "must be list<record>"),
        ({"protection.products": ["x"]}, "must be record"),
        ({"protection.products": [{"runing": "true"}]}, "no field runing"),
        ({"protection.products": [{"running": "ja"}]}, "protection.products[].running must be bool"),
        ({"param.days": "7"}, "no fact param.days"),
    ],
)
def test_a_case_that_cannot_be_run_equals_no_verdict(facts, part):
    for verdict in ("pass", "fail", "unknown", "not_applicable"):
        (result,) = run("patch.pending == 0", (facts, verdict))
        assert (result.got, result.ok) == ("error", False)
        assert part in result.detail


def test_a_number_too_large_is_missing_and_a_defect_is_told():
    too_large, defect = run(
        "10 / patch.pending > 1", ({"patch.pending": "9223372036854775808"}, "unknown"), ({"patch.pending": "0"}, "unknown")
    )
    assert (too_large.got, too_large.detail) == ("unknown", "patch.pending: error")
    assert (defect.got, defect.detail) == ("unknown", "INVALID_ARGUMENT: divide by zero")
