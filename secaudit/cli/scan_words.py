"""What a scan says when it is over: how the machines ended, what would let more be seen, the same as data."""

from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode, verdict_code
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.runs import run_json
from secaudit.cli.session import Session
from secaudit.cli.workspace import say_changed
from secaudit.messages import Message, msg
from secaudit.model.outcome import Sight
from secaudit.pipeline.province import Province
from secaudit.pipeline.seeing import Sweep
from secaudit.report.words import word


def tell(session: Session, province: Province, result: Sweep, output: OutputFormat) -> None:
    """Print the result in the form that was asked for."""
    if output is OutputFormat.JSON:
        print_json("scan", sweep_json(result))
        return
    print_sweep(session, result)
    say_changed(session, province.catalog)
    print_next_steps(session, result)


def leave(result: Sweep, accepted: float) -> None:
    """Exit 130 interrupted, 4 a machine was not seen, 3 a check fails; back when all is well."""
    if result.interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED)
    unknown = result.unseen + result.held
    code = verdict_code(failures=result.failing > 0, unknown=unknown, total=len(result.selection.jobs), accepted_share=accepted)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def print_sweep(session: Session, result: Sweep) -> None:
    """How the machines of the run ended, by class."""
    counts = {Sight(sight): count for sight, count in result.run.counts}
    if counts:
        table = Table(title=session.text(msg("Run {number}", number=result.run.number)))
        table.add_column(session.text(msg("Result")), overflow="fold")
        table.add_column(session.text(msg("Machines")), justify="right")
        for kind in sorted(counts, key=lambda sight: (sight is not Sight.SEEN, -counts[sight], sight)):
            table.add_row(Text(session.text(word(kind)), style="green" if kind is Sight.SEEN else "yellow"), str(counts[kind]))
        session.out.print(table)
    elif not result.left:
        session.say(msg("no machine had to be asked"))
    lab = sum(job.endpoint.lab for job in result.selection.jobs)
    for count, sentence in (
        (lab, msg("lab data: {count} of the machines asked stand for no real machine", count=lab)),
        (result.selection.fresh, msg("{count} machines were not asked, their evidence is fresh", count=result.selection.fresh)),
        (result.held, msg("{count} machines answered but do not count: secaudit measure says why", count=result.held)),
        (result.selection.isolated, msg("{count} isolated machines are never asked", count=result.selection.isolated)),
    ):
        if count:
            session.say(sentence)
    if result.left and not result.interrupted:
        left = msg(
            "the time of this run is over: {count} machines were not asked, the next scan begins with them", count=result.left
        )
        session.say(left, style="yellow")
    if result.interrupted:
        session.say(msg("interrupted: what was finished is kept, the next scan asks the rest"), style="yellow")


_NEXT: dict[Sight, Message] = {
    Sight.HOST_KEY: msg(
        "compare host keys on site: secaudit trust scan shows them, secaudit trust add enrols new ones; "
        "find out why a key changed"
    ),
    Sight.IDENTITY: msg(
        "another machine answered at these addresses: correct address or serial number in the inventory, or accept the new "
        "machine with secaudit trust accept"
    ),
    Sight.AUTH: msg("name the key that the machines let in with --identity FILE, and the account with --user"),
    Sight.SUDO: msg("allow the account sudo without a password there, or leave --sudo out"),
    Sight.NO_WAY_IN: msg("give machines that SSH can reach an address in the inventory; the others stay unknown"),
}


def print_next_steps(session: Session, result: Sweep) -> None:
    """What would let more machines be seen."""
    counts = {Sight(sight): count for sight, count in result.run.counts}
    for kind, sentence in _NEXT.items():
        if counts.get(kind):
            session.say(msg("  → {count}: {next}", count=counts[kind], next=sentence))
    session.say(msg("  → each machine where a credential was offered: secaudit runs offers {number}", number=result.run.number))
    if any(kind is not Sight.SEEN for kind in counts):
        session.say(msg("  → each machine with the reason: secaudit runs show {number}", number=result.run.number))


def sweep_json(result: Sweep) -> dict[str, Any]:
    """A run of ``scan`` as docs/json.md describes it."""
    return {
        "run": run_json(result.run),
        "asked": len(result.selection.jobs),
        "seen": result.seen,
        "lab": sum(job.endpoint.lab for job in result.selection.jobs),
        "not_seen": result.unseen,
        "left": result.left,
        "held": result.held,
        "fresh": result.selection.fresh,
        "isolated": result.selection.isolated,
        "judged": result.judged,
        "machines_with_failures": result.failing,
    }
