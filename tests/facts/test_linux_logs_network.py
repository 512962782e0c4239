"""Logs, time servers, ports, neighbours, programs and the newer settings of sshd on Linux."""

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, MissingReason

NOW = 1_795_400_000
DAY = 86_400
UNITS = "cron.service loaded active running\n"
PROCESSES = "uid=0\n0\tcron\n"


def value(fact):
    return fact.value if isinstance(fact, Known) else fact.reason


def rotation(*words):
    return "looked=yes\n" + "".join(f"rotate={word}\n" for word in words)


@pytest.mark.parametrize(
    ("body", "syslog", "days"),
    [
        (rotation("weekly ", "rotate 4", "block", "end"), True, 28),
        (rotation("weekly ", "rotate 4", "block", "rotate 7", "daily ", "end", "block", "rotate 12", "monthly ", "end"), True, 7),
        (rotation("weekly ", "rotate 4", "other", "rotate 1", "end", "block", "end"), True, 28),
        (rotation("monthly ", "rotate 12", "block", "maxage 90", "end"), True, 90),
        (rotation("weekly ", "rotate 4", "block", "maxsize 100M", "end"), True, MissingReason.UNSUPPORTED),
        (rotation("weekly ", "rotate 4"), True, MissingReason.UNSUPPORTED),
        (rotation("rotate 4", "block", "end"), True, MissingReason.ERROR),
        (rotation("weekly ", "block", "rotate x", "end"), True, MissingReason.ERROR),
        (rotation("weekly ", "block", "end"), True, 0),
        (rotation("weekly ", "rotate 4", "block", "end") + "denied=/etc/logrotate.d/rsyslog\n", True, MissingReason.DENIED),
        (rotation("weekly ", "rotate 4", "block", "end"), False, MissingReason.UNSUPPORTED),
        ("looked=yes\nMaxRetentionSec=3month\n", False, 90),
        ("looked=yes\nMaxRetentionSec=1week 2d\n", False, 9),
        ("looked=yes\nMaxRetentionSec=2592000\n", False, 30),
        ("looked=yes\nMaxRetentionSec=90day\nMaxRetentionSec=0\n", False, MissingReason.UNSUPPORTED),
        ("looked=yes\nMaxRetentionSec=long\n", False, MissingReason.ERROR),
        ("", False, MissingReason.ERROR),
    ],
)
def test_how_long_logs_are_kept(posix, body, syslog, days):
    processes = PROCESSES + ("0\trsyslogd\n" if syslog else "")
    assert value(posix(log_keeping=body, units=UNITS, processes=processes)["logging.retention_days"]) == days


@pytest.mark.parametrize(
    ("body", "oldest", "size"),
    [
        (f"written={NOW - 40 * DAY}\nSystemMaxUse=2G\n", 40, 2_048),
        (f"journal={(NOW - 90 * DAY) * 1_000_000:016x}.journal\nwritten={NOW - 40 * DAY}\n", 90, MissingReason.ABSENT),
        ("journal=xx.journal\nSystemMaxUse=many\n", MissingReason.ABSENT, MissingReason.ERROR),
        (f"written={NOW + DAY}\nSystemMaxUse=\n", MissingReason.ERROR, MissingReason.ABSENT),
        ("SystemMaxUse=500M\n", MissingReason.ABSENT, 500),
    ],
)
def test_how_far_back_records_reach_and_how_large_they_grow(posix, body, oldest, size):
    facts = posix(log_keeping="looked=yes\n" + body)
    assert value(facts["logging.oldest_days"]) == oldest
    assert value(facts["logging.size_mb"]) == size


@pytest.mark.parametrize(
    ("body", "daemon", "recorded"),
    [
        ("looked=yes\nexecve=always,exit arch=b64 auid>=1000 auid!=-1 key\n", "0\tauditd\n", True),
        ("looked=yes\nexecve=always,exit arch=b64\n", "0\tauditd\n", True),
        ("looked=yes\nexecve=always,exit arch=b64\n", "", False),
        ("looked=yes\nexecve=always,exit arch=b64 euid\n", "0\tauditd\n", False),
        ("looked=yes\nexecve=never,exit arch=b64\n", "0\tauditd\n", False),
        ("looked=yes\nexecve=always,exit arch=b64 path\n", "0\tauditd\n", False),
        # Debian's own rule lets every task off before any other is looked at
        ("looked=yes\nenabled=1\nstop=task\nexecve=always,exit arch=b64\n", "0\tauditd\n", False),
        ("looked=yes\nenabled=0\nexecve=always,exit arch=b64\n", "0\tauditd\n", False),
        ("looked=yes\nenabled=2\nexecve=always,exit arch=b64\n", "0\tauditd\n", True),
        ("looked=yes\ntool=no\n", "", False),
        ("looked=yes\ntool=no\n", "0\tfalco\n", MissingReason.UNSUPPORTED),
        (SectionStatus.DENIED, "0\tauditd\n", MissingReason.DENIED),
    ],
)
def test_starts_of_programs(posix, body, daemon, recorded):
    facts = posix(audit_rules=body, units=UNITS, processes=PROCESSES + daemon)
    assert value(facts["logging.process_creation"]) == recorded


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("timesyncd=a b\nFallbackNTPServers=f\n", ["a", "b"]),
        ("chrony=a\nntp=b\n", ["a", "b"]),
        ("SystemNTPServers=s\nLinkNTPServers=l\n", ["l", "s"]),
        ("FallbackNTPServers=f g\n", ["f", "g"]),
        ("", []),
    ],
)
def test_time_servers(posix, body, names):
    assert value(posix(time_sources="looked=yes\n" + body)["time.sources"]) == names


def test_ports_of_the_machine_itself_are_no_ports_for_others(posix):
    body = "looked=yes\ntcp 00000000:0016\ntcp6 00000000000000000000000000000000:0016\ntcp 0100007F:0CEA\n"
    body += "udp 00000000:0044\ntcp 00000000:FFFFF\n"
    assert value(posix(listening=body)["network.listening"]) == [
        {"protocol": "tcp", "port": 22},
        {"protocol": "udp", "port": 68},
    ]


def test_neighbours(posix):
    body = "looked=yes\n127.0.0.9 02:AA:00:00:00:01\n127.0.0.8 00:00:00:00:00:00\nx 02:aa:00:00:00:01\n"
    body += "fe80::1%eth0 02:aa:00:00:00:02\n"
    body += "224.0.0.1 01:00:5e:00:00:01\n127.0.0.7 bad\n"
    assert value(posix(neighbours=body)["network.neighbours"]) == [
        {"address": "127.0.0.9", "mac": "02:aa:00:00:00:01"},
        {"address": "fe80::1", "mac": "02:aa:00:00:00:02"},
    ]
    assert value(posix(neighbours="")["network.neighbours"]) is MissingReason.ERROR


@pytest.mark.parametrize(
    ("units", "processes", "names"),
    [
        ("", "", []),
        ("rpcbind.socket loaded active listening\n", "", ["rpcbind"]),
        ("avahi-daemon.service loaded active running\n", "", ["avahi"]),
        ("snmpd.service loaded active exited\n", "", []),
        ("nfs-server.service loaded active exited\n", "", ["nfs"]),
        ("", "0\tsnmpd\n115\tavahi-daemon\n", ["avahi", "snmpd"]),
        ("", "1000\tsnmpd\n", []),
    ],
)
def test_services_few_machines_need(posix, units, processes, names):
    given = {"units": UNITS + units, "processes": PROCESSES + processes}
    assert value(posix(**given)["services.unneeded"]) == names
    for missing in given:
        assert value(posix(**(given | {missing: SectionStatus.DENIED}))["services.unneeded"]) is MissingReason.DENIED


def test_programs_by_package_and_application(posix):
    facts = posix(
        packages="manager=dpkg\nbash\nTeamViewer-host\nxmrig\n",
        apps="looked=yes\napp=rustdesk\napp=org.qbittorrent.qBittorrent\n",
    )
    assert value(facts["software.count"]) == 5
    assert value(facts["software.remote_control"]) == ["RustDesk", "TeamViewer"]
    assert value(facts["software.unwanted"]) == ["qbittorrent", "xmrig"]
    cut = posix(packages=SectionStatus.TRUNCATED, apps="looked=yes\n")
    assert value(cut["software.unwanted"]) is value(cut["software.count"]) is MissingReason.TRUNCATED


SSHD = "binary=/usr/sbin/sshd\nversion=OpenSSH_9.2p1 Debian-2\nsettings=2\n"
LISTS = "ciphers aes256-ctr\nmacs hmac-sha2-256\nkexalgorithms curve25519-sha256\n"
EFFECTIVE = (
    "port 22\nlistenaddress [::]:22\nlistenaddress 0.0.0.0:22\nlogingracetime 120\n"
    "clientaliveinterval 300\nclientalivecountmax 2\nx11forwarding no\nloglevel INFO\nauthenticationmethods any\n" + LISTS
)
MAIN = "file /etc/ssh/sshd_config\n"


def sshd(posix, old="", new="", config=MAIN, **more):
    assert old in EFFECTIVE
    given = {"sshd": SSHD, "sshd_effective": EFFECTIVE.replace(old, new, 1), "sshd_config": config, "units": UNITS}
    return posix(**(given | more))


@pytest.mark.parametrize(
    ("fact", "old", "new", "config", "expected"),
    [
        ("x11_forwarding", "", "", "", False),
        ("x11_forwarding", "", "", "| Match User a\n| X11Forwarding yes\n", True),
        ("login_grace_seconds", "", "", "", 120),
        ("login_grace_seconds", "time 120", "time 1m30s", "", 90),
        ("login_grace_seconds", "time 120", "time soon", "", MissingReason.ERROR),
        ("log_level", "loglevel INFO", "loglevel SILENT", "", "QUIET"),
        ("idle_seconds", "", "", "", 600),
        ("idle_seconds", "interval 300", "interval 0", "", 0),
        ("idle_seconds", "countmax 2", "countmax 0", "", 0),
        ("idle_seconds", "", "", "| Match User a\n| ClientAliveInterval 0\n", 0),
        ("idle_seconds", "", "", "| Match User a\n| ClientAliveInterval 10m\n", 1_200),
        ("authentication_methods", "", "", "", "any"),
        ("authentication_methods", "methods any", "methods publickey,password publickey", "", "publickey"),
        (
            "authentication_methods",
            "methods any",
            "methods publickey,password",
            "| Match User a\n| AuthenticationMethods any\n",
            "any",
        ),
        ("log_level", "", "", "", "INFO"),
        ("log_level", "INFO", "VERBOSE", "| Match User a\n| LogLevel quiet\n", "QUIET"),
        ("log_level", "INFO", "LOUD", "", MissingReason.ERROR),
        ("weak_algorithms", "", "", "", []),
        ("weak_algorithms", "aes256-ctr", "aes256-ctr,3des-cbc,aes128-cbc", "", ["3des-cbc", "aes128-cbc"]),
        ("weak_algorithms", "hmac-sha2-256", "hmac-md5-96@openssh.com", "", ["hmac-md5-96@openssh.com"]),
        ("weak_algorithms", "curve25519-sha256", "diffie-hellman-group14-sha1", "", ["diffie-hellman-group14-sha1"]),
        ("weak_algorithms", "ciphers aes256-ctr\n", "", "", MissingReason.ERROR),
        ("default_port", "", "", "", True),
        ("default_port", EFFECTIVE[:60], "port 2222\nlistenaddress [::]:2222\nlistenaddress 0.0.0.0:2222\n", "", False),
        ("x11_forwarding", "x11forwarding no\n", "", "", MissingReason.ERROR),
    ],
)
def test_settings_of_sshd(posix, fact, old, new, config, expected):
    if fact == "default_port" and old:
        old = EFFECTIVE[: EFFECTIVE.index("logingracetime")]
    assert value(sshd(posix, old, new, MAIN + config)[f"sshd.{fact}"]) == expected


@pytest.mark.parametrize(
    ("config", "fact", "expected"),
    [
        ("", "x11_forwarding", False),
        ("", "login_grace_seconds", 120),
        ("| LoginGraceTime 1m\n", "login_grace_seconds", 60),
        ("| Port 2222\n| Port 22\n", "default_port", True),
        ("| Port 2222\n", "default_port", False),
        ("| ListenAddress 127.0.0.9:2200\n", "default_port", False),
        ("| ListenAddress ::1\n", "default_port", True),
        ("| Ciphers +3des-cbc\n", "weak_algorithms", ["3des-cbc"]),
        ("| Ciphers -3des-cbc\n", "weak_algorithms", []),
        ("| Ciphers aes*\n", "weak_algorithms", MissingReason.UNSUPPORTED),
        ("| AuthenticationMethods publickey,password\n", "authentication_methods", "publickey,password"),
    ],
)
def test_settings_of_sshd_by_its_files(posix, config, fact, expected):
    facts = posix(sshd=SSHD, sshd_effective=SectionStatus.DENIED, sshd_config=MAIN + config)
    assert value(facts[f"sshd.{fact}"]) == expected


def test_an_old_version_or_an_old_probe_proves_no_default(posix):
    old = posix(sshd=SSHD.replace("9.2", "7.4"), sshd_effective=SectionStatus.DENIED, sshd_config=MAIN)
    assert value(old["sshd.weak_algorithms"]) is MissingReason.UNSUPPORTED
    captured = posix(sshd=SSHD.replace("settings=2\n", ""), sshd_effective=SectionStatus.DENIED, sshd_config=MAIN)
    assert value(captured["sshd.x11_forwarding"]) is MissingReason.UNSUPPORTED
    assert value(captured["sshd.password_authentication"]) is True


FIREWALL = {"firewall": "looked=yes\ntool=nft\n", "nft": "looked=yes\n", "iptables": SectionStatus.ABSENT}
ACTIVE = FIREWALL | {"nft": "looked=yes\nchain inet filter input 3 other type filter hook input priority 0  policy drop \n"}


@pytest.mark.parametrize(
    ("users", "config", "firewall", "limited"),
    [
        ("", "", FIREWALL, False),
        ("", "", ACTIVE, MissingReason.UNSUPPORTED),
        ("allowusers an@127.0.0.0/24\nallowusers binh@127.0.0.9\n", "", FIREWALL, True),
        ("allowusers an@127.0.0.0/24\nallowusers binh\n", "", FIREWALL, False),
        ("allowusers an@*\n", "", FIREWALL, False),
        ("", "| Match User a\n| AllowUsers a@127.0.0.9\n", FIREWALL, MissingReason.UNSUPPORTED),
        ("", "", FIREWALL | {"sshd": SSHD + "wrapper=yes\n"}, MissingReason.UNSUPPORTED),
        ("", "", FIREWALL | {"nft": SectionStatus.DENIED}, MissingReason.DENIED),
        ("", "", FIREWALL | {"sshd": SectionStatus.ABSENT}, MissingReason.ABSENT),
    ],
)
def test_addresses_that_may_come(posix, users, config, firewall, limited):
    assert value(sshd(posix, "port 22\n", users + "port 22\n", MAIN + config, **firewall)["access.sources_limited"]) == limited


def test_a_server_that_listens_to_the_machine_alone_is_limited(posix):
    old = EFFECTIVE[: EFFECTIVE.index("logingracetime")]
    facts = sshd(posix, old, "port 22\nlistenaddress 127.0.0.1:22\n", **FIREWALL)
    assert value(facts["access.sources_limited"]) is True
