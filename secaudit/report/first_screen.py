"""What the first screen calls, on the page and on paper: its charts, its tiles, the words of its conclusion."""

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from secaudit.messages import Message
from secaudit.model.measurement import Decision
from secaudit.report.bar_chart import bar_chart
from secaudit.report.charts import Chart, svg
from secaudit.report.document import AgencyRow, ReportDocument, SubTargetRow, TargetRow, Tile, TrendRow
from secaudit.report.format import clause_text
from secaudit.report.trend_chart import trend_chart
from secaudit.report.voice import Voice
from secaudit.report.words import decision_word

_SHORT = 12
"""Characters of a digest that are enough to tell two states apart at a glance; the whole ones stand at the end of the page."""
_LETTERS = {Tile.GOOD: "g", Tile.CLARIFY: "c", Tile.ACT: "a", Tile.SILENT: "s", None: "n"}


def first_screen_names(document: ReportDocument, voice: Voice) -> dict[str, Any]:
    """By the name templates call them with."""
    return {
        "conclusions": lambda: [(kind, count, voice.say(words)) for kind, count, words in conclusions(document)],
        "bar_of": _bar_of(voice),
        "courses": lambda: [(target, svg(made)) for target, made in courses(document, voice)],
        "outlooks": lambda: outlooks(document.trend, voice),
        "course_notes": lambda: notes_of(document.trend),
        "tile_of": lambda row: tile_key(row, document.targets),
        "tile_keys": lambda: sorted({tile_key(row, document.targets) for row in document.agencies}),
        "cited": clause_text,
        "short": short_digest,
    }


def short_digest(digest: str) -> str:
    """Its beginning."""
    return digest[:_SHORT]


def conclusions(document: ReportDocument) -> list[tuple[Decision, int, Message]]:
    """How many targets stand how; that nothing is not applicable need not be said."""
    counts = document.conclusion
    missed = [row for row in document.targets if row.decision is Decision.MISSED]
    overdue = bool(missed) and all(row.overdue for row in missed)
    found = (
        (Decision.MET, counts.met),
        (Decision.MISSED, counts.missed),
        (Decision.UNDECIDED, counts.undecided),
        (Decision.NOT_APPLICABLE, counts.not_applicable),
    )
    return [
        (kind, count, decision_word(kind, overdue=overdue))
        for kind, count in found
        if count or kind is not Decision.NOT_APPLICABLE
    ]


def outlooks(rows: Sequence[TrendRow], voice: Voice) -> list[tuple[tuple[int, ...], Message | str]]:
    """How each outlook was made or why there is none: targets with the same words together."""
    found: dict[str, tuple[list[int], Any]] = {}
    for row in rows:
        if row.method is not None:
            found.setdefault(voice.say(row.method), ([], row.method))[0].append(row.target)
    return [(tuple(numbers), method) for numbers, method in found.values()]


def notes_of(rows: Sequence[TrendRow]) -> list[tuple[int, Message]]:
    """What must be said beside a course that rises: number of the target, words."""
    return [(row.target, row.note) for row in rows if isinstance(row.note, Message)]


def tile_key(row: AgencyRow, targets: Sequence[TargetRow]) -> str:
    """How an agency stands against each target, a letter for each; one letter where it has sent nothing."""
    if row.tile is Tile.SILENT:
        return _LETTERS[Tile.SILENT]
    found = {figure.target: figure.tile for figure in row.figures}
    return "".join(_LETTERS[found.get(target.number)] for target in targets)


def _bar_of(voice: Voice) -> Callable[..., Markup]:
    def made(target: TargetRow, sub: SubTargetRow | None = None) -> Markup:
        return svg(bar_chart(target, voice, sub))

    return made


def charts_of(document: ReportDocument, voice: Voice) -> list[Chart]:
    """All that the first screen draws."""
    bars = [bar_chart(target, voice, sub) for target in document.targets for sub in (None, *target.under)]
    return [*bars, *(made for _, made in courses(document, voice))]


def courses(document: ReportDocument, voice: Voice) -> list[tuple[TargetRow, Chart]]:
    """The course of each target that the document holds and that ever had anybody to count."""
    rows = {row.target: row for row in document.trend}
    drawn = [(target, trend_chart(rows[target.number], target, voice)) for target in document.targets if target.number in rows]
    return [(target, made) for target, made in drawn if made is not None]
