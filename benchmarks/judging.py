"""Judging 20,000 endpoints by 100 checks, beside the same checks written as Python functions.

    python benchmarks/judging.py [--endpoints N] [--repeat N]

The checks are the shipped ones with varied parameters. Two populations: `usual` machines resemble each other as machines of
one province do; in `all different` every machine has numbers and texts no other one has, so that nothing remembered helps.
Ours and the peer alternate in one process; printed are medians of processor time, their ratio, and the memory it took.
The peer gives verdicts only: no missing facts, no reasons, no evidence.
"""

import argparse
import gc
import operator
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psutil

from secaudit.judge import Judge
from secaudit.model.base import Texts
from secaudit.model.check import Check, Fix, Severity
from secaudit.model.fact import FACTS, FactSet, Known, Missing, MissingReason
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import Endpoint, EndpointKind

Values = Mapping[str, Any]
Rule = Callable[[Values, int], bool]
Machine = tuple[Endpoint, FactSet | None, int | None]
Template = tuple[str, str, Rule, list[int]]
"""``when``, ``pass``, the latter in Python, and the values of ``param.n``."""

ANY = 'endpoint.kind in ["workstation", "laptop", "server"]'
GUARDED = 'endpoint.kind == "server" && endpoint.level >= 3'
LINUX = 'os.family == "linux"'
WINDOWS = 'os.family == "windows"'
KINDS = ("workstation", "laptop", "server")
# The same in Python; a missing fact raises KeyError.
WHEN: dict[str, Callable[[Values], bool]] = {
    ANY: lambda f: f["endpoint.kind"] in KINDS,
    GUARDED: lambda f: f["endpoint.kind"] == "server" and f["endpoint.level"] >= 3,
    LINUX: lambda f: f["os.family"] == "linux",
    WINDOWS: lambda f: f["os.family"] == "windows",
}
BETTER = (
    'protection.products.exists(p, p.kind in ["av", "edr"] && p.running && p.realtime && p.signature_age_days < param.n)'
    ' || protection.products.exists(p, p.kind == "edr" && p.running)'
)


def _protected(f: Values, n: int) -> bool:
    products = f["protection.products"]
    current = (p["kind"] in ("av", "edr") and p["running"] and p["realtime"] and p["signature_age_days"] < n for p in products)
    return any(current) or any(p["kind"] == "edr" and p["running"] for p in products)


def _quiet(f: Values, n: int) -> bool:
    return not any(name.startswith(("openssl", "linux-")) for name in f["patch.pending_security_names"]) or f["patch.pending"] > n


def _logins(f: Values, n: int) -> bool:
    return all(a["uid"] >= n or a["password"] != "empty" for a in f["accounts.login"]) and len(f["accounts.login"]) > 0


def _root(f: Values, n: int) -> bool:
    if not f["sshd.installed"] or f["sshd.permit_root_login"] in ("no", "prohibit-password"):
        return True
    return f["machine.uptime_days"] < n


def _product(f: Values, condition: Callable[[Values], bool]) -> bool:
    return any(p["kind"] in ("av", "edr") and condition(p) for p in f["protection.products"])


def _number(fact: str, sign: str, numbers: list[int]) -> Template:
    compute = {"<": operator.lt, "<=": operator.le, ">": operator.gt}[sign]
    return ANY, f"{fact} {sign} param.n", lambda f, n: compute(f[fact], n), numbers


def _flag(when: str, fact: str) -> Template:
    return when, f"{fact} || machine.uptime_days < param.n", lambda f, n: f[fact] or f["machine.uptime_days"] < n, [0, 1]


def _not(when: str, fact: str) -> Template:
    return when, f"!{fact} || machine.uptime_days < param.n", lambda f, n: not f[fact] or f["machine.uptime_days"] < n, [0, 1]


def _empty(fact: str) -> Template:
    return LINUX, f"size({fact}) <= param.n", lambda f, n: len(f[fact]) <= n, [0, 1]


TEMPLATES: list[Template] = [
    (
        ANY,
        'protection.products.exists(p, p.kind in ["av", "edr"] && size(p.name) > param.n)',
        lambda f, n: _product(f, lambda p: len(p["name"]) > n),
        [0, 1, 2, 3],
    ),
    (ANY, BETTER, _protected, [3, 5, 7, 10, 14, 21, 30]),
    (
        ANY,
        'protection.products.exists(p, p.kind in ["av", "edr"] && p.managed && p.signature_age_days < param.n)',
        lambda f, n: _product(f, lambda p: p["managed"] and p["signature_age_days"] < n),
        [7, 14, 30, 60],
    ),
    (
        GUARDED,
        'protection.products.exists(p, p.kind == "edr" && p.running && size(p.name) > param.n)',
        lambda f, n: any(p["kind"] == "edr" and p["running"] and len(p["name"]) > n for p in f["protection.products"]),
        [1, 2, 3, 4],
    ),
    _number("patch.pending_security", "<=", [0, 1, 5, 10, 20]),
    _number("patch.pending", "<=", [0, 10, 20, 40]),
    _number("patch.metadata_age_days", "<", [2, 7, 14, 30]),
    _number("patch.last_installed_age_days", "<=", [31, 45, 62, 93]),
    _number("os.support_days_left", ">", [0, 30, 90, 180, 365]),
    _number("machine.uptime_days", "<", [30, 60, 90, 180]),
    (
        ANY,
        "time.skew_seconds <= param.n && time.skew_seconds >= -param.n",
        lambda f, n: -n <= f["time.skew_seconds"] <= n,
        [5, 60, 120, 300],
    ),
    (
        LINUX,
        "!sshd.installed || sshd.max_auth_tries <= param.n",
        lambda f, n: not f["sshd.installed"] or f["sshd.max_auth_tries"] <= n,
        [3, 4, 5, 6],
    ),
    (
        LINUX,
        '!sshd.installed || sshd.permit_root_login in ["no", "prohibit-password"] || machine.uptime_days < param.n',
        _root,
        [0, 1, 2, 3],
    ),
    (
        LINUX,
        'size(accounts.uid0) <= param.n && accounts.uid0.all(n, n == "root")',
        lambda f, n: len(f["accounts.uid0"]) <= n and all(name == "root" for name in f["accounts.uid0"]),
        [1, 2, 3, 4],
    ),
    (
        LINUX,
        'accounts.login.all(a, a.uid >= param.n || a.password != "empty") && size(accounts.login) > 0',
        _logins,
        [1, 1000, 1001, 2000],
    ),
    (
        LINUX,
        '!patch.pending_security_names.exists(n, n.startsWith("openssl") || n.startsWith("linux-")) || patch.pending > param.n',
        _quiet,
        [100, 200, 300, 400],
    ),
    (
        WINDOWS,
        "firewall.profiles.all(p, p.enabled) && size(firewall.profiles) >= param.n",
        lambda f, n: all(p["enabled"] for p in f["firewall.profiles"]) and len(f["firewall.profiles"]) >= n,
        [1, 2, 3],
    ),
    (
        WINDOWS,
        "os.build >= param.n && !os.server || settings.uac",
        lambda f, n: (f["os.build"] >= n and not f["os.server"]) or f["settings.uac"],
        [10240, 19045, 22631, 26100],
    ),
    *(_flag(ANY, fact) for fact in ("firewall.active", "patch.automatic", "time.synchronised", "logging.active")),
    *(_flag(LINUX, fact) for fact in ("patch.security_source", "logging.persistent", "logging.remote")),
    *(_not(ANY, fact) for fact in ("patch.reboot_required",)),
    *(_not(WINDOWS, fact) for fact in ("settings.smb1_server", "settings.rdp")),
    *(_empty(fact) for fact in ("accounts.empty_password", "services.insecure")),
    _flag(WINDOWS, "settings.uac"),
]
_TEXTS = Texts(vi="-", en="-")


def _check(number: int, when: str, passes: str, value: int) -> Check:
    return Check.model_validate(
        {
            "id": f"bench.check-{number:03}",
            "title": _TEXTS,
            "severity": Severity.HIGH,
            "when": when,
            "pass": passes,
            "param": {"n": value},
            "what": _TEXTS,
            "why": _TEXTS,
            "verify": _TEXTS,
            "fix": Fix(),
            "cases": (),
        }
    )


def _catalogue(count: int) -> tuple[list[Check], list[tuple[Callable[[Values], bool], Rule, int]]]:
    checks, peer = [], []
    for when, passes, rule, numbers in TEMPLATES:
        for value in numbers:
            checks.append(_check(len(checks), when, passes, value))
            peer.append((WHEN[when], rule, value))
    if len(checks) < count:
        raise SystemExit(f"only {len(checks)} checks can be made")
    return checks[:count], peer[:count]


class Population:
    """Makes the same machines again on every pass, so that they need no memory."""

    def __init__(self, count: int, different: bool) -> None:
        self.count = count
        self.different = different

    def __iter__(self) -> Iterator[Machine]:
        chance = random.Random(331)
        for number in range(self.count):
            kind = chance.choices(KINDS, (80, 12, 8))[0]
            linux = kind == "server" and chance.random() < 0.6
            endpoint = Endpoint.model_construct(
                id=f"agency-{number // 22}-pc-{number % 22:03}",
                kind=EndpointKind(kind),
                os="linux" if linux else "windows",
                ownership="agency",
            )
            seen = chance.random() < 0.9
            level = chance.choice([None, 1, 2, 3])
            yield endpoint, self._facts(chance, linux, number) if seen else None, level

    def _facts(self, chance: random.Random, linux: bool, number: int) -> FactSet:
        values = {**self._common(chance, number), **(_linux(chance) if linux else _windows(chance))}
        facts: dict[str, Known | Missing] = {}
        for name, value in values.items():
            if chance.random() < 0.04:
                facts[name] = Missing(chance.choice([MissingReason.DENIED, MissingReason.TIMEOUT, MissingReason.ABSENT]))
            else:
                facts[name] = Known(value, "s")
        return facts

    def _common(self, chance: random.Random, number: int) -> dict[str, object]:
        unique = number * 400 if self.different else 0
        pending = int(chance.expovariate(1 / 6))
        return {
            "machine.name": f"PC-{number}",
            "machine.serial": f"5CD{number:07}",
            "machine.uptime_days": int(chance.expovariate(1 / 8)) + unique,
            "os.name": "Windows 10 Pro",
            "os.support_days_left": chance.choice([-420, -40, 55, 330, 700]) + unique,
            "patch.pending": pending + int(chance.expovariate(1 / 4)) + unique,
            "patch.pending_security": pending + unique,
            "patch.last_installed_age_days": int(chance.expovariate(1 / 40)) + unique,
            "patch.reboot_required": chance.random() < 0.2,
            "patch.automatic": chance.random() < 0.7,
            "protection.products": self._products(chance, number, unique),
            "firewall.active": chance.random() < 0.8,
            "time.synchronised": chance.random() < 0.9,
            "time.skew_seconds": int(chance.gauss(0, 20)) + unique,
            "logging.active": chance.random() < 0.95,
        }

    def _products(self, chance: random.Random, number: int, unique: int) -> list[dict[str, object]]:
        products = []
        for name, kind in chance.sample(
            (("defender", "av"), ("kes", "edr"), ("kes-agent", "agent"), ("bkav", "av")), chance.choice([0, 1, 1, 2])
        ):
            product = {
                "id": name,
                "name": f"{name} {number}" if self.different else name.title(),
                "kind": kind,
                "running": chance.random() < 0.9,
                "realtime": chance.random() < 0.9,
                "signature_age_days": int(chance.expovariate(1 / 5)) + unique,
                "source": "sc2",
            }
            if chance.random() < 0.5:
                product["managed"] = chance.random() < 0.6
            products.append(product)
        return products


def _linux(chance: random.Random) -> dict[str, object]:
    packages = ("openssl", "linux-image", "curl", "bind9", "python3", "libc6", "sudo", "vim")
    return {
        "os.family": "linux",
        "os.id": "debian",
        "patch.metadata_age_days": int(chance.expovariate(1 / 4)),
        "patch.pending_security_names": chance.sample(packages, chance.randint(0, 6)),
        "patch.security_source": chance.random() < 0.9,
        "sshd.installed": True,
        "sshd.permit_root_login": chance.choice(["yes", "no", "prohibit-password"]),
        "sshd.max_auth_tries": chance.choice([3, 6]),
        "accounts.uid0": ["root"],
        "accounts.empty_password": [],
        "accounts.login": [
            {"name": name, "uid": uid, "shell": "/bin/bash", "password": "set"} for name, uid in (("root", 0), ("admin", 1000))
        ],
        "logging.persistent": chance.random() < 0.8,
        "logging.remote": chance.random() < 0.2,
        "services.insecure": chance.sample(["telnet", "ftp"], chance.choice([0, 0, 0, 1])),
    }


def _windows(chance: random.Random) -> dict[str, object]:
    return {
        "os.family": "windows",
        "os.build": chance.choice([7601, 19045, 22631, 26100]),
        "os.revision": chance.choice([3000, 4291, 5247]),
        "os.server": False,
        "firewall.profiles": [{"name": name, "enabled": chance.random() < 0.9} for name in ("Domain", "Private", "Public")],
        "settings.uac": chance.random() < 0.9,
        "settings.rdp": chance.random() < 0.3,
        "settings.rdp_nla": chance.random() < 0.8,
        "settings.smb1_server": chance.random() < 0.2,
    }


def _judge_all(judge: Judge, batch: list[Machine], counts: dict[Verdict, int]) -> float:
    started = time.process_time()
    for endpoint, facts, level in batch:
        for finding in judge.judge(endpoint, facts, level=level):
            counts[finding.verdict] += 1
    return time.process_time() - started


def _peer_all(rules: list[tuple[Callable[[Values], bool], Rule, int]], batch: list[Machine], counts: dict[Verdict, int]) -> float:
    started = time.process_time()
    for endpoint, facts, level in batch:
        values = {name: fact.value for name, fact in (facts or {}).items() if type(fact) is Known}
        values.update({"endpoint.kind": endpoint.kind.value, "endpoint.os": endpoint.os})
        if level is not None:
            values["endpoint.level"] = level
        for number, (when, passes, value) in enumerate(rules):
            try:
                verdict = Verdict.NOT_APPLICABLE
                if when(values):
                    verdict = Verdict.PASS if passes(values, value) else Verdict.FAIL
            except KeyError:
                verdict = Verdict.UNKNOWN
            counts[Finding(f"bench.check-{number:03}", verdict).verdict] += 1
    return time.process_time() - started


def _measure(
    name: str, endpoints: int, repeat: int, checks: list[Check], rules: list[tuple[Callable[[Values], bool], Rule, int]]
) -> None:
    process = psutil.Process()
    ours, peers, high = [], [], 0
    for _ in range(repeat):
        judge = Judge(checks)
        mine, theirs = dict.fromkeys(Verdict, 0), dict.fromkeys(Verdict, 0)
        my_time = their_time = 0.0
        batch: list[Machine] = []
        gc.collect()
        before = process.memory_info().rss
        for machine in Population(endpoints, name == "all different"):
            batch.append(machine)
            if len(batch) == 500:
                my_time += _judge_all(judge, batch, mine)
                their_time += _peer_all(rules, batch, theirs)
                batch.clear()
                high = max(high, process.memory_info().rss - before)
        my_time += _judge_all(judge, batch, mine)
        their_time += _peer_all(rules, batch, theirs)
        ours.append(my_time)
        peers.append(their_time)
    pairs = endpoints * len(checks)
    mine_median, peer_median = statistics.median(ours), statistics.median(peers)
    print(f"{name}: {endpoints} endpoints x {len(checks)} checks, {repeat} times")
    print(f"  judge   {mine_median:7.2f} s  {mine_median / pairs * 1e6:5.2f} us per finding")
    print(f"  peer    {peer_median:7.2f} s  {peer_median / pairs * 1e6:5.2f} us per verdict")
    print(f"  ratio   {mine_median / peer_median:7.2f}")
    print(f"  memory  {high / 2**20:7.1f} MB more at its highest")
    print("  verdicts " + ", ".join(f"{verdict.value} {count}" for verdict, count in mine.items() if count))
    print("  peer     " + ", ".join(f"{verdict.value} {count}" for verdict, count in theirs.items() if count))


def main() -> None:
    """Run both populations."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoints", type=int, default=20_000)
    parser.add_argument("--checks", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    checks, rules = _catalogue(options.checks)
    assert all(name in FACTS for name in _linux(random.Random(1)) | _windows(random.Random(1)))
    for name in ("usual", "all different"):
        _measure(name, options.endpoints, options.repeat, checks, rules)


if __name__ == "__main__":
    main()
