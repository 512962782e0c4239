"""``secaudit`` without arguments: where the work stands and what comes next, in one look."""

import os
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from secaudit.cli.inventory_status import STANDINGS
from secaudit.cli.period import COMMANDS as PERIOD_COMMANDS
from secaudit.cli.session import Session, checks_folder, inventory_folder, workspace_folder
from secaudit.cli.workspace import existing_store
from secaudit.errors import StoreError, UsageError
from secaudit.measure.arithmetic import share_of
from secaudit.messages import Message, clean, literal, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import Decision
from secaudit.model.past import PastTarget
from secaudit.model.plan import Target
from secaudit.pipeline.inventory_status import Standing
from secaudit.pipeline.starting import FRESH, Places, Situation, look_around, next_steps
from secaudit.report.figure import Figure
from secaudit.report.format import Format
from secaudit.report.voice import Voice
from secaudit.report.words import decision_word

_STYLES = {Decision.MET: "green", Decision.MISSED: "red", Decision.UNDECIDED: "yellow"}
_NARROW = 60
"""Below so many columns a figure stands in a line of its own."""


def show_start(session: Session) -> None:
    """Print the page; nothing on it asks a machine anything or judges anew."""
    places = _places()
    now = datetime.now(UTC)
    try:
        with existing_store(places.workspace) as store:
            situation = look_around(places, store, now)
    except StoreError as error:
        situation = look_around(places, None, now, damaged=error)
    _Page(session).show(situation)


def _places() -> Places:
    asked = {name: Path(value) for name in ("INVENTORY", "WORKSPACE", "CHECKS") if (value := os.environ.get(f"SECAUDIT_{name}"))}
    workspace = workspace_folder(asked.get("WORKSPACE"))
    inventory: Path | None = None
    several: tuple[Path, ...] = ()
    try:
        inventory = inventory_folder(asked.get("INVENTORY"))
    except UsageError:
        several = tuple(sorted(path.parent for path in Path("inventories").glob("*/province.yaml")))
    demo = next((path for path in (Path("demo/report/index.html"), Path("demo/report.html")) if path.is_file()), None)
    sample = inventory == Path("inventories/thai-nguyen") and Path("inventories/lab/thai-nguyen.yaml").is_file()
    return Places(
        inventory, several, workspace, checks_folder(asked.get("CHECKS")), demo, sample, "letters" in PERIOD_COMMANDS
    )  # fmt: skip


class _Page:
    """Lines that a console of 40 columns can show too."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._voice = Voice(session.translator)
        self._format: Format = self._voice.format

    def show(self, situation: Situation) -> None:
        """Head, who has sent what, targets, next steps."""
        self._line(msg("SECAUDIT – information security of the province"), style="bold")
        self._line(self._day(situation))
        if situation.places.inventory is not None:
            self._heading(msg("Who has sent what"))
            self._sent(situation)
        self._targets(situation)
        self._heading(msg("Next"))
        for number, step in enumerate(next_steps(situation), start=1):
            self._line(msg("{number}. {why}", number=number, why=step.why), style="bold")
            # In one piece, so that it can be marked and typed.
            self._session.out.print(Text(f"   {clean(step.command)}", style="cyan"), soft_wrap=True)
        self._line(msg("All commands: secaudit --help"), style="dim")

    def _say(self, message: Message) -> str:
        return clean(self._voice.say(message))

    def _line(self, message: Message, *, style: str = "") -> None:
        self._session.out.print(Text(self._say(message), style=style))

    def _heading(self, message: Message) -> None:
        self._session.out.print()
        self._line(message, style="bold underline")

    def _day(self, situation: Situation) -> Message:
        day, (first, last) = situation.day, situation.span
        period = situation.period
        number, days, left = (day - first).days + 1, (last - day).days, (last - first).days + 1
        if period is not None and period.closing is None:
            if number < 1:
                return msg("{day}: period {name} begins on {first}", day=day, name=period.name, first=first)
            if days < 0:
                return msg("{day}: period {name} ended on {last} and is not closed", day=day, name=period.name, last=last)
            return msg("{day}: day {number}/{days} of period {name}, {left} days to its closing ({last})", day=day,
                       number=number, days=left, name=period.name, left=days, last=last)  # fmt: skip
        said = msg("{day}: day {number}/{days} of the reporting year by law, {left} days to its end ({last})", day=day,
                   number=number, days=left, left=days, last=last)  # fmt: skip
        if period is None or period.closing is None:
            return msg("{said}; no period is open", said=said)
        return msg("{said}; period {name} was closed on {closed}", said=said, name=period.name,
                   closed=day_in_vietnam(period.closing.closed_at))  # fmt: skip

    def _sent(self, situation: Situation) -> None:
        agencies = situation.agencies
        if situation.broken:
            self._line(msg("province.yaml has mistakes: nothing can be counted"), style="red")
        elif agencies is None:
            self._line(msg("{count} agencies", count=situation.files))
        else:
            counted = [(one, agencies.standings.get(one, 0)) for one in reversed(Standing)]
            parts = tuple(msg("{what}: {count}", what=STANDINGS[one], count=count) for one, count in counted if count)
            if parts:
                self._line(msg("{count} agencies: {parts}", count=len(agencies.agencies), parts=_joined(parts)))
            else:
                self._line(msg("no agency yet"))
            known = [one.summary for one in agencies.agencies if one.summary is not None]
            machines = sum(one.in_use - one.isolated for one in known)
            people = sum(one.people_as_of is not None for one in known)
            self._line(msg("{count} machines declared; {people} agencies gave dated head counts", count=machines, people=people))
        gathered = situation.gathered
        if situation.damaged is not None:
            self._line(msg("the store cannot be read: {why}", why=situation.damaged.message), style="red")
        elif gathered is None or gathered.newest is None:
            self._line(msg("no machine was looked at yet"), style="yellow")
        else:
            self._line(msg("{count} machines seen within {days} days; newest evidence {moment}", count=gathered.seen,
                           days=FRESH.days, moment=gathered.newest))  # fmt: skip
            if gathered.handed:
                self._line(msg("collectors: {answered} of {handed} agencies have answered", answered=gathered.answered,
                               handed=gathered.handed))  # fmt: skip

    def _targets(self, situation: Situation) -> None:
        plan, state = situation.plan, situation.gathered.state if situation.gathered is not None else None
        if plan is None or situation.places.inventory is None:
            return
        self._heading(literal(plan.name))
        found = {one.target: one for one in state.targets} if state is not None else {}
        if state is not None:
            days = (situation.day - day_in_vietnam(state.moment)).days
            self._line(msg("figures of {moment}", moment=state.moment) if not days
                       else msg("figures of {moment}, {days} days ago", moment=state.moment, days=days), style="dim")  # fmt: skip
        else:
            self._line(msg("no figures yet: secaudit report writes them down"), style="dim")
        for number, target in enumerate(plan.targets, start=1):
            overdue = plan.is_overdue(target, situation.day)
            self._target(number, target, found.get(target.id), overdue=overdue)

    def _target(self, number: int, target: Target, one: PastTarget | None, *, overdue: bool) -> None:
        share = share_of(target.share)
        head = clean(f"{number}. {target.short.pick(self._voice.language)} ({self._format.aim(target.sign, share)})")
        if one is None:
            self._session.out.print(Text(head))
            return
        found = one.tally
        figure = Figure(found.proven, found.disproven, found.unknown, found.total, found.lower, found.upper)
        shown = clean(self._format.interval(figure, share))
        decision = Text(self._say(decision_word(one.decision, overdue=overdue)), style=_STYLES.get(one.decision, ""))
        gap = "\n   " if self._session.out.width < _NARROW else " "
        self._session.out.print(Text.assemble(f"{head}:{gap}{shown} – ", decision))


def _joined(parts: tuple[Message, ...]) -> Message:
    names = {f"part{place}": part for place, part in enumerate(parts)}
    return Message(", ".join(f"{{{name}}}" for name in names), names)
