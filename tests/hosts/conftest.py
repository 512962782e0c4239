"""All hosts of the session: roots are built, hosts started, asked and ended once; tests compare what came."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secaudit.cli.exits import ExitCode
from secaudit.collect.fanout import utc_now
from secaudit.lab.keys import fresh_key
from secaudit.model.outcome import Outcome
from secaudit.store import Store
from secaudit.transport import HostKeys
from tests.hosts.listed import BEYOND, ENVIRONMENT, TAKE_BACK
from tests.hosts.machine import LISTED, Cables, Host
from tests.hosts.roots import SUITES, NoRootError, Roots, build_roots
from tests.hosts.seeing import ROOT, Auditor, Seen
from tests.hosts.states import STATES


@dataclass(frozen=True)
class Sights:
    """(release, state or step, account) -> what was seen; and what was found by other means on the same hosts."""

    seen: Mapping[tuple[str, str, str], Seen]
    beside: Mapping[tuple[str, str], Mapping[str, str]]
    """(release, state) -> name of a question -> what the host's own tools answer."""

    scanned: Mapping[str, Outcome]
    """What one ``secaudit scan`` kept; of one of the machines another host key had been enrolled."""

    calls: Mapping[tuple[str, str], str]
    """What sudo wrote down on each host."""

    taken_back: str
    """What is left of the recipe on a host after its own last step."""


BESIDE = {
    "upgrade": "apt-get -s -qq dist-upgrade",
    "old": "cat /opt/old-package 2>/dev/null || true",
    "sshd": "/usr/sbin/sshd -T",
    "sshd for listed": f"/usr/sbin/sshd -T -C user={LISTED},host=h,addr=198.18.0.1",
    "sshd for others": "/usr/sbin/sshd -T -C user=audit,host=h,addr=198.18.0.1",
    "listing": f"su {LISTED} -c 'sudo -n -l'",
    "beyond": f"su {LISTED} -s /bin/sh -c {shlex.quote(BEYOND)} 2>&1",
    "environment": f"su {LISTED} -s /bin/sh -c {shlex.quote(ENVIRONMENT)}",
}


@pytest.fixture(scope="session", name="roots")
def build_all_roots(tmp_path_factory) -> Mapping[str, Roots]:
    """Of Debian 11, 12 and 13; pytest removes them."""
    assert sys.platform == "linux"
    try:
        return build_roots(tmp_path_factory.mktemp("roots"))
    except NoRootError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session", name="cables")
def lay_cables() -> Iterator[Cables]:
    """The auditor's side of every cable."""
    with Cables() as cables:
        yield cables


@pytest.fixture(scope="session", name="sights")
def see_all_hosts(roots, cables, tmp_path_factory) -> Sights:
    """Start every host, ask it as each account, change it, ask again."""
    folder = tmp_path_factory.mktemp("hosts")
    client = fresh_key(folder / "key")
    auditor = Auditor(folder / "key", cables)
    with ExitStack() as ends:
        hosts: dict[tuple[str, str], Host] = {}
        for release in SUITES:
            for state in STATES:
                if release in state.releases:
                    layers = roots[release].upgraded if state.upgraded else roots[release].released
                    name = f"deb{release}-{state.name}"
                    host = Host(name, layers, folder / name, cables, client, state.script)
                    hosts[release, state.name] = ends.enter_context(host)
        for host in hosts.values():
            host.wait()
        beside = {key: {name: host.run(script) for name, script in BESIDE.items()} for key, host in hosts.items()}
        asked = [
            (release, state.name, account)
            for release, name in hosts
            for state in STATES
            if state.name == name
            for account in state.accounts
        ]
        seen = dict(zip(asked, auditor.see([(hosts[key[:2]], key[2]) for key in asked]), strict=True))
        for number in range(max(len(state.steps) for state in STATES)):
            again = []
            for state in STATES:
                step = state.steps[number] if len(state.steps) > number else None
                for release in set(state.releases) & set(step.releases) if step else ():
                    hosts[release, state.name].run(step.script)
                    again += [(release, step.name, account, hosts[release, state.name]) for account in step.accounts]
            answers = auditor.see([(host, account) for _, _, account, host in again])
            seen.update(zip([key[:3] for key in again], answers, strict=True))
        late = auditor.see([(hosts["12", "managed"], "root")], clock=lambda: utc_now() + timedelta(hours=1))
        seen["12", "our-clock-wrong", "root"] = late[0]
        taken_back = hosts["12", "managed"].run(TAKE_BACK)
        calls = {key: host.run("cat /var/log/sudo.log") for key, host in hosts.items()}
        scanned = scan(hosts, folder, cables)
    return Sights(seen, beside, scanned, calls, taken_back)


def scan(hosts: Mapping[tuple[str, str], Host], folder: Path, cables: Cables) -> Mapping[str, Outcome]:
    """The command line itself, run beside the hosts in the auditor's network namespace."""
    (folder / "province" / "agencies").mkdir(parents=True)
    (folder / "workspace").mkdir(mode=0o700)
    asked = [host for (_, state), host in hosts.items() if state in ("neglected", "kept")] + [hosts["12", "bare"]]
    (folder / "province" / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    rows = "".join(f"  - {{id: {host.name}, kind: server, os: linux, address: {host.address}}}\n" for host in asked)
    agency = "agency: {id: a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}\nendpoints:\n"
    (folder / "province" / "agencies" / "a.yaml").write_text(agency + rows, encoding="utf-8")
    keys = [(host.address, hosts["12", "kept"].host_key if host.name == "deb12-bare" else host.host_key) for host in asked]
    HostKeys.read(folder / "workspace" / "known_hosts").add_all(keys, who="test", at=datetime.now(UTC))
    done = subprocess.run(
        ["ip", "netns", "exec", cables.name, sys.executable, "-m", "secaudit", "scan", "--no-agent", "--user", "root",
         "--identity", str(folder / "key"), "--connections", "2", "--inventory", str(folder / "province"),
         "--workspace", str(folder / "workspace"), "--format", "json"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=180, env={**os.environ, "SECAUDIT_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == ExitCode.INCOMPLETE, done.stderr
    with Store.open(folder / "workspace" / "store.sqlite", create=False) as store:
        assert store.verify().problems == ()
        kept = {stored.number: stored.outcome for stored in store.outcomes(1)}
        facts = store.facts_of(kept)
        return {outcome.endpoint: replace(outcome, facts=facts.get(number)) for number, outcome in kept.items()}
