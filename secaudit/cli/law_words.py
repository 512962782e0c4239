"""Words about limits and days that several commands of the law share."""

from collections.abc import Mapping
from datetime import date

from secaudit.cli.session import Session
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.base import Texts
from secaudit.model.decision import DueState, TimeLimit
from secaudit.model.system import DossierStatus
from secaudit.pipeline.decision_chains import Chains

STEPS: Mapping[DossierStatus | None, Message] = {
    DossierStatus.NONE: msgc("dossier", "none"),
    DossierStatus.DRAFTING: msgc("dossier", "being drafted"),
    DossierStatus.SUBMITTED: msgc("dossier", "sent for appraisal"),
    DossierStatus.APPRAISED: msgc("dossier", "appraised"),
    DossierStatus.APPROVED: msgc("dossier", "approved"),
    None: msgc("dossier", "not said"),
}
STATES: Mapping[DueState, Message] = {
    DueState.RUNNING: msgc("time limit", "running"),
    DueState.OVERDUE: msgc("time limit", "overdue"),
    DueState.KEPT: msgc("time limit", "kept"),
    DueState.LATE: msgc("time limit", "done late"),
    DueState.UNKNOWN: msgc("time limit", "unknown"),
}
UNCONFIRMED = msg("(not confirmed)")
COUNTING = msg(
    "Counting: the day of the event is day 0 and the last day of the limit still counts; working days are Monday to Friday "
    "without public holidays, with weekend days worked in exchange; the approval counts from the day of the appraisal opinion."
)
DECIDES = msg("An overview under {acts}; the appraisal decides.")


def day_text(day: date | None) -> str:
    """A day as people write it here; a question mark for none."""
    return "?" if day is None else day.strftime("%d/%m/%Y")


def words(session: Session, text: Texts | Message | str | None) -> str:
    """A text of the catalog or of the program in the console's language."""
    if text is None:
        return ""
    if isinstance(text, Texts):
        return clean(text.pick(session.translator.language))
    return session.text(text) if isinstance(text, Message) else clean(text)


def doubtful_day(day: date | None, careful: date | None) -> Message:
    """A day, with the other one where an unconfirmed day off decides."""
    if day is None or careful is None or day == careful:
        return literal(day_text(day))
    return msg("{day} ({other} if the unconfirmed days off count)", day=day_text(day), other=day_text(careful))


def left_text(chains: Chains, limit: TimeLimit) -> Message:
    """How a limit stands, with the day and the days left."""
    until = doubtful_day(limit.due, limit.latest)
    if limit.done_on is not None and limit.due is not None:
        return msg("{state}: done {done}, last day {due}", state=STATES[limit.state], done=day_text(limit.done_on), due=until)
    if limit.state in (DueState.KEPT, DueState.LATE):
        return msg("{state}: last day {due}", state=STATES[limit.state], due=until)
    left = chains.left(limit)
    if left is None and limit.since is not None:
        return msg("{state}: it depends on the level, which is open", state=STATES[limit.state])
    if left is None:
        return msg("{state}: the day it runs from is not on record", state=STATES[limit.state])
    if limit.state is DueState.UNKNOWN:
        return msg("{state}: last day {due}", state=STATES[limit.state], due=until)
    working = limit.working and limit.days is not None
    if limit.state is DueState.OVERDUE:
        text = (
            msg("overdue by {days} working days, the last was {due}")
            if working
            else msg("overdue by {days} days, the last was {due}")
        )
        return Message(text.text, {"days": -left, "due": until})
    text = msg("until {due}, {days} working days left") if working else msg("until {due}, {days} days left")
    return Message(text.text, {"days": left, "due": until})
