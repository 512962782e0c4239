"""Exports of consoles that nobody should send, each with what must become of it."""

import io
import zipfile

from tests.evidence import files
from tests.evidence.kit import moment
from tests.hostile.bad_case import DATA, FAILURES, GOOD, HEADINGS, INCOMPLETE, WELL, Case, grouped, row

ESCAPES = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\u202e"


def _xlsx(*rows: tuple[str, ...]) -> bytes:
    return files.xlsx_bytes([HEADINGS, *rows])


def _broken(workbook: bytes) -> bytes:
    """One byte of the packed sheet is another one."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        info = parts.getinfo("xl/worksheets/sheet1.xml")
    at = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    return workbook[:at] + bytes([workbook[at] ^ 0xFF]) + workbook[at + 1 :]


EXPORTS: tuple[Case, ...] = (
    *grouped(
        "No list at all",
        "console",
        Case("empty", "An empty file.", lambda s: s.save("ksc.csv", b""), DATA, "empty"),
        Case("headings-only", "A list with headings and no machine.", lambda s: s.export(), WELL, "0 rows"),
        Case(
            "no-headings",
            "A list without headings.",
            lambda s: s.save("ksc.csv", files.csv_bytes([GOOD])),
            DATA,
            "No column says which machine a row is about",
        ),
        Case("missing", "A file that is not there.", lambda s: [s.folder / "nothing.csv"], DATA, "There is no such file"),
        Case("folder", "A folder.", lambda s: [s.folder], DATA, "This is not a file"),
        Case("pdf", "A PDF under the name of a workbook.", lambda s: s.save("ksc.xlsx", files.PDF), DATA, "PDF document"),
        Case(
            "old-excel",
            "A workbook of Excel 97 to 2003, or one with a password.",
            lambda s: s.save("ksc.xls", files.OLD_EXCEL),
            DATA,
            "old binary format",
        ),
        Case(
            "program",
            "A program.",
            lambda s: s.save("ksc.csv", b"MZ\x90\x00" + bytes(range(256)) * 40),
            DATA,
            "This is a program",
        ),
        Case(
            "web-page",
            "The console's web page, saved.",
            lambda s: s.save("ksc.csv", "<!DOCTYPE html><html><body>KSC</body></html>"),
            DATA,
            "a web page (HTML)",
        ),
        Case("binary", "Bytes without meaning.", lambda s: s.save("ksc.csv", bytes(range(256)) * 400), DATA, "NUL bytes"),
    ),
    *grouped(
        "Damaged",
        "console",
        Case(
            "cut-workbook",
            "A workbook cut in half, as by a broken download.",
            lambda s: s.save("ksc.xlsx", _xlsx(GOOD)[:3000]),
            DATA,
            "damaged or cut off",
        ),
        Case(
            "cut-csv",
            "A CSV file that ends inside a quoted cell.",
            lambda s: s.save("ksc.csv", files.csv_bytes([HEADINGS, GOOD]) + b'"A-PC-02;Managed'),
            DATA,
            "unexpected end of data",
        ),
        Case(
            "bad-checksum",
            "A workbook with one wrong byte in its sheet.",
            lambda s: s.save("ksc.xlsx", _broken(_xlsx(GOOD))),
            DATA,
            "damaged or cut off",
        ),
        Case(
            "no-sheet",
            "A zip that holds no sheet.",
            lambda s: s.save("ksc.xlsx", files.with_parts(_xlsx(GOOD), {"[Content_Types].xml": b"", "xl/workbook.xml": b""})),
            DATA,
            "damaged or cut off",
        ),
    ),
    *grouped(
        "Made to hurt",
        "console",
        Case(
            "oversized", "A file larger than any export.", lambda s: s.save("ksc.csv", bytes((64 << 20) + 1)), DATA, "larger than"
        ),
        Case(
            "zip-bomb",
            "A workbook of 500 kB whose sheet unpacks to 500 MB.",
            lambda s: s.save("ksc.xlsx", files.zip_bomb(_xlsx(GOOD), 500 << 20)),
            DATA,
            "unpacks to more than 400 MB",
        ),
        Case(
            "lying-zip-bomb",
            "The same; its directory says that the sheet is small.",
            lambda s: s.save("ksc.xlsx", files.lying_bomb(_xlsx(GOOD), 500 << 20)),
            DATA,
            "damaged or cut off",
        ),
        Case(
            "entities",
            "A workbook whose texts name each other a thousandfold and a file of this computer.",
            lambda s: s.save("ksc.xlsx", files.with_parts(_xlsx(GOOD), {"xl/sharedStrings.xml": files.ENTITIES})),
            DATA,
            "DOCTYPE",
        ),
        Case(
            "path-traversal",
            "A workbook with a file that would be unpacked outside its folder.",
            lambda s: s.save("ksc.xlsx", files.with_parts(_xlsx(GOOD), {"../../../../escaped.txt": b"owned"})),
            DATA,
            "leads out of it",
        ),
        Case(
            "many-columns",
            "A list of a thousand columns.",
            lambda s: s.save("ksc.csv", files.csv_bytes([[f"{HEADINGS[0]}{n}" for n in range(1000)], ["x"] * 1000])),
            DATA,
            "at most 200",
        ),
        Case(
            "long-cell",
            "A cell of a million letters.",
            lambda s: s.export(("A" * 1_000_000, *GOOD[1:])),
            DATA,
            "field larger than field limit",
        ),
        Case(
            "formulas",
            "A machine named by a formula; it stays a text.",
            lambda s: s.export(row('=HYPERLINK("http://127.0.0.1/?"&A1)', "PF3FORMULA"), GOOD),
            WELL,
            "matched",
            ("a-pc-01", "xa-a-hyperlink-http-127-"),
        ),
        Case(
            "escapes",
            "A machine named by terminal escapes and markup; they act on nothing.",
            lambda s: s.export(row(ESCAPES, "PF3ESCAPES"), GOOD),
            WELL,
            "matched",
            ("a-pc-01", "xa-a-2j-"),
        ),
    ),
    *grouped(
        "Another list",
        "console",
        Case(
            "wrong-product",
            "ESET's list as one of Kaspersky.",
            lambda s: s.export(
                ("a-pc-01", "All/UBND xã An Khánh", moment(), "ESET Endpoint Security", "30250", "Enabled"),
                headings=(
                    "Computer name",
                    "Static group",
                    "Last connected",
                    "Security product",
                    "Detection engine",
                    "Real-time file system protection",
                ),
            ),
            DATA,
            "import it with --source eset",
        ),
        Case(
            "other-list",
            "A list of printers.",
            lambda s: s.export(("HP-1", "2"), headings=("Máy in", "Số trang")),
            DATA,
            "No column says which machine a row is about",
        ),
    ),
    *grouped(
        "Which machine",
        "console",
        Case(
            "one-name-twice",
            "Two machines with one name in one agency.",
            lambda s: s.export(row("A-PC-04"), row("A-PC-04", days=2), GOOD),
            INCOMPLETE,
            "two machines with one name",
            ("a-pc-01",),
        ),
        Case(
            "name-without-agency",
            "A name that two agencies have, in a group that is neither.",
            lambda s: s.export(row("VANTHU", group="Máy chưa phân nhóm"), GOOD),
            INCOMPLETE,
            "a name alone decides nothing",
            ("a-pc-01",),
        ),
        Case(
            "junk-serial",
            "A filler in place of the serial number: the name decides, within its agency.",
            lambda s: s.export(row("A-PC-03", "To be filled by O.E.M."), row("KETOAN", "Default string")),
            WELL,
            "matched",
            ("a-pc-02", "a-pc-03"),
        ),
        Case(
            "junk-everywhere",
            "A filler, and a group that is no agency: nothing says which machine it is.",
            lambda s: s.export(row("A-PC-03", "System Serial Number", group="Khác")),
            INCOMPLETE,
            "a name alone decides nothing",
        ),
        Case(
            "other-serial",
            "A known name with another machine's serial number.",
            lambda s: s.export(row("A-PC-01", "PF3OTHER01")),
            INCOMPLETE,
            "serial number or UUID are another's",
        ),
        Case(
            "foreign-agency",
            "A machine of one agency under the group of another.",
            lambda s: s.export(row("B-PC-01", "8CCB000B01")),
            INCOMPLETE,
            "by its serial number it is b-pc-01 of agency xa-b",
        ),
        Case(
            "isolated",
            "A machine of kind isolated.",
            lambda s: s.export(row("A-DL-01"), GOOD),
            FAILURES,
            "isolated",
            ("a-pc-01",),
        ),
        Case("doubled-rows", "Every row twice.", lambda s: s.export(GOOD, GOOD), WELL, "superseded", ("a-pc-01",)),
        Case(
            "doubled-file",
            "A file that was taken in before.",
            lambda s: s.export(GOOD),
            WELL,
            "this very file was taken in before",
            before=lambda s: s.export(GOOD),
        ),
    ),
    *grouped(
        "When",
        "console",
        Case(
            "years-ahead",
            "A last contact years ahead.",
            lambda s: s.export(row("A-PC-01", at="2036-02-01 08:00:00")),
            INCOMPLETE,
            "lies in the future",
        ),
        Case(
            "never",
            "A last contact of 1 January 1970.",
            lambda s: s.export(row("A-PC-01", at="01/01/1970 00:00:00")),
            INCOMPLETE,
            "is no date that means one moment",
        ),
        Case(
            "long-ago", "A last contact 15 days ago.", lambda s: s.export(row("A-PC-01", days=15)), WELL, "more than 14 days ago"
        ),
        Case(
            "either-month",
            "Dates that are one day in Việt Nam and another in the United States.",
            lambda s: s.export((*GOOD[:5], "03/04/2026 08:00", "02/04/2026 08:00", "OK")),
            INCOMPLETE,
            "means one moment",
        ),
        Case(
            "no-contact",
            "No column says when the console heard of the machine.",
            lambda s: s.export(GOOD[:5], headings=HEADINGS[:5]),
            DATA,
            "No column says when",
        ),
    ),
)
