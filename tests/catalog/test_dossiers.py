"""Rules of dossiers and classes of systems: found by lint with file and line."""

import pytest

from secaudit.catalog import lint_catalog

CLASS = """\
id: lan
title: {vi: Mạng, en: Networks}
kinds: [infrastructure]
unanswered: [kinds]
"""
RULES = """\
id: nd-a
act: Nghị định A
valid_from: 2026-08-19
source: bản thử
grounds: [Căn cứ Luật A]
standard: TCVN
plan_parts: [{clause: "1", title: {vi: Một, en: One}}]
forms:
  - {number: "01", title: {vi: Mẫu, en: Form}, subject: việc, levels: [1], issued_by: operator, sent_to: designated}
"""


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("kinds: [infrastructure]\nunanswered: [kinds]\n", ""), None, "names no criterion"),
        (("unanswered: [kinds]", "unanswered: [serves]"), 4, "not part of the class"),
        (("id: lan", "id: wan"), 1, "must be the name of the file"),
        (("unanswered: [kinds]", "colour: red"), 4, ""),
    ],
    ids=["everything", "criterion", "name", "field"],
)
def test_a_class_that_says_nothing_or_too_much_is_found(write, good, change, line, said):
    name = "dossiers/lan.yaml"
    assert lint_catalog(write({**good, name: CLASS})) == []
    (problem,) = lint_catalog(write({**good, name: CLASS.replace(*change)}))
    assert said in str(problem.message) and problem.path.endswith("lan.yaml") and (line is None or problem.line == line)


def test_two_acts_on_one_day_and_a_form_that_stands_twice_are_found(write, good):
    later = RULES.replace("nd-a", "nd-b").replace("2026-08-19", "2027-01-01")
    later += later[later.index("  - {number") :]
    found = lint_catalog(write({**good, "dossiers/nd-a.yaml": RULES, "dossiers/nd-b.yaml": later}))
    lines = {str(problem.message): problem.line for problem in found}
    assert lines["On this day the rules of another act are still in force: nd-a"] == 3
    assert any(text.startswith("The same id stands at") for text in lines) and len(lines) == 2
