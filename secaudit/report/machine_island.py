"""What the panel of a page knows of machines, as compact as it goes: a page may hold hundreds with a hundred verdicts each.

Whatever is the same for several machines stands once and is called by its number: texts, observed values, verdicts with what they
rest on, the sections that facts come from. A machine is then little more than a list of numbers. Every text is cleaned on its way
in, once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from secaudit.messages import Message, msg
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.outcome import Way
from secaudit.report.agency_page import Evidence
from secaudit.report.document import CheckRow, ConflictRow, ConsoleLine, SectionText, Trail
from secaudit.report.fact_sentences import Sentences
from secaudit.report.fact_text import fact_text
from secaudit.report.fact_words import fact_word
from secaudit.report.island import island
from secaudit.report.pieces import conflict_words, way_words
from secaudit.report.probe_words import section_words
from secaudit.report.sanitise import cleaned
from secaudit.report.voice import Voice
from secaudit.report.words import missing_words, word

VERDICTS = tuple(Verdict)
_NUMBER = {verdict: place for place, verdict in enumerate(VERDICTS)}
_VALUE, _DETAIL, _SECTION = 2000, 500, 20_000
"""Characters of an observed value, of a detail, of a section."""
_WORDS: dict[str, Message] = {
    "close": msg("Close"),
    "back": msg("Back"),
    "lab": msg("lab data"),
    "verdicts": msg("What was judged"),
    "missing": msg("Not known"),
    "defect": msg("Defect of the check"),
    "values": msg("Values as observed"),
    "from": msg("from section {name} of its answer"),
    "sections": msg("The machine's answer, section by section"),
    "no_sections": msg(
        "The words of this answer are not in this page; the designated unit keeps them under the evidence number below."
    ),
    "show_section": msg("show the source"),
    "cut": msg("only the beginning is shown"),
    "cells": msg("As it stands in the file: heading and cell"),
    "pieces": msg("Evidence of this machine, the better grade first"),
    "number": msg("Evidence number"),
    "size": msg("Size of the answer (bytes)"),
    "digest": msg("Digest of the answer (SHA-256)"),
    "chain": msg("Chain hash"),
    "left": msg("Evidence left out"),
    "conflicts": msg("Evidence that contradicts itself"),
    "counts": msg("Counts (better grade)"),
    "against": msg("Against it"),
    "grade": msg("grade of evidence"),
    "empty": msg("(empty)"),
    "unseen": msg("There is no fresh evidence of this machine; nothing was judged."),
    "asked": msg("Asked"),
    "what": msg("What is asked"),
    "why": msg("Why"),
    "verify": msg("How a person checks it"),
    "fix": msg("How to put it right"),
    "filter": msg("Filter this list"),
}


class CheckBook:
    """The checks of a catalog in one language: their texts and their sentences, made once for all pages."""

    def __init__(self, checks: Sequence[CheckRow], voice: Voice) -> None:
        """``checks`` are sanitised already."""
        self.voice = voice
        self.sentences = Sentences(checks, voice)
        self.rows = {check.id: check for check in checks}
        self.facts = self.sentences.facts
        self.constants = {
            "words": {name: voice.say(text) for name, text in _WORDS.items()},
            "verdicts": [[verdict.value, voice.say(word(verdict))] for verdict in VERDICTS],
            "facts": [voice.say(fact_word(name)) for name in self.facts],
        }
        self._titles = {check.id: voice.say(check.title) for check in checks}
        self._texts = {check.id: self._long(check) for check in checks}
        self._sections: dict[str, str] = {}
        self._missing: dict[MissingFact, tuple[str, str, int]] = {}

    def title(self, check: str) -> str:
        """What has to be true."""
        return self._titles.get(check, check)

    def texts(self, check: str) -> list[Any]:
        """What, why, how to look, how to put right: ``[text, text, text, [[system, text], ...]]``."""
        return self._texts[check]

    def section(self, name: str) -> str:
        """What a section of an answer holds."""
        said = self._sections.get(name)
        if said is None:
            said = self._sections[name] = self.voice.say(section_words(name))
        return said

    def missing(self, item: MissingFact) -> tuple[str, str, int]:
        """The fact, why nobody knows it, and its place among the facts or -1."""
        made = self._missing.get(item)
        if made is None:
            made = self._missing[item] = (
                self.voice.say(fact_word(item.name)),
                self.voice.say(missing_words(item.name, item.reason)),
                self.sentences.places.get(item.name.partition("[]")[0], -1),
            )
        return made

    def _long(self, check: CheckRow) -> list[Any]:
        say = self.voice.say
        fixes = [
            [name, say(text)] for name, text in (("Windows", check.fix_windows), ("Linux", check.fix_linux)) if text is not None
        ]
        return [say(check.what), say(check.why), say(check.verify), fixes]


class MachineIsland:
    """The machines of one page."""

    def __init__(self, book: CheckBook) -> None:
        """Nothing but what all pages share."""
        self._book = book
        self._voice = book.voice
        self._texts: dict[str, int] = {}
        self._raw: dict[tuple[str, int], int] = {}
        self._checks: dict[str, int] = {}
        self._open: set[str] = set()
        self._rows: dict[tuple[Any, ...], int] = {}
        self._row_data: list[list[Any]] = []
        self._by_finding: dict[int | None, dict[int, int]] = {}
        self._missings: dict[MissingFact, list[int]] = {}
        self._held: list[Finding] = []
        """What is known by its identity stays, so that nothing else can take it over."""
        self._facts: dict[tuple[str, str], int] = {}
        self._fact_data: list[list[int]] = []
        self._places: dict[tuple[str | None, ...], int] = {}
        self._place_data: list[list[int]] = []
        self._sets: dict[tuple[int, ...], int] = {}
        self._ways: dict[tuple[Way, ConsoleLine | None], str] = {}
        self._machines: list[dict[str, Any]] = []
        self.size = 0
        """Roughly how many characters the machines take so far."""

    def text(self, text: str, limit: int = 300) -> int:
        """Number of a text."""
        number = self._raw.get((text, limit))
        if number is None:
            clean = cleaned(text, limit)
            number = self._texts.get(clean)
            if number is None:
                number = self._texts[clean] = len(self._texts)
                self.size += len(clean) + 4
            self._raw[text, limit] = number
        return number

    def add(self, anchor: str, name: str, about: Iterable[tuple[str, str]], evidence: Evidence | None, *, lab: bool) -> None:
        """One machine under its anchor; ``about``: label and value of what is known of it."""
        made: dict[str, Any] = {
            "id": self.text(anchor, 400),
            "name": self.text(name),
            "about": [[self.text(label), self.text(value)] for label, value in about],
        }
        if lab:
            made["lab"] = 1
        if evidence is not None:
            made.update(self._evidence(evidence))
        self.size += 60
        self._machines.append(made)

    def __len__(self) -> int:
        """How many machines there are."""
        return len(self._machines)

    def json(self, **more: object) -> Markup:
        """All of it as JSON that is safe inside ``<script type="application/json">``."""
        checks = [[self._book.title(check), *(self._book.texts(check) if check in self._open else [])] for check in self._checks]
        data = {
            **self._book.constants,
            **more,
            "texts": list(self._texts),
            "checks": checks,
            "rows": self._row_data,
            "values": self._fact_data,
            "places": self._place_data,
            "sets": list(self._sets),
            "machines": self._machines,
        }
        return island(data)

    def _evidence(self, evidence: Evidence) -> dict[str, Any]:
        rows, not_applicable = self._verdicts(evidence)
        made: dict[str, Any] = {
            "rows": rows,
            "na": self._set(tuple(not_applicable)),
            "places": [self._place(sections) for sections in evidence.sections],
            "pieces": [self._piece(trail) for trail in evidence.trails],
        }
        if len(evidence.sections) > 1:
            facts = self._book.sentences.places
            made["origins"] = {str(facts[name]): places for name, places in evidence.origins.items() if places and name in facts}
        if evidence.conflicts:
            made["conflicts"] = [self._conflict(row) for row in evidence.conflicts]
        if evidence.left_out:
            made["left"] = [self.text(self._voice.say(words)) for words in evidence.left_out]
        if evidence.texts:
            made["sections"] = [self._section(section) for section in evidence.texts]
        self.size += 7 * len(rows)
        return made

    def _verdicts(self, evidence: Evidence) -> tuple[list[int], list[int]]:
        """Numbers of the rows, and of the checks that do not apply: half of all, and there is nothing to say about them."""
        rows: list[int] = []
        not_applicable: list[int] = []
        level, excused = evidence.level, evidence.excused
        # All machines with the same facts share a finding: comparing what it rests on is needed once for each.
        by_finding = self._by_finding.setdefault(level, {})
        for finding in evidence.findings:
            place = by_finding.get(id(finding))
            if place is None or (excused and finding.check in excused):
                place = self._numbered(finding, level, excused)
                if finding.check not in excused:
                    by_finding[id(finding)] = place
                    self._held.append(finding)
            if place < 0:
                not_applicable.append(-1 - place)
            else:
                rows.append(place)
        return rows, not_applicable

    def _numbered(self, finding: Finding, level: int | None, excused: Mapping[str, date]) -> int:
        """Number of the row; of the check that does not apply, below zero."""
        check, verdict = finding.check, finding.verdict
        if verdict is Verdict.NOT_APPLICABLE:
            return -1 - self._check(check)
        until = excused.get(check)
        key = (check, verdict, finding.evidence, finding.missing, finding.grade, level, until)
        place = self._rows.get(key)
        if place is None:
            place = self._rows[key] = self._row(finding, level, until)
        return place

    def _row(self, finding: Finding, level: int | None, until: date | None) -> int:
        """Check, verdict, sentences, observed values, what is missing, and what may be left out: grade, defect, excuse."""
        if finding.verdict is not Verdict.PASS:
            self._open.add(finding.check)
        row: list[Any] = [
            self._check(finding.check),
            _NUMBER[finding.verdict],
            [self.text(text, _VALUE) for text in self._book.sentences.of(finding.check, finding.evidence, level)],
            [self._fact(name, value) for name, value in finding.evidence],
            [self._missing(item) for item in finding.missing],
            finding.grade.value if finding.grade is not None else "",
        ]
        if finding.defect or until is not None:
            row.append(-1 if not finding.defect else self.text(finding.defect, _DETAIL))
        if until is not None:
            row.append(self.text(self._voice.say(msg("excused for a time, until {day}", day=until))))
        self._row_data.append(row)
        self.size += 30 + 5 * len(finding.evidence)
        return len(self._row_data) - 1

    def _check(self, check: str) -> int:
        number = self._checks.get(check)
        if number is None:
            number = self._checks[check] = len(self._checks)
            self.size += 1200
        return number

    def _fact(self, name: str, value: str) -> int:
        place = self._facts.get((name, value))
        if place is None:
            place = self._facts[name, value] = len(self._fact_data)
            self._fact_data.append([self._book.sentences.places.get(name, -1), self.text(fact_text(value, self._voice), _VALUE)])
            self.size += 12
        return place

    def _missing(self, item: MissingFact) -> list[int]:
        made = self._missings.get(item)
        if made is None:
            fact, why, place = self._book.missing(item)
            made = self._missings[item] = [self.text(fact), self.text(why), place]
        return made

    def _place(self, sections: Mapping[str, str]) -> int:
        """Number of a list of sections, in the order of the facts."""
        names = tuple(map(sections.get, self._book.facts))
        place = self._places.get(names)
        if place is None:
            place = self._places[names] = len(self._place_data)
            numbers = {name: self._section_name(name) if name else -1 for name in dict.fromkeys(names)}
            self._place_data.append([numbers[name] for name in names])
            self.size += 4 * len(names)
        return place

    def _set(self, numbers: tuple[int, ...]) -> int:
        place = self._sets.get(numbers)
        if place is None:
            place = self._sets[numbers] = len(self._sets)
            self.size += 4 * len(numbers)
        return place

    def _piece(self, trail: Trail) -> list[Any]:
        """Grade, way and moment in one line, the number it is kept under, its size, its digest and its link of the chain."""
        way = self._ways.get((trail.way, trail.console))
        if way is None:
            way = self._ways[trail.way, trail.console] = self._voice.say(way_words(trail))
        head = f"{trail.grade.value} · {way} · {self._voice.format.moment(trail.observed_at)}"
        self.size += 170
        return [
            self.text(head),
            self._voice.format.number(trail.outcome),
            self._voice.format.number(trail.size),
            trail.digest,
            trail.chain,
        ]

    def _conflict(self, row: ConflictRow) -> list[int]:
        return [self.text(text, _VALUE) for text in conflict_words(row, self._voice)]

    def _section_name(self, name: str) -> int:
        return self.text(self._book.section(name))

    def _section(self, section: SectionText) -> list[Any]:
        said = [self._voice.say(word(section.status)), self._voice.say(msg("{size} bytes", size=section.size))]
        text = cleaned(section.text, _SECTION)
        self.size += len(text)
        return [self._section_name(section.name), self.text(" · ".join(said)), text, int(section.cut), section.piece]
