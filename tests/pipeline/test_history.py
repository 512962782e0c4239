"""Earlier states of a small province: what is written down stays, what nobody sees is unknown, what is told is told once."""

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from secaudit.cli.days import parse_day
from secaudit.errors import UsageError
from secaudit.facts import parse_facts
from secaudit.lab.answers import platform_of, render_answer_with
from secaudit.measure.changes import changes
from secaudit.model.finding import Verdict
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.model.past import Basis, Turn
from secaudit.pipeline.archive import FIGURES, archive_of
from secaudit.pipeline.change_feed import change_feed
from secaudit.pipeline.comparing import compare
from secaudit.pipeline.course import course_of, machine_course
from secaudit.pipeline.frozen import Sources, closed_sources
from secaudit.pipeline.history import known_states, one_a_day, past_of, state_of
from secaudit.pipeline.judging import judge_states, rejudge
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, classify_province, load_province
from secaudit.pipeline.recounting import missing_months, recount
from secaudit.pipeline.state_book import StateBook
from secaudit.probe import frame
from secaudit.report.voice import Voice
from secaudit.resources import translator
from secaudit.store import Store
from tests.pipeline.periods import NAME, NONCE, SEEN, close, make_world
from tests.store.conftest import BACK_TO_0007

EXPECTED = Path(__file__).parent.parent / "facts" / "expected"
FIRST = datetime(2026, 12, 11, 3, tzinfo=UTC)
NEXT = FIRST + timedelta(days=1)
MACHINES = "endpoints-protected"
HOSTILE = "=cmd|' <script>\x1b[31m\u202e\u2028\n" + "x" * 10_000
EXTRA = (
    "agency: {id: so-m, name: 'Sở M', tier: province, submission: {accepted_on: 2026-11-01},"
    " contact: {name: 'Nguyễn A', phone: '0208 1'}}\n"
    "systems:\n  - {id: mat, name: Hệ thống M, state_secret: true, level: 4}\n"
    "endpoints:\n"
    "  - {id: m-1, kind: isolated, os: windows}\n"
    "  - {id: m-2, kind: server, os: linux, systems: [mat]}\n"
    "  - {id: m-3, kind: workstation, os: windows, status: retired}\n"
)


@pytest.fixture(scope="module", name="made")
def make_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("past") / "world"
    make_world(folder)
    (folder / "inventory" / "agencies" / "so-m.yaml").write_text(EXTRA, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", name="province")
def load_once(made):
    return load_province(made / "inventory", made / "checks", made / "workspace")


@pytest.fixture(name="world")
def copy_the_world(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "world"))


@pytest.fixture(name="store")
def open_the_store(world):
    with Store.open(world / "workspace" / "store.sqlite", create=False) as store:
        yield store


def measured_at(province, store, moment):
    return measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=moment)


def figures(state, target=MACHINES):
    return next(one.tally for one in state.targets if one.target == target)


WHO = ("machine.uuid", "machine.serial", "machine.id")


def again(province, store, answers, moment):
    """Evidence of ``moment``, taken in then. What ``pc-1`` is known by stays, whatever it answers."""
    digest, began = province.catalog.digest, moment - timedelta(minutes=1)
    run = store.begin_run(started_at=began, who="test", way=Way.SSH, scope="all", catalog_digest=digest)
    for endpoint, name in answers.items():
        known, own = (identity(one) for one in ("win10-22h2-kaspersky" if endpoint == "pc-1" else name, name))

        def renamed(text, known=known, own=own):
            for word in own:
                text = text.replace(own[word], known[word])
            return text

        raw = render_answer_with(name, NONCE, int(moment.timestamp()), renamed)
        capture = frame(platform_of(name), NONCE, raw)
        facts = parse_facts(capture, province.catalog.knowledge, moment)
        store.keep(run.number, [Outcome(endpoint, Way.SSH, Grade.A, Sight.SEEN, moment, moment, capture=capture, facts=facts)])
    store.end_run(run.number, "finished", moment)


@cache
def identity(name):
    """What the machine of an answer says of itself."""
    facts = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))["known"]
    return {word: facts[word] for word in WHO if word in facts}


def test_a_state_is_what_was_measured_without_isolated_and_secret_things(province, store):
    measured = measured_at(province, store, FIRST)
    state = state_of(measured)
    assert figures(state) == next(m.tally for m in measured.measurements if m.target == MACHINES)
    assert {m.decision for m in measured.measurements} == {one.decision for one in state.targets}
    assert state.machines.keys() == {"pc-1", "pc-2", "pc-3", "pc-b", "m-2"}, "neither isolated nor retired ones"
    assert state.systems.keys() == {"web"} and state.systems["web"].dossier == "approved"
    assert state.silent == {"xa-b"}
    for name, machine in state.machines.items():
        found = measured.states[name].findings
        assert machine.seen == (measured.states[name].evidence is not None)
        if machine.seen:
            assert machine.fails == {one.check for one in found if one.verdict is Verdict.FAIL}
            assert machine.unknown == {one.check for one in found if one.verdict is Verdict.UNKNOWN}
    assert state.machines["pc-1"].grade is Grade.A and state.machines["pc-1"].protection is not None


def test_a_machine_nobody_sees_any_more_is_unknown_and_less_is_proven(province, store):
    before = state_of(measured_at(province, store, FIRST))
    after = state_of(measured_at(province, store, FIRST + timedelta(days=90)))
    assert figures(after).proven < figures(before).proven and figures(after).unknown > figures(before).unknown
    found = {one.endpoint: one for one in changes(before, after)}
    assert {name: one.turn for name, one in found.items()} == {"pc-1": Turn.UNKNOWN, "pc-2": Turn.UNKNOWN}
    assert found["pc-2"].checks, "what failed when it was last known is still named"
    assert all(one.since is None for one in compare(province, store, before, after).machines), "no evidence shows it"


def test_a_recorded_state_stays_as_it_was_whatever_evidence_arrives(world, province, store):
    first = state_of(measured_at(province, store, FIRST))
    store.states.record(first)
    # It speaks of a moment before that state, and came in after it.
    again(province, store, {"pc-3": "win11-24h2-hardened"}, SEEN + timedelta(hours=1))
    past = past_of(measured_at(province, store, NEXT), store, world / "workspace")
    assert past.states == (first,), "with the machines of then"
    assert state_of(measured_at(province, store, FIRST)) != first, "counted again it would be another one"
    assert figures(state_of(measured_at(province, store, FIRST))).proven == figures(first).proven + 1


def test_what_was_changed_on_the_disk_is_left_out_and_named(world, province, store):
    first, second = (state_of(measured_at(province, store, moment)) for moment in (FIRST, NEXT))
    for state in (first, second):
        store.states.record(state)
    with sqlite3.connect(store.path) as connection:
        connection.execute("DROP TRIGGER states_no_update")
        connection.execute("UPDATE states SET moment = replace(moment, '2026-12-12', '2026-12-11') WHERE number = 2")
    measured = measured_at(province, store, NEXT + timedelta(days=1))
    assert past_of(measured, store, world / "workspace").states == (first,)
    assert known_states(store, world / "workspace", province, DEFAULT_PLAN).refused == (date(2026, 12, 12),)


def test_machines_that_were_changed_on_the_disk_are_left_out_with_their_state(world, province, store):
    first = state_of(measured_at(province, store, FIRST))
    for state in (first, replace(first, moment=NEXT)):
        store.states.record(state)
    with sqlite3.connect(store.path) as connection:
        connection.execute("DROP TRIGGER states_no_update")
        connection.execute("UPDATE states SET machines = figures WHERE number = 2")
    past = past_of(measured_at(province, store, NEXT + timedelta(days=1)), store, world / "workspace")
    assert past.states == (first,) and past.before(date(2026, 12, 13)) == first


def test_only_the_present_is_written_down_and_a_small_province_counts_month_ends_again(world, province, store):
    moment = datetime(2027, 3, 5, tzinfo=UTC)
    earlier = Sources(province, store, moment, workspace=world / "workspace")
    measured = earlier.measure()
    assert not earlier.record(measured) and earlier.past(measured).states == ()
    present = replace(earlier, present=True)
    assert present.record(measured)
    assert [(one.basis, one.moment.month) for one in present.past(measured).states] == [
        (Basis.RECOUNTED, 12), (Basis.RECOUNTED, 1), (Basis.RECOUNTED, 2),
    ]  # fmt: skip
    assert known_states(store, world / "workspace", province, DEFAULT_PLAN).states[-1].moment == moment


def test_a_closed_period_is_a_state_and_wins_over_what_was_recorded_that_day(world, province, store):
    store.states.record(state_of(measured_at(province, store, datetime(2026, 12, 14, 3, tzinfo=UTC))))
    store.close()
    closed = close(world)
    with Store.open(store.path, create=False) as opened:
        measured = measured_at(province, opened, datetime(2026, 12, 20, tzinfo=UTC))
        (state,) = past_of(measured, opened, world / "workspace").states
        assert (state.basis, state.period, state.moment) == (Basis.CLOSED, NAME, closed.period.closing.moment)
        assert figures(state) == next(m.tally for m in closed.measured.measurements if m.target == MACHINES)
        assert state.machines["pc-1"].seen
        with closed_sources(world / "workspace", opened, NAME) as sources:
            frozen = sources.past(sources.measure())
        assert not frozen.states, "nothing was known before that day, and what came later is not in its papers"


def test_a_period_closed_by_an_older_program_gives_its_figures_and_a_changed_archive_none(world, province, store):
    store.close()
    closed = close(world)
    with sqlite3.connect(store.path) as connection:
        connection.executescript(";".join(BACK_TO_0007))
    with Store.open(store.path, create=False) as opened:
        measured = measured_at(province, opened, datetime(2026, 12, 20, tzinfo=UTC))
        (state,) = past_of(measured, opened, world / "workspace").states
        assert (state.basis, state.period) == (Basis.CLOSED, NAME) and not state.machines
        assert [one.tally for one in state.targets] == [one.tally for one in closed.measured.measurements]
        assert state.silent == {"xa-b"}
        caveats = [str(one) for one in compare(province, opened, state, state_of(measured)).caveats]
        assert any("machines cannot be compared" in one for one in caveats)
        assert compare(province, opened, state, state_of(measured)).machines == (), "nobody knows which machines there were"
        path = archive_of(world / "workspace", NAME) / FIGURES
        path.write_text(path.read_text(encoding="utf-8").replace('"proven": 1', '"proven": 2'), encoding="utf-8")
        assert not past_of(measured, opened, world / "workspace").states


def test_since_when_is_the_moment_of_the_evidence_that_shows_it_or_nothing(world, province, store):
    before = state_of(measured_at(province, store, FIRST))
    moments = [FIRST + timedelta(hours=hours) for hours in (1, 2, 3)]
    again(province, store, {"pc-1": "win10-22h2-unprotected", "pc-3": "win11-24h2-hardened"}, moments[0])
    middle = state_of(measured_at(province, store, moments[0] + timedelta(minutes=1)))
    found = {one.endpoint: one for one in compare(province, store, before, middle).machines}
    assert {name: (one.turn, one.since) for name, one in found.items()} == {
        "pc-1": (Turn.WORSE, moments[0]), "pc-3": (Turn.KNOWN, moments[0]),
    }  # fmt: skip
    again(province, store, {"pc-1": "win10-22h2-unprotected"}, moments[1])
    later = state_of(measured_at(province, store, moments[1] + timedelta(minutes=1)))
    found = {one.endpoint: one for one in compare(province, store, before, later).machines}
    assert found["pc-1"].since is None, "two sights, and nobody kept what the first one showed"
    levels = classify_province(province, date(2026, 12, 11))
    rules = province.plan(DEFAULT_PLAN).evidence
    for moment in moments[:2]:
        rejudge(province, store, levels, moment=moment, rules=rules)
    found = {one.endpoint: one for one in compare(province, store, before, later).machines}
    assert found["pc-1"].since == moments[0]
    run = store.begin_run(started_at=moments[2], who="test", way=Way.SSH, scope="all")
    store.keep(run.number, [Outcome("pc-1", Way.SSH, Grade.A, Sight.TIMEOUT, moments[2], moments[2])])
    gone = state_of(measured_at(province, store, FIRST + timedelta(days=90)))
    found = {one.endpoint: one for one in compare(province, store, later, gone).machines}
    assert (found["pc-1"].turn, found["pc-1"].since) == (Turn.UNKNOWN, moments[2])


def test_a_turn_that_time_alone_brings_has_no_moment(province, store):
    """The evidence of then showed the patches; by now the table of updates is too old to say anything of them."""
    before = state_of(measured_at(province, store, FIRST))
    again(province, store, {"pc-1": "win10-22h2-kaspersky"}, FIRST + timedelta(hours=2))
    later = state_of(measured_at(province, store, FIRST + timedelta(days=20)))
    (one,) = (one for one in compare(province, store, before, later).machines if one.endpoint == "pc-1")
    assert one.checks and one.since is None
    listed = replace(later, machines={name: machine for name, machine in later.machines.items() if name != "pc-1"})
    run = store.begin_run(started_at=NEXT, who="test", way=Way.SSH, scope="all")
    store.keep(run.number, [Outcome("pc-1", Way.SSH, Grade.A, Sight.TIMEOUT, NEXT, NEXT)])
    (gone,) = (one for one in compare(province, store, before, replace(listed, head="")).machines if one.endpoint == "pc-1")
    assert (gone.turn, gone.since) == (Turn.VANISHED, None), "it left the list; that it did not answer is another matter"


def test_an_agency_that_is_gone_has_sent_nothing(province, store):
    before = state_of(measured_at(province, store, FIRST))
    rest = tuple(
        replace(one, agencies={name: part for name, part in one.agencies.items() if name != "xa-b"}) for one in before.targets
    )
    dissolved = replace(before, silent=frozenset(), targets=rest, inventory_digest="y" * 64)
    assert before.silent == {"xa-b"} and compare(province, store, before, dissolved).sent == ()


def test_agencies_that_sent_and_systems_that_moved_are_told(province, store):
    before = state_of(measured_at(province, store, FIRST))
    web = replace(before.systems["web"], dossier="drafting", lowest=2)
    after = replace(before, silent=frozenset(), systems={"web": web}, inventory_digest="x" * 64)
    found = compare(province, store, before, after)
    assert found.sent == ("xa-b",) and [(one.system, one.after) for one in found.systems] == [("web", web)]
    assert [str(one).split(" was")[0] for one in found.caveats] == ["The list of agencies, machines and systems"]
    assert compare(province, store, before, after, ("so-m",)).sent == ()
    assert not compare(province, store, before, before).worse and not found.worse
    fallen = replace(before, machines={**before.machines, "pc-1": replace(before.machines["pc-1"], fails=before.checks)})
    assert compare(province, store, before, fallen).worse


def test_month_ends_are_counted_again_once_and_marked(world, province, store):
    workspace, plan, now = world / "workspace", province.plan(DEFAULT_PLAN), datetime(2027, 3, 5, tzinfo=UTC)

    def count(most=None):
        return recount(province, plan, store, workspace, as_of=now, most=most)

    assert count(1) == 1 and count() == 2 and count() == 0, "December to February; the newest first, each once"
    known = known_states(store, workspace, province, plan.id).states
    assert [one.moment.astimezone().strftime("%m") for one in known] and {one.basis for one in known} == {Basis.RECOUNTED}
    assert figures(known[0]) == figures(state_of(measured_at(province, store, known[0].moment)))
    again(province, store, {"pc-3": "win11-24h2-hardened"}, datetime(2026, 12, 30, tzinfo=UTC))
    assert count() == 3, "later evidence of earlier days: what was counted does not hold any more"
    other = replace(province, inventory=replace(province.inventory, digest="x" * 64))
    assert known_states(store, workspace, other, plan.id).states == ()


def test_only_months_of_which_nothing_was_written_down_are_missing(province, store):
    state = state_of(measured_at(province, store, FIRST))
    told = [replace(state, moment=datetime(2026, 11, 3, tzinfo=UTC))]
    days = list(missing_months(told, date(2026, 9, 17), date(2027, 1, 1)))
    assert days == [date(2026, 12, 31), date(2026, 10, 31), date(2026, 9, 30)]


def book_of(world, province, store, moment, **more):
    sources = Sources(province, store, moment, workspace=world / "workspace", present=True)
    return StateBook(sources, store, province.plan(DEFAULT_PLAN), **more)


def test_a_state_is_found_by_day_run_period_and_now(world, province, store):
    first = state_of(measured_at(province, store, FIRST))
    store.states.record(first)
    book = book_of(world, province, store, NEXT)
    assert book.find("11/12/2026", parse_day) == first
    assert book.find("1", parse_day) == first, "what was written down after the run and before the next one"
    assert book.find("10/12/2026", parse_day).basis is Basis.RECOUNTED, "evidence of that day, and nothing written down"
    assert book_of(world, province, store, NEXT, again=True).at(date(2026, 12, 11)).basis is Basis.RECOUNTED
    now = book.find("now", parse_day)
    assert (now.basis, now.moment) == (Basis.STATED, NEXT) and book.previous(now) == first
    later = book_of(world, province, store, NEXT + timedelta(hours=1)).now()
    assert later == now, "nothing was added since: what was written down today is the present"
    for asked, sentence in {
        "9/12/2026": "nothing is known of", "13/12/2026": "still to come", "7": "no run 7", NAME: "still open", "x": "not a day",
    }.items():  # fmt: skip
        with pytest.raises(UsageError, match=sentence):
            book.find(asked, parse_day)
    with pytest.raises(UsageError, match="nothing was written down before 11/12/2026"):
        book.previous(first)


def test_what_was_written_down_is_compared_without_judging(world, province, store, monkeypatch):
    for moment in (FIRST, NEXT):
        store.states.record(state_of(measured_at(province, store, moment)))

    def judged(*_args, **_more):
        raise AssertionError("judged")

    monkeypatch.setattr("secaudit.pipeline.measuring.judge_states", judged)
    book = book_of(world, province, store, NEXT + timedelta(hours=1))
    compare(province, store, book.at(date(2026, 12, 11)), book.now())
    assert judge_states is not judged


def test_the_course_names_every_state_and_a_machine_all_its_evidence(world, province, store):
    states = [state_of(measured_at(province, store, FIRST))]
    again(province, store, {"pc-1": "win10-22h2-unprotected"}, NEXT)
    states.append(state_of(measured_at(province, store, NEXT + timedelta(hours=1))))
    for state in states:
        store.states.record(state)
    known = one_a_day(known_states(store, world / "workspace", province, DEFAULT_PLAN).states)
    course = course_of(known, MACHINES)
    assert [point.tally for point in course] == [figures(state) for state in states]
    assert [point.tally.total for point in course_of(known, MACHINES, "xa-b")] == [1, 1]
    assert [point.tally for point in course_of(known, "nothing")] == [None, None]
    found = machine_course(province, store, known, "pc-1")
    assert [one.outcome.finished_at for one in found.attempts] == [NEXT, SEEN]
    assert [turn.change.turn for turn in found.turns] == [Turn.WORSE]
    with pytest.raises(UsageError, match="isolated"):
        machine_course(province, store, known, "m-1")


def feed(world, province, store, moment, since):
    made = change_feed(book_of(world, province, store, moment), province, since, Voice(translator("vi")))
    return made, [json.loads(line) for line in made.lines]


def test_the_feed_tells_each_change_once_and_the_same_again(world, province, store):
    store.states.record(state_of(measured_at(province, store, FIRST)))
    again(province, store, {"pc-1": "win10-22h2-unprotected", "m-2": "debian-12-clamav"}, NEXT)
    moment = NEXT + timedelta(hours=1)
    made, told = feed(world, province, store, moment, date(2026, 12, 12))
    assert feed(world, province, store, moment + timedelta(hours=5), date(2026, 12, 12))[0] == made
    assert [(one["machine"], one["reason"], one["first_seen"]) for one in told] == [("pc-1", "worse", NEXT.isoformat())]
    (line,) = told
    assert line["agency_name"] == "UBND xã A" and line["grade"] == "A" and line["words"].startswith("nay không đạt: ")
    again(province, store, {"pc-3": "win11-24h2-hardened"}, NEXT + timedelta(days=1))
    after, both = feed(world, province, store, NEXT + timedelta(days=1, hours=1), date(2026, 12, 12))
    assert after.lines[0] == made.lines[0] and [one["machine"] for one in both] == ["pc-1", "pc-3"]
    assert feed(world, province, store, NEXT + timedelta(days=1, hours=1), date(2026, 12, 13))[0].lines == after.lines[1:]
    assert len({one["id"] for one in both}) == 2 and all(one.keys() == line.keys() for one in both)


def test_no_name_breaks_a_line_of_the_feed_and_nothing_secret_is_in_it(world, province, store):
    store.states.record(state_of(measured_at(province, store, FIRST)))
    again(province, store, {"pc-1": "win10-22h2-unprotected", "m-2": "debian-12-clamav"}, NEXT)
    agencies = tuple(
        part.model_copy(update={"agency": part.agency.model_copy(update={"name": HOSTILE})}) if part.agency.id == "xa-a" else part
        for part in province.inventory.agencies
    )
    hostile = replace(province, inventory=replace(province.inventory, agencies=agencies))
    made, told = feed(world, hostile, store, NEXT + timedelta(hours=1), date(2026, 12, 12))
    for line in made.lines:
        assert line.isascii() and len(line.decode().splitlines()) == 1 and min(line) >= 0x20
    assert told and all("\x1b" not in str(one) and len(one["agency_name"]) <= 200 for one in told)
    assert not any(one["machine"] in ("m-1", "m-2") for one in told)
    assert b"m-2" not in b"".join(made.lines)
