"""The text of a file: every block whole or named, whatever mail programs, chat programs and people did to it."""

import base64
import codecs
import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.intake.answers import write_block
from secaudit.intake.blocks import RawBlock, read_blocks
from secaudit.model.courier import BEGIN, BLOCK_LIMIT, END, AnswerProblem, Refused
from tests.intake.sealed import Sent

HEADERS = {
    "Version": "1",
    "Agency": "so-a",
    "Period": "2026-12",
    "Courier": "0" * 16,
    "Machine": "ab" * 16,
    "Time": "2026-12-03T08:15:00Z",
}
ENVELOPE = bytes(range(256)) * 9 + b"x"
BLOCK = write_block(HEADERS, ENVELOPE)


def read(data: bytes) -> list[RawBlock | AnswerProblem]:
    return list(read_blocks("answers.txt", data))


def reasons(data: bytes) -> list[object]:
    return [one.reason if isinstance(one, AnswerProblem) else "whole" for one in read(data)]


def test_a_block_is_read_as_it_was_written():
    (found,) = read(BLOCK)
    assert isinstance(found, RawBlock)
    assert (found.envelope, found.text, found.place.block, found.place.machine) == (ENVELOPE, BLOCK, 1, "ab" * 16)
    assert max(map(len, BLOCK.splitlines())) <= 76


def quoted(text: bytes) -> bytes:
    return b"".join(b"> " + line + b"\r\n" for line in text.splitlines())


def rewrapped(text: bytes) -> bytes:
    head, _, body = text.partition(b"\n\n")
    body, _, end = body.partition(b"\n--")
    data = body.replace(b"\n", b"")
    return head + b"\n\n\n" + b"\n".join(data[at : at + 60] for at in range(0, len(data), 60)) + b"\n--" + end


HARMLESS = {
    "CRLF": BLOCK.replace(b"\n", b"\r\n"),
    "byte order mark": codecs.BOM_UTF8 + BLOCK,
    "text around": "Kính gửi tỉnh, đơn vị gửi kết quả:\n".encode() + BLOCK + "Trân trọng. SECAUDIT ANSWER\n".encode(),
    "quoted reply": quoted(BLOCK),
    "quoted twice": quoted(quoted(BLOCK)),
    "indented": b"".join(b"   " + line + b"  \n" for line in BLOCK.splitlines()),
    "hard spaces": b"".join("\u00a0".encode() + line + b"\n" for line in BLOCK.splitlines()),
    "blank lines between": BLOCK.replace(b"\n", b"\n\n"),
    "other line lengths": rewrapped(BLOCK),
    "quoted-printable": quopri.encodestring(BLOCK),
    "quoted-printable, short lines": b"".join(
        line[:40] + b"=\n" + line[40:].replace(b"=", b"=3D") + b"\n"
        if len(line) > 50 and b":" not in line
        else line.replace(b"=", b"=3D") + b"\n"
        for line in BLOCK.splitlines()
    ),
    "long dashes": BLOCK.replace(b"-----", "\u2014\u2014-".encode()),
    "no header but the digest": b"\n".join(line for line in BLOCK.splitlines() if b": " not in line or line.startswith(b"Digest"))
    + b"\n",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_can_be_undone_without_guessing_is_undone(name):
    found = [one for one in read(HARMLESS[name]) if isinstance(one, RawBlock)]
    assert [one.envelope for one in found] == [ENVELOPE]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BLOCK.replace(b"AgM", b"AgN", 1), Refused.DAMAGED),
        (BLOCK.replace(b"AgM", b"A\xc4\x83", 1), Refused.DAMAGED),
        (BLOCK.replace(b"AgM", b"A*M", 1), Refused.DAMAGED),
        (BLOCK.replace(b"Digest: ", b"Digest: 0"), Refused.DAMAGED),
        (b"\n".join(line for line in BLOCK.splitlines() if not line.startswith(b"Digest")), Refused.DAMAGED),
        (BLOCK.replace(b"\n", b"<br>\n"), Refused.MANGLED),
        (quoted(BLOCK).replace(b"AgM", b"", 1), Refused.MANGLED),
        (BLOCK.replace(b"Version: 1", b"Version: 2"), Refused.MALFORMED),
        (BLOCK[: BLOCK.index(b"\n-----END")], Refused.TRUNCATED),
        (BLOCK[BLOCK.index(b"AgM") :], Refused.TRUNCATED),
        (BLOCK[:-40] + b"\n", Refused.TRUNCATED),
    ],
)
def test_what_cannot_be_undone_has_its_reason(data, reason):
    assert reasons(data) == [reason]


def test_a_good_block_is_read_though_its_neighbours_are_bad():
    broken = BLOCK.replace(b"AgM", b"AgN", 1)
    cut = BLOCK[:400] + b"\n"
    found = read(broken + BLOCK + cut + BLOCK + END.encode() + b"\n" + broken)
    kinds = [one.reason if isinstance(one, AnswerProblem) else "whole" for one in found]
    assert kinds == [Refused.DAMAGED, "whole", Refused.TRUNCATED, "whole", Refused.TRUNCATED, Refused.DAMAGED]
    assert [one.place.block for one in found] == [1, 2, 3, 4, 5, 6]
    assert found[0].place.machine == "ab" * 16


def test_a_block_of_more_than_its_limit_is_refused_unread():
    line = b"A" * 76 + b"\n"
    body = line * (BLOCK_LIMIT // len(line) + 1)
    start = BEGIN.encode() + b"\nVersion: 1\n\n"
    assert reasons(start + body + END.encode() + b"\n" + BLOCK) == [Refused.OVERSIZED, "whole"]
    assert reasons(start + body) == [Refused.OVERSIZED]


def test_headers_that_somebody_wrote_do_not_get_through():
    lines = BLOCK.replace(b"Agency: so-a", "Agency: sở \u202e-a\x1b[31m".encode())
    (found,) = read(lines)
    assert isinstance(found, RawBlock) and "Agency" not in found.headers
    assert found.text.isascii()


def test_a_file_cut_anywhere_gives_no_answer_and_no_crash():
    for end in range(len(BLOCK) - 1):
        for one in read(BLOCK[:end]):
            assert isinstance(one, AnswerProblem) or end >= len(BLOCK) - 6, end


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(BLOCK) - 1), st.integers(0, 7))
def test_a_bit_turned_anywhere_gives_the_same_envelope_or_none(at, bit):
    damaged = bytearray(BLOCK)
    damaged[at] ^= 1 << bit
    for one in read(bytes(damaged)):
        assert isinstance(one, AnswerProblem) or one.envelope == ENVELOPE


PIECES = st.sampled_from(
    [BEGIN.encode(), END.encode(), b"\n", b"\r\n", b"Digest: 00", b">", b"=", b"AAAA", b"-", BLOCK, b"\xff\xfe", b"\0"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=30), max_size=30).map(b"".join))
def test_any_bytes_are_blocks_or_problems(data):
    for one in read(data):
        assert isinstance(one, AnswerProblem) or one.envelope == ENVELOPE
        assert one.place.block >= 1


def test_a_real_answer_survives_a_mail_program():
    block = Sent().block()
    (found,) = read(quoted(quopri.encodestring(block)))
    assert isinstance(found, RawBlock)
    assert base64.b64encode(found.envelope)[:40] in block.replace(b"\n", b"")
