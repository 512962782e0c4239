"""Components and shared machines take the highest level."""

import pytest

from secaudit.classify import Classifier, levels_of_endpoints

LEVEL_1 = {"kind": "internal", "information": ["public"], "serves": "agency", "defence_security": False,
           "handles_administrative_procedures": False}  # fmt: skip
LEVEL_2 = {**LEVEL_1, "information": ["private"]}
LEVEL_3 = {"kind": "infrastructure", "information": ["private"], "serves": "province", "defence_security": False}
OPEN_2_3 = {**LEVEL_3, "serves": "agencies_of_commune"}
NOTHING = {"kind": "other", "information": ["public"], "serves": "agency", "defence_security": False}


@pytest.fixture
def levels(rules, province):
    def run(systems, endpoints=None, shared=None):
        inventory = province([{"id": name, **fields} for name, fields in systems.items()], endpoints, shared)
        found = Classifier(rules).classify_all(inventory)
        return found, levels_of_endpoints(inventory, found)

    return run


def test_a_system_takes_the_level_of_its_highest_component(levels):
    found, _ = levels({"a": {**LEVEL_2, "components": ["b", "c"]}, "b": LEVEL_3, "c": LEVEL_1})
    assert (found["a"].level, found["a"].inherited_from) == (3, ("b",))
    assert (found["b"].level, found["b"].inherited_from) == (3, ())


def test_components_of_components_count(levels):
    found, _ = levels({"a": {**LEVEL_1, "components": ["b"]}, "b": {**LEVEL_2, "components": ["c"]}, "c": LEVEL_3})
    assert [found[name].level for name in "abc"] == [3, 3, 3]
    assert found["a"].inherited_from == ("b",)


def test_a_lower_component_changes_nothing(levels):
    found, _ = levels({"a": {**LEVEL_3, "components": ["b"]}, "b": LEVEL_2})
    assert (found["a"].level, found["a"].inherited_from) == (3, ())


def test_a_component_with_a_range_lifts_the_range(levels):
    found, _ = levels({"a": {**LEVEL_1, "components": ["b"]}, "b": OPEN_2_3})
    assert (found["a"].lowest, found["a"].highest, found["a"].inherited_from) == (2, 3, ("b",))
    assert found["b"].missing == ("reading.commune_network",)


def test_what_a_component_proves_need_not_be_asked_of_the_whole(levels):
    open_2_3 = {**LEVEL_2, "handles_administrative_procedures": None}
    alone, _ = levels({"a": open_2_3})
    assert alone["a"].missing
    found, _ = levels({"a": {**open_2_3, "components": ["b"]}, "b": LEVEL_3})
    assert (found["a"].level, found["a"].missing) == (3, ())


def test_an_undetermined_component_adds_nothing_and_an_undetermined_system_takes_what_its_components_prove(levels):
    found, _ = levels({"a": {**LEVEL_2, "components": ["b"]}, "b": NOTHING, "c": {**NOTHING, "components": ["a"]}})
    assert [(found[name].lowest, found[name].highest) for name in "abc"] == [(2, 2), (None, None), (2, 2)]


def test_links_in_a_circle_end(levels):
    found, _ = levels({"a": {**LEVEL_1, "components": ["b"]}, "b": {**LEVEL_3, "components": ["a"]}})
    assert (found["a"].level, found["b"].level) == (3, 3)


def test_a_long_chain_of_components_ends(levels):
    systems = {f"s{number}": {**LEVEL_1, "components": [f"s{number + 1}"]} for number in range(1500)}
    found, _ = levels({**systems, "s1500": LEVEL_3})
    assert found["s0"].level == 3


def test_a_shared_machine_takes_the_highest_level_where_it_is_determined(levels):
    _, machines = levels(
        {"one": LEVEL_1, "two": LEVEL_2, "three": LEVEL_3, "open": OPEN_2_3, "nothing": NOTHING},
        {
            "both": ["one", "two"],
            "decided": ["three", "open"],
            "open": ["two", "open"],
            "beside": ["two", "nothing"],
            "undetermined": ["nothing"],
            "idle": [],
        },
    )
    assert machines == {"both": 2, "decided": 3, "beside": 2}


def test_shared_systems_are_classified_under_their_owners_sector(rules, province):
    online = {"kind": "public_service", "information": ["personal"], "serves": "province", "defence_security": False,
              "handles_administrative_procedures": False, "conditional_business": False,
              "data_subjects": {"basic": 1, "sensitive": 1}}  # fmt: skip
    shared = [{"id": "owned", "owner": "so-khcn", **online}, {"id": "province-wide", **online}]
    inventory = province([{"id": "own", **online}], shared=shared, sector="health")
    found = Classifier(rules).classify_all(inventory)
    assert list(found) == ["owned", "province-wide", "own"]
    assert {name: item.missing for name, item in found.items()} == {
        "owned": ("reading.hospital_school",),
        "province-wide": (),
        "own": ("reading.hospital_school",),
    }


def test_machines_are_asked_what_the_level_of_the_dossier_asks(levels):
    """The list of the dossier's level is what the system is held against: its checks must not fall silent on the machines."""

    def asked(system, **dossier):
        return levels({"a": {**system, "dossier": dossier}}, {"m": ["a"]})[1].get("m")

    old = {"number": "1/QĐ", "date": "2025-01-02"}
    assert asked(LEVEL_2, status="submitted", level=3) == 3
    assert asked(LEVEL_3, status="submitted", level=2) == 3
    assert (asked(OPEN_2_3, status="submitted", level=3), asked(OPEN_2_3, status="submitted", level=2)) == (3, None)
    assert asked(LEVEL_3, status="approved", level=2, decision=old) == 2, "kept from the former decree"


def test_every_level_a_component_may_have_may_come_out_for_the_whole(levels):
    """Not the ends of the range alone: who decides and what is asked hangs on each level between them."""
    secret = {**LEVEL_2, "information": ["state_secret"]}
    found, _ = levels({"a": {**LEVEL_2, "components": ["b"]}, "b": secret, "c": {**LEVEL_3, "components": ["b"]}})
    assert (found["b"].lowest, found["b"].possible) == (None, (3, 4, 5))
    assert (found["a"].lowest, found["a"].possible, found["a"].inherited_from) == (2, (2, 3, 4, 5), ("b",))
    assert (found["c"].lowest, found["c"].possible) == (3, (3, 4, 5))


def test_a_state_secret_system_without_a_level_may_have_any(levels):
    found, _ = levels({"a": {**LEVEL_2, "components": ["b"]}, "b": {"state_secret": True}})
    assert (found["b"].level, found["b"].lowest, found["b"].possible) == (None, None, (1, 2, 3, 4, 5))
    assert (found["a"].lowest, found["a"].possible) == (2, (2, 3, 4, 5))
