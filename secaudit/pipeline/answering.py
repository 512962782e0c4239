"""Taking in answers of collectors: what is good is kept at once, what is not is said, all of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from secaudit.intake.admission import admit, newest_each
from secaudit.intake.blocks import RawBlock, read_blocks
from secaudit.intake.matching import host_key
from secaudit.intake.opening import Opener, RefusedError
from secaudit.intake.packages import read_texts
from secaudit.intake.placing import Placed, Seen, evidence_of, kept_files, look_at, place
from secaudit.model.courier import Answer, AnswerProblem, Receipt, Refused
from secaudit.model.intake import Candidate, IntakeFile
from secaudit.model.outcome import Outcome, Way
from secaudit.model.plan import EvidenceRules, Plan
from secaudit.pipeline.judging import Progress, silent
from secaudit.pipeline.known_machines import known_machines, names_said
from secaudit.pipeline.province import Levels, Province
from secaudit.pipeline.taking_in import Taken, take_in
from secaudit.store import Store


@dataclass(frozen=True)
class ReadFiles:
    """What stands in the files, before anything is opened."""

    names: tuple[str, ...]
    """Files, and members of zips, in the order they were read."""
    blocks: tuple[RawBlock, ...]
    problems: tuple[AnswerProblem, ...]


@dataclass(frozen=True)
class Imported:
    """What became of every answer."""

    placed: tuple[Placed, ...]
    """Kept."""
    problems: tuple[AnswerProblem, ...]
    """Refused and skipped, in the order of files and blocks."""
    taken: Taken | None
    """None when nothing was kept: then there is no run either."""

    @property
    def refused(self) -> tuple[AnswerProblem, ...]:
        """Answers and files that were not taken for a reason that somebody should look at."""
        return tuple(one for one in self.problems if isinstance(one.reason, Refused))

    @property
    def skipped(self) -> tuple[AnswerProblem, ...]:
        """Good answers that add nothing."""
        return tuple(one for one in self.problems if not isinstance(one.reason, Refused))

    @property
    def newcomers(self) -> tuple[Placed, ...]:
        """Kept, of machines that nobody declares."""
        return tuple(one for one in self.placed if not one.declared)


def read_answer_files(paths: Sequence[Path]) -> ReadFiles:
    """Every block of all files that came undamaged, and everything that did not."""
    names: list[str] = []
    blocks: list[RawBlock] = []
    problems: list[AnswerProblem] = []
    for text in read_texts(paths):
        if isinstance(text, AnswerProblem):
            names.append(text.place.file)
            problems.append(text)
            continue
        names.append(text.file)
        for block in read_blocks(text.file, text.data):
            if isinstance(block, RawBlock):
                blocks.append(block)
            else:
                problems.append(block)
    return ReadFiles(tuple(names), tuple(blocks), tuple(problems))


def import_answers(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    read: ReadFiles,
    opener: Opener,
    *,
    who: str,
    clock: Callable[[], datetime],
    progress: Progress = silent,
) -> Imported:
    """Open, check, match, keep and judge. What the store has is asked once it is ours: two imports take nothing twice."""
    store.claim()
    now, receipts = clock(), store.couriers.receipts()
    problems = list(read.problems)
    agencies = {one.agency.id for one in province.inventory.agencies}
    answers = _opened(read.blocks, opener, problems)
    days = plan.evidence.fresh_days
    admitted = admit(answers, couriers=opener.couriers, receipts=receipts, agencies=agencies, now=now, fresh_days=days)
    seen = _whole(admitted.answers, province, now, problems)
    newest = newest_each([one.answer for one in seen])
    chosen = {one.mac for one in newest.answers}
    seen = [one for one in seen if one.answer.mac in chosen]
    candidates = _candidates(province, store, seen, plan.evidence, now)
    placed, unplaced = place(seen, candidates, newest_answers(receipts))
    problems += (*admitted.problems, *newest.problems, *unplaced)
    taken = None
    if placed:
        files = kept_files(placed)
        taken = take_in(
            province,
            plan,
            levels,
            store,
            way=Way.COURIER,
            who=who,
            scope=f"answers, agencies={len({one.answer.agency for one in placed})}, files={len(files)}",
            files=list(files.values()),
            outcomes=_evidence(province, placed, files, now),
            newcomers=[one.newcomer(now) for one in placed if not one.declared],
            clock=clock,
            progress=progress,
            receipts=[one.receipt for one in placed],
        )
    return Imported(placed, tuple(_in_order(read, problems)), taken)


def _evidence(province: Province, placed: Iterable[Placed], files: Mapping[str, IntakeFile], now: datetime) -> Iterator[Outcome]:
    """Made while they are kept: thousands of answers do not fit into memory unpacked."""
    for one in placed:
        endpoint = province.inventory.endpoints.get(one.endpoint)
        lab = endpoint is not None and endpoint.lab
        yield evidence_of(one, files[one.answer.place.file], province.catalog.knowledge, now, lab=lab)


def _in_order(read: ReadFiles, problems: Sequence[AnswerProblem]) -> list[AnswerProblem]:
    """By file and block, files in the order in which they were named."""
    order = {name: number for number, name in enumerate(read.names)}
    return sorted(problems, key=lambda one: (order.get(one.place.file, len(order)), one.place.block))


def _candidates(province: Province, store: Store, seen: Sequence[Seen], rules: EvidenceRules, now: datetime) -> list[Candidate]:
    """Every machine an answer can be about; where a name means none, with the names that earlier evidence gave."""
    states = store.latest(now, rules.fresh_days, console_days=rules.console_days)
    newcomers = store.newcomers()
    found = known_machines(province.inventory, states, newcomers, {})
    named = {(one.agency, name) for one in found for name in one.names}
    strangers = {one.answer.agency for one in seen if (one.answer.agency, host_key(one.name)) not in named}
    said = names_said(store, province.inventory, states, strangers)
    return known_machines(province.inventory, states, newcomers, said) if said else found


def newest_answers(receipts: Iterable[Receipt]) -> dict[str, datetime]:
    """Machine -> its own clock at the newest answer that was taken in."""
    found: dict[str, datetime] = {}
    for receipt in receipts:
        found[receipt.endpoint] = max(receipt.at, found.get(receipt.endpoint, receipt.at))
    return found


def _opened(blocks: Sequence[RawBlock], opener: Opener, problems: list[AnswerProblem]) -> list[Answer]:
    answers = []
    for block in blocks:
        try:
            answers.append(opener.open(block))
        except RefusedError as error:
            problems.append(error.problem)
    return answers


def _whole(answers: Sequence[Answer], province: Province, now: datetime, problems: list[AnswerProblem]) -> list[Seen]:
    seen = []
    for answer in answers:
        try:
            seen.append(look_at(answer, province.catalog.knowledge, now))
        except RefusedError as error:
            problems.append(error.problem)
    return seen
