"""Rules about attestations and waivers: what they speak of exists, and no paper is later than what it is to prove.

Checks and requirements they name are held against the catalog where inventory and catalog meet (``pipeline/province.py``).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from secaudit.inventory.parts import CORRECT_OR_ADD, AnyPart, Declared, Remark
from secaudit.messages import Message, msg
from secaudit.model.inventory import Agency
from secaudit.model.paper import Attestation, Waiver
from secaudit.source import Loc, did_you_mean

_REQUIREMENT = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}:[a-z0-9][a-z0-9._-]{0,63}")
_CORRECT_DAYS = msg("correct one of the two days")
_NO_AGENCY = msg("There is no agency with this id")
_NO_SYSTEM = msg("There is no system with this id")
_NO_ENDPOINT = msg("There is no endpoint with this id")
_Seen = dict[str, tuple[AnyPart, Loc]]


def paper_remarks(declared: Declared) -> Iterable[Remark]:
    """Everything wrong with papers that shows without knowing the day and the catalog: whether they still hold depends on it."""
    rules = _Rules(declared)
    seen: _Seen = {}
    for part in declared.attestations:
        for index, attestation in enumerate(part.model.attestations):
            loc = part.at("attestations", index)
            yield from _once(seen, attestation.id, part, loc, msg("The attestation's id is taken: {place}"))
            yield from rules.attestation(part, loc, attestation)
    seen = {}
    for waived in declared.waivers:
        for index, waiver in enumerate(waived.model.waivers):
            loc = waived.at("waivers", index)
            yield from _once(seen, waiver.id, waived, loc, msg("The waiver's id is taken: {place}"))
            yield from rules.waiver(waived, loc, waiver)


def _once(seen: _Seen, name: str, part: AnyPart, loc: Loc, message: Message) -> Iterable[Remark]:
    at = (*loc, "id")
    if name in seen:
        yield Remark(part, at, message, name, hint=msg("reports name papers by their id: give each its own"), other=seen[name])
    else:
        seen[name] = (part, at)


class _Rules:
    """The rules, with what the rest of the inventory declares."""

    def __init__(self, declared: Declared) -> None:
        self._known = declared.known
        self._agencies: dict[str, Agency] = {part.model.agency.id: part.model.agency for part in declared.agencies}
        self._secret = {system.id for _, _, system in declared.systems() if system.state_secret}

    def attestation(self, part: AnyPart, loc: Loc, paper: Attestation) -> Iterable[Remark]:
        """One statement."""
        yield from _requirement(part, (*loc, "requirement"), paper.requirement)
        yield from self._scope(part, loc, paper)
        for index, name in enumerate(paper.agencies):
            yield from self._existed(part, (*loc, "agencies", index), name, paper.stated_on, paper.stated_on)
        named = bool(paper.systems or paper.agencies)
        if not named and not paper.province:
            hint = msg("name systems or agencies, or write province: true for all of the province")
            yield Remark(part, loc, msg("The attestation speaks of no system"), hint=hint)
        elif named and paper.province:
            message = msg("The attestation speaks of all systems of the province and of some of them")
            hint = msg("keep province: true, or the systems and agencies")
            yield Remark(part, (*loc, "province"), message, hint=hint, of_key=True)
        if paper.answer == "not_applicable" and paper.reason is None:
            message, hint = msg("What is called not applicable needs a reason"), msg("add reason: why it does not apply")
            yield Remark(part, (*loc, "answer"), message, "not_applicable", hint=hint)
        if paper.valid_until is not None and paper.valid_until < paper.stated_on:
            message = msg("The attestation ends before it was made")
            yield from _late(part, (*loc, "valid_until"), message, paper.valid_until, paper.stated_on, _CORRECT_DAYS)
        if paper.document.date > paper.stated_on:
            message = msg("The document is dated after the statement that rests on it")
            hint = msg("a statement holds from the day of its paper at the earliest: correct one of the two days")
            yield from _early(part, (*loc, "document", "date"), message, paper.document.date, paper.stated_on, hint)

    def waiver(self, part: AnyPart, loc: Loc, paper: Waiver) -> Iterable[Remark]:
        """One exception."""
        if not paper.checks and not paper.requirements:
            message = msg("The waiver excuses nothing")
            yield Remark(part, loc, message, hint=msg("name the checks or the requirements it is for"))
        if not (paper.endpoints or paper.systems or paper.agencies):
            message = msg("The waiver names no machine, system or agency")
            yield Remark(part, loc, message, hint=msg("say where it acts: no exception is for everything"))
        elif paper.requirements and not (paper.systems or paper.agencies):
            message = msg("A requirement is asked of systems, and the waiver names none")
            hint = msg("name the systems, or waive checks on these machines instead")
            yield Remark(part, (*loc, "requirements"), message, hint=hint)
        for index, requirement in enumerate(paper.requirements):
            yield from _requirement(part, (*loc, "requirements", index), requirement)
        yield from _repeated(part, (*loc, "checks"), paper.checks)
        yield from _repeated(part, (*loc, "requirements"), paper.requirements)
        yield from self._scope(part, loc, paper)
        yield from self._ids(part, (*loc, "endpoints"), paper.endpoints, self._known.endpoints, _NO_ENDPOINT)
        for index, name in enumerate(paper.agencies):
            yield from self._existed(part, (*loc, "agencies", index), name, paper.valid_from, paper.valid_until)
        if paper.valid_until < paper.valid_from:
            message = msg("The waiver ends before it begins")
            yield from _late(part, (*loc, "valid_until"), message, paper.valid_until, paper.valid_from, _CORRECT_DAYS)
        if paper.document.date > paper.valid_from:
            message = msg("The waiver begins before it was approved")
            hint = msg("it acts from the day of its document at the earliest: correct one of the two days")
            yield from _early(part, (*loc, "document", "date"), message, paper.document.date, paper.valid_from, hint)

    def _scope(self, part: AnyPart, loc: Loc, paper: Attestation | Waiver) -> Iterable[Remark]:
        yield from self._ids(part, (*loc, "systems"), paper.systems, self._known.systems, _NO_SYSTEM)
        yield from self._ids(part, (*loc, "agencies"), paper.agencies, self._known.agencies, _NO_AGENCY)
        for index, name in enumerate(paper.systems):
            if name in self._secret:
                message = msg("The system is ticked as state secret: nothing but its name and level stands here")
                hint = msg("remove it; keep the paper where state secrets are kept")
                yield Remark(part, (*loc, "systems", index), message, name, hint=hint)

    def _ids(self, part: AnyPart, loc: Loc, names: Sequence[str], known: frozenset[str], message: Message) -> Iterable[Remark]:
        yield from _repeated(part, loc, names)
        if not self._known.complete:
            return
        for index, name in enumerate(names):
            if name not in known:
                yield Remark(part, (*loc, index), message, name, hint=did_you_mean(name, known) or CORRECT_OR_ADD)

    def _existed(self, part: AnyPart, loc: Loc, name: str, first: date, last: date) -> Iterable[Remark]:
        """An agency that is no more, or not yet, has no systems of which a paper could speak."""
        agency = self._agencies.get(name)
        if agency is None:
            return
        if (agency.valid_until is not None and agency.valid_until < first) or (
            agency.valid_from is not None and agency.valid_from > last
        ):
            message = msg("The agency did not exist when the paper was valid")
            hint = msg("name the agency of that day, its successor or predecessor, or correct the date")
            yield Remark(part, loc, message, name, hint=hint)


def _requirement(part: AnyPart, loc: Loc, text: str) -> Iterable[Remark]:
    if not _REQUIREMENT.fullmatch(text):
        message = msg("This names no requirement")
        expected = msg("standard and requirement, as tcvn-14423-2026:r18")
        yield Remark(part, loc, message, text, expected, msg("secaudit requirements list shows them"))


def _repeated(part: AnyPart, loc: Loc, names: Sequence[str]) -> Iterable[Remark]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Remark(part, (*loc, index), msg("This stands here twice"), name, hint=msg("keep one"))


def _late(part: AnyPart, loc: Loc, message: Message, found: date, first: date, hint: Message) -> Iterable[Remark]:
    yield Remark(part, loc, message, found.isoformat(), msg("{day} or later", day=first.isoformat()), hint)


def _early(part: AnyPart, loc: Loc, message: Message, found: date, last: date, hint: Message) -> Iterable[Remark]:
    yield Remark(part, loc, message, found.isoformat(), msg("{day} or earlier", day=last.isoformat()), hint)
