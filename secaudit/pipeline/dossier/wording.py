"""Closed lists in words, days and observed values as papers write them."""

from collections.abc import Mapping
from datetime import date

from secaudit.messages import Message, msg, msgc
from secaudit.model.inventory import EndpointKind
from secaudit.model.system import DataSubjects, Information, Serves, SystemKind
from secaudit.pipeline.dossier.blanks import Sheet, Who
from secaudit.pipeline.dossier.level import Proposal
from secaudit.pipeline.dossier.sighted import Cell, Observed
from secaudit.report.format import Format
from secaudit.report.texts import Wording

VIETNAMESE = Format("vi")
KINDS: Mapping[SystemKind, Message] = {
    SystemKind.INTERNAL: msg("system for internal work (9.2.a)"),
    SystemKind.PUBLIC_SERVICE: msg("system that serves citizens and businesses (9.2.b)"),
    SystemKind.INFRASTRUCTURE: msg("information infrastructure (9.2.c)"),
    SystemKind.INDUSTRIAL_CONTROL: msg("industrial control system (9.2.d)"),
    SystemKind.OTHER: msg("other system (9.2.đ)"),
}
SERVES: Mapping[Serves, Message] = {
    Serves.AGENCY: msg("one agency"),
    Serves.AGENCIES_OF_COMMUNE: msg("several agencies of one commune"),
    Serves.SECTOR: msg("agencies of one ministry or sector"),
    Serves.PROVINCE: msg("agencies of the province"),
    Serves.PROVINCES: msg("agencies of several provinces"),
    Serves.NATION: msg("agencies of the whole country"),
    Serves.INTERNATIONAL: msg("connections with other countries"),
}
INFORMATION: Mapping[Information, Message] = {
    Information.PUBLIC: msg("public information"),
    Information.PRIVATE: msg("private information"),
    Information.PERSONAL: msg("personal information"),
    Information.STATE_SECRET: msg("state secrets"),
}
DEVICES: Mapping[EndpointKind, Message] = {
    EndpointKind.WORKSTATION: msgc("device", "workstation"),
    EndpointKind.LAPTOP: msgc("device", "laptop"),
    EndpointKind.SERVER: msgc("device", "server"),
    EndpointKind.ISOLATED: msgc("device", "isolated machine"),
}
NOT_ASSESSED = msgc("requirement", "not assessed yet")
WHO: Mapping[Who, Message] = {
    "agency": msgc("who adds it", "agency"),
    "province": msgc("who adds it", "province"),
    "operator": msgc("who adds it", "operator"),
}


def day_text(day: date | None) -> str:
    """dd/mm/yyyy."""
    return day.strftime("%d/%m/%Y") if day is not None else ""


def in_short(clauses: str) -> str:
    """Clauses without the id of their act, which stands at the foot of every page."""
    return ", ".join(clause.rpartition(":")[2] for clause in clauses.split(", "))


def observed_text(sheet: Sheet, found: Observed) -> str:
    """A value with its day and grade; replayed answers of the sample province say so."""
    if found.lab:
        return sheet.say(
            msg(
                "{text} (observed {day}, grade {grade}, simulated data)",
                text=found.text, day=day_text(found.on), grade=found.grade.value,
            )
        )  # fmt: skip
    return sheet.say(
        msg("{text} (observed {day}, grade {grade})", text=found.text, day=day_text(found.on), grade=found.grade.value)
    )


def cell_text(sheet: Sheet, cell: Cell) -> str:
    """Observed before declared; both where they disagree."""
    if cell.observed is None:
        if cell.declared is None:
            return sheet.cell(None)
        return sheet.say(msg("{text} (as declared)", text=cell.declared))
    seen = observed_text(sheet, cell.observed)
    if cell.differs:
        return sheet.say(msg("DIFFERENT: declared {declared}; {observed}", declared=cell.declared, observed=seen))
    return seen


def level_text(sheet: Sheet, proposal: Proposal) -> str:
    """``Cấp độ 2``; a range is never one level."""
    if proposal.level is not None:
        return sheet.say(msg("Level {level}", level=proposal.level))
    if not proposal.levels:
        return sheet.gap(msg("level to be proposed: not determined, no criterion applies yet"))
    found = " / ".join(str(level) for level in proposal.levels)
    return sheet.gap(msg("level to be proposed: not determined, {levels} are possible", levels=found))


def subjects_text(sheet: Sheet, subjects: DataSubjects | None, *, sensitive: bool) -> str | None:
    """A number with points, or the band in words; None where nobody counted."""
    if subjects is None:
        return None
    value = subjects.sensitive if sensitive else subjects.basic
    if value is None:
        return None
    if isinstance(value, int):
        return VIETNAMESE.number(value)
    return sheet.say(_BANDS[value.value])


def answer_text(sheet: Sheet, answer: Wording) -> str:
    """An answer the level rests on: bands and sectors in words, numbers with points."""
    if not isinstance(answer, str):
        return sheet.say(answer)
    if answer.isdecimal():
        return VIETNAMESE.number(int(answer))
    known = _BANDS.get(answer) or _SECTORS.get(answer)
    return sheet.say(known) if known is not None else answer


_SECTORS: Mapping[str, Message] = {
    "government": msgc("sector", "state agency"),
    "party": msgc("sector", "Party"),
    "front": msgc("sector", "Fatherland Front and organisations"),
    "education": msgc("sector", "education"),
    "health": msgc("sector", "health"),
    "enterprise": msgc("sector", "enterprise"),
}
_BANDS: Mapping[str, Message] = {
    "under_100000": msg("under 100.000"),
    "from_100000": msg("100.000 or more"),
    "none": msg("none is processed"),
    "under_10000": msg("under 10.000"),
    "from_10000": msg("10.000 or more"),
}
