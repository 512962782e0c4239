"""The proof beside every shipped check holds, and would not hold for a wrong check."""

import pytest

from secaudit.catalog import load_catalog
from secaudit.judge import run_cases
from secaudit.model.check import Check
from secaudit.resources import data_folder

CHECKS = list(load_catalog(data_folder("checks")).checks.values())
each_check = pytest.mark.parametrize("check", CHECKS, ids=[check.id for check in CHECKS])


@each_check
def test_every_case_comes_out_as_written(check: Check):
    results = run_cases(check)
    assert len(results) == len(check.cases)
    assert [result for result in results if not result.ok] == []


@each_check
@pytest.mark.parametrize("change", [{"passes": "true"}, {"passes": "false"}, {"when": "false"}], ids=str)
def test_cases_notice_a_check_that_decides_nothing(check: Check, change: dict[str, str]):
    assert any(not result.ok for result in run_cases(check.model_copy(update=change)))


@pytest.mark.parametrize("check", [check for check in CHECKS if "os.family" in check.when], ids=lambda check: check.id)
def test_cases_notice_a_check_that_applies_everywhere(check: Check):
    assert any(not result.ok for result in run_cases(check.model_copy(update={"when": "true"})))


@each_check
def test_cases_notice_a_moved_limit(check: Check):
    for name, value in check.param.items():
        for moved in (value - 1, value + 1):
            assert any(not result.ok for result in run_cases(check.model_copy(update={"param": {**check.param, name: moved}}))), (
                moved
            )
