"""What became of an agency since the newest earlier state: its figures then, its machines then and now."""

from secaudit.model.base import day_in_vietnam
from secaudit.model.past import Change, Past
from secaudit.model.protection import ProtectionGrade
from secaudit.pipeline.history import changes, state_of
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.targets import figure_of
from secaudit.report.agency_page import ChangeRow, Changes


class ChangesOf:
    """Compares once, for every agency."""

    def __init__(self, measured: Measured, past: Past) -> None:
        """With the newest state of an earlier day."""
        self._before = past.before(day_in_vietnam(measured.as_of))
        self._numbers = {measurement.target: number for number, measurement in enumerate(measured.measurements, start=1)}
        self._changes: dict[str, list[Change]] = {}
        self._machines_known = self._before is not None and bool(self._before.machines)
        if self._before is None or not self._machines_known:
            return
        now = state_of(measured)
        for change in changes(self._before, now):
            # Of a machine that moved each agency hears its own part, and nothing of where it came from or went.
            was, still = self._before.machines.get(change.endpoint), now.machines.get(change.endpoint)
            for agency in {one.agency for one in (was, still) if one is not None}:
                self._changes.setdefault(agency, []).append(change)

    def of(self, agency: str, machines: frozenset[str]) -> Changes:
        """What changed; ``machines``: ids of those on the agency's page."""
        if self._before is None:
            return Changes()
        figures = [
            (self._numbers[target.target], figure_of(target.agencies[agency]))
            for target in self._before.targets
            if agency in target.agencies and target.target in self._numbers
        ]
        rows = tuple(_row(change, change.endpoint in machines) for change in self._changes.get(agency, ()))
        return Changes(self._before.moment, rows, tuple(sorted(figures, key=lambda item: item[0])), self._machines_known)


def _row(change: Change, listed: bool) -> ChangeRow:
    before, after = change.protection or (None, None)
    return ChangeRow(
        machine=change.endpoint,
        turn=change.turn,
        checks=change.checks,
        protection=(_grade(before), _grade(after)) if change.protection is not None else None,
        since=change.since,
        listed=listed,
        beside=change.beside,
    )


def _grade(pair: tuple[int, int] | None) -> ProtectionGrade | None:
    return None if pair is None else ProtectionGrade(*pair)
