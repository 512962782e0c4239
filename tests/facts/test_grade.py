"""Protection grades never contradict the checks they are named after, and never claim what nobody saw."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.catalog import load_catalog
from secaudit.facts.grade import protection_grade
from secaudit.judge import Judge
from secaudit.model.fact import FACTS, Known, Missing, MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint
from secaudit.model.protection import ProtectionGrade
from secaudit.resources import data_folder

CHECKS = load_catalog(data_folder("checks")).checks
DAYS = CHECKS["protection.active"].param["signature_days"]
NAMES = tuple(f"protection.{name}" for name in ("installed", "active", "managed", "edr", "siem", "shared"))
COURT = Judge(CHECKS[name] for name in NAMES)
SERVER = Endpoint.model_validate({"id": "m", "kind": "server"})
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(("ms-defender-endpoint", "clamav", "falcon")),
        "kind": st.sampled_from(("av", "edr", "management", "hids", "other")),
        "running": st.booleans(),
        "realtime": st.booleans(),
        "managed": st.booleans(),
        "signature_age_days": st.sampled_from((-1, 0, DAYS - 1, DAYS, DAYS + 3, 400)),
    },
)
PRODUCTS = st.one_of(
    st.builds(Missing, st.sampled_from(MissingReason)),
    st.builds(lambda rows, complete: Known(rows, "s", complete=complete), st.lists(RECORD, max_size=4), st.booleans()),
)
SAID = st.one_of(st.builds(Missing, st.sampled_from(MissingReason)), st.builds(Known, st.booleans(), st.just("row")))
AV = {"id": "clamav", "kind": "av", "running": True, "realtime": True, "signature_age_days": 0}
EDR = {"id": "falcon", "kind": "edr", "running": True}


def grade(*rows, complete=True, days=(DAYS,)):
    found = protection_grade({"protection.products": Known(list(rows), "s", complete=complete)}, signature_days=days)
    return found.proven, found.possible


@settings(deadline=None, max_examples=600)
@given(PRODUCTS, SAID, SAID)
def test_grade_and_verdicts_say_the_same(products, reported, at_the_centre):
    said = {"protection.products": products, "soc.siem": reported, "soc.shared": at_the_centre}
    facts = dict.fromkeys(FACTS, Missing(MissingReason.ABSENT)) | said
    verdicts = {finding.check: finding.verdict for finding in COURT.judge(SERVER, facts, level=3)}
    installed, active, managed, edr, siem, shared = (verdicts[name] for name in NAMES)
    found = protection_grade(facts, signature_days=[DAYS])
    assert 0 <= found.proven <= found.possible <= 5
    assert (found.proven >= 1) == (installed is Verdict.PASS)
    assert (found.proven >= 2) == (active is Verdict.PASS)
    assert (found.proven >= 3) == (active is managed is Verdict.PASS)
    assert (found.possible < 1) == (installed is Verdict.FAIL)
    assert (found.possible < 2) == (active is Verdict.FAIL)
    assert (found.possible < 3) == (Verdict.FAIL in (active, managed))
    assert (found.possible < 4) == (Verdict.FAIL in (active, managed, edr, siem))
    assert (found.proven >= 4) == (active is managed is siem is Verdict.PASS)
    assert (found.possible < 5) == (Verdict.FAIL in (active, managed, edr, siem, shared))
    assert (found.proven >= 5) == (active is managed is siem is shared is Verdict.PASS)


@settings(deadline=None)
@given(PRODUCTS)
def test_a_machine_alone_never_proves_that_anybody_watches_it(products):
    facts = dict.fromkeys(FACTS, Missing(MissingReason.ABSENT)) | {"protection.products": products}
    assert protection_grade(facts, signature_days=[DAYS]).proven < 4


@settings(deadline=None)
@given(PRODUCTS, SAID, SAID, st.lists(RECORD, max_size=2), st.data())
def test_no_grade_from_partial_facts_is_contradicted_by_the_whole(products, reported, at_the_centre, more, data):
    said = {"soc.siem": reported, "soc.shared": at_the_centre}
    before = protection_grade({"protection.products": products, **said}, signature_days=[DAYS])
    rows = list(products.value) if isinstance(products, Known) else []
    open_list = not isinstance(products, Known) or not products.complete
    rows = [{**data.draw(RECORD), **row} for row in rows] + (more if open_list else [])
    said = {name: fact if isinstance(fact, Known) else Known(data.draw(st.booleans()), "row") for name, fact in said.items()}
    after = protection_grade({"protection.products": Known(rows, "s"), **said}, signature_days=[DAYS])
    assert before.proven <= after.proven and after.possible <= before.possible


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ((), (0, 0)),
        (({"kind": "management", "running": True},), (0, 0)),
        (({**AV, "running": False, "realtime": False},), (1, 1)),
        (({**AV, "signature_age_days": DAYS},), (1, 1)),
        (({"id": "bkav", "kind": "av", "running": True, "realtime": True},), (1, 3)),
        ((AV,), (2, 3)),
        (({**AV, "managed": True},), (3, 3)),
        ((EDR,), (2, 5)),
        (({**EDR, "managed": True},), (3, 5)),
        ((AV, {**EDR, "running": False}), (2, 3)),
        (({"id": "x"},), (0, 5)),
    ],
)
def test_what_the_products_prove(rows, wanted):
    assert grade(*rows) == wanted


def test_nothing_known_leaves_everything_possible():
    assert protection_grade({}, signature_days=[7]) == ProtectionGrade(0, 5)
    assert grade(complete=False) == (0, 5)
    assert grade(AV, complete=False) == (2, 5)


def test_several_limits_prove_by_the_strictest_and_disprove_by_the_mildest():
    aged = {**AV, "signature_age_days": 10}
    assert [grade(aged, days=days) for days in ((7,), (14,), (7, 14))] == [(1, 1), (2, 3), (1, 3)]


@settings(deadline=None)
@given(
    st.one_of(st.none(), st.integers(), st.text(), st.lists(st.one_of(st.integers(), st.dictionaries(st.text(), st.integers()))))
)
def test_any_value_gives_a_grade(value):
    found = protection_grade({"protection.products": Known(value, "s")}, signature_days=[7])
    assert 0 <= found.proven <= found.possible <= 5


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, (3, 5)), ({"siem": True}, (4, 5)), ({"siem": True, "shared": True}, (5, 5)),
        ({"siem": True, "shared": False}, (4, 4)),
        ({"siem": False, "shared": True}, (3, 3)), ({"shared": True}, (3, 5)), ({"shared": False}, (3, 4)),
    ],
)  # fmt: skip
def test_the_monitoring_unit_proves_and_disproves_the_last_two_grades(said, wanted):
    facts = {f"soc.{name}": Known(value, "row") for name, value in said.items()}
    facts["protection.products"] = Known([{**EDR, "managed": True}], "s")
    found = protection_grade(facts, signature_days=[7])
    assert (found.proven, found.possible) == wanted


def test_without_products_the_unit_alone_disproves_and_never_proves():
    found = protection_grade({"soc.siem": Known(False, "row"), "soc.shared": Known(True, "row")}, signature_days=[7])
    assert (found.proven, found.possible) == (0, 3)
