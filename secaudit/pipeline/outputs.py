"""Every shape a report may take, in one registry: what ``secaudit report --to`` offers, each loaded when it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from secaudit.errors import UsageError
from secaudit.messages import Message, Translator, msg
from secaudit.model.past import NO_PAST, Past
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish import overview, publish
from secaudit.report.document import ReportDocument
from secaudit.store import Store


@dataclass(frozen=True)
class Job:
    """One report to be written, in whatever shapes."""

    measured: Measured
    store: Store | None
    translator: Translator
    """Language of what people read."""
    templates: Path
    past: Past = NO_PAST
    """Earlier states; none where nothing is known."""
    made_by: str = ""
    """Login of who has it made."""
    made_at: datetime | None = None
    """When."""
    agencies: frozenset[str] = frozenset()
    """Ids of the agencies whose machines are listed; empty for all. Figures of targets are the province's all the same."""

    @cached_property
    def document(self) -> ReportDocument:
        """The whole document with every machine's details; large shapes of large provinces do without it."""
        return publish(self.measured, self.store, past=self.past, made_by=self.made_by, made_at=self.made_at)

    @cached_property
    def overview(self) -> ReportDocument:
        """The same without machines."""
        return overview(self.measured, self.store, past=self.past, made_by=self.made_by, made_at=self.made_at)


Render = Callable[[Job], bytes]
"""The file of one shape; raises ReportError."""
Stream = Callable[[Job, BinaryIO], None]
"""Writes the file of one shape piece by piece, for those that are too large to be held in memory; raises ReportError."""
Write = Callable[[Job, Path], None]
"""Writes the files of one shape into a folder, readable by the owner only; what was there stays until the new one is whole.
Raises OutputError and ReportError."""


@dataclass(frozen=True, slots=True)
class Output:
    """One shape: a file or a folder."""

    module: str
    """Module of ``secaudit.pipeline`` that has ``render`` or ``stream`` (of a file) or ``write`` (of a folder)."""
    title: Message
    ending: str = ""
    """Of the file's name; empty for a folder."""
    name: str = "bao-cao"
    """Of the file without its ending, or of the folder, where only the folder to write to was named."""
    streams: bool = False
    """The module has ``stream`` and not ``render``."""
    narrows: bool = False
    """It can be limited to some agencies."""
    extra: str = ""
    """Extra of this package that must be installed for it; empty when none must."""

    @property
    def file_name(self) -> str:
        """Name of the file or folder where only the folder to write to was named."""
        return self.name + self.ending


OUTPUTS: Mapping[str, Output] = {
    "html": Output("output_html", msg("a folder of pages: overview, agencies, lists"), name="report"),
    "page": Output("output_page", msg("one page, to be mailed"), ".html", name="report"),
    "docx": Output("output_docx", msg("the first screen as a Word document of one page"), ".docx"),
    "json": Output("output_json", msg("the data of the page"), ".json"),
    "xlsx": Output("output_xlsx", msg("a workbook with every table"), ".xlsx", streams=True, narrows=True),
    "csv": Output("output_csv", msg("a table with a line for each machine"), ".csv", streams=True, narrows=True),
    "jsonl": Output("output_jsonl", msg("a line of JSON for each machine and check"), ".jsonl", streams=True, narrows=True),
    "ocsf": Output(
        "output_ocsf",
        msg("OCSF compliance findings, a line of JSON each"),
        ".ocsf.jsonl",
        streams=True,
        narrows=True,
        extra="ocsf",
    ),
    "junit": Output("output_junit", msg("JUnit XML for build servers"), ".junit.xml", streams=True, narrows=True),
}

DEFAULT = "html" if "html" in OUTPUTS else "page"
"""What is written when nobody says which."""


def render_of(name: str) -> Render:
    """What makes the file of the shape ``name``, which must be in the registry, have an ending and not stream."""
    made: Render = _module(name).render
    return made


def stream_of(name: str) -> Stream:
    """What writes the file of the shape ``name``, which must be in the registry and stream."""
    made: Stream = _module(name).stream
    return made


def write_of(name: str) -> Write:
    """What writes the folder of the shape ``name``, which must be in the registry and have no ending."""
    made: Write = _module(name).write
    return made


def require_installed(name: str) -> None:
    """UsageError when something the shape ``name`` needs is not installed: said before an hour of judging, not after."""
    _module(name)


def _module(name: str) -> ModuleType:
    output = OUTPUTS[name]
    try:
        return import_module(f"secaudit.pipeline.{output.module}")
    except ModuleNotFoundError as error:
        if not output.extra:
            raise
        raise UsageError(
            msg("the shape {name} needs a package that is not installed here: {package}", name=name, package=error.name or "-"),
            hint=msg("install it: pip install '{package}'; or choose another shape", package=f"secaudit[{output.extra}]"),
        ) from error
