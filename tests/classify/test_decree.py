"""The articles of the decree, from hand-written systems (not from the cases that stand in the rule set)."""

import pytest

from secaudit.classify import run_level_cases

CLAUSES = {
    "11.1", "12.1", "12.2.a", "12.2.b", "12.3", "13.1", "13.2.a", "13.2.b", "13.2.c", "13.3", "13.4",
    "14.1", "14.2", "14.3", "15.1", "15.2", "15.3", "15.4",
}  # fmt: skip
PENDING = ("11.2", "12.4", "13.5", "14.4", "15.5")

NORMAL = {"defence_security": False, "handles_administrative_procedures": False}
"""What an ordinary system answers anyway."""


def internal(*information, **more):
    return {"kind": "internal", "information": list(information), "serves": "agency", **NORMAL, **more}


def online(*information, **more):
    return {
        "kind": "public_service", "information": list(information), "serves": "province", "conditional_business": False,
        **NORMAL, **more,
    }  # fmt: skip


def people(basic, sensitive):
    return {"data_subjects": {"basic": basic, "sensitive": sensitive}}


def infra(serves, **more):
    return {"kind": "infrastructure", "information": ["private"], "serves": serves, **NORMAL, **more}


def control(grade, **more):
    return {"kind": "industrial_control", "information": ["private"], "works_grade": grade, "defence_security": False, **more}


def proven(found):
    return {match.clause for match in found.matches if match.matches}


def test_the_rule_set_decides_every_decidable_clause_and_names_those_that_wait(rules):
    assert {clause.id for clause in rules.clauses if clause.when} == CLAUSES
    assert tuple(clause.id for clause in rules.clauses if clause.pending) == PENDING
    assert {clause.pending.vi for clause in rules.clauses if clause.pending} == {"chờ hướng dẫn"}
    assert all(clause.level == int(clause.id[:2]) - 10 for clause in rules.clauses)
    assert rules.inheritance.vi == "quy tắc của công cụ (7.2.b, 8.3)"


def test_the_cases_beside_the_clauses_come_out_as_written(rules):
    results = run_level_cases(rules)
    assert len(results) > 100
    assert [result for result in results if not result.ok] == []
    for clause in CLAUSES:
        expected = {result.expected for result in results if result.subject == f"{rules.id} {clause}"}
        assert expected == {"yes", "no", "unknown"}, clause


@pytest.mark.parametrize(
    ("fields", "level", "clauses"),
    [
        (internal("public"), 1, {"11.1"}),
        (internal("private"), 2, {"12.1"}),
        (internal("public", "personal"), 2, {"12.1"}),
        (online("private", **people(0, 0)), 2, {"12.2.a", "12.2.b"}),
        (online("personal", **people(99_999, 9_999)), 2, {"12.2.a", "12.2.b"}),
        (online("personal", **people(100_000, 0)), 3, {"12.2.a", "13.2.c"}),
        (online("personal", **people(99_999, 10_000)), 3, {"12.2.a", "13.2.c"}),
        (online("personal", **people("under_100000", "none")), 2, {"12.2.a", "12.2.b"}),
        (online("personal", **people("from_100000", "under_10000")), 3, {"12.2.a", "13.2.c"}),
        (online("personal", conditional_business=True, **people(5, 0)), 3, {"12.2.b", "13.2.a"}),
        (online("personal", handles_administrative_procedures=True, **people(5, 0)), 3, {"12.2.a", "12.2.b", "13.2.b"}),
        (infra("agency"), 2, {"12.3"}),
        (infra("sector"), 3, {"13.3"}),
        (infra("province"), 3, {"13.3"}),
        (infra("provinces"), 3, {"13.3"}),
        (infra("nation", continuous_operation=True, national_data_store=False, international_gateway=False), 4, {"14.2"}),
        (infra("nation", continuous_operation=True, national_data_store=True, international_gateway=False), 5, {"14.2", "15.2"}),
        (
            infra("international", continuous_operation=True, national_data_store=False, international_gateway=True),
            5,
            {"14.2", "15.3"},
        ),
        (control("IV", works_national_security=False), 3, {"13.4"}),
        (control("III", works_national_security=False), 3, {"13.4"}),
        (control("II", works_national_security=False), 3, {"13.4"}),
        (control("I", works_national_security=False), 4, {"14.3"}),
        (control("special"), 5, {"15.4"}),
        (control("II", works_national_security=True), 5, {"13.4", "15.4"}),
        (internal("private", defence_security=True, harm={"security": "harm"}), 3, {"12.1", "13.1"}),
        (internal("state_secret", harm={"security": "harm"}), 3, {"13.1"}),
        (internal("state_secret", harm={"security": "serious"}), 4, {"13.1", "14.1"}),
        (internal("state_secret", harm={"security": "particularly_serious"}), 5, {"13.1", "14.1", "15.1"}),
        (internal("private", harm={"security": "particularly_serious"}), 2, {"12.1"}),
    ],
)
def test_an_answered_system_has_its_level_and_clauses(classify, fields, level, clauses):
    readings = {
        "document_system": "internal", "back_office": "no", "public_portal": "online", "hospital_school": "no",
        "commune_network": "one", "continuous": "both",
    }  # fmt: skip
    found = classify(readings, **fields)
    assert (found.level, proven(found)) == (level, clauses)
    assert found.missing == ()
    assert found.pending == PENDING


def test_state_secrets_exclude_12_1_and_open_harm_gives_3_to_5(classify):
    found = classify(**internal("private", "state_secret"))
    assert (found.lowest, found.highest, found.possible) == (None, 5, (3, 4, 5))
    assert found.missing == ("system.harm.security",)
    assert {match.clause for match in found.matches} == {"13.1", "14.1", "15.1"}


def test_state_secrets_without_harm_fit_no_clause(classify):
    found = classify(**internal("private", "state_secret", harm={"security": "none"}))
    assert (found.lowest, found.highest, found.level, found.matches) == (None, None, None, ())


def test_no_clause_means_undetermined_never_level_1(classify):
    nationwide = infra("nation", continuous_operation=False, national_data_store=False, international_gateway=False)
    for fields in (nationwide, {"kind": "other", "information": ["public"], "serves": "agency", **NORMAL}):
        found = classify(**fields)
        assert (found.lowest, found.highest, found.level, found.possible) == (None, None, None, ())


def test_a_public_portal_is_no_internal_system(classify):
    portal = online("public")
    assert classify({"public_portal": "online"}, **portal).level == 2
    assert classify({"public_portal": "none"}, **portal).level is None
    open_reading = classify(**portal)
    assert (open_reading.lowest, open_reading.highest, open_reading.missing) == (None, 2, ("reading.public_portal",))


def test_guidance_that_is_missing_never_widens_a_range(classify):
    found = classify(**internal("private"))
    assert (found.lowest, found.highest) == (2, 2)


def test_inputs_used_are_named_as_text(classify):
    found = classify(**online("public", "personal", **people("from_100000", 7)))
    used = dict(found.inputs)
    assert used["system.kind"] == "public_service"
    assert used["system.information"] == "public, personal"
    assert used["system.data_subjects.basic"] == "from_100000"
    assert used["system.data_subjects.sensitive"] == "7"
    assert used["system.conditional_business"] == "false"
    assert "system.works_grade" not in used


def test_a_band_over_the_threshold_is_decided_and_a_count_that_is_open_is_named(classify):
    found = classify(**online("personal", data_subjects={"basic": "under_100000"}))
    assert (found.lowest, found.highest, found.missing) == (2, 3, ("system.data_subjects.sensitive",))
    assert classify(**online("personal", data_subjects={"basic": "from_100000"})).level == 3


def test_a_ticked_state_secret_system_takes_its_given_level(classify):
    found = classify(state_secret=True, level=4, kind="internal", information=["public"])
    assert (found.lowest, found.highest, found.matches, found.missing) == (4, 4, (), ())
    assert dict(found.inputs) == {"system.state_secret": "true", "system.level": "4"}
    silent = classify(state_secret=True)
    assert (silent.lowest, silent.level, silent.missing) == (None, None, ("system.level",))


def test_matches_stand_highest_level_first(classify):
    levels = [match.level for match in classify().matches]
    assert levels == sorted(levels, reverse=True)
    assert len(levels) == len(CLAUSES)


def test_no_ticked_information_is_no_answer(classify):
    fields = internal()
    assert "system.information" in classify(**fields).missing
