"""Accounts and password rules of Windows: by number, never by name, and nothing about a password that nobody can see."""

import json

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import MissingReason
from tests.facts.windows_sections import result

NOW = 1_795_400_000
DAY = 86_400
ERROR, ABSENT, UNSUPPORTED = MissingReason.ERROR, MissingReason.ABSENT, MissingReason.UNSUPPORTED
SID = "S-1-5-21-1012345678-2345678901-3456789012-"


def user(rid, name, flags=0x201, age=10 * DAY, login=NOW - DAY):
    return {"sid": f"{SID}{rid}", "name": name, "flags": flags, "age": age, "login": login}


RULES = {
    "MinPasswordLength": 8,
    "MaxPasswordAge": 90 * DAY,
    "MinPasswordAge": DAY,
    "PasswordHistoryLength": 5,
    "MaxBadPasswordsAllowed": 5,
    "AutoUnlockInterval": 900,
}
USERS = (user(500, "Quản trị viên", 0x203), user(501, "Khách", 0x223), user(1001, "Lan"), user(1002, "Hùng", 0x10201))
MEMBERS = ("WinNT://NHOM/PC/Quản trị viên", "WinNT://NHOM/PC/Lan", "WinNT://TINH/Domain Admins", f"WinNT://{SID}1134")


def section(users=USERS, members=MEMBERS, **rules):
    return json.dumps({"users": list(users), "members": list(members), "policy": {**RULES, **rules}})


@pytest.fixture
def seen(windows):
    def facts(text=None, computer="PC"):
        about = json.dumps({"wow64": False, "computer": computer})
        return windows(accounts=section() if text is None else text, about=about)

    return facts


def test_what_is_known_of_an_account(seen):
    fact = seen()["accounts.login"]
    rows = {row["uid"]: dict(row) for row in fact.value}
    assert rows[1001] == {
        "name": "Lan",
        "uid": 1001,
        "enabled": True,
        "admin": True,
        "last_login_days": 1,
        "password_age_days": 10,
        "password_expires": True,
    }
    assert rows[500]["password"] == "locked"
    assert (rows[1002]["admin"], rows[1002]["password_expires"]) == (False, False)
    assert fact.missing_fields == {"shell": UNSUPPORTED, "password": UNSUPPORTED}


def test_an_account_that_never_logged_in_has_no_age_of_its_login(seen):
    for login in (None, 0, -11_644_473_600, NOW + 40 * DAY):
        fact = seen(section([user(1001, "Lan", login=login)]))["accounts.login"]
        assert "last_login_days" not in fact.value[0]
        assert fact.missing_fields["last_login_days"] in (ABSENT, ERROR)


def test_administrators_by_their_group_disabled_ones_left_out(seen):
    assert seen()["accounts.admins"].value == ["Lan", "TINH\\Domain Admins", f"{SID}1134"]
    # the same name in a domain is another account
    other = section(members=["WinNT://TINH/Quản trị viên", "WinNT://NHOM/PC/Lan"])
    assert seen(other)["accounts.admins"].value == ["TINH\\Quản trị viên", "Lan"]


@pytest.mark.parametrize("members", [[], [""], ["WinNT://"], ["WinNT://Lan"], ["LDAP://x/y"], [None], [7]])
def test_members_that_cannot_be_read_are_no_empty_group(seen, members):
    facts = seen(section(members=members))
    assert result(facts["accounts.admins"]) is ERROR
    assert all("admin" not in row for row in facts["accounts.login"].value)
    assert facts["accounts.login"].missing_fields["admin"] is ERROR


def test_default_accounts_by_the_end_of_their_sid(seen):
    assert seen()["accounts.default_enabled"].value == []
    renamed = section([user(500, "sep"), user(501, "Khách", 0x221), user(503, "Default", 0x203), user(1000, "Administrator")])
    assert seen(renamed)["accounts.default_enabled"].value == ["sep", "Khách"]


@pytest.mark.parametrize(
    "users",
    [
        [],
        [user(1001, "")],
        [{**user(1001, "a"), "sid": "S-1-5-32-544"}],
        [{**user(1001, "a"), "sid": None}],
        [{**user(1001, "a"), "flags": "513"}],
        [user(1001, "a"), "x"],
    ],
)
def test_a_list_of_accounts_that_cannot_be_read_is_no_list(seen, users):
    facts = seen(section(users))
    for name in ("accounts.login", "accounts.admins", "accounts.default_enabled", "accounts.empty_password"):
        assert result(facts[name]) is ERROR


def test_an_empty_password_is_never_ruled_out_while_anybody_can_log_in(seen):
    assert result(seen()["accounts.empty_password"]) is UNSUPPORTED
    assert seen(section([user(500, "a", 0x203), user(1001, "b", 0x203)]))["accounts.empty_password"].value == []


@pytest.mark.parametrize(
    ("fact", "rules", "value"),
    [
        ("password.min_length", {}, 8),
        ("password.min_length", {"MinPasswordLength": 0}, 0),
        ("password.min_length", {"MinPasswordLength": -1}, ERROR),
        ("password.min_length", {"MinPasswordLength": "8"}, ABSENT),
        ("password.max_age_days", {}, 90),
        ("password.max_age_days", {"MaxPasswordAge": -1}, 0),
        ("password.max_age_days", {"MaxPasswordAge": 0xFFFFFFFF}, 0),
        ("password.max_age_days", {"MaxPasswordAge": -5}, ERROR),
        ("password.max_age_days", {"MaxPasswordAge": None}, ABSENT),
        ("password.min_age_days", {}, 1),
        ("password.history", {}, 5),
        ("password.history", {"PasswordHistoryLength": 99_999}, ERROR),
        ("password.min_classes", {}, UNSUPPORTED),
        ("lockout.threshold", {}, 5),
        ("lockout.minutes", {}, 15),
        ("lockout.minutes", {"AutoUnlockInterval": -1}, 0),
        ("lockout.minutes", {"MaxBadPasswordsAllowed": 0}, ABSENT),
    ],
)
def test_rules(seen, fact, rules, value):
    assert result(seen(section(**rules))[fact]) == value


def test_rules_without_an_end_say_that_passwords_do_not_expire(seen):
    rows = seen(section(MaxPasswordAge=-1))["accounts.login"].value
    assert {row["password_expires"] for row in rows} == {False}
    unread = seen(section(MaxPasswordAge=None))["accounts.login"]
    assert unread.missing_fields["password_expires"] is ABSENT


@pytest.mark.parametrize("status", [SectionStatus.DENIED, SectionStatus.ABSENT, SectionStatus.TIMEOUT])
def test_a_section_that_was_not_read(windows, status):
    facts = windows(accounts=status)
    wanted = MissingReason(status.value)
    for name in ("accounts.login", "accounts.admins", "accounts.default_enabled", "password.min_length", "lockout.threshold"):
        assert result(facts[name]) is wanted
