"""``secaudit scan --recheck``: a random share of indirect evidence, seen again over SSH."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer

from secaudit.cli.exits import ExitCode, verdict_code
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.recheck_words import print_recheck, recheck_json
from secaudit.cli.session import Session
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.outcome import Run
from secaudit.model.plan import Plan
from secaudit.model.recheck import Draw, Recheck
from secaudit.pipeline.province import Province
from secaudit.pipeline.rechecking import Share, compare_sample, draw_sample, scope_of
from secaudit.pipeline.seeing import Scope, Sweep
from secaudit.pipeline.ways import Ways
from secaudit.store import Store

RecheckOption = Annotated[
    str | None,
    typer.Option(
        "--recheck",
        metavar="60|5%",
        help=N_("See a random sample again of the machines whose evidence came from consoles or collectors, and compare."),
    ),
]
SeedOption = Annotated[
    str | None,
    typer.Option("--seed", metavar="TEXT", help=N_("Draw the sample of --recheck again; drawn at random when left out.")),
]
_COUNT = re.compile(r"[1-9][0-9]{0,6}")
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%")
_SEED = re.compile(r"[0-9A-Za-z._-]{1,64}")


def parse_recheck(text: str) -> Share:
    """``60`` or ``5%``; UsageError for anything else."""
    stripped = text.strip()
    if _COUNT.fullmatch(stripped):
        return Share(stripped, count=int(stripped))
    if found := _PERCENT.fullmatch(stripped):
        hundredths = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
        if 0 < hundredths <= 10_000:
            return Share(stripped, percent=hundredths)
    raise UsageError(
        msg("{text} is no number of machines and no share", text=text), hint=msg("write 60, or a percentage such as 5%")
    )


class Rechecking:
    """One re-check from its options to its exit code."""

    def __init__(self, recheck: str, seed: str | None) -> None:
        """UsageError for options that mean nothing."""
        self._share = parse_recheck(recheck)
        if seed is not None and not _SEED.fullmatch(seed):
            raise UsageError(
                msg("a seed has at most 64 letters, digits, dots and dashes"), hint=msg("leave --seed out: one is drawn and kept")
            )
        self._seed = seed
        self._draw: Draw | None = None

    def scope(self, session: Session, province: Province, plan: Plan, store: Store, scope: Scope, *, ways: Ways) -> Scope:
        """Draw, say so, and return whom to ask."""
        draw = draw_sample(province, plan, store, scope, share=self._share, seed=self._seed, ways=ways, moment=datetime.now(UTC))
        self._draw = draw
        session.say(
            msg(
                "drawn: {size} of {population} machines, seed {seed}",
                size=draw.size,
                population=len(draw.population),
                seed=draw.seed,
            )
        )
        return scope_of(draw)

    def begun(self, store: Store, run: Run) -> None:
        """Keep the draw before anybody is asked."""
        assert self._draw is not None
        self._draw = replace(self._draw, run=run.number)
        store.save_draw(self._draw)

    def leave(
        self, session: Session, province: Province, store: Store, result: Sweep, output: OutputFormat, accepted: float
    ) -> NoReturn:
        """Compare, keep, print; exit 3 when a machine differs, 4 when one was not re-checked, 130 when interrupted."""
        assert self._draw is not None
        report = compare_sample(province, store, self._draw)
        if output is OutputFormat.JSON:
            print_json("recheck", recheck_json(report))
        else:
            print_recheck(session, report)
        if result.interrupted:
            raise typer.Exit(ExitCode.INTERRUPTED)
        code = verdict_code(
            failures=bool(report.with_result(Recheck.DIFFERS)),
            unknown=report.missed,
            total=len(report.machines),
            accepted_share=accepted,
        )
        raise typer.Exit(code)


def rechecking_of(recheck: str | None, seed: str | None, *, local: bool) -> Rechecking | None:
    """The re-check that was asked for; UsageError for options that exclude each other."""
    if recheck is None:
        if seed is not None:
            raise UsageError(msg("--seed belongs to --recheck"), hint=msg("say how many machines: --recheck 60 --seed TEXT"))
        return None
    if local:
        raise UsageError(msg("--recheck sees machines over SSH, --local sees this one"), hint=msg("leave one of them out"))
    return Rechecking(recheck, seed)
