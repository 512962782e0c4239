"""``secaudit classify --compare``: what changes under the decree in force, and why."""

from datetime import date
from typing import Any

from rich.table import Table
from rich.text import Text

from secaudit.cli.level_words import level_text
from secaudit.cli.output import print_json
from secaudit.cli.session import Session
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.level import Classification, LevelRuleSet
from secaudit.pipeline.level_changes import LevelChange, RuleSetComparison
from secaudit.pipeline.province import Province
from secaudit.pipeline.publish.systems import COMPARISONS

CHANGES = {
    "same": msgc("level change", "the same"),
    "raised": msgc("level change", "higher"),
    "lowered": msgc("level change", "lower"),
    "open": msgc("level change", "not decided yet"),
    "undetermined": msgc("level change", "no clause fits"),
}
_SECRET = msg("state secret: not compared")


def print_comparison(
    session: Session, province: Province, found: RuleSetComparison, shown: list[LevelChange], day: date, *, whole: bool
) -> None:
    """Both levels side by side, then the clauses behind each that differs; ``whole`` also behind those that do not."""
    former, present = found.former.rules, found.present.rules
    title = msg("Levels under {former} and {present}, as of {day}",
                former=former.act, present=present.act, day=day.strftime("%d/%m/%Y"))  # fmt: skip
    table = Table(title=session.text(title))
    for heading in (msg("Information system"), literal(former.act), literal(present.act), msg("Change"), msg("Dossier")):
        table.add_column(session.text(heading), overflow="fold")
    for one in shown:
        table.add_row(
            Text(clean(province.inventory.systems[one.system].name)) + Text(f"\n{one.system}", style="dim"),
            _cell(one.former),
            _cell(one.present),
            session.text(_SECRET if _secret(province, one) else CHANGES[one.change]),
            session.text(_dossier(one)),
        )
    session.out.print(table)
    for one in shown:
        differs = level_text(one.former) != level_text(one.present)
        if (whole or differs) and not _secret(province, one):
            _print_reasons(session, province, found, one)
    counts = found.counts
    session.say(
        msg(
            "{same} the same, {raised} higher, {lowered} lower, {open} not decided yet, {undetermined} without a clause; "
            "{kept} keep their level",
            **counts,
        )
    )
    if present.keeps_approved_before is not None:
        kept = msg(
            "Levels approved before {day} are kept and reviewed when the system changes (Luật 116/2025/QH15, article 45.1).",
            day=present.keeps_approved_before.strftime("%d/%m/%Y"),
        )
        session.out.print(Text(session.text(kept)), soft_wrap=True)
    for rules in (former, present):
        source = msg("{rules}: {source}", rules=literal(rules.id), source=literal(rules.source))
        session.out.print(Text(clean(session.text(source)), style="dim"), soft_wrap=True)
    decides = msg("A proposal by {rules}; the appraisal decides.", rules=literal(f"{former.id}, {present.id}"))
    session.out.print(Text(session.text(decides)), soft_wrap=True)


def _cell(item: Classification) -> str:
    clauses = ", ".join(
        f"{match.clause}{'' if match.matches else '?'}" for match in item.matches if match.level >= (item.lowest or 0)
    )
    return f"{level_text(item)}\n{clauses}" if clauses else level_text(item)


def _dossier(one: LevelChange) -> Message:
    declared = one.present.declared
    if declared is None:
        return COMPARISONS["not_declared"]
    return msg("{level}: {comparison}", level=declared, comparison=COMPARISONS[one.comparison])


def _secret(province: Province, one: LevelChange) -> bool:
    return province.inventory.systems[one.system].state_secret


def _print_reasons(session: Session, province: Province, found: RuleSetComparison, one: LevelChange) -> None:
    name = clean(province.inventory.systems[one.system].name)
    head = f"{name} ({one.system}): {level_text(one.former)} → {level_text(one.present)}"
    session.out.print(Text(head, style="bold"), soft_wrap=True)
    for rules, item, matches in zip(
        (found.former.rules, found.present.rules), (one.former, one.present), one.because, strict=True
    ):
        titles = {clause.id: clause.title.pick(session.translator.language) for clause in rules.clauses}
        for match in matches:
            sign = "✓" if match.matches else "?"
            level = session.text(msg("level {level}", level=match.level))
            line = f"    {rules.id} {sign} {match.clause}, {level}: {titles.get(match.clause, '')}"
            if match.missing:
                line += session.text(msg(" (depends on: {inputs})", inputs=", ".join(match.missing)))
            session.out.print(Text(clean(line)), soft_wrap=True)
        if not matches:
            session.out.print(Text(f"    {rules.id}: {session.text(CHANGES['undetermined'])}"), soft_wrap=True)
        if item.inherited_from:
            label = rules.inheritance.pick(session.translator.language)
            parts = ", ".join(item.inherited_from)
            session.out.print(Text(clean(f"    {rules.id}: {label}: {parts}")), soft_wrap=True)


def print_comparison_json(province: Province, found: RuleSetComparison, shown: list[LevelChange], day: date) -> None:
    """The same as docs/json.md describes it."""
    print_json(
        "level-comparison",
        {
            "as_of": day.isoformat(),
            "former": _rules_json(found.former.rules),
            "present": _rules_json(found.present.rules),
            "counts": found.counts,
            "systems": [
                {
                    "system": one.system,
                    "name": province.inventory.systems[one.system].name,
                    "owner": province.inventory.owner_of_system.get(one.system),
                    "change": None if _secret(province, one) else one.change,
                    "former": _item_json(one.former),
                    "present": _item_json(one.present),
                    "declared": one.present.declared,
                    "comparison": one.comparison,
                }
                for one in shown
            ],
        },
    )


def _rules_json(rules: LevelRuleSet) -> dict[str, Any]:
    return {
        "rule_set": rules.id,
        "act": rules.act,
        "valid_from": rules.valid_from.isoformat(),
        "valid_until": rules.valid_until.isoformat() if rules.valid_until else None,
        "source": rules.source,
    }


def _item_json(item: Classification) -> dict[str, Any]:
    return {
        "level": item.level,
        "lowest": item.lowest,
        "highest": item.highest,
        "possible": list(item.possible),
        "clauses": [
            {"clause": m.clause, "level": m.level, "matches": m.matches, "missing": list(m.missing), "readings": list(m.readings)}
            for m in item.matches
        ],
        "inherited_from": list(item.inherited_from),
    }
