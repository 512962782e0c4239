"""What every paper of a dossier has in common: heading, what it rests on, and the list of its gaps."""

from secaudit.messages import msg
from secaudit.model.inventory import Inventory, Letterhead, Organisation
from secaudit.pipeline.dossier.blanks import Sheet, Who
from secaudit.pipeline.dossier.draft import Draft
from secaudit.pipeline.dossier.offices import same_office
from secaudit.pipeline.dossier.wording import WHO, day_text
from secaudit.report.official import Value

Body = dict[str, Value]


def basis(sheet: Sheet, draft: Draft) -> tuple[str, ...]:
    """Which rules, which date, which source; and that the appraisal decides."""
    rules = draft.level_rules
    lines = [
        msg(
            "Draft made on the data of {day}; level by {act} (rule set {id}).",
            day=day_text(draft.day),
            act=rules.act,
            id=rules.id,
        ),
        msg("Source of the rules: {source}.", source=draft.rules.source),
    ]
    if not draft.rules.confirmed:
        lines.append(
            msg("NOT CONFIRMED: the text of the decree was read in one place only; compare it with the official gazette.")
        )
    lines.append(
        msg(
            "Inventory {inventory}, catalogue {catalogue}. A proposal only: whoever appraises decides.",
            inventory=draft.inventory_digest[:12], catalogue=draft.catalog_digest[:12],
        )
    )  # fmt: skip
    return tuple(sheet.say(line) for line in lines)


def gap_rows(sheet: Sheet) -> list[Value]:
    """The gaps of this paper, in their order."""
    rows: list[Value] = []
    for number, gap in enumerate(sheet.gaps, start=1):
        rows.append({"number": number, "what": sheet.say(gap.what), "who": sheet.say(WHO[gap.who])})
    return rows


def letterhead_of(inventory: Inventory, issuer: Organisation) -> Letterhead:
    """The province's letterhead is its owner's; of every other office only the name is known."""
    return inventory.province.letterhead if same_office(issuer.name, inventory.province.province.owner) else Letterhead()


def office_rows(sheet: Sheet, office: Organisation | None, asked: str) -> list[Value]:
    """The items of 22.3.a and 22.3.b as label and value."""
    whom = _WHOM[asked]
    who: Who = "operator" if asked == "operator" else "province"
    known = office or Organisation.model_construct(name="")
    represented = None
    if known.representative:
        represented = f"{known.representative}, {known.title}" if known.title else known.representative
    labels = _LABELS[asked]
    values = (
        sheet.fill(known.name, msg("name of {whom}", whom=whom), "province"),
        sheet.fill(known.functions, msg("document on functions, duties and powers of {whom}", whom=whom), who),
        sheet.fill(represented, msg("representative and position of {whom}", whom=whom), who),
        sheet.fill(known.address, msg("address of {whom}", whom=whom), who),
        sheet.fill(known.phone, msg("telephone of {whom}", whom=whom), who),
        sheet.fill(known.email, msg("e-mail of {whom}", whom=whom), who),
    )
    return [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]


_WHOM = {
    "owner": msg("the owner of the system"),
    "operator": msg("the operator of the system"),
    "designated": msg("the designated cybersecurity unit"),
}
_REST = (
    "Quy định chức năng, nhiệm vụ và quyền hạn",
    "Người đại diện, chức vụ",
    "Địa chỉ",
    "Số điện thoại",
    "Thư điện tử",
)
"""Words of the decree (22.3.a, 22.3.b): labels of an official paper are Vietnamese in every language of the program."""
_LABELS = {
    "owner": ("Tên chủ quản hệ thống thông tin", *_REST),
    "operator": ("Tên đơn vị vận hành", *_REST),
    "designated": ("Tên đơn vị chuyên trách về an ninh mạng", *_REST),
}
