"""A small province, exports of a console and answers of a collector, for tests that go through the real command line.

Answers are made here from docs/courier-format.md alone, with openssl where it comes to encryption: the program and its tests do
not share one mistake.
"""

import base64
import gzip
import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from secaudit.lab.answers import platform_of
from secaudit.lab.machines import LabMachine, answer_of
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.probe.frame import frame
from secaudit.store import Store
from tests.warm import run_command

CHECKS = Path(__file__).parents[2] / "checks"
PASSPHRASE = "mot cau rat dai chi dung de thu"
MACHINES = {
    "xa-a": (
        "{id: a-pc-01, os: windows, kind: workstation, serial: 5CG1AAA111}",
        "{id: a-pc-02, os: windows, kind: workstation, serial: PF3A0B0C02, hostname: KETOAN}",
        "{id: a-pc-03, os: windows, kind: workstation, serial: To be filled by O.E.M.}",
        "{id: a-pc-04, os: windows, kind: laptop, hostname: VANTHU}",
        "{id: a-dl-01, kind: isolated}",
    ),
    "xa-b": (
        "{id: b-pc-01, os: windows, kind: workstation, serial: 8CCB000B01}",
        "{id: b-pc-02, os: windows, kind: workstation, hostname: VANTHU}",
    ),
}
NAMES = {"xa-a": "UBND xã An Khánh", "xa-b": "UBND xã Bình Long"}


@dataclass(frozen=True)
class EvidenceProvince:
    """Two communes whose machines nobody can reach."""

    home: Path

    @property
    def folder(self) -> Path:
        """The inventory."""
        return self.home / "province"

    @property
    def workspace(self) -> Path:
        """Where the commands keep their store."""
        return self.home / "workspace"

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.workspace / "store.sqlite"

    def run(self, *arguments: str, inventory: bool = True, passphrase: str = "") -> subprocess.CompletedProcess[str]:
        """A secaudit command line over this province, to its end; a passphrase goes in through a descriptor."""
        where = ["--inventory", str(self.folder)] if inventory else []
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
        reading, writing = os.pipe()
        os.write(writing, passphrase.encode())
        os.close(writing)
        secret = ["--passphrase-fd", str(reading)] if passphrase else []
        try:
            return run_command(
                [*arguments, *where, "--workspace", str(self.workspace), *secret],
                env={**kept, "SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "400", "TERM": "dumb"},
                cwd=self.home,
                pass_fds=[reading],
                timeout=300,
            )
        finally:
            os.close(reading)

    def take(self, path: Path, source: str = "csv", *more: str) -> subprocess.CompletedProcess[str]:
        """Import an export and keep what is certain."""
        return self.run("evidence", "import", str(path), "--source", source, "--accept", *more)

    def answer(self, *paths: Path, passphrase: str = PASSPHRASE) -> subprocess.CompletedProcess[str]:
        """Import answers of collectors."""
        return self.run("courier", "import", *map(str, paths), passphrase=passphrase)

    def hand_out(self, agency: str, *more: str) -> "Courier":
        """The collector of an agency, with what stands in its script; the province's key is made before the first."""
        if not (self.workspace / "courier").exists():
            made = self.run("courier", "key", inventory=False, passphrase=PASSPHRASE)
            assert made.returncode == 0, made.stderr
        made = self.run("courier", "make", "--agency", agency, "--out", str(self.home / agency), *more)
        assert made.returncode == 0, made.stderr
        (package,) = (self.home / agency).glob("*.zip")
        return read_collector(package, self.home / agency)

    def declare(self, machines: Mapping[str, Iterable[str]]) -> None:
        """Write the agencies' files."""
        (self.folder / "agencies").mkdir(parents=True, exist_ok=True)
        (self.folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
        for agency, lines in machines.items():
            text = (
                f"agency: {{id: {agency}, name: {NAMES[agency]}, tier: commune, submission: {{accepted_on: 2026-11-01}}}}\n"
                "endpoints:\n" + "".join(f"  - {line}\n" for line in lines)
            )
            (self.folder / "agencies" / f"{agency}.yaml").write_text(text, encoding="utf-8")

    def contents(self) -> dict[str, str]:
        """Table -> digest over all its rows: what must be the same when nothing was kept."""
        if not self.database.exists():
            return {}
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as store:
            tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
            return {table: _digest(store.execute(f'SELECT * FROM "{table}" ORDER BY rowid')) for table in tables}

    def look(self, endpoint: str, answer: str, at: datetime, *, serial: str = "", way: Way = Way.SSH) -> None:
        """Keep what a machine answered over SSH at a moment, as a scan would."""
        nonce = secrets.token_hex(16)
        stdout = answer_of(LabMachine(endpoint.upper(), answer, serial), nonce, int(at.timestamp()))
        capture = frame(platform_of(answer), nonce, stdout)
        outcome = Outcome(endpoint, way, Grade.A, Sight.SEEN, at, at, capture=capture, host_key="SHA256:test")
        with Store.open(self.database) as store:
            run = store.begin_run(started_at=at, who="test", way=way, scope="all")
            store.keep(run.number, [_parsed(outcome)])
            store.end_run(run.number, "finished", at)


def read_collector(package: Path, folder: Path) -> "Courier":
    """Unpack a collector and read what its POSIX script knows: the token is the key of HMAC's inner block."""
    with zipfile.ZipFile(package) as members:
        members.extractall(folder)
    (script,) = folder.glob("*.sh")
    text = script.read_text(encoding="utf-8")
    found = re.search(r"^AGENCY='([^']+)' PERIOD='([^']+)' COURIER='([^']+)'", text, re.MULTILINE)
    inner = re.search(r"^INNER='([^']+)'", text, re.MULTILINE)
    assert found is not None
    assert inner is not None
    token = bytes(byte ^ 0x36 for byte in base64.b64decode(inner[1])).decode("ascii")
    assert re.fullmatch("[0-9a-f]{64}", token)
    certificate = folder / "certificate.pem"
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    certificate.write_text(begin + text.rpartition(begin)[2].partition(end)[0] + end + "\n", encoding="ascii")
    return Courier(found[1], found[2], found[3], token, certificate, script)


def make_province(home: Path) -> EvidenceProvince:
    """Write it into ``home``."""
    province = EvidenceProvince(home)
    province.declare(MACHINES)
    province.workspace.mkdir(mode=0o700)
    return province


def _parsed(outcome: Outcome) -> Outcome:
    from secaudit.catalog import load_catalog
    from secaudit.facts import parse_facts

    assert outcome.capture is not None
    knowledge = load_catalog(CHECKS).knowledge
    return replace(outcome, facts=parse_facts(outcome.capture, knowledge, outcome.finished_at))


def _digest(rows: Iterable[tuple[object, ...]]) -> str:
    total = hashlib.sha256()
    for row in rows:
        total.update(repr(row).encode())
    return total.hexdigest()


# Exports of a console


def moment(days: float = 1.0) -> str:
    """Days ago, year first: of a single 05/12 nobody can say on which day of which month it was, and these files have one row."""
    return (datetime.now(UTC) - timedelta(days=days)).astimezone(VIETNAM_TIME).strftime("%Y-%m-%d %H:%M:%S")


# Answers of a collector


@dataclass(frozen=True)
class Courier:
    """What a collector knows of itself."""

    agency: str
    period: str
    number: str
    token: str
    certificate: Path
    """PEM."""
    script: Path
    """For Linux, as it was handed out."""


@dataclass(frozen=True)
class Told:
    """One answer before it is sealed; the defaults are those of an honest machine."""

    name: str
    answer: str = "win10-22h2-kaspersky"
    serial: str = ""
    at: datetime | None = None
    nonce: str = ""
    body: bytes | None = None
    """In place of the gzip of what the captured answer says."""
    printed: bytes | None = None
    """In place of what the captured answer says."""

    @property
    def machine(self) -> LabMachine:
        """The machine that tells it."""
        return LabMachine(self.name, self.answer, self.serial)


def sealed(courier: Courier, told: Told, work: Path, *, fields: Mapping[str, str] | None = None, key: str = "") -> str:
    """One block as docs/courier-format.md has it; ``fields`` replaces lines of the content, ``key`` the token."""
    at = told.at or datetime.now(UTC)
    nonce = told.nonce or secrets.token_hex(16)
    printed = told.printed if told.printed is not None else answer_of(told.machine, nonce, int(at.timestamp()))
    machine = hashlib.sha256(f"{courier.number}:{told.machine.number}".encode()).hexdigest()[:32]
    values = {
        "secaudit-answer": "1",
        "agency": courier.agency,
        "period": courier.period,
        "courier": courier.number,
        "machine": machine,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "nonce": nonce,
        "platform": platform_of(told.answer),
        "name": told.name,
        "body": base64.b64encode(gzip.compress(printed) if told.body is None else told.body).decode("ascii"),
        **(fields or {}),
    }
    content = "".join(f"{name}: {value}\n" for name, value in values.items())
    mac = hmac.new((key or courier.token).encode("ascii"), content.encode("ascii"), hashlib.sha256).hexdigest()
    return block(values, encrypted(f"{content}mac: {mac}\n".encode("ascii"), courier.certificate, work))


def encrypted(content: bytes, certificate: Path, work: Path) -> bytes:
    """CMS EnvelopedData in DER, by openssl."""
    plain, envelope = work / "content.txt", work / "content.der"
    plain.write_bytes(content)
    command = ["openssl", "cms", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-in", str(plain), "-out", str(envelope)]
    subprocess.run([*command, str(certificate)], check=True, capture_output=True, timeout=60)
    return envelope.read_bytes()


def block(values: Mapping[str, str], der: bytes) -> str:
    """The lines that travel."""
    text = base64.b64encode(der).decode("ascii")
    return "\n".join(
        [
            "-----BEGIN SECAUDIT ANSWER-----",
            "Version: 1",
            f"Agency: {values['agency']}",
            f"Period: {values['period']}",
            f"Courier: {values['courier']}",
            f"Machine: {values['machine']}",
            f"Time: {values['time']}",
            f"Digest: {hashlib.sha256(der).hexdigest()}",
            "",
            *(text[at : at + 76] for at in range(0, len(text), 76)),
            "-----END SECAUDIT ANSWER-----",
            "",
        ]
    )
