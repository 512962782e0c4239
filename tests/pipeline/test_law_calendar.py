"""All chains and dates of a province: one action for many systems, names of offices, stable ids."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from secaudit.errors import UsageError
from secaudit.model.decision import DueState
from secaudit.model.procedure import Law
from secaudit.pipeline.decision_chains import chains
from secaudit.pipeline.law_calendar import law_calendar
from secaudit.pipeline.province import classify_province, load_province
from secaudit.resources import data_folder

DAY = date(2026, 11, 26)
SAMPLE = Path(__file__).parent.parent.parent / "inventories" / "thai-nguyen"


@pytest.fixture(scope="module")
def province():
    return load_province(SAMPLE, data_folder("checks"), None).on(DAY)


@pytest.fixture(scope="module")
def found(province):
    return chains(province, classify_province(province, DAY), DAY)


def test_the_sample_shows_running_kept_late_overdue_and_unknown_limits(found):
    states = {limit.state for chain in found.chains.values() for limit in (*chain.limits, *chain.owed)}
    assert states == set(DueState)
    assert {name for name, chain in found.chains.items() if chain.overdue} == {"lgsp", "bao-cao-tong-hop"}
    assert found.left(found.chains["lgsp"].overdue[0]) == -7


def test_operator_and_appraiser_are_one_action_over_all_systems(found):
    (certain,) = [one for one in found.actions if one.kind == "operator_appraises"]
    assert certain.systems == ("csdl-dung-chung", "nen-tang-dung-chung") and certain.clause == "nd-331-2026:18.4"
    assert len(found.actions) == 2, "and one for those of which nobody can say it"


def test_systems_that_are_stopped_or_history_have_no_chain(province, found):
    stopped = {system.id for system in province.inventory.systems.values() if system.status == "stopped"}
    assert not stopped & set(found.chains)
    assert found.period == (date(2025, 12, 15), date(2026, 12, 14))


def test_a_blank_status_or_an_open_level_is_unsettled_and_a_state_secret_system_is_not(found):
    assert found.unsettled("danh-gia-hai-long"), "level 2 or 3"
    assert not found.unsettled("dich-vu-cong")
    assert not any(found.unsettled(name) for name in found.state_secret)


def test_every_statutory_date_stands_once_with_its_last_working_day(province, found):
    made = law_calendar(province, found, DAY, date(2027, 12, 31))
    days = {one.id: one.day for one in made.entries}
    assert len(days) == len(made.entries)
    assert days["report-to-owner-2026"] == date(2026, 12, 18) and days["report-to-ministry-2026"] == date(2026, 12, 24)
    assert days["data-closed-2027"] == date(2027, 12, 14) and days["list-of-systems-2027"] == date(2027, 1, 14)
    assert days["measures-classified"] == days["products"] == date(2027, 6, 30)
    assert days["last-submission-nd-331-2026-2-2026"] == date(2026, 12, 3)
    assert days["appraisal-bao-cao-tong-hop"] == date(2026, 11, 16), "overdue stands there whenever the span begins"
    assert [rule.on for rule in made.later] == [date(2028, 8, 19), date(2029, 8, 19)]
    assert [rule.id for rule in made.undated] == ["ke-hoach-246"]
    inside = [one for one in made.entries if one.state is not DueState.OVERDUE]
    assert [one.day for one in inside] == sorted(one.day for one in inside)


def test_ids_do_not_change_from_day_to_day(province, found):
    later_day = date(2026, 11, 27)
    other = chains(province, classify_province(province, later_day), later_day)
    span = (date(2026, 11, 27), date(2027, 6, 30))
    assert {one.id for one in law_calendar(province, other, *span).entries} <= {
        one.id for one in law_calendar(province, found, *span).entries
    }


def test_without_a_procedure_or_dates_the_reason_is_said(province):
    levels = classify_province(province, DAY)
    bare = replace(province, catalog=replace(province.catalog, law=Law()))
    with pytest.raises(UsageError, match="no procedure"):
        chains(bare, levels, DAY)
    no_dates = replace(province, catalog=replace(province.catalog, law=replace(province.catalog.law, reporting=None)))
    with pytest.raises(UsageError, match="no statutory dates"):
        chains(no_dates, levels, DAY)
