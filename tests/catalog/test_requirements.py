"""Which rows of the standard a check answers, and the page that shows it."""

from pathlib import Path

import pytest

from secaudit.catalog import lint_catalog, load_catalog
from secaudit.model.check import Check
from secaudit.model.requirement import RequirementRow, rows_answered
from secaudit.pipeline.check_page import check_page
from secaudit.report.groups import GROUPS, grouped
from secaudit.resources import data_folder, translator

FILE = "requirements/rows-a.yaml"
ROWS = """\
id: rows-a
title: {vi: Yêu cầu, en: Requirements}
act: TCVN
rows:
  - {number: 19, title: {vi: Vá, en: Patches}, from_level: 1, clauses: [tcvn-14423:x.7.2.2], facts: [patch., machine.uptime_days]}
  - {number: 27, title: {vi: Tập trung, en: Central}, from_level: 4, clauses: [tcvn-14423:6.10.2.1.b], facts: [protection.]}
"""
CATALOG = load_catalog(data_folder("checks"))
OBSERVABLE = (*range(1, 11), *range(12, 18), 19, 21, *range(23, 31), 37, 38, 39)


def row(*clauses, facts=("patch.",)):
    made = {"number": 1, "title": {"vi": "a", "en": "b"}, "from_level": 1, "clauses": clauses, "facts": facts}
    return RequirementRow.model_validate(made)


def check(*refs, passes="patch.pending == 0"):
    return CATALOG.checks["patch.restart"].model_copy(update={"refs": refs, "passes": passes, "when": "true"})


@pytest.mark.parametrize(
    ("ref", "answers"),
    [
        ("tcvn-14423:x.7.2.2", True),
        ("tcvn-14423:x.7.2.2.a", True),
        ("tcvn-14423:x.7.2", True),
        ("tcvn-14423:x.7.2.1", False),
        ("tcvn-14423:5.7.2.2", False),
        ("tcvn-14423:x.17.2.2", False),
        ("tcvn-11930:x.7.2.2", False),
    ],
)
def test_a_check_answers_a_row_by_clause_and_fact(ref, answers):
    assert row("tcvn-14423:x.7.2.2").answered_by(check(ref)) is answers
    assert not row("tcvn-14423:x.7.2.2").answered_by(check(ref, passes="time.synchronised"))


def test_a_fact_is_a_whole_name_or_a_group_with_its_dot():
    named = row("tcvn-14423:x.7.2.2", facts=("patch.pending",))
    assert named.answered_by(check("tcvn-14423:x.7.2.2"))
    assert not named.answered_by(check("tcvn-14423:x.7.2.2", passes="patch.pending_security == 0"))
    assert not row("tcvn-14423:x.7.2.2", facts=("atch.",)).answered_by(check("tcvn-14423:x.7.2.2"))


def test_the_shipped_table_holds_the_observable_rows():
    (table,) = CATALOG.requirements
    assert tuple(row.number for row in table.rows) == OBSERVABLE and len(OBSERVABLE) == 29


def test_no_shipped_check_of_the_first_target_is_without_its_row():
    rows = {name: rows_answered(CATALOG.requirements, CATALOG.checks[name]) for name in CATALOG.checks}
    assert rows["protection.installed"] == rows["protection.active"] == (24,)
    assert rows["protection.managed"] == (27,) and rows["protection.edr"] == (26,)
    assert rows["patch.security-pending"] == (19,) and rows["network.firewall"] == (14,)


@pytest.mark.parametrize(
    ("old", "new", "field", "hint"),
    [
        ("machine.uptime_days", "machine.uptime", "rows[0].facts[1]", "did you mean machine.uptime_days?"),
        ("patch., ", "patches., ", "rows[0].facts[0]", ""),
        ("tcvn-14423:x.7.2.2", "tcvn-14432:x.7.2.2", "rows[0].clauses[0]", "did you mean tcvn-14423?"),
        ("x.7.2.2", "chapter 7", "rows[0].clauses[0]", ""),
        ("number: 27", "number: 19", "rows[1].number", ""),
        ("from_level: 4", "from_level: 6", "rows[1].from_level", ""),
        ("id: rows-a", "id: rows-b", "id", ""),
    ],
)
def test_a_row_nothing_could_answer_is_refused(write, old, new, field, hint):
    assert lint_catalog(write({FILE: ROWS})) == []
    (problem,) = lint_catalog(write({FILE: ROWS.replace(old, new)}))
    assert problem.field == field and problem.line
    assert hint in str(problem.hint)


def test_the_page_is_written_from_the_catalogue():
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
    assert page == check_page(CATALOG, translator("vi"), translator("en")), (
        "run `python -m secaudit checks docs > docs/checks.md`"
    )


def test_the_page_shows_parameters_rows_and_clauses_and_breaks_no_table(write, good):
    name = "endpoint/patch/patch.restart.yaml"
    text = good[name].replace("param: {days: 60}", "param: {days: 60}\nparam_by_level: {3: {days: 30}}")
    text = text.replace("en: No update waits for a restart", "en: 'No <b>update | waits'")
    case = "  - facts: {endpoint.kind: server, endpoint.level: 3, machine.uptime_days: 31}\n    verdict: fail\n"
    page = check_page(load_catalog(write({name: text + case, FILE: ROWS})), translator("vi"), translator("en"))
    assert "| days = 60<br>from level 3: days = 30 |" in page
    assert "| tcvn-14423:x.7.2.2 | 19 |" in page
    assert "No &lt;b>update \\| waits" in page
    assert "| 19 | Vá<br>Patches | 1 | `patch.restart` |" in page
    assert "| 27 | Tập trung<br>Central | 4 | **none** |" in page


def test_every_group_has_a_name_in_both_languages_and_unknown_ones_follow():
    vietnamese, english = translator("vi"), translator("en")
    assert {group.partition(".")[0] for group in CATALOG.checks} <= set(GROUPS)
    for word in GROUPS.values():
        assert vietnamese.text(word) != english.text(word)
    other: Check = CATALOG.checks["patch.restart"].model_copy(update={"id": "abc.x"})
    assert [group for group, _ in grouped([other, *CATALOG.checks.values()])][-1] == "abc"
