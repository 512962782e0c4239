"""A small lab for transport tests: plain answers, no probe."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from secaudit.transport import Credentials, HostKeys, KeyFile, Reply, Target
from secaudit.transport.ssh import SshTransport

ANSWER = b"##BEGIN\nall well\n##END\n"


@dataclass(frozen=True)
class Say:
    """A request."""

    command: str = "exec sh -s"
    stdin: bytes = b"what is up?\n"


@dataclass
class Bench:
    """A running lab, a key that it accepts and the means to talk to it."""

    lab: LabServer
    key: Path
    answer: bytes = ANSWER

    def say(self, stdin: bytes = Say.stdin) -> Say:
        return Say(stdin=stdin)

    def target(self, address: str) -> Target:
        return Target(address, self.lab.port, "audit")

    def host_keys(self) -> HostKeys:
        return HostKeys.of_keys(self.lab.known_hosts())

    def transport(self, host_keys: HostKeys | None = None, **options: object) -> SshTransport:
        credentials = options.pop("credentials", None) or Credentials((KeyFile(self.key),))
        return SshTransport(credentials, host_keys or self.host_keys(), **options)  # type: ignore[arg-type]

    def ask(
        self, address: str, *, seconds: float = 20, max_bytes: int = 1 << 22, request: Say | None = None, **options: object
    ) -> Reply:
        transport = self.transport(**options)  # type: ignore[arg-type]
        deadline = time.monotonic() + seconds
        return transport.execute(self.target(address), lambda _version: request or Say(), deadline=deadline, max_bytes=max_bytes)


@pytest.fixture
def bench_with(tmp_path: Path) -> Iterator[Callable[[Mapping[str, Machine]], Bench]]:
    """Starts labs and stops them when the test ends."""
    with ExitStack() as stack:

        def start(machines: Mapping[str, Machine]) -> Bench:
            key = tmp_path / "keys" / "client"
            public = fresh_key(key)
            lab = LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=lambda _name, stdin: ANSWER + stdin)
            return Bench(stack.enter_context(lab), key)

        yield start
