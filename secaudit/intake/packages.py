"""What people send -> texts that may hold answers: files, folders, zips, copies saved in another encoding.

Names inside a zip are shown and never used as paths; nothing is ever unpacked to a disk. What is no such file is recognised, so
that the sentence says what was sent instead.
"""

import codecs
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Final

from secaudit.messages import Message, clean, msg
from secaudit.model.courier import FILE_LIMIT, AnswerProblem, Place, Refused, Skipped

_ZIP: Final = b"PK\x03\x04"
_END_OF_ZIP: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_LONGEST_COMMENT: Final = 65_535
_LARGEST_LIST: Final = 8 << 20
"""Bytes of a zip's list of members: the library would make an object of every one of them before anybody could count."""
MOST_MEMBERS: Final = 20_000
_PART: Final = 1 << 20
_WIDE: Final = "SECAUDIT ANSWER".encode("utf-16-le")[:-1]
_RUBBISH: Final = frozenset({"desktop.ini", "thumbs.db"})
"""What systems put into folders by themselves, beside names that begin with a dot."""
_OPEN_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_SHOWN: Final = 200
_KINDS: Final = (
    (b"%PDF-", msg("a PDF document")),
    (b"Rar!", msg("a RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", msg("a 7z archive")),
    (b"\x1f\x8b", msg("a gzip archive")),
    (b"\xd0\xcf\x11\xe0", msg("an old Office document or an Outlook message")),
    (b"MZ", msg("a program")),
    (b"\x89PNG", msg("a picture")),
    (b"\xff\xd8\xff", msg("a picture")),
)
_COLLECTOR = re.compile(rb"(?:#!/bin/sh|@echo off)\s+(?:#|rem) secaudit:")
"""How the two scripts that are handed out begin."""
_NO_ANSWER = msg("there is no answer of a collector in it")
_RUN_IT = msg("let it be run on the machines; it writes a text file, and that is what is sent back")
_FILE_ITSELF = msg(
    "ask for the file that the collector wrote: a text file whose lines begin with -----BEGIN SECAUDIT ANSWER-----"
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text that may hold answers."""

    file: str
    data: bytes
    """In a superset of ASCII."""


def read_texts(paths: Sequence[Path]) -> Iterator[Text | AnswerProblem]:
    """The texts of all files, one at a time, and what is wrong with the others. Of a folder the files directly in it are read."""
    for path in paths:
        try:
            found = sorted(one for one in path.iterdir() if not _is_rubbish(one.name)) if path.is_dir() else [path]
        except OSError as error:
            yield _unreadable(str(path), error)
            continue
        if path.is_dir():
            yield from _together(text for one in found if not one.is_dir() for text in _of_file(one))
        else:
            yield from _of_file(path)


def _together(found: Iterable[Text | AnswerProblem]) -> Iterator[Text | AnswerProblem]:
    """What lies in one folder or zip: beside an answer, files that hold none are no problem. People pack the collector too."""
    without: list[AnswerProblem] = []
    any_text = False
    for one in found:
        if isinstance(one, AnswerProblem) and one.reason is Refused.NO_ANSWER:
            without.append(one)
        else:
            any_text |= isinstance(one, Text)
            yield one
    yield from (replace(one, reason=Skipped.BESIDE) if any_text else one for one in without)


def _of_file(path: Path) -> Iterator[Text | AnswerProblem]:
    name = str(path)
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            yield _problem(Refused.UNREADABLE, name, msg("this is no file that can be read"), msg("name the file itself"))
            return
        if state.st_size > FILE_LIMIT:
            yield _too_large(name)
            return
        data = path.read_bytes()
    except OSError as error:
        yield _unreadable(name, error)
        return
    if data.startswith((_ZIP, _END_OF_ZIP)):
        yield from _of_zip(name, data)
    else:
        yield _of_data(name, data)


def _of_data(name: str, data: bytes) -> Text | AnswerProblem:
    """A text in any encoding that editors save in; or what it is instead."""
    if not data.strip():
        return _problem(Refused.NO_ANSWER, name, msg("the file is empty"), _FILE_ITSELF)
    for magic, kind in _KINDS:
        if data.startswith(magic):
            return _problem(Refused.NO_ANSWER, name, msg("{what}: {why}", what=kind, why=_NO_ANSWER), _FILE_ITSELF)
    text = _as_ascii(data)
    if _COLLECTOR.match(text):
        return _problem(Refused.NO_ANSWER, name, msg("this is the collector itself, not what it wrote"), _RUN_IT)
    if b"SECAUDIT ANSWER" in text:
        return Text(name, text)
    if b"content-transfer-encoding:" in text[:_PART].lower():
        return _problem(
            Refused.NO_ANSWER,
            name,
            msg("a saved e-mail: no answer of a collector stands in its text"),
            msg("open the e-mail and save its attachment, then import that"),
        )
    return _problem(Refused.NO_ANSWER, name, _NO_ANSWER, _FILE_ITSELF)


def _as_ascii(data: bytes) -> bytes:
    """The bytes, or those of a copy saved as UTF-16 as UTF-8; what is no ASCII stays no ASCII."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    at = data.find(_WIDE)
    if at >= 0:
        return data.decode("utf-16-le" if at % 2 == 0 else "utf-16-be", "replace").encode("utf-8", "replace")
    return data


def _of_zip(name: str, data: bytes) -> Iterator[Text | AnswerProblem]:
    """The members of a zip that people made of several files; all bounds hold for all of them together."""
    if not _is_listed_shortly(data):
        yield _problem(Refused.BOMB, name, msg("the zip has more members than anybody would send"), _UNPACK)
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            members = [member for member in package.infolist() if not member.is_dir() and not _is_rubbish(member.filename)]
            if len(members) > MOST_MEMBERS:
                yield _problem(Refused.BOMB, name, msg("the zip has more members than anybody would send"), _UNPACK)
                return
            if any(member.filename == "[Content_Types].xml" for member in members):
                yield _problem(Refused.NO_ANSWER, name, msg("{what}: {why}", what=_OFFICE, why=_NO_ANSWER), _FILE_ITSELF)
                return
            if not members:
                yield _problem(Refused.NO_ANSWER, name, msg("the zip is empty"), _FILE_ITSELF)
            yield from _together(_members(name, package, members))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, struct.error, ValueError, OverflowError, NotImplementedError, EOFError):
        yield _problem(Refused.PACKAGE, name, msg("the zip is damaged"), msg("ask for it again, or for the files themselves"))


_UNPACK = msg("ask for the files themselves, without a zip")
_OFFICE = msg("an Office document")


def _members(name: str, package: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> Iterator[Text | AnswerProblem]:
    room = FILE_LIMIT
    for member in members:
        found = _member(package, member, f"{name} › {clean(member.filename, limit=_SHOWN)}", room)
        room -= member.file_size
        yield found
        if isinstance(found, AnswerProblem) and found.reason is Refused.BOMB:
            return


def _member(package: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str, room: int) -> Text | AnswerProblem:
    if member.flag_bits & 0x1:
        return _problem(Refused.PACKAGE, shown, msg("this member of the zip is encrypted"), _UNPACK)
    if member.compress_type not in _OPEN_METHODS:
        return _problem(Refused.PACKAGE, shown, msg("this member of the zip is packed in a way that is not read here"), _UNPACK)
    parts: list[bytes] = []
    try:
        with package.open(member) as stream:
            while part := stream.read(_PART):
                room -= len(part)
                if room < 0:
                    return _problem(
                        Refused.BOMB, shown, msg("unpacked, the zip is larger than {size} MiB", size=FILE_LIMIT >> 20), _UNPACK
                    )
                parts.append(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return _problem(Refused.PACKAGE, shown, msg("this member of the zip is damaged"), msg("ask for it again"))
    data = b"".join(parts)
    if data.startswith(_ZIP):
        return _problem(Refused.PACKAGE, shown, msg("this member of the zip is itself a zip, or a document"), _UNPACK)
    return _of_data(shown, data)


def _is_listed_shortly(data: bytes) -> bool:
    """Whether the list of members has a size that may be read."""
    at = data.rfind(_END_OF_ZIP, max(len(data) - _END_SIZE - _LONGEST_COMMENT, 0))
    if at < 0 or at + _END_SIZE > len(data):
        return True  # no list at all: the library says that it is damaged
    count, size = struct.unpack_from("<HI", data, at + 10)
    return bool(count != 0xFFFF and size <= _LARGEST_LIST)


def _is_rubbish(name: str) -> bool:
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return last.startswith(".") or last.casefold() in _RUBBISH


def _unreadable(name: str, error: OSError) -> AnswerProblem:
    what = msg("the file cannot be read: {reason}", reason=error.strerror or type(error).__name__)
    return _problem(Refused.UNREADABLE, name, what, msg("look at its name and rights"))


def _too_large(name: str) -> AnswerProblem:
    what = msg("the file is larger than {size} MiB", size=FILE_LIMIT >> 20)
    return _problem(Refused.OVERSIZED, name, what, msg("import the files of fewer agencies at a time"))


def _problem(reason: Refused, name: str, what: Message, hint: Message) -> AnswerProblem:
    return AnswerProblem(reason, Place(clean(name, limit=2 * _SHOWN), 0), what, hint)
