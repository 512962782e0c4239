"""Letters, messages, slips, notice and slides of a round: each agency its own figures, nothing of others, nothing cut in two."""

import csv
import hashlib
import io
import json
import re
import sys
import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import periods
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.messages import clean
from secaudit.model.inventory import Agency, AssetRegister, Contact, People
from secaudit.model.measurement import AgencyShare, Blocker, BlockerKind, EndpointState, Tally
from secaudit.model.outcome import Sight
from secaudit.model.past import Basis, Past, PastState, PastTarget
from secaudit.model.period import Period
from secaudit.model.system import Dossier, System
from secaudit.pipeline.decision_chains import chains
from secaudit.pipeline.frozen import closed_sources
from secaudit.pipeline.letters.checking import code_of, recorded
from secaudit.pipeline.letters.deck import deck_of
from secaudit.pipeline.letters.figures import figures_of, short_form
from secaudit.pipeline.letters.letter import letter_of
from secaudit.pipeline.letters.making import agency_papers, province_papers
from secaudit.pipeline.letters.message import MOST, fitted, message_of
from secaudit.pipeline.letters.notice import NO_PHONE, Sent, letters_of, notice_of
from secaudit.pipeline.letters.owing import Debt, Weight, debts_of
from secaudit.pipeline.letters.round import Round, Way, due_of, round_of
from secaudit.pipeline.letters.slip import _cut, _level, _Row, list_of, slip_of
from secaudit.pipeline.letters.wording import characters, shortened
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.plan_report import TEMPLATE as RESULTS
from secaudit.pipeline.province import load_province
from secaudit.pipeline.publish import footer_of
from secaudit.pipeline.publish.course import improved_rows
from secaudit.pipeline.publish.orders import orders
from secaudit.pipeline.ways_plan import Lever, Step, Via
from secaudit.report.official import Paper
from secaudit.resources import data_folder
from secaudit.store import Store

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "report"))

from word_reading import text_of  # noqa: E402
from word_variables import documented, given_by  # noqa: E402

MOMENT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TEMPLATES = data_folder("report_templates") / "word"
HOSTILE = ("<script>alert(1)</script>", "=cmd|'/c calc'!A1", "tên\x1b[31m", "a\ufffeb", "x\u202egpj.exe", "d" * 10_000)
TOOL_WORDS = re.compile(r"(?i)\b(digest|sha-?256|cel|ssh|run|hash|json|yaml|none|true|false|collector)\b")


@pytest.fixture(scope="module", name="measured")
def measure_the_sample() -> Measured:
    province = load_province(ROOT / "inventories" / "thai-nguyen", ROOT / "checks", None)
    return measure_province(province, province.plan("ke-hoach-246"), None, as_of=MOMENT)


@pytest.fixture(scope="module", name="made")
def make_the_round(measured) -> Round:
    return round_of(measured)


def _file(made: Round, name: str):
    return next(file for file in made.agencies if file.agency.id == name)


def _letter(made: Round, name: str) -> Paper:
    file = _file(made, name)
    return letter_of(made, file, figures_of(made, file), debts_of(made, file))


def _slip(made: Round, name: str) -> Paper:
    file = _file(made, name)
    return slip_of(made, file, figures_of(made, file), in_order=not debts_of(made, file))


def _said(paper: Paper) -> str:
    return json.dumps([paper.subject, paper.addressees, paper.recipients, paper.basis, dict(paper.body)], ensure_ascii=False)


def _changed(measured: Measured, name: str, **changes: object) -> Measured:
    """The same figures, with another text or count in one agency's file."""
    inventory = measured.province.inventory
    agencies = tuple(
        file.model_copy(
            update={
                key: file.agency.model_copy(update=value) if key == "agency" else value
                for key, value in changes.items()
            }
        )
        if file.agency.id == name
        else file
        for file in inventory.agencies
    )  # fmt: skip
    return replace(measured, province=replace(measured.province, inventory=replace(inventory, agencies=agencies)))


def test_a_letter_has_the_agencys_own_figures_and_what_it_owes_by_when_and_whom_to_call(made):
    file = _file(made, "so-khcn")
    paper = _letter(made, "so-khcn")
    shares = {number: share.tally for number, _, share in made.shares["so-khcn"]}
    for row in paper.body["targets"]:
        part = shares[row["number"]]
        upper = part.proven + part.unknown
        assert row["counts"] == (f"{part.proven}/" if part.proven == upper else f"{part.proven}–{upper}/") + str(part.total)
    assert len(paper.body["targets"]) == len(shares) == 5
    ways = made.ways["so-khcn"]
    assert ways and all(str(len(way.line.machines)) in " ".join(paper.body["debts"]) for way in ways)
    assert paper.body["due"] == "14/12/2026" and paper.body["call"] == "Công an tỉnh Thái Nguyên, 0208 000 0101"
    assert paper.addressees == (file.agency.name,) and (paper.kind, paper.signature.name) == ("", "") and paper.internal
    assert not TOOL_WORDS.search(" ".join(paper.body["debts"]))


def test_every_paper_says_how_old_the_tables_are_and_who_made_it_when(measured, made):
    """The figures are of one moment, the paper may be made on another."""
    signed = round_of(measured, made_by="canbo", made_at=MOMENT + timedelta(days=3))
    file, ages = _file(signed, "so-khcn"), [table.days for table in footer_of(measured).lifecycle]
    debts, figures = debts_of(signed, file), figures_of(signed, file)
    assert ages
    for foot in (
        " ".join(letter_of(signed, file, figures, debts).basis),
        " ".join(slip_of(signed, file, figures, in_order=not debts).basis),
        " ".join(notice_of(signed).basis),
        deck_of(signed).foot,
    ):
        assert f"bản vá: {min(ages)}–{max(ages)} ngày tuổi." in foot and "Người lập: canbo, 16:00 23/11/2026." in foot
    assert "Người lập" not in " ".join(_letter(made, "so-khcn").basis), "nobody is named who is not known"


def test_whoever_has_sent_nothing_is_asked_for_that_first(made):
    silent = [file for file in made.agencies if not made.has_sent(file)]
    assert silent
    for file in silent:
        debts = debts_of(made, file)
        assert debts[0].weight is Weight.DATA and "bản kê khai" in debts[0].words
        assert "Gửi bản kê khai" in message_of(made, file, debts)
    assert all(debt.weight is not Weight.DATA for debt in debts_of(made, _file(made, "so-khcn")))


def test_the_same_is_asked_for_once_however_the_collector_travels(made):
    [agency] = [file for file in made.agencies if file.agency.id == "so-khcn"]
    line = next(way.line for ways in made.ways.values() for way in ways)
    lines = [replace(line, machines=("m-1", "m-2"), stale=1), replace(line, machines=("m-3",), stale=0)]
    steps = [Step(Lever.COURIER, (one,), via=via) for one, via in zip(lines, (Via.GPO, Via.MANUAL), strict=True)]
    ways = [Way(step, one) for step, one in zip(steps, lines, strict=True)]
    asked = [debt.short for debt in debts_of(replace(made, ways={"so-khcn": ways}), agency) if "bộ thu thập" in debt.short]
    assert asked == ["chạy bộ thu thập trên 3 máy"]


def test_a_number_of_people_is_asked_for_where_the_target_is_missed_and_of_those_who_sent_something(made):
    missing = Blocker(BlockerKind.COUNT_MISSING, ("so-khcn",), 1)
    shares = {
        name: [(number, population, replace(share, obstacles=(missing,))) for number, population, share in made.shares[name]]
        for name in ("so-khcn", "xa-na-ri")
    }
    asked = replace(made, shares={**made.shares, **shares})
    sent, silent = (_file(made, name) for name in ("so-khcn", "xa-na-ri"))
    assert any(debt.weight is Weight.COUNTS for debt in debts_of(asked, sent))
    assert not made.has_sent(silent) and not any(debt.weight is Weight.COUNTS for debt in debts_of(asked, silent))


def test_systems_are_asked_for_the_step_that_comes_next_and_overdue_steps_are_named(made):
    system = System(id="cong-a", name="Cổng A")
    states = {
        "cho biết tình trạng": None,
        "lập hồ sơ": Dossier(status="none"),
        "gửi thẩm định": Dossier(status="drafting"),
        "gửi số, ngày quyết định": Dossier(status="approved", level=2),
    }
    for words, dossier in states.items():
        changed = replace(made, systems={"so-khcn": [system.model_copy(update={"dossier": dossier})]})
        found = [debt.words for debt in debts_of(changed, _file(made, "so-khcn")) if debt.weight is Weight.SYSTEMS]
        assert len(found) == 1 and words in found[0] and found[0].endswith("Cổng A")
    waiting = replace(made, systems={"so-khcn": [system.model_copy(update={"dossier": Dossier(status="submitted")})]})
    assert not [debt for debt in debts_of(waiting, _file(made, "so-khcn")) if debt.weight is Weight.SYSTEMS], "others decide"
    found = chains(made.measured.province, made.measured.levels, made.day).chains
    late = {made.measured.province.inventory.owner_of_system[name] for name, chain in found.items() if chain.overdue}
    told = {file.agency.id for file in made.agencies if any(debt.weight is Weight.OVERDUE for debt in debts_of(made, file))}
    assert told == late & {file.agency.id for file in made.agencies} != set()


@pytest.mark.parametrize(
    ("status", "plan", "words"),
    [
        ("operating", "full", None), ("operating", "partial", "triển khai đầy đủ phương án"),
        ("operating", None, "cho biết mức triển khai"), ("investing", "partial", None), ("stopped", "partial", None),
    ],
)  # fmt: skip
def test_of_an_approved_system_its_plan_is_asked_for_and_of_one_that_is_not_in_use_nothing(made, status, plan, words):
    dossier = {"status": "approved", "level": 2, "decision": {"number": "1/QĐ", "date": "2026-02-02"}}
    system = System.model_validate(
        {"id": "cong-a", "name": "Cổng A", "status": status, "dossier": dossier, "plan": {"status": plan} if plan else None}
    )
    only = replace(made, systems={"so-khcn": [system]})
    found = [debt.words for debt in debts_of(only, _file(made, "so-khcn")) if debt.weight is Weight.SYSTEMS]
    assert [one.startswith(words) for one in found] == [True] if words else found == []


def test_machines_without_protection_are_asked_for_only_where_the_agencys_own_part_is_below_what_is_asked(made):
    def asked(proven: int) -> list[str]:
        shares = [(2, "endpoints", AgencyShare("so-khcn", Tally(proven, 100 - proven, 0)))]
        only = replace(made, shares={"so-khcn": shares})
        return [debt.short for debt in debts_of(only, _file(made, "so-khcn")) if debt.weight is Weight.REPAIR]

    assert asked(90) == [] and asked(89) == ["cài giải pháp bảo vệ cho 11 máy"], "90 % are asked"


def test_what_weighs_most_is_asked_for_first(made):
    weights = [[debt.weight for debt in debts_of(made, file)] for file in made.agencies]
    assert all(one == sorted(one) for one in weights) and max(len(set(one)) for one in weights) >= 3


def test_a_level_that_is_not_decided_is_a_span_on_the_slip(made):
    level, system = figures_of(made, _file(made, "so-khcn")).systems[0][1], System(id="cong-a", name="Cổng A")
    spans = {
        (2, 3): "cấp độ 2 đến 3",
        (None, 3): "cấp độ chưa rõ đến 3",
        (2, 2): "đề xuất cấp độ 2",
        (None, None): "chưa xác định",
    }
    for (lowest, highest), words in spans.items():
        assert _level(made, system, replace(level, lowest=lowest, highest=highest)).startswith(words)


def test_a_list_of_lines_is_cut_only_where_there_are_more_than_fit_and_says_how_many(made):
    rows = [_Row(str(number), "") for number in range(4)]
    assert _cut(rows[:3], 3, "máy") == rows[:3]
    assert [(row.label, row.value) for row in _cut(rows, 3, "máy")][2:] == [("Và 2 máy khác", "xem danh sách")]


def test_nothing_of_other_agencies_stands_in_an_agencys_papers(made):
    """Neither their names and ids nor their systems, machines and people."""
    inventory = made.measured.province.inventory
    shared = {system.id for system in inventory.province.shared_systems}
    marks = {
        file.agency.id: {
            file.agency.name, file.agency.contact.name if file.agency.contact else file.agency.name,
            *(system.name for system in file.systems if system.id not in shared), *(one.id for one in file.endpoints),
        }
        for file in made.agencies
    }  # fmt: skip
    allowed = {made.unit, made.call, inventory.province.province.owner}
    for file in made.agencies:
        figures, debts = figures_of(made, file), debts_of(made, file)
        texts = [_said(letter_of(made, file, figures, debts)), _said(slip_of(made, file, figures, in_order=False))]
        texts += [_said(list_of(made, file, figures)), message_of(made, file, debts), figures.canonical().decode()]
        own = " ".join([*marks[file.agency.id], *allowed])
        whole = "\n".join(texts)
        for name, others in marks.items():
            if name != file.agency.id:
                assert not [mark for mark in others if mark in whole and mark not in own], (file.agency.id, name)


def test_a_system_of_state_secrets_is_named_in_no_paper_and_no_agency_beside_it(measured, made):
    inventory = measured.province.inventory
    target = (inventory.agencies[0].systems and inventory.agencies[0]) or next(
        file for file in inventory.agencies if file.systems
    )
    secret = target.systems[0].model_copy(update={"state_secret": True, "level": 4, "name": "Hệ thống TUYỆT MẬT"})
    changed = _changed(measured, target.agency.id, systems=(secret, *target.systems[1:]))
    hidden = round_of(changed)
    file = _file(hidden, target.agency.id)
    figures, debts = figures_of(hidden, file), debts_of(hidden, file)
    said = [
        letter_of(hidden, file, figures, debts),
        slip_of(hidden, file, figures, in_order=False),
        list_of(hidden, file, figures),
    ]
    said += [notice_of(hidden), letters_of(hidden, [Sent(file.agency, debts)])]
    whole = "\n".join([*map(_said, said), message_of(hidden, file, debts), figures.canonical().decode(), str(deck_of(hidden))])
    assert "TUYỆT MẬT" not in whole and secret.id not in {system.id for system, _ in figures.systems}
    assert secret.id not in figures.canonical().decode()
    assert len(figures.systems) == len(figures_of(made, _file(made, target.agency.id)).systems) - 1


def _in_order(made: Round, name: str) -> Round:
    shares = [(number, kind, AgencyShare(name, Tally(share.tally.total))) for number, kind, share in made.shares[name]]
    agency = _file(made, name)
    measured = _changed(made.measured, name, endpoints=(), people=agency.people)
    cleared = tuple(replace(one, blockers=()) for one in measured.measurements)
    return replace(
        made,
        measured=replace(measured, measurements=cleared),
        shares={**made.shares, name: shares},
        ways={},
        rests={},
        systems={},
    )


def test_an_agency_in_order_is_thanked_on_its_slip_and_gets_a_letter_only_when_all_do(made):
    done = _in_order(made, "so-khcn")
    file = _file(done, "so-khcn")
    assert debts_of(done, file) == ()
    (quiet,) = agency_papers(done, [file], TEMPLATES, everyone=False)
    (asked,) = agency_papers(done, [file], TEMPLATES, everyone=True)
    assert not quiet.message and {path.split("/")[0] for path in quiet.files} == {"phieu", "so-lieu"}
    assert set(quiet.absent) == {"cong-van/so-khcn.docx", "tin-nhan/so-khcn.txt", "danh-sach/so-khcn.docx"}
    assert "trân trọng cảm ơn đơn vị" in text_of(quiet.files["phieu/so-khcn.docx"])
    assert "trân trọng cảm ơn" in text_of(asked.files["cong-van/so-khcn.docx"]) and "cảm ơn" in asked.message
    (owing,) = agency_papers(made, [_file(made, "so-khcn")], TEMPLATES, everyone=False)
    assert "cảm ơn" not in text_of(owing.files["phieu/so-khcn.docx"]) and owing.message


def test_people_are_asked_for_only_where_the_agencys_own_part_is_below_what_is_asked(made):
    file = _file(made, "so-khcn")

    def asked(proven: int, rest: str) -> list[str]:
        part = Tally(proven, **{rest: 100 - proven})
        shares = [(5, "people", AgencyShare("so-khcn", part)), (4, "people", AgencyShare("so-khcn", part))]
        only = replace(made, shares={"so-khcn": shares})
        return [debt.words for debt in debts_of(only, file) if debt.weight is Weight.PEOPLE]

    assert asked(91, "disproven") == []
    assert [words.partition(" (")[0] for words in asked(90, "unknown")] == [
        "gửi văn bản có ngày, tháng chứng minh cho 10 người"
    ], "more than 90 % is asked by the one, 80 % by the other"
    assert len(asked(79, "disproven")) == 2


def _trial(made: Round) -> Round:
    first = next(iter(made.measured.states))
    state = EndpointState(first, SimpleNamespace(outcome=SimpleNamespace(lab=True)), Sight.SEEN)
    return replace(made, measured=replace(made.measured, states={**made.measured.states, first: state}))


def test_papers_made_of_simulated_machines_say_so_at_their_head(measured):
    made = round_of(measured)
    trial = _trial(made)
    for one, marked in ((made, False), (trial, True)):
        papers = [_letter(one, "so-khcn"), _slip(one, "so-khcn"), notice_of(one), letters_of(one, [])]
        assert all(paper.subject.startswith("[BẢN CHẠY THỬ]") is marked for paper in papers)
        assert all(("không sử dụng" in " ".join(paper.basis)) is marked for paper in papers)
        assert ("[BẢN CHẠY THỬ]" in message_of(one, _file(one, "so-khcn"), [])) is marked
        assert ("[BẢN CHẠY THỬ]" in deck_of(one).slides[0].title) is marked


NAMES = st.text(
    alphabet=st.one_of(
        st.sampled_from("ABCaeouyĐđ àáạảãâầấậẩẫăằắ.,;!?\u0301\u0303\u0323\u200d😀👩"), st.characters(exclude_categories=["Cs"])
    ),
    min_size=1,
    max_size=300,
)


def test_a_message_says_where_it_names_only_some_of_what_is_owed(made):
    agency = _file(made, "so-khcn")
    debts = [Debt(Weight.DATA, "w", f"việc thứ {number} " + "x" * 80) for number in range(7)]
    said, whole = message_of(made, agency, debts), message_of(made, agency, debts[:2])
    assert "còn 7 việc, trong đó: Việc thứ 0" in said and "Việc thứ 6" not in said
    assert "còn 2 việc. Việc thứ 0" in whole and "Việc thứ 1" in whole


def test_a_message_has_at_most_500_characters_and_whole_sentences(made):
    file = _file(made, "so-khcn")
    bases = [made]

    @settings(max_examples=60, deadline=None)
    @given(office=NAMES, person=NAMES, phone=NAMES, plan=NAMES, call=NAMES, counts=st.lists(st.integers(0, 10**8), max_size=12))
    def holds(office, person, phone, plan, call, counts):
        debts = [Debt(Weight.OTHER, f"việc {count}", f"gửi văn bản chứng minh cho {count} người") for count in counts]
        contact = Contact.model_construct(name=person, phone=phone)
        agency = file.model_copy(update={"agency": file.agency.model_copy(update={"name": office, "contact": contact})})
        named = replace(bases[-1].measured, plan=made.measured.plan.model_copy(update={"name": plan}))
        told = message_of(replace(bases[-1], measured=named, call=shortened(call, 160)), agency, debts)
        assert len(unicodedata.normalize("NFC", told)) <= characters(told) <= MOST and "\n" not in told
        assert told.endswith("Trân trọng.") and ("14/12/2026" in told or not debts)
        asked = [f"Gửi văn bản chứng minh cho {count} người." for count in counts]
        assert " ".join(asked[: told.count("Gửi văn bản")]) in told, "the least important are left out first, and none is cut"

    holds()
    bases.append(_trial(made))  # the longest greeting
    for sign in ("😀", "W", "k\u0303", "Ệ"):  # as long as they may be, all of them
        holds.hypothesis.inner_test(sign * 300, sign * 300, sign * 300, sign * 300, sign * 300, [7] * 12)


def test_what_must_stand_stands_and_what_is_wished_comes_in_its_order_while_there_is_room():
    assert fitted(["A.", "Z."], ["b" * 493 + ".", "c."], at=1) == f"A. {'b' * 493}. Z."
    assert fitted(["A.", "Z."], ["b" * 496 + ".", "c."], at=1) == "A. Z.", "none overtakes a more important one"
    assert characters("e\u0301") == 1 and characters("😀") == 2


def test_a_name_that_is_cut_keeps_its_last_letter_whole():
    assert shortened("Sở  A", 10) == "Sở A" and shortened("x" * 30, 10) == "x" * 9 + "…"
    marked = "k\u0303" * 30  # no composed form
    cut = shortened(marked, 10)
    assert cut.endswith("…") and len(cut) <= 10 and cut.count("k") * 2 == len(cut) - 1


def test_the_code_of_a_slip_changes_with_every_figure_on_it(measured, made):
    name = "so-khcn"
    file = _file(made, name)
    before = figures_of(made, file)
    share = next(share for _, _, share in made.shares[name])
    number, kind, _ = made.shares[name][0]
    others = made.shares[name][1:]

    def counted(tally: Tally) -> Round:
        return replace(made, shares={**made.shares, name: [(number, kind, replace(share, tally=tally)), *others]})

    people = file.people.model_copy(update={"staff_trained": 1})
    first = next(one for one in file.endpoints if one.kind != "isolated" and one.status == "in_use")
    system = made.systems[name][0]
    dossier = system.model_copy(update={"dossier": Dossier(status="drafting", level=5)})
    seen = replace(made.measured, states={**measured.states, first.id: EndpointState(first.id, _evidence(), Sight.SEEN)})
    changed = {
        "proven": counted(replace(share.tally, proven=share.tally.proven + 1)),
        "disproven": counted(replace(share.tally, disproven=share.tally.disproven + 1)),
        "unknown": counted(replace(share.tally, unknown=share.tally.unknown + 1)),
        "people": round_of(_changed(measured, name, people=people)),
        "machines": round_of(_changed(measured, name, endpoints=file.endpoints[1:])),
        "register": round_of(_changed(measured, name, agency={"asset_register": AssetRegister(computers=999, as_of=made.day)})),
        "seen": replace(made, measured=seen),
        "dossier": replace(made, systems={**made.systems, name: [dossier, *made.systems[name][1:]]}),
        "day": round_of(replace(measured, as_of=MOMENT + timedelta(days=1))),
        "sent": round_of(_changed(measured, name, agency={"submission": None})),
    }
    codes = {what: figures_of(one, _file(one, name)).digest for what, one in changed.items()}
    assert len({before.digest, *codes.values()}) == len(changed) + 1, codes


def _evidence():
    """Only that there is some counts here."""
    return SimpleNamespace(outcome=SimpleNamespace(lab=False))


def test_the_code_of_a_slip_changes_with_nothing_else(measured, made):
    name = "so-khcn"
    before = figures_of(made, _file(made, name)).digest
    same = {
        "name": round_of(_changed(measured, name, agency={"name": "Sở khác", "contact": None})),
        "hour": round_of(replace(measured, as_of=MOMENT + timedelta(hours=2))),
        "call": round_of(measured, call="Ai đó, 0123", due=date(2026, 12, 1)),
        "plan's name": round_of(replace(measured, plan=measured.plan.model_copy(update={"name": "Tên khác", "title": "x"}))),
        "others": round_of(_changed(measured, "xa-na-ri", people=People(heads=77), endpoints=())),
    }
    assert {what: figures_of(one, _file(one, name)).digest for what, one in same.items()} == dict.fromkeys(same, before)


def test_a_slip_that_came_back_is_proved_by_what_was_written_down_and_by_nothing_that_was_changed(made, tmp_path):
    (papers,) = agency_papers(made, [_file(made, "so-khcn")], TEMPLATES, everyone=False)
    path = next(path for path in papers.files if path.startswith("so-lieu/"))
    (tmp_path / "so-lieu").mkdir()
    (tmp_path / path).write_bytes(papers.files[path])
    digest = papers.figures.digest
    assert hashlib.sha256(papers.files[path]).hexdigest() == digest, "anybody can do it without the program"
    slip = text_of(papers.files["phieu/so-khcn.docx"])
    code = re.search(r"Mã đối chiếu: ([0-9a-f ]+)\.", slip)[1]
    assert code == short_form(digest) and code_of(code.upper()) == digest[:16]
    found = recorded(tmp_path, "so-khcn", code_of(code))
    assert found is not None and (found.digest, found.day, found.plan) == (digest, "2026-11-20", "ke-hoach-246")
    assert recorded(tmp_path, "so", digest) is None and recorded(tmp_path, "xa-na-ri", digest) is None
    (tmp_path / path).write_bytes(papers.files[path].replace(b'"proven":', b'"proven": '))
    assert recorded(tmp_path, "so-khcn", digest) is None


def test_a_slip_shows_every_count_it_is_recognised_by_and_long_lists_stand_beside_it(made):
    file = _file(made, "so-khcn")
    figures = figures_of(made, file)
    paper, listed = _slip(made, "so-khcn"), list_of(made, file, figures)
    values = {row["label"]: row["value"] for row in paper.body["rows"]}
    assert values["Máy đang dùng, không kể máy độc lập"] == str(figures.machines.declared) != "0"
    assert values["Trong đó: chưa kiểm tra được"].startswith(str(len(figures.machines.unseen)))
    assert len([label for label in values if label.startswith("Chỉ tiêu")]) == 5
    rest = next(label for label, value in values.items() if value == "xem danh sách")
    assert rest == f"Và {len(figures.systems) - 2} hệ thống khác" and paper.body["list"] is True
    assert len(listed.body["systems"]) == len(figures.systems) and len(listed.body["targets"]) == 5
    assert [row["machine"] for row in listed.body["machines"]] == list(figures.machines.unseen)
    assert figures.digest in " ".join(paper.basis) and len(paper.body["rows"]) <= 18


def test_blank_is_said_to_be_undeclared_and_never_a_zero(measured):
    blank = round_of(_changed(measured, "so-khcn", people=None, agency={"asset_register": None}))
    rows = {row["label"]: row["value"] for row in _slip(blank, "so-khcn").body["rows"]}
    assert rows["Máy theo sổ tài sản"] == "chưa khai"
    assert rows["Lãnh đạo kê khai: số / tuyên truyền"] == "chưa khai / chưa khai"


def test_the_slip_of_an_agency_that_declared_no_machine_says_so_and_no_zero(made):
    agency = _file(made, "xa-na-ri")
    rows = slip_of(made, agency, figures_of(made, agency), in_order=False).body["rows"]
    machines = [row["value"] for row in rows if row["label"].startswith("Máy")]
    assert machines and set(machines) == {"chưa khai"}


def test_the_day_asked_for_is_the_first_that_is_not_over(measured):
    day = date(2026, 11, 20)
    opened = Period("q4", "ke-hoach-246", date(2026, 10, 1), date(2026, 11, 30), MOMENT, "x")
    assert due_of(measured) == date(2026, 12, 14) and due_of(measured, [opened]) == date(2026, 11, 30)
    assert due_of(measured, [replace(opened, plan="other"), replace(opened, last=day - timedelta(days=1))]) == date(2026, 12, 14)
    for own, wanted in ((date(2026, 12, 1), date(2026, 12, 1)), (date(2026, 3, 1), date(2026, 11, 30))):
        told = replace(measured, plan=measured.plan.model_copy(update={"due": own}))
        assert due_of(told, [opened]) == wanted, "an order never names a day that has passed"


def test_an_agency_without_a_phone_is_written_to_at_its_head_office_and_the_lists_say_so(measured, made):
    quiet = round_of(_changed(measured, "xa-na-ri", agency={"contact": None}))
    file = _file(quiet, "xa-na-ri")
    debts = debts_of(quiet, file)
    paper = letter_of(quiet, file, figures_of(quiet, file), debts)
    assert "Văn phòng (văn thư) của đơn vị" in paper.body["contact"] and paper.addressees == (file.agency.name,)
    (row,) = letters_of(quiet, [Sent(file.agency, debts)]).body["letters"]
    assert row["phone"] == NO_PHONE == "thiếu số điện thoại"
    done = list(agency_papers(quiet, [file], TEMPLATES, everyone=False))
    table = list(csv.DictReader(io.StringIO(province_papers(quiet, done, TEMPLATES)["tin-nhan.csv"].decode("utf-8-sig"))))
    assert [(one["agency"], one["phone"], one["message"]) for one in table] == [("xa-na-ri", NO_PHONE, done[0].message)]


def test_the_notice_has_the_figures_and_the_three_orders_with_who_what_and_by_when(measured, made):
    body = notice_of(made).body
    for row, wanted in zip(body["targets"], measured.measurements, strict=True):
        assert row["counts"].replace(".", "").endswith(f"/{wanted.tally.total}")
    found = orders(measured)
    assert len(body["orders"]) == len(found) == 3
    assert all(one["who"] and one["action"] and one["due"] == "14/12/2026" and one["effect"] for one in body["orders"])
    text = text_of(agency_and_province(made)["thong-bao-ket-luan.docx"])
    assert "đồng chí …………" in text and "ỦY BAN NHÂN DÂN TỈNH THÁI NGUYÊN" in text and "LƯU HÀNH NỘI BỘ" in text
    assert not TOOL_WORDS.search(text) and "an toàn thông tin" not in text.lower()


def agency_and_province(made: Round) -> dict[str, bytes]:
    done = list(agency_papers(made, made.agencies[:1], TEMPLATES, everyone=False))
    return province_papers(made, done, TEMPLATES)


def test_five_slides_say_what_moved_and_plainly_that_nothing_earlier_is_known(measured, made):
    deck = deck_of(made)
    assert len(deck.slides) == 5 and all(slide.notes for slide in deck.slides)
    assert "Chưa có số liệu của kỳ trước" in deck.slides[1].lines[0] and not deck.slides[1].tables
    for row, wanted in zip(deck.slides[0].tables[0].rows, measured.measurements, strict=True):
        assert row[4].replace(".", "").endswith(f"/{wanted.tally.total}")
    assert measured.province.inventory.digest[:16] in deck.foot and "16:00 20/11/2026" in deck.foot

    def before(one):
        agencies = {share.agency: replace(share.tally, proven=max(share.tally.proven - 2, 0)) for share in one.agencies}
        return PastTarget(one.target, replace(one.tally, proven=one.tally.proven - 2), one.decision, agencies)

    earlier = PastState(MOMENT - timedelta(days=30), Basis.CLOSED, measured.plan.id, tuple(map(before, measured.measurements)))
    moved = deck_of(round_of(measured, past=Past((earlier,))))
    assert "21/10/2026" in moved.slides[1].lines[0]
    assert [row[4] for row in moved.slides[1].tables[0].rows if row[4] != "–"] == ["+2"] * 5
    better = [row[1] for row in moved.slides[2].tables[1].rows]
    said = [made.voice.say(row.effect) for row in improved_rows(measured, Past((earlier,)))]
    assert better and better == said[: len(better)], "the gain of each target, as the report says it: a machine counts in several"
    assert [row[2] for row in moved.slides[3].tables[0].rows] == ["14/12/2026"] * 3
    dates = [row[0] for row in moved.slides[4].tables[0].rows]
    assert "14/12/2026" in dates and all(date(int(one[6:]), int(one[3:5]), int(one[:2])) >= made.day for one in dates)
    assert moved.slides[4].tables[1].rows


def test_hostile_names_are_harmless_in_every_paper(measured):
    inventory = measured.province.inventory
    cycle = [*HOSTILE] * 20
    agencies = tuple(
        file.model_copy(
            update={"agency": Agency.model_construct(**{**dict(file.agency), "name": name, "contact": Contact.model_construct(
                name=name, phone=name, email=None)})}
        )
        for file, name in zip(inventory.agencies, cycle, strict=False)
    )  # fmt: skip
    changed = replace(measured, province=replace(measured.province, inventory=replace(inventory, agencies=agencies)))
    made = round_of(changed)
    done = list(agency_papers(made, made.agencies[: len(HOSTILE)], TEMPLATES, everyone=True))
    files = {path: data for one in done for path, data in one.files.items()} | province_papers(made, done, TEMPLATES)
    names = [one.agency.agency.name for one in done]
    for path, data in files.items():
        if path.endswith(".docx"):
            text = text_of(data)
            assert not {"\x1b", "\u202e", "\ufffe"} & set(text) and "d" * 400 not in text, path
    for one, name in zip(done, names, strict=True):
        letter = text_of(one.files[f"cong-van/{one.agency.agency.id}.docx"])
        assert clean(name, limit=300) in letter and "Kính gửi" in letter
        assert len(one.message) <= MOST and not {"\x1b", "\u202e", "\n"} & set(one.message)
    table = list(csv.DictReader(io.StringIO(files["tin-nhan.csv"].decode("utf-8-sig"))))
    assert len(table) == len(done) and not [cell for row in table for cell in row.values() if cell[:1] in "=+-@|"]


@pytest.mark.parametrize("name", ["cong-van-don-doc", "phieu-xac-nhan", "danh-sach-kem-theo"])
def test_the_page_about_templates_describes_exactly_what_an_agencys_paper_gives(made, name):
    file = _file(made, "so-khcn")
    figures = figures_of(made, file)
    papers = {
        "cong-van-don-doc": letter_of(made, file, figures, debts_of(made, file)),
        "phieu-xac-nhan": slip_of(made, file, figures, in_order=False),
        "danh-sach-kem-theo": list_of(made, file, figures),
    }
    assert papers[name].template == name != RESULTS
    assert set(given_by(papers[name].body)) == set(documented(name))


def test_and_what_the_papers_of_the_province_give(made):
    file = _file(made, "so-khcn")
    assert set(given_by(notice_of(made).body)) == set(documented("thong-bao-ket-luan"))
    assert set(given_by(letters_of(made, [Sent(file.agency, debts_of(made, file))]).body)) == set(
        documented("danh-sach-cong-van")
    )


def test_a_closed_period_gives_the_same_papers_again_whatever_came_later(tmp_path):
    periods.make_world(tmp_path)
    periods.close(tmp_path)
    workspace = tmp_path / "workspace"

    def printed() -> tuple[Round, dict[str, bytes]]:
        with Store.open(workspace / "store.sqlite") as store, closed_sources(workspace, store, periods.NAME) as sources:
            measured = sources.measure()
            made = round_of(measured, past=sources.past(measured))
            done = list(agency_papers(made, made.agencies, TEMPLATES, everyone=True))
            return made, {path: data for one in done for path, data in one.files.items()} | province_papers(made, done, TEMPLATES)

    made, first = printed()
    figures = figures_of(made, _file(made, "xa-a"))
    assert (figures.machines.declared, figures.machines.seen, figures.machines.unseen) == (3, 2, ("pc-3",))
    with Store.open(workspace / "store.sqlite") as store:
        periods.see(
            store, {"pc-3": "win10-22h2-kaspersky"}, seen=periods.AFTERWARDS, began=periods.AFTERWARDS,
            inventory=tmp_path / "inventory",
        )  # fmt: skip
    again, second = printed()
    assert first == second, "byte for byte, slides too"
    closing = again.measured.period.closing
    for name in ("phieu/xa-a.docx", "cong-van/xa-a.docx", "thong-bao-ket-luan.docx"):
        with zipfile.ZipFile(io.BytesIO(second[name])) as archive:
            feet = [archive.read(part).decode() for part in archive.namelist() if re.fullmatch(r"word/footer\d+\.xml", part)]
        assert feet and all(closing.digest in foot for foot in feet)
    assert closing.digest in deck_of(again).foot
