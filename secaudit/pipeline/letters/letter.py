"""The reminder letter to one agency: its own figures, what is missing, by when, whom to call; nothing of other agencies."""

from collections.abc import Sequence

from secaudit.model.inventory import AgencyFile, Contact
from secaudit.model.measurement import Tally
from secaudit.pipeline.letters.figures import AgencyFigures
from secaudit.pipeline.letters.owing import Debt
from secaudit.pipeline.letters.round import Round, archive_of, basis_of, letterhead_of, signature_of, symbol_of
from secaudit.pipeline.letters.wording import capital, shortened
from secaudit.pipeline.publish.targets import figure_of
from secaudit.report.official import Paper, Value
from secaudit.report.sanitise import named

TEMPLATE = "cong-van-don-doc"
_NAME = 120


def letter_of(made: Round, agency: AgencyFile, figures: AgencyFigures, debts: Sequence[Debt]) -> Paper:
    """The letter as a draft: number, date and signature stay blank."""
    head = letterhead_of(made)
    return Paper(
        template=TEMPLATE,
        agency=made.unit,
        parent=head.parent or "",
        place=head.place or "",
        symbol=symbol_of(made),
        subject=made.marked(f"{'đôn đốc thực hiện' if debts else 'số liệu thực hiện'} {shortened(made.plan, _NAME)}"),
        addressees=(named(agency.agency.name),),
        archive=archive_of(made),
        signature=signature_of(made),
        basis=basis_of(made, "Bản nháp: số, ngày và chữ ký do văn thư và người có thẩm quyền điền."),
        body={
            "as_of": made.voice.format.moment(made.measured.as_of),
            "plan": made.plan,
            "contact": contact_words(agency.agency.contact),
            "submitted": figures.submitted,
            "targets": [_target(made, number, part) for number, _, part in figures.targets],
            "debts": [capital(debt.words) for debt in debts],
            "due": made.voice.format.day(made.due),
            "unit": made.unit,
            "call": made.call,
        },
    )


def contact_words(contact: Contact | None) -> str:
    """Whom the letter is for inside the office; its head office where nobody is named."""
    if contact is None or not contact.name:
        phone = f", điện thoại {shortened(contact.phone, 40)}" if contact is not None and contact.phone else ""
        return f"Văn phòng (văn thư) của đơn vị{phone or ' – thiếu số điện thoại đầu mối'}"
    phone = shortened(contact.phone, 40) if contact.phone else "thiếu số điện thoại"
    return f"{shortened(contact.name, 80)}, {phone}"


def target_words(made: Round, number: int, part: Tally) -> tuple[str, str, str, str]:
    """Title, what is asked, interval and counts of an agency's part of a target."""
    target, measurement = made.measured.plan.targets[number - 1], made.measured.measurements[number - 1]
    say = made.voice.format
    figure = figure_of(part)
    asked = say.aim(measurement.sign, measurement.share).replace(" ", "\u00a0")
    title = shortened(made.voice.say(target.short), _NAME)
    return title, asked, say.interval(figure, measurement.share), say.counts(figure)


def _target(made: Round, number: int, part: Tally) -> Value:
    title, asked, interval, counts = target_words(made, number, part)
    return {"number": number, "title": title, "asked": asked, "interval": interval, "counts": counts}
