"""An agency's document as self-contained pages: the first has everything but the details of machines it has no room for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from secaudit.messages import Message, Translator, msg, msgc
from secaudit.model.decision import DueState
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.measurement import Decision
from secaudit.report.agency_page import AgencyDocument, ChangeRow, OwnMachine, Paper
from secaudit.report.document import CheckRow
from secaudit.report.environment import Templates
from secaudit.report.fact_words import fact_word
from secaudit.report.format import clause_text
from secaudit.report.machine_island import CheckBook, MachineIsland
from secaudit.report.sanitise import sanitised_agency, sanitised_checks
from secaudit.report.voice import Voice
from secaudit.report.words import STALE, protection_words, word

ROOM = 1_300_000
"""Characters that lists and details of machines take in one page: no page is then larger than two million bytes."""
LISTED = 1000
"""Machines, and lines of the sheet, that the first page lists; further ones stand in the pages that hold their details."""
_LINE, _SHEET_LINE = 650, 350
"""Characters of a line of either, beside its texts."""
_STYLE = ("report.css", "agency/agency.css")
_SCRIPT = ("dialog.js", "panel.js", "agency/agency.js")
_PAPERS: Mapping[Paper, Message] = {
    Paper.GIVEN: msgc("paper", "there"),
    Paper.MISSING: msgc("paper", "missing"),
    Paper.NOT_ASKED: msgc("paper", "not asked"),
}
_PARTS: Mapping[Decision, Message] = {
    Decision.MET: msgc("agency's part", "reaches the target's share"),
    Decision.MISSED: msgc("agency's part", "does not reach the target's share"),
    Decision.UNDECIDED: msgc("agency's part", "not enough evidence to conclude"),
    Decision.NOT_APPLICABLE: msgc("agency's part", "nobody to count"),
}
"""The target itself is the province's: of an agency's part only is said how it stands to the share."""
_DUE: Mapping[DueState, Message] = {
    DueState.OVERDUE: msgc("time limit", "overdue"),
    DueState.RUNNING: msgc("time limit", "due"),
    DueState.UNKNOWN: msgc("time limit", "to be cleared up"),
    DueState.KEPT: msgc("time limit", "kept"),
    DueState.LATE: msgc("time limit", "done late"),
}


@dataclass
class _Page:
    """One page with details."""

    name: str
    island: MachineIsland
    machines: list[OwnMachine] = field(default_factory=list)


class AgencyRenderer:
    """Makes the pages of one agency after the other; templates, checks and sentences are made once."""

    def __init__(self, translator: Translator, templates: Path) -> None:
        """Pages in the translator's language, from the templates in a folder."""
        self._voice = Voice(translator)
        self._templates = Templates(templates, self._voice)
        self._templates.add_names(_names(self._voice))
        self._book: CheckBook | None = None
        self._raw_checks: tuple[CheckRow, ...] = ()
        self._checks: tuple[CheckRow, ...] = ()
        self._labels = {name: self._voice.say(text) for name, text in _LABELS.items()}

    def pages(self, document: AgencyDocument) -> tuple[tuple[str, str], ...]:
        """File name and page, the overview first; raises ReportError when a template is missing or broken."""
        return tuple(self._pages(document))

    def _pages(self, document: AgencyDocument) -> Iterator[tuple[str, str]]:
        document, book = self._sanitised(document)
        pages = self._share_out(document, book)
        where = {machine.id: page.name for page in pages for machine in page.machines}
        elsewhere = {name: file for name, file in where.items() if file != pages[0].name}
        rest = document.visits[LISTED:]
        shared = {"d": document, "where": where, "pages": pages, "check_title": book.title}
        for number, page in enumerate(pages):
            own = {
                "island": page.island.json(elsewhere=elsewhere if not number else {}),
                "here": page.name,
                "machines": page.machines if number else document.machines[:LISTED],
                "visits": [one for one in rest if where.get(one.machine) == page.name] if number else document.visits[:LISTED],
                "errands": () if number else document.errands,
            }
            template = "agency/details.html.j2" if number else "agency/agency.html.j2"
            yield page.name, self._templates.render(template, style=_STYLE, script=_SCRIPT, **own, **shared)

    def _sanitised(self, document: AgencyDocument) -> tuple[AgencyDocument, CheckBook]:
        """Checks are the same object in all documents: they are cleaned and put into words once."""
        if self._book is None or document.checks is not self._raw_checks:
            self._raw_checks, self._checks = document.checks, sanitised_checks(document.checks)
            self._book = CheckBook(self._checks, self._voice)
        return sanitised_agency(document, self._checks), self._book

    def _share_out(self, document: AgencyDocument, book: CheckBook) -> list[_Page]:
        """Details in the first page as long as there is room beside its lists, then in further ones."""
        name = document.head.id
        pages = [_Page(f"{name}.html", MachineIsland(book))]
        taken = sum(map(_line, document.machines[:LISTED])) + _SHEET_LINE * len(document.visits[:LISTED])
        for place, machine in enumerate(document.machines):
            # What the first page has no line for needs one where its details are, and one of the sheet.
            line = _line(machine) + _SHEET_LINE if len(pages) > 1 or place >= LISTED else 0
            if (pages[-1].island.size + taken + line > ROOM and pages[-1].machines) or (place >= LISTED and len(pages) == 1):
                pages.append(_Page(f"{name}~{len(pages) + 1}.html", MachineIsland(book)))
                taken, line = 0, _line(machine) + _SHEET_LINE
            taken += line
            pages[-1].machines.append(machine)
            pages[-1].island.add(f"machine-{machine.id}", machine.id, self._about(machine), machine.evidence, lab=machine.lab)
        return pages

    def _about(self, machine: OwnMachine) -> Iterator[tuple[str, str]]:
        """Label and value of what is known of a machine."""
        say, labels = self._voice.say, self._labels
        if machine.doubt is not None:
            yield labels["doubt"], say(word(machine.doubt))
        elif not machine.seen:
            yield labels["unseen"], say(_why(machine))
        yield labels["kind"], say(word(machine.kind))
        for label, value in (("name", machine.name), ("os", machine.os), ("place", machine.place), ("address", machine.address)):
            if value:
                yield labels[label], value
        if machine.systems:
            yield labels["systems"], "; ".join(machine.systems)
        if machine.protection is not None:
            yield labels["protection"], say(protection_words(machine.protection))
        if machine.patch is not None:
            yield labels["patch"], say(machine.patch)
        if machine.observed_at is not None:
            yield labels["observed"], self._voice.format.moment(machine.observed_at)


_LABELS: Mapping[str, Message] = {
    "doubt": msg("Evidence does not count"),
    "unseen": msg("Not seen"),
    "kind": msg("Kind of machine"),
    "name": msg("Host name"),
    "os": msg("Operating system"),
    "place": msg("Place"),
    "address": msg("Address"),
    "systems": msg("Systems on it"),
    "protection": msg("Protection"),
    "patch": msg("Patch state"),
    "observed": msg("Observed at"),
}


def _turned(row: ChangeRow) -> Message:
    """The protection grade then and now."""
    before, after = row.protection or (None, None)
    nothing = msg("not known")
    return msg(
        "protection: {before} → {after}",
        before=protection_words(before) if before is not None else nothing,
        after=protection_words(after) if after is not None else nothing,
    )


def _line(machine: OwnMachine) -> int:
    """Roughly how many characters its line in a list takes."""
    return _LINE + 5 * len(machine.id) + 2 * (len(machine.place or "") + len(machine.os or ""))


def _marks(machine: OwnMachine) -> str:
    """What the list may be narrowed to."""
    if not machine.seen:
        return "unseen"
    return " ".join(name for name, count in (("bad", machine.tally[0]), ("open", machine.tally[1])) if count)


def _why(machine: OwnMachine) -> Message:
    if machine.kind is EndpointKind.ISOLATED:
        return msg("not applicable (isolated machine)")
    if machine.doubt is not None:
        return word(machine.doubt)
    return STALE if machine.stale else word(machine.sight)


def _names(voice: Voice) -> dict[str, Any]:
    """Functions the templates of agencies call beside those of all pages."""
    return {
        "paper_word": lambda row: voice.say(_PAPERS[row.state]),
        "verdict_words": {verdict.value: voice.say(word(verdict)) for verdict in Verdict},
        "fact_names": lambda names: ", ".join(dict.fromkeys(voice.say(fact_word(name)) for name in names)),
        "short_protection": lambda grade: voice.say(protection_words(grade)),
        "part_word": lambda decision: voice.say(_PARTS[decision]),
        "cited": clause_text,
        "due_word": lambda state: voice.say(_DUE[state]),
        "row_marks": _marks,
        "change_words": lambda row: voice.say(_turned(row)),
        "lab_mark": Markup('<span class="lab">{}</span>').format(voice.say(msg("lab data"))),
        "kind_words": {kind.value: voice.say(word(kind)) for kind in EndpointKind},
        "why_unseen": lambda row: voice.say(_why(row)),
    }
