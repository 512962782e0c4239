"""Rule sets other than the decree: cases that fail or cannot be run, clauses that do not compile or have too many inputs."""

import pytest

from secaudit.classify import Classifier, run_level_cases
from secaudit.errors import ExpressionError
from secaudit.model.level import LevelRuleSet
from secaudit.model.system import System


def rule_set(when, cases=(), **more):
    text = {"vi": "x", "en": "x"}
    return LevelRuleSet.model_validate(
        {
            "id": "test", "title": text, "act": "A", "valid_from": "2026-01-01", "source": "S", "inheritance": text,
            "questions": {},
            "clauses": [{"id": "1", "level": 3, "title": text, "when": when, "cases": list(cases)}], **more,
        }
    )  # fmt: skip


def test_a_case_that_comes_out_otherwise_is_no_pass():
    rules = rule_set(
        'system.kind == "internal"', [{"inputs": {"kind": "other"}, "matches": "yes"}, {"inputs": {}, "matches": "unknown"}]
    )
    wrong, right = run_level_cases(rules)
    assert (wrong.ok, wrong.expected, wrong.got, wrong.subject, wrong.number) == (False, "yes", "no", "test 1", 1)
    assert (right.ok, right.detail) == (True, "system.kind")


@pytest.mark.parametrize(
    "inputs",
    [
        {"kinds": "internal"},
        {"defence_security": "maybe"},
        {"information": "public"},
        {"kind": ["internal"]},
        {"data_subjects.basic": "many"},
        {"reading.unheard": "one"},
    ],
)
def test_a_case_that_cannot_be_run_says_why(inputs):
    (result,) = run_level_cases(rule_set('system.kind == "internal"', [{"inputs": inputs, "matches": "no"}]))
    assert (result.ok, result.got) == (False, "invalid")
    assert next(iter(inputs)).split(".")[-1] in result.detail


def test_texts_of_files_are_read_by_the_type_of_the_input():
    rules = rule_set(
        "system.data_subjects.basic > 5 && system.defence_security",
        [
            {"inputs": {"data_subjects.basic": "6", "defence_security": "true"}, "matches": "yes"},
            {"inputs": {"data_subjects.basic": 5, "defence_security": True}, "matches": "no"},
            {"inputs": {"data_subjects.basic": "under_100000", "defence_security": "true"}, "matches": "unknown"},
        ],
    )
    assert [result.got for result in run_level_cases(rules)] == ["yes", "no", "unknown"]


def test_a_clause_that_does_not_compile_is_refused():
    with pytest.raises(ExpressionError, match=r"system\.kinds"):
        Classifier(rule_set('system.kinds == "internal"'))


def test_a_clause_with_more_combinations_than_are_searched_names_all_its_open_inputs():
    names = ["kind", "serves", "works_grade", "online_service_level", "risk_level", "harm.rights", "harm.public", "harm.order"]
    when = " || ".join(f'system.{name} == "nation"' for name in names)
    found = Classifier(rule_set(when)).classify(System(id="a", name="A"))
    assert set(found.missing) == {f"system.{name}" for name in names}
    assert (found.lowest, found.highest) == (None, 3)


def test_an_input_that_cannot_turn_the_answer_is_not_called_missing():
    rules = rule_set('system.kind == "internal" || (system.defence_security && system.kind == "internal")')
    assert Classifier(rules).classify(System(id="a", name="A")).missing == ("system.kind",)


def test_a_defect_in_a_clause_is_unknown_never_a_level():
    rules = rule_set("system.data_subjects.basic / 0 > 1", [{"inputs": {"data_subjects.basic": 5}, "matches": "no"}])
    system = System.model_validate({"id": "a", "name": "A", "data_subjects": {"basic": 5}})
    found = Classifier(rules).classify(system)
    assert (found.lowest, found.highest) == (None, 3)
    (case,) = run_level_cases(rules)
    assert (case.got, bool(case.detail)) == ("unknown", True)
