"""Forms 01 to 07 of the decree: general information filled in, everything that somebody else writes left open."""

from secaudit.messages import Message, msg
from secaudit.model.dossier import Form, Office
from secaudit.model.inventory import Inventory, Organisation
from secaudit.pipeline.dossier.blanks import Sheet
from secaudit.pipeline.dossier.draft import Draft
from secaudit.pipeline.dossier.frame import Body, basis, letterhead_of
from secaudit.pipeline.dossier.wording import level_text
from secaudit.report.official import Paper, Signature

TEMPLATE = "mau-"
_SIGNED = "ĐẠI DIỆN CỦA CƠ QUAN, TỔ CHỨC"
"""Words of the forms themselves."""


_CONFORMS = msg("The form's words that the plan conforms to the standard stand only when the appraisal has found so.")
"""Of forms 06 and 07: the draft says them, and nobody has looked yet."""


def form_paper(sheet: Sheet, inventory: Inventory, draft: Draft, form: Form) -> Paper:
    """One form as a draft: number, date and signature stay blank."""
    issuer = _office(draft, form.issued_by)
    name = sheet.fill(issuer.name if issuer else None, _WHO_ISSUES[form.issued_by], "province")
    letterhead = letterhead_of(inventory, issuer) if issuer is not None else None
    to = [_addressee(sheet, draft, form.sent_to)] if form.sent_to is not None else []
    return Paper(
        template=f"{TEMPLATE}{form.number}",
        agency=name,
        parent=(letterhead.parent or "") if letterhead is not None else "",
        place=(letterhead.place or "") if letterhead is not None else "",
        kind=form.kind or "",
        subject=form.subject,
        addressees=tuple(to),
        grounds=_grounds(sheet, draft, form),
        signature=Signature(authority="", title=_SIGNED),
        basis=basis(sheet, draft),
        body=_body(sheet, draft, form, name),
    )


_WHO_ISSUES: dict[Office, Message] = {
    "operator": msg("name of {whom}", whom=msg("the operator of the system")),
    "owner": msg("name of {whom}", whom=msg("the owner of the system")),
    "designated": msg("name of {whom}", whom=msg("the designated cybersecurity unit")),
    "appraiser": msg("name of the office that appraises"),
    "approver": msg("name of the office that approves"),
}


def _office(draft: Draft, office: Office) -> Organisation | None:
    """Who it is for this system; the chain of decisions names appraiser and approver by level."""
    offices = draft.offices
    if office == "operator":
        return offices.operator
    if office == "owner":
        return offices.owner
    if office == "designated":
        return offices.designated
    authority = draft.authority
    if authority is None:
        return None
    role, said = (
        (authority.approver_role, authority.approver) if office == "approver" else (authority.appraiser_role, authority.appraiser)
    )
    if role == "owner":
        return offices.owner
    return offices.designated if role == "designated_unit" else Organisation(name=said.vi)


def _addressee(sheet: Sheet, draft: Draft, office: Office) -> str:
    found = _office(draft, office)
    return sheet.fill(found.name if found else None, _WHO_ISSUES[office], "province")


def _grounds(sheet: Sheet, draft: Draft, form: Form) -> tuple[str, ...]:
    if form.number == "04":  # its part 2 holds them
        return ()
    lines = list(draft.rules.grounds)
    if form.number == "05":
        lines.append(sheet.gap(msg("appraisal opinion: office, number and date"), "operator"))
    if form.number in ("06", "07"):
        lines.append(sheet.say(msg("On the proposal of {office}", office=_addressee(sheet, draft, "operator"))))
    return tuple(lines)


def _body(sheet: Sheet, draft: Draft, form: Form, issuer: str) -> Body:
    operator = draft.offices.operator
    level = draft.level.proposal.level
    note = form.note_at(draft.level.proposal.levels)
    body: Body = {
        "form": form.number,
        "issuer": issuer,
        "addressee": _addressee(sheet, draft, form.sent_to) if form.sent_to is not None else "",
        "system": draft.system.name,
        "operator": _addressee(sheet, draft, "operator"),
        "address": sheet.fill(
            operator.address if operator else None, msg("address of {whom}", whom=msg("the operator of the system")), "operator"
        ),
        "level": level_text(sheet, draft.level.proposal),
        "level_number": str(level) if level is not None else "……",
        "higher": draft.further,
        "note": " ".join(sheet.say(one) for one in (note, _CONFORMS if form.number in ("06", "07") else None) if one is not None),
        "owner": draft.offices.owner.name,
    }
    if form.number == "04":
        what = msg("request: office, number and date")
        body["request"] = sheet.gap(what, "operator")
    if form.number in ("06", "07"):
        body["standard"] = draft.rules.standard
        body["regulation"] = sheet.gap(msg("national technical regulation, or that there is none"), "province")
        title = draft.offices.owner if _office(draft, form.issued_by) is draft.offices.owner else None
        body["head"] = sheet.fill(
            title.title.upper() if title is not None and title.title else None, msg("position of whoever decides"), "province"
        )
    return body
