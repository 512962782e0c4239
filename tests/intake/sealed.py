"""A province with a key, a collector and answers, for the tests of sealed answers."""

import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from secaudit.intake.answers import seal_answer
from secaudit.intake.cms import seal
from secaudit.intake.keys import KeyPair, make_key, read_keys
from secaudit.model.courier import Courier
from secaudit.model.secret import Secret

PASSPHRASE = Secret("bốn từ không liên quan")
OTHER_PASSPHRASE = Secret("another four unrelated words")
MADE = datetime(2026, 12, 1, 1, tzinfo=UTC)
TIME = datetime(2026, 12, 3, 8, 15, tzinfo=UTC)
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
TOKEN = Secret("5ec4e7" * 10 + "abcd")
POSIX_SECTION = b"hostname=pc-vanthu\nos=linux\n"


def new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="secaudit-keys-"))


@cache
def keys_folder() -> Path:
    """A workspace with one key for all tests of a process: making one takes its time."""
    folder = new_folder()
    make_key(folder, name="t", passphrase=PASSPHRASE, at=MADE)
    return folder


@cache
def province_key() -> tuple[KeyPair, RSAPrivateKey]:
    (pair,) = read_keys(keys_folder())
    return pair, pair.open(PASSPHRASE, where="test")


@cache
def stranger_key() -> tuple[KeyPair, RSAPrivateKey]:
    folder = new_folder()
    pair = make_key(folder, name="t", passphrase=OTHER_PASSPHRASE, at=MADE)
    return pair, pair.open(OTHER_PASSPHRASE, where="test")


def make_courier(number: str = "0123456789abcdef", agency: str = "so-a", *, token: Secret = TOKEN, **changes: object) -> Courier:
    certificate = province_key()[0].certificate
    known = {"period": "2026-12", "via": "document", "made_at": MADE, "who": "test", "digest": sha256(b"zip").hexdigest()}
    sealed = seal(certificate, token.reveal().encode("ascii"))
    return Courier(**{"id": number, "agency": agency, "key": certificate.fingerprint, "token": sealed, **known, **changes})


def probe_output(nonce: str, platform: str = "posix", sections: dict[str, bytes] | None = None) -> bytes:
    """What a probe prints; real answers are used where facts matter."""
    mark = f"##SECAUDIT {nonce}".encode()
    parts = [mark + f" start {platform} 1\n".encode()]
    for name, body in (sections or {"identity": POSIX_SECTION}).items():
        words = f" end {name} ok 0 {len(body) + 1}\n".encode()
        parts += [mark + f" begin {name}\n".encode(), body, b"\n", mark, words]
    return b"".join([*parts, mark, b" stop\n"])


@dataclass(frozen=True)
class Sent:
    """What a machine sends; every part can be another."""

    agency: str = "so-a"
    period: str = "2026-12"
    courier: str = "0123456789abcdef"
    number: str = "machine-1"
    time: datetime = TIME
    platform: str = "posix"
    name: str = "PC-VANTHU"
    token: Secret = TOKEN
    nonce: str | None = None
    output: bytes | None = None

    def block(self) -> bytes:
        nonce = self.nonce or secrets.token_hex(16)
        return seal_answer(
            province_key()[0].certificate, self.token, agency=self.agency, period=self.period, courier=self.courier,
            number=self.number, time=self.time, nonce=nonce, platform=self.platform, name=self.name,
            output=probe_output(nonce, self.platform) if self.output is None else self.output,
        )  # fmt: skip
