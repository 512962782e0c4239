"""The newest re-check of indirect evidence, beside the grades that count."""

from collections.abc import Iterable

from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.rechecking import bounds
from secaudit.report.document import RecheckRow
from secaudit.report.recheck_words import recheck_sentences
from secaudit.store import Store


def recheck_row(measured: Measured, store: Store | None, machines: Iterable[str]) -> RecheckRow | None:
    """The newest one that came to its end by the moment of the report; ``machines``: ids the report lists."""
    report = store.newest_recheck(measured.as_of) if store is not None else None
    if report is None:
        return None
    shown = frozenset(machines)
    different = [machine.endpoint for machine in report.different]
    least, most = bounds(report)
    return RecheckRow(
        checked=report.checked,
        population=len(report.draw.population),
        drawn=report.draw.size,
        missed=report.missed,
        least=least,
        most=most,
        at=report.draw.at,
        run=report.draw.run,
        seed=report.draw.seed,
        sentences=recheck_sentences(report, least, most),
        different=tuple(name for name in different if name in shown),
        elsewhere=tuple(name for name in different if name not in shown),
    )
