"""What an agency sent, whatever it was sent as: answers per record, each with its cell, and how it stood when given out.

Workbooks, CSV files, foreign lists and Ansible inventories all become this; one merge takes it from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from secaudit.errors import Problem
from secaudit.inventory.questions import Path

Value = str | int | bool | tuple["Value", ...] | Mapping[str, "Value"] | None
"""As an agency's file has it before it is validated; None is answered blank: "Chưa rõ"."""


@dataclass(frozen=True, slots=True)
class Record:
    """Answers about one record: the agency, its people, the shared systems it uses, one system, one machine."""

    part: str
    """As :attr:`secaudit.inventory.questions.Sheet.part`."""
    key: str
    """Id in the agency's file; empty for a record that is new. Of ``agency``, ``people`` and ``uses`` always empty."""
    row: str
    """Where a person finds it: ``Máy tính!7``."""
    answers: Mapping[Path, Value]
    """Only what was asked there: a column that is missing answers nothing, a blank cell answers None."""
    cells: Mapping[Path, str] = field(default_factory=dict)
    """Field -> ``Máy tính!C7``."""
    base: Mapping[Path, Value] | None = None
    """How the answers stood when the workbook was given out; None when it does not say, and then blank answers change nothing."""
    newcomer: str = ""
    """Id of the newcomer this machine was proposed from."""
    fresh: Mapping[Path, Value] = field(default_factory=dict)
    """Answers that the list only hints at: taken where the record is new, and never changing one that is declared."""


@dataclass(frozen=True, slots=True)
class Received:
    """One file of one agency, read."""

    agency: str
    file: str
    """As the user named it."""
    digest: str
    """SHA-256 of its bytes, hexadecimal."""
    profile: str
    """``commune``, ``full``, ``csv``, or the id of a column mapping."""
    made_at: datetime | None = None
    """When the workbook was given out."""
    records: tuple[Record, ...] = ()
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Part -> ids of the records that stood in it when it was given out; those missing now were deleted by the agency."""
    problems: tuple[Problem, ...] = ()
    """What cannot be taken, each with its cell."""
    remarks: tuple[Problem, ...] = ()
    """What was taken but should be looked at: a name close to a shared system, a number written in another way."""


def accepted_again(before: object, today: date) -> dict[str, object]:
    """The submission of an agency whose list is accepted ``today``; ``before`` is what its file had there, as it is written.

    The day of the first acceptance stays, for reports of days in between.
    """
    kept = dict(before) if isinstance(before, dict) else {}
    try:
        earlier = date.fromisoformat(str(kept.get("accepted_on")))
    except ValueError:
        earlier = today
    if earlier < today:
        kept.setdefault("first_accepted_on", earlier)
    return {**kept, "accepted_on": today}
