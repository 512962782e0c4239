"""What becomes of every row, and what every agency has in the file; absence is never held against a machine."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.intake.reconcile import Fate, Terms, reconcile
from secaudit.model.agency_groups import AgencyGroups
from secaudit.model.console import ConsoleRow
from secaudit.model.identity import Identity
from secaudit.model.intake import Candidate

NOW = datetime(2026, 12, 1, 5, tzinfo=UTC)
GROUPS = AgencyGroups({"xa-a": "UBND xã A", "xa-b": "UBND xã B"}, {})
MACHINES = {"xa-a": ["pc-1", "pc-2"], "xa-b": ["pc-3"]}
CANDIDATES = [
    Candidate("pc-1", "xa-a", frozenset({"pc-1"}), (Identity("", "S1"),)),
    Candidate("pc-2", "xa-a", frozenset({"pc-2"}), ()),
    Candidate("pc-3", "xa-b", frozenset({"pc-3"}), (Identity("", "S3"),)),
    Candidate("pc-mat", "xa-b", frozenset({"pc-mat"}), (), isolated=True),
]
TERMS = Terms(NOW, 14)


def row(number, name="", *, group="Xã A", serial="", days=1.0, **more):
    values = {"name": name, "group": group, "serial": serial, "last_contact": NOW - timedelta(days=days)} | more
    kept = {field: value for field, value in values.items() if value not in ("", None)}
    return ConsoleRow(number, {"#": str(number), **{key: str(value) for key, value in kept.items()}}, kept)


def found(*rows, candidates=CANDIDATES, terms=TERMS, stored=None):
    return reconcile(rows, candidates, MACHINES, GROUPS, terms, stored or {})


def fates(*rows, **options):
    return [(line.fate, line.endpoint) for line in found(*rows, **options).lines]


def test_a_row_about_one_machine_heard_of_lately_is_evidence_of_that_moment():
    (line,) = found(row(2, "khac", serial="s1", days=3)).lines
    assert (line.fate, line.endpoint, line.basis, line.at) == (Fate.MATCHED, "pc-1", "serial", NOW - timedelta(days=3))
    assert line.declared


@pytest.mark.parametrize(
    ("days", "fate"),
    [(13.99, Fate.MATCHED), (14.01, Fate.TOO_OLD), (400, Fate.TOO_OLD), (-0.5, Fate.AHEAD), (-0.001, Fate.MATCHED)],
)
def test_the_last_contact_decides_whether_a_row_counts(days, fate):
    (line,) = found(row(2, "pc-2", days=days)).lines
    assert line.fate is fate
    assert (line.reason is None) == (fate is Fate.MATCHED)


def test_how_long_a_contact_counts_is_the_plans():
    assert fates(row(2, "pc-2", days=20), terms=Terms(NOW, 30)) == [(Fate.MATCHED, "pc-2")]


def test_no_contact_is_later_than_the_export():
    terms = Terms(NOW, 14, exported_until=NOW - timedelta(days=2))
    assert fates(row(2, "pc-2", days=1), terms=terms) == [(Fate.AHEAD, "pc-2")]
    assert fates(row(2, "pc-2", days=3), terms=terms) == [(Fate.MATCHED, "pc-2")]


def test_a_clock_ahead_does_not_push_aside_an_honest_row():
    rows = [row(2, "pc-1", serial="S1", days=-900), row(3, "pc-1", serial="S1", days=2)]
    assert fates(*rows) == [(Fate.SUPERSEDED, "pc-1"), (Fate.MATCHED, "pc-1")]


def test_a_row_without_last_contact_is_of_no_moment():
    silent = ConsoleRow(2, {"Name": "pc-2"}, {"name": "pc-2", "group": "Xã A"}, {"last_contact": "the cell is empty"})
    (line,) = found(silent).lines
    assert (line.fate, line.at, line.endpoint) == (Fate.NO_CONTACT, None, "pc-2")
    assert "the cell is empty" in str(line.reason)


def test_a_machine_nobody_declares_is_proposed_under_an_id_of_its_own():
    (line,) = found(row(2, "PC-VĂN THƯ", serial="S9")).lines
    assert line.fate is Fate.NEW
    assert line.endpoint is not None and line.endpoint.startswith("xa-a-pc-van-thu-")
    assert not line.declared
    newcomer = Candidate(line.endpoint, "xa-a", frozenset({"pc-văn thư"}), (Identity("", "S9"),), declared=False)
    (again,) = found(row(7, "doi-ten", serial="S9"), candidates=[*CANDIDATES, newcomer]).lines
    assert (again.fate, again.endpoint) == (Fate.NEW, line.endpoint), "seen again, it is the same"


def test_a_proposed_id_that_is_a_machines_is_proposed_to_nobody():
    (line,) = found(row(2, "pc-9")).lines
    squatter = Candidate(line.endpoint, "xa-b", frozenset({"khac"}), ())
    assert fates(row(2, "pc-9"), candidates=[*CANDIDATES, squatter]) == [(Fate.AMBIGUOUS, None)]


def test_a_row_twice_in_the_file_is_one():
    first = row(2, "pc-2")
    again = ConsoleRow(9, first.cells, first.values)
    assert fates(first, again) == [(Fate.MATCHED, "pc-2"), (Fate.SUPERSEDED, None)]
    changed = ConsoleRow(9, {**first.cells, "Status": "Off"}, first.values)
    assert fates(first, changed) == [(Fate.AMBIGUOUS, None)] * 2, "of one moment and different: nobody knows which is right"


def test_a_line_for_each_part_of_a_machine_is_one_machine():
    first = row(2, "pc-1", serial="S1")
    disk = ConsoleRow(3, {**first.cells, "Disk": "D:"}, first.values)
    assert fates(first, disk) == [(Fate.MATCHED, "pc-1"), (Fate.SUPERSEDED, None)]
    other = ConsoleRow(3, {**first.cells, "Protection": "Off"}, {**first.values, "realtime": False})
    assert fates(first, other) == [(Fate.AMBIGUOUS, None)] * 2, "they contradict each other"


def test_what_the_store_has_is_not_evidence_again():
    moment = NOW - timedelta(days=1)
    assert fates(row(2, "pc-2"), stored={"pc-2": moment}) == [(Fate.KNOWN, "pc-2")]
    assert fates(row(2, "pc-2"), stored={"pc-2": moment + timedelta(days=1)}) == [(Fate.KNOWN, "pc-2")]
    assert fates(row(2, "pc-2"), stored={"pc-2": moment - timedelta(seconds=1)}) == [(Fate.MATCHED, "pc-2")]


def test_what_is_absent_is_named_and_nothing_more():
    result = found(row(2, "pc-1"), row(3, "la", serial="S9"))
    tallies = {one.agency: one for one in result.agencies}
    assert (tallies["xa-a"].declared, tallies["xa-a"].absent) == (2, ("pc-2",))
    assert (tallies["xa-b"].declared, tallies["xa-b"].absent, tallies["xa-b"].rows) == (1, ("pc-3",), 0)
    assert result.absent == 2
    assert {line.endpoint for line in result.kept}.isdisjoint({"pc-2", "pc-3"}), "nothing is said of what is not there"


def test_a_machine_that_an_unclear_row_may_be_about_is_not_absent():
    result = found(row(2, "pc-1", serial="S8"), row(3, "pc-2", days=90))
    assert [line.fate for line in result.lines] == [Fate.AMBIGUOUS, Fate.TOO_OLD]
    assert next(one for one in result.agencies if one.agency == "xa-a").absent == ()


def test_isolated_machines_are_refused_and_named():
    (line,) = found(row(2, "PC-MAT", group="Xã B", serial="S7")).lines
    assert (line.fate, line.endpoint, line.candidates) == (Fate.REFUSED, None, ("pc-mat",))


def test_groups_that_are_nobodys_are_counted():
    result = found(row(2, "pc-1", group="Nhóm 1"), row(3, "x", group="Nhóm 1"), row(4, "y", group="Nhóm 2"), row(5, "pc-1"))
    assert result.groups == (("Nhóm 1", 2), ("Nhóm 2", 1))
    assert next(one for one in result.agencies if one.agency is None).counts == {Fate.AMBIGUOUS: 3}


ROWS = st.lists(
    st.builds(
        lambda name, group, serial, days: (name, group, serial, days),
        st.sampled_from(["", "pc-1", "pc-2", "pc-3", "pc-mat", "la"]),
        st.sampled_from(["Xã A", "Xã B", "Nhóm 1", ""]),
        st.sampled_from(["", "S1", "S3", "S9"]),
        st.sampled_from([-400, 0, 1, 2, 40]),
    ),
    max_size=8,
)


@settings(max_examples=300)
@given(ROWS, st.randoms(use_true_random=False))
def test_every_row_has_one_fate_whatever_the_order_and_every_row_is_counted_once(specs, chance):
    rows = [row(n, name, group=group, serial=serial, days=days) for n, (name, group, serial, days) in enumerate(specs, start=2)]
    result = found(*rows)
    assert [line.row for line in result.lines] == rows
    assert sum(one.rows for one in result.agencies) == len(rows) == sum(result.counts.values())
    kept = [line.endpoint for line in result.kept]
    assert len(kept) == len(set(kept)), "one machine, one row"
    assert all(line.at is not None and NOW - timedelta(days=14) <= line.at <= NOW for line in result.kept)
    mixed = list(rows)
    chance.shuffle(mixed)
    assert {line.row.number: line for line in found(*mixed).lines} == {line.row.number: line for line in result.lines}
