"""A process that writes to a store, for tests that kill, lock out or starve it; run as a script.

``endless``: keeps batch after batch and acknowledges every outcome on standard output once it was kept.
``hold``: takes the writer's lock, says so, and waits for the end of standard input.
``once``: keeps one outcome with so many bytes and says how it went.
"""

import random
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from secaudit.errors import StoreError
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import Known
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.store import Store

MOMENT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def outcome(endpoint: str, size: int) -> Outcome:
    raw = random.randbytes(size)
    capture = Capture("posix", (Section("all", SectionStatus.OK, raw),), raw, sha256(raw).hexdigest())
    facts = {"machine.name": Known(endpoint, "all")}
    return Outcome(endpoint, Way.SSH, Grade.A, Sight.SEEN, MOMENT, MOMENT, capture=capture, facts=facts)


def endless(store: Store, name: str, size: int) -> None:
    run = store.begin_run(started_at=MOMENT, who="test", way=Way.SSH, scope=name)
    say("begun")
    number = 0
    while True:
        batch = [outcome(f"{name}-{number + place}", random.randrange(size)) for place in range(random.randrange(1, 6))]
        number += len(batch)
        for kept in store.keep(run.number, batch):
            say(f"{kept.number} {kept.outcome.endpoint} {kept.chain}")


def main() -> int:
    mode, path, *more = sys.argv[1:]
    try:
        with Store.open(Path(path)) as store:
            if mode == "endless":
                endless(store, more[0], int(more[1]))
            elif mode == "hold":
                store.claim()
                say("held")
                sys.stdin.read()
            else:
                run = store.begin_run(started_at=MOMENT, who="test", way=Way.SSH, scope="once")
                store.keep(run.number, [outcome("once", int(more[0]) if more else 10)])
                say("kept")
    except StoreError as error:
        say(f"refused {error}")
        return 6
    return 0


if __name__ == "__main__":
    sys.exit(main())
