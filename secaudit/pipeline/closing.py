"""Closing a period: inventory, catalog, evidence and figures become one archive with one digest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from secaudit import __version__
from secaudit.errors import DataError
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import Decision
from secaudit.model.past import Basis
from secaudit.model.period import Closing, Period
from secaudit.pipeline.archive import (
    CHECKS,
    EVIDENCE,
    FIGURES,
    INVENTORY,
    REPORT_DATA,
    REPORT_PAGE,
    archive_of,
    as_text,
    building,
    copy_sources,
    publish,
    seal,
    withdraw,
)
from secaudit.pipeline.figures import figures_of
from secaudit.pipeline.history import past_of, state_of
from secaudit.pipeline.judging import BATCH, Progress, batched, gather_states, parse_captures, silent
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.one_page import one_page
from secaudit.pipeline.province import Province, load_province
from secaudit.pipeline.publish import publish as document_of
from secaudit.pipeline.publish.agencies import has_sent, in_scope
from secaudit.report import render_json
from secaudit.resources import data_folder, translator
from secaudit.store import Store
from secaudit.store.freezing import settle_copy


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be closed, from where, by whom and why."""

    period: Period
    inventory: Path
    checks: Path
    workspace: Path
    moment: datetime
    """Moment the figures are for."""
    now: datetime
    who: str
    early: str = ""
    accept_open: bool = False


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something that is not finished and would stay so."""

    kind: str
    message: Message
    names: tuple[str, ...]


@dataclass(frozen=True)
class Closed:
    """What came of it."""

    period: Period
    """Without a closing when something is open and nobody accepted that."""
    measured: Measured
    open_points: tuple[OpenPoint, ...]
    folder: Path
    aside: Path | None = None
    """Where an archive was put that a killed process had left; it closed nothing."""


def close_period(store: Store, order: Order, *, progress: Progress = silent) -> Closed:
    """Freeze and close, or find what is open and change nothing; raises DataError, OutputError and StoreError.

    Figures are computed from the archive itself, so that printing them again starts from the same bytes.
    """
    store.claim()
    place = archive_of(order.workspace, order.period.name)
    number, head = store.periods.point(order.moment)
    with building(order.workspace, order.period.name) as stage:
        copy_sources(stage, order.inventory, order.checks, order.workspace)
        province = _province(stage, order)
        evidence = stage / EVIDENCE
        store.periods.copy(evidence, moment=order.moment, outcome=number)
        with Store.open(evidence, create=False) as frozen:
            _freeze_evidence(province, order, store, frozen)
            measured = measure_province(province, province.plan(order.period.plan), frozen, as_of=order.moment, progress=progress)
            points = open_points(measured)
            if points and not order.accept_open:
                return Closed(order.period, measured, points, place)
            _write_figures(stage, replace(measured, period=order.period), frozen, order.workspace)
        settle_copy(evidence)
        digest = seal(stage, _about(order, measured, number, head, points))
        aside = publish(stage, place)
        closing = Closing(order.now, order.who, order.moment, digest, number, head, order.early, bool(points))
        try:
            period = store.periods.close(order.period.name, closing)
        except BaseException:
            withdraw(place)
            raise
        measured = replace(measured, period=period)
        # The period is closed whatever becomes of this: its archive holds the same figures.
        store.states.try_record(state_of(measured, basis=Basis.CLOSED))
    return Closed(period, measured, points, place, aside)


def open_points(measured: Measured) -> tuple[OpenPoint, ...]:
    """What a closing would leave open for good."""
    undecided = [one.target for one in measured.measurements if one.decision is Decision.UNDECIDED]
    silent_agencies = [one.agency.id for one in in_scope(measured) if not has_sent(measured, one)]
    held = sorted(name for name, state in measured.states.items() if state.doubt is not None)
    waiting = [one.id for one in measured.newcomers]
    found: Sequence[tuple[str, Message, Sequence[str]]] = (
        ("undecided", msg("{count} targets are undecided", count=len(undecided)), undecided),
        ("not_sent", msg("{count} agencies have sent nothing", count=len(silent_agencies)), silent_agencies),
        ("held", msg("{count} machines are in quarantine", count=len(held)), held),
        ("newcomers", msg("{count} new machines wait for their agencies", count=len(waiting)), waiting),
    )
    return tuple(OpenPoint(kind, message, tuple(names)) for kind, message, names in found if names)


def _province(stage: Path, order: Order) -> Province:
    """What was copied, loaded; mistakes are told of the files that people can correct."""
    try:
        return load_province(stage / INVENTORY, stage / CHECKS, stage)
    except DataError as error:
        load_province(order.inventory, order.checks, order.workspace)
        raise error from None


def _freeze_evidence(province: Province, order: Order, store: Store, frozen: Store) -> None:
    """Captures and facts of all evidence that counts; facts as the frozen catalog reads them, so that nothing is parsed again."""
    rules = province.plan(order.period.plan).evidence
    states = gather_states(province.on(day_in_vietnam(order.moment)), frozen, as_of=order.moment, rules=rules)
    evidence = {piece.number: piece for state in states.values() for piece in state.pieces}
    store.periods.copy_evidence(frozen.path, evidence)
    digest = province.catalog.digest
    for numbers in batched(evidence, BATCH):
        notes = frozen.evidence_notes(numbers)
        behind = [number for number in numbers if (note := notes.get(number)) is None or note.knowledge_digest != digest]
        facts = parse_captures(province, frozen, {number: evidence[number] for number in behind})
        frozen.save_facts_of(facts, knowledge_digest=digest)


def _write_figures(stage: Path, measured: Measured, frozen: Store, workspace: Path) -> None:
    document = document_of(measured, frozen, past=past_of(measured, frozen, workspace))
    (stage / FIGURES).write_bytes(as_text(figures_of(measured)))
    (stage / REPORT_DATA).write_bytes(render_json(document))
    (stage / REPORT_PAGE).write_bytes(one_page(document, translator("vi"), data_folder("report_templates")))


def _about(order: Order, measured: Measured, number: int, head: str, points: Sequence[OpenPoint]) -> dict[str, object]:
    """The head of the manifest: what a person needs to recognise the period by."""
    period = order.period
    return {
        "period": {
            "name": period.name,
            "plan": period.plan,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "opened_at": period.opened_at.isoformat(),
            "opened_by": period.opened_by,
            "moment": order.moment.isoformat(),
            "closed_at": order.now.isoformat(),
            "closed_by": order.who,
            "early": order.early,
            "open": {point.kind: list(point.names) for point in points},
        },
        "inventory_digest": measured.province.inventory.digest,
        "catalog_digest": measured.province.catalog.digest,
        "rule_set": measured.levels.rules.id,
        "outcome": number,
        "chain_head": head,
        "titles": {one.id: {"vi": one.short.vi, "en": one.short.en} for one in measured.plan.targets},
        "decisions": {one.target: one.decision.value for one in measured.measurements},
        "secaudit": __version__,
    }
