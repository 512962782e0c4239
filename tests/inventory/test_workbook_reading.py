"""A workbook that comes back says what the agency changed, whatever people did to its sheets."""

import io
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from secaudit.inventory.questions import Profile
from secaudit.inventory.received import Received
from secaudit.resources import translator
from tests.inventory.sent import MADE_AT, SO_A, Sent, changes, read, record, workbook

BOTH = pytest.mark.parametrize("profile", list(Profile))
VIETNAMESE = translator("vi")


def said(received: Received) -> list[tuple[str | None, str]]:
    """Cell and sentence of each problem; each says what to do, and none holds a text without an end."""
    assert all(problem.path == "xa-b.xlsx" and problem.hint is not None for problem in received.problems)
    return [(problem.cell, str(problem.message)) for problem in received.problems]


def remarked(received: Received) -> list[tuple[str | None, str]]:
    return [(remark.cell, str(remark.message)) for remark in received.remarks]


@BOTH
def test_what_was_not_touched_is_no_change(profile):
    received = read(workbook(profile))
    assert (received.agency, received.profile, received.made_at) == ("xa-b", profile.value, MADE_AT)
    assert (said(received), remarked(received), changes(received)) == ([], [], {})
    assert received.given["endpoints"] == ("b-1", "b-2", "b-3", "b-4")
    assert received.given["systems"] == ("mot-cua", "kin")
    assert [one.key for one in received.records if one.part == "endpoints"] == ["b-1", "b-2", "b-3", "b-4"]
    assert [one.part for one in received.records if one.part in ("agency", "people", "uses")] == ["agency", "people", "uses"]


@BOTH
def test_each_answer_says_in_which_cell_it_stands(profile):
    sent = Sent(workbook(profile))
    place = sent.cell("Máy tính", "b-2", "place")
    place.value = "Phòng 3"
    received = sent.read()
    one = record(received, "endpoints", "b-2")
    assert one.answers["place",] == "Phòng 3"
    assert one.cells["place",] == f"Máy tính!{place.coordinate}"
    assert one.row == f"Máy tính!{place.row}"


# Ten typical mistakes of a part-time officer, in both profiles


@BOTH
def test_mistake_1_words_typed_over_a_drop_down(profile):
    sent = Sent(workbook(profile))
    sent.cell("Máy tính", "b-1", "status").value = "x"
    sent.cell("Máy tính", "b-2", "status").value = "KO "
    sent.cell("Máy tính", "b-2", "ownership").value = "co quan"
    sent.cell("Máy tính", "b-4", "status").value = "chưa rõ"
    wrong = sent.cell("Máy tính", "b-1", "ownership")
    wrong.value = "của tôi"
    received = sent.read()
    assert changes(received) == {
        ("endpoints", "b-1", ("status",)): "in_use",
        ("endpoints", "b-2", ("status",)): "retired",
        ("endpoints", "b-2", ("ownership",)): "agency",
        ("endpoints", "b-4", ("status",)): None,
    }
    assert said(received) == [(f"Máy tính!{wrong.coordinate}", "This is none of the choices")]
    assert received.problems[0].found == "của tôi"
    expected = received.problems[0].expected
    assert expected is not None and VIETNAMESE.text(expected) == "một trong các giá trị: Cơ quan | Cá nhân"


@BOTH
def test_mistake_2_numbers_as_texts_with_signs_of_thousands_and_units(profile):
    sent = Sent(workbook(profile))
    tab = "Đơn vị" if profile is Profile.COMMUNE else "Con người"
    sent.cell("Đơn vị", "agency/asset_register.computers").value = "1.234"
    sent.cell("Đơn vị", "agency/machines_in_use").value = "24 máy"
    sent.cell(tab, "people/staff").value = " 41 "
    sent.cell(tab, "people/heads").value = "1,5"
    received = sent.read()
    found = changes(received)
    assert found["agency", "", ("asset_register", "computers")] == 1234
    assert found["agency", "", ("machines_in_use",)] == 24
    assert found["people", "", ("staff",)] == 41
    assert [message for _, message in said(received)] == [
        "It cannot be told which number is meant: is this a decimal or a sign of thousands?"
    ]
    assert len([remark for remark in received.remarks if str(remark.message).startswith("read as")]) == 2
    assert ("heads",) not in record(received, "people").answers


@BOTH
def test_mistake_3_days_as_texts_and_days_that_are_none(profile):
    sent = Sent(workbook(profile))
    tab = "Đơn vị" if profile is Profile.COMMUNE else "Con người"
    cell = sent.cell(tab, "people/as_of")
    cell.value = "15 tháng 11 năm 2026"
    assert changes(sent.read())["people", "", ("as_of",)] == "2026-11-15"
    cell.value = "31/11/2026"
    assert said(sent.read()) == [(f"{tab}!{cell.coordinate}", "There is no such day in the calendar")]


@BOTH
def test_mistake_4_a_telephone_number_that_became_a_number(profile):
    sent = Sent(workbook(profile))
    cell = sent.cell("Đơn vị", "agency/contact.phone")
    cell.value = 912345678
    received = sent.read()
    assert changes(received) == {("agency", "", ("contact", "phone")): "0912345678"}
    assert [place for place, _ in remarked(received)] == [f"Đơn vị!{cell.coordinate}"]


@BOTH
def test_mistake_5_columns_moved_and_added_and_tabs_renamed(profile):
    sent = Sent(workbook(profile))
    sheet = sent.tab("Máy tính")
    place, status = sent.column("Máy tính", "place"), sent.column("Máy tính", "status")
    for row in range(1, sheet.max_row + 1):
        one, other = sheet.cell(row, place), sheet.cell(row, status)
        one.value, other.value = other.value, one.value
    extra = sheet.max_column + 1
    sheet.cell(sent.row("Máy tính", "_headings"), extra).value = "Ghi chú của xã"
    sheet.cell(sent.row("Máy tính", "b-1"), extra).value = "máy cũ"
    sheet.title = "MAY TINH (ban cuoi)"
    received = sent.read()
    assert (said(received), changes(received)) == ([], {})
    assert [(remark.cell, remark.found) for remark in received.remarks] == [("MAY TINH (ban cuoi)", "Ghi chú của xã")]


@BOTH
def test_mistake_6_a_total_under_the_list(profile):
    sent = Sent(workbook(profile))
    row = sent.add("Máy tính", {"hostname": "Tổng cộng: ", "place": 4})
    received = sent.read()
    assert [message for _, message in said(received)] == ["This row counts the list; it is no record"]
    assert received.problems[0].cell is not None and received.problems[0].cell.endswith(f"{row}")
    assert len([one for one in received.records if one.part == "endpoints"]) == 4


@BOTH
def test_mistake_7_a_row_copied_with_its_hidden_mark(profile):
    sent = Sent(workbook(profile))
    row = sent.copy_row("Máy tính", "b-1")
    sent.tab("Máy tính").cell(row, sent.column("Máy tính", "hostname")).value = "PC-09"
    received = sent.read()
    assert [one.row for one in received.records if one.key == "b-1"] == [
        "Máy tính!" + str(sent.row("Máy tính", "b-1")),
        f"Máy tính!{row}",
    ]
    assert all(("id",) not in one.answers for one in received.records if one.part == "endpoints")


@BOTH
def test_mistake_8_the_example_row_was_typed_over_or_lost_its_mark(profile):
    sent = Sent(workbook(profile))
    example = sent.row("Máy tính", "vidu")
    sent.tab("Máy tính").cell(example, 1).value = None
    received = sent.read()
    assert (said(received), changes(received)) == ([], {})
    sent = Sent(workbook(profile))
    sent.tab("Máy tính").cell(example, sent.column("Máy tính", "hostname")).value = "PC-VANTHU"
    assert said(sent.read()) == [(f"Máy tính!{example}", "The example row was filled in; it is never imported")]


@BOTH
def test_mistake_9_a_formula_in_an_answer_is_refused_and_never_evaluated(profile):
    sent = Sent(workbook(profile))
    cell = sent.cell("Đơn vị", "agency/asset_register.computers")
    cell.value = "=COUNTA('Máy tính'!B:B)"
    sent.tab("Máy tính")["Z1"] = "=1+1"
    received = sent.read()
    assert [(place, message.partition(":")[0]) for place, message in said(received)] == [
        (f"Đơn vị!{cell.coordinate}", "The cell holds a formula")
    ]
    assert ("asset_register", "computers") not in record(received, "agency").answers


@BOTH
def test_mistake_10_hidden_rows_columns_and_the_hidden_sheet_were_deleted(profile):
    sent = Sent(workbook(profile))
    place = sent.cell("Máy tính", "b-2", "place")
    place.value = "Phòng 3"
    for name in ("Máy tính", "Đơn vị"):
        sent.tab(name).delete_rows(1)
        sent.tab(name).delete_cols(1)
    received = sent.read()
    assert said(received) == []
    one = next(one for one in received.records if one.answers.get(("place",)) == "Phòng 3")
    assert one.key == "b-2", "the visible code says which machine it is"
    assert changes(received) == {("endpoints", "b-2", ("place",)): "Phòng 3"}
    del sent.book["_secaudit"]
    named = sent.read("xa-b")
    assert said(named) == []
    assert record(named, "endpoints", "b-2").base is None
    assert [message for _, message in remarked(named)] == [
        "Nothing says how the answers stood when the workbook went out: blank cells change nothing"
    ]
    if profile is Profile.COMMUNE:
        assert said(sent.read()) == [(None, "Nothing says which agency the workbook is of: its hidden sheet is gone")]
    else:
        assert sent.read().agency == "xa-b", "the form says it"


# What must not be lost or taken in silence


@BOTH
def test_a_row_that_was_deleted_or_emptied_is_missing_and_a_sheet_that_is_gone_loses_nothing(profile):
    sent = Sent(workbook(profile))
    sent.tab("Máy tính").delete_rows(sent.row("Máy tính", "b-4"))
    for cell in sent.tab("Máy tính")[sent.row("Máy tính", "b-2")][1:]:
        cell.value = None
    received = sent.read()
    assert [one.key for one in received.records if one.part == "endpoints"] == ["b-1", "b-3"]
    assert received.given["endpoints"] == ("b-1", "b-2", "b-3", "b-4")
    assert any(message == "Every cell of the row was emptied: it is taken as deleted" for _, message in remarked(received))
    del sent.book["Máy tính"]
    gone = sent.read()
    assert "endpoints" not in gone.given
    assert any(message.startswith("The sheet that asks this is gone") for _, message in remarked(gone))


@BOTH
def test_blank_against_a_filled_base_is_answered_blank(profile):
    sent = Sent(workbook(profile))
    sent.cell("Đơn vị", "agency/machines_in_use").value = None
    sent.cell("Máy tính", "b-1", "place").value = " \u00a0"
    assert changes(sent.read()) == {("agency", "", ("machines_in_use",)): None, ("endpoints", "b-1", ("place",)): None}


@BOTH
def test_texts_composed_in_another_way_are_the_same_texts(profile):
    sent = Sent(workbook(profile))
    for name in sent.book.sheetnames[:-1]:
        for row in sent.tab(name).iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and not cell.value.startswith("="):
                    cell.value = unicodedata.normalize("NFD", cell.value) + " "
    for name in list(sent.book.sheetnames[:3]):
        sent.tab(name).title = unicodedata.normalize("NFD", name)
    received = sent.read()
    assert (said(received), changes(received)) == ([], {})


@BOTH
def test_headings_in_capitals_and_without_accents_are_known_when_the_marks_are_gone(profile):
    sent = Sent(workbook(profile))
    sheet = sent.tab("Máy tính")
    head = sent.row("Máy tính", "_headings")
    for cell in sheet[head][1:]:
        if isinstance(cell.value, str):
            cell.value = f" {cell.value.upper()} (*):\n"
    sheet.delete_rows(1)
    received = sent.read()
    assert (said(received), changes(received)) == ([], {})


@BOTH
def test_new_rows_have_no_key_and_no_base(profile):
    sent = Sent(workbook(profile))
    row = sent.add("Máy tính", {"hostname": "PC-10", "place": "Kho", "status": "có"})
    received = sent.read()
    one = next(one for one in received.records if one.row == f"Máy tính!{row}")
    assert (one.key, one.base, one.newcomer) == ("", None, "")
    assert {path: value for path, value in one.answers.items() if value is not None} == {
        ("hostname",): "PC-10", ("place",): "Kho", ("status",): "in_use",
    }  # fmt: skip


def test_a_machine_ticked_as_isolated_keeps_only_that_it_is_there():
    sent = Sent(workbook(Profile.COMMUNE))
    sent.cell("Máy tính", "b-2", "kind:isolated").value = "Có"
    sent.cell("Máy tính", "b-2", "hostname").value = "BIMAT-01"
    sent.cell("Máy tính", "b-2", "ownership").value = "của riêng tôi"
    received = sent.read()
    one = record(received, "endpoints", "b-2")
    assert one.answers == {("status",): "in_use", ("place",): "Tầng 2", ("kind",): "isolated"}
    assert said(received) == []
    assert len(received.remarks) == 2
    assert "BIMAT" not in f"{received.remarks}" and "riêng" not in f"{received.remarks}"


@BOTH
def test_a_system_ticked_as_state_secret_keeps_only_its_name_and_level(profile):
    sent = Sent(workbook(profile))
    sent.cell("Hệ thống", "mot-cua", "state_secret").value = "x"
    sent.cell("Hệ thống", "mot-cua", "kind").value = "mạng tuyệt mật"
    received = sent.read()
    one = record(received, "systems", "mot-cua")
    assert {path for path, value in one.answers.items() if value is not None} == {("name",), ("state_secret",)}
    assert one.answers["state_secret",] is True
    assert said(received) == []
    assert received.remarks and "tuyệt" not in f"{received.remarks}"


def test_a_machine_said_not_to_be_isolated_any_more_waits_for_the_province():
    sent = Sent(workbook(Profile.COMMUNE))
    sent.cell("Máy tính", "b-3", "kind:isolated").value = "Không"
    received = sent.read()
    assert changes(received) == {}
    assert [message.partition(";")[0] for _, message in remarked(received)] == ["The machine is declared as isolated"]


def test_lists_are_complete_when_one_of_them_is_ticked_and_unknown_while_only_some_are_denied():
    sent = Sent(workbook(Profile.COMMUNE))
    sent.cell("Hệ thống", "uses/uses:thu").value = "x"
    row = sent.add("Hệ thống", {"name": "Mới", "information:public": "Không"})
    received = sent.read()
    assert changes(received)["uses", "", ("uses",)] == ("van-ban", "thu")
    new = next(one for one in received.records if one.row == f"Hệ thống!{row}")
    assert new.answers["information",] is None
    assert any("Only some of these were answered" in message for _, message in remarked(received))
    for key in ("information:private", "information:personal"):
        sent.tab("Hệ thống").cell(row, sent.column("Hệ thống", key)).value = "ko"
    new = next(one for one in sent.read().records if one.row == f"Hệ thống!{row}")
    assert new.answers["information",] == ()


def test_one_day_is_asked_of_a_commune_and_holds_for_the_register_that_was_counted_anew():
    sent = Sent(workbook(Profile.COMMUNE))
    sent.cell("Đơn vị", "agency/asset_register.computers").value = 14
    sent.cell("Đơn vị", "people/as_of").value = date(2026, 11, 20)
    agency = record(sent.read(), "agency")
    assert agency.answers["asset_register", "as_of"] == "2026-11-20"


@BOTH
def test_a_tab_that_was_copied_is_refused_instead_of_doubling_its_machines(profile):
    sent = Sent(workbook(profile))
    sent.book.copy_worksheet(sent.tab("Máy tính"))
    received = sent.read()
    assert said(received) == [("Máy tính Copy", "Another sheet asks the same; only one of them can be read: Computers")]
    assert len([one for one in received.records if one.part == "endpoints"]) == 4


# Whose it is


def test_the_workbook_of_another_agency_or_of_none_is_refused_with_a_sentence():
    other = Sent(workbook(Profile.COMMUNE, SO_A))
    assert said(read(other.body(), "xa-b")) == [(None, "The workbook is of another agency than the one it is imported for: so-a")]
    sent = Sent(workbook(Profile.COMMUNE))
    sent.book["_secaudit"]["B2"] = "xa-khong-co"
    assert said(sent.read()) == [("_secaudit!B2", "The inventory has no such agency")]
    sent.book["_secaudit"]["B1"] = "7"
    assert said(sent.read()) == [("_secaudit!B1", "The workbook is of format 7; this program reads format 1")]


def test_a_workbook_that_is_none_of_ours_is_refused_with_a_sentence():
    book = Workbook()
    book.active.append(["STT", "Họ tên", "Lương"])
    book.active.append([1, "Nguyễn Văn A", 5_000_000])
    out = io.BytesIO()
    book.save(out)
    received = read(out.getvalue())
    assert said(received) == [(None, "This is no workbook of secaudit: none of its sheets asks what an inventory asks")]
    assert received.records == ()


def test_a_hidden_sheet_that_somebody_changed_is_worth_nothing():
    sent = Sent(workbook(Profile.FULL))
    sheet = sent.book["_secaudit"]
    sheet.cell(sheet.max_row, 4).value = "{not json"
    received = sent.read()
    assert all(one.base is None for one in received.records)
    assert received.given == {}
    assert any("was changed" in message for _, message in remarked(received))


# Hostile ones


def _with(body: bytes, name: str, part: bytes) -> bytes:
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, part)
    return out.getvalue()


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "holds macros": lambda body: _with(body, "xl/vbaProject.bin", b"x"),
    "takes values from other files": lambda body: _with(body, "xl/externalLinks/externalLink1.xml", b"<x/>"),
    "packed like a bomb": lambda body: _with(body, "xl/worksheets/sheet99.xml", b" " * (50 << 20)),
    "unpacks to more than 200 MB": lambda body: _with(body, "xl/worksheets/sheet99.xml", b" " * (201 << 20)),
    "damaged or cut off": lambda body: body[: len(body) // 2],
    "not an Excel workbook": lambda _: b"a;b;c\n1;2;3\n",
    "is empty": lambda _: b"",
}


@pytest.mark.parametrize("sentence", HOSTILE)
def test_hostile_files_come_back_with_one_sentence_and_nothing_of_them_is_read(sentence):
    received = read(HOSTILE[sentence](workbook(Profile.COMMUNE)), "xa-b")
    assert received.records == ()
    assert [sentence in message for _, message in said(received)] == [True]
    assert received.agency == "xa-b"


def test_a_cell_at_the_far_end_of_a_sheet_is_refused_by_name():
    sent = Sent(workbook(Profile.COMMUNE))
    sent.tab("Máy tính")["XFD1048576"] = "x"
    assert said(sent.read()) == [("Máy tính!XFD1048576", "The cell lies beyond the 200 columns that are read")]


def test_texts_that_look_like_formulas_are_texts():
    sent = Sent(workbook(Profile.COMMUNE))
    cell = sent.cell("Máy tính", "b-1", "place")
    cell.value, cell.data_type = "=HYPERLINK(1)", "s"
    assert record(sent.read(), "endpoints", "b-1").answers["place",] == "=HYPERLINK(1)"


@BOTH
def test_a_machine_of_another_agency_stays_until_it_is_moved_and_is_not_declared_anew(profile):
    sent = Sent(workbook(profile))
    sent.cell("Máy tính", "b-2", "status").value = "Máy của đơn vị khác"
    sent.add("Máy tính", {"hostname": "PC-77", "status": "máy của đơn vị khác"})
    received = sent.read()
    assert changes(received) == {}
    assert [one.key for one in received.records if one.part == "endpoints"] == ["b-1", "b-2", "b-3", "b-4"]
    assert [message.partition(":")[0] for _, message in remarked(received)] == [
        "The agency says that this machine is another agency's",
        "A machine of another agency was added to the list",
    ]


@BOTH
def test_a_formula_where_the_hidden_mark_stood_names_no_record(profile):
    sent = Sent(workbook(profile))
    row = sent.row("Máy tính", "b-2")
    sent.tab("Máy tính").cell(row, 1).value = '="b-"&4'
    received = sent.read()
    assert said(received) == [
        (f"Máy tính!{row}", "The hidden first cell of the row is a formula: nothing says which record this is")
    ]
    assert [one.key for one in received.records if one.part == "endpoints"] == ["b-1", "b-3", "b-4"]
    sent = Sent(workbook(profile))
    sent.book["_secaudit"]["D9"] = "=1"
    assert sent.read().given == {}


def test_the_file_is_known_by_its_name_and_its_digest():
    received = read(workbook(Profile.COMMUNE))
    assert received.file == str(Path("xa-b.xlsx"))
    assert len(received.digest) == 64
