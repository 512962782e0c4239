"""Machines of other distributions on this one: own /etc, /var and /run in a mount namespace without network.

The package databases, caches and settings of such a machine lie in a folder of the test; the programs are this
machine's own, and so is the probe.
"""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.facts import parse_facts
from secaudit.model.capture import Capture
from secaudit.model.fact import FactSet
from secaudit.model.knowledge import Knowledge
from secaudit.probe import compose, frame, new_nonce

NOBODY = 65_534
_ENTER = """
mount --make-rprivate / && mount --bind "$1/etc" /etc && mount --bind "$1/var" /var && mount -t tmpfs none /run &&
  mount --bind "$1/repo" /mnt || exit 99
uid=$2
shift 2
if [ "$uid" = 0 ]; then exec "$@"; fi
exec setpriv --reuid="$uid" --regid="$uid" --clear-groups "$@"
"""
_SPEC = """Name: {name}
Version: {version}
Release: 1
Summary: nothing
License: MIT
BuildArch: noarch
%description
nothing
%files
"""


def need(*programs: str) -> None:
    """Fail, do not skip: a run of `make lab` that saw no real tool proves nothing."""
    if os.geteuid() != 0:
        pytest.fail("these tests make mount namespaces: run `make lab` as root")
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        pytest.fail(
            f"not installed here: {', '.join(missing)}; `make lab` as root installs dnf, zypper, rpm and createrepo-c on Debian"
        )


class Root:
    """One such machine."""

    def __init__(self, folder: Path, release: str) -> None:
        """``release`` is its os-release."""
        self.folder = folder
        for name in (
            "var/lib/dpkg",
            "var/lib/rpm",
            "var/lib/zypp",
            "var/cache/dnf",
            "var/cache/zypp",
            "var/log",
            "var/tmp",
            "repo",
        ):
            (folder / name).mkdir(parents=True)
        (folder / "var/tmp").chmod(0o1777)
        (folder / "var/lib/dpkg/status").touch()
        shutil.copytree("/etc", folder / "etc", symlinks=True)
        (folder / "etc/os-release").unlink()
        (folder / "etc/os-release").write_text(release, encoding="ascii")

    def run(self, *command: str, user: int = 0, stdin: bytes = b"", check: bool = True) -> bytes:
        """Standard output of a command on the machine."""
        done = subprocess.run(
            ["unshare", "--mount", "--net", "sh", "-c", _ENTER, "sh", str(self.folder), str(user), *command],
            input=stdin,
            capture_output=True,
            check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/nonexistent"},
        )
        assert done.returncode == 0 or not check, (command, done.returncode, done.stdout[-800:], done.stderr[-800:])
        return done.stdout

    def capture(self, *, user: int = 0, shell: tuple[str, ...] = ("dash",)) -> Capture:
        """The answer of the probe, unchanged, as this user."""
        nonce = new_nonce()
        capture = frame("posix", nonce, self.run(*shell, "-s", user=user, stdin=compose("posix", nonce).stdin))
        assert capture.complete
        return capture

    def facts(self, *, user: int = 0, shell: tuple[str, ...] = ("dash",)) -> FactSet:
        """Its facts."""
        return parse_facts(self.capture(user=user, shell=shell), Knowledge(), datetime.now(UTC))

    def write(self, path: str, text: str) -> None:
        """A file of the machine."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def state(self) -> dict[str, tuple[int, int, int]]:
        """Every file below /etc and /var. Not what rpm's database itself touches when root opens it, whoever asks."""
        found = {}
        for top in ("etc", "var"):
            for path in sorted((self.folder / top).rglob("*")):
                if path.name.startswith("rpmdb.sqlite-") or path == self.folder / "var/lib/rpm":
                    continue
                status = path.lstat()
                found[str(path.relative_to(self.folder))] = (status.st_mode, status.st_size, status.st_mtime_ns)
        return found

    def age(self, pattern: str, days: float) -> None:
        """Files below the machine's root become that old."""
        paths = list(self.folder.glob(pattern))
        assert paths, pattern
        for path in paths:
            moment = datetime.now(UTC).timestamp() - days * 86_400
            os.utime(path, (moment, moment))


def build_package(folder: Path, name: str, version: str) -> Path:
    """A package without files."""
    folder.mkdir(parents=True, exist_ok=True)
    spec = folder / f"{name}.spec"
    spec.write_text(_SPEC.format(name=name, version=version), encoding="ascii")
    defines = {"_topdir": folder / "top", "_rpmdir": folder, "_build_name_fmt": "%%{NAME}-%%{VERSION}.rpm"}
    options = [word for key, value in defines.items() for word in ("--define", f"{key} {value}")]
    subprocess.run(["rpmbuild", "-bb", "--quiet", *options, str(spec)], check=True, capture_output=True)
    spec.unlink()
    return folder / f"{name}-{version}.rpm"


def notice(identity: str, kind: str, name: str, version: str, text: str = "nothing") -> str:
    """One entry of the update metadata."""
    return (
        f'<update from="lab" status="final" type="{kind}" version="1"><id>{identity}</id><title>{text}</title>'
        '<issued date="2026-10-01 00:00:00"/><updated date="2026-10-01 00:00:00"/><severity>Important</severity>'
        f"<description>{text}</description><references/><pkglist><collection short='l'><name>l</name>"
        f'<package name="{name}" version="{version}" release="1" epoch="0" arch="noarch" src="{name}-{version}-1.src.rpm">'
        f"<filename>{name}-{version}.rpm</filename></package></collection></pkglist></update>"
    )


def index(repo: Path, *notices: str) -> None:
    """Make the metadata of a repository, with update notices when there are any."""
    shutil.rmtree(repo / "repodata", ignore_errors=True)
    subprocess.run(["createrepo_c", "-q", str(repo)], check=True, capture_output=True)
    if notices:
        listing = repo.parent / "updateinfo.xml"
        listing.write_text('<?xml version="1.0"?>\n<updates>' + "".join(notices) + "</updates>\n", encoding="utf-8")
        subprocess.run(["modifyrepo_c", str(listing), str(repo / "repodata")], check=True, capture_output=True)
