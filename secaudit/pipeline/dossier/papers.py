"""All papers of one dossier, in the order of their names; the control sheet last, because it counts the gaps of the others."""

from collections.abc import Mapping
from dataclasses import dataclass

from secaudit.messages import Message, msg
from secaudit.model.dossier import Form
from secaudit.model.inventory import Inventory
from secaudit.model.system import DossierStatus
from secaudit.pipeline.dossier.blanks import Blanks, Gap, Sheet
from secaudit.pipeline.dossier.draft import Draft
from secaudit.pipeline.dossier.forms import form_paper
from secaudit.pipeline.dossier.frame import Body, basis, gap_rows
from secaudit.pipeline.dossier.general import devices, general, services, zones
from secaudit.pipeline.dossier.statements import level, plan
from secaudit.pipeline.dossier.wording import WHO, day_text, in_short, level_text
from secaudit.report.official import Paper, Value
from secaudit.report.voice import Voice

CONTROL = "00-phieu-kiem-soat"
GENERAL = "01-thuyet-minh-tong-quan"
LEVEL = "02-thuyet-minh-de-xuat-cap-do"
PLAN = "03-thuyet-minh-phuong-an"
DEVICES = "04-danh-muc-thiet-bi"
SERVICES = "05-danh-muc-dich-vu"
ZONES = "06-vung-mang-dia-chi"
FORM = "mau-"
"""Names of the files, without ending; those of forms go on with their number."""
TEMPLATES = {
    CONTROL: "ho-so-phieu-kiem-soat",
    GENERAL: "ho-so-tong-quan",
    LEVEL: "ho-so-cap-do",
    PLAN: "ho-so-phuong-an",
    DEVICES: "ho-so-thiet-bi",
    SERVICES: "ho-so-dich-vu",
    ZONES: "ho-so-vung-mang",
}
"""Name of the file -> its template."""
_KINDS = {
    CONTROL: "PHIẾU KIỂM SOÁT DỰ THẢO HỒ SƠ ĐỀ XUẤT CẤP ĐỘ",
    GENERAL: "THUYẾT MINH TỔNG QUAN VỀ HỆ THỐNG THÔNG TIN",
    LEVEL: "THUYẾT MINH ĐỀ XUẤT CẤP ĐỘ HỆ THỐNG THÔNG TIN",
    PLAN: "THUYẾT MINH PHƯƠNG ÁN BẢO ĐẢM AN NINH MẠNG",
    DEVICES: "DANH MỤC THIẾT BỊ",
    SERVICES: "DANH MỤC ỨNG DỤNG, DỊCH VỤ",
    ZONES: "QUY HOẠCH VÙNG MẠNG VÀ ĐỊA CHỈ IP",
}
"""Titles of official papers: Vietnamese whatever the program speaks."""


@dataclass(frozen=True)
class Dossier:
    """The papers of one system, ready to be rendered, and what they lack."""

    draft: Draft
    papers: Mapping[str, Paper]
    """Name of the file without ending -> paper, in the order of names."""
    gaps: tuple[Gap, ...]


def dossier_of(draft: Draft, inventory: Inventory, voice: Voice, forms: tuple[Form, ...]) -> Dossier:
    """Fill every paper; ``voice`` speaks the language of the papers."""
    blanks = Blanks(voice)
    bodies = {GENERAL: general, LEVEL: level, PLAN: plan, DEVICES: devices, SERVICES: services, ZONES: zones}
    papers: dict[str, Paper] = {}
    for name, build in bodies.items():
        sheet = Sheet(blanks, name)
        body = build(sheet, draft)
        papers[name] = _paper(sheet, draft, {**body, "gaps": gap_rows(sheet)})
    for form in forms:
        sheet = Sheet(blanks, f"{FORM}{form.number}")
        papers[sheet.paper] = form_paper(sheet, inventory, draft, form)
    gaps = blanks.gaps
    control = Sheet(Blanks(voice), CONTROL)
    papers[CONTROL] = _paper(control, draft, _control(control, draft, forms, papers, gaps))
    return Dossier(draft, dict(sorted(papers.items())), gaps)


def _paper(sheet: Sheet, draft: Draft, body: Body) -> Paper:
    return Paper(
        template=TEMPLATES[sheet.paper],
        agency=draft.offices.agency.name,
        kind=_KINDS[sheet.paper],
        subject=draft.system.name,
        grounds=draft.rules.grounds if sheet.paper in (LEVEL, PLAN) else (),
        basis=basis(sheet, draft),
        body={"system": draft.system.name, "day": day_text(draft.day), **body},
    )


def _control(sheet: Sheet, draft: Draft, forms: tuple[Form, ...], papers: Mapping[str, Paper], gaps: tuple[Gap, ...]) -> Body:
    """What the dossier holds, who decides, until when, and everything a person still has to add."""
    proposal, chain = draft.level.proposal, draft.chain
    contents: list[Value] = []
    titles = {f"{FORM}{form.number}": form.title.vi for form in forms}
    for name in sorted(papers):
        count = sum(1 for gap in gaps if name in gap.papers)
        contents.append({"file": f"{name}.docx", "title": titles.get(name, _KINDS.get(name, name)), "gaps": count})
    return {
        "level": level_text(sheet, proposal),
        "by_rules": ", ".join(str(one) for one in proposal.by_rules) or sheet.say(msg("none: no criterion applies")),
        "declared": proposal.source == "dossier",
        "appraiser": sheet.say(chain.appraiser) if chain is not None and chain.appraiser else _open(sheet),
        "approver": sheet.say(chain.approver) if chain is not None and chain.approver else _open(sheet),
        "clause": in_short(chain.authority_clause) if chain is not None else "",
        "last": _last(sheet, draft),
        "cautions": _cautions(sheet, draft, forms),
        "contents": contents,
        "count": len(gaps),
        "differences": len(draft.differences),
        "gaps": [
            {
                "number": number,
                "what": sheet.say(gap.what),
                "who": sheet.say(WHO[gap.who]),
                "papers": ", ".join(name.partition("-")[0] if name[:2].isdigit() else name for name in gap.papers),
            }
            for number, gap in enumerate(gaps, start=1)
        ],
    }


def _open(sheet: Sheet) -> str:
    return sheet.say(msg("not determined: it depends on the level"))


def _last(sheet: Sheet, draft: Draft) -> str:
    """The day by the days off that are confirmed, and a more careful one where others may come."""
    chain = draft.chain
    if chain is not None and chain.status is DossierStatus.APPROVED:
        return sheet.say(msg("not needed: the level is approved"))
    if chain is None or chain.last_submission is None:
        return sheet.say(msg("not determined"))
    day, careful = chain.last_submission, chain.last_submission_careful
    said = day_text(day)
    if careful is not None and careful < day:
        said = sheet.say(
            msg("{day}; {careful} with days off that are not confirmed yet", day=day_text(day), careful=day_text(careful))
        )
    if chain.submitted_on is not None:
        return sheet.say(msg("{said} (handed in on {on})", said=said, on=day_text(chain.submitted_on)))
    if day < draft.day:
        said = sheet.say(msg("{said} (already past)", said=said))
    return said


def _cautions(sheet: Sheet, draft: Draft, forms: tuple[Form, ...]) -> list[Value]:
    """What somebody must look at before the papers leave the house."""
    found: list[str] = []
    proposal = draft.level.proposal
    if proposal.source == "dossier" and proposal.comparison in ("declared_lower", "declared_higher"):
        found.append(
            sheet.say(
                msg(
                    "The dossier is declared to propose level {declared}; by the rules level {rules} is possible. Clarify first.",
                    declared=proposal.level, rules=", ".join(str(one) for one in proposal.by_rules),
                )
            )
        )  # fmt: skip
    if draft.chain is not None:
        found += [_caution(sheet, one.text, one.clause) for one in draft.chain.cautions]
    if draft.differences:
        found.append(
            sheet.say(msg("{count} difference(s) between what is declared and what was observed.", count=len(draft.differences)))
        )
    if any(row.name.observed is not None and row.name.observed.lab for row in draft.devices):
        found.append(sheet.say(msg("Machines were replayed in a lab: simulated data, for practice only.")))
    for form in forms:
        note = form.note_at(proposal.levels)
        if note is not None:
            found.append(sheet.say(msg("Form {number}: {note}", number=form.number, note=note)))
    return list(found)


def _caution(sheet: Sheet, text: Message, clause: str) -> str:
    said = sheet.say(text)
    return f"{said} ({in_short(clause)})" if clause else said
