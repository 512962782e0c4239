"""The first screen as a Word document of one page of A4, from a template that an officer can edit."""

from pathlib import Path

from secaudit.messages import msg
from secaudit.pipeline.outputs import Job
from secaudit.report.bar_chart import bar_chart
from secaudit.report.charts import Chart, png
from secaudit.report.document import Order, ReportDocument, SubTargetRow, TargetRow, Tile
from secaudit.report.environment import template_folders
from secaudit.report.first_screen import conclusions, courses, notes_of, outlooks, short_digest
from secaudit.report.format import NO_BREAK, clause_text
from secaudit.report.grade_words import grade_counts
from secaudit.report.official import Paper, Picture, Value
from secaudit.report.sanitise import sanitised
from secaudit.report.tile_chart import tile_chart
from secaudit.report.voice import Voice
from secaudit.report.word import ENDING, render_word
from secaudit.report.words import decision_word, word

TEMPLATE = "mot-trang"
_MOST_TARGETS = 6
"""A plan with more leaves no room for pictures beside its bars."""
_BAR, _SUB, _COURSE, _TILES = 69.0, 25.0, 31.0, 96.0
"""Millimetres."""
_WITH_TILES, _WITH_COURSES = 33, 37
"""Lines of all that may be long together, beside which tiles and courses find room: pictures give way, words do not."""
_SHORT_VERDICT, _HEADLINE, _SIDE = 57, 92, 46
"""Characters that stay on one line: a verdict with its need, the lines under the title, a row of the narrow column."""
_ORDER = 291
"""Characters of an order without its day, that is three lines: one that has as many at most is never cut."""
_GAIN = 32
_ORDERS, _HEAVY, _DATES, _COURSES = 3, 10, 3, 5
_PARTS = {
    "internal": msg("FOR INTERNAL USE"),
    "conclusion": msg("Conclusion"),
    "targets": msg("targets"),
    "course": msg("Twelve months"),
    "heaviest": msg("Agencies that weigh most"),
    "improved": msg("Agencies that improved most"),
    "tiles": msg("Every agency at a glance"),
    "dates": msg("Next dates of the law"),
    "bars": msg("dark: with evidence; hatched: possible; dotted: merely declared; white: proven not to meet it; line: target"),
    "columns": msg("a column for each target: dark met, hatched open, cross to be put in order; dashed: nothing sent"),
}  # fmt: skip


def render(job: Job) -> bytes:
    """The document; equal figures give equal bytes."""
    return render_word(one_page(sanitised(job.overview), Voice(job.translator)), _templates(job.templates))


def _templates(own: Path) -> Path:
    """The Word templates of the folder that was named where this one is among them, else ours."""
    folders = [folder / "word" for folder in template_folders(own)]
    return next((folder for folder in folders if (folder / f"{TEMPLATE}{ENDING}").is_file()), folders[-1])


def one_page(document: ReportDocument, voice: Voice) -> Paper:
    """The paper of ``document``, which passed the sanitiser; names are cut where one page has no room for them."""
    header = document.header
    closed, sent, plan = _closed(document, voice)
    lines = _lines(document, voice)
    lab = msg("Contains lab data: {count} machines are simulated. Do not use these figures.", count=header.lab)
    return Paper(
        template=TEMPLATE,
        agency=_cut(header.owner, 50),
        subject=_cut(voice.say(msg("State of cybersecurity of {province}", province=header.province)), 95),
        basis=_basis(document, voice),
        body={
            "closed": closed,
            "sent": sent,
            "plan": plan,
            "lab": voice.say(lab) if header.lab else "",
            "part": {name: voice.say(text) for name, text in _PARTS.items()},
            "conclusion": _conclusion(document, voice),
            "before": _before(document, voice),
            "targets": [_target(row, voice) for row in document.targets],
            "orders_title": voice.say(msg("You are asked to order {count} things", count=len(document.orders[:_ORDERS]))),
            "orders": [_order(order, voice) for order in document.orders[:_ORDERS]],
            "courses": [
                {"name": _cut(f"{row.number}. {voice.say(row.short)}", 26), "picture": _picture(made, _COURSE, 2.0)}
                for row, made in courses(document, voice)[:_COURSES]
                if lines <= _WITH_COURSES
            ],
            "outlook": _outlook(document, voice),
            "heaviest": _heaviest(document, voice),
            "improved": _improved(document, voice),
            "dates": _dates(document, voice),
            "tiles": _tiles(document, voice) if lines <= _WITH_TILES else None,
            "tally": " · ".join(_tally(document, voice)),
        },
    )


def _closed(document: ReportDocument, voice: Voice) -> tuple[str, str, str]:
    """The day of the figures, who has sent nothing, and the plan."""
    header, day = document.header, voice.format.day
    sent = (
        msg("{silent}/{agencies} agencies have not sent their data", silent=header.silent, agencies=header.agencies)
        if header.silent
        else msg("all {agencies} agencies have sent their data", agencies=header.agencies)
    )
    measured = voice.say(msg("measured against {plan}", plan=header.plan))
    title = f"{header.plan}: {header.plan_title}" if header.plan_title else measured
    plan = _cut(title, 55) + (f" ({day(header.plan_issued_on)})" if header.plan_issued_on else "")
    return voice.say(msg("Figures closed on {day}", day=day(header.as_of))), voice.say(sent), plan


def _conclusion(document: ReportDocument, voice: Voice) -> list[Value]:
    total = voice.format.number(document.conclusion.total)
    return [
        {"share": f"{voice.format.number(count)}/{total}", "word": voice.say(words)} for _, count, words in conclusions(document)
    ]


def _before(document: ReportDocument, voice: Voice) -> str:
    then = document.conclusion.previous
    if then is None:
        return ""
    met, missed, undecided = then
    words = msg(
        "on {day}: {met} · {missed} · {undecided}",
        day=document.conclusion.previous_day, met=met, missed=missed, undecided=undecided,
    )  # fmt: skip
    return voice.say(words)


def _verdict(row: TargetRow, voice: Voice) -> tuple[str, str]:
    needed = _cut(voice.say(row.needed), 40) if row.needed is not None else ""
    return voice.say(decision_word(row.decision, overdue=row.overdue)), needed


def _target(row: TargetRow, voice: Voice) -> Value:
    form = voice.format
    decision, needed = _verdict(row, voice)
    grades = ""
    if row.figure.grades:
        found = grade_counts([(part.grade, part.count) for part in row.figure.grades])
        grades = voice.say(msg("with evidence: {grades}", grades=found))
    return {
        "number": str(row.number),
        "name": _cut(voice.say(row.short), 50),
        "aim": form.aim(row.sign, row.share, gap=NO_BREAK),
        "decision": decision,
        "needed": needed,
        "interval": form.interval(row.figure, row.share),
        "counts": form.counts(row.figure),
        "grades": grades,
        "bar": _picture(bar_chart(row, voice), _BAR, 1.0),
        "under": [_sub(row, sub, voice) for sub in row.under if not sub.aside],
    }


def _sub(row: TargetRow, sub: SubTargetRow, voice: Voice) -> Value:
    return {
        "name": _cut(voice.say(sub.short), 60),
        "interval": voice.format.interval(sub.figure),
        "counts": voice.format.counts(sub.figure),
        "bar": _picture(bar_chart(row, voice, sub), _SUB, 1.0),
    }


def _order(order: Order, voice: Voice) -> Value:
    """Whole wherever it finds room: who is meant and what to do are not to be guessed."""
    due = voice.say(msg("before {day}", day=order.due)) if order.due is not None else ""
    who, action, effect = (voice.say(words) for words in (order.who, order.action, order.effect))
    if len(who) + len(action) + len(effect) > _ORDER:
        who, action, effect = _cut(who, 95), _cut(action, 98), _cut(effect, 98)
    return {"who": who, "action": action, "due": due, "effect": effect}


def _outlook(document: ReportDocument, voice: Voice) -> str:
    """How outlooks were made; where there is no earlier state, that."""
    if not document.trend:
        return voice.say(msg("No earlier state is known: the course begins with the next one."))
    found = outlooks(document.trend, voice)
    notes = [
        voice.say(msg("Target {numbers}: {words}", numbers=number, words=words)) for number, words in notes_of(document.trend)
    ]
    if notes:
        return _cut(" ".join([*notes, *(voice.say(method) for _, method in found[:1])]), 250)
    if len(found) == 1:
        return _cut(voice.say(found[0][1]), 250)
    said = [msg("Target {numbers}: {words}", numbers=", ".join(map(str, numbers)), words=method) for numbers, method in found[:2]]
    return _cut(" ".join(voice.say(one) for one in said), 230)


def _improved(document: ReportDocument, voice: Voice) -> list[Value]:
    rows = {row.id: row for row in document.agencies}
    return [
        {"name": _cut(rows[one.agency].name, 40), "effect": _cut_list(voice.say(one.effect), _GAIN)}
        for one in document.improved[:_HEAVY]
    ]


def _heaviest(document: ReportDocument, voice: Voice) -> list[Value]:
    rows = {row.id: row for row in document.agencies}
    return [
        {
            "name": _cut(rows[one.agency].name, 34),
            "person": _cut(rows[one.agency].contact or voice.say(msg("no contact given")), 22),
            "phone": _cut(rows[one.agency].phone or "", 16),
            "effect": _cut_list(voice.say(one.effect), 58),
        }
        for one in document.heaviest[:_HEAVY]
    ]


def _dates(document: ReportDocument, voice: Voice) -> list[Value]:
    found: list[Value] = []
    for row in document.deadlines[:_DATES]:
        notes = [_cut(clause_text(row.clause), 24)] if row.clause else []
        notes += [voice.say(msg("{count} systems", count=row.systems))] if row.systems else []
        notes += [] if row.confirmed else [voice.say(msg("not confirmed yet"))]
        found.append({"day": voice.format.day(row.day), "what": _cut(voice.say(row.what), 72), "notes": "; ".join(notes)})
    return found


def _tally(document: ReportDocument, voice: Voice) -> list[str]:
    counted = [(kind, sum(row.tile is kind for row in document.agencies)) for kind in Tile]
    return [f"{voice.say(word(kind))}: {voice.format.number(count)}" for kind, count in counted]


def _basis(document: ReportDocument, voice: Voice) -> tuple[str, ...]:
    """Method and what the figures can be compared by, in the footer."""
    foot = document.footer
    ground = msg(
        "Each share runs from what is proven to what is still possible; what nobody looked at is never counted as in order."
    )
    codes = msg(
        "list {inventory} · rules {catalog} · evidence {chain}",
        inventory=short_digest(foot.inventory_digest),
        catalog=short_digest(foot.catalog_digest),
        chain=short_digest(foot.chain_head) or "–",
    )
    at = voice.format.moment(foot.made_at) if foot.made_at is not None else ""
    made = "".join(f" · {part}" for part in (_cut(foot.made_by, 24), at) if part)
    last = f"{voice.say(msg('To be compared:'))} {voice.say(codes)}{made} · secaudit {_cut(foot.version, 16)}"
    return (voice.say(ground), *(voice.say(line) for line in foot.method[:2]), _state(document, voice), last)


def _state(document: ReportDocument, voice: Voice) -> str:
    """The moment the figures are of, the rules of levels, how old the tables of support and updates are."""
    foot, ages = document.footer, [table.days for table in document.footer.lifecycle]
    rules = _cut(voice.say(foot.rule_set), 60)
    if not ages:
        return voice.say(msg("State of {moment}; levels by {rules}.", moment=document.header.as_of, rules=rules))
    words = msg(
        "State of {moment}; levels by {rules}; tables of support and updates {least} to {most} days old.",
        moment=document.header.as_of, rules=rules, least=min(ages), most=max(ages),
    )  # fmt: skip
    return voice.say(words)


def _tiles(document: ReportDocument, voice: Voice) -> Picture | None:
    """The counts beside it stay where it gives way."""
    return _picture(tile_chart(document, voice), _TILES, 1.5) if document.agencies else None


def _lines(document: ReportDocument, voice: Voice) -> int:
    """About how many lines the words take that may be long; a plan with many targets leaves no room for pictures."""
    if len(document.targets) > _MOST_TARGETS:
        return _WITH_COURSES + 1
    orders = [_length(_order(order, voice)) for order in document.orders[:_ORDERS]]
    heavy = sum(-(-_length(one) // 70) for one in _heaviest(document, voice))
    improved = sum(-(-(_length(one) + 2) // _SIDE) for one in _improved(document, voice))
    verdicts = sum(len(" – ".join(_verdict(row, voice))) > _SHORT_VERDICT for row in document.targets)
    dates = sum((_length(row) - 1) // 55 for row in _dates(document, voice))
    heads = sum(-(-length // _HEADLINE) - 1 for length in _headlines(document, voice))
    title = 2 * (len(voice.say(msg("State of cybersecurity of {province}", province=document.header.province))) // 52)
    return sum(-(-length // 95) for length in orders) + max(heavy, improved) + verdicts + dates + heads + title


def _headlines(document: ReportDocument, voice: Voice) -> tuple[int, int]:
    """Characters of the line under the title and of the conclusion."""
    tallies = [voice.say(words) for _, _, words in conclusions(document)]
    said = [voice.say(_PARTS["conclusion"]), voice.say(_PARTS["targets"]), *tallies, _before(document, voice)]
    return len(" · ".join(_closed(document, voice))), len("  0/5 ·".join(said))


def _length(row: Value) -> int:
    return sum(len(str(part)) for part in row.values()) if isinstance(row, dict) else 0


def _picture(made: Chart, width: float, scale: float) -> Picture:
    return Picture(png(made, scale=scale), width, made.label)


def _cut_list(text: str, most: int) -> str:
    """A list that is too long ends after a whole member where there is one."""
    if len(text) <= most:
        return text
    whole = text[: most - 2].rpartition(", ")[0]
    return f"{whole}, …" if whole else _cut(text, most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
