"""A worklist as a sheet a team lead can print, and as rows for spreadsheets."""

from collections.abc import Callable, Iterator, Mapping

from secaudit.messages import Message, literal, msg
from secaudit.model.base import Texts
from secaudit.model.check import Check
from secaudit.model.inventory import Agency, Tier
from secaudit.model.measurement import Tally
from secaudit.pipeline.parameters import title_of
from secaudit.pipeline.preview_sheet import examples
from secaudit.pipeline.publish.targets import figure_of
from secaudit.pipeline.soc import contact_of
from secaudit.pipeline.ways_plan import CONSOLES, Lever
from secaudit.pipeline.ways_sheet import step_title
from secaudit.pipeline.worklist import Brought, Desk, Stop, Task, Worklist
from secaudit.report.format import Format
from secaudit.report.sheet import Block, Grid, Heading, Items, Paragraph, Sheet, Verbatim
from secaudit.report.texts import Wording
from secaudit.report.words import word

SHOWN = 12
"""Agencies of what needs no journey; a file for spreadsheets has all."""
_NAMED = 12

_DO: Mapping[str, Message] = {
    "protection.installed": msg("install protection software"),
    "protection.active": msg("switch on real-time protection and updates"),
    "protection.managed": msg("connect it to central management"),
}


def worklist_sheet(made: Worklist, show: Format) -> Sheet:
    """What needs no journey first, then the journeys, then what they bring."""
    parts = (_silent(made), _desks(made), _papers(made), _stops(made), _how(made), _brought(made, show), _model(made))
    blocks: list[Block] = [block for part in parts for block in part]
    title = (
        msg("Worklist: {count} visits", count=made.visits)
        if made.visits is not None
        else msg("Worklist: {count} hours", count=(made.minutes or 0) // 60)
    )
    return Sheet(title, tuple(blocks))


def _silent(made: Worklist) -> Iterator[Block]:
    if made.silent:
        yield Heading(msg("First call those who have sent nothing"))
        names = [_called(agency) for agency in made.silent]
        said = msg("Without their inventory no target is met, whatever else is done: {names}", names=examples(names, _NAMED))
        yield Paragraph(said)


def _called(agency: Agency) -> str:
    contact = contact_of(agency)
    return f"{agency.name} ({contact})" if contact else agency.name


def _desks(made: Worklist) -> Iterator[Block]:
    if made.desks or made.papers:
        yield Heading(msg("Without a journey"))
    for desk in made.desks:
        title = msg("Target {number}. {way}: settles at most {count} machines", number=desk.target, way=step_title(desk.step),
                    count=desk.gain)  # fmt: skip
        yield Heading(title, level=2)
        rows = tuple(
            (literal(line.agency.name), line.gain, literal(contact_of(line.agency) or "–")) for line in desk.lines[:SHOWN]
        )
        yield Grid((msg("Agency"), msg("At most"), msg("Contact")), rows)
        rest = desk.lines[SHOWN:]
        if rest:
            yield Paragraph(
                msg("and {agencies} more agencies with at most {gain} machines: --out FILE.csv has all of them",
                    agencies=len(rest), gain=sum(line.gain for line in rest))
            )  # fmt: skip
        if desk.step.lever is Lever.CONSOLE and desk.step.source is None:
            yield Paragraph(msg("SOURCE is the console they use: {sources}", sources=", ".join(one.value for one in CONSOLES)))
        for command in _commands(desk):
            yield Verbatim(command)


def _commands(desk: Desk) -> list[str]:
    """Each once; a scan takes several agencies in one."""
    shown = desk.lines[:SHOWN]
    if desk.step.lever is Lever.SSH:
        return [" ".join(["secaudit scan", *(f"--agency {line.agency.id}" for line in shown)])]
    commands = list(dict.fromkeys(desk.step.command(line) for line in shown))
    return commands[:3]


def _papers(made: Worklist) -> Iterator[Block]:
    if made.papers:
        yield Heading(msg("Papers and answers"), level=2)
        yield Items(
            tuple(
                msg("target {number}: {action} (settles at most {count})", number=paper.target, action=paper.action,
                    count=paper.gain)
                for paper in made.papers
            )
        )  # fmt: skip


def _stops(made: Worklist) -> Iterator[Block]:
    yield Heading(msg("Journeys"))
    if not made.stops:
        if made.elsewhere:
            yield Paragraph(msg("No journey fits into the time: {count} machines wait for one.", count=made.elsewhere))
        else:
            yield Paragraph(msg("Nothing waits for a journey."))
    for number, stop in enumerate(made.stops, start=1):
        name = literal(stop.agency.name)
        yield Heading(msg("{number}. {agency}: {what}", number=number, agency=name, what=_sum(stop)), level=2)
        contact = literal(contact_of(stop.agency) or "–")
        yield Paragraph(msg("Contact: {contact}. About {minutes} minutes.", contact=contact, minutes=stop.minutes))
        yield Grid((msg("Machine"), msg("Place"), msg("What to do")), tuple(_rows(made, stop)))
        notes: list[Wording] = []
        if stop.left:
            notes.append(msg("{count} more machines there: the time does not allow them", count=stop.left))
        if stop.by_mail:
            notes.append(
                msg("{count} machines there need no journey (above): start the collector on them too when you are there",
                    count=stop.by_mail)
            )  # fmt: skip
        if notes:
            yield Items(tuple(notes))
    if made.stops and made.elsewhere:
        yield Paragraph(msg("Elsewhere {count} machines wait for a journey.", count=made.elsewhere))


def _sum(stop: Stop) -> Message:
    looks = sum(1 for task in stop.tasks if task.looks)
    repairs = sum(1 for task in stop.tasks if task.repairs)
    if not repairs:
        return msg("look at {looks} machines", looks=looks)
    if not looks:
        return msg("put {repairs} machines in order", repairs=repairs)
    return msg("look at {looks} machines, put {repairs} in order", looks=looks, repairs=repairs)


def _rows(made: Worklist, stop: Stop) -> Iterator[tuple[Wording, ...]]:
    """Each machine; those that no list has in one line."""
    for task in stop.tasks:
        if task.endpoint is not None:
            yield literal(task.endpoint.id), literal(task.endpoint.place or "–"), task_words(made, task)
    unlisted = sum(task.endpoint is None for task in stop.tasks)
    if unlisted:
        yield "–", "–", unlisted_words(unlisted)


def unlisted_words(count: int) -> Message:
    """What to do about machines that only register or network show."""
    return msg(
        "find {count} machines that no list has, declare them and start the collector; or correct the register", count=count
    )


def task_words(made: Worklist, task: Task) -> Message:
    """What to do at one machine."""
    parts: list[Message] = []
    if task.endpoint is None:
        parts.append(unlisted_words(1))
    elif task.looks and task.why is not None:
        parts.append(msg("start the collector ({why})", why=task.why))
    if task.repairs:
        parts += [_fix(made, check) for check in task.checks] or [msg("put it in order as its page says")]
        parts.append(msg("then gather again"))
    return parts[0] if len(parts) == 1 else Message("{parts}", {"parts": tuple(parts)})


def _fix(made: Worklist, check: str) -> Message:
    if check in _DO:
        return _DO[check]
    found: Check | None = made.measured.province.catalog.checks.get(check)
    title: Texts | Message | str = check if found is None else title_of(made.measured.province.catalog, found)
    return msg("put in order: {what}", what=title)


def _how(made: Worklist) -> Iterator[Block]:
    """How to put in order what fails, once for all machines."""
    names = dict.fromkeys(check for stop in made.stops for task in stop.tasks for check in task.checks)
    checks = [found for name in names if (found := made.measured.province.catalog.checks.get(name)) is not None]
    if checks:
        yield Heading(msg("How to put it in order"))
    for check in checks:
        yield Heading(title_of(made.measured.province.catalog, check), level=2)
        texts = (("Windows", check.fix.windows), ("Linux", check.fix.linux))
        yield Items(tuple(msg("{system}: {how}", system=system, how=how) for system, how in texts if how is not None))


def _brought(made: Worklist, show: Format) -> Iterator[Block]:
    lines = [line for one in made.brought if one.looked or one.repaired for line in _lines(made, one, show)]
    if lines:
        yield Heading(msg("What the journeys bring"))
        yield Items(tuple(lines))
        yield Paragraph(
            msg(
                "These are limits, no forecast: looking settles a machine, well or badly; one that is put in order counts once "
                "new evidence shows it."
            )
        )


def _lines(made: Worklist, one: Brought, show: Format) -> Iterator[Message]:
    short = made.measured.plan.targets[one.target - 1].short
    share = made.measured.measurements[one.target - 1].share

    def interval(tally: Tally) -> str:
        return show.interval(figure_of(tally), share)

    yield msg("target {number} ({short}): {looked} machines looked at, {repaired} put in order", number=one.target, short=short,
              looked=one.looked, repaired=one.repaired)  # fmt: skip
    if one.looked:
        yield msg("target {number}: from {before} to {best} when all turns out well, to {worst} when nothing does",
                  number=one.target, before=interval(one.tally), best=interval(one.best), worst=interval(one.worst))  # fmt: skip
    else:
        yield msg("target {number}: from {before} to {best}", number=one.target, before=interval(one.tally),
                  best=interval(one.best))  # fmt: skip


def _model(made: Worklist) -> Iterator[Block]:
    yield Heading(msg("How it was chosen"))
    costs = made.costs
    journeys = tuple(msg("{tier} {minutes}", tier=word(tier), minutes=costs.journeys[tier]) for tier in Tier)
    items: list[Wording] = [
        msg("the agencies where most machines can be settled or put in order come first; everything that waits there is done")
        if made.minutes is None
        else msg("what brings most for each minute of journey and work comes first, until nothing fits into the time any more"),
        msg("minutes there and back: {journeys} (--journey TIER=MINUTES)", journeys=Message("{all}", {"all": journeys})),
        msg("minutes for each machine: looking {look} (--look), putting in order {repair} (--repair)", look=costs.look,
            repair=costs.repair),
        msg("a machine stands in one line only; isolated machines are in none"),
    ]  # fmt: skip
    yield Items(tuple(items))


COLUMNS = (
    "part", "order", "agency", "agency_name", "contact", "phone", "machine", "place", "what", "looks_at_targets",
    "repairs_for_targets", "gain_least", "gain_most", "minutes", "command",
)  # fmt: skip


def worklist_rows(made: Worklist, say: Callable[[Wording], str]) -> Iterator[dict[str, object]]:
    """A row for each agency of what needs no journey and for each machine of a journey."""
    for number, desk in enumerate(made.desks, start=1):
        for line in desk.lines:
            yield {
                "part": "desk", "order": number, **agency_row(line.agency), "what": say(step_title(desk.step)),
                "looks_at_targets": str(desk.target), "gain_least": 0, "gain_most": line.gain, "command": desk.step.command(line),
            }  # fmt: skip
    for paper in made.papers:
        yield {
            "part": "paper", "what": say(paper.action), "looks_at_targets": str(paper.target), "gain_least": 0,
            "gain_most": paper.gain,
        }  # fmt: skip
    for number, stop in enumerate(made.stops, start=1):
        for task in stop.tasks:
            yield {"part": "visit", "order": number, **agency_row(stop.agency), **task_row(made, task, say)}


def agency_row(agency: Agency) -> dict[str, object]:
    """Which agency, and whom to call."""
    contact = agency.contact
    return {
        "agency": agency.id,
        "agency_name": agency.name,
        "contact": contact.name if contact is not None else None,
        "phone": contact.phone if contact is not None else None,
    }


def task_row(made: Worklist, task: Task, say: Callable[[Wording], str]) -> dict[str, object]:
    """One machine of a journey."""
    return {
        "machine": task.endpoint.id if task.endpoint is not None else None,
        "place": task.endpoint.place if task.endpoint is not None else None,
        "what": say(task_words(made, task)),
        "looks_at_targets": " ".join(map(str, sorted(task.looks))),
        "repairs_for_targets": " ".join(map(str, sorted(task.repairs))),
        "gain_least": int(bool(task.repairs)),
        "gain_most": 1,
        "minutes": made.costs.minutes(looking=bool(task.looks), repairing=bool(task.repairs)),
    }
