"""Which machine it is: the table, its symmetry, and that what is not known never decides."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.identity import MOST_TWINS, TEXT_LIMIT, Expected, Identity, Likeness, compare, twins_of

U1, U2 = "1ab00000-0000-4000-8000-000000000001", "1ab00000-0000-4000-8000-000000000002"
SAME, OTHER, OPEN = Likeness.SAME, Likeness.OTHER, Likeness.OPEN


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        (Identity(U1, "S1", "m1"), Identity(U1, "S1", "m1"), SAME),
        (Identity(U1, "S1", "m1"), Identity(U1, "S1", "m2"), SAME),  # installed again
        (Identity(U1, "", "m1"), Identity(U1, "S2", "m2"), SAME),
        (Identity(U1, "S1", "m1"), Identity(U1, "S2", "m1"), OTHER),  # a batch of boards with one UUID
        (Identity(U1, "S1", "m1"), Identity(U2, "S1", "m1"), OPEN),  # a new main board with the old serial number
        (Identity(U1, "S1", "m1"), Identity(U2, "S2", "m1"), OTHER),  # a copied image
        (Identity(U1, "", "m1"), Identity(U2, "S2", "m1"), OTHER),
        (Identity("", "S1", "m1"), Identity(U2, "S1", "m2"), SAME),
        (Identity("", "S1", "m1"), Identity(U2, "S2", "m1"), OTHER),
        (Identity("", "", "m1"), Identity(U2, "S2", "m1"), SAME),
        (Identity("", "", "m1"), Identity("", "", "m2"), OTHER),
        (Identity(U1, "", ""), Identity("", "S2", "m2"), OPEN),
        (Identity(), Identity(U1, "S1", "m1"), OPEN),
        (Identity(), Identity(), OPEN),
    ],
)
def test_the_table(one, other, likeness):
    assert compare(one, other) is likeness
    assert compare(other, one) is likeness


def test_one_machine_is_recognised_whichever_way_its_uuid_is_written():
    linux = Identity("4c4c4544-0043-3510-8052-b4c04f564231")
    assert compare(linux, Identity("44454C4C-4300-1035-8052-B4C04F564231")) is SAME
    assert compare(linux, Identity("4C4C454400433510 8052B4C04F564231")) is SAME
    assert compare(Identity(serial="5cd 1234xyz"), Identity(serial="5CD1234XYZ")) is SAME


VALUES = st.sampled_from(["", "a", "b", "c"])
IDENTITIES = st.builds(Identity, VALUES, VALUES, VALUES)


@given(IDENTITIES, IDENTITIES)
def test_it_is_symmetric_and_a_machine_is_itself(one, other):
    assert compare(one, other) is compare(other, one)
    assert compare(one, one) is (SAME if one else OPEN)


@given(IDENTITIES, IDENTITIES, st.sampled_from(["uuid", "serial", "machine_id"]))
def test_what_is_missing_never_contradicts(one, other, name):
    """An identifier that only one side knows says as much as one that neither knows."""
    known, blank = replace(one, **{name: getattr(one, name) or "x"}), replace(other, **{name: ""})
    assert compare(known, blank) is compare(replace(known, **{name: ""}), blank)
    assert Expected(Identity(), Identity()).contradicted_by(one) is None
    assert Expected(one, other).contradicted_by(Identity()) is None


@given(st.lists(IDENTITIES, max_size=12))
def test_twins_are_what_comparing_every_pair_finds(identities):
    named = {f"pc-{number:02}": identity for number, identity in enumerate(identities)}
    naive = {
        name: tuple(other for other in named if other != name and compare(named[name], named[other]) is SAME) for name in named
    }
    assert twins_of(named) == {name: others for name, others in naive.items() if others}


def test_thousands_of_clones_name_a_few_of_each_other():
    clones = {f"pc-{number:05}": Identity(U1, "", "m") for number in range(20_000)}
    found = twins_of(clones)
    assert set(found) == set(clones)
    assert {len(others) for others in found.values()} == {MOST_TWINS}
    assert all(name not in others for name, others in found.items())


def test_what_people_declared_decides_before_what_was_seen():
    old, new = Identity(U1, "S1", "m1"), Identity(U2, "S2", "m2")
    assert Expected(Identity(serial="S2"), old).contradicted_by(new) is None, "the replacement was written down"
    assert Expected(Identity(serial="S1"), new).contradicted_by(new) == ("declared", Identity(serial="S1"))
    assert Expected(Identity(), old).contradicted_by(new) == ("seen before", old)
    assert Expected(Identity(serial="S1"), old).contradicted_by(Identity("", "", "m2")) == ("seen before", old)


def test_only_facts_that_were_read_identify_a_machine():
    facts = {
        "machine.uuid": Known(f" {U1} ", "dmi"),
        "machine.serial": Missing(MissingReason.DENIED, "dmi"),
        "machine.id": Known("m" * 500, "identity"),
    }
    assert Identity.of_facts(facts) == Identity(U1, "", "m" * TEXT_LIMIT)
    assert not Identity.of_facts(None)
