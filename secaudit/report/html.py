"""A document as one self-contained page: no network, no file beside it, nothing that a hostile text could run.

Everything passes the sanitiser first, then templates with autoescape; style and script are inlined from the template folder and
allowed by their SHA-256 in the page's content security policy, which forbids everything else.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from secaudit.messages import Message, Translator, msg
from secaudit.model.assessment import Fulfilment
from secaudit.report.assessment_words import CONFLICTS
from secaudit.report.document import CheckRow, HeldRow, MachineRow, ReportDocument, SystemRow, UnseenRow, VisitRow
from secaudit.report.environment import Templates
from secaudit.report.first_screen import first_screen_names
from secaudit.report.panel import Panel
from secaudit.report.places import Places
from secaudit.report.row_names import gathered
from secaudit.report.sanitise import sanitised
from secaudit.report.standing import AnswerGroup, StandardPart, asked_title, number_ranges
from secaudit.report.texts import Sentence
from secaudit.report.voice import Voice

_PAGE = "report.html.j2"
_STYLE = "report.css"
_SCRIPT = ("dialog.js", "report.js")
SYSTEMS_CUT = msg("systems beyond the first {count}, the highest levels first")
"""In ``left_out`` of a document that does not name all systems: what it counts of them are not all."""


def render_html(document: ReportDocument, translator: Translator, templates: Path) -> str:
    """The page of ``document`` in the translator's language, from the templates in the folder ``templates``.

    Raises ReportError: a template is missing or broken (with file and line), or the document names a part it does not hold.
    """
    document = sanitised(document)
    voice = Voice(translator)
    made = Templates(templates, voice)
    made.add_names(document_names(document, voice))
    return made.render(_PAGE, style=(_STYLE,), script=_SCRIPT, d=document)


def document_names(document: ReportDocument, voice: Voice) -> dict[str, Any]:
    """Functions that look up parts of one document."""
    places = Places(document)
    panel = Panel(document, voice, places)
    return {
        "held_by_kind": lambda: _held_by_kind(document.held),
        "fixes": lambda: _fixes(document),
        "at": places.of,
        "to_agency": lambda name: f"#agency-{places.of('agency', name)}",
        **first_screen_names(document, voice),
        "agency": places.agency,
        "machine": places.machine,
        "check": places.check,
        "list_of": panel.position,
        "island": panel.island,
        "newcomers_by_agency": lambda: gathered(document.newcomers, lambda row: row.agency),
        "system": places.system,
        **_of_standard(document.standard, voice),
        "by_level": lambda: _by_level(document.systems),
        "all_systems": not any(_says(words, SYSTEMS_CUT) for words in document.left_out),
        "visits_by_agency": lambda: _visits_by_agency(document.visits, places),
        "unseen_by_class": lambda: _unseen_by_class(document.unseen),
        "machines_of": _machines_of(document.machines),
    }


def _says(words: Sentence, asked: Message) -> bool:
    return isinstance(words, Message) and words.text == asked.text


def _of_standard(part: StandardPart | None, voice: Voice) -> dict[str, Any]:
    """What the section on the technical standard calls."""
    return {
        "answers_of_systems": tuple(Fulfilment),
        "contradictions_by_kind": lambda: gathered(part.contradictions, lambda row: row.kind) if part is not None else [],
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


def _fixes(document: ReportDocument) -> list[CheckRow]:
    """The checks that some machine to visit fails, in the order of the document."""
    failed = {name for visit in document.visits for name in visit.fails}
    return [check for check in document.checks if check.id in failed]


def _by_level(systems: Sequence[SystemRow]) -> list[tuple[tuple[int | None, int | None], list[SystemRow]]]:
    return gathered(systems, lambda row: (row.lowest, row.highest))


def _visits_by_agency(visits: Sequence[VisitRow], places: Places) -> list[tuple[str, list[VisitRow]]]:
    """One journey per agency: its machines together, agencies in the order in which the document first names them."""
    return gathered(visits, lambda row: places.machine(row.machine).agency)


def _unseen_by_class(unseen: Sequence[UnseenRow]) -> list[list[UnseenRow]]:
    return [rows for _, rows in gathered(unseen, lambda row: (row.stale, row.sight))]


def _held_by_kind(held: Sequence[HeldRow]) -> list[list[HeldRow]]:
    return [rows for _, rows in gathered(held, lambda row: row.kind)]


def _machines_of(machines: Sequence[MachineRow]) -> Callable[[str], list[MachineRow]]:
    of_agency: dict[str, list[MachineRow]] = {}
    for machine in machines:
        of_agency.setdefault(machine.agency, []).append(machine)
    return lambda agency: of_agency.get(agency, [])
