"""Where a decision stands: who decides, which act, which limits, what is owed and what is remarkable."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.law import Calendars, Ground, Offices, authorities, chain_of, last_submission, period_of, self_appraisals
from secaudit.law import chain as chain_module
from secaudit.model.base import Texts
from secaudit.model.decision import DueState
from secaudit.model.level import Classification, Obligation
from secaudit.model.procedure import Law
from secaudit.model.system import System

DAY = date(2026, 11, 26)
END = date(2026, 12, 14)


def kinds(chain):
    return {one.kind for one in chain.cautions}


@pytest.mark.parametrize(
    ("level", "appraiser", "approver", "clause"),
    [
        (1, "designated_unit", "designated_unit", "18.1"),
        (2, "designated_unit", "designated_unit", "18.1"),
        (3, "designated_unit", "owner", "18.2"),
        (4, "ministry", "owner", "18.3"),
        (5, "ministry", "prime_minister", "18.3"),
    ],
)
def test_each_level_has_who_appraises_and_who_approves(catalog, level, appraiser, approver, clause):
    found = authorities(catalog, level, DAY)
    assert (found.appraiser_role, found.approver_role, found.clause) == (appraiser, approver, f"nd-331-2026:{clause}")
    former = authorities(catalog, level, date(2026, 8, 18))
    assert former.clause.startswith("nd-85-2016:12") and (former.appraiser_role, former.approver_role) == (appraiser, approver)
    assert authorities(catalog, level, date(2016, 6, 30)) is None


def test_offices_bear_the_provinces_names(chain):
    found = chain(dossier={"status": "drafting", "level": 3}, offices=Offices("UBND tỉnh", "Công an tỉnh"))
    assert found.appraiser.vi.endswith(": Công an tỉnh") and found.approver.vi.endswith(": UBND tỉnh")


def test_who_approves_is_open_while_the_possible_levels_differ_in_it(chain):
    found = chain(levels=(2, 3), dossier={"status": "drafting"})
    assert found.levels == (2, 3) and found.appraiser is not None and found.approver is None
    assert chain(levels=(2, 4), dossier={"status": "drafting"}).appraiser is None
    undetermined = chain(dossier={"status": "drafting"})
    assert (undetermined.levels, undetermined.appraiser, undetermined.last_submission) == ((), None, None)


def test_systems_that_share_a_ground_have_the_last_day_counted_once(catalog, monkeypatch):
    counted = []
    monkeypatch.setattr(chain_module, "last_submission", lambda *asked: counted.append(asked) or last_submission(*asked))
    ground = Ground.of(catalog.law, DAY, END)
    procedure = catalog.law.procedure(DAY)
    days = {ground.last_submission(procedure, 3, careful=careful) for careful in (False, True, False, True)}
    assert len(counted) == 2 and days >= {last_submission(procedure, 3, END, ground.calendars.confirmed)}


def test_the_last_submission_of_2026_is_03_12_for_level_1_and_2_and_was_12_11_for_level_3(chain):
    """practice.md 7. The day of receipt is day 0, the n-th working day after it is the last; approval follows."""
    for level, last in ((1, date(2026, 12, 3)), (2, date(2026, 12, 3)), (3, date(2026, 11, 12))):
        assert chain(dossier={"status": "none", "level": level}).last_submission == last
    assert chain(levels=(2, 3), dossier={"status": "none"}).last_submission == date(2026, 11, 12), "safe whichever comes out"


def test_an_unconfirmed_day_off_gives_a_second_more_careful_day(chain):
    found = chain(dossier={"status": "none", "level": 3})
    assert found.last_submission_careful == date(2026, 11, 11), "24/11 would be off"
    assert chain(dossier={"status": "none", "level": 2}).last_submission_careful == date(2026, 12, 3)


@given(st.integers(1, 5), st.dates(date(2025, 3, 1), date(2027, 12, 31)), st.sampled_from(["nd-331-2026", "nd-85-2016"]))
def test_one_working_day_later_is_always_too_late(law, level, end, act):
    procedure, calendar = law.procedure_called(act), Calendars.of(law.holidays).confirmed
    last = last_submission(procedure, level, end, calendar)
    following = calendar.after(last, 1)

    def decided(day):
        for step in ("appraisal", "approval"):
            limit = procedure.limit(step, level)
            if limit is not None:
                day = calendar.after(day, limit.days) if limit.working else date.fromordinal(day.toordinal() + limit.days)
        return day

    assert calendar.is_working(last) and decided(last) <= end < decided(following)


def test_limits_run_from_the_day_on_record_and_are_overdue_the_day_after(chain):
    dossier = {"status": "submitted", "level": 3, "submitted_on": "2026-10-26"}
    running = chain(day=date(2026, 11, 16), dossier=dossier).limits[0]
    assert (running.id, running.due, running.state, running.clause) == (
        "appraisal",
        date(2026, 11, 16),
        DueState.RUNNING,
        "nd-331-2026:23.3.a",
    )
    late = chain(day=date(2026, 11, 17), dossier=dossier)
    assert [one.state for one in late.limits] == [DueState.OVERDUE] and late.overdue == late.limits


def test_kept_and_late_are_told_apart_and_the_approval_runs_from_the_appraisal(chain):
    dossier = {"status": "appraised", "level": 3, "submitted_on": "2026-10-16", "appraised_on": "2026-11-06"}
    assert [(one.id, one.state, one.due) for one in chain(dossier=dossier).limits] == [
        ("appraisal", DueState.KEPT, date(2026, 11, 6)),
        ("approval", DueState.OVERDUE, date(2026, 11, 17)),
    ]
    dossier["appraised_on"] = "2026-11-09"
    assert chain(dossier=dossier).limits[0].state is DueState.LATE


def test_between_a_sure_and_an_unconfirmed_last_day_nothing_is_claimed(chain):
    dossier = {"status": "submitted", "level": 3, "submitted_on": "2026-11-05"}
    states = [chain(day=date(2026, 11, day), dossier=dossier).limits[0] for day in (26, 27, 28)]
    assert (states[0].due, states[0].latest) == (date(2026, 11, 26), date(2026, 11, 27))
    assert [one.state for one in states] == [DueState.RUNNING, DueState.UNKNOWN, DueState.OVERDUE]


def test_a_level_2_dossier_is_approved_within_7_working_days_of_its_submission(chain):
    (limit, reply) = chain(dossier={"status": "submitted", "level": 2, "submitted_on": "2026-11-23"}).limits
    assert (limit.id, limit.days, limit.due, limit.clause) == ("approval-unit", 7, date(2026, 12, 2), "nd-331-2026:24.2")
    assert (reply.id, reply.due) == ("reply", date(2026, 11, 30))


def test_blank_days_are_unknown_and_never_kept(chain):
    assert [one.state for one in chain(dossier={"status": "submitted", "level": 3}).limits] == [DueState.UNKNOWN]
    assert [one.state for one in chain(dossier={"status": "appraised", "level": 3}).limits] == [DueState.UNKNOWN]
    assert chain().status is None and chain().limits == ()


def test_a_step_whose_day_nobody_wrote_down_is_kept_only_where_it_must_have_been_in_time(chain):
    decided = {"number": "1", "date": "2026-09-23"}
    dossier = {"status": "approved", "level": 3, "submitted_on": "2026-09-03", "decision": decided}
    assert chain(dossier=dossier).limits[0].state is DueState.KEPT, "approved before the appraisal was due"
    decided["date"] = "2026-09-25"
    assert chain(dossier=dossier).limits[0].state is DueState.UNKNOWN
    assert chain(dossier={"status": "approved", "level": 2, "submitted_on": "2026-09-03"}).limits[0].state is DueState.UNKNOWN
    appraised = {"status": "appraised", "level": 3, "submitted_on": "2026-11-02"}
    assert [chain(day=date(2026, 11, day), dossier=appraised).limits[0].state for day in (20, 30)] == [
        DueState.KEPT,
        DueState.UNKNOWN,
    ]


def test_a_step_dated_after_the_day_has_not_happened(chain):
    found = chain(dossier={"status": "submitted", "level": 3, "submitted_on": "2026-12-01"})
    assert found.limits == () and found.submitted_on is None and "not_yet" in kinds(found)


def test_a_dossier_handed_in_before_the_decree_runs_under_the_former_one_in_days_of_the_calendar(chain):
    found = chain(day=date(2026, 8, 31), dossier={"status": "submitted", "level": 3, "submitted_on": "2026-08-18"})
    assert found.act == "nd-85-2016"
    assert [(one.working, one.due) for one in found.limits if one.id == "appraisal"] == [(False, date(2026, 9, 2))]
    assert (
        chain(day=date(2026, 8, 31), dossier={"status": "submitted", "level": 3, "submitted_on": "2026-08-19"}).act
        == "nd-331-2026"
    )


def test_a_system_that_was_being_built_follows_the_former_decree_until_the_end_of_2026(chain):
    dossier = {"status": "submitted", "level": 4, "submitted_on": "2026-06-22"}
    found = chain(status="investing", dossier=dossier)
    owed = {one.id: one for one in found.owed}
    assert found.act == "nd-85-2016" and "act_open" not in kinds(found)
    assert (owed["decided-under-85"].state, owed["decided-under-85"].due) == (DueState.RUNNING, date(2026, 12, 31))
    assert (owed["measures-investing"].due, owed["measures-investing"].confirmed) == (date(2027, 6, 30), False)
    late = chain(day=date(2027, 1, 4), status="investing", dossier=dossier)
    assert {one.id for one in late.overdue} >= {"decided-under-85"}


def test_whether_a_system_was_being_built_is_asked_and_not_assumed(chain):
    found = chain(status="investing", dossier={"status": "drafting", "level": 3})
    assert found.act == "nd-331-2026" and "act_open" in kinds(found)
    assert {one.state for one in found.owed} == {DueState.UNKNOWN}
    assert not chain(day=date(2027, 8, 1), status="investing", dossier={"status": "drafting", "level": 3}).overdue


def test_systems_with_a_former_level_owe_the_new_measures_by_30_06_2027(chain):
    dossier = {"status": "approved", "level": 2, "decision": {"number": "1", "date": "2026-06-30"}}
    (owed,) = chain(dossier=dossier).owed
    assert (owed.id, owed.due, owed.state, owed.confirmed) == ("measures-classified", date(2027, 6, 30), DueState.RUNNING, False)
    after = date(2027, 7, 1)
    assert chain(day=after, dossier=dossier).owed[0].state is DueState.UNKNOWN, "nobody said how far the plan is"
    assert chain(day=after, dossier=dossier, plan={"status": "partial"}).owed[0].state is DueState.OVERDUE
    assert chain(day=after, dossier=dossier, plan={"status": "full"}).owed[0].state is DueState.UNKNOWN, (
        "full under which standard?"
    )
    dossier["decision"]["date"] = "2026-09-01"
    assert chain(dossier=dossier).owed == ()


def test_remarkable_things_are_named_each_with_its_clause(chain):
    approved = {"status": "approved", "level": 2, "decision": {"number": "1", "date": "2026-09-07"}}
    assert {"approved_below_proposed", "no_regulation"} <= kinds(chain(lowest=3, dossier=approved))
    assert "no_decision" in kinds(chain(dossier={"status": "approved", "level": 2}))
    former = {**approved, "decision": {"number": "1", "date": "2026-03-02"}}
    kept = chain(lowest=3, kept=True, dossier=former)
    assert kinds(kept) == {"kept_from_former_act", "regulation_not_on_record"}, "a warning before 19/08/2026, and no violation"
    late = {**approved, "regulation": {"number": "2", "date": "2026-09-08"}}
    assert kinds(chain(dossier=late)) == {"regulation_after_approval"}
    assert "dates_out_of_order" in kinds(chain(dossier={**approved, "submitted_on": "2026-09-08"}))
    assert "operating_without_dossier" in kinds(chain(dossier={"status": "none"}))
    assert "dossier_unknown" in kinds(chain())
    for name, kind in ((None, "ministry_not_on_record"), ("Sở KHCN", "not_by_ministry"), ("bộ  công AN", None)):
        found = kinds(chain(dossier={"status": "submitted", "level": 4, "submitted_on": "2026-11-02", "appraiser": name}))
        assert found & {"ministry_not_on_record", "not_by_ministry"} == ({kind} if kind else set())


def test_a_date_before_any_procedure_does_not_make_a_system_vanish(chain):
    for day in ("1900-01-01", "2016-06-30"):
        assert chain(dossier={"status": "submitted", "level": 3, "submitted_on": day}).overdue
        decided = {"number": "1", "date": day}
        assert chain(dossier={"status": "approved", "level": 3, "decision": decided}).act == "nd-331-2026"


def test_of_a_state_secret_system_only_the_level_counts(chain):
    found = chain(state_secret=True, level=3)
    assert (found.levels, found.status, found.limits, found.owed, found.cautions, found.last_submission) == (
        (3,),
        None,
        (),
        (),
        (),
        None,
    )
    assert found.approver is not None


def test_an_office_that_operates_what_it_appraises_is_one_action_with_all_systems(law):
    def system(name, **fields):
        return System.model_validate({"id": name, "name": name, **fields})

    systems = [system(f"he-thong-{index}", dossier={"status": "drafting", "level": 2}) for index in range(5)]
    systems.append(system("da-duyet", dossier={"status": "approved", "level": 2}))
    systems.append(system("cap-4", dossier={"status": "drafting", "level": 4}))
    offices = {one.id: Offices("UBND", "Công an tỉnh", "công an  tỉnh") for one in systems}
    offices["he-thong-4"] = Offices("UBND", "Công an tỉnh")
    levels = {one.id: (one.dossier.level,) for one in systems}
    certain, unknown = self_appraisals(systems, offices, levels, law.procedures[-1])
    assert (certain.kind, certain.clause, certain.systems) == (
        "operator_appraises",
        "nd-331-2026:18.4",
        ("he-thong-0", "he-thong-1", "he-thong-2", "he-thong-3"),
    )
    assert (unknown.kind, unknown.systems) == ("operator_unknown", ("he-thong-4",))


def test_the_period_of_a_day_ends_on_14_12(law):
    period = law.reporting.period
    for day, end in ((date(2026, 12, 14), 2026), (date(2026, 12, 15), 2027), (date(2026, 1, 1), 2026)):
        assert period_of(period, day) == (date(end - 1, 12, 15), date(end, 12, 14))


def test_without_a_procedure_there_is_no_chain():
    system = System(id="a", name="A")
    assert chain_of(system, None, Ground.of(Law(), DAY, END)) is None


@given(st.data())
def test_any_days_give_a_chain_and_nothing_future_counts(law, data):
    days = st.none() | st.dates(date(1990, 1, 1), date(9999, 12, 31))
    status = data.draw(st.sampled_from([None, "none", "drafting", "submitted", "appraised", "approved"]))
    decided = data.draw(days)
    dossier = {
        "status": status,
        "level": data.draw(st.none() | st.integers(1, 5)),
        "submitted_on": data.draw(days),
        "appraised_on": data.draw(days),
        "decision": {"number": "1", "date": decided} if decided else None,
    }
    system = System.model_validate(
        {"id": "a", "name": "A", "dossier": dossier, "status": data.draw(st.sampled_from(["operating", "investing", "stopped"]))}
    )
    day = data.draw(st.dates(date(2017, 1, 1), date(2040, 12, 31)))
    found = chain_of(system, None, Ground.of(law, day, period_of(law.reporting.period, day)[1]))
    later = any(one is not None and one > day for one in (dossier["appraised_on"], decided))  # not taken yet on that day
    for limit in () if found is None else (*found.limits, *found.owed):
        assert limit.done_on is None or limit.done_on <= day
        assert limit.state is not DueState.OVERDUE or limit.latest < day
        assert limit.state is not DueState.KEPT or limit.done_on is None or limit.done_on <= limit.due
        assert limit.state is not DueState.OVERDUE or status != "approved" or later or limit.id.startswith("measures")


def test_a_level_that_no_clause_proves_is_nobodys_and_nothing_runs_for_certain(chain):
    """A single level that may come out is not the level: nothing may come out at all."""
    proven = chain(levels=(5,), dossier={"status": "submitted", "submitted_on": "2026-11-20"})
    assert proven.proven and proven.appraiser is not None and {one.state for one in proven.limits} == {DueState.RUNNING}
    found = chain(levels=(5,), lowest=0, dossier={"status": "submitted", "submitted_on": "2026-11-20"})
    assert (found.levels, found.proven, found.appraiser, found.approver) == ((5,), False, None, None)
    states = {one.id: one.state for one in found.limits}
    assert states.pop("reply") is DueState.RUNNING, "the same at every level"
    assert states and set(states.values()) == {DueState.UNKNOWN}
    assert chain(levels=(5,), lowest=0, dossier={"status": "submitted", "level": 3}).proven, "the dossier says it"


def test_a_weekend_perhaps_worked_in_exchange_shortens_a_limit_and_leaves_the_days_between_open(chain):
    """20/08/2026 + 7 working days: 31/08, or 28/08 if 22/08 was worked and 31/08 off."""

    def limit(day, **dates):
        status = "approved" if dates else "submitted"
        dossier = {"status": status, "level": 2, "submitted_on": "2026-08-20", **dates}
        return next(one for one in chain(day=day, dossier=dossier).limits if one.id == "approval-unit")

    def decided(day):
        return limit(date(2026, 9, 30), decision={"number": "1/QĐ", "date": day}).state

    assert {limit(date(2026, 8, 28)).due, limit(date(2026, 8, 28)).latest} == {date(2026, 8, 31), date(2026, 8, 28)}
    assert limit(date(2026, 8, 28)).state is DueState.RUNNING
    assert limit(date(2026, 8, 30)).state is DueState.UNKNOWN
    assert limit(date(2026, 9, 3)).state is DueState.OVERDUE
    assert [decided(day) for day in ("2026-08-28", "2026-08-31", "2026-09-03")] == [
        DueState.KEPT, DueState.UNKNOWN, DueState.LATE,
    ]  # fmt: skip


def test_a_dossier_below_the_risk_result_is_told_even_where_its_level_stays(law):
    title = Texts(vi="Chủ quản phải đề xuất cấp độ cao hơn", en="Propose more")
    paper = {"number": "1/QĐ", "date": "2026-05-01"}
    system = System.model_validate({"id": "a", "name": "A", "dossier": {"status": "approved", "level": 2, "decision": paper}})
    classification = Classification("a", "nd-331-2026", 2, 2, declared_kept=True, obligations=(Obligation("10.5", title, 4),))
    made = chain_of(system, classification, Ground.of(law, DAY, END))
    (found,) = [one for one in made.cautions if one.kind == "below_risk"]
    assert found.clause == "nd-331-2026:10.5" and found.text.params == {"risk": 4, "level": 2}


def test_what_was_being_built_is_held_against_the_act_it_was_decided_under(chain):
    """331/2026, 39.1: fifteen calendar days of 85/2016, not fifteen working days."""
    dossier = {"status": "approved", "level": 3, "submitted_on": "2026-06-25", "appraised_on": "2026-07-14",
               "decision": {"number": "1/QĐ", "date": "2026-09-14"}}  # fmt: skip
    built = chain(status="investing", dossier=dossier)
    assert (built.act, built.limits[0].state) == ("nd-85-2016", DueState.LATE)
    assert chain(status="operating", in_service_since="2020-01-01", dossier=dossier).act == "nd-331-2026"
    late = {**dossier, "decision": {"number": "1/QĐ", "date": "2027-01-04"}}
    assert chain(day=date(2027, 2, 1), status="investing", dossier=late).act == "nd-331-2026"


def test_who_decides_is_marked_where_nobody_read_it(chain):
    assert chain(dossier={"status": "drafting", "level": 4}).authority_confirmed
    assert not chain(day=date(2026, 8, 18), dossier={"status": "drafting", "level": 4}).authority_confirmed


@pytest.mark.parametrize(("day", "last"), [(date(2026, 8, 18), date(2026, 11, 12)), (date(2026, 8, 19), date(2026, 11, 12))])
def test_the_last_submission_is_counted_by_the_act_of_its_own_day(chain, day, last):
    """On 18/08/2026 Decree 85/2016 still held, but what is handed in in November follows Decree 331/2026."""
    assert chain(day=day, dossier={"status": "drafting", "level": 3}).last_submission == last
    handed_in = chain(day=day, dossier={"status": "submitted", "level": 3, "submitted_on": "2026-08-10"})
    assert (handed_in.act, handed_in.last_submission) == ("nd-85-2016", date(2026, 11, 18))


def test_whoever_the_act_names_may_appraise_at_level_4(chain):
    """Its units too; before March 2025 another ministry did; the armed and cipher services appraise their own (18.3.b, c)."""

    def told(office, day):
        dossier = {"status": "approved", "level": 4, "appraiser": office, "decision": {"number": "1", "date": day}}
        return "not_by_ministry" in kinds(chain(dossier=dossier))

    for office in ("Cục A05, Bộ Công an", "Bộ Quốc phòng", "Ban Cơ yếu Chính phủ"):
        assert not told(office, "2026-10-01"), office
    assert not told("Bộ Thông tin và Truyền thông", "2023-10-02") and told("Bộ Thông tin và Truyền thông", "2026-10-01")
    assert told("Công an tỉnh", "2026-10-01") and told("Trung tâm Bộ", "2026-10-01")
