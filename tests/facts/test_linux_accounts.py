"""Who may log in, who may become root, and since when nobody did: sudo's rules, groups, keys and days."""

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, MissingReason

NOW = 1_795_400_000
TODAY = NOW // 86_400
PASSWD = "root\t0\tshadow\t/bin/bash\nan\t1000\tshadow\t/bin/bash\nbinh\t1001\tshadow\t/bin/sh\npi\t1002\tshadow\t/bin/bash\n"
STATES = "root\tlocked\nan\tset\nbinh\tset\npi\tset\n"
GROUPS = "group=root\t0\t\ngroup=sudo\t27\tan\ngroup=docker\t998\t\ngroup=nhom\t1001\t\n"
GROUPS += "first=root\t0\nfirst=an\t1000\nfirst=binh\t1001\n"
SSHD = "binary=/usr/sbin/sshd\nversion=OpenSSH_9.2p1\nsettings=2\n"
EFFECTIVE = "permitrootlogin no\nauthorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2\nauthorizedkeyscommand none\n"
ALL = "rule={}\tALL\task\tall\n"


SUDO = ALL.format("%sudo")


def machine(rules=SUDO, **more):
    days = "".join(f"days={name}\t{TODAY - 30}\t0\t90\t\n" for name in ("an", "binh", "pi"))
    given = {
        "accounts": PASSWD,
        "passwords": STATES,
        "password_ages": days + "looked=yes\n",
        "groups": GROUPS,
        "central": "looked=yes\npasswd=files\n",
        "sudoers": "looked=yes\nsudo=yes\n" + ALL.format("root") + rules,
        "units": "cron.service loaded active running\n",
        "processes": "uid=0\n0\tcron\n",
        "sshd": SSHD,
        "sshd_effective": EFFECTIVE,
        "last_logins": f"kind=lastlog\nlastlog=1000\t {NOW - 50 * 86_400}\nlastlog=1001\t 0\n",
    }
    return given | more


def value(fact):
    return fact.value if isinstance(fact, Known) else fact.reason


def rows(posix, **given):
    return {row["name"]: row for row in posix(**machine(**given))["accounts.login"].value}


def test_all_that_is_known_of_one_account(posix):
    found = rows(posix)
    assert found["an"] == {
        "name": "an",
        "uid": 1000,
        "shell": "/bin/bash",
        "password": "set",
        "admin": True,
        "enabled": True,
        "last_login_days": 50,
        "password_age_days": 30,
        "password_expires": True,
    }
    assert "last_login_days" not in found["binh"]
    assert (found["binh"]["admin"], found["root"]["admin"], found["root"]["enabled"]) == (False, True, False)
    assert posix(**machine())["accounts.login"].missing_fields["last_login_days"] is MissingReason.ABSENT


@pytest.mark.parametrize(
    ("ages", "effective", "enabled"),
    [
        ("key=root\n", EFFECTIVE, True),
        ("", EFFECTIVE, False),
        ("far=root\n", EFFECTIVE, None),
        ("", EFFECTIVE.replace(".ssh/authorized_keys2", "/etc/ssh/keys/%u"), None),
        ("", EFFECTIVE.replace("command none", "command /usr/bin/sss_ssh_authorizedkeys"), None),
        ("", "permitrootlogin no\n", None),
    ],
)
def test_a_locked_password_keeps_nobody_out_who_has_a_key(posix, ages, effective, enabled):
    assert rows(posix, password_ages=ages + "looked=yes\n", sshd_effective=effective)["root"].get("enabled") is enabled


def test_an_expired_account_is_not_enabled(posix):
    ages = f"days=an\t{TODAY - 30}\t0\t90\t{TODAY}\ndays=binh\t{TODAY - 30}\t0\t90\t{TODAY + 1}\nlooked=yes\n"
    found = rows(posix, password_ages=ages)
    assert (found["an"]["enabled"], found["binh"]["enabled"]) == (False, True)


def test_without_root_each_field_says_why(posix):
    denied = dict.fromkeys(("passwords", "password_ages", "sudoers", "sshd_effective"), SectionStatus.DENIED)
    fact = posix(**machine(**denied))["accounts.login"]
    assert set(fact.missing_fields) == {
        "password",
        "admin",
        "enabled",
        "last_login_days",
        "password_age_days",
        "password_expires",
    }
    assert {row["name"]: row.get("admin") for row in fact.value} == {"root": True, "an": None, "binh": None, "pi": None}
    assert value(posix(**machine(**denied))["accounts.admins"]) is MissingReason.DENIED
    assert value(posix(**machine(**denied))["accounts.default_enabled"]) is MissingReason.DENIED


@pytest.mark.parametrize(
    ("rules", "admins", "free"),
    [
        (ALL.format("%sudo"), ["an"], []),
        (ALL.format("%khong-co"), [], []),
        (ALL.format("binh"), ["binh"], []),
        (ALL.format("#1001"), ["binh"], []),
        (ALL.format("%#1001"), ["binh"], []),
        (ALL.format("ALL"), ["an", "binh", "pi"], []),
        ("rule=binh\twww-data\tfree\tall\n", [], []),
        ("rule=binh\tALL\tfree\tsome\n", [], []),
        ("rule=binh\troot\tfree\tshell\n", ["binh"], ["binh"]),
        ("rule=%sudo\tALL\tfree\tall\n", ["an"], ["%sudo"]),
        ("rule=root\tALL\tfree\tall\n", [], []),
        ("default=all\n" + ALL.format("%sudo"), ["an"], ["%sudo"]),
        # SUSE: everybody may, with root's own password
        ("default=target\n" + ALL.format("ALL"), [], []),
        ("default=target\nrule=binh\tALL\tfree\tall\n" + ALL.format("ALL"), ["binh"], ["binh"]),
        ("default=target\ndefault=all\n" + ALL.format("%sudo"), ["an"], ["%sudo"]),
        ("default=target\ndefault=some\n" + ALL.format("ALL"), MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("default=some\n", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("alias=QT=an,binh:KHAC=pi\n" + ALL.format("QT"), ["an", "binh"], []),
        ("alias=QT=an,!binh\n" + ALL.format("QT"), MissingReason.UNSUPPORTED, []),
        ("alias=QT=HAI\nalias=HAI=an\n" + ALL.format("QT"), MissingReason.UNSUPPORTED, []),
        (ALL.format("+mang"), MissingReason.UNSUPPORTED, []),
        ("rule=an\tALL\tfree\talias\n", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("rule=an\tALL\tfree\talias\nrule=an\tALL\tfree\tall\n", ["an"], ["an"]),
        ("include=other\n", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("rule=an\tQT\tfree\tall\n", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("rule=an\tALL,!root\tfree\tall\n", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("rule=an\t%root\tfree\tall\n", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("doas=yes\n", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("rule=an\n", MissingReason.ERROR, MissingReason.ERROR),
    ],
)
def test_who_may_become_root(posix, rules, admins, free):
    facts = posix(**machine(rules))
    assert value(facts["accounts.admins"]) == admins
    assert value(facts["sudo.nopasswd"]) == free


def test_members_of_docker_and_of_polkits_groups_are_administrators(posix):
    groups = GROUPS.replace("docker\t998\t", "docker\t998\tbinh")
    assert value(posix(**machine("", groups=groups))["accounts.admins"]) == ["binh"]
    sudoers = "looked=yes\nsudo=yes\npkexec=yes\n"
    assert value(posix(**machine(sudoers=sudoers))["accounts.admins"]) == ["an"]


def test_a_machine_without_sudo_lets_nobody_become_root_by_it(posix):
    facts = posix(**machine(sudoers="looked=yes\n"))
    assert value(facts["sudo.nopasswd"]) == []
    assert value(facts["accounts.admins"]) == []


@pytest.mark.parametrize(
    ("words", "process", "central"),
    [
        ("files", "", False),
        ("files sss", "", False),
        ("files sss", "0\tsssd\n", True),
        ("files winbind", "0\twinbindd\n", True),
        ("files ldap", "112\tnslcd\n", True),
        ("files systemd", "0\tsssd\n", False),
    ],
)
def test_a_directory_has_to_be_named_and_asked(posix, words, process, central):
    given = {"central": f"looked=yes\npasswd={words}\n", "processes": "uid=0\n0\tcron\n" + process}
    assert value(posix(**machine(**given))["accounts.central"]) is central
    if central:
        facts = posix(**machine(ALL.format("%quan-tri"), **given))
        assert value(facts["accounts.admins"]) is MissingReason.UNSUPPORTED


def test_default_accounts_count_with_a_password_only(posix):
    assert value(posix(**machine())["accounts.default_enabled"]) == ["pi"]
    assert value(posix(**machine(passwords=STATES.replace("root\tlocked", "root\tset")))["accounts.default_enabled"]) == [
        "pi",
        "root",
    ]
    assert value(posix(**machine(passwords=STATES.replace("pi\tset", "pi\tlocked")))["accounts.default_enabled"]) == []


@pytest.mark.parametrize(
    ("body", "days"),
    [
        ("kind=lastlog2\nlogin=an\tNov 20 02:00:00 +0000 2026\n", 3),
        ("kind=lastlog2\nlogin=an\tNov  3 02:00:00 +0000 2026\n", 20),
        (f"kind=lastlog2\nlogin=an\tNov 20 02:00:00 +0000 2026\nkind=lastlog\nlastlog=1000\t{NOW}\n", 0),
        ("kind=lastlog2\nlogin=an\tThg 20 02:00:00 +0000 2026\n", MissingReason.ERROR),
        (f"kind=lastlog\nlastlog=1000\t{NOW + 999_999}\n", MissingReason.ERROR),
        ("", MissingReason.ERROR),
        (SectionStatus.DENIED, MissingReason.DENIED),
    ],
)
def test_last_logins(posix, body, days):
    fact = posix(**machine(last_logins=body))["accounts.login"]
    row = next(row for row in fact.value if row["name"] == "an")
    if isinstance(days, MissingReason):
        assert "last_login_days" not in row
        if not isinstance(body, str) or "lastlog=" not in body:
            assert fact.missing_fields["last_login_days"] is days
    else:
        assert row["last_login_days"] == days


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({}, 50),
        ({"units": "gdm.service loaded active running\n"}, None),
        ({"packages": "kind=dpkg\nlightdm\n"}, None),
        ({"unit_files": "sddm.service enabled\n"}, None),
        ({"pam": "file gdm-password\n| auth\trequired\tpam_unix.so\t\n"}, None),
        ({"units": SectionStatus.TRUNCATED}, None),
        ({"last_logins": f"kind=lastlog\nwritten={NOW - 90_001}\nlastlog=1000\t{NOW - 50 * 86_400}\n"}, None),
        ({"last_logins": f"kind=lastlog\nwritten={NOW - 89_999}\nlastlog=1000\t{NOW - 50 * 86_400}\n"}, 50),
        # a young day proves use all the same
        (
            {"units": "gdm.service loaded active running\n", "last_logins": f"kind=lastlog\nlastlog=1000\t{NOW - 45 * 86_400}\n"},
            45,
        ),
    ],
)
def test_an_old_login_counts_only_in_a_table_that_is_kept(posix, given, days):
    fact = posix(**machine(**given))["accounts.login"]
    row = next(row for row in fact.value if row["name"] == "an")
    assert row.get("last_login_days") == days
    if days is None:
        assert fact.missing_fields["last_login_days"] in (MissingReason.UNSUPPORTED, MissingReason.ABSENT)
