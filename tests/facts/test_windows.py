"""Single Windows facts, each against the traps it was written for; no Windows was asked."""

import json

import pytest

from secaudit.facts.wsc import ProductState, product_state
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Missing, MissingReason

NOW = 1_795_400_000
DAY = 86_400
DENIED = SectionStatus.DENIED
ABSENT = SectionStatus.ABSENT


def reason(value):
    assert isinstance(value, Missing), value
    return value.reason


def result(fact):
    return fact.reason if isinstance(fact, Missing) else fact.value


def os_section(build, kind="WinNT", **more):
    return json.dumps({"version": {"CurrentBuildNumber": str(build), **more}, "product": {"ProductType": kind}, "machine": None})


def services(**states):
    rows = [{"name": name, "state": state} for name, state in {"RpcSs": 4, **states}.items()]
    return json.dumps({"from": "manager", "rows": rows})


def processes(*names):
    return json.dumps({"names": ["svchost", *names]})


def wsc(*rows, firewall=()):
    def made(items):
        return [{"name": name, "state": state, "exists": exists} for name, state, exists in items]

    return json.dumps({"AntiVirusProduct": made(rows), "FirewallProduct": made(firewall)})


def machine(**more):
    return {
        "os": os_section(19045),
        "services": services(),
        "processes": processes(),
        "wsc": wsc(),
        "defender": ABSENT,
        "vendors": json.dumps({"kaspersky": [], "eset": None, "sense": None}),
        **more,
    }


# ---------------------------------------------------------------- release


@pytest.mark.parametrize(
    ("build", "kind", "os", "version"),
    [
        (7601, "WinNT", "windows", "7-sp1"),
        (9600, "WinNT", "windows", "8.1"),
        (17763, "WinNT", "windows", "10-1809"),
        (19045, "WinNT", "windows", "10-22h2"),
        (22631, "WinNT", "windows", "11-23h2"),
        (26100, "WinNT", "windows", "11-24h2"),
        (7601, "ServerNT", "windows-server", "2008-r2"),
        (9600, "ServerNT", "windows-server", "2012-r2"),
        (14393, "LanmanNT", "windows-server", "2016"),
        (17763, "ServerNT", "windows-server", "2019"),
        (20348, "ServerNT", "windows-server", "2022"),
        (26100, "ServerNT", "windows-server", "2025"),
    ],
)
def test_the_release_follows_build_and_kind(windows, build, kind, os, version):
    facts = windows(os=os_section(build, kind))
    assert (facts["os.id"].value, facts["os.version"].value, facts["os.build"].value) == (os, version, build)
    assert facts["os.server"].value is (os == "windows-server")


def test_product_name_is_corrected_on_windows_11(windows):
    facts = windows(os=os_section(26200, ProductName="Windows 10 Enterprise Evaluation", EditionID="EnterpriseEval", UBR=7171))
    assert facts["os.name"].value == "Windows 11 Enterprise Evaluation"
    assert (facts["os.revision"].value, facts["os.edition"].value) == (7171, "EnterpriseEval")
    assert windows(os=os_section(19045, ProductName="Windows 10 Pro"))["os.name"].value == "Windows 10 Pro"


def test_builds_that_are_not_known(windows):
    assert windows(os=os_section(29999, DisplayVersion="27H2"))["os.version"].value == "11-27h2"
    assert reason(windows(os=os_section(29999, DisplayVersion="../.."))["os.version"]) is MissingReason.UNSUPPORTED
    assert reason(windows(os=os_section(18000))["os.version"]) is MissingReason.UNSUPPORTED
    for build in ("", "-1", "19045x", "9" * 40):
        assert reason(windows(os=os_section(build))["os.build"]) is MissingReason.ABSENT


def test_registry_keys_that_may_not_be_read(windows):
    facts = windows(os=json.dumps({"version": "denied", "product": None, "machine": "denied"}))
    assert reason(facts["os.build"]) is MissingReason.DENIED
    assert reason(facts["machine.id"]) is MissingReason.DENIED


# ---------------------------------------------------------------- Security Center


@pytest.mark.parametrize(
    ("number", "state", "current", "microsoft"),
    [
        (397568, "on", True, True),
        (397584, "on", False, True),
        (393472, "off", True, True),
        (393488, "off", False, True),
        (266240, "on", True, False),
        (266256, "on", False, False),
        (262144, "off", True, False),
        (262160, "off", False, False),
        (270336, "snoozed", True, False),
        (331776, "on", True, False),
        (327696, "off", False, False),
        (344064, None, True, False),
        (397312, "on", True, False),
        (397328, "on", False, False),
        (393216, "off", True, False),
        (393232, "off", False, False),
        (462848, "on", True, False),
        (0x063000, "expired", True, False),
        (0x06F2F0, None, None, None),
    ],
)
def test_product_states_that_others_observed(number, state, current, microsoft):
    assert product_state(number) == ProductState(state, current, microsoft)


def rows_of(facts):
    return {row["id"]: row for row in facts["protection.products"].value}


def test_orphans_do_not_count(windows):
    facts = windows(**machine(wsc=wsc(("Avast Antivirus", 266240, False))))
    assert facts["protection.products"].value == []
    assert facts["protection.products"].complete
    with_service = windows(**machine(wsc=wsc(("Avast Antivirus", 266240, False)), services=services(**{"avast! Antivirus": 1})))
    row = rows_of(with_service)["avast"]
    assert (row["running"], row["realtime"], row["source"]) == (False, False, "service")


def test_two_rows_of_one_name_are_one_product(windows):
    twice = wsc(("Bkav Pro", 262160, True), ("BKAV PRO", 266240, True), ("Bkav Pro", 266240, False))
    assert rows_of(windows(**machine(wsc=twice)))["bkav"]["realtime"] is True


@pytest.mark.parametrize(
    ("state", "realtime"), [(266240, True), (262144, False), (270336, False), (0x043000, False), (344064, None)]
)
def test_realtime_as_security_center_says(windows, state, realtime):
    row = rows_of(windows(**machine(wsc=wsc(("Bkav Pro", state, True)), services=services(BkavService=4))))["bkav"]
    assert row.get("realtime") == realtime
    assert row["running"] is True


def test_a_registered_product_that_no_catalogue_names(windows):
    row = rows_of(windows(**machine(wsc=wsc(("Diệt virus Tỉnh", 266240, True)))))["unlisted"]
    assert (row["name"], row["kind"], row["running"], row["realtime"]) == ("Diệt virus Tỉnh", "av", True, True)


def test_one_row_fits_two_products(windows):
    """The one with a process wins; without any, one of them, never both."""
    facts = windows(**machine(wsc=wsc(("CMC Endpoint", 266240, True)), processes=processes("cmccore")))
    assert set(rows_of(facts)) == {"cmc-endpoint"}
    assert len(rows_of(windows(**machine(wsc=wsc(("CMC Endpoint", 266240, True)))))) == 1


def test_globs_and_case_of_services(windows):
    facts = windows(**machine(services=services(**{"avp.kes.21.21": 4})))
    row = rows_of(facts)["kaspersky-kes-windows"]
    assert row["running"] is True
    assert "realtime" not in row


def test_security_center_is_for_workstations_only(windows):
    assert windows(**machine(os=os_section(20348, "ServerNT"), wsc=ABSENT))["protection.products"].complete
    assert not windows(**machine(wsc=ABSENT))["protection.products"].complete
    assert not windows(**machine(os=os_section(20348, "ServerNT"), wsc=DENIED))["protection.products"].complete


def test_nothing_readable_is_no_list(windows):
    facts = windows(**machine(services=DENIED, processes=SectionStatus.TIMEOUT, wsc=DENIED))
    assert reason(facts["protection.products"]) is MissingReason.DENIED


def test_services_from_the_registry_show_presence_but_not_state(windows):
    rows = json.dumps({"from": "registry", "rows": [{"name": "AVP.KES.21", "state": None}]})
    unseen = windows(**machine(services=rows, processes=DENIED, wsc=DENIED))["protection.products"]
    assert "running" not in unseen.value[0]
    assert unseen.missing_fields["running"] is MissingReason.DENIED
    facts = windows(**machine(services=rows))
    assert reason(facts["logging.active"]) is MissingReason.DENIED
    assert reason(facts["services.insecure"]) is MissingReason.DENIED


# ---------------------------------------------------------------- Defender and dates


def defender(**more):
    return json.dumps({"AMRunningMode": "Normal", "RealTimeProtectionEnabled": True, "AntivirusSignatureAge": 0, **more})


def with_defender(windows, status, **more):
    return windows(**machine(services=services(WinDefend=4), processes=processes("MsMpEng"), defender=status, **more))


@pytest.mark.parametrize(
    ("status", "realtime", "age"),
    [
        (defender(signature_updated=NOW - 3 * DAY, AntivirusSignatureAge=99), True, 3),
        (defender(AntivirusSignatureAge=12), True, 12),
        (defender(AntivirusSignatureAge=65535, signature_updated=-11644473600), True, MissingReason.ABSENT),
        (defender(AntivirusSignatureAge=4294967295, signature_updated=None), True, MissingReason.ABSENT),
        (defender(signature_updated=NOW + 9 * DAY), True, MissingReason.ERROR),
        (defender(RealTimeProtectionEnabled=False), False, 0),
        (defender(AMRunningMode="Passive Mode"), False, 0),
        (defender(AMRunningMode="SxS Passive Mode"), False, 0),
        (defender(RealTimeProtectionEnabled=None), None, 0),
        (SectionStatus.TIMEOUT, None, MissingReason.TIMEOUT),
        ("not json", None, MissingReason.ERROR),
        ("[]", None, MissingReason.ERROR),
    ],
)
def test_defender_status(windows, status, realtime, age):
    facts = with_defender(windows, status)
    row = rows_of(facts)["ms-defender-av"]
    assert row.get("realtime") == realtime
    if isinstance(age, MissingReason):
        assert "signature_age_days" not in row
        assert facts["protection.products"].missing_fields["signature_age_days"] is age
    else:
        assert row["signature_age_days"] == age


def test_a_switched_off_defender_is_no_installed_protection(windows):
    facts = windows(**machine(services=services(WinDefend=1), wsc=wsc(("Windows Defender", 393472, None))))
    assert facts["protection.products"].value == []


def test_before_windows_8_it_was_no_antivirus(windows):
    facts = windows(**machine(os=os_section(7601), services=services(WinDefend=4)))
    assert facts["protection.products"].value == []


def test_managed_by_onboarding_or_by_an_agent(windows):
    vendors = json.dumps({"kaspersky": [], "eset": None, "sense": {"OnboardingState": 1}})
    on = windows(**machine(services=services(WinDefend=4, Sense=4), vendors=vendors))
    assert rows_of(on)["ms-defender-av"]["managed"] is True
    assert rows_of(on)["ms-defender-endpoint"]["managed"] is True
    off = windows(**machine(services=services(WinDefend=4, Sense=1), vendors=vendors))
    assert all("managed" not in row for row in rows_of(off).values())
    agent = windows(**machine(services=services(**{"AVP.KES": 4, "klnagent": 4})))
    assert rows_of(agent)["kaspersky-kes-windows"]["managed"] is True
    stopped = windows(**machine(services=services(**{"AVP.KES": 4, "klnagent": 1})))
    assert "managed" not in rows_of(stopped)["kaspersky-kes-windows"]


@pytest.mark.parametrize(
    ("moments", "age"),
    [
        ([NOW - 5 * DAY], 5),
        ([NOW - 50 * DAY, NOW - 2 * DAY], 2),
        ([-1], MissingReason.ABSENT),
        ([0xFFFFFFFF], MissingReason.ABSENT),
        ([0], MissingReason.ABSENT),
        ([], MissingReason.ABSENT),
        (["denied"], MissingReason.DENIED),
    ],
)
def test_kaspersky_updates(windows, moments, age):
    entries = [{"key": "p", "data": m if isinstance(m, str) else {"LastSuccessfulUpdate": m}} for m in moments]
    facts = windows(**machine(services=services(**{"AVP.KES": 4}), vendors=json.dumps({"kaspersky": entries, "eset": None})))
    row = rows_of(facts)["kaspersky-kes-windows"]
    if isinstance(age, MissingReason):
        assert facts["protection.products"].missing_fields["signature_age_days"] is age
    else:
        assert row["signature_age_days"] == age


@pytest.mark.parametrize(
    ("text", "age"), [("22456 (20261120)", 3), ("22456", None), ("x (20261399)", None), ("x (99999999)", None)]
)
def test_eset_scanner_version(windows, text, age):
    vendors = json.dumps({"kaspersky": [], "eset": {"ScannerVersion": text}, "sense": None})
    facts = windows(**machine(services=services(ekrn=4), vendors=vendors))
    fact = facts["protection.products"]
    assert (result(fact) if isinstance(fact, Missing) else rows_of(facts)["eset-windows"].get("signature_age_days")) == age


# ---------------------------------------------------------------- settings

PROFILES = ("DomainProfile", "StandardProfile", "PublicProfile")


def profiles(local=1, policy=None):
    pack = None if policy is None else {"EnableFirewall": policy}
    return json.dumps({name: {"local": {"EnableFirewall": local}, "policy": pack} for name in PROFILES})


def managed(local=1, **places):
    """Profiles that a policy or device management sets."""
    set_by = {place: value if isinstance(value, str) else {"EnableFirewall": value} for place, value in places.items()}
    return json.dumps({name: {"local": {"EnableFirewall": local}, "policy": None, **set_by} for name in PROFILES})


@pytest.mark.parametrize(
    ("sections", "value"),
    [
        ({"firewall": profiles(), "services": services(MpsSvc=4)}, True),
        ({"firewall": profiles(), "services": services(MpsSvc=1)}, False),
        ({"firewall": profiles(0), "services": services(MpsSvc=4)}, False),
        ({"firewall": profiles(1, 0), "services": services(MpsSvc=4)}, False),
        ({"firewall": profiles(0, 1), "services": services(MpsSvc=4)}, True),
        ({"firewall": profiles(0), "wsc": wsc(firewall=[("Tường lửa X", 266240, True)])}, MissingReason.UNSUPPORTED),
        ({"firewall": profiles(0), "wsc": wsc(firewall=[("Tường lửa X", 266240, False)])}, False),
        ({"firewall": managed(mdm=0), "services": services(MpsSvc=4)}, False),
        ({"firewall": managed(local=0, mdm=1), "services": services(MpsSvc=4)}, True),
        ({"firewall": managed(legacy=0), "services": services(MpsSvc=4)}, False),
        ({"firewall": managed(policy=1, mdm_legacy=0), "services": services(MpsSvc=4)}, MissingReason.UNSUPPORTED),
        ({"firewall": managed(policy=1, legacy=1, mdm="denied"), "services": services(MpsSvc=4)}, MissingReason.DENIED),
        ({"firewall": profiles(), "services": DENIED}, MissingReason.DENIED),
        ({"firewall": "{}"}, MissingReason.ERROR),
        ({"firewall": json.dumps({name: {"local": "denied", "policy": None} for name in PROFILES})}, MissingReason.DENIED),
        ({"firewall": json.dumps({name: {"local": {}, "policy": None} for name in PROFILES})}, MissingReason.ABSENT),
    ],
)
def test_firewall(windows, sections, value):
    assert result(windows(**machine(**sections))["firewall.active"]) == value


def reboot(**more):
    keys = dict.fromkeys(("windows_update", "component_servicing", "file_renames", "active_name", "next_name", "update_exe"))
    return json.dumps({**keys, **more})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (reboot(), False),
        (reboot(windows_update={}), True),
        (reboot(component_servicing={}), True),
        (reboot(file_renames={"count": 7}), False),
        (reboot(update_exe={"UpdateExeVolatile": 1}), True),
        (reboot(active_name={"ComputerName": "A"}, next_name={"ComputerName": "a"}), False),
        (reboot(active_name={"ComputerName": "A"}, next_name={"ComputerName": "B"}), True),
        (reboot(windows_update="denied"), MissingReason.DENIED),
        (DENIED, MissingReason.DENIED),
    ],
)
def test_restart(windows, text, value):
    assert result(windows(reboot=text)["patch.reboot_required"]) == value


def settings(**keys):
    base = dict.fromkeys(("uac", "rdp", "rdp_tcp", "rdp_policy", "smb_server", "smb1_client"))
    return json.dumps({**base, **keys})


@pytest.mark.parametrize(
    ("fact", "build", "keys", "value"),
    [
        ("settings.uac", 19045, {"uac": {"EnableLUA": 1}}, True),
        ("settings.uac", 19045, {"uac": {"EnableLUA": 0}}, False),
        ("settings.uac", 19045, {"uac": {}}, True),
        ("settings.uac", 19045, {"uac": {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 5}}, True),
        ("settings.uac", 19045, {"uac": {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 0}}, False),
        ("settings.uac", 19045, {}, MissingReason.ABSENT),
        ("settings.uac", 19045, {"uac": "denied"}, MissingReason.DENIED),
        ("settings.rdp", 19045, {"rdp": {"fDenyTSConnections": 0}}, True),
        ("settings.rdp", 19045, {"rdp": {"fDenyTSConnections": 0}, "rdp_policy": {"fDenyTSConnections": 1}}, False),
        ("settings.rdp", 19045, {"rdp": {}}, False),
        ("settings.rdp_nla", 19045, {"rdp_tcp": {"UserAuthentication": 1}}, True),
        ("settings.rdp_nla", 19045, {"rdp_tcp": {"UserAuthentication": 1}, "rdp_policy": {"UserAuthentication": 0}}, False),
        ("settings.rdp_nla", 19045, {}, MissingReason.ABSENT),
        ("settings.smb1_server", 19045, {"smb_server": {"SMB1": 1}}, True),
        ("settings.smb1_server", 7601, {"smb_server": {"SMB1": 0}}, False),
        ("settings.smb1_server", 7601, {"smb_server": {}}, True),
        ("settings.smb1_server", 14393, {"smb_server": {}}, False),  # the feature was taken away
        ("settings.smb1_server", 14393, {"smb_server": {}, "smb1_driver": {"Start": 3}}, True),
        ("settings.smb1_server", 19045, {"smb_server": {}}, False),
        ("settings.smb1_server", 19045, {"smb_server": {}, "smb1_client": {"Start": 2}}, MissingReason.UNSUPPORTED),
    ],
)
def test_settings(windows, fact, build, keys, value):
    assert result(windows(os=os_section(build), settings=settings(**keys))[fact]) == value


@pytest.mark.parametrize(
    ("build", "kind", "keys", "value"),
    [
        (19045, "WinNT", {"service": {"Start": 3}}, True),
        (19045, "WinNT", {"service": {"Start": 4}}, False),
        (19045, "WinNT", {"service": {"Start": 3}, "policy": {"NoAutoUpdate": 1}}, False),
        (19045, "WinNT", {"service": {"Start": 3}, "policy": {"AUOptions": 4}}, True),
        (19045, "WinNT", {"service": {"Start": 3}, "policy": {"AUOptions": 2}}, False),
        (7601, "WinNT", {"service": {"Start": 2}, "old_settings": {"AUOptions": 4}}, True),
        (7601, "WinNT", {"service": {"Start": 2}, "old_settings": {"AUOptions": 1}}, False),
        (7601, "WinNT", {"service": {"Start": 2}}, MissingReason.ABSENT),
        (20348, "ServerNT", {"service": {"Start": 3}}, MissingReason.ABSENT),
        (19045, "WinNT", {}, MissingReason.ABSENT),
    ],
)
def test_automatic_updates(windows, build, kind, keys, value):
    text = json.dumps({"policy": None, "old_settings": None, "service": None, **keys})
    assert result(windows(os=os_section(build, kind), updates=text)["patch.automatic"]) == value


def test_dates_and_identity(windows):
    hardware = json.dumps({"uuid": "4C4C4544-0034-3610-8052-B5C04F4E3432", "product_serial": "Default string", "serial": "5CD1"})
    facts = windows(
        hardware=hardware, hotfixes=json.dumps({"newest": NOW - 30 * DAY, "unread": 0}), system=json.dumps({"booted": NOW - DAY})
    )
    assert facts["machine.serial"].value == "5CD1"
    assert facts["machine.uuid"].value == "4c4c4544-0034-3610-8052-b5c04f4e3432"
    assert facts["patch.last_installed_age_days"].value == 30
    assert facts["machine.uptime_days"].value == 1
    odd = windows(hotfixes=json.dumps({"newest": None}), system=json.dumps({"booted": -11644473600}))
    assert reason(odd["patch.last_installed_age_days"]) is MissingReason.ABSENT
    assert reason(odd["machine.uptime_days"]) is MissingReason.ABSENT
    future = windows(hotfixes=json.dumps({"newest": NOW + 40 * DAY}))
    assert reason(future["patch.last_installed_age_days"]) is MissingReason.ERROR
