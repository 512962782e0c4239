"""Looking at a network with nmap, driven through nmap3.

Name look-ups are off and every target is an address of the network that was asked for, so nothing leaves it. nmap runs as a
child with bounded time and output; it ends with us, however we end.
"""

import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import nmap3

from secaudit.discover.devices import guess
from secaudit.discover.nmap_xml import HostileXmlError, parse, sightings
from secaudit.discover.ports import PRINTING, Network
from secaudit.discover.sighting import Look, Sighting, believable
from secaudit.discover.tcp import greeted
from secaudit.errors import SecauditError
from secaudit.messages import Message, clean, msg
from secaudit.model.discovery import Device, SearchMethod

MOST_OUTPUT = 64 << 20
"""Bytes; 256 addresses with a thousand open ports each are a fifth of it."""
_COMPLAINT = 4000
_CHUNK = 1 << 16
_PATIENCE = 120.0
"""Seconds on top of what the rate alone takes."""
_HOST_SECONDS = 60
"""For asking the services of one machine; beyond that nmap gives all of them up."""
_GROUP = 32
"""Machines whose services are asked in one go."""
_UNCLEAR = frozenset({Device.UNKNOWN, Device.COMPUTER})


def nmap_path() -> str | None:
    """Where nmap is installed, or None."""
    return shutil.which("nmap")


def may_use_raw_packets() -> bool:
    """Whether we are root, which is what nmap goes by."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


@dataclass(frozen=True)
class NmapLooker:
    """Looks with nmap; ``privileged`` with raw packets, else by connecting."""

    path: str
    rate: int
    """Upper limit of probes per second."""
    privileged: bool
    services: bool = True
    """Ask open ports what runs there, where ports and greetings do not tell what the machine is."""
    most_output: int = MOST_OUTPUT

    @property
    def method(self) -> SearchMethod:
        """See :class:`~secaudit.discover.sighting.Looker`."""
        return SearchMethod.NMAP_ROOT if self.privileged else SearchMethod.NMAP

    def look(self, network: Network, ports: Sequence[int]) -> Look:
        """See :class:`~secaudit.discover.sighting.Looker`."""
        listed = ",".join(str(port) for port in ports)
        # Without raw packets nmap would try ports 80 and 443 to see who is there; machines with another port open would be lost.
        how = f"-sS -PE -PS{listed}" if self.privileged else "-sT -Pn"
        seconds = _PATIENCE + 4 * network.num_addresses * len(ports) / self.rate
        found = self._scan([str(network)], network, f"{how} -p {listed}", seconds)
        look = believable(network, greeted(found, self.rate))
        if not self.services:
            return look
        sightings, notes = self._asked(network, look.sightings)
        return Look(sightings, (*look.notes, *notes))

    def _asked(self, network: Network, found: Sequence[Sighting]) -> tuple[tuple[Sighting, ...], tuple[Message, ...]]:
        """The sightings, those that nothing told apart yet with what nmap recognises; what could not be asked stays as it is."""
        known = {one.address: one for one in found}
        unclear = [one for one in found if guess(one)[0] in _UNCLEAR and _askable(one)]
        notes: list[Message] = []
        for start in range(0, len(unclear), _GROUP):
            group = unclear[start : start + _GROUP]
            listed = ",".join(str(port) for port in sorted({port for one in group for port in _askable(one)}))
            how = f"{'-sS' if self.privileged else '-sT'} -Pn -sV --version-light --host-timeout {_HOST_SECONDS}s -p {listed}"
            try:
                asked = self._scan([one.address for one in group], network, how, 2 * _HOST_SECONDS)
            except SecauditError as error:
                notes.append(msg("{network}: services were not recognised: {reason}", network=str(network), reason=error.message))
                break
            for one in asked:
                if one.address in known:
                    known[one.address] = _merged(known[one.address], one)
        return tuple(known.values()), tuple(notes)

    def _scan(self, targets: Sequence[str], network: Network, how: str, seconds: float) -> list[Sighting]:
        """Run nmap over addresses of ``network``."""
        options = ["-6"] if network.version == 6 else []
        options += [] if self.privileged else ["--unprivileged"]
        # Both bounds: left alone, nmap waits so long for networks where nothing answers that one of them takes ten minutes.
        options += ["-n", how, "--max-retries 1", f"--min-rate {self.rate} --max-rate {self.rate}", "--min-hostgroup 256"]
        child = _Child(self.path, self.most_output)
        try:
            child.scan(" ".join(targets), " ".join(options), seconds)
            return list(sightings(parse(child.output), network))
        except (_BrokenNmapError, HostileXmlError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise SecauditError(
                    msg("nmap did not finish within {seconds} s", seconds=int(seconds)), hint=msg("name fewer networks at a time")
                ) from error
            raise SecauditError(
                msg("nmap failed: {detail}", detail=clean(str(error), limit=300)), hint=msg("run nmap by hand to see why")
            ) from error


def _askable(seen: Sighting) -> set[int]:
    """Open ports that may be asked: not where it would be printed, and not again where a greeting said enough."""
    return {one.port for one in seen.services if one.port not in PRINTING and not one.product}


def _merged(seen: Sighting, asked: Sighting) -> Sighting:
    """What was seen, with the words that asking brought."""
    told = {one.port: one for one in asked.services if one.product or one.name}
    services = tuple(told.get(one.port, one) if not one.product else one for one in seen.services)
    return replace(seen, services=services, hints=asked.hints, name=seen.name or asked.name)


class _BrokenNmapError(Exception):
    """nmap did not do what it should."""


class _Child(nmap3.Nmap):
    """nmap3 composes the command line; what it would do with the process and its output is not bounded, so that is done here."""

    def __init__(self, path: str, most: int) -> None:
        super().__init__(path)  # type: ignore[no-untyped-call]
        self._most = most
        self.output = b""

    def scan(self, target: str, options: str, seconds: float) -> None:
        """Run nmap; what it wrote is in ``output``."""
        self.scan_command(target, options, timeout=seconds)  # type: ignore[no-untyped-call]

    def run_command(self, cmd: list[str], timeout: float | None = None) -> str:
        """Run to the end and keep the output; TimeoutError, or _BrokenNmapError with nmap's own words."""
        guard = shutil.which("setpriv")
        command = [guard, "--pdeathsig", "KILL", *cmd] if guard else cmd
        until = time.monotonic() + (timeout or _PATIENCE)
        process = subprocess.Popen(  # noqa: S603 - no shell, and every argument is ours: numbers and networks
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
        )
        with process:
            try:
                self.output, complaint = _read(process, self._most, until)
                process.wait(max(until - time.monotonic(), 1.0))
            except subprocess.TimeoutExpired as error:
                raise TimeoutError from error
            finally:
                if process.poll() is None:
                    process.kill()
        if process.returncode:
            raise _BrokenNmapError(complaint.decode("utf-8", "replace").strip() or f"exit status {process.returncode}")
        return ""

    def get_xml_et(self, command_output: str) -> None:
        """Nothing: the parser of nmap3 would follow entities."""


def _environment() -> dict[str, str]:
    """Without the user's NMAPDIR and the like, which could bring other scripts and settings."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _read(process: "subprocess.Popen[bytes]", most: int, until: float) -> tuple[bytes, bytes]:
    """Both streams to their ends; TimeoutError when that takes too long, _BrokenNmapError when it is too much."""
    if process.stdout is None or process.stderr is None:
        raise ValueError("a child without pipes")
    kept, bounds = (bytearray(), bytearray()), (most + 1, _COMPLAINT)
    with selectors.DefaultSelector() as waiting:
        for which, stream in enumerate((process.stdout, process.stderr)):
            waiting.register(stream, selectors.EVENT_READ, which)
        while waiting.get_map():
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            for key, _ in waiting.select(left):
                data = os.read(key.fd, _CHUNK)
                if not data:
                    waiting.unregister(key.fileobj)
                kept[key.data].extend(data[: bounds[key.data] - len(kept[key.data])])
            if len(kept[0]) > most:
                raise _BrokenNmapError(f"more than {most} bytes of output")
    return bytes(kept[0]), bytes(kept[1])
