"""Ways into a Windows machine: idle screens, rules of the firewall, open ports, neighbours, volumes, cards."""

import json

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import MissingReason
from tests.facts.windows_sections import machine, result

ERROR, ABSENT, UNSUPPORTED, DENIED = MissingReason.ERROR, MissingReason.ABSENT, MissingReason.UNSUPPORTED, MissingReason.DENIED
PROFILES = ("DomainProfile", "StandardProfile", "PublicProfile")
LOCKS = {"ScreenSaveActive": "1", "ScreenSaverIsSecure": "1", "ScreenSaveTimeOut": "600", "SCRNSAVE.EXE": "x.scr"}


def hive(desktop=None, policy=None, own=False):
    return {"own": own, "desktop": {} if desktop is None else desktop, "policy": policy, "explorer": None}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"uac": {"InactivityTimeoutSecs": 900}}, 900),
        ({"uac": {"InactivityTimeoutSecs": 900}, "build": 7601, "hives": [hive(LOCKS)]}, 600),
        ({"uac": {"InactivityTimeoutSecs": 0}, "hives": [hive(LOCKS)]}, 600),
        ({"hives": [hive(LOCKS), hive(LOCKS | {"ScreenSaveTimeOut": "1200"})]}, 1200),
        ({"hives": [hive(LOCKS), hive({"ScreenSaveActive": "1"})]}, 0),
        ({"hives": [hive(LOCKS | {"ScreenSaverIsSecure": "0"})]}, 0),
        ({"hives": [hive(LOCKS | {"ScreenSaveActive": "0"})]}, 0),
        ({"hives": [hive({"ScreenSaverIsSecure": "0"}, LOCKS)]}, 600),
        ({"hives": [hive(LOCKS, {"ScreenSaveTimeOut": "300"})]}, 300),
        ({"hives": [hive({**LOCKS, "SCRNSAVE.EXE": ""})]}, UNSUPPORTED),
        ({"hives": [hive({"ScreenSaveActive": "1", "ScreenSaverIsSecure": "1"})]}, UNSUPPORTED),
        ({"hives": [hive({**LOCKS, "ScreenSaveTimeOut": "soon"})]}, ERROR),
        ({"hives": []}, ABSENT),
        ({"hives": [hive(LOCKS), {**hive({"ScreenSaveActive": "1"}), "seated": False}]}, 600),  # a service, nobody at the screen
        ({"hives": [{**hive({"ScreenSaveActive": "1"}), "seated": False}]}, ABSENT),
        ({"hives": [{**hive({"ScreenSaveActive": "1"}), "seated": True}]}, 0),
        ({"hives": [hive({}, own=True)]}, ABSENT),
        ({"hives": [hive(LOCKS), hive("denied", "denied")]}, DENIED),
        ({"hives": ["x"]}, ERROR),
        ({"about": {"wow64": True}, "uac": {"InactivityTimeoutSecs": 900}}, UNSUPPORTED),
    ],
)
def test_the_screen_of_every_user_must_lock(windows, given, value):
    """The account that asks is no user of the machine, and a user who cannot be read is not passed over."""
    assert result(windows(**machine(**given))["session.lock_seconds"]) == value


def firewall(*rules, on=1, merge=None, policy_rules=None):
    pack = None if merge is None else {"AllowLocalPolicyMerge": merge}
    profiles = {name: {"local": {"EnableFirewall": on}, "policy": pack} for name in PROFILES}
    rows = {"rows": [f"v2.31|Action=Allow|Active=TRUE|Dir=In|{rule}|" for rule in rules]}
    return json.dumps({**profiles, "rules": rows, "policy_rules": policy_rules})


RDP = "Protocol=6|LPort=3389|App=%SystemRoot%\\system32\\svchost.exe"
SSH = "Protocol=6|LPort=22|App=%SystemRoot%\\system32\\OpenSSH\\sshd.exe"
DESKTOP = {"rdp": {"fDenyTSConnections": 0}, "rdp_tcp": {"PortNumber": 3389}, "services": {"TermService": 4, "MpsSvc": 4}}


def limited(windows, rules, given=DESKTOP, listening=("tcp 22", "tcp 445", "tcp 3389"), **more):
    network = json.dumps({"listening": list(listening)})
    text = rules if isinstance(rules, str | SectionStatus) else firewall(*rules, **more)
    wsc = json.dumps({"AntiVirusProduct": [], "FirewallProduct": []})
    return result(windows(**machine(**given), firewall=text, network=network, wsc=wsc)["access.sources_limited"])


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (RDP, False),
        (RDP + "|RA4=10.1.1.5", True),
        (RDP + "|RA4=10.1.1.0/255.255.255.0|RA4=10.1.2.3-10.1.2.9", True),
        (RDP + "|RA6=fe80::/64|RA42=LocalSubnet", True),
        (RDP + "|RA4=LocalSubnet", True),
        (RDP + "|RA4=0.0.0.0/0", False),
        (RDP + "|RA4=1.0.0.0-255.255.255.255", False),
        (RDP + "|RA4=10.1.1.5|RA4=128.0.0.0/1", False),
        (RDP + "|RA42=IntErnet", UNSUPPORTED),
        (RDP + "|RA4=nowhere", UNSUPPORTED),
        ("Protocol=6|LPort2_10=3000-4000", False),
        ("Protocol=6|LPort=RPC", True),
        ("Protocol=17|LPort=3389", True),
        ("Protocol=6|LPort=13389", True),
        ("App=System", False),
        ("LUOwn=S-1-5-21-1-2-3-500|AppPkgId=S-1-15-2-7|EmbedCtxt=Your account", True),  # for the container of one app
        ("Protocol=6|PFN=Microsoft.Edge_8wekyb3d8bbwe", True),
        ("App=%SystemRoot%\\system32\\svchost.exe|Svc=lltdsvc", True),  # another service of the same program
        ("Protocol=6|LPort=3389|App=%SystemRoot%\\system32\\svchost.exe|Svc=termservice", False),
        ("Profile=Domain|Protocol=6|LPort=3389", False),
    ],
)
def test_remote_desktop_from_named_addresses_only(windows, rule, value):
    assert limited(windows, [rule]) == value


def test_without_a_rule_nobody_comes_in_and_without_a_firewall_everybody(windows):
    assert limited(windows, []) is True
    assert limited(windows, [], on=0) is False
    assert limited(windows, firewall().replace('{"rows": []}', '"denied"')) is DENIED
    assert limited(windows, SectionStatus.DENIED) is DENIED
    assert limited(windows, firewall().replace('{"rows": []}', '{"rows": [7]}')) is ERROR


def test_nothing_that_administers_from_afar_runs(windows):
    given = {"rdp": {"fDenyTSConnections": 1}, "services": {"TermService": 1}}
    assert limited(windows, SectionStatus.DENIED, given) is True
    assert limited(windows, SectionStatus.DENIED, given, listening=["x"]) is ERROR
    assert limited(windows, [], {**given, "services": {"TermService": 4}}) is True  # remote desktop is off


def test_what_sshd_itself_allows_is_not_read(windows):
    given = {"rdp": {"fDenyTSConnections": 1}, "services": {"sshd": 4, "MpsSvc": 4}}
    assert limited(windows, [SSH], given) is UNSUPPORTED
    assert limited(windows, [SSH + "|RA4=10.1.1.5"], given) is True
    assert limited(windows, [SSH], given, listening=["tcp 2222"]) is UNSUPPORTED
    both = DESKTOP | {"services": {"sshd": 4, "TermService": 4, "MpsSvc": 4}}
    assert limited(windows, [SSH, RDP], both) is False
    assert limited(windows, [SSH, RDP + "|RA4=10.1.1.5"], both) is UNSUPPORTED


def test_winrm_counts_where_it_listens(windows):
    given = {"rdp": {"fDenyTSConnections": 1}, "services": {"WinRM": 4, "MpsSvc": 4}}
    rule = "Protocol=6|LPort=5985|App=System"
    assert limited(windows, [rule], given, listening=["tcp 5985"]) is False
    assert limited(windows, [rule], given, listening=["tcp 135"]) is True


def test_rules_of_a_policy_count_and_rules_it_leaves_out_prove_nothing(windows):
    assert limited(windows, [], policy_rules={"rows": [f"v2.31|{RDP}|"]}) is False
    assert limited(windows, [RDP], merge=0) is UNSUPPORTED
    assert limited(windows, [RDP], merge=1) is False


def test_rules_of_device_management_count(windows):
    document = json.loads(firewall())
    document["mdm_rules"] = {"rows": [f"v2.31|Action=Allow|Active=TRUE|Dir=In|{RDP}|"]}
    assert limited(windows, json.dumps(document)) is False


def test_another_vendor_on_a_server_may_filter_in_the_place_of_windows(windows):
    """Servers have no Security Center that could name its firewall."""
    given = machine(build=17763, kind="ServerNT", services={"MpsSvc": 1, "AVP.KES.21": 4})
    facts = windows(**given, firewall=firewall(on=0), wsc=SectionStatus.ABSENT, vendors="{}", defender=SectionStatus.ABSENT)
    assert result(facts["firewall.active"]) is UNSUPPORTED
    alone = machine(build=17763, kind="ServerNT", services={"MpsSvc": 1})
    facts = windows(**alone, firewall=firewall(on=0), wsc=SectionStatus.ABSENT, vendors="{}", defender=SectionStatus.ABSENT)
    assert result(facts["firewall.active"]) is False


def test_a_port_of_its_own_for_remote_desktop(windows):
    given = DESKTOP | {"rdp_tcp": {"PortNumber": 13389}}
    assert limited(windows, [RDP], given) is True
    assert limited(windows, ["Protocol=6|LPort=13389"], given) is False


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        (["udp 137", "tcp 445", "tcp 135"], [("tcp", 135), ("tcp", 445), ("udp", 137)]),
        ([], []),
        (["tcp 0"], ERROR),
        (["tcp 65536"], ERROR),
        (["sctp 1"], ERROR),
        ([445], ERROR),
        (None, ERROR),
    ],
)
def test_open_ports(windows, rows, value):
    fact = windows(network=json.dumps({"listening": rows}))["network.listening"]
    got = result(fact)
    assert got == value or [(row["protocol"], row["port"]) for row in got] == value


@pytest.mark.parametrize(
    ("kind", "services", "value"),
    [
        ("WinNT", {"RemoteRegistry": 4, "SSDPSRV": 1, "Spooler": 4, "W3SVC": 4}, ["RemoteRegistry", "W3SVC"]),
        ("ServerNT", {"SNMP": 4, "Spooler": 4, "W3SVC": 4}, ["SNMP", "Spooler"]),
        ("WinNT", {}, []),
        ("WinNT", {"SNMP": None}, ERROR),
    ],
)
def test_services_that_few_machines_need(windows, kind, services, value):
    assert result(windows(**machine(kind=kind, services=services))["services.unneeded"]) == value


def neighbour(address="10.1.1.1", mac="02-1A-B0-00-00-01", state=5):
    return {"IPAddress": address, "LinkLayerAddress": mac, "State": state}


def test_neighbours_that_answered(windows):
    rows = [
        neighbour(),
        neighbour("10.1.1.2", "02-1A-B0-00-00-02", 4),
        neighbour("10.1.1.3", "00-00-00-00-00-00", 4),
        neighbour("10.1.1.4", "02-1A-B0-00-00-04", 0),
        neighbour("224.0.0.22", "01-00-5E-00-00-16", 6),
        neighbour("10.1.1.255", "FF-FF-FF-FF-FF-FF", 5),
    ]
    fact = windows(neighbours=json.dumps({"rows": rows}))["network.neighbours"]
    assert [(row["address"], row["mac"]) for row in fact.value] == [
        ("10.1.1.1", "02:1a:b0:00:00:01"),
        ("10.1.1.2", "02:1a:b0:00:00:02"),
    ]
    assert fact.complete
    for odd in (neighbour("x"), neighbour(state=None), "x"):
        assert not windows(neighbours=json.dumps({"rows": [neighbour(), odd]}))["network.neighbours"].complete
    assert result(windows(neighbours=SectionStatus.ABSENT)["network.neighbours"]) is UNSUPPORTED
    assert result(windows(neighbours=SectionStatus.DENIED)["network.neighbours"]) is DENIED


@pytest.mark.parametrize(
    ("rows", "encrypted"),
    [
        ([("C:", 1), ("D:", 0)], True),
        ([("C:", 0)], False),
        ([("C:", 2)], ABSENT),
        ([("D:", 1)], ABSENT),
        ([("C:", "1")], ABSENT),
        ([], ABSENT),
    ],
)
def test_the_system_volume_is_what_counts(windows, rows, encrypted):
    made = [{"DriveLetter": letter, "ProtectionStatus": state} for letter, state in rows]
    text = json.dumps({"system": "C:", "fixed": ["C:\\", "D:\\"], "rows": made})
    assert result(windows(volumes=text)["disk.encrypted"]) == encrypted


def test_volumes(windows):
    states = [{"DriveLetter": "C:", "ProtectionStatus": 1}, {"DriveLetter": "E:", "ProtectionStatus": 1}]
    fact = windows(volumes=json.dumps({"system": "C:", "fixed": ["C:\\", "D:\\"], "rows": states}))["disk.volumes"]
    assert fact.value == [{"name": "C:", "system": True, "encrypted": True}, {"name": "D:", "system": False}]
    assert (fact.complete, fact.missing_fields) == (True, {"encrypted": ABSENT})
    for odd in (["D:\\"], ["C:\\", "\\\\?\\Volume"], [7]):
        assert not windows(volumes=json.dumps({"system": "C:", "fixed": odd, "rows": states}))["disk.volumes"].complete
    assert result(windows(volumes=json.dumps({"system": "", "fixed": ["C:\\"], "rows": states}))["disk.volumes"]) is ERROR
    assert result(windows(volumes=json.dumps({"system": "C:", "fixed": ["C:\\"], "rows": ["x"]}))["disk.encrypted"]) is ERROR


def hardware(**more):
    return json.dumps({"uuid": "x", "product_serial": "Default string", "serial": "None", "computer": {}, "cards": [], **more})


def test_who_the_machine_is(windows):
    computer = {"Manufacturer": "Dell Inc.", "Model": " OptiPlex  390 ", "TotalPhysicalMemory": 4 << 30}
    facts = windows(hardware=hardware(computer=computer))
    assert [facts[f"machine.{name}"].value for name in ("vendor", "model", "memory_mb")] == ["Dell Inc.", "OptiPlex 390", 4096]
    assert facts["machine.identifiable"].value is False
    assert windows(hardware=hardware(serial="5CD1"))["machine.identifiable"].value is True
    junk = {"Manufacturer": "System manufacturer", "Model": "To be filled by O.E.M.", "TotalPhysicalMemory": "4"}
    facts = windows(hardware=hardware(computer=junk))
    assert [result(facts[f"machine.{name}"]) for name in ("vendor", "model", "memory_mb")] == [ABSENT, ABSENT, ERROR]
    assert result(windows(hardware=SectionStatus.DENIED)["machine.identifiable"]) is DENIED


def test_cards_of_the_machine_itself(windows):
    cards = [
        ("02:1A:B0:00:00:02", "PCI\\VEN_8086"),
        ("02-1A-B0-00-00-01", "USB\\VID_0BDA"),
        ("02:1A:B0:00:00:03", "ROOT\\VMS_MP\\0000"),
        ("02:1A:B0:00:00:04", "BTH\\MS_BTHPAN"),
        (None, "PCI\\VEN_8087"),
    ]
    rows = [{"MACAddress": mac, "PNPDeviceID": device} for mac, device in cards]
    assert windows(hardware=hardware(cards=rows))["machine.mac"].value == ["02:1a:b0:00:00:01", "02:1a:b0:00:00:02"]
    assert result(windows(hardware=hardware(cards=["x"]))["machine.mac"]) is ERROR
