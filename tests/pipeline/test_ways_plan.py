"""The plan of ways: each unknown machine under one way that could still show something, gains as limits, nothing promised."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.measure import measure
from secaudit.messages import Translator
from secaudit.model.doubt import Doubt, DoubtKind
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import AgencyFile, Inventory, Province, ProvinceFile
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.model.plan import Plan
from secaudit.pipeline.ways_plan import GPO_FROM, Known, Lever, Open, Via, ways_plan
from secaudit.pipeline.ways_sheet import COLUMNS, ways_rows, ways_sheet
from secaudit.report.as_csv import as_csv
from secaudit.report.sheet import as_text
from secaudit.report.voice import Voice

DAY = date(2026, 12, 1)
NOON = datetime(2026, 12, 1, 5, tzinfo=UTC)
TEXT = {"vi": "x", "en": "x"}
TARGET = {
    "id": "endpoints-protected", "title": TEXT, "short": {"vi": "Thiết bị", "en": "Endpoints"}, "formula": TEXT,
    "population": "endpoints", "share": "90 %", "meets": 'verdict.protection.installed == "pass"',
    "counts": 'endpoint.kind in ["workstation", "laptop", "server"] && endpoint.status == "in_use"',
}  # fmt: skip


def agency(identifier, *machines, tier="commune", sent=True, **fields):
    head = {"id": identifier, "name": f"UBND {identifier}", "tier": tier, **fields}
    if sent:
        head["submission"] = {"accepted_on": "2026-11-01"}
    return AgencyFile.model_validate({"agency": head, "endpoints": list(machines)})


def pcs(prefix, count, os="windows", kind="workstation", **fields):
    return [{"id": f"{prefix}-{n}", "kind": kind, "os": os, **fields} for n in range(1, count + 1)]


def seen(name, way=Way.SSH, *, verdict="pass", source=None, products=None, doubt=None):
    grade = {Way.CONSOLE: Grade.B, Way.COURIER: Grade.C}.get(way, Grade.A)
    outcome = StoredOutcome(1, 1, Outcome(name, way, grade, Sight.SEEN, NOON, NOON, server_version=source), "")
    evidence = () if products is None else (("protection.products", products),)
    finding = Finding("protection.installed", Verdict(verdict), evidence=evidence)
    if doubt is not None:
        return EndpointState(name, None, Sight.SEEN, NOON, doubt=doubt)
    return EndpointState(name, outcome, Sight.SEEN, NOON, findings=(finding,))


def tried(name, sight=Sight.TIMEOUT, *, stale=False):
    return EndpointState(name, None, sight, NOON, stale=stale)


def make(*files, states=(), newcomers=None, undeclared=None, grades=("A", "B", "C")):
    plan = Plan.model_validate({"id": "p", "name": "P", "targets": [TARGET], "evidence": {"grades": list(grades)}})
    inventory = Inventory(ProvinceFile(province=Province(id="t", name="T", owner="UBND")), files)
    known = {one.endpoint: one for one in states}
    [found] = measure(plan, inventory, {}, known, undeclared=undeclared or {}, as_of=DAY)
    return ways_plan(plan, 1, found, Known(files, known, newcomers or {}, DAY), as_of=NOON)


def steps(plan):
    return {(step.lever, step.via): {line.agency.id: line.machines for line in step.lines} for step in plan.steps}


def text(plan, detail=False):
    return as_text(ways_sheet(plan, detail=detail), Voice(Translator()))


def test_windows_machines_of_an_agency_without_console_evidence_wait_for_the_console():
    plan = make(agency("xa-a", *pcs("a", 5)))
    assert steps(plan) == {(Lever.CONSOLE, None): {"xa-a": tuple(f"a-{n}" for n in range(1, 6))}}
    assert (plan.gain, plan.short) == (5, 0)


def test_after_the_console_was_exported_the_rest_gets_the_collector():
    plan = make(agency("xa-a", *pcs("a", 5)), states=[seen("a-1", Way.CONSOLE, source="ksc")])
    assert steps(plan) == {(Lever.COURIER, Via.DOCUMENT): {"xa-a": ("a-2", "a-3", "a-4", "a-5")}}


def test_lists_of_the_soc_and_the_directory_are_no_antivirus_console():
    plan = make(agency("xa-a", *pcs("a", 2)), states=[seen("a-1", Way.CONSOLE, source="ad", verdict="unknown")])
    assert set(steps(plan)) == {(Lever.CONSOLE, None)}


def test_servers_with_an_address_are_asked_over_ssh_even_when_the_last_attempt_failed():
    server = pcs("s", 2, os="linux", kind="server", address="127.20.1.1")
    plan = make(agency("so-a", *server, tier="province"), states=[tried("s-1")])
    [step] = plan.steps
    assert (step.lever, step.lines[0].machines, step.lines[0].tried) == (Lever.SSH, ("s-1", "s-2"), 1)


def test_pcs_of_a_department_with_an_address_are_asked_over_ssh_unless_that_failed():
    machines = pcs("p", 3, address="127.20.1.1")
    known = [seen("c-1", Way.CONSOLE, source="ksc"), tried("p-2", Sight.REFUSED)]
    plan = make(agency("so-a", *machines, *pcs("c", 1), tier="province"), states=known)
    assert steps(plan) == {
        (Lever.SSH, None): {"so-a": ("p-1", "p-3")},
        (Lever.COURIER, Via.DOCUMENT): {"so-a": ("p-2",)},
    }


def test_communes_are_not_asked_over_ssh_while_another_way_is_left():
    plan = make(agency("xa-a", *pcs("a", 2, os="linux", address="127.20.1.1")))
    assert steps(plan) == {(Lever.COURIER, Via.MANUAL): {"xa-a": ("a-1", "a-2")}}


@pytest.mark.parametrize(
    ("tier", "count", "os", "kind", "via"),
    [
        ("province", GPO_FROM, "windows", "workstation", Via.GPO),
        ("province", GPO_FROM - 2, "windows", "workstation", Via.DOCUMENT),
        ("commune", GPO_FROM + 20, "windows", "workstation", Via.DOCUMENT),
        ("commune", 3, "linux", "workstation", Via.MANUAL),
        ("province", 3, "linux", "server", Via.MANUAL),
    ],
)
def test_how_the_collector_travels_follows_tier_and_size(tier, count, os, kind, via):
    known = [seen("c-1", Way.CONSOLE, source="ksc")]
    plan = make(agency("a", *pcs("m", count, os=os, kind=kind), *pcs("c", 1), tier=tier), states=known)
    assert set(steps(plan)) == {(Lever.COURIER, via)}


def test_machines_the_console_knows_get_the_collector_as_its_package():
    known = [seen("m-1", Way.CONSOLE, source="ksc", verdict="unknown")]
    assert set(steps(make(agency("a", *pcs("m", 1)), states=known))) == {(Lever.COURIER, Via.AV_CONSOLE)}


def test_evidence_names_the_console():
    managed = '[{"id":"eset-windows","kind":"av","managed":true}]'
    alone = '[{"id":"kaspersky-kes-windows","kind":"av","managed":false}]'
    plan = make(agency("a", *pcs("m", 4)), states=[seen("m-1", products=managed), seen("m-2", products=alone)])
    [step] = plan.steps
    assert step.command(step.lines[0]) == "secaudit evidence import FILE --source eset"


def test_a_console_that_others_use_is_named_where_an_agency_says_nothing():
    files = (agency("a", *pcs("m", 2)), agency("b", *pcs("n", 2)))
    [step, *_] = make(*files, states=[seen("m-1", Way.CONSOLE, source="ksc")]).steps
    assert step.lever is Lever.CONSOLE and step.source == "ksc" and [line.agency.id for line in step.lines] == ["b"]


@pytest.mark.parametrize("products", ["[", '"x"', "[1]", '[{"managed":true}]', '[{"id":5,"managed":true}]', "{}"])
def test_hostile_or_cut_evidence_names_no_console(products):
    [step] = make(agency("a", *pcs("m", 2)), states=[seen("m-1", products=products)]).steps
    assert step.source is None and step.command(step.lines[0]).endswith("--source SOURCE")


def test_a_way_whose_grade_the_plan_does_not_accept_is_never_suggested():
    plan = make(agency("a", *pcs("m", 3)), agency("b", *pcs("n", 2, address="127.20.1.9")), grades=("A",))
    assert steps(plan) == {(Lever.SSH, None): {"b": ("n-1", "n-2")}}
    assert [(rest.kind, rest.count) for rest in plan.rest] == [(Open.NO_WAY, 3)]


def test_no_way_is_suggested_that_was_used_already():
    pieces = [
        seen("m-1", way, verdict="unknown", source="ksc" if way is Way.CONSOLE else None) for way in (Way.CONSOLE, Way.COURIER)
    ]
    state = replace(pieces[0], pieces=tuple(one.evidence for one in pieces))
    plan = make(agency("a", *pcs("m", 1)), states=[state])
    assert not plan.steps and [(rest.kind, rest.count) for rest in plan.rest] == [(Open.UNDECIDED, 1)]


def test_machines_in_doubt_are_cleared_up_first():
    plan = make(agency("a", *pcs("m", 2)), states=[seen("m-1", doubt=Doubt(DoubtKind.OTHER_MACHINE))])
    assert [(rest.kind, rest.count) for rest in plan.rest] == [(Open.HELD, 1)]
    assert plan.gain == 1


def test_isolated_machines_are_counted_apart_and_given_nothing():
    plan = make(agency("a", *pcs("m", 2), *pcs("x", 3, kind="isolated")))
    assert [(found.id, count) for found, count in plan.isolated] == [("a", 3)]
    assert all("x-1" not in line.machines for step in plan.steps for line in step.lines)
    assert "3 isolated machines are counted apart; no collector is handed out for them" in " ".join(text(plan).split())


def test_agencies_that_sent_nothing_are_named():
    plan = make(agency("a", *pcs("m", 1)), agency("xa-im-lang", sent=False))
    assert [one.id for one in plan.silent] == ["xa-im-lang"]
    assert "UBND xa-im-lang (xa-im-lang)" in " ".join(text(plan).split())


def test_newcomers_wait_for_their_agency_and_gain_no_more_than_the_list_lacks():
    plan = make(agency("a", *pcs("m", 1)), newcomers={"a": ("moi-1", "moi-2", "moi-3")}, undeclared={"a": 2})
    [confirm] = [step for step in plan.steps if step.lever is Lever.CONFIRM]
    assert (confirm.gain, confirm.lines[0].machines) == (2, ("moi-1", "moi-2", "moi-3"))
    assert confirm.command(confirm.lines[0]) == "secaudit evidence newcomers --agency a"
    assert not plan.rest


def test_machines_beyond_the_list_are_no_gain():
    plan = make(agency("a", *pcs("m", 2), asset_register={"computers": 9, "as_of": "2026-10-01"}))
    assert [(rest.kind, rest.count) for rest in plan.rest] == [(Open.BEYOND, 7)]
    assert plan.gain == 2 and plan.short == 7, "90 % of 9 are 9, and 2 can be won"
    assert "that is not enough: 7 are missing to the target even then" in text(plan)


def test_what_nobody_declares_and_no_agency_owns_is_counted_too():
    plan = make(agency("a", *pcs("m", 1)), undeclared={"": 4})
    assert [(rest.kind, rest.count, rest.agencies) for rest in plan.rest] == [(Open.BEYOND, 4, ())]


def test_the_biggest_lever_comes_first_and_inside_it_the_biggest_agency():
    files = (agency("a", *pcs("m", 2)), agency("b", *pcs("n", 5)), agency("c", *pcs("s", 9, os="linux")))
    plan = make(*files)
    assert [(step.lever, step.gain) for step in plan.steps] == [(Lever.COURIER, 9), (Lever.CONSOLE, 7)]
    assert [line.agency.id for line in plan.steps[1].lines] == ["b", "a"]


def test_a_recheck_is_suggested_from_those_that_ssh_can_reach():
    machines = [*pcs("m", 100, address="127.20.1.1"), *pcs("n", 50)]
    known = [seen(one["id"], Way.COURIER) for one in machines]
    advice = make(agency("a", *machines), states=known).recheck
    assert (advice.population, advice.out_of_reach, advice.size) == (100, 50, 60)
    assert 0 < advice.most < 10
    assert "secaudit scan --recheck 60" in text(make(agency("a", *machines), states=known))


def test_nothing_to_recheck_is_said():
    plan = make(agency("a", *pcs("m", 1)), states=[seen("m-1", Way.COURIER)])
    assert (plan.recheck.population, plan.recheck.out_of_reach, plan.recheck.size) == (0, 1, 0)
    assert "--recheck" not in text(plan)


STATES = st.sampled_from(
    ["none", "pass", "fail", "console", "console-open", "courier-open", "ssh-open", "held", "timeout", "stale"]
)
MACHINE = st.fixed_dictionaries(
    {
        "os": st.sampled_from(["windows", "linux", "other", None]),
        "kind": st.sampled_from(["workstation", "laptop", "server", "isolated"]),
        "address": st.sampled_from([None, "127.20.1.1"]),
        "status": st.sampled_from(["in_use", "retired"]),
    }
)


def _state(name, what):
    made = {
        "pass": lambda: seen(name), "fail": lambda: seen(name, verdict="fail"),
        "console": lambda: seen(name, Way.CONSOLE, source="ksc"),
        "console-open": lambda: seen(name, Way.CONSOLE, source="ksc", verdict="unknown"),
        "courier-open": lambda: seen(name, Way.COURIER, verdict="unknown"), "ssh-open": lambda: seen(name, verdict="unknown"),
        "held": lambda: seen(name, doubt=Doubt(DoubtKind.KEY_CHANGED)), "timeout": lambda: tried(name),
        "stale": lambda: tried(name, Sight.SEEN, stale=True),
    }  # fmt: skip
    return None if what == "none" else made[what]()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.tuples(MACHINE, STATES), max_size=6), min_size=1, max_size=4),
    st.integers(0, 4),
    st.sampled_from([("A", "B", "C"), ("A",), ("A", "B"), ("C",)]),
)
def test_every_unknown_member_stands_in_exactly_one_place(agencies, beyond, grades):
    files, states = [], []
    for number, machines in enumerate(agencies):
        rows = [{"id": f"m-{number}-{n}", **fields} for n, (fields, _) in enumerate(machines)]
        files.append(agency(f"a{number}", *rows, tier="province" if number % 2 else "commune"))
        states += [_state(row["id"], what) for row, (_, what) in zip(rows, machines, strict=True)]
    plan = make(
        *files, states=[one for one in states if one is not None], newcomers={"a0": ("moi-1",)}, undeclared={"a0": beyond},
        grades=grades,
    )  # fmt: skip
    assert plan.gain + sum(rest.count for rest in plan.rest) == plan.tally.unknown
    named = [name for step in plan.steps if step.lever is not Lever.CONFIRM for line in step.lines for name in line.machines]
    assert len(named) == len(set(named))
    unknown = {name for share in plan.measurement.agencies for name in share.unknown}
    assert set(named) <= unknown
    gains = [step.gain for step in plan.steps]
    assert gains == sorted(gains, reverse=True)
    assert {"B" if step.lever is Lever.CONSOLE else "C" if step.lever is Lever.COURIER else "A" for step in plan.steps
            if step.lever is not Lever.CONFIRM} <= set(grades)  # fmt: skip
    assert text(plan, detail=True).strip()


def test_the_sheet_says_the_limits_and_promises_nothing():
    plan = make(agency("a", *pcs("m", 10)), states=[seen("m-1", Way.COURIER), seen("m-2", verdict="fail")])
    said = " ".join(text(plan).split())
    assert "1. Export of the antivirus console: 0 to 8 machines" in said
    assert "with evidence afterwards: 1 to 9 of 10" in said
    assert "not yet known even then: 0" in said
    assert "enough for the target if at least 8 of 8 turn out well" in said
    assert "These are limits, no forecast" in said


def test_a_sheet_for_nine_hundred_agencies_stays_short_and_names_what_it_leaves_out():
    plan = make(*(agency(f"xa-{n:03}", *pcs(f"m{n}", 1 + n % 7)) for n in range(900)))
    said = text(plan)
    assert len(said.splitlines()) < 120
    assert "and 888 more agencies with at most" in " ".join(said.split())
    assert len(ways_rows(plan)) == 900


def test_rows_for_spreadsheets_are_harmless():
    plan = make(agency("a", *pcs("m", 2), contact={"name": "=cmd|' /C calc'!A0"}))
    table = as_csv(COLUMNS, ways_rows(plan))
    assert "'=cmd" in table and ",0,2,0,0,2,2," in table
