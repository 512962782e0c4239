"""Roots of real Debian releases, built from the mirror of this machine's own apt sources.

Two of each release: as it stands in the release pocket, with package lists that know the security pocket; and the same one
after a full upgrade, kept as the files that changed. Every process is a child in namespaces of its own: when it is ended, or
we are, its mounts and children are gone with it.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SUITES = {"11": "bullseye", "12": "bookworm", "13": "trixie"}
PACKAGES = (
    "openssh-server", "iproute2", "apt", "sudo", "nftables", "iptables", "ufw", "firewalld", "rsyslog", "unattended-upgrades",
    "libpam-pwquality", "openbsd-inetd", "telnetd", "vsftpd", "chrony", "cron", "clamav-daemon", "openssl",
)  # fmt: skip
"""What the states of the tests need; nothing of it is started by being installed."""
BUILD_SECONDS = 420
UPGRADE_SECONDS = 300
_ASK_SECONDS = 60
_QUICK = (
    "-oAcquire::http::Timeout=20", "-oAcquire::https::Timeout=20", "-oAcquire::Retries=2", "-oAcquire::Languages=none",
    "-oAcquire::Check-Valid-Until=false", "-oAcquire::Check-Date=false",
)  # fmt: skip
ALONE = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private")
"""Mounts and children end with the command, the command with the thread that started it."""
_UPGRADE = """\
set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4"
mount -t proc proc "$4/proc"
mount --rbind /dev "$4/dev"
cp /etc/resolv.conf "$4/etc/resolv.conf"
printf '#!/bin/sh\\nexit 101\\n' >"$4/usr/sbin/policy-rc.d"
chmod 755 "$4/usr/sbin/policy-rc.d"
shift 3
root=$1
shift
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get "$@" --yes --quiet=2 dist-upgrade
chroot "$root" apt-get clean
rm "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
"""


class NoRootError(Exception):
    """Test hosts cannot be built here; the text says why in one sentence."""


@dataclass(frozen=True)
class Roots:
    """Folders to stack, uppermost first."""

    released: tuple[Path, ...]
    """Packages of the release pocket; lists that know the security pocket."""
    upgraded: tuple[Path, ...]
    """The same after a full upgrade."""


def build_roots(folder: Path) -> Mapping[str, Roots]:
    """Roots of every release under ``folder``, at the same time; NoRootError when the mirror or a tool does not serve."""
    found = _ready()

    def build(release: str) -> Roots:
        return _upgraded(_released(folder / release, release, PACKAGES, found))

    with ThreadPoolExecutor(len(SUITES)) as pool:
        return dict(zip(SUITES, pool.map(build, SUITES), strict=True))


def build_root(folder: Path, release: str, packages: tuple[str, ...]) -> Path:
    """One root in ``folder``, from the release pocket, with these packages; NoRootError as above."""
    return _released(folder, release, packages, _ready())


def _ready() -> tuple[str, str]:
    """The mirrors, when all programs are there."""
    for tool in ("mmdebstrap", "ip", "unshare", "nsenter", "setpriv"):
        if shutil.which(tool) is None:
            raise NoRootError(f"test hosts need the program {tool}, which is not installed (make lab installs it)")
    return mirrors()


def mirrors() -> tuple[str, str]:
    """Address of the Debian archive and of its security archive, from the apt sources of this machine."""
    for again in (False, True):
        asked = _run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"], _ASK_SECONDS)
        rows = [line.split() for line in asked.splitlines() if len(line.split()) == 2]
        ours = [(uri.rstrip("/"), suite) for uri, suite in rows if suite.removesuffix("-security") in SUITES.values()]
        main = [uri for uri, suite in ours if not suite.endswith("-security")]
        security = [uri for uri, suite in ours if suite.endswith("-security")]
        if main and security:
            return main[0], security[0]
        if not again:
            _run(["apt-get", *_QUICK, "--quiet=2", "update"], _ASK_SECONDS)
    raise NoRootError(
        "the apt sources of this machine name no Debian mirror with its security archive: no test host can be built"
    )


def _released(folder: Path, release: str, packages: tuple[str, ...], mirror: tuple[str, str]) -> Path:
    folder.mkdir(parents=True)
    suite, root, sources = SUITES[release], folder / "released", folder / "sources.list"
    sources.write_text(f"deb {mirror[0]} {suite} main\ndeb {mirror[1]} {suite}-security main\n", encoding="ascii")
    options = [option for setting in _QUICK for option in ("--aptopt", _as_configuration(setting))]
    _run(
        [
            *ALONE, "mmdebstrap", "--quiet", "--variant=essential", *options, "--aptopt", 'APT::Install-Recommends "false"',
            "--dpkgopt=force-unsafe-io", f"--include={','.join(packages)}", "--skip=cleanup/apt/lists",
            f'--customize-hook=cp "{sources}" "$1/etc/apt/sources.list"',
            '--customize-hook=chroot "$1" apt-get --quiet=2 update',
            '--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/apt/apt.conf.d/99mmdebstrap"',
            suite, str(root), mirror[0],
        ],
        BUILD_SECONDS,
    )  # fmt: skip
    return root


def _upgraded(released: Path) -> Roots:
    changes, work, root = (released.with_name(name) for name in ("upgraded", "work", "root"))
    for path in (changes, work, root):
        path.mkdir()
    unsafe = "-oDpkg::Options::=--force-unsafe-io"
    _run(
        [*ALONE, "sh", "-c", _UPGRADE, "upgrade", str(released), str(changes), str(work), str(root), *_QUICK, unsafe],
        UPGRADE_SECONDS,
    )
    return Roots((released,), (changes, released))


def _as_configuration(option: str) -> str:
    """``-oName=value`` as a line of apt's configuration."""
    name, _, value = option.removeprefix("-o").partition("=")
    return f'{name} "{value}"'


def _run(command: list[str], seconds: float) -> str:
    """Standard output; NoRootError in one sentence when it fails or takes too long."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise NoRootError(
            f"no test host can be built: the Debian mirror of this machine's apt sources did not answer within {seconds:.0f} s"
        ) from None
    if done.returncode:
        telling = re.compile(r"E: |Err|.*(failed|unable|could not)", re.IGNORECASE)
        lines = [line for line in done.stderr.splitlines() if telling.match(line)]
        said = (lines or done.stderr.splitlines() or ["no message"])[0]
        raise NoRootError(f"no test host can be built from the Debian mirror of this machine's apt sources: {said[:200]}")
    return done.stdout
