"""Penalties: blank is neither an omission nor its absence."""

from datetime import date

from secaudit.law import exposure_of
from secaudit.model.system import System

DAY = date(2026, 11, 26)


def found(law, levels, day=DAY, **fields):
    system = System.model_validate({"id": "a", "name": "A", **fields})
    return {one.penalty.clause.partition(":")[2]: one.applies for one in exposure_of(system, levels, law.penalties, day)}


def test_a_declared_omission_falls_under_its_articles_with_the_amounts_for_organisations(law):
    answers = found(law, (3,), dossier={"status": "none"}, inspected=[])
    assert {article for article, applies in answers.items() if applies} == {"24.1", "23.1.b", "23.1.c", "23.2.a"}
    amounts = {one.clause: (one.least, one.most) for one in law.penalties.penalties}
    assert amounts["nd-330-2026:24.1"] == (40_000_000, 60_000_000)
    assert amounts["nd-330-2026:23.2.a"] == (60_000_000, 100_000_000)


def test_articles_for_level_3_to_5_are_open_while_the_level_is(law):
    assert found(law, (2, 3), dossier={"status": "none"})["23.1.b"] is None
    assert "23.1.b" not in found(law, (2,), dossier={"status": "none"})


def test_blank_is_not_on_record(law):
    assert set(found(law, (3,)).values()) == {None}


def test_an_approved_deployed_inspected_system_has_nothing(law):
    paper = {"number": "1", "date": "2026-09-07"}
    dossier = {"status": "approved", "level": 3, "decision": paper, "regulation": paper}
    assert found(law, (3,), dossier=dossier, plan={"status": "full"}, inspected=["periodic"]) == {}
    assert found(law, (3,), dossier=dossier, plan={"status": "partial"}, inspected=["periodic"]) == {"23.1.d": True}
    building = found(law, (3,), status="investing", dossier=dossier, plan={"status": "partial"}, inspected=["periodic"])
    assert building == {"23.1.d": None}, "not in use yet: the plan may still be under way"


def test_nothing_before_the_decree_and_nothing_of_state_secret_or_stopped_systems(law):
    assert found(law, (3,), day=date(2026, 8, 18), dossier={"status": "none"}) == {}
    assert found(law, (3,), state_secret=True, level=3) == {}
    assert found(law, (3,), status="stopped", dossier={"status": "none"}) == {}
