"""The province's key pairs: only ever written sealed, renewed without losing anything, read by openssl too."""

import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secaudit.errors import DataError, UsageError
from secaudit.intake.cms import open_envelope, seal
from secaudit.intake.keys import CERTIFICATE_FILE, FOLDER, KEYS_FILE, current_certificate, make_key, read_keys
from secaudit.model.secret import Secret
from tests.intake.sealed import MADE, OTHER_PASSPHRASE, PASSPHRASE

OPENSSL = shutil.which("openssl")


@pytest.fixture(name="folder")
def folder_with_a_key(tmp_path: Path) -> Path:
    make_key(tmp_path, name="thai-nguyen", passphrase=PASSPHRASE, at=MADE)
    return tmp_path


def test_the_private_half_is_written_sealed_and_for_its_owner_alone(folder):
    place = folder / FOLDER
    assert {path.name for path in place.iterdir()} == {KEYS_FILE, CERTIFICATE_FILE}
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    for path in place.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = (place / KEYS_FILE).read_bytes()
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in text
    assert b"BEGIN PRIVATE KEY" not in text and b"RSA PRIVATE" not in text
    assert b"PRIVATE" not in (place / CERTIFICATE_FILE).read_bytes()


def test_only_the_passphrase_opens_it_in_whichever_way_its_letters_are_typed(folder):
    (pair,) = read_keys(folder)
    decomposed = Secret("bo\u0302\u0301n tu\u031b\u0300 kho\u0302ng lie\u0302n quan")
    assert pair.open(PASSPHRASE, where="x").key_size == pair.open(decomposed, where="x").key_size == 3072
    for wrong in ("bốn từ không liên qua", "", "x" * 4000):
        with pytest.raises(UsageError) as caught:
            pair.open(Secret(wrong), where="x")
        assert not wrong or wrong not in str(caught.value)


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UsageError, match="too short"):
        make_key(tmp_path, name="t", passphrase=Secret("elevenchars"), at=MADE)
    assert not (tmp_path / FOLDER).exists()


def test_renewing_keeps_older_keys_and_one_passphrase_opens_all(folder):
    (old,) = read_keys(folder)
    private = old.open(PASSPHRASE, where="x")
    envelope = seal(old.certificate, b"from the field")
    new = make_key(folder, name="thai-nguyen", passphrase=OTHER_PASSPHRASE, at=MADE, earlier=[(old, private)])
    pairs = read_keys(folder)
    assert [pair.certificate for pair in pairs] == [new.certificate, old.certificate]
    assert current_certificate(folder) == new.certificate != old.certificate
    assert new.certificate.made_at > old.certificate.made_at == MADE
    opened = pairs[1].open(OTHER_PASSPHRASE, where="x")
    assert open_envelope(envelope, pairs[1].certificate, opened) == b"from the field"
    with pytest.raises(UsageError):
        pairs[1].open(PASSPHRASE, where="x")


def test_a_damaged_or_foreign_file_of_keys_is_named(folder):
    path = folder / FOLDER / KEYS_FILE
    whole = path.read_bytes()
    for text in (whole[:500], b"hello\n", whole.replace(b"CERTIFICATE", b"CERTIFICAT"), whole + b"more"):
        path.write_bytes(text)
        with pytest.raises(DataError) as caught:
            read_keys(folder)
        assert caught.value.problems[0].path == str(path)
    path.write_bytes(whole.replace(b"\n", b"\r\n"))
    assert len(read_keys(folder)) == 1


def test_a_key_put_beside_another_certificate_opens_nothing(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    make_key(other, name="x", passphrase=PASSPHRASE, at=MADE)
    path = folder / FOLDER / KEYS_FILE
    sealed = path.read_bytes().partition(b"-----BEGIN ENCRYPTED")
    path.write_bytes((other / FOLDER / CERTIFICATE_FILE).read_bytes() + sealed[1] + sealed[2])
    (pair,) = read_keys(folder)
    with pytest.raises(UsageError, match="does not open"):
        pair.open(PASSPHRASE, where="x")


def test_without_a_key_nothing_is_sealed(tmp_path):
    assert read_keys(tmp_path) == ()
    with pytest.raises(UsageError, match="no key yet"):
        current_certificate(tmp_path)


def test_the_certificate_outlives_every_campaign_and_says_what_it_is_for(folder):
    certificate = current_certificate(folder).x509
    assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=3650)
    assert "secaudit courier thai-nguyen" in certificate.subject.rfc4514_string()
    certificate.verify_directly_issued_by(certificate)


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
def test_openssl_opens_the_private_half_with_the_passphrase_and_not_without(folder):
    path = folder / FOLDER / KEYS_FILE
    command = [OPENSSL, "pkey", "-in", path, "-passin", "stdin", "-noout", "-text"]
    done = subprocess.run(command, input=PASSPHRASE.reveal().encode() + b"\n", capture_output=True)
    assert b"3072 bit" in done.stdout, done.stderr
    assert subprocess.run(command, input=b"wrong words\n", capture_output=True).returncode != 0
    form = subprocess.run([OPENSSL, "asn1parse", "-in", path], capture_output=True, text=True)
    shown = subprocess.run([OPENSSL, "x509", "-in", path, "-noout", "-subject"], capture_output=True, text=True)
    assert "thai-nguyen" in shown.stdout and form.returncode == 0
