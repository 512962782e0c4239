"""The data island of the page: what the evidence panel shows, with every repeated text kept once.

The panel leads from a figure to its members, from a machine to its verdicts, from a verdict to the facts it rests on, and from a
fact to the section of the answer it was read from. A page opened from a file cannot fetch, so all of it lies inside the page.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from secaudit.messages import Message, msg
from secaudit.model.assessment import Fulfilment
from secaudit.model.finding import Verdict
from secaudit.report.document import (
    CheckRow,
    FactRow,
    Figure,
    MachineRow,
    Members,
    MissingRow,
    ReportDocument,
    SectionText,
    TargetRow,
    VerdictRow,
    Wording,
)
from secaudit.report.fact_sentences import Sentences
from secaudit.report.fact_text import fact_text, unavailable
from secaudit.report.fact_words import fact_word
from secaudit.report.island import island
from secaudit.report.pieces import conflict_words, fact_origin, origin_words, pieces_of, place_words, trail_pairs
from secaudit.report.places import Places
from secaudit.report.probe_words import section_words
from secaudit.report.standing import StandardPart, asked_title
from secaudit.report.voice import Voice
from secaudit.report.words import protection_words, word

_WORDS: dict[str, Message] = {
    "close": msg("Close"),
    "back": msg("Back"),
    "lab": msg("lab data"),
    "verdicts": msg("What was judged"),
    "facts": msg("Observed"),
    "missing": msg("Missing"),
    "defect": msg("Defect of the check"),
    "sections": msg("The machine's answer, section by section"),
    "no_sections": msg("The sections of this answer are not in this page; they are kept in the store under the number below."),
    "show_section": msg("show the source"),
    "cut": msg("only the beginning is shown"),
    "cells": msg("As it stands in the file: heading and cell"),
    "pieces": msg("Further evidence of this machine, the better grade first"),
    "conflicts": msg("Evidence that contradicts itself"),
    "counts": msg("Counts (better grade)"),
    "against": msg("Against it"),
    "grade": msg("grade of evidence"),
    "empty": msg("(empty)"),
    "origin": msg("Where this evidence is kept"),
    "unseen": msg("There is no fresh evidence of this machine; nothing was judged."),
    "what": msg("What is asked"),
    "why": msg("Why"),
    "verify": msg("How a person checks it"),
    "filter": msg("Filter this list"),
}
_VERDICTS = tuple(Verdict)
_FULFILMENTS = tuple(Fulfilment)
_EXCUSED = msg("excused for a time")
_KINDS = {"endpoints": "machine", "systems": "system", "agencies": "agency", "people": "agency", "indicators": "agency"}
ANSWERS = (("proven", msg("with evidence")), ("disproven", msg("proven not to meet it")), ("unknown", msg("not yet known")))
"""The three parts of a figure: name of the field and its word."""


class Panel:
    """Collects the island; :meth:`position` answers which list stands behind a figure."""

    def __init__(self, document: ReportDocument, voice: Voice, places: Places) -> None:
        """``document`` is sanitised already."""
        self._document = document
        self._voice = voice
        self._places = places
        self._texts: dict[str, int] = {}
        self._sentences = Sentences(document.checks, voice)
        self._lists: list[dict[str, Any]] = []
        self._positions: dict[tuple[str, str], int] = {}
        for target in document.targets:
            self._list(str(target.number), target, target.short, target.members, target.figure)
            for sub in target.under:
                self._list(f"{target.number}/{sub.id}", target, sub.short, sub.members, sub.figure)

    def position(self, figure: str, answer: str) -> int | None:
        """Number of the list behind ``figure`` (``2`` or ``2/p2``) and ``answer`` (or a grade); None when it has no members."""
        return self._positions.get((figure, answer))

    def island(self) -> Markup:
        """JSON that is safe inside ``<script type="application/json">``."""
        standard = self._document.standard
        data = {
            "words": {name: self._voice.say(text) for name, text in _WORDS.items()},
            "verdicts": [[verdict.value, self._voice.say(word(verdict))] for verdict in _VERDICTS],
            "lists": self._lists,
            "agencies": [self._text(agency.name) for agency in self._document.agencies],
            "systems": [self._text(system.name) for system in self._document.systems],
            "checks": [self._check(check) for check in self._document.checks],
            "answers": [[answer.value, self._voice.say(word(answer))] for answer in _FULFILMENTS],
            "asked": [] if standard is None else [self._text(asked_title(row, self._voice)) for row in standard.asked],
            "standings": [] if standard is None else self._standings(standard),
            "machines": [self._machine(machine) for machine in self._document.machines],
        }
        data["texts"] = list(self._texts)
        return island(data)

    def _text(self, wording: Wording) -> int:
        """Number of a text in the pool."""
        return self._texts.setdefault(self._voice.say(wording), len(self._texts))

    def _list(self, key: str, target: TargetRow, title: Wording, members: Members, figure: Figure) -> None:
        kind = _KINDS[target.population]
        for answer, words in ANSWERS:
            names: tuple[str, ...] = getattr(members, answer)
            if not names:
                continue
            self._positions[key, answer] = len(self._lists)
            heading = msg("{target} – {answer}: {count}", target=title, answer=words, count=getattr(figure, answer))
            self._add(kind, heading, [(name, self._beside(kind, name, target.number, answer)) for name in names])
        for part in (*figure.grades, *figure.apart):
            if part.members:
                self._positions[key, part.grade.value] = len(self._lists)
                heading = msg("{target} – {grade}: {count}", target=title, grade=word(part.grade), count=part.count)
                self._add(kind, heading, [(name, self._beside(kind, name, target.number, "")) for name in part.members])

    def _add(self, kind: str, heading: Message, members: Iterable[tuple[str, str]]) -> None:
        rows = [[self._places.of(kind, name), self._text(beside)] for name, beside in members]
        self._lists.append({"title": self._text(heading), "kind": kind, "rows": rows})

    def _beside(self, kind: str, name: str, number: int, answer: str) -> str:
        """What stands behind a member's name in a list."""
        if kind == "machine":
            machine = self._places.machine(name)
            agency = self._places.agency(machine.agency).name
            return f"{agency} · {self._voice.say(protection_words(machine.protection))}" if machine.protection else agency
        if kind == "system":
            return self._places.system(name).owner
        figures = [figure for figure in self._places.agency(name).figures if figure.target == number]
        return self._voice.format.number(getattr(figures[0], answer)) if figures else ""

    def _standings(self, part: StandardPart) -> list[dict[str, Any]]:
        """Systems against the standard; requirements as positions in ``asked``."""
        places = {row.id: position for position, row in enumerate(part.asked)}
        return [
            {
                "system": self._places.of("system", row.system),
                "notes": [self._text(note) for note in row.notes],
                "groups": [
                    [
                        _FULFILMENTS.index(group.answer),
                        [places[name] for name in group.requirements],
                        [self._text(reason) for reason in (*group.reasons, *([_EXCUSED] if group.excused else []))],
                    ]
                    for group in row.groups
                ],
            }
            for row in part.standings
        ]

    def _check(self, check: CheckRow) -> list[int]:
        return [self._text(text) for text in (check.title, check.what, check.why, check.verify, check.id)]

    def _machine(self, machine: MachineRow) -> dict[str, Any]:
        sections = {(section.piece, section.name): position for position, section in enumerate(machine.sections)}
        facts = {fact.name: position for position, fact in enumerate(machine.facts)}
        return {
            "name": self._text(machine.id),
            "agency": self._places.of("agency", machine.agency),
            "lab": machine.lab,
            "about": self._pairs(about(machine, self._voice)),
            "facts": [self._fact(fact, machine, sections) for fact in machine.facts],
            "verdicts": [self._verdict(row, facts, machine, sections) for row in machine.verdicts],
            "sections": [self._section(section, machine) for section in machine.sections],
            "pieces": self._pieces(machine),
            "conflicts": [
                [self._text(text) for text in (*conflict_words(row, self._voice), row.fact)] for row in machine.conflicts
            ],
        }

    def _pieces(self, machine: MachineRow) -> list[list[Any]]:
        """Those beside the first, which stands among what is known of the machine anyway."""
        return [[self._text(origin_words(trail)), self._pairs(trail_pairs(trail, self._voice))] for trail in machine.beside]

    def _pairs(self, pairs: Iterable[tuple[Message, str, bool]]) -> list[list[int | bool]]:
        return [[self._text(label), self._text(value), origin] for label, value, origin in pairs]

    def _fact(self, fact: FactRow, machine: MachineRow, sections: Mapping[tuple[int, str], int]) -> list[int]:
        value = self._text(fact_text(fact.value, self._voice))
        source = sections.get((fact.pieces[0] if fact.pieces else 0, fact.section), -1)
        origin = fact_origin(machine, fact.pieces)
        return [
            self._text(fact.name), self._text(fact_word(fact.name)), value, source, -1 if origin is None else self._text(origin)
        ]  # fmt: skip

    def _verdict(
        self, row: VerdictRow, facts: Mapping[str, int], machine: MachineRow, sections: Mapping[tuple[int, str], int]
    ) -> list[Any]:
        observed = [facts[name] for name in row.facts if name in facts]
        missing = [self._missing(item, machine, sections) for item in row.missing]
        defect = [self._text(row.defect)] if row.defect else []
        grade = row.grade.value if row.grade is not None else ""
        excused = [] if row.excused_until is None else [self._text(msg("excused for a time, until {day}", day=row.excused_until))]
        values = {fact.name: fact.value for fact in machine.facts}
        evidence = tuple((name, values[name]) for name in row.facts if name in values)
        said = [self._text(text) for text in self._sentences.of(row.check, evidence, machine.level)]
        return [
            self._places.of("check", row.check),
            _VERDICTS.index(row.verdict),
            observed,
            missing,
            defect,
            grade,
            excused,
            said,
        ]

    def _missing(self, row: MissingRow, machine: MachineRow, sections: Mapping[tuple[int, str], int]) -> list[int]:
        text = unavailable(word(row.reason), row.detail, self._voice)
        origin = fact_origin(machine, (row.piece,)) if row.section else None
        return [
            self._text(row.name), self._text(fact_word(row.name)), self._text(text), sections.get((row.piece, row.section), -1),
            -1 if origin is None else self._text(origin),
        ]  # fmt: skip

    def _section(self, section: SectionText, machine: MachineRow) -> list[Any]:
        pieces = pieces_of(machine)
        trail = pieces[section.piece] if section.piece < len(pieces) else None
        said = [self._voice.say(word(section.status)), self._voice.say(msg("{size} bytes", size=section.size))]
        if section.exit_code:
            said.insert(1, self._voice.say(msg("exit code {code}", code=section.exit_code)))
        if trail is not None and machine.beside:
            said.append(self._voice.say(origin_words(trail)))
        name: Wording = section_words(section.name) if trail is None or trail.console is None else place_words(trail.console)
        cells = [[self._text(heading), self._text(cell)] for heading, cell in section.cells]
        return [self._text(name), self._text(" · ".join(said)), self._text(section.text), section.cut, cells]


def about(machine: MachineRow, voice: Voice) -> list[tuple[Message, str, bool]]:
    """Label and value of everything known of a machine; True marks what leads from here to the store."""
    pairs = [
        (msg("Evidence does not count"), voice.say(word(machine.doubt)) if machine.doubt else "", False),
        (msg("Kind of machine"), voice.say(word(machine.kind)), False),
        (msg("Operating system"), machine.os or "", False),
        (msg("Protection"), voice.say(protection_words(machine.protection)) if machine.protection else "", False),
        (msg("Place"), machine.place or "", False),
        (msg("Address"), machine.address or "", False),
        (msg("Systems on it"), "; ".join(machine.systems), False),
        (msg("Patch state"), voice.say(machine.patch) if machine.patch else "", False),
    ]
    if machine.trail is not None:
        pairs += trail_pairs(machine.trail, voice)
    pairs += [(msg("Evidence left out"), voice.say(text), False) for text in machine.left_out]
    return [pair for pair in pairs if pair[1]]
