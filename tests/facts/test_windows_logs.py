"""Audit policy, logs and clock of Windows: numbers and identifiers decide, and a setting alone proves no clock."""

import json

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import MissingReason
from tests.facts.windows_sections import machine, result

NOW = 1_795_400_000
DAY = 86_400
ERROR, ABSENT, UNSUPPORTED, DENIED = MissingReason.ERROR, MissingReason.ABSENT, MissingReason.UNSUPPORTED, MissingReason.DENIED
TIMEOUT = MissingReason.TIMEOUT
LOGON = "0CCE9215-69AE-11D9-BED3-505054503030"
PROCESS = "0CCE922B-69AE-11D9-BED3-505054503030"


def audit(*rows):
    return json.dumps({"rows": [{"id": identity, "setting": setting} for identity, setting in rows]})


@pytest.mark.parametrize(
    ("text", "success", "failure"),
    [
        ("Success and Failure", True, True),
        ("Success", True, False),
        ("Failure", False, True),
        ("No Auditing", False, False),
        ("Thành công và Thất bại", True, True),
        ("Thành công", True, False),
        ("Thất bại", False, True),
        ("Không Kiểm định", False, False),
        ("Tha\u0300nh co\u0302ng", True, False),
        (" SUCCESS  and failure ", True, True),
    ],
)
def test_known_languages(windows, text, success, failure):
    fact = windows(audit=audit((PROCESS, text)))["logging.audit_categories"]
    assert fact.value == [{"id": PROCESS.lower(), "success": success, "failure": failure}]
    assert fact.complete


@pytest.mark.parametrize("text", ["Erfolg und Fehler", "Succès", "Operazione riuscita", "", "Success?", "Th?nh c?ng", "成功"])
def test_other_languages_are_left_out_and_the_list_says_so(windows, text):
    fact = windows(audit=audit((LOGON, "Success"), (PROCESS, text)))
    assert [row["id"] for row in fact["logging.audit_categories"].value] == [LOGON.lower()]
    assert not fact["logging.audit_categories"].complete
    assert result(fact["logging.process_creation"]) is UNSUPPORTED
    alone = windows(audit=audit((PROCESS, text)))
    assert result(alone["logging.audit_categories"]) is UNSUPPORTED


@pytest.mark.parametrize(
    "rows", [[(LOGON, "Success"), (LOGON, "Failure"), (PROCESS, "Success")], [("x", "Success"), (PROCESS, "Success")]]
)
def test_rows_that_contradict_or_have_no_identifier(windows, rows):
    fact = windows(audit=audit(*rows))["logging.audit_categories"]
    assert [row["id"] for row in fact.value] == [PROCESS.lower()]
    assert not fact.complete


@pytest.mark.parametrize(("text", "value"), [("Success", True), ("Failure", False), ("No Auditing", False)])
def test_starts_of_programs(windows, text, value):
    assert result(windows(audit=audit((PROCESS, text)))["logging.process_creation"]) == value


@pytest.mark.parametrize(
    ("rows", "state", "value"),
    [
        ([(LOGON, "Success")], 4, True),
        ([(LOGON, "Success")], 1, False),
        ([(LOGON, "No Auditing")], 4, False),
        ([(LOGON, "No Auditing"), (PROCESS, "?")], 4, UNSUPPORTED),
    ],
)
def test_the_audit_is_on(windows, rows, state, value):
    assert result(windows(**machine(services={"EventLog": state}), audit=audit(*rows))["logging.audit"]) == value


def logs(security=9, system=20, synced=(35, 1)):
    def record(days, event=1):
        return {"id": event, "at": NOW - days * DAY - 60} if isinstance(days, int) else days

    told = synced if isinstance(synced, str) else record(synced[1], synced[0])
    return json.dumps({"security": record(security), "system": record(system), "synced": told})


@pytest.mark.parametrize(
    ("security", "system", "value"),
    [(9, 20, 9), (200, 30, 30), ("denied", 30, DENIED), (9, "timeout", TIMEOUT), ("absent", 9, ABSENT), ("x", 9, ERROR)],
)
def test_the_shorter_history_counts(windows, security, system, value):
    assert result(windows(logs=logs(security, system))["logging.oldest_days"]) == value


@pytest.mark.parametrize(("booted_days", "value"), [(0, ABSENT), (2, ABSENT), (3, True), (250, True)])
def test_an_old_record_counts_while_the_service_would_have_complained(windows, booted_days, value):
    """It takes the time service a day to write that it lost its server; a machine that just started has written nothing yet."""
    given = machine(services={"W32Time": 4})
    system = json.dumps({"booted": NOW - booted_days * DAY - 1800})
    assert result(windows(**given, logs=logs(synced=(37, 120)), system=system)["time.synchronised"]) == value


@pytest.mark.parametrize("record", [{"at": NOW + 9 * DAY}, {"at": 0}, {"at": -11_644_473_600}, {"at": "x"}, {}])
def test_moments_that_cannot_be(windows, record):
    assert result(windows(logs=logs(security=record, system=3))["logging.oldest_days"]) is ERROR


@pytest.mark.parametrize(
    ("keys", "size", "days"),
    [
        ({"log": {"MaxSize": 20971520, "Retention": 0}}, 20, UNSUPPORTED),
        ({"log": {"MaxSize": 20971520}, "log_policy": {"MaxSize": 196608}}, 192, UNSUPPORTED),
        ({"log": {"MaxSize": 134217728, "Retention": 0xFFFFFFFF}}, 128, UNSUPPORTED),
        ({"log": {"MaxSize": 20971520, "Retention": 90 * DAY}}, 20, 90),
        ({"log": {"MaxSize": 20971520, "Retention": 90 * DAY}, "log_policy": {"Retention": "0"}}, 20, UNSUPPORTED),
        ({"log": "denied"}, DENIED, DENIED),
        ({"log": {}}, ABSENT, UNSUPPORTED),
    ],
)
def test_size_and_days(windows, keys, size, days):
    facts = windows(**machine(**keys))
    assert (result(facts["logging.size_mb"]), result(facts["logging.retention_days"])) == (size, days)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({}, False),
        ({"log_forward": {"1": "Server=http://c"}, "services": {"WinRM": 4}}, True),
        ({"log_forward": {"1": "Server=http://c"}, "services": {"WinRM": 1}}, UNSUPPORTED),
        ({"log_forward": {"1": ""}}, False),
        ({"services": {"WazuhSvc": 4}}, UNSUPPORTED),
        ({"services": {"WazuhSvc": 1}}, False),
        ({"log_forward": "denied"}, DENIED),
    ],
)
def test_logs_elsewhere(windows, given, value):
    assert result(windows(**machine(**given))["logging.remote"]) == value


@pytest.mark.parametrize(
    ("given", "synced", "value"),
    [
        ({}, (35, 1), True),
        ({}, (37, 7), True),
        ({}, (35, 9), ABSENT),
        ({"services": {"W32Time": 4}}, (35, 200), UNSUPPORTED),  # when the machine started is not known
        ({"services": {"W32Time": 1}}, (35, 200), ABSENT),
        ({}, (36, 1), False),
        ({}, (50, 1), ERROR),
        ({}, "absent", ABSENT),
        ({}, "denied", DENIED),
        ({"time": {"Type": "NoSync"}}, (35, 1), False),
        ({"time": {"Type": "NoSync"}, "services": {"NTP": 4}}, "absent", UNSUPPORTED),
        ({"time": {"Type": "NTP"}, "time_policy": {"Type": "NoSync"}}, (35, 1), False),
    ],
)
def test_a_clock_is_kept_only_when_the_time_service_recorded_it(windows, given, synced, value):
    assert result(windows(**machine(**given), logs=logs(synced=synced))["time.synchronised"]) == value


@pytest.mark.parametrize(
    ("own", "policy", "value"),
    [
        ({"Type": "NTP", "NtpServer": "time.windows.com,0x9"}, {}, ["time.windows.com"]),
        ({"Type": "NTP", "NtpServer": "a.example,0x1 b.example"}, {}, ["a.example", "b.example"]),
        ({"Type": "NT5DS", "NtpServer": "time.windows.com,0x9"}, {}, ["domain"]),
        ({"Type": "AllSync", "NtpServer": "a.example"}, {}, ["domain", "a.example"]),
        ({"Type": "NoSync", "NtpServer": "a.example"}, {}, []),
        ({"Type": "NTP", "NtpServer": "a.example"}, {"NtpServer": "b.example,0x8"}, ["b.example"]),
        ({}, {}, ABSENT),
        ({"Type": 7}, {}, ERROR),
    ],
)
def test_time_servers(windows, own, policy, value):
    assert result(windows(**machine(time=own, time_policy=policy))["time.sources"]) == value


def test_nothing_of_this_is_known_to_a_standard_user(windows):
    denied = SectionStatus.DENIED
    facts = windows(**machine(log="denied") | {"services": denied}, audit=denied, logs=denied)
    for name in (
        "logging.audit_categories",
        "logging.process_creation",
        "logging.audit",
        "logging.oldest_days",
        "logging.size_mb",
        "logging.remote",
        "time.synchronised",
    ):
        assert result(facts[name]) is DENIED, name
