"""Real apt answers the probe about updates in phases, held packages, superseded fixes and what Ubuntu Pro keeps apart."""

import hashlib
import subprocess
from email.utils import formatdate

import pytest

from secaudit.model.fact import Known, MissingReason
from tests.lab_hosts.roots import NOBODY, Root, need

pytestmark = pytest.mark.lab

UBUNTU = 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu 22.04 LTS"\n'
INSTALLED = {"held": "hold", "calm": "install", "fixed": "install", "passed": "install", "waiting": "install", "pro": "install"}
POCKETS = {
    "jammy-updates": {"held": "2", "calm": "2", "passed": "3", "waiting": "2\nPhased-Update-Percentage: 0"},
    "jammy-security": {"fixed": "2", "passed": "2"},
}


def pocket(root: Root, folder: str, suite: str, packages: dict[str, str]) -> None:
    """A flat archive with one suite."""
    rows = "".join(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: lab\nDescription: x\nFilename: ./{name}.deb\n"
        f"Size: 1\nSHA256: {'0' * 64}\n\n"
        for name, version in packages.items()
    )
    root.write(f"repo/{folder}/Packages", rows)
    digest = hashlib.sha256(rows.encode()).hexdigest()
    head = f"Origin: Ubuntu\nLabel: Ubuntu\nSuite: {suite}\nCodename: {suite}\nDate: {formatdate(usegmt=True)}\n"
    root.write(f"repo/{folder}/Release", f"{head}SHA256:\n {digest} {len(rows)} Packages\n")


@pytest.fixture
def ubuntu(tmp_path):
    need("apt", "apt-get", "dpkg-query", "unshare", "setpriv")
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(parent.stat().st_mode | 0o111)
    root = Root(tmp_path / "root", UBUNTU)
    status = "".join(
        f"Package: {name}\nStatus: {want} ok installed\nVersion: 1\nArchitecture: all\nMaintainer: lab\nDescription: x\n\n"
        for name, want in INSTALLED.items()
    )
    root.write("var/lib/dpkg/status", status)
    for name in ("info", "updates", "triggers"):
        (root.folder / "var/lib/dpkg" / name).mkdir()
    for path in (root.folder / "etc/apt").rglob("*"):
        if path.is_file() and ("sources.list" in str(path) or "apt.conf.d" in str(path)):
            path.unlink()
    lines = []
    for suite, packages in POCKETS.items():
        pocket(root, suite, suite, packages)
        lines.append(f"deb [trusted=yes] file:/mnt/{suite} ./\n")
    root.write("etc/apt/sources.list", "".join(lines))
    (root.folder / "var/lib/apt/lists/partial").mkdir(parents=True)
    (root.folder / "var/cache/apt/archives/partial").mkdir(parents=True)
    root.run("apt-get", "-o", "APT::Sandbox::User=root", "-q", "update")
    return root


def value(facts, name):
    fact = facts[name]
    return fact.value if isinstance(fact, Known) else fact.reason


@pytest.mark.parametrize(("user", "shell"), [(0, ("dash",)), (NOBODY, ("bash", "--posix")), (NOBODY, ("busybox", "sh"))])
def test_what_apt_says(ubuntu, user, shell):
    need(shell[0])
    before = ubuntu.state()
    facts = ubuntu.facts(user=user, shell=shell)
    assert ubuntu.state() == before
    assert value(facts, "patch.phased") == ["waiting"]
    assert value(facts, "patch.pending_security_names") == ["fixed", "passed"]
    assert value(facts, "patch.held") == ["held"]
    assert value(facts, "patch.pending") == 4
    options = ["-o", "Dir::Cache::pkgcache=", "-o", "APT::Get::Never-Include-Phased-Updates=true", "--ignore-hold"]
    simulated = ubuntu.run("apt-get", "-s", "-q", *options, "dist-upgrade").decode()
    upgraded = {line.split()[1] for line in simulated.splitlines() if line.startswith("Inst ")}
    assert upgraded == {"held", "calm", "fixed", "passed"}
    assert value(facts, "patch.manager") == "apt"


def test_what_ubuntu_pro_keeps_apart(ubuntu):
    assert value(ubuntu.facts(), "patch.extended_only") is MissingReason.ABSENT
    pocket(ubuntu, "esm", "jammy-apps-security", {"pro": "1+esm1", "fixed": "2+esm1"})
    pro = "var/lib/ubuntu-advantage/apt-esm"
    ubuntu.write(f"{pro}/etc/apt/sources.list.d/ubuntu-esm-apps.list", "deb [trusted=yes] file:/mnt/esm ./\n")
    (ubuntu.folder / pro / "var/lib/apt/lists/partial").mkdir(parents=True)
    (ubuntu.folder / pro / "var/cache/apt/archives/partial").mkdir(parents=True)
    options = ["-o", f"Dir=/{pro}", "-o", "Dir::State::status=/var/lib/dpkg/status", "-o", "APT::Sandbox::User=root"]
    ubuntu.run("apt-get", *options, "-q", "update")
    before = ubuntu.state()
    for user in (0, NOBODY):
        facts = ubuntu.facts(user=user)
        assert value(facts, "patch.extended_only") == 1
        assert value(facts, "patch.pending") == 4
    assert ubuntu.state() == before


def test_debian_rolls_nothing_out_in_phases(ubuntu):
    ubuntu.write("etc/os-release", 'ID=debian\nVERSION_ID="12"\n')
    facts = ubuntu.facts()
    assert value(facts, "patch.phased") is MissingReason.UNSUPPORTED
    assert value(facts, "patch.extended_only") is MissingReason.UNSUPPORTED


def test_the_tools_are_those_of_the_machine(ubuntu):
    """dnf and zypper lie around here; the database of dpkg is what the machine lives by."""
    assert subprocess.run(["sh", "-c", "command -v dnf || command -v zypper"], capture_output=True, check=False).stdout
    capture = ubuntu.capture()
    assert capture.by_name["update-tool"].body == b"manager=apt\nholds=packages\n"
    assert capture.by_name["packages"].body.splitlines()[0] == b"manager=dpkg"
