"""Agencies for workbooks, and a look into the workbook that was made."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from secaudit.inventory import load_inventory
from secaudit.inventory.given import Given, Proposed, Seen, given_to
from secaudit.inventory.questions import Profile
from secaudit.model.inventory import AgencyFile
from secaudit.model.system import System

AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "inventories" / "thai-nguyen"
HOSTILE = [
    '=HYPERLINK("http://x/","y")', "=cmd|' /C calc'!A1", "+1+1", "-2+3", "@SUM(1)", "http://127.0.0.1/x", "mailto:a@b",
    "\uff1d1+1", "|x", "%0A", "{=1}", "internal:Sheet1!A1", "external:c:\\x.xls", "123456789012345678", "0208 000 0004", "TRUE",
    "#N/A", "<b>&amp;", "\u202egnp.exe", "a\u0301 \u00e1",
]  # fmt: skip
SHARED = tuple(System(id=f"dung-chung-{number}", name=f"Hệ thống dùng chung số {number}") for number in range(18))


def agency(tier: str = "commune", **parts: Any) -> AgencyFile:
    """A file with these parts."""
    return AgencyFile.model_validate({"agency": {"id": "xa-a", "name": "Xã A", "tier": tier, **parts.pop("agency", {})}, **parts})


def given(file: AgencyFile, profile: Profile = Profile.COMMUNE, **more: Any) -> Given:
    """Its workbook's content."""
    more.setdefault("shared", SHARED)
    return given_to(file, profile, AT, "0" * 64, **more)


def largest() -> AgencyFile:
    """60 machines, six systems of its own, nothing answered."""
    return agency(
        endpoints=[{"id": f"pc-{number}", "kind": "workstation"} for number in range(60)],
        systems=[{"id": f"ht-{number}", "name": f"Hệ thống {number}"} for number in range(6)],
    )


def hostile(profile: Profile) -> Given:
    """Every text of an agency is somebody's attempt."""
    texts = [text for text in HOSTILE if text.isprintable()]
    file = agency(
        agency={"name": texts[0], "contact": {"name": texts[1], "phone": texts[2]}},
        people={"heads": 1, "evidence": texts},
        endpoints=[
            {"id": f"m-{number}", "kind": "laptop", "place": text, "hostname": text, "serial": text, "asset_tag": text}
            for number, text in enumerate(HOSTILE)
        ],
        systems=[{"id": f"s-{number}", "name": text, "note": text} for number, text in enumerate(HOSTILE)],
    )
    shared = [System(id=f"c-{number}", name=text) for number, text in enumerate(texts)]
    proposed = [Proposed(f"n-{number}", {"id": f"n-{number}", "hostname": text}) for number, text in enumerate(HOSTILE)]
    seen = {f"m-{number}": Seen(text, fresh=True, day=date(2026, 11, 1)) for number, text in enumerate(HOSTILE)}
    return given(file, profile, shared=shared, seen=seen, proposed=proposed)


def communes() -> list[tuple[AgencyFile, tuple[System, ...]]]:
    """Every commune of the sample province."""
    inventory = load_inventory(SAMPLE)
    return [(file, inventory.province.shared_systems) for file in inventory.agencies if file.agency.tier == "commune"]


def opened(data: bytes, *, values: bool = False) -> Any:
    """The workbook as another program reads it."""
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def marked(sheet: Worksheet) -> dict[str, int]:
    """Mark in the hidden first column -> its row."""
    return {str(cell.value): cell.row for cell in sheet["A"] if cell.value is not None}


def columns(sheet: Worksheet) -> dict[str, int]:
    """Mark in the hidden first row -> its column."""
    return {str(cell.value): cell.column for cell in sheet[1][1:] if cell.value is not None}
