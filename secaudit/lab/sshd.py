"""A real OpenSSH server on loopback, so that the client and the lab do not share one mistake; also the demo's own machine.

Options after the OpenSSH manual pages: absolute path of the binary (it starts itself again), its own host key and process
id file, no PAM, public keys only, and a client key that works from loopback only and can do nothing but run commands.
"""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from secaudit.errors import SecauditError
from secaudit.lab.keys import fresh_key, private_folder, write_private
from secaudit.lab.map import is_loopback
from secaudit.messages import clean, msg
from secaudit.transport.base import HostKey

_PLACES = "/usr/sbin:/usr/local/sbin:/sbin"
_PRIVSEP = Path("/run/sshd")
_START_SECONDS = 10.0
_STOP_SECONDS = 10.0
_OPTIONS = """\
Port {port}
{listen}
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
AllowUsers {user}
AuthenticationMethods publickey
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
UseDNS no
PrintMotd no
PermitTTY no
DisableForwarding {no_forwarding}
AllowTcpForwarding {forwarding}
PermitUserEnvironment no
MaxStartups 500:30:1000
MaxSessions 4
LoginGraceTime 60
LogLevel INFO
"""


class Sshd:
    """Runs the server while its block runs.

    ``user`` is who may log in (the one who runs this program), ``client_key`` the private key file that is let in.
    """

    def __init__(self, addresses: Sequence[str], port: int, folder: Path, *, forwarding: bool = False) -> None:
        """``folder`` becomes private (0700) and holds keys, configuration and log; port 0 takes a free one.

        With ``forwarding`` it is a jump host: its client key may open connections to loopback addresses, and still nothing else.
        Raises SecauditError for an address outside 127.0.0.0/8 and when OpenSSH's server is not installed.
        """
        strangers = [address for address in addresses if not is_loopback(address)]
        if strangers or not addresses:
            raise SecauditError(
                msg("the demo's SSH server listens only in 127.0.0.0/8, not on {address}", address=", ".join(strangers) or "-"),
                hint=msg("give a loopback address"),
            )
        self.addresses = tuple(addresses)
        self.folder = private_folder(folder.absolute())
        self.user = getpass.getuser()
        self.client_key = self.folder / "client_key"
        self.port = port or _free_port(self.addresses)
        self._forwarding = forwarding
        self._binary = sshd_binary()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.host_key: HostKey
        self.client: HostKey
        """Public half of ``client_key``."""

    def __enter__(self) -> "Sshd":
        """Fresh keys, configuration, start; back when the server listens. SecauditError names its own complaint."""
        self._refuse_taken_port()
        self.host_key = fresh_key(self.folder / "host_key")
        self.client = fresh_key(self.client_key)
        allowed = "restrict,port-forwarding" if self._forwarding else "restrict"
        line = f'from="127.0.0.0/8",{allowed} {self.client.type} {self.client.base64} secaudit\n'
        write_private(self.folder / "authorized_keys", line.encode("ascii"))
        self._configure()
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            _PRIVSEP.mkdir(mode=0o755, exist_ok=True)
        self._log = (self.folder / "sshd.log").open("wb")
        # -D: no daemon, so that the process is ours to end; -e: the log goes where we can read it. The guard between us
        # ends it when this process is killed and can end nothing itself.
        server = [self._binary, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        self._process = subprocess.Popen(  # noqa: S603 - absolute path, no shell, our own configuration
            [sys.executable, "-m", "secaudit.lab.guard", *server],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            start_new_session=os.name != "nt",  # Ctrl-C of the terminal is not for it
        )
        try:
            self._wait_until_listening()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        """End the server."""
        self._end()

    def known_hosts(self) -> tuple[tuple[str, HostKey], ...]:
        """(name as in known_hosts, key) of every address."""
        names = [address if self.port == 22 else f"[{address}]:{self.port}" for address in self.addresses]
        return tuple((name, self.host_key) for name in names)

    def log(self) -> str:
        """What the server wrote, sanitised."""
        with contextlib.suppress(OSError):
            return clean((self.folder / "sshd.log").read_text(encoding="utf-8", errors="replace"))
        return ""

    def _configure(self) -> None:
        listen = "\n".join(f"ListenAddress {address}" for address in self.addresses)
        forwarding = ("no", "local") if self._forwarding else ("yes", "no")
        text = _OPTIONS.format(
            port=self.port,
            listen=listen,
            folder=self.folder,
            user=self.user,
            no_forwarding=forwarding[0],
            forwarding=forwarding[1],
        )
        path = self.folder / "sshd_config"
        # Newer servers punish failed logins by address; every client here has the same one. Older ones do not know the word.
        for extra in ("PerSourcePenalties no\n", ""):
            write_private(path, (text + extra).encode("utf-8"))
            check = subprocess.run(  # noqa: S603
                [self._binary, "-t", "-f", str(path)], capture_output=True, timeout=_START_SECONDS, check=False
            )
            if b"PerSourcePenalties" not in check.stderr:
                break

    def _refuse_taken_port(self) -> None:
        """Another server on our address would answer in our place, with a key that nobody enrolled."""
        for address in self.addresses:
            with socket.socket() as trial:
                if os.name != "nt":  # on Windows the option lets two servers share a port
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    trial.bind((address, self.port))
                except OSError as error:
                    raise SecauditError(
                        msg("the SSH server did not start: {reason}", reason=error.strerror or type(error).__name__),
                        where=f"{address}:{self.port}",
                        hint=msg("end the program that holds this port: perhaps a lab or a demo that still runs"),
                    ) from error

    def _wait_until_listening(self) -> None:
        assert self._process is not None
        until = time.monotonic() + _START_SECONDS
        waiting = list(self.addresses)
        while waiting and self._process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection((waiting[0], self.port), 1.0):
                waiting.pop(0)
                continue
            time.sleep(0.05)
        if waiting:
            lines = self.log().strip().splitlines()
            raise SecauditError(
                msg("the SSH server did not start: {reason}", reason=clean(lines[-1] if lines else "no message", limit=200)),
                where=f"{waiting[0]}:{self.port}",
                hint=msg("the whole log is in {path}", path=str(self.folder / "sshd.log")),
            )

    def _end(self) -> None:
        if self._process is not None:
            if self._process.stdin is not None:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.terminate()  # the guard passes it on
                self._process.wait(_STOP_SECONDS)
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None


def sshd_binary() -> str:
    """Absolute path of OpenSSH's server; SecauditError with the command that installs it."""
    found = shutil.which("sshd") or shutil.which("sshd", path=_PLACES)
    if found is None:
        raise SecauditError(
            msg("OpenSSH's server (sshd) is not installed"),
            hint=msg("install it with: {command}", command="apt-get install --no-install-recommends openssh-server"),
        )
    return str(Path(found).absolute())


def _free_port(addresses: Sequence[str]) -> int:
    with socket.socket() as probe:
        probe.bind((addresses[0], 0))
        return int(probe.getsockname()[1])
