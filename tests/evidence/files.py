"""Files that people, programs or somebody else send in place of an export or an answer."""

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter


def csv_bytes(rows: Sequence[Sequence[str]], *, encoding: str = "utf-8-sig", delimiter: str = ";") -> bytes:
    """A CSV file as spreadsheets save it."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of one sheet, all cells text."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Devices")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell)
    book.close()
    return stream.getvalue()


def with_parts(workbook: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same workbook with files added to it or put in place of its own."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, body in parts.items():
            new.writestr(name, body)
    return stream.getvalue()


def zip_bomb(workbook: bytes, size: int) -> bytes:
    """The same workbook whose sheet unpacks to ``size`` bytes."""
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return with_parts(workbook, {"xl/worksheets/sheet1.xml": sheet + b" " * size + b"</sheetData></worksheet>"})


def lying_bomb(workbook: bytes, size: int) -> bytes:
    """As :func:`zip_bomb`, and both directories of the archive say that the sheet is small."""
    body = bytearray(zip_bomb(workbook, size))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = body.find(mark)
        while at >= 0:
            if struct.unpack_from("<L", body, at + offset)[0] >= size:
                struct.pack_into("<L", body, at + offset, 1000)
            at = body.find(mark, at + 4)
    return bytes(body)


ENTITIES = b"""<?xml version="1.0"?>
<!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1"><si><t>&c;&d;</t></si></sst>
"""
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1600
"""The first bytes of a workbook of Excel 97 to 2003, and of one with a password."""
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"


def gzip_bomb(size: int) -> bytes:
    """A gzip stream that unpacks to ``size`` zeros, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    whole, rest = divmod(size, 1 << 20)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(whole)]
    return b"".join([*parts, packer.compress(bytes(rest)), packer.flush()])


def save(folder: Path, name: str, body: bytes) -> Path:
    """A file to be named on the command line."""
    path = folder / name
    path.write_bytes(body)
    return path
