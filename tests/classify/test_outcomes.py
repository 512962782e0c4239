"""What each answer to an open question would mean, and clauses that nobody can match."""

import pytest

from secaudit.classify import Classifier, Outcomes, questions, unreachable
from secaudit.model.level import LevelRuleSet
from secaudit.model.system import System

PORTAL = {"kind": "public_service", "information": ["personal"], "serves": "province", "defence_security": False,
          "conditional_business": False, "handles_administrative_procedures": False}  # fmt: skip
COMMUNE = {"kind": "infrastructure", "information": ["private"], "serves": "agencies_of_commune", "defence_security": False}


@pytest.fixture
def ask(rules):
    def run(**fields):
        system = System.model_validate({"id": "a", "name": "A", **fields})
        classifier = Classifier(rules)
        found = classifier.classify(system)
        asked = Outcomes(rules, classifier).of(found, system)
        assert [one.question for one in asked] == list(questions(found, rules)), "the shortest list and no other"
        return {one.name: {outcome.answer: outcome.possible for outcome in one.outcomes} for one in asked}

    return run


def test_a_count_is_cut_where_the_clauses_cut_it(ask):
    assert ask(data_subjects={"sensitive": 5}, **PORTAL) == {"system.data_subjects.basic": {"0..99999": (2,), "100000..": (3,)}}
    assert ask(data_subjects={"basic": 5}, **PORTAL) == {"system.data_subjects.sensitive": {"0..9999": (2,), "10000..": (3,)}}


def test_an_open_reading_shows_where_each_choice_leads(ask):
    assert ask(**COMMUNE) == {"reading.commune_network": {"one": (2,), "many": (3,)}}


def test_an_answer_that_leaves_more_open_says_so(ask):
    (answers,) = ask(**{**COMMUNE, "serves": "province", "defence_security": None}).values()
    assert answers == {"false": (3,), "true": (3, 4, 5)}
    found = ask()
    assert found["system.kind"]["industrial_control"] == (3, 4, 5)
    assert found["system.information"]["public"][0] == 1
    assert len(found["system.information"]) == 15


def test_a_state_secret_system_has_the_level_that_is_given(ask):
    assert ask(state_secret=True) == {"system.level": {str(level): (level,) for level in range(1, 6)}}


def test_a_determined_system_has_nothing_to_ask(ask):
    assert ask(data_subjects={"basic": 5, "sensitive": 5}, **PORTAL) == {}


def test_components_hold_up_the_lower_end_of_every_outcome(rules):
    system = System.model_validate({"id": "a", "name": "A", "data_subjects": {"sensitive": 5}, **PORTAL})
    classifier = Classifier(rules)
    found = classifier.classify(system)
    part = classifier.classify(System.model_validate({"id": "b", "name": "B", **COMMUNE, "serves": "province"}))
    (question,) = Outcomes(rules, classifier).of(found, system, parts=[part])
    assert {outcome.lowest for outcome in question.outcomes} == {3}


def clause(when):
    text = {"vi": "x", "en": "x"}
    return LevelRuleSet.model_validate(
        {
            "id": "test", "title": text, "act": "A", "valid_from": "2026-01-01", "source": "S", "inheritance": text,
            "questions": {}, "clauses": [{"id": "1", "level": 3, "title": text, "when": when}],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "idle"),
    [
        ('system.kind == "interna"', True),
        ('system.kind == "internal" && system.kind == "other"', True),
        ("system.data_subjects.basic < 5 && system.data_subjects.basic > 10", True),
        ("system.data_subjects.basic > 5 && system.data_subjects.basic < 7", False),
        ('"state_secret" in system.information && "public" in system.information', False),
        ("system.data_subjects.basic / 0 > 1", False),
    ],
)
def test_a_clause_that_no_system_can_match_is_found_and_no_other(when, idle):
    assert unreachable(clause(when)) == (("1",) if idle else ())


def test_a_search_that_grows_too_large_accuses_nobody():
    names = ["kind", "serves", "works_grade", "online_service_level", "risk_level", "harm.rights", "harm.public", "harm.order"]
    odd = "false"
    for name in names:
        odd = f'({odd}) != (system.{name} == "none")'
    assert unreachable(clause(f"({odd}) && !({odd})")) == ()
