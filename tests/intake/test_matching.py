"""Which machine a row is about: exactly one by what is certain, else none, with candidates and reason."""

import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.intake.matching import host_key, match, newcomer_id
from secaudit.model.base import Identifier
from secaudit.model.identity import MOST_TWINS, Identity, Likeness, compare
from secaudit.model.intake import Candidate, MatchKind, Sighting

NOON = datetime(2026, 12, 1, 5, tzinfo=UTC)
U1, U2 = "1ab00000-0000-4000-8000-000000000001", "1ab00000-0000-4000-8000-000000000002"
MATCHED, AMBIGUOUS, NEW = MatchKind.MATCHED, MatchKind.AMBIGUOUS, MatchKind.NEW
SUPERSEDED, REFUSED = MatchKind.SUPERSEDED, MatchKind.REFUSED


def seen(key, name="", agency="xa-a", *, uuid="", serial="", machine="", days=0):
    return Sighting(str(key), agency, name, Identity(uuid, serial, machine), NOON - timedelta(days=days))


def machine(name, agency="xa-a", *said, names=(), isolated=False, declared=True):
    return Candidate(name, agency, frozenset({name, *names}), said, isolated, declared)


def kinds(sightings, candidates, **options):
    return [(one.kind, one.endpoint, one.basis) for one in match(sightings, candidates, **options)]


def only(sighting, *candidates, **options):
    (found,) = match([sighting], candidates, **options)
    return found


@pytest.mark.parametrize(
    ("sighting", "basis"),
    [
        (seen(1, "khac", uuid=U1), "uuid"),
        (seen(1, "khac", serial="5CD 1234xyz"), "serial"),
        (seen(1, "khac", uuid=U1, serial="5cd1234xyz"), "uuid"),
        (seen(1, "PC-1.xa-a.local"), "name"),
        (seen(1, "XA-A\\PC-1"), "name"),
        (seen(1, "pc-1", uuid=U1.upper()), "uuid"),
    ],
)
def test_one_machine_is_found_by_uuid_serial_or_agency_and_host_name(sighting, basis):
    candidates = [machine("pc-1", "xa-a", Identity(U1, "5CD1234XYZ")), machine("pc-2", "xa-a", Identity(U2, "S2"))]
    found = only(sighting, *candidates)
    assert (found.kind, found.endpoint, found.basis, found.reason) == (MATCHED, "pc-1", basis, None)


def test_a_machine_id_decides_where_nothing_better_is_known_and_the_name_does_not_say_otherwise():
    image = machine("may-1", "xa-a", Identity("", "", "m1"))
    assert only(seen(1, "may-1", machine="m1"), image).basis == "machine_id"
    copied = only(seen(1, "may-2", machine="m1"), image, machine("may-2"))
    assert (copied.kind, copied.candidates) == (AMBIGUOUS, ("may-1", "may-2"))
    assert only(seen(1, "may-9", serial="S9", machine="m1"), machine("may-1", "xa-a", Identity("", "S1", "m1"))).kind is NEW


def test_a_name_counts_only_inside_the_agency():
    here, there = machine("pc-1", "xa-a", names=["may"]), machine("pc-2", "xa-b", names=["may"])
    assert only(seen(1, "may"), here, there).endpoint == "pc-1"
    assert only(seen(1, "may", "xa-c"), here, there).kind is NEW


def test_without_an_agency_a_name_alone_decides_nothing():
    found = only(seen(1, "pc-1", None), machine("pc-1"))
    assert (found.kind, found.endpoint, found.candidates) == (AMBIGUOUS, None, ("pc-1",))
    assert found.reason is not None
    assert only(seen(1, "pc-9", None), machine("pc-1")).kind is AMBIGUOUS
    assert only(seen(1, "pc-1", None, serial="S1"), machine("pc-1", "xa-a", Identity("", "S1"))).endpoint == "pc-1"
    assert only(seen(1, "pc-1", None, serial="S9"), machine("pc-1")).candidates == ("pc-1",), "it may be that one"
    assert only(seen(1, "pc-1", None, serial="S9"), machine("pc-1", "xa-a", Identity("", "S1"))).kind is NEW


def test_a_row_that_says_nothing_of_its_machine_is_no_new_machine():
    assert only(seen(1, ""), machine("pc-1")).kind is AMBIGUOUS
    assert only(seen(1, "10.0.0.7"), machine("pc-1")).kind is AMBIGUOUS


def test_a_name_whose_machine_is_known_to_be_another_is_no_match():
    known = machine("pc-1", "xa-a", Identity("", "S1"))
    found = only(seen(1, "pc-1", serial="S2"), known)
    assert (found.kind, found.endpoint, found.candidates) == (AMBIGUOUS, None, ("pc-1",))
    newcomer = machine("xa-a-pc-1-12345678", "xa-a", Identity("", "S1"), names=["pc-1"], declared=False)
    assert only(seen(1, "pc-1", serial="S2"), newcomer).kind is NEW, "two machines, and nobody declared either"


def test_several_machines_that_may_be_meant_are_all_named():
    twins = [machine("pc-1", "xa-a", Identity("", "S1")), machine("pc-2", "xa-b", Identity("", "S1"))]
    assert only(seen(1, "x", serial="S1"), *twins).candidates == ("pc-1", "pc-2")
    names = [machine("pc-1", names=["may"]), machine("pc-2", names=["may"])]
    found = only(seen(1, "may"), *names)
    assert (found.kind, found.candidates) == (AMBIGUOUS, ("pc-1", "pc-2"))


def test_a_board_with_the_serial_number_of_another_machine_is_left_to_people():
    known = machine("pc-1", "xa-a", Identity(U1, "S1"))
    assert only(seen(1, "pc-1", uuid=U2, serial="S1"), known).basis == "name"
    assert only(seen(1, "khac", uuid=U2, serial="S1"), known).candidates == ("pc-1",)
    between = only(seen(1, "pc-2", uuid=U2, serial="S1"), known, machine("pc-2"))
    assert (between.kind, between.candidates) == (AMBIGUOUS, ("pc-1", "pc-2"))


def test_what_was_declared_goes_before_what_was_seen_of_a_machine_replaced_since():
    replaced = machine("pc-1", "xa-a", Identity("", "S2"), Identity(U1, "S1"))
    assert only(seen(1, "x", uuid=U2, serial="S2"), replaced).endpoint == "pc-1"
    assert only(seen(1, "x", uuid=U1, serial="S1"), replaced).kind is NEW


def test_the_newest_row_of_a_machine_counts_and_the_others_say_so():
    rows = [seen(1, "a", serial="S1", days=3), seen(2, "b", serial="S1"), seen(3, "c", serial="S1", days=9)]
    assert kinds(rows, [machine("pc-1", "xa-a", Identity("", "S1"))]) == [
        (SUPERSEDED, "pc-1", "serial"),
        (MATCHED, "pc-1", "serial"),
        (SUPERSEDED, "pc-1", "serial"),
    ]
    assert [one.kind for one in match(rows, [])] == [SUPERSEDED, NEW, SUPERSEDED], "a new machine is one too"


def test_rows_that_show_different_halves_of_one_machine_are_one():
    rows = [seen(1, "a", uuid=U1, days=1), seen(2, "b", serial="S1"), seen(3, "c", uuid=U1, serial="S1", days=2)]
    known = machine("pc-1", "xa-a", Identity("", "S1"))
    assert [one.kind for one in match(rows, [known])] == [SUPERSEDED, MATCHED, SUPERSEDED]
    halves = [seen(1, "a", uuid=U1, days=1), seen(2, "b", serial="S1")]
    assert [one.kind for one in match(halves, [machine("pc-1", "xa-a", Identity(U1, "S1"))])] == [SUPERSEDED, MATCHED]


def test_two_machines_with_one_name_prove_nothing():
    rows = [seen(1, "pc-1"), seen(2, "PC-1", days=4)]
    found = match(rows, [machine("pc-1")])
    assert [(one.kind, one.endpoint, one.candidates) for one in found] == [(AMBIGUOUS, None, ("pc-1",))] * 2
    assert [one.kind for one in match(rows, [])] == [AMBIGUOUS, AMBIGUOUS]


def test_a_name_gives_way_to_a_serial_number():
    rows = [seen(1, "pc-1", serial="S1", days=5), seen(2, "pc-1")]
    assert [one.kind for one in match(rows, [machine("pc-1", "xa-a", Identity("", "S1"))])] == [MATCHED, AMBIGUOUS]
    assert [one.kind for one in match(rows, [])] == [AMBIGUOUS, AMBIGUOUS], "one machine or two: nobody knows"
    different = [seen(1, "pc-1", serial="S1"), seen(2, "pc-1", serial="S2")]
    assert [one.kind for one in match(different, [])] == [NEW, NEW]


def test_rows_of_one_moment_or_of_contradicting_boards_decide_nothing():
    known = machine("pc-1", "xa-a", Identity(U1))
    assert [one.kind for one in match([seen(1, serial="S1"), seen(2, serial="S1")], [])] == [AMBIGUOUS] * 2
    batch = [seen(1, "a", uuid=U1, serial="S1"), seen(2, "b", uuid=U1, serial="S2", days=1)]
    assert [one.kind for one in match(batch, [known])] == [AMBIGUOUS] * 2
    assert [one.kind for one in match(batch, [])] == [NEW] * 2, "boards of one batch are two machines"
    board = [seen(1, "a", uuid=U1, serial="S1"), seen(2, "a", uuid=U2, serial="S1", days=1)]
    assert [one.kind for one in match(board, [])] == [AMBIGUOUS] * 2
    agencies = [seen(1, "a", "xa-a", serial="S1"), seen(2, "a", "xa-b", serial="S1", days=1)]
    assert [one.kind for one in match(agencies, [])] == [AMBIGUOUS] * 2


def test_a_newcomer_is_found_again_and_moves_to_where_it_is_declared():
    newcomer = machine("xa-a-pc-9-12345678", "xa-a", Identity("", "S9"), names=["pc-9"], declared=False)
    assert only(seen(1, "khac", serial="S9"), newcomer).endpoint == newcomer.id
    assert only(seen(1, "pc-9"), newcomer).endpoint == newcomer.id
    declared = machine("may-vanthu", "xa-a", Identity("", "S9"))
    assert only(seen(1, "pc-9", serial="S9"), newcomer, declared).endpoint == "may-vanthu"
    by_name = machine("may-vanthu", "xa-a", names=["pc-9"])
    assert only(seen(1, "pc-9", serial="S9"), newcomer, by_name).endpoint == "may-vanthu"
    homeless = machine("may-12345678", "", Identity("", "S9"), declared=False)
    assert only(seen(1, "pc-9", serial="S9"), homeless).endpoint == homeless.id


def test_a_newcomer_belongs_to_whoever_was_seen_with_it_last():
    newcomer = machine("xa-b-pc-9-12345678", "xa-b", Identity("", "S9"), declared=False)
    assert only(seen(1, "pc-9", "xa-a", serial="S9"), newcomer).endpoint == newcomer.id
    assert only(seen(1, "pc-9", "xa-a", serial="S9"), newcomer, agency_certain=True).endpoint == newcomer.id


def test_what_one_row_says_of_the_agency_holds_for_the_machine():
    rows = [seen(1, "pc-1", "xa-a", serial="S1", days=2), seen(2, "pc-1", None, serial="S1")]
    assert kinds(rows, [machine("pc-1", "xa-a")]) == [(SUPERSEDED, "pc-1", "name"), (MATCHED, "pc-1", "name")]
    assert [one.kind for one in match(rows, [machine("pc-1", "xa-b", Identity("", "S1"))])] == [SUPERSEDED, AMBIGUOUS]


@pytest.mark.parametrize("certain", [True, False])
def test_another_agencys_machine_is_never_proven(certain):
    other = machine("pc-1", "xa-b", Identity("", "S1"))
    found = only(seen(1, "pc-1", serial="S1"), other, agency_certain=certain)
    assert found.kind is (REFUSED if certain else AMBIGUOUS)
    assert (found.endpoint, found.candidates) == (None, ("pc-1",))
    assert "xa-b" in str(found.reason)


@pytest.mark.parametrize(
    "sighting",
    [
        seen(1, "khac", "xa-b", serial="S1"),
        seen(1, "khac", None, uuid=U1),
        seen(1, "pc-mat"),
        seen(1, "pc-mat", uuid=U2, serial="S2"),
        seen(1, "khac", uuid=U2, serial="S1"),
    ],
)
def test_what_may_be_an_isolated_machine_is_refused(sighting):
    isolated = machine("may-soan-thao", "xa-a", Identity(U1, "S1"), names=["pc-mat"], isolated=True)
    found = only(sighting, isolated, machine("pc-2", "xa-a", names=["pc-mat"]))
    assert (found.kind, found.endpoint, found.candidates) == (REFUSED, None, ("may-soan-thao",))


def test_an_isolated_machine_is_not_taken_in_under_the_new_name_of_an_older_row():
    isolated = machine("pc-mat", isolated=True)
    rows = [seen(1, "pc-mat", serial="S1", days=3), seen(2, "doi-ten", serial="S1")]
    assert [one.kind for one in match(rows, [isolated])] == [REFUSED, REFUSED]


NAMES = st.sampled_from(["", "a", "b", "B.local", "10.0.0.1"])
AGENCIES = st.sampled_from(["x", "y"])
VALUES = st.sampled_from(["", "1", "2"])
IDENTITIES = st.builds(Identity, VALUES, VALUES, VALUES)
ROWS = st.lists(st.tuples(st.one_of(st.none(), AGENCIES), NAMES, IDENTITIES, st.integers(0, 3)), max_size=7).map(
    lambda rows: [Sighting(str(n), a, name, i, NOON - timedelta(days=d)) for n, (a, name, i, d) in enumerate(rows)]
)
MACHINES = st.lists(
    st.tuples(
        AGENCIES, st.frozensets(st.sampled_from(["a", "b"])), st.lists(IDENTITIES, max_size=2), st.booleans(), st.booleans()
    ),
    max_size=5,
).map(
    lambda rows: [
        Candidate(f"m{n}", a, names, tuple(said), isolated and declared, declared)
        for n, (a, names, said, isolated, declared) in enumerate(rows)
    ]
)


@settings(max_examples=400)
@given(ROWS, MACHINES, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_the_inventory_decides_nothing(rows, machines, certain, chance):
    expected = {one.sighting.key: one for one in match(rows, machines, agency_certain=certain)}
    mixed, others = list(rows), list(machines)
    chance.shuffle(mixed)
    chance.shuffle(others)
    found = match(mixed, others, agency_certain=certain)
    assert [one.sighting for one in found] == mixed
    assert {one.sighting.key: one for one in found} == expected


@settings(max_examples=400)
@given(ROWS, MACHINES, st.booleans())
def test_no_machine_is_proven_twice_and_none_without_reason(rows, machines, certain):
    by_id = {one.id: one for one in machines}
    found = match(rows, machines, agency_certain=certain)
    counted = Counter(one.endpoint for one in found if one.kind is MATCHED)
    assert all(count == 1 for count in counted.values())
    for one in found:
        assert (one.endpoint is not None) >= (one.kind is MATCHED)
        assert (one.reason is not None) == (one.kind in (AMBIGUOUS, REFUSED, SUPERSEDED))
        if one.kind is not MATCHED:
            continue
        proven, sighting = by_id[one.endpoint], one.sighting
        assert not proven.isolated
        assert sighting.agency in (None, proven.agency) or not proven.declared
        assert proven.identities or one.basis == "name"
        if one.basis == "name":
            assert proven.agency in {other.agency for other in rows}
            assert host_key(sighting.name) in proven.names
            declared = proven.identities[:1]
            assert all(compare(said, sighting.identity) is not Likeness.OTHER for said in declared)


@settings(max_examples=300)
@given(ROWS, MACHINES)
def test_two_rows_that_are_one_machine_are_never_two_machines(rows, machines):
    standing = [one for one in match(rows, machines) if one.kind in (MATCHED, NEW)]
    for place, one in enumerate(standing):
        for other in standing[place + 1 :]:
            assert compare(one.sighting.identity, other.sighting.identity) is not Likeness.SAME


@pytest.mark.parametrize("hostile", ["none", "one uuid", "one machine id", "one name", "one serial"])
def test_thirty_thousand_rows_are_not_compared_in_pairs(hostile, monkeypatch):
    """Counted, not timed: comparisons grow with the rows, not with their square."""
    count = 0

    def counted(one, other):
        nonlocal count
        count += 1
        return compare(one, other)

    monkeypatch.setattr("secaudit.intake.matching.compare", counted)
    size = 30_000

    def identity(number, side):
        return Identity(
            U1 if hostile == "one uuid" else f"{number:032x}",
            "S" if hostile == "one serial" else f"S{number}{side}" if hostile != "none" else f"S{number}",
            "m" if hostile == "one machine id" else "",
        )

    rows = [
        Sighting(
            str(n), f"xa-{n % 900}", "pc" if hostile == "one name" else f"pc-{n}", identity(n, "a"), NOON + timedelta(seconds=n)
        )
        for n in range(size)
    ]
    machines = [
        Candidate(f"m-{n}", f"xa-{n % 900}", frozenset({"pc" if hostile == "one name" else f"pc-{n}"}), (identity(n, "b"),))
        for n in range(size)
    ]
    random.Random(1).shuffle(rows)
    found = match(rows, machines)
    assert count < (MOST_TWINS + 5) * 3 * size
    assert len(found) == size
    if hostile == "none":
        assert all(one.kind is MATCHED and one.endpoint == f"m-{one.sighting.key}" for one in found)


@given(st.text(max_size=80), st.text(max_size=80), IDENTITIES)
def test_a_proposed_id_is_one_that_an_agencys_list_can_take_over(agency, name, identity):
    pattern = Identifier.__metadata__[0].pattern
    agency = "".join(re.findall(r"[a-z0-9-]", agency)).strip("-")[:60]
    assert re.fullmatch(pattern, newcomer_id(agency, name, identity))
    assert newcomer_id(agency, name, identity) == newcomer_id(agency, name.upper().lower(), identity)


def test_a_proposed_id_is_readable_and_tells_machines_apart():
    first = newcomer_id("xa-an-khanh", "PC-VĂN-THƯ.local", Identity("", "S1"))
    assert first.startswith("xa-an-khanh-pc-van-thu-")
    assert newcomer_id("xa-an-khanh", "pc-văn-thư", Identity("", "s 1")) == first
    assert newcomer_id("xa-an-khanh", "pc-văn-thư", Identity("", "S2")) != first
    assert newcomer_id("xa-b", "pc-văn-thư", Identity("", "S1")) != first
