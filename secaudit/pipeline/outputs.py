"""Every shape a report may take, in one registry: what ``secaudit report --to`` offers, each loaded when it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path

from secaudit.messages import Message, Translator, msg
from secaudit.model.past import NO_PAST, Past
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish import publish
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

    @cached_property
    def document(self) -> ReportDocument:
        """The whole document with every machine's details; large shapes of large provinces do without it."""
        return publish(self.measured, self.store, past=self.past, made_by=self.made_by, made_at=self.made_at)


Render = Callable[[Job], bytes]
"""The file of one shape; raises ReportError."""
Write = Callable[[Job, Path], None]
"""Writes the files of one shape into a folder, readable by the owner only; what was there stays until the new one is whole.
Raises OutputError and ReportError."""


@dataclass(frozen=True, slots=True)
class Output:
    """One shape: a file or a folder."""

    module: str
    """Module of ``secaudit.pipeline`` that has ``render`` (of a file) or ``write`` (of a folder)."""
    title: Message
    ending: str = ""
    """Of the file's name; empty for a folder."""


OUTPUTS: Mapping[str, Output] = {
    "page": Output("output_page", msg("one page, to be mailed"), ".html"),
    "json": Output("output_json", msg("the data of the page"), ".json"),
    "csv": Output("output_csv", msg("a line for each machine"), ".csv"),
}


def render_of(name: str) -> Render:
    """What makes the file of the shape ``name``, which must be in the registry and have an ending."""
    made: Render = import_module(f"secaudit.pipeline.{OUTPUTS[name].module}").render
    return made


def write_of(name: str) -> Write:
    """What writes the folder of the shape ``name``, which must be in the registry and have no ending."""
    made: Write = import_module(f"secaudit.pipeline.{OUTPUTS[name].module}").write
    return made
