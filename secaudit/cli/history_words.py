"""The course of figures and of one machine, for people and for programs."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from secaudit.cli.diff_words import state_json
from secaudit.cli.measure import tally_json
from secaudit.cli.output import percent
from secaudit.cli.progress import WIDE
from secaudit.cli.runs import outcome_json
from secaudit.cli.session import Session
from secaudit.cli.states import interval, print_lines, state_words
from secaudit.messages import clean, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import Decision
from secaudit.model.outcome import Sight
from secaudit.model.past import PastState
from secaudit.model.plan import Plan
from secaudit.pipeline.change_words import machine_words
from secaudit.pipeline.course import MachineCourse, MachineTurn, Point
from secaudit.pipeline.province import Province
from secaudit.report.format import Format
from secaudit.report.voice import Voice
from secaudit.report.words import decision_word, word

FIGURE_COLUMNS = (
    "day", "basis", "period", "target", "agency", "proven", "disproven", "unknown", "total", "lower_percent", "upper_percent",
    "decision",
)  # fmt: skip
Courses = Mapping[str, tuple[Point, ...]]
"""Target -> its course."""
_BARS = "▁▂▃▄▅▆▇█"
STYLES = {Decision.MET: "green", Decision.MISSED: "red", Decision.UNDECIDED: "yellow"}


def print_figures(session: Session, plan: Plan, states: Sequence[PastState], courses: Courses) -> None:
    """A line for each state, the proven shares as a small picture above; on a narrow console a part for each target."""
    language = session.translator.language
    titles = [clean(f"{number}. {target.short.pick(language)}") for number, target in enumerate(plan.targets, start=1)]
    if session.out.width < WIDE:
        for title, course in zip(titles, courses.values(), strict=True):
            _print_course(session, title, course)
        return
    show = Format(language)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(session.text(msg("State")), overflow="fold")
    for title in titles:
        table.add_column(title, overflow="fold", justify="right")
    table.add_row(session.text(msg("proven")), *(Text(picture(course), style="bold") for course in courses.values()))
    for place, state in enumerate(states):
        points = [course[place] for course in courses.values()]
        cells = (Text(interval(one.tally, show), style=_style(one)) for one in points)
        table.add_row(session.text(state_words(session, state)), *cells)
    session.out.print(table)


def print_left(session: Session, states: Sequence[PastState], left: Mapping[int, int]) -> None:
    """A share that rises while machines leave the list need not show that anything was put in order."""
    show = Format(session.translator.language)
    lines = [
        msg(
            "{before} – {after}: machines that left the list: {count}; the proven share can have risen by that alone.",
            before=show.day(day_in_vietnam(states[place - 1].moment)), after=show.day(day_in_vietnam(states[place].moment)),
            count=count,
        )
        for place, count in left.items()
        if count
    ]  # fmt: skip
    print_lines(session, (session.text(line) for line in lines))


def _print_course(session: Session, title: str, course: tuple[Point, ...]) -> None:
    show = Format(session.translator.language)
    session.out.print(Text(f"{title}  {picture(course)}", style="bold"))
    for point in course:
        line = Text(f"   {session.text(state_words(session, point.state))}: {interval(point.tally, show)}")
        if point.decision is not None:
            line.append(f", {session.text(decision_word(point.decision, overdue=False))}", style=_style(point))
        session.out.print(line)


def _style(point: Point) -> str:
    return STYLES.get(point.decision, "") if point.decision is not None else ""


def picture(course: Iterable[Point]) -> str:
    """One bar for each state, as high as its proven share; a dot where nothing is known."""
    return "".join(_bar(None if point.tally is None else point.tally.lower) for point in course)


def _bar(share: Fraction | None) -> str:
    return "·" if share is None else _BARS[min(int(share * len(_BARS)), len(_BARS) - 1)]


def figure_rows(courses: Courses, agency: str | None) -> list[dict[str, object]]:
    """The table for spreadsheets: a line for each target of each state."""
    return [_row(target, point, agency) for target, course in courses.items() for point in course]


def _row(target: str, point: Point, agency: str | None) -> dict[str, object]:
    tally = point.tally
    counts = {} if tally is None else {name: getattr(tally, name) for name in ("proven", "disproven", "unknown", "total")}
    return {
        "day": day_in_vietnam(point.state.moment).isoformat(),
        "basis": point.state.basis.value,
        "period": point.state.period,
        "target": target,
        "agency": agency,
        **counts,
        "lower_percent": None if tally is None else percent(tally.lower),
        "upper_percent": None if tally is None else percent(tally.upper),
        "decision": None if point.decision is None else point.decision.value,
    }


def history_json(states: Sequence[PastState], courses: Courses, agency: str | None, left: Mapping[int, int]) -> dict[str, Any]:
    """As docs/json.md describes it."""
    return {
        "agency": agency,
        "states": [
            {
                **{name: value for name, value in state_json(state).items() if name not in ("machines", "digest")},
                "day": day_in_vietnam(state.moment).isoformat(),
                "left": left.get(place),
                "targets": [_target_json(target, course[place]) for target, course in courses.items()],
            }
            for place, state in enumerate(states)
        ],
    }


def _target_json(target: str, point: Point) -> dict[str, Any]:
    counts = None if point.tally is None else tally_json(point.tally)
    return {"target": target, "decision": point.decision, "figures": counts}


def print_machine(session: Session, province: Province, found: MachineCourse) -> None:
    """What became of it, then all evidence, the newest first."""
    voice = Voice(session.translator)
    session.out.print(Text(clean(found.machine), style="bold"))
    if found.turns:
        session.out.print(Text(session.text(msg("What became of it from state to state"))))
        print_lines(session, (f"  · {_turn_line(session, voice, province, turn)}" for turn in found.turns))
    if not found.attempts:
        session.out.print(Text(session.text(msg("Nobody ever tried to see it."))))
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in (msg("Moment"), msg("Way"), msg("Grade"), msg("Result"), msg("Run"), msg("No.")):
        table.add_column(session.text(heading), overflow="fold")
    for one in found.attempts:
        outcome = one.outcome
        seen = outcome.sight is Sight.SEEN
        table.add_row(
            voice.format.moment(outcome.finished_at),
            session.text(word(outcome.way)),
            outcome.grade.value if seen else "–",
            Text(session.text(word(outcome.sight)), style="green" if seen else "yellow"),
            str(one.run),
            str(one.number),
        )
    session.out.print(table)


def _turn_line(session: Session, voice: Voice, province: Province, turn: MachineTurn) -> str:
    said = machine_words(voice, province, turn.change)
    days = f"{voice.format.day(turn.before.moment)} → {voice.format.day(turn.after.moment)}"
    kind = session.text(word(turn.change.turn))
    return f"{days}: {kind}" + (f"; {said}" if said else "")


def machine_json(session: Session, province: Province, found: MachineCourse) -> dict[str, Any]:
    """As docs/json.md describes it."""
    voice = Voice(session.translator)
    return {
        "machine": found.machine,
        "turns": [
            {
                "before": turn.before.moment,
                "after": turn.after.moment,
                "turn": turn.change.turn,
                "checks": list(turn.change.checks),
                "protection": turn.change.protection,
                "words": machine_words(voice, province, turn.change) or voice.say(word(turn.change.turn)),
            }
            for turn in found.turns
        ],
        "evidence": [outcome_json(one) for one in found.attempts],
    }
