"""Form 08: what it counts, what it leaves blank, and every rule that speaks before it is written."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from annual_kit import DAY, OFFICE, OWNER, UNIT, agency, approved, levels, paper, province, secret, system
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.messages import msg
from secaudit.model.annual_report import COLUMNS, INSPECTIONS, PLANS, STATES, TOTALS, Severity, Total, period_of
from secaudit.model.assessment import Conflict
from secaudit.model.base import Texts
from secaudit.model.inventory import Letterhead, Owner, Settings
from secaudit.model.level import Classification, Obligation
from secaudit.model.system import Dossier, DossierStatus, SecurityPlan, SystemKind
from secaudit.pipeline.annual_report import annual_report
from secaudit.pipeline.annual_rules import check_report, writable
from secaudit.pipeline.annual_words import completion_words, total_words


def made(*agencies, day=DAY, **changes):
    return annual_report(province(*agencies, **changes), levels(), day)


def issues(*agencies, day=DAY, found=(), conflicts=(), **changes):
    here = province(*agencies, **changes)
    with_levels = levels(*found)
    return check_report(here, with_levels, annual_report(here, with_levels, day), conflicts)


def counts(report):
    return [total.count for total in report.totals.numbers]


def test_totals_are_those_counted_by_hand():
    report = made(
        agency(
            "so-a",
            system("s1"),
            system("s2", inspected=()),
            system("s3", inspected=("before_use",)),
            system("s4", dossier=Dossier(status="appraised", level=2, expected_on=date(2027, 1, 20))),
            system("s5", dossier=Dossier(status="submitted", level=2, expected_on=date(2027, 3, 1))),
            system("s6", dossier=Dossier(status="drafting", level=2, expected_on=date(2027, 2, 1))),
            system("s7", dossier=Dossier(status="none", expected_on=date(2027, 2, 2)), kind=None),
            system("s8", status="investing"),
            system("s9", status="stopped"),
            secret(),
        )
    )
    assert counts(report) == [9, 7, 6, 5, 4, 2]
    assert report.totals.completion.day == date(2027, 3, 1) and completion_words(report) == "không sớm hơn 01/03/2027"
    assert (report.stopped, report.former, report.secret) == (1, 0, 1)
    assert [total_words(report, total) for total in report.totals.numbers] == ["9", "ít nhất 7", "6", "5", "4", "2"]
    drafts = Settings(drafting_counts_as_built=True)
    one = agency("so-a", system(dossier=Dossier(status="drafting")))
    assert (counts(made(one))[2], counts(made(one, annual_report=drafts))[2]) == (0, 1)


def test_what_nobody_said_is_counted_apart_and_never_a_no():
    report = made(agency("so-a", system(dossier=None, inspected=None, kind=None)))
    assert [total.count for total in report.totals.numbers] == [1, 0, 0, 0, 0, 0]
    assert [total.unknown for total in report.totals.numbers] == [0, 1, 1, 1, 1, 1]
    assert completion_words(report) == ""
    assert made(agency("so-a", system(inspected=None))).totals.inspected == Total(0, 1)
    assert made(agency("so-a", system(inspected=()))).totals.inspected == Total(0, 0)


def test_an_agency_that_sent_nothing_makes_every_total_a_lower_bound_and_is_named():
    waiting = system("s2", dossier=Dossier(status="submitted", level=2, expected_on=date(2027, 1, 20)))
    report = made(agency("so-a", system("s1"), waiting), agency("so-b", sent=False))
    assert [one.id for one in report.silent] == ["so-b"] and report.agencies == 2
    assert all(words.startswith("ít nhất ") for words in (total_words(report, total) for total in report.totals.numbers))
    assert completion_words(report) == "không sớm hơn 20/01/2027"
    assert completion_words(made(agency("so-a", system()))) == "đã hoàn thành"
    assert completion_words(made(agency("so-a", system()), agency("so-b", sent=False))) == ""
    assert completion_words(made(agency("so-a"))) == "", "no system at all is no completion"


def test_all_is_not_approved_while_a_system_of_state_secrets_says_nothing_of_it():
    report = made(agency("so-a", system(), secret()))
    assert report.totals.completion.waiting == 0 and completion_words(report) == ""


def test_a_system_in_use_of_an_agency_that_is_no_more_is_named_and_not_only_left_out():
    closed = agency("huyen-b", system("s2"), system("s3", status="stopped"), valid_until=date(2025, 6, 30))
    found = issues(agency("so-a", system("s1")), closed, agency("xa-c", system("s4"), valid_from=date(2027, 1, 1)))
    assert [(one.system, one.part) for one in found if one.rule == "agency_closed"] == [("s2", "1")]


def test_a_shared_system_counts_once_and_systems_of_agencies_that_ended_do_not_count():
    here = province(
        agency("so-a", system("s1")),
        agency("huyen-b", system("s2"), valid_until=date(2025, 6, 30)),
        shared_systems=(system("chung", owner="so-a"),),
    )
    report = annual_report(here, levels(), DAY)
    assert [row.system for row in report.rows] == ["chung", "s1"]
    assert (report.former, report.agencies, [row.number for row in report.rows]) == (1, 1, [1, 2])
    before = annual_report(here, levels(), date(2025, 6, 1))
    assert [row.system for row in before.rows] == ["chung", "s1", "s2"]


def test_columns_hold_the_values_of_the_form_and_nothing_else():
    texts = {kind: system(dossier=Dossier(status=kind, level=2)) for kind in DossierStatus}
    rows = {kind: made(agency("so-a", one)).rows[0] for kind, one in texts.items()}
    assert [rows[kind].state for kind in DossierStatus] == [
        "", "Đang dự thảo", "Đã gửi thẩm định", "Đã thẩm định", "Đã được phê duyệt",
    ]  # fmt: skip
    plans = {"none": "Chưa triển khai", "partial": "Đã triển khai một số hạng mục", "full": "Đã triển khai đầy đủ"}
    assert dict(PLANS) == plans and len(COLUMNS) == 12 and len(TOTALS) == 7 and len(STATES) == 4
    assert set(INSPECTIONS.values()) == {"Trước khi đưa vào sử dụng", "Định kỳ"}
    for told, cell in (
        (None, ""), ((), ""), (("periodic",), "Định kỳ"), (("periodic", "before_use"), "Trước khi đưa vào sử dụng; Định kỳ")
    ):  # fmt: skip
        assert made(agency("so-a", system(inspected=told))).rows[0].inspected == cell
    row = made(agency("so-a", system(governed_by="Tỉnh ủy A"))).rows[0]
    assert (row.owner, row.operator, row.level) == ("Tỉnh ủy A", "Trung tâm A", 3)
    assert row.decision == "Số 1/QĐ-UBND, ngày 01/09/2026, UBND tỉnh A" and row.approval_expected is None


def test_column_5_is_the_dossiers_level_and_a_system_of_state_secrets_shows_name_and_level_only():
    proposed = Classification("he-thong", "nd-331-2026", 4, 4)
    here = province(agency("so-a", system(), system("s2", dossier=None), secret()))
    report = annual_report(here, levels(proposed, Classification("s2", "nd-331-2026", 3, 3)), DAY)
    assert [row.level for row in report.rows] == [3, None, 4]
    hidden = report.rows[2]
    assert (hidden.owner, hidden.operator, hidden.state, hidden.decision, hidden.plan, hidden.inspected) == ("",) * 6
    assert [issue.rule for issue in issues(agency("so-a", system(), secret()))] == ["state_secret"]


def test_sections_2a_and_2b_repeat_for_each_owner():
    party = Owner(name="Tỉnh ủy A", designated=UNIT.model_copy(update={"name": "Văn phòng Tỉnh ủy"}))
    report = made(
        agency("so-a", system("s1"), system("s2", governed_by="Tỉnh  ủy a"), system("s3", governed_by="Công ty B")),
        owners=(party, OFFICE),
    )
    assert [(part.owner.name, part.systems, part.described) for part in report.owners] == [
        (OWNER, 1, True), ("Tỉnh ủy A", 1, True), ("Công ty B", 1, False),
    ]  # fmt: skip
    assert [part.designated.name if part.designated else None for part in report.owners] == [
        "Công an tỉnh A", "Văn phòng Tỉnh ủy", None,
    ]  # fmt: skip


def test_a_report_in_order_has_nothing_to_say():
    assert issues(agency("so-a", system())) == ()


ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
OLD, LATE = date(2026, 8, 18), date(2026, 12, 15)
WAITING = {"status": "submitted", "level": 2, "expected_on": date(2027, 1, 20)}
RULES = [
    ({"kind": None}, "kind_unknown", "1", WARNING),
    ({"in_service_since": LATE}, "in_service_later", "(2)", WARNING),
    ({"operator": None}, "operator_unknown", "(4)", WARNING),
    ({"dossier": approved(level=None)}, "level_missing", "(5)", ERROR),
    ({"dossier": Dossier(status="drafting", expected_on=LATE)}, "level_missing", "(5)", WARNING),
    ({"dossier": None}, "status_unknown", "(6)", WARNING),
    ({"dossier": approved(submitted_on=date(2026, 8, 28), appraised_on=date(2026, 8, 27))}, "steps_out_of_order", "(6)", ERROR),
    ({"dossier": approved(appraised_on=date(2026, 9, 2))}, "steps_out_of_order", "(6)", ERROR),
    ({"dossier": Dossier(**WAITING, submitted_on=LATE)}, "steps_out_of_order", "(6)", ERROR),
    ({"dossier": approved(decision=None)}, "decision", "(7)", ERROR),
    ({"dossier": Dossier(**WAITING, decision=paper())}, "decision", "(7)", ERROR),
    ({"dossier": approved(decision=paper(office=None))}, "decision", "(7)", WARNING),
    ({"dossier": approved(decision=paper(day=LATE))}, "decision_day", "(7)", ERROR),
    ({"dossier": approved(decision=paper(office="công an  tỉnh A"))}, "decision_office", "(7)", WARNING),
    ({"dossier": approved(regulation=None)}, "regulation", "(8)", ERROR),
    ({"dossier": approved(regulation=None, decision=paper(day=OLD))}, "regulation", "(8)", WARNING),
    ({"dossier": approved(regulation=paper(day=date(2026, 9, 2)))}, "regulation", "(8)", ERROR),
    ({"dossier": approved(decision=paper(day=OLD))}, "regulation", "(8)", WARNING),
    ({"dossier": approved(regulation=paper(day=OLD, office=None))}, "regulation", "(8)", WARNING),
    ({"dossier": Dossier(status="none")}, "approval_expected", "(9)", ERROR),
    ({"dossier": Dossier(**{**WAITING, "expected_on": date(2026, 12, 13)})}, "approval_expected", "(9)", ERROR),
    ({"plan": None}, "plan", "(10)", WARNING),
    ({"plan": SecurityPlan(status="partial")}, "plan_expected", "(11)", ERROR),
    ({"plan": SecurityPlan(status="none", expected_on=date(2026, 12, 13))}, "plan_expected", "(11)", ERROR),
    ({"plan": SecurityPlan(status="full", expected_on=LATE)}, "plan_expected", "(11)", WARNING),
    ({"inspected": None}, "inspection", "(12)", WARNING),
    ({"status": "investing"}, "inspection", "(12)", WARNING),
    ({"dossier": Dossier(**WAITING), "inspected": ("periodic",)}, "inspection", "(12)", WARNING),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule", "part", "severity"), RULES)
def test_each_rule_names_system_column_what_to_do_and_whom_to_call(changes, rule, part, severity):
    plan = {"plan": SecurityPlan(status="partial", expected_on=LATE), "inspected": ()}
    waiting = changes.get("dossier") is not None and changes["dossier"].status is not DossierStatus.APPROVED
    found = issues(agency("so-a", system(**{**(plan if waiting else {}), **changes})))
    [issue] = [one for one in found if one.severity is not NOTE]
    assert (issue.rule, issue.part, issue.severity, issue.system) == (rule, part, severity, "he-thong")
    assert str(issue.message) and str(issue.todo) and issue.message != issue.todo
    assert (issue.office.id, issue.office.contact, issue.office.phone) == ("so-a", "Lê C", "0208 000")
    assert writable(found) == (severity is not ERROR)


@pytest.mark.parametrize(
    "changes",
    [
        {"dossier": approved(level=2, decision=paper(office="Công an tỉnh A"))},  # the designated unit approves levels 1 and 2
        {"dossier": approved(decision=paper(day=DAY))},
        {"dossier": approved(decision=paper(day=date(2026, 8, 19)), regulation=paper(day=date(2026, 8, 19)))},
        {
            "dossier": Dossier(**{**WAITING, "expected_on": DAY}),
            "plan": SecurityPlan(status="none", expected_on=DAY),
            "inspected": ("before_use",),
        },
        {"status": "investing", "inspected": None},
    ],
)
def test_what_is_just_right_is_no_issue(changes):
    assert issues(agency("so-a", system(**changes))) == ()


def test_everything_is_told_at_once_errors_first_and_by_agency():
    bad = {"operator": None, "dossier": approved(decision=None), "plan": SecurityPlan(status="none"), "inspected": None}
    found = issues(agency("so-b", system("b1", **bad)), agency("so-a", system("a1", **bad), system("a2", **bad)))
    assert [issue.severity for issue in found] == [ERROR] * 6 + [WARNING] * 6
    assert [issue.office.id for issue in found] == ["so-a"] * 4 + ["so-b"] * 2 + ["so-a"] * 4 + ["so-b"] * 2


def test_a_level_below_the_rules_and_one_kept_are_notes():
    lower = Classification("he-thong", "nd-331-2026", 4, 4, declared=3)
    [note] = issues(agency("so-a", system()), found=[lower])
    assert (note.rule, note.severity, note.part) == ("level_lower", NOTE, "(5)") and "lower" in str(note.message)
    kept = Classification("he-thong", "nd-331-2026", 4, 4, declared=3, declared_kept=True)
    [note] = issues(agency("so-a", system()), found=[kept])
    assert note.severity is NOTE and "kept" in str(note.message)
    risky = replace(kept, obligations=(Obligation("10.5", Texts(vi="Đề xuất cao hơn", en="Propose more"), 5),))
    [note] = issues(agency("so-a", system()), found=[risky])
    assert note.severity is NOTE and "the risk assessment asks: 5" in str(note.message)


def test_evidence_that_speaks_against_a_declaration_is_shown_in_its_column():
    conflict = Conflict("he-thong", "plan_full", msg("declared"), msg("found"))
    other = Conflict("he-thong", "no_regulation", msg("declared"), msg("found"))
    [issue] = issues(agency("so-a", system()), conflicts=(conflict, other))
    assert (issue.rule, issue.part, issue.severity) == ("evidence_plan_full", "(10)", WARNING)
    assert str(issue.message) == "declared; found" and issue.office.id == "so-a"


def test_rules_of_the_whole_report():
    def rules(*agencies, **changes):
        return {(issue.rule, issue.part, issue.severity) for issue in issues(*agencies, **changes)}

    one = agency("so-a", system())
    assert rules(agency("so-a")) == {("no_system", "3", ERROR)}
    assert rules(one, agency("so-b", sent=False)) == {("agency_silent", "1", WARNING)}
    assert rules(one, letterhead=Letterhead()) == {("no_addressee", "", WARNING)}
    assert rules(one, day=date(2026, 12, 13)) == {("before_period_end", "", NOTE)}
    assert rules(one, day=date(2026, 12, 15)) == {("after_period", "", WARNING)}
    assert rules(one, owners=()) == {("owner_facts", "2a", WARNING), ("no_unit", "2b", WARNING)}
    bare = OFFICE.model_copy(update={"designated": UNIT.model_copy(update={"functions": None, "phone": None})})
    [issue] = issues(one, owners=(bare,))
    assert issue.rule == "unit_facts" and "functions" in str(issue.message) and "phone" in str(issue.message)
    assert rules(agency("so-a", secret(level=None))) == {("secret_level", "(5)", WARNING), ("state_secret", "3", NOTE)}


def test_an_owner_whose_name_is_almost_a_described_one_is_asked_about():
    found = issues(agency("so-a", system(governed_by="Ủy ban nhân dân tỉnh")), owners=(OFFICE,))
    [issue] = [one for one in found if one.part == "2a"]
    assert "Ủy ban nhân dân tỉnh" in str(issue.message)
    found = issues(agency("so-a", system(governed_by="Đảng ủy")), owners=(OFFICE, Owner(name="Đảng ủy tỉnh A")))
    [issue] = [one for one in found if one.part == "2a"]
    assert "Đảng ủy tỉnh A" in str(issue.todo)


def test_one_name_twice_is_questioned_also_against_a_shared_system():
    twice = agency("so-a", system("s1", name="Trang tin"), system("s2", name="TRANG  tin"))
    assert [(issue.rule, issue.system) for issue in issues(twice)] == [("name_twice", "s2")]
    shared = (system("chung", owner="so-a", name="Thư điện tử"),)
    found = issues(agency("so-a"), agency("so-b", system("s3", name="thư điện tử")), shared_systems=shared)
    assert [(issue.rule, issue.system, issue.office.id) for issue in found] == [("name_twice", "s3", "so-b")]
    assert issues(agency("so-a", system("s1", name="LAN")), agency("so-b", system("s2", name="LAN"))) == ()


def test_the_period_of_a_year():
    assert period_of(date(2026, 1, 5)) == (date(2025, 12, 15), date(2026, 12, 14))
    assert period_of(date(2026, 12, 20)) == (date(2025, 12, 15), date(2026, 12, 14))


_DAYS = st.none() | st.dates(date(2026, 6, 1), date(2027, 6, 1))
_PAPERS = st.none() | st.builds(paper, day=st.dates(date(2026, 6, 1), date(2027, 6, 1)))
_DOSSIERS = st.none() | st.builds(
    Dossier, status=st.none() | st.sampled_from(DossierStatus), level=st.none() | st.integers(1, 5), submitted_on=_DAYS,
    appraised_on=_DAYS, decision=_PAPERS, regulation=_PAPERS, expected_on=_DAYS,
)  # fmt: skip
_PLANS = st.none() | st.builds(SecurityPlan, status=st.sampled_from([None, "none", "partial", "full"]), expected_on=_DAYS)
_INSPECTED = st.none() | st.lists(st.sampled_from(["before_use", "periodic"]), unique=True).map(tuple)
_CHANGES = st.fixed_dictionaries(
    {
        "dossier": _DOSSIERS, "plan": _PLANS, "inspected": _INSPECTED, "kind": st.none() | st.sampled_from(SystemKind),
        "status": st.sampled_from(["operating", "investing", "stopped"]), "operator": st.none() | st.just("A"),
    }
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(_CHANGES, max_size=6), st.booleans(), st.booleans())
def test_totals_always_fall_and_no_blank_cell_goes_unsaid(changes, drafts, sent):
    systems = [system(f"s{number}", **one) for number, one in enumerate(changes)]
    here = province(agency("so-a", *systems, sent=sent), annual_report=Settings(drafting_counts_as_built=drafts))
    report = annual_report(here, levels(), DAY)
    managed, classified, *rest = counts(report)
    assert managed == len(report.rows) and classified <= managed
    assert all(above >= below for above, below in pairwise([managed, *rest]))
    found = check_report(here, levels(), report)
    assert "totals_fall" not in {issue.rule for issue in found}
    said = {(issue.system, issue.part) for issue in found}
    for row in report.rows:
        status = here.inventory.systems[row.system].dossier
        known = status is not None and status.status is not None
        closed = row.state == "Đã được phê duyệt"
        cells = {
            "(4)": row.operator, "(6)": row.state or known, "(7)": row.decision or not closed,
            "(8)": row.regulation or not closed or not row.decision, "(9)": row.approval_expected or closed or not known,
            "(10)": row.plan, "(11)": row.plan_expected or row.plan in ("", "Đã triển khai đầy đủ"),
        }  # fmt: skip
        assert all(filled or (row.system, part) in said for part, filled in cells.items()), (row, said)
    for total in report.totals.numbers:
        assert total_words(report, total).startswith("ít nhất") == bool(total.unknown or not sent)


def test_totals_that_do_not_fall_are_an_error():
    from dataclasses import replace

    here = province(agency("so-a", system()))
    report = annual_report(here, levels(), DAY)
    broken = replace(report, totals=replace(report.totals, approved=Total(2)))
    assert [(issue.rule, issue.severity) for issue in check_report(here, levels(), broken)] == [("totals_fall", ERROR)]
    assert "totals_fall" in {issue.rule for issue in check_report(here, levels(), replace(report, rows=()))}
