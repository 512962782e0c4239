"""What the script's own filters let through: its paths are pointed at samples, its tools at programs of ours."""

import json
import os
from pathlib import Path

import pytest

from secaudit.model.capture import SectionStatus
from tests.probe.conftest import QUICK

SECRET = "bi-mat-khong-roi-may"


def test_passwords_leave_only_their_state(sample):
    shadow = f"root:$y$j9T${SECRET}:19000:0:99999:7:::\na:!:1::::::\nb:*:1::::::\nc::1::::::\nd:!$6${SECRET}:1::::::\nbroken\n"
    status, body = sample("/etc/shadow", {"etc/shadow": shadow}, "passwords")
    assert status is SectionStatus.OK
    assert body == "root\tset\na\tlocked\nb\tlocked\nc\tempty\nd\tlocked\n"


def test_accounts_leave_without_personal_names_and_old_hashes(sample):
    passwd = f"root:x:0:0:{SECRET}:/root:/bin/bash\nold:{SECRET}:5:5::/:/bin/sh\n"
    passwd += "free::6:6::/:\noff:*:7:7::/:/usr/sbin/nologin\nbad:x:8\n"
    _, body = sample("/etc/passwd", {"etc/passwd": passwd}, "accounts")
    assert body == "root\t0\tshadow\t/bin/bash\nold\t5\tset\t/bin/sh\nfree\t6\tempty\t\noff\t7\tlocked\t/usr/sbin/nologin\n"


def test_sources_leave_without_passwords(sample):
    files = {
        "etc/apt/sources.list": (
            f"# deb http://old\ndeb http://user:{SECRET}@127.0.0.1/debian bookworm main\n"
            "  deb [signed-by=/x] http://h/d sid main\n"
        ),
        "etc/apt/sources.list.d/a.sources": (
            f"# comment\nTypes: deb\nURIs: https://u:{SECRET}@h/debian\n https://second/debian\n"
            "Suites: bookworm-security\nEnabled: no\nSigned-By:\n -----BEGIN\n\nTypes: deb\nSuites: trixie\n"
        ),
    }
    _, body = sample("/etc/apt", files, "apt-sources")
    first, _, second = body.partition("file /etc/apt/sources.list.d/a.sources\n")
    assert (
        first
        == "file /etc/apt/sources.list\n| deb http://127.0.0.1/debian bookworm main\n| deb [signed-by=/x] http://h/d sid main\n"
    )
    rows = second.splitlines()
    assert "| URIs: https://h/debian" in rows
    assert "|  https://second/debian" in rows
    assert rows.index("|") == rows.index("| Types: deb", 1) - 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
@pytest.mark.parametrize(("mode", "denied"), [(0o700, True), (0o744, True), (0o711, True), (0o755, False)])
def test_a_folder_of_sshd_that_may_not_be_listed_is_not_an_empty_one(run, room, mode, denied):
    path = "/etc/ssh"
    folder = room / f"root{path}/sshd_config.d"
    folder.mkdir(parents=True)
    (folder.parent / "sshd_config").write_text("Include /etc/ssh/sshd_config.d/*.conf\n", encoding="ascii")
    (folder / "1.conf").write_text("PermitRootLogin yes\n", encoding="ascii")
    folder.chmod(mode)

    def edit(script):
        return script.replace("s_apt_updates() {\n", QUICK, 1).replace(path, f"{room}/root{path}")

    body = run(edit=edit, user=65_534).by_name["sshd-config"].body.decode().replace(f"{room}/root", "")
    assert ("denied /etc/ssh/sshd_config.d/*.conf\n" in body) is denied
    assert ("| PermitRootLogin yes\n" in body) is not denied


def test_sshd_config_leaves_only_the_keywords_asked_for(sample):
    main = f"#PermitRootLogin yes\n\tpermitrootlogin=no\nBanner {SECRET}\nInclude /etc/ssh/sshd_config.d/*.conf\n"
    main += "Match User a\n  MaxAuthTries 9\n"
    files = {
        "etc/ssh/sshd_config": main,
        "etc/ssh/sshd_config.d/1.conf": "PasswordAuthentication no\nAllowUsers x\nDenyUsers y\n",
        "etc/ssh/sshd_config.d/x": "a",
    }
    status, body = sample("/etc/ssh", files, "sshd-config")
    assert status is SectionStatus.OK
    assert body == (
        "file /etc/ssh/sshd_config\n| \tpermitrootlogin=no\n| Include /etc/ssh/sshd_config.d/*.conf\n"
        "| Match User a\n|   MaxAuthTries 9\n"
        "file /etc/ssh/sshd_config.d/1.conf\n| PasswordAuthentication no\n| AllowUsers x\n"
    )


def test_the_algorithms_that_red_hat_includes_are_read_too(sample):
    files = {
        "etc/ssh/sshd_config": "PermitRootLogin no\n",
        "etc/crypto-policies/back-ends/opensshserver.config": f"Ciphers aes256-ctr\nHostKeyAlgorithms {SECRET}\n",
    }
    _, body = sample("/etc/", files, "sshd-config")
    assert body.endswith("PermitRootLogin no\nfile /etc/crypto-policies/back-ends/opensshserver.config\n| Ciphers aes256-ctr\n")


@pytest.mark.parametrize(
    ("line", "remote"),
    [
        ("*.* @@127.0.0.9:514", True),
        ("auth,authpriv.*  @loghost", True),
        ("*.* @(o)[::1]:514", True),
        ('action(type="omfwd" target="127.0.0.9")', True),
        ('  Action( Type = "OMFWD" Target="x")', True),
        ("# *.* @@127.0.0.9", False),
        ("*.* -/var/log/messages", False),
        (f"*.* :ommysql:127.0.0.1,db,user,{SECRET}@x", False),
        ("mail.* /var/log/mail.log", False),
    ],
)
def test_forwarding_of_rsyslog_is_told_without_its_text(sample, line, remote):
    _, body = sample("/etc/rsyslog", {"etc/rsyslog.conf": f"# {SECRET}\n{line}\n"}, "logging")
    assert ("remote=rsyslog\n" in body) is remote
    assert "127.0.0" not in body


def test_only_the_header_of_a_signature_file(sample):
    header = "ClamAV-VDB:07 Mar 2026 08-02 -0500:1:2:63:md5:sig:me:1795000000"
    files = {"var/lib/clamav/daily.cld": header.ljust(512) + SECRET, "var/lib/clamav/main.cvd": "x"}
    status, body = sample("/var/lib/clamav", files, "clamav")
    assert status is SectionStatus.OK
    assert body.split(" ", 1)[0] == "daily.cld"
    assert body.strip() == f"daily.cld {header}"
    assert len(body) < 540


def test_inetd_names(sample):
    text = "# comment\n#telnet stream\nftp stream tcp nowait root /x\n<off># a\n\ttftp dgram udp\n"
    assert sample("/etc/inetd.conf", {"etc/inetd.conf": text}, "inetd") == (SectionStatus.OK, "ftp\ntftp\n")


def test_restart_marker_and_packages(sample):
    files = {"run/reboot-required": "*** System restart required ***", "run/reboot-required.pkgs": "libc6\nlinux-base\n"}
    _, body = sample("/run/reboot-required", files, "restart")
    assert "marker=/run/reboot-required\n" in body
    assert "package=libc6\npackage=linux-base\n" in body


FIREWALLD_LIKE = """table inet filter {
\tset blocked {
\t\ttype ipv4_addr
\t\telements = { 127.0.0.7 }
\t}

\tchain input {
\t\ttype filter hook input priority filter + 10; policy accept;
\t\tct state { established, related } accept
\t\tiifname "lo" accept comment "drop"
\t\tcounter packets 12 bytes 3400 reject with icmpx admin-prohibited
\t}

\tchain helper {
\t\taccept
\t}
}
table ip nat {
\tchain pre {
\t\ttype nat hook prerouting priority dstnat; policy accept;
\t}
}
"""


def test_rules_leave_as_shape_without_addresses(tools):
    status, body = tools("nft", nft=("-nn list ruleset", FIREWALLD_LIKE))
    assert status is SectionStatus.OK
    lines = [" ".join(line.split()) for line in body.splitlines()]
    assert lines == [
        "looked=yes",
        "chain inet filter input 3 deny type filter hook input priority filter + 10 policy accept",
        "chain inet filter helper 1 open",
        "chain ip nat pre 0 none type nat hook prerouting priority dstnat policy accept",
    ]


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ("-P INPUT ACCEPT\n", "input ACCEPT 0 none"),
        ("-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n", "input DROP 1 other"),
        ("-P INPUT ACCEPT\n-A INPUT -s 127.0.0.3/32 -j DROP\n", "input ACCEPT 1 other"),
        (
            "-P INPUT ACCEPT\n-A INPUT -p tcp -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n",
            "input ACCEPT 2 deny",
        ),
    ],
)
def test_iptables_shape(tools, rules, line):
    assert tools("iptables", iptables=("-S INPUT", rules)) == (SectionStatus.OK, line + "\n")


def test_a_firewall_tool_that_fails_is_an_error_not_an_empty_rule_set(tools):
    status, body = tools("nft", nft=("something else", ""))
    assert status is SectionStatus.ERROR
    assert body == ""


def test_sshd_effective_settings(tools):
    answer = (
        "port 22\npermitrootlogin no\npasswordauthentication no\npermitemptypasswords no\nmaxauthtries 3\nhostkey /etc/ssh/key\n"
    )
    status, body = tools("sshd-effective", sshd=("-T -C user=root", answer))
    assert status is SectionStatus.OK
    assert body == "port 22\npermitrootlogin no\npasswordauthentication no\npermitemptypasswords no\nmaxauthtries 3\n"
    status, body = tools("sshd-effective", sshd=("-T", answer))
    assert status is SectionStatus.OK
    status, _ = tools("sshd-effective", sshd=("-t", answer))
    assert status is SectionStatus.UNSUPPORTED


def test_time_tools_are_asked_without_name_look_ups(tools):
    chrony = "Reference ID    : 7F000001 (x)\nLeap status     : Normal\n"
    ntp = "     remote\n====\n*127.0.0.9 .GPS. 1 u\n"
    _, body = tools("time", chronyc=("-n tracking", chrony), ntpq=("-np", ntp))
    assert "chrony-leap=Normal\n" in body
    assert "chrony-reference=7F000001\n" in body
    assert "ntpq=synchronised\n" in body
    assert "127.0.0.9" not in body


def test_mdatp_is_passed_on(tools):
    text = json.dumps({"healthy": True})
    assert tools("mdatp", mdatp=("health --output json", text)) == (SectionStatus.OK, text)


def test_samples_point_nowhere_else(room):
    """The edit of these tests replaces every mention of a path; a path that is not in the script would test nothing."""
    script = (Path(__file__).parents[2] / "secaudit" / "probe" / "posix.sh").read_text(encoding="ascii")
    for prefix in ("/etc/shadow", "/etc/passwd", "/etc/apt", "/etc/ssh", "/etc/rsyslog", "/var/lib/clamav", "/etc/inetd.conf"):
        assert script.count(prefix) >= 1
