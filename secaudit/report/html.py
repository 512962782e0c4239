"""A document as one self-contained page: no network, no file beside it, nothing that a hostile text could run.

Everything passes the sanitiser first, then templates with autoescape; style and script are inlined from the template folder and
allowed by their SHA-256 in the page's content security policy, which forbids everything else.
"""

import base64
import hashlib
import traceback
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from secaudit.errors import ReportError
from secaudit.messages import Message, Translator, msg
from secaudit.model.assessment import Fulfilment
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.outcome import Grade, Sight
from secaudit.report.assessment_words import CONFLICTS
from secaudit.report.bars import bar
from secaudit.report.document import (
    CheckRow,
    FactRow,
    GradePart,
    HeldRow,
    MachineRow,
    ReportDocument,
    SystemRow,
    TargetRow,
    Tile,
    Trail,
    UnseenRow,
    VisitRow,
    Wording,
)
from secaudit.report.fact_text import fact_text
from secaudit.report.fact_words import fact_word
from secaudit.report.grade_words import grade_counts
from secaudit.report.panel import ANSWERS, Panel, about
from secaudit.report.pieces import conflict_words, fact_origin, origin_words, place_words
from secaudit.report.places import Places
from secaudit.report.sanitise import sanitised
from secaudit.report.standing import AnswerGroup, StandardPart, asked_title, number_ranges
from secaudit.report.voice import Voice
from secaudit.report.words import (
    ADVICE,
    ASKED_OF,
    DOUBT_ADVICE,
    SECURITY_PLAN,
    STALE,
    decision_word,
    protection_words,
    source_words,
    word,
)

Row = TypeVar("Row")
Key = TypeVar("Key")

_PAGE = "report.html.j2"
_STYLE = "report.css"
_SCRIPT = "report.js"
_BROKEN = (jinja2.TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What a template with a mistake in it raises."""


def render_html(document: ReportDocument, translator: Translator, templates: Path) -> str:
    """The page of ``document`` in the translator's language, from the templates in the folder ``templates``.

    Raises ReportError: a template is missing or broken (with file and line), or the document names a part it does not hold.
    """
    document = sanitised(document)
    voice = Voice(translator)
    style = Markup(_asset(templates / _STYLE))  # noqa: S704 - our own file, checked there
    script = Markup(_asset(templates / _SCRIPT))  # noqa: S704 - our own file, checked there
    environment = _environment(templates)
    environment.globals.update(_globals(document, voice))
    try:
        return environment.get_template(_PAGE).render(
            d=document, style=style, script=script, policy=content_policy(style, script)
        )
    except ReportError:
        raise
    except _BROKEN as error:
        raise _broken(error, templates) from error


def content_policy(style: str, script: str) -> str:
    """The policy that allows exactly these two inline blocks and images inside the page."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(path: Path) -> str:
    """A style or script, as it stands between its tags: browsers hash it with line feeds, so those are what we hash."""
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(
            msg("a part of the report's templates cannot be read: {reason}", reason=str(error)),
            where=str(path),
            hint=msg("Restore the file, or use the templates that come with the program."),
        ) from error
    lowered = text.lower()
    if "</style" in lowered or "</script" in lowered or "<!--" in lowered:
        raise ReportError(
            msg("a style or script must not hold a closing tag or the start of a comment of HTML"),
            where=str(path),
            hint=msg('Write it apart, for example as "<" + "/script".'),
        )
    return text


def _environment(templates: Path) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(templates, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def _globals(document: ReportDocument, voice: Voice) -> dict[str, Any]:
    """Functions the templates may call; they format and look up, and decide nothing."""
    places = Places(document)
    panel = Panel(document, voice, places)
    say_word: Callable[[Enum], str] = lambda member: voice.say(word(member))  # noqa: E731 - one of a list of small functions
    return {
        "_": voice.translate,
        "lang": voice.language,
        "say": voice.say,
        "say_figures": voice.say_figures,
        "msg": msg,
        "word": say_word,
        "decision_word": lambda target: voice.say(decision_word(target.decision, overdue=target.overdue)),
        "plan_word": lambda status: voice.say(SECURITY_PLAN[status]),
        "asked_of": lambda who: voice.say(ASKED_OF[who]),
        "doubt_advice": lambda kind: voice.say(DOUBT_ADVICE[kind]),
        "held_by_kind": lambda: _held_by_kind(document.held),
        "advice": lambda row: voice.say(ADVICE[Sight.SEEN if row.stale else row.sight]),
        "tel": _tel,
        "aim": lambda target: _aim(target, voice),
        "fact_word": fact_word,
        "fact_text": lambda value: fact_text(value, voice),
        "tiles": tuple(Tile),
        "fixes": lambda: _fixes(document),
        "with_code": lambda wording: _with_code(voice.say(wording)),
        "unseen_word": lambda row: voice.say(_unseen_word(row)),
        "number": voice.format.number,
        "percent": voice.format.percent,
        "interval": voice.format.interval,
        "counts": voice.format.counts,
        "day": voice.format.day,
        "moment": voice.format.moment,
        "bar": bar,
        "at": places.of,
        "agency": places.agency,
        "machine": places.machine,
        "check": places.check,
        "answers": [(name, voice.say(text)) for name, text in ANSWERS],
        "list_of": panel.position,
        "island": lambda: Markup(panel.island()),  # noqa: S704 - escaped for a data island by the panel
        "about": lambda row: [(voice.say(label), value, raw) for label, value, raw in about(row, voice)],
        "grades": lambda parts: voice.say(grade_counts([(part.grade, part.count) for part in parts])),
        "indirect": _indirect,
        "graded": _graded,
        "piece_words": lambda trail: _piece_words(trail, voice),
        "fact_from": lambda row, fact: _or_nothing(fact_origin(row, fact.pieces), voice),
        "conflict": lambda row: conflict_words(row, voice),
        "newcomers_by_agency": lambda: _gathered(document.newcomers, lambda row: row.agency),
        "source_word": lambda row: voice.say(source_words(row.source)),
        "tally": _tally,
        "unknown_by_reason": lambda row: _unknown_by_reason(row, voice),
        "facts_against": _facts_against,
        "protection_word": lambda row: voice.say(protection_words(row.protection)),
        "protection_tally": _protection_tally,
        "system": places.system,
        **_of_standard(document.standard, voice),
        "by_level": lambda: _by_level(document.systems),
        "visits_by_agency": lambda: _visits_by_agency(document.visits, places),
        "unseen_by_class": lambda: _unseen_by_class(document.unseen),
        "machines_of": _machines_of(document.machines),
    }


def _of_standard(part: StandardPart | None, voice: Voice) -> dict[str, Any]:
    """What the section on the technical standard calls."""
    return {
        "answers_of_systems": tuple(Fulfilment),
        "contradictions_by_kind": lambda: _gathered(part.contradictions, lambda row: row.kind) if part is not None else [],
        "contradiction_word": lambda kind: voice.say(CONFLICTS[kind]),
        "asked_words": _asked_words(part, voice),
    }


def _asked_words(part: StandardPart | None, voice: Voice) -> Callable[[AnswerGroup], str]:
    """Failures by number and title, everything else by number: titles of all of them for every system would not fit a page."""
    if part is None:
        return lambda _: ""
    rows = {row.id: row for row in part.asked}

    def said(group: AnswerGroup) -> str:
        asked = [rows[name] for name in group.requirements]
        if group.answer in (Fulfilment.NOT_MET, Fulfilment.PARTLY):
            return "; ".join(asked_title(row, voice) for row in asked)
        return number_ranges([row.number for row in asked])

    return said


def _indirect(parts: Sequence[GradePart]) -> bool:
    """Whether something rests on what nobody of ours has seen: a console's or a holder's word."""
    return any(part.grade is not Grade.A and part.count for part in parts)


def _graded(document: ReportDocument, part: Literal["grades", "indirect", "apart"] = "grades") -> bool:
    """Whether some figure of the document has grades, such that rest on others' words, or such that the plan does not accept."""
    figures = [figure for target in document.targets for figure in (target.figure, *(sub.figure for sub in target.under))]
    if part == "indirect":
        return any(_indirect((*figure.grades, *figure.apart)) for figure in figures)
    return any(figure.grades if part == "grades" else figure.apart for figure in figures)


def _or_nothing(wording: Wording | None, voice: Voice) -> str:
    return "" if wording is None else voice.say(wording)


def _piece_words(trail: Trail, voice: Voice) -> str:
    """One line for each piece of evidence: where it is from, and of a console the place in its file."""
    said = voice.say(origin_words(trail))
    line = trail.console or trail.courier
    return said if line is None else f"{said} · {voice.say(place_words(line))}"


def _tel(phone: str) -> str:
    """A telephone number as an address to call: digits and a plus, whatever else stands there."""
    return "tel:" + "".join(char for char in phone if char in "+0123456789")


def _aim(target: TargetRow, voice: Voice) -> str:
    """What a target asks: ``≥ 70 %``."""
    return f"{'≥' if target.sign == '>=' else '>'} {voice.format.percent(target.share)}"


def _fixes(document: ReportDocument) -> list[CheckRow]:
    """The checks that some machine to visit fails, in the order of the document."""
    failed = {name for visit in document.visits for name in visit.fails}
    return [check for check in document.checks if check.id in failed]


def _unseen_word(row: UnseenRow) -> Message:
    return STALE if row.stale else word(row.sight)


def _tally(machine: MachineRow) -> list[tuple[Verdict, int]]:
    """How many verdicts of each kind a machine has, kinds that do not occur left out."""
    counted = [(verdict, sum(row.verdict is verdict for row in machine.verdicts)) for verdict in Verdict]
    return [(verdict, count) for verdict, count in counted if count]


def _unknown_by_reason(machine: MachineRow, voice: Voice) -> list[tuple[Verdict, MissingReason, list[str]]]:
    """The verdict unknown, why something is not known, and short names of the facts missing for that reason, each once."""
    names: dict[MissingReason, dict[str, None]] = {}
    for row in machine.verdicts:
        if row.verdict is Verdict.UNKNOWN:
            for item in row.missing:
                names.setdefault(item.reason, {})[voice.say(fact_word(item.name))] = None
    return [(Verdict.UNKNOWN, reason, list(found)) for reason, found in names.items()]


def _facts_against(machine: MachineRow) -> list[FactRow]:
    """The observed values behind what is not in order."""
    wanted = {name for row in machine.verdicts if row.verdict is Verdict.FAIL for name in row.facts}
    return [fact for fact in machine.facts if fact.name in wanted]


def _protection_tally(machines: Sequence[MachineRow]) -> list[tuple[MachineRow, int]]:
    """One machine for each protection grade that occurs, the worst first, and how many there are."""
    graded = [machine for machine in machines if machine.protection is not None]
    groups = _gathered(graded, lambda row: row.protection)
    return sorted(((rows[0], len(rows)) for _, rows in groups), key=_weakness)


def _weakness(item: tuple[MachineRow, int]) -> tuple[int, int]:
    grade = item[0].protection
    return (grade.proven, grade.possible) if grade is not None else (0, 0)


def _by_level(systems: Sequence[SystemRow]) -> list[tuple[tuple[int | None, int | None], list[SystemRow]]]:
    return _gathered(systems, lambda row: (row.lowest, row.highest))


def _visits_by_agency(visits: Sequence[VisitRow], places: Places) -> list[tuple[str, list[VisitRow]]]:
    """One journey per agency: its machines together, agencies in the order in which the document first names them."""
    return _gathered(visits, lambda row: places.machine(row.machine).agency)


def _unseen_by_class(unseen: Sequence[UnseenRow]) -> list[list[UnseenRow]]:
    return [rows for _, rows in _gathered(unseen, lambda row: (row.stale, row.sight))]


def _held_by_kind(held: Sequence[HeldRow]) -> list[list[HeldRow]]:
    return [rows for _, rows in _gathered(held, lambda row: row.kind)]


def _gathered(rows: Sequence[Row], key: Callable[[Row], Key]) -> list[tuple[Key, list[Row]]]:
    """Rows of one key together, keys in the order of their first row."""
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return list(groups.items())


def _with_code(text: str) -> Markup:
    """Text in which ``back ticks`` of the catalog mark what is to be typed."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return Markup().join(
        Markup('<code class="raw">{}</code>').format(part) if position % 2 else part for position, part in enumerate(parts)
    )


def _machines_of(machines: Sequence[MachineRow]) -> Callable[[str], list[MachineRow]]:
    of_agency: dict[str, list[MachineRow]] = {}
    for machine in machines:
        of_agency.setdefault(machine.agency, []).append(machine)
    return lambda agency: of_agency.get(agency, [])


def _broken(error: Exception, templates: Path) -> ReportError:
    """Name the file and line of the template that raised ``error``."""
    where = str(templates)
    if isinstance(error, jinja2.TemplateSyntaxError):
        where = f"{error.filename or templates / (error.name or _PAGE)}:{error.lineno}"
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == templates]
        if frames:
            where = f"{frames[-1].filename}:{frames[-1].lineno}"
    reason = error.message if isinstance(error, jinja2.TemplateError) and error.message else str(error)
    return ReportError(
        msg("a template of the report is broken: {reason}", reason=reason),
        where=where,
        hint=msg("Correct the template, or use the ones that come with the program."),
    )
