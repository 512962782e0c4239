"""The evidence plan of a period as a sheet for people and as rows for spreadsheets."""

from collections.abc import Iterator, Mapping, Sequence

from secaudit.messages import Message, literal, msg, msgc
from secaudit.model.inventory import Agency
from secaudit.pipeline.preview_sheet import examples
from secaudit.pipeline.soc import contact_of
from secaudit.pipeline.ways_plan import CONSOLES, Lever, Line, Open, RecheckAdvice, Step, Via, WaysPlan
from secaudit.report.grade_words import grade_counts
from secaudit.report.sheet import Block, Grid, Heading, Items, Paragraph, Sheet, Verbatim
from secaudit.report.texts import Wording
from secaudit.report.words import word

SHOWN = 12
"""Agencies of a step on the sheet; a file for spreadsheets has all."""
_NAMED = 8

LEVERS: Mapping[Lever, Message] = {
    Lever.CONSOLE: msgc("lever", "Export of the antivirus console"),
    Lever.COURIER: msgc("lever", "Collector handed out"),
    Lever.SSH: msgc("lever", "Scan over SSH"),
    Lever.CONFIRM: msgc("lever", "New machines that their agency has to confirm"),
}
_WHY: Mapping[Lever, Message] = {
    Lever.CONSOLE: msg(
        "One file speaks for all machines that the console manages. Ask whoever runs it for an export with host name, serial "
        "number or UUID, last contact, product, real-time protection and date of the signatures; import it once, for all."
    ),
    Lever.COURIER: msg("The holder of the machine starts it with two clicks and sends one file back; nothing is installed."),
    Lever.SSH: msg("An address is declared. Look first at what would be sent: add --preview."),
    Lever.CONFIRM: msg(
        "Evidence of these machines is there already and counts as soon as the agency takes them into its list under the "
        "proposed id."
    ),
}
VIAS: Mapping[Via, Message] = {
    Via.DOCUMENT: msgc("via", "by the document system, e-mail or Zalo"),
    Via.GPO: msgc("via", "by a start-up script of the domain's group policy"),
    Via.AV_CONSOLE: msgc("via", "as a package of the antivirus console, which knows these machines"),
    Via.MANUAL: msgc("via", "by an administrator at the machine"),
}
_OPEN: Mapping[Open, Message] = {
    Open.HELD: msg(
        "{count} machines whose evidence does not count until it is clear which machine answered: secaudit trust list"
    ),
    Open.UNDECIDED: msg("{count} machines whose evidence came by every way that fits and does not decide: look at them on site"),
    Open.NO_WAY: msg("{count} machines that none of these ways fits: ask the agency what they are"),
    Open.BEYOND: msg(
        "{count} machines more than the lists declare, by asset register or network: the agency adds them to its list, or the "
        "collector names them"
    ),
}


def ways_sheet(plan: WaysPlan, *, detail: bool) -> Sheet:
    """Where the target stands, what to do in which order, and what would still be missing."""
    blocks: list[Block] = [*_today(plan)]
    for number, step in enumerate(plan.steps, start=1):
        blocks += _step(number, step, detail=detail)
    blocks += [*_left(plan, detail=detail), *_recheck(plan.recheck), *_afterwards(plan)]
    return Sheet(msg("Evidence plan: {target}", target=plan.target.short), tuple(blocks))


def _today(plan: WaysPlan) -> list[Block]:
    tally, measurement = plan.tally, plan.measurement
    items: list[Wording] = [
        msg(
            "{plan}, target {number}: {sign} {share}; as of {moment} (Vietnamese time)",
            plan=plan.plan.name,
            number=plan.number,
            sign="≥" if measurement.sign == ">=" else measurement.sign,
            share=measurement.share,
            moment=plan.as_of,
        ),
        msg("with evidence {proven} of {total}", proven=tally.proven, total=tally.total),
    ]
    if measurement.proven_by:
        items[-1] = msg(
            "with evidence {proven} of {total}: {grades}",
            proven=tally.proven,
            total=tally.total,
            grades=grade_counts(measurement.proven_by),
        )
    items += [
        msg("proven not to meet it {disproven}, not yet known {unknown}", disproven=tally.disproven, unknown=tally.unknown),
        msg("{count} more with evidence would reach the target", count=measurement.needed)
        if measurement.needed
        else msg("what has evidence is enough for the target"),
    ]
    return [Heading(msg("Today")), Items(tuple(items))]


def step_title(step: Step) -> Message:
    """The way, and which console or how the collector travels."""
    name = LEVERS[step.lever]
    if step.source is not None:
        return msg("{way}: {which}", way=name, which=word(step.source))
    return msg("{way}, {which}", way=name, which=VIAS[step.via]) if step.via is not None else name


def _step(number: int, step: Step, *, detail: bool) -> list[Block]:
    shown = step.lines if detail else step.lines[:SHOWN]
    heading = msg("{number}. {way}: 0 to {gain} machines", number=number, way=step_title(step), gain=step.gain)
    head = (msg("Agency"), msg("At most"), msg("With evidence"), msg("In all"), msg("Contact"))
    rows: list[tuple[Wording | int, ...]] = [
        (
            literal(f"{line.agency.name} ({line.agency.id})"),
            line.gain,
            line.share.tally.proven,
            line.share.tally.total,
            literal(contact_of(line.agency) or "–"),
        )
        for line in shown
    ]
    blocks: list[Block] = [Heading(heading), Paragraph(_WHY[step.lever]), Grid(head, tuple(rows))]
    if len(shown) < len(step.lines):
        rest = step.lines[len(shown) :]
        blocks.append(
            Paragraph(
                msg(
                    "and {agencies} more agencies with at most {gain} machines: --detail, or --out FILE.csv",
                    agencies=len(rest),
                    gain=sum(line.gain for line in rest),
                )
            )
        )
    notes = tuple(_notes(step))
    if notes:
        blocks.append(Items(notes))
    return [*blocks, *(Verbatim(command) for command in _commands(step, shown))]


def _commands(step: Step, shown: Sequence[Line]) -> list[str]:
    """Each once; a scan takes several agencies in one."""
    if step.lever is Lever.SSH:
        return [" ".join(["secaudit scan", *(f"--agency {line.agency.id}" for line in shown)])]
    return list(dict.fromkeys(step.command(line) for line in shown))


def _notes(step: Step) -> Iterator[Wording]:
    if step.lever is Lever.CONSOLE and step.source is None:
        yield msg(
            "No evidence names the console of these agencies: ask them which one they manage centrally. SOURCE is {sources}.",
            sources=", ".join(source.value for source in CONSOLES),
        )
    if tried := sum(line.tried for line in step.lines):
        yield msg("{count} of them did not answer over SSH the last time", count=tried)
    if stale := sum(line.stale for line in step.lines):
        yield msg("{count} of them have evidence that is too old by now", count=stale)


def _left(plan: WaysPlan, *, detail: bool) -> list[Block]:
    items: list[Wording] = []
    most = 10**6 if detail else _NAMED
    for rest in plan.rest:
        words = Message(_OPEN[rest.kind].text, {"count": rest.count})
        names = [f"{agency.name} ({count})" for agency, count in rest.agencies]
        items.append(msg("{what}: {names}", what=words, names=examples(names, most)) if names else words)
    if plan.isolated:
        items.append(
            msg(
                "{count} isolated machines are counted apart; no collector is handed out for them: {names}",
                count=sum(count for _, count in plan.isolated),
                names=examples([f"{agency.name} ({count})" for agency, count in plan.isolated], most),
            )
        )
    if plan.silent:
        items.append(
            msg(
                "{count} agencies have sent nothing, without them the target is never met: {names}. They may begin with the "
                "collector and type later.",
                count=len(plan.silent),
                names=examples([f"{agency.name} ({agency.id})" for agency in plan.silent], most),
            )
        )
    return [Heading(msg("What none of these ways settles")), Items(tuple(items))] if items else []


def _recheck(advice: RecheckAdvice) -> list[Block]:
    blocks: list[Block] = [Heading(msg("Then: see a random part of grades B and C again"))]
    if not advice.population:
        text = msg(
            "Today no machine that rests on grade B or C can be reached over SSH ({count} cannot): there is nothing to re-check.",
            count=advice.out_of_reach,
        )
        return [*blocks, Paragraph(text)]
    text = msg(
        "{population} machines rest on grade B or C and have an address; of {size} drawn at random, if none differs, at most "
        "{most} of all may (95 %). {count} more cannot be reached over SSH: no sample speaks of them.",
        population=advice.population,
        size=advice.size,
        most=advice.most,
        count=advice.out_of_reach,
    )
    return [*blocks, Paragraph(text), Verbatim(f"secaudit scan --recheck {advice.size}")]


def _afterwards(plan: WaysPlan) -> list[Block]:
    tally = plan.tally
    most = tally.proven + plan.gain
    items: list[Wording] = [
        msg("with evidence afterwards: {least} to {most} of {total}", least=tally.proven, most=most, total=tally.total),
        msg("not yet known even then: {count}", count=tally.unknown - plan.gain),
    ]
    if plan.short:
        items.append(msg("that is not enough: {count} are missing to the target even then", count=plan.short))
    elif plan.measurement.needed:
        items.append(
            msg(
                "enough for the target if at least {needed} of {gain} turn out well",
                needed=plan.measurement.needed,
                gain=plan.gain,
            )
        )
    if plan.short and tally.disproven:
        items.append(
            msg("{count} machines are proven not to meet it: they must be put in order, not looked at", count=tally.disproven)
        )
    items.append(
        msg(
            "These are limits, no forecast: what a way shows, only its evidence tells. Machines without protection count against."
        )
    )
    return [Heading(msg("When all of this is done")), Items(tuple(items))]


COLUMNS = (
    "order", "way", "console", "via", "agency", "agency_name", "contact", "gain_least", "gain_most", "proven", "disproven",
    "unknown", "total", "did_not_answer", "evidence_too_old", "command",
)  # fmt: skip


def ways_rows(plan: WaysPlan) -> list[dict[str, object]]:
    """A row for each way and agency, in the order of the plan."""
    return [step_row(number, step, line) for number, step in enumerate(plan.steps, start=1) for line in step.lines]


def step_row(number: int, step: Step, line: Line) -> dict[str, object]:
    """One way for one agency."""
    tally = line.share.tally
    return {
        "order": number,
        "way": step.lever.value,
        "console": step.source.value if step.source is not None else None,
        "via": step.via.value if step.via is not None else None,
        "agency": line.agency.id,
        "agency_name": line.agency.name,
        "contact": contact_of(line.agency) or None,
        "gain_least": 0,
        "gain_most": line.gain,
        "proven": tally.proven,
        "disproven": tally.disproven,
        "unknown": tally.unknown,
        "total": tally.total,
        "did_not_answer": line.tried,
        "evidence_too_old": line.stale,
        "command": step.command(line),
    }


def agencies_json(parts: Sequence[tuple[Agency, int]]) -> list[dict[str, object]]:
    """Agencies with their part."""
    return [{"agency": agency.id, "name": agency.name, "count": count} for agency, count in parts]
