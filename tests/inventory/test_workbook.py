"""The workbook that goes out: what people see, what is hidden, and that nothing in it runs."""

import json
import re
import zipfile
from datetime import date
from io import BytesIO

import pytest

from secaudit.inventory.given import CELL_LIMIT, Proposed, Seen
from secaudit.inventory.layout import BASE_HEAD, BASE_SHEET, EXAMPLE, HEADINGS, PROGRESS
from secaudit.inventory.questions import Profile
from secaudit.inventory.workbook import as_workbook, progress_of
from secaudit.model.system import System
from tests.inventory.given_samples import AT, HOSTILE, agency, columns, given, hostile, largest, marked, opened

RICH = agency(
    agency={"contact": {"name": "Nguyễn Văn A", "phone": "0912345678"}, "networks": ["127.20.1.0/24", "127.20.2.0/24"]},
    people={"heads": 3, "as_of": "2026-10-31"},
    uses=["van-ban"],
    systems=[
        {"id": "mang", "name": "Mạng", "kind": "infrastructure", "information": ["public"], "defence_security": False},
        {"id": "kin", "name": "Kín", "state_secret": True, "level": 3},
    ],
    endpoints=[
        {"id": "pc-1", "kind": "laptop", "os": "windows", "serial": "5CD1234XYZ", "address": "127.20.1.7", "status": "in_use"},
        {"id": "pc-2", "kind": "workstation", "place": "Tầng 2"},
        {"id": "kin-1", "kind": "isolated", "place": "P3", "hostname": "KIN-1", "asset_tag": "TS-9"},
    ],
)
SHARED = (System(id="van-ban", name="Quản lý văn bản"), System(id="thu", name="Thư điện tử"))


def rich(profile: Profile = Profile.COMMUNE, **more):
    return opened(as_workbook(given(RICH, profile, shared=SHARED, **more)))


def value(sheet, mark: str, key: str):
    return sheet.cell(marked(sheet)[mark], columns(sheet)[key]).value


def test_a_commune_gets_exactly_three_sheets():
    book = rich()
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == ["Đơn vị", "Máy tính", "Hệ thống"]


def test_everything_known_is_filled_in_with_the_words_of_the_choices():
    book = rich()
    form, machines, systems = book["Đơn vị"], book["Máy tính"], book["Hệ thống"]
    answers = {mark: form.cell(row, 3).value for mark, row in marked(form).items()}
    assert answers["agency/contact.phone"] == "0912345678"
    assert answers["people/heads"] == 3
    assert answers["people/as_of"].date() == date(2026, 10, 31)
    assert answers["people/staff"] is None
    assert (value(machines, "pc-1", "status"), value(machines, "pc-1", "kind:isolated")) == ("Có", "Không")
    assert (value(machines, "pc-2", "status"), value(machines, "pc-2", "place")) == (None, "Tầng 2")
    assert value(machines, "kin-1", "kind:isolated") == "Có"
    ticks = {mark: systems.cell(row, 3).value for mark, row in marked(systems).items() if mark.startswith("uses/")}
    assert ticks == {"uses/uses:van-ban": "Có", "uses/uses:thu": "Không"}
    assert value(systems, "mang", "kind") == "Hạ tầng thông tin"
    assert [value(systems, "mang", f"information:{one}") for one in ("public", "private", "personal")] == ["Có", "Không", "Không"]


def test_a_commune_never_sees_what_a_machine_says_of_itself():
    """Serial numbers, addresses and systems' levels are known, and neither asked nor shown."""
    data = as_workbook(given(RICH, shared=SHARED, proposed=[Proposed("n-1", {"id": "n-1", "serial": "MXL9999XYZ"})]))
    with zipfile.ZipFile(BytesIO(data)) as parts:
        text = b"".join(parts.read(name) for name in parts.namelist()).decode("utf-8", "replace")
    assert not [one for one in ("5CD1234XYZ", "127.20.1.7", "MXL9999XYZ") if one in text]


@pytest.mark.parametrize("profile", Profile)
def test_isolated_machines_show_no_numbers_and_secret_systems_only_their_name(profile):
    data = as_workbook(given(RICH, profile, shared=SHARED, seen={"kin-1": Seen("KIN-1", fresh=True, day=date(2026, 11, 1))}))
    book = opened(data)
    machines, systems = book["Máy tính"], book["Hệ thống"]
    row = {key: value(machines, "kin-1", key) for key in columns(machines)}
    kind = {"kind:isolated": "Có"} if profile is Profile.COMMUNE else {"kind": "Máy độc lập (soạn thảo BMNN)"}
    shown = {key: cell for key, cell in row.items() if cell is not None and key != "_note"}
    assert shown == {"id": "kin-1", "place": "P3", **kind}
    secret = {key: cell for key in columns(systems) if (cell := value(systems, "kin", key)) is not None}
    more = {"id": "kin", "level": 3} if profile is Profile.FULL else {}
    assert secret == {"name": "Kín", "state_secret": "Có", **more}
    base = [line for line in book[BASE_SHEET].iter_rows(values_only=True) if line[1] in ("kin-1", "kin")]
    assert {line[2] for line in base} <= {"id", "kind", "place", "status", "name", "state_secret", "level"}


def test_the_example_row_is_marked_grey_and_stands_first():
    book = rich(Profile.FULL)
    for title in ("Máy tính", "Hệ thống"):
        rows = marked(book[title])
        assert rows[EXAMPLE] == rows[HEADINGS] + 1
        assert book[title].cell(rows[EXAMPLE], 2).font.italic
    assert value(book["Máy tính"], EXAMPLE, "_note") == "dòng ví dụ, không nhập"


def test_machines_that_evidence_proposes_wait_for_the_agency():
    book = rich(
        proposed=[Proposed("n-7", {"id": "n-7", "hostname": "KETOAN"})],
        seen={"pc-2": Seen("VP-02", fresh=True, day=date(2026, 11, 12)), "pc-1": Seen("X", fresh=False)},
    )
    machines = book["Máy tính"]
    new = {key: value(machines, "moi:n-7", key) for key in columns(machines)}
    assert new == {
        "id": "n-7", "hostname": "KETOAN", "_note": "máy mới, chờ xác nhận", "status": None, "place": None, "ownership": None,
        "kind:isolated": None,
    }  # fmt: skip
    assert (value(machines, "pc-2", "status"), value(machines, "pc-2", "hostname")) == ("Có", "VP-02")
    assert value(machines, "pc-2", "_note") == "đã thấy ngày 12/11/2026"
    base = {line[1:] for line in book[BASE_SHEET].iter_rows(values_only=True) if line[0] == "endpoints" and line[1] == "pc-2"}
    assert base == {("pc-2", "id", '"pc-2"'), ("pc-2", "kind", '"workstation"'), ("pc-2", "place", '"Tầng 2"')}


def test_the_hidden_sheet_says_whose_it_is_and_how_every_answer_stood():
    lines = list(rich(Profile.FULL)[BASE_SHEET].iter_rows(values_only=True))
    head = {line[0]: line[1] for line in lines[:5]}
    assert head == {"format": "1", "agency": "xa-a", "profile": "full", "made_at": AT.isoformat(), "inventory": "0" * 64}
    assert lines[5] == BASE_HEAD
    base = {(part, key or "", field): json.loads(text) for part, key, field, text in lines[6:]}
    assert base["agency", "", "networks"] == ["127.20.1.0/24", "127.20.2.0/24"]
    assert base["people", "", "heads"] == 3
    assert base["uses", "", "uses"] == ["van-ban"]
    assert base["systems", "mang", "information"] == ["public"]
    assert base["systems", "mang", "defence_security"] is False
    assert base["systems", "kin", "level"] == 3
    assert base["endpoints", "pc-1", "serial"] == "5CD1234XYZ"
    assert ("agency", "", "contact.email") not in base


def test_rows_and_columns_of_marks_are_hidden():
    for sheet in rich(Profile.FULL):
        if sheet.sheet_state == "visible":
            assert sheet.row_dimensions[1].hidden
            assert sheet.column_dimensions["A"].hidden


@pytest.mark.parametrize("profile", Profile)
def test_hostile_names_are_texts_and_the_counts_are_the_only_formulas(profile):
    content = hostile(profile)
    data = as_workbook(content)
    book = opened(data)
    texts = set()
    for sheet in book:
        progress = marked(sheet).get(PROGRESS)
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.hyperlink is None
                if cell.data_type == "f":
                    assert (cell.row, cell.column) == (progress, 2)
                    assert len(cell.value) < 8192, "Excel refuses longer ones"
                    assert re.fullmatch(r"=[^\"]*(\"[^\"]*\"[^\"]*)*", cell.value)
                elif isinstance(cell.value, str):
                    texts.add(cell.value)
    for text in HOSTILE:
        if text.isprintable():
            assert any(one.startswith(text.replace("a\u0301", "\u00e1")) for one in texts), text
    assert not any("\u202e" in text for text in texts)
    with zipfile.ZipFile(BytesIO(data)) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name or "vba" in name or "hyperlink" in name]


@pytest.mark.parametrize("profile", Profile)
def test_the_progress_cell_carries_the_count_for_programs_that_do_not_calculate(profile):
    content = given(largest(), profile)
    counts = progress_of(content)
    book = opened(as_workbook(content), values=True)
    found = {sheet.title: sheet.cell(marked(sheet)[PROGRESS], 2) for sheet in book if sheet.sheet_state == "visible"}
    assert found["Đơn vị"].value == sum(counts.values())
    assert found["Máy tính"].value == counts["endpoints"]
    assert found["Đơn vị"].number_format == '[=0]"Đã đủ các ô bắt buộc";"Còn "0" ô bắt buộc"'


@pytest.mark.parametrize("profile", Profile)
def test_every_closed_question_has_a_drop_down_that_old_programs_can_show(profile):
    book = rich(profile)
    for sheet in (one for one in book if one.sheet_state == "visible"):
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list" and rule.formula1.startswith('"'):
                assert len(rule.formula1) <= 257
                assert len(rule.formula1.split(",")) >= 2
            elif rule.type == "list":
                assert re.fullmatch(r"danh_sach_\d+", rule.formula1)
            assert rule.promptTitle
            assert len(rule.prompt) <= 255
    for name in book.defined_names.values():
        area = re.fullmatch(r"_danhsach!\$([A-Z])\$1:\$\1\$(\d+)", name.attr_text)
        if area is not None:
            cells = [book["_danhsach"][f"{area[1]}{row}"].value for row in range(1, int(area[2]) + 1)]
            assert all(cells)
            assert len(set(cells)) == len(cells)


def test_cells_that_hold_days_numbers_and_texts_are_made_for_them():
    """A telephone number keeps its zero, and a day is typed as one."""
    form = opened(as_workbook(given(agency())))["Đơn vị"]
    rows = marked(form)
    formats = {key: form.cell(rows[key], 3).number_format for key in ("agency/contact.phone", "people/as_of", "people/heads")}
    assert formats == {"agency/contact.phone": "@", "people/as_of": "dd/mm/yyyy", "people/heads": "0"}


def test_an_answer_longer_than_a_cell_is_left_out_instead_of_cut():
    papers = [f"Báo cáo số {number} " + "x" * 250 for number in range(60)]
    content = given(agency(people={"heads": 1, "evidence": papers}), Profile.FULL)
    assert sum(map(len, papers)) > CELL_LIMIT
    row = content.rows["people"][0]
    assert ("evidence" in row.cells, ("evidence",) in row.base) == (False, False)
    assert row.base["heads",] == 1


def test_there_is_room_for_the_machines_that_the_agency_counts_and_does_not_list():
    register = {"asset_register": {"computers": 64, "as_of": "2026-10-31"}, "machines_in_use": 50}
    machines = [{"id": "pc-1", "kind": "laptop"}]
    few, many = given(agency(endpoints=machines)), given(agency(agency=register, endpoints=machines))
    assert (len(few.rows["endpoints"]), len(many.rows["endpoints"])) == (1 + 15, 64)


def test_sorting_by_the_buttons_of_a_list_takes_the_hidden_marks_along():
    for sheet in (one for one in rich(Profile.FULL) if one.title in ("Máy tính", "Hệ thống")):
        rows = marked(sheet)
        assert sheet.auto_filter.ref.startswith(f"A{rows[HEADINGS]}:")


def test_a_province_without_shared_systems_and_an_agency_without_anything_get_workbooks_too():
    for profile in Profile:
        book = opened(as_workbook(given(agency(), profile, shared=())))
        assert book.sheetnames[-1] == BASE_SHEET


def test_the_same_content_is_the_same_bytes():
    assert as_workbook(hostile(Profile.FULL)) == as_workbook(hostile(Profile.FULL))
