"""What became of an agency since the newest earlier state: its figures then, its machines then and now."""

from collections.abc import Sequence

from secaudit.model.past import Past
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.targets import figure_of
from secaudit.report.agency_page import Changes, OwnMachine


class ChangesOf:
    """Compares for every agency."""

    def __init__(self, measured: Measured, past: Past) -> None:
        """The newest earlier state is taken."""
        self._before = past.states[-1] if past.states else None
        self._numbers = {measurement.target: number for number, measurement in enumerate(measured.measurements, start=1)}

    def of(self, agency: str, machines: Sequence[OwnMachine]) -> Changes:
        """What changed; nothing where no earlier state is known."""
        if self._before is None:
            return Changes()
        figures = [
            (self._numbers[target.target], figure_of(target.agencies[agency]))
            for target in self._before.targets
            if agency in target.agencies and target.target in self._numbers
        ]
        return Changes(self._before.moment, (), tuple(sorted(figures, key=lambda item: item[0])))
