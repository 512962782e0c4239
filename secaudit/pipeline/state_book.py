"""Which state somebody means: a day, a run, a closed period, or now."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam, end_of_day
from secaudit.model.past import Basis, PastState
from secaudit.model.plan import Plan
from secaudit.pipeline.frozen import Sources
from secaudit.pipeline.history import Known, known_states, one_a_day, state_of
from secaudit.pipeline.judging import Progress, silent
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.recounting import count_again
from secaudit.store import Store

NOW = "now"


@dataclass
class StateBook:
    """Looks states up in one store; what is written down is taken as it stands, and nothing is judged for it."""

    sources: Sources
    store: Store
    plan: Plan
    again: bool = False
    """Days are counted again from the evidence of then, whatever was written down."""
    progress: Progress = silent
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        """Read what is known."""
        self.known = known_states(self.store, self.sources.workspace, self.sources.province, self.plan.id)

    def now(self) -> PastState:
        """The present: as it was written down today from the same evidence, list and checks, else measured and written down."""
        today = day_in_vietnam(self.sources.as_of)
        inventory, catalog = self.sources.province.inventory.digest, self.sources.province.catalog.digest
        head = self.store.head()
        for state in reversed(self.known.states):
            if (
                state.basis is Basis.STATED
                and day_in_vietnam(state.moment) == today
                and (state.head, state.inventory_digest, state.catalog_digest) == (head, inventory, catalog)
            ):
                return self.store.states.with_machines(state)
        state = state_of(
            measure_province(self.sources.province, self.plan, self.store, as_of=self.sources.as_of, progress=self.progress)
        )
        self.store.states.try_record(state)
        return state

    def find(self, asked: str, parse_day: Callable[[str], date]) -> PastState:
        """The state that ``asked`` names; UsageError where it names none. ``parse_day`` reads days as people type them."""
        text = asked.strip()
        if text.lower() == NOW:
            return self.now()
        if any(period.name == text for period in self.store.periods.all()):
            return self.of_period(text)
        if text.isdecimal():
            return self.of_run(int(text))
        return self.at(parse_day(text))

    def of_period(self, name: str) -> PastState:
        """As it was closed."""
        period = self.store.periods.find(name)
        if period.closing is None:
            raise UsageError(
                msg("the period {name} is still open", name=name), hint=msg("its figures are the present ones: write now")
            )
        if period.plan != self.plan.id:
            raise UsageError(
                msg("the period {name} is one of the plan {plan}", name=name, plan=period.plan),
                hint=msg("add --plan {plan}", plan=period.plan),
            )
        for state in self.known.states:
            if state.basis is Basis.CLOSED and state.period == name:
                return self.store.states.with_machines(state)
        raise UsageError(
            msg("the archive of the period {name} is missing or was changed", name=name),
            hint=msg("secaudit period status {name} names its files", name=name),
        )

    def of_run(self, number: int) -> PastState:
        """After a run and before the next one: as written down then, else counted again."""
        runs = {run.number: run for run in self.store.runs()}
        if number not in runs:
            raise UsageError(
                msg("there is no run {number} in the store", number=number), hint=msg("secaudit runs list shows them")
            )
        end = runs[number].finished_at or runs[number].started_at
        until = runs[number + 1].started_at if number + 1 in runs else None
        for state in () if self.again else self.known.states:
            if state.basis is Basis.STATED and end <= state.moment and (until is None or state.moment < until):
                return self.store.states.with_machines(state)
        return self._counted(min(end, self.sources.as_of))

    def at(self, day: date) -> PastState:
        """Of the end of a day: the newest state written down by then, else counted again."""
        today = day_in_vietnam(self.sources.as_of)
        if day > today:
            raise UsageError(msg("{day} is still to come", day=day.strftime("%d/%m/%Y")), hint=msg("write now for the present"))
        if day == today:
            return self.now()
        if not self.again:
            earlier = [state for state in one_a_day(self.known.states) if day_in_vietnam(state.moment) <= day]
            if earlier:
                return self.store.states.with_machines(earlier[-1])
        return self._counted(end_of_day(day))

    def previous(self, state: PastState) -> PastState:
        """The newest state of a day before that of ``state``."""
        day = day_in_vietnam(state.moment)
        earlier = [one for one in one_a_day(self.known.states) if day_in_vietnam(one.moment) < day]
        if not earlier:
            raise UsageError(
                msg("nothing was written down before {day}", day=day.strftime("%d/%m/%Y")),
                hint=msg("name a day to have it counted again from the evidence of then: secaudit diff DAY"),
            )
        return self.store.states.with_machines(earlier[-1])

    def _counted(self, moment: datetime) -> PastState:
        began = self.store.states.since()
        day = day_in_vietnam(moment)
        if began is None or began > moment:
            raise UsageError(
                msg("nothing is known of {day}", day=day.strftime("%d/%m/%Y")),
                hint=msg("the oldest evidence is of {day}", day=day_in_vietnam(began).strftime("%d/%m/%Y"))
                if began is not None
                else msg("gather evidence first: secaudit scan"),
            )
        state = count_again(self.sources.province, self.plan, self.store, moment, progress=self.progress)
        if state is None:
            raise UsageError(
                msg("nothing is known of {day}", day=day.strftime("%d/%m/%Y")), hint=msg("no level rule set was in force then")
            )
        return state
