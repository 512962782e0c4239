"""How a level is decided and what must happen by when, as data: procedures, transition, reports, public holidays, penalties."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from secaudit.model.base import Day, Flag, Identifier, Line, Texts, Whole, Written
from secaudit.model.level import Level

MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
"""A day of every year, ``MM-DD``."""
Year = Annotated[Whole, Field(ge=2000, le=2200)]
Dong = Annotated[Whole, Field(ge=0, le=1_000_000_000_000)]


class Cited(Written):
    """What rests on a clause that somebody read somewhere."""

    clause: Line
    """As cited, ``nd-331-2026:23.3.a``."""
    source: Line | None = None
    """Where it was read; where left out, the source of the file."""
    confirmed: Flag = True
    """False where nobody read the text itself, or where the text leaves the answer open."""


Role = Literal["designated_unit", "owner", "ministry", "prime_minister"]


class Authority(Cited):
    """Who decides on systems of some levels."""

    levels: tuple[Level, ...]
    appraiser: Texts
    appraiser_names: tuple[Line, ...] = ()
    """Names of the offices that may appraise at these levels, where the act names them."""
    appraiser_role: Role
    approver: Texts
    approver_role: Role
    note: Texts | None = None
    """What else is to be decided, and by whom."""


Step = Literal["reply", "appraisal", "approval"]
"""Answer to an incomplete dossier; appraisal; approval."""


class StepLimit(Cited):
    """How long one step may take."""

    id: Identifier
    step: Step
    title: Texts
    levels: tuple[Level, ...]
    days: Annotated[Whole, Field(ge=1, le=400)]
    working: Flag
    """Working days, or days of the calendar."""
    runs_from: Literal["submitted", "appraised"]
    """The event whose day is day 0."""


class Procedure(Written):
    """``law/<id>.yaml``: how one act has levels decided."""

    id: Identifier
    title: Texts
    act: Line
    """Short citation: Nghị định 331/2026/NĐ-CP."""
    valid_from: Day
    valid_until: Day | None = None
    """Last day on which it is the procedure for new dossiers."""
    source: Line
    regulation_clause: Line | None = None
    """Clause that wants the security regulation issued before the approval."""
    own_systems_clause: Line | None = None
    """Clause on a designated unit that operates the system it would appraise."""
    authorities: tuple[Authority, ...]
    limits: tuple[StepLimit, ...]

    def authority(self, level: int) -> Authority | None:
        """Who decides at ``level``."""
        return next((one for one in self.authorities if level in one.levels), None)

    def limit(self, step: Step, level: int) -> StepLimit | None:
        """The limit of a step at ``level``; None when the act sets none."""
        return next((one for one in self.limits if one.step == step and level in one.levels), None)


class TransitionRule(Cited):
    """What systems of the former law still owe."""

    id: Identifier
    title: Texts
    applies: Literal["classified", "investing", "never_classified", "products"]
    """Systems whose level was decided before ``before``; systems being built then; systems in use whose level never was decided;
    the protection products in use."""
    duty: Literal["keeps_level", "decided", "measures", "procedure"]
    before: Day
    act: Identifier | None = None
    """Id of the procedure that applies instead of the one in force."""
    due: Day | None = None
    """Last day, the careful reading; None where the law sets none."""


class TransitionTable(Written):
    """``law/transition.yaml``."""

    id: Identifier
    title: Texts
    source: Line
    transitions: tuple[TransitionRule, ...]


class Period(Cited):
    """One round of the annual report: from a day of the year before to a day of its own year."""

    begins: MonthDay
    ends: MonthDay
    first_year: Year
    """Year in which the first one ends."""


class StatutoryDate(Cited):
    """Something due on a day, or every year."""

    id: Identifier
    title: Texts
    by: Texts
    """Who has to act."""
    yearly: MonthDay | None = None
    first_year: Year | None = None
    """First year of a yearly date."""
    on: Day | None = None
    before: Flag = False
    """The day itself is too late."""
    undated: Texts | None = None
    """Why there is no day."""


class ReportingTable(Written):
    """``law/reporting.yaml``."""

    id: Identifier
    title: Texts
    source: Line
    period: Period
    dates: tuple[StatutoryDate, ...]


class FixedHoliday(Cited):
    """A public holiday on the same day of every year; on a day of rest it moves to the next working day."""

    id: Identifier
    title: Texts
    day: MonthDay
    first_year: Year | None = None


class DayOff(Cited):
    """A day off in one year: by the lunar calendar, by choice within the law, in place of another, or exchanged."""

    date: Day
    title: Texts


class WorkedDay(Cited):
    """A Saturday or Sunday that is worked in exchange."""

    date: Day
    title: Texts
    instead_of: Day


class HolidayYear(Written):
    """What was announced for one year."""

    year: Year
    source: Line
    complete: Flag
    """False while some days of the year are not announced yet."""
    off: tuple[DayOff, ...] = ()
    worked: tuple[WorkedDay, ...] = ()


class HolidayTable(Written):
    """``law/holidays.yaml``."""

    id: Identifier
    title: Texts
    source: Line
    fixed: tuple[FixedHoliday, ...]
    years: tuple[HolidayYear, ...]


Omission = Literal["no_dossier", "not_decided", "operated_before_approval", "plan_not_full", "no_regulation", "not_inspected"]


class Penalty(Cited):
    """What an omission may cost an organisation."""

    id: Identifier
    title: Texts
    omission: Omission
    levels: tuple[Level, ...]
    least: Dong
    most: Dong


class PenaltyTable(Written):
    """``law/penalties.yaml``: amounts for organisations."""

    id: Identifier
    title: Texts
    act: Line
    valid_from: Day
    valid_until: Day | None = None
    source: Line
    penalties: tuple[Penalty, ...]


@dataclass(frozen=True)
class Law:
    """Everything under ``checks/law``; a table that a catalog does not have is None."""

    procedures: tuple[Procedure, ...] = ()
    """By ``valid_from``, oldest first."""
    transition: TransitionTable | None = None
    reporting: ReportingTable | None = None
    holidays: HolidayTable | None = None
    penalties: PenaltyTable | None = None

    def procedure(self, day: date) -> Procedure | None:
        """The procedure for dossiers handed in on ``day``."""
        for procedure in reversed(self.procedures):
            if procedure.valid_from <= day and (procedure.valid_until is None or day <= procedure.valid_until):
                return procedure
        return None

    def procedure_called(self, procedure_id: str) -> Procedure | None:
        """The procedure with this id."""
        return next((one for one in self.procedures if one.id == procedure_id), None)
