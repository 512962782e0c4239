"""What leaves a machine of its accounts, rules and settings: the words asked for, never a secret, an address or a command."""

import os
import platform
import re
import struct

import pytest

from secaudit.model.capture import SectionStatus
from tests.probe.conftest import QUICK

SECRET = "bi-mat-khong-roi-may"


def test_kinds_of_hashes_and_days_leave_without_hash_or_key(sample, room):
    home = room / "root" / "home" / "co-khoa"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "authorized_keys").write_text(f"ssh-ed25519 {SECRET}\n", encoding="utf-8")
    shadow = (
        f"root:$y$j9T${SECRET}:19000:0:99999:7:::\nkhoa:!$6${SECRET}:19001:1:90:7::20000:\nkhong:*:1::::::\n"
        f"cu:abcdefghijklm:5:0:99999:7:::\nla:$vo-cung-dai-khong-hop-le${SECRET}:5::::::\nmo::7:0:60:7:::\nsun:NP:1::::::\n"
    )
    passwd = f"root:x:0:0:{SECRET}:/root:/bin/bash\nco-khoa:x:1000:1000::{home}:/bin/bash\nold:$1${SECRET}:5:5::/:/bin/sh\n"
    status, body = sample("/etc/", {"etc/shadow": shadow, "etc/passwd": passwd}, "password-ages")
    assert status is SectionStatus.OK
    assert body.splitlines() == [
        "hash=old\t1",
        "hash=root\ty",
        "days=root\t19000\t0\t99999\t",
        "hash=khoa\t6",
        "days=khoa\t19001\t1\t90\t20000",
        "hash=cu\tdes",
        "days=cu\t5\t0\t99999\t",
        "hash=la\tother",
        "days=la\t5\t\t\t",
        "days=mo\t7\t0\t60\t",
        "key=co-khoa",
        "looked=yes",
    ]


SUDOERS = f"""# {SECRET}
Defaults env_reset, secure_path="/usr/bin"
Defaults:web !authenticate
User_Alias  QUANTRI = an, binh : KHAC = chi
Cmnd_Alias  DICHVU = /bin/systemctl restart {SECRET}
root    ALL=(ALL:ALL) ALL
%sudo   ALL=(ALL:ALL) ALL
%wheel\tALL=(ALL) NOPASSWD: ALL
QUANTRI ALL = NOPASSWD: DICHVU, /usr/bin/vim /etc/{SECRET}
an, binh web1,web2 = (www-data, postgres) /usr/bin/php {SECRET}, !/bin/sh
sao ALL=(root) NOPASSWD: /usr/bin/rsync --{SECRET}, PASSWD: ALL
dai ALL=(ALL) \\
    NOPASSWD: ALL
#1001 ALL=ALL  # {SECRET}
@includedir /etc/sudoers.d
"""


def test_rules_of_sudo_leave_without_commands(sample):
    files = {"etc/sudoers": SUDOERS, "etc/sudoers.d/a": "web ALL=ALL\n", "etc/sudoers.d/b.bak": "no ALL=ALL\n"}
    status, body = sample("/etc/sudoers", files, "sudoers")
    assert status is SectionStatus.OK
    rows = [row for row in body.splitlines() if not row.startswith(("looked", "sudo=", "pkexec", "doas"))]
    assert rows == [
        "default=some",
        "alias=QUANTRI=an,binh:KHAC=chi",
        "rule=root\tALL\task\tall",
        "rule=%sudo\tALL\task\tall",
        "rule=%wheel\tALL\tfree\tall",
        "rule=QUANTRI\troot\tfree\talias",
        "rule=QUANTRI\troot\tfree\tshell",
        "rule=an,binh\twww-data,postgres\task\tsome",
        "rule=sao\troot\tfree\tsome",
        "rule=sao\troot\task\tall",
        "rule=dai\tALL\tfree\tall",
        "rule=#1001\troot\task\tall",
        "rule=web\troot\task\tall",
    ]


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("Defaults targetpw   # ask for the password of root", ["default=target"]),
        ("Defaults env_reset,rootpw", ["default=target"]),
        ("Defaults !targetpw", ["default=some"]),
        ("Defaults:%wheel !targetpw", ["default=some"]),
        ("Defaults>www runaspw", ["default=some"]),
        ("Defaults targetpw, !authenticate", ["default=all", "default=target"]),
        ('Defaults passprompt="khong phai targetpws"', []),
    ],
)
def test_whose_password_sudo_asks_for(sample, line, rows):
    _, body = sample("/etc/sudoers", {"etc/sudoers": f"{line}\nALL ALL=(ALL) ALL\n"}, "sudoers")
    assert [row for row in body.splitlines() if row.startswith(("default", "rule"))] == [*rows, "rule=ALL\tALL\task\tall"]


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("an ALL=(QT) NOPASSWD: ALL", ["include=other", "rule=an\tQT\tfree\tall"]),
        ("an ALL=(ALL, !root) ALL", ["include=other", "rule=an\tALL,!root\task\tall"]),
        ("an ALL=(root) NOPASSWD: /usr/bin/*", ["rule=an\troot\tfree\tshell"]),
        ("an ALL=(root) NOPASSWD: /usr/bin/", ["rule=an\troot\tfree\tshell"]),
        ("an ALL=(root) NOPASSWD: /usr/bin/[a-z]sh -c x", ["rule=an\troot\tfree\tshell"]),
        ("an ALL=(root) NOPASSWD: ^/usr/bin/.+$", ["rule=an\troot\tfree\tshell"]),
        ("an ALL=(root) NOPASSWD: /bin/systemctl restart web*", ["rule=an\troot\tfree\tsome"]),
        ("an ALL=(root) TYPE=sysadm_t ROLE=sysadm_r NOPASSWD: ALL", ["rule=an\troot\tfree\tall"]),
        ('an ALL=(root) CWD="/a b" NOPASSWD:SETENV: ALL', ["rule=an\troot\tfree\tall"]),
        ("an ALL=(root) NOPASSWD: sha256:YWJj/+A= /bin/bash", ["rule=an\troot\tfree\tshell"]),
        ("an ALL=(root) NOPASSWD: sha224:00ff, sha256:11aa /bin/bash", ["rule=an\troot\tfree\tshell"]),
        ("an a=/bin/ls : b=NOPASSWD: ALL", ["include=other"]),
        ("an a=(root:adm) /bin/ls", ["rule=an\troot\task\tsome"]),
        ("an ALL=NOPASSWD: /bin/busybox, /usr/bin/vim.basic", ["rule=an\troot\tfree\tshell"] * 2),
        *(
            (f"an ALL=/usr/bin/{tool}", ["rule=an\troot\task\tshell"])
            for tool in ("tar", "apt-get", "apt", "dnf", "yum", "zypper")
        ),
        ("an ALL=/usr/bin/apt-get install *", ["rule=an\troot\task\tshell"]),
        ("an ALL=/usr/bin/apt-get update", ["rule=an\troot\task\tsome"]),
        ("an ALL=(root) /bin/sh -c (x)", ["rule=an\troot\task\tshell"]),
        ('"%quan tri" ALL=ALL', ["include=other"]),
    ],
)
def test_rules_of_sudo_that_hide_what_they_allow(sample, line, rows):
    _, body = sample("/etc/sudoers", {"etc/sudoers": f"{line}\n"}, "sudoers")
    found = [row for row in body.splitlines() if row.startswith(("include", "rule"))]
    assert found[: len(rows)] == rows
    assert len(found) == len(rows) or rows == ["include=other"]


@pytest.mark.parametrize(
    ("files", "rows"),
    [
        ({"usr/etc/sudoers": "@includedir /etc/sudoers.d\n", "etc/sudoers.d/a": "an ALL=ALL\n"}, ["rule=an\troot\task\tall"]),
        ({"usr/etc/sudoers": "", "usr/etc/sudoers.d/a": "an ALL=ALL\n"}, ["rule=an\troot\task\tall"]),
        ({"etc/sudoers": "binh ALL=ALL\n", "usr/etc/sudoers": "an ALL=ALL\n"}, ["rule=binh\troot\task\tall"]),
        ({"etc/sudoers.d/a": "an ALL=ALL\n"}, ["include=other"]),
    ],
)
def test_rules_of_sudo_below_usr(run, room, files, rows):
    for path, text in files.items():
        target = room / "root" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def edit(script):
        script = re.sub(r"(?<=[ ])(/usr)?/etc/sudoers", lambda match: f"{room}/root{match[0]}", script)
        return script.replace("s_sudoers() {\n", 's_sudoers() {\n  have() { [ "$1" = sudo ]; }\n', 1)

    body = run(edit=edit).by_name["sudoers"].body.decode()
    assert [row for row in body.splitlines() if row.startswith(("include", "rule"))] == rows


def test_stacks_of_pam_leave_as_modules_and_known_arguments(sample):
    files = {
        "etc/pam.d/common-password": (
            f"# {SECRET}\npassword requisite pam_pwquality.so retry=3 minlen=14 secret={SECRET} # {SECRET}\n"
            "password\t[success=1  default=ignore]\t/lib/security/pam_unix.so obscure \\\n  yescrypt remember=5\n"
            "-auth optional x.so\n"
        ),
        "etc/pam.d/passwd": "@include common-password\n",
        "etc/pam.d/other": f"auth required {SECRET}.so\n",
    }
    _, body = sample("/etc/pam.d", files, "pam")
    rows = body[body.index("file common-password") :].splitlines()
    assert rows[:4] == [
        "file common-password",
        "| password\trequisite\tpam_pwquality.so\tminlen=14",
        "| password\t[success=1,default=ignore]\tpam_unix.so\tremember=5",
        "| auth\toptional\tx.so\t",
    ]
    assert "file passwd\n| @include\tcommon-password\n" in body


def test_password_rules_leave_as_numbers(sample):
    files = {
        "etc/security/pwquality.conf.d/a.conf": "minlen = 12\n",
        "etc/security/pwquality.conf": f"# minlen = 99\nminlen=14 # {SECRET}\ndcredit = -1\nminclass = {SECRET}\n\n",
        "etc/security/faillock.conf": "deny = 5\nunlock_time=never\nsilent\n",
    }
    _, body = sample("/etc/security", files, "password-policy")
    rows = [row for row in body.splitlines() if "login.defs" not in row]
    assert rows == [
        "looked=yes",
        "read=pwquality",
        "set=pwquality\tminlen\t12",
        "read=pwquality",
        "set=pwquality\tminlen\t14",
        "set=pwquality\tdcredit\t-1",
        "set=pwquality\tminclass\tother",
        "read=faillock",
        "set=faillock\tdeny\t5",
        "set=faillock\tunlock_time\tnever",
    ]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("TMOUT=900", ["900"]),
        ("readonly TMOUT=600; export TMOUT", ["600"]),
        ("typeset -xr TMOUT='300'", ["300"]),
        ('if [ -z "$TMOUT" ]; then TMOUT="450"; fi', ["450"]),
        ("TMOUT=$(id -u)", ["other"]),
        (": ${TMOUT:=77}", ["other"]),
        ("# TMOUT=900", []),
        ("MYTMOUT=1", []),
        ("export TMOUT", []),
        ("TMOUT=900\nunset TMOUT", ["900", "0"]),
        (f"touch /tmp/{SECRET}; TMOUT=5", ["5"]),
    ],
)
def test_shell_time_outs_are_read_as_text(sample, line, values):
    _, body = sample("/etc/profile", {"etc/profile": line + "\n"}, "sessions")
    assert [row.removeprefix("tmout=") for row in body.splitlines() if row.startswith("tmout=")] == values


def test_logins_nobody_types(sample):
    files = {
        "etc/gdm3/custom.conf": f"[daemon]\n# AutomaticLogin=no\nAutomaticLoginEnable = true\nAutomaticLogin=an\nX={SECRET}\n",
        "etc/lightdm/lightdm.conf": "[Seat:*]\n#autologin-user=x\nautologin-user=binh\nautologin-user=\n",
        "etc/sddm.conf.d/a.conf": "[Users]\nUser=khong\n[Autologin]\nUser=chi\n",
        "etc/systemd/system/getty@tty1.service.d/o.conf": "[Service]\nExecStart=-/sbin/agetty --autologin dung %I\n",
    }
    _, body = sample("/etc/", files, "sessions")
    assert body.splitlines() == [
        "looked=yes",
        "gdm=AutomaticLoginEnable=true",
        "gdm=AutomaticLogin=an",
        "lightdm=binh",
        "sddm=chi",
        "getty=dung",
    ]


def test_rotation_leaves_as_words(sample):
    files = {
        "etc/logrotate.conf": "weekly\nrotate 4\n# rotate 9\nsu root adm\n",
        "etc/logrotate.d/rsyslog": (
            f"/var/log/syslog\n/var/log/auth.log\n{{\n\trotate 7\n\tdaily\n\tmaxsize 100M\n\tsu {SECRET}\n}}\n"
            "/var/log/app/x.log {\n  rotate 1\n}\n"
        ),
    }
    _, body = sample("/etc/logrotate", files, "log-keeping")
    rows = [row.removeprefix("rotate=") for row in body.splitlines() if row.startswith("rotate=")]
    assert rows == ["weekly ", "rotate 4", "block", "rotate 7", "daily ", "maxsize 100M", "end", "other", "rotate 1", "end"]


def test_rules_of_the_auditor_leave_as_conditions(tools):
    rules = (
        f"-a always,exit -F arch=b64 -S execve -F auid>=1000 -F auid!=-1 -F key={SECRET}\n-w /etc/{SECRET} -p wa\n"
        f"-a always,exit -F arch=b32 -S open,execve -F path=/bin/{SECRET} -F uid=33\n"
    )
    status, body = tools("audit-rules", auditctl=("-", rules))
    assert status is SectionStatus.OK
    assert body == ("looked=yes\nexecve=always,exit arch=b64 auid>=1000 auid!=-1 key\nexecve=always,exit arch=b32 path uid\n")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("-a never,task\nenabled 1\nfailure 1\npid 700\n", "enabled=1\nstop=task\n"),
        ("-a task,never\nenabled 2\n", "enabled=2\nstop=task\n"),
        ("No rules\nenabled 0\nbacklog_limit 8192\n", "enabled=0\n"),
        ("No rules\nAUDIT_STATUS: enabled=0 flag=1 pid=0\n", "enabled=0\n"),
        ("-a never,exit -S all -F path=/enabled\nenabled 1\n", "enabled=1\n"),
    ],
)
def test_what_switches_the_auditor_off_leaves_too(tools, text, lines):
    """One program answers both questions with one text: each filter takes its own lines of it."""
    assert tools("audit-rules", auditctl=("-", text)) == (SectionStatus.OK, "looked=yes\n" + lines)


def test_no_auditor_is_a_sight_of_its_own(run):
    body = run(edit=lambda script: script.replace("have auditctl", "false", 1)).by_name["audit-rules"].body
    assert body == b"looked=yes\ntool=no\n"


def test_time_servers_leave_without_keys(sample):
    files = {
        "etc/chrony/chrony.conf": f"pool ntp.lab.invalid key {SECRET}\nkeyfile /x\nserver 127.0.0.9\nrefclock PHC /x\n",
        "etc/ntp.conf": "restrict default\nserver t.lab.invalid prefer\n",
    }
    _, body = sample("/etc/", files, "time-sources")
    rows = [row for row in body.splitlines() if row.startswith(("chrony", "ntp"))]
    assert rows == ["chrony=ntp.lab.invalid", "chrony=127.0.0.9", "chrony=refclock", "ntp=t.lab.invalid"]


def test_barred_drivers_and_the_file_server(sample):
    files = {
        "etc/modprobe.d/a.conf": f"# blacklist usb-storage\nblacklist uas\ninstall usb-storage /bin/true\noptions x {SECRET}\n",
        "etc/samba/smb.conf": f"[global]\n  server signing = Mandatory\n  workgroup = {SECRET}\n[chung]\n path=/{SECRET}\n",
    }
    _, body = sample("/etc/", files, "media")
    rows = [row for row in body.splitlines() if not row.startswith(("loaded", "modules", "builtin", "tool"))]
    assert rows == ["looked=yes", "blacklist=uas", "install=usb_storage nothing", "samba=read", "samba-serversigning=mandatory"]


def test_what_the_administrator_fixed_for_the_desktop(sample):
    files = {
        "etc/dconf/profile/user": "user-db:user\nsystem-db:local\n",
        "etc/dconf/db/local.d/00-khoa": (
            "[org/gnome/desktop/session]\nidle-delay=uint32 600\n[org/gnome/desktop/screensaver]\nlock-enabled = true\n"
            f"[org/gnome/desktop/background]\npicture-uri='{SECRET}'\n"
        ),
        "etc/dconf/db/local.d/locks/khoa": f"/org/gnome/desktop/session/idle-delay\n/org/{SECRET}\n",
    }
    _, body = sample("/etc/dconf", files, "desktop")
    rows = [row for row in body.splitlines() if not row.startswith("session=")]
    assert rows == [
        "looked=yes",
        "database=local",
        "key=local\t/org/gnome/desktop/session/idle-delay=600",
        "key=local\t/org/gnome/desktop/screensaver/lock-enabled=true",
        "lock=local\t/org/gnome/desktop/session/idle-delay",
    ]


@pytest.mark.parametrize(
    ("program", "text", "row"),
    [
        (
            "eset/eea/bin/upd",
            "EM000 1 (20261101) Loader\nEM002 30123 (20261120) Detection engine\n",
            "eset\tEM002 30123 (20261120) Detection engine",
        ),
        (
            "drweb.com/bin/drweb-ctl",
            f"Virus database timestamp: 2026-11-20 10:00:00\nLicense: {SECRET}\n",
            "drweb\tVirus database timestamp: 2026-11-20 10:00:00",
        ),
        ("sentinelone/bin/sentinelctl", f"Agent state     Enabled\nSite {SECRET}\n", "sentinelone\tAgent state     Enabled"),
    ],
)
def test_products_speak_and_only_the_lines_that_are_understood_leave(run, room, program, text, row):
    target = room / "opt" / program
    target.parent.mkdir(parents=True)
    (room / "text").write_text(text, encoding="utf-8")
    target.write_text(f"#!/bin/sh\ncat {room}/text\n", encoding="ascii")
    target.chmod(0o755)

    def edit(script: str) -> str:
        return script.replace(" /opt/", f" {room}/opt/").replace('[ "$(id -u)" = 0 ] || return "$DENIED"\n  found', "found")

    section = run(edit=edit).by_name["products"]
    assert section.status is SectionStatus.OK
    assert set(section.body.decode().splitlines()) == {row}


def test_a_product_whose_tool_fails_says_so(run, room):
    target = room / "opt" / "drweb.com" / "bin" / "drweb-ctl"
    target.parent.mkdir(parents=True)
    target.write_text("#!/bin/sh\nexit 7\n", encoding="ascii")
    target.chmod(0o755)

    def edit(script: str) -> str:
        return script.replace(" /opt/", f" {room}/opt/").replace('[ "$(id -u)" = 0 ] || return "$DENIED"\n  found', "found")

    assert run(edit=edit).by_name["products"].body == b"drweb\tfailed\n"


HOSTILE = "\0" * 4_000 + "\n" + "minlen=" + "9" * 100_000 + "\n" + "deny=1\n" * 100_000


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_hostile_settings_stay_within_their_limit_and_time(run, room, shell):
    """A hundred thousand lines, NUL and a line of a hundred thousand digits: bounded, and the next section stands."""
    folder = room / "root" / "etc" / "security"
    folder.mkdir(parents=True)
    (folder / "faillock.conf").write_text(HOSTILE, encoding="ascii")
    (folder / "pwquality.conf").write_bytes(b"minlen = \xff\xfe\xed\xa0\x80\n")

    def edit(script: str) -> str:
        script = script.replace("s_apt_updates() {\n", 's_apt_updates() {\n  return "$ABSENT"\n', 1)
        return script.replace("/etc/security", f"{room / 'root'}/etc/security")

    capture = run(shell, edit=edit)
    section = capture.by_name["password-policy"]
    assert section.status in (SectionStatus.TRUNCATED, SectionStatus.TIMEOUT)
    assert len(section.body) <= 2_048
    assert b"set=pwquality\tminlen\tother" in section.body
    assert capture.by_name["sessions"].status is SectionStatus.OK


def test_the_table_of_last_logins_is_read_by_number(run, room):
    """Records of 292 bytes, the number of the account is the place; a table too short holds no login."""
    if platform.machine() != "x86_64":
        pytest.skip("the layout of the table is known for this processor only")
    (room / "root" / "var" / "log").mkdir(parents=True)
    (room / "root" / "etc").mkdir(parents=True)
    table = bytearray(292 * 3)
    struct.pack_into("<i", table, 292 * 2, 1_700_000_000)
    (room / "root" / "var" / "log" / "lastlog").write_bytes(bytes(table))
    passwd = "a:x:0:0::/:/bin/sh\nb:x:2:2::/:/bin/bash\nc:x:1:1::/:/usr/sbin/nologin\nd:x:70000:1::/:/bin/sh\n"
    (room / "root" / "etc" / "passwd").write_text(passwd, encoding="ascii")

    def edit(script: str) -> str:
        return script.replace("/var/log/lastlog", f"{room / 'root'}/var/log/lastlog").replace(
            "/etc/passwd", f"{room / 'root'}/etc/passwd"
        )

    os.utime(room / "root" / "var" / "log" / "lastlog", (1_700_000_001, 1_700_000_001))
    body = run(edit=edit).by_name["last-logins"].body.decode()
    kept = ["kind=lastlog", "written=1700000001"]
    assert [row.replace(" ", "") for row in body.splitlines()] == [*kept, "lastlog=0\t0", "lastlog=2\t1700000000"]


def test_homes_on_other_machines_are_left_alone(run, room):
    """Nothing below such a mount is touched; the account is named instead."""
    (room / "nha" / "gan" / ".ssh").mkdir(parents=True)
    (room / "nha" / "gan" / ".ssh" / "authorized_keys").write_text("ssh-ed25519 x\n", encoding="ascii")
    mounts, passwd = room / "mounts", room / "passwd"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\nauto.home /net/home autofs rw 0 0\nnas:/x /srv/x nfs4 rw 0 0\n", encoding="ascii")
    near = room / "nha" / "gan"
    lines = [
        f"gan:x:1:1::{near}:/bin/sh",
        "xa:x:2:2::/net/home/xa:/bin/sh",
        "nas:x:3:3::/srv/x:/bin/sh",
        "ten:x:4:4::/srv/xy:/bin/sh",
    ]
    passwd.write_text("\n".join(lines) + "\n", encoding="ascii")
    (room / "shadow").write_text("gan:*:1::::::\n", encoding="ascii")

    def edit(script: str) -> str:
        for old, new in (("/proc/self/mounts", mounts), ("/etc/passwd", passwd), ("/etc/shadow", room / "shadow")):
            script = script.replace(old, str(new))
        return script

    body = run(edit=edit).by_name["password-ages"].body.decode()
    assert body.splitlines() == ["key=gan", "far=xa", "far=nas", "looked=yes"]


def test_zones_that_let_traffic_in_leave_without_cards_and_senders(run, room):
    folder = room / "tools"
    folder.mkdir()
    rest = f'  icmp-block-inversion: no\n  services: {SECRET}\n  rich rules: \n\trule family="ipv4" drop\n\n'
    zones = f"block\n  target: %%REJECT%%\n  interfaces: \n  sources: \n{rest}"
    zones += f"docker (active)\n  target: ACCEPT\n  interfaces: docker0 br-0a1b\n  sources: \n{rest}"
    zones += f"open (active)\n  target: ACCEPT\n  interfaces: \n  sources: {SECRET}\n{rest}"
    zones += f"public (default, active)\n  target: default\n  interfaces: eth0\n  sources: \n{rest}"
    zones += f"trusted (active)\n  target: ACCEPT\n  interfaces: lo\n  sources: \n{rest}"
    answers = {"--get-default-zone": "public\n", "--list-all-zones": zones}
    cases = "".join(f"\"{arguments}\") printf '%s' '{text}' ;;\n" for arguments, text in answers.items())
    for name, body in (("firewall-cmd", f'case "$*" in\n{cases}*) exit 3 ;; esac\n'), ("id", "echo 0\n")):
        (folder / name).write_text(f"#!/bin/sh\n{body}", encoding="ascii")
        (folder / name).chmod(0o755)

    def edit(script):
        script = script.replace("s_apt_updates() {\n", QUICK, 1)
        return script.replace("PATH=/usr/local/sbin:", f"PATH={folder}:/usr/local/sbin:", 1)

    section = run(edit=edit).by_name["firewall-zones"]
    assert section.status is SectionStatus.OK
    assert section.body == b"zone=open ACCEPT\nzone=public default\nend=yes\n"
    unknown = run(edit=lambda script: edit(script).replace("default_zone=", "default_zone=x", 1)).by_name["firewall-zones"]
    assert unknown.status is SectionStatus.ERROR, "a default zone that is not listed proves nothing"


def test_files_of_zones_tell_which_are_open(sample):
    zone = '<?xml version="1.0" encoding="utf-8"?>\n<zone{}>\n  <short>{}</short>\n{}</zone>\n'
    files = {
        "etc/firewalld/zones/trusted.xml": zone.format("", SECRET, '  <interface name="eth1"/>\n'),
        "etc/firewalld/zones/inner.xml": zone.format(' target="ACCEPT"', SECRET, ""),
        "etc/firewalld/zones/public.xml": zone.format("", SECRET, '  <interface name="eth0"/>\n'),
    }
    _, body = sample("/etc/firewalld", files, "firewall")
    rows = [row for row in body.splitlines() if row.startswith("zone")]
    assert rows == ["zones=files", "zone-open=inner free", "zone-open=trusted bound"]
