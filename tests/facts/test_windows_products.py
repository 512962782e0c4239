"""Windows against false proof: what every machine brings, orphans, contradictions, a firewall that lets everything in."""

import json

import pytest

from secaudit.model.capture import SectionStatus


def windows_10(services, names, wsc, sense=None, defender=None):
    """Sections of a workstation of our days with the given services, processes and rows of Security Center."""
    rows = [{"name": name, "state": state} for name, state in services.items()]
    return {
        "os": json.dumps({"version": {"CurrentBuildNumber": "19045"}, "product": {"ProductType": "WinNT"}}),
        "services": json.dumps({"from": "manager", "rows": rows}),
        "processes": json.dumps({"names": ["System", *names]}),
        "wsc": json.dumps({"AntiVirusProduct": wsc, "FirewallProduct": []}),
        "vendors": json.dumps({"kaspersky": [], "eset": None, "sense": sense}),
        "defender": json.dumps(defender) if defender else SectionStatus.ABSENT,
    }


DEFENDER_OFF = {"name": "Windows Defender", "state": 0x060100, "path": "windowsdefender://", "exists": None}
KASPERSKY_ON = {"name": "Kaspersky Endpoint Security", "state": 0x041000, "path": "C:\\k\\avp.exe", "exists": True}


def test_what_every_windows_brings_is_no_protection(windows):
    """Defender switched off, its sensor never onboarded, and the process of the security page: all of them on every machine."""
    services = {"WinDefend": 1, "WdNisSvc": 1, "Sense": 1, "SecurityHealthService": 4}
    fact = windows(**windows_10(services, ["SecurityHealthService", "MpCmdRun"], [DEFENDER_OFF]))["protection.products"]
    assert (fact.value, fact.complete) == ([], True)


@pytest.mark.parametrize(
    ("state", "sense", "listed"), [(1, None, False), (1, {"OnboardingState": 1}, True), (4, None, True), (1, "denied", False)]
)
def test_the_sensor_counts_where_it_runs_or_was_onboarded(windows, state, sense, listed):
    fact = windows(**windows_10({"Sense": state}, [], [], sense))["protection.products"]
    assert [row["id"] for row in fact.value] == (["ms-defender-endpoint"] if listed else [])
    assert fact.complete is (sense != "denied")


@pytest.mark.parametrize("status", [{"AMRunningMode": "Not running"}, {"AMServiceEnabled": False}, {"AntivirusEnabled": False}])
def test_a_running_service_of_a_disabled_defender_is_no_protection(windows, status):
    fact = windows(**windows_10({"WinDefend": 4}, ["MsMpEng"], [], defender=status))["protection.products"]
    assert (fact.value, fact.complete) == ([], True)


def test_defender_of_which_nobody_knows_whether_it_runs_neither_counts_nor_is_left_out(windows):
    given = windows_10({"WinDefend": None}, [], [DEFENDER_OFF])
    fact = windows(**given | {"processes": SectionStatus.TIMEOUT})["protection.products"]
    assert (fact.value, fact.complete) == ([], False)


def test_security_center_alone_does_not_stand_against_a_stopped_service(windows):
    (row,) = windows(**windows_10({"AVP.KES.21": 1}, [], [KASPERSKY_ON]))["protection.products"].value
    assert "running" not in row
    (row,) = windows(**windows_10({"AVP.KES.21": 4}, ["avp"], [KASPERSKY_ON]))["protection.products"].value
    assert row["running"] is True


@pytest.mark.parametrize("name", ["Kaspersky Endpoint Security", "Some Antivirus That Nobody Lists"])
@pytest.mark.parametrize(
    ("exists", "ids", "complete"), [(True, 1, True), (None, 0, False), (False, 0, True)], ids=["there", "untold", "gone"]
)
def test_a_registered_row_without_any_other_trace_counts_where_its_program_exists(windows, name, exists, ids, complete):
    row = {**KASPERSKY_ON, "name": name, "exists": exists}
    fact = windows(**windows_10({"WinDefend": 1}, [], [row]))["protection.products"]
    assert (len(fact.value), fact.complete) == (ids, complete)


@pytest.mark.parametrize("state", [0x041000, 0x040000, 0x042000, 0x043000, 0x044000])
def test_expired_snoozed_off_and_unknown_are_not_on(windows, state):
    row = {**KASPERSKY_ON, "state": state}
    (product,) = windows(**windows_10({"AVP.KES.21": 4}, ["avp"], [row]))["protection.products"].value
    assert product.get("realtime") is {0x041000: True, 0x044000: None}.get(state, False)


def test_a_damaged_row_of_security_center_leaves_the_list_open(windows):
    fact = windows(**windows_10({"WinDefend": 1}, [], [{"name": "Kaspersky", "state": None}]))["protection.products"]
    assert not fact.complete


def test_a_process_without_its_service_leaves_the_list_open(windows):
    fact = windows(**windows_10({"WinDefend": 1}, ["avp"], []))["protection.products"]
    assert (fact.value, fact.complete) == ([], False)


@pytest.mark.parametrize(
    ("local", "policy", "active"),
    [
        ({"EnableFirewall": 1}, None, True),
        ({"EnableFirewall": 1, "DefaultInboundAction": 1}, None, True),
        ({"EnableFirewall": 1, "DefaultInboundAction": 0}, None, False),
        ({"EnableFirewall": 1, "DefaultInboundAction": 0}, {"DefaultInboundAction": 1}, True),
        ({"EnableFirewall": 1}, {"DefaultInboundAction": 0}, False),
        ({"EnableFirewall": 1}, {"EnableFirewall": 0}, False),
    ],
)
def test_a_firewall_that_lets_everything_in_filters_nothing(windows, local, policy, active):
    profiles = {name: {"local": local, "policy": policy} for name in ("DomainProfile", "StandardProfile", "PublicProfile")}
    facts = windows(firewall=json.dumps(profiles), **windows_10({"mpssvc": 4}, [], []))
    assert facts["firewall.active"].value is active


def test_another_firewall_that_could_not_be_asked_for_leaves_the_answer_open(windows):
    profiles = {name: {"local": {"EnableFirewall": 0}} for name in ("DomainProfile", "StandardProfile", "PublicProfile")}
    given = windows_10({"mpssvc": 4}, [], []) | {"firewall": json.dumps(profiles)}
    assert windows(**given)["firewall.active"].value is False
    assert windows(**given | {"wsc": SectionStatus.TIMEOUT})["firewall.active"].reason.value == "timeout"


def test_smb1_is_off_by_default_only_where_none_of_its_parts_is_installed(windows):
    given = windows_10({}, [], [])
    settings = {"smb_server": {}, "smb1_client": None, "smb1_driver": None}
    assert windows(**given, settings=json.dumps(settings))["settings.smb1_server"].value is False
    settings["smb1_driver"] = {"Start": 3}
    assert windows(**given, settings=json.dumps(settings))["settings.smb1_server"].reason.value == "unsupported"


def test_a_32_bit_view_does_not_show_that_no_restart_waits(windows):
    nothing = json.dumps({"windows_update": None, "component_servicing": None})
    assert windows(reboot=nothing)["patch.reboot_required"].value is False
    assert windows(reboot=nothing, about='{"wow64":true}')["patch.reboot_required"].reason.value == "unsupported"
