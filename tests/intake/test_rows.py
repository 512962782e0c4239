"""Cells become values by a mapping; what is not certain is not there, and says why."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.intake.reasons import reason_words
from secaudit.intake.rows import read_rows
from secaudit.model.console import FIELDS
from tests.intake.console_samples import CONSOLES, NOW, profile, table

KSC = CONSOLES["ksc"]
HEAD = ("Name", "Last connected to Administration Server", "Real-time protection", "Anti-virus databases last updated")
SEEN = "2026-11-25 08:15:00"
FLAGGED = {"name": ("PC",), "last_contact": ("Seen",), "realtime": ("On",)}


def one(headings, cells, mapping=KSC):
    """The only row of a table of one row."""
    read = read_rows(table(headings, cells), mapping, imported_at=NOW)
    assert len(read.rows) == 1, read.problems
    return read.rows[0]


def test_a_row_is_understood_with_the_moment_in_utc_and_the_cells_kept():
    row = one(HEAD, ("PC-01.tinh.local", SEEN, "Running", "2026-11-24 20:00:00"))
    assert row.values == {
        "name": "PC-01", "last_contact": datetime(2026, 11, 25, 1, 15, tzinfo=UTC), "installed": True, "running": True,
        "realtime": True, "signature_date": datetime(2026, 11, 24, 13, 0, tzinfo=UTC), "managed": True,
        "product": "kaspersky-kes-windows",
    }  # fmt: skip
    assert row.cells[HEAD[0]] == "PC-01.tinh.local" and row.number == 2 and row.unread == {}


def test_a_field_without_a_column_is_neither_known_nor_unread():
    row = one(HEAD[:2], ("PC-01", SEEN))
    for name in ("realtime", "running", "installed", "signature_date", "serial"):
        assert name not in row.values and name not in row.unread


@pytest.mark.parametrize("word", ["OK", "Critical", "Warning", "Protected", "", None])
def test_the_consoles_own_judgement_proves_nothing(word):
    row = one((*HEAD[:2], "Status", "Status description", "Device status"), ("PC-01", SEEN, word, word, word))
    assert set(row.values) == {"name", "last_contact", "managed", "product"}


@pytest.mark.parametrize(
    ("mask", "installed", "running", "realtime"),
    [
        ("0", None, None, None), (str(1 << 1), True, None, False), (str(1 << 2), True, False, False),
        (str(1 << 5), False, False, False), (str(1 << 7), None, None, None), (str(1 << 8), None, None, None),
        (f"0x{1 << 2:x}", True, False, False), (1 << 5, False, False, False),
    ],
)  # fmt: skip
def test_bits_of_the_status_mask_speak_where_they_are_set(mask, installed, running, realtime):
    row = one((*HEAD[:2], "Status mask"), ("PC-01", SEEN, mask))
    assert [row.values.get(name) for name in ("installed", "running", "realtime")] == [installed, running, realtime]


def test_a_mask_against_its_column_leaves_the_field_open():
    row = one((*HEAD[:3], "Status mask"), ("PC-01", SEEN, "Running", str(1 << 1)))
    assert "realtime" not in row.values and "contradicts" in row.unread["realtime"]
    assert row.values["running"] is True


@pytest.mark.parametrize("mask", ["many", "-1", "1.5", str(2**64)])
def test_a_mask_that_is_no_number_says_nothing(mask):
    row = one((*HEAD[:2], "Status mask"), ("PC-01", SEEN, mask))
    assert "realtime" not in row.values and "number" in row.unread["realtime"]


def test_bits_of_one_field_that_contradict_each_other_leave_it_open():
    mapping = profile(mask=("M",), bits={"installed": {"1": "true", "5": "false"}})
    row = one(("PC", "Seen", "M"), ("a1", SEEN, str(2 | 32)), mapping)
    assert "installed" not in row.values and "contradicts" in row.unread["installed"]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("Yes", True), ("NO", False), ("Có", True),
        (unicodedata.normalize("NFD", "không"), False), ("khong", False), ("co", True),
        ("True", True), ("0", False), (1, True), (False, False), ("Enabled", True), ("Bật", True), ("đang chạy", True),
        ("Real-time protection disabled", False), ("tắt", False), ("chưa cài đặt", False),
    ],
)  # fmt: skip
def test_yes_and_no_are_read_in_two_languages(word, value):
    assert one(("PC", "Seen", "On"), ("a1", SEEN, word), profile(columns=FLAGGED)).values["realtime"] is value


@pytest.mark.parametrize("word", ["maybe", "2", "partly", "OK", "-", "n/a"])
def test_any_other_word_is_unread_and_named(word):
    row = one(("PC", "Seen", "On"), ("a1", SEEN, word), profile(columns=FLAGGED))
    assert "realtime" not in row.values and word in row.unread["realtime"]


def test_words_of_the_mapping_go_before_the_usual_ones():
    columns = {"name": ("PC",), "last_contact": ("Seen",), "realtime": ("Protection disabled",)}
    mapping = profile(columns=columns, values={"realtime": {"Yes": "false", "No": "true"}})
    head = ("PC", "Seen", "Protection disabled")
    assert one(head, ("a1", SEEN, "yes"), mapping).values["realtime"] is False
    assert one(head, ("a1", SEEN, "NO"), mapping).values["realtime"] is True


def test_what_a_list_implies_yields_to_a_column_even_an_empty_one():
    head = (*HEAD[:2], "Network Agent is installed")
    assert one(HEAD[:2], ("a1", SEEN)).values["managed"] is True
    assert one(head, ("a1", SEEN, "No")).values["managed"] is False
    assert "managed" not in one(head, ("a1", SEEN, "")).values
    assert "managed" not in one(head, ("a1", SEEN, "perhaps")).values


SERIALS = ("To be filled by O.E.M.", "Default string", "System Serial Number", "0000000", "không có", "N/A")
UUIDS = ("00000000-0000-0000-0000-000000000000", "03000200-0400-0500-0006-000700080009", "F" * 32, "none")


@pytest.mark.parametrize("serial", SERIALS)
@pytest.mark.parametrize("uuid", UUIDS)
def test_fillers_of_makers_are_no_identifiers(serial, uuid):
    row = one(("Name", HEAD[1], "Serial number", "Device UUID"), ("PC-01", SEEN, serial, uuid))
    assert "serial" not in row.values and "uuid" not in row.values
    assert serial in row.unread["serial"] and uuid in row.unread["uuid"]


def test_identifiers_get_one_spelling():
    head = ("Name", HEAD[1], "Serial number", "Device UUID", "MAC address")
    cells = (r"TINH\PC-01", SEEN, " 5CD 123 ", "{4C4C4544-0042-3510-8057-B7C04F4E3232}", "00-1A-2B-3C-4D-5E, ff:ff:ff:ff:ff:ff")
    row = one(head, cells)
    assert row.values["name"] == "PC-01" and row.values["serial"] == "5CD 123"
    assert row.values["uuid"] == "4c4c4544-0042-3510-8057-b7c04f4e3232" and row.values["mac"] == "00:1a:2b:3c:4d:5e"


@pytest.mark.parametrize("name", ["10.1.2.3", "fe80::1", "  ", "-", "..."])
def test_an_address_is_no_name_and_a_row_without_identity_is_named_as_a_problem(name):
    read = read_rows(table(HEAD[:2], ("PC-01", SEEN), (name, SEEN)), KSC, imported_at=NOW, path="a.csv")
    assert [row.number for row in read.rows] == [2]
    assert [problem.place() for problem in read.problems] == ["a.csv 3"]


def test_a_contact_in_the_future_is_no_evidence():
    ahead = [NOW + timedelta(hours=20), NOW + timedelta(days=2), NOW + timedelta(days=900)]
    rows = [(f"PC-{at}", f"{moment:%Y-%m-%dT%H:%M:%SZ}") for at, moment in enumerate(ahead)]
    near, far, farther = read_rows(table(HEAD[:2], *rows), KSC, imported_at=NOW).rows
    assert "last_contact" in near.values, "zones and clocks differ by hours"
    for row in (far, farther):
        assert "last_contact" not in row.values and "future" in row.unread["last_contact"]


def test_signatures_younger_than_the_last_contact_are_not_believed():
    row = one(HEAD, ("PC-01", "2026-11-01 08:00", "Running", "2026-11-20 08:00"))
    assert "signature_date" not in row.values and "after the last contact" in row.unread["signature_date"]


@pytest.mark.parametrize("text", ["5 minutes ago", "yesterday", "Online recently", "never", "1/1/1601", "03/04/2026 08:00"])
def test_what_is_no_certain_moment_is_unread(text):
    row = one(HEAD[:2], ("PC-01", text))
    assert "last_contact" not in row.values and text in row.unread["last_contact"]


def test_day_and_month_are_told_apart_by_the_whole_file():
    rows = (("a1", "03/11/2026 08:00", "", "02/11/2026"), ("a2", "04/11/2026 08:00", "", "25/10/2026"))
    first, _ = read_rows(table(HEAD, *rows), KSC, imported_at=NOW).rows
    assert first.values["last_contact"] == datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
    said = KSC.model_copy(update={"day_first": False})
    first, _ = read_rows(table(HEAD, *rows[:1], ("a2", "05/06/2026", "", "")), said, imported_at=NOW).rows
    assert first.values["last_contact"] == datetime(2026, 3, 11, 1, 0, tzinfo=UTC)


def test_a_list_none_of_whose_contacts_can_be_read_is_said_aloud():
    read = read_rows(table(HEAD[:2], ("a1", "03/04/2026"), ("a2", "05/06/2026")), KSC, imported_at=NOW, path="a.csv")
    assert len(read.rows) == 2 and len(read.problems) == 1
    assert "one moment" in str(read.problems[0].message)


def test_eset_writes_the_day_of_its_signatures_behind_their_number():
    head = ("Computer name", "Last connected", "Detection engine")
    row = one(head, ("PC-01", SEEN, "30250 (20261124)"), CONSOLES["eset"])
    assert row.values["signature_date"] == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert "signature_date" not in one(head, ("PC-01", SEEN, "30250"), CONSOLES["eset"]).values


def test_headings_match_whatever_their_case_composition_spaces_and_accents():
    for name in ("Tên máy", "TÊN  MÁY", unicodedata.normalize("NFD", "Tên máy"), "ten may"):
        assert one((name, "Kết nối lần cuối"), ("PC-01", SEEN), CONSOLES["bkav"]).values["name"] == "PC-01"


def test_the_first_filled_column_of_a_field_decides():
    head = ("Name", "DNS name", HEAD[1])
    assert one(head, ("PC-01", "pc-other.x", SEEN)).values["name"] == "PC-01"
    assert one(head, ("", "pc-other.x", SEEN)).values["name"] == "pc-other"


def test_a_directory_tells_of_machines_and_nothing_of_their_protection():
    head = ("Name", "DNSHostName", "OperatingSystem", "OperatingSystemVersion", "LastLogonDate", "DistinguishedName", "Enabled")
    cells = ("PC-01", "pc-01.t.vn", "Windows 10 Pro", "10.0 (19045)", "2026-11-20 08:00", "CN=PC-01,OU=UBND xã A,DC=t", "True")
    row = one(head, cells, CONSOLES["ad"])
    assert set(row.values) == {"name", "os", "os_version", "last_contact", "group"}


def test_every_reason_is_kept_in_english_and_can_be_said_in_another_language():
    head = (*HEAD, "Serial number", "Status mask", "Network Agent is installed")
    rows = (
        ("PC-1", "soon", "Resting", "", "None", "many", "perhaps"),
        ("PC-2", "2031-01-01", "", "", "", "", ""),
        ("PC-3", "2026-11-01", "Running", "2026-11-20", "", str(1 << 1), ""),
    )
    reasons = {why for row in read_rows(table(head, *rows), KSC, imported_at=NOW).rows for why in row.unread.values()}
    assert len(reasons) >= 8
    for why in reasons:
        said = reason_words(why)
        assert str(said) == why and said.text != "{literal}", why
    assert str(reason_words("of an older version")) == "of an older version"


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=40), st.datetimes(), st.dates()
)


@settings(deadline=None, max_examples=300)
@given(st.data(), st.sampled_from(sorted(CONSOLES)))
def test_whatever_the_cells_are_values_have_their_type_and_every_column_its_answer(data, name):
    mapping = CONSOLES[name]
    headings = list(dict.fromkeys([found[0] for found in mapping.columns.values()] + list(mapping.mask[:1])))
    read = read_rows(table(headings, data.draw(st.tuples(*[CELL] * len(headings)))), mapping, imported_at=NOW)
    assert len(read.rows) + len(read.problems) >= 1
    kinds = {"text": str, "flag": bool, "moment": datetime}
    for row in read.rows:
        for field, value in row.values.items():
            assert isinstance(value, kinds[FIELDS[field][0]])
            assert not isinstance(value, datetime) or value.tzinfo is UTC
            assert not isinstance(value, str) or value
        assert not row.values.keys() & row.unread.keys()
        assert set(read.columns.fields) <= row.values.keys() | row.unread.keys()
