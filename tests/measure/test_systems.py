"""Systems, shared ones included, as declared and with the decisions that prove it."""

from datetime import date

import pytest

from secaudit.measure import measure
from secaudit.model.assessment import Fulfilment, RequirementResult, SystemAssessment
from secaudit.model.measurement import BlockerKind, Decision, Tally
from secaudit.model.plan import Plan
from secaudit.model.requirement import Requirement

DECISION = {"number": "12/QĐ-UBND", "date": "2026-03-02"}
DONE = {"dossier": {"status": "approved", "level": 2, "decision": DECISION}, "plan": {"status": "full"}}


@pytest.fixture
def tally(make, plan_246):
    def run(**fields):
        case = make.Case([make.agency("xa", systems=[{"id": "a", **fields}])])
        return case.by(plan_246)[0]

    return run


@pytest.mark.parametrize(
    ("fields", "expected", "declared_only"),
    [
        (DONE, Tally(1), 0),
        ({**DONE, "dossier": {"status": "approved"}}, Tally(0, 0, 1), 1),
        ({**DONE, "dossier": {"status": "approved", "decision": {**DECISION, "date": "2026-12-14"}}}, Tally(1), 0),
        ({**DONE, "dossier": {"status": "approved", "decision": {**DECISION, "date": "2026-12-15"}}}, Tally(0, 0, 1), 1),
        ({**DONE, "plan": {"status": "partial"}}, Tally(0, 1), 0),
        ({**DONE, "plan": {"status": "none"}}, Tally(0, 1), 0),
        ({**DONE, "plan": None}, Tally(0, 0, 1), 0),
        ({**DONE, "dossier": None}, Tally(0, 0, 1), 0),
        ({**DONE, "dossier": {"decision": DECISION}}, Tally(0, 0, 1), 0),
        ({"dossier": {"status": "appraised"}, "plan": {"status": "full"}}, Tally(0, 1), 0),
        ({"dossier": {"status": "none"}}, Tally(0, 1), 0),
        ({"dossier": {"status": "approved"}}, Tally(0, 0, 1), 0),
        ({}, Tally(0, 0, 1), 0),
        ({"state_secret": True, "level": 3}, Tally(0, 0, 1), 0),
    ],
)
def test_approved_with_a_decision_and_fully_deployed(tally, fields, expected, declared_only):
    found = tally(**fields)
    assert (found.tally, found.declared_only) == (expected, declared_only)


@pytest.mark.parametrize(("status", "note"), [("investing", "under investment"), ("stopped", "stopped")])
def test_systems_that_are_not_in_use_do_not_count(tally, status, note):
    found = tally(status=status, **DONE)
    assert (found.tally, found.decision) == (Tally(), Decision.NOT_APPLICABLE)
    assert note in str(found.notes[0])


def test_a_decision_that_nobody_entered_is_a_document_missing(tally):
    found = tally(**{**DONE, "dossier": {"status": "approved"}})
    assert [(blocker.kind, blocker.agencies, blocker.count) for blocker in found.blockers] == [
        (BlockerKind.DOCUMENT_MISSING, ("xa",), 1)
    ]


def test_a_shared_system_counts_once_for_its_owner(make, plan_246):
    case = make.Case(
        [
            make.agency("so", systems=[{"id": "rieng", **DONE}]),
            make.agency("xa", systems=[]),
            make.agency("huyen", valid_until="2025-06-30", submitted=False),
        ],
        shared=[{"id": "chung", "owner": "so", **DONE}, {"id": "cua-tinh", **DONE}, {"id": "cu", "owner": "huyen"}],
    )
    found = case.by(plan_246)[0]
    assert found.tally == Tally(3, 0, 1)
    assert {share.agency: (share.proven, share.unknown) for share in found.agencies} == {
        "so": (("chung", "rieng"), ()),
        "xa": ((), ()),
        "thai-nguyen": (("cua-tinh",), ("cu",)),
    }
    assert found.decision is Decision.MET


def test_levels_and_kinds_can_be_asked_for(make):
    from secaudit.model.level import Classification

    case = make.Case(
        [make.agency("xa", systems=[{"id": "a"}, {"id": "b"}, {"id": "c", "kind": "infrastructure"}])],
        classifications={"a": Classification("a", "r", 3, 3), "b": Classification("b", "r", 2, 3)},
    )
    assert case.measure(make.target("systems", meets="level.determined")).tally == Tally(1, 2)
    assert case.measure(make.target("systems", meets="level.lowest >= 3")).tally == Tally(1, 1, 1)
    assert case.measure(make.target("systems", meets='system.kind == "infrastructure"')).tally == Tally(1, 0, 2)


def test_agencies_are_a_population_too(make):
    case = make.Case([
        make.agency("xa", endpoints=make.machines("m", 3), systems=[{"id": "a"}]),
        make.agency("phuong"),
        make.agency("so", tier="province"),
    ])  # fmt: skip
    found = case.measure(make.target("agencies", counts='agency.tier == "commune"', meets="agency.endpoints > 2"))
    assert (found.tally, [share.agency for share in found.agencies]) == (Tally(1, 1), ["phuong", "xa"])
    assert case.measure(make.target("agencies", meets="agency.systems == 1 && agency.submitted")).tally == Tally(1, 2)


def test_an_agency_that_sent_nothing_blocks_only_populations_it_belongs_to(make):
    case = make.Case([make.agency("xa"), make.agency("so", tier="province", submitted=False)])
    communes = make.target("agencies", counts='agency.tier == "commune"', meets="agency.submitted")
    assert case.measure(communes).decision is Decision.MET
    everybody = make.target("agencies", meets='agency.sector == "government"')
    assert case.measure(everybody).decision is Decision.UNDECIDED


def test_plans_are_measured_in_their_own_order(make, plan_246):
    found = make.Case([make.agency("xa")]).by(plan_246)
    assert [measurement.target for measurement in found] == [target.id for target in plan_246.targets]
    assert [(measurement.sign, str(measurement.share)) for measurement in found] == [
        (">=", "7/10"), (">=", "9/10"), (">=", "1"), (">", "9/10"), (">=", "4/5"),
    ]  # fmt: skip


def test_a_target_from_elsewhere_names_its_act_and_whether_it_was_confirmed(make):
    case = make.Case([make.agency("xa")])
    notes = {
        confirmed: " ".join(
            map(str, case.measure(make.target("agencies", meets="true", source="Luật A", confirmed=confirmed)).notes)
        )
        for confirmed in (True, False)
    }
    assert "source: Luật A" in notes[True] and "not confirmed" not in notes[True]
    assert "not confirmed in the text of the act: Luật A" in notes[False]


def test_a_targets_own_due_date_goes_before_the_plans(make):
    plan = Plan.model_validate(
        {"id": "p", "name": "P", "due": "2026-01-31", "targets": [make.target(), make.target(id="late", due="2026-12-31")]}
    )
    plans, own = plan.targets
    assert plan.is_overdue(plans, date(2026, 2, 1)) and not plan.is_overdue(plans, date(2026, 1, 31))
    assert not plan.is_overdue(own, date(2026, 2, 1)) and plan.is_overdue(own, date(2027, 1, 1))
    assert not Plan.model_validate({"id": "p", "name": "P", "targets": [make.target()]}).is_overdue(plans, date(2099, 1, 1))


def test_an_empty_province_measures(make):
    plan = Plan.model_validate({"id": "p", "name": "P", "targets": [make.target()]})
    (found,) = measure(plan, make.Case([]).inventory(), {}, {}, undeclared={}, as_of=make.AS_OF)
    assert (found.decision, found.agencies) == (Decision.NOT_APPLICABLE, ())


READINGS = ("evidence", "wide", "approved", "deployed")


def _assessment(fulfilment, open_rows=0, **fields):
    row = Requirement.model_validate({
        "id": "r1", "number": 1, "group": {"vi": "g", "en": "g"}, "title": {"vi": "t", "en": "t"}, "levels": [2],
        "clauses": ["a:1"], "checks": ["a.x"], **fields,
    })  # fmt: skip
    result = RequirementResult(row, Fulfilment(fulfilment))
    return SystemAssessment("a", "std", 2, "approved", (result,), 1 + open_rows, open_rows)


@pytest.mark.parametrize(
    ("fields", "assessment", "expected"),
    [
        (DONE, _assessment("met"), (True, True, True, True)),
        (DONE, _assessment("met", open_rows=128), (None, True, True, True)),
        (DONE, _assessment("unknown"), (None, True, True, True)),
        (DONE, _assessment("not_met"), (False, True, True, True)),
        (DONE, _assessment("partly"), (False, True, True, True)),
        (DONE, _assessment("not_met", strength="suggested"), (None, True, True, True)),
        (DONE, None, (None, True, True, True)),
        ({**DONE, "plan": {"status": "partial"}}, _assessment("met"), (False, True, True, False)),
        ({**DONE, "plan": {"status": "none"}}, _assessment("met"), (False, False, True, False)),
        ({**DONE, "dossier": {"status": "appraised"}}, _assessment("met"), (False, False, False, True)),
        ({**DONE, "dossier": {"status": "approved"}}, _assessment("met"), (None, None, None, True)),
        ({"dossier": DONE["dossier"]}, _assessment("met"), (None, None, True, None)),
    ],
)
def test_target_1_is_read_strictly_widely_in_halves_and_as_evidence_supports_it(make, plan_246, fields, assessment, expected):
    case = make.Case([make.agency("xa", systems=[{"id": "a", **fields}])])
    (found, *_) = measure(
        plan_246, case.inventory(), {}, {}, undeclared={}, as_of=make.AS_OF, assessments={"a": assessment} if assessment else {}
    )
    answers = {Tally(1): True, Tally(0, 1): False, Tally(0, 0, 1): None}
    assert tuple(answers[sub.tally] for sub in found.under) == expected
    assert tuple(sub.id for sub in found.under) == READINGS
