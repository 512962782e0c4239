"""Sealed envelopes (CMS EnvelopedData, RFC 5652): made for the province's certificate, opened with its key.

Whoever sends an envelope learns nothing from how opening it fails: not meant for us, another key, damaged padding and damaged
content are one and the same :class:`NotOpenedError`.
"""

from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import pkcs7

from secaudit.intake import ber
from secaudit.intake.keys import Certificate, KeyPair

_ENVELOPED: Final = bytes.fromhex("2a864886f70d010703")
_DATA: Final = bytes.fromhex("2a864886f70d010701")
_AES256_CBC: Final = bytes.fromhex("60864801650304012a")
_RSA: Final = bytes.fromhex("2a864886f70d010101")


class NoEnvelopeError(ValueError):
    """These bytes are no envelope as the format describes it."""


class NotOpenedError(ValueError):
    """The envelope does not open."""


def seal(certificate: Certificate, data: bytes) -> bytes:
    """An envelope (DER) that only the holder of the certificate's key opens."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(data).add_recipient(certificate.x509)
    builder = builder.set_content_encryption_algorithm(algorithms.AES256)
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def recipient_of(envelope: bytes) -> tuple[bytes, int]:
    """Issuer (DER) and serial number of the certificate it is sealed to; NoEnvelopeError when it is no envelope of ours."""
    return _taken_apart(envelope)[0]


def pair_for(envelope: bytes, pairs: Sequence[KeyPair]) -> KeyPair | None:
    """The pair the envelope is sealed to; None when it is none of them. NoEnvelopeError when it is no envelope of ours."""
    recipient = recipient_of(envelope)
    return next((pair for pair in pairs if pair.certificate.recipient == recipient), None)


def open_envelope(envelope: bytes, certificate: Certificate, key: rsa.RSAPrivateKey) -> bytes:
    """The content; NoEnvelopeError when it is no envelope of ours, NotOpenedError for every way in which it does not open."""
    recipient, strict = _taken_apart(envelope)
    if recipient != certificate.recipient:
        raise NotOpenedError
    try:
        return pkcs7.pkcs7_decrypt_der(strict, certificate.x509, key, [])
    except (ValueError, UnsupportedAlgorithm):
        raise NotOpenedError from None


def _taken_apart(envelope: bytes) -> tuple[tuple[bytes, int], bytes]:
    """The recipient, and the envelope as DER; its algorithms are the format's or it is none of ours."""
    try:
        strict = ber.der(ber.parse(envelope))
        whole = ber.parse(strict)
        kind, outer = _parts(whole, ber.SEQUENCE, 2)
        (enveloped,) = _parts(outer, ber.CONTENT, 1)
        _, recipients, content = _parts(enveloped, ber.SEQUENCE, 3)
        (only,) = _parts(recipients, ber.SET, 1)
        _, whom, wrapping, _ = _parts(only, ber.SEQUENCE, 4)
        issuer, serial = _parts(whom, ber.SEQUENCE, 2)
        inner, cipher, _ = _parts(content, ber.SEQUENCE, 3)
        named = (kind.body, inner.body, cipher.children[0].body, wrapping.children[0].body)
    except (ber.BerError, IndexError):
        raise NoEnvelopeError from None
    if named != (_ENVELOPED, _DATA, _AES256_CBC, _RSA) or serial.tag != ber.INTEGER or not serial.body:
        raise NoEnvelopeError
    return (ber.der(issuer), int.from_bytes(serial.body, "big", signed=True)), strict


def _parts(node: ber.Node, tag: int, count: int) -> tuple[ber.Node, ...]:
    if node.tag != tag or len(node.children) != count:
        raise NoEnvelopeError
    return node.children
