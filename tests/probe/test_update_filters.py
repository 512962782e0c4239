"""What leaves a machine of yum, dnf5, zypper or apk: its files are samples, its tools programs of ours."""

import os

import pytest

from secaudit.model.capture import SectionStatus

SECRET = "bi-mat-khong-roi-may"
PREFIXES = (
    "/etc/yum",
    "/etc/dnf",
    "/etc/zypp",
    "/etc/apk",
    "/etc/os-update",
    "/etc/sysconfig",
    "/var/cache/yum",
    "/var/cache/libdnf5",
    "/var/cache/apk",
)
REPOMD = '<repomd><data type="primary"/>{}</repomd>\n'
NOTICED = REPOMD.format('<data type="updateinfo"/>')
PLAIN = REPOMD.format("")


@pytest.fixture
def machine(run, room):
    """One section of a machine with this tool, these files and these programs (arguments -> text and exit code)."""

    def go(tool, name, files=(), user="0", **programs):
        files = dict(files)
        for path, text in files.items():
            target = room / "root" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            os.utime(target, (1_795_000_000, 1_795_000_000))
        folder = room / "tools"
        folder.mkdir(exist_ok=True)
        for program, answers in {**programs, "id": {"-u": (f"{user}\n", 0)}}.items():
            cases = ""
            for number, (arguments, (text, code)) in enumerate(answers.items()):
                (folder / f"{program}.{number}").write_text(text, encoding="utf-8")
                cases += f'"{arguments}") cat "{folder}/{program}.{number}"; exit {code} ;;\n'
            (folder / program).write_text(f'#!/bin/sh\ncase "$*" in\n{cases}*) exit 3 ;; esac\n', encoding="ascii")
            (folder / program).chmod(0o755)

        def edit(script):
            script = script.replace("s_apt_updates() {\n", 's_apt_updates() {\n  return "$ABSENT"\n', 1)
            for real in ("dnf_updates", "zypper_updates"):  # these are asked themselves, in tests/lab_hosts
                script = script.replace(f"{real}() {{\n", f'{real}() {{\n  return "$UNSUPPORTED"\n', 1)
            script = script.replace("\nupdate_tool() {\n", f"\nupdate_tool() {{\n  echo {tool}\n  return\n", 1)
            script = script.replace("PATH=/usr/local/sbin:", f"PATH={folder}:/usr/local/sbin:", 1)
            for prefix in PREFIXES:
                script = script.replace(f" {prefix}", f" {room}/root{prefix}")
            path = "/etc/apt/pref"
            return script.replace(f"d={path}", f"d={room}/root{path}")

        section = run(edit=edit).by_name[name]
        assert SECRET.encode() not in section.body
        return section.status, section.body.decode().replace(f"{room}/root", "")

    return go


def test_of_repositories_only_names_and_hosts_leave(machine):
    text = f"""# [gone]
[main]
proxy=http://u:{SECRET}@127.0.0.1:3128
[base]
name=Base
baseurl=https://user:{SECRET}@capnhat.example:8443/{SECRET}/os?token={SECRET}
    http://127.0.0.1/{SECRET}/os
enabled = 1
password={SECRET}
[updates]
mirrorlist=https://mirrors.example/?release=9&key={SECRET}
[off]
metalink=https://meta.example/{SECRET}
enabled=0
[disc]
baseurl=file:///media/{SECRET}
"""
    status, body = machine("dnf", "repositories", {"etc/yum.repos.d/x.repo": text})
    assert status is SectionStatus.OK
    assert body == (
        "looked=yes\nrepo\tbase\ton\tcapnhat.example:8443 127.0.0.1\nrepo\tupdates\ton\tmirrors.example\n"
        "repo\toff\toff\tmeta.example\nrepo\tdisc\ton\tlocal\n"
    )
    _, body = machine("zypper", "repositories", {"etc/zypp/repos.d/y.repo": text})
    assert "repo\tbase\ton\tcapnhat.example:8443 127.0.0.1\n" in body


def test_repositories_of_apk(machine):
    text = f"# http://old/v3/main\nhttps://u:{SECRET}@dl.example/alpine/v3.20/main\n@edge http://dl.example/alpine/edge/testing\n/media/cdrom/apks\n"
    status, body = machine("apk", "repositories", {"etc/apk/repositories": text})
    assert status is SectionStatus.OK
    assert (
        body == "looked=yes\nrepo\tv3.20/main\ton\tdl.example\nrepo\tedge/testing\ton\tdl.example\nrepo\tcdrom/apks\ton\tlocal\n"
    )


@pytest.mark.parametrize(
    ("tool", "files", "lines"),
    [
        (
            "apk",
            {"etc/apk/world": "alpine-base\nnginx=1.26.2-r0\nphp<9\ncurl~8\nssl@edge\n"},
            "hold=nginx\nhold=php\nhold=curl\n",
        ),
        (
            "yum",
            {"etc/yum/pluginconf.d/versionlock.list": "# x\n0:bash-4.2.46-34.el7.*\n!0:no-1-1.*\n"},
            "locked=0:bash-4.2.46-34.el7.*\n",
        ),
        ("yum", {"etc/yum.conf": f"[main]\nexclude=kernel* php\nproxy_password={SECRET}\n"}, "excluded=kernel* php\n"),
        ("dnf", {"etc/dnf/dnf.conf": "[main]\nexcludepkgs = nginx\n"}, "excluded=nginx\n"),
        (
            "yum",
            {
                "etc/yum.repos.d/a.repo": f"[a]\nexclude = kernel*,php\n  nginx\npassword={SECRET}\nenabled=1\n"
                "[b]\nexcludepkgs=curl\n",
                "etc/yum.repos.d/b.repo": "[off]\nexclude=bash\nenabled=0\n[on]\nbaseurl=http://h/\n",
            },
            "excluded=kernel*,php nginx\nexcluded=curl\n",
        ),
        ("dnf", {"etc/yum.repos.d/a.repo": "[a]\nexcludepkgs=nginx\n"}, "excluded=nginx\n"),
        ("dnf5", {"etc/yum.repos.d/a.repo": "[a]\nexcludepkgs=nginx\n"}, "excluded=nginx\n"),
        ("dnf5", {"etc/dnf/versionlock.toml": 'version = "1.0"\n[[packages]]\nname = "bash"\n'}, "hold=bash\n"),
        (
            "zypper",
            {"etc/zypp/locks": "\ntype: package\nmatch_type: glob\nsolvable_name: kernel-default\n"},
            "hold=kernel-default\n",
        ),
        ("dnf", {}, ""),
    ],
)
def test_what_is_held(machine, tool, files, lines):
    assert machine(tool, "update-tool", files) == (SectionStatus.OK, f"manager={tool}\nholds=read\n{lines}")


PINS = f"""Explanation: {SECRET}
# comment
Package: nginx nginx-core
 libnginx*
Pin: version 1.22*
Pin-Priority: 1001

Package: curl
Pin: release a=bookworm-security
Pin-Priority: -10

Package: vim
Pin: release a=bookworm-backports
Pin-Priority: 990

Package: *
Pin: origin "{SECRET}"
Pin-Priority: 1001
"""


def test_pins_of_apt_that_keep_packages_where_they_are(machine):
    files = {
        "etc/apt/preferences": PINS,
        "etc/apt/preferences.d/a.pref": "Package: php\nPin: version 8*\nPin-Priority: 1000\n",
        "etc/apt/preferences.d/b": "Package: bash\r\nPin: version 5*\r\nPin-Priority: -1\r\n",
        "etc/apt/preferences.d/old.bak": "Package: no\nPin: version 8*\nPin-Priority: 1000\n",
        "etc/apt/preferences.d/ubuntu-pro-esm-apps": "Package: ros\nPin: release o=x\nPin-Priority: -32768\n",
    }
    rows = "".join(f"hold={name}\n" for name in ("nginx", "nginx-core", "libnginx*", "curl", "php", "bash"))
    assert machine("apt", "update-tool", files) == (SectionStatus.OK, f"manager=apt\nholds=packages\n{rows}")


def test_settings_of_automatic_updates(machine):
    files = {
        "etc/dnf/automatic.conf": f"[commands]\nupgrade_type = security\napply_updates = yes\n[email]\npassword = {SECRET}\n",
        "etc/yum/yum-cron.conf": "[commands]\nupdate_cmd = default\napply_updates = no\n",
        "etc/sysconfig/automatic_online_update": 'AOU_ENABLE_CRONJOB="true"\n',
    }
    _, body = machine("dnf", "update-automation", files)
    lines = body.splitlines()
    assert lines[0] == "looked=yes"
    assert "| upgrade_type = security" in lines
    assert "| apply_updates = yes" in lines
    assert '| AOU_ENABLE_CRONJOB="true"' in lines


CACHE = {
    "var/cache/yum/x86_64/7/base/repomd.xml": PLAIN,
    "var/cache/yum/x86_64/7/updates/repomd.xml": NOTICED,
}
REPO_ROWS = "repo\tbase\t1795000000\tno\nrepo\tupdates\t1795000000\tyes\n"
CHECK = """
bash.x86_64                     4.2.46-35.el7_9           updates
a-package-with-quite-a-long-name.noarch
                                1:2.0-1.el7               updates
NetworkManager.x86_64           1:1.18.8-2.el7_9          updates
Obsoleting Packages
grub2.x86_64                    1:2.02-0.87.el7_9         updates
    grub2-tools.x86_64          1:2.02-0.86.el7           @base
"""
NOTICES = """RHSA-2026:0001 Important/Sec. bash-4.2.46-35.el7_9.x86_64
RHSA-2026:0002 Moderate/Sec.  a-package-with-quite-a-long-name-1:2.0-1.el7.noarch
RHBA-2026:0003 bugfix         NetworkManager-1:1.18.8-2.el7_9.x86_64
"""
ALL = "-q -C --disableexcludes=all"
YUM = {f"{ALL} check-update": (CHECK, 100), f"{ALL} updateinfo list security": (NOTICES, 0)}


def test_what_yum_says(machine):
    status, body = machine("yum", "system-updates", CACHE, yum=YUM)
    assert status is SectionStatus.OK
    assert body == (
        f"tool=yum\n{REPO_ROWS}update=bash\nupdate=a-package-with-quite-a-long-name\nupdate=NetworkManager\n"
        "security=bash\nsecurity=a-package-with-quite-a-long-name\nend=yes\n"
    )


def test_yum_that_knows_no_notices_and_yum_that_fails(machine):
    answers = {f"{ALL} check-update": ("", 0), f"{ALL} updateinfo list security": ("No such command\n", 1)}
    assert machine("yum", "system-updates", CACHE, yum=answers) == (
        SectionStatus.OK,
        f"tool=yum\n{REPO_ROWS}notices=none\nend=yes\n",
    )
    status, body = machine("yum", "system-updates", CACHE, yum={**answers, f"{ALL} check-update": ("Error\n", 1)})
    assert status is SectionStatus.ERROR
    assert "end=yes" not in body


def test_yum_without_a_cache_is_not_asked(machine):
    assert machine("yum", "system-updates") == (SectionStatus.OK, "tool=yum\ncache=absent\nend=yes\n")


ADVISORIES = """Name                   Type     Severity   Package                 Issued
FEDORA-2026-aaaaaaaaaa security Important  curl-8.6.0-10.fc40.x86_64 2026-10-01 00:00:00
"""
DNF5 = {
    "-q -C --setopt=disable_excludes=* check-update": ("curl.x86_64     8.6.0-10.fc40     updates\n", 100),
    "-q -C --setopt=disable_excludes=* advisory list --security": (ADVISORIES, 0),
}


def test_what_dnf5_says(machine):
    files = {"var/cache/libdnf5/updates-0123456789abcdef/repodata/repomd.xml": NOTICED}
    status, body = machine("dnf5", "system-updates", files, dnf5=DNF5)
    assert status is SectionStatus.OK
    assert body == "tool=dnf5\nrepo\tupdates\t1795000000\tyes\nupdate=curl\nsecurity=curl\nend=yes\n"


def test_an_account_without_lists_of_its_own_is_not_made_to_have_some(machine):
    files = {"var/cache/libdnf5/updates-0123456789abcdef/repodata/repomd.xml": NOTICED}
    body = "tool=dnf5\ncache=denied\nend=yes\n"
    assert machine("dnf5", "system-updates", files, user="1000", dnf5=DNF5) == (SectionStatus.OK, body)


def test_what_apk_says(machine):
    text = "Installed:                                Available:\n"
    text += "busybox-1.36.1-r28                        < 1.36.1-r29\nlibcrypto3-3.3.1-r0       < 3.3.2-r1\n"
    text += "linux-lts-6.6.58-r0   = 6.6.58-r0\n"
    files = {"var/cache/apk/APKINDEX.5e1c4a20.tar.gz": "x"}
    status, body = machine("apk", "system-updates", files, apk={"--no-network version -l <": (text, 0)})
    assert status is SectionStatus.OK
    row = "repo\tAPKINDEX.5e1c4a20.tar.gz\t1795000000\tno\n"
    assert body == f"tool=apk\n{row}looked=yes\nupdate=busybox\nupdate=libcrypto3\nend=yes\n"
    status, body = machine("apk", "system-updates", files, apk={"--no-network version -l <": ("ERROR\n", 1)})
    assert status is SectionStatus.ERROR
    assert "end=yes" not in body
