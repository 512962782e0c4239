"""Envelopes: opened by an independent implementation, which makes them too; no answer to whoever only tries."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from secaudit.intake import ber
from secaudit.intake.cms import NoEnvelopeError, NotOpenedError, open_envelope, pair_for, seal
from tests.intake.sealed import PASSPHRASE, province_key, stranger_key

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
TEXT = b"secaudit-answer: 1\nno line end is touched\r\n\x00\xff" * 500


def openssl(folder: Path, *arguments: str, data: bytes = b"", key: bool = False) -> subprocess.CompletedProcess[bytes]:
    pair = province_key()[0]
    (folder / "certificate.pem").write_bytes(pair.certificate.pem)
    (folder / "keys.pem").write_bytes(pair.certificate.pem + pair.sealed)
    (folder / "passphrase").write_bytes(PASSPHRASE.reveal().encode() + b"\n")
    (folder / "in").write_bytes(data)
    return subprocess.run([OPENSSL, "cms", *arguments], cwd=folder, capture_output=True)


@needs_openssl
@pytest.mark.parametrize("way", [[], ["-stream"]], ids=["DER", "BER as streamed"])
def test_what_openssl_seals_opens_here(tmp_path, way):
    asked = ["-encrypt", "-binary", "-aes256", "-in", "in", "-outform", "DER", "-out", "out", *way, "certificate.pem"]
    done = openssl(tmp_path, *asked, data=TEXT)
    assert done.returncode == 0, done.stderr
    envelope = (tmp_path / "out").read_bytes()
    assert (envelope[1] == 0x80) == bool(way), "indefinite lengths are what streaming is tested for"
    pair, key = province_key()
    assert pair_for(envelope, [stranger_key()[0], pair]) is pair
    assert open_envelope(envelope, pair.certificate, key) == TEXT


@needs_openssl
def test_what_is_sealed_here_openssl_opens(tmp_path):
    envelope = seal(province_key()[0].certificate, TEXT)
    asked = ["-decrypt", "-binary", "-in", "in", "-inform", "DER", "-out", "out", "-recip", "certificate.pem"]
    done = openssl(tmp_path, *asked, "-inkey", "keys.pem", "-passin", "file:passphrase", data=envelope)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out").read_bytes() == TEXT
    shown = openssl(tmp_path, "-cmsout", "-print", "-in", "in", "-inform", "DER", data=envelope).stdout
    assert b"aes-256-cbc" in shown and b"rsaEncryption" in shown


@needs_openssl
@pytest.mark.parametrize("other", [["-aes128"], ["-des3"], ["-aes-256-gcm"]], ids=" ".join)
def test_another_cipher_is_no_envelope_of_ours(tmp_path, other):
    asked = ["-encrypt", "-binary", *other, "-in", "in", "-outform", "DER", "-out", "out", "certificate.pem"]
    assert openssl(tmp_path, *asked, data=TEXT).returncode == 0
    with pytest.raises(NoEnvelopeError):
        open_envelope((tmp_path / "out").read_bytes(), *_mine())


def _mine():
    pair, key = province_key()
    return pair.certificate, key


def test_an_envelope_for_another_key_does_not_open():
    envelope = seal(stranger_key()[0].certificate, TEXT)
    assert pair_for(envelope, [province_key()[0]]) is None
    with pytest.raises(NotOpenedError):
        open_envelope(envelope, *_mine())
    with pytest.raises(NotOpenedError):  # and not with a key that is not the certificate's
        open_envelope(envelope, stranger_key()[0].certificate, _mine()[1])


def test_every_way_of_not_opening_looks_the_same():
    whole = seal(province_key()[0].certificate, TEXT)
    key_at = whole.index(bytes.fromhex("04820180"))
    said = set()
    for at in (key_at + 10, key_at + 300, len(whole) - 1, len(whole) - 17):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        with pytest.raises(NotOpenedError) as caught:
            open_envelope(bytes(damaged), *_mine())
        said.add((str(caught.value), caught.value.args, caught.value.__cause__))
    assert said == {("", (), None)}


ENVELOPE = seal(province_key()[0].certificate, b"short")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda tail: ENVELOPE[:200] + tail))
@example(b"\x30\x80" * 5000)
@example(b"\x30\x84\xff\xff\xff\xff")
@example(b"\x24\x80\x02\x01\x00\x00\x00")
def test_bytes_that_are_no_envelope_are_none(data):
    with pytest.raises((NoEnvelopeError, NotOpenedError)):
        open_envelope(data, *_mine())


def test_an_envelope_cut_anywhere_or_with_more_behind_it_is_none():
    for end in range(len(ENVELOPE)):
        with pytest.raises(NoEnvelopeError):
            open_envelope(ENVELOPE[:end], *_mine())
    with pytest.raises(NoEnvelopeError):
        open_envelope(ENVELOPE + b"\0", *_mine())


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ENVELOPE) * 8 - 1))
def test_a_bit_turned_anywhere_ends_in_content_or_in_a_refusal(bit):
    """CBC alone finds no damage: that is what the digest and the code of authentication are for."""
    damaged = bytearray(ENVELOPE)
    damaged[bit // 8] ^= 1 << bit % 8
    try:
        assert isinstance(open_envelope(bytes(damaged), *_mine()), bytes)
    except (NoEnvelopeError, NotOpenedError) as error:
        assert str(error) == ""


_NODES = st.recursive(
    st.builds(ber.Node, st.sampled_from([0x02, 0x04, 0x05, 0x06, 0x80]), st.binary(max_size=200)),
    lambda inner: st.builds(
        lambda tag, parts: ber.Node(tag, b"", tuple(parts)), st.sampled_from([0x30, 0x31]), st.lists(inner, max_size=5)
    ),
    max_leaves=20,
)


@given(_NODES)
def test_what_is_written_reads_the_same(node):
    assert ber.parse(ber.der(node)) == node


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    try:
        node = ber.parse(data)
    except ber.BerError:
        return
    try:
        written = ber.der(node)
    except ber.BerError:
        return
    assert ber.der(ber.parse(written)) == written
