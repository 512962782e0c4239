"""How fast many machines are asked over SSH, beside other ways of asking them in the same run.

Contenders, each in a process of its own against the same lab (another process, addresses in 127.0.0.0/8 only):

  collect    secaudit as it is: probe, frame, facts of a captured Debian answer
  transport  secaudit's SSH alone: one command, the same bytes back
  blocking   paramiko as its manual shows it: connect, exec_command, read, with the same number of threads
  ssh        OpenSSH's client through xargs -P, as many at once as --ssh-at-once

Prints endpoints per second and client CPU per endpoint as medians over the rounds, and ratios to ``transport``; beside them
what the lab itself (and the proxy in it) used per endpoint: where that times the rate comes near 1000 ms, the lab is the limit.
``--delay`` puts a user-space proxy with that round trip (milliseconds) between client and lab.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import paramiko
import psutil

from secaudit.collect import Job, Limits, NullObserver, collect
from secaudit.lab.keys import fresh_key, private_key, public_key, seed_in
from secaudit.lab.map import Machine
from secaudit.lab.process import captured_answer
from secaudit.lab.server import LabServer
from secaudit.lab.session import LabTransport
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Outcome, Sight, StoredOutcome
from secaudit.transport import Credentials, HostKeys, KeyFile, Target
from secaudit.transport.base import HostKey
from secaudit.transport.ssh import SshTransport

USER = "audit"
PAYLOAD = b"x" * 20_000
ANSWER = "debian-13-server"
SECONDS = 120.0
OWN_LIMITS: dict[str, int] = {"per_network": 2000}
"""Limits that protect real networks are lifted: here all machines share one computer."""


@dataclass(frozen=True)
class Setting:
    """What every contender is told."""

    folder: Path
    port: int
    count: int
    in_flight: int
    ssh_at_once: int

    def addresses(self) -> list[str]:
        return [f"127.{40 + n // 62500}.{n // 250 % 250}.{1 + n % 250}" for n in range(self.count)]

    def known(self) -> list[tuple[str, HostKey]]:
        seed = seed_in(self.folder / "lab")
        return [(f"[{address}]:{self.port}", public_key(private_key(seed, address))) for address in self.addresses()]


@dataclass(frozen=True)
class Request:
    command: str = "exec cat"
    stdin: bytes = PAYLOAD


def in_threads(items: Sequence[str], number: int, act: Callable[[str], None]) -> int:
    """Run ``act`` for every item in ``number`` threads; how many succeeded."""
    todo, done = iter(items), []
    lock, begin = threading.Lock(), threading.Event()

    def work() -> None:
        begin.wait()  # starting threads among busy ones takes long
        while True:
            with lock:
                item = next(todo, None)
            if item is None:
                return
            with contextlib.suppress(Exception):
                act(item)
                done.append(item)

    threading.stack_size(256 * 1024)
    threads = [threading.Thread(target=work) for _ in range(min(number, len(items)))]
    for thread in threads:
        thread.start()
    begin.set()
    for thread in threads:
        thread.join()
    return len(done)


def run_collect(setting: Setting) -> int:
    transport = SshTransport(Credentials((KeyFile(setting.folder / "client"),)), HostKeys.of_keys(setting.known()))
    jobs = [
        Job(Endpoint(id=f"m{n}", kind="server", os="linux"), Target(address, setting.port, USER))
        for n, address in enumerate(setting.addresses())
    ]

    def keep(outcomes: Sequence[Outcome]) -> list[StoredOutcome]:
        return [StoredOutcome(1, 1, outcome, "") for outcome in outcomes]

    limits = Limits(in_flight=setting.in_flight, per_second=100_000, endpoint_seconds=SECONDS, **OWN_LIMITS)
    stop = threading.Event()
    sights = collect(jobs, transport, limits=limits, knowledge=Knowledge(), keep=keep, observer=NullObserver(), stop=stop)
    return sights[Sight.SEEN]


def run_transport(setting: Setting) -> int:
    transport = SshTransport(Credentials((KeyFile(setting.folder / "client"),)), HostKeys.of_keys(setting.known()))

    def ask(address: str) -> None:
        target, deadline = Target(address, setting.port, USER), time.monotonic() + SECONDS
        reply = transport.execute(target, lambda _version: Request(), deadline=deadline, max_bytes=1 << 22)
        assert reply.stdout == PAYLOAD

    return in_threads(setting.addresses(), setting.in_flight, ask)


def run_blocking(setting: Setting) -> int:
    key = paramiko.Ed25519Key.from_private_key_file(str(setting.folder / "client"))
    known = dict(setting.known())

    def ask(address: str) -> None:
        with socket.create_connection((address, setting.port), SECONDS) as sock:
            transport = paramiko.Transport(sock)
            transport.banner_timeout = transport.auth_timeout = transport.handshake_timeout = SECONDS
            try:
                transport.start_client(timeout=SECONDS)
                assert transport.get_remote_server_key().get_base64() == known[f"[{address}]:{setting.port}"].base64
                transport.auth_publickey(USER, key)
                channel = transport.open_session(timeout=SECONDS)
                channel.exec_command("exec cat")
                channel.sendall(PAYLOAD)
                channel.shutdown_write()
                received = b"".join(iter(lambda: channel.recv(65536), b""))
                channel.recv_exit_status()
                assert received == PAYLOAD
            finally:
                transport.close()

    return in_threads(setting.addresses(), setting.in_flight, ask)


def run_ssh(setting: Setting) -> int:
    known = setting.folder / "known_hosts"
    known.write_text("".join(f"{name} {key.type} {key.base64}\n" for name, key in setting.known()), encoding="utf-8")
    payload = setting.folder / "payload"
    payload.write_bytes(PAYLOAD)
    options = " ".join(
        f"-o {option}"
        for option in (
            "BatchMode=yes", "StrictHostKeyChecking=yes", f"UserKnownHostsFile={known}", "GlobalKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes", f"ConnectTimeout={int(SECONDS)}", "LogLevel=ERROR",
        )
    )  # fmt: skip
    script = f"ssh -F none {options} -i {setting.folder / 'client'} -p {setting.port} {USER}@{{}} cat < {payload} | wc -c"
    found = subprocess.run(
        ["xargs", "-P", str(setting.ssh_at_once), "-I{}", "sh", "-c", script],
        input="\n".join(setting.addresses()).encode(),
        capture_output=True,
        check=False,
    )
    return found.stdout.split().count(str(len(PAYLOAD)).encode())


CONTENDERS = {"collect": run_collect, "transport": run_transport, "blocking": run_blocking, "ssh": run_ssh}


def serve(folder: Path, addresses: Sequence[str], delay: float, client: HostKey) -> None:
    """The child: lab and, with a delay, the proxy before it; says the port, ends with stdin."""

    def answer(name: str, stdin: bytes) -> bytes | None:
        return captured_answer(name, stdin) or stdin

    machines = dict.fromkeys(addresses, Machine(answer=ANSWER))
    with LabServer(machines, folder=folder / "lab", client_keys=[client], answerer=answer, wildcard=True) as lab:
        port = lab.port
        if delay:
            port = Proxy(lab.port, delay).start()
        print(json.dumps({"port": port}), flush=True)
        sys.stdin.read()
    os._exit(0)


class Proxy:
    """Passes bytes on after half a round trip in each direction."""

    def __init__(self, port: int, delay: float, address: str | None = None) -> None:
        """To ``address``, or to the one that was asked."""
        self._port, self._delay, self._address = port, delay / 2, address
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        self._listener.bind(("0.0.0.0", 0))

    def start(self) -> int:
        threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True).start()
        return int(self._listener.getsockname()[1])

    async def _run(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._listener, backlog=1024)
        await server.serve_forever()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass_on(reader, writer))
        self._tasks.add(task)  # the loop itself holds tasks only weakly
        task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._delay * 2)  # the handshake below was the system's, without delay
        address = self._address or writer.get_extra_info("sockname")[0]
        far_reader, far_writer = await asyncio.open_connection(address, self._port)
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer), return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                loop.call_later(self._delay, writer.write, data)
        await asyncio.sleep(self._delay + 0.001)
        writer.close()


def measure(setting: Setting, name: str) -> tuple[float, float]:
    """(endpoints per second, client CPU seconds per endpoint) of one contender in a process of its own."""
    numbers = [str(part) for part in (setting.port, setting.count, setting.in_flight, setting.ssh_at_once)]
    found = subprocess.run(
        [sys.executable, __file__, "--contender", name, str(setting.folder), *numbers], stdout=subprocess.PIPE, check=True
    )
    told = json.loads(found.stdout)
    if told["done"] != setting.count:
        print(f"  {name}: only {told['done']} of {setting.count} answered")
    return told["done"] / told["seconds"], told["cpu"] / max(told["done"], 1)


def contend(name: str, folder: str, numbers: Sequence[str]) -> None:
    """The child of ``measure``: what it and its own children used, without the start of the interpreter."""
    setting = Setting(Path(folder), *(int(number) for number in numbers))
    before, began = cpu_seconds(), time.perf_counter()
    done = CONTENDERS[name](setting)
    print(json.dumps({"done": done, "seconds": time.perf_counter() - began, "cpu": cpu_seconds() - before}), flush=True)
    os._exit(0)


def cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="endpoints")
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--ssh-at-once", type=int, default=40)
    parser.add_argument("--delay", type=float, default=0, help="round trip in milliseconds")
    parser.add_argument("--compress", action="store_true", help="the lab's servers compress, as OpenSSH's do")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contenders", default=",".join(CONTENDERS))
    asked = parser.parse_args()
    names = [name for name in asked.contenders.split(",") if name != "ssh" or (shutil.which("ssh") and shutil.which("xargs"))]
    with tempfile.TemporaryDirectory(prefix="fanout-") as place:
        folder = Path(place)
        fresh_key(folder / "client")
        order = [str(folder), str(asked.count), str(asked.delay / 1000), "zlib@openssh.com" if asked.compress else "none"]
        with subprocess.Popen(
            [sys.executable, __file__, "--serve", *order], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as server:
            assert server.stdin is not None and server.stdout is not None
            try:
                port = json.loads(server.stdout.readline())["port"]
                setting = Setting(folder, port, asked.count, asked.in_flight, asked.ssh_at_once)
                report(setting, names, asked.rounds, asked.delay, psutil.Process(server.pid))
            finally:
                server.stdin.close()
                server.wait(20)


def report(setting: Setting, names: Sequence[str], rounds: int, delay: float, lab: psutil.Process) -> None:
    print(
        f"{setting.count} endpoints, {setting.in_flight} in flight (ssh: {setting.ssh_at_once}), {delay:.0f} ms, {rounds} rounds"
    )
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            before = sum(lab.cpu_times()[:2])
            rate, cpu = measure(setting, name)
            found[name].append((rate, cpu, (sum(lab.cpu_times()[:2]) - before) / setting.count))
    medians = {name: tuple(statistics.median(column) for column in zip(*rows, strict=True)) for name, rows in found.items()}
    base = medians.get("transport") or next(iter(medians.values()))
    print(f"{'':10} {'endpoints/s':>12} {'ratio':>7} {'CPU ms each':>12} {'ratio':>7} {'lab CPU ms':>11}")
    for name, (rate, cpu, server) in medians.items():
        print(f"{name:10} {rate:12.1f} {rate / base[0]:7.2f} {cpu * 1000:12.2f} {cpu / base[1]:7.2f} {server * 1000:11.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--contender"]:
        contend(sys.argv[2], sys.argv[3], sys.argv[4:])
    elif sys.argv[1:2] == ["--serve"]:
        spot = Path(sys.argv[2])
        key = paramiko.Ed25519Key.from_private_key_file(str(spot / "client"))
        LabTransport._preferred_compression = (sys.argv[5],)  # noqa: SLF001 - what OpenSSH offers by default
        wanted = Setting(spot, 0, int(sys.argv[3]), 0, 0).addresses()
        serve(spot, wanted, float(sys.argv[4]), HostKey.of_blob(key.asbytes()))
    else:
        main()
