"""Installed programs of a Windows machine (sections software, settings, services, processes).

Lists are of names; a list that could not be read to its end never says that there is nothing on it.
"""

import re
from itertools import chain

from secaudit.facts.matching import matches, worth_asking
from secaudit.facts.reading import Parser, Reading, whole
from secaudit.facts.windows_machine import text
from secaudit.facts.windows_protection import Machine
from secaudit.facts.windows_registry import native, values, written
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

REMOTE_CONTROL = {
    "UltraViewer": ("ultraviewer*",),
    "TeamViewer": ("teamviewer*",),
    "AnyDesk": ("anydesk*",),
    "RustDesk": ("rustdesk*",),
    "LogMeIn": ("logmein*",),
    "GoToMyPC": ("gotomypc*", "g2svc*"),
    "Splashtop": ("splashtop*", "srserver"),
    "Supremo": ("supremo*",),
    "Ammyy Admin": ("ammyy*", "aa_v3"),
    "AeroAdmin": ("aeroadmin*",),
    "VNC": (
        "realvnc*",
        "vnc server*",
        "tightvnc*",
        "ultravnc*",
        "tigervnc*",
        "winvnc*",
        "vncserver*",
        "tvnserver*",
        "uvnc_service",
    ),
    "Radmin": ("radmin server*", "radmin viewer*", "rserver3*"),
    "DWService": ("dwagent*", "dwservice*"),
    "Chrome Remote Desktop": ("chrome remote desktop*", "remoting_host", "chromoting"),
    "Zoho Assist": ("zoho assist*", "zohours*", "zaservice"),
    "ScreenConnect": ("screenconnect*", "connectwise control*"),
    "Iperius Remote": ("iperius remote*", "iperiusremote*"),
    "NoMachine": ("nomachine*", "nxservice*"),
    "Remote Utilities": ("remote utilities*", "rutserv", "rmanservice"),
    "Parsec": ("parsec", "parsecd", "parsec virtual*"),
    "HopToDesk": ("hoptodesk*",),
    "Getscreen": ("getscreen*",),
    "ToDesk": ("todesk*",),
    "SunLogin": ("sunlogin*", "oray*"),
}
"""What is reported -> how it is called in the list of programs, among services and among processes."""
UNWANTED = {
    "uTorrent": ("utorrent*", "\u03bctorrent*"),
    "BitTorrent": ("bittorrent*",),
    "qBittorrent": ("qbittorrent*",),
    "Vuze": ("vuze*", "azureus*"),
    "eMule": ("emule*",),
    "BitComet": ("bitcomet*",),
    "Transmission": ("transmission-qt*", "transmission 2*", "transmission 3*", "transmission 4*"),
    "FrostWire": ("frostwire*",),
    "KMSpico": ("kmspico*", "service_kms", "service kmseldi"),
    "KMSAuto": ("kmsauto*", "autokms*", "kms-r@1n*"),
    "Microsoft Toolkit": ("microsoft toolkit*",),
    "Re-Loader": ("re-loader*", "reloader activator*"),
    "Windows Loader": ("windows loader*",),
    "HEU KMS": ("heu_kms*", "heu kms*"),
    "XMRig": ("xmrig*",),
    "NiceHash": ("nicehash*",),
    "Cudo Miner": ("cudo miner*", "cudominer*"),
    "MinerGate": ("minergate*",),
    "HoneyMiner": ("honeyminer*",),
}
_OFFICE_BY_VERSION = {"12": "2007", "14": "2010", "15": "2013", "16": "2016"}
_OFFICE_PACKAGE = re.compile(r"\{9[0-9A-F](\d\d)0000-([0-9A-F]{4})-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{6}0FF1CE\}", re.IGNORECASE)
_SUITES = re.compile(r"001[1-689AB]|002[EF]|003[0135D]|00A1|00CA", re.IGNORECASE)
"""Kinds of package that are Office itself or one of its programs; languages, converters and readers are others."""
_YEAR = re.compile(r"(2019|2021|2024)")


def _names(reading: Reading) -> list[str]:
    """Every program of the list, whole or not; the caller asks whether it is whole."""
    native(reading)
    rows = reading.document("software").get("names")
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        reading.fail(MissingReason.ERROR, "software", "the list of programs cannot be read")
    if not rows:
        reading.fail(MissingReason.ERROR, "software", "the list of programs is empty, which no Windows is")
    return [row.strip() for row in rows if row.strip()]


def _whole(reading: Reading) -> None:
    """NotReadError where part of the list could not be read."""
    unread = whole(reading.document("software").get("unread"))
    if unread != 0:
        reason = MissingReason.ERROR if unread is None else MissingReason.DENIED
        reading.fail(reason, "software", "part of the list of programs could not be read")


def count(reading: Reading) -> FactValue:
    """Different names: what is installed for two people is one program."""
    names = reading.once(_names)
    reading.once(_whole)
    return Known(len(set(names)), "software")


def _found(reading: Reading, catalogue: dict[str, tuple[str, ...]]) -> FactValue:
    names = reading.once(_names)
    reading.once(_whole)
    machine = reading.once(Machine)
    seen = {name.casefold() for name in names} | machine.services.keys() | machine.processes
    seen = set(worth_asking(chain.from_iterable(catalogue.values()), seen))
    hits = [shown for shown, patterns in catalogue.items() if any(matches(one, name) for one in patterns for name in seen)]
    reason = machine.processes_missing or machine.services_missing
    if reason is not None:
        return Missing(reason, "processes", "programs that run without being installed could not be looked for")
    return Known(hits, "software")


def remote_control(reading: Reading) -> FactValue:
    """Installed for the machine or for those logged in, or running without being installed."""
    return _found(reading, REMOTE_CONTROL)


def unwanted(reading: Reading) -> FactValue:
    """The same for what has no place on an office machine."""
    return _found(reading, UNWANTED)


def office(reading: Reading) -> FactValue:
    """Releases by identifiers of packages and of Click-to-Run, never by a name."""
    reading.once(_names)
    reading.once(_whole)
    packages = reading.document("software").get("office")
    found: set[str] = set()
    for package in packages if isinstance(packages, list) else [None]:
        match = _OFFICE_PACKAGE.fullmatch(text(package))
        if match is None:
            reading.fail(MissingReason.ERROR, "software", "a package of Office cannot be read")
        if _SUITES.fullmatch(match[2]):
            found.add(_release(reading, _OFFICE_BY_VERSION.get(match[1])))
    for place, old in (("office", ""), ("office_15", "2013")):
        ids = (written(reading, values(reading, place), "ProductReleaseIds") or "").split(",")
        found |= {_release(reading, old or _click_to_run(one.strip())) for one in ids if one.strip()}
    return Known(sorted(found), "software")


def _click_to_run(name: str) -> str | None:
    """ProPlus2021Volume, O365BusinessRetail; without a year it is 2016."""
    if name.casefold().startswith("o365"):
        return "365"
    year = _YEAR.search(name)
    if year is not None:
        return year[1]
    return "2016" if re.search(r"\d", name) is None and name.casefold().endswith(("retail", "volume")) else None


def _release(reading: Reading, release: str | None) -> str:
    if release is None:
        reading.fail(MissingReason.UNSUPPORTED, "software", "a release of Office is not known to this program")
    return release


PARSERS: dict[str, Parser] = {
    "software.count": count,
    "software.remote_control": remote_control,
    "software.unwanted": unwanted,
    "software.office": office,
}
