"""What ``secaudit dossier make`` says: a line per system, the gaps, and what got no dossier."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from secaudit.cli.session import Session
from secaudit.messages import clean, msg, msgc
from secaudit.model.base import day_in_vietnam
from secaudit.model.decision import DecisionChain
from secaudit.model.dossier import SystemClass
from secaudit.model.system import DossierStatus
from secaudit.pipeline.dossier.blanks import Gap
from secaudit.pipeline.dossier.classes import Members
from secaudit.pipeline.dossier.making import Made, Refused
from secaudit.pipeline.dossier.wording import WHO
from secaudit.report.voice import Voice

_FEW = 3
"""Dossiers whose gaps are listed one by one; with more, those that stand in most of them."""
_MOST_GAPS = 15


def show_dossiers(
    session: Session, folder: Path, made: Sequence[Made], refused: Sequence[Refused], left_open: Sequence[str]
) -> None:
    """A table, then the gaps, then what was refused and why, then where the files lie."""
    if made:
        _table(session, made)
        if len(made) <= _FEW:
            for one in made:
                _gaps_of(session, one)
        else:
            _common_gaps(session, made)
    for problem in refused:
        _refused(session, problem)
    if left_open:
        session.say(
            msg(
                "{count} system(s) may belong to this class; answers are missing: {systems}",
                count=len(left_open), systems=", ".join(left_open),
            ),
            style="yellow",
        )  # fmt: skip
    session.say(
        msg("{made} dossier(s) in {folder}, {refused} without one", made=len(made), folder=str(folder), refused=len(refused)),
        style="bold",
    )
    if made:
        session.say(msg("Drafts: number, date and signature are blank, gaps are marked; the appraisal decides."))


def _table(session: Session, made: Sequence[Made]) -> None:
    table = Table()
    headings = (
        msg("Information system"),
        msg("Level"),
        msg("Devices"),
        msg("Observed"),
        msg("Differences"),
        msg("Last submission"),
        msg("Gaps"),
    )
    for heading in headings:
        table.add_column(session.text(heading), overflow="fold")
    for one in made:
        draft = one.draft
        table.add_row(
            Text(clean(draft.system.name, limit=80)) + Text(f"\n{draft.system.id}", style="dim"),
            _level(draft.level.proposal.levels),
            str(len(draft.devices)),
            str(sum(1 for row in draft.devices if row.unseen is None)),
            str(len(draft.differences)),
            _last(session, draft.chain),
            str(len(one.dossier.gaps)),
        )
    session.out.print(table)


def _last(session: Session, chain: DecisionChain | None) -> str:
    """The last day for handing in; an approved level needs none."""
    if chain is not None and chain.status is DossierStatus.APPROVED:
        return session.text(msgc("dossier", "approved"))
    return chain.last_submission.strftime("%d/%m/%Y") if chain is not None and chain.last_submission is not None else "?"


def _level(levels: tuple[int, ...]) -> str:
    return "/".join(map(str, levels)) if levels else "?"


def _gaps_of(session: Session, made: Made) -> None:
    title = msg("{system}: {count} gap(s) for people to fill", system=made.draft.system.id, count=len(made.dossier.gaps))
    session.out.print(Text(session.text(title), style="bold"))
    voice = Voice(session.translator)
    for gap in made.dossier.gaps:
        line = f"  - {voice.say(gap.what)} [{session.text(WHO[gap.who])}]"
        session.out.print(Text(clean(line)), soft_wrap=True)


def _common_gaps(session: Session, made: Sequence[Made]) -> None:
    voice = Voice(session.translator)
    counts = Counter(voice.say(gap.what) for one in made for gap in one.dossier.gaps)
    session.out.print(Text(session.text(msg("Most common gaps (each dossier lists its own)")), style="bold"))
    for text, count in counts.most_common(_MOST_GAPS):
        session.out.print(Text(f"  {count:>4} × {clean(text)}"), soft_wrap=True)


def _refused(session: Session, problem: Refused) -> None:
    level = f" ({session.text(msg('Level {level}', level=problem.level))})" if problem.level is not None else ""
    name = f"{problem.system}: {clean(problem.name, limit=80)}{level}"
    session.err.print(Text(name, style="bold red"), soft_wrap=True)
    session.err.print(Text(f"    {session.text(problem.why)}"), soft_wrap=True)
    if problem.where:
        session.err.print(Text(f"    {clean(problem.where)}"), soft_wrap=True)
    if problem.hint is not None:
        session.err.print(Text(f"    → {session.text(problem.hint)}"), soft_wrap=True)


def show_classes(session: Session, classes: Mapping[str, SystemClass], found: Mapping[str, Members]) -> None:
    """Each class with how many systems it holds, and those that a missing answer keeps out."""
    table = Table()
    for heading in (msg("Class"), msg("Systems"), msg("Open: answers are missing")):
        table.add_column(session.text(heading), overflow="fold")
    for name, one in classes.items():
        members = found[name]
        title = clean(one.title.pick(session.translator.language))
        table.add_row(Text(title) + Text(f"\n{name}", style="dim"), str(len(members.belong)), ", ".join(members.open) or "0")
    session.out.print(table)


def dossiers_json(
    session: Session,
    folder: Path,
    made: Sequence[Made],
    refused: Sequence[Refused],
    left_open: Sequence[str],
    moment: datetime,
) -> dict[str, Any]:
    """As docs/json.md describes it."""
    return {
        "as_of": day_in_vietnam(moment).isoformat(),
        "folder": str(folder),
        "dossiers": [_made_json(session, one) for one in made],
        "refused": [
            {"system": one.system, "name": one.name, "level": one.level, "why": session.text(one.why)} for one in refused
        ],
        "open": list(left_open),
    }


def _made_json(session: Session, one: Made) -> dict[str, Any]:
    draft, voice = one.draft, Voice(session.translator)
    chain = draft.chain
    return {
        "system": draft.system.id,
        "name": draft.system.name,
        "folder": one.folder,
        "files": sorted(one.files),
        "levels": list(draft.level.proposal.levels),
        "level_from": draft.level.proposal.source,
        "levels_by_rules": list(draft.level.proposal.by_rules),
        "rule_set": draft.level_rules.id,
        "forms_of": draft.rules.id,
        "class": draft.one_of.id if draft.one_of is not None else None,
        "devices": len(draft.devices),
        "observed": sum(1 for row in draft.devices if row.unseen is None),
        "differences": [
            {"device": item.device, "what": voice.say(item.what), "declared": item.declared, "observed": item.observed.text}
            for item in draft.differences
        ],
        "services": len(draft.services.rows),
        "zones": len(draft.zones.rows),
        "last_submission": chain.last_submission.isoformat() if chain is not None and chain.last_submission else None,
        "gaps": [_gap_json(session, voice, gap) for gap in one.dossier.gaps],
    }


def _gap_json(session: Session, voice: Voice, gap: Gap) -> dict[str, Any]:
    return {"what": voice.say(gap.what), "who": session.text(WHO[gap.who]), "papers": list(gap.papers)}
