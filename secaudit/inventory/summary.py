"""What one agency's file says in numbers: counts, days, whom to call, and which required answers are still blank."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from secaudit.errors import Problem
from secaudit.inventory.asking import Condition, conditions, holds
from secaudit.inventory.given import Row
from secaudit.inventory.questions import Profile, Question, Sheet
from secaudit.inventory.sheets import SHEETS, asked_in, cells_of
from secaudit.model.base import Identifier, Line, Written
from secaudit.model.inventory import AgencyFile, EndpointKind, Tier
from secaudit.source import YamlFile, scan_yaml, validate

Number = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]
QuestionKey = Annotated[str, Field(max_length=100)]


class Summary(Written):
    """One agency's file in numbers; nothing in it is a machine's or a person's. Written and read by this program alone."""

    id: Identifier
    name: Line
    tier: Tier
    valid_from: date | None = None
    valid_until: date | None = None
    contact: Line | None = None
    phone: Line | None = None
    accepted_on: date | None = None
    sent_on: date | None = None
    """Day of the first acceptance."""
    document: Line | None = None
    register_computers: Number | None = None
    register_as_of: date | None = None
    machines_in_use: Number | None = None
    heads: Number | None = None
    staff: Number | None = None
    people_as_of: date | None = None
    in_use: Number = 0
    """Declared machines in use, isolated ones included."""
    isolated: Number = 0
    retired: Number = 0
    personal: Number = 0
    """Of those in use."""
    systems: Number = 0
    """Not stopped."""
    required: Annotated[dict[QuestionKey, tuple[Number, Number]], Field(default_factory=dict)]
    """Sheet and key of a required question, ``endpoints/place`` -> how often it is asked, and answered."""


@dataclass(frozen=True, slots=True)
class Summed:
    """A file looked at by itself; what other files say about it is not known here."""

    summary: Summary | None
    """None when the file cannot be understood."""
    problems: tuple[Problem, ...] = ()


def summarise(path: Path) -> Summed:
    """Read and validate one agency's file."""
    file, problems = scan_yaml(path)
    if file is None or problems:
        return Summed(None, tuple(problems))
    model, faults = validate(file, AgencyFile)
    if model is None:
        return Summed(None, tuple(faults))
    return Summed(_summary(model, file))


def _summary(model: AgencyFile, file: YamlFile) -> Summary:
    agency, people = model.agency, model.people
    used = [one for one in model.endpoints if one.status == "in_use"]
    return Summary(
        id=agency.id,
        name=agency.name,
        tier=agency.tier,
        valid_from=agency.valid_from,
        valid_until=agency.valid_until,
        contact=agency.contact.name if agency.contact else None,
        phone=agency.contact.phone if agency.contact else None,
        accepted_on=agency.submission.accepted_on if agency.submission else None,
        sent_on=agency.submission.sent_on if agency.submission else None,
        document=agency.submission.document if agency.submission else None,
        register_computers=agency.asset_register.computers if agency.asset_register else None,
        register_as_of=agency.asset_register.as_of if agency.asset_register else None,
        machines_in_use=agency.machines_in_use,
        heads=people.heads if people else None,
        staff=people.staff if people else None,
        people_as_of=people.as_of if people else None,
        in_use=len(used),
        isolated=sum(one.kind is EndpointKind.ISOLATED for one in used),
        retired=len(model.endpoints) - len(used),
        personal=sum(one.ownership == "personal" for one in used),
        systems=sum(one.status != "stopped" for one in model.systems),
        required=dict(_coverage(file.data, Profile.COMMUNE if agency.tier is Tier.COMMUNE else Profile.FULL)),
    )


@cache
def _required(profile: Profile) -> tuple[tuple[Sheet, tuple[tuple[Question, tuple[Condition, ...]], ...]], ...]:
    """Sheets with the questions that must be answered, and when each is asked; of other questions those that decide it."""
    found = []
    for whole in (asked_in(profile, sheet) for sheet in SHEETS):
        required = tuple((one, conditions(whole, one)) for one in whole.questions if one.required)
        keys = {key for one, when in required for key in (one.key, *(key for condition in when for key in condition.keys))}
        if required:
            found.append((replace(whole, questions=tuple(one for one in whole.questions if one.key in keys)), required))
    return tuple(found)


def _coverage(data: object, profile: Profile) -> Iterator[tuple[str, tuple[int, int]]]:
    """How many cells are asked for and answered, by the rules that the workbook colours its cells by; as the file is written.

    What a model would fill in by itself (a machine without a status counts as in use) is not an answer.
    """
    written: Mapping[str, Any] = data if isinstance(data, dict) else {}
    for sheet, questions in _required(profile):
        asked = dict.fromkeys((question.key for question, _ in questions), 0)
        answered = dict(asked)
        for record in _records(written.get(sheet.part), form=sheet.form):
            row = Row(cells=cells_of(sheet, record))
            for question, when in questions:
                if all(holds(condition, row) for condition in when):
                    asked[question.key] += 1
                    answered[question.key] += row.cells.get(question.key) is not None
        for key, count in asked.items():
            if count:
                yield f"{sheet.part}/{key}", (count, answered[key])


def _records(part: object, *, form: bool) -> list[Mapping[str, Any]]:
    """Records of a list; of a form exactly one, empty while nothing was written."""
    if form:
        return [part if isinstance(part, dict) else {}]
    return [one for one in part if isinstance(one, dict)] if isinstance(part, list) else []


SUMMARY_FORMAT: Final = 1
"""Raised when a field of :class:`Summary` changes its meaning."""


@cache
def summary_version() -> str:
    """What a summary depends on beside the file: its format and the questions."""
    told = [
        (sheet.part, one.key, one.required, one.commune, one.full, one.kinds, one.form.value)
        for sheet in SHEETS
        for one in sheet.questions
    ]
    return hashlib.sha256(repr((SUMMARY_FORMAT, told)).encode()).hexdigest()[:16]
