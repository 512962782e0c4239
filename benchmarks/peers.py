"""The same real OpenSSH server asked by secaudit, ``ansible -m raw``, pyinfra and ``xargs -P ssh``: client CPU per endpoint.

    python benchmarks/peers.py [--count 200 --at-once 40 --rounds 1 --delay 0]

One sshd on loopback stands behind as many addresses in 127.0.0.0/8 as there are endpoints (a small relay in the server's
process), so that nobody can share a connection. All run ``uname -a`` with the same key, the same number at once and strict host
keys.
``collect`` asks the whole probe and reads its facts instead. CPU is that of the client and all its descendants, start of the
program included; beside it what one more endpoint costs, which leaves the start out.

ansible-core and pyinfra are installed by pip into an environment of their own that is removed afterwards; one that cannot be had
is left out, and said so. Must hold for one more endpoint: at least 10 times less CPU than ansible, 3 times less than pyinfra.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from secaudit.collect import Job, Limits, NullObserver, collect
from secaudit.lab.sshd import Sshd
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Outcome, Sight, StoredOutcome
from secaudit.transport import Credentials, HostKeys, KeyFile, Target
from secaudit.transport.ssh import SshTransport

sys.path.insert(0, str(Path(__file__).parent))
import fanout

COMMAND = "uname -a"
SECONDS = 120.0
ADDRESS = "127.39.0.1"
PEERS = {"ansible": "ansible-core", "pyinfra": "pyinfra"}
REQUIRED = {"ansible": 10.0, "pyinfra": 3.0}


@dataclass(frozen=True)
class Setting:
    """What every client is told."""

    folder: Path
    tools: Path
    """Programs of the peers."""
    port: int
    user: str
    count: int
    at_once: int

    @property
    def key(self) -> Path:
        return self.folder / "sshd" / "client_key"

    @property
    def known(self) -> Path:
        return self.folder / "known_hosts"

    def addresses(self) -> list[str]:
        return [f"127.{40 + n // 62500}.{n // 250 % 250}.{1 + n % 250}" for n in range(self.count)]

    def options(self) -> list[str]:
        """OpenSSH's client: nothing of this account's own settings, strict host keys."""
        words = (
            "BatchMode=yes", "StrictHostKeyChecking=yes", f"UserKnownHostsFile={self.known}", "GlobalKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes", f"ConnectTimeout={int(SECONDS)}", "LogLevel=ERROR", "ControlMaster=no",
        )  # fmt: skip
        return ["-F", "none", *(part for word in words for part in ("-o", word))]


@dataclass(frozen=True)
class Request:
    command: str = COMMAND
    stdin: bytes = b""


def run_transport(setting: Setting) -> int:
    transport = SshTransport(Credentials((KeyFile(setting.key),)), HostKeys.read(setting.known))

    def ask(address: str) -> None:
        target, deadline = Target(address, setting.port, setting.user), time.monotonic() + SECONDS
        reply = transport.execute(target, lambda _version: Request(), deadline=deadline, max_bytes=1 << 20)
        assert reply.stdout.startswith(b"Linux")

    return fanout.in_threads(setting.addresses(), setting.at_once, ask)


def run_collect(setting: Setting) -> int:
    transport = SshTransport(Credentials((KeyFile(setting.key),)), HostKeys.read(setting.known))
    jobs = [
        Job(Endpoint(id=f"m{n}", kind="server", os="linux"), Target(address, setting.port, setting.user))
        for n, address in enumerate(setting.addresses())
    ]

    def keep(outcomes: Sequence[Outcome]) -> list[StoredOutcome]:
        return [StoredOutcome(1, 1, outcome, "") for outcome in outcomes]

    limits = replace(Limits(), in_flight=setting.at_once, per_second=100_000, endpoint_seconds=SECONDS, **fanout.OWN_LIMITS)
    stop = threading.Event()
    sights = collect(jobs, transport, limits=limits, knowledge=Knowledge(), keep=keep, observer=NullObserver(), stop=stop)
    return sights[Sight.SEEN]


def run_ssh(setting: Setting) -> int:
    command = ["xargs", "-P", str(setting.at_once), "-I{}", "ssh", *setting.options()]
    command += ["-i", str(setting.key), "-p", str(setting.port), f"{setting.user}@{{}}", COMMAND]
    found = subprocess.run(command, input="\n".join(setting.addresses()).encode(), capture_output=True, check=False)
    return found.stdout.count(b"Linux ")


def run_ansible(setting: Setting) -> int:
    inventory = setting.folder / "hosts.ini"
    inventory.write_text("[all]\n" + "\n".join(setting.addresses()) + "\n", encoding="utf-8")
    settings = setting.folder / "ansible.cfg"  # nothing of this account's own
    settings.touch()
    environment = {
        **os.environ,
        "LC_ALL": "C.UTF-8",  # it refuses to start in a locale that is not UTF-8
        "ANSIBLE_CONFIG": str(settings),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_SSH_ARGS": " ".join(setting.options()),
        "ANSIBLE_SSH_USETTY": "False",
        "ANSIBLE_LOCAL_TEMP": str(setting.folder / "ansible"),
        "ANSIBLE_HOME": str(setting.folder / "ansible"),
    }
    command = [str(setting.tools / "ansible"), "all", "-i", str(inventory), "-m", "raw", "-a", COMMAND]
    command += ["-f", str(setting.at_once), "-u", setting.user, "--private-key", str(setting.key)]
    command += ["-e", f"ansible_port={setting.port}"]
    found = subprocess.run(command, capture_output=True, env=environment, check=False)
    return found.stdout.count(b"Linux ")


def run_pyinfra(setting: Setting) -> int:
    data = {
        "ssh_port": setting.port,
        "ssh_user": setting.user,
        "ssh_key": str(setting.key),
        "ssh_known_hosts_file": str(setting.known),
        "ssh_strict_host_key_checking": "yes",
        "ssh_allow_agent": False,
        "ssh_look_for_keys": False,
        "ssh_config_file": os.devnull,
    }
    inventory = setting.folder / "inventory.py"
    hosts = ", ".join(f"({address!r}, {data!r})" for address in setting.addresses())
    inventory.write_text(f"hosts = [{hosts},]\n", encoding="utf-8")
    command = [str(setting.tools / "pyinfra"), "-y", "--parallel", str(setting.at_once), str(inventory), "exec", "--", COMMAND]
    found = subprocess.run(command, capture_output=True, cwd=setting.folder, check=False)
    return (found.stdout + found.stderr).count(b"Linux ")


CLIENTS: dict[str, Callable[[Setting], int]] = {
    "transport": run_transport,
    "ansible": run_ansible,
    "pyinfra": run_pyinfra,
    "ssh": run_ssh,
    "collect": run_collect,
}


def serve(folder: Path, delay: float) -> None:
    """The child: one sshd and the relay before it; says the port, the account and the host key, ends with stdin."""
    with Sshd([ADDRESS], 0, folder / "sshd") as sshd:
        port = fanout.Proxy(sshd.port, delay, ADDRESS).start()
        told = {"port": port, "user": sshd.user, "key": f"{sshd.host_key.type} {sshd.host_key.base64}"}
        print(json.dumps(told), flush=True)
        sys.stdin.read()
    sys.stdout.flush()
    os._exit(0)


def install(folder: Path, wanted: Sequence[str]) -> list[str]:
    """The peers that could be had; prints their versions, or that they could not be installed."""
    if not wanted:
        return []
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    had = []
    for name in wanted:
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEERS[name]]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode or not (folder / "bin" / name).exists():
            print(f"{name} could not be installed and is left out")
            continue
        show = [str(python), "-c", f"import importlib.metadata as m; print(m.version('{PEERS[name]}'))"]
        print(f"{PEERS[name]} {subprocess.run(show, capture_output=True, text=True, check=True).stdout.strip()}")
        had.append(name)
    return had


def measure(setting: Setting, name: str) -> tuple[float, float]:
    """(endpoints per second, CPU seconds of the client and all its descendants) of one run in a process of its own."""
    numbers = [str(part) for part in (setting.port, setting.user, setting.count, setting.at_once)]
    before, began = children(), time.perf_counter()
    found = subprocess.run(
        [sys.executable, __file__, "--client", name, str(setting.folder), str(setting.tools), *numbers],
        stdout=subprocess.PIPE,
        check=True,
    )
    seconds, cpu = time.perf_counter() - began, children() - before
    done = int(found.stdout.split()[-1])
    if done != setting.count:
        print(f"  {name}: {done} of {setting.count} answered")
    return done / seconds, cpu


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(setting: Setting, names: Sequence[str], rounds: int, collected: int) -> int:
    """Interleaved rounds, medians, ratios to ``transport``; 0 when the required ratios hold."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            many = replace(setting, count=min(collected, setting.count)) if name == "collect" else setting
            _, start = measure(replace(many, count=1), name)
            rate, cpu = measure(many, name)
            found[name].append((rate, cpu / many.count, (cpu - start) / max(many.count - 1, 1)))
    medians = {name: tuple(statistics.median(column) for column in zip(*rows, strict=True)) for name, rows in found.items()}
    base = medians["transport"]
    print(f"\n{setting.count} endpoints (collect: {collected}), {setting.at_once} at once, {rounds} rounds, `{COMMAND}`\n")
    print(f"required: {', '.join(f'{name} {ratio:.0f} times' for name, ratio in REQUIRED.items())} the CPU of one more\n")
    print("| client | endpoints/s | CPU ms per endpoint | ratio | CPU ms of one more | ratio |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, (rate, cpu, more) in medians.items():
        print(f"| {name} | {rate:.1f} | {cpu * 1000:.1f} | {cpu / base[1]:.1f} | {more * 1000:.1f} | {more / base[2]:.1f} |")
    missed = [name for name, ratio in REQUIRED.items() if name in medians and medians[name][2] / base[2] < ratio]
    for name in missed:
        print(f"FAULT: {name} needs less than {REQUIRED[name]:.0f} times the CPU")
    return 1 if missed else 0


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0, help="round trip in milliseconds")
    parser.add_argument("--collect-count", type=int, default=20, help="machines for the whole probe: it is work for the server")
    parser.add_argument("--clients", default=",".join(CLIENTS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="peers-") as place:
        folder = Path(place)
        wanted = asked.clients.split(",")
        had = install(folder / "tools", [name for name in wanted if name in PEERS])
        names = ["transport", *(name for name in wanted if name in had or name not in {*PEERS, "transport"})]
        names = [name for name in names if name != "ssh" or (shutil.which("ssh") and shutil.which("xargs"))]
        with subprocess.Popen(
            [sys.executable, __file__, "--serve", str(folder), str(asked.delay / 1000)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as server:
            assert server.stdin is not None and server.stdout is not None
            try:
                told = json.loads(server.stdout.readline())
                tools = folder / "tools" / "bin"
                setting = Setting(folder, tools, told["port"], told["user"], asked.count, asked.at_once)
                lines = [f"[{address}]:{setting.port} {told['key']}\n" for address in setting.addresses()]
                setting.known.write_text("".join(lines), encoding="utf-8")
                setting.known.chmod(0o600)
                return compare(setting, names, asked.rounds, asked.collect_count)
            finally:
                server.stdin.close()
                server.wait(20)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(Path(sys.argv[2]), float(sys.argv[3]))
    elif sys.argv[1:2] == ["--client"]:
        name, spot, tools, port, user, count, at_once = sys.argv[2:]
        print(CLIENTS[name](Setting(Path(spot), Path(tools), int(port), user, int(count), int(at_once))), flush=True)
        os._exit(0)
    else:
        sys.exit(main())
