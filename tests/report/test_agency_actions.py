"""What an agency is told to do: nothing is promised from a look or a paper, and nothing where something else is in the way."""

from dataclasses import replace

import pytest

from secaudit.model.fact import MissingReason
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.outcome import Sight
from secaudit.model.past import NO_PAST
from secaudit.pipeline.publish.agency_actions import MOST_WORDS, Actions
from secaudit.pipeline.publish.agency_page import AgencyPages
from secaudit.pipeline.publish.agency_parts import TargetParts
from secaudit.pipeline.publish.agency_unseen import reason_rows
from secaudit.report.agency_page import Evidence
from secaudit.report.agency_words import REASON_ADVICE, SIGHT_ADVICE, UNDECLARED_ADVICE
from secaudit.report.words import STALE

SCALE = {1: 100, 2: 10}
"""What a member of a target weighs; people and papers one."""


@pytest.fixture(scope="module", name="documents")
def make_documents(agency_world):
    pages = AgencyPages(*agency_world, NO_PAST, "officer")
    return {document.head.id: document for document in pages.documents(pages.ids)}


def changed(machine, said):
    """The machine with no other answers than these."""
    own = machine.evidence
    findings = tuple(replace(one, verdict=Verdict(said[one.check])) for one in own.findings if one.check in said)
    return replace(machine, evidence=Evidence(findings, own.trails, own.sections, level=own.level))


@pytest.mark.parametrize("managed", ["pass", "unknown", "fail"])
def test_nothing_is_promised_where_something_else_fails_or_is_not_known(agency_world, documents, managed):
    """Switching protection on makes a machine centrally managed only where nothing but that was missing."""
    measured, _ = agency_world
    [machine] = [one for one in documents["xa-a"].machines if one.id == "pc-a-2"]
    said = {"protection.installed": "pass", "protection.active": "fail", "protection.managed": managed}
    rows = Actions(measured, TargetParts(measured)).of("xa-a", [changed(machine, said)], [], sent=True)
    promised = {str(gain.title) for row in rows if row.check == "protection.active" for gain in row.gains}
    subs = {sub.id for sub in measured.plan.targets[1].under if str(sub.title) in promised}
    assert subs == ({"active", "managed"} if managed == "pass" else {"active"})


def test_a_look_and_a_paper_bring_at_most_what_a_repair_brings(documents):
    seen = set()
    for action in (action for document in documents.values() for action in document.actions if action.gains):
        repairs = bool(action.check) or action.words.text.startswith(("finish", "hold", "put in order", "bring"))
        assert {gain.at_most for gain in action.gains} == {not repairs}, action.words
        seen.add(("repair" if action.check else "look" if action.machines else "paper", repairs))
    assert seen == {("repair", True), ("look", False), ("paper", False), ("paper", True)}


def test_a_machine_that_is_read_again_is_promised_at_most(agency_world, documents):
    measured, _ = agency_world
    [machine] = [one for one in documents["xa-a"].machines if one.id == "pc-a-2"]
    own, missing = machine.evidence, (MissingFact("protection.products", MissingReason.TIMEOUT),)
    findings = (Finding("protection.installed", Verdict.UNKNOWN, missing=missing),)
    unread = replace(machine, id="pc-a-5", evidence=Evidence(findings, own.trails, own.sections, level=own.level))
    rows = Actions(measured, TargetParts(measured)).of("xa-a", [unread], [], sent=True)
    [row] = [one for one in rows if one.machines == ("pc-a-5",)]
    assert "be read again" in row.words.text and [(gain.target, gain.count, gain.at_most) for gain in row.gains] == [(2, 1, True)]


def test_what_settles_most_comes_first(documents):
    for agency in ("xa-a", "so-c"):
        actions = documents[agency].actions
        weights = [sum(SCALE.get(gain.target, 1) * gain.count for gain in action.gains) for action in actions]
        assert weights == sorted(weights, reverse=True) and weights[0] > weights[-1]


def test_how_it_is_done_is_told_of_the_systems_that_are_concerned(documents):
    fixes = [
        action.fixes for document in documents.values() for action in document.actions if action.check == "protection.installed"
    ]
    assert fixes and all([name for name, _ in told] == ["Windows"] for told in fixes), "no machine with Linux is among them"


def test_only_machines_that_nobody_saw_are_to_be_made_visible(documents):
    unseen = {one.id for document in documents.values() for one in document.machines if not one.seen}
    named = [
        name
        for document in documents.values()
        for action in document.actions
        if action.words.text.startswith("make {count} machines visible")
        for name in action.machines
    ]
    assert named and set(named) <= unseen


def test_what_nobody_saw_lately_has_the_age_of_its_evidence_as_its_reason(documents):
    [row] = [row for row in documents["xa-a"].unseen if "pc-a-6" in row.machines and not row.answers]
    assert (row.why, row.advice) == (STALE, SIGHT_ADVICE[Sight.SEEN])


def test_what_the_inventory_does_not_say_is_asked_of_the_inventory_and_what_is_missing_most_is_named_first(documents):
    [machine] = [one for one in documents["xa-a"].machines if one.id == "pc-a-2"]
    own, absent = machine.evidence, MissingReason.ABSENT
    names = ["b.rare", *["z.often"] * 2, *[f"{letter}.thrice" for letter in "cdefgh" for _ in range(3)], "endpoint.place"]
    findings = tuple(
        Finding(f"check.{at}", Verdict.UNKNOWN, missing=(MissingFact(name, absent),)) for at, name in enumerate(names)
    )
    rows = reason_rows([replace(machine, evidence=Evidence(findings, own.trails, own.sections, level=own.level))])
    assert [(row.advice, row.machines, row.answers, row.facts) for row in rows] == [
        (REASON_ADVICE[absent], ("pc-a-2",), 21, tuple(f"{letter}.thrice" for letter in "cdefg")),
        (UNDECLARED_ADVICE, ("pc-a-2",), 1, ("endpoint.place",)),
    ]


def test_what_the_sheet_does_not_name_is_counted(agency_world, documents):
    """Things of less weight, and those that find no room in the line."""
    measured, _ = agency_world
    grave = {name for name, check in measured.province.catalog.checks.items() if check.severity in ("critical", "high")}
    actions = Actions(measured, TargetParts(measured))
    [machine] = [one for one in documents["xa-a"].machines if one.id == "pc-a-2"]
    lesser = [one.check for one in machine.evidence.findings if one.check not in grave][:2]
    checks, own = measured.province.catalog.checks, {one.check for one in machine.evidence.findings}
    high = [name for name in sorted(own) if checks[name].severity == "high" and not name.startswith("protection.")]
    for count in (0, 1, MOST_WORDS + 3):
        said = dict.fromkeys([*high[:count], *lesser], "fail")
        known = {one.check for one in machine.evidence.findings} & set(said)
        visits = actions.visits([changed(machine, said)])
        assert bool(visits) == bool(known & grave)
        for visit in visits:
            assert len(visit.todo) <= MOST_WORDS and visit.more >= len(lesser)
            assert len(visit.todo) + visit.more <= len(known)
