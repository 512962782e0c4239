"""A real OpenSSH server: host certificates, and one name for one machine however it is written."""

import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.errors import SecauditError
from secaudit.lab.keys import fresh_key, write_private
from secaudit.lab.sshd import Sshd, sshd_binary
from secaudit.model.doubt import DoubtKind, kind_of
from secaudit.model.outcome import Sight
from secaudit.transport import Credentials, HostKeys, KeyFile, Standing, Target, TransportFailure
from secaudit.transport.ssh import SshTransport, scan_host_key

ADDRESS = "127.0.0.1"
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


class OddServer(Sshd):
    """OpenSSH with further lines in its configuration, made when its keys are there."""

    def __init__(self, folder: Path, *, certified: bool = False, certificates_only: bool = False, six: bool = False) -> None:
        super().__init__([ADDRESS], 0, folder)
        self._certified, self._only, self._six = certified, certificates_only, six

    def _configure(self) -> None:
        super()._configure()
        lines = ""
        if self._certified:
            self._certify()
            lines += f"HostCertificate {self.folder}/host_key-cert.pub\n"
        if self._only:
            lines += "HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com\n"
        if self._six:
            lines += "ListenAddress ::1\n"
            allowed = (self.folder / "authorized_keys").read_text(encoding="ascii")
            write_private(self.folder / "authorized_keys", allowed.replace("127.0.0.0/8", "127.0.0.0/8,::1").encode("ascii"))
        path = self.folder / "sshd_config"
        write_private(path, (path.read_text(encoding="utf-8") + lines).encode("utf-8"))

    def _certify(self) -> None:
        """A certificate authority signs the host key, as a province with its own authority would."""
        public = self.folder / "host_key.pub"
        public.write_text(f"{self.host_key.type} {self.host_key.base64} host\n", encoding="ascii")
        for arguments in (
            ["-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / "authority")],
            ["-q", "-s", str(self.folder / "authority"), "-I", "host", "-h", "-n", ADDRESS, str(public)],
        ):
            subprocess.run(["ssh-keygen", *arguments], check=True, capture_output=True, timeout=20)
        assert (self.folder / "host_key-cert.pub").is_file()


class Echo:
    """The smallest request."""

    command = "echo seen"
    stdin = b""


def ask(server, keys, target):
    """What the machine says; TransportFailure when its key is not believed."""
    transport = SshTransport(Credentials((KeyFile(server.client_key),)), keys)
    return transport.execute(target, lambda _version: Echo(), deadline=time.monotonic() + 60, max_bytes=4000).stdout


@pytest.fixture(autouse=True)
def needs_openssh():
    try:
        sshd_binary()
    except SecauditError as error:
        pytest.skip(str(error))


def refusal(server, keys, target):
    with pytest.raises(TransportFailure) as caught:
        ask(server, keys, target)
    assert "Accepted" not in server.log() and "publickey" not in server.log(), "nothing was offered"
    return caught.value


def test_a_certified_server_is_believed_by_its_plain_key_and_never_by_its_certificate(tmp_path):
    with OddServer(tmp_path / "sshd", certified=True) as server:
        assert "cert" not in server.log().lower() or "error" not in server.log().lower()
        target = Target(ADDRESS, server.port, server.user)
        authority = (server.folder / "authority.pub").read_text(encoding="ascii").split()[:2]
        unknown = refusal(server, HostKeys(), target)
        assert unknown.sight is Sight.HOST_KEY and unknown.detail.startswith("unknown")
        path = tmp_path / "known_hosts"
        path.write_text(f"@cert-authority * {' '.join(authority)}\n", encoding="ascii")
        vouched = refusal(server, HostKeys.read(path), target)
        assert vouched.sight is Sight.HOST_KEY and "certificate" in vouched.detail
        assert scan_host_key(target, time.monotonic() + 30).fingerprint == server.host_key.fingerprint
        assert ask(server, HostKeys.of_keys(server.known_hosts()), target) == b"seen\n"


def test_a_server_that_offers_nothing_but_a_certificate_is_refused_even_when_its_plain_key_is_enrolled(tmp_path):
    with OddServer(tmp_path / "sshd", certified=True, certificates_only=True) as server:
        target = Target(ADDRESS, server.port, server.user)
        for keys in (HostKeys(), HostKeys.of_keys(server.known_hosts())):
            failure = refusal(server, keys, target)
            assert failure.sight is Sight.HOST_KEY
            assert "no kind of host key" in failure.detail


def test_one_machine_is_found_however_its_address_is_written(tmp_path):
    """Enrolling and scanning agree on names, because both ask the target for it."""
    with OddServer(tmp_path / "one", six=True) as one, OddServer(tmp_path / "two") as two:
        assert one.host_key != two.host_key and one.port != two.port
        written = {
            "LocalHost": (one, f"[localhost]:{one.port}"),
            "LOCALHOST": (one, f"[localhost]:{one.port}"),
            "127.0.0.1": (one, f"[127.0.0.1]:{one.port}"),
            "0:0:0:0:0:0:0:1": (one, f"[::1]:{one.port}"),
            "::0001": (one, f"[::1]:{one.port}"),
        }
        path = tmp_path / "known_hosts"
        keys = HostKeys.read(path)
        for host, (server, known_as) in written.items():
            target = Target(host, server.port, server.user)
            assert target.known_as == known_as
            if keys.standing(target.known_as, server.host_key)[0] is Standing.UNKNOWN:
                refused = refusal(server, keys, target)
                assert refused.sight is Sight.HOST_KEY
        for host, (server, _) in written.items():
            target = Target(host, server.port, server.user)
            keys = keys.add(target.known_as, scan_host_key(target, time.monotonic() + 30), who="officer", at=NOW)
        assert len(keys.known) == 3, "one line for one name"
        for host, (server, _) in written.items():
            assert ask(server, keys, Target(host, server.port, server.user)) == b"seen\n"
        # Another machine behind the same address, on another port, is another name.
        other = Target("127.0.0.1", two.port, two.user)
        assert refusal(two, keys, other).detail.startswith("unknown")
        # An alias is one name for all addresses.
        alias = Target("localhost", two.port, two.user, "May-Chu.Xa.VN.")
        assert alias.known_as == "may-chu.xa.vn"
        keys = keys.add(alias.known_as, two.host_key, who="officer", at=NOW)
        assert ask(two, keys, alias) == b"seen\n"
        assert refusal_of_changed(two, keys.add(other.known_as, one.host_key, who="x", at=NOW), other)


def refusal_of_changed(server, keys, target):
    with pytest.raises(TransportFailure) as caught:
        ask(server, keys, target)
    return kind_of(caught.value.sight, caught.value.detail) is DoubtKind.KEY_CHANGED


def test_openssh_finds_what_we_enrol_and_we_find_what_openssh_writes(tmp_path):
    """Names of IPv6, ports and names in capitals: the file stays one that ssh-keygen understands, both ways."""
    key = fresh_key(tmp_path / "key")
    path = tmp_path / "known_hosts"
    keys = HostKeys.read(path)
    targets = [Target("0:0:0:0:0:0:0:1", 22, "u"), Target("::1", 2222, "u"), Target("May-01.Xa.VN.", 22, "u")]
    for target in targets:
        keys = keys.add(target.known_as, key, who="officer", at=NOW)
    for name in ("::1", "[::1]:2222", "may-01.xa.vn"):
        found = subprocess.run(["ssh-keygen", "-l", "-F", name, "-f", str(path)], capture_output=True, timeout=20, check=True)
        assert key.fingerprint in found.stdout.decode()
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(path)], capture_output=True, timeout=20, check=True)
    hashed = HostKeys.read(path)
    assert all(hashed.standing(target.known_as, key)[0] is Standing.CONFIRMED for target in targets)
    assert [event.name for event in hashed.events()] == ["::1", "[::1]:2222", "may-01.xa.vn"], "the record survives hashing"
