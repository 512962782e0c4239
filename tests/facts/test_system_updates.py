"""dnf, yum, zypper and apk: what their answers prove, and what they do not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.facts import parse_facts
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason
from tests.facts.conftest import KNOWLEDGE, NOW, capture_of

DAY = 86_400
ROCKY = 'ID="rocky"\nVERSION_ID="9.4"\n'
REPOS = "looked=yes\nrepo\tbaseos\ton\t10.1.1.5\nrepo\tappstream\ton\t10.1.1.5\nrepo\tcrb\toff\t10.1.1.5\n"
UNITS = "sshd.service loaded active running\n"


def answer(*lines, tool="dnf", age=1, security="yes", repos=("baseos", "appstream")):
    rows = "".join(f"repo\t{name}\t{NOW - age * DAY}\t{security}\n" for name in repos)
    return f"tool={tool}\n{rows}" + "".join(f"{line}\n" for line in lines) + "end=yes\n"


@pytest.fixture
def rpm(posix):
    """Facts of an rpm system, parts of it replaced."""

    def facts(tool="dnf", holds="holds=read\n", **sections):
        given_sections = {
            "update_tool": f"manager={tool}\n{holds}",
            "os_release": ROCKY,
            "repositories": REPOS,
            "system_updates": answer(tool=tool),
            "update_automation": "looked=yes\n",
            "units": UNITS,
            "packages": f"manager=rpm\nbash\nnewest={NOW - 5 * DAY}\ncore=glibc {NOW - 9 * DAY}\n",
            **sections,
        }
        return posix(**given_sections)

    return facts


def value(facts, name):
    fact = facts["patch." + name]
    return fact.reason if isinstance(fact, Missing) else fact.value


ASKED = ("pending", "pending_security", "pending_security_names")


def test_zero_and_more_than_zero(rpm):
    assert [value(rpm(), name) for name in ASKED] == [0, 0, []]
    facts = rpm(system_updates=answer("update=a", "update=b", "security=a"))
    assert [value(facts, name) for name in ASKED] == [2, 1, ["a"]]


@pytest.mark.parametrize(
    ("age", "reason"), [(7, 0), (8, MissingReason.STALE), (-2, MissingReason.ERROR), (160_000, MissingReason.ERROR)]
)
def test_zero_needs_young_lists(rpm, age, reason):
    moment = NOW - age * DAY
    text = answer(age=age) if moment > 0 else answer().replace(str(NOW - DAY), str(moment))
    if moment <= 0:  # a file of 1601: no moment at all
        reason = MissingReason.ABSENT
    facts = rpm(system_updates=text)
    assert [value(facts, name) for name in ASKED[:2]] == [reason, reason]
    old = rpm(system_updates=text.replace("end=yes", "update=a\nsecurity=a\nend=yes"))
    assert [value(old, name) for name in ASKED] == [1, 1, ["a"]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (answer().replace(str(NOW - DAY), "absent"), MissingReason.ABSENT),
        (answer().replace(str(NOW - DAY), "denied"), MissingReason.DENIED),
        ("tool=zypper\ncache=denied\nend=yes\n", MissingReason.DENIED),
        ("tool=zypper\ncache=absent\nend=yes\n", MissingReason.ABSENT),
        (answer(repos=("baseos",)), MissingReason.ABSENT),
        (answer(repos=()), MissingReason.ABSENT),
    ],
)
def test_a_cache_that_is_not_there_is_no_zero(rpm, text, reason):
    fact = rpm(system_updates=text)["patch.pending"]
    assert fact.reason is reason
    assert fact.detail.startswith("no_cache: ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", MissingReason.ERROR),
        (answer().replace("end=yes\n", ""), MissingReason.ERROR),
        (SectionStatus.TIMEOUT, MissingReason.TIMEOUT),
        (SectionStatus.TRUNCATED, MissingReason.TRUNCATED),
        (SectionStatus.DENIED, MissingReason.DENIED),
    ],
)
def test_an_answer_without_its_end_is_none(rpm, text, reason):
    facts = rpm(system_updates=text)
    assert {value(facts, name) for name in (*ASKED, "metadata_age_days", "security_source")} == {reason}


def test_a_file_with_repositories_that_may_not_be_read_hides_a_zero(rpm):
    facts = rpm(repositories=REPOS + "denied=/etc/yum.repos.d/x.repo\n")
    assert value(facts, "pending") is value(facts, "pending_security") is MissingReason.DENIED
    assert value(rpm(repositories=SectionStatus.TRUNCATED), "pending") is MissingReason.TRUNCATED


@pytest.mark.parametrize(
    ("release", "security", "repos", "zero", "source"),
    [
        (ROCKY, "yes", ("baseos", "appstream"), 0, True),
        (ROCKY, "no", ("baseos", "appstream"), MissingReason.UNSUPPORTED, False),
        ("ID=centos\nVERSION_ID=7\n", "no", ("baseos", "appstream"), MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("ID=centos\nVERSION_ID=7\n", "yes", ("baseos", "appstream"), MissingReason.UNSUPPORTED, True),
        ("ID=opensuse-tumbleweed\n", "yes", ("baseos", "appstream"), MissingReason.UNSUPPORTED, True),
    ],
)
def test_no_security_metadata_is_a_reason_not_a_zero(rpm, release, security, repos, zero, source):
    facts = rpm(os_release=release, system_updates=answer(security=security, repos=repos))
    assert value(facts, "pending") == 0
    assert value(facts, "pending_security") == zero
    assert value(facts, "security_source") == source


OFF = "looked=yes\nrepo\trepo-oss\ton\tcdn.opensuse.org\nrepo\trepo-update\toff\tcdn.opensuse.org\n"
LEFT = f"tool=zypper\nrepo\trepo-oss\t{NOW - DAY}\tno\nrepo\trepo-update\t{NOW - 99 * DAY}\tyes\nend=yes\n"


@pytest.mark.parametrize("tool", ["zypper", "yum", "dnf5"])
def test_a_cache_that_a_repository_left_behind_is_no_source(rpm, tool):
    """Its notices reach nobody: neither a source nor a zero, and its age is not that of the lists in use."""
    sections = {"os_release": "ID=opensuse-leap\nVERSION_ID=15.6\n", "system_updates": LEFT.replace("zypper", tool)}
    facts = rpm(tool, repositories=OFF, **sections)
    assert value(facts, "security_source") is False
    assert value(facts, "pending_security") is MissingReason.UNSUPPORTED
    assert value(facts, "metadata_age_days") == 1
    used = rpm(tool, repositories=OFF.replace("\toff\t", "\ton\t"), **sections)
    assert value(used, "security_source") is True
    assert value(used, "metadata_age_days") == 99
    hidden = rpm(tool, repositories=OFF + "denied=/etc/zypp/repos.d/x.repo\n", **sections)
    assert value(hidden, "security_source") is MissingReason.DENIED
    unread = rpm(tool, repositories=SectionStatus.TIMEOUT, **sections)
    assert value(unread, "security_source") is MissingReason.TIMEOUT


def test_notices_of_a_foreign_repository_prove_no_zero(rpm):
    text = answer(security="no").replace("end=yes", f"repo\tepel\t{NOW - DAY}\tyes\nend=yes")
    repos = REPOS + "repo\tepel\ton\tmirrors.fedoraproject.org\n"
    facts = rpm(system_updates=text, repositories=repos)
    assert value(facts, "pending_security") is MissingReason.UNSUPPORTED
    found = rpm(system_updates=text.replace("end=yes", "security=x\nend=yes"), repositories=repos)
    assert value(found, "pending_security_names") == ["x"]


def test_yum_without_the_plugin_for_notices(rpm):
    facts = rpm("yum", system_updates=answer("notices=none", tool="yum"))
    assert value(facts, "pending") == 0
    assert value(facts, "pending_security") is MissingReason.UNSUPPORTED


def test_patches_of_suse_count_by_their_names(rpm):
    text = answer("security=SUSE-2026-1", "notice=SUSE-2026-2", "update=a", "update=b", tool="zypper")
    facts = rpm("zypper", os_release="ID=sles\nVERSION_ID=15.5\n", system_updates=text)
    assert [value(facts, name) for name in ASKED] == [2, 1, ["SUSE-2026-1"]]
    only = rpm("zypper", system_updates=answer("notice=SUSE-2026-2", tool="zypper"))
    assert value(only, "pending") == 1


ALPINE = {
    "update_tool": "manager=apk\nholds=read\nhold=nginx\n",
    "os_release": "ID=alpine\nVERSION_ID=3.20.3\n",
    "repositories": "looked=yes\nrepo\tv3.20/main\ton\tdl-cdn.alpinelinux.org\n",
    "packages": "manager=apk\nbusybox\n",
    "update_automation": "looked=yes\n",
}


def test_apk_knows_updates_but_not_which_are_for_security(posix):
    text = answer("looked=yes", "update=busybox", tool="apk", repos=("APKINDEX.1.tar.gz",), security="no")
    facts = posix(**ALPINE, system_updates=text)
    assert value(facts, "pending") == 1
    assert value(facts, "pending_security") is MissingReason.UNSUPPORTED
    assert value(facts, "security_source") is True
    assert value(facts, "held") == ["nginx"]
    assert value(facts, "last_installed_age_days") is MissingReason.UNSUPPORTED
    none = posix(**ALPINE, system_updates=answer("looked=yes", tool="apk", repos=(), security="no"))
    assert value(none, "pending") is MissingReason.ABSENT
    other = {**ALPINE, "repositories": ALPINE["repositories"].replace("v3.20", "v3.17")}
    assert value(posix(**other, system_updates=text), "security_source") is False


@pytest.mark.parametrize(
    ("units", "file", "value_"),
    [
        ("dnf-automatic-install.timer", "", True),
        ("dnf-automatic.timer", "file /etc/dnf/automatic.conf\n| apply_updates = yes\n", True),
        ("dnf-automatic.timer", "file /etc/dnf/automatic.conf\n| apply_updates = no\n", False),
        ("dnf-automatic.timer", "", False),
        ("dnf-automatic-download.timer", "file /etc/dnf/automatic.conf\n| apply_updates = yes\n", False),
        ("yum-cron.service", "file /etc/yum/yum-cron.conf\n| apply_updates = yes\n", True),
        ("yum-cron.service", "file /etc/dnf/automatic.conf\n| apply_updates = yes\n", False),
        ("x.timer", "file /etc/dnf/automatic.conf\n| apply_updates = yes\n", False),
        ("os-update.timer", "", True),
        ("os-update.timer", "file /etc/os-update.conf\n| UPDATE_CMD=none\n", False),
        ("transactional-update.timer", "", True),
        ("x.timer", 'file /etc/sysconfig/automatic_online_update\n| AOU_ENABLE_CRONJOB="true"\n', MissingReason.UNSUPPORTED),
        ("dnf-automatic.timer", "denied /etc/dnf/automatic.conf\n", MissingReason.DENIED),
    ],
)
def test_updates_that_install_themselves(rpm, units, file, value_):
    facts = rpm(units=UNITS + f"{units} loaded active waiting\n", update_automation="looked=yes\n" + file)
    assert value(facts, "automatic") == value_
    asleep = rpm(units=UNITS + f"{units} loaded inactive dead\n", update_automation="looked=yes\n" + file)
    assert value(asleep, "automatic") is not True


def test_another_way_of_updating_is_not_called_off(rpm):
    assert value(rpm(packages="manager=rpm\nPackageKit\n"), "automatic") is MissingReason.UNSUPPORTED
    assert value(rpm(packages=SectionStatus.TRUNCATED), "automatic") is MissingReason.TRUNCATED
    assert value(rpm(units=SectionStatus.UNSUPPORTED), "automatic") is MissingReason.UNSUPPORTED


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("locked=bash-0:5.1.8-6.el9_1.*\n", ["bash"]),
        ("locked=0:kernel-core-4.2.46-34.el7.*\n", ["kernel-core"]),
        ("locked=odd\nhold=lib*\n", ["lib*", "odd"]),
        ("excluded=kernel* mysql,php\n", ["kernel*", "mysql", "php"]),
        ("", []),
    ],
)
def test_what_is_held(rpm, lines, names):
    assert value(rpm(holds="holds=read\n" + lines), "held") == names


def test_a_lock_file_that_may_not_be_read(rpm):
    assert value(rpm(holds="holds=read\nholds=denied\n"), "held") is MissingReason.DENIED
    assert value(rpm(holds=""), "held") is MissingReason.ERROR


KERNEL = "system=Linux\nrelease={0}\nimage=vmlinuz-5.14.0-1.el9.x86_64\nimage=vmlinuz-5.14.0-2.el9.x86_64\n"
OLD, NEW = KERNEL.format("5.14.0-1.el9.x86_64"), KERNEL.format("5.14.0-2.el9.x86_64")
BOOT = f"looked=yes\nboot={NOW - 20 * DAY}\n"
IMAGES = f"kernel={NOW - 90 * DAY} /boot/vmlinuz-5.14.0-1.el9.x86_64\nkernel={NOW - 12 * DAY} /boot/vmlinuz-5.14.0-2.el9.x86_64\n"
CORE = "manager=rpm\nbash\n" + f"newest={NOW}\n"


@pytest.mark.parametrize(
    ("kernel", "restart", "packages", "required", "current", "waiting"),
    [
        (NEW, BOOT + IMAGES, CORE + f"core=glibc {NOW - 30 * DAY}\n", False, True, 0),
        (NEW, BOOT + IMAGES, CORE + f"core=glibc {NOW - 3 * DAY}\n", True, True, 3),
        (OLD, BOOT + IMAGES, CORE + f"core=glibc {NOW - 30 * DAY}\n", True, False, 12),
        (OLD, BOOT + IMAGES, CORE + f"core=glibc {NOW - 15 * DAY}\n", True, False, 15),
        (NEW, BOOT + f"marker=/run/reboot-needed\nsince={NOW - 4 * DAY}\n", CORE, True, True, 4),
        (OLD, BOOT, CORE, True, False, MissingReason.ABSENT),
        (NEW, "looked=yes\n", CORE, MissingReason.ABSENT, True, MissingReason.ABSENT),
        (NEW, BOOT, SectionStatus.TIMEOUT, MissingReason.TIMEOUT, True, MissingReason.TIMEOUT),
        (OLD, BOOT + IMAGES, SectionStatus.TIMEOUT, True, False, MissingReason.TIMEOUT),
        (NEW + "container=/run/.containerenv\n", BOOT, CORE, *[MissingReason.UNSUPPORTED] * 3),
        (OLD, BOOT + IMAGES.replace(str(NOW - 12 * DAY), str(NOW + 12 * DAY)), CORE, True, False, MissingReason.ERROR),
    ],
)
def test_kernels_and_waiting_restarts(rpm, kernel, restart, packages, required, current, waiting):
    facts = rpm(kernel=kernel, restart=restart, packages=packages)
    assert [value(facts, name) for name in ("reboot_required", "kernel_current", "restart_waiting_days")] == [
        required,
        current,
        waiting,
    ]


def test_kernels_of_another_kind_are_not_compared(rpm):
    uek = "release=4.18.0-553.el8.x86_64\nimage=vmlinuz-4.18.0-553.el8.x86_64\nimage=vmlinuz-5.15.0-206.el8uek.x86_64\n"
    assert value(rpm(kernel=uek, restart=BOOT), "kernel_current") is True
    debug = "release=5.14.0-1.el9.x86_64\nimage=vmlinuz-5.14.0-1.el9.x86_64\nimage=vmlinuz-5.14.0-9.el9.x86_64+debug\n"
    assert value(rpm(kernel=debug, restart=BOOT), "kernel_current") is True


@pytest.mark.parametrize(
    ("hosts", "central"),
    [
        ("10.1.1.5", True),
        ("127.20.250.5:8080", True),
        ("satellite", True),
        ("capnhat.tinh.gov.vn", True),
        ("cdn.redhat.com", False),
        ("10.1.1.5 mirrors.rockylinux.org", False),
        ("notredhat.com", MissingReason.UNSUPPORTED),
        ("192.168.5.9", True),
        (".".join("9999"), MissingReason.UNSUPPORTED),
        ("mirror.example.org", MissingReason.UNSUPPORTED),
        ("local", MissingReason.UNSUPPORTED),
        ("$server", MissingReason.UNSUPPORTED),
        ("", MissingReason.UNSUPPORTED),
    ],
)
def test_whose_servers_the_updates_come_from(rpm, hosts, central):
    assert value(rpm(repositories=f"looked=yes\nrepo\tbaseos\ton\t{hosts}\n"), "central_source") == central


def test_a_hidden_source_leaves_the_servers_open_unless_a_vendor_is_seen(rpm):
    hidden = "denied=/etc/yum.repos.d/x.repo\n"
    assert value(rpm(repositories=REPOS + hidden), "central_source") is MissingReason.DENIED
    vendor = REPOS.replace("appstream\ton\t10.1.1.5", "appstream\ton\tcdn.redhat.com")
    assert value(rpm(repositories=vendor + hidden), "central_source") is False


@pytest.mark.parametrize(
    ("repo", "bought"),
    [
        ("rhel-7-server-els-rpms", True),
        ("SLES15-SP3-LTSS-Updates", True),
        ("centos7els", False),
        ("baseos", False),
        ("nels-on", False),
    ],
)
def test_bought_support_by_its_repository(rpm, repo, bought):
    facts = rpm(repositories=f"looked=yes\nrepo\t{repo}\ton\tcdn.redhat.com\n")
    assert facts["os.extended_support"] == Known(bought, "repositories")
    off = rpm(repositories=f"looked=yes\nrepo\t{repo}\toff\tcdn.redhat.com\n")
    assert off["os.extended_support"].value is False
    hidden = rpm(repositories="looked=yes\nrepo\tbaseos\ton\tx.redhat.com\ndenied=/etc/yum.repos.d/x.repo\n")
    assert hidden["os.extended_support"].reason is MissingReason.DENIED


def test_a_tool_that_is_not_read_is_said_to_be_so(posix):
    facts = posix(update_tool="manager=other\n", os_release="ID=arch\n", units=UNITS)
    for name in (*ASKED, "metadata_age_days", "security_source", "automatic", "manager", "held", "central_source"):
        assert value(facts, name) is MissingReason.UNSUPPORTED, name


def test_an_unread_tool_is_no_other_tool(rpm):
    """When which tool it is was not learnt, nothing of the machine's updates is claimed."""
    facts = rpm(update_tool=SectionStatus.TIMEOUT)
    for name in (*ASKED, "metadata_age_days", "security_source", "automatic", "manager", "held"):
        assert value(facts, name) is MissingReason.TIMEOUT, name


ROWS = st.sampled_from(
    [
        "tool=dnf",
        "end=yes",
        "update=a",
        "security=a",
        "security=",
        "update=\ufffd\u202e",
        "notice=x",
        "cache=denied",
        "notices=none",
        "repo\tbaseos\t1\tyes",
        f"repo\tappstream\t{NOW}\tyes",
        f"repo\tbaseos\t{NOW + 10**9}\tno",
        "repo\tbaseos\t-11644473600\tyes",
        "repo\t\t\t",
        "repo\tx\t99999999999999999999\tyes",
        "##SECAUDIT 0 end system-updates ok 0 1",
        "x" * 2_000,
    ]
)


@settings(deadline=None, max_examples=200)
@given(lines=st.lists(ROWS | st.text(max_size=30), max_size=25), noise=st.binary(max_size=40))
def test_any_answer_gives_a_value_only_with_its_end(lines, noise):
    body = "\n".join(lines).encode("utf-8", "surrogatepass") + b"\n" + noise
    sections = {
        "clock": f"now={NOW}\n",
        "update_tool": "manager=dnf\nholds=read\n",
        "os_release": ROCKY,
        "repositories": REPOS,
        "system_updates": body,
    }
    facts = parse_facts(capture_of("posix", **sections), KNOWLEDGE, datetime.fromtimestamp(NOW, UTC))
    ended = b"end=yes" in body.split(b"\n")
    for name in ASKED:
        fact = facts["patch." + name]
        assert ended or not isinstance(fact, Known)
        assert not isinstance(fact, Missing) or not fact.detail.startswith("the parser failed")
    assert not str(facts["patch.metadata_age_days"]).startswith("the parser failed")


@pytest.mark.parametrize("count", [5_000, 15_000])
def test_thousands_of_packages(rpm, count):
    text = answer(*(f"update=p{number}" for number in range(count)), "security=p1")
    facts = rpm(system_updates=text)
    assert value(facts, "pending") == count
    assert value(facts, "pending_security_names") == ["p1"]


def test_more_rows_than_are_looked_at_end_nowhere(rpm):
    assert value(rpm(system_updates=answer(*(f"update=p{number}" for number in range(30_000)))), "pending") is MissingReason.ERROR


@pytest.mark.parametrize(
    "piece",
    [b"x" * 1_000_000, b"repo\tb\t1\tyes\n" * 80_000, b"update=-:" * 100_000, b"\0\xff\xed\xa0\x80\n" * 90_000, b"a-" * 400_000],
)
@pytest.mark.parametrize("tool", ["dnf", "zypper", "apk", "apt"])
def test_megabytes_in_every_section(posix, tool, piece):
    body = b"looked=yes\nholds=read\nmanager=" + tool.encode() + b"\nlocked=" + piece + b"\nend=yes\n"
    names = (
        "update_tool",
        "system_updates",
        "repositories",
        "update_automation",
        "apt_updates",
        "apt_extended",
        "apt_sources",
        "restart",
    )
    facts = posix(**dict.fromkeys(names, body), packages=body, units=UNITS, os_release=ROCKY)
    for name in (*ASKED, "held", "phased", "central_source", "automatic", "reboot_reasons", "restart_waiting_days"):
        fact = facts["patch." + name]
        assert not isinstance(fact, Missing) or not fact.detail.startswith("the parser failed"), (name, fact)
