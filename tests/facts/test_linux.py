"""Single Linux facts, each against the traps it was written for."""

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason

NOW = 1_795_400_000
DAY = 86_400
STANZAS = "file /etc/apt/sources.list.d/a.sources\n"
DEBIAN = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'
LISTS = (
    f"{NOW - DAY} /var/lib/apt/lists/x_dists_bookworm-security_InRelease\n"
    f"{NOW - 90 * DAY} /var/lib/apt/lists/x_dists_bookworm_InRelease\n"
)
UNITS = "systemd-journald.service loaded active running\ncron.service loaded active running\n"


def reason(value):
    assert isinstance(value, Missing), value
    return value.reason


# ---------------------------------------------------------------- release and identity


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('ID=centos\nVERSION_ID="7"\n', "7"),
        ("ID=fedora\nVERSION_ID=35\n", "35"),
        ("ID='alpine'\nVERSION_ID='3.20.1'\n", "3.20.1"),
        ('ID=x\nVERSION_ID="a\\"b\\$c"\n', 'a"b$c'),
        ("ID=x\nVERSION_ID=1\nVERSION_ID=2\n", "2"),
        ('# c\n\nID=x\n  VERSION_ID="$(reboot)"\n', "$(reboot)"),
    ],
)
def test_os_release_is_parsed_never_executed(posix, text, version):
    assert posix(os_release=text)["os.version"] == Known(version, "os-release")


def test_a_rolling_release_has_no_version(posix):
    facts = posix(os_release="ID=arch\n")
    assert facts["os.id"] == Known("arch", "os-release")
    assert reason(facts["os.version"]) is MissingReason.ABSENT


@pytest.mark.parametrize("name", ["../x", "a b", "é", "-" * 10, "a" * 60])
def test_an_id_that_is_no_identifier_is_an_error(posix, name):
    assert reason(posix(os_release=f"ID={name}\n")["os.id"]) is MissingReason.ERROR


@pytest.mark.parametrize(
    "serial", ["To be filled by O.E.M.", "Default string", "System Serial Number", "0000000", "None", " ", "...", "xxxx"]
)
def test_junk_serials_are_absent(posix, serial):
    assert reason(posix(dmi=f"product_serial={serial}\n")["machine.serial"]) is MissingReason.ABSENT


def test_serial_and_uuid(posix):
    facts = posix(dmi="product_serial= 5CD1234XYZ \nproduct_uuid=4C4C4544-0034-3610-8052-B5C04F4E3432\n")
    assert facts["machine.serial"].value == "5CD1234XYZ"
    assert facts["machine.uuid"].value == "4c4c4544-0034-3610-8052-b5c04f4e3432"
    for junk in ("03000200-0400-0500-0006-000700080009", "00000000-0000-0000-0000-000000000000", "ff", "not settable"):
        assert reason(posix(dmi=f"product_uuid={junk}\n")["machine.uuid"]) is MissingReason.ABSENT
    assert reason(posix(dmi=SectionStatus.DENIED)["machine.uuid"]) is MissingReason.DENIED


def test_clock_far_away_gives_skew_and_no_false_age(posix):
    clock = f"now={NOW - 900 * DAY}\nuptime=1.0 1.0\n"
    ahead = posix(clock=clock, clock_end=clock, apt_lists=LISTS)
    assert ahead["time.skew_seconds"].value == -900 * DAY
    assert reason(ahead["patch.metadata_age_days"]) is MissingReason.ERROR
    broken = posix(clock="now=%s\nuptime=\n", apt_lists=LISTS)
    assert reason(broken["patch.metadata_age_days"]) is MissingReason.ERROR
    assert reason(broken["machine.uptime_days"]) is MissingReason.ABSENT


# ---------------------------------------------------------------- updates


def updates(posix, rows, lists=LISTS, release=DEBIAN):
    return posix(apt_updates="Listing...\n" + rows, apt_lists=lists, os_release=release)


@pytest.mark.parametrize(
    ("rows", "security"),
    [
        ("a/stable 2 amd64 [upgradable from: 1]\na/now 1 amd64 [installed,upgradable to: 2]\n", []),
        ("a/stable-security 2 amd64 [upgradable from: 1]\na/now 1 amd64 [installed,upgradable to: 2]\n", ["a"]),
        ("a/jammy-updates,jammy-security 2 amd64 [upgradable from: 1]\n", ["a"]),
        ("a/stable 3 amd64 [upgradable from: 1]\na/stable-security 2 amd64\na/now 1 amd64 [installed,upgradable to: 3]\n", ["a"]),
        ("a/stable 3 amd64 [upgradable from: 2]\na/now 2 amd64 [installed,upgradable to: 3]\na/stable-security 1 amd64\n", []),
        ("a/stable 3 amd64 [upgradable from: 2]\na/stable-security,now 2 amd64 [installed,upgradable to: 3]\n", []),
        ("a/s 2 amd64 [upgradable from: 1]\nb/s-security 2 amd64 [upgradable from: 1]\n", ["b"]),
        ("a/s-security 2 amd64 [upgradable from: 1]\n\na/s-security 2 i386 [upgradable from: 1]\n", ["a"]),
        ("a/not-securityish 2 amd64 [upgradable from: 1]\n", []),
    ],
)
def test_security_updates_are_counted_above_the_installed_version(posix, rows, security):
    facts = updates(posix, rows)
    assert facts["patch.pending_security_names"].value == security
    assert facts["patch.pending_security"].value == len(security)
    assert facts["patch.pending"].value >= 1


def test_zero_needs_fresh_lists(posix):
    fresh = updates(posix, "")
    assert (fresh["patch.pending"].value, fresh["patch.pending_security"].value) == (0, 0)
    old = updates(posix, "", LISTS.replace(str(NOW - DAY), str(NOW - 8 * DAY)))
    assert reason(old["patch.pending"]) is MissingReason.STALE
    assert reason(old["patch.pending_security"]) is MissingReason.STALE
    assert reason(old["patch.pending_security_names"]) is MissingReason.STALE
    none = updates(posix, "", "")
    assert reason(none["patch.pending"]) is MissingReason.STALE
    unread = updates(posix, "", SectionStatus.DENIED)
    assert reason(unread["patch.pending"]) is MissingReason.DENIED


def test_something_pending_is_believed_whatever_the_age(posix):
    old = updates(posix, "a/s-security 2 amd64 [upgradable from: 1]\n", LISTS.replace(str(NOW - DAY), str(NOW - 99 * DAY)))
    assert old["patch.pending"].value == 1
    assert old["patch.pending_security"].value == 1
    plain = updates(posix, "a/s 2 amd64 [upgradable from: 1]\n", LISTS.replace(str(NOW - DAY), str(NOW - 99 * DAY)))
    assert plain["patch.pending"].value == 1
    assert reason(plain["patch.pending_security"]) is MissingReason.STALE


def test_zero_security_needs_a_security_source_that_can_be_told(posix):
    plain = updates(posix, "", f"{NOW - DAY} /var/lib/apt/lists/x_dists_bookworm_InRelease\n")
    assert plain["patch.pending"].value == 0
    assert reason(plain["patch.pending_security"]) is MissingReason.ABSENT
    buster = updates(posix, "", release='ID=debian\nVERSION_ID="10"\n')
    assert reason(buster["patch.pending_security"]) is MissingReason.UNSUPPORTED


def test_an_empty_answer_of_apt_is_no_answer(posix):
    facts = posix(apt_updates="", apt_lists=LISTS)
    assert reason(facts["patch.pending"]) is MissingReason.ERROR
    assert reason(facts["patch.pending_security"]) is MissingReason.ERROR


def test_the_age_of_lists_is_that_of_the_security_list_or_the_stamp(posix):
    third_party = f"{NOW} /var/lib/apt/lists/vendor_InRelease\n"
    assert posix(apt_lists=LISTS + third_party)["patch.metadata_age_days"].value == 1
    stamp = f"{NOW - 2 * DAY} /var/lib/apt/periodic/update-success-stamp\n"
    assert posix(apt_lists=LISTS.replace(str(NOW - DAY), str(NOW - 20 * DAY)) + stamp)["patch.metadata_age_days"].value == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("file /etc/apt/sources.list\n| deb http://h/debian bookworm main\n", False),
        ("file /etc/apt/sources.list\n| deb http://h/debian bookworm-security main\n", True),
        ("file /etc/apt/sources.list\n| deb http://security." + "debian.org/ buster/updates main\n", True),
        (STANZAS + "| Types: deb\n| URIs: http://h/d\n| Suites: trixie-security\n", True),
        (
            STANZAS + "| Types: deb\n| Enabled: no\n| Suites: trixie-security\n|\n| Suites: trixie\n",
            False,
        ),
        (STANZAS + "| Suites: trixie-security\n|\n| Enabled: no\n| Suites: sid\n", True),
        (STANZAS + "| Types: deb-src\n| Suites: trixie-security\n", False),
        ("file /etc/apt/sources.list\n| deb http://h/debian bookworm main # no bookworm-security\n", False),
    ],
)
def test_security_source(posix, text, found):
    release = 'ID=debian\nVERSION_ID="12"\n'
    assert posix(apt_sources=text, os_release=release)["patch.security_source"] == Known(found, "apt-sources")


@pytest.mark.parametrize(
    "release", ['ID=kali\nVERSION_ID="2026.3"\n', "ID=debian\n", 'ID=astra\nID_LIKE=debian\nVERSION_ID="1"\n']
)
def test_a_release_without_a_source_of_that_name_does_not_fail_for_it(posix, release):
    fact = posix(apt_sources="file /etc/apt/sources.list\n| deb http://h/d x main\n", os_release=release)["patch.security_source"]
    assert reason(fact) is MissingReason.UNSUPPORTED


def test_an_unreadable_source_hides_only_what_is_not_found(posix):
    hidden = posix(apt_sources="denied /etc/apt/sources.list.d/x.list\n", os_release=DEBIAN)
    assert reason(hidden["patch.security_source"]) is MissingReason.DENIED
    both = "denied /etc/apt/sources.list.d/x.list\nfile /etc/apt/sources.list\n| deb http://h/d x-security main\n"
    assert posix(apt_sources=both, os_release=DEBIAN)["patch.security_source"].value is True


AUTO = (
    'looked=yes\nAPT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n'
    'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,label=Debian-Security";\n'
)
TIMERS = UNITS + "apt-daily.timer loaded active waiting\napt-daily-upgrade.timer loaded active waiting\n"
PACKAGES = "manager=dpkg\nbash\nunattended-upgrades\n"


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({}, True),
        ({"packages": "manager=dpkg\nbash\n"}, False),
        ({"apt_periodic": AUTO.replace('Upgrade "1"', 'Upgrade "0"')}, False),
        ({"apt_periodic": AUTO + 'APT::Periodic::Enable "0";\n'}, False),
        ({"apt_periodic": AUTO.replace("Security", "Stable")}, False),
        ({"apt_periodic": "looked=yes\n"}, False),
        ({"units": UNITS}, False),
        ({"units": SectionStatus.UNSUPPORTED, "processes": "uid=0\n0\tcron\n"}, True),
        ({"units": SectionStatus.UNSUPPORTED, "processes": "uid=0\n0\tinit\n"}, False),
        ({"units": SectionStatus.TIMEOUT}, MissingReason.TIMEOUT),
        ({"units": SectionStatus.UNSUPPORTED, "processes": SectionStatus.DENIED}, MissingReason.DENIED),
        ({"packages": SectionStatus.TRUNCATED}, MissingReason.TRUNCATED),
    ],
)
def test_automatic_updates(posix, changes, value):
    sections = {"packages": PACKAGES, "apt_periodic": AUTO, "units": TIMERS, "processes": "uid=0\n0\tcron\n", **changes}
    fact = posix(**sections)["patch.automatic"]
    assert (fact.reason if isinstance(fact, Missing) else fact.value) == value


def test_the_last_upgrade_uses_the_zone_of_the_log(posix):
    text = "zone=+0700\nupgrade=2026-11-20 06:00:00\nupgrade=2026-11-21 23:59:59\n"
    assert posix(clock="now=1795402800\nuptime=1 1\n", dpkg_log=text)["patch.last_installed_age_days"].value == 1
    assert reason(posix(dpkg_log="zone=+0000\n")["patch.last_installed_age_days"]) is MissingReason.ABSENT
    assert (
        reason(posix(dpkg_log="zone=+0000\nupgrade=2026-13-40 99:99:99\n")["patch.last_installed_age_days"])
        is MissingReason.ERROR
    )


KERNEL = "release=6.1.0-9-amd64\nmachine=x86_64\nimage=vmlinuz-6.1.0-9-amd64\n"


@pytest.mark.parametrize(
    ("kernel", "restart", "value"),
    [
        (KERNEL, "looked=yes\n", False),
        (KERNEL, "looked=yes\nmarker=/run/reboot-required\n", True),
        (KERNEL + "image=vmlinuz-6.1.0-10-amd64\n", "looked=yes\n", True),
        (KERNEL + "image=vmlinuz-6.1.0-8-amd64\n", "looked=yes\n", False),
        (KERNEL + "image=vmlinuz-6.9.0-1-cloud-amd64\n", "looked=yes\n", False),
        (KERNEL + "image=vmlinuz-0-rescue-amd64\n", "looked=yes\n", False),
        (KERNEL + "container=/run/systemd/container\n", "looked=yes\n", MissingReason.UNSUPPORTED),
        (KERNEL + "container=/run/systemd/container\n", "looked=yes\nmarker=/run/reboot-required\n", True),
        ("release=5.0-custom\nmachine=x\n", "looked=yes\n", MissingReason.UNSUPPORTED),
        (KERNEL, "", MissingReason.ERROR),
        (SectionStatus.TIMEOUT, "looked=yes\n", MissingReason.TIMEOUT),
        (SectionStatus.TIMEOUT, "looked=yes\nmarker=/run/reboot-required\n", True),
    ],
)
def test_restart(posix, kernel, restart, value):
    fact = posix(kernel=kernel, restart=restart, packages=PACKAGES)["patch.reboot_required"]
    assert (fact.reason if isinstance(fact, Missing) else fact.value) == value


DEBIAN = "machine=x86_64\nimage=vmlinuz-6.1.0-38-amd64\n"


@pytest.mark.parametrize(
    ("kernel", "current"),
    [
        (DEBIAN + "release=6.1.0-38-amd64\nimage=vmlinuz-6.12.43+deb13-amd64\n", False),
        (DEBIAN + "release=6.1.0-38-amd64\nimage=vmlinuz-6.12.9+bpo-amd64\n", False),
        (DEBIAN + "release=6.1.0-38-amd64\nimage=vmlinuz-6.12.43+deb13-cloud-amd64\n", True),
        (DEBIAN + "release=6.12.43+deb13-amd64\nimage=vmlinuz-6.12.43+deb13-amd64\n", True),
        (DEBIAN + "release=6.12.43+deb12-amd64\nimage=vmlinuz-6.12.43+deb12-amd64\nimage=vmlinuz-6.12.43+deb13-amd64\n", True),
        (DEBIAN + "release=6.12.43+deb13-amd64\nimage=vmlinuz-6.12.43+deb13-amd64\nimage=vmlinuz-6.12.57+deb13-amd64\n", False),
    ],
)
def test_kernels_of_one_kind_are_compared_across_releases_of_debian(posix, kernel, current):
    facts = posix(kernel=kernel, restart="looked=yes\n", packages=PACKAGES)
    assert facts["patch.kernel_current"].value is current
    assert facts["patch.reboot_required"].value is not current


# ---------------------------------------------------------------- sshd, accounts

SSHD = "binary=/usr/sbin/sshd\nversion=OpenSSH_9.2p1 Debian-2, OpenSSL 3\n"
MAIN = "file /etc/ssh/sshd_config\n"
DROP_IN = "file /etc/ssh/sshd_config.d/10.conf\n"
INCLUDE = "| Include /etc/ssh/sshd_config.d/*.conf\n"


@pytest.mark.parametrize(
    ("config", "root"),
    [
        (MAIN, "prohibit-password"),
        (MAIN + "| PermitRootLogin no\n| PermitRootLogin yes\n", "no"),
        (MAIN + "| permitrootlogin=yes\n", "yes"),
        (MAIN + '| PermitRootLogin "without-password"\n', "prohibit-password"),
        (MAIN + INCLUDE + "| PermitRootLogin yes\n" + DROP_IN + "| PermitRootLogin no\n", "no"),
        (MAIN + "| PermitRootLogin yes\n" + INCLUDE + DROP_IN + "| PermitRootLogin no\n", "yes"),
        (MAIN + "| PermitRootLogin no\n| Match Address 127.0.0.0/8\n| PermitRootLogin yes\n", "yes"),
        (MAIN + "| Match User x\n| PermitRootLogin yes\n| Match all\n| PermitRootLogin no\n", "yes"),
        (
            MAIN + INCLUDE + "| PermitRootLogin no\n" + DROP_IN + "| Match User x\n| PermitRootLogin forced-commands-only\n",
            "forced-commands-only",
        ),
        (MAIN + "| PermitRootLogin maybe\n", MissingReason.ERROR),
        (MAIN + INCLUDE + "denied /etc/ssh/sshd_config.d/10.conf\n", MissingReason.DENIED),
        # the folder itself may not be listed, whatever the main file says
        (MAIN + INCLUDE + "| PermitRootLogin no\ndenied /etc/ssh/sshd_config.d/*.conf\n", MissingReason.DENIED),
        ("denied /etc/ssh/sshd_config.d/*.conf\n" + MAIN + INCLUDE + "| PermitRootLogin no\n", MissingReason.DENIED),
        ("denied /etc/ssh/sshd_config.d/*.conf\n" + MAIN + "| PermitRootLogin no\n", "no"),
        ("denied /etc/ssh/sshd_config\n", MissingReason.DENIED),
        (MAIN + "| Include /opt/other.conf\n", MissingReason.UNSUPPORTED),
        (SectionStatus.ABSENT, MissingReason.ABSENT),
    ],
)
def test_root_login_from_files(posix, config, root):
    fact = posix(sshd=SSHD, sshd_config=config, sshd_effective=SectionStatus.DENIED)["sshd.permit_root_login"]
    assert (fact.reason if isinstance(fact, Missing) else fact.value) == root


def test_the_algorithms_of_the_whole_system_are_no_unread_file(posix):
    """Red Hat's own drop-in includes them on every machine: without them nothing could be said of any setting."""
    policy = "/etc/crypto-policies/back-ends/opensshserver.config"
    include = MAIN + INCLUDE + "| PermitRootLogin no\n" + DROP_IN + f"| Include {policy}\n"
    facts = posix(sshd=SSHD + "settings=2\n", sshd_config=include + f"file {policy}\n| Ciphers aes256-ctr,3des-cbc\n")
    assert facts["sshd.permit_root_login"].value == "no"
    assert facts["sshd.weak_algorithms"].value == ["3des-cbc"]
    assert reason(posix(sshd=SSHD, sshd_config=include)["sshd.permit_root_login"]) is MissingReason.UNSUPPORTED


def test_files_that_include_each_other_end(posix):
    loop = MAIN + INCLUDE + DROP_IN + INCLUDE + "| MaxAuthTries 9\n"
    assert posix(sshd=SSHD, sshd_config=loop, sshd_effective=SectionStatus.DENIED)["sshd.max_auth_tries"].value == 9


def test_the_default_for_root_depends_on_the_version(posix):
    def root(version):
        return posix(sshd=f"binary=/usr/sbin/sshd\nversion={version}\n", sshd_config=MAIN)["sshd.permit_root_login"]

    assert root("OpenSSH_6.6.1p1 Ubuntu").value == "yes"
    assert root("OpenSSH_7.4p1").value == "prohibit-password"
    assert reason(root("")) is MissingReason.UNSUPPORTED


def test_sshd_t_counts_but_a_match_block_may_weaken_it(posix):
    effective = "permitrootlogin no\npasswordauthentication no\npermitemptypasswords no\nmaxauthtries 3\n"
    config = MAIN + "| PasswordAuthentication no\n| Match Group thue\n| PasswordAuthentication yes\n| MaxAuthTries 10\n"
    facts = posix(sshd=SSHD, sshd_config=config, sshd_effective=effective)
    assert facts["sshd.password_authentication"] == Known(value=True, section="sshd-effective")
    assert facts["sshd.max_auth_tries"].value == 10
    assert facts["sshd.permit_root_login"].value == "no"


def test_no_server_no_settings(posix):
    facts = posix(sshd=SectionStatus.ABSENT, sshd_config=SectionStatus.ABSENT, sshd_effective=SectionStatus.ABSENT)
    assert facts["sshd.installed"].value is False
    assert reason(facts["sshd.password_authentication"]) is MissingReason.ABSENT


@pytest.mark.parametrize("line", ["x\tNaN\tset\t/bin/sh", "x\t-0\tshadow\t/bin/sh", "x\t0\tshadow", "\t0\tshadow\t/bin/sh"])
def test_a_line_that_cannot_be_read_may_hide_an_account(posix, line):
    facts = posix(accounts=f"root\t0\tshadow\t/bin/bash\n{line}\n", passwords="root\tset\n")
    assert reason(facts["accounts.uid0"]) is MissingReason.ERROR
    assert reason(facts["accounts.empty_password"]) is MissingReason.ERROR
    facts = posix(accounts="root\t0\tshadow\t/bin/bash\n", passwords="root\tset\nguest\tem")
    assert reason(facts["accounts.empty_password"]) is MissingReason.ERROR


@pytest.mark.parametrize("status", [SectionStatus.TIMEOUT, SectionStatus.TRUNCATED, SectionStatus.DENIED])
def test_sshd_t_alone_does_not_say_what_a_match_block_gives_to_others(posix, status):
    effective = "permitrootlogin no\npasswordauthentication yes\npermitemptypasswords no\nmaxauthtries 3\n"
    facts = posix(sshd=SSHD, sshd_config=status, sshd_effective=effective)
    assert facts["sshd.password_authentication"].value is True
    for name in ("permit_root_login", "permit_empty_passwords", "max_auth_tries"):
        assert reason(facts[f"sshd.{name}"]).value == status.value


def test_accounts(posix):
    passwd = "root\t0\tshadow\t/bin/bash\ntoor\t0\tempty\t\nsvc\t5\tshadow\t/usr/sbin/nologin\n"
    passwd += "+nis\t0\tshadow\t/bin/sh\n"
    facts = posix(accounts=passwd, passwords="root\tset\nsvc\tempty\n")
    assert facts["accounts.uid0"].value == ["root", "toor"]
    assert facts["accounts.empty_password"].value == ["toor", "svc"]
    assert facts["accounts.login"].value == [
        {"name": "root", "uid": 0, "shell": "/bin/bash", "password": "set", "admin": True},
        {"name": "toor", "uid": 0, "shell": "/bin/sh", "password": "empty", "admin": True},
    ]
    without = posix(accounts=passwd, passwords=SectionStatus.DENIED)
    assert without["accounts.login"].missing_fields["password"] is MissingReason.DENIED
    assert reason(without["accounts.empty_password"]) is MissingReason.DENIED
    assert reason(posix(accounts="", passwords="")["accounts.uid0"]) is MissingReason.ERROR


# ---------------------------------------------------------------- firewall, time, logs, services

TOOLS = "looked=yes\ntool=nft\ntool=iptables\n"
UFW = UNITS + "ufw.service loaded active exited\n"


FIREWALLD = UNITS + "firewalld.service loaded active running\n"
ZONES = "looked=yes\ntool=nft\nfirewalld-zone=public\nzones=files\n"
PUBLIC = "zone=public default\n"


@pytest.mark.parametrize(
    ("firewall", "zones", "active"),
    [
        (ZONES, PUBLIC + "end=yes\n", True),
        (ZONES, PUBLIC + "zone=drop DROP\nend=yes\n", True),
        (ZONES, PUBLIC + "zone=trusted ACCEPT\nend=yes\n", MissingReason.UNSUPPORTED),
        (ZONES, PUBLIC + "zone=inner ACCEPT\nend=yes\n", MissingReason.UNSUPPORTED),
        (ZONES, PUBLIC, MissingReason.ERROR),
        (ZONES, "end=yes\n", MissingReason.ERROR),
        (ZONES, "zone=public unknown\nend=yes\n", MissingReason.ERROR),
        (ZONES, SectionStatus.TIMEOUT, MissingReason.TIMEOUT),
        # root asked firewalld: what an ordinary account may read no longer counts
        (ZONES + "firewalld=denied\n", PUBLIC + "end=yes\n", True),
        (ZONES, SectionStatus.DENIED, True),
        (ZONES + "zone-open=inner free\n", SectionStatus.DENIED, True),
        (ZONES + "zone-open=public free\n", SectionStatus.DENIED, MissingReason.UNSUPPORTED),
        (ZONES + "zone-open=trusted bound\n", SectionStatus.DENIED, MissingReason.DENIED),
        (ZONES + "firewalld=denied\n", SectionStatus.DENIED, MissingReason.DENIED),
        (ZONES.replace("public", "trusted"), SectionStatus.DENIED, MissingReason.UNSUPPORTED),
    ],
)
def test_a_zone_of_firewalld_that_lets_everything_in(posix, firewall, zones, active):
    """The rules of firewalld end in a refusal whatever its zones accept, so they do not speak for it."""
    nft = "looked=yes\nchain inet firewalld filter_INPUT 9 deny type filter hook input priority 10 policy accept\n"
    fact = posix(firewall=firewall, firewall_zones=zones, units=FIREWALLD, nft=nft)["firewall.active"]
    assert (fact.reason if isinstance(fact, Missing) else fact.value) == active


def base_chain(policy, rules=0, verdict="none", hook="input", kind="filter"):
    return f"looked=yes\nchain inet filter c {rules} {verdict} type {kind} hook {hook} priority 0  policy {policy} \n"


@pytest.mark.parametrize(
    ("sections", "active", "kind"),
    [
        ({"firewall": "looked=yes\nufw-enabled=yes\nufw-input=DROP\n", "units": UFW}, True, "ufw"),
        ({"firewall": 'looked=yes\nufw-enabled="yes"\nufw-input="REJECT"\n', "units": UFW}, True, "ufw"),
        (
            {"firewall": TOOLS + 'ufw-enabled=yes\nufw-input="ACCEPT"\n', "units": UFW, "nft": SectionStatus.DENIED},
            MissingReason.DENIED,
            None,
        ),
        (
            {
                "firewall": TOOLS + "firewalld-zone=trusted\n",
                "units": UNITS + "firewalld.service loaded active running\n",
                "nft": base_chain("accept", 3, "other"),
                "iptables": "input ACCEPT 0 none\n",
            },
            MissingReason.UNSUPPORTED,
            None,
        ),
        (
            {"firewall": TOOLS, "nft": base_chain("drop", 2, "open"), "iptables": "input DROP 3 open\n"},
            MissingReason.UNSUPPORTED,
            None,
        ),
        (
            {
                "firewall": TOOLS + "kernel-table=filter\niptables=iptables v1.8.9 (nf_tables)\n",
                "nft": "looked=yes\n",
                "iptables": "input ACCEPT 0 none\n",
            },
            MissingReason.UNSUPPORTED,
            None,
        ),
        (
            {"firewall": "looked=yes\ntool=nft\nufw-enabled=yes\n", "units": UNITS, "nft": SectionStatus.DENIED},
            MissingReason.DENIED,
            None,
        ),
        ({"firewall": "looked=yes\n", "units": UNITS + "firewalld.service loaded active running\n"}, True, "firewalld"),
        # an ordinary account may not look into firewalld's folder, and its zone could let everything in
        (
            {"firewall": "looked=yes\nfirewalld=denied\n", "units": UNITS + "firewalld.service loaded active running\n"},
            MissingReason.DENIED,
            None,
        ),
        ({"firewall": TOOLS, "nft": base_chain("drop"), "iptables": "input ACCEPT 0 none\n"}, True, "nftables"),
        ({"firewall": TOOLS, "nft": base_chain("accept", 5, "deny"), "iptables": "input ACCEPT 0 none\n"}, True, "nftables"),
        ({"firewall": TOOLS, "nft": base_chain("accept"), "iptables": "input ACCEPT 0 none\n"}, False, None),
        ({"firewall": TOOLS, "nft": base_chain("drop", hook="forward"), "iptables": "input ACCEPT 0 none\n"}, False, None),
        ({"firewall": TOOLS, "nft": base_chain("drop", kind="nat"), "iptables": "input ACCEPT 0 none\n"}, False, None),
        (
            {"firewall": TOOLS, "nft": base_chain("accept", 4, "other"), "iptables": "input ACCEPT 0 none\n"},
            MissingReason.UNSUPPORTED,
            None,
        ),
        ({"firewall": TOOLS, "nft": "looked=yes\n", "iptables": "input DROP 0 none\n"}, True, "iptables"),
        ({"firewall": TOOLS, "nft": "looked=yes\n", "iptables": "input ACCEPT 9 deny\n"}, True, "iptables"),
        ({"firewall": TOOLS, "nft": "looked=yes\n", "iptables": "input ACCEPT 1 other\n"}, MissingReason.UNSUPPORTED, None),
        ({"firewall": TOOLS, "nft": "", "iptables": "input ACCEPT 0 none\n"}, MissingReason.ERROR, None),
        ({"firewall": "looked=yes\nmodules=read\n", "nft": SectionStatus.ABSENT}, False, None),
        ({"firewall": "looked=yes\n", "nft": SectionStatus.ABSENT}, MissingReason.UNSUPPORTED, None),
        ({"firewall": "looked=yes\nmodule=nf_tables\n", "nft": SectionStatus.ABSENT}, MissingReason.UNSUPPORTED, None),
        ({"firewall": ""}, MissingReason.ERROR, None),
    ],
)
def test_firewall(posix, sections, active, kind):
    facts = posix(**{"units": SectionStatus.UNSUPPORTED, **sections})
    fact = facts["firewall.active"]
    assert (fact.reason if isinstance(fact, Missing) else fact.value) == active
    if kind:
        assert facts["firewall.kind"].value == kind


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NTP=yes\nNTPSynchronized=yes\n", True),
        ("NTP=yes\nNTPSynchronized=no\n", False),
        ("NTPSynchronized=no\nchrony-leap=Normal\n", True),
        ("chrony-leap=Not synchronised\n", False),
        ("chrony-leap=Normal\nchrony-reference=C0A80101\n", True),
        ("NTPSynchronized=yes\nchrony-leap=Normal\nchrony-reference=7F7F0101\n", False),
        ("ntpq=synchronised\n", True),
        ("timesyncd=synchronized\n", True),
        ("NTP=no\n", MissingReason.ABSENT),
        (SectionStatus.ABSENT, MissingReason.ABSENT),
    ],
)
def test_time(posix, text, value):
    fact = posix(time=text)["time.synchronised"]
    assert (fact.reason if isinstance(fact, Missing) else fact.value) == value


JOURNAL = "uid=0\n0\tsystemd-journal\n"
RSYSLOG = JOURNAL + "0\trsyslogd\n"


@pytest.mark.parametrize(
    ("logging", "processes", "persistent", "remote"),
    [
        ("looked=yes\njournal=directory\n", JOURNAL, True, False),
        ("looked=yes\n", JOURNAL, False, False),
        ("looked=yes\nstorage=volatile\njournal=directory\n", JOURNAL, False, False),
        ("looked=yes\nstorage=volatile\nstorage=persistent\n", JOURNAL, True, False),
        ("looked=yes\nstorage=none\nrsyslog=/etc/rsyslog.conf\n", RSYSLOG, True, False),
        ("looked=yes\nrsyslog=/etc/rsyslog.conf\nremote=rsyslog\n", RSYSLOG, True, True),
        ("looked=yes\nrsyslog=/etc/rsyslog.conf\nremote=rsyslog\njournal=directory\n", JOURNAL, True, False),
        ("looked=yes\nrsyslog=/etc/rsyslog.conf\ndenied=/etc/rsyslog.d/x.conf\n", RSYSLOG, True, MissingReason.DENIED),
        ("", JOURNAL, MissingReason.ERROR, False),
    ],
)
def test_logs(posix, logging, processes, persistent, remote):
    facts = posix(logging=logging, processes=processes, units=SectionStatus.UNSUPPORTED)
    for name, expected in (("logging.persistent", persistent), ("logging.remote", remote)):
        fact = facts[name]
        assert (fact.reason if isinstance(fact, Missing) else fact.value) == expected
    assert facts["logging.active"].value is True
    assert facts["logging.audit"].value is False


@pytest.mark.parametrize(
    ("ports", "found"),
    [
        ("tcp 00000000:0017\n", ["telnet"]),
        ("tcp6 00000000000000000000000000000000:0015\nudp 00000000:0045\n", ["ftp", "tftp"]),
        ("tcp 0100007F:0017\n", []),
        ("tcp6 00000000000000000000000001000000:0017\n", []),
        ("tcp6 0000000000000000FFFF00000100007F:0017\n", []),
        ("tcp 7F00000A:0017\n", ["telnet"]),
        ("udp 00000000:0017\ntcp 00000000:0045\n", []),
        ("tcp 00000000:0202\n", ["rsh"]),
        ("tcp 00000000:zz\ntcp\n\xff\n", []),
    ],
)
def test_insecure_services_by_port(posix, ports, found):
    facts = posix(
        listening="looked=yes\n" + ports, processes=JOURNAL, units=SectionStatus.UNSUPPORTED, inetd=SectionStatus.ABSENT
    )
    assert facts["services.insecure"].value == found


def test_port_514_belongs_to_a_syslog_server_when_one_runs(posix):
    sections = {"listening": "looked=yes\ntcp 00000000:0202\n", "units": SectionStatus.UNSUPPORTED, "inetd": SectionStatus.ABSENT}
    assert posix(processes=RSYSLOG, **sections)["services.insecure"].value == []


# ---------------------------------------------------------------- whole captures


def test_a_section_that_did_not_come_says_why(posix):
    assert reason(posix()["accounts.uid0"]) is MissingReason.UNSUPPORTED
    assert reason(posix(complete=False)["accounts.uid0"]) is MissingReason.TRUNCATED
    assert reason(posix(elevation=SectionStatus.ERROR)["accounts.empty_password"]) is MissingReason.ERROR


def test_sudo_makes_the_probe_privileged(posix):
    assert posix(privileges="uid=1000\n")["probe.privileged"].value is False
    assert posix(privileges="uid=1000\n", elevation="")["probe.privileged"].value is True
    assert posix(privileges="uid=1000\n", elevation=SectionStatus.DENIED)["probe.privileged"].value is False
