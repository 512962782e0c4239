"""What psutil reads on this machine: processes, listening sockets, boot time, memory, disks and users.

It is the second source of a local audit, for what the probe could not read. The reading is a JSON text that becomes a section
of the answer (`secaudit.facts.this_machine` says what follows from it): what psutil is refused stands under ``missing`` with
the reason, and an empty list is a list that was read. No account number is turned into a name: that could ask a directory.
"""

import json
import platform
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil

from secaudit.messages import clean

MOST_ROWS = 4_000
"""Rows of one list; distinct processes of a real machine are some hundred."""
MOST_BYTES = 192 * 1024
_KERNEL_THREADS = 2
"""On Linux threads of the kernel are children of this process: they are no programs."""
_LISTS = ("processes", "listening", "disks", "users", "services")


def this_machine_reading(why: str) -> bytes:
    """The reading as JSON text; ``why`` says what the probe did not give."""
    reading: dict[str, Any] = {"format": 1, "with": f"psutil {psutil.__version__}", "why": clean(why, limit=400)}
    missing: dict[str, str] = {}
    for name, read in _SOURCES.items():
        try:
            value = read()
        except (psutil.AccessDenied, PermissionError):
            missing[_SECTIONS.get(name, name)] = "denied"
        except (psutil.Error, OSError, RuntimeError, NotImplementedError, AttributeError, ValueError, KeyError):
            missing[_SECTIONS.get(name, name)] = "unsupported"  # psutil has no such source on this system
        else:
            if isinstance(value, _Partial):
                missing[_SECTIONS.get(name, name)] = value.why
                value = value.rows
            if isinstance(value, list) and len(value) > MOST_ROWS:
                missing[_SECTIONS.get(name, name)] = "truncated"
                value = value[:MOST_ROWS]
            if value is not None:
                reading[name] = value
    return _fitting({**reading, "missing": missing})


_SECTIONS = {"listening": "network"} if sys.platform == "win32" else {}
"""Lists whose section of the probe has another name."""


@dataclass(frozen=True, slots=True)
class _Partial:
    """A list that was not read to its end."""

    rows: list[list[Any]]
    why: str


def _fitting(reading: dict[str, Any]) -> bytes:
    """The text, cut list by list when it is too large; what was cut says so."""
    body = json.dumps(reading, ensure_ascii=True).encode("ascii")
    for name in _LISTS:
        if len(body) <= MOST_BYTES:
            break
        if name in reading:
            reading = {**reading, name: [], "missing": {**reading["missing"], _SECTIONS.get(name, name): "truncated"}}
            body = json.dumps(reading, ensure_ascii=True).encode("ascii")
    return body


def _processes() -> list[list[Any]] | _Partial:
    """Owner's number and name of every program that runs, each pair once; nothing of its command line."""
    found: dict[tuple[int | None, str], None] = {}
    hidden = False
    linux = sys.platform == "linux"
    for process in psutil.process_iter():
        try:
            if linux and (process.pid == _KERNEL_THREADS or process.ppid() == _KERNEL_THREADS):
                continue
            name = process.name()
            uids = getattr(process, "uids", None)
            owner = None if uids is None else int(uids().real)
        except psutil.NoSuchProcess:
            continue
        except (psutil.AccessDenied, OSError):
            hidden = True
            continue
        found[owner, name] = None
    rows: list[list[Any]] = [[owner, name] for owner, name in found]
    # Where processes of others are hidden, the first one is not to be seen either.
    if hidden or (linux and 1 not in psutil.pids()):
        return _Partial(rows, "denied")
    return rows


def _listening() -> list[list[Any]]:
    """Protocol, address and port of sockets that wait; a datagram socket waits while it is not connected."""
    found: dict[tuple[str, str, int], None] = {}
    for connection in psutil.net_connections(kind="inet"):
        local = connection.laddr
        if not local:
            continue
        if connection.type == socket.SOCK_STREAM and connection.status == psutil.CONN_LISTEN:
            found["tcp", local.ip, int(local.port)] = None
        elif connection.type == socket.SOCK_DGRAM and not connection.raddr:
            found["udp", local.ip, int(local.port)] = None
    return [list(row) for row in sorted(found)]


def _disks() -> list[list[Any]]:
    rows: list[list[Any]] = []
    for part in psutil.disk_partitions(all=False):
        try:
            usage = psutil.disk_usage(part.mountpoint)
        except OSError:  # a drive without a disk in it
            rows.append([part.device, part.mountpoint, part.fstype, None, None])
        else:
            rows.append([part.device, part.mountpoint, part.fstype, int(usage.total), int(usage.free)])
    return rows


def _users() -> list[list[Any]]:
    return [[user.name, int(user.started)] for user in psutil.users()]


def _services() -> list[list[Any]] | None:
    """Names and states as the service manager of Windows gives them; other systems have none."""
    iterate: Callable[[], Any] | None = getattr(psutil, "win_service_iter", None)
    if iterate is None:
        return None
    return [[service.name(), service.status()] for service in iterate()]


def _uid() -> int | None:
    uids = getattr(psutil.Process(), "uids", None)
    return None if uids is None else int(uids().effective)


def _windows() -> dict[str, int] | None:
    version: Callable[[], Any] | None = getattr(sys, "getwindowsversion", None)
    if version is None:
        return None
    found = version()
    return {"build": int(found.platform_version[2]), "product_type": int(found.product_type)}


_SOURCES: dict[str, Callable[[], Any]] = {
    "system": platform.system,
    "release": platform.release,
    "host": platform.node,
    "now": lambda: int(time.time()),
    "booted": lambda: int(psutil.boot_time()),
    "memory": lambda: int(psutil.virtual_memory().total),
    "uid": _uid,
    "processes": _processes,
    "listening": _listening,
    "disks": _disks,
    "users": _users,
    "services": _services,
    "windows": _windows,
}
