"""Names files that are no list we read, by their first bytes: the name of a file says nothing about what it is."""

import re

from secaudit.errors import IntakeError
from secaudit.messages import Message, msg
from secaudit.tables.model import refused

ZIP = b"PK\x03\x04"
UNPACK = msg("unpack it and import the list that is inside")
EXPORT_AGAIN = msg("save or export the list again, as CSV or as an Excel workbook (.xlsx)")
SAVE_AS_XLSX = msg("open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx), or export it as CSV")
SAVE_WITHOUT_PASSWORD = msg("open it in Excel, remove the password under File > Info, and save it as .xlsx")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_EXCEL = (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")
_JSON = re.compile(rb'[\[\s]*{\s*["}]')
_LOOKED_AT = 4096
_MAGIC: tuple[tuple[bytes, Message, Message], ...] = (
    (b"PK\x05\x06", msg("This is an empty ZIP archive"), EXPORT_AGAIN),
    (b"PK\x07\x08", msg("This is a part of a ZIP archive"), EXPORT_AGAIN),
    (b"%PDF", msg("This is a PDF document: its tables cannot be read with certainty"), EXPORT_AGAIN),
    (b"{\\rtf", msg("This is a text document (RTF)"), EXPORT_AGAIN),
    (b"\x89PNG", msg("This is a picture"), EXPORT_AGAIN),
    (b"\xff\xd8\xff", msg("This is a picture"), EXPORT_AGAIN),
    (b"GIF8", msg("This is a picture"), EXPORT_AGAIN),
    (b"II*\x00", msg("This is a picture"), EXPORT_AGAIN),
    (b"MM\x00*", msg("This is a picture"), EXPORT_AGAIN),
    (b"RIFF", msg("This is a picture or a recording"), EXPORT_AGAIN),
    (b"\x00\x00\x01\x00", msg("This is a picture"), EXPORT_AGAIN),
    (b"Rar!\x1a\x07", msg("This is a compressed archive"), UNPACK),
    (b"7z\xbc\xaf\x27\x1c", msg("This is a compressed archive"), UNPACK),
    (b"\x1f\x8b", msg("This is a compressed archive"), UNPACK),
    (b"BZh", msg("This is a compressed archive"), UNPACK),
    (b"\xfd7zXZ\x00", msg("This is a compressed archive"), UNPACK),
    (b"\x28\xb5\x2f\xfd", msg("This is a compressed archive"), UNPACK),
    (b"MSCF", msg("This is a compressed archive"), UNPACK),
    (b"SQLite format 3\x00", msg("This is a database file"), EXPORT_AGAIN),
    (b"\x7fELF", msg("This is a program"), EXPORT_AGAIN),
    (b"ElfFile\x00", msg("This is an event log of Windows"), EXPORT_AGAIN),
    (b"\x00\x01\x00\x00Standard ", msg("This is a database file"), EXPORT_AGAIN),
)


def refuse_other_kinds(path: str, body: bytes) -> None:
    """Raise :class:`IntakeError` for an empty file and for everything known that is neither text nor a workbook of today."""
    if not body.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise refused(path, msg("The file is empty"), hint=EXPORT_AGAIN)
    if body.startswith(_OLE):
        raise _container(path, body)
    if body.startswith(_OLD_EXCEL):
        raise refused(path, _OLD_WORKBOOK, hint=SAVE_AS_XLSX)
    for magic, message, hint in _MAGIC:
        if body.startswith(magic):
            raise refused(path, message, hint=hint)
    if body.startswith(b"MZ") and b"\x00" in body[:64]:
        raise refused(path, msg("This is a program"), hint=EXPORT_AGAIN)
    if body.startswith(b"BM") and body[6:10] == b"\x00\x00\x00\x00":
        raise refused(path, msg("This is a picture"), hint=EXPORT_AGAIN)
    _refuse_markup(path, body[:_LOOKED_AT])


_OLD_WORKBOOK = msg("This is a workbook in the old binary format (.xls)")


def _container(path: str, body: bytes) -> IntakeError:
    """The old compound file holds workbooks, encrypted workbooks, documents and mails alike; its directory says which."""
    streams = (
        ("EncryptedPackage", msg("The workbook is protected with a password"), SAVE_WITHOUT_PASSWORD),
        ("WordDocument", msg("This is a text document (.doc)"), EXPORT_AGAIN),
        ("PowerPoint Document", msg("This is a presentation"), EXPORT_AGAIN),
        (
            "__properties_version1.0",
            msg("This is an e-mail message"),
            msg("save the list that is attached to it, and import that"),
        ),
    )
    for name, message, hint in streams:
        if name.encode("utf-16-le") in body:
            return refused(path, message, hint=hint)
    return refused(path, _OLD_WORKBOOK, hint=SAVE_AS_XLSX)


def _refuse_markup(path: str, start: bytes) -> None:
    """Pages and XML that call themselves .xls or .csv."""
    plain = start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\t\r\n ").lower()
    if plain.startswith(b"mime-version:"):
        raise refused(path, msg("This is a saved web page (.mht)"), hint=SAVE_AS_XLSX)
    if _JSON.match(plain):
        raise refused(path, msg("This is a JSON file"), hint=EXPORT_AGAIN)
    if not plain.startswith(b"<"):
        return
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain:
        raise refused(path, msg("This is a workbook in the XML format of 2003"), hint=SAVE_AS_XLSX)
    if any(word in plain for word in (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style")):
        raise refused(path, msg("This is a web page (HTML), whatever its name says"), hint=SAVE_AS_XLSX)
    if plain.startswith((b"<?xml", b"<!doctype", b"<!--")):
        raise refused(path, msg("This is an XML file"), hint=EXPORT_AGAIN)
