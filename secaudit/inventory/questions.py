"""What the workbook asks: one definition for sheets that go out, answers that come back, and the coverage that is reported.

A question is one cell of a record (one agency, one system, one machine): where its answer stands in the agency's file, how it is
asked, and which answers it takes. The questions themselves stand in the modules ``sheet_*``; :data:`SHEETS` lists all of them.
"""

from dataclasses import dataclass
from enum import StrEnum

from secaudit.messages import Message

Path = tuple[str, ...]
"""Field of a record in the agency's file, ``("dossier", "decision", "number")``."""


class Profile(StrEnum):
    """How much is asked."""

    COMMUNE = "commune"
    """Three sheets, at most 40 cells to type (practice.md 8)."""
    FULL = "full"
    """Everything an agency's file can hold (practice.md 5)."""


class Form(StrEnum):
    """What an answer looks like in a cell, and in the file."""

    LINE = "line"
    WHOLE = "whole"
    DAY = "day"
    """A date in the cell, YYYY-MM-DD in the file; month and year alone mean the last day of the month."""
    FLAG = "flag"
    """Có | Không."""
    CHOICE = "choice"
    """One of :attr:`Question.choices`."""
    BAND = "band"
    """One of the choices or a whole number."""
    LINES = "lines"
    """A list of texts, one per line of the cell."""
    IDS = "ids"
    """A list of ids, separated by lines, commas or semicolons."""
    MEMBER = "member"
    """Có | Không for one :attr:`Question.member` of a list; the list is unanswered while all of its cells are blank."""
    IS = "is"
    """Có | Không: whether the field has the value :attr:`Question.member`. Không leaves another value that stands there as it is
    and is itself no value; blank answers nothing, for the field is one that every record has."""


class Asked(StrEnum):
    """Who answers (practice.md 5 and 8)."""

    AGENCY = "agency"
    """Đ."""
    PROVINCE = "province"
    """T: shown to the agency only in the full profile, and marked as answered by the province."""
    MACHINE = "machine"
    """Never asked of people in the commune profile: machine or console say it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One closed answer."""

    value: str
    """As the file has it; empty says in words that it is not known ("Chưa đếm"), the same as blank."""
    label: Message
    """As the drop-down shows it; unique among the choices of its question."""


@dataclass(frozen=True, slots=True)
class Question:
    """One column of a list, or one row of a form."""

    path: Path
    heading: Message
    """Unique on its sheet."""
    help: Message
    form: Form = Form.LINE
    choices: tuple[Choice, ...] = ()
    member: str = ""
    asked: Asked = Asked.AGENCY
    required: bool = False
    """Counted by the progress cell and by ``inventory status`` when it is blank; blank is never an error."""
    commune: bool = False
    """Stands in the commune profile too."""
    full: bool = True
    """Stands in the full profile and in CSV; only the commune profile asks the kind of a machine as "Máy độc lập: Có | Không"."""
    kinds: tuple[str, ...] = ()
    """Kinds of system it is asked of; empty means all."""
    width: int = 16
    """Characters."""

    @property
    def key(self) -> str:
        """Unique on its sheet, also among members of one list: ``dossier.decision.number``, ``information:personal``."""
        return ".".join(self.path) + (f":{self.member}" if self.member else "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook, and one part of the agency's file."""

    part: str
    """``agency``, ``people``, ``uses``, ``systems`` or ``endpoints``."""
    title: Message
    """Name of the tab; at most 31 characters in both languages."""
    questions: tuple[Question, ...]
    form: bool = False
    """Question and answer one under the other, instead of a list with a row for each record."""
