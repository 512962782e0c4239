"""The Linux collector on real Debian 11, 12 and 13: its answers open with the import's reader and say what SSH says."""

import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from secaudit.facts import parse_facts
from secaudit.intake.answers import Content
from secaudit.lab.keys import fresh_key
from secaudit.model.fact import FactSet
from tests.hosts.machine import Cables, Host
from tests.hosts.roots import SUITES
from tests.hosts.seeing import Auditor, Seen
from tests.probe.collecting import ANSWERS, Province, capture_of

pytestmark = pytest.mark.lab
SCRIPT = "/srv/bộ thu thập/thu-thap-linux.sh"
ENDED = "KHÔNG THÀNH CÔNG"
_MOVING = {"time.skew_seconds"}
"""Over SSH our clock is one side of it; here both sides are the machine's own."""
_START = """\
mkdir -p '/srv/bộ thu thập' /srv/share /srv/lent
chmod 1777 /srv/share '/srv/bộ thu thập'
chown audit /srv/lent
printf '%032d\\n' 7 >/etc/machine-id
mkdir /dev/pts
mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts
ln -s pts/ptmx /dev/ptmx
"""


@dataclass(frozen=True)
class Machines:
    """Hosts that are up, what SSH saw on them, and whose key the collectors carry."""

    hosts: Mapping[str, Host]
    seen: Mapping[tuple[str, str], Seen]
    province: Province
    auditor: Auditor

    def run(self, release: str, *arguments: str, user: str = "root", prefix: str = "") -> tuple[int, str]:
        """The collector as ``user``: its exit code and what the person sees."""
        command = " ".join([prefix, "sh", shlex.quote(SCRIPT), *map(shlex.quote, arguments)])
        if user != "root":
            command = f"su {user} -s /bin/sh -c {shlex.quote(command)}"
        said = self.hosts[release].run(
            f"unset LC_ALL; export LANG=C.UTF-8 LOGNAME=root; {command} </dev/null 2>&1; code=$?; echo; echo $code"
        )
        text, _, code = said.strip().rpartition("\n")
        return int(code), text

    def answers(self, release: str, path: str) -> list[Content]:
        """Every answer of a file on the host, opened."""
        return self.province.open(self.hosts[release].run(f"cat {shlex.quote(path)}").encode("utf-8"))

    def facts(self, content: Content) -> FactSet:
        """Facts of an answer, as the import takes them."""
        return parse_facts(capture_of(content), self.auditor.catalog.knowledge, content.time)


@pytest.fixture(scope="module", name="machines")
def start_machines(roots, tmp_path_factory) -> Iterator[Machines]:
    """One host of each release with the collector on it."""
    folder = tmp_path_factory.mktemp("courier")
    client = fresh_key(folder / "key")
    province = Province.made(folder / "workspace")
    with Cables() as cables, ExitStack() as ends:
        hosts = {
            release: ends.enter_context(
                Host(f"deb{release}-courier", roots[release].released, folder / release, cables, client, _START)
            )
            for release in SUITES
        }
        for host in hosts.values():
            host.wait()
            put(host, SCRIPT, province.scripts().posix)
        auditor = Auditor(folder / "key", cables)
        asked = [(release, user) for release in SUITES for user in ("root", "audit")]
        seen = dict(zip(asked, auditor.see([(hosts[release], user) for release, user in asked]), strict=True))
        yield Machines(hosts, seen, province, auditor)


@pytest.fixture(autouse=True)
def clear_places(machines) -> None:
    """Each test finds empty folders."""
    for host in machines.hosts.values():
        host.run("rm -rf /srv/share/* /srv/lent/* '/srv/bộ thu thập'/tra-loi-*")


def put(host: Host, path: str, data: bytes) -> None:
    """Write a file on the host."""
    script = f"cat >{shlex.quote(path)} && chmod 644 {shlex.quote(path)}"
    subprocess.run(["nsenter", *host.inside, "/bin/sh", "-c", script], input=data, check=True, timeout=60)


@pytest.mark.parametrize("user", ["root", "audit"])
@pytest.mark.parametrize("release", SUITES)
def test_it_says_what_ssh_says(machines, release, user):
    """Every fact, its value and its reason, but for what moves: clocks, ages, processes, who is connected."""
    code, said = machines.run(release, "/srv/share", user=user)
    assert (code, "XONG" in said) == (0, True), said
    files = machines.hosts[release].run("ls /srv/share").split()
    answers = [one for name in files for one in machines.answers(release, f"/srv/share/{name}")]
    privileged = [capture_of(one).by_name["privileges"].body.startswith(b"uid=0\n") for one in answers]
    content = answers[privileged.index(user == "root")]
    assert content.fields["name"] == f"deb{release}-courier"
    ours, theirs = machines.facts(content), machines.seen[release, user].outcome.facts
    assert theirs is not None and ours.keys() == theirs.keys() and len(ours) > 100
    different = {name: (fact, theirs[name]) for name, fact in ours.items() if fact != theirs[name] and name not in _MOVING}
    assert different == {}


@pytest.mark.parametrize("release", SUITES)
def test_the_second_run_takes_the_place_of_the_first(machines, release):
    for _ in range(2):
        assert machines.run(release, user="audit")[0] == 0
    path = f"{SCRIPT.rpartition('/')[0]}/{ANSWERS}"
    assert len(machines.answers(release, path)) == 1
    left = machines.hosts[release].run(f"ls -A {shlex.quote(SCRIPT.rpartition('/')[0])}").splitlines()
    assert sorted(left) == sorted([ANSWERS, SCRIPT.rpartition("/")[2]])


@pytest.mark.parametrize("release", SUITES)
def test_two_machines_at_once_stand_both_in_one_file(machines, release):
    """Copies of one disk: the same machine id, different names."""
    script = " ".join(
        f"(unshare --uts sh -c 'hostname {name}; exec sh \"$1\" /srv/share' - {shlex.quote(SCRIPT)}) & "
        for name in ("pc-1", "pc-2", "pc-3")
    )
    machines.hosts[release].run(f"{{ {script} wait; }} >/dev/null 2>&1")
    names = [content.fields["name"] for content in machines.answers(release, f"/srv/share/{ANSWERS}")]
    assert sorted(names) == ["pc-1", "pc-2", "pc-3"]


@pytest.mark.parametrize("user", ["root", "audit"])
@pytest.mark.parametrize("release", SUITES)
def test_a_stick_that_cannot_be_written_is_said_and_another_place_is_asked_for(machines, release, user):
    host = machines.hosts[release]
    host.run("mkdir -p /mnt/stick && mount -t tmpfs -o mode=755 stick /mnt/stick")
    try:
        put(host, "/mnt/stick/x.sh", machines.province.scripts().posix)
        host.run("mount -o remount,ro /mnt/stick")
        code = host.run(
            f"su {user} -s /bin/sh -c 'LC_ALL=C.UTF-8 sh /mnt/stick/x.sh </dev/null >/tmp/said-{user} 2>&1'; echo $?"
        ).strip()
        said = host.run(f"cat /tmp/said-{user}")
        assert code == "3" and ENDED in said and "/mnt/stick" in said, said
        typed = "printf '/srv/lent\\n' | LC_ALL=C.UTF-8 script -qec 'sh /mnt/stick/x.sh' /dev/null"
        said = host.run(f"su {user} -s /bin/sh -c {shlex.quote(typed)}")
        assert "USB" in said and "XONG" in said, said
        assert len(machines.answers(release, f"/srv/lent/{ANSWERS}")) == 1
        assert host.run("ls /mnt/stick").split() == ["x.sh"]
    finally:
        host.run("umount /mnt/stick; rm -f /tmp/said-*")


@pytest.mark.parametrize("release", SUITES)
def test_without_openssl_it_says_so_and_writes_nothing(machines, release):
    host = machines.hosts[release]
    host.run("mv /usr/bin/openssl /usr/bin/openssl.away")
    try:
        code, said = machines.run(release, "/srv/share")
    finally:
        host.run("mv /usr/bin/openssl.away /usr/bin/openssl")
    assert code == 2 and ENDED in said and "openssl" in said
    assert host.run("ls -A /srv/share") == ""
