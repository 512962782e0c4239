"""Clock, logs and risky services of a Linux machine (sections time, logging, listening, inetd, units, processes)."""

from secaudit.facts.linux_services import process_names, service_runs, unit_states
from secaudit.facts.reading import Parser, Reading, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_SYSLOG_UNITS = ("rsyslog.service", "syslog-ng.service", "syslog.service")
_SYSLOG_PROCESSES = ("rsyslogd", "syslog-ng", "syslogd")
_UPLOAD = "systemd-journal-upload.service"
"""Told by its unit alone: the kernel cuts process names, and this one then equals the journal's."""
_SHIPPERS = (
    "filebeat",
    "journalbeat",
    "elastic-agent",
    "fluent-bit",
    "fluentd",
    "td-agent",
    "vector",
    "promtail",
    "alloy",
    "nxlog",
    "splunkd",
    "wazuh-logcollector",
    "wazuh-agentd",
    "ossec-logcollector",
    "syslog-ng",
    "otelcol",
)
"""Programs that may send logs elsewhere by a configuration of their own."""
_RISKY_PORTS = {("tcp", 21): "ftp", ("tcp", 23): "telnet", ("udp", 69): "tftp", ("tcp", 512): "rexec", ("tcp", 513): "rlogin"}
_RSH = ("tcp", 514)
_RISKY_UNITS = {
    "telnet.socket": "telnet",
    "rsh.socket": "rsh",
    "rlogin.socket": "rlogin",
    "rexec.socket": "rexec",
    "tftp.socket": "tftp",
    "vsftpd.service": "ftp",
    "proftpd.service": "ftp",
    "pure-ftpd.service": "ftp",
    "tftpd-hpa.service": "tftp",
}
_RISKY_INETD = {"telnet": "telnet", "ftp": "ftp", "tftp": "tftp", "shell": "rsh", "login": "rlogin", "exec": "rexec"}


_KEEPERS = {
    "chrony-leap": (("chrony.service", "chronyd.service"), ("chronyd",)),
    "ntpq": (("ntp.service", "ntpd.service", "ntpsec.service"), ("ntpd",)),
}
"""What the probe asks -> units and processes of the daemon that answers."""


_OWN_CLOCK = "7F7F0101"
"""Reference of chrony where nothing but the machine's own clock is left ("local stratum"), as chronyc prints it."""


def synchronised(reading: Reading) -> FactValue:
    """The kernel, chrony or ntpd says so; any of them."""
    pairs = reading.pairs("time")
    kernel, chrony, ntp = first(pairs, "NTPSynchronized"), first(pairs, "chrony-leap"), first(pairs, "ntpq")
    if first(pairs, "chrony-reference").upper() == _OWN_CLOCK and ntp != "synchronised":
        return Known(value=False, section="time")  # chrony tells the kernel "synchronised" of its own clock too
    if kernel == "yes" or "timesyncd" in pairs or chrony == "Normal" or ntp == "synchronised":
        return Known(value=True, section="time")
    # A daemon that was asked and did not answer may keep the clock without telling the kernel.
    silent = (name for name, answer in (("chrony-leap", chrony), ("ntpq", ntp)) if name in pairs and not answer)
    for name in silent:
        if service_runs(reading, *_KEEPERS[name]):
            return Missing(MissingReason.ERROR, "time", "the time service runs and did not answer")
    if kernel == "no" or chrony == "Not synchronised":
        return Known(value=False, section="time")
    return Missing(MissingReason.ABSENT, "time", "no time service answered")


def log_active(reading: Reading) -> FactValue:
    """A journal or a syslog daemon runs."""
    units = ("systemd-journald.service", *_SYSLOG_UNITS)
    return Known(service_runs(reading, units, ("systemd-journal", *_SYSLOG_PROCESSES)), "processes")


def log_persistent(reading: Reading) -> FactValue:
    """A syslog daemon writes files, or the journal keeps its own on the disk."""
    pairs = reading.pairs("logging")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "logging")
    storage = pairs["storage"][-1].strip().lower() if "storage" in pairs else "auto"
    journal_kept = storage == "persistent" or (storage == "auto" and "journal" in pairs)
    if journal_kept and service_runs(reading, ("systemd-journald.service",), ("systemd-journal",)):
        return Known(value=True, section="logging")
    return Known(service_runs(reading, _SYSLOG_UNITS, _SYSLOG_PROCESSES), "logging")


def log_remote(reading: Reading) -> FactValue:
    """Either rsyslog or the journal sends elsewhere; what syslog-ng does is not read."""
    pairs = reading.pairs("logging")
    rsyslog = service_runs(reading, ("rsyslog.service",), ("rsyslogd",))
    if rsyslog and "remote" in pairs:
        return Known(value=True, section="logging")
    if reading.status("units") is None and _UPLOAD in unit_states(reading) and unit_states(reading)[_UPLOAD].active:
        return Known(value=True, section="units")
    if reading.unread("units") is not None:
        reading.need("units")
    if any(process_names(reading).has(name) for name in _SHIPPERS):
        return Missing(MissingReason.UNSUPPORTED, "processes", "a log shipper runs whose configuration is not read")
    if "syslog-ng" in pairs and service_runs(reading, ("syslog-ng.service",), ("syslog-ng",)):
        return Missing(MissingReason.UNSUPPORTED, "logging", "the configuration of syslog-ng is not read")
    if rsyslog and "denied" in pairs:
        return Missing(MissingReason.DENIED, "logging", "a file of rsyslog may not be read")
    return Known(value=False, section="logging")


def log_audit(reading: Reading) -> FactValue:
    """The audit daemon runs."""
    return Known(service_runs(reading, ("auditd.service",), ("auditd",)), "processes")


def insecure(reading: Reading) -> FactValue:
    """Ports that answer other machines, units and inetd lines of services that carry passwords in clear."""
    found = reachable_ports(reading)
    names = {_RISKY_PORTS[port] for port in found & _RISKY_PORTS.keys()}
    unread: list[str] = []
    if reading.status("units") is None:
        units = unit_states(reading)
        names |= {service for unit, service in _RISKY_UNITS.items() if unit in units and units[unit].active}
    elif reading.unread("units") is not None:
        unread.append("units")
    if reading.status("inetd") is None:
        named = {_RISKY_INETD[line.strip()] for line in reading.lines("inetd") if line.strip() in _RISKY_INETD}
        names |= named if named and _runs_inetd(reading) else set()
    elif reading.status("inetd") is not MissingReason.ABSENT:
        unread.append("inetd")
    if _RSH in found and not _syslog_has_514(reading):
        names.add("rsh")
    if unread and not names:
        reading.need(unread[0])
    return Known(sorted(names), "listening")


def _runs_inetd(reading: Reading) -> bool:
    return service_runs(reading, ("inetd.service", "openbsd-inetd.service"), ("inetd",))


def _syslog_has_514(reading: Reading) -> bool:
    """Port 514 over TCP is rsh, or a syslog server when a syslog daemon runs; NotReadError when that cannot be told."""
    seen = process_names(reading)
    if any(seen.has(name) for name in _SYSLOG_PROCESSES):
        return True
    seen.complete_or_fail(reading)
    return False


def reachable_ports(reading: Reading) -> set[tuple[str, int]]:
    """Protocol and number of ports that answer other machines."""
    return reading.once(_listening)


def _listening(reading: Reading) -> set[tuple[str, int]]:
    """Protocol and port of sockets that other machines can reach."""
    found: set[tuple[str, int]] = set()
    lines = reading.lines("listening")
    if "looked=yes" not in lines[:1]:
        reading.fail(MissingReason.ERROR, "listening")
    for line in lines:
        protocol, _, local = line.partition(" ")
        address, _, port = local.strip().rpartition(":")
        try:
            number = int(port, 16)
        except ValueError:
            continue
        if not _is_loopback(address.upper()):
            found.add((protocol.removesuffix("6"), number))
    return found


def _is_loopback(address: str) -> bool:
    """Addresses as the kernel prints them: hexadecimal, each 32-bit group in the machine's byte order."""
    if len(address) == 8:
        return address.endswith("7F")
    return address in ("00000000000000000000000001000000", "0" * 31 + "1") or (
        address.startswith("0000000000000000FFFF0000") and address.endswith("7F")
    )


PARSERS: dict[str, Parser] = {
    "time.synchronised": synchronised,
    "logging.active": log_active,
    "logging.persistent": log_persistent,
    "logging.remote": log_remote,
    "logging.audit": log_audit,
    "services.insecure": insecure,
}
