"""Distinct people, not attendances: rosters, counts and what agencies declare, against every way it can have been."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.measure.attendance import Declared, Line, Standing, distinct, lines_by_agency, reach, standing_of
from secaudit.model.measurement import BlockerKind, Decision, Tally
from secaudit.model.session import Session, SessionFile

EARLY, LATE, COUNTED = date(2026, 9, 1), date(2026, 11, 10), date(2026, 10, 31)
KEYS = ("00000000", "11111111")


def line(people: frozenset[int] | int, day: date = EARLY, key: str = KEYS[0], standing: Standing = Standing.PROVES) -> Line:
    head = Session(id="s", title="s", date=day, kind="briefing", roster_key=key)
    if isinstance(people, int):
        return Line(head, frozenset(), people, standing)
    return Line(head, frozenset(f"{key}{one}" for one in people), len(people), standing)


def who(one: Line, total: int) -> Iterator[frozenset[int]]:
    """Every set of people that may have sat there, when the codes of the first key are the people themselves."""
    if not one.is_count and one.session.roster_key == KEYS[0]:
        yield frozenset(int(code[8:]) for code in one.people)
    else:
        yield from map(frozenset, combinations(range(total), one.size))


def worlds(lines: list[Line], total: int) -> Iterator[list[frozenset[int]]]:
    """Every way it can have been; codes hashed with another key are people too, though nobody can tell who."""
    others = sorted({code for one in lines if one.session.roster_key != KEYS[0] for code in one.people})
    for names in combinations(range(total), len(others)):
        known = dict(zip(others, names, strict=True))
        choices = [
            [frozenset(known[code] for code in one.people)]
            if one.people and one.session.roster_key != KEYS[0]
            else list(who(one, total))
            for one in lines
        ]
        yield from map(list, product(*choices))


TOTAL = 5
_people = st.frozensets(st.integers(0, TOTAL - 1), max_size=TOTAL)
_lines = st.lists(
    st.builds(line, st.one_of(_people, st.integers(0, TOTAL)), st.sampled_from([EARLY, LATE]), st.sampled_from(KEYS)), max_size=3
)


@given(_lines)
def test_bounds_of_distinct_people_are_reached_and_never_passed(lines):
    found = distinct(lines)
    sizes = {len(frozenset().union(*world)) for world in worlds(lines, TOTAL)}
    assert (min(found.least, TOTAL), min(found.most, TOTAL)) == (min(sizes), max(sizes))


@given(_lines, st.integers(0, TOTAL))
def test_with_a_declared_number_the_bounds_are_those_of_all_possible_worlds(lines, number):
    """In a world, the people reached by the day of the count are ``number``, all who attended until then among them."""
    sizes: set[int] = set()
    for world in worlds(lines, TOTAL):
        before = frozenset().union(*(sat for one, sat in zip(lines, world, strict=True) if one.session.date <= COUNTED))
        after = frozenset().union(*(sat for one, sat in zip(lines, world, strict=True) if one.session.date > COUNTED))
        for reached in map(frozenset, combinations(range(TOTAL), number)):
            if before <= reached:
                sizes.add(len(reached | after))
    found = reach(TOTAL, lines, Declared(number, COUNTED, documented=True))
    assert found.contradicted == (not sizes)
    if sizes:
        assert (found.proven, found.possible) == (min(sizes), max(sizes))
    else:
        assert number <= found.proven <= found.possible <= TOTAL


@given(_lines, st.none() | st.integers(0, 7), st.booleans(), st.lists(st.sampled_from(Standing), min_size=3, max_size=3))
def test_nothing_is_ever_beyond_the_people_there_are(lines, number, documented, standings):
    lines = [replace(one, standing=standing) for one, standing in zip(lines, standings, strict=False)]
    found = reach(TOTAL, lines, Declared(number, COUNTED, documented))
    assert 0 <= found.proven <= found.possible <= TOTAL
    assert 0 <= found.declared_only <= found.possible - found.proven


@given(_lines, st.integers(0, TOTAL))
def test_one_more_session_after_the_count_never_proves_less(lines, number):
    for declared in (Declared(), Declared(number, COUNTED, documented=True)):
        before = reach(TOTAL, lines, declared)
        after = reach(TOTAL, [*lines, line(frozenset({0, 1}), LATE)], declared)
        assert after.proven >= before.proven


def test_who_sat_there_twice_is_one_person(make):
    case = make.people(10, 0, as_of=None).with_sessions(
        make.session("mot", make.attended("abcd")), make.session("hai", make.attended("cdef"), day="2026-11-20")
    )
    found = case.measure(make.target("people"))
    assert (found.tally, found.decision) == (Tally(6, 0, 4), Decision.UNDECIDED)
    assert found.agencies[0].sessions == ("mot", "hai")


def test_counts_prove_the_largest_session_alone(make):
    case = make.people(10, 0, as_of=None).with_sessions(
        make.session("mot", make.attended(4)), make.session("hai", make.attended(5)), make.session("ba", make.attended("abc"))
    )
    assert case.measure(make.target("people")).tally == Tally(5, 0, 5)


def test_rosters_of_two_keys_are_never_added_up(make):
    case = make.people(10, 0, as_of=None).with_sessions(
        make.session("mot", make.attended("abc"), roster_key="00000000"),
        make.session("hai", make.attended("defg"), roster_key="11111111"),
    )
    assert case.measure(make.target("people")).tally.proven == 4


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"paper": False}, "without a document"),
        ({"day": "2025-12-13"}, "too long ago"),
        ({"day": "2026-12-15"}, None),
        ({"evidence": {"number": "1", "date": "2026-12-20"}}, "without a document"),
        ({"kind": "training"}, None),
    ],
)
def test_only_sessions_with_a_document_within_the_validity_prove(make, change, note):
    case = make.people(10, 0, as_of=None).with_sessions(make.session("x", make.attended(9), **change))
    found = case.measure(make.target("people"))
    assert (found.tally.proven, found.agencies[0].sessions) == (0, ())
    assert [note in str(one) for one in found.notes] == ([True] if note else [])


def test_what_was_attended_without_a_document_is_drawn_as_declared(make):
    case = make.people(10, 3, as_of=None).with_sessions(
        make.session("co", make.attended(4)), make.session("khong", make.attended(7), paper=False)
    )
    found = case.measure(make.target("people"))
    assert (found.tally, found.declared_only) == (Tally(4, 0, 6), 3)


def test_heads_are_not_staff_and_a_briefing_is_no_training(make, plan_246):
    people = {"heads": 4, "staff": 20}
    case = make.Case([make.agency("xa", people=people)]).with_sessions(
        make.session("b", make.attended(3, audience="heads"), make.attended(15)),
        make.session("t", make.attended(8), kind="training"),
    )
    assert [one.tally.proven for one in case.by(plan_246)[2:]] == [3, 15, 8]


def test_sessions_after_the_agencys_count_reopen_what_it_had_closed(make):
    """As of 31 October 80 of 100; ten more sat in a session of November: between 80 and 90 were reached, ten surely not."""
    case = make.people(100, 80).with_sessions(make.session("sau", make.attended(10)))
    assert case.measure(make.target("people")).tally == Tally(80, 10, 10)


def test_an_undocumented_session_after_the_count_disproves_nothing_and_proves_nothing(make):
    case = make.people(100, 80).with_sessions(make.session("sau", make.attended(95), paper=False))
    found = case.measure(make.target("people"))
    assert (found.tally, found.declared_only) == (Tally(80, 0, 20), 15)


def test_fewer_declared_than_attended_is_visible_and_unknown(make):
    """The agency's paper says 40 until 31 October, the organiser's list of September 50: both agree on 40."""
    case = make.people(100, 40).with_sessions(make.session("truoc", make.attended(50), day="2026-09-10"))
    found = case.measure(make.target("people"))
    assert (found.tally, found.agencies[0].contradicted) == (Tally(40, 50, 10), True)
    assert any("declare fewer people" in str(note) for note in found.notes)


def test_sessions_before_the_count_are_within_it(make):
    case = make.people(100, 95).with_sessions(make.session("truoc", make.attended(50), day="2026-09-10"))
    found = case.measure(make.target("people"))
    assert (found.tally, found.agencies[0].contradicted, found.decision) == (Tally(95, 5), False, Decision.MET)


def test_more_in_one_session_than_there_are_keeps_the_target_from_being_met(make):
    case = make.people(10, 0, as_of=None).with_sessions(make.session("x", make.attended(11)))
    found = case.measure(make.target("people"))
    assert (found.tally, found.decision) == (Tally(10), Decision.UNDECIDED)
    assert [(one.kind, one.agencies) for one in found.blockers] == [(BlockerKind.ATTENDANCE_LARGER, ("xa",))]


def test_attendance_does_not_replace_a_missing_head_count(make):
    case = make.Case([make.agency("xa")]).with_sessions(make.session("x", make.attended(11)))
    found = case.measure(make.target("people"))
    assert (found.tally.total, found.decision) == (0, Decision.UNDECIDED)
    assert found.agencies[0].sessions == ("x",)


def test_the_figure_names_the_sessions_behind_it(make):
    case = make.people(10, 0, as_of=None).with_sessions(make.session("x", make.attended(5), title="Hội nghị tháng 11"))
    [note] = case.measure(make.target("people")).notes
    assert "Hội nghị tháng 11 (2026-11-10; DS x)" in str(note)


def test_a_session_expires_the_day_after_the_plans_last_day():
    head = Session.model_validate(
        {"id": "s", "title": "s", "date": "2026-01-01", "kind": "briefing", "evidence": {"number": "1", "date": "2026-01-02"}}
    )
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 11), date(2026, 1, 12)]
    assert [standing_of(head, day, 10) for day in days] == [
        Standing.AHEAD, Standing.UNDOCUMENTED, Standing.PROVES, Standing.PROVES, Standing.EXPIRED,
    ]  # fmt: skip


def test_lines_stand_by_agency_in_the_order_of_days(make):
    files = [
        make.session("b", make.attended(1), make.attended(2, "xb"), day="2026-11-12"),
        make.session("a", make.attended(3), day="2026-11-11"),
    ]
    found = lines_by_agency(map(SessionFile.model_validate, files), "staff_briefed", make.AS_OF, 365)
    assert {agency: [one.session.id for one in lines] for agency, lines in found.items()} == {"xa": ["a", "b"], "xb": ["b"]}
