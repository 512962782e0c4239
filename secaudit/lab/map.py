"""The lab map: which loopback address replays which answer or misbehaves in which way."""

import ipaddress
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from secaudit.errors import DataError, Problem
from secaudit.lab.answers import answer_names
from secaudit.lab.windows_shell import WindowsHabits
from secaudit.messages import Message, msg
from secaudit.model.base import Line, Whole, Written
from secaudit.source import read_yaml, validate

LOOPBACK = ipaddress.IPv4Network("127.0.0.0/8")


class Misbehaviour(StrEnum):
    """What a bad server does; each stands for a class of failure or a trap on the way."""

    SILENT = "silent"
    """Accepts and never says a word."""
    DRIP = "drip"
    """Sends its identification byte by byte, without end."""
    ENDLESS_BANNER = "endless-banner"
    """Sends lines before its identification, without end."""
    GARBAGE = "garbage"
    """Sends bytes that are no SSH."""
    CLOSE_AT_ACCEPT = "close-at-accept"
    OTHER_KEY = "other-key"
    """Shows a host key that is not the enrolled one."""
    CLOSE_AFTER_KEX = "close-after-kex"
    REFUSE_AUTH = "refuse-auth"
    HANG_AUTH = "hang-auth"
    """Never answers the login."""
    REFUSE_SESSION = "refuse-session"
    HANG_EXEC = "hang-exec"
    """Never answers the request to run a command, and reads nothing."""
    SHELL_EXITS = "shell-exits"
    """Runs the command to no effect: no output, exit status 1."""
    ENDLESS_OUTPUT = "endless-output"
    DRIP_OUTPUT = "drip-output"
    """Answers byte by byte, without end."""
    NO_END_MARKER = "no-end-marker"
    """The answer stops in the middle."""
    CLOSE_IN_ANSWER = "close-in-answer"
    """The connection breaks in the middle of the answer."""
    STDERR_FLOOD = "stderr-flood"
    """3 MiB on stderr come before the answer."""


class Machine(Written):
    """One address of the lab."""

    answer: Line | None = None
    """Name of a captured answer."""
    misbehave: Misbehaviour | None = None
    windows: WindowsHabits | None = None
    """How its command line is taken, when that matters; without it any command is answered."""


class LabMap(Written):
    """The file ``inventories/lab/*.yaml``."""

    port: Annotated[Whole, Field(ge=1, le=65535)]
    machines: Mapping[str, Machine]


def read_map(path: Path) -> LabMap:
    """Read and check a lab map; DataError with every problem."""
    file = read_yaml(path)
    found, problems = validate(file, LabMap)
    problems = list(problems)
    for address, machine in found.machines.items() if found else ():
        line, column = file.position(["machines", address])
        for message in machine_faults(address, machine):
            hint = msg("correct the lab map")
            problems.append(Problem(message, str(path), line, column, field=f"machines.{address}", hint=hint))
    if found is None or problems:
        raise DataError(problems)
    return found


def machine_faults(address: str, machine: Machine) -> list[Message]:
    """What is wrong with one entry."""
    faults = []
    if not is_loopback(address):
        faults.append(msg("{address} is not an address in 127.0.0.0/8; the lab listens nowhere else", address=address))
    if machine.answer is not None and machine.answer not in answer_names():
        faults.append(msg("there is no captured answer called {name}", name=machine.answer))
    if machine.answer is None and machine.misbehave is None:
        faults.append(msg("name an answer, a misbehaviour or both"))
    return faults


def is_loopback(address: str) -> bool:
    """Whether ``address`` is an IPv4 address that never leaves this machine."""
    try:
        return ipaddress.IPv4Address(address) in LOOPBACK
    except ValueError:
        return False
