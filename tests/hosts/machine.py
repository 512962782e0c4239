"""A Debian root as a host: namespaces, disk, processes and network of its own, reached over SSH through a cable of its own."""

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from secaudit.lab.keys import fresh_key
from secaudit.probe import recipe
from secaudit.transport import HostKey, Target
from secaudit.transport.wire import Address, system_dialer
from tests.hosts.roots import ALONE

START_SECONDS = 90.0
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_INIT = """\
set -e
mount -t overlay overlay -o "lowerdir=$2,upperdir=$3,workdir=$4" "$1"
mount -t proc proc "$1/proc"
mount -t sysfs -o ro sysfs "$1/sys"
mount -t tmpfs -o mode=755 tmpfs "$1/run"
mount -t tmpfs -o mode=755 tmpfs "$1/dev"
mknod -m 666 "$1/dev/null" c 1 3
mknod -m 666 "$1/dev/zero" c 1 5
mknod -m 666 "$1/dev/full" c 1 7
mknod -m 666 "$1/dev/random" c 1 8
mknod -m 666 "$1/dev/urandom" c 1 9
ln -s /proc/self/fd "$1/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%:*}" "$1/dev/${number#*:}"; done
mkdir -m 755 "$1/run/sshd"
ip link set lo up
hostname "$5"
exec chroot "$1" /bin/sh -c "$6"
"""
"""What the host's first process does before it becomes the host: root, layers, changes, work, name, start."""
_FIRST = """\
( %s
) </dev/null >/tmp/state.log 2>&1
echo $? >/tmp/state.code
/usr/sbin/sshd -D -e &
while :; do sleep 3600; done
"""


class Cables:
    """The auditor's network namespace and the cables that lead from it to hosts; nothing reaches this machine's network.

    Addresses are of 198.18.0.0/15, which is set aside for measuring between devices of one's own.
    """

    def __init__(self) -> None:
        self.name = f"secaudit-{os.getpid()}-{secrets.token_hex(3)}"  # two of one test run may overlap
        self._count = 0

    def __enter__(self) -> "Cables":
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_exc: object) -> None:
        ip("netns", "del", self.name)

    @contextlib.contextmanager
    def cable(self) -> Iterator[tuple[str, str]]:
        """A namespace with one end of a new cable: its name and its address."""
        number = self._count
        self._count += 1
        name = f"{self.name}-{number}"
        near, far = (f"198.18.{number // 64}.{number % 64 * 4 + end}" for end in (1, 2))
        ip("netns", "add", name)
        try:
            ip("-n", self.name, "link", "add", f"host{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
            for space, device, address in ((self.name, f"host{number}", near), (name, "eth0", far)):
                ip("-n", space, "address", "add", f"{address}/30", "dev", device)
                ip("-n", space, "link", "set", device, "up")
            yield name, far
        finally:
            ip("netns", "del", name)

    def dial(self, family: int, address: Address, seconds: float) -> socket.socket:
        """Connect as the system's dialer does, from the auditor's namespace; only the calling thread goes there and back."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net", "rb") as ours, open(f"/run/netns/{self.name}", "rb") as theirs:  # noqa: PTH123
            _enter(libc, theirs.fileno())
            try:
                return system_dialer(family, address, seconds)
            finally:
                _enter(libc, ours.fileno())


class Host:
    """A running host. ``layers`` are folders to stack, uppermost first; ``start`` is shell that runs on it before sshd does."""

    def __init__(self, name: str, layers: Sequence[Path], folder: Path, cables: Cables, client: HostKey, start: str) -> None:
        self.name = name
        self.folder = folder
        self._layers = layers
        self._cables = cables
        self._client = client
        self._start = start
        self._ends = contextlib.ExitStack()
        self._first = 0
        self.address = ""
        self.host_key: HostKey

    def __enter__(self) -> "Host":
        with contextlib.ExitStack() as ends:
            self.folder.mkdir(parents=True)
            ends.callback(shutil.rmtree, self.folder, ignore_errors=True)
            for part in ("changes", "work", "root"):
                (self.folder / part).mkdir()
            self._write_keys()
            space, self.address = ends.enter_context(self._cables.cable())
            self._boot(space, ends)
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ends.close()

    def target(self, user: str) -> Target:
        """Where the machine is asked."""
        return Target(self.address, 22, user)

    def wait(self) -> None:
        """Until its SSH server greets; AssertionError with what the host wrote."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError), self._cables.dial(socket.AF_INET, (self.address, 22), 1.0) as sock:
                if sock.recv(4) == b"SSH-":
                    code, log = (self.run(f"cat /tmp/state.{kind}") for kind in ("code", "log"))
                    assert code.strip() == "0", f"{self.name}: its state could not be made:\n{log[-2000:]}"
                    return
            time.sleep(0.1)
        raise AssertionError(self._complaint())

    def _complaint(self) -> str:
        said = [self.folder / "log", self.folder / "changes" / "tmp" / "state.log"]
        texts = [path.read_text(errors="replace")[-2000:] for path in said if path.is_file()]
        return f"{self.name} did not start:\n" + "\n".join(texts)

    @property
    def inside(self) -> list[str]:
        """Options of nsenter that lead onto the host."""
        return ["-t", str(self._first), "-m", "-u", "-i", "-n", "-p", "-r", "-w"]

    def run(self, script: str) -> str:
        """Standard output of shell run on the host by its root."""
        done = subprocess.run(
            ["nsenter", *self.inside, "/bin/sh", "-c", script],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=START_SECONDS,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
        )
        assert done.returncode == 0, f"{self.name}: {script}\n{done.stdout[-1000:]}\n{done.stderr[-1000:]}"
        return done.stdout

    def _write_keys(self) -> None:
        """Its own host key instead of those of the root, and the auditor's key for every account that may be asked."""
        changes = self.folder / "changes"
        key = changes / "etc" / "ssh" / "ssh_host_ed25519_key"
        key.parent.mkdir(parents=True)
        self.host_key = fresh_key(key)
        key.parent.chmod(0o755)
        line = f"{self.host_key.type} {self.host_key.base64} host\n"
        key.with_suffix(".pub").write_text(line, encoding="ascii")
        for home in ("root", *(f"home/{name}" for name in ACCOUNTS)):
            folder = changes / home / ".ssh"
            folder.mkdir(parents=True)
            folder.chmod(0o700)
            folder.parent.chmod(0o700)
            (folder / "authorized_keys").write_text(f"{self._client.type} {self._client.base64} audit\n", encoding="ascii")
            (folder / "authorized_keys").chmod(0o600)

    def _boot(self, space: str, ends: contextlib.ExitStack) -> None:
        layers = ":".join(str(layer) for layer in self._layers)
        places = [str(self.folder / part) for part in ("root", "changes", "work")]
        start = _FIRST % (accounts_script(self._client) + self._start)
        log = ends.enter_context((self.folder / "log").open("wb"))
        alone = [ALONE[0], *ALONE[1:3], "ip", "netns", "exec", space, *ALONE[3:], "--uts", "--ipc"]
        process = subprocess.Popen(
            [*alone, "sh", "-c", _INIT, "init", places[0], layers, *places[1:], self.name, start],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
        )  # fmt: skip
        ends.callback(_end, process)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            if found := children.read_text(encoding="ascii").split():
                self._first = int(found[0])
                return
            time.sleep(0.01)
        raise AssertionError(self._complaint())


ACCOUNTS = ("audit", "helper")
"""``audit`` is an ordinary account, ``helper`` may run everything through sudo without a password."""
LISTED = "listed"
"""Made by the script that ``secaudit access recipe linux`` prints: its key, its sudoers file, its lines for sshd."""
_ACCOUNTS = """\
set -e
rm -f /etc/ssh/ssh_host_rsa_key* /etc/ssh/ssh_host_ecdsa_key*
for name in %s; do
  useradd --shell /bin/bash "$name"
  chown -R "$name:$name" "/home/$name"
done
printf 'helper ALL=(root) NOPASSWD: ALL\\n' >/etc/sudoers.d/helper
chmod 440 /etc/sudoers.d/helper
cat >/opt/recipe <<'RECIPE'
%sRECIPE
sh /opt/recipe
visudo --check --strict --file /etc/sudoers.d/zz-secaudit
visudo --check
printf 'Defaults logfile=/var/log/sudo.log, !loglinelen\\n' >/etc/sudoers.d/log
"""


def accounts_script(client: HostKey) -> str:
    """Shell that makes the accounts, the listed one by its recipe; sudo writes down every call."""
    key = f"{client.type} {client.base64} auditor"
    return _ACCOUNTS % (" ".join(ACCOUNTS), recipe("linux", "vi", user=LISTED, key=key, sources=["198.18.0.0/15"]))


def ip(*arguments: str) -> None:
    """Run ip; AssertionError with its complaint."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr.strip()}"


def _enter(libc: ctypes.CDLL, descriptor: int) -> None:
    if libc.setns(descriptor, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """By its own number; the kernel ends the whole process namespace with it."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.wait(30)
