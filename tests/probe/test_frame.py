"""The frame against honest, broken and hostile answers."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.messages import clean
from secaudit.model.capture import SectionStatus
from secaudit.model.outcome import Sight
from secaudit.probe import FrameError, added_section, frame, new_nonce

N = "0123456789abcdef" * 2
M = f"##SECAUDIT {N}".encode()


def section(name: bytes, body: bytes, status: bytes = b"ok", code: bytes = b"0", limit: bytes = b"1000") -> bytes:
    return b"\n%s begin %s\n%s\n%s end %s %s %s %s\n" % (M, name, body, M, name, status, code, limit)


def answer(*sections: bytes, platform: bytes = b"posix", stop: bool = True) -> bytes:
    return b"\n%s start %s 1\n" % (M, platform) + b"".join(sections) + (b"\n%s stop\n" % M if stop else b"")


def test_sections_come_back_with_status_and_body():
    data = answer(section(b"a", b"one\ntwo\n"), section(b"b", b"", b"absent", b"81"))
    capture = frame("posix", N, data)
    assert capture.complete
    assert capture.by_name["a"].body == b"one\ntwo\n"
    assert capture.by_name["a"].exit_code == 0
    assert capture.by_name["b"].status is SectionStatus.ABSENT
    assert capture.digest == hashlib.sha256(capture.raw).hexdigest()
    assert capture.raw in data


@pytest.mark.parametrize(
    "noise",
    [
        b"Welcome!\nLast login: yesterday\n",
        b"no newline at the end",
        b"\x1b[31mcolour\x1b[0m\n\xff\xfe\x00",
        b"##SECAUDIT " + b"f" * 32 + b" start posix 1\n##SECAUDIT " + b"f" * 32 + b" stop\n",
        b"#< CLIXML\r\n<Objs Version='1.1.0.1'><Obj S='progress'></Obj></Objs>\r\n",
    ],
)
def test_noise_before_the_start_and_after_the_end_is_skipped(noise):
    plain = frame("posix", N, answer(section(b"a", b"x")))
    noisy = frame("posix", N, noise + answer(section(b"a", b"x")) + noise)
    assert noisy == plain


def test_a_marker_with_another_number_is_content():
    forged = b"##SECAUDIT " + b"f" * 32 + b" end a ok 0 1000\n##SECAUDIT " + b"f" * 32 + b" stop"
    capture = frame("posix", N, answer(section(b"a", forged)))
    assert capture.by_name["a"].body == forged
    indented = b" " + M + b" stop"
    assert frame("posix", N, answer(section(b"a", indented))).by_name["a"].body == indented


def test_line_ends_of_windows_are_accepted():
    body = base64.encodebytes(b'{"a": 1}').replace(b"\n", b"\r\n")
    data = answer(section(b"a", body), platform=b"windows").replace(b"\n##", b"\r\n##").replace(b"0 1000\n", b"0 1000\r\n")
    assert frame("windows", N, data).by_name["a"].body == b'{"a": 1}'


def test_windows_body_that_is_no_base64_is_an_error_of_that_section_alone():
    data = answer(section(b"a", b"not base64!"), section(b"b", base64.b64encode(b"{}")), platform=b"windows")
    capture = frame("windows", N, data)
    assert capture.by_name["a"].status is SectionStatus.ERROR
    assert capture.by_name["a"].body == b""
    assert capture.by_name["b"].body == b"{}"


def test_a_body_over_its_limit_is_truncated():
    capture = frame("posix", N, answer(section(b"a", b"12345678901", limit=b"10"), section(b"b", b"1234567890", limit=b"10")))
    assert capture.by_name["a"].status is SectionStatus.TRUNCATED
    assert capture.by_name["a"].body == b"1234567890"
    assert capture.by_name["b"].status is SectionStatus.OK


def test_a_section_without_end_is_truncated():
    open_section = b"\n%s begin a\nhalf" % M
    capture = frame("posix", N, answer(open_section, section(b"b", b"whole")))
    assert capture.by_name["a"].status is SectionStatus.TRUNCATED
    assert capture.by_name["a"].body == b"half"
    assert capture.by_name["b"].status is SectionStatus.OK


def test_cut_anywhere_never_gives_more_than_the_whole():
    whole = answer(section(b"a", b"one"), section(b"b", b"two"), section(b"c", b"three"))
    full = frame("posix", N, whole)
    for cut in range(len(whole) - 1):
        try:
            part = frame("posix", N, whole[:cut])
        except FrameError as error:
            assert error.sight in (Sight.SHELL, Sight.TRUNCATED, Sight.PROTOCOL)
            continue
        assert not part.complete or part == full
        for item in part.sections:
            if item.status is SectionStatus.OK:
                assert item == full.by_name[item.name]


def test_cut_inside_a_marker_is_the_connections_damage_and_not_the_machines():
    whole = answer(section(b"a", b"one\n"), section(b"b", b"two\n"))
    after = whole.index(b"begin b")
    for cut in range(after - len(M), len(whole) - 1):
        capture = frame("posix", N, whole[:cut])
        assert capture.by_name["a"].status is SectionStatus.OK
        assert capture.complete == (b" stop" in whole[after:cut])


def test_a_marker_counts_only_at_the_beginning_of_a_line():
    body = b"x%s end a ok 0 9\n %s stop\n" % (M, M)
    capture = frame("posix", N, answer(section(b"a", body)))
    assert capture.complete
    assert capture.by_name["a"].body == body


def test_no_start_marker_means_the_shell_did_not_run_it():
    with pytest.raises(FrameError) as caught:
        frame("posix", N, b"This account is \x1b[31mcurrently not available.\n")
    assert caught.value.sight is Sight.SHELL
    assert "currently not available" in caught.value.detail
    assert "\x1b" not in caught.value.detail
    with pytest.raises(FrameError) as caught:
        frame("posix", N, b"")
    assert caught.value.sight is Sight.SHELL


def test_end_missing_before_the_first_section_is_truncated():
    for data in (answer(stop=False), answer(b"\n%s begin a\nhalf" % M, stop=False)):
        with pytest.raises(FrameError) as caught:
            frame("posix", N, data)
        assert caught.value.sight is Sight.TRUNCATED


def test_end_missing_later_keeps_what_is_complete():
    capture = frame("posix", N, answer(section(b"a", b"x"), stop=False))
    assert not capture.complete
    assert capture.by_name["a"].body == b"x"


@pytest.mark.parametrize(
    "data",
    [
        answer(section(b"a", b"x"), section(b"a", b"y")),
        answer(b"\n%s end a ok 0 10\n" % M),
        answer(b"\n%s begin a\nx\n%s end b ok 0 10\n" % (M, M)),
        answer(section(b"a", b"x", status=b"splendid")),
        answer(b"\n%s begin ../etc\n" % M),
        answer(b"\n%s begin\n" % M),
        answer(b"\n%s start posix 1\n" % M),
        answer(b"\n%s dance\n" % M),
        answer(section(b"a", b"x"), platform=b"windows"),
        b"\n%s stop\n" % M,
        answer(*(section(b"s%d" % i, b"") for i in range(101))),
    ],
)
def test_a_broken_frame_is_refused(data):
    with pytest.raises(FrameError) as caught:
        frame("posix", N, data)
    assert caught.value.sight is Sight.PROTOCOL
    assert caught.value.hint is not None


def test_the_bootstrap_says_why_it_refused():
    with pytest.raises(FrameError) as caught:
        frame("windows", N, b"##SECAUDIT## truncated\r\n")
    assert caught.value.sight is Sight.TRUNCATED
    with pytest.raises(FrameError) as caught:
        frame("windows", N, b"##SECAUDIT## language ConstrainedLanguage\r\n")
    assert caught.value.sight is Sight.SHELL
    assert "ConstrainedLanguage" in caught.value.detail


_pieces = st.sampled_from(
    [
        M,
        b"\n",
        b"\r\n",
        b" start posix 1",
        b" begin a",
        b" begin b",
        b" end a ok 0 5",
        b" beat",
        b" stop",
        b"##SECAUDIT ",
        b"x" * 9,
    ]
)


@settings(deadline=None, max_examples=400)
@given(st.lists(st.one_of(_pieces, st.binary(max_size=12)), max_size=40), st.sampled_from(["posix", "windows"]))
def test_any_bytes_give_a_capture_or_a_frame_error(pieces, platform):
    data = b"".join(pieces)
    try:
        capture = frame(platform, N, data)
    except FrameError as error:
        assert error.sight in (Sight.SHELL, Sight.TRUNCATED, Sight.PROTOCOL)
        assert error.detail == clean(error.detail)
        return
    assert len({item.name for item in capture.sections}) == len(capture.sections)
    assert capture.raw in data


@settings(deadline=None, max_examples=200)
@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_content_comes_through_unchanged(bodies):
    nonce = new_nonce()
    mark = f"##SECAUDIT {nonce}".encode()
    data = b"\n%s start posix 1\n" % mark
    for number, body in enumerate(bodies):
        data += b"\n%s begin s%d\n%s\n%s end s%d ok 0 400\n" % (mark, number, body, mark, number)
    capture = frame("posix", nonce, data + b"\n%s stop\n" % mark)
    assert [item.body for item in capture.sections] == bodies


def test_a_cut_in_the_middle_of_a_marker_is_a_cut_and_no_damage():
    """A lost cable or a byte limit meets a line of the frame as easily as a line of a section."""
    data = answer(section(b"a", b"one"), section(b"b", b"two"), section(b"c", b"three"))
    first = data.index(b"end a") + len(b"end a ok 0 1000\n")
    for at in range(len(data)):
        try:
            capture = frame("posix", N, data[:at])
        except FrameError as error:
            assert error.sight is not Sight.PROTOCOL, data[:at][-60:]
            assert at < first, data[:at][-60:]
        else:
            assert at >= first
            assert capture.by_name["a"].status is SectionStatus.OK
            assert capture.complete is (M + b" stop" in data[:at])


def test_numbers_do_not_repeat():
    drawn = {new_nonce() for _ in range(200)}
    assert len(drawn) == 200
    assert all(len(nonce) == 32 and int(nonce, 16) >= 0 for nonce in drawn)


def test_a_section_added_by_the_machine_itself_is_framed_like_the_probes():
    nonce = "ab" * 16
    mark = f"##SECAUDIT {nonce}".encode()
    whole = mark + b" start posix 1\n" + mark + b" begin one\nx\n" + mark + b" end one ok 0 99\n" + mark + b" stop\n"
    body = b'{"a": "##SECAUDIT 00 begin x"}'
    for platform in ("posix", "windows"):
        alone = frame(platform, nonce, added_section(platform, nonce, b"", "own", body))
        assert [(section.name, section.body) for section in alone.sections] == [("own", body)]
        assert alone.complete
    both = frame("posix", nonce, added_section("posix", nonce, whole, "own", body))
    assert {section.name: section.body for section in both.sections} == {"one": b"x", "own": body}
    assert both.complete
    broken_off = whole[: whole.rindex(mark, 0, whole.index(b" end one") + 1)]
    cut = frame("posix", nonce, added_section("posix", nonce, broken_off, "own", body))
    assert [section.status for section in cut.sections] == [SectionStatus.TRUNCATED, SectionStatus.OK]
    assert not cut.complete, "an answer that broke off stays one"
