"""Asks hosts the way a scan does: collect, SSH with strict host keys, probe, facts, judge."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from secaudit.catalog import load_catalog
from secaudit.collect import Job, Limits, NullObserver, collect
from secaudit.collect.fanout import utc_now
from secaudit.facts import derive_facts
from secaudit.judge import Judge
from secaudit.model.catalog import Catalog
from secaudit.model.fact import FactSet
from secaudit.model.finding import Finding
from secaudit.model.inventory import Endpoint
from secaudit.model.outcome import Outcome, Sight, StoredOutcome
from secaudit.transport import Credentials, HostKeys, KeyFile
from secaudit.transport.ssh import SshTransport
from tests.hosts.machine import LISTED, Cables, Host

ROOT = Path(__file__).parents[2]
LEVEL = 3
"""Level of the systems the hosts stand for: every check that asks for one applies."""
SUDOERS = ("helper", LISTED)
"""Asked with --sudo."""
MOMENT = datetime(2026, 12, 1, tzinfo=UTC)
"""When the hosts are judged: support ends by the calendar, whatever day the tests run."""


@dataclass(frozen=True)
class Seen:
    """What one account of one host showed."""

    outcome: Outcome
    facts: FactSet
    findings: Mapping[str, Finding]


class Auditor:
    """One key, the host keys of its hosts, the shipped catalogue."""

    def __init__(self, key: Path, cables: Cables) -> None:
        self._key = key
        self._cables = cables
        self.catalog: Catalog = load_catalog(ROOT / "checks")
        self.judge = Judge(self.catalog.checks.values())

    def see(self, questions: Sequence[tuple[Host, str]], *, clock: Callable[[], datetime] = utc_now) -> list[Seen]:
        """Every (host, account), at most two at a time; all of them must answer. ``clock`` is ours."""
        keys = HostKeys.of_keys([(host.address, host.host_key) for host in dict.fromkeys(host for host, _ in questions)])
        transport = SshTransport(Credentials((KeyFile(self._key),)), keys, dialer=self._cables.dial)
        found: dict[str, Outcome] = {}

        def keep(outcomes: Sequence[Outcome]) -> list[StoredOutcome]:
            found.update((outcome.endpoint, outcome) for outcome in outcomes)
            return [StoredOutcome(len(found), 1, outcome, "00") for outcome in outcomes]

        for sudo in (False, True):
            jobs = [
                Job(_endpoint(host, number), host.target(account))
                for number, (host, account) in enumerate(questions)
                if (account in SUDOERS) is sudo
            ]
            limits = Limits(in_flight=2)
            collect(
                jobs, transport, limits=limits, knowledge=self.catalog.knowledge, keep=keep, observer=NullObserver(),
                stop=threading.Event(), sudo=sudo, clock=clock,
            )  # fmt: skip
        return [self._judged(found[_endpoint(host, number).id]) for number, (host, _) in enumerate(questions)]

    def _judged(self, outcome: Outcome) -> Seen:
        assert outcome.sight is Sight.SEEN, f"{outcome.endpoint}: {outcome.sight} {outcome.detail}"
        assert not outcome.lab
        facts = derive_facts(outcome.facts, self.catalog.knowledge, MOMENT)
        endpoint = Endpoint(id=outcome.endpoint, os="linux", kind="server", address="127.0.0.1")
        return Seen(outcome, facts, {one.check: one for one in self.judge.judge(endpoint, facts, level=LEVEL)})


def _endpoint(host: Host, number: int) -> Endpoint:
    return Endpoint(id=f"{host.name}-{number}", os="linux", kind="server", address=host.address)
