"""Collectors made for tests, and their answers opened with the reader of the import."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from secaudit.intake.answers import Content, read_content, unpack_body
from secaudit.intake.blocks import RawBlock, read_blocks
from secaudit.intake.cms import open_envelope
from secaudit.intake.keys import KeyPair, make_key
from secaudit.model.capture import Capture
from secaudit.model.secret import Secret
from secaudit.probe import frame
from secaudit.probe.courier import Scripts, courier_scripts

AGENCY, PERIOD, COURIER = "xa-an-khanh", "2026-12", "0123456789abcdef"
TOKEN = Secret("5a" * 32)
ANSWERS = f"tra-loi-{AGENCY}-{PERIOD}.txt"
_PASSPHRASE = Secret("bốn từ không liên quan")


@dataclass(frozen=True)
class Province:
    """A key pair and the collectors made with it."""

    pair: KeyPair
    key: rsa.RSAPrivateKey

    @classmethod
    def made(cls, folder: Path) -> "Province":
        """With a key pair of its own in ``folder``."""
        pair = make_key(folder, name="t", passphrase=_PASSPHRASE, at=datetime(2026, 11, 1, tzinfo=UTC))
        return cls(pair, pair.open(_PASSPHRASE, where="test"))

    def scripts(self, *, each: bool = False) -> Scripts:
        """Both scripts."""
        pem = self.pair.certificate.pem.decode("ascii")
        return courier_scripts(AGENCY, PERIOD, COURIER, TOKEN, pem, each=each, wait=not each)

    def open(self, file: bytes) -> list[Content]:
        """Every answer of a file; AssertionError when one of them is damaged or not made with the token."""
        found = []
        for block in read_blocks(ANSWERS, file):
            assert isinstance(block, RawBlock), block
            content = read_content(open_envelope(block.envelope, self.pair.certificate, self.key))
            assert content.is_by(TOKEN)
            assert block.place.machine == content.fields["machine"]
            found.append(content)
        return found


def capture_of(content: Content) -> Capture:
    """What the probe saw, marked as the import marks it."""
    platform = content.fields["platform"]
    assert platform in ("posix", "windows")
    return replace(frame(platform, content.fields["nonce"], unpack_body(content.fields["body"])), meta={"way": "courier"})


def bare_environment(home: Path, *, language: str = "C.UTF-8") -> dict[str, str]:
    """As a person's session has it, with a home of the test's own."""
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "TMPDIR": str(home), "LANG": language, "LOGNAME": "tester"}
