"""A list is read as what it is, or refused with the name of what it seems to be."""

import pytest

from secaudit.errors import IntakeError
from secaudit.intake.columns import choose, columns_of, known_headings
from secaudit.model.console import EvidenceSource
from tests.intake.console_samples import CONSOLES, PRODUCTS, profile, table

SHAPES = {
    "ksc": ("Name", "Parent group", "Last connected to Administration Server", "Real-time protection", "Application version"),
    "ksc-api": ("KLHST_WKS_WINHOSTNAME", "KLHST_WKS_LAST_NAGENT_CONNECTED", "KLHST_WKS_RTP_STATE", "KLHST_WKS_STATUS_MASK"),
    "eset": ("Computer name", "Static group", "Last connected", "Detection engine", "Security product version"),
    "defender-portal": ("Device name", "Domain", "OS platform", "Last device update", "Sensor health state", "Onboarding status"),
    "defender-health": ("computerDnsName", "avMode", "lastSeenTime", "avSignaturePublishTime"),
    "defender-hunting": ("DeviceName", "Timestamp", "OSPlatform", "AvMode", "AvSignaturePublishTime"),
    "defender-local": ("PSComputerName", "Collected", "AMServiceEnabled", "RealTimeProtectionEnabled"),
    "defender-intune": ("DeviceName", "LastReportedDateTime", "MalwareProtectionEnabled", "RealTimeProtectionEnabled"),
    "bkav": ("Tên máy", "Nhóm", "Kết nối lần cuối", "Ngày cập nhật mẫu nhận diện"),
    "csv": ("Tên máy", "Đơn vị", "Lần kết nối cuối", "Phần mềm bảo vệ", "Quản trị tập trung"),
    "soc-list": ("Tên máy", "Đơn vị", "Sự kiện gần nhất", "Kết nối SIEM", "EDR"),
    "ad": ("Name", "DNSHostName", "OperatingSystem", "LastLogonDate", "DistinguishedName"),
}


def pick(headings, source, *rows, **more):
    return choose([table(headings, *rows)], CONSOLES, EvidenceSource(source), path="a.csv", products=PRODUCTS, **more)


def test_every_shipped_mapping_has_a_shape_here():
    assert set(SHAPES) == set(CONSOLES)


@pytest.mark.parametrize("name", SHAPES)
def test_the_mapping_that_fits_is_found_by_the_source_alone(name):
    assert pick(SHAPES[name], CONSOLES[name].source)[1].id == name


@pytest.mark.parametrize("name", ["ksc", "ksc-api", "eset", "defender-portal", "defender-health", "ad"])
@pytest.mark.parametrize("source", ["ksc", "eset", "defender", "bkav", "csv", "soc-list", "ad"])
def test_an_export_of_another_console_is_refused_and_the_right_source_named(name, source):
    right = CONSOLES[name].source.value
    if source == right:
        assert pick(SHAPES[name], source)[1].source == right
        return
    with pytest.raises(IntakeError) as refused:
        pick(SHAPES[name], source)
    (problem,) = refused.value.problems
    assert f"--source {right}" in str(problem.hint) and problem.place() == "a.csv 1"


def test_products_of_another_vendor_are_refused():
    head = (*SHAPES["eset"], "Security product")
    row = ("PC", "g", "2026-11-25", "30250 (20261124)", "12", "Kaspersky Endpoint Security for Windows")
    with pytest.raises(IntakeError, match="Kaspersky") as refused:
        pick(head, "eset", row, row)
    assert "--source ksc" in str(refused.value.problems[0].hint)
    assert pick(head, "eset", row, (*row[:-1], "ESET Endpoint Security"))[1].id == "eset", "a few strangers are no other console"


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        (("Serial number",), ["last heard"]),
        (("Last connected to Administration Server",), ["which machine"]),
        (("Colour", "Size"), ["which machine", "last heard"]),
    ],
)
def test_without_the_decisive_columns_a_list_is_refused_with_what_would_do(headings, words):
    with pytest.raises(IntakeError) as refused:
        pick(headings, "ksc")
    assert len(refused.value.problems) == len(words)
    for problem, word in zip(refused.value.problems, words, strict=True):
        assert word in str(problem.message) and problem.expected and problem.found and "evidence map" in str(problem.hint)


def test_the_sheet_that_holds_the_list_is_chosen():
    cover = table(("Report", "Created"), ("x", "y"), name="Cover")
    found, _ = choose([cover, table(SHAPES["ksc"], name="Details")], CONSOLES, EvidenceSource.KSC, path="a.xlsx")
    assert found.name == "Details"


def test_a_mapping_that_was_named_is_used_whatever_else_fits():
    mine = profile(columns={"name": ("Device name",), "last_contact": ("Last device update",)})
    assert pick(SHAPES["defender-portal"], "csv", chosen=mine)[1] is mine


def test_without_a_mapping_for_the_source_it_is_said():
    with pytest.raises(IntakeError, match="no mapping"):
        choose([table(("a",))], {}, EvidenceSource.KSC, path="a.csv")


def test_a_second_column_of_the_same_heading_is_another_column():
    columns = columns_of(table(("Name", "Name [B]", "Last connected")), CONSOLES["ksc"])
    assert columns.fields["name"] == (0,)


def test_all_headings_of_all_mappings_show_where_a_list_begins():
    known = known_headings(CONSOLES.values())
    assert {"Tên máy", "KLHST_WKS_STATUS_MASK", "Computer name"} <= known
