"""The page of one agency says what was measured of it, and nothing of anybody else."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from figure_world import AS_OF
from report_hostile import PAYLOAD, poisoned

from secaudit.errors import UsageError
from secaudit.model.fact import Known, MissingReason
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.measurement import Blocker, BlockerKind, Decision, Tally
from secaudit.model.outcome import Grade
from secaudit.model.past import NO_PAST, Past, Turn
from secaudit.pipeline.combining import combine
from secaudit.pipeline.evidence_summary import pieces_of
from secaudit.pipeline.history import state_of
from secaudit.pipeline.letters.round import round_of
from secaudit.pipeline.publish import agency_parts
from secaudit.pipeline.publish.agency_page import AgencyPages
from secaudit.pipeline.publish.agency_unseen import reason_rows
from secaudit.pipeline.ways_plan import Lever
from secaudit.report.agency_html import AgencyRenderer
from secaudit.report.agency_page import TALLIED, Evidence, Paper, Visit
from secaudit.report.agency_words import CONSOLE_FIRST, READ_ADVICE, REASON_ADVICE
from secaudit.report.document import Tile
from secaudit.report.patch_words import patch_sentence
from secaudit.report.probe_words import section_words
from secaudit.report.voice import Voice
from secaudit.resources import data_folder, translator

LARGEST = 2_000_000


@pytest.fixture(scope="module", name="measured")
def measure_once(agency_world):
    return agency_world


@pytest.fixture(scope="module", name="pages")
def make_pages(measured):
    return AgencyPages(*measured, NO_PAST, "officer")


def test_the_page_of_one_agency_leaves_the_systems_of_others_alone(measured, pages, monkeypatch):
    asked = []
    whole = agency_parts.system_rows
    monkeypatch.setattr(agency_parts, "system_rows", lambda found, only=None: asked.append(only) or whole(found, only))
    document = AgencyPages(*measured, NO_PAST, "officer").document("so-c")
    (same,) = pages.documents(["so-c"])
    assert document.systems and document.systems == same.systems
    owners = measured[0].province.inventory.owner_of_system
    assert asked[0] is not None and {owners[name] for name in asked[0]} == {"so-c"}


@pytest.fixture(scope="module", name="documents")
def make_documents(pages):
    return {document.head.id: document for document in pages.documents([*pages.ids, "huyen-cu"])}


@pytest.fixture(scope="module", name="renderer")
def make_renderer():
    return AgencyRenderer(translator("vi"), data_folder("report_templates"))


@pytest.fixture(scope="module", name="written")
def render_all(documents, renderer):
    return {agency: dict(renderer.pages(document)) for agency, document in documents.items()}


def island_of(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])


def test_every_agency_of_the_day_has_a_page_and_so_has_what_nobody_answers_for(documents):
    assert set(documents) == {"xa-a", "xa-b", "so-c", "so-d", "t", "huyen-cu"}
    assert documents["t"].head.nobody and [target.number for target in documents["t"].targets] == [1, 2]


def test_the_figures_are_the_measured_ones(measured, documents):
    for agency, document in documents.items():
        found = {target.number: target.figure for target in document.targets}
        for number, measurement in enumerate(measured[0].measurements, start=1):
            shares = [share for share in measurement.agencies if share.agency == agency]
            assert bool(shares) == (number in found)
            for share in shares:
                figure = found[number]
                assert (figure.proven, figure.disproven, figure.unknown) == (
                    share.tally.proven, share.tally.disproven, share.tally.unknown
                )  # fmt: skip
                assert (figure.lower, figure.upper) == (share.tally.lower, share.tally.upper)


def test_verdicts_are_counted_as_they_were_found(measured, documents):
    seen = 0
    for document in documents.values():
        for machine in document.machines:
            state = measured[0].states[machine.id]
            assert machine.seen == (state.evidence is not None)
            if machine.seen:
                seen += 1
                assert machine.tally == tuple(sum(one.verdict is verdict for one in state.findings) for verdict in TALLIED)
                assert machine.protection == state.protection
    assert seen == 8


def test_sections_and_patch_state_are_those_of_the_whole_facts(measured, documents):
    """Lists read outlines of the facts, for speed; the report of the province reads all of them."""
    found, store = measured
    seen = 0
    for document in documents.values():
        for machine in document.machines:
            state = found.states[machine.id]
            facts = store.facts_of([piece.number for piece in pieces_of(state)])
            known = combine(state, facts, found.province.catalog.knowledge, found.as_of).facts or {}
            said = patch_sentence({name: fact.value for name, fact in known.items() if isinstance(fact, Known)})
            assert machine.patch == (said if machine.seen else None)
            for piece, sections in zip(pieces_of(state), machine.evidence.sections if machine.evidence else (), strict=True):
                seen += 1
                assert sections == {name: fact.section for name, fact in facts[piece.number].items()}
    assert seen == 8


def test_nothing_of_others_stands_on_a_page(measured, written):
    inventory = measured[0].province.inventory
    owner = inventory.owner_of_system
    for agency, pages in written.items():
        text = "\n".join(pages.values())
        for other in inventory.agencies:
            if other.agency.id == agency:
                continue
            contact = other.agency.contact
            marks = [other.agency.id, other.agency.name, *(endpoint.id for endpoint in other.endpoints)]
            marks += [system.name for system in inventory.systems.values() if owner[system.id] == other.agency.id]
            marks += [contact.name, contact.phone] if contact is not None else []
            hits = [mark for mark in marks if re.search(rf"(?<![\w-]){re.escape(mark)}(?![\w-])", text)]
            assert (agency, hits) == (agency, [] if agency != "t" else [mark for mark in hits if mark == "Kho dùng chung"])
        for internal in ("bao-cao.csv", "tra loi.txt", "Sở KH&amp;CN", "0123456789abcdef", "PC-LA"):
            assert internal not in text, (agency, internal)


def test_an_agency_that_sent_nothing_is_told_so_and_reaches_nothing(documents, written):
    document = documents["xa-b"]
    assert document.head.tile is Tile.SILENT and not document.head.submitted
    assert document.papers[0].state is Paper.MISSING
    assert document.actions[0].words.text == "send the inventory of systems, machines and people"
    assert all(target.decision in (Decision.UNDECIDED, Decision.NOT_APPLICABLE) for target in document.targets)
    assert "Đơn vị chưa gửi số liệu." in written["xa-b"]["xa-b.html"]


def test_a_closed_agency_says_since_when_and_counts_nowhere(documents, written):
    document = documents["huyen-cu"]
    assert document.head.closed_on == date(2025, 6, 30)
    assert not (document.machines or document.targets or document.actions or document.systems)
    assert "đã kết thúc hoạt động ngày 30/06/2025" in written["huyen-cu"]["huyen-cu.html"]


def test_an_agency_nobody_knows_is_refused(pages):
    with pytest.raises(UsageError, match="there is no agency"):
        pages.document("xa-z")


def test_a_gain_is_what_would_become_proven(measured, documents):
    [measurement] = [one for one in measured[0].measurements if one.target == "endpoints-protected"]
    states = measured[0].states
    for agency, document in documents.items():
        [share] = [one for one in measurement.agencies if one.agency == agency] or [None]
        for action in document.actions:
            if action.check != "protection.installed":
                continue
            [gain] = [gain for gain in action.gains if gain.title == document.targets[1].short]
            failed = [
                name
                for name in share.disproven
                if any(one.check == action.check and one.verdict is Verdict.FAIL for one in states[name].findings)
            ]
            assert (gain.target, gain.count, gain.at_most) == (2, len(failed), False)
            assert set(failed) <= set(action.machines) and action.fixes
    assert any(action.check == "protection.installed" for action in documents["xa-a"].actions)
    assert all(len(document.actions) <= 5 for document in documents.values())


def test_the_sheet_names_every_machine_that_needs_somebody(documents):
    visits = {visit.machine for visit in documents["so-c"].visits}
    assert visits >= {"may-1", "may-3", "may-4", "may-5", "may-6"} and "doc-lap-1" not in visits
    places = [visit.place for visit in documents["so-c"].visits]
    assert places == sorted(places, key=lambda place: (place is None, place or ""))
    assert any(errand.about == "Quản lý văn bản" for errand in documents["so-c"].errands)
    assert not any("Hệ thống số 1" in str(errand.about) for errand in documents["so-c"].errands)


def test_what_could_not_be_seen_has_a_reason_and_an_advice(documents):
    rows = documents["so-c"].unseen
    assert {name for row in rows if not row.answers for name in row.machines} == {"may-3", "may-4", "may-5", "may-6"}
    assert all(str(row.why) and str(row.advice) for row in rows)


def test_the_panel_holds_every_verdict_with_its_sentence_grade_and_section(documents, written):
    html = written["so-c"]["so-c.html"]
    island = island_of(html)
    text = island["texts"]
    [shown] = [machine for machine in island["machines"] if text[machine["id"]] == "machine-may-2"]
    [machine] = [machine for machine in documents["so-c"].machines if machine.id == "may-2"]
    rows = [island["rows"][number] for number in shown["rows"]]
    assert len(rows) + len(island["sets"][shown["na"]]) == len(machine.evidence.findings)
    titles = {row.id: row.title.vi for row in documents["so-c"].checks}
    [installed] = [row for row in rows if island["checks"][row[0]][0] == titles["protection.installed"]]
    assert island["verdicts"][installed[1]][0] == "pass" and installed[5] == "A"
    assert any("ClamAV" in text[number] for number in installed[2])
    fact = island["values"][installed[3][0]][0]
    section = machine.evidence.sections[0]["protection.products"]
    said = Voice(translator("vi")).say(section_words(section))
    assert said.endswith(f"({section})") and said != section, "what a section holds, in words, beside its raw name"
    assert text[island["places"][shown["places"][0]][fact]] == said
    assert any(text[row[0]] == said and row[2] for row in shown["sections"])


def test_texts_of_checks_stand_only_where_something_is_not_passed(written):
    island = island_of(written["so-d"]["so-d.html"])
    passed = {row[0] for row in island["rows"]} - {row[0] for row in island["rows"] if island["verdicts"][row[1]][0] != "pass"}
    assert passed and all(len(island["checks"][place]) == 1 for place in passed)
    assert any(len(check) == 5 for check in island["checks"])


def _many(document, count: int):
    """The agency with ``count`` machines, each with values of its own."""
    [model] = [machine for machine in document.machines if machine.id == "may-2"]
    own = model.evidence

    def clone(number: int):
        findings = tuple(
            replace(one, evidence=(("machine.name", f'"{number} {place} {"x" * 150}"'),)) if place < 12 else one
            for place, one in enumerate(own.findings)
        )
        return replace(model, id=f"may-{number}", evidence=Evidence(findings, own.trails, own.sections, level=own.level))

    return replace(document, machines=tuple(clone(number) for number in range(count)), visits=(), actions=(), unseen=())


def test_a_large_agency_is_paged_and_every_machine_is_found(documents, renderer):
    document = _many(documents["so-c"], 600)
    pages = renderer.pages(document)
    assert [name for name, _ in pages] == ["so-c.html", *(f"so-c~{number}.html" for number in range(2, len(pages) + 1))]
    assert len(pages) > 1 and all(len(html.encode()) < LARGEST for _, html in pages)
    listed = re.findall(r'id="machine-(may-\d+)" href="([^"#]*)#machine-(may-\d+)"', pages[0][1])
    assert len(listed) == 600 and all(one == other for one, _, other in listed)
    held = {
        name: [island["texts"][one["id"]] for one in island["machines"]] for name, html in pages for island in [island_of(html)]
    }
    assert sum(map(len, held.values())) == 600
    for machine, page, _ in listed:
        assert f"machine-{machine}" in held[page or "so-c.html"]
    elsewhere = island_of(pages[0][1])["elsewhere"]
    assert elsewhere == {machine: page for machine, page, _ in listed if page}


def test_even_the_largest_agency_has_no_page_too_large_for_an_old_computer(documents, renderer):
    [model] = [machine for machine in documents["so-c"].machines if machine.id == "may-3"]
    machines = tuple(replace(model, id=f"may-{number}", place="Tầng 2, trụ sở Ủy ban nhân dân") for number in range(4000))
    visits = tuple(Visit(machine.id, machine.place, ("bật máy",)) for machine in machines)
    pages = renderer.pages(replace(documents["so-c"], machines=machines, visits=visits, actions=(), unseen=()))
    assert all(len(html.encode()) < LARGEST for _, html in pages)
    text = "".join(html for _, html in pages)
    assert len(set(re.findall(r'id="machine-(may-\d+)"', text))) == 4000
    assert len(re.findall(r'<th scope="row">may-\d+</th>', text)) == 4000, "each has its line on a sheet"


@pytest.mark.parametrize("bad", [PAYLOAD, "=cmd|'/c calc'!A1" + "x" * 10_000])
def test_hostile_texts_stay_texts(documents, renderer, page, bad):
    finding = Finding("machine.named", Verdict.FAIL, evidence=(("machine.name", json.dumps(bad)),), defect=bad)

    def bitten(machine):
        own = machine.evidence
        if own is None:
            return machine
        evidence = Evidence((finding,), own.trails, ({"machine.name": bad},), left_out=(bad,), texts=own.texts)
        return replace(machine, evidence=evidence)

    for agency in ("xa-a", "so-c"):
        document = documents[agency]
        machines = tuple(map(bitten, poisoned(document.machines, bad)))
        checks = tuple(
            replace(poisoned(one, bad), id=one.id, asserted=one.asserted, limits=one.limits) for one in document.checks
        )
        hostile = replace(poisoned(replace(document, machines=(), checks=()), bad), machines=machines, checks=checks)
        pages = renderer.pages(hostile)
        assert len(pages) == 1
        read = page(pages[0][1])
        assert [tag for tag, _ in read.tags].count("script") == 2 and len(read.blocks["script"]) == 2
        shown = pages[0][1] + json.dumps(read.island, ensure_ascii=False)
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", shown)
        assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
        assert "img" not in {tag for tag, _ in read.tags}
        assert len(pages[0][1]) < LARGEST


def test_without_an_earlier_state_the_page_says_so(documents, written):
    assert documents["xa-a"].changes.since is None
    assert "Chưa có số liệu của kỳ trước" in written["xa-a"]["xa-a.html"]


def test_what_changed_is_told_to_the_agency_it_happened_in(measured, renderer):
    now = state_of(measured[0])
    machines = dict(now.machines)
    machines["may-1"] = replace(machines["may-1"], fails=machines["may-1"].fails - {"protection.installed"})
    machines["may-9"] = machines["pc-d-1"].__class__("so-d", seen=False)
    before = replace(now, moment=AS_OF - timedelta(days=7), machines=machines)
    pages = AgencyPages(*measured, Past((before,)))
    changed = {document.head.id: document.changes.rows for document in pages.documents(pages.ids)}
    assert [(row.machine, row.turn, row.checks) for row in changed["so-c"]] == [("may-1", Turn.WORSE, ("protection.installed",))]
    assert [(row.machine, row.turn, row.listed) for row in changed["so-d"]] == [("may-9", Turn.VANISHED, False)]
    assert not changed["xa-a"]
    [(_, html)] = renderer.pages(pages.document("so-c"))
    assert "So với thời điểm" in html


def test_agencies_are_read_together_and_nothing_is_kept(pages):
    ids = list(pages.ids)
    together = [document.machines for document in pages.documents(ids)]
    alone = [pages.document(agency).machines for agency in ids]
    assert [[machine.id for machine in rows] for rows in together] == [[machine.id for machine in rows] for rows in alone]


def test_a_number_nobody_gave_is_unknown_also_where_the_target_of_the_province_is_missed(measured):
    """Blank is not "nobody to count": the province's decision does not answer for an agency."""
    found, store = measured
    blank = Tally()
    people = [number for number, one in enumerate(found.plan.targets) if one.population == "people"]
    measurements = list(found.measurements)
    for number in people:
        missing = Blocker(BlockerKind.COUNT_MISSING, ("so-c",), 1)
        shares = tuple(
            replace(share, tally=blank, obstacles=(missing,)) if share.agency == "so-c" else share
            for share in measurements[number].agencies
        )
        measurements[number] = replace(measurements[number], decision=Decision.MISSED, blockers=(), agencies=shares)
    document = AgencyPages(replace(found, measurements=tuple(measurements)), store, NO_PAST, "officer").document("so-c")
    own = [target for target in document.targets if target.population == "people"]
    assert own and {target.decision for target in own} == {Decision.UNDECIDED}
    assert all("the agency has not given the number of people" in [one.text for one in target.said] for target in own)


def test_what_is_not_installed_is_neither_to_be_switched_on_nor_to_be_updated(documents):
    seen = 0
    for document in documents.values():
        installs = {name for action in document.actions if action.check == "protection.installed" for name in action.machines}
        followers = [action for action in document.actions if (action.check or "").startswith("protection.")]
        for action in followers:
            if action.check != "protection.installed":
                assert not installs & set(action.machines), action.check
        todo = {visit.machine: [getattr(line, "text", "") for line in visit.todo] for visit in document.visits}
        for name in installs:
            seen += 1
            assert "install anti-malware" in todo[name] and "switch on and update the anti-malware" not in todo[name]
    assert seen


def test_page_and_letter_ask_for_the_same(measured, documents):
    """Whom the letter asks for the export of a console, the page does not ask for the collector."""
    ways = round_of(measured[0]).ways
    asked = {name: way.step.lever for found in ways.values() for way in found for name in way.line.machines}
    shown = {
        name: row.advice for document in documents.values() for row in document.unseen if not row.answers for name in row.machines
    }
    console = {name for name, lever in asked.items() if lever is Lever.CONSOLE and name in shown}
    assert console and all(shown[name] == CONSOLE_FIRST for name in console)
    assert not any(advice == CONSOLE_FIRST for name, advice in shown.items() if name not in console)


def test_a_machine_that_was_read_and_cannot_say_it_is_not_sent_the_collector_again(documents):
    machines = documents["so-c"].machines
    [machine] = [one for one in machines if one.id == "may-2"]
    assert Grade.A in machine.grades
    unsupported = MissingFact("protection.products", MissingReason.UNSUPPORTED)
    findings = tuple(
        replace(one, verdict=Verdict.UNKNOWN, missing=(unsupported,)) if one.check == "protection.installed" else one
        for one in machine.evidence.findings
    )
    own = machine.evidence
    read = replace(machine, evidence=Evidence(findings, own.trails, own.sections, level=own.level))
    assert READ_ADVICE in [row.advice for row in reason_rows([read])]
    by_console = replace(read, grades=(Grade.B,))
    assert REASON_ADVICE[MissingReason.UNSUPPORTED] in [row.advice for row in reason_rows([by_console])]


def test_the_sheet_says_by_when_and_limits_cite_the_act_as_people_do(written):
    for pages in written.values():
        html = "".join(pages.values())
        assert '<th scope="col">Hạn</th>' in html or "Hồ sơ, văn bản: hệ thống và con người" not in html
        assert not re.search(r'<span class="small clause">(nd|luat)-[0-9]', html)
