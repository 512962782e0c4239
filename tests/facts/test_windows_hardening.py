"""Hardening of Windows: what is set, what a release does by itself, and what must stay unknown; no Windows was asked."""

import json

import pytest

from secaudit.facts.registry import REGISTRY
from secaudit.facts.windows_hardening import PARSERS
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, MissingReason
from tests.facts.windows_sections import ASKED, machine, result

UNSUPPORTED, ERROR, DENIED = MissingReason.UNSUPPORTED, MissingReason.ERROR, MissingReason.DENIED


@pytest.mark.parametrize(
    ("fact", "given", "value"),
    [
        ("settings.smb1_client", {"smb1_client": None}, False),
        ("settings.smb1_client", {"smb1_client": {"Start": 4}}, False),
        ("settings.smb1_client", {"smb1_client": {"Start": 2}}, True),
        ("settings.smb1_client", {}, MissingReason.ABSENT),
        ("settings.smb_signing", {"smb_server": {"RequireSecuritySignature": 1}}, True),
        ("settings.smb_signing", {"smb_server": {"RequireSecuritySignature": 0}, "build": 26100}, False),
        ("settings.smb_signing", {}, False),
        ("settings.smb_signing", {"build": 26100}, UNSUPPORTED),
        ("settings.smb_signing", {"build": 17763, "kind": "LanmanNT"}, UNSUPPORTED),
        ("settings.llmnr", {"dns_client": None}, True),
        ("settings.llmnr", {"dns_client": {"EnableMulticast": 0}}, False),
        ("settings.llmnr", {"dns_client": {"EnableMulticast": "0"}}, ERROR),
        ("settings.llmnr", {"dns_client": "denied"}, DENIED),
        ("settings.wdigest", {"build": 7601}, True),
        ("settings.wdigest", {"build": 7601, "wdigest": {"UseLogonCredential": 0}}, False),
        ("settings.wdigest", {}, False),
        ("settings.wdigest", {"wdigest": {"UseLogonCredential": 1}}, True),
        ("settings.lm_level", {}, 3),
        ("settings.lm_level", {"lsa": {"LmCompatibilityLevel": 5}}, 5),
        ("settings.lm_level", {"lsa": {"LmCompatibilityLevel": 9}}, ERROR),
        ("settings.lm_level", {"lsa": None}, MissingReason.ABSENT),
        ("settings.lsa_protection", {"build": 7601, "lsa": {"RunAsPPL": 1}}, False),
        ("settings.lsa_protection", {"lsa": {"RunAsPPL": 1}}, True),
        ("settings.lsa_protection", {"lsa": {"RunAsPPL": 1}, "lsa_policy": {"RunAsPPL": 0}}, UNSUPPORTED),
        ("settings.lsa_protection", {"build": 22631, "lsa": {"RunAsPPL": 1}, "lsa_policy": {"RunAsPPL": 0}}, False),
        ("settings.lsa_protection", {}, False),
        ("settings.lsa_protection", {"build": 26100}, UNSUPPORTED),
        ("settings.anonymous_restricted", {}, False),
        ("settings.anonymous_restricted", {"lsa": {"RestrictAnonymous": 1}}, True),
        ("settings.anonymous_restricted", {"lsa": {"RestrictAnonymous": 1, "RestrictAnonymousSAM": 0}}, False),
        ("settings.blank_passwords_limited", {}, True),
        ("settings.blank_passwords_limited", {"lsa": {"LimitBlankPasswordUse": 0}}, False),
        ("settings.blank_passwords_limited", {"lsa": None}, MissingReason.ABSENT),
        ("settings.remote_uac", {}, True),
        ("settings.remote_uac", {"uac": {"LocalAccountTokenFilterPolicy": 1}}, False),
        ("settings.remote_uac", {"uac": {"EnableLUA": 0}}, False),
        ("settings.remote_uac", {"about": {"wow64": True}}, UNSUPPORTED),
    ],
)
def test_what_is_set_and_what_a_release_does_by_itself(windows, fact, given, value):
    assert result(windows(**machine(**given))[fact]) == value


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({}, False),
        ({"laps_cloud": {"BackupDirectory": 1}, "cloud_joined": 1}, True),
        ({"laps_cloud": {"BackupDirectory": 1}, "cloud_joined": 0}, False),
        ({"laps_policy": {"BackupDirectory": 2}, "domain": True}, True),
        ({"laps_policy": {"BackupDirectory": 2}, "domain": False}, False),
        ({"laps_cloud": {"BackupDirectory": 0}, "laps_policy": {"BackupDirectory": 2}, "domain": True}, False),
        ({"build": 7601, "laps_policy": {"BackupDirectory": 2}, "domain": True}, False),
        ({"build": 14393, "laps_policy": {"BackupDirectory": 2}, "domain": True}, False),
        ({"build": 22631, "laps_policy": {"BackupDirectory": 2}, "domain": True}, True),
        ({"build": 17763, "kind": "LanmanNT", "domain": True}, UNSUPPORTED),
        ({"laps_legacy": {"AdmPwdEnabled": 1}, "domain": True}, True),
        ({"laps_legacy": {"AdmPwdEnabled": 1}, "laps_client": None, "domain": True}, UNSUPPORTED),
        ({"laps_legacy": {"AdmPwdEnabled": 0}, "domain": True}, False),
        ({"laps_policy": {"BackupDirectory": 2}, "domain": "yes"}, ERROR),
        ({"laps_cloud": {"BackupDirectory": 1}, "cloud_joined": None}, ERROR),
    ],
)
def test_laps_needs_a_directory_that_takes_the_password(windows, given, value):
    assert result(windows(**machine(**given))["settings.laps"]) == value


@pytest.mark.parametrize(
    ("domain", "cloud", "value"), [(True, 0, True), (False, 1, True), (False, 0, False), (None, 1, True), (None, 0, ERROR)]
)
def test_accounts_are_central_by_either_directory(windows, domain, cloud, value):
    assert result(windows(**machine(domain=domain, cloud_joined=cloud))["accounts.central"]) == value


@pytest.mark.parametrize(
    ("given", "running", "unencrypted"),
    [
        ({}, False, False),
        ({"services": {"WinRM": 1}, "winrm": {"allow_unencrypted": 1}}, False, False),
        ({"services": {"WinRM": 4}}, True, False),
        ({"services": {"WinRM": 4}, "winrm": {"auth_basic": 1}}, True, True),
        ({"services": {"WinRM": 4}, "winrm": {"auth_basic": 1}, "winrm_policy": {"AllowBasic": 0}}, True, False),
        ({"services": {"WinRM": 4}, "winrm_policy": {"AllowUnencryptedTraffic": 1}}, True, True),
        ({"services": {"WinRM": 4}, "winrm": None, "winrm_policy": None}, True, MissingReason.ABSENT),
        ({"services": {"WinRM": None}}, ERROR, ERROR),
    ],
)
def test_winrm(windows, given, running, unencrypted):
    facts = windows(**machine(**given))
    assert (result(facts["settings.winrm"]), result(facts["settings.winrm_unencrypted"])) == (running, unencrypted)


@pytest.mark.parametrize(
    ("version", "on", "value"),
    [("5.1.19041.1", 1, True), ("5.1", 0, False), ("2.0", 1, False), ("4.0", 1, UNSUPPORTED), ("4.0", 0, False), ("x", 1, ERROR)],
)
def test_scripts_are_recorded_by_a_powershell_that_can(windows, version, on, value):
    facts = windows(**machine(about={"powershell": version}, powershell={"EnableScriptBlockLogging": on}))
    assert result(facts["settings.powershell_logging"]) == value


@pytest.mark.parametrize(
    ("logon", "value"),
    [
        ({}, []),
        ({"AutoAdminLogon": "0", "DefaultUserName": "a"}, []),
        ({"AutoAdminLogon": "1", "DefaultUserName": "Văn thư"}, ["Văn thư"]),
        ({"AutoAdminLogon": 1, "DefaultUserName": "a"}, ["a"]),
        ({"AutoAdminLogon": "1"}, ["?"]),
        ({"AutoAdminLogon": "yes"}, ERROR),
        (None, MissingReason.ABSENT),
    ],
)
def test_automatic_logon(windows, logon, value):
    assert result(windows(**machine(winlogon=logon))["login.automatic"]) == value


PLAIN = {"own": False, "explorer": None}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({}, False),
        ({"explorer": {"NoDriveTypeAutoRun": 255}}, True),
        ({"explorer": {"NoAutorun": 1}}, True),
        ({"explorer": {"NoDriveTypeAutoRun": 0x91}}, False),
        ({"hives": [PLAIN]}, False),
        ({"hives": [{**PLAIN, "explorer": {"NoDriveTypeAutoRun": 255}}]}, UNSUPPORTED),
        ({"hives": [{**PLAIN, "explorer": "denied"}]}, UNSUPPORTED),
        ({"explorer": {"NoDriveTypeAutoRun": 0x91}, "hives": [{**PLAIN, "explorer": "denied"}]}, False),
        ({"hives": ["x"]}, UNSUPPORTED),
    ],
)
def test_autorun(windows, given, value):
    assert result(windows(**machine(**given))["media.autorun_off"]) == value


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"usb_driver": {"Start": 3}}, False),
        ({"usb_driver": {"Start": 4}, "uas_driver": {"Start": 4}}, True),
        ({"usb_driver": {"Start": 4}, "uas_driver": None}, True),
        ({"usb_driver": {"Start": 4}, "uas_driver": {"Start": 3}}, False),
        ({"usb_driver": {"Start": 3}, "media": {"Deny_All": 1}}, True),
        ({"usb_driver": {"Start": 3}, "media_disks": {"Deny_Read": 1, "Deny_Write": 1}}, True),
        ({"usb_driver": {"Start": 3}, "media_disks": {"Deny_Write": 1}}, False),
        ({}, MissingReason.ABSENT),
        ({"usb_driver": {"Start": 3}, "media": "denied"}, DENIED),
    ],
)
def test_usb_storage(windows, given, value):
    assert result(windows(**machine(**given))["media.storage_blocked"]) == value


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"secure_boot": {"UEFISecureBootEnabled": 1}}, True),
        ({"secure_boot": {"UEFISecureBootEnabled": 0}}, False),
        ({"secure_boot": None, "firmware": {"PEFirmwareType": 1}}, False),
        ({"secure_boot": None, "firmware": {"PEFirmwareType": 2}}, MissingReason.ABSENT),
        ({"secure_boot": None, "build": 7601}, False),
    ],
)
def test_secure_boot(windows, given, value):
    assert result(windows(**machine(**given))["boot.secure"]) == value


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({}, True),
        ({"memory": {"MoveImages": 0}}, False),
        ({"memory": {"MoveImages": 0xFFFFFFFF}}, True),
        ({"mitigation": {"MitigationOptions": [0, 1, 17, 17, 0, 0, 0, 0]}}, True),
        ({"mitigation": {"MitigationOptions": [0, 2, 0, 0, 0, 0, 0, 0]}}, False),
        ({"mitigation": {"MitigationOptions": 0x20000}}, False),
        ({"mitigation": {"MitigationOptions": [0, 2]}}, ERROR),
        ({"mitigation": {"MitigationOptions": "x"}}, ERROR),
        ({"memory": None}, MissingReason.ABSENT),
    ],
)
def test_random_addresses(windows, given, value):
    assert result(windows(**machine(**given))["exploit.aslr"]) == value


@pytest.mark.parametrize(
    ("policy", "value"), [(0, False), (1, True), (2, False), (3, True), (4, ERROR), (None, ERROR), (True, ERROR)]
)
def test_data_is_not_executed(windows, policy, value):
    assert result(windows(system=json.dumps({"dep": policy}))["exploit.dep"]) == value


def test_an_answer_that_was_not_asked_for_a_key_proves_nothing_by_its_default(windows):
    """Answers from before the question was put, and damaged ones: not a single setting may be known from them."""
    facts = windows(**machine() | {"settings": "{}"})
    assert [name for name in PARSERS if isinstance(facts[name], Known)] == ["settings.winrm", "settings.winrm_unencrypted"]


@pytest.mark.parametrize("status", [one for one in SectionStatus if one is not SectionStatus.OK])
def test_settings_that_were_not_read_are_unknown(windows, status):
    sections = machine() | {"settings": status, "services": status}
    facts = windows(**sections)
    assert [name for name in PARSERS if isinstance(facts[name], Known)] == []


def test_every_parser_is_registered_and_the_script_asks_for_what_it_reads():
    assert REGISTRY["windows"].keys() >= PARSERS.keys()
    assert len(ASKED) == len(set(ASKED)) == 35
