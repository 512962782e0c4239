"""Audit policy, event logs and clock of Windows (sections audit, logs, settings, services)."""

import re
import unicodedata
from typing import Any

from secaudit.facts.reading import DAY, Parser, Reading, whole
from secaudit.facts.windows_hardening import service_state
from secaudit.facts.windows_machine import text
from secaudit.facts.windows_protection import RUNNING, Machine
from secaudit.facts.windows_registry import SETTINGS, number, values, written
from secaudit.model.fact import FactValue, Known, Missing, MissingReason, Scalar

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PROCESS_CREATION = "0cce922b-69ae-11d9-bed3-505054503030"
_WHAT = {
    "success and failure": (True, True),
    "success": (True, False),
    "failure": (False, True),
    "no auditing": (False, False),
    "thanh cong va that bai": (True, True),
    "thanh cong": (True, False),
    "that bai": (False, True),
    "khong kiem dinh": (False, False),
    "khong kiem toan": (False, False),
}
"""What the tool writes on English and Vietnamese Windows, without accents: the page of its output may lose them."""
_SYNCED, _NOT_SYNCED = (35, 37), 36
"""Events of the time service: it keeps the clock by a source; it has not for a day."""
_DAYS_UNTIL_COMPLAINT = 2
_WEEK = 8
"""Workstations that are not members of a domain ask once a week and stop the service in between."""
_OTHER_CLOCKS = ("ntp", "chronyd", "vmictimesync", "vmtools", "vboxservice")
_SHIPPERS = {
    "wazuhsvc": "Wazuh",
    "ossecsvc": "OSSEC",
    "splunkforwarder": "Splunk",
    "winlogbeat": "Winlogbeat",
    "elastic agent": "Elastic Agent",
    "filebeat": "Filebeat",
    "nxlog": "NXLog",
    "nxlog-ce": "NXLog",
    "fluent-bit": "Fluent Bit",
    "fluentdwinsvc": "Fluentd",
    "healthservice": "Operations Manager",
    "azuremonitoragent": "Azure Monitor",
    "vector": "Vector",
    "snare": "Snare",
}
_FOREVER = 0xFFFFFFFF


def _plain(words: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", words) if not unicodedata.combining(sign))
    return " ".join(bare.replace("đ", "d").replace("Đ", "D").casefold().split())


def _categories(reading: Reading) -> tuple[dict[str, tuple[bool, bool]], bool]:
    """Subcategory -> recorded on success, on failure; and whether every one could be read."""
    rows = reading.document("audit").get("rows")
    found: dict[str, tuple[bool, bool]] = {}
    complete = True
    for row in rows if isinstance(rows, list) else [None]:
        identity = text(row.get("id")).lower() if isinstance(row, dict) else ""
        what = _WHAT.get(_plain(text(row.get("setting")))) if isinstance(row, dict) else None
        if what is None or _GUID.fullmatch(identity) is None or found.get(identity, what) != what:
            complete = False
            found.pop(identity, None)
        else:
            found[identity] = what
    if not found:
        reading.fail(MissingReason.UNSUPPORTED, "audit", "the settings are in a language this program does not read")
    return found, complete


def audit_categories(reading: Reading) -> FactValue:
    """By identifier; a setting in an unknown language is left out and the list is not complete."""
    found, complete = reading.once(_categories)
    rows: list[dict[str, Scalar]] = [
        {"id": identity, "success": success, "failure": failure} for identity, (success, failure) in sorted(found.items())
    ]
    return Known(rows, "audit", complete)


def process_creation(reading: Reading) -> FactValue:
    """Success of the subcategory; a start that fails is none."""
    what = reading.once(_categories)[0].get(_PROCESS_CREATION)
    if what is None:
        return Missing(MissingReason.UNSUPPORTED, "audit", "this setting could not be read")
    return Known(what[0], "audit")


def audit(reading: Reading) -> FactValue:
    """The event log service runs and the policy records at least something."""
    found, complete = reading.once(_categories)
    if service_state(reading, "eventlog") != RUNNING:
        return Known(value=False, section="services")
    if any(success or failure for success, failure in found.values()):
        return Known(value=True, section="audit")
    return Known(value=False, section="audit") if complete else Missing(MissingReason.UNSUPPORTED, "audit")


def _record(reading: Reading, name: str) -> dict[str, Any]:
    record = reading.document("logs").get(name)
    if isinstance(record, dict):
        return record
    reason = {"denied": MissingReason.DENIED, "absent": MissingReason.ABSENT, "timeout": MissingReason.TIMEOUT}
    return reading.fail(reason.get(str(record), MissingReason.ERROR), "logs", f"the record {name} could not be read")


def oldest_days(reading: Reading) -> FactValue:
    """The shorter history of the two logs: what one has lost the other does not hold."""
    ages = []
    for name in ("security", "system"):
        at = whole(_record(reading, name).get("at"))
        if at is None or at <= 0:
            reading.fail(MissingReason.ERROR, "logs", "the moment of a record cannot be read")
        ages.append(reading.age_days(at, "logs"))
    return Known(min(ages), "logs")


def size_mb(reading: Reading) -> FactValue:
    """MaxSize of the security log: kilobytes by policy, else bytes."""
    kilobytes = number(reading, values(reading, "log_policy"), "MaxSize")
    if kilobytes is not None:
        return Known(kilobytes >> 10, SETTINGS)
    size = number(reading, values(reading, "log"), "MaxSize")
    return Missing(MissingReason.ABSENT, SETTINGS, "no size is set") if size is None else Known(size >> 20, SETTINGS)


def retention_days(reading: Reading) -> FactValue:
    """Retention is a number of seconds where days are meant at all; Windows keeps logs by size unless told otherwise."""
    if written(reading, values(reading, "log_policy"), "Retention") is None:
        seconds = number(reading, values(reading, "log"), "Retention")
        if seconds not in (None, 0, 1, _FOREVER):
            return Known(seconds // DAY, SETTINGS)
    return Missing(MissingReason.UNSUPPORTED, SETTINGS, "logs are kept by their size, not by days")


def remote(reading: Reading) -> FactValue:
    """Event forwarding is set up and its service runs; an agent that may send logs leaves it open, its settings are not read."""
    targets = values(reading, "log_forward") or {}
    if any(isinstance(target, str) and target.strip() for target in targets.values()):
        if service_state(reading, "winrm") == RUNNING:
            return Known(value=True, section=SETTINGS)
        return Missing(MissingReason.UNSUPPORTED, "services", "forwarding is set up and its service does not run")
    for service, name in _SHIPPERS.items():
        if service_state(reading, service) == RUNNING:
            return Missing(MissingReason.UNSUPPORTED, "services", f"{name} runs; where it sends to is not read")
    return Known(value=False, section=SETTINGS)


def _time(reading: Reading, name: str) -> str | None:
    """A setting of the time service: the policy's, else its own."""
    value = written(reading, values(reading, "time_policy"), name)
    return written(reading, values(reading, "time"), name) if value is None else value


def sources(reading: Reading) -> FactValue:
    """NtpServer where the kind uses it; a member of a domain follows the domain."""
    kind = (_time(reading, "Type") or "").casefold()
    servers = [server.partition(",")[0] for server in (_time(reading, "NtpServer") or "").split()]
    by_kind = {"nosync": [], "ntp": servers, "nt5ds": ["domain"], "allsync": ["domain", *servers]}
    if kind not in by_kind:
        return Missing(MissingReason.ABSENT, SETTINGS, "the time service does not say where it looks")
    return Known([server for server in by_kind[kind] if server], SETTINGS)


def synchronised(reading: Reading) -> FactValue:
    """By the newest record of the time service itself; a setting alone proves nothing."""
    if (_time(reading, "Type") or "").casefold() == "nosync":
        for service in _OTHER_CLOCKS:
            if service_state(reading, service) == RUNNING:
                return Missing(MissingReason.UNSUPPORTED, "services", f"the service {service} may keep the clock")
        return Known(value=False, section=SETTINGS)
    record = _record(reading, "synced")
    event, at = whole(record.get("id")), whole(record.get("at"))
    if event == _NOT_SYNCED:
        return Known(value=False, section="logs")
    if event not in _SYNCED or at is None or at <= 0:
        reading.fail(MissingReason.ERROR, "logs", "the record of the time service cannot be read")
    age = reading.age_days(at, "logs")
    if age <= _WEEK or (reading.once(Machine).services.get("w32time") == RUNNING and _would_complain(reading, at)):
        return Known(value=True, section="logs")
    return Missing(MissingReason.ABSENT, "logs", f"the newest record of a synchronisation is {age} days old")


def _would_complain(reading: Reading, at: int) -> bool:
    """An old record counts while the service has run long enough to write that it lost its server, which takes it a day."""
    booted = whole(reading.document("system").get("booted"))
    return booted is not None and booted > 0 and (at >= booted or reading.age_days(booted, "system") > _DAYS_UNTIL_COMPLAINT)


PARSERS: dict[str, Parser] = {
    "time.synchronised": synchronised,
    "time.sources": sources,
    "logging.audit": audit,
    "logging.audit_categories": audit_categories,
    "logging.process_creation": process_creation,
    "logging.oldest_days": oldest_days,
    "logging.size_mb": size_mb,
    "logging.retention_days": retention_days,
    "logging.remote": remote,
}
