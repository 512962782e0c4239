"""The lab as a program of its own: one process serves the machines of a map, another one audits them."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from secaudit.errors import SecauditError
from secaudit.lab.answers import nonce_in, platform_of, render_answer
from secaudit.lab.keys import private_folder, seed_in, write_private
from secaudit.lab.map import LabMap, read_map
from secaudit.lab.server import LabServer, known_hosts
from secaudit.messages import clean, msg
from secaudit.transport.base import HostKey

_READY_SECONDS = 30.0
_STOP_SECONDS = 10.0
_STEP_SECONDS = 0.02


def captured_answer(name: str, stdin: bytes) -> bytes | None:
    """The captured answer ``name`` with the nonce of the probe that came on ``stdin``, as of now; None without a probe."""
    nonce = nonce_in(stdin)
    return None if nonce is None else render_answer(name, nonce, int(time.time()))


def run_lab(
    map_path: Path,
    folder: Path,
    client_keys: Sequence[HostKey],
    *,
    stop: threading.Event,
    ready: Callable[[LabServer], None] = lambda _lab: None,
    wildcard: bool = False,
) -> None:
    """Serve the map until ``stop`` is set; ``ready`` hears when all addresses listen.

    ``folder`` keeps the lab's seed: the same folder gives the same host keys. Raises DataError for a wrong map and
    SecauditError when an address cannot be had.
    """
    lab_map = read_map(map_path)
    with LabServer(
        lab_map.machines,
        folder=folder,
        client_keys=client_keys,
        answerer=captured_answer,
        platform_of=platform_of,
        port=lab_map.port,
        wildcard=wildcard,
    ) as lab:
        ready(lab)
        stop.wait()


class LabProcess:
    """The lab in a child process while the block runs; it also ends when this process dies."""

    def __init__(self, map_path: Path, folder: Path, client_keys: Sequence[HostKey], *, wildcard: bool = False) -> None:
        """See :func:`run_lab`. The map is read here too, so that its problems are raised by the caller's own process."""
        self.map: LabMap = read_map(map_path)
        self._map_path = map_path.absolute()
        self._folder = private_folder(folder.absolute())
        self._client_keys = tuple(client_keys)
        self._wildcard = wildcard
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "LabProcess":
        """Start; back when every address listens, SecauditError after 30 s or when the child gives up."""
        with tempfile.TemporaryDirectory(prefix="ready-", dir=self._folder) as place:
            ready = Path(place) / "ready"
            # The child reads its order from stdin and stops at the end of it: no order stands in a process list, and a
            # killed parent leaves nothing behind.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "secaudit.lab"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            try:
                self._order(ready)
                self._wait(ready)
            except BaseException:
                self._end()
                raise
        return self

    def __exit__(self, *_exc: object) -> None:
        """End the child."""
        self._end()

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process else None

    def known_hosts(self) -> tuple[tuple[str, HostKey], ...]:
        """(name as in known_hosts, key) of every machine: from the seed, not from the network."""
        return known_hosts(self.map.machines, self.map.port, seed_in(self._folder))

    def _order(self, ready: Path) -> None:
        assert self._process is not None and self._process.stdin is not None
        order = {
            "map": str(self._map_path),
            "folder": str(self._folder),
            "ready": str(ready),
            "keys": [[key.type, key.base64] for key in self._client_keys],
            "wildcard": self._wildcard,
        }
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(order).encode("utf-8") + b"\n")
            self._process.stdin.flush()

    def _wait(self, ready: Path) -> None:
        assert self._process is not None and self._process.stderr is not None
        until = time.monotonic() + _READY_SECONDS
        while not ready.exists():
            if self._process.poll() is not None:
                said = self._process.stderr.read(4000).decode("utf-8", "replace").strip().splitlines()
                raise SecauditError(
                    msg("the lab did not start: {reason}", reason=clean(said[-1] if said else "no message", limit=300)),
                    where=str(self._map_path),
                    hint=msg("stop another lab that uses the same addresses, or change the port in the lab map"),
                )
            if time.monotonic() > until:
                raise SecauditError(
                    msg("the lab was not ready within {seconds} seconds", seconds=int(_READY_SECONDS)),
                    where=str(self._map_path),
                    hint=msg("try again when the machine is less busy"),
                )
            time.sleep(_STEP_SECONDS)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_SECONDS)
        if process.stderr is not None:
            process.stderr.close()


def serve_order(order: bytes, until_end: Callable[[], object]) -> None:
    """The child's side: serve what the first line of stdin orders until ``until_end`` returns."""
    asked = json.loads(order)
    stop = threading.Event()

    def wait() -> None:
        until_end()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    run_lab(
        Path(asked["map"]),
        Path(asked["folder"]),
        [HostKey.of_text(type_, text) for type_, text in asked["keys"]],
        stop=stop,
        ready=lambda _lab: _say_ready(Path(asked["ready"])),
        wildcard=bool(asked["wildcard"]),
    )


def _say_ready(path: Path) -> None:
    write_private(path, str(os.getpid()).encode("ascii"))
