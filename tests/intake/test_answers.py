"""The content of an answer: field by field as written, authenticated, bounded."""

import base64
import gzip
import hmac
import secrets
import zlib
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.errors import UsageError
from secaudit.intake.answers import BombError, MalformedError, machine_tag, read_content, unpack_body, write_block
from secaudit.intake.blocks import RawBlock, read_blocks
from secaudit.intake.cms import open_envelope, seal
from secaudit.intake.keys import KeyPair
from secaudit.intake.opening import Opener, RefusedError
from secaudit.model.courier import ANSWER_LIMIT, FIELDS, Place, Refused
from secaudit.model.secret import Secret
from tests.intake.sealed import (
    OTHER_PASSPHRASE,
    PASSPHRASE,
    TIME,
    TOKEN,
    Sent,
    make_courier,
    probe_output,
    province_key,
    stranger_key,
)

NONCE = "ab" * 16
COURIER = make_courier()


def raw(block: bytes) -> RawBlock:
    (found,) = read_blocks("a.txt", block)
    assert isinstance(found, RawBlock)
    return found


def content_of(block: bytes) -> bytes:
    pair, key = province_key()
    return open_envelope(raw(block).envelope, pair.certificate, key)


def resealed(content: bytes) -> bytes:
    return write_block({}, seal(province_key()[0].certificate, content))


def opener(*couriers, pairs=None, passphrase=PASSPHRASE) -> Opener:
    made, (pair, key) = couriers or (COURIER,), province_key()
    # Opened once for all tests: the passphrase takes its time by design.
    keys = {pair.certificate.fingerprint: key} if passphrase is PASSPHRASE else {}
    return Opener(pairs or [pair], passphrase, {one.id: one for one in made}, "keys.pem", keys)


def refusal(block: bytes, **changes) -> Refused:
    with pytest.raises(RefusedError) as caught:
        opener(*changes.pop("couriers", ()), **changes).open(raw(block))
    assert str(caught.value.problem.message)
    return caught.value.problem.reason


CONTENT = content_of(Sent(nonce=NONCE).block())


def test_an_answer_says_what_was_sealed():
    found = opener().open(raw(Sent(nonce=NONCE, name="Máy 1").block()))
    assert (found.agency, found.period, found.courier, found.nonce, found.time) == (
        "so-a",
        "2026-12",
        "0123456789abcdef",
        NONCE,
        TIME,
    )
    assert (found.platform, found.name) == ("posix", "M?y 1")
    assert found.machine == machine_tag("0123456789abcdef", "machine-1") == sha256(b"0123456789abcdef:machine-1").hexdigest()[:32]
    assert found.place == Place("a.txt", 1, found.machine)
    assert unpack_body(found.body) == probe_output(NONCE)


def test_the_content_is_the_one_the_document_shows():
    lines = CONTENT.decode("ascii").split("\n")
    assert [line.split(": ")[0] for line in lines[:-1]] == list(FIELDS)
    signed = CONTENT[: CONTENT.index(b"mac: ")]
    assert lines[-2] == "mac: " + hmac.new(TOKEN.reveal().encode(), signed, sha256).hexdigest()
    assert gzip.decompress(base64.b64decode(lines[9].removeprefix("body: "))) == probe_output(NONCE)


@pytest.mark.parametrize(
    "changed",
    [
        CONTENT.replace(b"\n", b"\r\n"),
        CONTENT[:-1],
        CONTENT + b"\n",
        CONTENT + b"more: x\n",
        CONTENT.replace(b"agency: so-a\n", b""),
        CONTENT.replace(b"agency: so-a\n", b"agency: so-a\nagency: so-a\n"),
        CONTENT.replace(b"agency: so-a\nperiod: 2026-12\n", b"period: 2026-12\nagency: so-a\n"),
        CONTENT.replace(b"agency: so-a", b"agency:so-a"),
        CONTENT.replace(b"agency: so-a", b"agency: ../so-a"),
        CONTENT.replace(b"agency: so-a", b"agency: So-A"),
        CONTENT.replace(b"2026-12\n", b"2026-13\n"),
        CONTENT.replace(b"2026-12-03T08:15:00Z", b"2026-02-30T08:15:00Z"),
        CONTENT.replace(b"2026-12-03T08:15:00Z", b"2026-12-03 08:15:00"),
        CONTENT.replace(b"platform: posix", b"platform: console"),
        CONTENT.replace(b"name: PC", b"name: P\xc3\xa2"),
        CONTENT.replace(b"name: PC", b"name: \x1b[31m"),
        CONTENT.replace(NONCE.encode(), NONCE.upper().encode()),
        CONTENT.replace(b"secaudit-answer: 1", b"secaudit-answer: 2"),
        CONTENT.replace(b"body: ", b"body: *"),
    ],
)
def test_content_that_is_not_as_written_is_refused_by_its_holder_too(changed):
    with pytest.raises(MalformedError):
        read_content(changed)
    assert refusal(resealed(changed)) in (Refused.MALFORMED, Refused.WRONG_KEY)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(CONTENT) - 1), st.integers(0, 7))
def test_a_bit_turned_anywhere_in_the_content_is_never_taken(at, bit):
    damaged = bytearray(CONTENT)
    damaged[at] ^= 1 << bit
    assert refusal(resealed(bytes(damaged))) in (Refused.MALFORMED, Refused.OUTSIDER, Refused.WRONG_KEY, Refused.UNKNOWN_COURIER)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=500) | st.binary(max_size=100).map(lambda tail: CONTENT[:150] + tail))
def test_any_content_is_read_or_refused(data):
    with pytest.raises(MalformedError):
        read_content(data)


def test_outsiders_unknown_collectors_and_foreign_agencies_are_told_apart():
    other = Secret("0" * 64)
    assert refusal(Sent(token=other).block()) is Refused.OUTSIDER
    assert refusal(Sent(courier="f" * 16).block()) is Refused.UNKNOWN_COURIER
    assert refusal(Sent(agency="so-b").block()) is Refused.FOREIGN_AGENCY
    assert refusal(Sent(period="2027-01").block()) is Refused.FOREIGN_AGENCY
    # the token of one agency's collector makes no answer of another's
    second = make_courier("f" * 16, "so-b", token=other)
    assert refusal(Sent(courier="f" * 16, agency="so-b").block(), couriers=(make_courier(), second)) is Refused.OUTSIDER
    assert opener(make_courier(), second).open(raw(Sent(courier="f" * 16, agency="so-b", token=other).block())).agency == "so-b"


def test_a_wrong_key_and_chance_padding_look_the_same():
    mine = province_key()[0].certificate
    for envelope in (seal(stranger_key()[0].certificate, CONTENT), seal(mine, b"what a wrong key leaves by chance")):
        with pytest.raises(RefusedError) as caught:
            opener().open(raw(write_block({}, envelope)))
        assert caught.value.problem.reason is Refused.WRONG_KEY
        assert str(caught.value.problem.message) == "it does not open with the keys of this workspace"
    assert refusal(write_block({}, b"no envelope")) is Refused.MALFORMED


def test_the_passphrase_opens_the_key_once_for_all_answers(monkeypatch):
    (pair, _), opened = province_key(), []
    monkeypatch.setattr(KeyPair, "open", lambda self, *a, original=KeyPair.open, **k: opened.append(1) or original(self, *a, **k))
    used = Opener([pair], PASSPHRASE, {COURIER.id: COURIER}, "keys.pem")
    assert [used.open(raw(Sent().block())).agency for _ in range(3)] == ["so-a"] * 3
    assert len(opened) == 1


def test_an_older_key_opens_what_was_sealed_to_it():
    both = [stranger_key()[0], province_key()[0]]
    assert opener(pairs=both).open(raw(Sent().block())).agency == "so-a"


def test_a_collector_whose_token_does_not_open_is_no_defect():
    for token in (
        b"",
        b"rubbish",
        seal(stranger_key()[0].certificate, TOKEN.reveal().encode()),
        seal(province_key()[0].certificate, b"short"),
    ):
        assert refusal(Sent().block(), couriers=(replace(make_courier(), token=token),)) is Refused.UNKNOWN_COURIER


def test_a_wrong_passphrase_stops_the_import_and_says_nothing_of_it():
    with pytest.raises(UsageError) as caught:
        opener(passphrase=OTHER_PASSPHRASE).open(raw(Sent().block()))
    assert OTHER_PASSPHRASE.reveal() not in str(caught.value)


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_what_unpacks_to_more_than_an_answer_is_a_bomb_and_stays_packed():
    assert unpack_body(packed(gzip.compress(b"x" * ANSWER_LIMIT))) == b"x" * ANSWER_LIMIT
    with pytest.raises(BombError):
        unpack_body(packed(gzip.compress(b"x" * (ANSWER_LIMIT + 1))))
    with pytest.raises(BombError):
        unpack_body(packed(gzip.compress(bytes(1 << 28), compresslevel=9)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"plain text",
        gzip.compress(b"x" * 1000)[:-1],
        gzip.compress(b"x" * 1000)[:20],
        gzip.compress(b"one") + gzip.compress(b"two"),
        gzip.compress(b"one") + b"more",
        zlib.compress(b"one"),
    ],
)
def test_what_does_not_unpack_is_no_answer(data):
    with pytest.raises(MalformedError):
        unpack_body(packed(data))


def test_no_token_stands_anywhere_in_clear():
    courier, block = make_courier(), Sent(nonce=secrets.token_hex(16)).block()
    for text in (courier.token, repr(courier).encode(), block, repr(opener()).encode(), content_of(block)):
        assert TOKEN.reveal().encode() not in text
    used = opener()
    used.open(raw(block))
    assert TOKEN.reveal() not in repr(used) and PASSPHRASE.reveal() not in repr(used)
