"""Captured answers told by another machine: its own name and numbers, so that several machines can give one answer."""

import hashlib
import re
from dataclasses import dataclass

import orjson

from secaudit.lab.answers import platform_of, render_answer_with

_HOST = re.compile(r"^hostname=.*$", re.MULTILINE)
_MACHINE_ID = re.compile(r"^machine-id=[0-9a-f]{32}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LabMachine:
    """A machine that does not exist."""

    name: str
    """Host name."""
    answer: str
    """Captured answer it gives, as in :func:`~secaudit.lab.answers.answer_names`."""
    serial: str = ""
    """Empty: the serial number of the captured answer; nothing for Linux, whose serial numbers need root."""

    @property
    def number(self) -> str:
        """Its own number as the machine writes it (MachineGuid, machine id); follows from the name."""
        return _dashed(self._digits) if platform_of(self.answer) == "windows" else self._digits

    @property
    def _digits(self) -> str:
        return hashlib.sha256(f"lab machine {self.name}".encode()).hexdigest()[:32]


def answer_of(machine: LabMachine, nonce: str, now: int) -> bytes:
    """What ``machine`` would print at ``now`` (seconds since 1970); KeyError for an unknown answer."""
    change = _windows if platform_of(machine.answer) == "windows" else _posix
    return render_answer_with(machine.answer, nonce, now, lambda text: change(text, machine))


def _posix(text: str, machine: LabMachine) -> str:
    return _MACHINE_ID.sub(f"machine-id={machine.number}", _HOST.sub(f"hostname={machine.name}", text))


def _windows(text: str, machine: LabMachine) -> str:
    before = orjson.loads(text)["sections"]
    text = text.replace(before["about"]["data"]["computer"], machine.name)
    document = orjson.loads(text)
    sections = document["sections"]
    number = machine.number.replace("-", "")
    sections["os"]["data"]["machine"]["MachineGuid"] = machine.number
    hardware = sections["hardware"]
    if hardware["status"] == "ok":
        data = hardware["data"]
        data["uuid"] = _dashed(number).upper()
        if machine.serial:
            data["serial"] = data["product_serial"] = machine.serial
        for place, card in enumerate(data.get("cards") or ()):
            card["MACAddress"] = ":".join(["02", *(number[at : at + 2] for at in range(place * 8, place * 8 + 10, 2))]).upper()
    return orjson.dumps(document).decode("utf-8")


def _dashed(number: str) -> str:
    return "-".join((number[:8], number[8:12], number[12:16], number[16:20], number[20:]))
