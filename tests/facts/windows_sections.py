"""Sections of a Windows machine for tests: every registry key that the script asks for exists, and nothing is set in it."""

import json
import re
from pathlib import Path

from secaudit.model.fact import Missing

_SCRIPT = (Path(__file__).parents[2] / "secaudit" / "probe" / "windows.ps1").read_text(encoding="ascii")
ASKED = re.findall(r"^([a-z0-9_]+)\|[^|]+\|[^|]*$", _SCRIPT, re.MULTILINE)
"""Names of the section ``settings``, by the script itself: a parser that asks for another name finds nothing."""


def result(fact):
    return fact.reason if isinstance(fact, Missing) else fact.value


def machine(build=19045, kind="WinNT", about=None, services=None, domain=False, hives=(), **keys):
    table = {**{name: {} for name in ASKED}, "cloud_joined": 0, **keys}
    states = {"RpcSs": 4, **(services or {})}
    return {
        "os": json.dumps({"version": {"CurrentBuildNumber": str(build), "UBR": 9_000}, "product": {"ProductType": kind}}),
        "about": json.dumps({"wow64": False, "computer": "PC", "powershell": "5.1.19041.1", **(about or {})}),
        "settings": json.dumps(table),
        "services": json.dumps({"from": "manager", "rows": [{"name": name, "state": state} for name, state in states.items()]}),
        "processes": json.dumps({"names": ["svchost"]}),
        "hardware": json.dumps({"computer": {"PartOfDomain": domain}}),
        "hives": json.dumps({"rows": list(hives)}),
    }
