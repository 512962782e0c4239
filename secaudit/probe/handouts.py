"""What goes with the collector to an agency: the sheet with the two clicks, the allow-list, the recipe of how it is handed out.

Read by people of the agency, so Vietnamese alone; without secrets, and without a word about single machines.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final, Literal

from secaudit.messages import clean
from secaudit.probe.courier import courier_bootstrap

Via = Literal["document", "gpo", "av-console", "manual"]

WINDOWS_FILE: Final = "THU-THAP.cmd"
POSIX_FILE: Final = "thu-thap-linux.sh"
SUMS_FILE: Final = "SHA256SUMS.txt"
_SHEETS = {"HUONG-DAN.html": "huong-dan.html", "HUONG-DAN.txt": "huong-dan.txt", "CHO-PHEP.txt": "cho-phep.txt"}
_RECIPES: Mapping[Via, tuple[str, str]] = {
    "document": ("VAN-BAN-GUI-KEM.txt", "via-document.txt"),
    "gpo": ("PHAT-QUA-GPO.txt", "via-gpo.txt"),
    "av-console": ("PHAT-QUA-BANG-DIEU-KHIEN.txt", "via-av-console.txt"),
    "manual": ("DI-TUNG-MAY.txt", "via-manual.txt"),
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """Whom the collector is for and whom the answers go to; texts come from the inventory and are made harmless here."""

    agency: str
    name: str
    period: str
    """``2026-12``."""
    unit: str
    contact: str
    until: date
    """The last day on which answers are taken."""
    via: Via


def handouts(occasion: Occasion, scripts: Mapping[str, bytes]) -> dict[str, bytes]:
    """File name -> content, beside the ``scripts`` (also by file name), whose digests stand in them."""
    digests = "\n".join(f"   {sha256(data).hexdigest()}  {name}" for name, data in scripts.items())
    places = {
        "@AGENCY@": occasion.agency,
        "@NAME@": clean(occasion.name, limit=200),
        "@PERIOD_WORDS@": f"kỳ {occasion.period[5:]}/{occasion.period[:4]}",
        "@UNIT@": clean(occasion.unit, limit=200),
        "@CONTACT@": clean(occasion.contact, limit=300),
        "@UNTIL@": occasion.until.strftime("%d/%m/%Y"),
        "@CMD@": WINDOWS_FILE,
        "@SH@": POSIX_FILE,
        "@SHORT_ZIP@": "thu-thap….zip",
        "@ANSWER_STEM@": f"tra-loi-{occasion.agency}-{occasion.period}",
        "@HASHES@": digests,
        "@BOOTSTRAP@": courier_bootstrap(),
        "@BOOTSTRAP_LENGTH@": str(len(courier_bootstrap())),
        "@BOOTSTRAP_DIGEST@": sha256(courier_bootstrap().encode("ascii")).hexdigest(),
    }
    named = dict([*_SHEETS.items(), _RECIPES[occasion.via]])
    return {name: _filled(_template(part), places, markup=part.endswith(".html")) for name, part in named.items()}


def sums(contents: Mapping[str, bytes]) -> bytes:
    """The file of digests, as ``sha256sum -c`` reads it."""
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in contents.items()).encode("ascii")


def _filled(template: str, places: Mapping[str, str], *, markup: bool) -> bytes:
    """Plain texts with the line ends and the first bytes by which an old Notepad knows them."""
    shown = {name: html.escape(value) for name, value in places.items()} if markup else places
    text = re.sub("|".join(map(re.escape, shown)), lambda match: shown[match[0]], template)
    return text.encode("utf-8") if markup else text.replace("\n", "\r\n").encode("utf-8-sig")


@cache
def _template(name: str) -> str:
    return files("secaudit.probe").joinpath("collector", name).read_text(encoding="utf-8").replace("\r\n", "\n")
