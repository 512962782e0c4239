"""Nghị định 85/2016/NĐ-CP: its articles from hand-written systems, written down a second time, and beside the later decree."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.classify import Classifier, compare, run_level_cases, unreachable
from secaudit.model.inventory import Interpretation
from secaudit.model.level import LevelRuleSet
from secaudit.model.system import System
from secaudit.resources import data_folder
from secaudit.source import read_yaml

CLAUSES = {
    "7", "8.1", "8.2.a", "8.2.b", "8.2.c", "8.3", "9.1", "9.2.a", "9.2.b", "9.2.c", "9.3", "9.4",
    "10.1", "10.2", "10.3", "10.4", "11.1", "11.2", "11.3", "11.4",
}  # fmt: skip
NORMAL = {"defence_security": False, "handles_administrative_procedures": False}
SETTLED = {
    "commune_network": "one", "document_system": "internal", "public_portal": "online", "hospital_school": "no",
    "user_count": "basic", "partial_service": "three",
}  # fmt: skip


@pytest.fixture(scope="module")
def former() -> LevelRuleSet:
    return LevelRuleSet.model_validate(read_yaml(data_folder("checks") / "levels" / "nd-85-2016.yaml").data)


@pytest.fixture
def classify(former, taken):
    def run(readings=None, sector="government", **fields):
        system = System.model_validate({"id": "he-thong", "name": "Hệ thống", **fields})
        return Classifier(former, taken(**(readings or {}))).classify(system, sector)

    return run


def online(*information, basic=5, sensitive=0, **more):
    return {
        "kind": "public_service", "information": list(information), "serves": "province", "conditional_business": False,
        "data_subjects": {"basic": basic, "sensitive": sensitive}, **NORMAL, **more,
    }  # fmt: skip


def service(level, **more):
    return online("public", "personal", handles_administrative_procedures=True, online_service_level=level, **more)


def infra(serves, **more):
    return {"kind": "infrastructure", "information": ["private"], "serves": serves, **NORMAL, **more}


def internal(*information, **more):
    return {"kind": "internal", "information": list(information), "serves": "agency", **NORMAL, **more}


def control(grade, **more):
    return {
        "kind": "industrial_control", "information": ["private"], "works_grade": grade, "defence_security": False,
        "works_national_security": False, **more,
    }  # fmt: skip


def proven(found):
    return {match.clause for match in found.matches if match.matches}


def test_it_holds_until_the_day_before_the_later_decree_and_every_clause_is_shown_deciding(former, rules):
    assert (former.valid_from, former.valid_until) == (date(2016, 7, 1), date(2026, 8, 18))
    assert rules.valid_from == date(2026, 8, 19)
    assert former.keeps_approved_before is None
    assert "5.2" in former.inheritance.vi
    assert {clause.id for clause in former.clauses if clause.when} == CLAUSES
    assert all(clause.level == int(clause.id.split(".")[0]) - 6 for clause in former.clauses)
    results = run_level_cases(former)
    assert [result for result in results if not result.ok] == []
    for clause in CLAUSES:
        assert {one.expected for one in results if one.subject == f"{former.id} {clause}"} == {"yes", "no", "unknown"}, clause


def test_no_clause_of_either_decree_waits_for_a_system_that_cannot_be(former, rules):
    assert unreachable(former) == ()
    assert unreachable(rules) == ()


@pytest.mark.parametrize(
    ("fields", "level", "clauses"),
    [
        (internal("public"), 1, {"7"}),
        (internal("private"), 2, {"8.1"}),
        (online("public"), 2, {"8.2.a", "8.2.b"}),
        (online("personal", basic=9_999, sensitive=9_999), 2, {"8.2.b", "8.2.c"}),
        (online("personal", basic=10_000), 3, {"8.2.b", "9.2.c"}),
        (online("personal", basic="from_100000"), 3, {"8.2.b", "9.2.c"}),
        (online("personal", basic=9_999, sensitive=10_000), 2, {"8.2.b", "8.2.c"}),
        (online("personal", conditional_business=True), 3, {"8.2.c", "9.2.b"}),
        (service("1"), 2, {"8.2.a", "8.2.b", "8.2.c"}),
        (service("2"), 2, {"8.2.a", "8.2.b", "8.2.c"}),
        (service("3"), 3, {"8.2.b", "8.2.c", "9.2.a"}),
        (service("4"), 3, {"8.2.b", "8.2.c", "9.2.a"}),
        (service("partial"), 3, {"8.2.b", "8.2.c", "9.2.a"}),
        (service("full"), 3, {"8.2.b", "8.2.c", "9.2.a"}),
        (infra("agency"), 2, {"8.3"}),
        (infra("sector"), 3, {"9.3"}),
        (infra("provinces"), 3, {"9.3"}),
        (infra("nation", continuous_operation=True, national_data_store=False, international_gateway=False), 4, {"10.3"}),
        (infra("nation", continuous_operation=True, national_data_store=True, international_gateway=False), 5, {"10.3", "11.2"}),
        (internal("private", serves="nation", continuous_operation=True, national_data_store=False), 4, {"8.1", "10.2"}),
        (control("IV"), 3, {"9.4"}),
        (control("I"), 4, {"10.4"}),
        (control("special"), 5, {"11.4"}),
        (internal("state_secret", harm={"security": "harm"}), 3, {"9.1"}),
        (internal("state_secret", harm={"security": "serious"}), 4, {"9.1", "10.1"}),
        (internal("state_secret", harm={"security": "particularly_serious"}), 5, {"9.1", "10.1", "11.1"}),
    ],
)  # fmt: skip
def test_an_answered_system_has_its_level_and_clauses(classify, fields, level, clauses):
    found = classify(SETTLED, **fields)
    assert (found.level, proven(found), found.missing) == (level, clauses, ())
    assert found.pending == ("11.5",)


@pytest.mark.parametrize(
    ("fields", "reading", "levels"),
    [
        (online("personal", basic=5, sensitive=10_000), "user_count", {"basic": 2, "larger": 3}),
        (service("partial"), "partial_service", {"two": 2, "three": 3}),
        (infra("agencies_of_commune"), "commune_network", {"one": 2, "many": 3}),
        (internal("private", serves="province"), "document_system", {"internal": 2, "infrastructure": 3}),
    ],
)
def test_what_the_wording_leaves_open_is_a_reading_named_in_the_result(classify, fields, reading, levels):
    for choice, level in levels.items():
        found = classify({reading: choice}, **fields)
        assert (found.level, found.readings) == (level, (f"{reading.replace('_', '-')}={choice}",))
    both = classify(**fields)
    assert (both.lowest, both.highest) == (2, 3)
    assert f"reading.{reading}" in both.missing


def test_a_band_of_the_later_decree_does_not_decide_the_threshold_of_this_one(classify):
    found = classify(**online("personal", basic="under_100000", sensitive="none"))
    assert (found.lowest, found.highest, found.missing) == (2, 3, ("system.data_subjects.basic",))


def test_what_differs_between_the_decrees_is_the_threshold_and_nothing_is_kept_under_the_former(former, rules):
    dossier = {"status": "approved", "level": 2, "decision": {"number": "1/QĐ", "date": date(2024, 5, 1)}}
    system = System.model_validate({"id": "a", "name": "A", "dossier": dossier, **online("personal", basic=50_000)})
    was, present = Classifier(former).classify(system), Classifier(rules).classify(system)
    assert (was.level, present.level) == (3, 2)
    assert compare(was) == "declared_lower", "no earlier decree could have kept it"
    assert compare(present) == "same"


ANSWERS = {
    "kind": st.sampled_from(["internal", "public_service", "infrastructure", "industrial_control", "other"]),
    "information": st.lists(st.sampled_from(["public", "private", "personal", "state_secret"]), min_size=1, unique=True),
    "basic": st.sampled_from([0, 9_999, 10_000, 200_000]),
    "sensitive": st.sampled_from([0, 9_999, 10_000]),
    "handles_administrative_procedures": st.booleans(),
    "online_service_level": st.sampled_from(["1", "2", "3", "4", "partial", "full"]),
    "conditional_business": st.booleans(),
    "serves": st.sampled_from(["agency", "agencies_of_commune", "sector", "province", "provinces", "nation", "international"]),
    "continuous_operation": st.booleans(),
    "works_grade": st.sampled_from(["none", "IV", "III", "II", "I", "special"]),
    "works_national_security": st.booleans(),
    "harm": st.sampled_from(["none", "harm", "serious", "particularly_serious"]),
    "defence_security": st.booleans(),
    "national_data_store": st.booleans(),
    "international_gateway": st.booleans(),
}
READINGS = {
    "commune-network": ["one", "many"], "document-system": ["internal", "infrastructure"], "public-portal": ["online", "none"],
    "hospital-school": ["yes", "no"], "user-count": ["basic", "larger"], "partial-service": ["three", "two"],
}  # fmt: skip


def internal_fits(a, readings, _):
    info = set(a["information"])
    yield info == {"public"}, 1
    yield bool(info & {"private", "personal"}) and "state_secret" not in info, 2
    yield a["serves"] in ("sector", "province", "provinces") and readings["document-system"] == "infrastructure", 3


def public_fits(a, readings, sector):
    info, level = set(a["information"]), a["online_service_level"]
    low = level in ("1", "2") or (level == "partial" and readings["partial-service"] == "two")
    yield a["handles_administrative_procedures"], 2 if low else 3
    yield not a["handles_administrative_procedures"] and "public" in info, 2
    conditional = a["conditional_business"] or (sector == "health" and readings["hospital-school"] == "yes")
    yield info != {"public"} or readings["public-portal"] == "online", 3 if conditional else 2
    users = a["basic"] if readings["user-count"] == "basic" else max(a["basic"], a["sensitive"])
    yield bool(info & {"private", "personal"}), 3 if users >= 10_000 else 2


def infrastructure_fits(a, readings, _):
    commune = readings["commune-network"] if a["serves"] == "agencies_of_commune" else None
    yield a["serves"] == "agency" or commune == "one", 2
    yield a["serves"] in ("sector", "province", "provinces") or commune == "many", 3
    yield a["serves"] in ("nation", "international") and a["continuous_operation"], 4
    yield a["serves"] in ("nation", "international") and a["international_gateway"], 5


def control_fits(a, *_):
    yield a["works_grade"] in ("IV", "III", "II"), 3
    yield a["works_grade"] == "I", 4
    yield a["works_grade"] == "special" or a["works_national_security"], 5


def any_kind(a):
    secret = "state_secret" in a["information"] or a["defence_security"]
    for level in range(3, ["none", "harm", "serious", "particularly_serious"].index(a["harm"]) + 3):
        yield secret, level
    national = a["serves"] == "nation" and a["kind"] in ("internal", "public_service", "other")
    yield national and a["continuous_operation"], 4
    yield a["serves"] in ("nation", "international") and a["kind"] != "industrial_control" and a["national_data_store"], 5


KINDS = {"internal": internal_fits, "public_service": public_fits, "infrastructure": infrastructure_fits,
         "industrial_control": control_fits, "other": lambda *_: ()}  # fmt: skip


def articles_7_to_11(a, readings, sector):
    """Every level a fully answered system fits, from the text."""
    return {level for applies, level in (*any_kind(a), *KINDS[a["kind"]](a, readings, sector)) if applies}


def system_of(answers):
    fields = {name: value for name, value in answers.items() if name not in ("basic", "sensitive", "harm")}
    subjects = {name: answers[name] for name in ("basic", "sensitive") if name in answers}
    harm = {"harm": {"security": answers["harm"]}} if "harm" in answers else {}
    return System.model_validate({"id": "a", "name": "A", **fields, **harm, "data_subjects": subjects})


@given(
    answers=st.fixed_dictionaries(ANSWERS),
    readings=st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in READINGS.items()}),
    sector=st.sampled_from(["government", "health"]),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_a_fully_answered_system_gets_the_highest_level_of_the_text_and_less_never_leaves_it_out(
    former, answers, readings, sector, data
):
    def run(some, taken):
        fixed = [Interpretation(id=name, reading=choice) for name, choice in taken.items()]
        return Classifier(former, fixed).classify(system_of(some), sector)

    levels = articles_7_to_11(answers, readings, sector)
    found = run(answers, readings)
    assert found.level == max(levels, default=None)
    assert {match.level for match in found.matches if match.matches} == levels
    left = data.draw(st.sets(st.sampled_from([*answers, *readings])))
    less = run(
        {name: value for name, value in answers.items() if name not in left},
        {name: value for name, value in readings.items() if name not in left},
    )
    assert (less.lowest or 0) <= max(levels, default=0) <= (less.highest or 0)
