"""Exports as consoles and people really write them, of any size: the same seed gives the same bytes.

Columns and values are those of ``checks/consoles/*.yaml`` and of the public pages named there, beside columns that nobody reads.
``machines`` invents machines, ``seen`` gives an inventory's own a state; ``export`` writes them as one console would, in one
shape. What a machine truly is, is known (:class:`Machine`), so that a test can hold against it what was read.
"""

import csv
import io
import random
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
DateStyle = Literal["day-first", "month-first", "iso", "words", "vietnamese", "cells"]
"""``cells``: typed date cells, in workbooks only; in CSV they are written day first."""
Value = str | int | bool | datetime | None
Row = dict[str, Value]

_COMMUNES = ("Đại Từ", "Phú Lương", "Định Hóa", "Võ Nhai", "Đồng Hỷ", "Phú Bình", "Chợ Đồn", "Na Rì", "Ba Bể", "Ngân Sơn")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_SYSTEMS = (
    ("Microsoft Windows 10", "10.0.19045"),
    ("Microsoft Windows 11", "10.0.26100"),
    ("Microsoft Windows 7", "6.1.7601"),
    ("Microsoft Windows Server 2019", "10.0.17763"),
)


@dataclass(frozen=True)
class Machine:
    """One machine and the truth about it."""

    name: str
    agency: str
    """Id."""
    group: str
    """The agency as a console names it."""
    serial: str
    uuid: str
    mac: str
    address: str
    os: str
    os_version: str
    last_contact: datetime
    """UTC, whole seconds."""
    signature: datetime
    installed: bool = True
    running: bool = True
    realtime: bool = True
    edr: bool = False
    siem: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Shape:
    """How the file is written."""

    kind: Literal["csv", "xlsx"] = "csv"
    encoding: str = "utf-8-sig"
    """``utf-16`` has a mark, ``utf-16-le`` has none; of CSV only."""
    separator: str = ","
    line_end: str = "\r\n"
    dates: DateStyle = "iso"
    titles: bool = False
    """Title rows above the headings, merged in a workbook, with an empty row below them."""
    footer: bool = False
    """A total and a signature under the list."""
    summary: bool = False
    """A sheet with sums before the list's own; of workbooks only."""
    sep_line: bool = False
    """Excel's ``sep=;`` first."""
    decomposed: bool = False
    """Letters and marks apart (NFD), as a Mac writes them."""


def machines(count: int, *, seed: int = 5, agencies: Mapping[str, str] | None = None, now: datetime = NOW) -> tuple[Machine, ...]:
    """Invented machines, spread evenly over agencies (id -> name)."""
    owners = tuple((agencies or {f"xa-{n:02d}": f"UBND xã {place}" for n, place in enumerate(_COMMUNES)}).items())
    chance = random.Random(seed)
    found = []
    for number in range(count):
        agency, group = owners[number % len(owners)]
        serial = "".join(chance.choices(_LETTERS, k=10))
        found.append(seen(f"{agency}-pc-{number:05d}".upper(), agency, group, serial, chance=chance, now=now))
    return tuple(found)


def seen(
    name: str, agency: str, group: str, serial: str = "", *, uuid: str = "", chance: random.Random, now: datetime = NOW
) -> Machine:
    """A machine of the given name and identity in a state by chance: most of them well, some stale, some off."""
    age = chance.choices((chance.uniform(0, 3), chance.uniform(3, 13), chance.uniform(15, 60)), (88, 8, 4))[0]
    contact = (now - timedelta(days=age)).replace(microsecond=0)
    behind = chance.choices((chance.uniform(0, 2), chance.uniform(2, 6.5), chance.uniform(8, 90)), (85, 10, 5))[0]
    installed = chance.random() < 0.98
    running = installed and chance.random() < 0.97
    os, version = chance.choice(_SYSTEMS)
    return Machine(
        name=name,
        agency=agency,
        group=group,
        serial=serial,
        uuid=uuid or _uuid(chance),
        mac=":".join(f"{chance.randrange(256):02X}" for _ in range(6)),
        address=f"192.168.{chance.randrange(4)}.{chance.randrange(2, 250)}",
        os=os,
        os_version=version,
        last_contact=contact,
        signature=(contact - timedelta(days=behind)).replace(microsecond=0),
        installed=installed,
        running=running,
        realtime=running and chance.random() < 0.97,
        edr=chance.random() < 0.3,
        siem=chance.random() < 0.2,
        shared=chance.random() < 0.1,
    )


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032X}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _ksc(at: int, one: Machine) -> Row:
    status = "Running" if one.realtime else "Stopped" if one.installed else "Not installed"
    mask = (0 if one.realtime else 1 << 1) | (0 if one.installed else 1 << 5)
    return {
        "Name": one.name,
        "Parent group": f"Managed devices/Tỉnh/{one.group}",
        "Operating system type": one.os,
        "Domain": "WORKGROUP",
        "Agent installed/running": "Yes/Yes",
        "Network Agent is installed": "Yes",
        "Real-time protection status": status,
        "Last connected to Administration Server": one.last_contact,
        "Last visible": one.last_contact + timedelta(minutes=5),
        "Anti-virus databases last updated": one.signature,
        "Protection last updated": one.last_contact,
        "Status": ("OK", "Warning", "Critical")[at % 3],
        "Status description": 'Databases are outdated, "Full scan" was\nperformed long ago' if at % 7 == 0 else "",
        "Application name": "Kaspersky Endpoint Security for Windows" if one.installed else "",
        "Application version": "12.5.0.539" if one.installed else "",
        "Network Agent version": "15.1.0.20748",
        "IP address": one.address,
        "Connection IP address": "10.20.0.1",
        "DNS name": f"{one.name.lower()}.tinh.local",
        "MAC address": one.mac,
        "Serial number": one.serial,
        "Operating system version": one.os_version,
        "Viruses detected": at % 5,
        "Status mask": mask,
    }


def _ksc_api(at: int, one: Machine) -> Row:
    return {
        "KLHST_WKS_HOSTNAME": f"{at:08x}-4b1c-4d3f-9a31-000000000000",
        "KLHST_WKS_DN": one.name,
        "KLHST_WKS_WINHOSTNAME": one.name,
        "grp_full_name": f"Managed devices/{one.group}/",
        "KLHST_WKS_OS_NAME": one.os,
        "KLHST_WKS_OS_BUILD_NUMBER": one.os_version.rpartition(".")[2],
        "KLHST_WKS_LAST_NAGENT_CONNECTED": one.last_contact,
        "KLHST_WKS_RTP_AV_VERSION": "12.5.0.539",
        "KLHST_WKS_RTP_STATE": 4 if one.realtime else 1,
        "KLHST_WKS_RTP_AV_BASES_TIME": one.signature,
        "KLHST_WKS_STATUS_MASK": (0 if one.realtime else 2) | (0 if one.installed else 32),
        "KLHST_WKS_IP": one.address,
    }


def _eset(at: int, one: Machine) -> Row:
    return {
        "Computer name": f"{one.name.lower()}.tinh.local",
        "Tags": "",
        "Status": "OK" if at % 4 else "Security risk",
        "IP address": one.address,
        "MAC address": one.mac,
        "Static group": f"All/Tỉnh/{one.group}",
        "Last connected": one.last_contact,
        "Alerts": at % 3,
        "OS name": one.os,
        "OS version": one.os_version,
        "Serial number": one.serial,
        "Security product": "ESET Endpoint Security" if one.installed else "",
        "Security product version": "11.1.2052.0" if one.installed else "",
        "Detection engine": f"30250 ({one.signature + timedelta(hours=7):%Y%m%d})" if one.installed else "",
        "Real-time file system protection": "Enabled" if one.realtime else "Disabled" if one.installed else "",
        "Managed": "Managed",
        "Logged users": "tỉnh\\cán bộ; quản trị" if at % 5 == 0 else "",
    }


def _defender_portal(at: int, one: Machine) -> Row:
    return {
        "Device ID": f"{at:040x}",
        "Device name": one.name.lower(),
        "Domain": "Workgroup",
        "Risk level": "No known risks",
        "Exposure level": ("Low", "Medium", "High")[at % 3],
        "OS platform": one.os.removeprefix("Microsoft ").replace(" ", ""),
        "OS version": "22H2",
        "OS build": one.os_version.rpartition(".")[2],
        "Sensor health state": "Active" if one.edr else "NoSensorData",
        "Onboarding status": "Onboarded" if one.installed else "Can be onboarded",
        "First seen": one.last_contact - timedelta(days=200),
        "Last device update": one.last_contact,
        "Device group": one.group,
        "IP address": one.address,
        "Antivirus status": "Updated",
    }


def _defender_health(at: int, one: Machine) -> Row:
    mode = "0" if one.realtime else "2" if one.installed else ""
    return {
        "id": f"{at:040x}",
        "computerDnsName": f"{one.name.lower()}.tinh.local",
        "rbacGroupName": one.group,
        "osPlatform": one.os.removeprefix("Microsoft ").replace(" ", ""),
        "osKind": "windows",
        "osVersion": one.os_version,
        "lastSeenTime": one.last_contact,
        "avMode": mode,
        "avIsSignatureUpToDate": "True",
        "avPlatformVersion": "4.18.26100.3",
        "avSignaturePublishTime": one.signature,
    }


def _defender_local(at: int, one: Machine) -> Row:
    return {
        "PSComputerName": one.name,
        "Group": one.group,
        "UUID": one.uuid,
        "SerialNumber": one.serial,
        "OperatingSystem": one.os,
        "OperatingSystemVersion": one.os_version,
        "Collected": f"{one.last_contact:%Y-%m-%dT%H:%M:%SZ}",
        "AMProductVersion": "4.18.26100.3",
        "AMRunningMode": "Normal" if one.installed else "Not running",
        "AMServiceEnabled": str(one.running),
        "RealTimeProtectionEnabled": str(one.realtime),
        "AntivirusSignatureAge": at % 9,
        "AntivirusSignatureLastUpdated": one.signature,
    }


def _defender_hunting(at: int, one: Machine) -> Row:
    return {
        "DeviceId": f"{at:040x}",
        "DeviceName": f"{one.name.lower()}.tinh.local",
        "MachineGroup": one.group,
        "OSPlatform": one.os.removeprefix("Microsoft ").replace(" ", ""),
        "OSBuild": one.os_version.rpartition(".")[2],
        "OnboardingStatus": "Onboarded",
        "Timestamp": f"{one.last_contact:%Y-%m-%dT%H:%M:%S.0000000Z}",
        "AvMode": "Active" if one.running else "Disabled",
        "AvPlatformVersion": "4.18.26100.3",
        "AvSignaturePublishTime": f"{one.signature:%Y-%m-%dT%H:%M:%SZ}",
    }


def _defender_intune(at: int, one: Machine) -> Row:
    return {
        "DeviceId": one.uuid.lower(),
        "DeviceName": one.name,
        "GroupTag": one.group,
        "MalwareProtectionEnabled": str(one.running),
        "RealTimeProtectionEnabled": str(one.realtime),
        "SignatureUpdateOverdue": "False",
        "AntiMalwareVersion": "4.18.26100.3",
        "LastReportedDateTime": one.last_contact,
        "UserName": f"cán bộ {at}",
    }


def _bkav(at: int, one: Machine) -> Row:
    return {
        "STT": at + 1,
        "Tên máy": one.name,
        "Đơn vị": one.group,
        "Địa chỉ IP": one.address,
        "Địa chỉ MAC": one.mac,
        "Hệ điều hành": one.os,
        "Phiên bản": "8.6.2.1" if one.installed else "",
        "Đã cài đặt": _yes(one.installed),
        "Đang chạy": _yes(one.running),
        "Bảo vệ thời gian thực": "Bật" if one.realtime else "Tắt",
        "Ngày cập nhật mẫu nhận diện": one.signature,
        "Kết nối lần cuối": one.last_contact,
        "Ghi chú": "",
    }


def _csv(_: int, one: Machine) -> Row:
    return {
        "Tên máy": one.name,
        "Đơn vị": one.group,
        "Số sê-ri": one.serial,
        "UUID": one.uuid,
        "Hệ điều hành": one.os,
        "Phần mềm bảo vệ": "Kaspersky Endpoint Security" if one.installed else "",
        "Phiên bản": "12.5.0.539" if one.installed else "",
        "Đã cài đặt": _yes(one.installed),
        "Đang chạy": _yes(one.running),
        "Bảo vệ thời gian thực": _yes(one.realtime),
        "Ngày mẫu nhận diện": one.signature,
        "Quản trị tập trung": "Có",
        "Lần kết nối cuối": one.last_contact,
    }


def _soc_list(at: int, one: Machine) -> Row:
    return {
        "STT": at + 1,
        "Tên máy": one.name,
        "Đơn vị": one.group,
        "Địa chỉ IP": one.address,
        "Tên EDR": "Bkav EDR" if one.edr else "",
        "EDR đang chạy": _yes(one.edr),
        "Gửi nhật ký về SIEM": _yes(one.siem),
        "Chia sẻ với Trung tâm an ninh mạng": _yes(one.shared),
        "Sự kiện gần nhất": one.last_contact,
    }


def _ad(_: int, one: Machine) -> Row:
    return {
        "DistinguishedName": f"CN={one.name},OU={one.group},OU=Máy trạm,DC=tinh,DC=local",
        "DNSHostName": f"{one.name.lower()}.tinh.local",
        "Enabled": "True",
        "IPv4Address": one.address,
        "LastLogonDate": one.last_contact,
        "Name": one.name,
        "ObjectGUID": one.uuid.lower(),
        "OperatingSystem": one.os.removeprefix("Microsoft "),
        "OperatingSystemVersion": one.os_version,
    }


def _yes(value: bool) -> str:
    return "Có" if value else "Không"


CONSOLES: Mapping[str, Callable[[int, Machine], Row]] = {
    "ksc": _ksc,
    "ksc-api": _ksc_api,
    "eset": _eset,
    "defender-portal": _defender_portal,
    "defender-health": _defender_health,
    "defender-local": _defender_local,
    "defender-hunting": _defender_hunting,
    "defender-intune": _defender_intune,
    "bkav": _bkav,
    "csv": _csv,
    "soc-list": _soc_list,
    "ad": _ad,
}
"""Id of a profile -> how its console writes one machine."""
SHAPES: Mapping[str, Shape] = {
    "ksc": Shape(encoding="utf-16", separator="\t", dates="month-first"),
    "ksc-api": Shape(encoding="utf-8", line_end="\n"),
    "eset": Shape(separator=";", dates="words"),
    "defender-portal": Shape(dates="iso"),
    "defender-health": Shape(encoding="utf-8", dates="iso"),
    "defender-local": Shape(encoding="utf-16-le", dates="month-first"),
    "defender-hunting": Shape(dates="iso"),
    "defender-intune": Shape(dates="iso"),
    "bkav": Shape(separator=";", dates="day-first", titles=True, footer=True),
    "csv": Shape(separator=";", dates="day-first", sep_line=True),
    "soc-list": Shape(dates="vietnamese", titles=True, decomposed=True),
    "ad": Shape(encoding="utf-8", dates="day-first", line_end="\n"),
}
"""The shape in which each console's CSV most likely arrives."""
WORKBOOKS: Mapping[str, Shape] = {
    name: Shape(
        "xlsx",
        dates="cells" if number % 2 else "day-first",
        titles=number % 3 != 1,
        footer=name == "bkav",
        summary=number % 4 == 0,
    )
    for number, name in enumerate(CONSOLES)
}
"""The same as workbooks."""
_UTC = frozenset({"ksc-api", "defender-portal", "defender-health", "defender-hunting", "defender-intune"})
ZONES: Mapping[str, int] = {name: 0 if name in _UTC else 7 for name in CONSOLES}
"""By how many hours the clock of a console's file is ahead of UTC."""


def export(console: str, found: Sequence[Machine], shape: Shape | None = None) -> bytes:
    """The file that this console writes of these machines."""
    shape = shape or SHAPES[console]
    rows = [_local(CONSOLES[console](at, one), ZONES[console]) for at, one in enumerate(found)]
    headings = list(rows[0]) if rows else list(CONSOLES[console](0, machines(1)[0]))
    if shape.kind == "xlsx":
        return _workbook(headings, rows, shape)
    return _text(headings, rows, shape).encode(shape.encoding)


def _local(row: Row, zone: int) -> Row:
    return {
        heading: (value + timedelta(hours=zone)).replace(tzinfo=None) if isinstance(value, datetime) else value
        for heading, value in row.items()
    }


def written(value: Value, style: DateStyle) -> str:
    """A value as text."""
    if not isinstance(value, datetime):
        return "" if value is None else str(value)
    hour, half = value.hour % 12 or 12, "AM" if value.hour < 12 else "PM"
    clock = f"{hour}:{value:%M:%S} {half}"
    if style == "month-first":
        return f"{value.month}/{value.day}/{value.year} {clock}"
    if style == "words":
        return f"{value:%b} {value.day}, {value.year} {clock}"
    if style == "vietnamese":
        return f"{value:%H:%M:%S} {value.day} thg {value.month}, {value.year}"
    return value.strftime("%Y-%m-%d %H:%M:%S" if style == "iso" else "%d/%m/%Y %H:%M:%S")


def _titles(headings: Sequence[str]) -> list[list[str]]:
    del headings
    return [["DANH SÁCH MÁY TÍNH ĐƯỢC CÀI PHẦN MỀM BẢO VỆ"], ["Thời điểm xuất:", "26/11/2026 10:00"], []]


def _footer(count: int) -> list[list[str]]:
    return [[], [f"Tổng số: {count}"], [], ["", "Người lập"]]


def _text(headings: list[str], rows: Iterable[Row], shape: Shape) -> str:
    text = io.StringIO(newline="")
    if shape.sep_line:
        text.write(f"sep={shape.separator}{shape.line_end}")
    writer = csv.writer(text, delimiter=shape.separator, lineterminator=shape.line_end)
    listed = [[written(value, shape.dates) for value in row.values()] for row in rows]
    above = _titles(headings) if shape.titles else []
    writer.writerows([*above, headings, *listed, *(_footer(len(listed)) if shape.footer else [])])
    return unicodedata.normalize("NFD", text.getvalue()) if shape.decomposed else text.getvalue()


def _workbook(headings: list[str], rows: list[Row], shape: Shape) -> bytes:
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": NOW.replace(tzinfo=None)})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        if shape.summary:
            sums = book.add_worksheet("Tổng hợp")
            for at, line in enumerate([["Báo cáo tháng 11"], [], ["Đơn vị", "Số máy"], ["Toàn tỉnh", len(rows)]]):
                sums.write_row(at, 0, line)
        sheet = book.add_worksheet("Danh sách")
        above = _titles(headings) if shape.titles else []
        for at, line in enumerate([*above, headings]):
            sheet.write_row(at, 0, line)
        if above:
            sheet.merge_range(0, 0, 0, len(headings) - 1, above[0][0])
        for at, row in enumerate(rows, start=len(above) + 1):
            _write_cells(sheet, at, row, shape, moment)
        for at, line in enumerate(_footer(len(rows)) if shape.footer else [], start=len(above) + len(rows) + 1):
            sheet.write_row(at, 0, line)
    return body.getvalue()


def _write_cells(sheet: Worksheet, at: int, row: Row, shape: Shape, moment: Format) -> None:
    for column, value in enumerate(row.values()):
        if isinstance(value, datetime) and shape.dates == "cells":
            sheet.write_datetime(at, column, value, moment)
        elif isinstance(value, datetime):
            sheet.write_string(at, column, written(value, shape.dates))
        elif value not in ("", None):
            sheet.write(at, column, value)
