"""What is proposed, by which rules; who decides; which requirements follow; which systems belong to a class."""

from dataclasses import replace

import pytest

from secaudit.errors import UsageError
from secaudit.model.assessment import Fulfilment
from secaudit.model.dossier import SystemClass
from secaudit.model.level import Classification, ClauseMatch
from secaudit.pipeline.dossier.classes import belongs, members
from secaudit.pipeline.dossier.level import level_statement
from secaudit.pipeline.dossier.making import folder_name, forms_asked
from secaudit.pipeline.dossier.plan import plan_table


def test_a_declared_level_is_proposed_and_the_rules_stand_beside_it(known):
    proposal = known.draft("cong-dvc").level.proposal
    assert (proposal.levels, proposal.source, proposal.by_rules, proposal.comparison) == ((3,), "dossier", (3,), "same")


def test_an_open_level_is_a_range_with_its_questions_and_never_one_level(known):
    statement = known.draft("khoang").level
    assert statement.proposal.level is None and len(statement.proposal.levels) > 1
    assert statement.questions
    assert all(not line.matches for line in statement.clauses if line.level > min(statement.proposal.levels))


def test_readings_name_the_paper_in_which_the_province_fixed_them(known):
    (line,) = known.draft("mang-xa-a").level.readings
    assert line.paper is not None and (line.paper.document, line.paper.signer) == ("Công văn 1/SKHCN", "Giám đốc")


def test_who_decides_and_the_last_submission_come_from_the_law(known):
    draft = known.draft("mang-xa-a")
    assert draft.chain is not None and draft.chain.last_submission is not None
    assert draft.authority is not None and draft.authority.approver_role == "designated_unit"
    assert known.draft("khoang").authority is None, "open while the level is open"


def test_forms_are_those_of_the_level_and_of_every_level_that_is_possible(known):
    numbers = {name: [form.number for form in known.draft(name).forms(None)] for name in ("mang-xa-a", "cong-dvc", "quoc-gia")}
    assert numbers == {
        "mang-xa-a": ["01", "06"], "cong-dvc": ["02", "04", "05", "06"], "quoc-gia": ["02", "03", "04", "05", "06"]
    }  # fmt: skip
    assert {"01", "02"} <= {form.number for form in known.draft("khoang").forms(None)}


def test_forms_asked_for_by_number(known):
    rules = known.sources.rules
    assert (
        forms_asked(rules, "01, 07") == ("01", "07") and forms_asked(rules, "none") == () and forms_asked(rules, "level") is None
    )
    assert forms_asked(rules, "all") == tuple(f"0{number}" for number in range(1, 8))
    with pytest.raises(UsageError):
        forms_asked(rules, "01,08")


def test_every_requirement_of_the_level_stands_in_the_plan_with_its_answer(known):
    (table,) = known.draft("cong-dvc").plans
    standard = known.sources.standard
    assert [row.number for row in table.rows] == [one.number for one in standard.at(3)]
    assert (table.whole, table.assessed) == (195, True)
    assert {row.fulfilment for row in table.rows} >= {Fulfilment.UNKNOWN}
    assert Fulfilment.MET not in {row.fulfilment for row in table.rows if row.checks}, "one machine of three nobody saw"
    assert all(clause.startswith("5.") for row in table.rows for clause in row.clauses if ":" not in clause)


def test_an_open_level_gives_the_list_of_both_ends(known):
    assert [table.level for table in known.draft("khoang").plans] == [2, 5]


def test_an_assessment_of_another_level_says_nothing_of_this_one(known):
    assessment = known.sources.assessments["cong-dvc"]
    standard = known.sources.standard
    assert plan_table(standard, 3, assessment).assessed
    for other in (replace(assessment, level=2), replace(assessment, standard="tcvn-11930-2017"), None):
        table = plan_table(standard, 3, other)
        assert not table.assessed and {row.fulfilment for row in table.rows} == {None}


def test_further_contents_are_asked_from_level_4_on(known):
    further = {name: known.draft(name).further for name in ("mang-xa-a", "cong-dvc", "quoc-gia", "khoang")}
    assert further == {"mang-xa-a": False, "cong-dvc": False, "quoc-gia": True, "khoang": True}


def test_a_class_takes_in_what_is_answered_and_names_what_is_open(known):
    found = members(known.province.inventory, known.province.catalog.classes["lan-xa"])
    assert found.belong == ("mang-xa-a", "mang-xa-b") and found.open == ("chua-ro",)


def test_a_missing_answer_opens_a_class_unless_the_class_allows_it(known):
    agency = next(file for file in known.province.inventory.agencies if file.agency.id == "xa-a")
    system = agency.systems[0]
    title = {"vi": "x", "en": "x"}
    asks = {"id": "c", "title": title, "kinds": ["infrastructure"], "infrastructure": ["lan"]}
    assert belongs(system, agency, SystemClass.model_validate(asks)) is None
    assert belongs(system, agency, SystemClass.model_validate({**asks, "unanswered": ["infrastructure"]})) is True
    assert belongs(system, agency, SystemClass.model_validate({**asks, "kinds": ["internal"]})) is False
    assert belongs(system, None, SystemClass.model_validate({**asks, "tiers": ["commune"]})) is False


@pytest.mark.parametrize(("system", "folder"), [("mang-xa-a", "mang-xa-a"), ("con", "_con"), ("nul.x", "_nul.x"), ("a.", "a._")])
def test_folders_have_names_that_every_system_takes(system, folder):
    assert folder_name(system) == folder


def test_a_level_that_no_clause_proves_is_nobodys_proposal(known):
    """State secrets whose harm nobody estimated: 3 to 5 may come out, and nothing may; by the rules none is proposed."""
    draft = known.draft("khoang")
    system = draft.system.model_copy(update={"dossier": None})
    unproven = Classification(system.id, "nd-331-2026", lowest=None, highest=5, matches=(ClauseMatch("13.1", 3, None),))
    proposal = level_statement(known.province.inventory, system, unproven, known.province.catalog.levels[-1]).proposal
    assert (proposal.levels, proposal.level, proposal.by_rules) == ((), None, (3, 5))
