"""Standards: what each level asks, who or what decides it, and the page that shows it."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.catalog import lint_catalog, load_catalog
from secaudit.model.check import LEVELS, Check
from secaudit.model.requirement import same_clause
from secaudit.pipeline.check_page import check_page
from secaudit.report.groups import GROUPS, grouped
from secaudit.resources import data_folder, translator

FILE = "requirements/tcvn-14423-a.yaml"
STANDARD = """\
id: tcvn-14423-a
title: {vi: Yêu cầu, en: Requirements}
act: TCVN A
valid_from: 2026-08-19
source: bản thử
first_chapter: 3
rows: {1: 9, 2: 12, 3: 15}
requirements:
  - id: r19
    number: 19
    group: {vi: Bản vá, en: Patches}
    title: {vi: Vá hằng tháng, en: Patched monthly}
    levels: [1, 2, 3]
    covers: {3: 2}
    clauses: [tcvn-14423:x.7.2.2]
    checks: [patch.restart]
  - id: r22
    number: 22
    group: {vi: Lỗ hổng, en: Vulnerabilities}
    title: {vi: Rà quét, en: Scans}
    levels: [2, 3]
    strength: suggested
    clauses: [tcvn-14423:4.7.2.1.b, tcvn-14423:5.7.2.1.a]
    manual:
      asked: {vi: Báo cáo, en: Report}
      months: {2: 12, 3: 6}
"""
OLDER = """\
id: tcvn-11930-a
title: {vi: Cũ, en: Older}
act: TCVN B
valid_from: 2022-10-01
valid_until: 2026-08-18
source: bản thử
first_chapter: 5
requirements:
  - id: r01
    number: 1
    group: {vi: Bản vá, en: Patches}
    title: {vi: Vá, en: Patched}
    levels: [3]
    clauses: [tcvn-11930:7.2.2.4]
    manual: {asked: {vi: Phương án, en: Plan}}
"""
CATALOG = load_catalog(data_folder("checks"))
OLD, NEW = CATALOG.standards
OBSERVABLE = (*range(1, 11), *range(12, 18), 19, 21, *range(23, 31), 37, 38, 39)
DECLARED = (11, 18, 20, 22, *range(31, 37), 40, 41)


@pytest.mark.parametrize(
    ("ref", "overlaps"),
    [
        ("tcvn-14423:x.7.2.2", True),
        ("tcvn-14423:5.7.2.2", True),
        ("tcvn-14423:x.7.2.2.a", True),
        ("tcvn-14423:x.7.2", True),
        ("tcvn-14423:x.7.2.1", False),
        ("tcvn-14423:x.17.2.2", False),
        ("tcvn-11930:x.7.2.2", False),
    ],
)
def test_a_clause_is_the_same_or_inside_and_x_is_the_chapter_of_any_level(ref, overlaps):
    assert same_clause(ref, "tcvn-14423:x.7.2.2") is same_clause("tcvn-14423:x.7.2.2", ref) is overlaps
    assert not same_clause("tcvn-14423:4.7.2.2", "tcvn-14423:5.7.2.2")


def test_the_shipped_standard_holds_the_rows_of_the_selection_and_who_decides_each():
    by_number = {one.number: one for one in NEW.requirements}
    assert [one.id for one in NEW.requirements] == [f"r{one.number:02}" for one in NEW.requirements]
    assert set(OBSERVABLE) | set(DECLARED) == set(range(1, 42)) <= set(by_number)
    assert all(by_number[number].checks for number in OBSERVABLE)
    assert all(by_number[number].manual for number in DECLARED)
    suggested = {number for number in range(1, 42) if not by_number[number].mandatory}
    assert suggested == {3, 5, 6, 12, 13}
    assert NEW.rows == {1: 111, 2: 129, 3: 195, 4: 273, 5: 288} and OLD.rows == {}


def test_no_value_of_our_own_makes_a_mandatory_requirement_fail():
    """What severity calls a hint, and the values that the standard only suggests, decide nothing that it demands."""
    decisive = {name for one in (*NEW.requirements, *OLD.requirements) if one.mandatory for name in {*one.checks} - {*one.advice}}
    suggested = {name for one in NEW.requirements if not one.mandatory for name in one.checks}
    hints = {name for name in decisive if CATALOG.checks[name].severity in ("info", "low")}
    # The port is the row itself of the older standard; the others are what the standard names: expiry, DEP, a directory.
    assert hints == {"access.ssh-default-port", "accounts.never-expires", "accounts.central", "exploit.dep"}
    assert decisive & suggested == {"login.second-factor"}, "asked of access from outside, suggested for administrators"


def test_what_machines_show_only_in_part_asks_for_a_paper_too():
    """Default passwords, people who left, network devices, applications and scans of USB sticks are seen by no check."""
    assert all(NEW.requirement(name).manual for name in ("r02", "r08", "r15", "r19", "r25"))
    assert set(NEW.requirement("r19").manual.months.values()) == {1}


def test_levels_are_written_out_and_a_higher_level_does_not_inherit():
    at = {level: {one.id for one in NEW.at(level)} for level in LEVELS}
    assert "r27" not in at[3] and "r27" in at[4] and "r11" not in at[3] and "r04" not in at[1]
    numbers = {level: NEW.clauses_at(NEW.requirement("r15"), level) for level in LEVELS}
    assert numbers == {1: ("3.12.2.4.a",), 2: ("4.12.2.4.a",), 3: ("5.12.2.4.a",), 4: ("6.12.2.4.a",), 5: ("7.12.2.5.a",)}
    assert NEW.clauses_at(NEW.requirement("r01"), 3) == ("5.6.2.3",)
    assert OLD.clauses_at(OLD.requirement("r22"), 4) == ("tt-12-2022:phu-luc-4", "tt-12-2022:phu-luc-5")


def test_the_periods_of_review_get_shorter_with_the_level():
    months = {one.id: one.manual.months for one in NEW.requirements if one.manual}
    assert months["r09"] == months["r39"] == {1: 12, 2: 12, 3: 6, 4: 3, 5: 1} == months["r22"]
    assert months["r31"] == {1: 12, 2: 12, 3: 6, 4: 1, 5: 1} and (months["r35"][4], months["r35"][5]) == (6, 3)
    for periods in months.values():
        ordered = [periods[level] for level in sorted(periods)]
        assert ordered == sorted(ordered, reverse=True)


def test_every_day_since_the_circular_has_one_standard():
    assert CATALOG.standard(date(2022, 9, 30)) is None
    assert CATALOG.standard(date(2022, 10, 1)) is CATALOG.standard(date(2026, 8, 18)) is OLD
    assert CATALOG.standard(date(2026, 8, 19)) is CATALOG.standard(date(2030, 1, 1)) is NEW
    assert CATALOG.rule_set(NEW.valid_from).valid_from == NEW.valid_from


def test_open_rows_are_what_nothing_answers_and_unknown_where_nobody_counted():
    assert all(NEW.covered(level) == NEW.rows[level] and NEW.open_rows(level) == 0 for level in LEVELS)
    fewer = NEW.model_copy(update={"requirements": NEW.requirements[:100]})
    assert all(fewer.open_rows(level) == NEW.rows[level] - fewer.covered(level) > 0 for level in LEVELS)
    assert all(OLD.open_rows(level) is None for level in LEVELS)
    assert NEW.requirement("r14").rows_at(3) == 0 and NEW.requirement("r26").rows_at(3) == 3
    assert NEW.requirement("r26").rows_at(2) == 0


def test_each_group_of_each_list_is_answered_row_by_row():
    """The totals of the source's own summary: a row counted in the wrong place would hide one that is missing."""
    lists = {
        1: (2, 8, 7, 8, 6, 20, 6, 5, 4, 5, 4, 17, 5, 5, 9),
        2: (2, 9, 9, 9, 7, 19, 7, 7, 4, 5, 5, 23, 7, 5, 11),
        3: (11, 11, 11, 18, 8, 20, 7, 10, 5, 8, 8, 34, 7, 7, 5, 11, 9, 5),
        4: (12, 15, 12, 28, 12, 24, 8, 16, 12, 9, 9, 41, 8, 10, 12, 23, 15, 7),
        5: (12, 17, 12, 30, 13, 24, 8, 16, 13, 9, 11, 44, 9, 12, 12, 24, 15, 7),
    }
    for level, expected in lists.items():
        counted = Counter[int]()
        for one in NEW.at(level):
            counted[int(NEW.clauses_at(one, level)[0].split(".")[1])] += one.rows_at(level)
        if level > 3:  # r23 answers a row of group 9 and one of group 3
            counted.update({3: 1, 9: -1})
        assert tuple(counted[group] for group in range(1, len(expected) + 1)) == expected, level
        assert sum(expected) == NEW.rows[level]


@given(
    rows=st.integers(0, 400),
    covers=st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=12),
    level=st.integers(1, 5),
)
def test_open_rows_and_covered_rows_make_up_the_list_and_are_never_negative(rows, covers, level):
    sample = NEW.requirements[0]
    made = [
        sample.model_copy(update={"id": f"r{number}", "covers": {} if count is None else {level: count}})
        for number, count in enumerate(covers)
    ]
    standard = NEW.model_copy(update={"rows": {level: rows}, "requirements": tuple(made)})
    held = sum(1 if count is None else count for count in covers)
    assert standard.covered(level) == held
    assert standard.open_rows(level) == max(rows - held, 0)
    assert all(standard.open_rows(other) is None for other in LEVELS if other != level)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_texts_are_compared_the_same_from_both_sides(one, other):
    assert same_clause(one, other) is same_clause(other, one)
    assert same_clause(one, one)


def test_what_was_found_by_clause_and_fact_before_is_named_now():
    by_check = {name: NEW.decided_by(name) for name in CATALOG.checks}
    assert by_check["protection.installed"] == by_check["protection.active"] == ("r24",)
    assert by_check["protection.managed"] == ("r27",) and by_check["protection.edr"] == ("r26",)
    assert by_check["patch.security-pending"] == ("r19",) and by_check["network.firewall"] == ("r14",)
    assert by_check["login.second-factor"] == ("r06", "r07")
    elsewhere = {name for name, ids in by_check.items() if not ids}
    assert elsewhere == {"access.ssh-default-port", "protection.shared"}, "the older standard asks the first, Luật 116 the second"


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("    checks: [patch.restart]\n", "", "requirements[0].id", "Nothing decides"),
        ("[patch.restart]", "[patch.restar]", "requirements[0].checks[0]", "did you mean patch.restart?"),
        ("tcvn-14423:x.7.2.2", "tcvn-14423:x.7.2.1", "requirements[0].checks[0]", "refers to no clause"),
        ("levels: [1, 2, 3]", "levels: [1, 2, 6]", "requirements[0].levels[2]", ""),
        ("levels: [1, 2, 3]", "levels: [0, 2, 3]", "requirements[0].levels[0]", ""),
        ("levels: [1, 2, 3]", "levels: [1, 2, 3, 3]", "requirements[0].levels[3]", "stands twice"),
        ("levels: [1, 2, 3]", "levels: [1, 2]", "requirements[0].covers.3", "does not name this level"),
        ("tcvn-14423:x.7.2.2", "tcvn-14432:x.7.2.2", "requirements[0].clauses[0]", "did you mean tcvn-14423?"),
        ("x.7.2.2", "chapter 7", "requirements[0].clauses[0]", "names no clause"),
        ("4.7.2.1.b", "9.7.2.1.b", "requirements[1].clauses[0]", "belongs to no level"),
        ("4.7.2.1.b", "3.7.2.1.b", "requirements[1].clauses[0]", "which the requirement does not name"),
        ("tcvn-14423:4.7.2.1.b, ", "", "requirements[1].levels[0]", "No clause of the list of level 2"),
        ("number: 22", "number: 19", "requirements[1].number", "The same id stands at"),
        ("id: r22", "id: r19", "requirements[1].id", "The same id stands at"),
        ("{2: 12, 3: 6}", "{2: 0, 3: 6}", "requirements[1].manual.months.2", "period makes no sense"),
        ("covers: {3: 2}", "covers: {3: -1}", "requirements[0].covers.3", "negative"),
        ("covers: {3: 2}", "covers: {3: 15}", "rows.3", "more than it has"),
        ("[patch.restart]", "[patch.restart]\n    advice: [patch.recent]", "requirements[0].advice[0]", "this is none"),
        ("strength: suggested", "strength: optional", "requirements[1].strength", ""),
        ("vi: Báo cáo, en: Report", "vi: Báo cáo, en: ''", "requirements[1].manual.asked.en", "text is missing"),
        ("vi: Rà quét, en: Scans", "vi: Scans, en: Scans", "requirements[1].title.vi", "are the same"),
        ("id: tcvn-14423-a", "id: tcvn-14423-b", "id", "name of the file"),
    ],
)
def test_a_standard_that_would_mislead_is_refused_with_its_line(write, old, new, field, said):
    assert old in STANDARD
    problems = lint_catalog(write({FILE: STANDARD.replace(old, new)}))
    found = {problem.field: problem for problem in problems}
    assert field in found, [str(problem.field) for problem in problems]
    problem = found[field]
    assert problem.line and problem.path and problem.path.endswith(FILE)
    assert said in f"{problem.message} {problem.hint}"


def test_a_check_that_cites_a_standard_is_named_by_one_of_its_requirements(write):
    assert lint_catalog(write({FILE: STANDARD})) == []
    lonely = STANDARD.replace("    checks: [patch.restart]\n", "    manual: {asked: {vi: Hồ sơ, en: File}}\n")
    (problem,) = lint_catalog(write({FILE: lonely}))
    assert problem.path.endswith("patch.restart.yaml") and problem.field == "refs[0]" and problem.line
    assert "No requirement of tcvn-14423-a names this check" in str(problem.message)


@pytest.mark.parametrize(
    ("last", "field", "said"),
    [
        ("2026-08-17", "valid_from", "days without any"),
        ("2026-08-19", "valid_from", "is still in force"),
        ("2022-09-30", "valid_until", "ends before it begins"),
    ],
)
def test_standards_follow_each_other_without_gap_and_overlap(write, last, field, said):
    older = "requirements/tcvn-11930-a.yaml"
    assert lint_catalog(write({FILE: STANDARD, older: OLDER})) == []
    problems = lint_catalog(write({FILE: STANDARD, older: OLDER.replace("2026-08-18", last)}))
    assert any(problem.field == field and said in str(problem.message) and problem.line for problem in problems)


def test_the_page_is_written_from_the_catalogue():
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
    assert page == check_page(CATALOG, translator("vi"), translator("en")), (
        "run `python -m secaudit checks docs > docs/checks.md`"
    )


def test_the_page_shows_parameters_requirements_and_clauses_and_breaks_no_table(write, good):
    name = "endpoint/patch/patch.restart.yaml"
    text = good[name].replace("param: {days: 60}", "param: {days: 60}\nparam_by_level: {3: {days: 30}}")
    text = text.replace("en: No update waits for a restart", "en: 'No <b>update | waits'")
    case = "  - facts: {endpoint.kind: server, endpoint.level: 3, machine.uptime_days: 31}\n    verdict: fail\n"
    page = check_page(load_catalog(write({name: text + case, FILE: STANDARD})), translator("vi"), translator("en"))
    assert "| days = 60<br>from level 3: days = 30 |" in page
    assert "| tcvn-14423:x.7.2.2 | tcvn-14423-a: r19 |" in page
    assert "No &lt;b>update \\| waits" in page
    assert "| r19 | Vá hằng tháng<br>Patched monthly | 1, 2, 3 | `patch.restart` |  |" in page
    assert "| r22 | Rà quét<br>Scans | 2, 3 (G) |  | yes |" in page
    assert "| 3 | 15 | 2 | 12 |" in page and "| 4 | ? | 0 | ? |" in page


def test_every_group_has_a_name_in_both_languages_and_unknown_ones_follow():
    vietnamese, english = translator("vi"), translator("en")
    assert {group.partition(".")[0] for group in CATALOG.checks} <= set(GROUPS)
    for word in GROUPS.values():
        assert vietnamese.text(word) != english.text(word)
    other: Check = CATALOG.checks["patch.restart"].model_copy(update={"id": "abc.x"})
    assert [group for group, _ in grouped([other, *CATALOG.checks.values()])][-1] == "abc"
