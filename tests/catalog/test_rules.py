"""Every rule is broken once in a good catalog: the problem names file and line."""

from pathlib import Path

import pytest

from secaudit.catalog import lint_catalog, load_catalog
from secaudit.errors import CatalogError
from secaudit.pipeline.level_lint import level_problems

CHECK = "endpoint/patch/patch.restart.yaml"
LEVELS = "levels/rules-a.yaml"
PLAN = "plans/plan-a.yaml"
PRODUCTS = "products/good.yaml"
LIFECYCLE = "lifecycle/releases.yaml"
UPDATES = "lifecycle/monthly.yaml"
LONG = "Một tiêu đề rất dài " * 4
SOUND = {
    # --- checks
    "unknown field": (CHECK, "severity: medium", "severity: medium\ncommand: rm -rf /", 6, "field"),
    "unknown severity": (CHECK, "severity: medium", "severity: urgent", 5, ""),
    "id is not the file name": (CHECK, "id: patch.restart", "id: patch.reboot", 1, "name of the file"),
    "id outside its folder": (CHECK, "id: patch.restart", "id: access.restart", 1, "name of its folder"),
    "when does not compile": (CHECK, 'endpoint.kind != "isolated"', "endpoint.knd == 1", 7, "unknown name endpoint.knd"),
    "when is no truth": (CHECK, 'endpoint.kind != "isolated"', "endpoint.kind", 7, "must give true or false"),
    "pass does not compile": (CHECK, "!patch.reboot_required", "!patch.reboot_requird", 8, "unknown name"),
    "wrong type": (CHECK, "!patch.reboot_required", "patch.reboot_required == 1", 8, "cannot be applied"),
    "has": (CHECK, "!patch.reboot_required", "has(patch.reboot_required)", 8, ""),
    "undeclared parameter": (CHECK, "param.days", "param.day", 8, "unknown name param.day"),
    "unknown record field": (
        CHECK,
        "!patch.reboot_required",
        "protection.products.exists(p, p.runing)",
        8,
        "no field runing",
    ),
    "all without size": (
        CHECK,
        "!patch.reboot_required",
        "protection.products.all(p, p.running)",
        8,
        "all() is true when protection.products is empty",
    ),
    "unknown fact in a case": (CHECK, "patch.reboot_required: true", "patch.reboot_requird: true", 20, "no such fact"),
    "wrong value in a case": (CHECK, "machine.uptime_days: 3", "machine.uptime_days: long", 18, "does not fit"),
    "value left empty in a case": (CHECK, "machine.uptime_days: 3", "machine.uptime_days: ~", 18, "value is missing"),
    "unknown field in a record of a case": (
        CHECK,
        "patch.reboot_required: true",
        "protection.products: [{runing: true}]",
        20,
        "no such field",
    ),
    "no record in a case": (CHECK, "patch.reboot_required: true", "protection.products: [clamav]", 20, "does not fit"),
    "no list in a case": (CHECK, "patch.reboot_required: true", "accounts.uid0: root", 20, "does not fit"),
    "unknown verdict": (CHECK, "verdict: unknown", "verdict: perhaps", 23, ""),
    "duplicate key": (CHECK, "severity: medium", "severity: medium\nseverity: low", 6, ""),
    # --- levels
    "rules: id": (LEVELS, "id: rules-a", "id: rules-b", 1, "name of the file"),
    "rules: clause twice": (LEVELS, '- id: "1.2"', '- id: "1.1"', 23, "The same id"),
    "rules: clause does not compile": (LEVELS, "system.kind ==", "system.knd ==", 18, "unknown name system.knd"),
    "rules: reading does not exist": (LEVELS, "&& reading.portal ==", "&& reading.gate ==", 18, "unknown name reading.gate"),
    "rules: clause neither decided nor pending": (
        LEVELS,
        "    pending: {vi: chờ hướng dẫn, en: waits for guidance}\n",
        "",
        23,
        "either decided",
    ),
    "rules: all without size": (
        LEVELS,
        'system.kind == "internal"',
        'system.information.all(i, i == "public")',
        18,
        "all() is true",
    ),
    "rules: unknown input in a case": (LEVELS, "{kind: other}", "{knd: other}", 21, "no such input"),
    "rules: unknown reading in a case": (LEVELS, "reading.portal: one", "reading.gate: one", 20, "no such input"),
    "rules: unknown choice in a case": (LEVELS, "reading.portal: one", "reading.portal: two", 20, "no such choice"),
    "rules: wrong value in a case": (LEVELS, "{kind: other}", "{defence_security: perhaps}", 21, "does not fit"),
    "rules: unknown question": (LEVELS, "  system.kind: {who", "  system.knd: {who", 13, "no such input"),
    "rules: ends before it begins": (
        LEVELS,
        "valid_from: 2026-08-19",
        "valid_from: 2026-08-19\nvalid_until: 2026-08-18",
        5,
        "ends before it begins",
    ),
    "rules: level 6": (LEVELS, "level: 2", "level: 6", 16, ""),
    "rules: level 0": (LEVELS, "level: 3", "level: 0", 24, ""),
    "rules: obligation without its condition": (
        LEVELS,
        "questions:\n",
        "obligations:\n  - {id: '9', condition: answer, title: {vi: x, en: x}}\nquestions:\n",
        13,
        "exactly where its condition",
    ),
    "rules: obligation of no level": (
        LEVELS,
        "questions:\n",
        "obligations:\n  - {id: '9', condition: level, title: {vi: x, en: x}}\nquestions:\n",
        13,
        "`levels` exactly",
    ),
    "rules: obligation does not compile": (
        LEVELS,
        "questions:\n",
        "obligations:\n  - {id: '9', condition: answer, when: system.knd == 'x', title: {vi: x, en: x}}\nquestions:\n",
        13,
        "unknown name system.knd",
    ),
    # --- plans
    "plan: id": (PLAN, "id: plan-a", "id: plan-b", 1, "name of the file"),
    "plan: target twice": (PLAN, "- id: heads", "- id: machines", 13, "The same id"),
    "plan: share above 100": (PLAN, "share: 90 %", "share: 101 %", 9, "at most 100 %"),
    "plan: no meets": (PLAN, '    meets: verdict.patch.restart == "pass"\n', "", 4, "needs meets"),
    "plan: people without total": (PLAN, "    total: heads\n", "", 13, "needs total"),
    "plan: people with meets": (PLAN, "    total: heads\n", '    total: heads\n    meets: "true"\n', 18, "has no meets"),
    "plan: machines with total": (PLAN, "    share: 90 %\n", "    share: 90 %\n    total: staff\n", 10, "has no total"),
    "plan: nobody beside": (PLAN, "id: plan-a", "id: plan-a\nbeside: plan-b", 2, "no other plan called so"),
    "plan: itself beside": (PLAN, "id: plan-a", "id: plan-a\nbeside: plan-a", 2, "no other plan called so"),
    "plan: unconfirmed without source": (
        PLAN,
        "    share: 90 %\n",
        "    share: 90 %\n    confirmed: false\n",
        10,
        "names its source",
    ),
    # --- products
    "product twice": (PRODUCTS, "- id: good-edr", "- id: good-av", 8, "The same id"),
    "product without traces": (PRODUCTS, "    linux: {units: [good-edr]}\n", "", 8, "never be found"),
    "product found everywhere": (PRODUCTS, "[GoodSvc]", '["*"]', 7, ""),
    "product found nearly everywhere": (PRODUCTS, "[GoodSvc]", '["a*"]', 7, "nearly everything"),
    "product of two kinds": (
        PRODUCTS,
        "linux: {units: [good-edr]}",
        "windows: {services: [goodsvc]}",
        13,
        "good-av shows the same trace",
    ),
    "on-demand scanner as protection": (
        PRODUCTS,
        "status: confirmed",
        "status: confirmed\n    on_demand: true",
        5,
        "no protection",
    ),
    "unknown kind": (PRODUCTS, "kind: edr", "kind: xdr", 11, ""),
    # --- lifecycle
    "lifecycle: id": (LIFECYCLE, "id: releases", "id: release", 1, "name of the file"),
    "lifecycle: row twice": (LIFECYCLE, "editions: [Enterprise, Education], ", "", 7, "stands at"),
    "lifecycle: edition twice": (LIFECYCLE, "[Enterprise, Education]", "[Enterprise, enterprise]", 7, "stands at"),
    "lifecycle: extended before normal": (LIFECYCLE, "2028-06-30", "2025-06-30", 8, "Extended support ends before"),
    "lifecycle: free without a day": (LIFECYCLE, "extended_ends: 2028-06-30, ", "", 8, "needs its last day"),
    "lifecycle: Windows without build": (LIFECYCLE, "name: Windows 11, build: 26200,", "name: Windows 11,", 6, "build number"),
    "lifecycle: build of Debian": (LIFECYCLE, "name: Debian 12,", "name: Debian 12, build: 12,", 8, "Windows only"),
    "lifecycle: year mistyped": (LIFECYCLE, "ends: 2026-07-11, ext", "ends: 1026-07-11, ext", 8, "plausible"),
    "lifecycle: no such day": (LIFECYCLE, "2027-10-12", "2027-13-12", 6, ""),
    "updates: id": (UPDATES, "id: monthly", "id: month", 1, "name of the file"),
    "updates: month twice": (UPDATES, "month: 2026-11, date: 2026-11-10", "month: 2026-10, date: 2026-10-13", 7, "stands at"),
    "updates: revision twice": (UPDATES, "revision: 9974", "revision: 9711", 7, "stands at"),
    "updates: older revision later": (UPDATES, "revision: 9974", "revision: 9000", 7, "higher revision than 9711"),
    "updates: after its table": (UPDATES, "as_of: 2026-11-19", "as_of: 2026-11-09", 7, "younger than its table"),
    "updates: month of another day": (UPDATES, "date: 2026-11-10", "date: 2026-10-27", 7, "comes out in its month"),
    "updates: no such month": (UPDATES, "month: 2026-11", "month: 2026-13", 7, ""),
    "updates: no package": (UPDATES, "KB5130000", "5130000", 7, ""),
    "updates: Linux": (UPDATES, "os: windows, build: 26200, month: 2026-10", "os: debian, build: 26200, month: 2026-10", 6, ""),
    "updates: endless grace": (UPDATES, "updates:\n", "grace_days: 365\nupdates:\n", 5, ""),
}
AUTHORING = {
    "long title": (CHECK, "vi: Không còn bản vá chờ khởi động lại", f"vi: {LONG}", 3, "at most 75"),
    "no severity reason": (
        CHECK,
        "severity_reason: {vi: Chưa có hiệu lực., en: Not in effect.}\n",
        "",
        5,
        "reason for the severity",
    ),
    "empty text": (CHECK, "en: Old code still runs.", 'en: ""', 12, "A text is missing"),
    "English in both languages": (CHECK, "vi: Mã cũ vẫn chạy.", "vi: Old code still runs.", 12, "are the same"),
    "unused parameter": (CHECK, "{days: 60}", "{days: 60, week: 7}", 9, "No expression uses"),
    "no pass case": (CHECK, "verdict: pass", "verdict: unknown", 18, "verdict pass"),
    "no fail case": (CHECK, "verdict: fail", "verdict: unknown", 18, "verdict fail"),
    "no unknown case": (CHECK, "verdict: unknown", "verdict: fail", 18, "verdict unknown"),
    "no not_applicable case": (CHECK, "verdict: not_applicable", "verdict: unknown", 18, "verdict not_applicable"),
    "unknown act": (CHECK, "tcvn-14423:x.7.2.2", "tcvn-14432:x.7.2.2", 10, "no act known"),
    "no clause": (CHECK, "tcvn-14423:x.7.2.2", "tcvn-14423:seven", 10, "no clause"),
    "no fix for a system": (CHECK, "  windows: {vi: Khởi động lại., en: Restart.}\n", "", 15, "applies to windows"),
    "clause without a yes case": (LEVELS, 'matches: "yes"', 'matches: "no"', 20, "answer yes"),
    "clause without an unknown case": (LEVELS, "matches: unknown", 'matches: "no"', 20, "answer unknown"),
}


def broken(write, good, name, old, new):
    text = good[name]
    assert old in text
    return write({name: text.replace(old, new, 1)})


def test_the_good_catalog_is_good(write, good):
    folder = write()
    assert lint_catalog(folder) == []
    catalog = load_catalog(folder)
    assert list(catalog.checks) == ["patch.restart"]
    assert catalog.checks["patch.restart"].param == {"days": 60}
    assert catalog.levels[0].clauses[0].cases[0].inputs["data_subjects.basic"] == 5
    assert list(catalog.plans) == ["plan-a"]
    assert [product.id for product in catalog.knowledge.products] == ["good-av", "good-edr"]
    assert len(catalog.knowledge.lifecycle[0].releases) == 3
    assert [row.revision for row in catalog.knowledge.updates[0].updates] == [9711, 9974]
    assert catalog.knowledge.updates[0].grace_days == 14


@pytest.mark.parametrize("case", SOUND.values(), ids=SOUND)
def test_a_broken_catalog_is_refused_with_file_and_line(write, good, case):
    name, old, new, line, text = case
    folder = broken(write, good, name, old, new)
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    found = [(problem.path, problem.line, str(problem.message)) for problem in caught.value.problems]
    places = [(path, at) for path, at, message in found if text in message]
    assert (str(folder / name), line or 1) in places, found
    linted = lint_catalog(folder)
    assert all(problem in linted for problem in caught.value.problems)


@pytest.mark.parametrize("case", AUTHORING.values(), ids=AUTHORING)
def test_authoring_rules_are_reported_by_lint_and_do_not_stop_an_audit(write, good, case):
    name, old, new, line, text = case
    folder = broken(write, good, name, old, new)
    assert load_catalog(folder).checks
    found = [(problem.path, problem.line, str(problem.message)) for problem in lint_catalog(folder)]
    assert [(path, at) for path, at, message in found if text in message] == [(str(folder / name), line)], found


def test_a_check_for_all_machines_needs_no_case_of_not_applicable(write, good):
    text = (
        good[CHECK]
        .replace('endpoint.kind != "isolated"', '"true"')
        .replace("{endpoint.kind: isolated}", "{endpoint.kind: server}")
    )
    text = text.replace("verdict: not_applicable", "verdict: unknown")
    assert lint_catalog(write({CHECK: text})) == []


def test_a_check_for_one_system_needs_a_fix_for_that_system_only(write, good):
    text = good[CHECK].replace('endpoint.kind != "isolated"', 'endpoint.kind != "isolated" && os.family == "linux"')
    assert lint_catalog(write({CHECK: text.replace("  windows: {vi: Khởi động lại., en: Restart.}\n", "")})) == []


def test_all_problems_of_all_files_come_at_once_in_order(write, good):
    folder = write(
        {
            CHECK: good[CHECK].replace("id: patch.restart", "id: patch.x").replace("param.days", "param.day"),
            PLAN: good[PLAN].replace("90 %", "900 %"),
            PRODUCTS: good[PRODUCTS].replace("kind: edr", "kind: xdr"),
        }
    )
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    places = [(Path(problem.path).name, problem.line) for problem in caught.value.problems]
    assert places == [("patch.restart.yaml", 1), ("patch.restart.yaml", 8), ("plan-a.yaml", 9), ("good.yaml", 11)]


def test_an_expression_error_carries_its_hint(write, good):
    folder = broken(write, good, CHECK, "!patch.reboot_required", "!patch.reboot_requird")
    (problem,) = lint_catalog(folder)
    assert "did you mean patch.reboot_required" in str(problem.hint)
    assert problem.field == "pass"


def test_rule_sets_may_follow_each_other_but_not_overlap(write, good):
    older = good[LEVELS].replace("rules-a", "rules-o").replace("2026-08-19", "2016-07-01\nvalid_until: 2026-08-18")
    folder = write({"levels/rules-o.yaml": older})
    catalog = load_catalog(folder)
    assert [rules.id for rules in catalog.levels] == ["rules-o", "rules-a"]
    (folder / "levels/rules-o.yaml").write_text(older.replace("2026-08-18", "2026-08-19"), encoding="utf-8")
    (problem,) = lint_catalog(folder)
    assert (Path(problem.path).name, problem.line) == ("rules-a.yaml", 4)
    assert "rules-o is still in force" in str(problem.message)


def test_no_day_between_two_rule_sets_is_without_one(write, good):
    older = good[LEVELS].replace("rules-a", "rules-o").replace("2026-08-19", "2016-07-01\nvalid_until: 2026-08-16")
    (problem,) = lint_catalog(write({"levels/rules-o.yaml": older}))
    assert (Path(problem.path).name, problem.line, problem.field) == ("rules-a.yaml", 4, "valid_from")
    assert "from 2026-08-17 to 2026-08-18" in str(problem.message)
    assert "rules-o" in str(problem.hint)


def test_a_clause_that_no_system_can_match_is_told_with_its_line(write, good):
    idle = good[LEVELS].replace('system.kind == "internal"', 'system.kind == "intern"')
    folder = write({LEVELS: idle})
    (problem,) = level_problems(load_catalog(folder), folder)
    assert (Path(problem.path).name, problem.line, problem.field) == ("rules-a.yaml", 18, "clauses[0].when")
    assert "1.1" in str(problem.message)
    (folder / LEVELS).write_text(good[LEVELS], encoding="utf-8")
    assert level_problems(load_catalog(folder), folder) == []


def test_a_product_may_stand_in_one_file_only(write, good):
    (problem,) = lint_catalog(write({"products/more.yaml": good[PRODUCTS].split("  - id: good-edr")[0]}))
    assert (Path(problem.path).name, problem.line) == ("more.yaml", 2)
    assert "good.yaml:2" in str(problem.message)


def test_a_release_may_stand_in_one_table_only(write, good):
    other = good[LIFECYCLE].replace("id: releases", "id: more").split("  - {os: debian")[0]
    problems = lint_catalog(write({"lifecycle/more.yaml": other}))
    assert {Path(problem.path).name for problem in problems} == {"releases.yaml"}
    assert len(problems) == 3


def test_a_plan_without_targets_measures_nothing(write, good):
    folder = write({PLAN: good[PLAN].partition("targets:")[0] + "targets: []\n"})
    (problem,) = lint_catalog(folder)
    assert (Path(problem.path).name, problem.line, str(problem.message)) == ("plan-a.yaml", 3, "The plan has no target")
