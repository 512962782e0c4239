"""Commands in processes of their own that need not load the program first: forked from one process that has loaded it.

A command takes a second of processor time to start and a fraction of that to do its work; the suite starts a thousand of them.
What a forked process does is what ``python -m secaudit`` does, from the command line on: its own folder, environment, streams
and exit code. What belongs to the start itself (loading modules, an interrupt while they load, the interpreter's own variables)
is tested with fresh interpreters: tests/hostile, tests/pipeline, tests/test_demo.py, tests/test_packaging.py.
"""

import atexit
import fcntl
import gc
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from traceback import print_exc
from typing import IO, NoReturn

ROOT = Path(__file__).parent.parent
_OURS = {"PYTHONUTF8": "1"}
_FRESH = "PYTHON"
"""Variables with this beginning speak to the interpreter when it starts."""
_MOST_BYTES = 1_000_000
_MOST_STREAMS = 20
_BEYOND = 500
"""Descriptors from here on are nobody's: those that came over the wire wait there until their own numbers are free."""
_STARTING_SECONDS = 120


def run_command(
    arguments: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path,
    env: Mapping[str, str],
    typed: str | None = None,
    pass_fds: Sequence[int] = (),
    timeout: float = 180,
) -> subprocess.CompletedProcess[str]:
    """``secaudit ARGUMENTS``, as ``subprocess.run`` with captured text would return it."""
    words = [os.fspath(word) for word in arguments]
    told = {name: value for name, value in env.items() if name.startswith(_FRESH)}
    if any(os.environ.get(name) != value and _OURS.get(name) != value for name, value in told.items()):
        return subprocess.run(
            [sys.executable, "-m", "secaudit", *words], cwd=cwd, env=dict(env), input=typed, capture_output=True, text=True,
            encoding="utf-8", timeout=timeout, pass_fds=pass_fds,
        )  # fmt: skip
    with _typed(typed) as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        numbers = [0, 1, 2, *pass_fds]
        request = json.dumps({"arguments": words, "cwd": str(cwd), "env": dict(env), "numbers": numbers}).encode()
        code = _ask(request, [stdin.fileno(), stdout.fileno(), stderr.fileno(), *pass_fds], words, timeout)
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            texts.append(file.read().decode("utf-8").replace("\r\n", "\n"))
    return subprocess.CompletedProcess(["secaudit", *words], code, *texts)


def _typed(text: str | None) -> IO[bytes]:
    """A pipe that holds the text and ends; it must fit into one (64 KiB)."""
    if text is None:
        return Path(os.devnull).open("rb")
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as end:
        end.write(text.encode())
    return os.fdopen(reading, "rb")


def _ask(request: bytes, streams: list[int], words: list[str], timeout: float) -> int:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as wire:
        wire.connect(_server())
        wire.settimeout(timeout)
        socket.send_fds(wire, [request], streams)
        process = int(wire.recv(64))
        try:
            answer = wire.recv(64)
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            raise subprocess.TimeoutExpired(["secaudit", *words], timeout) from None
    return int(answer)


@cache
def _server() -> str:
    """Address of the loaded process; it ends with the tests."""
    folder = tempfile.mkdtemp(prefix="warm-")
    address = str(Path(folder) / "wire")
    environment = {**os.environ, **_OURS}
    process = subprocess.Popen([sys.executable, __file__, address, str(os.getpid())], cwd=ROOT, env=environment)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(process.kill)
    until = time.monotonic() + _STARTING_SECONDS
    while not Path(address).exists():
        assert process.poll() is None, "the program could not be loaded"
        assert time.monotonic() < until, "the program is still being loaded"
        time.sleep(0.02)
    return address


def _serve(address: str, parent: int) -> None:
    """Load everything, then fork for every request."""
    package = import_module("secaudit.cli")
    for module in iter_modules(package.__path__):
        import_module(f"secaudit.cli.{module.name}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(f"{address}.new")
        listening.listen(64)
        listening.settimeout(5)
        Path(f"{address}.new").rename(address)
        gc.collect()
        gc.freeze()  # collecting in a forked process would copy every page
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for the commands
        while os.getppid() == parent:
            try:
                wire, _ = listening.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                listening.close()
                _command(wire)
            wire.close()


def _command(wire: socket.socket) -> NoReturn:
    """In a process of its own: start the command in another one, tell who it is and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    wire.setblocking(True)
    request, streams, _, _ = socket.recv_fds(wire, _MOST_BYTES, _MOST_STREAMS)
    process = os.fork()
    if process == 0:
        wire.close()
        _leave(_run(json.loads(request), streams))
    for stream in streams:
        os.close(stream)
    wire.send(str(process).encode())
    _, status = os.waitpid(process, 0)
    wire.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _leave(code: int) -> NoReturn:
    """What an interpreter does when it ends, without taking apart all that was loaded: that costs more than most commands."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()  # type: ignore[attr-defined]
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(request: dict[str, object], streams: list[int]) -> int:
    waiting = [fcntl.fcntl(stream, fcntl.F_DUPFD, _BEYOND) for stream in streams]
    for stream in streams:
        os.close(stream)
    for number, stream in zip(request["numbers"], waiting, strict=True):  # type: ignore[call-overload]
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(request["cwd"]))
    os.environ.clear()
    os.environ.update(dict(request["env"]))  # type: ignore[call-overload]
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(0, "r", closefd=False), encoding="utf-8"),
        io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8"),
        io.TextIOWrapper(io.BufferedWriter(io.FileIO(2, "w", closefd=False)), encoding="utf-8", errors="backslashreplace",
                         line_buffering=True),
    )  # fmt: skip
    sys.argv = [str(ROOT / "secaudit" / "__main__.py"), *list(request["arguments"])]  # type: ignore[call-overload]
    sys.modules["__main__"].__package__ = "secaudit"
    try:
        import_module("secaudit.cli.app").main()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what nothing caught is shown, as the interpreter does
        print_exc()
        return 1
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
