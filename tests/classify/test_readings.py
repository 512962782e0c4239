"""Readings a province fixed: used, named, checked; and the questions that stay."""

from datetime import date

import pytest

from secaudit.classify import Classifier, compare, contradictions, lint_interpretations, questions
from secaudit.model.inventory import Interpretation
from secaudit.model.system import System

COMMUNE_LAN = {"kind": "infrastructure", "information": ["private"], "serves": "agencies_of_commune", "defence_security": False}
DOCUMENTS = {
    "kind": "internal", "information": ["private"], "serves": "province", "defence_security": False,
    "handles_administrative_procedures": False,
}  # fmt: skip
BACK_OFFICE = {**DOCUMENTS, "serves": "agency", "handles_administrative_procedures": True}
HOSPITAL = {
    "kind": "public_service", "information": ["personal"], "serves": "province", "defence_security": False,
    "handles_administrative_procedures": False, "conditional_business": False, "data_subjects": {"basic": 5, "sensitive": 5},
}  # fmt: skip
NATIONAL = {
    **DOCUMENTS, "kind": "public_service", "conditional_business": False, "serves": "nation", "national_data_store": False,
    "continuous_operation": False, "data_subjects": {"basic": 1, "sensitive": 1},
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "sector", "reading", "choices"),
    [
        (COMMUNE_LAN, "government", "commune_network", {"one": 2, "many": 3}),
        (DOCUMENTS, "government", "document_system", {"internal": 2, "infrastructure": 3}),
        (BACK_OFFICE, "government", "back_office", {"no": 2, "yes": 3}),
        (HOSPITAL, "health", "hospital_school", {"no": 2, "yes": 3}),
        (HOSPITAL, "education", "hospital_school", {"no": 2, "yes": 3}),
        (NATIONAL, "government", "continuous", {"both": 2, "infrastructure": 4}),
    ],
)
def test_a_reading_decides_and_is_named_and_without_it_both_results_stand(classify, fields, sector, reading, choices):
    identifier = reading.replace("_", "-")
    for choice, level in choices.items():
        found = classify({reading: choice}, sector, **fields)
        assert found.level == level
        assert found.readings == (f"{identifier}={choice}",)
    open_range = classify(None, sector, **fields)
    assert (open_range.lowest, open_range.highest) == (min(choices.values()), max(choices.values()))
    assert open_range.missing == (f"reading.{reading}",)
    assert open_range.readings == ()


def test_the_clause_that_used_a_reading_names_it(classify):
    found = classify({"commune_network": "many", "back_office": "no"}, **COMMUNE_LAN)
    assert [(match.clause, match.readings) for match in found.matches] == [("13.3", ("commune-network=many",))]


def test_a_hospital_reading_does_not_touch_other_sectors(classify):
    found = classify({"hospital_school": "yes"}, "government", **HOSPITAL)
    assert (found.level, found.readings) == (2, ())


def test_questions_are_few_and_follow_what_is_known(classify, rules):
    asked = [question.text.en for question in questions(classify(), rules)]
    assert len(asked) == 2
    assert asked[0].startswith("What kind of system")
    assert asked[1].startswith("Which information")
    secret = classify(kind="internal", information=["state_secret"], serves="agency", handles_administrative_procedures=False)
    assert [question.who for question in questions(secret, rules)] == ["province"]
    assert "harm national security" in questions(secret, rules)[0].text.en


def test_an_open_reading_is_asked_of_the_province(classify, rules):
    (question,) = questions(classify(**COMMUNE_LAN), rules)
    assert question.who == "province"
    assert question.text == next(reading.question for reading in rules.readings if reading.id == "commune-network")


def test_a_determined_system_is_asked_nothing(classify, rules):
    assert questions(classify({"commune_network": "one"}, **COMMUNE_LAN), rules) == ()


def test_a_state_secret_system_without_level_is_asked_for_it(classify, rules):
    (question,) = questions(classify(state_secret=True), rules)
    assert question == rules.questions["system.level"]


def test_every_input_a_clause_names_has_a_question(rules, classify):
    names = {name for match in classify().matches for name in match.missing if name.startswith("system.")}
    assert names <= set(rules.questions)


def test_interpretations_the_rule_set_does_not_know_are_reported(rules):
    wrong = [
        Interpretation(id="commune-networks", reading="one"),
        Interpretation(id="back-office", reading="maybe"),
        Interpretation(id="continuous", reading="both"),
        Interpretation(id="continuous", reading="infrastructure"),
    ]
    problems = lint_interpretations(rules, wrong)
    assert [(problem.field, problem.found) for problem in problems] == [
        ("interpretations[0].id", "commune-networks"),
        ("interpretations[1].reading", "maybe"),
        ("interpretations[3].id", "continuous"),
    ]
    assert "commune-network" in str(problems[0].hint)
    assert str(problems[1].expected) == "one of: yes, no"
    assert all(problem.path == "province.yaml" for problem in problems)


def test_an_interpretation_with_an_unknown_choice_settles_nothing(rules, taken):
    system = System.model_validate({"id": "a", "name": "A", **COMMUNE_LAN})
    found = Classifier(rules, taken(commune_network="some")).classify(system)
    assert (found.lowest, found.highest) == (2, 3)


def test_a_level_approved_under_the_former_decree_is_kept(classify):
    raised = {**DOCUMENTS, "handles_administrative_procedures": True, "kind": "public_service", "conditional_business": False}

    def answer(day, status="approved", level=2):
        dossier = {"status": status, "level": level, "decision": {"number": "12/QĐ-UBND", "date": day}}
        found = classify(data_subjects={"basic": 1, "sensitive": 0}, dossier=dossier, **raised)
        assert found.level == 3
        return compare(found)

    assert answer(date(2026, 6, 30)) == "kept"
    assert answer(date(2026, 7, 1)) == "declared_lower"
    assert answer(date(2026, 6, 30), status="appraised") == "declared_lower"
    assert answer(date(2026, 6, 30), level=3) == "same"
    assert answer(date(2026, 6, 30), level=4) == "declared_higher"


def test_a_declared_level_below_an_open_range_is_lower_and_inside_it_open(classify):
    def answer(level):
        return compare(classify(dossier={"status": "drafting", "level": level}, **COMMUNE_LAN))

    assert [answer(level) for level in (1, 2, 3, 4)] == ["declared_lower", "open", "open", "declared_higher"]
    assert compare(classify(dossier={"status": "none"}, **COMMUNE_LAN)) == "not_declared"


def test_answers_that_contradict_each_other_are_said():
    def told(**fields):
        return [str(message) for message in contradictions(System.model_validate({"id": "a", "name": "A", **fields}))]

    assert told(**COMMUNE_LAN) == []
    assert "national data" in told(serves="agency", national_data_store=True)[0]
    assert "international gateway" in told(serves="province", international_gateway=True)[0]
    assert "personal information is not ticked" in told(information=["public"], data_subjects={"basic": 9})[0]
    assert "construction works" in told(kind="internal", works_grade="II")[0]
    assert "state secrets" in told(information=["state_secret"])[0]
    assert told(serves="nation", national_data_store=True) == []
    assert told(information=["public"], data_subjects={"basic": 0, "sensitive": "none"}) == []


def test_what_cannot_raise_a_proven_level_is_neither_missing_nor_asked(classify, rules):
    found = classify(
        kind="public_service",
        information=["personal"],
        serves="province",
        defence_security=False,
        handles_administrative_procedures=True,
    )
    assert {match.clause for match in found.matches if match.matches is None} == {"12.2.a", "12.2.b", "13.2.a", "13.2.c"}
    assert (found.level, found.missing, questions(found, rules)) == (3, (), ())
