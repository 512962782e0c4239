"""What people send: files, folders, zips, copies saved otherwise; and what is none of it is named."""

import os
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.intake import packages
from secaudit.intake.packages import Text, read_texts
from secaudit.model.courier import FILE_LIMIT, AnswerProblem, Refused, Skipped
from tests.intake.test_blocks import BLOCK


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return buffer.getvalue()


def read(path: Path, data: bytes | None = None) -> list[Text | AnswerProblem]:
    if data is not None:
        path.write_bytes(data)
    return list(read_texts([path]))


def reasons(found: list[Text | AnswerProblem]) -> list[object]:
    return [one.reason if isinstance(one, AnswerProblem) else "text" for one in found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_copy_saved_in_another_encoding_is_the_same_text(tmp_path, encoding):
    (found,) = read(tmp_path / "a.txt", ("Ghi chú\r\n" + BLOCK.decode()).encode(encoding))
    assert isinstance(found, Text) and BLOCK in found.data


def test_every_file_of_a_zip_is_read_and_its_names_are_only_shown(tmp_path):
    here = tmp_path / "in"
    here.mkdir()
    names = [
        "../../outside.txt",
        "/tmp/absolute.txt",
        "C:\\windows\\x.txt",
        "xã/máy.txt",
        "__MACOSX/._x",
        "Thumbs.db",
        "\x1b[31mred.txt",
    ]
    found = read(here / "all.zip", zipped(dict.fromkeys(names, BLOCK)))
    assert reasons(found) == ["text"] * 5
    assert all(isinstance(one, Text) and one.data == BLOCK and "\x1b" not in one.file for one in found)
    assert "outside.txt" in found[0].file
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert [path.name for path in here.iterdir()] == ["all.zip"]


def test_a_folder_gives_the_files_in_it(tmp_path):
    for name in ("b.txt", "a.txt", ".hidden", "desktop.ini"):
        (tmp_path / name).write_bytes(BLOCK)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "c.txt").write_bytes(BLOCK)
    assert [Path(one.file).name for one in read(tmp_path)] == ["a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"MZ\x90\0", "program"),
        (zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": BLOCK}), "Office"),
        (b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n", "e-mail"),
        (b"id;name\n1;PC\n", "no answer"),
        (zipped({}), "zip is empty"),
    ],
)
def test_what_is_no_answer_is_named_for_what_it_is(tmp_path, data, word):
    (found,) = read(tmp_path / "x", data)
    assert isinstance(found, AnswerProblem) and found.reason is Refused.NO_ANSWER
    assert word in str(found.message) and found.hint


SCRIPT = b"#!/bin/sh\n# secaudit: ...\nBEGIN='-----BEGIN SECAUDIT ANSWER-----' END='-----END SECAUDIT ANSWER-----'\n"


def test_the_collector_sent_back_instead_of_its_answer_is_recognised(tmp_path):
    windows = SCRIPT.replace(b"#!/bin/sh\n#", b"@echo off\r\nrem")
    for name, data in (("linux.sh", SCRIPT), ("windows.cmd", windows)):
        (found,) = read(tmp_path / name, data)
        assert isinstance(found, AnswerProblem) and found.reason is Refused.NO_ANSWER
        assert "the collector itself" in str(found.message)


def test_beside_an_answer_other_files_of_a_folder_or_zip_are_passed_over(tmp_path):
    files = {"collector.sh": SCRIPT, "notes.txt": b"Xin chao", "picture.png": b"\x89PNG"}
    assert reasons(read(tmp_path / "a.zip", zipped({**files, "answer.txt": BLOCK}))) == ["text"] + [Skipped.BESIDE] * 3
    assert reasons(read(tmp_path / "b.zip", zipped(files))) == [Refused.NO_ANSWER] * 3
    assert reasons(read(tmp_path / "c.zip", zipped({"answer.txt": BLOCK, "inner.zip": zipped(files)}))) == [
        "text",
        Refused.PACKAGE,
    ]
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in {**files, "answer.txt": BLOCK}.items():
        (folder / name).write_bytes(data)
    assert reasons(read(folder)) == ["text"] + [Skipped.BESIDE] * 3


def test_zips_that_cannot_be_read_are_refused_member_by_member(tmp_path):
    whole = zipped({"good.txt": BLOCK, "inner.zip": zipped({"x.txt": BLOCK})})
    encrypted = bytearray(zipped({"secret.txt": BLOCK}))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(sign) + at] |= 1
    assert reasons(read(tmp_path / "a.zip", whole)) == ["text", Refused.PACKAGE]
    assert reasons(read(tmp_path / "b.zip", bytes(encrypted))) == [Refused.PACKAGE]
    assert reasons(read(tmp_path / "c.zip", zipped({"x.txt": BLOCK}, zipfile.ZIP_LZMA))) == [Refused.PACKAGE]
    assert reasons(read(tmp_path / "d.zip", whole[: len(whole) // 2])) == [Refused.PACKAGE]
    damaged = bytearray(zipped({"x.txt": BLOCK}))
    damaged[60] ^= 0xFF
    assert reasons(read(tmp_path / "e.zip", bytes(damaged))) == [Refused.PACKAGE]


def test_a_bomb_is_refused_before_it_fills_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "FILE_LIMIT", 4 << 20)
    bomb = zipped({f"{number}.txt": BLOCK + b"\n" * (1 << 20) for number in range(10)})
    assert len(bomb) < 100_000
    found = read(tmp_path / "bomb.zip", bomb)
    assert reasons(found) == ["text"] * 3 + [Refused.BOMB]


def test_a_zip_with_more_members_than_anybody_sends_is_not_listed(tmp_path, monkeypatch):
    data = bytearray(zipped({"x.txt": BLOCK}))
    at = data.rindex(b"PK\x05\x06")
    struct.pack_into("<I", data, at + 12, 9 << 20)
    assert reasons(read(tmp_path / "a.zip", bytes(data))) == [Refused.BOMB]
    monkeypatch.setattr(packages, "MOST_MEMBERS", 3)
    assert reasons(read(tmp_path / "b.zip", zipped(dict.fromkeys("abcd", BLOCK)))) == [Refused.BOMB]


def test_files_that_cannot_be_read_or_are_too_large_are_named(tmp_path):
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(FILE_LIMIT + 1)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found = list(read_texts([large, pipe, tmp_path / "none.txt"]))
    assert reasons(found) == [Refused.OVERSIZED, Refused.UNREADABLE, Refused.UNREADABLE]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 250), st.booleans())
def test_any_bytes_are_a_text_or_a_problem(tmp_path_factory, data, at, zip_like):
    whole = zipped({"a.txt": BLOCK, "b.txt": b"x"})
    path = tmp_path_factory.mktemp("any") / "x"
    for one in read(path, whole[:at] + data + whole[at + len(data) :] if zip_like else data):
        assert isinstance(one, (Text, AnswerProblem))
