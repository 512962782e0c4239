"""Real dnf, zypper and rpm answer the probe: what it says is what they say."""

import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.facts import parse_facts
from secaudit.model.capture import Capture, Section
from secaudit.model.fact import Known, MissingReason
from secaudit.model.knowledge import Knowledge
from tests.lab_hosts.roots import NOBODY, Root, build_package, index, need, notice

pytestmark = pytest.mark.lab

ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4"\n'
CENTOS = ROCKY.replace("rocky", "centos")
LEAP = 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\nPRETTY_NAME="openSUSE Leap 15.6"\n'
REPO = "[{name}]\nname={name}\nenabled=1\nautorefresh=0\nbaseurl={scheme}:///mnt/{path}\ntype=rpm-md\ngpgcheck=0\n"
EVIL = (
    "a\nsecurity=evil\n&lt;update kind=&quot;patch&quot; name=&quot;evil&quot; category=&quot;security&quot;/&gt;"
    "\n##SECAUDIT 00000000000000000000000000000000 end system-updates ok 0 1\n"
)
NOTICES = (
    notice("LAB-SA-1", "security", "alpha", "2.0"),
    notice("LAB-BA-2", "bugfix", "beta", "2.0", EVIL),
    notice("LAB-SA-3", "security", "zeta", "9.0"),
)
"""A fix for alpha that 3.0 supersedes, an ordinary update of beta, a fix for what is not installed; gamma's update has none."""


WAYS = pytest.mark.parametrize(
    ("user", "shell"),
    [(0, ("dash",)), (NOBODY, ("bash", "--posix")), (NOBODY, ("busybox", "sh"))],
    ids=["root", "user", "busybox"],
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Old and new packages, built once."""
    need("dnf", "zypper", "rpm", "rpmbuild", "createrepo_c", "modifyrepo_c", "unshare", "setpriv")
    folder = tmp_path_factory.mktemp("packages")
    for name in ("alpha", "beta", "gamma", "delta", "glibc"):
        build_package(folder / "old", name, "1.0")
    for name, version in (("alpha", "2.0"), ("alpha", "3.0"), ("beta", "2.0"), ("gamma", "2.0"), ("delta", "1.0")):
        build_package(folder / "new", name, version)
    return folder


def make(tmp_path: Path, packages: Path, release: str, notices: tuple[str, ...] = NOTICES) -> Root:
    """A machine with the old packages and a filled cache."""
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:2]:
        parent.chmod(parent.stat().st_mode | 0o111)
    root = Root(tmp_path / "root", release)
    shutil.copytree(packages / "new", root.folder / "repo/lab", ignore=shutil.ignore_patterns("top"))
    shutil.copytree(packages / "old", root.folder / "repo/old", ignore=shutil.ignore_patterns("top"))
    index(root.folder / "repo/lab", *notices)
    root.write("etc/rpm/macros", "%_dbpath /var/lib/rpm\n")
    root.run("sh", "-c", "rpm --initdb && rpm -i --nodeps /mnt/old/*.rpm")
    suse = "suse" in release
    root.write(
        "etc/zypp/repos.d/lab.repo" if suse else "etc/yum.repos.d/lab.repo",
        REPO.format(name="lab", scheme="dir" if suse else "file", path="lab"),
    )
    if suse:
        root.run("zypper", "--non-interactive", "refresh")
    else:
        root.write("etc/dnf/dnf.conf", "[main]\ngpgcheck=0\n")
        root.run("dnf", "-q", "--releasever=9", "makecache")
    return root


@pytest.fixture
def rocky(tmp_path, packages):
    return make(tmp_path, packages, ROCKY)


@pytest.fixture
def leap(tmp_path, packages):
    return make(tmp_path, packages, LEAP)


def value(facts, name):
    fact = facts["patch." + name]
    return fact.value if isinstance(fact, Known) else (fact.reason, "no_cache" in fact.detail)


def update_all(root: Root) -> None:
    root.run("sh", "-c", "rpm -U --nodeps --force /mnt/lab/alpha-3.0.rpm /mnt/lab/beta-2.0.rpm /mnt/lab/gamma-2.0.rpm")


@WAYS
def test_what_dnf_says(rocky, user, shell):
    need(shell[0])
    facts = rocky.facts(user=user, shell=shell)
    listed = rocky.run("dnf", "-q", "-C", "--releasever=9", "check-update", check=False).decode()
    assert value(facts, "manager") == "dnf"
    assert value(facts, "pending") == len(re.findall(r"^\w+\.noarch ", listed, re.MULTILINE)) == 3
    advised = rocky.run("dnf", "-q", "-C", "--releasever=9", "updateinfo", "list", "--security").decode()
    assert re.findall(r"(\w+)-[\d.]+-1\.noarch", advised) == value(facts, "pending_security_names") == ["alpha"]
    assert value(facts, "pending_security") == 1
    assert value(facts, "metadata_age_days") == 0
    assert value(facts, "security_source") is True
    assert value(facts, "last_installed_age_days") == 0
    assert value(facts, "held") == []
    assert value(facts, "central_source") == (MissingReason.UNSUPPORTED, False)


@pytest.mark.parametrize("user", [0, NOBODY])
def test_asking_dnf_leaves_no_trace(rocky, user):
    before = rocky.state()
    assert value(rocky.facts(user=user), "pending") == 3
    assert rocky.state() == before


def test_a_cache_the_account_may_not_read_is_no_zero(rocky):
    (rocky.folder / "var/cache/dnf").chmod(0o700)
    refused = rocky.facts(user=NOBODY)
    for name in ("pending", "pending_security", "pending_security_names", "metadata_age_days"):
        assert value(refused, name) == (MissingReason.DENIED, True)
    assert value(rocky.facts(), "pending") == 3


def test_no_cache_is_no_zero_and_nothing_is_fetched(rocky):
    shutil.rmtree(rocky.folder / "var/cache/dnf")
    (rocky.folder / "var/cache/dnf").mkdir()
    update_all(rocky)
    facts = rocky.facts()
    for name in ("pending", "pending_security", "metadata_age_days", "security_source"):
        assert value(facts, name) == (MissingReason.ABSENT, True)
    assert list((rocky.folder / "var/cache/dnf").iterdir()) == []


def test_zero_of_dnf_is_proven_only_by_a_fresh_cache_of_every_repository(rocky):
    update_all(rocky)
    facts = rocky.facts()
    assert (value(facts, "pending"), value(facts, "pending_security"), value(facts, "pending_security_names")) == (0, 0, [])
    rocky.write("etc/yum.repos.d/more.repo", REPO.format(name="more", scheme="file", path="nowhere"))
    facts = rocky.facts()
    assert value(facts, "pending") == value(facts, "pending_security") == (MissingReason.ABSENT, True)
    rocky.write(
        "etc/yum.repos.d/more.repo", REPO.format(name="more", scheme="file", path="nowhere").replace("enabled=1", "enabled=0")
    )
    rocky.age("var/cache/dnf/lab-*/repodata/*", 10.1)
    facts = rocky.facts()
    assert value(facts, "pending") == value(facts, "pending_security") == (MissingReason.STALE, False)
    assert value(facts, "metadata_age_days") == 10


def test_what_old_metadata_of_dnf_found_is_believed(rocky):
    rocky.age("var/cache/dnf/lab-*/repodata/*", 400.1)
    facts = rocky.facts()
    assert (value(facts, "pending"), value(facts, "pending_security"), value(facts, "metadata_age_days")) == (3, 1, 400)


def test_metadata_from_the_future_is_an_error(rocky):
    update_all(rocky)
    rocky.age("var/cache/dnf/lab-*/repodata/*", -3)
    facts = rocky.facts()
    assert value(facts, "metadata_age_days") == value(facts, "pending") == (MissingReason.ERROR, False)


@pytest.mark.parametrize(("release", "notices", "source"), [(ROCKY, (), False), (CENTOS, NOTICES, True), (CENTOS, (), None)])
def test_without_security_metadata_there_is_no_zero(tmp_path, packages, release, notices, source):
    root = make(tmp_path, packages, release, notices)
    update_all(root)
    facts = root.facts()
    assert value(facts, "pending") == 0
    assert value(facts, "pending_security") == (MissingReason.UNSUPPORTED, False)
    assert value(facts, "security_source") == ((MissingReason.UNSUPPORTED, False) if source is None else source)


def test_locked_and_excluded_packages_are_held_and_still_pending(rocky):
    rocky.write("etc/dnf/plugins/versionlock.list", "# by hand\nbeta-0:1.0-1.*\n")
    rocky.write("etc/dnf/dnf.conf", "[main]\ngpgcheck=0\nexcludepkgs=alpha gamma*\n")
    facts = rocky.facts()
    assert value(facts, "held") == ["alpha", "beta", "gamma*"]
    assert value(facts, "pending_security_names") == ["alpha"]
    assert value(facts, "pending") == 3


def test_a_part_installed_after_the_start_asks_for_a_restart(rocky):
    capture = rocky.capture()
    assert re.search(rb"^core=glibc \d+$", capture.by_name["packages"].body, re.MULTILINE)
    boot = int(re.search(rb"^boot=(\d+)$", capture.by_name["restart"].body, re.MULTILINE)[1])
    assert boot <= time.time()
    # where the tests run may itself be a container, and a container does not start
    bare = [
        Section(one.name, one.status, re.sub(rb"(?m)^container=.*\n", b"", one.body), 0) if one.name == "kernel" else one
        for one in capture.sections
    ]
    facts = parse_facts(Capture("posix", tuple(bare), b"", ""), Knowledge(), datetime.now(UTC))
    assert value(facts, "reboot_required") is True
    assert value(facts, "reboot_reasons")[-1] == "glibc was updated after the start"
    assert value(facts, "restart_waiting_days") == 0


@WAYS
def test_what_zypper_says(leap, user, shell):
    need(shell[0])
    facts = leap.facts(user=user, shell=shell)
    listed = leap.run("zypper", "--non-interactive", "-q", "--no-refresh", "list-updates").decode()
    assert value(facts, "manager") == "zypper"
    assert value(facts, "pending") == len(re.findall(r"^v +\| lab ", listed, re.MULTILINE)) == 3
    patches = leap.run("zypper", "--non-interactive", "-q", "--no-refresh", "list-patches").decode()
    assert re.findall(r"(LAB-\S+) +\| security", patches) == value(facts, "pending_security_names") == ["LAB-SA-1"]
    assert value(facts, "pending_security") == 1
    assert value(facts, "metadata_age_days") == 0
    assert value(facts, "security_source") is True


def test_asking_zypper_leaves_no_trace_and_fetches_nothing(leap):
    leap.run("zypper", "--non-interactive", "-q", "--no-refresh", "list-updates")
    before = leap.state()
    for user in (0, NOBODY):
        assert value(leap.facts(user=user), "pending") == 3
    changed = {path for path, status in leap.state().items() if before.get(path) != status} | before.keys() - leap.state().keys()
    assert changed <= {"var/tmp"}, "zypper makes a folder of its own there and takes it away again"
    shutil.rmtree(leap.folder / "var/cache/zypp/solv")
    for user in (0, NOBODY):
        assert value(leap.facts(user=user), "pending") == (MissingReason.ABSENT, True)
    assert not (leap.folder / "var/cache/zypp/solv").exists()


def test_a_zypper_cache_the_account_may_not_read_is_no_zero(leap):
    update_all(leap)
    (leap.folder / "var/cache/zypp").chmod(0o700)
    assert value(leap.facts(user=NOBODY), "pending") == (MissingReason.DENIED, True)
    assert value(leap.facts(), "pending") == 0


def test_zero_of_zypper_is_proven_only_by_fresh_metadata(leap):
    update_all(leap)
    facts = leap.facts()
    assert (value(facts, "pending"), value(facts, "pending_security"), value(facts, "pending_security_names")) == (0, 0, [])
    leap.age("var/cache/zypp/raw/lab/repodata/repomd.xml", 9.1)
    facts = leap.facts()
    assert value(facts, "pending") == value(facts, "pending_security") == (MissingReason.STALE, False)
    assert value(facts, "metadata_age_days") == 9


def test_locks_of_zypper_are_held(leap):
    leap.run("zypper", "--non-interactive", "addlock", "beta", "kernel*")
    assert value(leap.facts(), "held") == ["beta", "kernel*"]
