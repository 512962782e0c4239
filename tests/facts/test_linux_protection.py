"""Protection products on Linux: installed, running, real-time, fresh and managed are five different things."""

import json

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Missing, MissingReason

NOW = 1_795_400_000
DAY = 86_400
BASE = "cron.service loaded active running\n"
RUN = "loaded active running\n"


def vdb(age_days: int, name: str = "daily.cvd") -> str:
    return f"{name} ClamAV-VDB:01 Jan 2026 08-30 +0000:1:2:90:md5:sig:builder:{NOW - age_days * DAY}   \n"


def sections(packages="clamav\nclamav-daemon\n", units="", processes="", **more):
    return {
        "packages": f"manager=dpkg\nbash\n{packages}",
        "units": BASE + units,
        "unit_files": "cron.service enabled\n",
        "processes": f"uid=0\n0\tcron\n{processes}",
        "clamav": vdb(2),
        **more,
    }


def products(posix, **given):
    return posix(**given)["protection.products"]


def only(fact):
    assert len(fact.value) == 1
    return fact.value[0]


CLAMD, ONACC = f"clamav-daemon.service {RUN}", f"clamav-clamonacc.service {RUN}"


@pytest.mark.parametrize(
    ("units", "processes", "running", "realtime"),
    [
        (CLAMD + ONACC, "", True, True),
        (CLAMD, "", True, False),
        (ONACC, "", False, False),
        (f"clamav-freshclam.service {RUN}", "100\tfreshclam\n", False, False),
        ("", "100\tclamd\n0\tclamonacc\n", True, True),
        ("", "1000\tclamd\n1000\tclamonacc\n", False, False),
        ("clamav-daemon.socket loaded active listening\nclamav-daemon.service loaded inactive dead\n", "", False, False),
        ("clamav-daemon.service loaded failed failed\n", "", False, False),
        ("clamav-daemon.service loaded active exited\n", "", False, False),
        (f"clamd@scan.service {RUN}", "0\tCLAMONACC\n", True, True),
    ],
)
def test_clamav_needs_scanner_and_access_control(posix, units, processes, running, realtime):
    row = only(products(posix, **sections(units=units, processes=processes)))
    assert (row["running"], row["realtime"], row["signature_age_days"]) == (running, realtime, 2)
    assert "managed" not in row


@pytest.mark.parametrize(
    ("body", "age"),
    [
        (vdb(40) + vdb(1, "daily.cld"), 1),
        ("daily.cvd garbage\n" + vdb(3, "daily.cld"), 3),
        (vdb(3).replace("ClamAV-VDB", "EVIL"), MissingReason.ERROR),
        ("main.cvd" + vdb(3)[9:], MissingReason.ERROR),
        (vdb(-30), MissingReason.ERROR),
        ("daily.cvd " + ":" * 500 + "\n", MissingReason.ERROR),
        ("daily.cvd ClamAV-VDB" + ":1" * 7 + ":" + "9" * 400 + "\n", MissingReason.ERROR),
        ("daily.cvd ClamAV-VDB" + ":1" * 7 + ":-1795000000\n", MissingReason.ERROR),
        ("daily.cvd ClamAV-VDB" + ":1" * 7 + ":1.7e9\n", MissingReason.ERROR),
        ("daily.cvd ClamAV-VDB" + ":1" * 7 + ":\u0661\u0667\n", MissingReason.ERROR),
        ("daily.cvd ClamAV-VDB\0" + ":1" * 7 + f":{NOW}\n", MissingReason.ERROR),
        ("daily.cvd ClamAV-VDB" + ":1" * 7 + ":0\n", NOW // DAY),
        (SectionStatus.ABSENT, MissingReason.ABSENT),
        (SectionStatus.DENIED, MissingReason.DENIED),
    ],
)
def test_clamav_signature_age(posix, body, age):
    fact = products(posix, **sections(units=CLAMD + ONACC, clamav=body))
    if isinstance(age, MissingReason):
        assert "signature_age_days" not in only(fact)
        assert fact.missing_fields["signature_age_days"] is age
    else:
        assert only(fact)["signature_age_days"] == age


def test_nothing_found_is_an_empty_list_only_when_everything_was_read(posix):
    whole = products(posix, **sections(packages=""))
    assert (whole.value, whole.complete) == ([], True)
    for missing in ("packages", "units", "processes"):
        for status in (SectionStatus.TIMEOUT, SectionStatus.DENIED, SectionStatus.TRUNCATED, SectionStatus.ERROR):
            part = products(posix, **(sections(packages="") | {missing: status}))
            assert not part.complete, (missing, status)
    no_systemd = products(posix, **(sections(packages="") | {"units": SectionStatus.UNSUPPORTED}))
    assert no_systemd.complete


def test_no_source_at_all_is_no_list(posix):
    given = dict.fromkeys(("packages", "units", "unit_files", "processes"), SectionStatus.DENIED)
    assert isinstance(products(posix, **given), Missing)


def test_hidden_processes_leave_running_open(posix):
    given = sections(packages="kesl\n")
    given |= {"units": SectionStatus.UNSUPPORTED, "unit_files": SectionStatus.UNSUPPORTED, "processes": SectionStatus.DENIED}
    fact = products(posix, **given)
    assert "running" not in only(fact)
    assert fact.missing_fields["running"] is MissingReason.DENIED
    assert not fact.complete


def test_a_process_alone_neither_proves_nor_leaves_out_a_product(posix):
    seen = products(posix, **sections(packages="", processes="0\tkesl\n"))
    assert seen.value == []
    assert not seen.complete
    given = sections(packages="", processes="0\tkesl\n") | {"units": SectionStatus.UNSUPPORTED}
    assert products(posix, **given).value == []
    assert not products(posix, **given).complete


def test_names_are_compared_without_case_and_cut_as_the_kernel_does(posix):
    row = only(products(posix, **sections(packages="KESL\n", units=f"Kesl.service {RUN}")))
    assert (row["id"], row["running"], row["source"]) == ("kaspersky-kesl", True, "package+unit")


def test_managed_follows_a_running_agent_of_the_same_vendor(posix):
    given = sections(packages="kesl\nklnagent64\nclamav\n", units=f"kesl.service {RUN}klnagent64.service {RUN}")
    rows = {row["id"]: row for row in products(posix, **given).value}
    assert rows["kaspersky-kesl"]["managed"] is True
    assert "managed" not in rows["clamav"]
    assert rows["kaspersky-nagent"]["realtime"] is False
    stopped = sections(packages="kesl\nklnagent64\n", units=f"kesl.service {RUN}klnagent64.service loaded inactive dead\n")
    assert all("managed" not in row for row in products(posix, **stopped).value)


def test_kaspersky_says_so_itself(posix):
    def kesl(text):
        return products(posix, **sections(packages="kesl\n", units=f"kesl.service {RUN}", kesl=text))

    good = only(kesl("Last release date of databases: 2026-11-22 10:00:00\nFile Threat Protection:   Available and running\n"))
    assert (good["realtime"], good["signature_age_days"]) == (True, 0)
    assert only(kesl("File Threat Protection:   Available and stopped\n"))["realtime"] is False
    assert only(kesl("File Threat Protection:   Available but not running\n"))["realtime"] is False
    assert "realtime" not in only(kesl("File Threat Protection:   something new\n"))
    assert kesl(SectionStatus.DENIED).missing_fields["realtime"] is MissingReason.DENIED


@pytest.mark.parametrize(
    ("health", "realtime", "age", "managed"),
    [
        ({"realTimeProtectionEnabled": {"value": True}, "passiveModeEnabled": {"value": False}}, True, None, None),
        ({"realTimeProtectionEnabled": True, "passiveModeEnabled": False, "licensed": True, "orgId": "x"}, True, None, True),
        ({"realTimeProtectionEnabled": True, "passiveModeEnabled": True}, False, None, None),
        ({"realTimeProtectionEnabled": {"value": False}}, False, None, None),
        ({"realTimeProtectionEnabled": True}, None, None, None),
        ({"definitionsUpdated": str((NOW - 3 * DAY) * 1000)}, None, 3, None),
        ({"definitionsUpdated": "soon", "licensed": "yes", "orgId": "x"}, None, None, None),
        ([], None, None, None),
    ],
)
def test_mdatp_health(posix, health, realtime, age, managed):
    given = sections(packages="mdatp\n", units=f"mdatp.service {RUN}", mdatp=json.dumps(health))
    row = only(products(posix, **given))
    assert (row.get("realtime"), row.get("signature_age_days"), row.get("managed")) == (realtime, age, managed)


@pytest.mark.parametrize(
    ("health", "version", "protected"),
    [
        ({"appVersion": "101.24082.0004", "tamperProtection": {"value": "block"}}, "101.24082.0004", True),
        ({"appVersion": {"value": "101.1"}, "tamperProtection": "audit"}, "101.1", False),
        ({"appVersion": 7, "tamperProtection": "something new"}, None, None),
        ({"healthy": True, "appVersion": "", "tamperProtection": {}}, None, None),
    ],
)
def test_mdatp_says_its_version_and_whether_it_can_be_tampered_with(posix, health, version, protected):
    given = sections(packages="mdatp\n", units=f"mdatp.service {RUN}", mdatp=json.dumps(health))
    row = only(products(posix, **given))
    assert (row.get("version"), row.get("tamper_protected")) == (version, protected)


def test_on_demand_scanners_are_never_real_time(posix):
    row = only(products(posix, **sections(packages="rkhunter\n", processes="0\trkhunter\n")))
    assert (row["kind"], row["realtime"]) == ("other", False)
