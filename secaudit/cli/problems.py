"""How errors and lists of problems look on the console."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from secaudit.cli.session import Session
from secaudit.errors import DataError, Problem, SecauditError
from secaudit.messages import clean, msg


def show_error(session: Session, error: SecauditError) -> None:
    """What happened, where, and what to do next; for bad data every problem."""
    if isinstance(error, DataError):
        show_problems(session, error.problems)
        session.say(error.message, style="bold red")
        return
    where = f"{clean(error.where)}: " if error.where else ""
    session.err.print(Text(f"{where}{session.text(error.message)}", style="bold red"), soft_wrap=True)
    if error.hint:
        session.err.print(Text(f"  → {session.text(error.hint)}"), soft_wrap=True)


def show_problems(session: Session, problems: Sequence[Problem], *, on: Console | None = None) -> None:
    """A block per problem: place and field, what is wrong, found and expected, what to do.

    They go to standard error, or to ``on`` where the problems are what was asked for and somebody keeps or sends them.
    """
    console = on or session.err
    for problem in problems:
        line = Text(clean(problem.place()), style="bold")
        if problem.field:
            line.append(f"  {clean(problem.field, limit=120)}", style="cyan")
        console.print(line, soft_wrap=True)
        console.print(Text(f"    {session.text(problem.message)}"), soft_wrap=True)
        detail = []
        if problem.found is not None:
            detail.append(session.text(msg("found: {value}", value=clean(problem.found, limit=120))))
        if problem.expected is not None:
            detail.append(session.text(msg("expected: {value}", value=problem.expected)))
        if detail:
            console.print(Text(f"    {' · '.join(detail)}"), soft_wrap=True)
        if problem.hint is not None:
            console.print(Text(f"    → {session.text(problem.hint)}"), soft_wrap=True)
