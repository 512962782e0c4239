"""The province's key pairs: made once, renewed at will, the private halves only ever written sealed under a passphrase.

One file holds all of them, the newest first, so that renewing is one rename and every key opens with one passphrase. Older keys
stay: collectors made with them are still out there.
"""

import base64
import os
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

from secaudit.errors import DataError, Problem, UsageError
from secaudit.intake import ber
from secaudit.messages import msg
from secaudit.model.secret import Secret

FOLDER: Final = "courier"
KEYS_FILE: Final = "keys.pem"
CERTIFICATE_FILE: Final = "certificate.pem"
SHORTEST_PASSPHRASE: Final = 12

_BITS = 3072
_YEARS = 20
"""Nobody checks it: a certificate that expired would only stop collectors in the field."""
_ROUNDS = 600_000
"""Of PBKDF2: what a guess costs whoever has copied the file. The library's own 2,048 are from another time."""
_LARGEST_FILE = 1 << 20
_PEM_END = b"-----END ENCRYPTED PRIVATE KEY-----\n"
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_AES256_CBC = bytes.fromhex("60864801650304012a")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The public half: what answers and tokens are sealed to. No secret."""

    x509: x509.Certificate

    @classmethod
    def of_pem(cls, pem: bytes) -> "Certificate":
        """Read a certificate; ValueError when it is none."""
        return cls(x509.load_pem_x509_certificate(pem))

    @property
    def der(self) -> bytes:
        """The bytes its fingerprint is made of."""
        return self.x509.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """For openssl and for people."""
        return self.x509.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """SHA-256, hexadecimal: what a collector's record names."""
        return sha256(self.der).hexdigest()

    @property
    def made_at(self) -> datetime:
        """UTC."""
        return self.x509.not_valid_before_utc

    @property
    def recipient(self) -> tuple[bytes, int]:
        """Issuer (DER) and serial number: by these an envelope names whom it is for."""
        return self.x509.issuer.public_bytes(), self.x509.serial_number


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private half, which is still sealed."""

    certificate: Certificate
    sealed: bytes
    """PKCS#8, encrypted (PBES2), PEM."""

    def open(self, passphrase: Secret, *, where: str) -> rsa.RSAPrivateKey:
        """The private half; UsageError when the passphrase is not the one."""
        try:
            key = serialization.load_pem_private_key(self.sealed, _bytes_of(passphrase))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != self.certificate.x509.public_key():
            raise UsageError(
                msg("the passphrase does not open the province's key"),
                where=where,
                hint=msg("type it again; it was chosen with secaudit courier key, and nobody can find out a lost one"),
            ) from None
        return key


def read_keys(folder: Path) -> tuple[KeyPair, ...]:
    """All key pairs of the workspace, the newest first; none when none was made. DataError when the file is damaged."""
    path = folder / FOLDER / KEYS_FILE
    try:
        if not path.exists():
            return ()
        if path.stat().st_size > _LARGEST_FILE:
            raise ValueError
        return tuple(_pair(part + _PEM_END) for part in path.read_bytes().replace(b"\r\n", b"\n").split(_PEM_END) if part.strip())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise DataError([_unreadable(path, reason)]) from None


def current_certificate(folder: Path) -> Certificate:
    """What new collectors seal to; UsageError when no key was made yet."""
    pairs = read_keys(folder)
    if not pairs:
        raise UsageError(
            msg("the province has no key yet, so nothing can be sealed to it"),
            where=str(folder / FOLDER),
            hint=msg("make it once: secaudit courier key"),
        )
    return pairs[0].certificate


def make_key(
    folder: Path, *, name: str, passphrase: Secret, at: datetime, earlier: Sequence[tuple[KeyPair, rsa.RSAPrivateKey]] = ()
) -> KeyPair:
    """Make a pair and write it before the ``earlier`` ones, which are sealed anew under the same passphrase.

    The file is whole or the old one at any moment. UsageError for a passphrase that is too short, OSError when nothing can be
    written.
    """
    if len(passphrase.reveal()) < SHORTEST_PASSPHRASE:
        raise UsageError(
            msg("the passphrase is too short: whoever copies the key file can try as many as he likes"),
            hint=msg("at least {count} characters; four unrelated words are easy to keep in mind", count=SHORTEST_PASSPHRASE),
        )
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    newest = max((pair.certificate.made_at for pair, _ in earlier), default=None)
    made = at.replace(microsecond=0) if newest is None else max(at.replace(microsecond=0), newest + timedelta(seconds=1))
    pair = KeyPair(_certificate(key, name, made), _sealed(key, passphrase))
    again = [KeyPair(old.certificate, _sealed(private, passphrase)) for old, private in earlier]
    place = folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.mkdir(exist_ok=True, mode=0o700)
    _write(place / KEYS_FILE, b"".join(one.certificate.pem + one.sealed for one in (pair, *again)))
    _write(place / CERTIFICATE_FILE, pair.certificate.pem)
    return pair


def _pair(text: bytes) -> KeyPair:
    certificate, begin, sealed = text.partition(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    if not begin:
        raise ValueError
    return KeyPair(Certificate.of_pem(certificate), begin + sealed)


def _unreadable(path: Path, reason: str | None) -> Problem:
    return Problem(
        msg("the province's keys cannot be read: {reason}", reason=reason) if reason else msg("this file of keys is damaged"),
        path=str(path),
        hint=msg("put it back from a backup: without it no answer sealed to it can ever be opened"),
    )


def _bytes_of(passphrase: Secret) -> bytes:
    """Composed letters: two keyboards must not make two passphrases of one Vietnamese word."""
    return unicodedata.normalize("NFC", passphrase.reveal()).encode("utf-8")


def _certificate(key: rsa.RSAPrivateKey, name: str, at: datetime) -> Certificate:
    """Signed by itself: a container of the public key that .NET, openssl and Python take; nobody asks who vouches for it."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"secaudit courier {name}"[:64])])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=True, data_encipherment=False, key_agreement=False,
        key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + timedelta(days=366 * _YEARS))
        .add_extension(usage, critical=True)
    )
    return Certificate(builder.sign(key, hashes.SHA256()))


def _sealed(key: rsa.RSAPrivateKey, passphrase: Secret) -> bytes:
    """PKCS#8 under PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256, AES-256 in CBC mode; what openssl reads too."""
    clear = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    derived = PBKDF2HMAC(hashes.SHA256(), 32, salt, _ROUNDS).derive(_bytes_of(passphrase))
    padder, cipher = PKCS7(128).padder(), Cipher(algorithms.AES256(derived), modes.CBC(start)).encryptor()
    secret = cipher.update(padder.update(clear) + padder.finalize()) + cipher.finalize()
    seq, oid, octets = ber.SEQUENCE, ber.OID, ber.OCTETS
    prf = ber.element(seq, ber.element(oid, _HMAC_SHA256), ber.element(ber.NULL))
    derivation = ber.element(
        seq,
        ber.element(oid, _PBKDF2),
        ber.element(seq, ber.element(octets, salt), ber.number(_ROUNDS), prf),
    )
    scheme = ber.element(seq, ber.element(oid, _AES256_CBC), ber.element(octets, start))
    how = ber.element(seq, ber.element(oid, _PBES2), ber.element(seq, derivation, scheme))
    return _pem(ber.der(ber.element(seq, how, ber.element(octets, secret))))


def _pem(data: bytes) -> bytes:
    text = base64.b64encode(data)
    lines = b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text), 64))
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + lines + _PEM_END


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, for its owner alone."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
