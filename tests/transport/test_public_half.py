"""Which key a file holds is told without opening the key."""

import os
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from secaudit.transport.public_half import PublicHalf, public_half
from secaudit.transport.source_address import source_address

SECRET = "Hoa-Sen-2026"


def _made(path, *, kind="ed25519", passphrase=""):
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "kiểm tra", "-f", path], check=True)
    shown = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], capture_output=True, text=True, encoding="utf-8", check=True)
    return shown.stdout.split()[1]


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
@pytest.mark.parametrize("passphrase", ["", SECRET], ids=["open", "encrypted"])
def test_the_fingerprint_is_the_one_that_ssh_keygen_shows(tmp_path, kind, passphrase):
    expected = _made(tmp_path / "key", kind=kind, passphrase=passphrase)
    (tmp_path / "key.pub").unlink()
    half = public_half(tmp_path / "key")
    assert (half.fingerprint, half.encrypted, half.beside) == (expected, bool(passphrase), False)


def test_an_old_format_is_told_by_the_file_beside_it(tmp_path):
    key = generate_private_key(65537, 2048)
    encryption = BestAvailableEncryption(SECRET.encode())
    (tmp_path / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    assert public_half(tmp_path / "key") == PublicHalf(readable=True, encrypted=True), "only the passphrase would tell"
    expected = _made(tmp_path / "other")
    (tmp_path / "other.pub").rename(tmp_path / "key.pub")
    half = public_half(tmp_path / "key")
    assert (half.fingerprint, half.beside) == (expected, True)


def test_what_is_no_private_key_is_said_to_be_none(tmp_path):
    _made(tmp_path / "key")
    assert not public_half(tmp_path / "key.pub").readable
    assert not public_half(tmp_path / "nobody").readable
    assert not public_half(tmp_path).readable
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
        assert not public_half(tmp_path / "pipe").readable


@given(st.binary(max_size=300))
def test_nothing_in_a_file_breaks_it(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("half") / "key"
    import base64

    path.write_bytes(
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
        + base64.b64encode(b"openssh-key-v1\0" + data)
        + b"\n-----END OPENSSH PRIVATE KEY-----\n"
    )
    assert public_half(path).readable


def test_the_source_is_the_address_a_connection_would_have(tmp_path):
    """Compared with a real connection over loopback."""
    import socket

    with socket.create_server(("127.41.7.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.41.7.1", port)) as client:
            assert source_address("127.41.7.1", port) == client.getsockname()[0]


def test_no_name_is_looked_up(monkeypatch):
    def refuse(*_arguments, **_named):
        raise AssertionError("a name server was asked")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    assert source_address("localhost", 22) is None
    assert source_address("", 22) is None
    assert source_address("=1+1", 22) is None
    assert source_address("255.255.255.255", 22) is None, "broadcast: the system refuses it"
