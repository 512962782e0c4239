"""Keeping 20,000 outcomes with their captures, facts and 100 findings each, beside plain sqlite3 writing the same bytes.

    python benchmarks/storing.py [--outcomes 20000] [--batch 50] [--pad 0] [--rounds 3]

The captures are the lab's answers, framed by the probe and parsed, each with its own numbers, names and times; `--pad` adds so
many bytes of package lists to each. Ours digests, compresses, chains and commits every batch with full sync; the peer is handed
the finished rows and inserts them by `executemany` in transactions of the same size, with the same sync. Both alternate in this
process; medians and their ratio are printed. What reading costs stands below.
"""

import argparse
import gc
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from secaudit.catalog import load_catalog
from secaudit.facts import parse_facts
from secaudit.judge import Judge
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FactSet, Known
from secaudit.model.finding import Finding
from secaudit.model.inventory import Endpoint, EndpointKind
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.probe import frame, new_nonce
from secaudit.resources import data_folder
from secaudit.store import Store

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FINDINGS = 100
CATALOG = "c" * 64
TABLES = ("outcomes", "captures", "facts", "findings")


@dataclass
class Machine:
    """One answer with what is made of it."""

    answer: str
    facts: FactSet
    findings: tuple[Finding, ...]


def machines() -> list[Machine]:
    catalog = load_catalog(data_folder("checks"))
    judge = Judge(catalog.checks.values())
    endpoint = Endpoint(id="pc", kind=EndpointKind.WORKSTATION)
    found = []
    for name in answer_names():
        nonce = new_nonce()
        capture = frame(platform_of(name), nonce, render_answer(name, nonce, int(NOW.timestamp())))
        facts = parse_facts(capture, catalog.knowledge, NOW)
        judged = judge.judge(endpoint, facts)
        many = [
            replace(judged[place % len(judged)], check=f"{judged[place % len(judged)].check}-{place}")
            for place in range(FINDINGS)
        ]
        found.append(Machine(name, facts, tuple(many)))
    return found


def padded(capture: Capture, size: int, chance: random.Random) -> Capture:
    """The capture with a section of about ``size`` bytes of package names and versions, different on every machine."""
    lines = []
    while size > 0:
        name, version = f"lib{chance.randrange(3000)}-{chance.choice(('dev', 'bin', 'common'))}", chance.randrange(400) / 10
        line = f"{name} {version}-1\n"
        lines.append(line)
        size -= len(line)
    body = "".join(lines).encode()
    raw = capture.raw + body
    sections = (*capture.sections, Section("packages", SectionStatus.OK, body, 0))
    return replace(capture, raw=raw, sections=sections, digest=sha256(raw).hexdigest())


def outcome(number: int, machine: Machine, pad: int, chance: random.Random) -> Outcome:
    at = NOW + timedelta(seconds=number)
    nonce = new_nonce()
    capture = frame(platform_of(machine.answer), nonce, render_answer(machine.answer, nonce, int(at.timestamp())))
    if pad:
        capture = padded(capture, pad, chance)
    name = f"so-khcn-pc-{number:05}"
    own = {
        "machine.name": Known(name.upper(), "identity"),
        "machine.id": Known(chance.randbytes(16).hex(), "identity"),
        "machine.uptime_days": Known(chance.randrange(90), "identity"),
    }
    facts = {**machine.facts, **own}
    return Outcome(
        name, Way.SSH, Grade.A, Sight.SEEN, at - timedelta(seconds=4), at, "", capture, facts, "SHA256:" + "k" * 43, "SSH-2.0-x"
    )


def ours(path: Path, outcomes: Sequence[Outcome], findings: Sequence[tuple[Finding, ...]], batch: int) -> None:
    with Store.open(path) as store:
        run = store.begin_run(started_at=NOW, who="bench", way=Way.SSH, scope="all", catalog_digest=CATALOG)
        for start in range(0, len(outcomes), batch):
            kept = store.keep(run.number, outcomes[start : start + batch])
            items = {one.number: findings[one.number - 1] for one in kept}
            store.save_findings(CATALOG, NOW, items)
        store.end_run(run.number, "finished", NOW)


def rows_of(path: Path) -> dict[str, tuple[str, list[tuple[Any, ...]]]]:
    connection = sqlite3.connect(path)
    found = {}
    for table in TABLES:
        definition = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        found[table] = (definition, connection.execute(f"SELECT * FROM {table}").fetchall())
    connection.close()
    return found


def peer(path: Path, rows: dict[str, tuple[str, list[tuple[Any, ...]]]], batch: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    for definition, _ in rows.values():
        connection.execute(definition)
    count = len(rows["outcomes"][1])
    for start in range(0, count, batch):
        for group in (TABLES[:3], TABLES[3:]):  # ours commits evidence before it is judged, and findings after
            connection.execute("BEGIN IMMEDIATE")
            for table in group:
                some = rows[table][1][start : start + batch]
                connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(some[0]))})", some)
            connection.execute("COMMIT")
    connection.close()


def timed(job: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    gc.collect()
    start, used = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - start, time.process_time() - used


def shown(name: str, clock: float, used: float, count: int, size: int | None = None) -> None:
    tail = f"  {size / 1e6:8.1f} MB on disk, {size / count:7.0f} B each" if size is not None else ""
    print(f"{name:34} {clock:7.2f} s  cpu {used:6.2f} s  {count / clock:8.0f}/s{tail}")


def reading(path: Path, count: int) -> None:
    numbers = range(1, count + 1)
    with Store.open(path, create=False) as store:
        at = NOW + timedelta(days=1)
        shown("states", *timed(lambda: store.latest(at, 30)), count)
        shown("states with facts", *timed(lambda: store.latest(at, 30, with_facts=True)), count)
        shown("findings", *timed(lambda: store.findings(CATALOG, numbers)), count)
        shown(
            "captures, 500 at a time",
            *timed(lambda: [store.captures_of(numbers[i : i + 500]) for i in range(0, count, 500)]),
            count,
        )
        flaws: list[Any] = []
        shown("verify everything", *timed(lambda: flaws.extend(store.verify().problems)), count)
        if flaws:
            raise SystemExit(f"the store does not verify: {flaws[:3]}")
        whole = path.stat().st_size
        shown("prune all captures", *timed(lambda: store.prune_captures(at)), count)
    print(f"{'room given back by pruning':34} {(whole - path.stat().st_size) / 1e6:7.1f} MB of {whole / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--outcomes", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=50, help="outcomes per transaction")
    parser.add_argument("--pad", type=int, default=0, help="bytes added to each capture")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    chance = random.Random(1)
    kinds = machines()
    outcomes = [outcome(number, kinds[number % len(kinds)], options.pad, chance) for number in range(options.outcomes)]
    findings = [kinds[number % len(kinds)].findings for number in range(len(outcomes))]
    raw = sum(len(one.capture.raw) for one in outcomes if one.capture)
    each = raw / len(outcomes)
    print(f"{len(outcomes)} outcomes, {each:.0f} B of answer and {FINDINGS} findings each, {options.batch} per transaction")
    times: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(options.rounds):
            mine, theirs = Path(folder) / f"ours{turn}.db", Path(folder) / f"peer{turn}.db"
            times["ours"].append(timed(lambda path=mine: ours(path, outcomes, findings, options.batch)))
            rows = rows_of(mine)
            times["peer"].append(timed(lambda path=theirs, rows=rows: peer(path, rows, options.batch)))
            sizes = mine.stat().st_size, theirs.stat().st_size
            theirs.unlink()
            if turn < options.rounds - 1:
                mine.unlink()
            del rows
        (clock, used), (their_clock, their_used) = (
            (statistics.median(one[0] for one in times[name]), statistics.median(one[1] for one in times[name])) for name in times
        )
        shown("ours: digest, compress, chain, keep", clock, used, len(outcomes), sizes[0])
        shown("sqlite3 executemany, same bytes", their_clock, their_used, len(outcomes), sizes[1])
        print(f"{'ratio by the clock / processor':34} {clock / their_clock:7.2f} / {used / their_used:.2f}")
        reading(mine, len(outcomes))


if __name__ == "__main__":
    main()
