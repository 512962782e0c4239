"""What a decree asks beside the level: shown with its clause, never moving the range."""

from secaudit.classify import Classifier, compare

INTERNAL = {"kind": "internal", "information": ["private"], "serves": "agency", "defence_security": False,
            "handles_administrative_procedures": False}  # fmt: skip
COMMUNE = {"kind": "infrastructure", "information": ["private"], "serves": "agencies_of_commune", "defence_security": False}


def asked(found):
    return {one.clause: one.at_least for one in found.obligations}


def test_a_risk_result_above_the_clauses_obliges_to_propose_more_and_leaves_the_range_alone(classify):
    for risk, at_least in (("not_higher", None), ("2", None), ("3", 3), ("4", 4), ("5", 5)):
        found = classify(risk_level=risk, **INTERNAL)
        assert (found.lowest, found.highest, found.at_least) == (2, 2, at_least), risk
        assert ("10.5" in asked(found)) == (at_least is not None)
    open_range = classify(risk_level="3", **COMMUNE)
    assert (open_range.lowest, open_range.highest, open_range.at_least) == (2, 3, 3)
    assert classify(**INTERNAL).obligations == ()
    assert "10.2" in asked(classify(risk_level="not_assessed", **INTERNAL))


def test_a_dossier_is_held_against_the_risk_result_too(classify):
    def answer(level, risk, day="2026-09-01"):
        dossier = {"status": "approved", "level": level, "decision": {"number": "1/QĐ", "date": day}}
        return compare(classify(risk_level=risk, dossier=dossier, **INTERNAL))

    assert answer(2, "not_higher") == "same"
    assert answer(2, "3") == "below_risk"
    assert answer(3, "3") == "by_risk"
    assert answer(4, "3") == "declared_higher"
    assert answer(1, "3") == "declared_lower"
    assert answer(1, "not_higher", day="2026-06-30") == "kept", "the clauses alone raise nothing that was decided before 01/07"
    assert answer(1, "not_higher", day="2026-07-01") == "declared_lower"
    assert answer(2, "3", day="2026-06-30") == "below_risk", "10.5 speaks of the level that was decided, whenever that was"
    assert answer(1, "2", day="2026-06-30") == "below_risk", "the risk result is above the kept level, not above the clauses"
    assert answer(3, "3", day="2026-06-30") == "by_risk"


def test_several_criteria_components_and_the_critical_list_are_named(classify, rules, province):
    several = {**INTERNAL, "kind": "public_service", "conditional_business": True, "information": ["personal"],
               "data_subjects": {"basic": 5, "sensitive": 5}}  # fmt: skip
    assert "8.2" in asked(classify(**several))
    assert "8.2" not in asked(classify(**INTERNAL))
    assert "16.4" in asked(classify(state_secret=True, level=5))
    assert "16.4" not in asked(classify(state_secret=True, level=4))
    works = {"kind": "industrial_control", "information": ["private"], "works_grade": "II", "defence_security": False}
    assert {"16.1", "16.4"} <= set(asked(classify(works_national_security=True, **works)))
    assert "16.1" not in asked(classify(**works)), "an open answer obliges nobody"
    inventory = province([{"id": "a", "components": ["b"], **INTERNAL}, {"id": "b", **COMMUNE, "serves": "province"}])
    found = Classifier(rules).classify_all(inventory)
    assert (found["a"].level, "8.3" in asked(found["a"]), "8.3" in asked(found["b"])) == (3, True, False)


def test_components_that_reach_the_risk_result_take_the_obligation_away(rules, province):
    inventory = province(
        [{"id": "a", "components": ["b"], "risk_level": "3", **INTERNAL}, {"id": "b", **COMMUNE, "serves": "province"}]
    )
    found = Classifier(rules).classify_all(inventory)["a"]
    assert (found.level, found.at_least) == (3, None)
