"""What comes in beside SSH in the demo: exports of consoles and answers of collectors, all of them invented.

An export is kept as a text whose moments are written as days back, because evidence of a console is stale after two weeks and the
demo runs on any day:

=======================  ============================  ==============================================
written                  becomes                       as
=======================  ============================  ==============================================
``{dmy -2 08:14:05}``    ``24/11/2026 08:14:05``       Vietnamese consoles write it
``{iso -2 08:14:05}``    ``2026-11-24T08:14:05+07:00`` programs write it
``{day -2}``             ``24/11/2026``                a day alone
``{ymd -2}``             ``20261124``                  versions carry it
=======================  ============================  ==============================================

Times are those of Việt Nam.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from secaudit.errors import DataError, Problem
from secaudit.lab.answers import answer_names
from secaudit.lab.keys import private_folder, write_private
from secaudit.lab.machines import LabMachine
from secaudit.messages import msg
from secaudit.model.base import VIETNAM_TIME, Identifier, Line, Whole, Written
from secaudit.model.console import EvidenceSource
from secaudit.source import read_yaml, validate

_MOMENT = re.compile(r"\{(dmy|iso|day|ymd) -(\d{1,4})(?: (\d\d):(\d\d):(\d\d))?\}")
_SHAPES = {"dmy": "%d/%m/%Y %H:%M:%S", "day": "%d/%m/%Y", "ymd": "%Y%m%d"}


class LabExport(Written):
    """An export of a console, as the file that describes it names it."""

    source: EvidenceSource
    file: Line
    """Beside the file that names it, or at a path relative to it."""
    encoding: Line = "utf-8-sig"
    exporter: Line
    days_ago: Annotated[Whole, Field(ge=0, le=3660)] = 0
    """When it was exported."""


class LabAnswer(Written):
    """The answer of one machine."""

    name: Line
    answer: Line
    serial: str = ""

    @property
    def machine(self) -> LabMachine:
        """As a machine of the lab."""
        return LabMachine(self.name, self.answer, self.serial)


class LabCourier(Written):
    """A collector that was handed out, and who answered."""

    agency: Identifier
    answers: tuple[LabAnswer, ...]


class LabEvidence(Written):
    """The file ``inventories/lab/evidence.yaml``."""

    exports: tuple[LabExport, ...] = ()
    courier: LabCourier | None = None


def read_evidence(path: Path) -> LabEvidence:
    """Read and check the file; DataError with every problem."""
    file = read_yaml(path)
    found, problems = validate(file, LabEvidence)
    problems = list(problems)
    known = answer_names()
    for number, one in enumerate(found.courier.answers if found is not None and found.courier is not None else ()):
        if one.answer not in known:
            line, column = file.position(["courier", "answers", number, "answer"])
            message = msg("there is no captured answer called {name}", name=one.answer)
            problems.append(Problem(message, str(path), line, column, hint=msg("correct the lab map")))
    if found is None or problems:
        raise DataError(problems)
    return found


def write_exports(evidence: LabEvidence, beside: Path, folder: Path, now: datetime) -> list[tuple[LabExport, Path]]:
    """Fill in the moments of every export and write it into ``folder``; ``beside`` is the file that names them."""
    private_folder(folder)
    written = []
    for export in evidence.exports:
        template = beside.parent / export.file
        target = folder / template.name
        text = stamped(template.read_text(encoding="utf-8"), now).replace("\n", "\r\n")
        write_private(target, text.encode(export.encoding))
        written.append((export, target))
    return written


def stamped(text: str, now: datetime) -> str:
    """``text`` with its moments as seen from ``now``."""
    return _MOMENT.sub(lambda found: _moment(found, now.astimezone(VIETNAM_TIME)), text)


def _moment(found: re.Match[str], now: datetime) -> str:
    shape, days, *clock = found.groups()
    hour, minute, second = (int(part or 0) for part in clock)
    at = (now - timedelta(days=int(days))).replace(hour=hour, minute=minute, second=second, microsecond=0)
    return at.isoformat() if shape == "iso" else at.strftime(_SHAPES[shape])
