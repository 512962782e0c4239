"""Progress on the console: bars that stay live, and nothing at all where nobody watches."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column

from secaudit.cli.session import Session
from secaudit.messages import Message, msg
from secaudit.model.inventory import Endpoint
from secaudit.model.outcome import Sight, StoredOutcome

_REFUSED = frozenset({Sight.REFUSED, Sight.HOST_KEY, Sight.AUTH, Sight.CHANNEL, Sight.SUDO})

_COUNT_WIDTH = len("20000/20000")
_TIME_WIDTH = len("0:00:00")
WIDE = 100
"""Columns of a console on which wide tables and whole bars are readable; on a narrower one numbers come before pictures."""


def bars(session: Session) -> Progress:
    """A Rich display on standard error; it draws only when that is a terminal that can move its cursor."""
    wide = session.err.width >= WIDE
    return Progress(
        # What must never be squeezed out has its width; the words and the picture give way.
        *([TextColumn("{task.description}")] if wide else []),
        *([BarColumn(bar_width=20)] if wide else []),
        MofNCompleteColumn(table_column=Column(min_width=_COUNT_WIDTH, no_wrap=True)),
        TextColumn("{task.fields[note]}", table_column=Column(no_wrap=True)),
        *([TimeElapsedColumn(table_column=Column(min_width=_TIME_WIDTH, no_wrap=True))] if wide else []),
        TimeRemainingColumn(table_column=Column(min_width=_TIME_WIDTH, no_wrap=True)),
        console=session.err,
        transient=False,
        disable=not session.err.is_terminal or session.err.is_dumb_terminal,
    )


class ScanDisplay:
    """An observer: how fast, how many remain, seen, refused, unseen."""

    def __init__(self, session: Session, progress: Progress) -> None:
        """Draw into ``progress``."""
        self._session = session
        self._progress = progress
        self._task: TaskID | None = None
        self._counts = {"seen": 0, "refused": 0, "unseen": 0}
        self._waiting: set[str] = set()
        """Machines that are tried again later in this run."""

    def begun(self, total: int) -> None:
        """A run over ``total`` endpoints begins."""
        self._task = self._progress.add_task(self._session.text(msg("Seeing machines")), total=total, note="")

    def asking(self, endpoint: Endpoint) -> None:
        """A connection is being opened; the display shows results only."""

    def deferred(self, endpoint: Endpoint) -> None:
        """A machine did not answer and waits for a further try."""
        self._waiting.add(endpoint.id)
        self._show(0)

    def kept(self, stored: StoredOutcome) -> None:
        """An outcome is on the disk."""
        sight = stored.outcome.sight
        group = "seen" if sight is Sight.SEEN else "refused" if sight in _REFUSED else "unseen"
        self._counts[group] += 1
        self._waiting.discard(stored.outcome.endpoint)
        self._show(1)

    def _show(self, advance: int) -> None:
        if self._task is None:
            return
        task = self._progress.tasks[self._task]
        rate, counts = f"{task.speed or 0:.0f}", self._counts
        note = msg("{rate}/s, seen {seen}, refused {refused}, not seen {unseen}", rate=rate, **counts)
        if self._waiting:
            waiting = len(self._waiting)
            note = msg(
                "{rate}/s, seen {seen}, refused {refused}, not seen {unseen}, waiting {waiting}",
                rate=rate,
                waiting=waiting,
                **counts,
            )
        self._progress.update(self._task, advance=advance, note=self._session.text(note))

    def ended(self, sights: Counter[Sight], *, interrupted: bool) -> None:
        """The run is over; the summary is printed by the command."""


class Steps:
    """A bar for work with a known number of items."""

    def __init__(self, session: Session, progress: Progress, title: Message) -> None:
        """One line in ``progress``, drawn with the first step: work that is refused before it begins draws none."""
        self._progress = progress
        self._title = session.text(title)
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int) -> None:
        """``done`` of ``total`` items are finished."""
        if self._task is None:
            self._task = self._progress.add_task(self._title, total=total, note="")
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def one_bar(session: Session, title: Message) -> Iterator[Steps]:
    """A single bar while the block runs."""
    with bars(session) as progress:
        yield Steps(session, progress, title)
