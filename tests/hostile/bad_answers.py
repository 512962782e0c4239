"""Answers of collectors that nobody should send, each with what must become of it."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.evidence import files
from tests.evidence.kit import Told, block, encrypted, sealed
from tests.hostile.bad_case import DATA, GOOD, HEADINGS, HONEST, WELL, Case, Sender, grouped


def _cut(text: str) -> str:
    return text[: text.index("-----END")]


def _flipped(text: str) -> str:
    """One character of the sealed bytes is another one."""
    at = text.index("\n\n") + 400
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def _ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _header(text: str, name: str, value: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(f"{name}: {value}\n" if line.startswith(f"{name}: ") else line for line in lines)


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in members.items():
            package.writestr(name, body)
    return stream.getvalue()


def _locked(text: str) -> bytes:
    """A zip that says that its member is encrypted."""
    body = bytearray(_zip({"a.txt": text.encode()}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.find(mark) + offset] |= 1
    return bytes(body)


def _values(sender: Sender) -> dict[str, str]:
    """Headers of an honest block."""
    own = sender.own
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"agency": own.agency, "period": own.period, "courier": own.number, "machine": "0" * 32, "time": time}


ANSWERS: tuple[Case, ...] = (
    *grouped(
        "No answer at all",
        "courier",
        Case("empty-answer", "An empty file.", lambda s: s.save("a.txt", b""), DATA, "the file is empty"),
        Case(
            "document",
            "A document in place of the answer.",
            lambda s: s.save("a.docx", files.xlsx_bytes([HEADINGS, GOOD])),
            DATA,
            "an Office document",
        ),
        Case("own-export", "An export of a console.", lambda s: s.export(GOOD), DATA, "no answer of a collector"),
        Case("encrypted-zip", "A zip with a password.", lambda s: s.save("a.zip", _locked(s.told(HONEST))), DATA, "is encrypted"),
        Case(
            "zip-in-zip",
            "A zip inside a zip.",
            lambda s: s.save("a.zip", _zip({"b.zip": _zip({"a.txt": b"x"})})),
            DATA,
            "itself a zip",
        ),
        Case(
            "member-outside",
            "A zip whose member would be unpacked outside its folder; members are never unpacked to disk.",
            lambda s: s.save("a.zip", _zip({"../../../escaped.txt": s.told(HONEST).encode()})),
            WELL,
            "answers kept",
            ("a-pc-01",),
        ),
    ),
    *grouped(
        "Damaged on the way",
        "courier",
        Case(
            "one-wrong-letter",
            "One letter of the answer is another one.",
            lambda s: s.save("a.txt", _flipped(s.told(HONEST))),
            DATA,
            "its digest does not fit",
        ),
        Case("cut-off", "The end is missing.", lambda s: s.save("a.txt", _cut(s.told(HONEST))), DATA, "its last line is missing"),
        Case(
            "no-beginning",
            "The beginning is missing.",
            lambda s: s.save("a.txt", s.told(HONEST).partition("\n\n")[2]),
            DATA,
            "whose beginning is missing",
        ),
        Case(
            "one-of-two",
            "One of two answers in a file is damaged: the other one counts.",
            lambda s: s.save("a.txt", _flipped(s.told(HONEST)) + s.told(Told("KETOAN", serial="PF3A0B0C02"))),
            DATA,
            "its digest does not fit",
            ("a-pc-02",),
        ),
        Case(
            "stopped",
            "The collector was stopped before its end.",
            lambda s: s.save("a.txt", s.told(Told("A-PC-01", printed=b"", nonce="0" * 32))),
            DATA,
            "the probe's answer in it is none",
        ),
    ),
    *grouped(
        "Made to hurt",
        "courier",
        Case(
            "huge-block",
            "An answer larger than any machine's.",
            lambda s: s.save(
                "a.txt", s.told(HONEST).replace("-----END", "QUJD" * 19 + "\n" + ("QUJD" * 19 + "\n") * 60_000 + "-----END")
            ),
            DATA,
            "larger than 4 MiB",
        ),
        Case(
            "gzip-bomb",
            "An answer of 100 kB that unpacks to 100 MB.",
            lambda s: s.save("a.txt", s.told(Told("A-PC-01", serial="5CG1AAA111", body=files.gzip_bomb(100 << 20)))),
            DATA,
            "larger than 8 MiB",
        ),
        Case(
            "zip-of-zeros",
            "A zip of 600 kB that unpacks to 600 MB.",
            lambda s: s.save("a.zip", _zip({"a.txt": bytes(600 << 20)})),
            DATA,
            "larger than 512 MiB",
        ),
        Case(
            "path-in-a-field",
            "An agency that is a path.",
            lambda s: s.save("a.txt", s.told(HONEST, agency="../../etc")),
            DATA,
            "not of the right form",
        ),
        Case(
            "formula-name",
            "A machine named by a formula; it stays a text.",
            lambda s: s.save("a.txt", s.told(Told("=1+cmd|' /C calc'!A0", serial="5CG1AAA111"))),
            WELL,
            "answers kept",
            ("a-pc-01",),
        ),
    ),
    *grouped(
        "Not this collector's",
        "courier",
        Case(
            "wrong-key",
            "Sealed to somebody else's certificate.",
            lambda s: s.save("a.txt", sealed(replace(s.own, certificate=s.stranger), HONEST, s.folder)),
            DATA,
            "does not open with the keys",
        ),
        Case(
            "outsider",
            "Sealed to the province by somebody without the collector.",
            lambda s: s.save("a.txt", sealed(s.own, HONEST, s.folder, key="0" * 64)),
            DATA,
            "its code of authentication is wrong",
        ),
        Case(
            "changed-field",
            "A holder of another agency's collector writes this agency into it.",
            lambda s: s.save("a.txt", sealed(s.other, HONEST, s.folder, fields={"agency": "xa-a"})),
            DATA,
            "its collector was made for xa-b",
        ),
        Case(
            "other-collectors-number",
            "The number of this agency's collector over the token of another's.",
            lambda s: s.save("a.txt", sealed(s.other, HONEST, s.folder, fields={"agency": "xa-a", "courier": s.own.number})),
            DATA,
            "its code of authentication is wrong",
        ),
        Case(
            "unknown-collector",
            "A collector that nobody made.",
            lambda s: s.save("a.txt", s.told(HONEST, courier="0" * 16)),
            DATA,
            "that this workspace did not make",
        ),
        Case(
            "other-agencys-machine",
            "A machine that another agency declares.",
            lambda s: s.save("a.txt", s.told(Told("B-PC-01", serial="8CCB000B01"))),
            DATA,
            "b-pc-01",
        ),
        Case(
            "not-sealed",
            "A block whose bytes are no envelope.",
            lambda s: s.save("a.txt", block(_values(s), b"no envelope at all")),
            DATA,
            "is not sealed",
        ),
        Case(
            "newer-format",
            "An answer of a format that is still to come.",
            lambda s: s.save("a.txt", _header(s.told(HONEST), "Version", "9")),
            DATA,
            "written in format 9",
        ),
        Case(
            "not-the-format",
            "Sealed as it should be, and the content is a poem; refused in the words of a wrong key.",
            lambda s: s.save("a.txt", block(_values(s), encrypted(b"hoa sen\n", s.own.certificate, s.folder))),
            DATA,
            "does not open with the keys",
        ),
    ),
    *grouped(
        "Which machine, and when",
        "courier",
        Case(
            "doubled-answer",
            "The same answer twice in one file.",
            lambda s: s.save("a.txt", s.told(HONEST) * 2),
            WELL,
            "stand in these files more than once",
            ("a-pc-01",),
        ),
        Case(
            "replayed-file",
            "A file that was taken in before.",
            lambda s: [s.folder / "a.txt"],
            WELL,
            "were taken in before",
            before=lambda s: s.save("a.txt", s.told(HONEST)),
        ),
        Case(
            "replayed-nonce",
            "Another answer with the number of one that was taken in.",
            lambda s: s.save("b.txt", s.told(Told("A-PC-01", serial="5CG1AAA111", answer="win7-unprotected", nonce="a" * 32))),
            DATA,
            "with the same number was taken in before",
            before=lambda s: s.save("a.txt", s.told(replace(HONEST, nonce="a" * 32))),
        ),
        Case(
            "clock-years-ahead",
            "A machine whose clock is years ahead.",
            lambda s: s.save("a.txt", s.told(replace(HONEST, at=_ago(-1200)))),
            DATA,
            "days ahead",
        ),
        Case(
            "clock-1970",
            "A machine whose clock stands before the collector was made.",
            lambda s: s.save("a.txt", s.told(replace(HONEST, at=_ago(9000)))),
            DATA,
            "before its collector was made",
        ),
        Case(
            "one-name",
            "A new machine with the name of a declared one and another serial number.",
            lambda s: s.save("a.txt", s.told(Told("A-PC-01", serial="PF3OTHER01"))),
            DATA,
            "serial number or UUID are another's",
        ),
        Case(
            "isolated-answer",
            "An answer of a machine declared isolated.",
            lambda s: s.save("a.txt", s.told(Told("A-DL-01", serial="PF3SECRET1"))),
            DATA,
            "isolated",
        ),
        Case(
            "junk-serial-answer",
            "A filler in place of the serial number: name and own number decide.",
            lambda s: s.save("a.txt", s.told(Told("A-PC-03", answer="win10-22h2-defender"))),
            WELL,
            "answers kept",
            ("a-pc-03",),
        ),
    ),
)
