"""For the vice-chairman: a draft notice of conclusions, and the list of the letters that go with it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from secaudit.model.inventory import Agency
from secaudit.model.measurement import Decision
from secaudit.pipeline.letters.owing import Debt
from secaudit.pipeline.letters.round import Round, archive_of, basis_of, letterhead_of
from secaudit.pipeline.letters.wording import OPEN, number_words, shortened
from secaudit.pipeline.publish.orders import orders
from secaudit.pipeline.publish.targets import target_rows
from secaudit.report.document import Order, TargetRow
from secaudit.report.official import Paper, Signature, Value
from secaudit.report.sanitise import named
from secaudit.report.words import decision_word

NOTICE = "thong-bao-ket-luan"
LETTERS = "danh-sach-cong-van"
NO_PHONE = "thiếu số điện thoại"
_CONCLUDED = (Decision.MET, Decision.MISSED, Decision.UNDECIDED, Decision.NOT_APPLICABLE)
_TARGETS = 12
_DEBTS = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """One agency that gets a letter."""

    agency: Agency
    debts: tuple[Debt, ...]


def notice_of(made: Round) -> Paper:
    """The notice: figures, three orders with who, what and by when, recipients; whoever presided stays blank."""
    head = letterhead_of(made)
    owner = named(made.measured.province.inventory.province.province.owner)
    own = not head.parent
    silent = sum(1 for agency in made.agencies if not made.has_sent(agency))
    rows = target_rows(made.measured)
    return Paper(
        template=NOTICE,
        agency=owner,
        place=head.place or "",
        symbol=f"/TB-{(head.symbol if own else None) or ''}",
        kind="THÔNG BÁO",
        subject=made.marked(f"Kết luận tại cuộc họp về bảo đảm an ninh mạng và thực hiện {made.plan}"),
        recipients=(*head.recipients, "Các cơ quan, đơn vị nêu tại Mục II"),
        archive=archive_of(made),
        signature=Signature((head.authority if own else None) or "", (head.signer_title if own else None) or OPEN),
        basis=basis_of(made, "Dự thảo: nội dung kết luận do người chủ trì quyết định."),
        body={
            "as_of": made.voice.format.moment(made.measured.as_of),
            "owner": owner,
            "plan": made.plan,
            "unit": made.unit,
            "agency_count": number_words(len(made.agencies)),
            "silent_count": number_words(silent),
            "conclusion": conclusion_words(rows, made),
            "targets": [target_value(row, made) for row in rows[:_TARGETS]],
            "orders": [order_value(order, made) for order in orders(made.measured)],
            "due": made.voice.format.day(made.due),
        },
    )


def letters_of(made: Round, sent: Sequence[Sent]) -> Paper:
    """Which agencies get a letter, what each owes, whom to call there."""
    head = letterhead_of(made)
    return Paper(
        template=LETTERS,
        agency=made.unit,
        parent=head.parent or "",
        place=head.place or "",
        kind="DANH SÁCH",
        subject=made.marked(f"Cơ quan, đơn vị được gửi công văn đôn đốc thực hiện {made.plan}"),
        basis=basis_of(made),
        body={
            "as_of": made.voice.format.moment(made.measured.as_of),
            "count": number_words(len(sent)),
            "due": made.voice.format.day(made.due),
            "letters": [_letter(number, one) for number, one in enumerate(sent, start=1)],
        },
    )


def conclusion_words(rows: Sequence[TargetRow], made: Round) -> str:
    """``1/5 Đạt; 2/5 Chưa đạt``: only what occurs."""
    counts = Counter(made.voice.say(decision_word(row.decision, overdue=row.overdue)) for row in rows)
    order = [made.voice.say(decision_word(one, overdue=late)) for one in _CONCLUDED for late in (False, True)]
    return "; ".join(f"{counts[words]}/{len(rows)} {words}" for words in dict.fromkeys(order) if counts[words])


def target_value(row: TargetRow, made: Round) -> dict[str, Value]:
    """One target as a line of a table."""
    say = made.voice.format
    return {
        "number": row.number,
        "title": shortened(made.voice.say(row.short), 80),
        "asked": say.aim(row.sign, row.share).replace(" ", "\u00a0"),
        "interval": say.interval(row.figure, row.share),
        "counts": say.counts(row.figure) if row.figure.total else "–",
        "decision": made.voice.say(decision_word(row.decision, overdue=row.overdue)),
        "needed": made.voice.say(row.needed) if row.needed is not None else "",
    }


def order_value(order: Order, made: Round) -> dict[str, Value]:
    """One order: who, what, by when, what it changes."""
    return {
        "who": shortened(made.voice.say(order.who), 300),
        "action": made.voice.say(order.action),
        "effect": made.voice.say(order.effect),
        "due": made.voice.format.day(made.due),
    }


def _letter(number: int, sent: Sent) -> Value:
    contact = sent.agency.contact
    owed = [debt.short for debt in sent.debts]
    more = len(owed) - _DEBTS
    said = "; ".join(owed[:_DEBTS]) + (f"; và {more} việc khác" if more > 0 else "")
    return {
        "number": number,
        "name": named(sent.agency.name),
        "owed": said or "đã đủ số liệu",
        "contact": shortened(contact.name, 80) if contact is not None and contact.name else "văn phòng đơn vị",
        "phone": shortened(contact.phone, 40) if contact is not None and contact.phone else NO_PHONE,
    }
