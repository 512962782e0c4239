"""Levels on the console: both decrees side by side, what an answer would mean, what would change; nothing is ever written."""

import json
from dataclasses import replace

import pytest

from secaudit.catalog import load_catalog
from secaudit.classify import domains
from secaudit.classify.inputs import text_of
from secaudit.cli.days import parse_day
from secaudit.cli.level_words import level_text
from secaudit.inventory import load_inventory
from secaudit.model.system import DataSubjects
from secaudit.pipeline.level_changes import compare_rule_sets
from secaudit.pipeline.level_effects import levels_asked
from secaudit.pipeline.province import Province, classify_province
from secaudit.pipeline.publish.systems import answer_words
from secaudit.pipeline.what_if import understood, what_if
from secaudit.resources import data_folder
from tests.cli.conftest import SAMPLE

DAY = "2026-11-20"


@pytest.fixture(scope="module")
def province():
    return Province(load_inventory(SAMPLE), load_catalog(data_folder("checks")))


@pytest.fixture(scope="module")
def suppose(province):

    day = parse_day(DAY)
    levels = classify_province(province, day)

    def run(name, *words):
        changes, problems = understood(words, levels.rules)
        assert problems == []
        return what_if(province.on(day), levels, name, changes, day)

    return run


def test_both_decrees_stand_side_by_side(province):

    found = compare_rule_sets(province, parse_day(DAY))
    assert (found.former.rules.id, found.present.rules.id) == ("nd-85-2016", "nd-331-2026")
    assert set(found.changes) == set(found.present.classifications)
    assert sum(found.counts[name] for name in ("same", "raised", "lowered", "open", "undetermined")) == len(found.changes)
    business = found.changes["dang-ky-kinh-doanh"]
    assert (business.former.possible, business.present.level, business.change) == ((2, 3), 3, "open")
    assert [[match.clause for match in side] for side in business.because] == [["9.2.a", "9.2.c", "8.2.b"], ["13.2.b"]]
    assert found.changes["c-thainguyen"].comparison == "kept"
    assert found.counts["kept"] == sum(one.comparison == "kept" for one in found.changes.values()) > 0
    earlier = compare_rule_sets(province, parse_day("2026-08-18"))
    assert earlier.present.rules.id == "nd-331-2026", "the first rule set stands beside the one that follows it"


def test_what_would_come_and_go_with_a_level(suppose):
    found = suppose("cong-so-khcn", "handles_administrative_procedures=true")
    assert (found.before.level, found.after.level) == (2, 3)
    assert [match.clause for match in found.after.matches if match.matches] == ["13.2.b", "12.2.a"]
    was, now = found.before.possible, found.after.possible
    moved = {one.id: (one.before, one.after) for one in found.effects.requirements(was, now)}
    assert moved["r10"] == ("no", "yes")
    assert "r01" not in moved, "asked at every level"
    assert moved["r122"] == ("yes", "no"), "a higher level does not inherit"
    assert {one.id: (one.before, one.after) for one in found.effects.checks(was, now)}["logging.remote"] == ("no", "yes")
    assert [(one.check, one.before, one.after) for one in found.effects.values(was, now)] == [("logging.retention", (30,), (90,))]
    (appraising,), (deciding,) = found.effects.authorities(was), found.effects.authorities(now)
    assert (appraising.approver_role, deciding.approver_role) == ("designated_unit", "owner")
    assert [one.clause for one in found.after.obligations] == ["8.2"]
    assert (found.others, dict(found.machines)) == ((), {})


def test_components_and_shared_machines_change_with_it_and_the_inventory_does_not(suppose, province):
    digest = province.inventory.digest
    found = suppose(
        "mang-tslcd", "serves=nation", "continuous_operation=true", "national_data_store=false", "international_gateway="
    )
    assert (found.after.lowest, found.after.highest) == (4, 5)
    assert found.before.level == 3
    assert "lgsp" in {now.system for _, now in found.others}
    assert all(was in (3, None) for was, _ in found.machines.values())
    assert found.machines
    assert [one.name for one in found.questions] == ["system.international_gateway"]
    assert load_inventory(SAMPLE).digest == digest


def test_a_reading_can_be_supposed_and_an_answer_taken_away(suppose):
    many = suppose("mang-dai-tu", "reading.commune-network=many")
    assert (many.before.level, many.after.level) == (2, 3)
    assert len(many.others) > 10, "a reading decides for every commune"
    taken = suppose("mang-dai-tu", "serves=")
    assert taken.after.level is None
    assert "system.serves" in {one.name for one in taken.questions}


def test_compare_and_what_if_are_printed_in_words_and_as_json(secaudit, sample):
    shown = secaudit("--lang", "vi", "classify", "-i", sample, "--compare", "--system", "c-thainguyen", "--as-of", DAY)
    assert shown.returncode == 0, shown.stderr
    for words in ("Nghị định 85/2016/NĐ-CP", "9.2.c", "13.2.c", "giữ nguyên", "01/07/2026", "kết quả thẩm định quyết định"):
        assert words in shown.stdout, words
    done = secaudit("classify", "-i", sample, "--as-of", DAY, "--format", "json", "--what-if", "cong-so-khcn", "risk_level=4")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["kind"], found["changes"]) == ("what-if", {"risk_level": "4"})
    assert (found["after"]["level"], [one["at_least"] for one in found["after"]["obligations"]]) == (2, [4])
    assert found["requirements"] == []


def test_every_mistake_of_a_what_if_is_told_at_once_with_what_is_allowed(secaudit, sample, province):
    rules = classify_province(province, parse_day(DAY)).rules
    words = [
        "data_subjects.sensitive=abc", "kindd=x", "serves=moon", "information=public,secret", "conditional_business=maybe",
        "reading.nope=1", "reading.commune-network=x", "nonsense", "harm.security=none", "harm.security=harm",
    ]  # fmt: skip
    changes, problems = understood(words, rules)
    assert dict(changes.fields) == {"harm.security": "none"}
    assert [problem.path for problem in problems] == [word for word in words if word != "harm.security=none"]
    assert all(problem.expected is not None or problem.hint is not None for problem in problems)
    assert "agencies_of_commune" in str(problems[2].expected)
    done = secaudit("classify", "-i", sample, "--what-if", "cong-so-khcn", *words[:2])
    assert done.returncode == 2
    assert "under_10000" in done.stderr
    assert "did you mean kind?" in done.stderr
    assert done.stdout == ""


def test_validate_holds_papers_against_the_catalog(secaudit, small):
    (small / "waivers").mkdir()
    (small / "waivers" / "w.yaml").write_text(
        "waivers:\n- {id: w, checks: [patch.os-suported], agencies: [so-a], reason: x, approver: y, valid_from: 2026-09-01,\n"
        "   valid_until: 2026-12-31, document: {number: 1/QĐ, date: 2026-09-01}}\n",
        encoding="utf-8",
    )
    done = secaudit("inventory", "validate", small)
    assert done.returncode == 5
    assert "w.yaml:2" in done.stdout
    assert "did you mean patch.os-supported?" in done.stdout


def test_what_hangs_on_a_level_that_nothing_proves_is_never_said_to_be_asked(suppose):
    found = suppose("cong-so-y-te", "kind=infrastructure", "serves=nation", "continuous_operation=false")
    assert (found.after.lowest, found.after.possible, level_text(found.after)) == (None, (5,), "? (5)")
    was, now = levels_asked(found.before), levels_asked(found.after)
    assert (was, now) == ((2,), (0, 5))
    assert {one.after for one in found.effects.requirements(was, now)} == {"no", "maybe"}
    assert {one.after for one in found.effects.checks(was, now)} <= {"no", "maybe"}
    assert set(found.effects.open_rows(now)) <= {5}


def test_every_answer_has_a_word_of_its_own(province):
    bare = {word for rules in province.catalog.levels for name, values in domains(rules).items() if name.startswith("system.")
            for value in values for word in text_of(value).split(", ") if answer_words(word) == word}  # fmt: skip
    assert bare == {"I", "II", "III", "IV", "1", "2", "3", "4", "5", "0", "100000000"}


def test_ranges_that_lie_apart_say_what_changes_and_ranges_that_meet_do_not(province):
    def changed(**fields):
        fields = {"kind": "public_service", "information": ("personal",), "defence_security": False, **fields}
        files = tuple(
            file.model_copy(update={"systems": tuple(one.model_copy(update=fields) if one.id == "cong-so-y-te" else one
                                                     for one in file.systems)})
            for file in province.inventory.agencies
        )  # fmt: skip
        head = province.inventory.province
        fixed = tuple(one for one in head.interpretations if one.id != "continuous")
        head = head.model_copy(update={"interpretations": fixed})
        inventory = replace(province.inventory, province=head, agencies=files)
        return compare_rule_sets(replace(province, inventory=inventory), parse_day(DAY)).changes["cong-so-y-te"]

    served = {"handles_administrative_procedures": True, "conditional_business": False, "online_service_level": "1",
              "serves": "nation", "data_subjects": DataSubjects(basic=5, sensitive=0)}  # fmt: skip
    meeting = changed(**served)
    assert (meeting.former.possible, meeting.present.possible, meeting.change) == ((2, 4, 5), (3, 4, 5), "open")
    apart = changed(**served, continuous_operation=False, national_data_store=False)
    assert (apart.former.possible, apart.present.possible, apart.change) == ((2,), (3, 4), "raised")
