"""Fakes for the fan-out: a keeper that numbers, an observer that notes, jobs on loopback."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from secaudit.collect import Job
from secaudit.model.inventory import Endpoint
from secaudit.model.outcome import Outcome, StoredOutcome
from secaudit.transport import Target


@dataclass
class Diary:
    """Keeper and observer in one, so that their order can be compared."""

    events: list[tuple[str, str]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    ends: list[bool] = field(default_factory=list)

    def keep(self, outcomes: Sequence[Outcome]) -> list[StoredOutcome]:
        self.batches.append(len(outcomes))
        stored = []
        for outcome in outcomes:
            self.outcomes.append(outcome)
            self.events.append(("keep", outcome.endpoint))
            stored.append(StoredOutcome(len(self.outcomes), 1, outcome, "00"))
        return stored

    def begun(self, total):
        self.totals.append(total)

    def asking(self, endpoint):
        self.events.append(("ask", endpoint.id))

    def deferred(self, endpoint):
        self.events.append(("defer", endpoint.id))

    def kept(self, stored):
        self.events.append(("tell", stored.outcome.endpoint))

    def ended(self, sights, *, interrupted):
        self.ends.append(interrupted)

    def of(self, name):
        found = [outcome for outcome in self.outcomes if outcome.endpoint == name]
        assert len(found) == 1, f"{name} has {len(found)} outcomes"
        return found[0]


@pytest.fixture
def diary():
    return Diary()


@pytest.fixture
def job():
    """Makes jobs."""

    def make(name, address="127.20.1.1", port=22, *, line=None, **endpoint):
        endpoint.setdefault("kind", "server")
        target = None if address is None else Target(address, port, "audit")
        return Job(Endpoint(id=name, address=address, **endpoint), target, **(line or {}))

    return make
