"""A message of at most 500 characters, for Zalo: whole sentences, the least important left out first."""

import unicodedata
from collections.abc import Sequence

from secaudit.model.inventory import AgencyFile
from secaudit.pipeline.letters.owing import Debt
from secaudit.pipeline.letters.round import Round
from secaudit.pipeline.letters.wording import capital, characters, number_words, shortened

MOST = 500
_OFFICE, _PERSON, _PLAN, _CALL = 70, 40, 50, 90
"""Characters of names: what must stand fits even where all of them are as long as they may be."""


def message_of(made: Round, agency: AgencyFile, debts: Sequence[Debt]) -> str:
    """The message to one agency, in one line."""
    contact = agency.agency.contact
    office = shortened(agency.agency.name, _OFFICE)
    person = shortened(contact.name, _PERSON) if contact is not None and contact.name else ""
    greeting = made.marked(f"Kính gửi anh/chị {person} ({office})." if person else f"Kính gửi {office}.")
    plan = shortened(made.measured.plan.name, _PLAN)
    day = made.voice.format.day
    if not debts:
        return fitted([greeting, f"Số liệu {plan} đến {day(made.day)} của đơn vị đã đủ. Trân trọng cảm ơn.", _call(made)], [])
    owed = f"Đến {day(made.day)}, để tổng hợp {plan}, đơn vị còn {number_words(len(debts))} việc"
    tail = [f"Đề nghị hoàn thành trước ngày {day(made.due)}.", _call(made)]
    things = [unicodedata.normalize("NFC", f"{capital(debt.short)}.") for debt in debts]
    whole = fitted([greeting, f"{owed}.", *tail], things, at=2)
    if all(thing in whole for thing in things) or not any(thing in whole for thing in things):
        return whole
    # Whoever counts must not look for what found no room.
    return fitted([greeting, f"{owed}, trong đó:", *tail], things, at=2)


def fitted(needed: Sequence[str], wished: Sequence[str], *, at: int = 0, most: int = MOST) -> str:
    """All of ``needed``, and as many of ``wished``, the most important first, as there is room for before the ``at``-th."""
    kept: list[str] = []
    for sentence in wished:
        if characters(_joined(needed, [*kept, sentence], at)) > most:
            break
        kept.append(sentence)
    return _joined(needed, kept, at)


def _joined(needed: Sequence[str], kept: Sequence[str], at: int) -> str:
    return unicodedata.normalize("NFC", " ".join([*needed[:at], *kept, *needed[at:]]))


def _call(made: Round) -> str:
    return f"Cần hỗ trợ xin gọi {shortened(made.call, _CALL)}. Trân trọng."
