"""What a period is read from: the present inventory and store, or the archive of one that was closed."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from secaudit.errors import DataError, StoreError, UsageError
from secaudit.messages import Message, clean, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.past import Past
from secaudit.model.period import Period
from secaudit.model.plan import Plan
from secaudit.pipeline.archive import CHECKS, EVIDENCE, FIGURES, INVENTORY, REPORT_PAGE, archive_of, require_intact
from secaudit.pipeline.figures import differences, figures_of, levels_of
from secaudit.pipeline.history import past_of, state_of
from secaudit.pipeline.judging import Progress, silent
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, Levels, Province, classify_province, load_province
from secaudit.pipeline.recounting import FEW, SMALL, recount
from secaudit.report.official import Paper
from secaudit.report.voice import Voice
from secaudit.store import Store

_SHOWN = 5


@dataclass(frozen=True)
class Sources:
    """Everything a paper is made of, and the moment it is for."""

    province: Province
    store: Store | None
    as_of: datetime
    period: Period | None = None
    """The closed period all of it is from; None for the present."""
    folder: Path | None = None
    """Its archive."""
    figures: Mapping[str, Any] | None = None
    """What was printed when it was closed."""
    workspace: Path = Path()
    """Where archives of closed periods stand."""
    present: bool = False
    """All of it is of now: neither of an earlier day nor of a closed period."""

    def plan(self, asked: str) -> Plan:
        """The plan asked for; of a closed period its own, since of others nothing was frozen."""
        if self.period is None:
            return self.province.plan(asked)
        if asked not in (DEFAULT_PLAN, self.period.plan):
            raise UsageError(
                msg("the period {name} is one of the plan {plan}", name=self.period.name, plan=self.period.plan),
                hint=msg("leave --plan out"),
            )
        return self.province.plan(self.period.plan)

    def measure(self, asked: str = DEFAULT_PLAN, *, progress: Progress = silent) -> Measured:
        """The plan measured; StoreError when a closed period would not give the figures it was closed with."""
        measured = measure_province(self.province, self.plan(asked), self.store, as_of=self.as_of, progress=progress)
        if self.figures is not None:
            self._require_same(self.figures, figures_of(measured))
        return replace(measured, period=self.period)

    def past(self, measured: Measured) -> Past:
        """What is known of earlier days; of a closed period as it was known when it was closed.

        Of a small province the newest month ends that nobody wrote down are counted again.
        """
        if self.present and self.store is not None and len(self.province.inventory.endpoints) <= SMALL:
            recount(self.province, measured.plan, self.store, self.workspace, as_of=measured.as_of, most=FEW)
        return past_of(measured, self.store, self.workspace)

    def record(self, measured: Measured) -> bool:
        """Write down what was measured, where it is of now and nobody else writes to the store."""
        return self.present and self.store is not None and self.store.states.try_record(state_of(measured))

    def classify(self) -> tuple[Province, Levels]:
        """The province of the day and the levels of its systems; StoreError as for :meth:`measure`."""
        province = self.province.on(day_in_vietnam(self.as_of))
        levels = classify_province(province, day_in_vietnam(self.as_of))
        if self.figures is not None:
            self._require_same({"levels": self.figures["levels"]}, {"levels": levels_of(levels)})
        return province, levels

    def _require_same(self, frozen: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """What was closed stands: other figures under its name are never printed."""
        found = differences(frozen, now)
        if not found or self.period is None or self.folder is None:
            return
        shown = "; ".join(f"{place}: {before} → {after}" for place, before, after in found[:_SHOWN])
        rest = f" (+{len(found) - _SHOWN})" if len(found) > _SHOWN else ""
        raise StoreError(
            msg(
                "This program counts other figures than the period {name} was closed with: {differences}",
                name=self.period.name, differences=clean(shown + rest, limit=1500),
            ),
            where=clean(str(self.folder / FIGURES)),
            hint=_as_closed(self.folder),
        )  # fmt: skip


@contextmanager
def closed_sources(workspace: Path, store: Store, name: str) -> Iterator[Sources]:
    """The sources of a closed period, every byte compared with its digest; UsageError for one that is open."""
    period = store.periods.find(name)
    if period.closing is None:
        raise UsageError(
            msg("the period {name} is still open", name=name), hint=msg("its figures are the present ones: leave --period out")
        )
    folder = archive_of(workspace, name)
    require_intact(folder, period.closing.digest)
    province = _province(folder, name)
    figures = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    with frozen_store(folder / EVIDENCE) as frozen:
        yield Sources(province, frozen, period.closing.moment, period, folder, figures, workspace)


def _province(folder: Path, name: str) -> Province:
    """What was frozen; a program that reads inventories or catalogs otherwise than the one that closed them says so."""
    try:
        return load_province(folder / INVENTORY, folder / CHECKS, folder)
    except DataError as error:
        first = error.problems[0]
        raise StoreError(
            msg(
                "This program cannot read what the period {name} was closed with: {place}: {problem}",
                name=name, place=clean(first.place()), problem=first.message,
            ),
            where=clean(str(folder)),
            hint=_as_closed(folder),
        ) from error  # fmt: skip


def _as_closed(folder: Path) -> Message:
    return msg(
        "the figures of the closing stand: {page}; print the period again with the secaudit it was closed with",
        page=clean(str(folder / REPORT_PAGE)),
    )


@contextmanager
def frozen_store(path: Path) -> Iterator[Store]:
    """The store of an archive, which is never written: one with an older schema is read from a copy brought up to date."""
    try:
        store = Store.peek(path)
    except StoreError:
        with tempfile.TemporaryDirectory(prefix="secaudit-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / "evidence" / EVIDENCE
            copy.parent.mkdir(mode=0o700)
            shutil.copyfile(path, copy)
            with Store.open(copy, create=False) as newer:
                yield newer
        return
    with store:
        yield store


def period_words(measured: Measured) -> tuple[Message, ...]:
    """The line by which a paper names the closed period it is printed from; nothing for a paper of the present."""
    period = measured.period
    if period is None or period.closing is None:
        return ()
    return (msg("Closed period {name}, digest {digest}.", name=period.name, digest=period.closing.digest),)


def with_period(paper: Paper, measured: Measured, voice: Voice) -> Paper:
    """The paper, naming in its last lines the closed period it is printed from."""
    return replace(paper, basis=(*paper.basis, *(voice.say(words) for words in period_words(measured))))


def chain_stands(store: Store, period: Period) -> bool:
    """Whether the present store still holds the outcomes the period was closed over, in the same chain."""
    closing = period.closing
    return closing is None or not closing.outcome or store.number_of(closing.head) == closing.outcome
