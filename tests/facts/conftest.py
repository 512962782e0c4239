"""A small catalogue of our own, and captures made of texts, so that these tests stand without the shipped files."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from secaudit.facts import parse_facts
from secaudit.model.base import Texts
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FactSet
from secaudit.model.knowledge import Knowledge, LifecycleTable, LinuxTraces, Product, Release, Update, UpdateTable, WindowsTraces

NOW = 1_795_400_000


def product(identity: str, vendor: str, kind: str = "av", *, windows=None, linux=None, on_demand: bool = False) -> Product:
    return Product(
        id=identity,
        vendor=vendor,
        name=identity.title(),
        kind=kind,
        status="confirmed",
        on_demand=on_demand,
        windows=WindowsTraces(**(windows or {})),
        linux=LinuxTraces(**(linux or {})),
    )


def table(name: str, as_of: date, *releases: Release) -> LifecycleTable:
    return LifecycleTable(id=name, title=Texts(vi=name, en=name), as_of=as_of, source="test", releases=releases)


def release(os: str, version: str, ends: str, **more: object) -> Release:
    return Release(os=os, version=version, name=f"{os} {version}", ends=date.fromisoformat(ends), **more)


def update(os: str, build: int, day: str, revision: int, kind: str = "security", kb: str | None = None) -> Update:
    return Update(os=os, build=build, month=day[:7], date=date.fromisoformat(day), kind=kind, revision=revision, kb=kb)


LTSC = ("EnterpriseS", "EnterpriseSN", "IoTEnterpriseS")
AS_OF = date(2026, 8, 22)
WINDOWS_10 = (
    ("2025-10-14", 6456, "security", "KB5066791"),
    ("2025-11-11", 6575, "security", "KB5068781"),
    ("2026-08-11", 7663, "security", "KB5120249"),
    ("2026-09-08", 7725, "security", "KB5122878"),
    ("2026-10-13", 7807),
    ("2026-11-10", 7846),
)
KNOWLEDGE = Knowledge(
    products=(
        product(
            "clamav",
            "Cisco Talos",
            linux={
                "packages": ("clamav", "clamav-daemon"),
                "units": ("clamav-daemon", "clamav-freshclam", "clamav-clamonacc", "clamd@scan", "clamav-daemon.socket"),
                "processes": ("clamd", "freshclam", "clamonacc"),
            },
        ),
        product("kaspersky-kesl", "Kaspersky", linux={"packages": ("kesl",), "units": ("kesl",), "processes": ("kesl",)}),
        product(
            "kaspersky-nagent",
            "Kaspersky",
            "management",
            windows={"services": ("klnagent",), "processes": ("klnagent.exe",)},
            linux={"packages": ("klnagent64",), "units": ("klnagent64",), "processes": ("klnagent",)},
        ),
        product(
            "kaspersky-kes-windows",
            "Kaspersky",
            windows={"services": ("AVP*", "KAVFS"), "processes": ("avp.exe", "kavfs.exe"), "wsc_names": ("Kaspersky*",)},
        ),
        product(
            "ms-defender-av",
            "Microsoft",
            windows={
                "services": ("WinDefend",),
                "processes": ("MsMpEng.exe",),
                "wsc_names": ("Windows Defender", "Microsoft Defender Antivirus"),
            },
        ),
        product(
            "ms-defender-endpoint",
            "Microsoft",
            "edr",
            windows={"services": ("Sense",), "processes": ("MsSense.exe",)},
            linux={"packages": ("mdatp",), "units": ("mdatp",), "processes": ("wdavdaemon",)},
        ),
        product("eset-windows", "ESET", windows={"services": ("ekrn",), "processes": ("ekrn.exe",), "wsc_names": ("ESET*",)}),
        product("bkav", "Bkav", windows={"services": ("BkavService",), "processes": ("Bka.exe",), "wsc_names": ("Bkav*",)}),
        product("avast", "Avast", windows={"services": ("avast! Antivirus",), "wsc_names": ("Avast*",)}),
        product("cmc-antivirus", "CMC", windows={"processes": ("CMCTrayIcon.exe",), "wsc_names": ("CMC*",)}),
        product("cmc-endpoint", "CMC", "edr", windows={"processes": ("cmccore.exe",), "wsc_names": ("CMC*",)}),
        product(
            "scanners", "open source", "other", linux={"packages": ("rkhunter",), "processes": ("rkhunter",)}, on_demand=True
        ),
    ),
    lifecycle=(
        table(
            "debian",
            AS_OF,
            release("debian", "13", "2028-08-09", extended_ends=date(2030, 6, 30), extended_is_free=True),
            release("debian", "12", "2026-07-11", extended_ends=date(2028, 6, 30), extended_is_free=True),
            release("debian", "11", "2024-08-14", extended_ends=date(2026, 8, 31), extended_is_free=True),
        ),
        table(
            "ubuntu",
            AS_OF,
            release("ubuntu", "24.04", "2029-05-31", extended_ends=date(2036, 5, 31)),
            release("ubuntu", "22.04", "2027-04-01", extended_ends=date(2032, 4, 9)),
            release("ubuntu", "20.04", "2025-05-31", extended_ends=date(2030, 4, 2)),
        ),
        table(
            "windows",
            AS_OF,
            release("windows", "11-25h2", "2027-10-12", build=26200),
            release("windows", "11-23h2", "2025-11-11", build=22631),
            release("windows", "10-22h2", "2025-10-14", build=19045, extended_ends=date(2028, 10, 10)),
            release("windows", "10-21h2", "2023-06-13", build=19044),
            release("windows", "10-21h2", "2027-01-12", build=19044, editions=LTSC),
            release("windows", "7-sp1", "2020-01-14", build=7601),
            release("windows-server", "2019", "2029-01-09", build=17763),
            release("windows-server", "2022", "2031-10-14", build=20348),
        ),
        table("office", AS_OF, release("office", "2016", "2025-10-14"), release("office", "2021", "2026-10-13")),
    ),
    updates=(
        UpdateTable(
            id="updates",
            title=Texts(vi="u", en="u"),
            as_of=date(2026, 11, 19),
            source="test",
            hotpatched=(26200,),
            updates=(
                *(update("windows", 19044, *row) for row in WINDOWS_10),
                *(update("windows", 19045, *row) for row in WINDOWS_10),
                update("windows", 22631, "2025-10-14", 6060),
                update("windows", 22631, "2026-09-08", 7582, kb="KB5122880"),
                update("windows", 22631, "2026-10-13", 7652),
                update("windows", 22631, "2026-11-10", 7711),
                update("windows", 26200, "2026-07-14", 8875, kb="KB5101650"),
                update("windows", 26200, "2026-08-11", 9168, kb="KB5121003"),
                update("windows", 26200, "2026-08-11", 9100, "hotpatch"),
                update("windows", 26200, "2026-08-27", 9278, "preview", "KB5120998"),
                update("windows", 26200, "2026-09-08", 9445, kb="KB5124008"),
                update("windows", 26200, "2026-09-14", 9457, "out-of-band", "KB5129195"),
                update("windows", 26200, "2026-10-13", 9711),
                update("windows", 26200, "2026-11-10", 9974),
                update("windows-server", 17763, "2026-09-08", 9245, kb="KB5122876"),
                update("windows-server", 17763, "2026-10-13", 9376),
                update("windows-server", 17763, "2026-11-10", 9487),
                update("windows-server", 20348, "2026-09-08", 5622, kb="KB5122882"),
                update("windows-server", 20348, "2026-10-13", 5761),
                update("windows-server", 20348, "2026-11-10", 5870),
            ),
        ),
    ),
)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return KNOWLEDGE


def capture_of(platform: str, complete: bool = True, **sections: str | bytes | SectionStatus) -> Capture:
    """Names with ``_`` for ``-``; a text is a section that ended well, a status one that did not."""
    made = []
    for name, body in sections.items():
        status = body if isinstance(body, SectionStatus) else SectionStatus.OK
        data = b"" if isinstance(body, SectionStatus) else body.encode() if isinstance(body, str) else body
        made.append(Section(name.replace("_", "-"), status, data, 0))
    raw = b"".join(section.body for section in made)
    return Capture(platform, tuple(made), raw, hashlib.sha256(raw).hexdigest(), complete)


@pytest.fixture
def posix() -> Callable[..., FactSet]:
    """Facts of a POSIX capture; the clock is set unless the test sets it."""

    def facts(complete: bool = True, **sections: str | bytes | SectionStatus) -> FactSet:
        sections.setdefault("clock", f"now={NOW}\nuptime=90000.5 1.0\n")
        return parse_facts(capture_of("posix", complete, **sections), KNOWLEDGE, datetime.fromtimestamp(NOW, UTC))

    return facts


@pytest.fixture
def windows() -> Callable[..., FactSet]:
    """Facts of a Windows capture."""

    def facts(complete: bool = True, **sections: str | bytes | SectionStatus) -> FactSet:
        sections.setdefault("clock", f'{{"now":{NOW}}}')
        sections.setdefault("about", '{"wow64":false}')
        return parse_facts(capture_of("windows", complete, **sections), KNOWLEDGE, datetime.fromtimestamp(NOW, UTC))

    return facts
