"""Who appraises and who approves at a level."""

from collections.abc import Iterable
from datetime import date

from secaudit.model.base import Texts
from secaudit.model.catalog import Catalog
from secaudit.model.procedure import Authority, Procedure


def authorities(catalog: Catalog, level: int, day: date) -> Authority | None:
    """Who decides on a system of ``level`` under the procedure in force on ``day``; None when there is none."""
    procedure = catalog.law.procedure(day)
    return None if procedure is None else procedure.authority(level)


def common(procedure: Procedure, levels: Iterable[int]) -> tuple[Texts | None, Texts | None, tuple[Authority, ...]]:
    """Appraiser and approver where all possible levels agree on them, else None; with the entries they come from."""
    found: dict[str, Authority] = {}
    for level in levels:
        authority = procedure.authority(level)
        if authority is not None:
            found.setdefault(authority.clause + authority.approver.vi, authority)
    entries = tuple(found.values())
    appraisers = {one.appraiser.vi: one.appraiser for one in entries}
    approvers = {one.approver.vi: one.approver for one in entries}
    return (
        next(iter(appraisers.values())) if len(appraisers) == 1 else None,
        next(iter(approvers.values())) if len(approvers) == 1 else None,
        entries,
    )
