"""A province whose machines were seen: inventory and store of any size, made once and kept outside the checkout.

The evidence is what the lab's machines answer, framed by the probe and parsed, each with its own name, numbers, ages and times,
so that hardly two machines have the same values. A third is seen over SSH, half through a collector, the rest by nobody.
"""

import hashlib
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from province import Size, write_province

from secaudit.facts import parse_facts
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.model.fact import FactSet, FactValue, Known
from secaudit.model.inventory import Endpoint
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.province import Province, load_province
from secaudit.pipeline.uncollected import uncollected
from secaudit.probe import frame, new_nonce
from secaudit.resources import data_folder
from secaudit.store import Store

MOMENT = datetime(2026, 12, 10, 9, tzinfo=UTC)
_BATCH = 200
_VARIED = {
    "machine.uptime_days": 60, "patch.pending_security": 12, "patch.pending": 30, "logging.oldest_days": 200,
    "software.count": 90, "time.skew_seconds": 40, "password.min_length": 14, "lockout.threshold": 10,
    "machine.memory_mb": 16_000,
}  # fmt: skip
"""Fact -> values are drawn below this."""


@dataclass(frozen=True)
class Filled:
    """Where it lies."""

    inventory: Path
    store: Path


def filled(size: Size, cache: Path | None = None) -> Filled:
    """The province of this size, made when it is not there yet; a new catalog makes a new one."""
    base = cache or Path(tempfile.gettempdir()) / "secaudit-bench"
    marks = repr((asdict(size), Path(__file__).read_bytes(), (Path(__file__).parent / "province.py").read_bytes()))
    catalog = hashlib.sha256(b"".join(sorted(path.read_bytes() for path in data_folder("checks").rglob("*.yaml")))).hexdigest()
    home = base / f"{size.agencies}-{size.endpoints}-{hashlib.sha256((marks + catalog).encode()).hexdigest()[:12]}"
    found = Filled(home / "inventory", home / "store.sqlite")
    if not home.is_dir():
        making = base / f".{home.name}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True, mode=0o700)
        write_province(making / "inventory", size)
        _fill(load_province(making / "inventory", data_folder("checks"), None), making / "store.sqlite", size.seed)
        making.rename(home)
    return found


@uncollected()
def _fill(province: Province, path: Path, seed: int) -> None:
    chance = random.Random(seed)
    seen: dict[Way, list[Endpoint]] = {Way.SSH: [], Way.COURIER: []}
    for endpoint in province.inventory.endpoints.values():
        way = chance.choices((Way.SSH, Way.COURIER, None), (30, 50, 20))[0]
        if way is not None and endpoint.kind != "isolated":
            seen[way].append(endpoint)
    answers = _Answers(province, chance)
    with Store.open(path) as store:
        for way, endpoints in seen.items():
            run = store.begin_run(
                started_at=MOMENT - timedelta(days=2), who="bench", way=way, scope="all",
                inventory_digest=province.inventory.digest, catalog_digest=province.catalog.digest,
            )  # fmt: skip
            for start in range(0, len(endpoints), _BATCH):
                store.keep(run.number, list(answers.outcomes(endpoints[start : start + _BATCH], way)))
            store.end_run(run.number, "finished", MOMENT - timedelta(days=1))


class _Answers:
    """What the lab's machines answer, made into others' answers."""

    def __init__(self, province: Province, chance: random.Random) -> None:
        self._chance = chance
        self._facts: dict[str, FactSet] = {}
        self._names: dict[str, list[str]] = {"windows": [], "linux": []}
        for name in answer_names():
            nonce = new_nonce()
            capture = frame(platform_of(name), nonce, render_answer(name, nonce, int(MOMENT.timestamp())))
            self._facts[name] = parse_facts(capture, province.catalog.knowledge, MOMENT)
            self._names["windows" if platform_of(name) == "windows" else "linux"].append(name)

    def outcomes(self, endpoints: list[Endpoint], way: Way) -> Iterator[Outcome]:
        for endpoint in endpoints:
            name = self._chance.choice(self._names[endpoint.os or "windows"])
            at = MOMENT - timedelta(minutes=self._chance.randrange(60, 2 * 24 * 60))
            nonce = new_nonce()
            capture = frame(platform_of(name), nonce, render_answer(name, nonce, int(at.timestamp())))
            grade = Grade.A if way is Way.SSH else Grade.C
            yield Outcome(
                endpoint.id, way, grade, Sight.SEEN, at - timedelta(seconds=5), at, "", capture, self._own(name, endpoint),
                "SHA256:" + "k" * 43, "SSH-2.0-OpenSSH_9.2",
            )  # fmt: skip

    def _own(self, name: str, endpoint: Endpoint) -> FactSet:
        facts: dict[str, FactValue] = dict(self._facts[name])
        for fact, most in _VARIED.items():
            value = facts.get(fact)
            if isinstance(value, Known):
                facts[fact] = replace(value, value=self._chance.randrange(most))
        products = facts.get("protection.products")
        if isinstance(products, Known):
            aged = [{**one, "signature_age_days": self._chance.randrange(40)} for one in products.value if isinstance(one, dict)]
            facts["protection.products"] = replace(products, value=aged)
        facts["machine.name"] = Known(endpoint.hostname or endpoint.id.upper(), "identity")
        facts["machine.id"] = Known(self._chance.randbytes(16).hex(), "identity")
        facts["machine.uuid"] = Known(self._chance.randbytes(16).hex(), "hardware")
        facts["machine.serial"] = Known(endpoint.serial or endpoint.id, "hardware")
        facts["machine.mac"] = Known(["02:" + ":".join(f"{byte:02x}" for byte in self._chance.randbytes(5))], "hardware")
        return facts
