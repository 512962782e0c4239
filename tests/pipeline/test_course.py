"""The course of a plan: what is shown of a year, when a line may be drawn on, who improved, what comes next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import Decision, Tally
from secaudit.model.past import Basis, Past, PastState, PastTarget
from secaudit.model.procedure import Law
from secaudit.pipeline.course import course_of, left_between
from secaudit.pipeline.history import one_a_day, state_of
from secaudit.pipeline.law_calendar import CalendarEntry
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.pipeline.publish.agencies import MOST_SHOWN
from secaudit.pipeline.publish.course import _joined, deadline_rows, improved_rows, month_states, trend_rows
from secaudit.pipeline.publish.orders import _BY_LOOKING, _fewest, orders
from secaudit.report.voice import Voice
from secaudit.resources import data_folder, translator
from secaudit.store import Store
from tests.pipeline.periods import make_world

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "inventories" / "thai-nguyen"
ENDPOINTS = "endpoints-protected"
MACHINES = 1
"""Position of the target about machines."""


@pytest.fixture(scope="module", name="measured")
def measure_once():
    province = load_province(SAMPLE, data_folder("checks"), None)
    found = measure_province(province, province.plan(DEFAULT_PLAN), None, as_of=NOW)
    return replace(found, plan=found.plan.model_copy(update={"due": date(2026, 12, 31)}))


def state(measured, when, proven=0, total=100, *, plan=None, agencies=None):
    """All targets alike, at a moment some days before, or on a day."""
    moment = NOW - timedelta(days=when) if isinstance(when, int) else datetime(when.year, when.month, when.day, 3, tzinfo=UTC)
    tally = Tally(proven, 0, total - proven)
    targets = tuple(PastTarget(one.target, tally, Decision.UNDECIDED, agencies or {}) for one in measured.measurements)
    return PastState(moment, Basis.STATED, plan or measured.plan.id, targets)


def with_tally(measured, tally):
    found = tuple(replace(one, tally=tally) for one in measured.measurements)
    return replace(measured, measurements=found)


def test_a_year_is_the_newest_state_of_each_month_and_the_present_last(measured):
    days = [date(2025, 10, 30), date(2025, 11, 30), date(2026, 3, 2), date(2026, 3, 30), date(2026, 11, 25), date(2026, 11, 26)]
    past = Past(tuple(state(measured, day) for day in days))
    assert [day_in_vietnam(one.moment) for one in month_states(measured, past)] == [days[1], days[3], days[4]]
    rows = trend_rows(measured, past)
    assert [row.target for row in rows] == [1, 2, 3, 4, 5]
    for row, now in zip(rows, measured.measurements, strict=True):
        assert [point.day for point in row.points] == [days[1], days[3], days[4], day_in_vietnam(NOW)]
        assert (row.points[-1].lower, row.points[-1].upper) == (now.tally.lower, now.tally.upper)
        assert row.due == date(2026, 12, 31)
    first, *rest = measured.plan.targets
    own = measured.plan.model_copy(update={"targets": (first.model_copy(update={"due": date(2026, 6, 30)}), *rest)})
    assert [row.due for row in trend_rows(replace(measured, plan=own), past)] == [date(2026, 6, 30)] + [date(2026, 12, 31)] * 4


def test_of_one_day_the_closed_period_counts_then_what_was_written_down_and_of_those_the_newest(measured):
    noon = datetime(2026, 11, 20, 5, tzinfo=UTC)
    recounted, early, late, closed, next_day = (
        replace(state(measured, 40), basis=basis, moment=noon + timedelta(hours=hours))
        for basis, hours in (
            (Basis.RECOUNTED, 9), (Basis.STATED, 1), (Basis.STATED, 2), (Basis.CLOSED, 0), (Basis.STATED, 12),
        )
    )  # fmt: skip
    assert one_a_day([closed, early, late, recounted]) == [closed]
    assert one_a_day([early, late, recounted]) == [late]
    assert one_a_day([recounted, early]) == [early] and one_a_day([recounted]) == [recounted]
    assert one_a_day([late, next_day]) == [late, next_day], "a day ends at midnight in Viet Nam"


def test_states_of_other_plans_and_a_first_state_show_no_course(measured):
    assert trend_rows(measured, Past()) == ()
    assert trend_rows(measured, Past((state(measured, 40, plan="another"),))) == ()
    assert improved_rows(measured, Past((state(measured, 40, plan="another"),))) == ()


def test_a_target_that_an_earlier_plan_did_not_have_begins_later(measured):
    early = replace(state(measured, 90), targets=state(measured, 90).targets[:1])
    first, second = trend_rows(measured, Past((early, state(measured, 40))))[:2]
    assert len(first.points) == 3 and len(second.points) == 2


def test_the_outlook_goes_on_along_the_line_and_never_above_what_is_possible(measured):
    now = with_tally(measured, Tally(60, 10, 30))
    past = Past((state(now, 100, 20), state(now, 50, 40)))
    [row, *_] = trend_rows(now, past)
    days = (date(2026, 12, 31) - day_in_vietnam(NOW)).days
    assert row.outlook == (Fraction(60, 100) + Fraction(40, 100) * days / 100, Fraction(90, 100))
    said = Voice(translator("vi")).say(row.method)
    assert "đường thẳng qua 3 lần chốt" in said and "không phải dự báo đạt chỉ tiêu" in said
    steep = Past((state(now, 100, 0), state(now, 50, 30)))
    assert trend_rows(now, steep)[0].outlook[0] <= Fraction(90, 100)


@given(st.lists(st.integers(0, 100), min_size=3, max_size=6), st.integers(0, 100), st.integers(1, 400))
def test_the_outlook_stays_between_nothing_and_the_possible(measured, shares, disproven, ahead):
    proven = min(shares[-1], 100 - disproven)
    now = with_tally(measured, Tally(proven, disproven, 100 - disproven - proven))
    now = replace(now, plan=now.plan.model_copy(update={"due": day_in_vietnam(NOW) + timedelta(days=ahead)}))
    past = Past(tuple(state(now, 40 * (len(shares) - place), share) for place, share in enumerate(shares)))
    for row in trend_rows(now, past):
        assert row.outlook is not None and row.method is not None
        assert 0 <= row.outlook[0] <= row.outlook[1] == Fraction(100 - disproven, 100)


@pytest.mark.parametrize(
    ("days", "due", "words"),
    [
        ((40,), date(2026, 12, 31), "3 lần chốt trong ít nhất 45 ngày"),
        ((33, 5), date(2026, 12, 31), "3 lần chốt trong ít nhất 45 ngày"),
        ((100, 50), None, "chưa ghi thời hạn"),
        ((100, 50), date(2026, 11, 26), "đã đến thời hạn"),
    ],
)
def test_without_enough_to_go_by_there_is_a_reason_instead(measured, days, due, words):
    now = replace(measured, plan=measured.plan.model_copy(update={"due": due}))
    rows = trend_rows(now, Past(tuple(state(now, day, 10) for day in days)))
    assert [row.outlook for row in rows] == [None] * 5
    assert all(words in Voice(translator("vi")).say(row.method) for row in rows)


def test_an_empty_population_has_no_outlook(measured):
    now = with_tally(measured, Tally())
    [row, *_] = trend_rows(now, Past((state(now, 100), state(now, 50))))
    assert row.outlook is None and "không có đối tượng" in Voice(translator("vi")).say(row.method)


def test_improved_is_who_has_more_proven_than_before(measured):
    """People of the sample are proven by papers; one agency gains, one loses, one has as much as before."""
    shares = measured.measurements[3].agencies
    gained, lost, same = [share for share in shares if share.tally.proven > 3][:3]
    now = {share.agency: share.tally for share in shares}
    then = {
        gained.agency: Tally(now[gained.agency].proven - 3, 0, 3),
        lost.agency: Tally(now[lost.agency].proven + 5, 0, 0),
        **{name: tally for name, tally in now.items() if name not in (gained.agency, lost.agency)},
    }
    target = PastTarget(measured.measurements[3].target, Tally(1, 0, 0), Decision.UNDECIDED, then)
    past = Past((replace(state(measured, 40), targets=(target,)),))
    [row] = improved_rows(measured, past)
    assert row.agency == gained.agency and same.agency != row.agency
    assert Voice(translator("vi")).say(row.effect) == "chỉ tiêu 4: +3 người"


def test_what_an_agency_lost_beside_what_it_gained_is_no_gain(measured):
    parts = {one.target: {share.agency: share.tally for share in one.agencies} for one in measured.measurements[3:]}
    agency = next(name for name, tally in parts[measured.measurements[3].target].items() if tally.proven > 3)
    for target, less in zip(parts, (3, -1), strict=True):
        tally = parts[target][agency]
        parts[target] = {**parts[target], agency: Tally(tally.proven - less, tally.disproven, tally.unknown)}
    targets = tuple(PastTarget(target, Tally(1, 0, 0), Decision.UNDECIDED, then) for target, then in parts.items())
    [row] = improved_rows(measured, Past((replace(state(measured, 40), targets=targets),)))
    assert Voice(translator("vi")).say(row.effect) == "chỉ tiêu 4: +3 người"


def test_at_most_ten_improved_the_largest_gain_first(measured):
    shares = measured.measurements[3].agencies
    then = {share.agency: Tally(0, 0, share.tally.total) for share in shares}
    target = PastTarget(measured.measurements[3].target, Tally(0, 0, 1), Decision.UNDECIDED, then)
    rows = improved_rows(measured, Past((replace(state(measured, 40), targets=(target,)),)))
    gains = {share.agency: share.tally.proven for share in shares}
    assert len(rows) == min(MOST_SHOWN, sum(count > 0 for count in gains.values()))
    assert [gains[row.agency] for row in rows] == sorted(gains.values(), reverse=True)[: len(rows)]


@pytest.fixture(scope="module", name="seen")
def see_machines(tmp_path_factory):
    """Two machines of one commune that were seen: one protected, one not; and the state of that day."""
    folder = tmp_path_factory.mktemp("gains") / "world"
    make_world(folder)
    with Store.open(folder / "workspace" / "store.sqlite", create=False) as store:
        measured = measure_at(folder, store)
    return folder, measured, replace(state_of(measured), moment=measured.as_of - timedelta(days=30))


def measure_at(folder, store):
    province = load_province(folder / "inventory", folder / "checks", folder / "workspace")
    return measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=datetime(2026, 12, 11, 3, tzinfo=UTC))


def effects(measured, state):
    return {row.agency: Voice(translator("vi")).say(row.effect) for row in improved_rows(measured, Past((state,)))}


def test_what_was_taken_over_with_machines_or_an_agency_is_no_gain(seen):
    """The machine that is protected was another agency's, and so were all people: nobody proved anything."""
    folder, measured, state = seen
    assert effects(measured, state) == {}
    assert next(one for one in state.targets if one.target == ENDPOINTS).agencies["xa-a"].proven == 1
    moved = {name: replace(one, agency="xa-cu") for name, one in state.machines.items()}
    systems = {name: replace(one, agency="xa-cu") for name, one in state.systems.items()}
    parts = [
        replace(one, agencies={"xa-cu" if name == "xa-a" else name: part for name, part in one.agencies.items()})
        for one in state.targets
    ]
    then = replace(state, machines=moved, systems=systems, targets=tuple(parts))
    old = folder / "inventory" / "agencies" / "xa-cu.yaml"
    old.write_text(
        "agency: {id: xa-cu, name: UBND xã Cũ, tier: commune, valid_until: 2026-11-30, successors: [xa-a]}\n", encoding="utf-8"
    )
    try:
        with Store.open(folder / "workspace" / "store.sqlite", create=False) as store:
            after = measure_at(folder, store)
    finally:
        old.unlink()
    assert effects(after, then) == {}


def test_a_machine_counts_as_gained_only_where_the_earlier_state_shows_that_it_was_not_proven(seen):
    _, measured, state = seen
    checks = frozenset(one for one in state.checks if one.startswith("protection."))
    unseen = replace(state, machines={**state.machines, "pc-1": replace(state.machines["pc-1"], seen=False)})
    failed = replace(state, machines={**state.machines, "pc-1": replace(state.machines["pc-1"], fails=checks)})
    assert effects(measured, unseen) == effects(measured, failed) == {"xa-a": "chỉ tiêu 2: +1 máy"}
    lost = replace(unseen, machines={**unseen.machines, "pc-2": replace(state.machines["pc-1"], agency="xa-a")})
    assert effects(measured, lost) == {}, "as many were lost as gained"
    figures = replace(unseen, machines={}, checks=frozenset())
    zero = tuple(replace(one, agencies={"xa-a": Tally(0, 0, 3)} if one.target == ENDPOINTS else {}) for one in figures.targets)
    assert effects(measured, replace(figures, targets=zero)) == {}, "figures alone name no machine"


def test_a_share_that_rises_while_machines_leave_the_list_says_so(seen):
    """Nobody proved anything: a machine that was not in order is gone."""
    _, measured, state = seen
    tally = next(one.tally for one in state.targets if one.target == ENDPOINTS)
    before = replace(
        state,
        machines={**state.machines, "pc-bad": replace(state.machines["pc-2"])},
        targets=tuple(replace(one, tally=tally + Tally(0, 1, 0)) if one.target == ENDPOINTS else one for one in state.targets),
    )
    voice = Voice(translator("en"))
    notes = [row.note and voice.say(row.note) for row in trend_rows(measured, Past((before,)))]
    assert notes[1].startswith("Machines that left the list since 11 Nov 2026: 1.") and not any(notes[:1] + notes[2:])
    assert not any(row.note for row in trend_rows(measured, Past((state,)))), "nothing rose"
    with Store.open(seen[0] / "workspace" / "store.sqlite", create=False) as store:
        store.states.record(replace(before, moment=state.moment - timedelta(days=2)))
        store.states.record(state)
        course = course_of(store.states.of_plan(state.plan)[0], ENDPOINTS)
        assert left_between(store, course) == left_between(store, course, "xa-a") == {1: 1}
        assert left_between(store, course[1:]) == {}


def test_the_next_dates_are_statutory_in_order_and_name_no_system(measured):
    rows = deadline_rows(measured)
    days = [row.day for row in rows]
    assert len(rows) >= 3 and days == sorted(days) and days[0] >= day_in_vietnam(NOW)
    assert rows[-1].day <= day_in_vietnam(NOW) + timedelta(days=366)
    assert len({(row.day, str(row.what), row.clause) for row in rows}) == len(rows)
    voice = Voice(translator("vi"))
    said = " ".join(voice.say(row.what) for row in rows)
    assert "Gửi báo cáo năm tới chủ quản" in said and "phạt" not in said.lower()
    inventory = measured.province.inventory
    names = [one.name for one in inventory.province.shared_systems] + [s.name for a in inventory.agencies for s in a.systems]
    assert not [name for name in names if name in said]
    assert all(row.clause for row in rows if not row.systems)


def test_a_duty_of_many_systems_is_one_line_so_that_three_duties_show(measured):
    """Limits of single systems, each on a day of its own, push out nothing that the whole province owes."""
    day = day_in_vietnam(NOW)
    title, yearly = msg("approve the level"), msg("yearly report")
    alone = [
        CalendarEntry(f"approval-s{n}", day + timedelta(days=n), day, title, msg("the owner"), "nd:1", (f"s{n}",))
        for n in range(8)
    ]
    both = replace(alone[0], id="approval-t", systems=("t",))
    rows = _joined([*alone, both, CalendarEntry("yearly", day + timedelta(days=20), day, yearly, None, "nd:2")])
    said = [(row.day, Voice(translator("en")).say(row.what), row.systems) for row in rows]
    last = Voice(translator("en")).format.day(day + timedelta(days=7))
    assert said == [
        (day, f"approve the level (the owner); systems that follow until {last}: 7", 2),
        (day + timedelta(days=20), "yearly report", 0),
    ]
    duties = [(str(row.what), row.clause) for row in deadline_rows(measured)]
    assert len(set(duties)) == len(duties)


def test_a_catalog_without_law_has_no_dates(measured):
    bare = replace(measured.province, catalog=replace(measured.province.catalog, law=Law()))
    assert deadline_rows(replace(measured, province=bare)) == ()


def test_orders_say_in_numbers_what_they_change_and_claim_no_more(measured):
    """Without any evidence: machines that nobody saw settle the target only where nothing else is in the way."""
    voice = Voice(translator("vi"))
    found = orders(measured)
    assert 1 <= len(found) <= 3
    silent = {
        one.agency.id for one in measured.province.inventory.agencies if not (one.agency.submission or one.agency.valid_until)
    }
    assert silent and set(found[0].agencies) == silent, "whoever sent nothing comes first"
    for order in found:
        said = voice.say(order.effect)
        assert any(char.isdigit() for char in said), said
        assert order.agencies and order.due == date(2026, 12, 31)
    [about] = [one for one in found if "máy" in voice.say(one.effect)][:1]
    blocked = [b for b in measured.measurements[MACHINES].blockers if b.kind not in _BY_LOOKING]
    assert ("đủ để" in voice.say(about.effect)) == (not blocked)


def test_a_missed_target_is_not_promised_while_an_agency_has_sent_nothing(measured):
    found = measured.measurements[MACHINES]
    bad = Tally(0, found.tally.total, 0)
    shares = tuple(replace(one, tally=Tally(0, one.tally.total, 0)) for one in found.agencies)
    assert any(not one.submitted for one in shares)
    sent = tuple(replace(one, submitted=True) for one in shares)
    heaviest = max(one.tally.total for one in shares)
    for parts, needed, enough in ((shares, 1, False), (sent, 1, True), (sent, heaviest, True)):
        missed = replace(found, tally=bad, decision=Decision.MISSED, needed=needed, blockers=(), agencies=parts)
        alone = tuple(missed if one is found else replace(one, decision=Decision.MET) for one in measured.measurements)
        said = [Voice(translator("en")).say(one.effect) for one in orders(replace(measured, measurements=alone))]
        assert any("enough for target 2" in one for one in said) == enough, said
        assert any("target 2 also waits" in one for one in said) != enough


def undecided(found, unknown, to_clarify=0):
    """A target that is open for ``unknown`` members of a hundred, all of them of agencies that sent their lists."""
    parts = (unknown - unknown // 2, unknown // 2)
    shares = tuple(
        replace(one, tally=Tally(0, 0, count), submitted=True) for one, count in zip(found.agencies, parts, strict=False)
    )
    return replace(
        found, tally=Tally(100 - unknown, 0, unknown), decision=Decision.UNDECIDED, needed=unknown, to_clarify=to_clarify,
        blockers=(), agencies=shares,
    )  # fmt: skip


def orders_of(measured, *made):
    """Orders about these targets alone, in English."""
    names = {one.target: one for one in made}
    rest = tuple(names.get(one.target, replace(one, decision=Decision.MET)) for one in measured.measurements)
    found = orders(replace(measured, measurements=rest))
    return [(order, Voice(translator("en")).say(order.effect)) for order in found if "without it" not in str(order.effect)]


def test_what_settles_most_of_its_target_comes_first(measured):
    _, second, _, fourth, fifth = measured.measurements
    for open_ones in ((10, 40, 90), (90, 40, 10), (40, 90, 10)):
        made = [undecided(one, unknown) for one, unknown in zip((second, fourth, fifth), open_ones, strict=True)]
        wanted = [number for _, number in sorted(zip(open_ones, (2, 4, 5), strict=True), reverse=True)]
        said = [effect for _, effect in orders_of(measured, *made) if "target " in effect]
        assert [f"target {number}" in effect for number, effect in zip(wanted, said, strict=False)] == [True] * len(said), said
        assert len(said) >= 2


def test_no_more_agencies_are_asked_than_it_takes_and_enough_is_said_of_what_is_enough(measured):
    found = measured.measurements[MACHINES]
    [(order, said)] = [one for one in orders_of(measured, undecided(found, 20, 10)) if "target 2" in one[1]]
    assert len(order.agencies) == 1 and "enough to meet target 2 if they are in order" in said
    [(order, said)] = [one for one in orders_of(measured, undecided(found, 20)) if "target 2" in one[1]]
    assert len(order.agencies) == 2 and "enough to conclude target 2" in said


def test_the_fewest_agencies_that_hold_what_is_needed_are_asked():
    counted = [(50, "a"), (30, "b"), (20, "c"), (1, "d")]
    assert _fewest(counted, 60) == counted[:2]
    assert _fewest(counted, 50) == counted[:1]
    assert _fewest(counted, 0) == counted, "not known how many: all are asked"
    assert _fewest(counted, 1000) == counted
