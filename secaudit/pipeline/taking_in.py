"""Taking in evidence that came as a file: one run, the file kept whole, outcomes, newcomers, and what judging makes of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from secaudit.collect import Job
from secaudit.model.courier import Receipt
from secaudit.model.intake import IntakeFile, Newcomer
from secaudit.model.outcome import Outcome, Run, StoredOutcome, Way
from secaudit.model.plan import Plan
from secaudit.pipeline.judging import Progress, batched, silent
from secaudit.pipeline.province import Levels, Province
from secaudit.pipeline.seeing import Judged, Selection, judge_new
from secaudit.pipeline.uncollected import uncollected
from secaudit.store import Store

_BATCH = 500
"""Outcomes in one transaction."""


@dataclass(frozen=True)
class Taken:
    """What was kept; outcomes without their captures and facts, as the store lists them."""

    run: Run
    outcomes: tuple[StoredOutcome, ...]
    judged: Judged


@uncollected()
def take_in(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    *,
    way: Way,
    who: str,
    scope: str,
    files: Sequence[IntakeFile],
    outcomes: Iterable[Outcome],
    newcomers: Sequence[Newcomer],
    clock: Callable[[], datetime],
    progress: Progress = silent,
    receipts: Sequence[Receipt] = (),
    judging: bool = True,
) -> Taken:
    """Keep files, outcomes and newcomers as one run and, unless the caller leaves it to later, judge the machines concerned.

    Outcomes of machines nobody declared stand under their newcomer's id and are judged once they are declared. A run that is
    broken off leaves its outcomes, and importing again repeats nothing that matters: the newer evidence of a machine counts.
    ``outcomes`` may be made one by one while they are kept. ``receipts`` of collectors' answers, one for each outcome or none,
    stand in the same transaction as their outcomes: an answer is kept and known as kept, or neither.
    """
    started = clock()
    run = store.begin_run(
        who=who,
        way=way,
        scope=scope,
        inventory_digest=province.inventory.digest,
        catalog_digest=province.catalog.digest,
        started_at=started,
    )
    status = "failed"
    kept: list[StoredOutcome] = []
    try:
        for file in files:
            store.keep_file(run.number, file, started)
        store.keep_newcomers(newcomers)
        for part in batched(outcomes, _BATCH):
            done = store.keep(run.number, part, receipts=receipts[len(kept) : len(kept) + len(part)])
            # Without what the store now has: the captures of a province do not fit into memory.
            kept += [replace(one, outcome=replace(one.outcome, capture=None, facts=None)) for one in done]
        status = "finished"
    except KeyboardInterrupt:
        status = "interrupted"
        raise
    finally:
        run = store.end_run(run.number, status, clock())
    if not judging:
        return Taken(run, tuple(kept), Judged(0, 0, 0))
    declared = province.inventory.endpoints
    jobs = {one.outcome.endpoint: Job(declared[one.outcome.endpoint], None) for one in kept if one.outcome.endpoint in declared}
    selection = Selection(tuple(jobs.values()), fresh=0, isolated=0)
    judged = judge_new(province, plan, levels, store, selection, run.number, clock(), progress)
    return Taken(run, tuple(kept), judged)
