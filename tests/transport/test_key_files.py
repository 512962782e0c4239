"""Key files that are wrong in every way, or open to others: a sentence, and nothing of the file in it."""

import os
import traceback

import pytest
from cryptography.hazmat.primitives.asymmetric.dsa import generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from secaudit.errors import UsageError
from secaudit.lab.keys import fresh_key, write_private
from secaudit.model.secret import Secret
from secaudit.transport import Credentials, HostKeys, KeyFile
from secaudit.transport.ssh import SshTransport

SECRET = "Hoa-Sen-2026"


def transport_with(path, passphrase=None):
    return SshTransport(Credentials((KeyFile(path, passphrase),)), HostKeys())


def refusal_of(path, passphrase=None):
    """The refusal, which shows nothing of the passphrase or of the file, not even in a traceback."""
    with pytest.raises(UsageError) as caught:
        transport_with(path, passphrase)
    error = caught.value
    assert error.where == str(path)
    assert error.hint
    shown = "".join(traceback.format_exception(error)) + repr(error)
    assert SECRET not in shown
    assert error.__cause__ is None
    return str(error)


def pem(key, kind, encryption):
    return key.private_bytes(Encoding.PEM, kind, encryption)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5000,
        b"\xff\xfe\x1b[31m",
        b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ " + b"A" * 40,
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        (
            b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,00\n\nAAAA\n"
            b"-----END RSA PRIVATE KEY-----\n"
        ),
        pem(X25519PrivateKey.generate(), PrivateFormat.PKCS8, NoEncryption()),
        pem(generate_private_key(1024), PrivateFormat.PKCS8, NoEncryption()),
    ],
    ids=["empty", "zeros", "bytes", "public", "short", "legacy", "x25519", "dsa"],
)
@pytest.mark.parametrize("passphrase", [None, Secret(SECRET)], ids=["bare", "passphrase"])
def test_a_file_that_is_no_usable_key(tmp_path, content, passphrase):
    path = write_private(tmp_path / "key", content)
    assert "key" in refusal_of(path, passphrase)


def test_a_wrong_passphrase(tmp_path):
    path = tmp_path / "key"
    write_private(path, pem(Ed25519PrivateKey.generate(), PrivateFormat.OpenSSH, BestAvailableEncryption(b"other")))
    assert "does not open" in refusal_of(path, Secret(SECRET))
    assert "--ask-passphrase" in refusal_of(path)
    write_private(path, pem(Ed25519PrivateKey.generate(), PrivateFormat.OpenSSH, BestAvailableEncryption(SECRET.encode())))
    transport_with(path, Secret(SECRET))


def test_of_several_keys_only_some_need_the_passphrase(tmp_path):
    fresh_key(tmp_path / "open")
    transport_with(tmp_path / "open", Secret(SECRET))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in access lists")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    fresh_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    assert "other accounts" in refusal_of(tmp_path / "key")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_a_folder_or_a_huge_file_is_no_key(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "no key file" in refusal_of(tmp_path / "pipe")
    assert "no key file" in refusal_of(tmp_path)
    with write_private(tmp_path / "huge", b"").open("r+b") as file:
        file.truncate(1 << 33)
    assert "no key file" in refusal_of(tmp_path / "huge")
    assert "cannot be read" in refusal_of(tmp_path / "missing")


def test_a_damaged_certificate_beside_the_key(tmp_path):
    fresh_key(tmp_path / "key")
    write_private(tmp_path / "key-cert.pub", b"ssh-ed25519-cert-v01@openssh.com \xff\xff\n")
    refusal_of(tmp_path / "key")
