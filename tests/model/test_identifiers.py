"""One list of fillers for probes, inventories and exports."""

import pytest

from secaudit.facts import identity as facts_identity
from secaudit.inventory import addresses
from secaudit.model import identifiers

SERIALS = (
    "", "0", "TO BE FILLED BY O.E.M.", "Default string", "0000000", "....", "không có", "Chưa rõ", "Type1ProductSerialNumber",
)  # fmt: skip
UUIDS = (
    "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "03000200-0400-0500-0006-000700080009",
    "12345678-1234-5678-90ab-cddeefaabbcc", "12345678-1234-5678-1234-567812345678", "not one",
)  # fmt: skip


@pytest.mark.parametrize("text", SERIALS)
def test_fillers_are_no_serial_numbers_wherever_they_are_read(text):
    assert identifiers.serial_number(text) == facts_identity.serial_number(text) == ""
    assert identifiers.real_serial(text) is addresses.real_serial(text) is None


def test_a_serial_number_keeps_its_case_for_people_and_loses_it_for_comparison():
    assert identifiers.serial_number(" 5CD  12x ") == "5CD 12x" and identifiers.real_serial(" 5CD  12x ") == "5cd 12x"


@pytest.mark.parametrize("text", UUIDS)
def test_placeholders_are_no_uuids_wherever_they_are_read(text):
    assert identifiers.smbios_uuid(text) == facts_identity.smbios_uuid(text) == ""
    assert identifiers.real_uuid(text) is addresses.real_uuid(text) is None


def test_a_uuid_is_read_with_braces_and_without_dashes():
    digits = "4c4c454400423510805 7b7c04f4e3232".replace(" ", "")
    assert identifiers.real_uuid("{4C4C4544-0042-3510-8057-B7C04F4E3232}") == digits
    assert identifiers.dashed(digits) == "4c4c4544-0042-3510-8057-b7c04f4e3232"
