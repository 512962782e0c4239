"""Time servers, recorded starts of programs and how long logs are kept (sections time-sources, audit-rules, log-keeping)."""

import re

from secaudit.facts.linux_services import process_names, service_runs
from secaudit.facts.reading import Parser, Reading, decimal, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_OTHER_RECORDERS = ("sysmon", "falco", "osqueryd", "go-audit", "laurel", "auditbeat", "tetragon")
"""Programs that may record starts by rules of their own."""
_WHOLE = re.compile(r"arch=\w+|auid(?:>=\d{1,5}|!=(?:-1|unset|4294967295))|key")
"""Conditions under which a rule still sees what people start."""
_PERIODS = {"hourly": 0, "daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}
_SPAN = re.compile(r"(\d{1,7})\s*([a-zA-Z]*)")
_SPANS = {
    "": 1 / 86_400, "s": 1 / 86_400, "sec": 1 / 86_400, "second": 1 / 86_400, "seconds": 1 / 86_400,
    "m": 1 / 1_440, "min": 1 / 1_440, "minute": 1 / 1_440, "minutes": 1 / 1_440, "h": 1 / 24, "hr": 1 / 24, "hour": 1 / 24,
    "hours": 1 / 24, "d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7, "M": 30, "month": 30, "months": 30,
    "y": 365, "year": 365, "years": 365,
}  # fmt: skip
"""Units of systemd, in days; months and years as short as they may be."""
_SIZES = {"": 1 / 1_048_576, "K": 1 / 1_024, "M": 1, "G": 1_024, "T": 1_048_576}
_SYSLOG = (("rsyslog.service", "syslog-ng.service", "syslog.service"), ("rsyslogd", "syslog-ng", "syslogd"))
_HEAD = re.compile(r"([0-9a-f]{16})\.journal")


def time_sources(reading: Reading) -> FactValue:
    """By the files of each time service, and what timesyncd got from elsewhere; its own last resort only when it has no other."""
    pairs = reading.pairs("time-sources")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "time-sources")
    names: set[str] = set()
    for key in ("timesyncd", "chrony", "ntp", "SystemNTPServers", "LinkNTPServers"):
        names.update(word for row in pairs.get(key, []) for word in row.split())
    if not names:
        names.update(first(pairs, "FallbackNTPServers").split())
    return Known(sorted(names), "time-sources")


def process_creation(reading: Reading) -> FactValue:
    """A loaded rule for execve that leaves out no account of people, and the daemon that writes it down.

    The kernel looks at no such rule where it does not audit at all, nor for tasks which a rule ``never,task`` has let off.
    """
    pairs = reading.pairs("audit-rules")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "audit-rules")
    off = "task" in pairs.get("stop", []) or "0" in pairs.get("enabled", [])
    if not off and any(_whole(rule) for rule in pairs.get("execve", [])):
        return Known(service_runs(reading, ("auditd.service",), ("auditd",)), "audit-rules")
    seen = process_names(reading)
    if any(seen.has(name) for name in _OTHER_RECORDERS):
        return Missing(MissingReason.UNSUPPORTED, "processes", "a recorder runs whose rules are not read")
    seen.complete_or_fail(reading)
    return Known(value=False, section="audit-rules")


def _whole(rule: str) -> bool:
    words = rule.split()
    return bool(words) and set(words[0].split(",")) == {"always", "exit"} and all(_WHOLE.fullmatch(word) for word in words[1:])


def _keeping(reading: Reading) -> dict[str, list[str]]:
    pairs = reading.pairs("log-keeping")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "log-keeping")
    return pairs


def retention_days(reading: Reading) -> FactValue:
    """Rotation of the usual files where a syslog daemon writes them, else the journal's limit in time."""
    pairs = _keeping(reading)
    if service_runs(reading, *_SYSLOG):
        if "denied" in pairs:
            reading.fail(MissingReason.DENIED, "log-keeping", "a file of logrotate may not be read")
        return Known(_rotated(reading, pairs.get("rotate", [])), "log-keeping")
    limits = pairs.get("MaxRetentionSec", [])
    days = _days(limits[-1]) if limits else 0
    if days is None:
        reading.fail(MissingReason.ERROR, "log-keeping", "MaxRetentionSec cannot be read")
    if not days:
        reading.fail(MissingReason.UNSUPPORTED, "log-keeping", "the journal is limited by size only")
    return Known(int(days), "log-keeping")


def _days(text: str) -> float | None:
    parts = _SPAN.findall(text)
    if not parts or re.sub(r"\s", "", text) != "".join(number + unit for number, unit in parts):
        return None
    if any(unit not in _SPANS for _, unit in parts):
        return None
    return float(sum(int(number) * _SPANS[unit] for number, unit in parts))


def _rotated(reading: Reading, rows: list[str]) -> int:
    """Days of the block that keeps least: what a block does not say it takes from the lines outside."""
    outside: dict[str, str] = {}
    blocks: list[dict[str, str]] = []
    current: dict[str, str] | None = outside
    for row in rows:
        word, _, value = row.partition(" ")
        if word in ("block", "other", "end"):
            current = {} if word == "block" else None if word == "other" else outside
            if word == "block" and current is not None:
                blocks.append(current)
        elif current is not None:
            key = "period" if word in _PERIODS else "size" if word in ("size", "maxsize") else word
            current[key] = word if key == "period" else value
    if not blocks:
        reading.fail(MissingReason.UNSUPPORTED, "log-keeping", "no rotation of the usual log files is set up")
    return min(_block_days(reading, {**outside, **block}) for block in blocks)


def _block_days(reading: Reading, block: dict[str, str]) -> int:
    if "size" in block:
        reading.fail(MissingReason.UNSUPPORTED, "log-keeping", "logs are rotated by size")
    count, period = decimal(block.get("rotate", "0")), _PERIODS.get(block.get("period", ""))
    age = decimal(block["maxage"]) if "maxage" in block else None
    if count is None or period is None or ("maxage" in block and age is None):
        reading.fail(MissingReason.ERROR, "log-keeping", "the rotation of logs cannot be read")
    days = count * period
    return days if age is None else min(days, age)


def oldest_days(reading: Reading) -> FactValue:
    """By the last line of the oldest rotated file and the name of the oldest part of the journal: records reach as far."""
    pairs = _keeping(reading)
    moments = [moment for moment in (decimal(text) for text in pairs.get("written", [])) if moment]
    moments += [int(match[1], 16) // 1_000_000 for match in map(_HEAD.fullmatch, pairs.get("journal", [])) if match]
    if not moments:
        reading.fail(MissingReason.ABSENT, "log-keeping", "no log file with a date is there")
    return Known(reading.age_days(min(moments), "log-keeping"), "log-keeping")


def size_mb(reading: Reading) -> FactValue:
    """SystemMaxUse; without it the journal's limit depends on the disk."""
    values = _keeping(reading).get("SystemMaxUse", [])
    if not values or not values[-1].strip():
        reading.fail(MissingReason.ABSENT, "log-keeping", "no limit is set: the disk decides")
    match = re.fullmatch(r"(\d{1,12})([KMGT]?)", values[-1].strip())
    if match is None:
        reading.fail(MissingReason.ERROR, "log-keeping", "SystemMaxUse cannot be read")
    return Known(int(int(match[1]) * _SIZES[match[2]]), "log-keeping")


PARSERS: dict[str, Parser] = {
    "time.sources": time_sources,
    "logging.process_creation": process_creation,
    "logging.retention_days": retention_days,
    "logging.oldest_days": oldest_days,
    "logging.size_mb": size_mb,
}
