"""The worklist: nothing twice, no pass promised from a look, journeys only where nobody can do without; the way rows add up."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.catalog import load_catalog
from secaudit.measure import measure
from secaudit.messages import Translator
from secaudit.model.courier import Courier
from secaudit.model.inventory import Inventory, Province, ProvinceFile
from secaudit.model.measurement import Decision, Tally
from secaudit.model.outcome import Sight, Way
from secaudit.model.plan import Plan
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.province import Levels
from secaudit.pipeline.province import Province as Loaded
from secaudit.pipeline.publish.targets import LONGEST_WAY
from secaudit.pipeline.publish.ways import way_rows
from secaudit.pipeline.ways_plan import Lever
from secaudit.pipeline.worklist import Asked, Costs, worklist
from secaudit.pipeline.worklist_sheet import COLUMNS, worklist_rows, worklist_sheet
from secaudit.report.as_csv import as_csv
from secaudit.report.sheet import as_html, as_text
from secaudit.report.voice import Voice
from secaudit.resources import data_folder, translator
from tests.pipeline.test_ways_plan import DAY, NOON, TARGET, agency, pcs, seen, tried

EVERYWHERE = Asked(visits=50)


@pytest.fixture(scope="module", name="catalog")
def load_real_catalog():
    return load_catalog(data_folder("checks"))


@pytest.fixture(scope="module", name="measured")
def measure_these(catalog):
    def run(*files, states=(), undeclared=None, targets=(TARGET,)):
        plan = Plan.model_validate({"id": "p", "name": "P", "targets": list(targets)})
        inventory = Inventory(ProvinceFile(province=Province(id="t", name="Tỉnh", owner="UBND")), files)
        known = {one.endpoint: one for one in states}
        for file in files:
            for endpoint in file.endpoints:
                known.setdefault(endpoint.id, tried(endpoint.id, Sight.NO_WAY_IN))
        found = measure(plan, inventory, {}, known, undeclared=undeclared or {}, as_of=DAY)
        levels = Levels(catalog.levels[0], {}, {})
        return Measured(Loaded(inventory, catalog), plan, levels, NOON, known, {}, found, "")

    return run


def fail(name):
    return seen(name, verdict="fail")


def courier(agency, days):
    return Courier("0" * 16, agency, "2026-11", "document", NOON - timedelta(days=days), "an", "k", b"t", "d")


def machines(made):
    return [task.endpoint.id for stop in made.stops for task in stop.tasks if task.endpoint is not None]


def test_what_needs_no_journey_is_no_journey(measured):
    made = worklist(measured(agency("xa-a", *pcs("a", 3)), agency("xa-b", *pcs("b", 2)), states=[fail("b-1")]), EVERYWHERE)
    assert {line.agency.id: line.machines for desk in made.desks for line in desk.lines} == {
        "xa-a": ("a-1", "a-2", "a-3"),
        "xa-b": ("b-2",),
    }
    assert [(stop.agency.id, machines(made)) for stop in made.stops] == [("xa-b", ["b-1"])]
    assert made.stops[0].by_mail == 1


def test_a_collector_that_brought_nothing_for_a_week_is_worth_a_journey(measured):
    states = [seen("a-1", Way.CONSOLE, source="ksc")]
    world = measured(agency("xa-a", *pcs("a", 3)), states=states)
    waiting = worklist(world, EVERYWHERE, couriers=[courier("xa-a", 6)])
    assert [desk.step.lever for desk in waiting.desks] == [Lever.COURIER] and not waiting.stops
    given_up = worklist(world, EVERYWHERE, couriers=[courier("xa-a", 7)])
    assert not given_up.desks and machines(given_up) == ["a-2", "a-3"]


def test_a_machine_that_did_not_answer_directly_is_gone_to_and_one_nobody_asked_is_not(measured):
    servers = pcs("s", 2, os="linux", kind="server", address="127.20.1.1")
    made = worklist(measured(agency("so-a", *servers, tier="province"), states=[tried("s-1"), tried("s-2", Sight.NOT_ASKED)]),
                    EVERYWHERE)  # fmt: skip
    assert machines(made) == ["s-1"]
    assert [line.machines for desk in made.desks for line in desk.lines] == [("s-2",)]


def test_looking_promises_nothing_and_repairing_one(measured):
    states = [fail("a-1"), *[seen(f"a-{n}") for n in range(2, 6)], tried("s-1")]
    server = pcs("s", 1, os="linux", kind="server", address="127.20.1.1")
    made = worklist(measured(agency("xa-a", *pcs("a", 5), *server), states=states), EVERYWHERE)
    [brought] = made.brought
    assert (brought.looked, brought.repaired) == (1, 1)
    assert brought.tally == Tally(4, 1, 1)
    assert brought.best == Tally(6, 0, 0) and brought.worst == Tally(5, 1, 0)
    text = as_text(worklist_sheet(made, Voice(translator("vi")).format), Voice(Translator()))
    assert "from 66,7–83,3 % to 100 % when all turns out well, to 83,3 % when nothing does" in " ".join(text.split())
    rows = {row["machine"]: row for row in worklist_rows(made, Voice(Translator()).say)}
    assert (rows["s-1"]["gain_least"], rows["s-1"]["gain_most"]) == (0, 1)
    assert (rows["a-1"]["gain_least"], rows["a-1"]["gain_most"]) == (1, 1)
    assert "install protection software" in rows["a-1"]["what"]


def test_isolated_machines_and_agencies_that_were_not_asked_for_are_in_no_line(measured):
    files = (agency("xa-a", *pcs("a", 1), *pcs("i", 2, kind="isolated")), agency("xa-b", *pcs("b", 1), sent=False))
    world = measured(*files, states=[fail("a-1"), fail("b-1")])
    made = worklist(world, replace(EVERYWHERE, agencies={"xa-a"}))
    assert machines(made) == ["a-1"] and not made.silent
    assert [one.id for one in worklist(world, EVERYWHERE).silent] == ["xa-b"]


def test_machines_that_no_list_has_are_counted_as_far_as_nobody_confirms_them(measured):
    made = worklist(measured(agency("xa-a", *pcs("a", 1)), states=[seen("a-1")], undeclared={"xa-a": 3}), EVERYWHERE)
    assert len(made.stops[0].tasks) == 3 and machines(made) == []
    assert made.brought[0].best.unknown == 0


def test_a_target_that_is_met_brings_no_work(measured):
    made = worklist(measured(agency("xa-a", *pcs("a", 10)), states=[*(seen(f"a-{n}") for n in range(1, 10)), fail("a-10")]),
                    EVERYWHERE)  # fmt: skip
    assert not made.stops and not made.desks and not made.targets


def test_hours_leave_out_what_does_not_fit_and_say_so(measured):
    made = worklist(measured(agency("xa-a", *pcs("a", 4)), states=[fail(f"a-{n}") for n in range(1, 5)]), Asked(minutes=190))
    [stop] = made.stops
    assert (len(stop.tasks), stop.minutes, stop.left) == (2, 180, 2)
    text = as_text(worklist_sheet(made, Voice(Translator()).format), Voice(Translator()))
    assert "2 more machines there" in text
    nothing = worklist(made.measured, Asked(minutes=60))
    assert not nothing.stops and nothing.elsewhere == 4


def test_what_a_journey_costs_is_the_teams_to_say(measured):
    world = measured(agency("xa-a", *pcs("a", 1)), agency("so-b", *pcs("b", 1), tier="province"),
                     states=[fail("a-1"), fail("b-1")])  # fmt: skip
    assert [stop.agency.id for stop in worklist(world, Asked(minutes=150)).stops] == ["so-b"]
    near = Costs({tier: 0 if tier == "commune" else 900 for tier in Costs().journeys}, repair=5)
    assert [(stop.agency.id, stop.minutes) for stop in worklist(world, Asked(minutes=150, costs=near)).stops] == [("xa-a", 5)]


STRICT = {**TARGET, "id": "strict", "share": "100 %"}


@st.composite
def provinces(draw):
    files, states = [], []
    for number in range(draw(st.integers(1, 4))):
        count = draw(st.integers(0, 5))
        name = f"a{number}"
        files.append(agency(name, *pcs(name, count, os=draw(st.sampled_from(["windows", "linux"]))), sent=draw(st.booleans())))
        for place in range(1, count + 1):
            state = draw(st.sampled_from([None, seen, fail, tried]))
            if state is not None:
                states.append(state(f"{name}-{place}"))
    return files, states, {f"a{n}": draw(st.integers(0, 2)) for n in range(len(files))}


@settings(max_examples=40, deadline=None)
@given(
    provinces(), st.one_of(st.integers(1, 5).map(lambda n: Asked(visits=n)), st.integers(0, 500).map(lambda n: Asked(minutes=n)))
)
def test_no_machine_stands_twice_and_nothing_is_promised_beyond_what_is_open(measured, world, asked):
    files, states, undeclared = world
    found = measured(*files, states=states, undeclared=undeclared, targets=(TARGET, STRICT))
    made = worklist(found, asked)
    named = machines(made) + [name for desk in made.desks for line in desk.lines for name in line.machines]
    assert len(named) == len(set(named))
    if asked.visits is not None:
        assert len(made.stops) <= asked.visits
    else:
        assert sum(stop.minutes for stop in made.stops) <= asked.minutes
    for brought in made.brought:
        tally = found.measurements[brought.target - 1].tally
        assert brought.looked <= tally.unknown and brought.repaired <= tally.disproven
        assert brought.best.total == brought.worst.total == tally.total
        assert brought.worst.lower >= tally.lower and brought.best.upper >= brought.worst.upper
        assert brought.best.lower <= Fraction(1) and brought.worst.proven == tally.proven + brought.repaired


@settings(max_examples=40, deadline=None)
@given(provinces())
def test_actions_and_reasons_of_the_shortest_way_add_up_to_what_is_open(measured, world):
    files, states, undeclared = world
    found = measured(*files, states=states, undeclared=undeclared)
    rows = way_rows(found)
    [measurement] = found.measurements
    assert bool(rows) == (measurement.decision in (Decision.MISSED, Decision.UNDECIDED))
    for row in rows:
        assert (row.verify, row.repair) == (measurement.tally.unknown, measurement.tally.disproven)
        assert [step.gain for step in row.actions] == sorted((step.gain for step in row.actions), reverse=True)
        assert len(row.by_agency) == min(row.agencies, LONGEST_WAY)
        if row.needed:
            assert sum(step.gain for step in row.actions if not step.repairs) == row.verify
            assert sum(step.gain for step in row.actions if step.repairs) == row.repair
            assert sum(one.words.params["count"] for one in row.unknown) == row.verify
        assert bool(row.forbidden) == any(not file.agency.submission for file in files)


def test_hostile_names_are_harmless_in_every_shape(measured):
    bad = "=cmd|'/C calc'!A0 <script>alert(1)</script>\u202e"
    file = agency("xa-a", *pcs("a", 1, place=bad), contact={"name": bad, "phone": "=1+1"})
    made = worklist(measured(file.model_copy(update={"agency": file.agency.model_copy(update={"name": bad})}),
                             states=[fail("a-1")]), EVERYWHERE)  # fmt: skip
    voice = Voice(translator("vi"))
    sheet = worklist_sheet(made, voice.format)
    page, text = as_html(sheet, voice), as_text(sheet, voice)
    assert "<script>" not in page and "\u202e" not in page + text
    [row] = csv.DictReader(io.StringIO(as_csv(COLUMNS, worklist_rows(made, voice.say))))
    assert row["agency_name"].startswith("'=") and row["place"].startswith("'=") and row["phone"].startswith("'=")
