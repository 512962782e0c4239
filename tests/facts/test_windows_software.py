"""Installed programs: what stands there is named, and a list that was not read to its end never says none."""

import json

import pytest

from secaudit.facts.windows_software import REMOTE_CONTROL, UNWANTED
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import MissingReason
from tests.facts.windows_sections import machine, result

ERROR, UNSUPPORTED, DENIED = MissingReason.ERROR, MissingReason.UNSUPPORTED, MissingReason.DENIED
LISTS = ("software.count", "software.remote_control", "software.unwanted", "software.office")


def software(*names, unread=0, office=()):
    return json.dumps({"names": ["7-Zip 24.08", *names], "unread": unread, "office": list(office)})


def facts_of(windows, text, **given):
    return windows(**machine(**given), software=text)


@pytest.mark.parametrize(
    ("name", "fact", "value"),
    [
        ("UltraViewer version 6.6.99", "software.remote_control", ["UltraViewer"]),
        ("TeamViewer 15 Host", "software.remote_control", ["TeamViewer"]),
        ("AnyDesk", "software.remote_control", ["AnyDesk"]),
        ("TightVNC", "software.remote_control", ["VNC"]),
        ("Advanced VNC book", "software.remote_control", []),
        ("\u00b5Torrent", "software.unwanted", ["uTorrent"]),
        ("KMSpico v9.1.3", "software.unwanted", ["KMSpico"]),
        ("Zalo 24.9", "software.unwanted", []),
    ],
)
def test_by_the_list_of_programs(windows, name, fact, value):
    assert facts_of(windows, software(name))[fact].value == value


def test_what_runs_without_being_installed_is_seen_as_well(windows):
    sections = machine(services={"RustDesk": 4}) | {"processes": json.dumps({"names": ["AnyDesk", "xmrig"]})}
    facts = windows(**sections, software=software())
    assert facts["software.remote_control"].value == ["AnyDesk", "RustDesk"]
    assert facts["software.unwanted"].value == ["XMRig"]
    blind = windows(**sections | {"processes": SectionStatus.TIMEOUT}, software=software("UltraViewer"))
    assert result(blind["software.remote_control"]) is MissingReason.TIMEOUT


@pytest.mark.parametrize("fact", LISTS)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (software(unread=1), DENIED),
        (software("UltraViewer", unread=3), DENIED),
        (software(unread=None), ERROR),
        (json.dumps({"names": [], "unread": 0, "office": []}), ERROR),
        (json.dumps({"names": ["a", 7], "unread": 0, "office": []}), ERROR),
        (SectionStatus.TRUNCATED, MissingReason.TRUNCATED),
        (SectionStatus.DENIED, DENIED),
    ],
)
def test_a_list_that_was_not_read_to_its_end_never_says_none(windows, fact, text, value):
    assert result(facts_of(windows, text)[fact]) is value


@pytest.mark.parametrize("fact", LISTS)
def test_a_32_bit_powershell_sees_half_of_them(windows, fact):
    assert result(facts_of(windows, software(), about={"wow64": True})[fact]) is UNSUPPORTED


def test_one_program_of_two_people_counts_once(windows):
    assert facts_of(windows, software("Zalo", "Zalo"))["software.count"].value == 2


def package(version, kind="0011"):
    return f"{{90{version}0000-{kind}-0000-1000-0000000FF1CE}}"


@pytest.mark.parametrize(
    ("packages", "keys", "value"),
    [
        ([], {}, []),
        ([package("14")], {}, ["2010"]),
        ([package("15", "0012"), package("16")], {}, ["2013", "2016"]),
        ([package("12", "0030")], {}, ["2007"]),
        ([package("16", "008C"), package("14", "001F"), package("15", "00D1")], {}, []),
        ([package("19")], {}, UNSUPPORTED),
        (["{x}"], {}, ERROR),
        ([], {"office": {"ProductReleaseIds": "O365ProPlusRetail"}}, ["365"]),
        ([], {"office": {"ProductReleaseIds": "ProPlus2021Volume,VisioPro2021Volume"}}, ["2021"]),
        ([], {"office": {"ProductReleaseIds": "HomeBusiness2019Retail"}}, ["2019"]),
        ([], {"office": {"ProductReleaseIds": "ProPlusRetail"}}, ["2016"]),
        ([], {"office": {"ProductReleaseIds": "ProPlus2027Retail"}}, UNSUPPORTED),
        ([], {"office_15": {"ProductReleaseIds": "ProPlusRetail"}}, ["2013"]),
        ([package("14")], {"office": {"ProductReleaseIds": "Standard2024Volume"}}, ["2010", "2024"]),
        ([], {"office": "denied"}, DENIED),
    ],
)
def test_office_by_identifiers(windows, packages, keys, value):
    assert result(facts_of(windows, software(office=packages), **keys)["software.office"]) == value


def test_no_pattern_fits_what_every_windows_brings():
    """A pattern too wide would name a machine for its own system."""
    ordinary = ("svchost", "System", "explorer", "services", "spoolsv", "TermService", "Remote Desktop Connection", "sessionenv")
    for catalogue in (REMOTE_CONTROL, UNWANTED):
        assert len(catalogue) == len({shown.casefold() for shown in catalogue})
        for patterns in catalogue.values():
            assert patterns
            for pattern in patterns:
                assert pattern == pattern.casefold()
                assert not pattern.startswith("*")
                assert not any(name.casefold().startswith(pattern.rstrip("*")) for name in ordinary)
